//! Where a customer is served, billed and written to.

mod components;
mod model;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
pub mod rest;
mod server_fns;
#[cfg(feature = "ssr")]
mod service;

pub use components::*;
pub use model::*;
pub use server_fns::*;
