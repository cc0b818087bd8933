//! Pieces of pages about addresses.
