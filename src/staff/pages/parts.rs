//! What the pages of this room share: what a missing permission shows, and links to roles.

use leptos::prelude::*;

use crate::shared::id::RoleId;
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;
use crate::staff::list_roles;
use crate::ui::ProblemPage;

/// What stands in place of a page that needs a permission.
pub(super) fn forbidden(permission: Permission) -> AnyView {
    let problem = Problem::Forbidden { permission: permission.as_str().to_owned() };
    view! { <ProblemPage problem/> }.into_any()
}

/// Key and id of every role, for links to them; none for those who may not see roles.
pub(super) fn role_ids(permissions: PermissionSet) -> Resource<Vec<(String, RoleId)>> {
    Resource::new(
        || (),
        move |()| async move {
            let may_read = permissions.has(Permission::RolesRead);
            let roles = if may_read { list_roles().await.unwrap_or_default() } else { Vec::new() };
            roles.into_iter().map(|role| (role.key, role.id)).collect()
        },
    )
}

/// The name of a role, as a link where the reader may follow it.
pub(super) fn role_link(key: &str, name: String, ids: &[(String, RoleId)]) -> AnyView {
    match ids.iter().find(|(known, _)| known == key) {
        Some((_, id)) => view! { <a href=format!("/roles/{id}")>{name}</a> }.into_any(),
        None => name.into_any(),
    }
}
