//! `/customers/:id/hierarchy`: who is above and below a customer, and moving it.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::use_tree_query;
use crate::app::use_session;
use crate::customers::components::{CustomerTabs, StatusBadge, read_customer, use_customer_id};
use crate::customers::hierarchy::{
    Branch, CustomerTree, HierarchyFacts, HierarchyView, MoveCard, MoveCustomer, Mover, ParentTrail, Relative,
    customer_hierarchy, possible_parents, read_tree,
};
use crate::customers::{Customer, Status};
use crate::shared::id::CustomerId;
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;
use crate::shared::text::squeezed;
use crate::ui::{
    Card, Done, EmptyState, IconName, LinkButton, Page, ProblemPage, Skeleton, TreeQuery, TypedValues, problem_of,
    recalled, times_saved,
};

/// What has just been done, by the word in the address.
const DONE: &[(&str, &str)] = &[("moved", "Customer moved.")];

/// Everything the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Shown {
    mover: Mover,
    status: Status,
    is_deleted: bool,
    hierarchy: HierarchyView,
    branches: Vec<Branch>,
    /// What a new parent was searched by, while one is searched for.
    words: Option<String>,
    found: Vec<Relative>,
}

/// The hierarchy of one customer.
#[component]
pub fn CustomerHierarchyPage() -> impl IntoView {
    let permissions = use_session().permissions;
    let (id, tree, words) = (use_customer_id(), use_tree_query(), use_words());
    let action = ServerAction::<MoveCustomer>::new();
    let typed = recalled(action, "hierarchy/move");
    let saved = times_saved(action);
    let shown = Resource::new(
        move || (id.get(), tree.get(), words.get(), saved.get()),
        move |(id, tree, words, _)| {
            let words = words.filter(|_| permissions.has(Permission::CustomersMove));
            read_page(id, tree, words)
        },
    );
    view! {
        <Transition fallback=|| view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                let (typed, shown) = (typed.await, shown.await);
                match shown {
                    Ok(shown) => view! { <Content shown typed permissions action/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem=problem/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// The words a new parent is searched by; none when the customer is not to be moved.
fn use_words() -> Memo<Option<String>> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| query.get_str("move").map(|_| squeezed(query.get_str("parent_q").unwrap_or_default())))
    })
}

async fn read_page(id: Option<CustomerId>, tree: TreeQuery, words: Option<String>) -> Result<Shown, Problem> {
    let customer = read_customer(id).await?;
    let is_deleted = customer.deleted_at.is_some();
    let hierarchy = customer_hierarchy(customer.id).await?;
    let branches = if is_deleted { Vec::new() } else { read_tree(Some(customer.id), tree).await? };
    let found = match words.clone().filter(|words| !words.is_empty() && !is_deleted) {
        Some(words) => possible_parents(Some(customer.id), words).await?,
        None => Vec::new(),
    };
    let status = customer.status;
    Ok(Shown { mover: mover(customer), status, is_deleted, hierarchy, branches, words, found })
}

fn mover(customer: Customer) -> Mover {
    Mover {
        id: customer.id,
        version: customer.version,
        name: customer.name,
        has_parent: customer.parent_id.is_some(),
        billing_mode: customer.billing_mode,
    }
}

#[component]
fn Content(
    shown: Shown,
    typed: TypedValues,
    permissions: PermissionSet,
    action: ServerAction<MoveCustomer>,
) -> impl IntoView {
    let (id, name, status) = (shown.mover.id, shown.mover.name.clone(), shown.status);
    let facts = facts(&shown);
    let buttons = buttons(&shown, permissions);
    let tree = tree(&shown, permissions);
    let trail = view! { <ParentTrail hierarchy=shown.hierarchy.clone() current=name.clone()/> };
    let card = move_card(shown, typed, action);
    let back = (format!("/customers/{id}"), name.clone());
    view! {
        <Page
            title=format!("Hierarchy of {name}")
            back=back
            badges=move || view! { <StatusBadge status=status/> }
            actions=move || buttons
        >
            <Done words=DONE problem=problem_of(action)/>
            <CustomerTabs id=id current="hierarchy"/>
            {trail}
            {card}
            <Card title="Place in the hierarchy">{facts}</Card>
            {tree}
        </Page>
    }
}

fn facts(shown: &Shown) -> AnyView {
    let (hierarchy, billing_mode) = (shown.hierarchy.clone(), shown.mover.billing_mode);
    view! { <HierarchyFacts hierarchy=hierarchy billing_mode=billing_mode/> }.into_any()
}

/// What may be done here; nothing with a customer in the trash.
fn buttons(shown: &Shown, permissions: PermissionSet) -> AnyView {
    if shown.is_deleted {
        return ().into_any();
    }
    let id = shown.mover.id;
    let relocate = permissions.has(Permission::CustomersMove).then(|| {
        let href = format!("/customers/{id}/hierarchy?move=1");
        view! { <LinkButton href=href label="Move …" icon=IconName::Tree/> }
    });
    let has_room = shown.hierarchy.account_level < shown.hierarchy.max_account_level;
    let may_create = permissions.has(Permission::CustomersCreate) && has_room && shown.status != Status::Terminated;
    let create = may_create.then(|| {
        let href = format!("/customers/new?parent={id}");
        view! { <LinkButton href=href label="New sub-account" icon=IconName::Plus primary=true/> }
    });
    view! {
        {relocate}
        {create}
    }
    .into_any()
}

fn move_card(shown: Shown, typed: TypedValues, action: ServerAction<MoveCustomer>) -> AnyView {
    let Shown { mover, hierarchy, words, found, is_deleted, .. } = shown;
    let Some(words) = words.filter(|_| !is_deleted) else { return ().into_any() };
    view! { <MoveCard mover hierarchy words found typed action/> }.into_any()
}

fn tree(shown: &Shown, permissions: PermissionSet) -> AnyView {
    if shown.is_deleted {
        let text =
            "A customer in the trash hangs nowhere. Restored, it comes back to its parent if that is still there.";
        return view! { <EmptyState icon=IconName::Tree title="In the trash" text=text/> }.into_any();
    }
    let (id, branches) = (shown.mover.id, shown.branches.clone());
    let moving = if shown.words.is_some() { "move=1&" } else { "" };
    let address = format!("/customers/{id}/hierarchy?{moving}");
    let label = format!("{} and everybody below", shown.mover.name);
    let may_move = permissions.has(Permission::CustomersMove);
    let nobody = (shown.hierarchy.children == 0).then(|| {
        view! { <p class="muted">"Nobody hangs under this customer yet. Choose New sub-account to add the first."</p> }
    });
    view! {
        <Card title="Customers below">
            <CustomerTree root=Some(id) branches=branches address=address label=label may_move=may_move/>
            {nobody}
        </Card>
    }
    .into_any()
}
