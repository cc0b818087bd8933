//! Changes of status that wait for their day.

mod repository;

pub(super) use repository::*;
