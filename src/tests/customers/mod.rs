//! `/api/v1/customers`, `/api/fn/customers/…` and `/customers`.

mod create;
mod delete;
mod history;
mod pages;
mod search;
mod update;
