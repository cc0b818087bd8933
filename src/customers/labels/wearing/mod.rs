//! Who wears a label: putting it on one customer or many, taking it off, and letting it expire.

mod bulk;
mod repository;
mod service;
mod steps;
