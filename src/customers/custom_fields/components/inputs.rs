//! Form fields for the values of custom fields, one kind of control for each kind of value.

use leptos::prelude::*;
use serde_json::Value;

use crate::customers::Category;
use crate::customers::custom_fields::{CustomField, CustomValues, FieldKind};
use crate::shared::problem::Problem;
use crate::ui::{Hidden, Select, SelectProps, TextArea, TextAreaProps, TextField, TextFieldProps, TypedValues};

type Failure = Signal<Option<Problem>>;

/// A field for every definition that is not archived, named `customer[custom_fields][<key>]`. Without JavaScript the
/// category of the customer can change in the same form, so those of the other category are there as well, and say so.
#[component]
pub fn CustomFieldInputs(
    /// The definitions in their order.
    fields: Vec<CustomField>,
    /// The values at first.
    values: CustomValues,
    /// The last problem of the form.
    #[prop(into)]
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let asked = fields.iter().filter(|field| field.archived_at.is_none());
    asked.map(|field| input(field, values.get(&field.key), problem)).collect_view()
}

/// A component with its properties, and with a hint if there is one.
macro_rules! control {
    ($component:ident, $props:ident, $hint:expr, $($property:ident: $value:expr),+ $(,)?) => {
        match $hint {
            Some(hint) => $component($props::builder()$(.$property($value))+.hint(hint).build()).into_any(),
            None => $component($props::builder()$(.$property($value))+.build()).into_any(),
        }
    };
}

fn input(field: &CustomField, value: Option<&Value>, problem: Failure) -> AnyView {
    match field.kind {
        FieldKind::LongText => long_text(field, value, problem),
        FieldKind::Boolean => {
            let options = [("true", "Yes"), ("false", "No")];
            let options = options.into_iter().map(|(value, label)| (value.to_owned(), label.to_owned())).collect();
            selection(field, options, value, problem)
        }
        FieldKind::Select => {
            let options = field.options.iter().map(|option| (option.clone(), option.clone())).collect();
            selection(field, options, value, problem)
        }
        FieldKind::MultiSelect => choices(field, value, problem),
        _ => line(field, value, problem),
    }
}

fn line(field: &CustomField, value: Option<&Value>, problem: Failure) -> AnyView {
    let (kind, mode, length) = match field.kind {
        FieldKind::Integer => ("text", "numeric", 20),
        FieldKind::Decimal => ("text", "decimal", 25),
        FieldKind::Date => ("date", "text", 10),
        FieldKind::Email => ("email", "email", 254),
        FieldKind::Phone => ("tel", "tel", 40),
        FieldKind::Url => ("url", "url", 255),
        _ => ("text", "text", 255),
    };
    control!(
        TextField, TextFieldProps, hint(field),
        name: name(field),
        field: error_key(field),
        label: field.title.clone(),
        value: written(value),
        problem: problem,
        required: is_required(field),
        kind: kind,
        inputmode: mode,
        maxlength: length,
        autocomplete: "off",
    )
}

fn long_text(field: &CustomField, value: Option<&Value>, problem: Failure) -> AnyView {
    control!(
        TextArea, TextAreaProps, hint(field),
        name: name(field),
        field: error_key(field),
        label: field.title.clone(),
        value: written(value),
        problem: problem,
        required: is_required(field),
        maxlength: 5_000,
    )
}

fn selection(field: &CustomField, options: Vec<(String, String)>, value: Option<&Value>, problem: Failure) -> AnyView {
    control!(
        Select, SelectProps, hint(field),
        name: name(field),
        field: error_key(field),
        label: field.title.clone(),
        options: options,
        value: written(value),
        empty: "Not set",
        problem: problem,
        required: is_required(field),
    )
}

/// A box for each option. Each has a place of its own in the name, so that each is remembered; the blank one before
/// them says that the field was there when none is ticked.
fn choices(field: &CustomField, value: Option<&Value>, problem: Failure) -> AnyView {
    let typed = use_context::<TypedValues>().filter(|typed| !typed.is_empty());
    let chosen: Vec<&str> = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let boxes = field.options.iter().zip(1_i64..).map(|(option, place)| {
        let name = format!("{}[{place}]", name(field));
        let checked = match &typed {
            Some(typed) => typed.get(&name) == Some(option.as_str()),
            None => chosen.contains(&option.as_str()),
        };
        view! {
            <label class="choice">
                <input type="checkbox" name=name value=option.clone() checked=checked/>
                <span>{option.clone()}</span>
            </label>
        }
    });
    let boxes = boxes.collect_view();
    let (id, key) = (format!("field-{}", error_key(field)), error_key(field));
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described_by = format!("{hint_id} {error_id}");
    let error = move || {
        let error =
            problem.with(|problem| problem.as_ref().and_then(|one| one.field(&key)).map(|one| one.message.clone()));
        error.map(|message| view! { <span class="field-error">{message}</span> })
    };
    view! {
        <fieldset class="field" id=id tabindex="-1" aria-describedby=described_by>
            <legend>{field.title.clone()}</legend>
            <p class="field-hint" id=hint_id>{hint(field).unwrap_or_else(|| "Any number of them.".to_owned())}</p>
            <Hidden name=format!("{}[0]", name(field)) value=""/>
            <div class="choices">{boxes}</div>
            <div id=error_id>{error}</div>
        </fieldset>
    }
    .into_any()
}

fn name(field: &CustomField) -> String {
    format!("customer[custom_fields][{}]", field.key)
}

/// The name of the field in a problem.
fn error_key(field: &CustomField) -> String {
    format!("custom_fields.{}", field.key)
}

/// The browser cannot know of whom a field of one category is required.
fn is_required(field: &CustomField) -> bool {
    field.is_required && field.category.is_none()
}

/// Who has the field, what its author says about it, and its limits.
fn hint(field: &CustomField) -> Option<String> {
    let whose = field.category.map(|category| match (category, field.is_required) {
        (Category::Person, false) => "Only persons.".to_owned(),
        (Category::Person, true) => "Only persons, and required of them.".to_owned(),
        (Category::Company, false) => "Only companies.".to_owned(),
        (Category::Company, true) => "Only companies, and required of them.".to_owned(),
    });
    let unit = if matches!(field.kind, FieldKind::Text | FieldKind::LongText) { " characters" } else { "" };
    let limits = match (&field.minimum, &field.maximum) {
        (Some(least), Some(most)) => Some(format!("From {least} to {most}{unit}.")),
        (Some(least), None) => Some(format!("At least {least}{unit}.")),
        (None, Some(most)) => Some(format!("At most {most}{unit}.")),
        (None, None) => None,
    };
    let parts: Vec<String> = [whose, field.hint.clone(), limits].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// A value as it stands in a form.
fn written(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
        _ => String::new(),
    }
}
