//! `/customers/:id/status/:action`: one form for everything that can be done with a status.
//!
//! The forms are plain ones: a change of status shows everywhere, and only a fresh document knows it everywhere.

use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::fields::{ActionFields, Asked};
use crate::app::use_session;
use crate::customers::components::{StatusBadge, read_customer, use_customer_id};
use crate::customers::hierarchy::{customer_hierarchy, possible_parents};
use crate::customers::status::{
    ChangeStatus, ReleaseHold, StatusAction, StatusNotices, action_title, customer_status, name_reasons,
};
use crate::shared::id::CustomerId;
use crate::shared::permission::PermissionSet;
use crate::shared::problem::Problem;
use crate::ui::{
    Banner, Card, ErrorSummary, FormActions, Hidden, LinkButton, Page, ProblemPage, SearchBox, Skeleton, SubmitButton,
    Tone, TypedValues, problem_of, recalled,
};

/// What the forms of the page call.
#[derive(Clone, Copy)]
struct Forms {
    change: ServerAction<ChangeStatus>,
    release: ServerAction<ReleaseHold>,
}

/// What a form starts from, besides the customer.
#[derive(Clone)]
struct Start {
    permissions: PermissionSet,
    problem: Signal<Option<Problem>>,
    typed: TypedValues,
    reason: String,
}

/// The form of one action.
#[component]
pub fn StatusActionPage() -> impl IntoView {
    let (id, params, query) = (use_customer_id(), use_params_map(), use_query_map());
    let permissions = use_session().permissions;
    let action = Memo::new(move |_| params.with(|params| params.get_str("action").and_then(StatusAction::parse)));
    let search = Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default()));
    let reason = Memo::new(move |_| query.with(|query| query.get("reason").unwrap_or_default()));
    let forms = Forms { change: ServerAction::new(), release: ServerAction::new() };
    let (changing, releasing) = (problem_of(forms.change), problem_of(forms.release));
    let problem: Signal<Option<Problem>> = Signal::derive(move || changing.get().or_else(|| releasing.get()));
    let (change, release) = (recalled(forms.change, "status/change"), recalled(forms.release, "status/release"));
    let asked =
        Resource::new(move || (id.get(), action.get(), search.get()), |(id, action, search)| read(id, action, search));
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                let (change, release) = (change.await, release.await);
                let typed = if change.is_empty() { release } else { change };
                let reason = reason.get_untracked();
                match asked.await {
                    Ok(asked) => content(asked, Start { permissions, problem, typed, reason }),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

async fn read(id: Option<CustomerId>, action: Option<StatusAction>, search: String) -> Result<Asked, Problem> {
    let Some(action) = action else { return Err(Problem::not_found("page")) };
    let customer = read_customer(id).await?;
    let view = customer_status(customer.id).await?;
    let (mut children, mut parents) = (0, Vec::new());
    if action == StatusAction::Terminate {
        children = customer_hierarchy(customer.id).await?.children;
        if !search.trim().is_empty() {
            parents = possible_parents(Some(customer.id), search.clone()).await?;
        }
    }
    Ok(Asked { action, customer, view, children, search, parents })
}

fn content(asked: Asked, start: Start) -> AnyView {
    let (customer, status) = (asked.customer.clone(), asked.view.status);
    let title = format!("{}: {}", action_title(asked.action, status), customer.name);
    let back = (format!("/customers/{}", customer.id), customer.name.clone());
    let listed = asked.view.actions.iter().find(|one| one.action == asked.action);
    let obstacle = match listed {
        Some(possible) => possible.obstacle.clone(),
        None => Some(format!("The customer is {}.", status.label().to_lowercase())),
    };
    let (notices, problem) = (asked.view.clone(), start.problem);
    let body = match obstacle {
        Some(obstacle) => view! { <Impossible obstacle problem href=back.0.clone()/> }.into_any(),
        None => view! { <ChangeForm asked start/> }.into_any(),
    };
    view! {
        <Page title=title back=back badges=move || view! { <StatusBadge status=status/> }>
            <StatusNotices customer view=notices/>
            {body}
        </Page>
    }
    .into_any()
}

/// Why nothing can be done here.
#[component]
fn Impossible(obstacle: String, problem: Signal<Option<Problem>>, href: String) -> impl IntoView {
    view! {
        <ErrorSummary problem/>
        <Banner tone=Tone::Warn title="This is not possible now">
            <p>{obstacle}</p>
        </Banner>
        <div class="cluster"><LinkButton href=href label="Back to the customer"/></div>
    }
}

#[component]
fn ChangeForm(asked: Asked, start: Start) -> impl IntoView {
    let Start { permissions, problem, typed, reason } = start;
    let id = asked.customer.id;
    let typed = if typed.get("customer_id") == Some(id.to_string().as_str()) { typed } else { TypedValues::default() };
    let url = if asked.to().is_some() { ChangeStatus::url() } else { ReleaseHold::url() };
    let to = asked.to().map(|to| view! { <Hidden name="change[to]" value=to.as_str()/> });
    let label = action_title(asked.action, asked.view.status);
    let danger = asked.action == StatusAction::Terminate;
    let consequences = asked.consequences();
    let holds = (asked.action == StatusAction::Resume)
        .then(|| format!("Holds that are closed: {}.", name_reasons(asked.view.holds.iter().map(|hold| hold.reason))));
    let finder = (asked.children > 0).then(|| finder(&asked));
    view! {
        {finder}
        <Card title="What happens">
            <form class="form" method="post" action=url>
                <ErrorSummary problem/>
                <p>{consequences}</p>
                {holds.map(|holds| view! { <p>{holds}</p> })}
                <Hidden name="customer_id" value=id.to_string()/>
                {to}
                <Provider value=typed>
                    <ActionFields asked reason permissions problem/>
                </Provider>
                <FormActions>
                    <SubmitButton label=label danger=danger/>
                    <LinkButton href=format!("/customers/{id}") label="Cancel"/>
                </FormActions>
            </form>
        </Card>
    }
}

/// The search for a new parent of the children; what it finds becomes a choice of the form.
fn finder(asked: &Asked) -> AnyView {
    let path = format!("/customers/{}/status/{}", asked.customer.id, asked.action.as_str());
    let nothing = (!asked.search.trim().is_empty() && asked.parents.is_empty())
        .then(|| view! { <p class="muted">"No customer was found under which they could move."</p> });
    let value = asked.search.clone();
    view! {
        <Card title="Find a new parent">
            <p class="muted">"Needed only to move the customers under this one. Search first, then fill in the form."</p>
            <SearchBox action=path label="Search by name or portal ID" value=value/>
            {nothing}
        </Card>
    }
    .into_any()
}
