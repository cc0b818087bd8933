//! The fields of a customer, for new ones and for changes. All are optional for the browser: the server knows which
//! name is needed of whom.

use leptos::context::Provider;
use leptos::prelude::*;

use super::field_label;
use crate::customers::custom_fields::{CustomField, CustomFieldInputs};
use crate::customers::{
    Category, CommunicationMethod, CustomerChoices, CustomerInput, is_currency, is_language, is_timezone, login_flaw,
};
use crate::places::Choice;
use crate::shared::country::country_options;
use crate::shared::id::{LocationId, PartnerId};
use crate::shared::problem::Problem;
use crate::shared::text::squeezed;
use crate::shared::validation::{Flaw, email_flaw, phone_flaw};
use crate::ui::{Checkbox, FieldSet, Hidden, RadioGroup, Select, TextField, TextFieldProps, TypedValues};

/// Every field of a customer's input, named `customer[…]`.
#[component]
pub fn CustomerFields(
    /// What the fields hold at first.
    value: CustomerInput,
    /// What was typed before a failure; it wins.
    typed: TypedValues,
    /// The last problem of the form.
    #[prop(into)]
    problem: Signal<Option<Problem>>,
    /// Partners and locations to choose from.
    choices: CustomerChoices,
    /// Whether the portal ID can no longer change.
    #[prop(optional)]
    portal_id_fixed: bool,
) -> impl IntoView {
    view! {
        <Provider value=typed>
            {group("Identity", identity(&value, problem))}
            {group("Contact", contact(&value, problem))}
            {group("Place", place(&value, problem, &choices))}
            {group("Account", account(&value, problem, portal_id_fixed))}
            {custom(&value, &choices, problem)}
            {origin(&value)}
        </Provider>
    }
}

type Failure = Signal<Option<Problem>>;

/// A line of text of the record, with whatever else [`TextField`] takes.
macro_rules! line {
    ($value:ident, $problem:ident, $field:ident $(, $property:ident: $set:expr)*) => {
        TextField(
            TextFieldProps::builder()
                .name(concat!("customer[", stringify!($field), "]"))
                .label(field_label(stringify!($field)))
                .value($value.$field.clone().unwrap_or_default())
                .problem($problem)
                .autocomplete("off")
                $(.$property($set))*
                .build(),
        )
        .into_any()
    };
}

fn group(legend: &'static str, fields: Vec<AnyView>) -> AnyView {
    view! { <FieldSet legend=legend>{fields}</FieldSet> }.into_any()
}

fn identity(value: &CustomerInput, problem: Failure) -> Vec<AnyView> {
    let category = value.category.clone().unwrap_or_else(|| Category::Person.as_str().to_owned());
    let category = view! {
        <RadioGroup
            name="customer[category]"
            label=field_label("category")
            options=Category::options()
            value=category
            problem=problem
        />
    };
    let name_hint = "What lists show. Left empty, it is made of the other names.";
    vec![
        category.into_any(),
        line!(value, problem, name, maxlength: 255, hint: name_hint),
        line!(value, problem, first_name, maxlength: 100),
        line!(value, problem, last_name, maxlength: 100),
        line!(value, problem, company_name, maxlength: 255, hint: "A company needs it; a person may work for one."),
        line!(value, problem, registration_number, maxlength: 100, hint: "Of a company, at its register."),
        line!(value, problem, tax_id, maxlength: 50),
        line!(value, problem, date_of_birth, kind: "date", min: "1900-01-01", hint: "Of a person."),
    ]
}

fn contact(value: &CustomerInput, problem: Failure) -> Vec<AnyView> {
    let method = value.communication_method.clone().unwrap_or_else(|| CommunicationMethod::Email.as_str().to_owned());
    let method = view! {
        <Select
            name="customer[communication_method]"
            label=field_label("communication_method")
            options=CommunicationMethod::options()
            value=method
            problem=problem
            required=true
        />
    };
    let agreed = value.marketing_consent;
    let consent = view! {
        <Checkbox
            name="customer[marketing_consent]"
            label=field_label("marketing_consent")
            checked=agreed
            problem=problem
            hint="The customer agreed to advertising."
        />
    };
    let source_hint = "For example a form, a call, the shop.";
    vec![
        line!(value, problem, email, kind: "email", maxlength: 254, check: email_check),
        line!(value, problem, billing_email, kind: "email", maxlength: 254, check: email_check),
        line!(value, problem, phone, kind: "tel", maxlength: 40, check: phone_check),
        line!(value, problem, mobile, kind: "tel", maxlength: 40, check: phone_check),
        method.into_any(),
        line!(value, problem, language, check: language_check, hint: "A code such as en or pt-BR."),
        consent.into_any(),
        line!(value, problem, marketing_consent_source, maxlength: 100, hint: source_hint),
    ]
}

fn place(value: &CustomerInput, problem: Failure, choices: &CustomerChoices) -> Vec<AnyView> {
    let country = value.country.clone().unwrap_or_default();
    let country = view! {
        <Select
            name="customer[country]"
            label=field_label("country")
            options=country_options()
            value=country
            empty="Not known"
            problem=problem
        />
    };
    let partner = value.partner_id.map(|PartnerId(id)| id);
    let location = value.location_id.map(|LocationId(id)| id);
    vec![
        line!(value, problem, city, maxlength: 100),
        country.into_any(),
        line!(value, problem, timezone, check: timezone_check, hint: "A name such as Europe/Oslo."),
        choice("partner_id", partner, &choices.partners, problem),
        choice("location_id", location, &choices.locations, problem),
    ]
}

fn account(value: &CustomerInput, problem: Failure, portal_id_fixed: bool) -> Vec<AnyView> {
    let portal_hint =
        if portal_id_fixed { "It cannot change any more." } else { "Left empty, the next number is given." };
    let login_hint = "Signs in at the portal. Left empty, it is made of the e-mail address or the name.";
    let reason_hint = "Needed to change the portal ID of a customer that was ever active.";
    let names = [
        line!(value, problem, login, maxlength: 64, check: login_check, hint: login_hint),
        line!(value, problem, portal_id, maxlength: 50, hint: portal_hint, readonly: portal_id_fixed),
    ];
    // A new customer has none to change.
    let changes = !portal_id_fixed && value.portal_id.is_some();
    let reason = changes.then(|| line!(value, problem, portal_id_reason, maxlength: 200, hint: reason_hint));
    let others = [
        line!(value, problem, customer_since, kind: "date", min: "1900-01-01"),
        line!(value, problem, currency, maxlength: 3, check: currency_check, hint: "A code such as EUR."),
    ];
    names.into_iter().chain(reason).chain(others).collect()
}

/// The fields that the operator added; nothing when there are none.
fn custom(value: &CustomerInput, choices: &CustomerChoices, problem: Failure) -> AnyView {
    let fields: Vec<CustomField> =
        choices.custom_fields.iter().filter(|field| field.archived_at.is_none()).cloned().collect();
    if fields.is_empty() {
        return ().into_any();
    }
    let values = value.custom_fields.clone();
    view! { <FieldSet legend="More"><CustomFieldInputs fields values problem/></FieldSet> }.into_any()
}

/// Where the record came from is not edited here, but it must survive a save.
fn origin(value: &CustomerInput) -> AnyView {
    let source = value.source.clone().map(|source| view! { <Hidden name="customer[source]" value=source/> });
    let external_id = value.external_id.clone().map(|id| view! { <Hidden name="customer[external_id]" value=id/> });
    view! {
        {source}
        {external_id}
    }
    .into_any()
}

fn choice(field: &'static str, chosen: Option<i64>, choices: &[Choice], problem: Failure) -> AnyView {
    let options = choices.iter().map(|choice| (choice.id.to_string(), choice.name.clone())).collect::<Vec<_>>();
    let chosen = chosen.map(|id| id.to_string()).unwrap_or_default();
    view! {
        <Select
            name=format!("customer[{field}]")
            label=field_label(field)
            options=options
            value=chosen
            problem=problem
            required=true
        />
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

fn login_check(typed: &str) -> Option<String> {
    checked(&typed.to_lowercase(), login_flaw)
}

fn language_check(typed: &str) -> Option<String> {
    known(typed, is_language)
}

fn timezone_check(typed: &str) -> Option<String> {
    known(typed, is_timezone)
}

fn currency_check(typed: &str) -> Option<String> {
    known(typed, is_currency)
}

fn known(typed: &str, good: fn(&str) -> bool) -> Option<String> {
    let value = squeezed(typed);
    (!value.is_empty() && !good(&value)).then(|| format!("{value} is not known."))
}
