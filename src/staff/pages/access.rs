//! The fields that say what somebody may do and see: the role and the data scope.

use leptos::prelude::*;

use crate::shared::id::{LocationId, PartnerId};
use crate::shared::permission::ScopeInput;
use crate::shared::problem::Problem;
use crate::staff::StaffChoices;
use crate::ui::{Checkbox, FieldSet, Icon, IconName, Select, format};

/// A choice of the data scope: its id and name.
type Named = (i64, String);

/// Role and data scope; the inputs are named `<form>[…]`.
#[component]
pub(super) fn AccessFields(
    /// The argument of the server function.
    form: &'static str,
    /// The key of the role chosen at first; empty for none.
    #[prop(into)]
    role: String,
    /// The scope chosen at first.
    scope: ScopeInput,
    /// What the caller may grant.
    choices: StaffChoices,
    /// The last problem of the form.
    #[prop(into)]
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let partners = group(form, Dimension::Partners, &scope, named_partners(&choices.partners, &scope), problem);
    let locations = group(form, Dimension::Locations, &scope, named_locations(&choices.locations, &scope), problem);
    let scope_error = error_of(problem, "scope");
    view! {
        <FieldSet legend="Role">
            <Select
                name=format!("{form}[role]")
                label="Role"
                options=choices.roles
                value=role
                empty="Choose a role"
                hint="What they may do. Only roles that may do no more than you are offered."
                required=true
                problem
            />
        </FieldSet>
        <div id="field-scope" tabindex="-1">
            <FieldSet
                legend="Data scope"
                hint="Which customers they see: those of these partners and locations. No others exist for them."
            >
                {partners}
                {locations}
            </FieldSet>
            {scope_error}
        </div>
    }
}

/// By what customers are told apart.
#[derive(Clone, Copy)]
enum Dimension {
    Partners,
    Locations,
}

impl Dimension {
    fn key(self) -> &'static str {
        match self {
            Self::Partners => "partners",
            Self::Locations => "locations",
        }
    }

    /// What a problem calls it.
    fn field(self) -> &'static str {
        match self {
            Self::Partners => "scope.partners",
            Self::Locations => "scope.locations",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Partners => "Partners",
            Self::Locations => "Locations",
        }
    }

    fn chosen(self, scope: &ScopeInput) -> (bool, Vec<i64>) {
        match self {
            Self::Partners => (scope.all_partners, scope.partners.iter().map(|id| id.0).collect()),
            Self::Locations => (scope.all_locations, scope.locations.iter().map(|id| id.0).collect()),
        }
    }
}

/// All of them, or some. Every box has its own place in the list, so that each is remembered.
fn group(
    form: &str,
    dimension: Dimension,
    scope: &ScopeInput,
    choices: Vec<Named>,
    problem: Signal<Option<Problem>>,
) -> AnyView {
    let (key, (all, chosen)) = (dimension.key(), dimension.chosen(scope));
    let lead = if choices.is_empty() { "There are none to choose from." } else { "Else only these:" };
    let boxes = choices.into_iter().enumerate().map(|(place, (id, name))| {
        view! {
            <Checkbox
                name=format!("{form}[scope][{key}][{place}]")
                value=id.to_string()
                label=name
                checked=chosen.contains(&id)
                field=format!("{key}-{id}")
            />
        }
    });
    let boxes = boxes.collect_view();
    let error = error_of(problem, dimension.field());
    view! {
        <fieldset class="field scope-group" id=format!("field-{}", dimension.field()) tabindex="-1">
            <legend>{dimension.label()}</legend>
            <Checkbox
                name=format!("{form}[scope][all_{key}]")
                label=format!("All {key}, now and later")
                checked=all
            />
            <div class="scope-choices">
                <p class="field-hint">{lead}</p>
                {boxes}
            </div>
            {error}
        </fieldset>
    }
    .into_any()
}

/// The error of a group of boxes.
fn error_of(problem: Signal<Option<Problem>>, field: &'static str) -> impl IntoView {
    move || {
        let message = problem.with(|problem| problem.as_ref().and_then(|p| p.field(field)).map(|e| e.message.clone()));
        message.map(|message| {
            view! {
                <p class="field-error">
                    <Icon name=IconName::Warning/>
                    <span>{message}</span>
                </p>
            }
        })
    }
}

fn named_partners(choices: &[(PartnerId, String)], scope: &ScopeInput) -> Vec<Named> {
    let choices = choices.iter().map(|(id, name)| (id.0, name.clone())).collect();
    with_missing(choices, scope.partners.iter().map(|id| id.0))
}

fn named_locations(choices: &[(LocationId, String)], scope: &ScopeInput) -> Vec<Named> {
    let choices = choices.iter().map(|(id, name)| (id.0, name.clone())).collect();
    with_missing(choices, scope.locations.iter().map(|id| id.0))
}

/// The choices with what is chosen already but no longer offered: it must survive a save.
fn with_missing(mut choices: Vec<Named>, chosen: impl Iterator<Item = i64>) -> Vec<Named> {
    for id in chosen {
        if !choices.iter().any(|(known, _)| *known == id) {
            choices.push((id, format!("#{id}")));
        }
    }
    choices
}

/// The partners of a scope in words.
pub(super) fn partners_text(scope: &ScopeInput, choices: &StaffChoices) -> String {
    words(Dimension::Partners, scope, &named_partners(&choices.partners, scope))
}

/// The locations of a scope in words.
pub(super) fn locations_text(scope: &ScopeInput, choices: &StaffChoices) -> String {
    words(Dimension::Locations, scope, &named_locations(&choices.locations, scope))
}

/// Names, or how many when the reader may not know the names.
fn words(dimension: Dimension, scope: &ScopeInput, names: &[Named]) -> String {
    let (all, chosen) = dimension.chosen(scope);
    if all {
        return "All".to_owned();
    }
    if chosen.is_empty() {
        return "None".to_owned();
    }
    let chosen: Vec<&str> = names.iter().filter(|(id, _)| chosen.contains(id)).map(|(_, name)| name.as_str()).collect();
    if chosen.iter().all(|name| name.starts_with('#')) {
        let (one, many) = match dimension {
            Dimension::Partners => ("partner", "partners"),
            Dimension::Locations => ("location", "locations"),
        };
        return format::plural(i64::try_from(chosen.len()).unwrap_or_default(), one, many);
    }
    chosen.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices() -> StaffChoices {
        StaffChoices { partners: vec![(PartnerId(1), "Main".into())], ..StaffChoices::default() }
    }

    #[test]
    fn what_is_chosen_stays_among_the_choices() {
        let scope = ScopeInput { partners: vec![PartnerId(1), PartnerId(9)], ..ScopeInput::default() };
        let expected = vec![(1, "Main".to_owned()), (9, "#9".to_owned())];
        assert_eq!(named_partners(&choices().partners, &scope), expected);
    }

    #[test]
    fn a_scope_reads_like_words() {
        let scope = ScopeInput {
            partners: vec![PartnerId(1), PartnerId(9)],
            locations: vec![LocationId(1), LocationId(2)],
            ..ScopeInput::default()
        };
        assert_eq!(partners_text(&scope, &choices()), "Main, #9");
        assert_eq!(locations_text(&scope, &choices()), "2 locations");
        assert_eq!(partners_text(&ScopeInput::all(), &choices()), "All");
        assert_eq!(partners_text(&ScopeInput::default(), &choices()), "None");
    }
}
