//! `/api-clients`: every API client with what it may do and when it was last seen.

use leptos::prelude::*;

use super::words::{StateBadge, client_type, grants_text, token_kind};
use crate::app::use_session;
use crate::oauth::{OAuthClient, list_clients};
use crate::shared::permission::Permission;
use crate::ui::{CopyButton, DataTable, EmptyState, IconName, LinkButton, Page, ProblemPage, Skeleton, When, format};

/// The list of API clients.
#[component]
pub fn ClientListPage() -> impl IntoView {
    let may_manage = use_session().permissions.has(Permission::ClientsManage);
    let clients = Resource::new(|| (), |()| list_clients());
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match clients.await {
                    Ok(clients) => view! { <Clients clients may_manage/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Clients(clients: Vec<OAuthClient>, may_manage: bool) -> impl IntoView {
    let body = if clients.is_empty() { nothing(may_manage) } else { table(clients) };
    view! {
        <Page
            title="API clients"
            intro="Programs that read and change data through the API, each under its own name and with its own rights."
            actions=move || new_client(may_manage)
        >
            {body}
        </Page>
    }
}

fn new_client(may_manage: bool) -> AnyView {
    let button = may_manage.then(|| {
        view! { <LinkButton href="/api-clients/new" label="New API client" icon=IconName::Plus primary=true/> }
    });
    view! { {button} }.into_any()
}

fn table(clients: Vec<OAuthClient>) -> AnyView {
    let head = || {
        view! {
            <th scope="col">"Name"</th>
            <th scope="col">"Client ID"</th>
            <th scope="col">"Kind"</th>
            <th scope="col">"Acts"</th>
            <th scope="col" class="numeric">"Live tokens"</th>
            <th scope="col">"Last used"</th>
            <th scope="col">"State"</th>
        }
    };
    let rows = clients.into_iter().map(row).collect_view();
    view! {
        <DataTable caption="API clients" head=head>
            {rows}
        </DataTable>
    }
    .into_any()
}

fn row(client: OAuthClient) -> AnyView {
    let kind = format!("{}, {}", client_type(client.is_confidential), token_kind(client.token_kind));
    let used = match client.last_used_at {
        Some(at) => view! { <When at=at/> }.into_any(),
        None => "never".into_any(),
    };
    let copied = client.client_id.clone();
    view! {
        <tr>
            <td data-label="Name">
                <div class="entry">
                    <a href=format!("/api-clients/{}", client.id)>{client.name}</a>
                    <span class="muted">{client.description}</span>
                </div>
            </td>
            <td data-label="Client ID">
                <span><code>{client.client_id}</code> " " <CopyButton text=copied label="Copy client ID"/></span>
            </td>
            <td data-label="Kind">{kind}</td>
            <td data-label="Acts">{grants_text(&client.grants)}</td>
            <td data-label="Live tokens" class="numeric">{format::count(client.live_tokens)}</td>
            <td data-label="Last used">{used}</td>
            <td data-label="State"><StateBadge is_active=client.is_active/></td>
        </tr>
    }
    .into_any()
}

fn nothing(may_manage: bool) -> AnyView {
    let actions = move || {
        view! {
            {new_client(may_manage)}
            <a class="button" href="/api/docs/" rel="external">"API documentation"</a>
        }
    };
    view! {
        <EmptyState
            icon=IconName::Key
            title="No API clients yet"
            text="A program that works with your customers – a shop, a billing run, an app – gets an API client: a \
                  name, rights of its own and a way to obtain tokens, which you can end at any time."
            actions=actions
        />
    }
    .into_any()
}
