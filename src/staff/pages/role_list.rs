//! `/roles`: the roles, and who may do what.

use leptos::prelude::*;

use super::matrix::PermissionMatrix;
use super::permissions::role_of;
use crate::app::use_session;
use crate::shared::permission::{Permission, PermissionSet};
use crate::staff::{Role, list_roles};
use crate::ui::{
    Badge, Card, DataTable, Done, EmptyState, IconName, LinkButton, Page, ProblemPage, Skeleton, Tone, format,
};

/// The list of roles with the matrix of their permissions.
#[component]
pub fn RoleListPage() -> impl IntoView {
    let permissions = use_session().permissions;
    let roles = Resource::new(|| (), |()| list_roles());
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                match roles.await {
                    Ok(roles) => view! { <Roles roles permissions/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Roles(roles: Vec<Role>, permissions: PermissionSet) -> impl IntoView {
    let may_manage = permissions.has(Permission::RolesManage);
    let actions = move || {
        may_manage.then(|| view! { <LinkButton href="/roles/new" label="New role" icon=IconName::Plus primary=true/> })
    };
    let content = if roles.is_empty() {
        let text = "A role says what whoever holds it may do.";
        view! { <EmptyState icon=IconName::Shield title="No roles yet" text=text/> }.into_any()
    } else {
        let table = table(&roles);
        view! {
            <Card title="Roles">{table}</Card>
            <Card title="Permissions">
                <PermissionMatrix roles/>
            </Card>
        }
        .into_any()
    };
    view! {
        <Page title="Roles" intro="What people may do. Everybody holds one role." actions=actions>
            <Done words=DONE/>
            {content}
        </Page>
    }
}

/// What has just been done, by the word in the address.
const DONE: &[(&str, &str)] = &[("deleted", "Role deleted.")];

fn table(roles: &[Role]) -> AnyView {
    let head = || {
        view! {
            <th scope="col">"Name"</th>
            <th scope="col">"What it is for"</th>
            <th scope="col" class="numeric">"Members"</th>
            <th scope="col">"Second factor"</th>
            <th scope="col">"Inherits from"</th>
        }
    };
    let rows = roles.iter().map(|role| row(role, roles)).collect_view();
    view! {
        <DataTable caption="Roles" head=head>
            {rows}
        </DataTable>
    }
    .into_any()
}

fn row(role: &Role, roles: &[Role]) -> AnyView {
    let parent = role_of(roles, role.parent).map(|parent| {
        view! { <a href=format!("/roles/{}", parent.id)>{parent.name.clone()}</a> }
    });
    let system = role.is_system.then(|| view! { <Badge tone=Tone::Neutral icon=IconName::Lock text="System"/> });
    view! {
        <tr>
            <td data-label="Name">
                <div class="cluster">
                    <a href=format!("/roles/{}", role.id)>{role.name.clone()}</a>
                    {system}
                </div>
            </td>
            <td data-label="What it is for">{role.description.clone()}</td>
            <td data-label="Members" class="numeric">{format::count(role.members)}</td>
            <td data-label="Second factor">{if role.requires_second_factor { "Required" } else { "Optional" }}</td>
            <td data-label="Inherits from">{parent}</td>
        </tr>
    }
    .into_any()
}
