//! Permissions as pages show them: by resource, and where a role has them from.

use crate::shared::id::RoleId;
use crate::shared::permission::{Permission, PermissionSet};
use crate::staff::{Role, is_or_inherits};

/// Where a role has a permission from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grant {
    /// The role grants it itself.
    Own,
    /// A role above it does.
    Inherited,
    /// It does not have it.
    None,
}

/// Where this role has this permission from.
pub(super) fn grant(role: &Role, permission: Permission) -> Grant {
    if role.own_permissions.has(permission) {
        Grant::Own
    } else if role.permissions.has(permission) {
        Grant::Inherited
    } else {
        Grant::None
    }
}

/// Every permission, those of one resource together, under the name of the resource.
pub(super) fn groups() -> Vec<(&'static str, Vec<Permission>)> {
    let mut groups: Vec<(&'static str, Vec<Permission>)> = Vec::new();
    for permission in Permission::ALL.iter().copied() {
        let resource = permission.resource();
        match groups.iter_mut().find(|(known, _)| *known == resource) {
            Some((_, permissions)) => permissions.push(permission),
            None => groups.push((resource, vec![permission])),
        }
    }
    groups.into_iter().map(|(resource, permissions)| (resource_label(resource), permissions)).collect()
}

/// What a resource is called; one without a name keeps its own.
fn resource_label(resource: &'static str) -> &'static str {
    match resource {
        "customers" => "Customers",
        "audit" => "Audit log",
        "staff" => "Staff",
        "roles" => "Roles",
        "clients" => "API clients",
        "settings" => "Settings",
        "labels" => "Labels",
        "custom_fields" => "Custom fields",
        "partners" => "Partners",
        "locations" => "Locations",
        other => other,
    }
}

/// The role with this id.
pub(super) fn role_of(roles: &[Role], id: Option<RoleId>) -> Option<&Role> {
    roles.iter().find(|role| Some(role.id) == id)
}

/// The nearest role that grants the permission itself, from `parent` upwards.
pub(super) fn source(roles: &[Role], parent: Option<RoleId>, permission: Permission) -> Option<&Role> {
    line(roles, parent).find(|role| role.own_permissions.has(permission))
}

/// The nearest role that demands a second factor itself, from `parent` upwards.
pub(super) fn second_factor_source(roles: &[Role], parent: Option<RoleId>) -> Option<&Role> {
    line(roles, parent).find(|role| role.own_requires_second_factor)
}

/// The role with this id and those above it. No line is longer than there are roles, whatever the data says.
fn line(roles: &[Role], id: Option<RoleId>) -> impl Iterator<Item = &Role> {
    std::iter::successors(role_of(roles, id), move |role| role_of(roles, role.parent)).take(roles.len())
}

/// The roles that a role may inherit from: not itself, none below it, and none that may do more than `held`, unless
/// it is the present one. Value and label of each.
pub(super) fn possible_parents(
    roles: &[Role],
    of: Option<RoleId>,
    present: Option<RoleId>,
    held: PermissionSet,
) -> Vec<(String, String)> {
    let possible = roles.iter().filter(|role| {
        let is_circle = of.is_some_and(|of| is_or_inherits(roles, role.id, of));
        !is_circle && (held.contains(role.permissions) || Some(role.id) == present)
    });
    possible.map(|role| (role.id.to_string(), role.name.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A role that grants `own` itself and `all` together with what it inherits.
    fn role(id: i64, parent: Option<i64>, own: &str, all: &str) -> Role {
        Role {
            id: RoleId(id),
            key: format!("role-{id}"),
            name: format!("Role {id}"),
            description: String::new(),
            parent: parent.map(RoleId),
            own_permissions: PermissionSet::parse(own),
            permissions: PermissionSet::parse(all),
            is_system: false,
            own_requires_second_factor: false,
            requires_second_factor: false,
            members: 0,
            version: 1,
        }
    }

    fn family() -> Vec<Role> {
        vec![
            role(1, None, "customers.read", "customers.read"),
            role(2, Some(1), "customers.update", "customers.read customers.update"),
            role(3, Some(2), "", "customers.read customers.update"),
            role(4, None, "staff.manage", "staff.manage"),
        ]
    }

    #[test]
    fn every_permission_stands_in_one_group_with_a_name() {
        let groups = groups();
        assert_eq!(groups.iter().map(|(_, permissions)| permissions.len()).sum::<usize>(), Permission::ALL.len());
        for (label, permissions) in groups {
            assert_ne!(label, permissions[0].resource());
        }
    }

    #[test]
    fn a_permission_comes_from_the_nearest_role_that_grants_it() {
        let family = family();
        assert_eq!(grant(&family[1], Permission::CustomersUpdate), Grant::Own);
        assert_eq!(grant(&family[1], Permission::CustomersRead), Grant::Inherited);
        assert_eq!(grant(&family[1], Permission::AuditRead), Grant::None);
        let from = |permission| source(&family, Some(RoleId(2)), permission).map(|role| role.id.0);
        assert_eq!((from(Permission::CustomersUpdate), from(Permission::CustomersRead)), (Some(2), Some(1)));
        assert_eq!(from(Permission::AuditRead), None);
    }

    #[test]
    fn a_second_factor_is_demanded_by_the_nearest_role_that_does_so_itself() {
        let mut family = family();
        family[0].own_requires_second_factor = true;
        let from = |parent| second_factor_source(&family, Some(RoleId(parent))).map(|role| role.id.0);
        assert_eq!((from(3), from(1), from(4)), (Some(1), Some(1), None));
    }

    #[test]
    fn nobody_inherits_in_a_circle_or_beyond_what_they_hold() {
        let held = PermissionSet::parse("customers.read customers.update");
        let names = |of: i64, present: Option<i64>| {
            let options = possible_parents(&family(), Some(RoleId(of)), present.map(RoleId), held);
            options.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
        };
        assert_eq!(names(2, Some(1)), ["1"]);
        assert_eq!(names(3, Some(4)), ["1", "2", "4"]);
    }
}
