//! Labels and their categories, and which customers wear them, now and once.

#[cfg(feature = "ssr")]
mod categories;
mod colour;
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
mod tree;
#[cfg(feature = "ssr")]
mod wearing;

pub use colour::*;
pub use components::*;
pub use model::*;
pub use server_fns::*;
