//! Making and changing roles: nobody grants what they do not hold, and no line of inheritance is a circle.

use serde_json::{Value, json};

use super::model::{
    CheckedRole, SYSTEM_ROLES, effective_permissions, in_tree_order, is_or_inherits, new_key, parent_flaw,
    requires_second_factor,
};
use crate::audit::Change;
use crate::auth::permissions_of;
use crate::database::Transaction;
use crate::shared::actor::Actor;
use crate::shared::id::RoleId;
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;
use crate::staff::StaffService;
use crate::staff::model::{Role, RoleInput};

impl StaffService {
    /// Adds the roles that come with the product and brings their permissions up to date, with those of the
    /// roles that inherit from them. At every start.
    pub async fn ensure_roles(&self) -> Result<(), Problem> {
        let mut tx = self.begin_changes().await?;
        for role in &SYSTEM_ROLES {
            tx.roles().put(role).await?;
        }
        let roles = tx.roles().list().await?;
        for role in roles.iter().filter(|role| !role.is_system) {
            let permissions = effective_permissions(&roles, role.id);
            tx.roles().update_inherited(role.id, &permissions, requires_second_factor(&roles, role.id)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Every role, parents before children. Errors: `Forbidden`.
    pub async fn roles(&self, actor: &Actor) -> Result<Vec<Role>, Problem> {
        actor.require(Permission::RolesRead)?;
        Ok(in_tree_order(&self.database.read().await?.roles().list().await?))
    }

    /// One role. Errors: `Forbidden`, `NotFound`.
    pub async fn role(&self, actor: &Actor, id: RoleId) -> Result<Role, Problem> {
        actor.require(Permission::RolesRead)?;
        Ok(find(&self.database.read().await?.roles().list().await?, id)?.clone())
    }

    /// Makes a role; its key is made of its name. Errors: `Invalid` with every wrong field, `Forbidden` when
    /// it would grant more than the caller holds.
    pub async fn create_role(&self, actor: &Actor, input: RoleInput) -> Result<RoleId, Problem> {
        actor.require(Permission::RolesManage)?;
        let checked = input.checked()?;
        let mut tx = self.begin_changes().await?;
        let mut roles = tx.roles().list().await?;
        check_parent(&roles, None, checked.parent)?;
        let mut role = Role {
            id: RoleId::default(),
            key: new_key(&roles, &checked.name),
            name: checked.name,
            description: checked.description,
            parent: checked.parent,
            own_permissions: checked.permissions,
            permissions: PermissionSet::default(),
            is_system: false,
            own_requires_second_factor: checked.requires_second_factor,
            requires_second_factor: checked.requires_second_factor,
            members: 0,
            version: 1,
        };
        roles.push(role.clone());
        let permissions = effective_permissions(&roles, role.id);
        actor.require_all(permissions_of(&permissions))?;
        role.requires_second_factor = requires_second_factor(&roles, role.id);
        let id = tx.roles().insert(&role, &permissions).await?;
        let change = Change::new("role.created", "role", id.0).between(&json!({}), &facts(&role));
        self.audit.record(&mut tx, actor, self.clock.now(), change).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Changes a role of which `version` was read, and with it what the roles below it grant and demand. Errors:
    /// `NotFound`, `Stale`, `Invalid` with every wrong field, `Forbidden` when the role grants more than the
    /// caller holds, before or after; `Conflict` (`system_role`).
    pub async fn update_role(&self, actor: &Actor, id: RoleId, version: i64, input: RoleInput) -> Result<(), Problem> {
        actor.require(Permission::RolesManage)?;
        let mut tx = self.begin_changes().await?;
        let mut roles = tx.roles().list().await?;
        let before = find(&roles, id)?.clone();
        actor.require_all(before.permissions)?;
        if before.version != version {
            return Err(Problem::Stale { version: before.version });
        }
        let mut after = changed(&before, input.checked()?)?;
        check_parent(&roles, Some(id), after.parent)?;
        if facts(&after) == facts(&before) {
            return Ok(());
        }
        replace(&mut roles, &after);
        actor.require_all(permissions_of(&effective_permissions(&roles, id)))?;
        after.requires_second_factor = requires_second_factor(&roles, id);
        tx.roles().update_description(&after).await?;
        if !after.is_system {
            tx.roles().update_grants(&after).await?;
        }
        let change = Change::new("role.updated", "role", id.0).between(&facts(&before), &facts(&after));
        let mut changes = vec![change];
        changes.extend(inherit(&mut tx, &roles, id).await?);
        self.audit.record_all(&mut tx, actor, self.clock.now(), changes).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes a role that nobody holds and none inherits from. Errors: `NotFound`, `Forbidden` when it
    /// grants more than the caller holds, `Conflict` (`system_role`, `role_in_use`).
    pub async fn delete_role(&self, actor: &Actor, id: RoleId) -> Result<(), Problem> {
        actor.require(Permission::RolesManage)?;
        let mut tx = self.begin_changes().await?;
        let roles = tx.roles().list().await?;
        let role = find(&roles, id)?;
        actor.require_all(role.permissions)?;
        if role.is_system {
            return Err(Problem::conflict("system_role", "This role comes with the product: it cannot be deleted."));
        }
        let children = roles.iter().filter(|one| one.parent == Some(id)).count();
        if role.members > 0 || children > 0 {
            let members = role.members;
            let detail = format!("People who hold this role: {members}. Roles that inherit from it: {children}.");
            return Err(Problem::conflict("role_in_use", detail));
        }
        tx.roles().delete(id).await?;
        let change = Change::new("role.deleted", "role", id.0).between(&facts(role), &json!({}));
        self.audit.record(&mut tx, actor, self.clock.now(), change).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The role of this key, for somebody who may grant it. Errors: `Invalid`, `Forbidden`.
pub(in crate::staff) async fn grantable_role(
    tx: &mut Transaction,
    actor: &Actor,
    key: &str,
) -> Result<RoleId, Problem> {
    let roles = tx.roles().list().await?;
    let Some(role) = roles.iter().find(|role| role.key == key) else {
        return Err(Problem::field_error("role", "unknown", "There is no such role."));
    };
    actor.require_all(role.permissions)?;
    Ok(role.id)
}

/// Key and name of every role that the caller may grant.
pub(in crate::staff) async fn grantable_roles(
    tx: &mut Transaction,
    actor: &Actor,
) -> Result<Vec<(String, String)>, Problem> {
    let roles = in_tree_order(&tx.roles().list().await?);
    let grantable = roles.into_iter().filter(|role| actor.permissions.contains(role.permissions));
    Ok(grantable.map(|role| (role.key, role.name)).collect())
}

fn find(roles: &[Role], id: RoleId) -> Result<&Role, Problem> {
    roles.iter().find(|role| role.id == id).ok_or_else(|| Problem::not_found("role"))
}

fn replace(roles: &mut [Role], after: &Role) {
    if let Some(role) = roles.iter_mut().find(|role| role.id == after.id) {
        role.parent = after.parent;
        role.own_permissions = after.own_permissions;
        role.own_requires_second_factor = after.own_requires_second_factor;
    }
}

fn check_parent(roles: &[Role], role: Option<RoleId>, parent: Option<RoleId>) -> Result<(), Problem> {
    match parent.and_then(|parent| parent_flaw(roles, role, parent)) {
        Some(flaw) => Err(Problem::field_error("parent", flaw.code, flaw.message)),
        None => Ok(()),
    }
}

/// What an input makes of a role. The product's own keep what they grant; a form that shows their
/// permissions without offering them sends none.
fn changed(before: &Role, input: CheckedRole) -> Result<Role, Problem> {
    let CheckedRole { name, description, parent, permissions, requires_second_factor } = input;
    let after = Role { name, description, own_requires_second_factor: requires_second_factor, ..before.clone() };
    if !before.is_system {
        return Ok(Role { parent, own_permissions: permissions, ..after });
    }
    let kept = permissions == PermissionSet::default() || permissions == before.own_permissions;
    if parent.is_some() || !kept {
        let detail = "This role comes with the product: what it grants cannot be changed.";
        return Err(Problem::conflict("system_role", detail));
    }
    Ok(after)
}

/// Brings a role and those below it in line with what they inherit now, and tells what changed below.
async fn inherit(tx: &mut Transaction, roles: &[Role], id: RoleId) -> Result<Vec<Change>, Problem> {
    let mut changes = Vec::new();
    for role in roles.iter().filter(|role| is_or_inherits(roles, role.id, id)) {
        let (permissions, demands) = (effective_permissions(roles, role.id), requires_second_factor(roles, role.id));
        tx.roles().update_inherited(role.id, &permissions, demands).await?;
        let before = inherited(role.permissions, role.requires_second_factor);
        let after = inherited(permissions_of(&permissions), demands);
        if role.id != id && after != before {
            let change =
                Change::new("role.updated", "role", role.id.0).because("A role that it inherits from changed.");
            changes.push(change.between(&before, &after));
        }
    }
    Ok(changes)
}

/// What a change above a role can change about it, as the audit log compares it.
fn inherited(permissions: PermissionSet, requires_second_factor: bool) -> Value {
    json!({ "permissions": permissions, "requires_second_factor": requires_second_factor })
}

/// A role as the audit log compares it.
fn facts(role: &Role) -> Value {
    json!({
        "key": role.key,
        "name": role.name,
        "description": role.description,
        "parent": role.parent,
        "own_permissions": role.own_permissions,
        "own_requires_second_factor": role.own_requires_second_factor,
    })
}
