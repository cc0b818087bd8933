//! The integrators' door to the definitions of custom fields: path ids, `ETag`, merge patch.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{CustomField, CustomFieldInput};
use crate::server::{
    ApiProblem, AppState, JsonBody, PathId, QueryOf, Signed, answer, is_known, located, required_version, tagged,
};
use crate::shared::id::CustomFieldId;
use crate::shared::problem::ProblemBody;

/// `/api/v1/custom-fields…`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, update, delete))
        .routes(routes!(archive))
        .routes(routes!(unarchive))
}

/// Which fields.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Those that are archived as well.
    archived: bool,
}

/// List custom fields in their order.
#[utoipa::path(get, path = "/api/v1/custom-fields", tag = "custom fields", operation_id = "list_custom_fields",
    params(Which), responses(
    (status = 200, body = Vec<CustomField>), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn list(Signed(caller): Signed, QueryOf(which): QueryOf<Which>) -> Result<Json<Vec<CustomField>>, ApiProblem> {
    Ok(Json(caller.services.customers.custom_fields(&caller.actor, which.archived).await?))
}

/// Add a custom field.
#[utoipa::path(post, path = "/api/v1/custom-fields", tag = "custom fields", operation_id = "create_custom_field",
    request_body = CustomFieldInput, responses(
    (status = 201, body = CustomField, description = "`Location` and `ETag` of the new field"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`key_taken`, `too_many`"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(Signed(caller): Signed, JsonBody(input): JsonBody<CustomFieldInput>) -> Result<Response, ApiProblem> {
    let field = caller.services.customers.create_custom_field(&caller.actor, input).await?;
    let path = format!("/api/v1/custom-fields/{}", field.id);
    Ok(located(tagged(StatusCode::CREATED, field.version, &field), &path))
}

/// Read a custom field; 304 when `If-None-Match` names its version.
#[utoipa::path(get, path = "/api/v1/custom-fields/{id}", tag = "custom fields", operation_id = "read_custom_field",
    params(("id" = i64, Path)), responses(
    (status = 200, body = CustomField, description = "`ETag` of the field"), (status = 304),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn read(
    Signed(caller): Signed,
    PathId(id): PathId<CustomFieldId>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    let field = caller.services.customers.custom_field(&caller.actor, id).await?;
    if is_known(&headers, field.version) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(tagged(StatusCode::OK, field.version, &field))
}

/// Change a custom field by a merge patch (RFC 7396); `If-Match` names the version it is based on.
#[utoipa::path(patch, path = "/api/v1/custom-fields/{id}", tag = "custom fields", operation_id = "update_custom_field",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")),
    request_body(content = CustomFieldInput, content_type = "application/merge-patch+json"), responses(
    (status = 200, body = CustomField), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`field_has_values`, `option_in_use`, `values_not_unique`"),
    (status = 412, body = ProblemBody, description = "Changed in the meantime; `current` holds what is stored"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 428, body = ProblemBody)))]
async fn update(
    Signed(caller): Signed,
    PathId(id): PathId<CustomFieldId>,
    headers: HeaderMap,
    JsonBody(patch): JsonBody<Value>,
) -> Result<Response, ApiProblem> {
    let customers = &caller.services.customers;
    let saved = customers.patch_custom_field(&caller.actor, id, required_version(&headers)?, &patch).await;
    answer(saved, |field| field.version, customers.custom_field(&caller.actor, id)).await
}

/// Delete a custom field that no customer has a value of.
#[utoipa::path(delete, path = "/api/v1/custom-fields/{id}", tag = "custom fields", operation_id = "delete_custom_field",
    params(("id" = i64, Path)), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`field_has_values`")))]
async fn delete(Signed(caller): Signed, PathId(id): PathId<CustomFieldId>) -> Result<StatusCode, ApiProblem> {
    caller.services.customers.delete_custom_field(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Archive a custom field: it is asked for no longer, and its values are kept.
#[utoipa::path(post, path = "/api/v1/custom-fields/{id}/archive", tag = "custom fields",
    operation_id = "archive_custom_field", params(("id" = i64, Path)), responses(
    (status = 200, body = CustomField), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn archive(Signed(caller): Signed, PathId(id): PathId<CustomFieldId>) -> Result<Response, ApiProblem> {
    let field = caller.services.customers.archive_custom_field(&caller.actor, id, true).await?;
    Ok(tagged(StatusCode::OK, field.version, &field))
}

/// Take a custom field back from the archive, with its values.
#[utoipa::path(post, path = "/api/v1/custom-fields/{id}/unarchive", tag = "custom fields",
    operation_id = "unarchive_custom_field", params(("id" = i64, Path)), responses(
    (status = 200, body = CustomField), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody),
    (status = 422, body = ProblemBody, description = "`too_many` fields would be columns of the list")))]
async fn unarchive(Signed(caller): Signed, PathId(id): PathId<CustomFieldId>) -> Result<Response, ApiProblem> {
    let field = caller.services.customers.archive_custom_field(&caller.actor, id, false).await?;
    Ok(tagged(StatusCode::OK, field.version, &field))
}
