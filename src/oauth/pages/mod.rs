//! The pages of API clients, one file per address, and the page where a person consents.
//!
//! Their forms are plain ones. They make and show secrets, and a fresh document is the only place that tells one;
//! so the browser sends them itself, with and without JavaScript.

mod client;
mod conflict;
mod consent;
mod edit;
mod facts;
mod fields;
mod list;
mod new;
mod questions;
mod reading;
mod secrets;
mod shell_lines;
mod words;

pub use client::ClientPage;
pub use consent::ConsentPage;
pub use list::ClientListPage;
pub use new::NewClientPage;
