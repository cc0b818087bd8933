//! Form fields for text and files. Each ties its label, hint and error to the control, keeps what was typed (the
//! value is only the initial one) and is found by the error summary under `#field-<key>`.

use super::field::{Check, Control, Labelled, initial};
use super::format;
use crate::shared::problem::Problem;
use leptos::prelude::*;

/// One line of text. The initial `value` is not bound: what is typed is never overwritten.
#[component]
pub fn TextField(
    /// The name in the form, like `customer[email]`.
    #[prop(into)]
    name: String,
    /// What to type.
    #[prop(into)]
    label: String,
    /// The initial text; never sent for passwords.
    #[prop(optional, into)]
    value: String,
    /// The last problem of the form.
    #[prop(optional, into)]
    problem: Signal<Option<Problem>>,
    /// How to type it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Whether it may not be empty.
    #[prop(optional)]
    required: bool,
    /// `text`, `email`, `tel`, `date`, `password`, `number`, `search`, `url`, `datetime-local`.
    #[prop(default = "text")]
    kind: &'static str,
    /// The autocomplete token of HTML.
    #[prop(optional, into)]
    autocomplete: Option<String>,
    /// The greatest number of characters.
    #[prop(optional)]
    maxlength: Option<i64>,
    /// The key in a problem, when it is not the last part of the name.
    #[prop(optional, into)]
    field: Option<String>,
    /// The rule, checked on leaving and, after the first error, while typing.
    #[prop(optional)]
    check: Option<Check>,
    /// Whether the page starts here.
    #[prop(optional)]
    autofocus: bool,
    /// An example inside the empty field; never the only label.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// The id of a `<datalist>` with suggestions.
    #[prop(optional, into)]
    list: Option<String>,
    /// `numeric`, `decimal` …: the keyboard of a phone.
    #[prop(optional, into)]
    inputmode: Option<String>,
    /// The least number or date.
    #[prop(optional, into)]
    min: Option<String>,
    /// The greatest number or date.
    #[prop(optional, into)]
    max: Option<String>,
    /// The step of a number.
    #[prop(optional, into)]
    step: Option<String>,
    /// Shown, but not editable.
    #[prop(optional)]
    readonly: bool,
) -> impl IntoView {
    let control = Control::new(&name, field, hint, problem);
    let (id, described_by, invalid) = (control.id.clone(), control.described_by(), control.invalid());
    let (on_leave, on_type) = (control.clone(), control.clone());
    let value = initial(&name, value);
    let value = (kind != "password" && !value.is_empty()).then_some(value);
    view! {
        <Labelled control label required>
            <input
                class="input"
                id=id
                name=name
                type=kind
                value=value
                required=required
                readonly=readonly
                autofocus=autofocus
                autocomplete=autocomplete
                maxlength=maxlength
                placeholder=placeholder
                list=list
                inputmode=inputmode
                min=min
                max=max
                step=step
                aria-describedby=move || described_by.get()
                aria-invalid=move || invalid.get()
                on:blur=move |event| on_leave.left(check, &event)
                on:input=move |event| on_type.typed(check, &event_target_value(&event))
            />
        </Labelled>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// The name in the form.
    #[prop(into)]
    name: String,
    /// What to type.
    #[prop(into)]
    label: String,
    /// The initial text.
    #[prop(optional, into)]
    value: String,
    /// The last problem of the form.
    #[prop(optional, into)]
    problem: Signal<Option<Problem>>,
    /// How to type it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Whether it may not be empty.
    #[prop(optional)]
    required: bool,
    /// The height in lines.
    #[prop(default = 4)]
    rows: i64,
    /// The greatest number of characters.
    #[prop(optional)]
    maxlength: Option<i64>,
    /// The key in a problem, when it is not the last part of the name.
    #[prop(optional, into)]
    field: Option<String>,
    /// The rule, checked on leaving and, after the first error, while typing.
    #[prop(optional)]
    check: Option<Check>,
) -> impl IntoView {
    let control = Control::new(&name, field, hint, problem);
    let (id, described_by, invalid) = (control.id.clone(), control.described_by(), control.invalid());
    let (on_leave, on_type) = (control.clone(), control.clone());
    // Children of a textarea are rendered unescaped, and an empty text as a space.
    let content = format::escape(initial(&name, value));
    view! {
        <Labelled control label required>
            <textarea
                class="input"
                id=id
                name=name
                rows=rows
                required=required
                maxlength=maxlength
                aria-describedby=move || described_by.get()
                aria-invalid=move || invalid.get()
                on:blur=move |event| on_leave.left(check, &event)
                on:input=move |event| on_type.typed(check, &event_target_value(&event))
                inner_html=content
            ></textarea>
        </Labelled>
    }
}

/// Files to send; the form must be `multipart/form-data`.
#[component]
pub fn FileField(
    /// The name in the form.
    #[prop(into)]
    name: String,
    /// What to send.
    #[prop(into)]
    label: String,
    /// The kinds taken, like `.csv,text/csv`.
    #[prop(optional, into)]
    accept: Option<String>,
    /// Whether several files may be picked.
    #[prop(optional)]
    multiple: bool,
    /// The last problem of the form.
    #[prop(optional, into)]
    problem: Signal<Option<Problem>>,
    /// Kinds and sizes in words.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Whether a file must be picked.
    #[prop(optional)]
    required: bool,
    /// The key in a problem, when it is not the last part of the name.
    #[prop(optional, into)]
    field: Option<String>,
) -> impl IntoView {
    let control = Control::new(&name, field, hint, problem);
    let (id, described_by, invalid) = (control.id.clone(), control.described_by(), control.invalid());
    view! {
        <Labelled control label required>
            <input
                class="input input-file"
                id=id
                name=name
                type="file"
                accept=accept
                multiple=multiple
                required=required
                aria-describedby=move || described_by.get()
                aria-invalid=move || invalid.get()
            />
        </Labelled>
    }
}
