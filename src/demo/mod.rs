//! Made-up customers for trying the product and for measuring it: seeded, realistic, of many countries.
//!
//! Here: what they are called, what is known of them and how they are written into a database. Not here: the
//! rules of a customer, which they keep like any other.

mod definitions;
mod details;
mod draw;
mod europe;
mod fill;
mod generator;
mod groups;
mod names;
mod record;
mod traits;
mod world;

pub use fill::{DemoAccount, Filled, Progress, Stage, add_customers, fill};
pub use generator::{DemoCustomer, DemoCustomers};
pub use record::Made;
