//! Accounts under accounts: parents, levels, subtrees and how they move.

#[cfg(feature = "ssr")]
mod branches;
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
#[cfg(feature = "ssr")]
mod steps;

pub use components::*;
pub use model::*;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub(in crate::customers) use steps::{blank_hidden_parents, joined, left, place_changed};
