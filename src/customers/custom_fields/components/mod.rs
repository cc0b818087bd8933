//! Pieces of pages about custom fields.

mod facts;
mod inputs;

pub use facts::*;
pub use inputs::*;
