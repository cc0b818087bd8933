//! Pages about labels.

mod categories;
mod form;
mod list;

pub use list::*;
