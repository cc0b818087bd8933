//! The integrators' door to contacts: path ids, `ETag`, merge patch.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Contact, ContactInput};
use crate::server::{
    ApiProblem, AppState, JsonBody, PathId, Signed, answer, is_known, located, required_version, tagged,
};
use crate::shared::id::{ContactId, CustomerId};
use crate::shared::problem::ProblemBody;

/// `/api/v1/customers/{id}/contacts…`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(read, update, delete))
}

/// List the contacts of a customer, the primary one first.
#[utoipa::path(get, path = "/api/v1/customers/{id}/contacts", tag = "contacts", operation_id = "list_contacts",
    params(("id" = i64, Path)), responses(
    (status = 200, body = Vec<Contact>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn list(Signed(caller): Signed, PathId(id): PathId<CustomerId>) -> Result<Json<Vec<Contact>>, ApiProblem> {
    Ok(Json(caller.services.customers.contacts(&caller.actor, id).await?))
}

/// Add a contact to a customer.
#[utoipa::path(post, path = "/api/v1/customers/{id}/contacts", tag = "contacts", operation_id = "create_contact",
    params(("id" = i64, Path)), request_body = ContactInput, responses(
    (status = 201, body = Contact, description = "`Location` and `ETag` of the new contact"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`primary_taken`, `too_many`, `deleted`"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    JsonBody(input): JsonBody<ContactInput>,
) -> Result<Response, ApiProblem> {
    let contact = caller.services.customers.add_contact(&caller.actor, id, input).await?;
    let path = format!("/api/v1/customers/{id}/contacts/{}", contact.id);
    Ok(located(tagged(StatusCode::CREATED, contact.version, &contact), &path))
}

/// Read a contact; 304 when `If-None-Match` names its version.
#[utoipa::path(get, path = "/api/v1/customers/{id}/contacts/{contact_id}", tag = "contacts",
    operation_id = "read_contact", params(("id" = i64, Path), ("contact_id" = i64, Path)), responses(
    (status = 200, body = Contact, description = "`ETag` of the contact"), (status = 304),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn read(
    Signed(caller): Signed,
    PathId((customer_id, id)): PathId<(CustomerId, ContactId)>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    let contact = caller.services.customers.contact(&caller.actor, customer_id, id).await?;
    if is_known(&headers, contact.version) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(tagged(StatusCode::OK, contact.version, &contact))
}

/// Change a contact by a merge patch (RFC 7396); `If-Match` names the version it is based on.
#[utoipa::path(patch, path = "/api/v1/customers/{id}/contacts/{contact_id}", tag = "contacts",
    operation_id = "update_contact", params(("id" = i64, Path), ("contact_id" = i64, Path),
    ("If-Match" = String, Header, description = "The `ETag` that was read")),
    request_body(content = ContactInput, content_type = "application/merge-patch+json"), responses(
    (status = 200, body = Contact), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`primary_taken`, `deleted`"),
    (status = 412, body = ProblemBody, description = "Changed in the meantime; `current` holds what is stored"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 428, body = ProblemBody)))]
async fn update(
    Signed(caller): Signed,
    PathId((customer_id, id)): PathId<(CustomerId, ContactId)>,
    headers: HeaderMap,
    JsonBody(patch): JsonBody<Value>,
) -> Result<Response, ApiProblem> {
    let version = required_version(&headers)?;
    let customers = &caller.services.customers;
    let saved = customers.patch_contact(&caller.actor, customer_id, id, version, &patch).await;
    answer(saved, |contact| contact.version, customers.contact(&caller.actor, customer_id, id)).await
}

/// Remove a contact; `If-Match` names the version that was read.
#[utoipa::path(delete, path = "/api/v1/customers/{id}/contacts/{contact_id}", tag = "contacts",
    operation_id = "delete_contact", params(("id" = i64, Path), ("contact_id" = i64, Path),
    ("If-Match" = String, Header, description = "The `ETag` that was read")), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`deleted`"),
    (status = 412, body = ProblemBody), (status = 428, body = ProblemBody)))]
async fn delete(
    Signed(caller): Signed,
    PathId((customer_id, id)): PathId<(CustomerId, ContactId)>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiProblem> {
    let version = required_version(&headers)?;
    caller.services.customers.remove_contact(&caller.actor, customer_id, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
