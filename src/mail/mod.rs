//! Mail: queued in the transaction of its cause, sent in the background, or kept in a folder where no server is set.
//!
//! Not here: who is written to and why; that is the business of the rooms above.

mod model;
mod repository;
mod service;
mod transport;

pub use model::NewMail;
pub use service::{MailService, MailSettings};
pub use transport::{is_sender, is_smtp_url};
