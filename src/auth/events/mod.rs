//! The record of what happens at the door: written as a step of every use case, and searched.

mod model;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
mod service;

pub use model::AuthEvent;
#[cfg(feature = "ssr")]
pub use service::{Subject, record_event};
