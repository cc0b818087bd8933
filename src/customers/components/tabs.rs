//! The parts of a customer's page.

use leptos::prelude::*;

use crate::shared::id::CustomerId;
use crate::ui::Tabs;

/// The parts of a customer's page as links.
#[component]
pub fn CustomerTabs(
    /// The customer.
    id: CustomerId,
    /// Whether this is the history; else it is the overview.
    history: bool,
) -> impl IntoView {
    let items = vec![
        (format!("/customers/{id}"), "Overview".to_owned(), !history),
        (format!("/customers/{id}/history"), "History".to_owned(), history),
    ];
    view! { <Tabs items=items label="Parts of the customer"/> }
}
