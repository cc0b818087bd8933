//! The fields of a definition, for new ones and for changes; the inputs are named `field[…]`.

use leptos::prelude::*;

use crate::customers::Category;
use crate::customers::custom_fields::{CustomFieldInput, FieldKind, PortalVisibility};
use crate::shared::problem::Problem;
use crate::ui::{Checkbox, FieldSet, Select, TextArea, TextField};

type Failure = Signal<Option<Problem>>;

/// Every field of a definition. What was typed before a failure comes by context. The hints name the kinds that a rule
/// is for, since the kind can change while the form is open.
#[component]
pub(super) fn DefinitionFields(
    /// What the fields hold at first.
    value: CustomFieldInput,
    /// The last problem of the form.
    problem: Failure,
    /// Whether the key can still be chosen.
    #[prop(optional)]
    is_new: bool,
) -> impl IntoView {
    let identity = identity(&value, problem, is_new);
    let rules = rules(&value, problem);
    let places = places(&value, problem);
    view! {
        <FieldSet legend="The field">{identity}</FieldSet>
        <FieldSet legend="Its values">{rules}</FieldSet>
        <FieldSet legend="Where it appears">{places}</FieldSet>
    }
}

fn identity(value: &CustomFieldInput, problem: Failure, is_new: bool) -> AnyView {
    let key = is_new.then(|| {
        let hint =
            "The name in the API, in filters and in files. Left empty, it is made of the title. It never changes.";
        view! { <TextField name="field[key]" label="Key" problem hint=hint maxlength=50 autocomplete="off"/> }
    });
    let kind_hint = "What kind of value it holds. It cannot change while customers have values.";
    let (title, hint) = (value.title.clone().unwrap_or_default(), value.hint.clone().unwrap_or_default());
    let kind = value.kind.clone().unwrap_or_default();
    let category = value.category.clone().unwrap_or_default();
    view! {
        <TextField
            name="field[title]"
            label="Title"
            value=title
            problem
            required=true
            maxlength=100
            autocomplete="off"
        />
        {key}
        <Select
            name="field[kind]"
            label="Kind"
            options=FieldKind::options()
            value=kind
            problem
            hint=kind_hint
            required=true
        />
        <Select
            name="field[category]"
            label="Customers who have it"
            options=Category::options()
            value=category
            empty="All"
            problem
            hint="Who has a value already keeps it."
        />
        <TextField
            name="field[hint]"
            label="Hint"
            value=hint
            problem
            hint="A sentence that stands with the field."
            maxlength=200
            autocomplete="off"
        />
    }
    .into_any()
}

fn rules(value: &CustomFieldInput, problem: Failure) -> AnyView {
    let least = "The least number or day, or of a text the least number of characters. Not for other kinds.";
    let most = "The greatest number or day, or of a text the greatest number of characters. Not for other kinds.";
    let pattern_hint =
        "A regular expression for the whole of a text, e-mail, phone or web address, such as [A-Z]{2}[0-9]{4}.";
    let options_hint = "Of “One of several” and “Some of several”: one on each line, in their order.";
    let unique_hint = "No two customers can have the same value. Not for yes or no, selections and long texts.";
    let (minimum, maximum) = (value.minimum.clone().unwrap_or_default(), value.maximum.clone().unwrap_or_default());
    let (pattern, options) = (value.pattern.clone().unwrap_or_default(), value.options.join("\n"));
    let limit = |name: &'static str, label: &'static str, value: String, hint: &'static str| {
        view! { <TextField name=name label=label value=value problem hint=hint maxlength=20 autocomplete="off"/> }
    };
    view! {
        <Checkbox
            name="field[is_required]"
            label="Required"
            checked=value.is_required
            problem
            hint="Customers without a value are asked for one when they are changed next."
        />
        <Checkbox
            name="field[is_unique]"
            label="Unique"
            checked=value.is_unique
            problem
            hint=unique_hint
        />
        {limit("field[minimum]", "Least", minimum, least)}
        {limit("field[maximum]", "Greatest", maximum, most)}
        <TextField
            name="field[pattern]"
            label="Pattern"
            value=pattern
            problem
            hint=pattern_hint
            maxlength=500
            autocomplete="off"
        />
        <TextArea
            name="field[options]"
            label="Options"
            value=options
            problem
            hint=options_hint
        />
    }
    .into_any()
}

fn places(value: &CustomFieldInput, problem: Failure) -> AnyView {
    let portal = value.portal.clone().unwrap_or_else(|| PortalVisibility::None.as_str().to_owned());
    let position = value.position.clone().unwrap_or_default();
    let searched_hint = "The search finds customers by it. Not for yes or no, which filters find.";
    view! {
        <Checkbox
            name="field[is_searchable]"
            label="Searched"
            checked=value.is_searchable
            problem
            hint=searched_hint
        />
        <Checkbox
            name="field[is_listed]"
            label="A column of the customer list"
            checked=value.is_listed
            problem
            hint="At most five custom fields are."
        />
        <Select
            name="field[portal]"
            label="In the portal customers may"
            options=PortalVisibility::options()
            value=portal
            problem
            required=true
        />
        <TextField
            name="field[position]"
            label="Place"
            value=position
            problem
            hint="Among the custom fields, from 0. Left empty, a new one is the last."
            inputmode="numeric"
            maxlength=4
            autocomplete="off"
        />
    }
    .into_any()
}
