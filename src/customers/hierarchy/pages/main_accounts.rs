//! `/hierarchy`: all main accounts that have children, as a tree.

use leptos::prelude::*;

use super::use_tree_query;
use crate::app::use_session;
use crate::customers::hierarchy::{Branch, CustomerTree, read_tree};
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;
use crate::ui::{Card, EmptyState, IconName, LinkButton, Page, ProblemPage, SearchBox, Skeleton};

/// The tree of all customers.
#[component]
pub fn HierarchyPage() -> impl IntoView {
    let permissions = use_session().permissions;
    let query = use_tree_query();
    let branches = Resource::new(move || query.get(), |query| read_tree(None, query));
    view! {
        <Page title="Hierarchy" intro="Main accounts with sub-accounts. Open one to see who hangs under it.">
            <SearchBox action="/customers" label="Search customers"/>
            <Transition fallback=|| view! { <Skeleton lines=8/> }>
                {move || Suspend::new(async move {
                    match branches.await {
                        Ok(branches) => tree(branches, permissions),
                        Err(problem) => failed(problem),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

fn tree(branches: Vec<Branch>, permissions: PermissionSet) -> AnyView {
    if branches.iter().all(|branch| branch.nodes.is_empty()) {
        return nobody();
    }
    let may_move = permissions.has(Permission::CustomersMove);
    let hint = may_move.then(|| {
        let text = "To move a customer, drag it onto its new parent, or open it and choose Move on its Hierarchy tab.";
        view! { <p class="muted">{text}</p> }
    });
    view! {
        <Card>
            {hint}
            <CustomerTree root=None branches=branches address="/hierarchy?" label="Customers" may_move=may_move/>
        </Card>
    }
    .into_any()
}

fn failed(problem: Problem) -> AnyView {
    view! { <ProblemPage problem=problem/> }.into_any()
}

/// How somebody comes to hang under somebody.
fn nobody() -> AnyView {
    let text = "To make one, open a customer, go to its Hierarchy tab and choose New sub-account.";
    let actions = || view! { <LinkButton href="/customers" label="Go to customers" primary=true/> };
    view! { <EmptyState icon=IconName::Tree title="No customer has sub-accounts yet" text=text actions=actions/> }
        .into_any()
}
