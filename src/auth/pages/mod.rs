//! The pages before the door: signing in, and making the first administrator.
//!
//! Their forms are plain ones. Who is signed in changes with them, and only a fresh document knows that
//! everywhere; so the browser sends them itself, with and without JavaScript.

mod login;
mod set_up;

pub use login::LoginPage;
pub use set_up::SetUpPage;
