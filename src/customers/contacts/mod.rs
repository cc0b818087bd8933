//! The people to talk to at a customer: who they are, what they are told, what they may do in the portal.

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

pub use components::*;
pub use model::*;
pub use server_fns::*;
