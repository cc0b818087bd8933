//! The append-only, hash-chained record of every change: who, when, from where, what before and after.

mod model;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
mod service;

pub use model::*;
#[cfg(feature = "ssr")]
pub use service::*;
