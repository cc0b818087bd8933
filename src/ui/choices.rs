//! Form fields with a choice: a list, a box to tick, radio buttons.

use super::field::{Control, Labelled, error_view, hint_view, initial, initially_checked};
use crate::shared::problem::Problem;
use leptos::prelude::*;

/// One of several values from a list.
#[component]
pub fn Select(
    /// The name in the form.
    #[prop(into)]
    name: String,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// Values with their labels.
    options: Vec<(String, String)>,
    /// The value chosen at first.
    #[prop(optional, into)]
    value: String,
    /// The label of an empty choice before the others.
    #[prop(optional, into)]
    empty: Option<String>,
    /// The last problem of the form.
    #[prop(optional, into)]
    problem: Signal<Option<Problem>>,
    /// How to choose.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Whether something must be chosen.
    #[prop(optional)]
    required: bool,
    /// The autocomplete token of HTML.
    #[prop(optional, into)]
    autocomplete: Option<String>,
    /// The key in a problem, when it is not the last part of the name.
    #[prop(optional, into)]
    field: Option<String>,
) -> impl IntoView {
    let control = Control::new(&name, field, hint, problem);
    let (id, described_by, invalid) = (control.id.clone(), control.described_by(), control.invalid());
    let value = initial(&name, value);
    let first = empty.map(|label| (String::new(), label));
    let options = first
        .into_iter()
        .chain(options)
        .map(move |(key, label)| {
            let selected = key == value;
            view! { <option value=key selected=selected>{label}</option> }
        })
        .collect_view();
    view! {
        <Labelled control label required>
            <select
                class="input"
                id=id
                name=name
                required=required
                autocomplete=autocomplete
                aria-describedby=move || described_by.get()
                aria-invalid=move || invalid.get()
            >
                {options}
            </select>
        </Labelled>
    }
}

/// A yes or no. An unchecked box is not sent: the receiving field needs a default.
#[component]
pub fn Checkbox(
    /// The name in the form.
    #[prop(into)]
    name: String,
    /// What it says when checked.
    #[prop(into)]
    label: String,
    /// Whether it is checked at first.
    #[prop(optional)]
    checked: bool,
    /// What is sent when checked.
    #[prop(default = "true".to_owned(), into)]
    value: String,
    /// The last problem of the form.
    #[prop(optional, into)]
    problem: Signal<Option<Problem>>,
    /// What it means.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The key in a problem, when it is not the last part of the name; boxes of one name need it for their id.
    #[prop(optional, into)]
    field: Option<String>,
) -> impl IntoView {
    let control = Control::new(&name, field, hint, problem);
    let (described_by, invalid) = (control.described_by(), control.invalid());
    let checked = initially_checked(&name, &value, checked);
    let (hint, error) = (hint_view(&control), error_view(&control));
    view! {
        <div class="field field-check">
            <input
                id=control.id.clone()
                name=name
                type="checkbox"
                value=value
                checked=checked
                aria-describedby=move || described_by.get()
                aria-invalid=move || invalid.get()
            />
            <label for=control.id>{label}</label>
            {hint}
            {error}
        </div>
    }
}

/// One of a few values, all in sight.
#[component]
pub fn RadioGroup(
    /// The name in the form.
    #[prop(into)]
    name: String,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// Values with their labels.
    options: Vec<(String, String)>,
    /// The value chosen at first.
    #[prop(optional, into)]
    value: String,
    /// The last problem of the form.
    #[prop(optional, into)]
    problem: Signal<Option<Problem>>,
    /// How to choose.
    #[prop(optional, into)]
    hint: Option<String>,
    /// The key in a problem, when it is not the last part of the name.
    #[prop(optional, into)]
    field: Option<String>,
) -> impl IntoView {
    let control = Control::new(&name, field, hint, problem);
    let described_by = control.described_by();
    let (hint, error) = (hint_view(&control), error_view(&control));
    let value = initial(&name, value);
    let options = options
        .into_iter()
        .map(move |(key, label)| {
            let checked = key == value;
            view! {
                <label class="choice">
                    <input type="radio" name=name.clone() value=key checked=checked/>
                    <span>{label}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field" id=control.id tabindex="-1" aria-describedby=move || described_by.get()>
            <legend>{label}</legend>
            {hint}
            <div class="choices">{options}</div>
            {error}
        </fieldset>
    }
}
