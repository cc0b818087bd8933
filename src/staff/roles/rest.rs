//! The integrators' door to roles: path ids, `ETag`.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::server::{ApiProblem, AppState, JsonBody, PathId, Signed, answer, located, required_version, tagged};
use crate::shared::id::RoleId;
use crate::shared::permission::Permission;
use crate::shared::problem::ProblemBody;
use crate::staff::{Role, RoleInput};

/// `/api/v1/roles…`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(read, update, delete))
}

/// List roles, parents before children.
#[utoipa::path(get, path = "/api/v1/roles", tag = "roles", operation_id = "list_roles", responses(
    (status = 200, body = Vec<Role>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
async fn list(Signed(caller): Signed) -> Result<Json<Vec<Role>>, ApiProblem> {
    Ok(Json(caller.services.staff.roles(&caller.actor).await?))
}

/// Make a role.
#[utoipa::path(post, path = "/api/v1/roles", tag = "roles", operation_id = "create_role", request_body = RoleInput,
    responses(
    (status = 201, body = Role, description = "`Location` and `ETag` of the new role"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "Also when the role would grant more than the caller holds"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn create(Signed(caller): Signed, JsonBody(input): JsonBody<RoleInput>) -> Result<Response, ApiProblem> {
    // The answer shows the role, so this is asked before there is one.
    caller.actor.require(Permission::RolesManage)?;
    caller.actor.require(Permission::RolesRead)?;
    let id = caller.services.staff.create_role(&caller.actor, input).await?;
    let role = caller.services.staff.role(&caller.actor, id).await?;
    Ok(located(tagged(StatusCode::CREATED, role.version, &role), &format!("/api/v1/roles/{id}")))
}

/// Read a role.
#[utoipa::path(get, path = "/api/v1/roles/{id}", tag = "roles", operation_id = "read_role", params(("id" = i64, Path)),
    responses((status = 200, body = Role, description = "`ETag` of the role"), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn read(Signed(caller): Signed, PathId(id): PathId<RoleId>) -> Result<Response, ApiProblem> {
    let role = caller.services.staff.role(&caller.actor, id).await?;
    Ok(tagged(StatusCode::OK, role.version, &role))
}

/// Replace a role; `If-Match` names the version it is based on.
#[utoipa::path(put, path = "/api/v1/roles/{id}", tag = "roles", operation_id = "update_role",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")),
    request_body = RoleInput, responses(
    (status = 200, body = Role), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "Also when the role grants more than the caller holds"),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`system_role`"),
    (status = 412, body = ProblemBody, description = "Changed in the meantime; `current` holds what is stored"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 428, body = ProblemBody)))]
async fn update(
    Signed(caller): Signed,
    PathId(id): PathId<RoleId>,
    headers: HeaderMap,
    JsonBody(input): JsonBody<RoleInput>,
) -> Result<Response, ApiProblem> {
    caller.actor.require(Permission::RolesManage)?;
    caller.actor.require(Permission::RolesRead)?;
    let staff = &caller.services.staff;
    let saved = staff.update_role(&caller.actor, id, required_version(&headers)?, input).await;
    let saved = match saved {
        Ok(()) => staff.role(&caller.actor, id).await,
        Err(problem) => Err(problem),
    };
    answer(saved, |role| role.version, staff.role(&caller.actor, id)).await
}

/// Delete a role that nobody holds and none inherits from.
#[utoipa::path(delete, path = "/api/v1/roles/{id}", tag = "roles", operation_id = "delete_role",
    params(("id" = i64, Path)), responses(
    (status = 204), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "Also when the role grants more than the caller holds"),
    (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`system_role`, `role_in_use`")))]
async fn delete(Signed(caller): Signed, PathId(id): PathId<RoleId>) -> Result<StatusCode, ApiProblem> {
    caller.services.staff.delete_role(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
