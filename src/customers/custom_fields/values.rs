//! Values of custom fields, and how they are shown and found. How they are read by their definitions is in
//! `reading.rs`, how they are compared in `keys.rs`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::keys::day;
use super::model::{CustomField, FieldKind};

/// Values by the key of their field; empty ones are absent. Texts, dates, decimals and choices are strings, whole
/// numbers are numbers, yes or no is a boolean, and some of several is an array of strings.
pub type CustomValues = BTreeMap<String, Value>;

/// A value for people.
pub fn shown(field: &CustomField, value: &Value) -> String {
    match value {
        Value::Null | Value::Object(_) => String::new(),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => match (field.kind, day(text)) {
            (FieldKind::Date, Some(day)) => day.format("%-d %b %Y").to_string(),
            _ => text.clone(),
        },
        Value::Array(items) => items.iter().map(|item| shown(field, item)).collect::<Vec<_>>().join(", "),
    }
}

/// What the search looks into: the values of searchable fields that are not archived.
pub fn searchable_texts(definitions: &[CustomField], values: &CustomValues) -> Vec<String> {
    let searched = definitions.iter().filter(|field| field.is_searchable && field.archived_at.is_none());
    searched.filter_map(|field| values.get(&field.key)).flat_map(texts).collect()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::model::tests_support::field;
    use super::*;

    #[test]
    fn values_are_shown_as_people_write_them() {
        let of = |kind, value: Value| shown(&field(kind), &value);
        assert_eq!(of(FieldKind::Date, json!("2026-05-01")), "1 May 2026");
        assert_eq!(of(FieldKind::Text, json!("2026-05-01")), "2026-05-01");
        assert_eq!(of(FieldKind::Boolean, json!(false)), "No");
        assert_eq!(of(FieldKind::MultiSelect, json!(["A", "B"])), "A, B");
        assert_eq!(of(FieldKind::Integer, json!(1200)), "1200");
    }

    #[test]
    fn the_search_looks_into_searchable_fields_until_they_are_archived() {
        let values = CustomValues::from([("field".to_owned(), json!(["A", "B"]))]);
        let mut searched = CustomField { is_searchable: true, ..field(FieldKind::MultiSelect) };
        assert_eq!(searchable_texts(&[searched.clone()], &values), ["A", "B"]);
        searched.archived_at = Some(searched.updated_at);
        assert!(searchable_texts(&[searched, field(FieldKind::MultiSelect)], &values).is_empty());
    }
}
