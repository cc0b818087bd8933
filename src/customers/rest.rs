//! The integrators' door to customers: path ids, `ETag`, merge patch.

use axum::Json;
use axum::extract::OriginalUri;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::search::{CustomerFilter, CustomerPage, Facets};
use super::{Customer, CustomerDetails, CustomerInput, LookupField};
use crate::audit::AuditEntry;
use crate::server::{
    ApiProblem, AppState, JsonBody, PathId, QueryOf, Signed, answer, is_known, located, required_version, tagged,
};
use crate::shared::id::CustomerId;
use crate::shared::problem::{Problem, ProblemBody};

/// `/api/v1/customers…`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(search))
        .routes(routes!(facets))
        .routes(routes!(lookup))
        .routes(routes!(read, update, delete))
        .routes(routes!(details))
        .routes(routes!(restore))
        .routes(routes!(history))
}

/// List or search customers.
#[utoipa::path(get, path = "/api/v1/customers", tag = "customers", params(CustomerFilter), responses(
    (status = 200, body = CustomerPage, description = "A page; `Link` names the next one"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 422, body = ProblemBody)))]
async fn list(
    Signed(caller): Signed,
    OriginalUri(uri): OriginalUri,
    QueryOf(filter): QueryOf<CustomerFilter>,
) -> Result<Response, ApiProblem> {
    let page = caller.services.customers.search(&caller.actor, &filter).await?;
    let link = page.next_cursor.as_ref().map(|cursor| next_link(uri.query().unwrap_or_default(), cursor));
    let mut response = Json(page).into_response();
    if let Some(link) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// The same query behind the cursor (RFC 8288).
fn next_link(query: &str, cursor: &str) -> String {
    let kept = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor" && name != "offset");
    let next: String =
        form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).append_pair("cursor", cursor).finish();
    format!("</api/v1/customers?{next}>; rel=\"next\"")
}

/// Search customers by a JSON filter.
#[utoipa::path(post, path = "/api/v1/customers/search", tag = "customers", request_body = CustomerFilter, responses(
    (status = 200, body = CustomerPage), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 413, body = ProblemBody), (status = 415, body = ProblemBody),
    (status = 422, body = ProblemBody)))]
async fn search(
    Signed(caller): Signed,
    JsonBody(filter): JsonBody<CustomerFilter>,
) -> Result<Json<CustomerPage>, ApiProblem> {
    Ok(Json(caller.services.customers.search(&caller.actor, &filter).await?))
}

/// How the customers that a filter finds divide by status, category, partner, location and label.
#[utoipa::path(get, path = "/api/v1/customers/facets", tag = "customers", params(CustomerFilter), responses(
    (status = 200, body = Facets), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn facets(Signed(caller): Signed, QueryOf(filter): QueryOf<CustomerFilter>) -> Result<Json<Facets>, ApiProblem> {
    Ok(Json(caller.services.customers.facets(&caller.actor, &filter).await?))
}

/// What a customer is looked up by: exactly one.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Lookup {
    /// An e-mail address, ignoring case.
    email: Option<String>,
    /// The name to sign in with at the portal.
    login: Option<String>,
    /// The number the customer knows.
    portal_id: Option<String>,
    /// A phone or mobile number in any form.
    phone: Option<String>,
}

impl Lookup {
    fn checked(self) -> Result<(LookupField, String), Problem> {
        let mut given = [
            (LookupField::Email, self.email),
            (LookupField::Login, self.login),
            (LookupField::PortalId, self.portal_id),
            (LookupField::Phone, self.phone),
        ]
        .into_iter()
        .filter_map(|(field, value)| value.map(|value| (field, value)));
        match (given.next(), given.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(Problem::field_error("", "one_of", "Give exactly one of email, login, portal_id and phone.")),
        }
    }
}

/// Find the one customer with an e-mail address, login, portal id or phone number.
#[utoipa::path(get, path = "/api/v1/customers/lookup", tag = "customers", params(Lookup), responses(
    (status = 200, body = Customer), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`ambiguous`: several customers share it"),
    (status = 422, body = ProblemBody)))]
async fn lookup(Signed(caller): Signed, QueryOf(lookup): QueryOf<Lookup>) -> Result<Response, ApiProblem> {
    let (field, value) = lookup.checked()?;
    let customer = caller.services.customers.lookup(&caller.actor, field, &value).await?;
    Ok(tagged(StatusCode::OK, customer.version, &customer))
}

/// Create a customer.
#[utoipa::path(post, path = "/api/v1/customers", tag = "customers", request_body = CustomerInput, responses(
    (status = 201, body = Customer, description = "`Location` and `ETag` of the new customer"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`email_taken`, `login_taken`, `portal_id_taken`, `external_id_taken`"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(Signed(caller): Signed, JsonBody(input): JsonBody<CustomerInput>) -> Result<Response, ApiProblem> {
    let customer = caller.services.customers.create(&caller.actor, input).await?;
    let path = format!("/api/v1/customers/{}", customer.id);
    Ok(located(tagged(StatusCode::CREATED, customer.version, &customer), &path))
}

/// Read a customer; 304 when `If-None-Match` names its version.
#[utoipa::path(get, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = i64, Path)), responses(
    (status = 200, body = Customer), (status = 304), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn read(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    let customer = caller.services.customers.get(&caller.actor, id).await?;
    if is_known(&headers, customer.version) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(tagged(StatusCode::OK, customer.version, &customer))
}

/// Read everything about a customer from one moment: the record, status, labels, contacts, addresses, hierarchy.
#[utoipa::path(get, path = "/api/v1/customers/{id}/details", tag = "customers", params(("id" = i64, Path)), responses(
    (status = 200, body = CustomerDetails), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn details(Signed(caller): Signed, PathId(id): PathId<CustomerId>) -> Result<Json<CustomerDetails>, ApiProblem> {
    Ok(Json(caller.services.customers.details(&caller.actor, id).await?))
}

/// Change a customer by a merge patch (RFC 7396); `If-Match` names the version it is based on.
#[utoipa::path(patch, path = "/api/v1/customers/{id}", tag = "customers",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")),
    request_body(content = CustomerInput, content_type = "application/merge-patch+json"), responses(
    (status = 200, body = Customer), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
    (status = 412, body = ProblemBody, description = "Changed in the meantime; `current` holds what is stored"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 428, body = ProblemBody)))]
async fn update(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    headers: HeaderMap,
    JsonBody(patch): JsonBody<Value>,
) -> Result<Response, ApiProblem> {
    let version = required_version(&headers)?;
    let saved = caller.services.customers.patch(&caller.actor, id, version, &patch).await;
    answer(saved, |customer| customer.version, caller.services.customers.get(&caller.actor, id)).await
}

/// What becomes of the live children of a customer that is deleted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Deletion {
    /// `reparent`, `promote` or `terminate`; needed when there are any.
    children: Option<String>,
    /// With `reparent`: their new parent.
    new_parent: Option<CustomerId>,
}

/// Put a customer into the trash.
#[utoipa::path(delete, path = "/api/v1/customers/{id}", tag = "customers",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read"), Deletion),
    responses((status = 204), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`not_deletable`, `has_children`"),
    (status = 412, body = ProblemBody), (status = 422, body = ProblemBody), (status = 428, body = ProblemBody)))]
async fn delete(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    headers: HeaderMap,
    QueryOf(with): QueryOf<Deletion>,
) -> Result<StatusCode, ApiProblem> {
    let version = required_version(&headers)?;
    let customers = &caller.services.customers;
    customers.delete(&caller.actor, id, version, with.children.as_deref(), with.new_parent).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a customer out of the trash; it comes back as `inactive`.
#[utoipa::path(post, path = "/api/v1/customers/{id}/restore", tag = "customers", params(("id" = i64, Path)), responses(
    (status = 200, body = Customer), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`not_deleted`, `email_taken`")))]
async fn restore(Signed(caller): Signed, PathId(id): PathId<CustomerId>) -> Result<Response, ApiProblem> {
    let customer = caller.services.customers.restore(&caller.actor, id).await?;
    Ok(tagged(StatusCode::OK, customer.version, &customer))
}

/// Which part of a history.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HistoryPart {
    /// Only entries older than this one.
    before: Option<i64>,
}

/// What happened to a customer, newest first, at most 50 entries.
#[utoipa::path(get, path = "/api/v1/customers/{id}/history", tag = "customers", params(("id" = i64, Path), HistoryPart),
    responses((status = 200, body = Vec<AuditEntry>), (status = 400, body = ProblemBody),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 422, body = ProblemBody)))]
async fn history(
    Signed(caller): Signed,
    PathId(id): PathId<CustomerId>,
    QueryOf(part): QueryOf<HistoryPart>,
) -> Result<Json<Vec<AuditEntry>>, ApiProblem> {
    Ok(Json(caller.services.customers.history(&caller.actor, id, part.before).await?))
}
