//! Where customers belong: partners, the resellers and brands, and locations, the sites. Staff manage both; the
//! data scope of everybody is made of them.

mod model;
pub mod pages;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
pub mod rest;
mod server_fns;
#[cfg(feature = "ssr")]
mod service;

pub use model::*;
pub use server_fns::*;
#[cfg(feature = "ssr")]
pub use service::*;
