//! Made-up customers for trying the product and for measuring it: seeded, realistic, of many countries.
//!
//! Here: what they are called and how they are written into a database. Not here: the rules of a
//! customer, which they keep like any other.

mod europe;
mod fill;
mod generator;
mod names;
mod world;

pub use fill::{DemoAccount, add_customers, fill};
pub use generator::{DemoCustomer, DemoCustomers};
