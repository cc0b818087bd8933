//! The integrators' door to partners and locations: path ids, `ETag`.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Location, LocationInput, Partner, PartnerInput};
use crate::server::{
    ApiProblem, AppState, JsonBody, PathId, Signed, answer, is_known, located, required_version, tagged,
};
use crate::shared::id::{LocationId, PartnerId};
use crate::shared::problem::ProblemBody;

/// `/api/v1/partners…` and `/api/v1/locations…`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_partners, create_partner))
        .routes(routes!(read_partner, update_partner, delete_partner))
        .routes(routes!(list_locations, create_location))
        .routes(routes!(read_location, update_location, delete_location))
}

/// List the partners in the caller's scope, by name.
#[utoipa::path(get, path = "/api/v1/partners", tag = "partners", operation_id = "list_partners", responses(
    (status = 200, body = Vec<Partner>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
async fn list_partners(Signed(caller): Signed) -> Result<Json<Vec<Partner>>, ApiProblem> {
    Ok(Json(caller.services.places.partners(&caller.actor).await?))
}

/// Add a partner.
#[utoipa::path(post, path = "/api/v1/partners", tag = "partners", operation_id = "create_partner",
    request_body = PartnerInput, responses(
    (status = 201, body = Partner, description = "`Location` and `ETag` of the new partner"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "Also for whoever does not see every partner"),
    (status = 409, body = ProblemBody, description = "`name_taken`"), (status = 413, body = ProblemBody),
    (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create_partner(
    Signed(caller): Signed,
    JsonBody(input): JsonBody<PartnerInput>,
) -> Result<Response, ApiProblem> {
    let partner = caller.services.places.create_partner(&caller.actor, input).await?;
    let path = format!("/api/v1/partners/{}", partner.id);
    Ok(located(tagged(StatusCode::CREATED, partner.version, &partner), &path))
}

/// Read a partner.
#[utoipa::path(get, path = "/api/v1/partners/{id}", tag = "partners", operation_id = "read_partner",
    params(("id" = i64, Path)), responses((status = 200, body = Partner, description = "`ETag` of the partner"),
    (status = 304), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn read_partner(
    Signed(caller): Signed,
    PathId(id): PathId<PartnerId>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    let partner = caller.services.places.partner(&caller.actor, id).await?;
    if is_known(&headers, partner.version) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(tagged(StatusCode::OK, partner.version, &partner))
}

/// Replace a partner; `If-Match` names the version it is based on.
#[utoipa::path(put, path = "/api/v1/partners/{id}", tag = "partners", operation_id = "update_partner",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")),
    request_body = PartnerInput, responses(
    (status = 200, body = Partner), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "Also to make it the default without seeing every partner"),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`name_taken`"),
    (status = 412, body = ProblemBody, description = "Changed in the meantime; `current` holds what is stored"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 428, body = ProblemBody)))]
async fn update_partner(
    Signed(caller): Signed,
    PathId(id): PathId<PartnerId>,
    headers: HeaderMap,
    JsonBody(input): JsonBody<PartnerInput>,
) -> Result<Response, ApiProblem> {
    let places = &caller.services.places;
    let saved = places.update_partner(&caller.actor, id, required_version(&headers)?, input).await;
    answer(saved, |partner| partner.version, places.partner(&caller.actor, id)).await
}

/// Delete a partner without customers; `If-Match` names the version that was read.
#[utoipa::path(delete, path = "/api/v1/partners/{id}", tag = "partners", operation_id = "delete_partner",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")), responses(
    (status = 204), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "Also for whoever does not see every partner"),
    (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`default_partner`, `partner_in_use`"),
    (status = 412, body = ProblemBody), (status = 428, body = ProblemBody)))]
async fn delete_partner(
    Signed(caller): Signed,
    PathId(id): PathId<PartnerId>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiProblem> {
    caller.services.places.delete_partner(&caller.actor, id, required_version(&headers)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the locations in the caller's scope, by name.
#[utoipa::path(get, path = "/api/v1/locations", tag = "locations", operation_id = "list_locations", responses(
    (status = 200, body = Vec<Location>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
async fn list_locations(Signed(caller): Signed) -> Result<Json<Vec<Location>>, ApiProblem> {
    Ok(Json(caller.services.places.locations(&caller.actor).await?))
}

/// Add a location.
#[utoipa::path(post, path = "/api/v1/locations", tag = "locations", operation_id = "create_location",
    request_body = LocationInput, responses(
    (status = 201, body = Location, description = "`Location` and `ETag` of the new location"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "Also for whoever does not see every location"),
    (status = 409, body = ProblemBody, description = "`name_taken`"), (status = 413, body = ProblemBody),
    (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create_location(
    Signed(caller): Signed,
    JsonBody(input): JsonBody<LocationInput>,
) -> Result<Response, ApiProblem> {
    let location = caller.services.places.create_location(&caller.actor, input).await?;
    let path = format!("/api/v1/locations/{}", location.id);
    Ok(located(tagged(StatusCode::CREATED, location.version, &location), &path))
}

/// Read a location.
#[utoipa::path(get, path = "/api/v1/locations/{id}", tag = "locations", operation_id = "read_location",
    params(("id" = i64, Path)), responses((status = 200, body = Location, description = "`ETag` of the location"),
    (status = 304), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn read_location(
    Signed(caller): Signed,
    PathId(id): PathId<LocationId>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    let location = caller.services.places.location(&caller.actor, id).await?;
    if is_known(&headers, location.version) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(tagged(StatusCode::OK, location.version, &location))
}

/// Replace a location; `If-Match` names the version it is based on.
#[utoipa::path(put, path = "/api/v1/locations/{id}", tag = "locations", operation_id = "update_location",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")),
    request_body = LocationInput, responses(
    (status = 200, body = Location), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "Also to make it the default without seeing every location"),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`name_taken`"),
    (status = 412, body = ProblemBody, description = "Changed in the meantime; `current` holds what is stored"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 428, body = ProblemBody)))]
async fn update_location(
    Signed(caller): Signed,
    PathId(id): PathId<LocationId>,
    headers: HeaderMap,
    JsonBody(input): JsonBody<LocationInput>,
) -> Result<Response, ApiProblem> {
    let places = &caller.services.places;
    let saved = places.update_location(&caller.actor, id, required_version(&headers)?, input).await;
    answer(saved, |location| location.version, places.location(&caller.actor, id)).await
}

/// Delete a location without customers; `If-Match` names the version that was read.
#[utoipa::path(delete, path = "/api/v1/locations/{id}", tag = "locations", operation_id = "delete_location",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")), responses(
    (status = 204), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "Also for whoever does not see every location"),
    (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`default_location`, `location_in_use`"),
    (status = 412, body = ProblemBody), (status = 428, body = ProblemBody)))]
async fn delete_location(
    Signed(caller): Signed,
    PathId(id): PathId<LocationId>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiProblem> {
    caller.services.places.delete_location(&caller.actor, id, required_version(&headers)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
