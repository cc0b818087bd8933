//! Pieces of pages about the status of a customer.

mod menu;
mod notices;
mod timeline;

pub use menu::*;
pub use notices::*;
pub use timeline::*;
