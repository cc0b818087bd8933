//! Pages about the hierarchy.
