//! What a condition may name: the fields of the record and custom ones, the operators that fit each, and
//! their values as they are compared.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::super::custom_fields::{CustomField, FieldKind, sort_key_of_text};
use super::super::hierarchy::BillingMode;
use super::super::model::{Category, CommunicationMethod, Status};
use super::FieldCondition;
use super::checked::parse_day;
use crate::shared::country::country_code;
use crate::shared::id::CustomFieldId;
use crate::shared::text::{fold, tidy};
use crate::shared::validation::Flaw;
use crate::shared::words::words;

/// Values of `in` and `nin` at most, and characters of a value.
const MAX_VALUES: usize = 200;

words! {
    /// How a field is compared.
    Operator {
        Eq = "eq", "is";
        Ne = "ne", "is not";
        In = "in", "is one of";
        Nin = "nin", "is none of";
        Contains = "contains", "contains";
        StartsWith = "starts_with", "begins with";
        Lt = "lt", "is less than";
        Lte = "lte", "is at most";
        Gt = "gt", "is more than";
        Gte = "gte", "is at least";
        Between = "between", "is between";
        IsNull = "is_null", "is empty";
        NotNull = "not_null", "is not empty";
    }
}

impl Operator {
    /// Is it about the order of values?
    pub(super) fn is_order(self) -> bool {
        matches!(self, Self::Lt | Self::Lte | Self::Gt | Self::Gte | Self::Between)
    }

    /// Does it hold for those who have no such value? `ne` and `nin` do: nothing is not the value.
    pub(super) fn holds_for_none(self) -> bool {
        matches!(self, Self::Ne | Self::Nin | Self::IsNull)
    }
}

/// How a column of the record is compared.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Ignoring the case of ASCII letters.
    Text,
    /// Ignoring case and accents, through the column of that name.
    Folded(&'static str),
    /// One of the words that the function reads.
    Word(fn(&str) -> Option<String>),
    Number,
    Boolean,
    Day,
    Time,
}

/// A field of the record.
#[derive(Clone, Copy, Debug)]
pub struct RecordField {
    name: &'static str,
    /// The column of `customers c`.
    pub(super) column: &'static str,
    pub(super) kind: Kind,
    /// Does `search_text` hold it?
    is_searched: bool,
}

const fn field(name: &'static str, column: &'static str, kind: Kind) -> RecordField {
    RecordField { name, column, kind, is_searched: false }
}

const fn searched(name: &'static str, column: &'static str, kind: Kind) -> RecordField {
    RecordField { name, column, kind, is_searched: true }
}

static FIELDS: [RecordField; 36] = [
    field("id", "c.id", Kind::Number),
    field("version", "c.version", Kind::Number),
    field("partner_id", "c.partner_id", Kind::Number),
    field("location_id", "c.location_id", Kind::Number),
    field("parent_id", "c.parent_id", Kind::Number),
    field("billing_mode", "c.billing_mode", Kind::Word(|word| Some(BillingMode::parse(word)?.as_str().to_owned()))),
    searched("portal_id", "c.portal_id", Kind::Text),
    searched("login", "c.login", Kind::Text),
    field("category", "c.category", Kind::Word(|word| Some(Category::parse(word)?.as_str().to_owned()))),
    searched("name", "c.name", Kind::Folded("c.sort_name")),
    searched("first_name", "c.first_name", Kind::Text),
    searched("last_name", "c.last_name", Kind::Text),
    searched("company_name", "c.company_name", Kind::Text),
    field("registration_number", "c.registration_number", Kind::Text),
    searched("tax_id", "c.tax_id", Kind::Text),
    searched("email", "c.email", Kind::Text),
    searched("billing_email", "c.billing_email", Kind::Text),
    searched("phone", "c.phone", Kind::Text),
    field("phone_e164", "c.phone_e164", Kind::Text),
    searched("mobile", "c.mobile", Kind::Text),
    field("mobile_e164", "c.mobile_e164", Kind::Text),
    field("status", "c.status", Kind::Word(|word| Some(Status::parse(word)?.as_str().to_owned()))),
    field("status_since", "c.status_since", Kind::Time),
    searched("city", "c.city", Kind::Folded("c.sort_city")),
    field("country", "c.country", Kind::Word(country_code)),
    field("date_of_birth", "c.date_of_birth", Kind::Day),
    field("customer_since", "c.customer_since", Kind::Day),
    field("language", "c.language", Kind::Text),
    field("timezone", "c.timezone", Kind::Text),
    field("currency", "c.currency", Kind::Text),
    field(
        "communication_method",
        "c.communication_method",
        Kind::Word(|word| Some(CommunicationMethod::parse(word)?.as_str().to_owned())),
    ),
    field("marketing_consent", "c.marketing_consent", Kind::Boolean),
    field("source", "c.source", Kind::Text),
    searched("external_id", "c.external_id", Kind::Text),
    field("created_at", "c.created_at", Kind::Time),
    field("updated_at", "c.updated_at", Kind::Time),
];

/// A value as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Lower case, or folded, as the field is compared.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// A day of the calendar.
    Day(NaiveDate),
    /// From a moment on, and before another: a whole day, or one microsecond.
    Span(DateTime<Utc>, DateTime<Utc>),
}

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// A column of the record.
    Column(RecordField),
    /// A custom field; `is_multiple` may have several values.
    Custom {
        /// The field.
        id: CustomFieldId,
        /// Is it some of several?
        is_multiple: bool,
    },
}

/// A condition that makes sense.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What is compared.
    pub target: Target,
    /// How.
    pub op: Operator,
    /// With what: two for `between`, none for `is_null` and `not_null`.
    pub values: Vec<Operand>,
}

impl Condition {
    /// The text that the word index can look for: whoever meets the condition has it in `search_text`.
    /// Outside of ASCII, lower case and folding part ways; names and cities are folded on both sides.
    pub(super) fn indexed_text(&self) -> Option<&str> {
        let (Target::Column(field), [Operand::Text(text)]) = (&self.target, self.values.as_slice()) else {
            return None;
        };
        let is_known = field.is_searched
            && matches!(self.op, Operator::Eq | Operator::Contains | Operator::StartsWith)
            && (text.is_ascii() || matches!(field.kind, Kind::Folded(_)));
        (is_known && text.chars().count() >= 3).then_some(text.as_str())
    }
}

/// Finds the field and reads operator and values. Errors: `unknown_field`, `unknown_operator`, `too_many`, `invalid`.
pub(super) fn resolve(given: &FieldCondition, definitions: &[CustomField]) -> Result<Condition, Flaw> {
    let known = Known::find(&given.field, definitions)
        .ok_or_else(|| Flaw::new("unknown_field", format!("There is no field {}.", given.field)))?;
    let op = Operator::parse(&given.op)
        .filter(|op| known.takes(*op))
        .ok_or_else(|| Flaw::new("unknown_operator", format!("{} cannot be compared by {}.", given.field, given.op)))?;
    let blank = given.value.iter().all(|value| value.trim().is_empty());
    if given.value.len() > MAX_VALUES {
        return Err(Flaw::new("too_many", format!("{} {} takes at most {MAX_VALUES} values.", given.field, given.op)));
    }
    let right_number = match op {
        Operator::IsNull | Operator::NotNull => blank,
        _ if blank => false,
        Operator::Between => given.value.len() == 2,
        Operator::In | Operator::Nin => true,
        _ => given.value.len() == 1,
    };
    let invalid = || Flaw::new("invalid", format!("{} {} needs other values.", given.field, given.op));
    if !right_number {
        return Err(invalid());
    }
    let wanted: &[String] = if blank { &[] } else { &given.value };
    let values: Option<Vec<Operand>> = wanted.iter().map(|value| known.read(op, &tidy(value))).collect();
    Ok(Condition { target: known.target(), op, values: values.ok_or_else(invalid)? })
}

/// A field that exists.
enum Known<'d> {
    Record(RecordField),
    Custom(&'d CustomField),
}

impl<'d> Known<'d> {
    fn find(name: &str, definitions: &'d [CustomField]) -> Option<Self> {
        match name.strip_prefix("custom.") {
            Some(key) => definitions.iter().find(|field| field.key == key).map(Self::Custom),
            None => FIELDS.iter().find(|field| field.name == name).copied().map(Self::Record),
        }
    }

    fn target(&self) -> Target {
        match self {
            Self::Record(field) => Target::Column(*field),
            Self::Custom(field) => Target::Custom { id: field.id, is_multiple: field.kind == FieldKind::MultiSelect },
        }
    }

    fn takes(&self, op: Operator) -> bool {
        let (is_text, is_ordered) = match self {
            Self::Record(field) => match field.kind {
                Kind::Text | Kind::Folded(_) => (true, true),
                Kind::Word(_) | Kind::Boolean => (false, false),
                Kind::Number | Kind::Day | Kind::Time => (false, true),
            },
            Self::Custom(field) => match field.kind {
                FieldKind::Boolean => (false, false),
                FieldKind::Integer | FieldKind::Decimal | FieldKind::Date => (false, true),
                _ => (true, true),
            },
        };
        match op {
            Operator::Contains | Operator::StartsWith => is_text,
            op if op.is_order() => is_ordered,
            _ => true,
        }
    }

    fn read(&self, op: Operator, value: &str) -> Option<Operand> {
        if value.is_empty() || value.chars().count() > MAX_VALUES {
            return None;
        }
        match self {
            Self::Custom(_) if matches!(op, Operator::Contains | Operator::StartsWith) => folded(value),
            Self::Custom(field) => sort_key_of_text(field, value).map(Operand::Text),
            Self::Record(field) => match field.kind {
                Kind::Text => Some(Operand::Text(value.to_ascii_lowercase())),
                Kind::Folded(_) => folded(value),
                Kind::Word(parse) => parse(value).map(Operand::Text),
                Kind::Number => value.parse().ok().map(Operand::Number),
                Kind::Boolean => value.parse().ok().map(Operand::Flag),
                Kind::Day => parse_day(value).map(Operand::Day),
                Kind::Time => span(value),
            },
        }
    }
}

/// A text of accents alone folds to nothing, which every text contains.
fn folded(value: &str) -> Option<Operand> {
    Some(fold(value)).filter(|text| !text.is_empty()).map(Operand::Text)
}

/// A day, or a moment of RFC 3339 as exact as it is stored.
fn span(value: &str) -> Option<Operand> {
    if let Some(day) = parse_day(value) {
        let start = start_of(day);
        return Some(Operand::Span(start, start.checked_add_days(Days::new(1))?));
    }
    let moment = DateTime::parse_from_rfc3339(value).ok()?.to_utc();
    parse_day(&moment.date_naive().to_string())?;
    let moment = DateTime::from_timestamp_micros(moment.timestamp_micros())?;
    Some(Operand::Span(moment, moment + TimeDelta::microseconds(1)))
}

/// Midnight, UTC.
pub(super) fn start_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(condition: &str) -> &'static str {
        resolve(&FieldCondition::parse(condition), &[]).map_or_else(|flaw| flaw.code, |_| "good")
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        for good in ["id:in:1|2", "name:starts_with:An", "email:is_null", "email:not_null:", "city:lt:M"] {
            assert_eq!(code(good), "good", "{good}");
        }
        for good in ["country:eq:norway", "updated_at:between:2026-01-01|2026-02-01T10:00:00Z", "version:gte:2"] {
            assert_eq!(code(good), "good", "{good}");
        }
        for unknown in ["shoe_size:eq:44", "custom.none:is_null", ":eq:1", "search_text:contains:a"] {
            assert_eq!(code(unknown), "unknown_field", "{unknown}");
        }
        for unknown in ["name:like:a", "created_at:contains:2026", "id:starts_with:1", "status:lt:new", "email:"] {
            assert_eq!(code(unknown), "unknown_operator", "{unknown}");
        }
        for wrong in ["id:eq:x", "id:eq", "id:eq:1|2", "id:between:1", "email:is_null:x", "status:eq:asleep"] {
            assert_eq!(code(wrong), "invalid", "{wrong}");
        }
        for wrong in ["name:contains:", "marketing_consent:eq:maybe", "created_at:lt:+12026-01-01", "name:eq:\u{301}"] {
            assert_eq!(code(wrong), "invalid", "{wrong}");
        }
    }

    #[test]
    fn only_texts_that_search_text_surely_holds_go_to_the_index() {
        let text = |condition: &str| {
            let condition = resolve(&FieldCondition::parse(condition), &[]).expect("good");
            condition.indexed_text().map(str::to_owned)
        };
        assert_eq!(text("email:contains:JM@").as_deref(), Some("jm@"));
        assert_eq!(text("name:eq:Müller").as_deref(), Some("muller"));
        assert_eq!(text("last_name:eq:Müller"), None);
        assert_eq!(text("name:ne:Müller"), None);
        assert_eq!(text("city:starts_with:Os"), None);
        assert_eq!(text("source:eq:splynx"), None);
    }

    #[test]
    fn a_day_is_a_span_and_so_is_a_moment() {
        let Some(Operand::Span(from, until)) = span("2026-06-01") else { panic!("a span") };
        assert_eq!(until - from, TimeDelta::days(1));
        let Some(Operand::Span(from, until)) = span("2026-06-01T10:00:00.1234567+02:00") else { panic!("a span") };
        assert_eq!((from.timestamp_subsec_nanos(), until - from), (123_456_000, TimeDelta::microseconds(1)));
    }
}
