//! What a label is: the record, its category, its input and its rules (spec: Customers → Labels).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::super::search::CustomerFilter;
use crate::shared::id::{AssignmentId, CustomerId, LabelCategoryId, LabelId};
use crate::shared::problem::Problem;
use crate::shared::text::tidy;
use crate::shared::validation::{Checks, Flaw};

/// Customers that one bulk action takes at most.
pub const MAX_BULK: usize = 1_000;

/// A label as it is shown on a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LabelChip {
    /// The label.
    pub id: LabelId,
    /// What is shown.
    pub name: String,
    /// `#RRGGBB`; the colour of the text is computed.
    pub colour: String,
}

/// A label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Label {
    /// The id; never given twice.
    pub id: LabelId,
    /// Counts the changes; the `ETag` of REST.
    pub version: i64,
    /// The category, if any.
    pub category_id: Option<LabelCategoryId>,
    /// Unique ignoring case and accents.
    pub name: String,
    /// What is shown instead of the name.
    pub display_name: Option<String>,
    /// What it means, for staff.
    pub description: Option<String>,
    /// `#RRGGBB`; the colour of the text is computed.
    pub colour: String,
    /// 0–1000; the highest comes first.
    pub priority: i64,
    /// It came with the product: it can be neither renamed nor deleted.
    pub is_system: bool,
    /// Only active labels can be put on customers.
    pub is_active: bool,
    /// Live customers that wear it and that the caller may see.
    pub customers: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub updated_by: String,
}

impl Label {
    /// What is shown.
    pub fn shown(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.name)
    }

    /// The label as the input that would lead to it: what an update starts from.
    pub fn input(&self) -> LabelInput {
        LabelInput {
            category_id: self.category_id,
            name: Some(self.name.clone()),
            display_name: self.display_name.clone(),
            description: self.description.clone(),
            colour: Some(self.colour.clone()),
            priority: Some(self.priority.to_string()),
            is_active: self.is_active,
        }
    }
}

/// Everything about a label that a caller may write; unknown fields are refused. Blank means missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LabelInput {
    /// The category, if any.
    pub category_id: Option<LabelCategoryId>,
    /// 1–50 characters, unique ignoring case and accents.
    pub name: Option<String>,
    /// At most 50 characters.
    pub display_name: Option<String>,
    /// At most 500 characters.
    pub description: Option<String>,
    /// `#RRGGBB`; a calm grey when missing.
    pub colour: Option<String>,
    /// 0–1000, 0 when missing; forms send it as text.
    #[serde(deserialize_with = "number_or_text")]
    #[schema(value_type = Option<i64>)]
    pub priority: Option<String>,
    /// May it be put on customers?
    pub is_active: bool,
}

impl Default for LabelInput {
    fn default() -> Self {
        Self {
            category_id: None,
            name: None,
            display_name: None,
            description: None,
            colour: None,
            priority: None,
            is_active: true,
        }
    }
}

/// Machines send a number, forms a text.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Wire {
        Number(i64),
        Text(String),
    }
    Ok(Option::<Wire>::deserialize(deserializer)?.map(|wire| match wire {
        Wire::Number(number) => number.to_string(),
        Wire::Text(text) => text,
    }))
}

/// A label's input that kept all its rules; what the repository writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedLabel {
    /// The category, if any.
    pub category_id: Option<LabelCategoryId>,
    /// The name.
    pub name: String,
    /// What is shown instead.
    pub display_name: Option<String>,
    /// What it means.
    pub description: Option<String>,
    /// `#rrggbb`.
    pub colour: String,
    /// 0–1000.
    pub priority: i64,
    /// May it be put on customers?
    pub is_active: bool,
}

/// The colour of a label that has none of its own.
pub const DEFAULT_COLOUR: &str = "#64748b";

impl LabelInput {
    /// With a colour chosen from the suggested ones, if any was.
    #[must_use]
    pub fn with_swatch(self, swatch: Option<String>) -> Self {
        match swatch.filter(|swatch| colour_flaw(swatch).is_none()) {
            Some(swatch) => Self { colour: Some(swatch), ..self },
            None => self,
        }
    }

    /// Tidied and checked. Errors: `Invalid` with every wrong field at once.
    pub fn checked(&self) -> Result<CheckedLabel, Problem> {
        let mut checks = Checks::default();
        let c = &mut checks;
        let name = c.required("name", self.name.as_deref(), 50);
        let colour = tidy(self.colour.as_deref().unwrap_or_default()).to_lowercase();
        let colour = if colour.is_empty() { DEFAULT_COLOUR.to_owned() } else { colour };
        c.rule("colour", colour_flaw(&colour));
        let priority = c.optional("priority", self.priority.as_deref(), 10);
        let priority = priority.map_or(Some(0), |number| number.parse().ok());
        if !priority.is_some_and(|number| (0..=1_000).contains(&number)) {
            c.add("priority", "out_of_range", "A number from 0 to 1,000.");
        }
        let checked = CheckedLabel {
            category_id: self.category_id,
            name,
            display_name: c.optional("display_name", self.display_name.as_deref(), 50),
            description: c.optional("description", self.description.as_deref(), 500),
            colour,
            priority: priority.unwrap_or_default(),
            is_active: self.is_active,
        };
        checks.finish()?;
        Ok(checked)
    }
}

/// Is it a colour such as `#2563eb`?
pub fn colour_flaw(value: &str) -> Option<Flaw> {
    let good = value.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.chars().all(|c| c.is_ascii_hexdigit()));
    (!good).then(|| Flaw::new("invalid", "Please write a colour such as #2563eb."))
}

/// A category of labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LabelCategory {
    /// The id; never given twice.
    pub id: LabelCategoryId,
    /// Counts the changes; the `ETag` of REST.
    pub version: i64,
    /// Unique ignoring case and accents.
    pub name: String,
    /// The category it belongs to; at most three lie in each other.
    pub parent_id: Option<LabelCategoryId>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub updated_by: String,
}

/// Everything about a category that a caller may write; unknown fields are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LabelCategoryInput {
    /// 1–50 characters, unique ignoring case and accents.
    pub name: Option<String>,
    /// The category it belongs to.
    pub parent_id: Option<LabelCategoryId>,
}

impl LabelCategory {
    /// The category as the input that would lead to it: what an update starts from.
    pub fn input(&self) -> LabelCategoryInput {
        LabelCategoryInput { name: Some(self.name.clone()), parent_id: self.parent_id }
    }
}

impl LabelCategoryInput {
    /// The name, tidied and checked. Errors: `Invalid`.
    pub fn checked_name(&self) -> Result<String, Problem> {
        let mut checks = Checks::default();
        let name = checks.required("name", self.name.as_deref(), 50);
        checks.finish()?;
        Ok(name)
    }
}

/// A label on a customer, now or once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Assignment {
    /// The id; never given twice.
    pub id: AssignmentId,
    /// The label as it is shown.
    pub label: LabelChip,
    /// Why, or what about it.
    pub notes: Option<String>,
    /// When it comes off by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// Since when.
    pub assigned_at: DateTime<Utc>,
    /// By whom.
    pub assigned_by: String,
    /// Until when; on the customer still when missing.
    pub removed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub removed_by: Option<String>,
    /// Why.
    pub removal_reason: Option<String>,
}

/// A label to put on a customer; unknown fields are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AssignmentInput {
    /// The label.
    pub label_id: Option<LabelId>,
    /// At most 1,000 characters.
    pub notes: Option<String>,
    /// The last day it is worn, `YYYY-MM-DD` where the customer is.
    pub expires_on: Option<String>,
}

/// Which customers a bulk action is about: these, or all that a filter finds. At most 1,000.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// These customers.
    pub ids: Vec<CustomerId>,
    /// Everybody whom this filter finds, instead; its sort and page do not count.
    pub filter: Option<CustomerFilter>,
}

/// What happened to one customer of a bulk action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BulkItem {
    /// The customer.
    pub customer_id: CustomerId,
    /// `changed`, `unchanged`, or the code of a problem such as `not_found`.
    pub result: String,
    /// What is wrong, for people.
    pub detail: Option<String>,
}

/// What a bulk action came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BulkOutcome {
    /// Customers that were changed.
    pub changed: i64,
    /// Customers that were so already.
    pub unchanged: i64,
    /// Customers that could not be changed.
    pub failed: i64,
    /// Every customer, in the order given.
    pub items: Vec<BulkItem>,
}

/// What a bulk action without a label comes to.
pub fn no_label_chosen() -> Problem {
    Problem::field_error("label_id", "required", "Please choose a label.")
}

/// The list of customers with the outcome of a bulk action in its address. Of `back` only the query counts, and of
/// that only what belongs in one: nobody is sent elsewhere.
pub fn outcome_href(back: &str, outcome: &BulkOutcome) -> String {
    let query = back.split_once('?').map_or("", |(_, query)| query);
    let kept = query.split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty()
            && pair.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
            && !["done", "changed", "unchanged", "failed"].contains(&name)
    });
    let mut href = String::from("/customers?");
    for pair in kept {
        href.push_str(pair);
        href.push('&');
    }
    let BulkOutcome { changed, unchanged, failed, .. } = outcome;
    href + &format!("done=labelled&changed={changed}&unchanged={unchanged}&failed={failed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outcome_goes_back_to_the_list_and_nowhere_else() {
        let outcome = BulkOutcome { changed: 2, unchanged: 1, failed: 0, items: Vec::new() };
        let done = "done=labelled&changed=2&unchanged=1&failed=0";
        for (back, expected) in [
            ("/customers?q=ana&status=new", format!("/customers?q=ana&status=new&{done}")),
            ("/customers?q=a&done=labelled&changed=9", format!("/customers?q=a&{done}")),
            ("https://example.net", format!("/customers?{done}")),
            ("//example.net?a=b\r\nX: y", format!("/customers?{done}")),
            ("", format!("/customers?{done}")),
        ] {
            assert_eq!(outcome_href(back, &outcome), expected, "{back}");
        }
    }

    #[test]
    fn a_priority_may_be_a_number_or_a_text() {
        for json in [r#"{"name":"VIP","priority":7}"#, r#"{"name":"VIP","priority":"7"}"#] {
            let input: LabelInput = serde_json::from_str(json).expect("readable");
            assert_eq!(input.checked().expect("good").priority, 7);
        }
    }

    #[test]
    fn a_label_needs_no_more_than_a_name() {
        let checked = LabelInput { name: Some(" VIP ".into()), ..LabelInput::default() }.checked().expect("good");
        assert_eq!((checked.name.as_str(), checked.colour.as_str(), checked.priority), ("VIP", DEFAULT_COLOUR, 0));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let input = LabelInput { colour: Some("red".into()), priority: Some("1001".into()), ..LabelInput::default() };
        let Err(problem) = input.checked() else { panic!("must be refused") };
        let fields: Vec<_> = problem.errors().iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["name", "colour", "priority"]);
    }
}
