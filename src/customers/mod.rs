//! Customers, the trunk of the product: the record, its life, its history and how it is found.
//!
//! Not here: what hangs on a customer (labels, notes, documents, billing), which asks this room.

pub mod addresses;
mod components;
pub mod contacts;
pub mod custom_fields;
pub mod hierarchy;
mod input;
pub mod labels;
mod model;
#[cfg(feature = "ssr")]
mod opening;
pub mod pages;
#[cfg(feature = "ssr")]
mod phones;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
pub mod rest;
#[cfg(feature = "ssr")]
mod rows;
pub mod search;
pub mod status;
#[cfg(feature = "ssr")]
mod steps;
mod server_fns;
#[cfg(feature = "ssr")]
mod service;

#[cfg(feature = "ssr")]
mod zones;

pub use input::*;
pub use model::*;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub use service::*;
