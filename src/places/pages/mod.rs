//! `/admin/partners` and `/admin/locations`, with what both share.

mod form;
mod locations;
mod partners;
mod parts;
mod table;

pub use locations::LocationsPage;
pub use partners::PartnersPage;
