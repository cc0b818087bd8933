//! Background jobs: queued in the transaction of their cause, run by exactly one process, visible while they run.
//!
//! Not here: what a job does. The room that owns the work hands a [`JobHandler`] to the [`Worker`].

mod live;
mod model;
#[cfg(feature = "ssr")]
mod owner;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
pub mod rest;
mod server_fns;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod worker;

pub use live::*;
pub use model::*;
#[cfg(feature = "ssr")]
pub use owner::*;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub use service::*;
#[cfg(feature = "ssr")]
pub use worker::*;
