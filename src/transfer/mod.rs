//! Bringing customers in from the files of other systems: upload, columns, dry run, commit as a job.
//!
//! Not here: what a customer must be. Every row goes through the same rules as the form.

#[cfg(feature = "ssr")]
mod bring;
#[cfg(feature = "ssr")]
mod examine;
#[cfg(feature = "ssr")]
mod examples;
#[cfg(feature = "ssr")]
mod extras;
#[cfg(feature = "ssr")]
mod fields;
#[cfg(feature = "ssr")]
mod file;
#[cfg(feature = "ssr")]
mod guess;
#[cfg(feature = "ssr")]
mod inline;
#[cfg(feature = "ssr")]
mod jobs;
mod mapping;
mod model;
pub mod pages;
#[cfg(feature = "ssr")]
mod plan;
#[cfg(feature = "ssr")]
mod reader;
#[cfg(feature = "ssr")]
mod rejected;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
pub mod rest;
#[cfg(feature = "ssr")]
mod row;
#[cfg(feature = "ssr")]
mod rules;
mod server_fns;
#[cfg(feature = "ssr")]
mod service;
mod wire;

#[cfg(feature = "ssr")]
pub use inline::*;
pub use mapping::*;
pub use model::*;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub use service::*;
pub use wire::{SentMapping, text_of_values};
