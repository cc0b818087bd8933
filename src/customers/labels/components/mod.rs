//! Pieces of pages about labels.
