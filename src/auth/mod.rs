//! The door: passwords, sessions, throttling, one-time links and the record of what happened there.
//!
//! Not here: who the people are and which roles they hold (`staff`).

mod model;
pub mod pages;
#[cfg(feature = "ssr")]
mod password;
#[cfg(feature = "ssr")]
mod repository;
mod server_fns;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod sessions;
#[cfg(feature = "ssr")]
pub mod steps;
#[cfg(feature = "ssr")]
mod throttle;
#[cfg(feature = "ssr")]
pub mod token;

pub use model::*;
#[cfg(feature = "ssr")]
pub use password::PasswordHasher;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub use service::AuthService;
#[cfg(feature = "ssr")]
pub use sessions::DatabaseSessions;
