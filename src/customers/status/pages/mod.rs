//! Pages about the status of a customer.

mod action;
mod fields;
mod overview;

pub use action::*;
pub use overview::*;
