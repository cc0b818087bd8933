//! What is known about an API client, and the addresses that a program with it needs.

use leptos::prelude::*;

use super::words::{client_type, grants_text, locations_text, partners_text, scope_meaning, token_kind};
use crate::auth::tokens::TokenKind;
use crate::oauth::{ClientChoices, GrantType, OAuthClient};
use crate::ui::{Card, CopyButton, Fact, Facts, When, format};

/// What a client is and may do.
pub(super) fn facts(client: &OAuthClient, choices: &ClientChoices) -> AnyView {
    let kind = format!("{}, {}", client_type(client.is_confidential), token_kind(client.token_kind));
    let description = (!client.description.is_empty()).then(|| text("Description", client.description.clone()));
    let redirect_uris = (!client.redirect_uris.is_empty()).then(|| redirect_uris(&client.redirect_uris));
    let facts = vec![
        copied("Client ID", client.client_id.clone()),
        text("Kind", kind),
        text("Acts", grants_text(&client.grants)),
        scopes(&client.scopes),
        text("Partners", partners_text(&client.scope, choices)),
        text("Locations", locations_text(&client.scope, choices)),
        life(client),
    ];
    view! {
        <Card title="Facts">
            <Facts>
                {description}
                {facts}
                {redirect_uris}
            </Facts>
        </Card>
    }
    .into_any()
}

fn text(label: &'static str, value: String) -> AnyView {
    view! { <Fact label=label><span class="preserve">{value}</span></Fact> }.into_any()
}

/// A fact with a button that copies it.
pub(super) fn copied(label: &'static str, value: String) -> AnyView {
    let text = value.clone();
    view! { <Fact label=label><code>{value}</code> " " <CopyButton text=text label=format!("Copy: {label}")/></Fact> }
        .into_any()
}

fn redirect_uris(uris: &[String]) -> AnyView {
    let lines = uris.iter().map(|uri| view! { <li><code>{uri.clone()}</code></li> }).collect_view();
    view! { <Fact label="Redirect URIs"><ul class="stack-tight">{lines}</ul></Fact> }.into_any()
}

fn scopes(scopes: &[String]) -> AnyView {
    let line = |name: &String| view! { <li>{scope_meaning(name).to_owned()} " " <code>{name.clone()}</code></li> };
    let lines = scopes.iter().map(line).collect_view();
    view! { <Fact label="May"><ul class="stack-tight">{lines}</ul></Fact> }.into_any()
}

/// When it was made and last seen.
fn life(client: &OAuthClient) -> AnyView {
    let live = format::count(client.live_tokens);
    let used = match client.last_used_at {
        Some(at) => view! { <When at=at/> }.into_any(),
        None => "never".into_any(),
    };
    let created_at = client.created_at;
    let created_by = client.created_by.as_ref().map(|name| format!(" by {name}"));
    view! {
        <Fact label="Live tokens">{live}</Fact>
        <Fact label="Last token issued">{used}</Fact>
        <Fact label="Created"><When at=created_at/> {created_by}</Fact>
    }
    .into_any()
}

/// Where a program finds what, when it needs more than the token endpoint: it acts for people, or its tokens are
/// checked elsewhere.
pub(super) fn addresses(client: &OAuthClient, base: &str) -> Option<AnyView> {
    let for_people = client.grants.contains(&GrantType::AuthorizationCode);
    let is_signed = client.token_kind == TokenKind::Jwt;
    let rows = [
        ("Authorization endpoint", "/oauth/authorize", for_people),
        ("Token endpoint", "/oauth/token", true),
        ("Revocation endpoint", "/oauth/revoke", true),
        ("Metadata", "/.well-known/oauth-authorization-server", true),
        ("Keys of the JWTs", "/.well-known/jwks.json", is_signed),
    ];
    let rows = rows.into_iter().filter(|(.., needed)| *needed);
    let rows = rows.map(|(label, path, _)| copied(label, format!("{base}{path}"))).collect_view();
    let pkce = for_people.then(|| {
        view! {
            <p class="muted">
                "With PKCE: the request for a code carries " <code>"code_challenge"</code> " and "
                <code>"code_challenge_method=S256"</code> "."
            </p>
        }
    });
    (for_people || is_signed).then(|| {
        view! {
            <Card title="Addresses">
                <Facts>{rows}</Facts>
                {pkce}
            </Card>
        }
        .into_any()
    })
}
