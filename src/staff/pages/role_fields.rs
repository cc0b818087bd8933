//! The fields of a role, for new ones and for changes; the inputs are named `role[…]`.

use leptos::prelude::*;

use super::permissions::{groups, possible_parents, role_of, second_factor_source, source};
use crate::shared::id::RoleId;
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;
use crate::staff::Role;
use crate::ui::{Checkbox, FieldSet, Hidden, Icon, IconName, Select, TextArea, TextField, TypedValues};

/// What the fields start from.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    id: Option<RoleId>,
    name: String,
    description: String,
    parent: Option<RoleId>,
    own: PermissionSet,
    is_system: bool,
    requires_second_factor: bool,
}

impl From<&Role> for Draft {
    fn from(role: &Role) -> Self {
        Self {
            id: Some(role.id),
            name: role.name.clone(),
            description: role.description.clone(),
            parent: role.parent,
            own: role.own_permissions,
            is_system: role.is_system,
            requires_second_factor: role.own_requires_second_factor,
        }
    }
}

impl Draft {
    /// With what was typed before a failure, as far as these fields decide what others show.
    pub(super) fn with_typed(self, typed: &TypedValues) -> Self {
        if typed.is_empty() || self.is_system {
            return self;
        }
        let own = Permission::ALL.iter().copied().enumerate();
        let own = own.filter(|(place, one)| typed.get(&permission_name(*place)) == Some(one.as_str()));
        let parent = typed.get("role[parent]").and_then(|id| id.parse().ok());
        Self { parent, own: own.map(|(_, permission)| permission).collect(), ..self }
    }
}

/// The name of a permission's box: each has a place of its own, so that each is remembered.
fn permission_name(place: usize) -> String {
    format!("role[permissions][{place}]")
}

/// Every field of a role. What was typed before a failure comes by context.
#[component]
pub(super) fn RoleFields(
    /// What the fields start from.
    draft: Draft,
    /// Every role.
    roles: Vec<Role>,
    /// What the caller may do, and so may grant.
    held: PermissionSet,
    /// The last problem of the form.
    #[prop(into)]
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let parent = parent_field(&draft, &roles, held, problem);
    let second_factor = second_factor_field(&draft, &roles, problem);
    let permissions = permission_fields(&draft, &roles, held, problem);
    view! {
        <FieldSet legend="Role">
            <TextField name="role[name]" label="Name" value=draft.name autocomplete="off" required=true problem/>
            {parent}
            <div class="field-wide">
                <TextArea
                    name="role[description]"
                    label="Description"
                    value=draft.description
                    rows=2
                    maxlength=500
                    hint="What it is for, so that others choose the right one."
                    problem
                />
            </div>
            {second_factor}
        </FieldSet>
        {permissions}
    }
}

/// What the role inherits from. A system role keeps what it has.
fn parent_field(draft: &Draft, roles: &[Role], held: PermissionSet, problem: Signal<Option<Problem>>) -> AnyView {
    let value = draft.parent.map(|id| id.to_string()).unwrap_or_default();
    if draft.is_system {
        return view! { <Hidden name="role[parent]" value=value/> }.into_any();
    }
    let options = possible_parents(roles, draft.id, draft.parent, held);
    view! {
        <Select
            name="role[parent]"
            label="Inherits from"
            options=options
            value=value
            empty="No other role"
            hint="It then may do all that role may, now and later. The boxes below follow after saving."
            problem
        />
    }
    .into_any()
}

/// What the role demands itself, and whether a role above it demands that already.
fn second_factor_field(draft: &Draft, roles: &[Role], problem: Signal<Option<Problem>>) -> AnyView {
    let demand = "Whoever holds the role must set up a second factor before they can do anything else";
    let hint = match second_factor_source(roles, draft.parent) {
        Some(role) => format!("{demand}: inherited from {}, whether ticked here or not.", role.name),
        None => format!("{demand}, and so must those who hold a role that inherits from it."),
    };
    view! {
        <Checkbox
            name="role[requires_second_factor]"
            label="Second factor required"
            checked=draft.requires_second_factor
            hint=hint
            problem
        />
    }
    .into_any()
}

/// The permissions by resource, or why they cannot be chosen.
fn permission_fields(draft: &Draft, roles: &[Role], held: PermissionSet, problem: Signal<Option<Problem>>) -> AnyView {
    if draft.is_system {
        return view! {
            <p class="muted">
                "This role comes with the product, which decides what it may do. "
                "To grant something else, make a role of your own that inherits from it."
            </p>
        }
        .into_any();
    }
    let groups = groups().into_iter().map(|(label, permissions)| {
        let boxes = permissions.into_iter().map(|one| permission_box(one, draft, roles, held)).collect_view();
        view! { <FieldSet legend=label>{boxes}</FieldSet> }
    });
    let groups = groups.collect_view();
    view! {
        <fieldset class="fieldset permission-groups" id="field-permissions" tabindex="-1">
            <legend>"Permissions"</legend>
            <p class="field-hint">"You can grant what you may do yourself."</p>
            {permissions_error(problem)}
            {groups}
        </fieldset>
    }
    .into_any()
}

fn permissions_error(problem: Signal<Option<Problem>>) -> impl IntoView {
    move || {
        let error = problem.with(|problem| problem.as_ref().and_then(|problem| problem.field("permissions")).cloned());
        error.map(|error| {
            view! {
                <p class="field-error">
                    <Icon name=IconName::Warning/>
                    <span>{error.message}</span>
                </p>
            }
        })
    }
}

/// Does the role have it from the one above?
fn is_inherited(permission: Permission, draft: &Draft, roles: &[Role]) -> bool {
    role_of(roles, draft.parent).is_some_and(|parent| parent.permissions.has(permission))
}

/// Why a box cannot be changed, if so.
fn fixed_because(permission: Permission, draft: &Draft, roles: &[Role], held: PermissionSet) -> Option<String> {
    if is_inherited(permission, draft, roles) {
        let from = source(roles, draft.parent, permission).map_or("another role", |role| role.name.as_str());
        return Some(format!("inherited from {from}"));
    }
    (!held.has(permission)).then(|| "you may not do this yourself".to_owned())
}

fn permission_box(permission: Permission, draft: &Draft, roles: &[Role], held: PermissionSet) -> AnyView {
    let place = Permission::ALL.iter().position(|one| *one == permission).unwrap_or_default();
    let (name, field) = (permission_name(place), format!("permissions.{place}"));
    let is_own = draft.own.has(permission);
    let Some(reason) = fixed_because(permission, draft, roles, held) else {
        return view! {
            <Checkbox
                name=name
                value=permission.as_str()
                label=permission.describe()
                checked=is_own
                hint=permission.as_str()
                field=field
            />
        }
        .into_any();
    };
    let is_checked = is_own || is_inherited(permission, draft, roles);
    // The browser sends no disabled box, but what the role grants itself must survive a save.
    let kept = is_own.then(|| view! { <Hidden name=name value=permission.as_str()/> });
    let (id, hint) = (format!("field-{field}"), format!("{}: {reason}", permission.as_str()));
    let hint_id = format!("{id}-hint");
    view! {
        <div class="field field-check">
            <input
                id=id.clone()
                type="checkbox"
                checked=is_checked
                disabled=true
                aria-describedby=hint_id.clone()
            />
            <label for=id>{permission.describe()}</label>
            <p class="field-hint" id=hint_id>{hint}</p>
            {kept}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(id: i64, permissions: &str) -> Role {
        Role {
            id: RoleId(id),
            key: format!("role-{id}"),
            name: format!("Role {id}"),
            description: String::new(),
            parent: None,
            own_permissions: PermissionSet::parse(permissions),
            permissions: PermissionSet::parse(permissions),
            is_system: false,
            own_requires_second_factor: false,
            requires_second_factor: false,
            members: 0,
            version: 1,
        }
    }

    #[test]
    fn only_what_the_caller_holds_and_nothing_inherited_can_be_ticked() {
        let roles = [role(1, "customers.read")];
        let draft = Draft { parent: Some(RoleId(1)), ..Draft::default() };
        let held = PermissionSet::parse("customers.read customers.update");
        let because = |permission| fixed_because(permission, &draft, &roles, held);
        assert_eq!(because(Permission::CustomersRead).as_deref(), Some("inherited from Role 1"));
        assert_eq!(because(Permission::CustomersUpdate), None);
        assert!(because(Permission::StaffManage).is_some());
    }

    #[test]
    fn what_was_ticked_before_a_failure_stays_ticked() {
        let update = Permission::ALL.iter().position(|one| *one == Permission::CustomersUpdate).unwrap();
        let typed = [
            ("role[name]".to_owned(), "Night shift".to_owned()),
            ("role[parent]".to_owned(), "1".to_owned()),
            (permission_name(update), "customers.update".to_owned()),
        ];
        let draft = Draft::from(&role(2, "customers.read")).with_typed(&TypedValues(typed.into()));
        assert_eq!(draft.parent, Some(RoleId(1)));
        assert_eq!(draft.own, PermissionSet::parse("customers.update"));
        let untouched = Draft::from(&role(2, "customers.read")).with_typed(&TypedValues::default());
        assert_eq!(untouched.own, PermissionSet::parse("customers.read"));
    }
}
