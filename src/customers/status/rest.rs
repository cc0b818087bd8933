//! The integrators' door to the status of a customer.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Hold, HoldInput, HoldReason, StatusChange, StatusEntry, StatusOutcome, StatusView};
use crate::server::{ApiProblem, AppState, JsonBody, PathId, QueryOf, Signed, located};
use crate::shared::id::CustomerId;
use crate::shared::permission::Permission;
use crate::shared::problem::{Problem, ProblemBody};

/// `/api/v1/customers/{id}/status…` and `…/holds…`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(read, change))
        .routes(routes!(cancel))
        .routes(routes!(history))
        .routes(routes!(holds, open))
        .routes(routes!(release))
}

/// Read where a customer stands and what the caller may do now.
#[utoipa::path(get, path = "/api/v1/customers/{id}/status", tag = "customers", operation_id = "read_customer_status",
    params(("id" = i64, Path)), responses(
    (status = 200, body = StatusView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn read(Signed(caller): Signed, PathId(id): PathId<CustomerId>) -> Result<Json<StatusView>, ApiProblem> {
    Ok(Json(caller.services.customers.status(&caller.actor, id).await?))
}

/// Change the status of a customer, now or on a later day; the same status again changes nothing.
#[utoipa::path(post, path = "/api/v1/customers/{id}/status", tag = "customers",
    operation_id = "change_customer_status", params(("id" = i64, Path)), request_body = StatusChange, responses(
    (status = 200, body = StatusOutcome), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`invalid_transition`, `holds_remaining`, `no_contact`, `has_children` …"),
    (status = 412, body = ProblemBody, description = "The customer changed while a change for later was tried"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn change(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    JsonBody(change): JsonBody<StatusChange>,
) -> Result<Json<StatusOutcome>, ApiProblem> {
    Ok(Json(caller.services.customers.change_status(&caller.actor, id, &change).await?))
}

/// Cancel the change of status that waits for its day.
#[utoipa::path(delete, path = "/api/v1/customers/{id}/status/scheduled", tag = "customers",
    operation_id = "cancel_customer_status_change", params(("id" = i64, Path)), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody, description = "Also when no change waits")))]
async fn cancel(Signed(caller): Signed, PathId(id): PathId<CustomerId>) -> Result<StatusCode, ApiProblem> {
    caller.services.customers.cancel_scheduled(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which part of a list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OlderPart {
    /// Only what is older than the one of this id.
    before: Option<i64>,
}

/// List the changes of status, newest first, at most 100.
#[utoipa::path(get, path = "/api/v1/customers/{id}/status/history", tag = "customers",
    operation_id = "list_customer_status_history", params(("id" = i64, Path), OlderPart), responses(
    (status = 200, body = Vec<StatusEntry>), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn history(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    QueryOf(part): QueryOf<OlderPart>,
) -> Result<Json<Vec<StatusEntry>>, ApiProblem> {
    Ok(Json(caller.services.customers.status_history(&caller.actor, id, part.before).await?))
}

/// List the holds, open and closed, newest first, at most 100.
#[utoipa::path(get, path = "/api/v1/customers/{id}/holds", tag = "customers", operation_id = "list_customer_holds",
    params(("id" = i64, Path), OlderPart), responses(
    (status = 200, body = Vec<Hold>), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn holds(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    QueryOf(part): QueryOf<OlderPart>,
) -> Result<Json<Vec<Hold>>, ApiProblem> {
    Ok(Json(caller.services.customers.holds(&caller.actor, id, part.before).await?))
}

/// Open a hold; an active customer becomes suspended.
#[utoipa::path(post, path = "/api/v1/customers/{id}/holds", tag = "customers", operation_id = "open_customer_hold",
    params(("id" = i64, Path)), request_body = HoldInput, responses(
    (status = 200, body = StatusOutcome, description = "A hold of this reason is open already"),
    (status = 201, body = StatusOutcome, description = "`Location` of the holds"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`invalid_transition`, `deleted`"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn open(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    JsonBody(hold): JsonBody<HoldInput>,
) -> Result<Response, ApiProblem> {
    let outcome = caller.services.customers.open_hold(&caller.actor, id, &hold).await?;
    if !outcome.changed {
        return Ok(Json(outcome).into_response());
    }
    let response = (StatusCode::CREATED, Json(outcome)).into_response();
    Ok(located(response, &format!("/api/v1/customers/{id}/holds")))
}

/// What is said when a hold is closed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Closing {
    /// At most 1,000 characters.
    note: Option<String>,
}

/// Close the open hold of one reason; with the last one a suspended customer becomes active.
#[utoipa::path(delete, path = "/api/v1/customers/{id}/holds/{reason}", tag = "customers",
    operation_id = "release_customer_hold",
    params(("id" = i64, Path), ("reason" = String, Path), Closing), responses(
    (status = 200, body = StatusOutcome, description = "`changed` is false when no such hold was open"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`deleted`"),
    (status = 422, body = ProblemBody)))]
async fn release(
    Signed(caller): Signed,
    PathId((id, reason)): PathId<(CustomerId, String)>,
    QueryOf(closing): QueryOf<Closing>,
) -> Result<Json<StatusOutcome>, ApiProblem> {
    // Asked before the reason is read: who may not close holds learns nothing about them.
    caller.actor.require(Permission::CustomersReleaseHold)?;
    let reason = HoldReason::parse(&reason).ok_or_else(|| Problem::not_found("hold"))?;
    Ok(Json(caller.services.customers.release_hold(&caller.actor, id, reason, closing.note).await?))
}
