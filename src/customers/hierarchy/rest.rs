//! The integrators' door to the hierarchy.

use axum::Json;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Customer;
use super::{HierarchyView, MoveInput, TreePage};
use crate::server::{ApiProblem, AppState, JsonBody, PathId, QueryOf, Signed, answer, required_version};
use crate::shared::id::CustomerId;
use crate::shared::problem::ProblemBody;

/// `/api/v1/hierarchy`, `/api/v1/customers/{id}/hierarchy`, `…/children`, `…/parent`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(read))
        .routes(routes!(list_children))
        .routes(routes!(list_roots))
        .routes(routes!(move_under))
}

/// Which part of a list of brothers and sisters.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TreePart {
    /// Where the page before ended: its `next_cursor`.
    cursor: Option<String>,
    /// Customers on the page: 1–100, 50 unless given.
    limit: Option<i64>,
}

/// Read where a customer hangs: everybody above it, its level, and how many hang below.
#[utoipa::path(get, path = "/api/v1/customers/{id}/hierarchy", tag = "hierarchy",
    operation_id = "read_customer_hierarchy", params(("id" = i64, Path)), responses(
    (status = 200, body = HierarchyView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn read(Signed(caller): Signed, PathId(id): PathId<CustomerId>) -> Result<Json<HierarchyView>, ApiProblem> {
    Ok(Json(caller.services.customers.hierarchy(&caller.actor, id).await?))
}

/// List the live children of a customer by name.
#[utoipa::path(get, path = "/api/v1/customers/{id}/children", tag = "hierarchy",
    operation_id = "list_customer_children", params(("id" = i64, Path), TreePart), responses(
    (status = 200, body = TreePage), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn list_children(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    QueryOf(part): QueryOf<TreePart>,
) -> Result<Json<TreePage>, ApiProblem> {
    let customers = &caller.services.customers;
    Ok(Json(customers.children(&caller.actor, Some(id), part.cursor.as_deref(), part.limit).await?))
}

/// List the main accounts that have children, by name.
#[utoipa::path(get, path = "/api/v1/hierarchy", tag = "hierarchy", operation_id = "list_main_accounts",
    params(TreePart), responses(
    (status = 200, body = TreePage), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn list_roots(Signed(caller): Signed, QueryOf(part): QueryOf<TreePart>) -> Result<Json<TreePage>, ApiProblem> {
    let customers = &caller.services.customers;
    Ok(Json(customers.children(&caller.actor, None, part.cursor.as_deref(), part.limit).await?))
}

/// Move a customer with everything below it; `If-Match` names the version it is based on.
#[utoipa::path(put, path = "/api/v1/customers/{id}/parent", tag = "hierarchy", operation_id = "move_customer",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")),
    request_body = MoveInput, responses(
    (status = 200, body = Customer), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody,
        description = "`hierarchy_cycle`, `hierarchy_depth_exceeded`, `parent_not_linkable`, `deleted`"),
    (status = 412, body = ProblemBody, description = "Changed in the meantime; `current` holds what is stored"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 428, body = ProblemBody)))]
async fn move_under(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    headers: HeaderMap,
    JsonBody(to): JsonBody<MoveInput>,
) -> Result<Response, ApiProblem> {
    let version = required_version(&headers)?;
    let customers = &caller.services.customers;
    let saved = customers.move_under(&caller.actor, id, version, &to).await;
    answer(saved, |customer| customer.version, customers.get(&caller.actor, id)).await
}
