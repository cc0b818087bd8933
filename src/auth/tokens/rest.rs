//! The integrators' door to token pairs: obtain, refresh, look at oneself, end.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{IssuedTokens, TokenKind};
use crate::auth::{Credentials, Password};
use crate::server::{ApiProblem, AppState, JsonBody, OriginOf, Signed};
use crate::shared::actor::{Actor, Proof};
use crate::shared::problem::{Problem, ProblemBody};

/// `/api/v1/auth/{token,refresh,me,logout}`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(token)).routes(routes!(refresh)).routes(routes!(me)).routes(routes!(logout))
}

/// What a person proves themselves with.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    /// The user name or the e-mail address.
    username: String,
    #[schema(value_type = String, format = Password)]
    password: Password,
    /// A code of the second factor, or a recovery code, where there is one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    code: Option<Password>,
}

/// Obtain a token pair with user name and password.
#[utoipa::path(post, path = "/api/v1/auth/token", tag = "authentication", operation_id = "obtain_tokens",
    request_body = TokenRequest, security(()), responses(
    (status = 200, body = IssuedTokens, description = "A JWT, and a refresh token that works once"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 413, body = ProblemBody),
    (status = 415, body = ProblemBody),
    (status = 422, body = ProblemBody, description = "With `code` when the second factor is missing"),
    (status = 429, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn token(
    State(state): State<AppState>,
    OriginOf(origin): OriginOf,
    JsonBody(request): JsonBody<TokenRequest>,
) -> Result<impl IntoResponse, ApiProblem> {
    let TokenRequest { username, password, code } = request;
    let credentials = Credentials { username, password };
    let person = state.services.auth.prove(&origin, &credentials, code.as_ref()).await?;
    Ok(unstored(state.services.tokens.pair(&origin, &person).await?))
}

/// A refresh token to be exchanged.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RefreshRequest {
    /// The refresh token of the last pair.
    refresh_token: String,
}

/// Exchange a refresh token for the next token pair.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "authentication", operation_id = "refresh_tokens",
    request_body = RefreshRequest, security(()), responses((status = 200, body = IssuedTokens),
    (status = 400, body = ProblemBody),
    (status = 401, body = ProblemBody, description = "Unknown, over, or used before: then its whole family has ended"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 429, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn refresh(
    State(state): State<AppState>,
    OriginOf(origin): OriginOf,
    JsonBody(request): JsonBody<RefreshRequest>,
) -> Result<impl IntoResponse, ApiProblem> {
    let redeemed = state.services.tokens.redeem(&origin, &request.refresh_token, None, TokenKind::Jwt, None).await;
    Ok(unstored(redeemed.map_err(Problem::from)?))
}

/// The caller, as the server sees them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Me {
    /// `staff` or `client`.
    kind: String,
    /// The id in its table.
    id: Option<i64>,
    /// The name in histories.
    name: String,
    /// The user name, or the `client_id` of a client that acts for itself.
    username: String,
    /// What the caller may do now.
    permissions: Vec<String>,
    /// The scope values of the token; absent with a session.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<String>>,
}

impl From<Actor> for Me {
    fn from(actor: Actor) -> Self {
        let scopes = match actor.proof {
            Proof::Token { scope, .. } => Some(scope.split_ascii_whitespace().map(str::to_owned).collect()),
            Proof::Session { .. } | Proof::Inside => None,
        };
        Self {
            kind: actor.kind.as_str().to_owned(),
            id: actor.kind.id(),
            name: actor.name,
            username: actor.username,
            permissions: actor.permissions.iter().map(|permission| permission.as_str().to_owned()).collect(),
            scopes,
        }
    }
}

/// See who the caller is and what they may do now.
#[utoipa::path(get, path = "/api/v1/auth/me", tag = "authentication", operation_id = "who_am_i",
    responses((status = 200, body = Me), (status = 401, body = ProblemBody)))]
async fn me(Signed(caller): Signed) -> Json<Me> {
    Json(caller.actor.into())
}

/// End the token that asks, with its refresh token and everything else that came of them.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "authentication", operation_id = "end_tokens",
    responses((status = 204), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "`token`: a session is ended by signing out")))]
async fn logout(Signed(caller): Signed) -> Result<StatusCode, ApiProblem> {
    caller.services.tokens.logout(&caller.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tokens are kept by nobody on the way (RFC 6749 §5.1).
fn unstored(tokens: IssuedTokens) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], Json(tokens))
}
