//! The parts of one's own account.

use leptos::prelude::*;

use crate::ui::Tabs;

/// Every part: its key, its address and its name.
const PARTS: [(&str, &str, &str); 4] = [
    ("account", "/account", "Profile and password"),
    ("second-factor", "/account/second-factor", "Second factor"),
    ("sessions", "/account/sessions", "Sessions"),
    ("api", "/account/api", "API access"),
];

/// The parts of one's own account as links.
#[component]
pub fn AccountNav(
    /// The part that is open: `account`, `second-factor`, `sessions` or `api`.
    current: &'static str,
) -> impl IntoView {
    let item = |(key, href, label): (&str, &str, &str)| (href.to_owned(), label.to_owned(), key == current);
    let items: Vec<_> = PARTS.into_iter().map(item).collect();
    view! { <Tabs items=items label="Parts of your account"/> }
}
