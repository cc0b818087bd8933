//! The integrators' door to API clients; the endpoints that the clients themselves use stand beside it.

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use super::endpoints::endpoints;
use super::model::{ClientInput, NewSecret, OAuthClient};
use crate::server::{ApiProblem, AppState, JsonBody, PathId, Signed, answer, required_version, tagged};
use crate::shared::id::OAuthClientId;
use crate::shared::problem::ProblemBody;

/// `/api/v1/oauth-clients…`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, update))
        .routes(routes!(activate))
        .routes(routes!(deactivate))
        .routes(routes!(rotate))
        .routes(routes!(revoke_secret))
        .routes(routes!(revoke_tokens))
}

/// List API clients.
#[utoipa::path(get, path = "/api/v1/oauth-clients", tag = "oauth-clients", operation_id = "list_oauth_clients",
    responses((status = 200, body = Vec<OAuthClient>), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody)))]
async fn list(Signed(caller): Signed) -> Result<Json<Vec<OAuthClient>>, ApiProblem> {
    Ok(Json(caller.services.oauth.list(&caller.actor).await?))
}

/// Make an API client; the answer is the only one that holds its secret.
#[utoipa::path(post, path = "/api/v1/oauth-clients", tag = "oauth-clients", operation_id = "create_oauth_client",
    request_body = ClientInput, responses(
    (status = 201, body = NewSecret, description = "`Location` of the new client"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "Also when the client would hold more than the caller"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(Signed(caller): Signed, JsonBody(input): JsonBody<ClientInput>) -> Result<Response, ApiProblem> {
    let made = caller.services.oauth.create(&caller.actor, input).await?;
    let location = format!("/api/v1/oauth-clients/{}", made.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(made)).into_response())
}

/// Read an API client.
#[utoipa::path(get, path = "/api/v1/oauth-clients/{id}", tag = "oauth-clients", operation_id = "read_oauth_client",
    params(("id" = i64, Path)), responses((status = 200, body = OAuthClient, description = "With its `ETag`"),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn read(Signed(caller): Signed, PathId(id): PathId<OAuthClientId>) -> Result<Response, ApiProblem> {
    let client = caller.services.oauth.get(&caller.actor, id).await?;
    Ok(tagged(StatusCode::OK, client.version, &client))
}

/// Change an API client by a merge patch (RFC 7396); `If-Match` names the version it is based on.
#[utoipa::path(patch, path = "/api/v1/oauth-clients/{id}", tag = "oauth-clients", operation_id = "update_oauth_client",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")),
    request_body(content = ClientInput, content_type = "application/merge-patch+json"), responses(
    (status = 200, body = OAuthClient), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "Also when the client holds more than the caller"),
    (status = 404, body = ProblemBody),
    (status = 412, body = ProblemBody, description = "Changed in the meantime; `current` holds what is stored"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 428, body = ProblemBody)))]
async fn update(
    Signed(caller): Signed,
    PathId(id): PathId<OAuthClientId>,
    headers: HeaderMap,
    JsonBody(patch): JsonBody<Value>,
) -> Result<Response, ApiProblem> {
    let version = required_version(&headers)?;
    let saved = caller.services.oauth.patch(&caller.actor, id, version, &patch).await;
    answer(saved, |client| client.version, caller.services.oauth.get(&caller.actor, id)).await
}

/// Let an API client in again.
#[utoipa::path(post, path = "/api/v1/oauth-clients/{id}/activate", tag = "oauth-clients",
    operation_id = "activate_oauth_client", params(("id" = i64, Path)), responses(
    (status = 200, body = OAuthClient), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn activate(Signed(caller): Signed, PathId(id): PathId<OAuthClientId>) -> Result<Response, ApiProblem> {
    let client = caller.services.oauth.set_active(&caller.actor, id, true).await?;
    Ok(tagged(StatusCode::OK, client.version, &client))
}

/// Let an API client in no longer; its tokens end at once.
#[utoipa::path(post, path = "/api/v1/oauth-clients/{id}/deactivate", tag = "oauth-clients",
    operation_id = "deactivate_oauth_client", params(("id" = i64, Path)), responses(
    (status = 200, body = OAuthClient), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn deactivate(Signed(caller): Signed, PathId(id): PathId<OAuthClientId>) -> Result<Response, ApiProblem> {
    let client = caller.services.oauth.set_active(&caller.actor, id, false).await?;
    Ok(tagged(StatusCode::OK, client.version, &client))
}

/// Add a second secret; the answer is the only one that holds it. The first stays good until it is revoked.
#[utoipa::path(post, path = "/api/v1/oauth-clients/{id}/secrets", tag = "oauth-clients",
    operation_id = "rotate_oauth_client_secret", params(("id" = i64, Path)), responses(
    (status = 201, body = NewSecret), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`two_secrets`, `public_client`")))]
async fn rotate(Signed(caller): Signed, PathId(id): PathId<OAuthClientId>) -> Result<Response, ApiProblem> {
    let made = caller.services.oauth.rotate(&caller.actor, id).await?;
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// Revoke a secret; without any, the client cannot authenticate.
#[utoipa::path(delete, path = "/api/v1/oauth-clients/{id}/secrets/{secret}", tag = "oauth-clients",
    operation_id = "revoke_oauth_client_secret", params(("id" = i64, Path), ("secret" = i64, Path)), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn revoke_secret(
    Signed(caller): Signed,
    PathId((id, secret)): PathId<(OAuthClientId, i64)>,
) -> Result<StatusCode, ApiProblem> {
    caller.services.oauth.revoke_secret(&caller.actor, id, secret).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End every token of an API client at once; it can obtain new ones.
#[utoipa::path(post, path = "/api/v1/oauth-clients/{id}/revoke-tokens", tag = "oauth-clients",
    operation_id = "revoke_oauth_client_tokens", params(("id" = i64, Path)), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn revoke_tokens(Signed(caller): Signed, PathId(id): PathId<OAuthClientId>) -> Result<StatusCode, ApiProblem> {
    caller.services.oauth.revoke_tokens(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
