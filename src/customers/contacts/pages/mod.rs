//! Pages about contacts.
