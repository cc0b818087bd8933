//! Customers that may be the same as the one being created.

use leptos::html::Div;
use leptos::prelude::*;

use super::StatusBadge;
use crate::customers::PossibleDuplicate;
use crate::shared::problem::Problem;
use crate::ui::{Banner, Tone};

/// Did creating stop at possible duplicates?
pub fn is_duplicate(problem: &Problem) -> bool {
    matches!(problem, Problem::Conflict { code, .. } if code == "possible_duplicates")
}

/// The customers that are already there, each with what it shares with the new one.
#[component]
pub fn PossibleDuplicates(
    /// The customers.
    suspects: Vec<PossibleDuplicate>,
) -> impl IntoView {
    let node = NodeRef::<Div>::new();
    // The button that was pressed is far below.
    Effect::new(move |_| {
        if let Some(panel) = node.get() {
            let _ = panel.focus();
        }
    });
    let suspects = suspects.into_iter().map(|PossibleDuplicate { customer, matches }| {
        let shared = matches.iter().map(|what| shared_word(what)).collect::<Vec<_>>().join(", ");
        // A page of its own: what is typed here stays.
        view! {
            <li>
                <a href=format!("/customers/{}", customer.id) target="_blank" rel="external">{customer.name}</a>
                <span class="muted">{customer.portal_id}</span>
                <StatusBadge status=customer.status/>
                <span>{shared}</span>
            </li>
        }
    });
    let suspects = suspects.collect_view();
    view! {
        <div role="alert" tabindex="-1" node_ref=node>
            <Banner tone=Tone::Warn title="There may be an account of this customer already">
                <ul class="duplicates">{suspects}</ul>
                <p>
                    "Open them to compare, change what you typed, or choose “Create anyway” at the end of the form."
                </p>
            </Banner>
        </div>
    }
}

fn shared_word(what: &str) -> &str {
    match what {
        "email" => "same e-mail",
        "phone" => "same phone",
        "tax_id" => "same tax ID",
        "name" => "similar name",
        other => other,
    }
}
