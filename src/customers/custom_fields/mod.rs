//! Fields that an operator adds to the record: their definitions, and the rules of their values.

mod checks;
mod components;
mod model;
pub mod pages;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
pub mod rest;
mod server_fns;
#[cfg(feature = "ssr")]
mod service;
mod values;

pub use checks::*;
pub use components::*;
pub use model::*;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub(in crate::customers) use service::*;
pub use values::*;
