//! Bearer tokens: opaque ones and JWTs, the families of refresh tokens, and the keys that sign.
//!
//! Not here: API clients and the OAuth endpoints (`oauth`), which issue tokens through this room.

#[cfg(feature = "ssr")]
mod family;
#[cfg(feature = "ssr")]
mod holder;
#[cfg(feature = "ssr")]
mod issuing;
#[cfg(feature = "ssr")]
mod jwt;
#[cfg(feature = "ssr")]
mod keys;
mod model;
#[cfg(feature = "ssr")]
mod opaque;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
pub mod rest;
mod server_fns;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
pub mod steps;

pub use model::*;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub use service::TokenService;
