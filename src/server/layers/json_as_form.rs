//! Machines post JSON to the URLs of server functions; those read forms. This layer translates.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::super::ApiProblem;
use crate::shared::problem::Problem;

const MAX_BODY: usize = 1 << 20;

/// Turns an `application/json` POST to `/api/fn/…` into the same arguments as a form.
pub(in crate::server) async fn json_as_form(request: Request, next: Next) -> Response {
    let is_json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json"));
    if !is_json || request.method() != Method::POST || !request.uri().path().starts_with("/api/fn/") {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_BODY).await else {
        return ApiProblem(Problem::TooLarge).into_response();
    };
    let form = match form_of(&bytes) {
        Ok(form) => form,
        Err(problem) => return ApiProblem(problem).into_response(),
    };
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(form.len()));
    next.run(Request::from_parts(parts, Body::from(form))).await
}

fn form_of(bytes: &[u8]) -> Result<String, Problem> {
    let value: Value = if bytes.is_empty() {
        Value::Object(serde_json::Map::new())
    } else {
        serde_json::from_slice(bytes).map_err(|error| Problem::malformed(format!("This is not JSON: {error}.")))?
    };
    if !value.is_object() {
        return Err(Problem::malformed("The body must be a JSON object of the arguments."));
    }
    serde_qs::to_string(&without_nulls(value)).map_err(|error| Problem::malformed(error.to_string()))
}

/// A null says the same as a missing field, which is how a form says it.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key, without_nulls(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}
