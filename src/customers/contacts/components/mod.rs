//! Pieces of pages about contacts; the card that holds a form serves addresses too.

mod card;
mod entry;
mod fields;
mod form;
mod form_card;
mod reach;

pub use card::*;
pub use entry::*;
pub use fields::*;
pub use form::*;
pub use form_card::*;
pub use reach::*;
