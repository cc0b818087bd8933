//! Words of the record for people: names of fields, values, statuses, and rows of comparisons.

use chrono::{DateTime, NaiveDate, Utc};
use leptos::prelude::*;
use serde_json::Value;

use crate::audit::FieldChange;
use crate::customers::custom_fields::{CustomField, shown};
use crate::customers::{Category, CommunicationMethod, CustomerChoices, Status};
use crate::places::Choice;
use crate::shared::country::country_name;
use crate::ui::{Badge, DiffRow, Tone, format};

/// What a field is called; a field without a name keeps its own.
pub fn field_label(field: &str) -> &str {
    match field {
        "category" => "Category",
        "first_name" => "First name",
        "last_name" => "Last name",
        "name" => "Name",
        "company_name" => "Company",
        "registration_number" => "Registration number",
        "tax_id" => "Tax ID",
        "email" => "E-mail",
        "billing_email" => "Billing e-mail",
        "phone" => "Phone",
        "phone_e164" => "Phone, international",
        "mobile" => "Mobile",
        "mobile_e164" => "Mobile, international",
        "city" => "City",
        "country" => "Country",
        "date_of_birth" => "Date of birth",
        "customer_since" => "Customer since",
        "language" => "Language",
        "timezone" => "Time zone",
        "currency" => "Currency",
        "communication_method" => "Preferred contact",
        "marketing_consent" => "Marketing consent",
        "marketing_consent_at" => "Consent known since",
        "marketing_consent_source" => "Consent given through",
        "partner_id" => "Partner",
        "location_id" => "Location",
        "parent_id" => "Parent",
        "billing_mode" => "Billing",
        "custom_fields" => "More fields",
        "login" => "Login",
        "portal_id" => "Portal ID",
        "portal_id_reason" => "Reason for the new portal ID",
        "status" => "Status",
        "source" => "Imported from",
        "external_id" => "External ID",
        "deleted_at" => "Deleted",
        "created_from" => "Created from",
        "created_to" => "Created to",
        "updated_from" => "Changed from",
        "updated_to" => "Changed to",
        "status_since_from" => "In its status from",
        "status_since_to" => "In its status to",
        "hold_reason" => "Hold",
        "account_level" => "Account level",
        "labels" | "labels_mode" => "Labels",
        "filters" => "Condition",
        "query" => "Search",
        "sort" => "Sort",
        "limit" => "Rows on a page",
        "offset" | "cursor" => "Page",
        other => other,
    }
}

/// What a status means in colours.
pub fn status_tone(status: Status) -> Tone {
    match status {
        Status::New => Tone::Info,
        Status::Active => Tone::Ok,
        Status::Suspended => Tone::Warn,
        Status::Inactive | Status::Terminated => Tone::Neutral,
    }
}

/// Where a customer stands.
#[component]
pub fn StatusBadge(
    /// The status.
    status: Status,
) -> impl IntoView {
    view! { <Badge tone=status_tone(status) text=status.label()/> }
}

/// The name of a partner or location; its number when it is not among the choices.
pub fn choice_name(choices: &[Choice], id: i64) -> String {
    choices.iter().find(|choice| choice.id == id).map_or_else(|| format!("#{id}"), |choice| choice.name.clone())
}

/// The value of a field as people read it; empty for none.
pub fn value_text(field: &str, value: &Value, choices: &CustomerChoices) -> String {
    match (field, value) {
        (_, Value::Null) => String::new(),
        (_, Value::Bool(yes)) => String::from(if *yes { "Yes" } else { "No" }),
        ("partner_id", Value::Number(id)) => choice_name(&choices.partners, id.as_i64().unwrap_or_default()),
        ("location_id", Value::Number(id)) => choice_name(&choices.locations, id.as_i64().unwrap_or_default()),
        (_, Value::String(text)) => word(field, text).unwrap_or_else(|| text.clone()),
        (_, other) => other.to_string(),
    }
}

fn word(field: &str, text: &str) -> Option<String> {
    match field {
        "category" => Category::parse(text).map(|one| one.label().to_owned()),
        "status" => Status::parse(text).map(|one| one.label().to_owned()),
        "communication_method" => CommunicationMethod::parse(text).map(|one| one.label().to_owned()),
        "country" => Some(country_name(text)),
        "date_of_birth" | "customer_since" => text.parse::<NaiveDate>().ok().map(format::date),
        "deleted_at" | "marketing_consent_at" => text.parse::<DateTime<Utc>>().ok().map(format::date_time),
        _ => None,
    }
}

fn custom_text(field: &CustomField, value: &Value) -> String {
    if value.is_null() { String::new() } else { shown(field, value) }
}

/// Rows of a comparison; fields that read the same before and after are left out.
pub fn diff_rows(changes: &[FieldChange], choices: &CustomerChoices) -> Vec<DiffRow> {
    let rows = changes.iter().map(|change| {
        let custom = change.field.strip_prefix("custom_fields.");
        match custom.and_then(|key| choices.custom_fields.iter().find(|field| field.key == key)) {
            Some(field) => DiffRow {
                label: field.title.clone(),
                before: custom_text(field, &change.before),
                after: custom_text(field, &change.after),
            },
            None => DiffRow {
                label: field_label(&change.field).to_owned(),
                before: value_text(&change.field, &change.before, choices),
                after: value_text(&change.field, &change.after, choices),
            },
        }
    });
    rows.filter(|row| row.before != row.after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customers::CustomerInput;

    #[test]
    fn every_field_of_the_input_has_a_name() {
        let input = serde_json::to_value(CustomerInput::default()).unwrap();
        for field in input.as_object().unwrap().keys() {
            assert_ne!(field_label(field), field, "{field}");
        }
    }

    #[test]
    fn values_read_like_words() {
        let choices =
            CustomerChoices { partners: vec![Choice { id: 1, name: "Main".into() }], ..CustomerChoices::default() };
        assert_eq!(value_text("country", &"NO".into(), &choices), "Norway");
        assert_eq!(value_text("status", &"active".into(), &choices), "Active");
        assert_eq!(value_text("partner_id", &1.into(), &choices), "Main");
        assert_eq!(value_text("location_id", &9.into(), &choices), "#9");
        assert_eq!(value_text("marketing_consent", &true.into(), &choices), "Yes");
        assert_eq!(value_text("email", &Value::Null, &choices), "");
    }
}
