//! The OAuth endpoints as they are on the wire: forms in, JSON and redirects out.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::consent::Refusal;
use super::model::GrantType;
use super::protocol::{ClientCredentials, OAuthError, Parameters};
use crate::server::{ApiProblem, AppState, OriginOf, assets};
use crate::shared::permission::{Permission, SCOPE_SHORTHANDS};

/// What everybody may read changes rarely.
const CACHEABLE: [(HeaderName, HeaderValue); 1] =
    [(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))];

/// Answers with secrets are kept by nobody (RFC 6749 §5.1).
const SECRET: [(HeaderName, HeaderValue); 2] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::PRAGMA, HeaderValue::from_static("no-cache")),
];

/// `/oauth/…` and what is well known about it.
pub fn endpoints() -> Router<AppState> {
    Router::new()
        .route("/oauth/token", post(token))
        .route("/oauth/revoke", post(revoke))
        .route("/oauth/introspect", post(introspect))
        .route("/oauth/authorize", get(authorize))
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route("/.well-known/jwks.json", get(jwks))
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, SECRET, Json(self)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"isp\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// RFC 6749 §3.2.
async fn token(
    State(state): State<AppState>,
    OriginOf(origin): OriginOf,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, OAuthError> {
    let (given, request) = request_of(&headers, body)?;
    let issued = state.services.oauth.token(&origin, &given, &request).await?;
    Ok((SECRET, Json(issued)).into_response())
}

/// RFC 7009.
async fn revoke(
    State(state): State<AppState>,
    OriginOf(origin): OriginOf,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, OAuthError> {
    let (given, request) = request_of(&headers, body)?;
    state.services.oauth.revoke(&origin, &given, &request).await?;
    Ok(SECRET.into_response())
}

/// RFC 7662.
async fn introspect(
    State(state): State<AppState>,
    OriginOf(origin): OriginOf,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, OAuthError> {
    let (given, request) = request_of(&headers, body)?;
    let found = state.services.oauth.introspect(&origin, &given, &request).await?;
    Ok((SECRET, Json(found)).into_response())
}

/// Who asks, and what for. Errors: `invalid_request`, `invalid_client`.
fn request_of(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(ClientCredentials, Parameters), OAuthError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(OAuthError::invalid_request("The body must be application/x-www-form-urlencoded."));
    }
    let body = body.map_err(|_| OAuthError::invalid_request("The body cannot be read."))?;
    let form = Parameters::parse(&body).once()?;
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
    Ok((ClientCredentials::of(authorization, &form)?, form))
}

/// RFC 6749 §4.1.1: on to the consent page, back to the client with an error, or an answer to the person.
async fn authorize(State(state): State<AppState>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let parameters = Parameters::parse(query.as_bytes());
    match state.services.oauth.authorize(&parameters).await {
        Ok(redirect_uri) => Redirect::to(&consent_page(&query, &parameters, &redirect_uri)).into_response(),
        Err(Refusal::Client { location, .. }) => Redirect::to(&location).into_response(),
        Err(Refusal::Person(reason)) => (StatusCode::BAD_REQUEST, Html(refusal_page(reason))).into_response(),
        Err(Refusal::Failed(problem)) => ApiProblem(problem).into_response(),
    }
}

/// The same query on the consent page, whose policy has to know where its form leads in the end.
fn consent_page(query: &str, parameters: &Parameters, redirect_uri: &str) -> String {
    if parameters.get("redirect_uri").is_some() {
        return format!("/oauth/consent?{query}");
    }
    let kept = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "redirect_uri");
    let mut completed = form_urlencoded::Serializer::new(String::new());
    format!("/oauth/consent?{}", completed.extend_pairs(kept).append_pair("redirect_uri", redirect_uri).finish())
}

/// `reason` is a sentence of ours, never a part of the request.
fn refusal_page(reason: &'static str) -> String {
    let version = assets::version();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>This request cannot be answered</title>\
         <link rel=\"stylesheet\" href=\"/pkg/{version}/isp.css\">\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"></head>\
         <body><main id=\"main\" class=\"public\"><div class=\"card public-card\"><header class=\"public-head\">\
         <h1>This request cannot be answered</h1><p class=\"muted\">{reason} Nothing was shared with it. \
         Please tell those who run the application.</p></header></div></main></body></html>"
    )
}

/// RFC 8414.
async fn metadata(State(state): State<AppState>) -> impl IntoResponse {
    (CACHEABLE, Json(metadata_of(&state.services.config.base_url)))
}

fn metadata_of(issuer: &str) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let shorthands = SCOPE_SHORTHANDS.into_iter().map(|(name, _)| name);
    let scopes: Vec<&str> = shorthands.chain(Permission::ALL.iter().map(|permission| permission.as_str())).collect();
    let with_secret = ["client_secret_basic", "client_secret_post"];
    let any = ["client_secret_basic", "client_secret_post", "none"];
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "revocation_endpoint": at("/oauth/revoke"),
        "introspection_endpoint": at("/oauth/introspect"),
        "jwks_uri": at("/.well-known/jwks.json"),
        "service_documentation": at("/api/docs"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GrantType::ALL.map(GrantType::as_str),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": any,
        "revocation_endpoint_auth_methods_supported": any,
        "introspection_endpoint_auth_methods_supported": with_secret,
        "authorization_response_iss_parameter_supported": true,
    })
}

/// RFC 7517: the keys that sign JWTs.
async fn jwks(State(state): State<AppState>) -> Result<Response, ApiProblem> {
    Ok((CACHEABLE, Json(state.services.tokens.jwks().await?)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_consent_page_always_knows_where_the_answer_goes() {
        let of = |query: &str| consent_page(query, &Parameters::parse(query.as_bytes()), "https://a.example/b");
        let named = "client_id=isp_a&redirect_uri=https%3A%2F%2Fa.example%2Fb&state=%26";
        assert_eq!(of(named), format!("/oauth/consent?{named}"));
        let completed = "/oauth/consent?client_id=isp_a&state=%26&redirect_uri=https%3A%2F%2Fa.example%2Fb";
        assert_eq!(of("client_id=isp_a&redirect_uri=&state=%26"), completed);
    }

    #[test]
    fn everything_that_is_served_is_announced() {
        let metadata = metadata_of("https://isp.example");
        assert_eq!(metadata["token_endpoint"], "https://isp.example/oauth/token");
        assert_eq!(
            metadata["grant_types_supported"],
            json!(["client_credentials", "authorization_code", "refresh_token"])
        );
        let scopes = metadata["scopes_supported"].as_array().unwrap();
        assert_eq!(scopes.len(), SCOPE_SHORTHANDS.len() + Permission::ALL.len());
    }

    #[test]
    fn only_forms_are_read() {
        let body = || Ok(Bytes::from_static(b"client_id=isp_a&grant_type=refresh_token"));
        let mut headers = HeaderMap::new();
        assert_eq!(request_of(&headers, body()).map(|_| ()).map_err(|error| error.error), Err("invalid_request"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        assert_eq!(request_of(&headers, body()).map(|_| ()).map_err(|error| error.error), Err("invalid_request"));
        let form = HeaderValue::from_static("Application/X-WWW-Form-Urlencoded; charset=UTF-8");
        headers.insert(header::CONTENT_TYPE, form);
        assert!(request_of(&headers, body()).is_ok_and(|(given, _)| given.client_id == "isp_a"));
    }
}
