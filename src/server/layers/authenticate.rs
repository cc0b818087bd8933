//! Finds out once per request who calls, by bearer token or session cookie; sends people who open a staff page
//! signed out to the sign-in.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_sessions::Session;

use super::super::context::{Authenticated, origin_of};
use super::super::{ApiProblem, AppState};
use super::MACHINES;
use crate::shared::actor::{Actor, Proof};
use crate::shared::problem::Problem;

/// Puts the actor, if there is one, where handlers and server functions find it. A request with a bad token
/// fails, however good its cookie is (spec: Access → One authentication).
pub(in crate::server) async fn authenticate(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let services = &state.services;
    let actor = match bearer(&parts.headers) {
        _ if MACHINES.contains(&parts.uri.path()) => Ok(None),
        Bearer::Token(token) => services.tokens.authenticate(token, origin_of(&parts)).await.map(Some),
        Bearer::Unreadable => Err(Problem::Unauthenticated),
        Bearer::None => match parts.extensions.get::<Session>().and_then(Session::id) {
            Some(id) => services.auth.authenticate(id, origin_of(&parts)).await,
            None => Ok(None),
        },
    };
    match actor {
        Ok(actor) => parts.extensions.insert(Authenticated(actor)),
        Err(problem) => return ApiProblem(problem).into_response(),
    };
    next.run(Request::from_parts(parts, body)).await
}

/// What a request says in `Authorization` (RFC 6750 §2.1); other schemes, such as a proxy's, are not ours.
pub(in crate::server) enum Bearer<'h> {
    None,
    Token(&'h str),
    Unreadable,
}

/// The bearer token of a request.
pub(in crate::server) fn bearer(headers: &HeaderMap) -> Bearer<'_> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Bearer::None };
    if values.next().is_some() {
        return Bearer::Unreadable;
    }
    let Ok(value) = value.to_str() else { return Bearer::Unreadable };
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Bearer::None;
    }
    let token = token.trim();
    let readable = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if readable { Bearer::Token(token) } else { Bearer::Unreadable }
}

/// Pages that anybody may open.
const PUBLIC_PAGES: [&str; 6] = ["/login", "/login/code", "/forgot-password", "/choose-password", "/setup", "/dev/ui"];

/// The one page for those who must set up a second factor first.
const ENROLMENT: &str = "/account/second-factor";

/// For pages only: 303 to the sign-in, which comes back to the page that was asked for.
pub(in crate::server) async fn require_sign_in(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_page = request.method() == Method::GET && !path.starts_with("/api/");
    let actor = request.extensions().get::<Authenticated>().and_then(|found| found.0.as_ref());
    if is_page && path != ENROLMENT && !PUBLIC_PAGES.contains(&path) && actor.is_some_and(must_enrol) {
        return (StatusCode::SEE_OTHER, [(header::LOCATION, ENROLMENT)]).into_response();
    }
    if !is_page || actor.is_some() || PUBLIC_PAGES.contains(&path) {
        return next.run(request).await;
    }
    let wanted = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let location = if wanted == "/" {
        "/login".to_owned()
    } else {
        format!("/login?next={}", form_urlencoded::byte_serialize(wanted.as_bytes()).collect::<String>())
    };
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

fn must_enrol(actor: &Actor) -> bool {
    matches!(actor.proof, Proof::Session { must_enrol: true, .. })
}
