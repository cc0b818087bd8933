//! The people to talk to at a customer: who they are, what they are told, what they may do in the portal.

mod components;
#[cfg(feature = "ssr")]
mod merge;
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
#[cfg(feature = "ssr")]
pub(in crate::customers) use merge::merge_patch;
pub use model::*;
pub use server_fns::*;
