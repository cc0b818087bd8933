//! The vocabulary of both programs (server and browser): types and pure rules without any I/O.

pub mod actor;
#[cfg(feature = "ssr")]
pub mod clock;
pub mod country;
pub mod id;
pub mod page;
pub mod permission;
pub mod problem;
#[cfg(feature = "ssr")]
pub mod sealer;
pub mod text;
pub mod validation;
pub mod words;
