//! Pages about custom fields.

mod details;
mod fields;
mod list;
mod new;

pub use details::*;
pub use list::*;
pub use new::*;
