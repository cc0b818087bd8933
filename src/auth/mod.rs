//! The door: passwords, second factors, sessions, throttling, one-time links and the record of what happened there.
//!
//! Not here: who the people are and which roles they hold (`staff`).

#[cfg(feature = "ssr")]
mod attempt;
mod events;
mod model;
#[cfg(feature = "ssr")]
mod new_password;
pub mod pages;
#[cfg(feature = "ssr")]
mod password;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
pub mod rest;
#[cfg(feature = "ssr")]
mod second_factor;
mod server_fns;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod sessions;
#[cfg(feature = "ssr")]
mod sign_in;
#[cfg(feature = "ssr")]
pub mod steps;
#[cfg(feature = "ssr")]
mod throttle;
#[cfg(feature = "ssr")]
pub mod token;
pub mod tokens;

pub use events::AuthEvent;
pub use model::*;
#[cfg(feature = "ssr")]
pub use password::PasswordHasher;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub use service::AuthService;
#[cfg(feature = "ssr")]
pub use sessions::{DatabaseSessions, device_of};
#[cfg(feature = "ssr")]
pub use throttle::address_key;
