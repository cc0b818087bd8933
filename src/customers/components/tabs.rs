//! The parts of a customer's page.

use leptos::prelude::*;

use crate::shared::id::CustomerId;
use crate::ui::Tabs;

/// The parts of a customer's page as links.
#[component]
pub fn CustomerTabs(
    /// The customer.
    id: CustomerId,
    /// The part that is open: `overview`, `contacts`, `hierarchy`, `status`, `history`.
    current: &'static str,
) -> impl IntoView {
    let parts = [
        ("", "overview", "Overview"),
        ("/contacts", "contacts", "Contacts"),
        ("/hierarchy", "hierarchy", "Hierarchy"),
        ("/status", "status", "Status"),
        ("/history", "history", "History"),
    ];
    let items: Vec<_> = parts
        .into_iter()
        .map(|(path, part, label)| (format!("/customers/{id}{path}"), label.to_owned(), part == current))
        .collect();
    view! { <Tabs items=items label="Parts of the customer"/> }
}
