//! Where a customer stands: the state machine, the holds that suspend, changes set for a later day.

mod checks;
mod components;
#[cfg(feature = "ssr")]
mod due;
#[cfg(feature = "ssr")]
mod following;
mod machine;
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
#[cfg(feature = "ssr")]
mod waiting;

pub use checks::*;
pub use components::*;
pub use machine::*;
pub use model::*;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub use steps::Placing;
