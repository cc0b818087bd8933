//! The rules of inheritance, the keys of roles, and the roles that come with the product.

use crate::shared::id::RoleId;
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;
use crate::shared::text::fold;
use crate::shared::validation::{Checks, Flaw};
use crate::staff::model::{MAX_NAME_LENGTH, Role, RoleInput};

/// The key of the role that may do everything, now and in every later version.
pub const SUPER_ADMINISTRATOR: &str = "super-administrator";

/// Roles in a line of inheritance at most (spec: Access → Roles, permissions, scope).
pub const MAX_DEPTH: usize = 5;

/// Characters of a role's description at most.
const MAX_DESCRIPTION_LENGTH: usize = 500;

/// What a role is made of, tidied and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedRole {
    /// The name for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The role it inherits from.
    pub parent: Option<RoleId>,
    /// What it grants itself.
    pub permissions: PermissionSet,
    /// It demands a second factor itself.
    pub requires_second_factor: bool,
}

impl RoleInput {
    /// Tidied and checked. Errors: `Invalid` with every wrong field.
    pub fn checked(&self) -> Result<CheckedRole, Problem> {
        let mut checks = Checks::default();
        let name = checks.required("name", Some(&self.name), MAX_NAME_LENGTH);
        let description = checks.optional("description", Some(&self.description), MAX_DESCRIPTION_LENGTH);
        for unknown in self.permissions.iter().filter(|name| Permission::parse(name).is_none()) {
            checks.add("permissions", "unknown", format!("There is no permission {unknown}."));
        }
        checks.finish()?;
        Ok(CheckedRole {
            name,
            description: description.unwrap_or_default(),
            parent: self.parent,
            permissions: self.permissions.iter().filter_map(|name| Permission::parse(name)).collect(),
            requires_second_factor: self.requires_second_factor,
        })
    }
}

/// A role and those it inherits from, nearest first.
fn lineage(roles: &[Role], id: RoleId) -> impl Iterator<Item = &Role> {
    let find = move |id: RoleId| roles.iter().find(move |role| role.id == id);
    std::iter::successors(find(id), move |role| role.parent.and_then(find)).take(roles.len())
}

/// What a role grants together with what it inherits, as it is stored: names separated by spaces, or `*`
/// for the super-administrator and below.
pub fn effective_permissions(roles: &[Role], id: RoleId) -> String {
    if lineage(roles, id).any(|role| role.key == SUPER_ADMINISTRATOR) {
        return "*".to_owned();
    }
    let own = lineage(roles, id).map(|role| role.own_permissions);
    own.fold(PermissionSet::default(), PermissionSet::union).to_string()
}

/// Must whoever holds a role sign in with a second factor? A role demands what any of its line demands.
pub fn requires_second_factor(roles: &[Role], id: RoleId) -> bool {
    lineage(roles, id).any(|role| role.own_requires_second_factor)
}

/// Does a role inherit from another, or is it that one?
pub fn is_or_inherits(roles: &[Role], id: RoleId, from: RoleId) -> bool {
    lineage(roles, id).any(|role| role.id == from)
}

/// Why a role, or a new one, cannot inherit from `parent`, if so: unknown, a cycle, too deep.
pub fn parent_flaw(roles: &[Role], role: Option<RoleId>, parent: RoleId) -> Option<Flaw> {
    let depth = lineage(roles, parent).count();
    if depth == 0 {
        return Some(Flaw::new("unknown", "There is no such role."));
    }
    if role.is_some_and(|role| is_or_inherits(roles, parent, role)) {
        return Some(Flaw::new("cycle", "A role cannot inherit from itself."));
    }
    let height = role.map_or(1, |role| height(roles, role));
    let deep = || Flaw::new("too_deep", format!("At most {MAX_DEPTH} roles can inherit from each other in a line."));
    (depth + height > MAX_DEPTH).then(deep)
}

/// Roles in the longest line from a role down, itself included.
fn height(roles: &[Role], id: RoleId) -> usize {
    let distances = roles.iter().filter_map(|role| lineage(roles, role.id).position(|one| one.id == id));
    distances.max().unwrap_or_default() + 1
}

/// Parents before children; beside each other the product's roles first, then by name.
pub fn in_tree_order(roles: &[Role]) -> Vec<Role> {
    let place = |role: &Role| (!role.is_system, role.is_system.then_some(role.id), role.name.to_lowercase(), role.id);
    let mut ordered = roles.to_vec();
    ordered.sort_by_cached_key(|role| {
        let mut path: Vec<_> = lineage(roles, role.id).map(place).collect();
        path.reverse();
        path
    });
    ordered
}

/// The key of a new role: its name in plain letters, numbered when another role has it.
pub fn new_key(roles: &[Role], name: &str) -> String {
    let slug = slug(name);
    let is_free = |key: &String| roles.iter().all(|role| role.key != *key);
    if is_free(&slug) {
        return slug;
    }
    (2..=roles.len() + 2).map(|number| format!("{slug}-{number}")).find(is_free).unwrap_or(slug)
}

fn slug(name: &str) -> String {
    let folded = fold(name);
    let words: Vec<&str> = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "role".to_owned() } else { words.join("-") }
}

/// A role that comes with the product. It can be renamed, but not deleted.
#[derive(Clone, Copy, Debug)]
pub struct SystemRole {
    /// The key, which never changes.
    pub key: &'static str,
    /// The name for people.
    pub name: &'static str,
    /// What it is for, until people describe it otherwise.
    pub description: &'static str,
    /// What it may do; `None` is everything, now and later.
    permissions: Option<&'static [Permission]>,
}

impl SystemRole {
    /// The permissions as they are stored: names separated by spaces, or `*`.
    pub fn permissions(&self) -> String {
        let Some(permissions) = self.permissions else { return "*".to_owned() };
        permissions.iter().map(|permission| permission.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// The roles that every installation has (spec: Access → Roles, permissions, scope).
pub const SYSTEM_ROLES: [SystemRole; 8] = {
    use Permission as P;
    [
        SystemRole {
            key: SUPER_ADMINISTRATOR,
            name: "Super administrator",
            description: "Everything, now and in every later version.",
            permissions: None,
        },
        SystemRole {
            key: "administrator",
            name: "Administrator",
            description: "Runs the installation: staff, roles, API clients and settings.",
            permissions: Some(P::ALL),
        },
        SystemRole {
            key: "manager",
            name: "Manager",
            description: "Leads the work with customers and sees who did what.",
            permissions: Some(&[
                P::CustomersRead,
                P::CustomersCreate,
                P::CustomersUpdate,
                P::CustomersDelete,
                P::CustomersActivate,
                P::CustomersSuspend,
                P::CustomersReleaseHold,
                P::CustomersReleaseSeriousHold,
                P::CustomersTerminate,
                P::CustomersReinstate,
                P::CustomersMove,
                P::CustomersImport,
                P::CustomersExport,
                P::CustomersChangePortalId,
                P::LabelsRead,
                P::LabelsAssign,
                P::LabelsManage,
                P::AuditRead,
                P::StaffRead,
                P::RolesRead,
                P::ClientsRead,
                P::SettingsRead,
            ]),
        },
        SystemRole {
            key: "financial-manager",
            name: "Financial manager",
            description: "Keeps customers and their figures in order.",
            permissions: Some(&[
                P::CustomersRead,
                P::CustomersUpdate,
                P::CustomersActivate,
                P::CustomersSuspend,
                P::CustomersReleaseHold,
                P::CustomersExport,
                P::LabelsRead,
                P::LabelsAssign,
                P::AuditRead,
            ]),
        },
        SystemRole {
            key: "customer-creator",
            name: "Customer creator",
            description: "Brings customers in, one by one or from files.",
            permissions: Some(&[
                P::CustomersRead,
                P::CustomersCreate,
                P::CustomersUpdate,
                P::CustomersActivate,
                P::CustomersMove,
                P::CustomersImport,
                P::LabelsRead,
                P::LabelsAssign,
            ]),
        },
        SystemRole {
            key: "engineer",
            name: "Engineer",
            description: "Plans and builds; takes data along.",
            permissions: Some(&[
                P::CustomersRead,
                P::CustomersUpdate,
                P::CustomersExport,
                P::LabelsRead,
                P::LabelsAssign,
            ]),
        },
        SystemRole {
            key: "technician",
            name: "Technician",
            description: "Visits customers and keeps their data right.",
            permissions: Some(&[P::CustomersRead, P::CustomersUpdate, P::LabelsRead, P::LabelsAssign]),
        },
        SystemRole {
            key: "read-only",
            name: "Read only",
            description: "Looks and changes nothing.",
            permissions: Some(&[P::CustomersRead, P::LabelsRead]),
        },
    ]
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::permissions_of;

    fn role(id: i64, parent: Option<i64>, own: &str) -> Role {
        Role {
            id: RoleId(id),
            key: format!("role-{id}"),
            name: format!("Role {id}"),
            description: String::new(),
            parent: parent.map(RoleId),
            own_permissions: PermissionSet::parse(own),
            permissions: PermissionSet::default(),
            is_system: false,
            own_requires_second_factor: false,
            requires_second_factor: false,
            members: 0,
            version: 1,
        }
    }

    /// 1 ← 2 ← 3 ← 4, and 5 alone.
    fn family() -> Vec<Role> {
        vec![
            role(1, None, "customers.read"),
            role(2, Some(1), "customers.update"),
            role(3, Some(2), ""),
            role(4, Some(3), "audit.read"),
            role(5, None, "staff.read"),
        ]
    }

    fn code(role: Option<i64>, parent: i64) -> Option<&'static str> {
        parent_flaw(&family(), role.map(RoleId), RoleId(parent)).map(|flaw| flaw.code)
    }

    #[test]
    fn the_roles_hold_what_they_say() {
        let of = |key: &str| {
            let role = SYSTEM_ROLES.iter().find(|role| role.key == key).unwrap();
            permissions_of(&role.permissions())
        };
        assert_eq!(of(SUPER_ADMINISTRATOR), PermissionSet::all());
        assert_eq!(of("administrator"), PermissionSet::all());
        assert!(!of("manager").has(Permission::CustomersCrossPartner));
        assert!(SYSTEM_ROLES.iter().all(|role| of(role.key).has(Permission::CustomersRead)));
    }

    #[test]
    fn a_role_grants_what_its_whole_line_grants() {
        assert_eq!(effective_permissions(&family(), RoleId(4)), "customers.read customers.update audit.read");
        assert_eq!(effective_permissions(&family(), RoleId(5)), "staff.read");
        let mut family = family();
        SUPER_ADMINISTRATOR.clone_into(&mut family[0].key);
        assert_eq!(effective_permissions(&family, RoleId(4)), "*");
    }

    #[test]
    fn a_role_demands_the_second_factor_that_its_line_demands() {
        let mut family = family();
        family[1].own_requires_second_factor = true;
        let demands = [1, 2, 3, 4, 5].map(|id| requires_second_factor(&family, RoleId(id)));
        assert_eq!(demands, [false, true, true, true, false]);
    }

    #[test]
    fn a_role_cannot_inherit_from_itself_or_what_inherits_from_it() {
        assert_eq!(code(Some(1), 1), Some("cycle"));
        assert_eq!(code(Some(1), 4), Some("cycle"));
        assert_eq!(code(Some(4), 1), None);
        assert_eq!(code(None, 99), Some("unknown"));
    }

    #[test]
    fn a_line_has_at_most_five_roles() {
        assert_eq!(code(None, 4), None);
        assert_eq!(code(Some(1), 5), None);
        let mut deeper = family();
        deeper.push(role(6, Some(5), ""));
        let of = |role: Option<i64>, parent| parent_flaw(&deeper, role.map(RoleId), RoleId(parent));
        assert_eq!(of(Some(1), 6).map(|flaw| flaw.code), Some("too_deep"));
        assert_eq!(of(Some(5), 4).map(|flaw| flaw.code), Some("too_deep"));
        assert_eq!(of(Some(6), 4), None);
    }

    #[test]
    fn parents_come_before_children() {
        let mut family = family();
        family.reverse();
        let order: Vec<i64> = in_tree_order(&family).iter().map(|role| role.id.0).collect();
        assert_eq!(order, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_cycle_in_the_data_ends() {
        let roles = [role(1, Some(2), "audit.read"), role(2, Some(1), "staff.read")];
        assert_eq!(effective_permissions(&roles, RoleId(1)), "audit.read staff.read");
    }

    #[test]
    fn keys_are_plain_and_unique() {
        let mut roles = family();
        assert_eq!(new_key(&roles, "Élan – Field  Service"), "elan-field-service");
        assert_eq!(new_key(&roles, "Role 1"), "role-1-2");
        assert_eq!(new_key(&roles, "客服"), "role");
        "role-1-2".clone_into(&mut roles[4].key);
        assert_eq!(new_key(&roles, "role 1"), "role-1-3");
    }

    #[test]
    fn unknown_permissions_are_named() {
        let input = RoleInput { permissions: vec!["customers.read".into(), "*".into()], ..RoleInput::default() };
        let Err(problem) = input.checked() else { panic!("two errors expected") };
        assert!(problem.field("name").is_some() && problem.field("permissions").is_some());
    }
}
