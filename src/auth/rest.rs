//! The integrators' door to the authentication events.

use axum::Json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{AuthEventPage, EventFilter};
use crate::server::{ApiProblem, AppState, QueryOf, Signed};
use crate::shared::problem::ProblemBody;

/// `/api/v1/authentication-events`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_events))
}

/// What happened at the door: sign-ins, failures, second factors, tokens; newest first.
#[utoipa::path(get, path = "/api/v1/authentication-events", tag = "authentication",
    operation_id = "list_authentication_events", params(EventFilter), responses(
    (status = 200, body = AuthEventPage, description = "`next_before` is `before` of the next page"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 422, body = ProblemBody)))]
async fn list_events(
    Signed(caller): Signed,
    QueryOf(filter): QueryOf<EventFilter>,
) -> Result<Json<AuthEventPage>, ApiProblem> {
    Ok(Json(caller.services.auth.search_events(&caller.actor, &filter).await?))
}
