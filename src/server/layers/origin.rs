//! Unsafe requests with a cookie must come from our own pages (spec: Access → Everywhere).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::super::{ApiProblem, AppState};
use super::MACHINES;
use super::authenticate::{Bearer, bearer};
use crate::shared::problem::Problem;

/// Refuses with 403 what another site made a browser send.
pub(in crate::server) async fn check_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // A token is sent on purpose, never by a browser on its own.
    let is_machine = !matches!(bearer(request.headers()), Bearer::None) || MACHINES.contains(&request.uri().path());
    if request.method().is_safe() || is_machine || is_own(request.headers(), &state.services.config.base_url) {
        return next.run(request).await;
    }
    ApiProblem(Problem::Forbidden { permission: "same-origin".into() }).into_response()
}

fn is_own(headers: &HeaderMap, base_url: &str) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    if let Some(origin) = text(header::ORIGIN) {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        return origin == base_url || (authority.is_some() && authority == text(header::HOST));
    }
    // Neither header: no browser of today. Harmless without a cookie.
    !headers.contains_key(header::COOKIE)
}
