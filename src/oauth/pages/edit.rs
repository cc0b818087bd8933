//! The form that changes an API client.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::conflict::conflict;
use super::fields::ClientFields;
use crate::oauth::{ClientChoices, OAuthClient, UpdateClient};
use crate::shared::problem::Problem;
use crate::ui::{Banner, Card, ErrorSummary, FormActions, Hidden, SubmitButton, Tone, TypedValues};

/// The fields with what is stored, or with what was typed into this very form before it failed; above them what went
/// wrong.
pub(super) fn edit_form(
    client: &OAuthClient,
    choices: Result<ClientChoices, Problem>,
    typed: TypedValues,
    problem: Signal<Option<Problem>>,
) -> AnyView {
    let choices = match choices {
        Ok(choices) => choices,
        Err(problem) => {
            return view! {
                <Card title="Change">
                    <Banner tone=Tone::Danger title=problem.detail()/>
                </Card>
            }
            .into_any();
        }
    };
    let id = client.id.to_string();
    let typed = if typed.get("id") == Some(id.as_str()) { typed } else { TypedValues::default() };
    let stale = problem.with_untracked(|problem| matches!(problem, Some(Problem::Stale { .. }))) && !typed.is_empty();
    let conflict = stale.then(|| conflict(client, &typed, &choices));
    let shown = Signal::derive(move || problem.get().filter(|_| !stale));
    let (value, version) = (client.input(), version_to_send(client, &typed, stale));
    view! {
        <Card title="Change">
            <form class="form" method="post" action=UpdateClient::url()>
                <ErrorSummary problem=shown/>
                {conflict}
                <Hidden name="id" value=id/>
                <Hidden name="version" value=version/>
                <ClientFields value=value choices=choices typed=typed problem=problem type_fixed=true/>
                <FormActions>
                    <SubmitButton label="Save changes"/>
                </FormActions>
            </form>
        </Card>
    }
    .into_any()
}

/// The version that may be overwritten: the one that the typed values were typed against, or, once both versions
/// have been compared, the one that is stored.
fn version_to_send(client: &OAuthClient, typed: &TypedValues, compared: bool) -> String {
    match typed.get("version") {
        Some(version) if !compared => version.to_owned(),
        _ => client.version.to_string(),
    }
}
