//! `/roles/new`: makes a role.

use leptos::context::Provider;
use leptos::prelude::*;

use super::parts::forbidden;
use super::role_fields::{Draft, RoleFields};
use crate::app::use_session;
use crate::shared::permission::{Permission, PermissionSet};
use crate::staff::{CreateRole, Role, list_roles};
use crate::ui::{
    ErrorSummary, FormActions, LinkButton, Page, ProblemPage, Skeleton, SubmitButton, TypedValues, problem_of, recalled,
};

/// The form for a new role.
#[component]
pub fn NewRolePage() -> impl IntoView {
    let held = use_session().permissions;
    if !held.has(Permission::RolesManage) {
        return forbidden(Permission::RolesManage);
    }
    let create = ServerAction::<CreateRole>::new();
    let typed = recalled(create, "roles/create");
    let roles = Resource::new(|| (), |()| list_roles());
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                let typed = typed.await;
                match roles.await {
                    Ok(roles) => view! { <NewRole create roles held typed/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn NewRole(
    create: ServerAction<CreateRole>,
    roles: Vec<Role>,
    held: PermissionSet,
    typed: TypedValues,
) -> impl IntoView {
    let problem = problem_of(create);
    let draft = Draft::default().with_typed(&typed);
    view! {
        <Page title="New role" back=("/roles", "Roles")>
            <ActionForm action=create>
                <div class="form">
                    <ErrorSummary problem/>
                    <Provider value=typed>
                        <RoleFields draft roles held problem/>
                    </Provider>
                    <FormActions>
                        <SubmitButton label="Create role" busy=create.pending()/>
                        <LinkButton href="/roles" label="Cancel"/>
                    </FormActions>
                </div>
            </ActionForm>
        </Page>
    }
}
