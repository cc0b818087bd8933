//! API clients and the OAuth 2.0 server (RFC 6749, 6750, 7009, 7636, 7662, 8414, 9068).
//!
//! Not here: how tokens are made, stored and checked (`auth::tokens`).

#[cfg(feature = "ssr")]
mod checks;
#[cfg(feature = "ssr")]
mod consent;
#[cfg(feature = "ssr")]
mod endpoints;
#[cfg(feature = "ssr")]
mod failures;
#[cfg(feature = "ssr")]
mod grants;
mod model;
pub mod pages;
#[cfg(feature = "ssr")]
mod protocol;
#[cfg(feature = "ssr")]
mod redirect;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
pub mod rest;
mod server_fns;
#[cfg(feature = "ssr")]
mod service;

pub use model::*;
#[cfg(feature = "ssr")]
pub use redirect::form_action_source;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub use service::OAuthService;
