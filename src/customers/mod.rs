//! Customers, the trunk of the product: the record, its life, its history and how it is found.
//!
//! The parts of the record that the search filters and counts by are sub-rooms of this one. Not here: what hangs on a
//! customer from outside (notes, documents, billing), which asks this room.

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
mod server_fns;
#[cfg(feature = "ssr")]
mod service;
pub mod status;
#[cfg(feature = "ssr")]
mod steps;

#[cfg(feature = "ssr")]
mod zones;

pub use input::*;
pub use model::*;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub use service::*;
