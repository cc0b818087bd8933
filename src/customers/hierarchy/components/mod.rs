//! Pieces of pages about the hierarchy.
