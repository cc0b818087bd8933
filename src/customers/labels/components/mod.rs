//! Pieces of pages about labels.

mod bulk;
mod card;
mod chips;

pub use bulk::*;
pub use card::*;
pub use chips::*;
