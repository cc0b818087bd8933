//! The pages' door to API clients and consent.

use leptos::prelude::*;

use super::model::{AuthorizationRequest, ClientChoices, ClientInput, Consent, NewSecret, OAuthClient};
use crate::shared::id::OAuthClientId;
use crate::shared::problem::Problem;

/// Every API client, by name.
#[server(prefix = "/api/fn", endpoint = "oauth-clients/list")]
pub async fn list_clients() -> Result<Vec<OAuthClient>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.oauth.list(&caller.actor).await
}

/// One API client.
#[server(prefix = "/api/fn", endpoint = "oauth-clients/get")]
pub async fn get_client(id: OAuthClientId) -> Result<OAuthClient, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.oauth.get(&caller.actor, id).await
}

/// Scopes, partners and locations that the caller may grant.
#[server(prefix = "/api/fn", endpoint = "oauth-clients/choices")]
pub async fn load_client_choices() -> Result<ClientChoices, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.oauth.choices(&caller.actor).await
}

/// The secret that was made last in this session, until it is put away.
#[server(prefix = "/api/fn", endpoint = "oauth-clients/new-secret")]
pub async fn new_client_secret(id: OAuthClientId) -> Result<Option<NewSecret>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.actor.require(crate::shared::permission::Permission::ClientsManage)?;
    let made = crate::server::kept_secret::<NewSecret>("client").await?;
    Ok(made.filter(|made| made.id == id))
}

/// Makes a client; its secret is told once.
#[server(prefix = "/api/fn", endpoint = "oauth-clients/create")]
pub async fn create_client(client: ClientInput) -> Result<NewSecret, Problem> {
    let caller = crate::server::signed_in().await?;
    let made = caller.services.oauth.create(&caller.actor, client).await?;
    crate::server::keep_secret("client", &made).await?;
    crate::server::go_to(&format!("/api-clients/{}?done=created", made.id));
    Ok(made)
}

/// Changes a client of which `version` was read.
#[server(prefix = "/api/fn", endpoint = "oauth-clients/update")]
pub async fn update_client(id: OAuthClientId, version: i64, client: ClientInput) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.oauth.update(&caller.actor, id, version, client).await?;
    crate::server::go_to(&format!("/api-clients/{id}?done=saved"));
    Ok(())
}

/// Adds a second secret, told once; the first stays good until it is revoked.
#[server(prefix = "/api/fn", endpoint = "oauth-clients/rotate")]
pub async fn rotate_client_secret(id: OAuthClientId) -> Result<NewSecret, Problem> {
    let caller = crate::server::signed_in().await?;
    let made = caller.services.oauth.rotate(&caller.actor, id).await?;
    crate::server::keep_secret("client", &made).await?;
    crate::server::go_to(&format!("/api-clients/{id}?done=rotated"));
    Ok(made)
}

/// The person has kept the secret: it is not shown again.
#[server(prefix = "/api/fn", endpoint = "oauth-clients/put-secret-away")]
pub async fn put_client_secret_away(id: OAuthClientId) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.actor.require(crate::shared::permission::Permission::ClientsManage)?;
    crate::server::drop_secret("client").await?;
    crate::server::go_to(&format!("/api-clients/{id}"));
    Ok(())
}

/// Revokes one secret.
#[server(prefix = "/api/fn", endpoint = "oauth-clients/revoke-secret")]
pub async fn revoke_client_secret(id: OAuthClientId, secret: i64) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.oauth.revoke_secret(&caller.actor, id, secret).await?;
    crate::server::go_to(&format!("/api-clients/{id}?done=secret-revoked"));
    Ok(())
}

/// Ends every token of a client at once; it can obtain new ones.
#[server(prefix = "/api/fn", endpoint = "oauth-clients/revoke-tokens")]
pub async fn revoke_client_tokens(id: OAuthClientId) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.oauth.revoke_tokens(&caller.actor, id).await?;
    crate::server::go_to(&format!("/api-clients/{id}?done=tokens-revoked"));
    Ok(())
}

/// Lets a client in again, or no longer: its tokens end at once.
#[server(prefix = "/api/fn", endpoint = "oauth-clients/set-active")]
pub async fn set_client_active(id: OAuthClientId, active: bool) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.oauth.set_active(&caller.actor, id, active).await?;
    crate::server::go_to(&format!("/api-clients/{id}?done={}", if active { "activated" } else { "deactivated" }));
    Ok(())
}

/// What an authorization request asks the person to agree to.
#[server(prefix = "/api/fn", endpoint = "oauth/consent")]
pub async fn load_consent(request: AuthorizationRequest) -> Result<Consent, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.oauth.consent(&caller.actor, &request).await
}

/// Agrees or refuses, and sends the browser back to the client.
#[server(prefix = "/api/fn", endpoint = "oauth/decide")]
pub async fn decide_consent(request: AuthorizationRequest, #[server(default)] allow: bool) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    let back = caller.services.oauth.decide(&caller.actor, &request, allow).await?;
    crate::server::go_to(&back);
    Ok(())
}
