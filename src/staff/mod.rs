//! The people who work with the product: their accounts and the roles they hold.
//!
//! Not here: passwords, sessions and lockout (`auth`), which this room builds on.

#[cfg(feature = "ssr")]
mod letters;
mod model;
pub mod pages;
#[cfg(feature = "ssr")]
mod profile;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
pub mod rest;
mod roles;
mod server_fns;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod way_in;

pub use model::*;
pub use roles::*;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub use service::StaffService;
