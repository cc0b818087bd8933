//! The way from a request to its caller: for server functions, pages and REST alike.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use leptos::prelude::use_context;
use tower_sessions::Session;

use super::layers::{ClientAddress, RequestId};
use super::{AppState, Services};
use crate::app::PageCaller;
use crate::auth::SessionInfo;
use crate::shared::actor::{Actor, Origin};
use crate::shared::problem::{Problem, ProblemBody};

/// A signed-in caller and what they may use.
#[derive(Clone)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// Every service.
    pub services: Arc<Services>,
}

/// The actor of the request, found once by the authentication layer.
#[derive(Clone)]
pub(super) struct Authenticated(pub Option<Actor>);

/// The caller of a server function. Errors: `Unauthenticated`.
pub async fn signed_in() -> Result<Caller, Problem> {
    let parts = use_context::<Parts>().ok_or(Problem::Internal)?;
    let services = services()?;
    let actor = parts.extensions.get::<Authenticated>().and_then(|found| found.0.clone());
    Ok(Caller { actor: actor.ok_or(Problem::Unauthenticated)?, services })
}

/// The caller of the page that is being rendered.
pub(super) fn page_caller() -> PageCaller {
    let parts = use_context::<Parts>();
    let actor = parts.and_then(|parts| parts.extensions.get::<Authenticated>().and_then(|found| found.0.clone()));
    PageCaller(actor.as_ref().map(SessionInfo::from))
}

/// Every service, for server functions that need no sign-in.
pub fn services() -> Result<Arc<Services>, Problem> {
    use_context::<AppState>().map(|state| state.services).ok_or(Problem::Internal)
}

/// Where the current request comes from.
pub fn origin() -> Origin {
    use_context::<Parts>().map(|parts| origin_of(&parts)).unwrap_or_default()
}

/// The session of the current request.
pub fn session() -> Result<Session, Problem> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Session>().cloned()).ok_or(Problem::Internal)
}

/// Sends a browser to another page of ours after a form.
pub fn go_to(path: &str) {
    leptos_axum::redirect(path);
}

pub(super) fn origin_of(parts: &Parts) -> Origin {
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    Origin {
        address: parts.extensions.get::<ClientAddress>().map(|address| address.0.to_string()),
        user_agent: text(axum::http::header::USER_AGENT).map(|agent| agent.chars().take(300).collect()),
        request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
    }
}

/// A REST handler's argument: the signed-in caller.
pub struct Signed(pub Caller);

impl FromRequestParts<AppState> for Signed {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiProblem> {
        let actor = parts.extensions.get::<Authenticated>().and_then(|found| found.0.clone());
        let actor = actor.ok_or(ApiProblem(Problem::Unauthenticated))?;
        Ok(Self(Caller { actor, services: state.services.clone() }))
    }
}

/// A handler's argument: where the request comes from.
pub struct OriginOf(pub Origin);

impl<S: Sync> FromRequestParts<S> for OriginOf {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(origin_of(parts)))
    }
}

/// A problem as the answer of a REST handler.
#[derive(Debug)]
pub struct ApiProblem(pub Problem);

impl From<Problem> for ApiProblem {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        super::layers::problem_response(&ProblemBody::from(self.0))
    }
}
