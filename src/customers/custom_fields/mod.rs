//! Fields that an operator adds to the record: their definitions, and the rules of their values.

#[cfg(feature = "ssr")]
mod checks;
mod components;
#[cfg(feature = "ssr")]
mod index;
mod keys;
mod model;
pub mod pages;
#[cfg(feature = "ssr")]
mod pattern;
#[cfg(feature = "ssr")]
mod reading;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
pub mod rest;
mod server_fns;
#[cfg(feature = "ssr")]
mod service;
mod values;

#[cfg(feature = "ssr")]
pub use checks::CheckedField;
pub use components::*;
#[cfg(feature = "ssr")]
pub(in crate::customers) use index::*;
pub use keys::*;
pub use model::*;
#[cfg(feature = "ssr")]
pub use reading::check_values;
pub use server_fns::*;
pub use values::*;
