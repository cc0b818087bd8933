//! The fields of a contact, for new ones and for changes; the inputs are named `contact[…]`.

use leptos::context::Provider;
use leptos::prelude::*;

use crate::customers::contacts::{ContactInput, ContactKind, Notice, PortalRole};
use crate::shared::problem::Problem;
use crate::shared::text::squeezed;
use crate::shared::validation::{Flaw, email_flaw, phone_flaw};
use crate::ui::{Checkbox, FieldSet, Select, TextArea, TextField, TypedValues};

type Failure = Signal<Option<Problem>>;

/// Every field of a contact.
#[component]
pub fn ContactFields(
    /// What the fields hold at first.
    value: ContactInput,
    /// What was typed before a failure; it wins.
    typed: TypedValues,
    /// The last problem of the form.
    #[prop(into)]
    problem: Failure,
) -> impl IntoView {
    view! {
        <Provider value=typed>
            {person(&value, problem)}
            {reach(&value, problem)}
            {rights(&value, problem)}
        </Provider>
    }
}

fn person(value: &ContactInput, problem: Failure) -> AnyView {
    let ContactInput { kind, name, position, department, .. } = value.clone();
    view! {
        <FieldSet legend="Person">
            <TextField
                name="contact[name]"
                label="Name"
                value=name.unwrap_or_default()
                maxlength=255
                autocomplete="off"
                required=true
                autofocus=true
                problem
            />
            <Select
                name="contact[kind]"
                label="Kind"
                options=ContactKind::options()
                value=kind.unwrap_or_default()
                required=true
                hint="A customer has one primary contact at most."
                problem
            />
            <TextField
                name="contact[position]"
                label="Position"
                value=position.unwrap_or_default()
                maxlength=100
                autocomplete="off"
                problem
            />
            <TextField
                name="contact[department]"
                label="Department"
                value=department.unwrap_or_default()
                maxlength=100
                autocomplete="off"
                problem
            />
        </FieldSet>
    }
    .into_any()
}

fn reach(value: &ContactInput, problem: Failure) -> AnyView {
    let ContactInput { email, phone, mobile, .. } = value.clone();
    view! {
        <FieldSet legend="How to reach them">
            <TextField
                name="contact[email]"
                label="E-mail"
                kind="email"
                value=email.unwrap_or_default()
                maxlength=254
                autocomplete="off"
                check=email_check
                problem
            />
            <TextField
                name="contact[phone]"
                label="Phone"
                kind="tel"
                value=phone.unwrap_or_default()
                maxlength=40
                autocomplete="off"
                check=phone_check
                problem
            />
            <TextField
                name="contact[mobile]"
                label="Mobile"
                kind="tel"
                value=mobile.unwrap_or_default()
                maxlength=40
                autocomplete="off"
                check=phone_check
                problem
            />
        </FieldSet>
    }
    .into_any()
}

fn rights(value: &ContactInput, problem: Failure) -> AnyView {
    let ContactInput { notices, portal_role, notes, .. } = value.clone();
    view! {
        <FieldSet legend="Notices, portal and notes">
            {notice_boxes(&notices)}
            <Select
                name="contact[portal_role]"
                label="In the portal they may do"
                options=PortalRole::options()
                value=portal_role.unwrap_or_default()
                required=true
                hint="Whoever signs in there needs an e-mail address."
                problem
            />
            <div class="field-wide">
                <TextArea
                    name="contact[notes]"
                    label="Notes"
                    value=notes.unwrap_or_default()
                    rows=3
                    maxlength=1000
                    hint="What staff should know, for example when to call."
                    problem
                />
            </div>
        </FieldSet>
    }
    .into_any()
}

/// Each box has a name of its own, so that each is remembered.
fn notice_boxes(chosen: &[String]) -> AnyView {
    let boxes = Notice::ALL.iter().enumerate().map(|(place, notice)| {
        let checked = chosen.iter().any(|one| one == notice.as_str());
        view! {
            <Checkbox
                name=format!("contact[notices][{place}]")
                label=notice.label()
                value=notice.as_str()
                checked=checked
                field=format!("notices-{}", notice.as_str())
            />
        }
    });
    let boxes = boxes.collect_view();
    view! {
        <fieldset class="field" id="field-notices" tabindex="-1">
            <legend>"Told about"</legend>
            <div class="choices">{boxes}</div>
        </fieldset>
    }
    .into_any()
}

/// Applies a rule to what is typed, as the server does: tidied, and blank means missing.
fn checked(typed: &str, flaw: fn(&str) -> Option<Flaw>) -> Option<String> {
    let value = squeezed(typed);
    if value.is_empty() { None } else { flaw(&value).map(|flaw| flaw.message) }
}

fn email_check(typed: &str) -> Option<String> {
    checked(typed, email_flaw)
}

fn phone_check(typed: &str) -> Option<String> {
    checked(typed, phone_flaw)
}
