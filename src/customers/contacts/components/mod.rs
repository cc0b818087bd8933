//! Pieces of pages about contacts.
