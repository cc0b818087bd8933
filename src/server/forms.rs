//! What was typed into a plain HTML form that failed: kept in the session for the next page, minus secrets.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_sessions::Session;

use super::ApiProblem;
use crate::shared::problem::Problem;
use crate::ui::TypedValues;

const MAX_FORM: usize = 1 << 20;
const PREFIX: &str = "/api/fn/";

/// Remembers the fields of a form whose answer sends the browser back with an error.
pub(super) async fn remember(request: Request, next: Next) -> Response {
    let accepts_html = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|a| a.contains("text/html"));
    let Some(form) = request.uri().path().strip_prefix(PREFIX).map(str::to_owned) else {
        return next.run(request).await;
    };
    if request.method() != Method::POST || !accepts_html {
        return next.run(request).await;
    }
    let session = request.extensions().get::<Session>().cloned();
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_FORM).await else { return ApiProblem(Problem::TooLarge).into_response() };
    let response = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    let failed = response
        .headers()
        .get(header::LOCATION)
        .and_then(|location| location.to_str().ok())
        .is_some_and(|location| location.contains("__err="));
    if let (true, Some(session)) = (failed, session)
        && let Err(error) = session.insert(&key(&form), TypedValues(fields_of(&bytes))).await
    {
        tracing::warn!(%error, "typed values could not be kept");
    }
    response
}

/// What was typed into the form, once.
pub async fn recall(form: &str) -> Result<TypedValues, Problem> {
    let session = super::session()?;
    if session.id().is_none() {
        return Ok(TypedValues::default());
    }
    let kept = session.remove::<TypedValues>(&key(form)).await;
    Ok(kept.ok().flatten().unwrap_or_default())
}

fn key(form: &str) -> String {
    format!("form:{form}")
}

/// The fields of a form; a token in a URL or a password never stays behind.
fn fields_of(bytes: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(bytes).into_owned().filter(|(name, _)| !is_secret(name)).collect()
}

/// Does a field of this name hold a secret? `client[token_kind]` and `postcode` do not.
fn is_secret(name: &str) -> bool {
    let last = name.trim_end_matches(']').rsplit('[').next().unwrap_or(name);
    last.contains("password") || matches!(last, "secret" | "token" | "code")
}
