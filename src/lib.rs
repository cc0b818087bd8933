//! ISP Framework: the map of the house. One room per part of the business.
//!
//! `shared` is the vocabulary of both programs, `ui` is what pages are made of, `database` is one SQL
//! text on two engines, `server` is the process, `cli` its commands. Then the business, lower tiers
//! first: `audit`, `settings`, `mail`, `jobs`, `places`, `auth`, `staff`, `oauth`; `customers`, the trunk; `transfer`,
//! which brings customers in; `demo`, which makes some up. `app` is the table of all pages.
#![recursion_limit = "256"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("the server and the browser are two programs: choose ssr or hydrate");

pub mod app;
pub mod audit;
pub mod auth;
#[cfg(feature = "ssr")]
pub mod cli;
pub mod customers;
#[cfg(feature = "ssr")]
pub mod database;
#[cfg(feature = "ssr")]
pub mod demo;
pub mod jobs;
#[cfg(feature = "ssr")]
pub mod mail;
pub mod oauth;
pub mod places;
#[cfg(feature = "ssr")]
pub mod server;
pub mod settings;
pub mod shared;
pub mod staff;
pub mod transfer;
pub mod ui;

/// Takes over a page that the server has rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
    if let Some(root) =
        web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element())
    {
        // Tells scripts and tests that the page answers to clicks.
        let _ = root.set_attribute("data-hydrated", "");
    }
}
