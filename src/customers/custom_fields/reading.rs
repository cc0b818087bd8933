//! How values are read by their definitions, from JSON, forms and files, and what makes them wrong.

use serde_json::Value;
use url::Url;

use super::super::model::Category;
use super::keys::{day, ten_thousandths, text_key, truth};
use super::model::{CustomField, FieldKind};
use super::pattern;
use super::values::CustomValues;
use crate::shared::problem::FieldError;
use crate::shared::text::tidy;
use crate::shared::validation::{Checks, Flaw, email_flaw, phone_flaw};

/// The values that a record has after `given` were written over `before`: absent is unchanged, null and blank are
/// empty. Archived fields and those of the other category keep what they had. What was stored before stays good, even
/// if the rules have become stricter; only a value that is required is asked for again. Errors: everything that is
/// wrong, under `custom_fields.<key>`.
pub fn check_values(
    definitions: &[CustomField],
    category: Category,
    before: &CustomValues,
    given: &CustomValues,
) -> Result<CustomValues, Vec<FieldError>> {
    let is_known = |key: &String| definitions.iter().any(|field| field.key == *key);
    let unknown = given.iter().filter(|(key, value)| !is_known(key) && before.get(*key) != Some(*value));
    let flaw = |key: &String| Flaw::new("unknown_field", format!("There is no custom field {key}."));
    let mut errors: Vec<FieldError> = unknown.map(|(key, _)| error(key, flaw(key))).collect();
    // A value without a definition is nobody's to drop.
    let kept = before.iter().filter(|(key, _)| !is_known(key));
    let mut values: CustomValues = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
    for field in definitions {
        match checked(field, category, before.get(&field.key), given.get(&field.key)) {
            Ok(Some(value)) => {
                values.insert(field.key.clone(), value);
            }
            Ok(None) => {}
            Err(flaw) => errors.push(error(&field.key, flaw)),
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(errors) }
}

fn error(key: &str, flaw: Flaw) -> FieldError {
    FieldError::new(format!("custom_fields.{key}"), flaw.code, flaw.message)
}

fn checked(
    field: &CustomField,
    category: Category,
    had: Option<&Value>,
    given: Option<&Value>,
) -> Result<Option<Value>, Flaw> {
    let is_same = |given: &Value| Some(given) == had || read(field, given).is_ok_and(|value| value.as_ref() == had);
    let written = given.filter(|given| !is_same(given));
    if !field.applies_to(category) {
        return if written.is_none() { Ok(had.cloned()) } else { Err(not_allowed(field)) };
    }
    let value = match written {
        None => had.cloned(),
        Some(given) => read(field, given)?,
    };
    let Some(stored) = &value else {
        return if field.is_required { Err(Flaw::new("required", "Please fill this in.")) } else { Ok(None) };
    };
    if written.is_some() {
        keep_limits(field, stored)?;
    }
    Ok(value)
}

fn not_allowed(field: &CustomField) -> Flaw {
    let message = match (field.archived_at, field.category) {
        (Some(_), _) => "This field is archived: its values are kept as they are.",
        (None, Some(Category::Person)) => "Only persons have this field.",
        (None, _) => "Only companies have this field.",
    };
    Flaw::new("not_allowed", message)
}

/// The value as it is stored; none when it is empty.
fn read(field: &CustomField, given: &Value) -> Result<Option<Value>, Flaw> {
    if field.kind == FieldKind::MultiSelect {
        return read_choices(field, given);
    }
    let text = match given {
        Value::Null => return Ok(None),
        Value::Array(items) if items.iter().all(is_blank) => return Ok(None),
        Value::String(text) => text.clone(),
        Value::Bool(yes) if field.kind == FieldKind::Boolean => return Ok(Some(Value::Bool(*yes))),
        Value::Number(number) if matches!(field.kind, FieldKind::Integer | FieldKind::Decimal) => number.to_string(),
        _ => return Err(unreadable(field.kind)),
    };
    if field.kind == FieldKind::LongText {
        return text_of(&text, field.kind);
    }
    let text = tidy(&text);
    if text.is_empty() {
        return Ok(None);
    }
    if field.kind == FieldKind::Text {
        return text_of(&text, field.kind);
    }
    read_word(field, text).map(Some)
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// A text whose lines are tidied.
fn text_of(text: &str, kind: FieldKind) -> Result<Option<Value>, Flaw> {
    let max = max_length(kind);
    let mut checks = Checks::default();
    let text = checks.text("", Some(text), max);
    if checks.is_clean() {
        Ok(text.map(Value::String))
    } else {
        Err(Flaw::new("too_long", format!("At most {max} characters.")))
    }
}

fn read_word(field: &CustomField, text: String) -> Result<Value, Flaw> {
    let kind = field.kind;
    let found = match kind {
        FieldKind::Integer => integer(&text).map(Value::from),
        FieldKind::Decimal => decimal(&text).map(Value::String),
        FieldKind::Boolean => truth(&text).map(Value::Bool),
        FieldKind::Date => day(&text).map(|day| Value::String(day.to_string())),
        FieldKind::Select => option(field, &text).map(|option| Value::String(option.to_owned())),
        FieldKind::Email => match email_flaw(&text) {
            Some(flaw) => return Err(flaw),
            None => Some(Value::String(text)),
        },
        FieldKind::Phone => match phone_flaw(&text) {
            Some(flaw) => return Err(flaw),
            None => (text.chars().count() <= 40).then_some(Value::String(text)),
        },
        _ => is_web_address(&text).then_some(Value::String(text)),
    };
    found.ok_or_else(|| unreadable(kind))
}

/// A list of choices, or one text with `;` between them; in the order of the options, each once.
fn read_choices(field: &CustomField, given: &Value) -> Result<Option<Value>, Flaw> {
    let mut typed: Vec<&str> = Vec::new();
    match given {
        Value::Null => {}
        Value::String(text) => typed.extend(text.split([';', '\n'])),
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::Null => {}
                    Value::String(text) => typed.push(text),
                    _ => return Err(unreadable(field.kind)),
                }
            }
        }
        _ => return Err(unreadable(field.kind)),
    }
    let mut chosen: Vec<&str> = Vec::new();
    for text in typed.into_iter().map(tidy).filter(|text| !text.is_empty()) {
        chosen.push(option(field, &text).ok_or_else(|| unreadable(field.kind))?);
    }
    let options = field.options.iter().filter(|option| chosen.contains(&option.as_str()));
    let values: Vec<Value> = options.map(|option| Value::String(option.clone())).collect();
    Ok((!values.is_empty()).then_some(Value::Array(values)))
}

/// The option that a text names, ignoring case and accents.
fn option<'f>(field: &'f CustomField, text: &str) -> Option<&'f str> {
    let key = text_key(text);
    field.options.iter().map(String::as_str).find(|option| text_key(option) == key)
}

/// A whole number of at most 15 digits.
pub(super) fn integer(text: &str) -> Option<i64> {
    let number = ten_thousandths(text).filter(|_| !text.contains('.'))?;
    i64::try_from(number / 10_000).ok()
}

/// A decimal number as it is stored: `12.5`, without zeros at either end.
pub(super) fn decimal(text: &str) -> Option<String> {
    let number = ten_thousandths(text)?;
    let (whole, places) = (number.unsigned_abs() / 10_000, number.unsigned_abs() % 10_000);
    let sign = if number < 0 { "-" } else { "" };
    let written = format!("{sign}{whole}.{places:04}");
    Some(written.trim_end_matches('0').trim_end_matches('.').to_owned())
}

/// Is it the address of a page: `http` or `https`, and a host?
fn is_web_address(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let has_scheme = lower.starts_with("https://") || lower.starts_with("http://");
    let is_line = text.len() <= max_length(FieldKind::Url) && !text.contains(char::is_whitespace);
    has_scheme && is_line && Url::parse(text).is_ok_and(|url| url.has_host() && url.username().is_empty())
}

fn unreadable(kind: FieldKind) -> Flaw {
    let message = match kind {
        FieldKind::Text | FieldKind::LongText => "Please write a text.",
        FieldKind::Integer => "Please write a whole number of at most 15 digits.",
        FieldKind::Decimal => "Please write a number such as 12.5: at most 4 decimal places and 15 digits.",
        FieldKind::Boolean => "Please say yes or no.",
        FieldKind::Date => "Please write a date such as 2026-05-31.",
        FieldKind::Select => "Please choose one of the options.",
        FieldKind::MultiSelect => "Please choose from the options.",
        FieldKind::Email => "Please write an address such as ana@example.net.",
        FieldKind::Phone => "Please write a phone number such as +47 22 12 34 56 x7.",
        FieldKind::Url => "Please write an address such as https://example.net.",
    };
    Flaw::new("invalid", message)
}

/// Does a new value keep the limits and the pattern?
fn keep_limits(field: &CustomField, value: &Value) -> Result<(), Flaw> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return Ok(()),
    };
    if let Some(flaw) = limits_flaw(field, &text) {
        return Err(flaw);
    }
    match &field.pattern {
        Some(pattern) if !pattern::matches(pattern, &text) => {
            let hint = field.hint.clone().unwrap_or_else(|| format!("It must match {pattern}."));
            Err(Flaw::new("pattern", format!("This has not the right form. {hint}")))
        }
        _ => Ok(()),
    }
}

fn limits_flaw(field: &CustomField, text: &str) -> Option<Flaw> {
    let size = size(field.kind, text)?;
    let is_text = matches!(field.kind, FieldKind::Text | FieldKind::LongText);
    let unit = if is_text { " characters" } else { "" };
    let limit = |written: &str| limit_size(field.kind, written);
    let least = field.minimum.as_deref().filter(|least| limit(least).is_some_and(|least| size < least));
    if let Some(least) = least {
        let code = if is_text { "too_short" } else { "out_of_range" };
        return Some(Flaw::new(code, format!("At least {least}{unit}.")));
    }
    let most = field.maximum.as_deref().filter(|most| limit(most).is_some_and(|most| size > most))?;
    let code = if is_text { "too_long" } else { "out_of_range" };
    Some(Flaw::new(code, format!("At most {most}{unit}.")))
}

/// What the limits of a field compare: a number, a day, or the length of a text.
fn size(kind: FieldKind, text: &str) -> Option<i128> {
    match kind {
        FieldKind::Text | FieldKind::LongText => i128::try_from(text.chars().count()).ok(),
        _ => limit_size(kind, text),
    }
}

/// A limit as it compares with the size of a value.
pub(super) fn limit_size(kind: FieldKind, limit: &str) -> Option<i128> {
    match kind {
        FieldKind::Integer | FieldKind::Decimal => ten_thousandths(limit),
        FieldKind::Date => day(limit).map(|day| i128::from(chrono::Datelike::num_days_from_ce(&day))),
        FieldKind::Text | FieldKind::LongText => integer(limit).map(i128::from),
        _ => None,
    }
}

/// Characters of a text of this kind at most.
pub(super) fn max_length(kind: FieldKind) -> usize {
    if kind == FieldKind::LongText { 5_000 } else { 255 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::model::tests_support::field;
    use super::*;

    fn stored(kind: FieldKind, given: Value) -> Result<Option<Value>, String> {
        write(&field(kind), &CustomValues::new(), given)
    }

    fn write(field: &CustomField, before: &CustomValues, given: Value) -> Result<Option<Value>, String> {
        let given = CustomValues::from([(field.key.clone(), given)]);
        match check_values(std::slice::from_ref(field), Category::Person, before, &given) {
            Ok(mut values) => Ok(values.remove(&field.key)),
            Err(errors) => {
                assert!(errors.iter().all(|error| error.field == "custom_fields.field"), "{errors:?}");
                Err(errors[0].code.clone())
            }
        }
    }

    #[test]
    fn values_without_a_definition_stay() {
        let before = CustomValues::from([("gone".to_owned(), json!("kept"))]);
        let given = CustomValues::from([("field".to_owned(), json!("new"))]);
        let values = check_values(&[field(FieldKind::Text)], Category::Person, &before, &given).unwrap();
        assert_eq!(values["gone"], json!("kept"));
        assert_eq!(values["field"], json!("new"));
    }

    #[test]
    fn values_are_stored_in_one_form() {
        for (kind, given, value) in [
            (FieldKind::Text, json!("  a \t b\u{0} "), json!("a b")),
            (FieldKind::LongText, json!(" a  b \r\n c\n"), json!("a b\nc")),
            (FieldKind::Integer, json!(" 007 "), json!(7)),
            (FieldKind::Integer, json!(-12), json!(-12)),
            (FieldKind::Decimal, json!("012.500"), json!("12.5")),
            (FieldKind::Decimal, json!(-0.25), json!("-0.25")),
            (FieldKind::Decimal, json!("100"), json!("100")),
            (FieldKind::Boolean, json!("yes"), json!(true)),
            (FieldKind::Boolean, json!(false), json!(false)),
            (FieldKind::Date, json!("2026-02-28"), json!("2026-02-28")),
            (FieldKind::Select, json!("fibre"), json!("Fibre")),
            (FieldKind::MultiSelect, json!(["", "radio", "Fibre", "Fibre"]), json!(["Fibre", "Radio"])),
            (FieldKind::MultiSelect, json!("Copper; Fibre"), json!(["Fibre", "Copper"])),
            (FieldKind::Email, json!("ana@example.net"), json!("ana@example.net")),
            (FieldKind::Phone, json!("+47 22 12 34 56"), json!("+47 22 12 34 56")),
            (FieldKind::Url, json!("https://example.net/a?b=c"), json!("https://example.net/a?b=c")),
        ] {
            assert_eq!(stored(kind, given.clone()), Ok(Some(value)), "{kind:?} {given}");
        }
    }

    #[test]
    fn what_is_no_value_of_its_kind_is_refused() {
        for (kind, given, code) in [
            (FieldKind::Text, json!("x".repeat(256)), "too_long"),
            (FieldKind::Text, json!({ "a": 1 }), "invalid"),
            (FieldKind::LongText, json!("x".repeat(5_001)), "too_long"),
            (FieldKind::Integer, json!("1.5"), "invalid"),
            (FieldKind::Integer, json!(1_000_000_000_000_000_i64), "invalid"),
            (FieldKind::Decimal, json!("1.00001"), "invalid"),
            (FieldKind::Decimal, json!("1,5"), "invalid"),
            (FieldKind::Boolean, json!("perhaps"), "invalid"),
            (FieldKind::Date, json!("2026-02-29"), "invalid"),
            (FieldKind::Select, json!("Smoke"), "invalid"),
            (FieldKind::MultiSelect, json!(["Fibre", 1]), "invalid"),
            (FieldKind::Email, json!("ana"), "invalid"),
            (FieldKind::Phone, json!("call me"), "invalid"),
            (FieldKind::Url, json!("javascript:alert(1)"), "invalid"),
            (FieldKind::Url, json!("example.net"), "invalid"),
        ] {
            assert_eq!(stored(kind, given.clone()), Err(code.to_owned()), "{kind:?} {given}");
        }
    }

    #[test]
    fn blank_is_empty_and_a_required_field_may_not_be() {
        for kind in FieldKind::ALL {
            for given in [json!(null), json!(" "), json!([]), json!([""])] {
                assert_eq!(stored(*kind, given.clone()), Ok(None), "{kind:?} {given}");
                let required = CustomField { is_required: true, ..field(*kind) };
                assert_eq!(write(&required, &CustomValues::new(), given), Err("required".to_owned()));
            }
        }
    }

    #[test]
    fn limits_and_patterns_are_asked_of_what_is_new() {
        let limited = |kind, minimum: &str, maximum: &str| CustomField {
            minimum: Some(minimum.into()),
            maximum: Some(maximum.into()),
            ..field(kind)
        };
        let none = CustomValues::new();
        for (field, given, code) in [
            (limited(FieldKind::Integer, "1", "10"), json!(11), "out_of_range"),
            (limited(FieldKind::Decimal, "-1.5", "10"), json!("-1.5001"), "out_of_range"),
            (limited(FieldKind::Date, "2026-01-01", "2026-12-31"), json!("2025-12-31"), "out_of_range"),
            (limited(FieldKind::Text, "2", "3"), json!("x"), "too_short"),
            (limited(FieldKind::Text, "2", "3"), json!("äöüx"), "too_long"),
            (CustomField { pattern: Some("[A-F0-9]{2}".into()), ..field(FieldKind::Text) }, json!("A0G"), "pattern"),
        ] {
            assert_eq!(write(&field, &none, given.clone()), Err(code.to_owned()));
            let before = CustomValues::from([("field".to_owned(), given.clone())]);
            assert_eq!(write(&field, &before, given.clone()), Ok(Some(given)), "what was stored stays good");
        }
    }

    #[test]
    fn archived_fields_and_those_of_the_other_category_keep_what_they_had() {
        let before = CustomValues::from([("field".to_owned(), json!("kept"))]);
        let archived = CustomField { archived_at: Some(chrono::DateTime::default()), ..field(FieldKind::Text) };
        let companies = CustomField { category: Some(Category::Company), ..field(FieldKind::Text) };
        for field in [archived, companies] {
            let field = CustomField { is_required: true, ..field };
            assert_eq!(write(&field, &before, json!("kept")), Ok(Some(json!("kept"))));
            assert_eq!(write(&field, &before, json!("new")), Err("not_allowed".to_owned()));
            assert_eq!(write(&field, &before, json!(null)), Err("not_allowed".to_owned()));
            assert_eq!(write(&field, &CustomValues::new(), json!("")), Ok(None));
            let untouched = check_values(std::slice::from_ref(&field), Category::Person, &before, &CustomValues::new());
            assert_eq!(untouched, Ok(before.clone()));
        }
    }

    #[test]
    fn unknown_keys_are_named() {
        let given = CustomValues::from([("wings".to_owned(), json!(2))]);
        let errors = check_values(&[], Category::Person, &CustomValues::new(), &given).unwrap_err();
        assert_eq!((errors[0].field.as_str(), errors[0].code.as_str()), ("custom_fields.wings", "unknown_field"));
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[-+]?[0-9]{0,20}[.]?[0-9]{0,6}".prop_map(Value::from),
            "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}".prop_map(Value::from),
            "https?://[^ ]{0,20}".prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::from))
    }

    proptest! {
        #[test]
        fn no_value_makes_the_check_fall_over_and_what_is_stored_is_good(given in any_value(), kind in 0_usize..11) {
            let field = CustomField { pattern: Some(".*".into()), ..field(FieldKind::ALL[kind]) };
            if let Ok(Some(value)) = write(&field, &CustomValues::new(), given) {
                prop_assert_eq!(write(&field, &CustomValues::new(), value.clone()), Ok(Some(value)));
            }
        }
    }
}
