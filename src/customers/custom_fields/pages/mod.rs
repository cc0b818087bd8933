//! Pages about custom fields.
