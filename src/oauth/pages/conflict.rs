//! Two versions of an API client side by side, when somebody else saved first.

use std::str::FromStr;

use leptos::prelude::*;

use super::words::{grants_text, locations_text, partners_text, token_kind};
use crate::auth::tokens::TokenKind;
use crate::oauth::{ClientChoices, ClientInput, GrantType, OAuthClient};
use crate::shared::permission::ScopeInput;
use crate::ui::{Banner, DiffRow, DiffTable, FormActions, SubmitButton, Tone, TypedValues};

/// The conflict with both ways out of it; a part of the form, so that one of them can save.
pub(super) fn conflict(stored: &OAuthClient, typed: &TypedValues, choices: &ClientChoices) -> AnyView {
    let rows = differences(&stored.input(), &typed_input(typed, stored), choices);
    let advice = if rows.is_empty() {
        "No field of this form differs: save again."
    } else {
        "Compare the fields that differ: keep yours, take theirs, or go on editing below and save."
    };
    let table = (!rows.is_empty()).then(|| {
        view! { <DiffTable rows=rows caption="Fields that differ" before="Stored now" after="Yours"/> }
    });
    let record = format!("/api-clients/{}", stored.id);
    view! {
        <div role="alert" class="stack" tabindex="-1" autofocus=true>
            <Banner tone=Tone::Warn title="Somebody else saved a change since you opened this">
                <p>{advice}</p>
            </Banner>
            {table}
            <FormActions>
                <SubmitButton label="Keep mine"/>
                // A fresh page: the fields start from what is stored.
                <a class="button" href=record rel="external">"Take theirs"</a>
            </FormActions>
        </div>
    }
    .into_any()
}

/// The client that typed values describe.
fn typed_input(typed: &TypedValues, stored: &OAuthClient) -> ClientInput {
    let text = |name: &str| typed.get(name).unwrap_or_default().to_owned();
    ClientInput {
        name: text("client[name]"),
        description: text("client[description]"),
        is_confidential: stored.is_confidential,
        token_kind: typed.get("client[token_kind]").and_then(TokenKind::parse).unwrap_or(stored.token_kind),
        grants: ticked(typed, "client[grants]["),
        redirect_uris: text("client[redirect_uris]"),
        scopes: ticked(typed, "client[scopes]["),
        scope: ScopeInput {
            all_partners: typed.get("client[scope][all_partners]").is_some(),
            partners: ticked(typed, "client[scope][partners]["),
            all_locations: typed.get("client[scope][all_locations]").is_some(),
            locations: ticked(typed, "client[scope][locations]["),
        },
    }
}

/// The values of the boxes whose names begin like this.
fn ticked<T: FromStr>(typed: &TypedValues, prefix: &str) -> Vec<T> {
    let boxes = typed.0.iter().filter(|(name, _)| name.starts_with(prefix));
    boxes.filter_map(|(_, value)| value.parse().ok()).collect()
}

/// The fields that read otherwise.
fn differences(stored: &ClientInput, typed: &ClientInput, choices: &ClientChoices) -> Vec<DiffRow> {
    let pairs = texts(stored, choices).into_iter().zip(texts(typed, choices));
    let rows = pairs.map(|((label, before), (_, after))| DiffRow { label: label.to_owned(), before, after });
    rows.filter(|row| row.before != row.after).collect()
}

fn texts(input: &ClientInput, choices: &ClientChoices) -> [(&'static str, String); 8] {
    let grants: Vec<GrantType> = input.grants.iter().filter_map(|name| GrantType::parse(name)).collect();
    let uris: Vec<&str> = input.redirect_uris.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut scopes: Vec<&str> = input.scopes.iter().map(String::as_str).collect();
    scopes.sort_unstable();
    [
        ("Name", input.name.trim().to_owned()),
        ("Description", input.description.trim().to_owned()),
        ("How it obtains tokens", grants_text(&grants)),
        ("Kind of its tokens", token_kind(input.token_kind).to_owned()),
        ("Redirect URIs", uris.join(", ")),
        ("What it may do", scopes.join(", ")),
        ("Partners", partners_text(&input.scope, choices)),
        ("Locations", locations_text(&input.scope, choices)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::id::OAuthClientId;
    use chrono::DateTime;

    fn stored() -> OAuthClient {
        OAuthClient {
            id: OAuthClientId(7),
            client_id: "shop".to_owned(),
            name: "Shop".to_owned(),
            description: String::new(),
            is_confidential: true,
            token_kind: TokenKind::Jwt,
            grants: vec![GrantType::ClientCredentials],
            redirect_uris: Vec::new(),
            scopes: vec!["customers.read".to_owned(), "customers.create".to_owned()],
            scope: ScopeInput::all(),
            is_active: true,
            last_used_at: None,
            created_by: None,
            created_at: DateTime::UNIX_EPOCH,
            secrets: Vec::new(),
            live_tokens: 0,
            version: 1,
        }
    }

    #[test]
    fn only_what_was_changed_differs() {
        let typed = [
            ("client[name]", "Web shop"),
            ("client[description]", ""),
            ("client[grants][0]", "client_credentials"),
            ("client[redirect_uris]", "\r\n"),
            ("client[scopes][3]", "customers.read"),
            ("client[scopes][4]", "customers.create"),
            ("client[scope][all_partners]", "true"),
            ("client[scope][locations][1]", "4"),
        ];
        let typed = TypedValues(typed.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        let rows = differences(&stored().input(), &typed_input(&typed, &stored()), &ClientChoices::default());
        let row = |label: &str, before: &str, after: &str| DiffRow {
            label: label.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
        };
        assert_eq!(rows, [row("Name", "Shop", "Web shop"), row("Locations", "Every location", "#4")]);
    }
}
