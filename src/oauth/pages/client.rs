//! `/api-clients/:id`: everything about an API client and what can be done with it now.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::edit::edit_form;
use super::facts::{addresses, facts};
use super::questions::questions;
use super::reading::{base_url, failure, read_client, read_new_secret, use_client_id};
use super::secrets::{new_secret, secrets, try_it};
use super::words::StateBadge;
use crate::app::use_session;
use crate::oauth::{
    ClientChoices, NewSecret, OAuthClient, PutClientSecretAway, RevokeClientSecret, RevokeClientTokens,
    RotateClientSecret, SetClientActive, UpdateClient, load_client_choices,
};
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::ui::{Banner, Columns, ErrorSummary, Page, ProblemPage, Skeleton, Tone, TypedValues, recalled_after};

/// What this person may do here, and what they tried in vain.
#[derive(Clone, Copy)]
struct Visit {
    may_manage: bool,
    save_failed: Signal<Option<Problem>>,
    deed_failed: Signal<Option<Problem>>,
}

/// The page of one API client.
#[component]
pub fn ClientPage() -> impl IntoView {
    let may_manage = use_session().permissions.has(Permission::ClientsManage);
    let save_failed = failure::<UpdateClient>();
    let typed = recalled_after(save_failed.is_some(), "oauth-clients/update");
    let visit =
        Visit { may_manage, save_failed: Signal::stored(save_failed), deed_failed: Signal::stored(failed_deed()) };
    let id = use_client_id();
    let client = Resource::new(move || id.get(), read_client);
    let made = Resource::new(move || id.get().filter(|_| may_manage), read_new_secret);
    let choices = Resource::new(|| (), |()| load_client_choices());
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                let (choices, made, typed) = (choices.await, made.await, typed.await);
                match client.await {
                    Ok(client) => view! { <Details client choices made typed visit/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// Why the last deed but saving was refused.
fn failed_deed() -> Option<Problem> {
    failure::<RotateClientSecret>()
        .or_else(failure::<PutClientSecretAway>)
        .or_else(failure::<RevokeClientSecret>)
        .or_else(failure::<RevokeClientTokens>)
        .or_else(failure::<SetClientActive>)
}

#[component]
fn Details(
    client: OAuthClient,
    choices: Result<ClientChoices, Problem>,
    made: Option<NewSecret>,
    typed: TypedValues,
    visit: Visit,
) -> impl IntoView {
    let base = base_url();
    let is_active = client.is_active;
    let buttons = visit.may_manage.then(|| questions(&client));
    let names = choices.clone().unwrap_or_default();
    let told = made.and_then(|made| new_secret(&client, made, &base));
    // The lines with the secret in them are enough.
    let lines = if told.is_none() { try_it(&client, &base) } else { None };
    let form = visit.may_manage.then(|| edit_form(&client, choices, typed, visit.save_failed));
    view! {
        <Page
            title=client.name.clone()
            back=("/api-clients", "API clients")
            badges=move || view! { <StateBadge is_active=is_active/> }
            actions=move || view! { {buttons} }
        >
            <Outcome visit=visit/>
            {told}
            <Columns>
                {facts(&client, &names)}
                <div class="stack">
                    {secrets(&client, visit.may_manage)}
                    {lines}
                    {addresses(&client, &base)}
                </div>
            </Columns>
            {form}
        </Page>
    }
}

/// What has just been done, or why not.
#[component]
fn Outcome(visit: Visit) -> impl IntoView {
    let query = use_query_map();
    let done = move || {
        let failed = visit.save_failed.with(Option::is_some) || visit.deed_failed.with(Option::is_some);
        let title = query.with(|query| query.get_str("done").and_then(sentence)).filter(|_| !failed)?;
        Some(view! { <Banner tone=Tone::Ok title=title/> })
    };
    view! {
        <div role="status">{done}</div>
        <ErrorSummary problem=visit.deed_failed/>
    }
}

/// The sentence for a word after `?done=`.
fn sentence(done: &str) -> Option<&'static str> {
    Some(match done {
        "created" => "API client created.",
        "saved" => "Changes saved. They hold for tokens that it has already.",
        "rotated" => "New secret made.",
        "secret-revoked" => "Secret revoked.",
        "tokens-revoked" => "All its tokens are ended.",
        "activated" => "API client activated.",
        "deactivated" => "API client deactivated; its tokens are ended.",
        _ => return None,
    })
}
