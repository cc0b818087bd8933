//! What operators set for the whole system: defaults of new customers, sign-in limits, upload sizes.

mod model;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
mod service;

pub use model::*;
#[cfg(feature = "ssr")]
pub use service::*;
