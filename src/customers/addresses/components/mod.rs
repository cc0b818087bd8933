//! Pieces of pages about addresses.

mod card;
mod entry;
mod fields;
mod form;

pub use card::*;
pub use entry::*;
pub use fields::*;
pub use form::*;
