//! The integrators' door to staff accounts: path ids, `ETag`, merge patch.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Invitation, StaffChanges, StaffDetails, StaffMember};
use crate::server::{ApiProblem, AppState, JsonBody, PathId, Signed, answer, located, required_version, tagged};
use crate::shared::id::StaffId;
use crate::shared::permission::Permission;
use crate::shared::problem::ProblemBody;

/// `/api/v1/staff…` and `/api/v1/roles…`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, invite))
        .routes(routes!(read, update))
        .routes(routes!(activate))
        .routes(routes!(deactivate))
        .routes(routes!(unlock))
        .routes(routes!(send_link))
        .routes(routes!(reset_second_factor))
        .merge(super::roles::rest::routes())
}

/// List staff accounts, by user name.
#[utoipa::path(get, path = "/api/v1/staff", tag = "staff", operation_id = "list_staff", responses(
    (status = 200, body = Vec<StaffMember>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
async fn list(Signed(caller): Signed) -> Result<Json<Vec<StaffMember>>, ApiProblem> {
    Ok(Json(caller.services.staff.list(&caller.actor).await?))
}

/// Invite somebody: an account is made, and a link to choose a password is mailed.
#[utoipa::path(post, path = "/api/v1/staff", tag = "staff", operation_id = "invite_staff", request_body = Invitation,
    responses(
    (status = 201, body = StaffDetails, description = "`Location` and `ETag` of the new account"),
    (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "Also when the account could do more than the caller"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn invite(Signed(caller): Signed, JsonBody(invitation): JsonBody<Invitation>) -> Result<Response, ApiProblem> {
    // The answer shows the account, so this is asked before there is one.
    caller.actor.require(Permission::StaffRead)?;
    let id = caller.services.staff.invite(&caller.actor, invitation).await?;
    let details = caller.services.staff.get(&caller.actor, id).await?;
    let response = tagged(StatusCode::CREATED, details.version, &details);
    Ok(located(response, &format!("/api/v1/staff/{id}")))
}

/// Read a staff account.
#[utoipa::path(get, path = "/api/v1/staff/{id}", tag = "staff", operation_id = "read_staff", params(("id" = i64, Path)),
    responses((status = 200, body = StaffDetails, description = "`ETag` of the account"),
    (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn read(Signed(caller): Signed, PathId(id): PathId<StaffId>) -> Result<Response, ApiProblem> {
    let details = caller.services.staff.get(&caller.actor, id).await?;
    Ok(tagged(StatusCode::OK, details.version, &details))
}

/// Change a staff account by a merge patch (RFC 7396); `If-Match` names the version it is based on.
#[utoipa::path(patch, path = "/api/v1/staff/{id}", tag = "staff", operation_id = "update_staff",
    params(("id" = i64, Path), ("If-Match" = String, Header, description = "The `ETag` that was read")),
    request_body(content = StaffChanges, content_type = "application/merge-patch+json"), responses(
    (status = 200, body = StaffDetails), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody, description = "Also when the account may do more than the caller"),
    (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`own_account`, `last_super_administrator`"),
    (status = 412, body = ProblemBody, description = "Changed in the meantime; `current` holds what is stored"),
    (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
    (status = 428, body = ProblemBody)))]
async fn update(
    Signed(caller): Signed,
    PathId(id): PathId<StaffId>,
    headers: HeaderMap,
    JsonBody(patch): JsonBody<Value>,
) -> Result<Response, ApiProblem> {
    // Before anything is told about the account, and with the rights that the answer needs.
    caller.actor.require(Permission::StaffManage)?;
    caller.actor.require(Permission::StaffRead)?;
    let staff = &caller.services.staff;
    let saved = staff.patch(&caller.actor, id, required_version(&headers)?, &patch).await;
    let saved = match saved {
        Ok(()) => staff.get(&caller.actor, id).await,
        Err(problem) => Err(problem),
    };
    answer(saved, |details| details.version, staff.get(&caller.actor, id)).await
}

/// Let somebody sign in again.
#[utoipa::path(post, path = "/api/v1/staff/{id}/activate", tag = "staff", operation_id = "activate_staff",
    params(("id" = i64, Path)), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`own_account`")))]
async fn activate(Signed(caller): Signed, PathId(id): PathId<StaffId>) -> Result<StatusCode, ApiProblem> {
    caller.services.staff.set_active(&caller.actor, id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let somebody sign in no longer; their sessions and tokens end at once.
#[utoipa::path(post, path = "/api/v1/staff/{id}/deactivate", tag = "staff", operation_id = "deactivate_staff",
    params(("id" = i64, Path)), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`own_account`, `last_super_administrator`")))]
async fn deactivate(Signed(caller): Signed, PathId(id): PathId<StaffId>) -> Result<StatusCode, ApiProblem> {
    caller.services.staff.set_active(&caller.actor, id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forget failed sign-ins.
#[utoipa::path(post, path = "/api/v1/staff/{id}/unlock", tag = "staff", operation_id = "unlock_staff",
    params(("id" = i64, Path)), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn unlock(Signed(caller): Signed, PathId(id): PathId<StaffId>) -> Result<StatusCode, ApiProblem> {
    caller.services.staff.unlock(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mail a link to choose a (new) password: the invitation again, or a reset.
#[utoipa::path(post, path = "/api/v1/staff/{id}/send-link", tag = "staff", operation_id = "send_staff_link",
    params(("id" = i64, Path)), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`inactive`")))]
async fn send_link(Signed(caller): Signed, PathId(id): PathId<StaffId>) -> Result<StatusCode, ApiProblem> {
    caller.services.staff.send_link(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a lost second factor away; the person's sessions and tokens end.
#[utoipa::path(post, path = "/api/v1/staff/{id}/reset-second-factor", tag = "staff",
    operation_id = "reset_staff_second_factor", params(("id" = i64, Path)), responses(
    (status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`own_account`, `no_second_factor`")))]
async fn reset_second_factor(Signed(caller): Signed, PathId(id): PathId<StaffId>) -> Result<StatusCode, ApiProblem> {
    caller.services.staff.reset_second_factor(&caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
