//! The integrators' door to labels, their categories, and who wears them.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{
    Assignment, AssignmentInput, BulkOutcome, Label, LabelCategory, LabelCategoryInput, LabelInput, Selection,
    no_label_chosen,
};
use crate::server::{
    ApiProblem, AppState, JsonBody, PathId, QueryOf, Signed, answer, is_known, located, required_version, tagged,
};
use crate::shared::id::{CustomerId, LabelCategoryId, LabelId};
use crate::shared::problem::ProblemBody;

/// `/api/v1/labels…`, `/api/v1/label-categories…`, `/api/v1/customers/{id}/labels…`, `/api/v1/bulk/labels`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, update, delete))
        .routes(routes!(list_categories, create_category))
        .routes(routes!(read_category, update_category, delete_category))
        .routes(routes!(of_customer, assign))
        .routes(routes!(remove))
        .routes(routes!(label_many))
}

/// List labels, the highest priority first.
#[utoipa::path(get, path = "/api/v1/labels", tag = "labels", operation_id = "list_labels", responses(
    (status = 200, body = Vec<Label>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
async fn list(Signed(caller): Signed) -> Result<Json<Vec<Label>>, ApiProblem> {
    Ok(Json(caller.services.customers.labels(&caller.actor).await?))
}

/// Make a label.
#[utoipa::path(post, path = "/api/v1/labels", tag = "labels", operation_id = "create_label",
    request_body = LabelInput, responses(
    (status = 201, body = Label, description = "`Location` and `ETag` of the new label"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`name_taken`"), (status = 413, body = ProblemBody),
    (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(Signed(caller): Signed, JsonBody(input): JsonBody<LabelInput>) -> Result<Response, ApiProblem> {
    let label = caller.services.customers.create_label(&caller.actor, input).await?;
    let path = format!("/api/v1/labels/{}", label.id);
    Ok(located(tagged(StatusCode::CREATED, label.version, &label), &path))
}

/// Read a label; 304 when `If-None-Match` names its version.
#[utoipa::path(get, path = "/api/v1/labels/{id}", tag = "labels", operation_id = "read_label",
    params(("id" = i64, Path)), responses(
    (status = 200, body = Label, description = "`ETag` of the label"), (status = 304),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn read(Signed(caller): Signed, PathId(id): PathId<LabelId>, headers: HeaderMap) -> Result<Response, ApiProblem> {
    let label = caller.services.customers.label(&caller.actor, id).await?;
    if is_known(&headers, label.version) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(tagged(StatusCode::OK, label.version, &label))
}

/// Change a label by a merge patch (RFC 7396); `If-Match` names the version it is based on.
#[utoipa::path(patch, path = "/api/v1/labels/{id}", tag = "labels", operation_id = "update_label",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")),
    request_body(content = LabelInput, content_type = "application/merge-patch+json"), responses(
    (status = 200, body = Label), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`name_taken`, `system_label`"),
    (status = 412, body = ProblemBody, description = "Changed in the meantime; `current` holds what is stored"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 428, body = ProblemBody)))]
async fn update(
    Signed(caller): Signed,
    PathId(id): PathId<LabelId>,
    headers: HeaderMap,
    JsonBody(patch): JsonBody<Value>,
) -> Result<Response, ApiProblem> {
    let (customers, version) = (&caller.services.customers, required_version(&headers)?);
    let saved = customers.patch_label(&caller.actor, id, version, &patch).await;
    answer(saved, |label| label.version, customers.label(&caller.actor, id)).await
}

/// Delete a label that nobody wears; `If-Match` names the version that was read.
#[utoipa::path(delete, path = "/api/v1/labels/{id}", tag = "labels", operation_id = "delete_label",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`label_in_use` with the number of customers, `system_label`"),
    (status = 412, body = ProblemBody), (status = 428, body = ProblemBody)))]
async fn delete(
    Signed(caller): Signed,
    PathId(id): PathId<LabelId>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiProblem> {
    caller.services.customers.delete_label(&caller.actor, id, required_version(&headers)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List categories of labels, each after the one it belongs to.
#[utoipa::path(get, path = "/api/v1/label-categories", tag = "labels", operation_id = "list_label_categories",
    responses((status = 200, body = Vec<LabelCategory>), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody)))]
async fn list_categories(Signed(caller): Signed) -> Result<Json<Vec<LabelCategory>>, ApiProblem> {
    Ok(Json(caller.services.customers.label_categories(&caller.actor).await?))
}

/// Make a category of labels.
#[utoipa::path(post, path = "/api/v1/label-categories", tag = "labels", operation_id = "create_label_category",
    request_body = LabelCategoryInput, responses(
    (status = 201, body = LabelCategory, description = "`Location` and `ETag` of the new category"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`name_taken`"), (status = 413, body = ProblemBody),
    (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create_category(
    Signed(caller): Signed,
    JsonBody(input): JsonBody<LabelCategoryInput>,
) -> Result<Response, ApiProblem> {
    let category = caller.services.customers.create_label_category(&caller.actor, input).await?;
    let path = format!("/api/v1/label-categories/{}", category.id);
    Ok(located(tagged(StatusCode::CREATED, category.version, &category), &path))
}

/// Read a category of labels; 304 when `If-None-Match` names its version.
#[utoipa::path(get, path = "/api/v1/label-categories/{id}", tag = "labels", operation_id = "read_label_category",
    params(("id" = i64, Path)), responses(
    (status = 200, body = LabelCategory, description = "`ETag` of the category"), (status = 304),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn read_category(
    Signed(caller): Signed,
    PathId(id): PathId<LabelCategoryId>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    let category = caller.services.customers.label_category(&caller.actor, id).await?;
    if is_known(&headers, category.version) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(tagged(StatusCode::OK, category.version, &category))
}

/// Change a category by a merge patch (RFC 7396); `If-Match` names the version it is based on.
#[utoipa::path(patch, path = "/api/v1/label-categories/{id}", tag = "labels", operation_id = "update_label_category",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")),
    request_body(content = LabelCategoryInput, content_type = "application/merge-patch+json"), responses(
    (status = 200, body = LabelCategory), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`name_taken`"),
    (status = 412, body = ProblemBody, description = "Changed in the meantime; `current` holds what is stored"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 428, body = ProblemBody)))]
async fn update_category(
    Signed(caller): Signed,
    PathId(id): PathId<LabelCategoryId>,
    headers: HeaderMap,
    JsonBody(patch): JsonBody<Value>,
) -> Result<Response, ApiProblem> {
    let (customers, version) = (&caller.services.customers, required_version(&headers)?);
    let saved = customers.patch_label_category(&caller.actor, id, version, &patch).await;
    answer(saved, |category| category.version, customers.label_category(&caller.actor, id)).await
}

/// Delete a category that holds neither labels nor categories; `If-Match` names the version that was read.
#[utoipa::path(delete, path = "/api/v1/label-categories/{id}", tag = "labels", operation_id = "delete_label_category",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`category_in_use`"),
    (status = 412, body = ProblemBody), (status = 428, body = ProblemBody)))]
async fn delete_category(
    Signed(caller): Signed,
    PathId(id): PathId<LabelCategoryId>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiProblem> {
    caller.services.customers.delete_label_category(&caller.actor, id, required_version(&headers)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which labels of a customer.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Worn {
    /// Also those that came off, newest first.
    removed: bool,
}

/// List the labels that a customer wears, the highest priority first.
#[utoipa::path(get, path = "/api/v1/customers/{id}/labels", tag = "labels", operation_id = "list_customer_labels",
    params(("id" = i64, Path), Worn), responses(
    (status = 200, body = Vec<Assignment>), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn of_customer(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    QueryOf(asked): QueryOf<Worn>,
) -> Result<Json<Vec<Assignment>>, ApiProblem> {
    Ok(Json(caller.services.customers.assignments(&caller.actor, id, asked.removed).await?))
}

/// Put a label on a customer. One that is there already stays as it is, also when the notes or the expiry are others.
#[utoipa::path(post, path = "/api/v1/customers/{id}/labels", tag = "labels", operation_id = "assign_label",
    params(("id" = i64, Path)), request_body = AssignmentInput, responses(
    (status = 201, body = Assignment, description = "It is on the customer now"),
    (status = 200, body = Assignment, description = "It was there already and stays as it is"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`label_inactive`, `deleted`"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn assign(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    JsonBody(input): JsonBody<AssignmentInput>,
) -> Result<Response, ApiProblem> {
    let label = input.label_id;
    let (worn, is_new) = caller.services.customers.put_label(&caller.actor, id, input).await?;
    let assignment = worn.into_iter().find(|assignment| Some(assignment.label.id) == label);
    if !is_new {
        return Ok((StatusCode::OK, Json(assignment)).into_response());
    }
    let response = (StatusCode::CREATED, Json(assignment)).into_response();
    Ok(located(response, &format!("/api/v1/customers/{id}/labels")))
}

/// Why a label comes off.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RemovalReason {
    /// At most 1,000 characters.
    reason: Option<String>,
}

/// Take a label off a customer; the history keeps it. One that is not there is no error.
#[utoipa::path(delete, path = "/api/v1/customers/{id}/labels/{label_id}", tag = "labels",
    operation_id = "remove_label", params(("id" = i64, Path), ("label_id" = i64, Path), RemovalReason), responses(
    (status = 204), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`deleted`"), (status = 422, body = ProblemBody)))]
async fn remove(
    Signed(caller): Signed,
    PathId((id, label_id)): PathId<(CustomerId, LabelId)>,
    QueryOf(why): QueryOf<RemovalReason>,
) -> Result<StatusCode, ApiProblem> {
    caller.services.customers.remove_label(&caller.actor, id, label_id, why.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One label for many customers.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
struct BulkLabelInput {
    /// The label.
    label_id: Option<LabelId>,
    /// Take it off instead of putting it on.
    remove: bool,
    /// Whom it is about; at most 1,000 customers.
    selection: Selection,
    /// The notes of the assignments, or the reason of the removals; at most 1,000 characters.
    note: Option<String>,
}

/// Put a label on up to 1,000 customers, or take it off, all at once; every customer gets a result of its own.
#[utoipa::path(post, path = "/api/v1/bulk/labels", tag = "labels", operation_id = "label_many",
    request_body = BulkLabelInput, responses(
    (status = 200, body = BulkOutcome), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`label_inactive`, `too_many`"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn label_many(
    Signed(caller): Signed,
    JsonBody(input): JsonBody<BulkLabelInput>,
) -> Result<Json<BulkOutcome>, ApiProblem> {
    let customers = &caller.services.customers;
    caller.actor.require(crate::shared::permission::Permission::LabelsAssign)?;
    let label = input.label_id.ok_or_else(no_label_chosen)?;
    Ok(Json(customers.label_many(&caller.actor, label, input.remove, &input.selection, input.note).await?))
}
