//! The rules of a filter: every part is read and checked, all errors at once.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::super::custom_fields::CustomField;
use super::super::model::{Category, Status};
use super::super::status::HoldReason;
use super::fields::{Condition, resolve};
use super::model::{CustomerFilter, DEFAULT_LIMIT, MAX_OFFSET, SortKey};
use super::{MAX_WORDS, Word, parse_words};
use crate::shared::country::country_code;
use crate::shared::id::{CustomerId, LabelId, LocationId, PartnerId};
use crate::shared::page::Cursor;
use crate::shared::problem::Problem;
use crate::shared::text::{fold, tidy};
use crate::shared::validation::Checks;
use crate::shared::words::words;

/// Values of one list at most,
const MAX_VALUES: usize = 200;
/// labels,
const MAX_LABELS: usize = 20;
/// conditions,
const MAX_CONDITIONS: usize = 50;
/// and values of all conditions together.
const MAX_CONDITION_VALUES: usize = 500;
/// Errors of one list that are told.
const MAX_ERRORS: usize = 10;
/// Levels deeper than any setting allows find nobody.
const MAX_LEVEL: i64 = 20;

words! {
    /// How several labels are asked for.
    LabelsMode {
        All = "all", "All of them";
        Any = "any", "Any of them";
        None = "none", "None of them";
    }
}

/// From the beginning of one day to the end of another, both UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

impl Days {
    /// Does it say nothing?
    pub fn is_open(self) -> bool {
        self == Self::default()
    }
}

/// A filter whose every part is known to be good; empty lists and `None` narrow nothing.
#[derive(Clone, Debug)]
pub struct CheckedFilter {
    /// All of them must match.
    pub words: Vec<Word>,
    /// Any of these.
    pub status: Vec<Status>,
    /// Any of these.
    pub category: Vec<Category>,
    /// Folded; any of these.
    pub city: Vec<String>,
    /// Codes; any of these.
    pub country: Vec<String>,
    /// Any of these.
    pub partners: Vec<PartnerId>,
    /// Any of these.
    pub locations: Vec<LocationId>,
    /// Children of this customer.
    pub parent: Option<CustomerId>,
    /// Any of these; 1 is a main account.
    pub levels: Vec<i64>,
    /// Worn at `now`, as the mode says.
    pub labels: Vec<LabelId>,
    /// All, any or none of the labels.
    pub labels_mode: LabelsMode,
    /// Does it hang under another?
    pub has_parent: Option<bool>,
    /// Has it live children?
    pub has_children: Option<bool>,
    /// Is a hold open?
    pub open_hold: Option<bool>,
    /// Is a hold open for any of these?
    pub holds: Vec<HoldReason>,
    /// Is there no e-mail address?
    pub missing_email: Option<bool>,
    /// When it was created.
    pub created: Days,
    /// When it was last changed.
    pub updated: Days,
    /// When its status last changed.
    pub status_since: Days,
    /// All of them must hold.
    pub conditions: Vec<Condition>,
    /// The moment at which labels are worn or not.
    pub now: DateTime<Utc>,
    /// The trash instead of the living.
    pub deleted: bool,
    /// The order.
    pub sort: SortKey,
    /// Largest first.
    pub descending: bool,
    /// 1–100.
    pub limit: i64,
    /// 0–10,000.
    pub offset: i64,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
    /// Stop counting at the cap?
    pub capped: bool,
}

impl CustomerFilter {
    /// Reads and checks every part. Errors: `Invalid` with every wrong field at once.
    pub fn checked(&self, definitions: &[CustomField], now: DateTime<Utc>) -> Result<CheckedFilter, Problem> {
        let mut checks = Checks::default();
        let c = &mut checks;
        self.check_sizes(c);
        let words = self.words(c);
        let (sort, descending) = self.sorting(c, !words.is_empty());
        let checked = CheckedFilter {
            words,
            status: choices(c, "status", &self.status, Status::parse),
            category: choices(c, "category", &self.category, Category::parse),
            city: self.city.iter().map(|city| fold(&tidy(city))).collect(),
            country: choices(c, "country", &self.country, country_code),
            partners: self.partner_id.clone(),
            locations: self.location_id.clone(),
            parent: self.parent_id,
            levels: self.levels(c),
            labels: self.labels.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            labels_mode: c
                .choice("labels_mode", self.labels_mode.as_deref(), LabelsMode::parse)
                .unwrap_or(LabelsMode::All),
            has_parent: self.has_parent,
            has_children: self.has_children,
            open_hold: self.open_hold,
            holds: choices(c, "hold_reason", &self.hold_reason, HoldReason::parse),
            missing_email: self.missing_email,
            created: Days {
                from: day(c, "created_from", self.created_from.as_deref()),
                to: day(c, "created_to", self.created_to.as_deref()),
            },
            updated: Days {
                from: day(c, "updated_from", self.updated_from.as_deref()),
                to: day(c, "updated_to", self.updated_to.as_deref()),
            },
            status_since: Days {
                from: day(c, "status_since_from", self.status_since_from.as_deref()),
                to: day(c, "status_since_to", self.status_since_to.as_deref()),
            },
            conditions: self.conditions(c, definitions),
            now,
            deleted: self.deleted,
            sort,
            descending,
            limit: self.limit.unwrap_or(DEFAULT_LIMIT),
            offset: self.offset.unwrap_or(0),
            cursor: self.cursor.as_deref().and_then(Cursor::decode),
            capped: self.count.as_deref() == Some("capped"),
        };
        checked.check_paging(c, self);
        checks.finish()?;
        Ok(checked)
    }

    fn check_sizes(&self, checks: &mut Checks) {
        let sizes = [
            ("status", self.status.len(), MAX_VALUES),
            ("category", self.category.len(), MAX_VALUES),
            ("city", self.city.len(), MAX_VALUES),
            ("country", self.country.len(), MAX_VALUES),
            ("partner_id", self.partner_id.len(), MAX_VALUES),
            ("location_id", self.location_id.len(), MAX_VALUES),
            ("account_level", self.account_level.len(), MAX_VALUES),
            ("labels", self.labels.len(), MAX_LABELS),
            ("hold_reason", self.hold_reason.len(), MAX_VALUES),
            ("filters", self.filters.len(), MAX_CONDITIONS),
        ];
        for (field, _, most) in sizes.into_iter().filter(|(_, size, most)| size > most) {
            checks.add(field, "too_many", format!("At most {most}."));
        }
        if self.condition_values() > MAX_CONDITION_VALUES {
            checks.add(
                "filters",
                "too_many",
                format!("At most {MAX_CONDITION_VALUES} values in all of them together."),
            );
        }
    }

    fn condition_values(&self) -> usize {
        self.filters.iter().map(|condition| condition.value.len()).sum()
    }

    fn words(&self, checks: &mut Checks) -> Vec<Word> {
        let query = tidy(self.query.as_deref().unwrap_or_default());
        if query.chars().count() > 200 {
            checks.add("query", "too_long", "At most 200 characters.");
        }
        let words = parse_words(&query);
        if words.len() > MAX_WORDS {
            checks.add("query", "too_many_words", "At most 8 words.");
        }
        words
    }

    fn levels(&self, checks: &mut Checks) -> Vec<i64> {
        if self.account_level.iter().any(|level| !(1..=MAX_LEVEL).contains(level)) {
            checks.add("account_level", "out_of_range", format!("Numbers from 1 to {MAX_LEVEL}."));
        }
        self.account_level.clone()
    }

    fn conditions(&self, checks: &mut Checks, definitions: &[CustomField]) -> Vec<Condition> {
        // Too many are refused as they are.
        if self.filters.len() > MAX_CONDITIONS || self.condition_values() > MAX_CONDITION_VALUES {
            return Vec::new();
        }
        let mut conditions = Vec::with_capacity(self.filters.len());
        let mut flaws = 0;
        for given in &self.filters {
            match resolve(given, definitions) {
                Ok(condition) => conditions.push(condition),
                Err(flaw) => {
                    checks.rule("filters", Some(flaw));
                    flaws += 1;
                }
            }
            if flaws == MAX_ERRORS {
                break;
            }
        }
        conditions
    }

    fn sorting(&self, checks: &mut Checks, has_words: bool) -> (SortKey, bool) {
        let Some(text) = self.sort.as_deref().filter(|sort| !sort.is_empty()) else {
            return if has_words { (SortKey::Relevance, true) } else { (SortKey::Id, true) };
        };
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        match SortKey::parse(name) {
            Some(SortKey::Relevance) => (SortKey::Relevance, true),
            Some(key) => (key, descending),
            None => {
                checks.add("sort", "unknown_sort", format!("There is no sort {name}."));
                (SortKey::Id, true)
            }
        }
    }
}

impl CheckedFilter {
    /// The sort as it stands in a cursor.
    pub fn sort_tag(&self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.sort.as_str())
    }

    /// Does nothing narrow it but words and what facets divide by: status, category, partner, location, labels?
    pub fn has_facets_only(&self) -> bool {
        let ranges = [self.created, self.updated, self.status_since];
        let answers = [self.has_parent, self.has_children, self.open_hold, self.missing_email];
        self.city.is_empty()
            && self.country.is_empty()
            && self.parent.is_none()
            && self.levels.is_empty()
            && self.holds.is_empty()
            && self.conditions.is_empty()
            && ranges.into_iter().all(Days::is_open)
            && answers.iter().all(Option::is_none)
    }

    /// Does nothing narrow it but words?
    pub fn has_words_only(&self) -> bool {
        self.has_facets_only()
            && self.status.is_empty()
            && self.category.is_empty()
            && self.partners.is_empty()
            && self.locations.is_empty()
            && self.labels.is_empty()
    }

    /// Texts of three characters or more that conditions ask for and the word index knows.
    pub fn texts_of_conditions(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().filter_map(Condition::indexed_text)
    }

    fn check_paging(&self, checks: &mut Checks, given: &CustomerFilter) {
        if !(1..=100).contains(&self.limit) {
            checks.add("limit", "out_of_range", "A number from 1 to 100.");
        }
        if !(0..=MAX_OFFSET).contains(&self.offset) {
            checks.add("offset", "out_of_range", "A number from 0 to 10,000; beyond that use the cursor.");
        }
        let own = self.cursor.as_ref().is_some_and(|cursor| cursor.sort == self.sort_tag());
        if given.cursor.is_some() && !own {
            checks.add("cursor", "invalid", "This cursor is not of this list.");
        }
        if given.count.as_deref().is_some_and(|count| !matches!(count, "exact" | "capped")) {
            checks.add("count", "invalid", "Either exact or capped.");
        }
    }
}

fn choices<T>(checks: &mut Checks, field: &str, values: &[String], parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
    // Too many are refused as they are.
    if values.len() > MAX_VALUES {
        return Vec::new();
    }
    let (good, wrong): (Vec<_>, Vec<_>) =
        values.iter().map(|value| (value, parse(value))).partition(|(_, one)| one.is_some());
    for (value, _) in wrong.into_iter().take(MAX_ERRORS) {
        checks.add(field, "invalid", format!("{value} is not one of the choices."));
    }
    good.into_iter().filter_map(|(_, one)| one).collect()
}

fn day(checks: &mut Checks, field: &str, value: Option<&str>) -> Option<NaiveDate> {
    let value = value.filter(|value| !value.trim().is_empty())?;
    let parsed = parse_day(value);
    if parsed.is_none() {
        checks.add(field, "invalid", "Please write a date such as 2026-05-31.");
    }
    parsed
}

/// A day that both engines sort alike: its year has four digits, and so has that of the day after.
pub(super) fn parse_day(text: &str) -> Option<NaiveDate> {
    text.trim().parse().ok().filter(|day: &NaiveDate| (1..9_999).contains(&day.year()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customers::search::FieldCondition;

    fn checked(filter: &CustomerFilter) -> Result<CheckedFilter, Problem> {
        filter.checked(&[], DateTime::UNIX_EPOCH)
    }

    #[test]
    fn every_wrong_part_is_named_at_once() {
        let filter = CustomerFilter {
            status: vec!["asleep".into()],
            country: vec!["Atlantis".into()],
            account_level: vec![0],
            labels_mode: Some("some".into()),
            hold_reason: vec!["boredom".into()],
            created_from: Some("yesterday".into()),
            updated_to: Some("+12026-01-01".into()),
            filters: vec![FieldCondition::parse("shoe_size:eq:44")],
            partner_id: vec![PartnerId(1); 201],
            sort: Some("-shoe_size".into()),
            limit: Some(0),
            offset: Some(20_000),
            cursor: Some("junk".into()),
            count: Some("roughly".into()),
            ..CustomerFilter::default()
        };
        let Err(problem) = checked(&filter) else { panic!("must be refused") };
        let mut fields: Vec<_> = problem.errors().iter().map(|error| error.field.as_str()).collect();
        fields.sort_unstable();
        let wrong = "account_level count country created_from cursor filters hold_reason labels_mode limit offset \
                     partner_id sort status updated_to";
        assert_eq!(fields, wrong.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn a_list_is_as_long_as_is_good_for_the_database() {
        let code =
            |filter: CustomerFilter| checked(&filter).map(drop).map_err(|problem| problem.errors()[0].code.clone());
        let too_many: Result<(), String> = Err("too_many".to_owned());
        let conditions = |number: usize, values: usize| {
            let list = (0..values).map(|id| id.to_string()).collect::<Vec<_>>().join("|");
            let filters = vec![FieldCondition::parse(&format!("id:in:{list}")); number];
            CustomerFilter { filters, ..CustomerFilter::default() }
        };
        let labels = |number: usize| CustomerFilter { labels: vec![LabelId(1); number], ..CustomerFilter::default() };
        let locations =
            |number: usize| CustomerFilter { location_id: vec![LocationId(1); number], ..CustomerFilter::default() };
        assert_eq!((code(labels(20)), code(labels(21))), (Ok(()), too_many.clone()));
        assert_eq!((code(locations(200)), code(locations(201))), (Ok(()), too_many.clone()));
        assert_eq!((code(conditions(50, 10)), code(conditions(51, 1))), (Ok(()), too_many.clone()));
        assert_eq!((code(conditions(2, 200)), code(conditions(1, 201))), (Ok(()), too_many.clone()));
        assert_eq!(code(conditions(3, 167)), too_many);
    }

    #[test]
    fn of_many_wrong_values_ten_are_named_and_a_list_that_is_too_long_is_not_read() {
        let wrong = |number: usize| CustomerFilter {
            status: vec!["asleep".into(); number],
            filters: vec![FieldCondition::parse("shoe_size:eq:44"); number.min(50)],
            ..CustomerFilter::default()
        };
        let errors = |number: usize| checked(&wrong(number)).map_or_else(|problem| problem.errors().len(), |_| 0);
        assert_eq!((errors(3), errors(50), errors(201)), (6, 20, 11));
    }

    #[test]
    fn words_change_the_default_order() {
        let plain = checked(&CustomerFilter::default()).expect("no filter is good");
        assert_eq!((plain.sort, plain.descending), (SortKey::Id, true));
        assert!(plain.has_words_only());
        let words = CustomerFilter { query: Some("ana".into()), ..CustomerFilter::default() };
        assert_eq!(checked(&words).expect("good").sort, SortKey::Relevance);
    }
}
