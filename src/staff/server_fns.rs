//! The pages' door to staff, roles and one's own profile.

use leptos::prelude::*;

use super::model::{Invitation, Profile, Role, RoleInput, StaffChanges, StaffChoices, StaffDetails, StaffMember};
use crate::auth::Password;
use crate::shared::id::{RoleId, StaffId};
use crate::shared::problem::Problem;

/// Everybody, by user name.
#[server(prefix = "/api/fn", endpoint = "staff/list")]
pub async fn list_staff() -> Result<Vec<StaffMember>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.list(&caller.actor).await
}

/// One member of staff.
#[server(prefix = "/api/fn", endpoint = "staff/get")]
pub async fn get_staff(id: StaffId) -> Result<StaffDetails, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.get(&caller.actor, id).await
}

/// Roles, partners and locations that the caller may grant.
#[server(prefix = "/api/fn", endpoint = "staff/choices")]
pub async fn load_staff_choices() -> Result<StaffChoices, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.choices(&caller.actor).await
}

/// Makes an account and sends the person a link to choose a password.
#[server(prefix = "/api/fn", endpoint = "staff/invite")]
pub async fn invite_staff(invitation: Invitation) -> Result<StaffId, Problem> {
    let caller = crate::server::signed_in().await?;
    let id = caller.services.staff.invite(&caller.actor, invitation).await?;
    crate::server::go_to(&format!("/staff/{id}?done=invited"));
    Ok(id)
}

/// Changes an account of which `version` was read.
#[server(prefix = "/api/fn", endpoint = "staff/update")]
pub async fn update_staff(id: StaffId, version: i64, staff: StaffChanges) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.update(&caller.actor, id, version, staff).await?;
    crate::server::go_to(&format!("/staff/{id}?done=saved"));
    Ok(())
}

/// Lets somebody sign in again, or no longer: their sessions and tokens end at once.
#[server(prefix = "/api/fn", endpoint = "staff/set-active")]
pub async fn set_staff_active(id: StaffId, active: bool) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.set_active(&caller.actor, id, active).await?;
    crate::server::go_to(&format!("/staff/{id}?done={}", if active { "activated" } else { "deactivated" }));
    Ok(())
}

/// Forgets failed sign-ins.
#[server(prefix = "/api/fn", endpoint = "staff/unlock")]
pub async fn unlock_staff(id: StaffId) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.unlock(&caller.actor, id).await?;
    crate::server::go_to(&format!("/staff/{id}?done=unlocked"));
    Ok(())
}

/// Sends a link to choose a (new) password: the invitation again, or a reset.
#[server(prefix = "/api/fn", endpoint = "staff/send-link")]
pub async fn send_staff_link(id: StaffId) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.send_link(&caller.actor, id).await?;
    crate::server::go_to(&format!("/staff/{id}?done=sent"));
    Ok(())
}

/// Takes a lost second factor away and ends the person's sessions and tokens.
#[server(prefix = "/api/fn", endpoint = "staff/reset-second-factor")]
pub async fn reset_staff_second_factor(id: StaffId) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.reset_second_factor(&caller.actor, id).await?;
    crate::server::go_to(&format!("/staff/{id}?done=second-factor"));
    Ok(())
}

/// One's own profile.
#[server(prefix = "/api/fn", endpoint = "account/profile")]
pub async fn get_profile() -> Result<Profile, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.profile(&caller.actor).await
}

/// Changes one's own profile; another e-mail address needs the current password.
#[server(prefix = "/api/fn", endpoint = "account/update-profile")]
pub async fn update_profile(
    profile: Profile,
    #[server(default)] current_password: Option<Password>,
) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.update_profile(&caller.actor, profile, current_password.as_ref()).await?;
    crate::server::go_to("/account?done=profile");
    Ok(())
}

/// Every role, parents before children.
#[server(prefix = "/api/fn", endpoint = "roles/list")]
pub async fn list_roles() -> Result<Vec<Role>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.roles(&caller.actor).await
}

/// One role.
#[server(prefix = "/api/fn", endpoint = "roles/get")]
pub async fn get_role(id: RoleId) -> Result<Role, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.role(&caller.actor, id).await
}

/// Makes a role.
#[server(prefix = "/api/fn", endpoint = "roles/create")]
pub async fn create_role(role: RoleInput) -> Result<RoleId, Problem> {
    let caller = crate::server::signed_in().await?;
    let id = caller.services.staff.create_role(&caller.actor, role).await?;
    crate::server::go_to(&format!("/roles/{id}?done=created"));
    Ok(id)
}

/// Changes a role of which `version` was read.
#[server(prefix = "/api/fn", endpoint = "roles/update")]
pub async fn update_role(id: RoleId, version: i64, role: RoleInput) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.update_role(&caller.actor, id, version, role).await?;
    crate::server::go_to(&format!("/roles/{id}?done=saved"));
    Ok(())
}

/// Deletes a role that nobody holds and none inherits from.
#[server(prefix = "/api/fn", endpoint = "roles/delete")]
pub async fn delete_role(id: RoleId) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.staff.delete_role(&caller.actor, id).await?;
    crate::server::go_to("/roles?done=deleted");
    Ok(())
}
