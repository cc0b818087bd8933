//! Where a customer hangs: the way up as links, and the facts on its page.

use leptos::prelude::*;

use super::words::counts;
use crate::customers::Customer;
use crate::customers::hierarchy::{BillingMode, HierarchyView};
use crate::shared::id::CustomerId;
use crate::ui::format::count;
use crate::ui::{Card, Fact, Facts, LinkButton};

/// The customers above this one as links, the main account first; nothing for a main account.
#[component]
pub fn ParentTrail(
    /// Where the customer hangs.
    hierarchy: HierarchyView,
    /// The name of the customer.
    #[prop(into)]
    current: String,
) -> impl IntoView {
    if hierarchy.ancestors.is_empty() && !hierarchy.ancestors_hidden {
        return ().into_any();
    }
    let hidden = hierarchy.ancestors_hidden.then(hidden_view);
    let links = hierarchy.ancestors.into_iter().map(|above| {
        view! { <li><a href=format!("/customers/{}", above.id)>{above.name}</a></li> }
    });
    let links = links.collect_view();
    view! {
        <nav class="breadcrumb" aria-label="Parent accounts">
            <ol>
                {hidden}
                {links}
                <li aria-current="page">{current}</li>
            </ol>
        </nav>
    }
    .into_any()
}

/// Somebody above may not be seen.
fn hidden_view() -> AnyView {
    let why = "Some of the customers above are outside what you may see";
    view! {
        <li>
            <span title=why>
                <span aria-hidden="true">"…"</span>
                <span class="visually-hidden">{why}</span>
            </span>
        </li>
    }
    .into_any()
}

/// Level, billing and counts of a customer.
#[component]
pub fn HierarchyFacts(
    /// Where the customer hangs.
    hierarchy: HierarchyView,
    /// How it is billed, if it has a parent.
    billing_mode: BillingMode,
) -> impl IntoView {
    let is_main = hierarchy.account_level <= 1;
    let level = level_words(hierarchy.account_level, hierarchy.max_account_level);
    let billing = (!is_main).then(|| view! { <Fact label="Billed">{billing_mode.label()}</Fact> });
    view! {
        <Facts>
            <Fact label="Account level">{level}</Fact>
            {billing}
            <Fact label="Children">{count(hierarchy.children)}</Fact>
            <Fact label="Customers below">{count(hierarchy.descendants)}</Fact>
        </Facts>
    }
}

/// Where a customer hangs, on its page.
#[component]
pub fn HierarchyCard(
    /// The customer.
    customer: Customer,
    /// Where it hangs.
    hierarchy: HierarchyView,
) -> impl IntoView {
    let href = format!("/customers/{}/hierarchy", customer.id);
    let level = level_words(hierarchy.account_level, hierarchy.max_account_level);
    let above = above(&hierarchy);
    let below = below(customer.id, &hierarchy);
    let billing =
        (hierarchy.account_level > 1).then(|| view! { <Fact label="Billed">{customer.billing_mode.label()}</Fact> });
    view! {
        <Card title="Hierarchy" actions=move || view! { <LinkButton href=href label="Show the tree"/> }>
            <Facts>
                <Fact label="Under">{above}</Fact>
                <Fact label="Account level">{level}</Fact>
                {billing}
                <Fact label="Below">{below}</Fact>
            </Facts>
        </Card>
    }
}

fn above(hierarchy: &HierarchyView) -> AnyView {
    if hierarchy.ancestors.is_empty() && !hierarchy.ancestors_hidden {
        return "Nobody: this is a main account".into_any();
    }
    let hidden = hierarchy.ancestors_hidden.then(hidden_view);
    let links = hierarchy.ancestors.iter().map(|above| {
        let (href, name) = (format!("/customers/{}", above.id), above.name.clone());
        view! { <li><a href=href>{name}</a></li> }
    });
    let links = links.collect_view();
    view! { <ul class="tree-trail">{hidden} {links}</ul> }.into_any()
}

fn below(id: CustomerId, hierarchy: &HierarchyView) -> AnyView {
    let text = counts(hierarchy.children, hierarchy.descendants);
    if text.is_empty() {
        return "Nobody".into_any();
    }
    view! { <a href=format!("/customers/{id}/hierarchy")>{text}</a> }.into_any()
}

fn level_words(level: i64, max_level: i64) -> String {
    let main = if level <= 1 { " (main account)" } else { "" };
    format!("{level} of {max_level}{main}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_main_account_says_so() {
        assert_eq!(level_words(1, 5), "1 of 5 (main account)");
        assert_eq!(level_words(3, 5), "3 of 5");
    }
}
