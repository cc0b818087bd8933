//! Pages about contacts.

mod page;
mod sections;
mod state;

pub use page::CustomerContactsPage;
