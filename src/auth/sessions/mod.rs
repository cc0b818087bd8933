//! Sessions in our own database: the store behind the cookie, and the list in which people see and end their own.

mod device;
mod repository;
mod service;
mod store;

pub use device::device_of;
pub use store::DatabaseSessions;
pub(super) use store::{ADDRESS, FINGERPRINT, SINCE, STAFF_ID, USER_AGENT};
