//! The filter of a search, its form in a URL, and the page that answers it (spec: Customers → Search).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::super::model::{Category, CustomerSummary, Status};
use super::condition::FieldCondition;
use crate::shared::country::country_code;
use crate::shared::id::{CustomerId, LabelId, LocationId, PartnerId};
use crate::shared::page::Cursor;
use crate::shared::problem::Problem;
use crate::shared::text::{fold, tidy};
use crate::shared::validation::Checks;

/// Rows on a page unless asked otherwise.
pub const DEFAULT_LIMIT: i64 = 50;
/// Beyond it a cursor is needed.
pub const MAX_OFFSET: i64 = 10_000;
/// Where a capped count stops.
pub const COUNT_CAP: i64 = 10_000;

/// How a list is sorted; the id breaks ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SortKey {
    /// By id.
    Id,
    /// By name, ignoring case and accents.
    Name,
    /// By creation.
    CreatedAt,
    /// By the last change.
    UpdatedAt,
    /// By status.
    Status,
    /// By the last change of status.
    StatusSince,
    /// By city, ignoring case and accents.
    City,
    /// Exact hits first, then the newest.
    Relevance,
}

impl SortKey {
    const ALL: [(Self, &str); 8] = [
        (Self::Id, "id"),
        (Self::Name, "name"),
        (Self::CreatedAt, "created_at"),
        (Self::UpdatedAt, "updated_at"),
        (Self::Status, "status"),
        (Self::StatusSince, "status_since"),
        (Self::City, "city"),
        (Self::Relevance, "relevance"),
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(key, _)| *key == self).map_or("id", |(_, name)| name)
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| *name == text).map(|(key, _)| *key)
    }
}

/// Which customers, in which order, from where on. Every field may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CustomerFilter {
    /// Words that must all match somewhere; quotes keep a phrase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Any of these statuses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<String>,
    /// Any of these categories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub category: Vec<String>,
    /// Any of these cities, ignoring case and accents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub city: Vec<String>,
    /// Any of these countries: codes or English names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub country: Vec<String>,
    /// Any of these partners.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partner_id: Vec<PartnerId>,
    /// Any of these locations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub location_id: Vec<LocationId>,
    /// Children of this customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<CustomerId>,
    /// Any of these levels; 1 is a main account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub account_level: Vec<i64>,
    /// These labels, worn now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<LabelId>,
    /// `all` of them (default), `any`, or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels_mode: Option<String>,
    /// Does it hang under another customer?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_parent: Option<bool>,
    /// Has it live children?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_children: Option<bool>,
    /// Is a hold open?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_hold: Option<bool>,
    /// Is a hold open for any of these reasons?
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hold_reason: Vec<String>,
    /// Is there no e-mail address?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_email: Option<bool>,
    /// Changed on this day (UTC) or later: `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_from: Option<String>,
    /// Changed on this day (UTC) or earlier: `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_to: Option<String>,
    /// In its status since this day (UTC) or later: `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_since_from: Option<String>,
    /// In its status since this day (UTC) or earlier: `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_since_to: Option<String>,
    /// Further conditions on any field, custom ones too: `city:starts_with:Os`, `custom.mac:is_null`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<FieldCondition>,
    /// Created on this day (UTC) or later: `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_from: Option<String>,
    /// Created on this day (UTC) or earlier: `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_to: Option<String>,
    /// Deleted customers instead of live ones.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// `id name created_at updated_at status status_since city relevance`, descending with a leading `-`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Rows on the page: 1–100, 50 unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// Rows to pass over: 0–10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<i64>,
    /// Where the page before ended: its `next_cursor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// `exact` (default), or `capped`: stop counting at 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<String>,
}

impl CustomerFilter {
    /// Reads the query of a page's URL: `values` gives every value of a name. `q` is the query; names
    /// that are not ours are left alone, blank ones are missing.
    pub fn from_url(values: impl Fn(&str) -> Vec<String>) -> Self {
        let list = |name: &str| values(name).into_iter().filter(|value| !value.trim().is_empty()).collect::<Vec<_>>();
        let one = |name: &str| list(name).into_iter().next();
        Self {
            query: one("q"),
            status: list("status"),
            category: list("category"),
            city: list("city"),
            country: list("country"),
            partner_id: ids(list("partner")).map(PartnerId).collect(),
            location_id: ids(list("location")).map(LocationId).collect(),
            parent_id: ids(list("parent")).map(CustomerId).next(),
            account_level: ids(list("level")).collect(),
            labels: ids(list("label")).map(LabelId).collect(),
            labels_mode: one("labels_mode"),
            has_parent: one("has_parent").map(|text| text == "true"),
            has_children: one("has_children").map(|text| text == "true"),
            open_hold: one("open_hold").map(|text| text == "true"),
            hold_reason: list("hold"),
            missing_email: one("missing_email").map(|text| text == "true"),
            updated_from: one("updated_from"),
            updated_to: one("updated_to"),
            status_since_from: one("status_since_from"),
            status_since_to: one("status_since_to"),
            filters: list("filter").iter().map(|text| FieldCondition::parse(text)).collect(),
            created_from: one("created_from"),
            created_to: one("created_to"),
            deleted: false,
            sort: one("sort"),
            limit: one("limit").and_then(|limit| limit.parse().ok()),
            offset: one("offset").and_then(|offset| offset.parse().ok()),
            cursor: one("cursor"),
            count: None,
        }
    }

    /// Name and value of every part for a page's URL, the opposite of [`Self::from_url`].
    pub fn url_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut add = |name, value: &Option<String>| pairs.extend(value.clone().map(|value| (name, value)));
        let yes_or_no = |answer: Option<bool>| answer.map(|yes| yes.to_string());
        add("q", &self.query);
        add("parent", &self.parent_id.map(|id| id.to_string()));
        add("labels_mode", &self.labels_mode);
        add("has_parent", &yes_or_no(self.has_parent));
        add("has_children", &yes_or_no(self.has_children));
        add("open_hold", &yes_or_no(self.open_hold));
        add("missing_email", &yes_or_no(self.missing_email));
        add("updated_from", &self.updated_from);
        add("updated_to", &self.updated_to);
        add("status_since_from", &self.status_since_from);
        add("status_since_to", &self.status_since_to);
        add("created_from", &self.created_from);
        add("created_to", &self.created_to);
        add("sort", &self.sort);
        add("limit", &self.limit.map(|limit| limit.to_string()));
        add("offset", &self.offset.filter(|offset| *offset > 0).map(|offset| offset.to_string()));
        add("cursor", &self.cursor);
        let lists =
            [("status", &self.status), ("category", &self.category), ("city", &self.city), ("country", &self.country),
             ("hold", &self.hold_reason)];
        for (name, values) in lists {
            pairs.extend(values.iter().map(|value| (name, value.clone())));
        }
        pairs.extend(self.partner_id.iter().map(|id| ("partner", id.to_string())));
        pairs.extend(self.location_id.iter().map(|id| ("location", id.to_string())));
        pairs.extend(self.account_level.iter().map(|level| ("level", level.to_string())));
        pairs.extend(self.labels.iter().map(|id| ("label", id.to_string())));
        pairs.extend(self.filters.iter().map(|condition| ("filter", condition.to_string())));
        pairs
    }

    /// Is anything narrowed, by words or by fields?
    pub fn is_narrowed(&self) -> bool {
        let blank = Self {
            sort: self.sort.clone(),
            limit: self.limit,
            offset: self.offset,
            cursor: self.cursor.clone(),
            count: self.count.clone(),
            deleted: self.deleted,
            ..Self::default()
        };
        *self != blank
    }

    /// Reads and checks every part. Errors: `Invalid` with every wrong field at once.
    pub fn checked(&self) -> Result<CheckedFilter, Problem> {
        let mut checks = Checks::default();
        let c = &mut checks;
        let query = tidy(self.query.as_deref().unwrap_or_default());
        if query.chars().count() > 200 {
            c.add("query", "too_long", "At most 200 characters.");
        }
        let words = super::parse_words(&query);
        if words.len() > super::MAX_WORDS {
            c.add("query", "too_many_words", "At most 8 words.");
        }
        let (sort, descending) = self.sorting(c, !words.is_empty());
        let checked = CheckedFilter {
            words,
            status: choices(c, "status", &self.status, Status::parse),
            category: choices(c, "category", &self.category, Category::parse),
            city: self.city.iter().map(|city| fold(&tidy(city))).collect(),
            country: choices(c, "country", &self.country, country_code),
            created_from: day(c, "created_from", self.created_from.as_deref()),
            created_to: day(c, "created_to", self.created_to.as_deref()),
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

/// Ids of a URL; what is none finds nobody.
fn ids(texts: Vec<String>) -> impl Iterator<Item = i64> {
    texts.into_iter().map(|text| text.parse().unwrap_or_default())
}

/// A filter whose every part is known to be good.
#[derive(Clone, Debug)]
pub struct CheckedFilter {
    /// All of them must match.
    pub words: Vec<super::Word>,
    /// Any of these; empty: all.
    pub status: Vec<Status>,
    /// Any of these; empty: all.
    pub category: Vec<Category>,
    /// Folded; any of these; empty: all.
    pub city: Vec<String>,
    /// Codes; any of these; empty: all.
    pub country: Vec<String>,
    /// From the beginning of this day.
    pub created_from: Option<NaiveDate>,
    /// To the end of this day.
    pub created_to: Option<NaiveDate>,
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

impl CheckedFilter {
    /// The sort as it stands in a cursor.
    pub fn sort_tag(&self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.sort.as_str())
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
    let mut parsed = Vec::with_capacity(values.len());
    for value in values {
        match parse(value) {
            Some(one) => parsed.push(one),
            None => checks.add(field, "invalid", format!("{value} is not one of the choices.")),
        }
    }
    parsed
}

fn day(checks: &mut Checks, field: &str, value: Option<&str>) -> Option<NaiveDate> {
    let value = value.filter(|value| !value.trim().is_empty())?;
    let parsed = value.trim().parse().ok();
    if parsed.is_none() {
        checks.add(field, "invalid", "Please write a date such as 2026-05-31.");
    }
    parsed
}

/// One value of a facet and how many customers have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FacetCount {
    /// The value as the filter takes it: a word or an id.
    pub value: String,
    /// The value for people.
    pub name: String,
    /// With a label: its colour.
    pub colour: Option<String>,
    /// Customers that would be found if only this value were chosen, with all other filters.
    pub count: i64,
}

/// How the customers that a filter finds divide (spec: Customers → Search → facets).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Facets {
    /// By status, in its order.
    pub status: Vec<FacetCount>,
    /// By category.
    pub category: Vec<FacetCount>,
    /// By partner, the largest first; those nobody belongs to are left out.
    pub partner: Vec<FacetCount>,
    /// By location, the largest first; those nobody belongs to are left out.
    pub location: Vec<FacetCount>,
    /// By label, the largest first, at most 20; empty for those who may not see labels.
    pub label: Vec<FacetCount>,
    /// False when only the first 10,000 customers were counted.
    pub is_exact: bool,
}

/// One page of customers and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CustomerPage {
    /// The rows.
    pub customers: Vec<CustomerSummary>,
    /// All matches that the caller may see.
    pub total_count: i64,
    /// False when counting stopped at 10,000.
    pub total_is_exact: bool,
    /// As asked.
    pub limit: i64,
    /// As asked.
    pub offset: i64,
    /// Is there a page after this one?
    pub has_more: bool,
    /// Where it begins.
    pub next_cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_part_is_named_at_once() {
        let filter = CustomerFilter {
            status: vec!["asleep".into()],
            country: vec!["Atlantis".into()],
            created_from: Some("yesterday".into()),
            sort: Some("-shoe_size".into()),
            limit: Some(0),
            offset: Some(20_000),
            cursor: Some("junk".into()),
            count: Some("roughly".into()),
            ..CustomerFilter::default()
        };
        let Err(problem) = filter.checked() else { panic!("must be refused") };
        let mut fields: Vec<_> = problem.errors().iter().map(|error| error.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["count", "country", "created_from", "cursor", "limit", "offset", "sort", "status"]);
    }

    #[test]
    fn a_filter_survives_the_url() {
        let filter = CustomerFilter {
            query: Some("\"ana maría\" 5551".into()),
            status: vec!["new".into(), "active".into()],
            sort: Some("-name".into()),
            offset: Some(50),
            ..CustomerFilter::default()
        };
        let pairs = filter.url_pairs();
        let values = |name: &str| pairs.iter().filter(|(n, _)| *n == name).map(|(_, v)| v.clone()).collect();
        assert_eq!(CustomerFilter::from_url(values), filter);
        assert!(filter.is_narrowed());
        assert!(
            !CustomerFilter { sort: Some("name".into()), limit: Some(25), ..CustomerFilter::default() }.is_narrowed()
        );
    }

    #[test]
    fn words_change_the_default_order() {
        let plain = CustomerFilter::default().checked().expect("no filter is good");
        assert_eq!((plain.sort, plain.descending), (SortKey::Id, true));
        let words = CustomerFilter { query: Some("ana".into()), ..CustomerFilter::default() };
        assert_eq!(words.checked().expect("good").sort, SortKey::Relevance);
    }
}
