//! Roles: what they grant, from whom they inherit, and the ones that come with the product.

mod model;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
pub mod rest;
#[cfg(feature = "ssr")]
mod service;

pub use model::*;
#[cfg(feature = "ssr")]
pub(super) use service::{grantable_role, grantable_roles};
