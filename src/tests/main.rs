//! One integration binary for the whole product: use cases through HTTP on a real server, on SQLite
//! and, with `TEST_DATABASE_URL`, on PostgreSQL. The tree mirrors the URLs.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop at once")]

mod access;
mod access_coverage;
mod access_objects;
mod access_rows;
mod architecture;
mod assets;
mod audit;
mod customers;
mod demo;
mod imports;
mod imports_telco;
mod oauth;
mod places;
mod process;
mod schema;
mod sign_in;
mod support;
