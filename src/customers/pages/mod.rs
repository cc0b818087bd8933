//! The pages of customers, one file per address.

mod details;
mod edit;
mod history;
mod list;
mod new;
mod trash;

pub use details::CustomerPage;
pub use edit::EditCustomerPage;
pub use history::CustomerHistoryPage;
pub use list::CustomerListPage;
pub use new::NewCustomerPage;
pub use trash::CustomerTrashPage;
