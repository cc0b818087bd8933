//! The people who work with the product: their accounts and the roles they hold.
//!
//! Not here: passwords, sessions and lockout (`auth`), which this room builds on.

mod model;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
mod service;

pub use model::*;
#[cfg(feature = "ssr")]
pub use service::StaffService;
