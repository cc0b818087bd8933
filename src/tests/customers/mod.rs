//! `/api/v1/customers`, `/api/fn/customers/…` and `/customers`.

mod addresses;
mod bulk;
mod contacts;
mod create;
mod custom_fields;
mod delete;
mod facets;
mod filters;
mod hierarchy;
mod history;
mod labels;
mod mended_record;
mod mended_sight;
mod mended_status;
mod mended_values;
mod moves;
mod pages;
mod plans;
mod search;
mod settling;
mod status;
mod status_due;
mod update;
