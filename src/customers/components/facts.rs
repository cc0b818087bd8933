//! The facts of a customer, grouped as people look for them.

use leptos::prelude::*;

use super::{choice_name, field_label};
use crate::customers::custom_fields::{CustomFacts, CustomField};
use crate::customers::{Category, Customer, CustomerChoices};
use crate::shared::country::country_name;
use crate::ui::{Card, CopyButton, Fact, Facts, When, format};

/// Everything that is known about a customer.
#[component]
pub fn CustomerFacts(
    /// The record.
    customer: Customer,
    /// Names of partners and locations.
    choices: CustomerChoices,
) -> impl IntoView {
    groups(&customer, &choices)
}

fn groups(customer: &Customer, choices: &CustomerChoices) -> Vec<AnyView> {
    vec![
        group("Identity", identity(customer)),
        group("Contact", contact(customer)),
        group("Place", place(customer, choices)),
        group("Account", account(customer)),
        custom(customer, choices),
        group("Record", record(customer)),
    ]
}

/// The fields that the operator added, as far as they are filled in.
fn custom(customer: &Customer, choices: &CustomerChoices) -> AnyView {
    let filled =
        |field: &&CustomField| field.applies_to(customer.category) && customer.custom_fields.contains_key(&field.key);
    let fields: Vec<CustomField> = choices.custom_fields.iter().filter(filled).cloned().collect();
    if fields.is_empty() {
        return ().into_any();
    }
    let values = customer.custom_fields.clone();
    view! {
        <Card title="More">
            <CustomFacts fields values/>
        </Card>
    }
    .into_any()
}

fn group(title: &'static str, facts: Vec<AnyView>) -> AnyView {
    view! {
        <Card title=title>
            <Facts>{facts}</Facts>
        </Card>
    }
    .into_any()
}

fn identity(customer: &Customer) -> Vec<AnyView> {
    let mut facts =
        vec![text("category", Some(customer.category.label().to_owned())), text("name", Some(customer.name.clone()))];
    match customer.category {
        Category::Person => facts.extend([
            text("first_name", customer.first_name.clone()),
            text("last_name", customer.last_name.clone()),
            text("date_of_birth", customer.date_of_birth.map(format::date)),
            text("company_name", customer.company_name.clone()),
        ]),
        Category::Company => facts.extend([
            text("company_name", customer.company_name.clone()),
            text("registration_number", customer.registration_number.clone()),
        ]),
    }
    facts.push(text("tax_id", customer.tax_id.clone()));
    facts
}

fn contact(customer: &Customer) -> Vec<AnyView> {
    let consent = if customer.marketing_consent { "Yes" } else { "No" };
    let since = customer.marketing_consent_at.map(|at| view! { <span class="muted">" since "<When at/></span> });
    let through = customer.marketing_consent_source.clone().map(|source| format!(", {source}"));
    let consent = view! { <Fact label=field_label("marketing_consent")>{consent}{since}{through}</Fact> };
    vec![
        email("email", customer.email.clone()),
        email("billing_email", customer.billing_email.clone()),
        phone("phone", customer.phone.clone(), customer.phone_e164.as_deref()),
        phone("mobile", customer.mobile.clone(), customer.mobile_e164.as_deref()),
        text("communication_method", Some(customer.communication_method.label().to_owned())),
        text("language", Some(customer.language.clone())),
        consent.into_any(),
    ]
}

fn place(customer: &Customer, choices: &CustomerChoices) -> Vec<AnyView> {
    vec![
        text("city", customer.city.clone()),
        text("country", customer.country.as_deref().map(country_name)),
        text("timezone", Some(customer.timezone.clone())),
        text("partner_id", Some(choice_name(&choices.partners, customer.partner_id.0))),
        text("location_id", Some(choice_name(&choices.locations, customer.location_id.0))),
    ]
}

fn account(customer: &Customer) -> Vec<AnyView> {
    let (status, since) = (customer.status.label(), customer.status_since);
    let status = view! {
        <Fact label=field_label("status")>{status} " " <span class="muted">"since "<When at=since/></span></Fact>
    };
    vec![
        copied("portal_id", None, customer.portal_id.clone()),
        copied("login", None, customer.login.clone()),
        status.into_any(),
        text("customer_since", customer.customer_since.map(format::date)),
        text("currency", Some(customer.currency.clone())),
    ]
}

fn record(customer: &Customer) -> Vec<AnyView> {
    let (created_at, created_by) = (customer.created_at, customer.created_by.clone());
    let (updated_at, updated_by) = (customer.updated_at, customer.updated_by.clone());
    let mut facts = vec![
        view! { <Fact label="Created"><When at=created_at/> " by " {created_by}</Fact> }.into_any(),
        view! { <Fact label="Last change"><When at=updated_at/> " by " {updated_by}</Fact> }.into_any(),
    ];
    if customer.source.is_some() {
        facts.extend([text("source", customer.source.clone()), text("external_id", customer.external_id.clone())]);
    }
    facts
}

/// A fact in words; nothing where nothing is known, but for the ways to reach somebody.
fn text(field: &str, value: Option<String>) -> AnyView {
    let missing = || matches!(field, "email" | "phone").then(|| "–".to_owned());
    let Some(value) = value.or_else(missing) else { return ().into_any() };
    view! { <Fact label=field_label(field)>{value}</Fact> }.into_any()
}

fn email(field: &str, value: Option<String>) -> AnyView {
    match value {
        Some(value) => copied(field, Some(format!("mailto:{value}")), value),
        None => text(field, None),
    }
}

/// A number that is not a real one cannot be called: it stays text.
fn phone(field: &str, value: Option<String>, e164: Option<&str>) -> AnyView {
    match value {
        Some(value) => copied(field, e164.map(|number| format!("tel:{number}")), value),
        None => text(field, None),
    }
}

/// A fact with a button that copies it, and perhaps a program to open it with.
fn copied(field: &str, href: Option<String>, value: String) -> AnyView {
    let label = format!("Copy {}", field_label(field).to_lowercase());
    let shown = value.clone();
    let shown = match href {
        Some(href) => view! { <a href=href rel="external">{shown}</a> }.into_any(),
        None => shown.into_any(),
    };
    view! { <Fact label=field_label(field)>{shown} " " <CopyButton text=value label=label/></Fact> }.into_any()
}
