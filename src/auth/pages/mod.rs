//! The pages before the door, those of one's own account, and the record of what happened at the door.
//!
//! Forms that change who is signed in, or whose answer shows a secret, are plain ones: only a fresh document knows
//! everywhere who is signed in, and a secret stays in no other memory; so the browser sends them itself, with and
//! without JavaScript.

mod account_nav;
mod api_access;
mod choose_password;
mod code;
mod enrolment;
mod events;
mod forgot_password;
mod login;
mod parts;
mod second_factor;
mod sessions;
mod set_up;

pub use account_nav::AccountNav;
pub use api_access::ApiAccessPage;
pub use choose_password::ChoosePasswordPage;
pub use code::CodePage;
pub use events::AuthEventsPage;
pub use forgot_password::ForgotPasswordPage;
pub use login::LoginPage;
pub use second_factor::SecondFactorPage;
pub use sessions::SessionsPage;
pub use set_up::SetUpPage;
