//! Every permission of every role at one glance.

use leptos::prelude::*;

use super::permissions::{Grant, grant, groups};
use crate::shared::permission::Permission;
use crate::staff::Role;
use crate::ui::{Icon, IconName, format};

/// Permissions down, roles across. It scrolls in itself; its head and its first column stay in sight.
#[component]
pub(super) fn PermissionMatrix(
    /// Every role.
    roles: Vec<Role>,
) -> impl IntoView {
    let columns = roles.iter().map(head).collect_view();
    let width = (roles.len() + 1).to_string();
    let bodies = groups()
        .into_iter()
        .map(|(label, permissions)| {
            let rows = permissions.into_iter().map(|permission| row(permission, &roles)).collect_view();
            view! {
                <tbody>
                    <tr class="matrix-group">
                        <th scope="rowgroup" colspan=width.clone()><span>{label}</span></th>
                    </tr>
                    {rows}
                </tbody>
            }
        })
        .collect_view();
    view! {
        {legend()}
        <div class="matrix-scroll" role="region" tabindex="0" aria-label="Permissions of the roles">
            <table class="matrix">
                <caption class="visually-hidden">"Which role has which permission"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Permission"</th>
                        {columns}
                    </tr>
                </thead>
                {bodies}
            </table>
        </div>
    }
}

/// What the signs mean.
fn legend() -> impl IntoView {
    view! {
        <p class="matrix-legend muted">
            <span class="grant-own"><Icon name=IconName::Check/> " Granted by the role itself"</span>
            <span class="grant-inherited"><Icon name=IconName::Tree/> " Inherited from another role"</span>
            <span>"– Not granted"</span>
        </p>
    }
}

fn head(role: &Role) -> AnyView {
    view! {
        <th scope="col">
            <a href=format!("/roles/{}", role.id)>{role.name.clone()}</a>
            <span class="muted">{format::plural(role.members, "member", "members")}</span>
        </th>
    }
    .into_any()
}

fn row(permission: Permission, roles: &[Role]) -> AnyView {
    let cells = roles.iter().map(|role| cell(grant(role, permission))).collect_view();
    view! {
        <tr>
            <th scope="row">
                <span>{permission.describe()}</span>
                <code>{permission.as_str()}</code>
            </th>
            {cells}
        </tr>
    }
    .into_any()
}

fn cell(grant: Grant) -> AnyView {
    let (class, icon, word) = match grant {
        Grant::Own => ("grant-own", IconName::Check, "Granted"),
        Grant::Inherited => ("grant-inherited", IconName::Tree, "Inherited"),
        Grant::None => {
            let none = view! {
                <td>
                    <span class="muted" aria-hidden="true">"–"</span>
                    <span class="visually-hidden">"Not granted"</span>
                </td>
            };
            return none.into_any();
        }
    };
    view! {
        <td class=class title=word>
            <Icon name=icon/>
            <span class="visually-hidden">{word}</span>
        </td>
    }
    .into_any()
}
