//! Keys that sort and compare, byte by byte, as the values of custom fields do: for filters and sorting. What must be
//! unique is compared in `index.rs`.

use chrono::{Datelike, NaiveDate};
use serde_json::Value;

use super::model::{CustomField, FieldKind};
use crate::shared::text::{fold, tidy};

/// Characters of a text that count when it is sorted or compared.
pub(super) const KEY_LENGTH: usize = 200;

/// Decimal places of a number at most, and its digits at most.
const PLACES: usize = 4;
const DIGITS: usize = 15;

/// More than any number, in ten-thousandths: added to it, no key is negative.
const OFFSET: i128 = 100_000_000_000_000_000_000;

/// The key of a value; of some of several one for each choice.
pub fn sort_keys(field: &CustomField, value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(|item| sort_key(field.kind, item)).collect(),
        one => sort_key(field.kind, one).into_iter().collect(),
    }
}

fn sort_key(kind: FieldKind, value: &Value) -> Option<String> {
    match value {
        Value::Bool(yes) => key_of(kind, if *yes { "true" } else { "false" }),
        Value::Number(number) => key_of(kind, &number.to_string()),
        Value::String(text) => key_of(kind, text),
        _ => None,
    }
}

/// The key of what is typed into a filter; none when it is no value of the field.
pub fn sort_key_of_text(field: &CustomField, typed: &str) -> Option<String> {
    let typed = tidy(typed);
    if typed.is_empty() { None } else { key_of(field.kind, &typed) }
}

fn key_of(kind: FieldKind, text: &str) -> Option<String> {
    match kind {
        FieldKind::Integer | FieldKind::Decimal => {
            ten_thousandths(text).map(|number| format!("{:021}", number + OFFSET))
        }
        FieldKind::Boolean => truth(text).map(|yes| if yes { "1" } else { "0" }.to_owned()),
        FieldKind::Date => day(text).map(|day| day.to_string()),
        _ => Some(text_key(text)),
    }
}

/// A text as it is compared: case and accents do not count.
pub(super) fn text_key(text: &str) -> String {
    fold(text).chars().take(KEY_LENGTH).collect()
}

/// Yes or no, as people, forms and JSON say it.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// A day of the years 1 to 9999, written `YYYY-MM-DD`.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| (1..=9999).contains(&day.year()))
}

/// A number with at most 4 decimal places and 15 digits, in ten-thousandths.
pub(super) fn ten_thousandths(text: &str) -> Option<i128> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && places.is_empty()) || !are_digits(whole) || !are_digits(places) {
        return None;
    }
    let (whole, places) = (whole.trim_start_matches('0'), places.trim_end_matches('0'));
    if places.len() > PLACES || whole.len() + places.len() > DIGITS {
        return None;
    }
    let number: i128 = format!("{whole}{places:0<4}").parse().ok()?;
    Some(if is_negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::model::tests_support::field;
    use super::*;

    fn key(kind: FieldKind, value: &Value) -> String {
        sort_keys(&field(kind), value).pop().unwrap()
    }

    #[test]
    fn numbers_are_read_with_four_places_and_fifteen_digits() {
        for (text, number) in [("0", 0), ("-1.5", -15_000), ("+007.2500", 72_500), (".5", 5_000), ("3.", 30_000)] {
            assert_eq!(ten_thousandths(text), Some(number), "{text}");
        }
        assert_eq!(ten_thousandths("999999999999999"), Some(9_999_999_999_999_990_000));
        for text in ["", "-", ".", "1e3", "1,5", "1.00001", "1000000000000000", "12345678901234.56", "٣", "- 1"] {
            assert_eq!(ten_thousandths(text), None, "{text}");
        }
    }

    #[test]
    fn texts_compare_without_case_and_accents() {
        assert_eq!(key(FieldKind::Text, &json!("Müller")), key(FieldKind::Text, &json!("MULLER")));
        assert_eq!(key(FieldKind::Text, &json!("x".repeat(300))).len(), KEY_LENGTH);
    }

    #[test]
    fn what_is_typed_has_the_key_of_its_value() {
        for (kind, typed, value) in [
            (FieldKind::Integer, " 7 ", json!(7)),
            (FieldKind::Decimal, "7.50", json!("7.5")),
            (FieldKind::Boolean, "Yes", json!(true)),
            (FieldKind::Date, "2026-01-31", json!("2026-01-31")),
            (FieldKind::Select, "fibre", json!("Fibre")),
        ] {
            assert_eq!(sort_key_of_text(&field(kind), typed), Some(key(kind, &value)), "{typed}");
        }
        assert_eq!(sort_key_of_text(&field(FieldKind::Date), "soon"), None);
        assert_eq!(sort_key_of_text(&field(FieldKind::Text), " "), None);
    }

    #[test]
    fn some_of_several_has_a_key_for_each() {
        assert_eq!(sort_keys(&field(FieldKind::MultiSelect), &json!(["A", "B"])), ["a", "b"]);
    }

    proptest! {
        #[test]
        fn keys_of_whole_numbers_are_in_their_order(
            a in -999_999_999_999_999_i64..=999_999_999_999_999, b in -999_999_999_999_999_i64..=999_999_999_999_999
        ) {
            let keys = [a, b].map(|number| key(FieldKind::Integer, &json!(number)));
            prop_assert_eq!(keys[0].cmp(&keys[1]), a.cmp(&b));
        }

        #[test]
        fn keys_of_decimals_are_in_their_order(a in -99_999_999_i64..=99_999_999, b in -99_999_999_i64..=99_999_999) {
            let written = |number: i64| {
                let sign = if number < 0 { "-" } else { "" };
                format!("{sign}{}.{:04}", number.abs() / 10_000, number.abs() % 10_000)
            };
            let keys = [a, b].map(|number| key(FieldKind::Decimal, &json!(written(number))));
            prop_assert_eq!(keys[0].cmp(&keys[1]), a.cmp(&b));
        }

        #[test]
        fn keys_of_days_are_in_their_order(a in 1_i32..3_652_059, b in 1_i32..3_652_059) {
            let days = [a, b].map(|number| NaiveDate::from_num_days_from_ce_opt(number).unwrap());
            let keys = days.map(|day| key(FieldKind::Date, &json!(day.to_string())));
            prop_assert_eq!(keys[0].cmp(&keys[1]), days[0].cmp(&days[1]));
        }
    }
}
