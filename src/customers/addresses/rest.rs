//! The integrators' door to addresses: path ids, `ETag`, merge patch.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Address, AddressInput};
use crate::server::{
    ApiProblem, AppState, JsonBody, PathId, Signed, answer, is_known, located, required_version, tagged,
};
use crate::shared::id::{AddressId, CustomerId};
use crate::shared::problem::ProblemBody;

/// `/api/v1/customers/{id}/addresses…`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(read, update, delete))
}

/// List the addresses of a customer.
#[utoipa::path(get, path = "/api/v1/customers/{id}/addresses", tag = "addresses", operation_id = "list_addresses",
    params(("id" = i64, Path)), responses(
    (status = 200, body = Vec<Address>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn list(Signed(caller): Signed, PathId(id): PathId<CustomerId>) -> Result<Json<Vec<Address>>, ApiProblem> {
    Ok(Json(caller.services.customers.addresses(&caller.actor, id).await?))
}

/// Add an address to a customer.
#[utoipa::path(post, path = "/api/v1/customers/{id}/addresses", tag = "addresses", operation_id = "create_address",
    params(("id" = i64, Path)), request_body = AddressInput, responses(
    (status = 201, body = Address, description = "`Location` and `ETag` of the new address"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`too_many`, `deleted`"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    JsonBody(input): JsonBody<AddressInput>,
) -> Result<Response, ApiProblem> {
    let address = caller.services.customers.add_address(&caller.actor, id, input).await?;
    let path = format!("/api/v1/customers/{id}/addresses/{}", address.id);
    Ok(located(tagged(StatusCode::CREATED, address.version, &address), &path))
}

/// Read an address; 304 when `If-None-Match` names its version.
#[utoipa::path(get, path = "/api/v1/customers/{id}/addresses/{address_id}", tag = "addresses",
    operation_id = "read_address", params(("id" = i64, Path), ("address_id" = i64, Path)), responses(
    (status = 200, body = Address, description = "`ETag` of the address"), (status = 304),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn read(
    Signed(caller): Signed,
    PathId((customer_id, id)): PathId<(CustomerId, AddressId)>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    let address = caller.services.customers.address(&caller.actor, customer_id, id).await?;
    if is_known(&headers, address.version) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(tagged(StatusCode::OK, address.version, &address))
}

/// Change an address by a merge patch (RFC 7396); `If-Match` names the version it is based on.
#[utoipa::path(patch, path = "/api/v1/customers/{id}/addresses/{address_id}", tag = "addresses",
    operation_id = "update_address", params(("id" = i64, Path), ("address_id" = i64, Path),
    ("If-Match" = String, Header, description = "The `ETag` that was read")),
    request_body(content = AddressInput, content_type = "application/merge-patch+json"), responses(
    (status = 200, body = Address), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`deleted`"),
    (status = 412, body = ProblemBody, description = "Changed in the meantime; `current` holds what is stored"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 428, body = ProblemBody)))]
async fn update(
    Signed(caller): Signed,
    PathId((customer_id, id)): PathId<(CustomerId, AddressId)>,
    headers: HeaderMap,
    JsonBody(patch): JsonBody<Value>,
) -> Result<Response, ApiProblem> {
    let version = required_version(&headers)?;
    let customers = &caller.services.customers;
    let saved = customers.patch_address(&caller.actor, customer_id, id, version, &patch).await;
    answer(saved, |address| address.version, customers.address(&caller.actor, customer_id, id)).await
}

/// Remove an address; `If-Match` names the version that was read.
#[utoipa::path(delete, path = "/api/v1/customers/{id}/addresses/{address_id}", tag = "addresses",
    operation_id = "delete_address", params(("id" = i64, Path), ("address_id" = i64, Path),
    ("If-Match" = String, Header, description = "The `ETag` that was read")), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`deleted`"),
    (status = 412, body = ProblemBody), (status = 428, body = ProblemBody)))]
async fn delete(
    Signed(caller): Signed,
    PathId((customer_id, id)): PathId<(CustomerId, AddressId)>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiProblem> {
    let version = required_version(&headers)?;
    caller.services.customers.remove_address(&caller.actor, customer_id, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
