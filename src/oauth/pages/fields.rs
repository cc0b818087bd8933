//! The fields of an API client, named `client[…]`, for new ones and for changes.
//!
//! Every box has a name of its own (`client[scopes][3]`), so that what was ticked can be told after a failure.

use std::fmt::Display;

use leptos::context::Provider;
use leptos::prelude::*;

use super::words::{grant_label, grant_meaning, resource_title, scope_meaning};
use crate::auth::tokens::{ACCESS_TOKEN_MINUTES, TokenKind};
use crate::oauth::{ClientChoices, ClientInput, GrantType};
use crate::shared::problem::Problem;
use crate::ui::{Checkbox, FieldSet, Hidden, Icon, IconName, RadioGroup, TextArea, TextField, TypedValues};

type Failure = Signal<Option<Problem>>;

/// Every field of a client.
#[component]
pub(super) fn ClientFields(
    value: ClientInput,
    choices: ClientChoices,
    typed: TypedValues,
    problem: Failure,
    #[prop(optional)] type_fixed: bool,
) -> impl IntoView {
    view! {
        <Provider value=typed>
            {about(&value, problem, type_fixed)}
            {grants(&value, problem)}
            {tokens(&value, problem)}
            {scopes(&value, &choices, problem)}
            {data_scope(&value, &choices, problem)}
        </Provider>
    }
}

/// Boxes of which any number may be ticked, with the error that belongs to all of them: a section of the form, or a
/// part of one.
#[component]
fn BoxGroup(
    field: &'static str,
    legend: &'static str,
    #[prop(optional)] hint: Option<&'static str>,
    #[prop(optional)] section: bool,
    problem: Failure,
    children: Children,
) -> impl IntoView {
    let error = problem.with_untracked(|problem| problem.as_ref()?.field(field).map(|error| error.message.clone()));
    let id = format!("field-{field}");
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described_by = match (hint.is_some(), error.is_some()) {
        (false, false) => None,
        (true, false) => Some(hint_id.clone()),
        (false, true) => Some(error_id.clone()),
        (true, true) => Some(format!("{hint_id} {error_id}")),
    };
    let (class, boxes) = if section { ("fieldset", "fields") } else { ("field", "stack-tight scope-group") };
    let error = error.map(|message| {
        view! {
            <p class="field-error" id=error_id>
                <Icon name=IconName::Warning/>
                <span>{message}</span>
            </p>
        }
    });
    view! {
        <fieldset class=class id=id tabindex="-1" aria-describedby=described_by>
            <legend>{legend}</legend>
            {hint.map(|hint| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
            {error}
            <div class=boxes>{children()}</div>
        </fieldset>
    }
}

fn about(value: &ClientInput, problem: Failure, type_fixed: bool) -> AnyView {
    let (name, description) = (value.name.clone(), value.description.clone());
    let confidential = value.is_confidential.to_string();
    let kind = if type_fixed {
        view! { <Hidden name="client[is_confidential]" value=confidential/> }.into_any()
    } else {
        kind_of_program(confidential, problem)
    };
    view! {
        <FieldSet legend="The program">
            <TextField
                name="client[name]"
                label="Name"
                value=name
                problem=problem
                required=true
                maxlength=100
                autocomplete="off"
                hint="People who are asked to let it in read this."
            />
            <TextArea
                name="client[description]"
                label="Description"
                value=description
                problem=problem
                rows=2
                maxlength=500
                hint="What it is for, in a sentence."
            />
            {kind}
        </FieldSet>
    }
    .into_any()
}

fn kind_of_program(confidential: String, problem: Failure) -> AnyView {
    let options = [
        ("true", "Confidential: a program on a server, which can keep a secret"),
        ("false", "Public: an app in a browser or on a phone, which cannot"),
    ];
    view! {
        <div class="field-wide">
            <RadioGroup
                name="client[is_confidential]"
                label="Type"
                options=options.map(|(key, label)| (key.to_owned(), label.to_owned())).to_vec()
                value=confidential
                problem=problem
                hint="It cannot be changed later."
            />
        </div>
    }
    .into_any()
}

fn grants(value: &ClientInput, problem: Failure) -> AnyView {
    let boxes = GrantType::ALL.into_iter().enumerate().map(|(index, grant)| {
        let key = grant.as_str();
        let checked = value.grants.iter().any(|one| one == key);
        view! {
            <Checkbox
                name=format!("client[grants][{index}]")
                field=format!("grants-{key}")
                value=key
                label=grant_label(grant)
                hint=grant_meaning(grant)
                checked=checked
            />
        }
    });
    let boxes = boxes.collect_view();
    view! {
        <BoxGroup field="grants" legend="How it obtains tokens" section=true problem=problem>
            {boxes}
        </BoxGroup>
    }
    .into_any()
}

fn tokens(value: &ClientInput, problem: Failure) -> AnyView {
    let (kind, redirect_uris) = (value.token_kind.as_str(), value.redirect_uris.clone());
    let options = [
        (TokenKind::Opaque, "Opaque (recommended): they say nothing to anybody but this server"),
        (TokenKind::Jwt, "JWT: signed, for when other servers must check them themselves"),
    ];
    let kind_hint = format!(
        "Both end here at once when you end them; a server that checks a JWT by itself may accept it for up to \
         {ACCESS_TOKEN_MINUTES} minutes more."
    );
    view! {
        <FieldSet legend="Tokens">
            <div class="field-wide">
                <RadioGroup
                    name="client[token_kind]"
                    label="Kind of its tokens"
                    options=options.map(|(kind, label)| (kind.as_str().to_owned(), label.to_owned())).to_vec()
                    value=kind
                    problem=problem
                    hint=kind_hint
                />
            </div>
            <div class="field-wide">
                <TextArea
                    name="client[redirect_uris]"
                    label="Redirect URIs"
                    value=redirect_uris
                    problem=problem
                    rows=3
                    hint="Where people go after they have agreed, one address a line, compared letter by letter. \
                          A program that acts for people needs at least one."
                />
            </div>
        </FieldSet>
    }
    .into_any()
}

/// Scope values under one heading, each with its place in the whole list.
type ScopeGroup<'a> = (&'a str, Vec<(usize, &'a str)>);

/// What may be granted, grouped by kind of record. What the client has already stays in the list, also when this
/// person may not grant it: a save must not take it away unseen.
fn scope_groups<'a>(value: &'a ClientInput, choices: &'a ClientChoices) -> Vec<ScopeGroup<'a>> {
    let offered = choices.scopes.iter().map(|(name, _)| name.as_str());
    let held = value.scopes.iter().map(String::as_str);
    let held = held.filter(|name| !choices.scopes.iter().any(|(offered, _)| offered == name));
    let mut groups: Vec<ScopeGroup> = Vec::new();
    for (index, name) in offered.chain(held).enumerate() {
        let resource = name.split_once('.').map_or("", |(resource, _)| resource);
        match groups.iter_mut().find(|(title, _)| *title == resource) {
            Some((_, names)) => names.push((index, name)),
            None => groups.push((resource, vec![(index, name)])),
        }
    }
    groups
}

fn scopes(value: &ClientInput, choices: &ClientChoices, problem: Failure) -> AnyView {
    let scope = |(index, name): (usize, &str)| {
        let checked = value.scopes.iter().any(|one| one == name);
        view! {
            <Checkbox
                name=format!("client[scopes][{index}]")
                field=format!("scopes-{name}")
                value=name
                label=scope_meaning(name)
                hint=name.to_owned()
                checked=checked
            />
        }
    };
    let groups = scope_groups(value, choices).into_iter().map(|(resource, names)| {
        let boxes = names.into_iter().map(scope).collect_view();
        view! {
            <fieldset class="field">
                <legend>{resource_title(resource)}</legend>
                <div class="stack-tight">{boxes}</div>
            </fieldset>
        }
    });
    let groups = groups.collect_view();
    view! {
        <BoxGroup
            field="scopes"
            legend="What it may do"
            hint="A token is never good for more. You can grant what you may do yourself."
            section=true
            problem=problem
        >
            {groups}
        </BoxGroup>
    }
    .into_any()
}

fn data_scope(value: &ClientInput, choices: &ClientChoices, problem: Failure) -> AnyView {
    let scope = &value.scope;
    let partners = boxes_of("partners", scope.all_partners, &scope.partners, &choices.partners);
    let locations = boxes_of("locations", scope.all_locations, &scope.locations, &choices.locations);
    view! {
        <BoxGroup
            field="scope"
            legend="Which customers it sees"
            hint="Outside of this a customer does not exist for it. When it acts for a person, it sees what both see."
            section=true
            problem=problem
        >
            <BoxGroup field="scope.partners" legend="Partners" problem=problem>{partners}</BoxGroup>
            <BoxGroup field="scope.locations" legend="Locations" problem=problem>{locations}</BoxGroup>
        </BoxGroup>
    }
    .into_any()
}

/// A box for all records of a kind, now and later, and one for each.
fn boxes_of<I: Copy + PartialEq + Display>(
    kind: &'static str,
    all: bool,
    held: &[I],
    choices: &[(I, String)],
) -> AnyView {
    let unknown = held.iter().filter(|id| !choices.iter().any(|(known, _)| known == *id));
    let unknown = unknown.map(|id| (*id, format!("#{id}")));
    let known = choices.iter().map(|(id, name)| (*id, name.clone()));
    let boxes = known.chain(unknown).enumerate().map(|(index, (id, name))| {
        view! {
            <Checkbox
                name=format!("client[scope][{kind}][{index}]")
                field=format!("{kind}-{id}")
                value=id.to_string()
                label=name
                checked=held.contains(&id)
            />
        }
    });
    let boxes = boxes.collect_view();
    view! {
        <Checkbox name=format!("client[scope][all_{kind}]") label=format!("All {kind}, now and later") checked=all/>
        <div class="scope-choices">
            <p class="field-hint">"Else only these:"</p>
            {boxes}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_grouped_and_none_is_lost() {
        let offered = ["read", "customers.read", "staff.read", "customers.create"];
        let choices = ClientChoices {
            scopes: offered.map(|name| (name.to_owned(), String::new())).to_vec(),
            ..ClientChoices::default()
        };
        let value = ClientInput {
            scopes: vec!["customers.read".to_owned(), "customers.delete".to_owned()],
            ..ClientInput::default()
        };
        let expected = vec![
            ("", vec![(0, "read")]),
            ("customers", vec![(1, "customers.read"), (3, "customers.create"), (4, "customers.delete")]),
            ("staff", vec![(2, "staff.read")]),
        ];
        assert_eq!(scope_groups(&value, &choices), expected);
    }
}
