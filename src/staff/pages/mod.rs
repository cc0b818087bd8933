//! The pages of staff and roles, and of one's own account; one file per address, with their pieces.

mod access;
mod account;
mod actions;
mod details;
mod filter;
mod invite;
mod list;
mod matrix;
mod parts;
mod permissions;
mod role;
mod role_fields;
mod role_list;
mod role_new;

pub use account::{AccountPage, ProfileForm};
pub use details::StaffPage;
pub use invite::InviteStaffPage;
pub use list::StaffListPage;
pub use role::RolePage;
pub use role_list::RoleListPage;
pub use role_new::NewRolePage;
