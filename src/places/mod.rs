//! Where customers belong: partners, the resellers and brands, and locations, the sites. Staff manage both; the
//! data scope of everybody is made of them.

mod kind;
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
pub mod steps;

pub use model::*;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub use service::*;
