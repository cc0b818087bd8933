//! Pieces of pages about custom fields.
