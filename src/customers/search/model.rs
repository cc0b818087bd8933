//! The filter of a search, its form in a URL, and the page that answers it (spec: Customers → Search).

use serde::{Deserialize, Serialize};

use super::super::model::CustomerSummary;
use super::condition::FieldCondition;
use crate::shared::id::{CustomerId, LabelId, LocationId, PartnerId};

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

    /// Reads the name on the wire.
    pub fn parse(text: &str) -> Option<Self> {
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
    /// Any of these partners. Lists take at most 200 values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partner_id: Vec<PartnerId>,
    /// Any of these locations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub location_id: Vec<LocationId>,
    /// Children of this customer; nobody when the caller may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<CustomerId>,
    /// Any of these levels; 1 is a main account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub account_level: Vec<i64>,
    /// These labels, worn now; at most 20, and only with the permission to see labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<LabelId>,
    /// `all` of them (default), `any`, or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels_mode: Option<String>,
    /// Does it hang under another customer?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_parent: Option<bool>,
    /// Has it live children that the caller may see?
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
    /// Further conditions on any field, custom ones too: `city:starts_with:Os`, `custom.mac:is_null`. Texts are
    /// compared ignoring the case of ASCII letters, names, cities and custom texts (their first 200 characters)
    /// ignoring accents too; days are UTC. `ne` and `nin` also hold where there is no value. At most 50, with 500
    /// values together and 200 each.
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
        let labels: Vec<LabelId> = ids(list("label")).map(LabelId).collect();
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
            // The form sends the mode also when no label is chosen.
            labels_mode: one("labels_mode").filter(|_| !labels.is_empty()),
            labels,
            has_parent: one("has_parent").map(|text| text == "true"),
            has_children: one("has_children").map(|text| text == "true"),
            open_hold: one("open_hold").map(|text| text == "true"),
            hold_reason: list("hold"),
            missing_email: one("missing_email").map(|text| text == "true"),
            updated_from: one("updated_from"),
            updated_to: one("updated_to"),
            status_since_from: one("status_since_from"),
            status_since_to: one("status_since_to"),
            filters: conditions(&list, &one),
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
        let lists = [
            ("status", &self.status),
            ("category", &self.category),
            ("city", &self.city),
            ("country", &self.country),
            ("hold", &self.hold_reason),
        ];
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
}

/// Conditions of a URL, and the one that a form puts together.
fn conditions(list: &dyn Fn(&str) -> Vec<String>, one: &dyn Fn(&str) -> Option<String>) -> Vec<FieldCondition> {
    let mut conditions: Vec<_> = list("filter").iter().map(|text| FieldCondition::parse(text)).collect();
    if let Some(field) = one("condition_field") {
        let op = one("condition_op").unwrap_or_else(|| "eq".to_owned());
        let takes_value = !matches!(op.as_str(), "is_null" | "not_null");
        let value = one("condition_value").filter(|_| takes_value);
        let several = matches!(op.as_str(), "in" | "nin" | "between");
        let value = match value {
            Some(values) if several => values.split(',').map(|value| value.trim().to_owned()).collect(),
            other => other.into_iter().collect(),
        };
        conditions.push(FieldCondition { field, op, value });
    }
    conditions
}

/// Ids of a URL; what is none finds nobody.
fn ids(texts: Vec<String>) -> impl Iterator<Item = i64> {
    texts.into_iter().map(|text| text.parse().unwrap_or_default())
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
}
