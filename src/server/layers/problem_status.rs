//! Problems of server functions get their HTTP status, and every problem its time and request id.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::super::AppState;
use super::authenticate::{Bearer, bearer};
use super::{MACHINES, RequestId};
use crate::shared::permission::Permission;
use crate::shared::problem::ProblemBody;

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A problem as a response, before the layer below completes it.
pub(in crate::server) fn problem_response(body: &ProblemBody) -> Response {
    let status = StatusCode::from_u16(body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
    if let Some(seconds) = body.retry_after.or((body.status == 503).then_some(5)) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if body.status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"isp\""));
    }
    response
}

/// What a bearer of a token is told in `WWW-Authenticate` (RFC 6750 §3.1).
fn challenge(problem: &ProblemBody, is_bearer: bool) -> Option<HeaderValue> {
    match (problem.status, &problem.permission) {
        (401, _) if is_bearer => Some(HeaderValue::from_static("Bearer realm=\"isp\", error=\"invalid_token\"")),
        (403, Some(scope)) if is_bearer && Permission::parse(scope).is_some() => {
            HeaderValue::from_str(&format!("Bearer realm=\"isp\", error=\"insufficient_scope\", scope=\"{scope}\""))
                .ok()
        }
        _ => None,
    }
}

/// Completes every `problem+json` answer; leaves redirects of plain forms alone.
pub(in crate::server) async fn problem_status(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
    let is_machine = MACHINES.contains(&request.uri().path());
    let is_bearer = !is_machine && !matches!(bearer(request.headers()), Bearer::None);
    let response = next.run(request).await;
    let is_problem = response.headers().get(header::CONTENT_TYPE) == Some(&PROBLEM_JSON)
        || response.headers().contains_key("serverfnerror");
    if !is_problem || response.status().is_redirection() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let Ok(mut problem) = serde_json::from_slice::<ProblemBody>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    problem.timestamp = Some(state.services.clock.now().to_rfc3339());
    problem.request_id = id;
    let mut completed = problem_response(&problem);
    if let Some(challenge) = challenge(&problem, is_bearer) {
        completed.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    for (name, value) in &parts.headers {
        if !completed.headers().contains_key(name) && name != header::CONTENT_LENGTH {
            completed.headers_mut().append(name, value.clone());
        }
    }
    completed
}
