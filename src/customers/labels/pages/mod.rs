//! Pages about labels.
