//! `/api-clients/new`: makes an API client, whose secret the next page tells once.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::fields::ClientFields;
use super::reading::failure;
use crate::app::use_session;
use crate::oauth::{ClientChoices, ClientInput, CreateClient, GrantType, load_client_choices};
use crate::shared::permission::{Permission, ScopeInput};
use crate::shared::problem::Problem;
use crate::ui::{
    ErrorSummary, FormActions, LinkButton, Page, ProblemPage, Skeleton, SubmitButton, TypedValues, recalled_after,
};

/// The form for a new API client.
#[component]
pub fn NewClientPage() -> impl IntoView {
    if !use_session().permissions.has(Permission::ClientsManage) {
        let problem = Problem::Forbidden { permission: Permission::ClientsManage.as_str().to_owned() };
        return view! { <ProblemPage problem/> }.into_any();
    }
    let failed = failure::<CreateClient>();
    let typed = recalled_after(failed.is_some(), "oauth-clients/create");
    let failed = Signal::stored(failed);
    let choices = Resource::new(|| (), |()| load_client_choices());
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                let typed = typed.await;
                match choices.await {
                    Ok(choices) => view! { <CreateForm choices typed problem=failed/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// What most programs are: on a server, for themselves. What they may do has to be said.
fn usual() -> ClientInput {
    ClientInput {
        is_confidential: true,
        grants: vec![GrantType::ClientCredentials.as_str().to_owned()],
        scope: ScopeInput::all(),
        ..ClientInput::default()
    }
}

#[component]
fn CreateForm(choices: ClientChoices, typed: TypedValues, problem: Signal<Option<Problem>>) -> impl IntoView {
    view! {
        <Page title="New API client" back=("/api-clients", "API clients")>
            <form class="form" method="post" action=CreateClient::url()>
                <ErrorSummary problem=problem/>
                <ClientFields value=usual() choices=choices typed=typed problem=problem/>
                <FormActions>
                    <SubmitButton label="Create API client"/>
                    <LinkButton href="/api-clients" label="Cancel"/>
                </FormActions>
            </form>
        </Page>
    }
}
