//! Finds out once per request who calls; sends people who open a staff page signed out to the sign-in.

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_sessions::Session;

use super::super::context::{Authenticated, origin_of};
use super::super::{ApiProblem, AppState};

/// Puts the actor of the session, if there is one, where handlers and server functions find it.
pub(in crate::server) async fn authenticate(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let id = parts.extensions.get::<Session>().and_then(Session::id);
    let actor = match id {
        None => None,
        Some(id) => match state.services.auth.authenticate(id, origin_of(&parts)).await {
            Ok(actor) => actor,
            Err(problem) => return ApiProblem(problem).into_response(),
        },
    };
    parts.extensions.insert(Authenticated(actor));
    next.run(Request::from_parts(parts, body)).await
}

/// Pages that anybody may open.
const PUBLIC_PAGES: [&str; 3] = ["/login", "/setup", "/dev/ui"];

/// For pages only: 303 to the sign-in, which comes back to the page that was asked for.
pub(in crate::server) async fn require_sign_in(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_page = request.method() == Method::GET && !path.starts_with("/api/");
    let signed_in = request.extensions().get::<Authenticated>().is_some_and(|found| found.0.is_some());
    if !is_page || signed_in || PUBLIC_PAGES.contains(&path) {
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
