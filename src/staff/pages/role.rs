//! `/roles/:id`: one role, to be read, changed or deleted.
//!
//! The form for changes is a plain one: whoever changes a role may hold it, and only a fresh document knows everywhere
//! what they may do then.

use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::permissions::{Grant, grant, groups, role_of, second_factor_source, source};
use super::role_fields::{Draft, RoleFields};
use crate::app::use_session;
use crate::shared::id::RoleId;
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;
use crate::staff::{DeleteRole, Role, UpdateRole, get_role, list_roles};
use crate::ui::{
    Badge, Card, ChangedMeanwhile, ConfirmDialog, Done, ErrorSummary, Fact, Facts, FormActions, Hidden, Icon, IconName,
    Page, ProblemPage, Skeleton, SubmitButton, Tone, TypedValues, format, is_stale, problem_of, recalled, typed_about,
    use_id, version_seen,
};

/// What changes a role from its page.
#[derive(Clone, Copy)]
struct Actions {
    update: ServerAction<UpdateRole>,
    delete: ServerAction<DeleteRole>,
}

/// The page of one role.
#[component]
pub fn RolePage() -> impl IntoView {
    let held = use_session().permissions;
    let id = use_id::<RoleId>();
    let actions = Actions { update: ServerAction::new(), delete: ServerAction::new() };
    let typed = recalled(actions.update, "roles/update");
    let role = Resource::new(move || id.get(), read_role);
    let roles = Resource::new(|| (), |()| list_roles());
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                let (typed, role, roles) = (typed.await, role.await, roles.await);
                match role.and_then(|role| roles.map(|roles| (role, roles))) {
                    Ok((role, roles)) => view! { <Details role roles held typed actions/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

async fn read_role(id: Option<RoleId>) -> Result<Role, Problem> {
    match id {
        Some(id) => get_role(id).await,
        None => Err(Problem::not_found("role")),
    }
}

#[component]
fn Details(role: Role, roles: Vec<Role>, held: PermissionSet, typed: TypedValues, actions: Actions) -> impl IntoView {
    let (saving, deleting) = (problem_of(actions.update), problem_of(actions.delete));
    let any_problem = Signal::derive(move || saving.get().or_else(|| deleting.get()));
    let (title, badges) = (role.name.clone(), badges(&role));
    let may_manage = held.has(Permission::RolesManage);
    let may_change = may_manage && held.contains(role.permissions);
    let facts = facts(&role, &roles);
    let granted = (role.is_system || !may_change).then(|| granted_card(&role, &roles));
    let delete = may_change.then(|| delete_card(&role, &roles, actions.delete));
    let change = if may_change {
        view! { <ChangeForm role roles held typed update=actions.update/> }.into_any()
    } else {
        reason_view(may_manage)
    };
    view! {
        <Page title=title back=("/roles", "Roles") badges=move || badges>
            <Done words=DONE problem=any_problem/>
            <ErrorSummary problem=deleting/>
            <Card title="Role">{facts}</Card>
            {change}
            {granted}
            {delete}
        </Page>
    }
}

/// What has just been done, by the word in the address.
const DONE: &[(&str, &str)] =
    &[("created", "Role created."), ("saved", "Changes saved. They hold at once for everybody who has the role.")];

/// Why this role cannot be changed by the reader.
fn reason_view(may_manage: bool) -> AnyView {
    let text = if may_manage {
        "This role may do more than you, so you cannot change it. Ask somebody with at least the same rights."
            .to_owned()
    } else {
        format!("To change roles you need the permission {}.", Permission::RolesManage.as_str())
    };
    view! { <p class="muted">{text}</p> }.into_any()
}

fn badges(role: &Role) -> AnyView {
    let system = role.is_system.then(|| view! { <Badge tone=Tone::Neutral icon=IconName::Lock text="System role"/> });
    let second_factor = role
        .requires_second_factor
        .then(|| view! { <Badge tone=Tone::Info icon=IconName::Shield text="Second factor required"/> });
    view! {
        {system}
        {second_factor}
    }
    .into_any()
}

fn facts(role: &Role, roles: &[Role]) -> AnyView {
    let parent = links(role_of(roles, role.parent).as_slice());
    let description = (!role.description.is_empty())
        .then(|| role.description.clone())
        .map(|text| view! { <Fact label="What it is for">{text}</Fact> });
    let children = links(&children_of(role, roles));
    let second_factor = second_factor_fact(role, roles);
    let (key, members) = (role.key.clone(), format::count(role.members));
    view! {
        <Facts>
            {description}
            <Fact label="Key"><code>{key}</code></Fact>
            <Fact label="Inherits from">{parent}</Fact>
            <Fact label="Inherited by">{children}</Fact>
            <Fact label="Second factor">{second_factor}</Fact>
            <Fact label="Members">{members}</Fact>
        </Facts>
    }
    .into_any()
}

/// Does the role demand a second factor, and where does it have that from?
fn second_factor_fact(role: &Role, roles: &[Role]) -> String {
    let above = second_factor_source(roles, role.parent).filter(|_| !role.own_requires_second_factor);
    match above {
        Some(above) => format!("Required, inherited from {}", above.name),
        None if role.requires_second_factor => "Required".to_owned(),
        None => "Optional".to_owned(),
    }
}

fn children_of<'a>(role: &Role, roles: &'a [Role]) -> Vec<&'a Role> {
    roles.iter().filter(|one| one.parent == Some(role.id)).collect()
}

/// Roles as links.
fn links(roles: &[&Role]) -> AnyView {
    if roles.is_empty() {
        return "No other role".into_any();
    }
    // Fresh pages: the fields of this role must not linger in the form of the next.
    let links =
        roles.iter().map(|role| view! { <a href=format!("/roles/{}", role.id) rel="external">{role.name.clone()}</a> });
    let links = links.collect_view();
    view! { <span class="cluster">{links}</span> }.into_any()
}

/// What the role may do and where it has it from, to read.
fn granted_card(role: &Role, roles: &[Role]) -> AnyView {
    let groups = groups().into_iter().filter_map(|(label, permissions)| {
        let items: Vec<_> = permissions.into_iter().filter_map(|one| granted_item(role, roles, one)).collect();
        (!items.is_empty()).then(|| {
            view! {
                <div>
                    <h3>{label}</h3>
                    <ul class="granted">{items}</ul>
                </div>
            }
        })
    });
    let groups = groups.collect_view();
    let nothing = role.permissions.iter().next().is_none().then(|| view! { <p class="muted">"It may do nothing."</p> });
    view! {
        <Card title="Permissions">
            {nothing}
            {groups}
        </Card>
    }
    .into_any()
}

fn granted_item(role: &Role, roles: &[Role], permission: Permission) -> Option<AnyView> {
    let from = match grant(role, permission) {
        Grant::None => return None,
        Grant::Own => None,
        Grant::Inherited => {
            let from = source(roles, role.parent, permission).map_or("another role", |role| role.name.as_str());
            Some(format!("inherited from {from}"))
        }
    };
    let item = view! {
        <li>
            <Icon name=IconName::Check/>
            <span>{permission.describe()}</span>
            <code>{permission.as_str()}</code>
            {from.map(|from| view! { <span class="muted">{from}</span> })}
        </li>
    };
    Some(item.into_any())
}

/// The form with what is stored, or with what was typed into this very form before it failed.
#[component]
fn ChangeForm(
    role: Role,
    roles: Vec<Role>,
    held: PermissionSet,
    typed: TypedValues,
    update: ServerAction<UpdateRole>,
) -> impl IntoView {
    let typed = typed_about(role.id.0, typed);
    let problem = problem_of(update);
    let shown = Signal::derive(move || problem.get().filter(|problem| !is_stale(problem)));
    let version = version_seen(role.version, &typed);
    let draft = Draft::from(&role).with_typed(&typed);
    let (id, href) = (role.id.to_string(), format!("/roles/{}", role.id));
    view! {
        <Card title="Change">
            <form class="form" method="post" action=UpdateRole::url()>
                <ErrorSummary problem=shown/>
                <ChangedMeanwhile problem href/>
                <Hidden name="id" value=id/>
                <Hidden name="version" value=version/>
                <Provider value=typed>
                    <RoleFields draft roles held problem/>
                </Provider>
                <FormActions>
                    <SubmitButton label="Save changes"/>
                </FormActions>
            </form>
        </Card>
    }
}

/// Why the role cannot be deleted now, if so.
fn kept_because(role: &Role, roles: &[Role]) -> Option<String> {
    if role.is_system {
        return Some("It comes with the product and cannot be deleted.".to_owned());
    }
    if role.members > 0 {
        let people = format::plural(role.members, "person holds", "people hold");
        return Some(format!("{people} it. Give them another role first."));
    }
    let children: Vec<&str> = children_of(role, roles).into_iter().map(|child| child.name.as_str()).collect();
    (!children.is_empty()).then(|| format!("Other roles inherit from it: {}. Change them first.", children.join(", ")))
}

fn delete_card(role: &Role, roles: &[Role], action: ServerAction<DeleteRole>) -> AnyView {
    let content = match kept_because(role, roles) {
        Some(reason) => view! {
            <button class="button" type="button" aria-disabled="true" aria-describedby="not-deletable">
                <Icon name=IconName::Trash/>
                <span>"Delete"</span>
            </button>
            <span id="not-deletable" class="muted">{reason}</span>
        }
        .into_any(),
        None => delete_dialog(role, action),
    };
    view! {
        <Card title="Delete this role">
            <div class="cluster">{content}</div>
        </Card>
    }
    .into_any()
}

fn delete_dialog(role: &Role, action: ServerAction<DeleteRole>) -> AnyView {
    let (id, title) = (role.id.to_string(), format!("Delete the role {}?", role.name));
    view! {
        <ConfirmDialog id="delete-role" title=title trigger_label="Delete" tone=Tone::Danger icon=IconName::Trash>
            <p>"Nobody holds it and no role inherits from it. It cannot be brought back."</p>
            <ActionForm action=action>
                <Hidden name="id" value=id/>
                <FormActions>
                    <SubmitButton label="Delete role" danger=true busy=action.pending()/>
                </FormActions>
            </ActionForm>
        </ConfirmDialog>
    }
    .into_any()
}
