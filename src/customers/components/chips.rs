//! What a list is filtered by, in words, each with a way back.

use leptos::prelude::*;

use super::{FilterNames, choice_name, first_page, href, unfiltered};
use crate::customers::search::{CustomerFilter, FieldCondition};
use crate::customers::status::HoldReason;
use crate::customers::{Category, Status};
use crate::shared::country::country_name;
use crate::ui::FilterChip;

/// Every filter that is set, with the list without it; nothing when there is none.
#[component]
pub fn FilterChips(
    /// The address of the list.
    path: &'static str,
    /// The filter.
    filter: CustomerFilter,
    /// Names behind its ids.
    names: FilterNames,
) -> impl IntoView {
    let chips = chips(&filter, &names);
    if chips.is_empty() {
        return ().into_any();
    }
    let chips = chips.into_iter().map(|(label, without)| {
        let href = href(path, &without);
        view! { <FilterChip label=label remove_href=href/> }
    });
    let chips = chips.collect_view();
    let clear = href(path, &unfiltered(&filter));
    view! {
        <div class="cluster" role="group" aria-label="Filters that are set">
            {chips}
            <a href=clear>"Clear filters"</a>
        </div>
    }
    .into_any()
}

type List = fn(&mut CustomerFilter) -> &mut Vec<String>;
type InWords = fn(&str) -> String;

/// The filters of words of which any counts: their name, their values, and how a value reads.
const LISTS: [(&str, List, InWords); 5] = [
    ("Status", |filter| &mut filter.status, status_word),
    ("Category", |filter| &mut filter.category, category_word),
    ("City", |filter| &mut filter.city, str::to_owned),
    ("Country", |filter| &mut filter.country, country_name),
    ("Hold", |filter| &mut filter.hold_reason, hold_word),
];

type Day = fn(&mut CustomerFilter) -> &mut Option<String>;

const DAYS: [(&str, Day); 6] = [
    ("Created from", |filter| &mut filter.created_from),
    ("Created to", |filter| &mut filter.created_to),
    ("Changed from", |filter| &mut filter.updated_from),
    ("Changed to", |filter| &mut filter.updated_to),
    ("In its status from", |filter| &mut filter.status_since_from),
    ("In its status to", |filter| &mut filter.status_since_to),
];

type Answer = fn(&mut CustomerFilter) -> &mut Option<bool>;

const ANSWERS: [(Answer, &str, &str); 4] = [
    (|filter| &mut filter.has_parent, "Has a parent", "Main accounts"),
    (|filter| &mut filter.has_children, "Has sub-accounts", "Without sub-accounts"),
    (|filter| &mut filter.open_hold, "Has an open hold", "Without holds"),
    (|filter| &mut filter.missing_email, "Without e-mail", "Has an e-mail"),
];

fn status_word(text: &str) -> String {
    Status::parse(text).map_or_else(|| text.to_owned(), |status| status.label().to_owned())
}

fn category_word(text: &str) -> String {
    Category::parse(text).map_or_else(|| text.to_owned(), |category| category.label().to_owned())
}

fn hold_word(text: &str) -> String {
    HoldReason::parse(text).map_or_else(|| text.to_owned(), |reason| reason.label().to_owned())
}

/// Every filter that is set in words, with the list without it.
fn chips(filter: &CustomerFilter, names: &FilterNames) -> Vec<(String, CustomerFilter)> {
    let base = first_page(filter);
    let mut chips = Vec::new();
    for (label, values, word) in LISTS {
        for index in 0..values(&mut base.clone()).len() {
            let mut without = base.clone();
            let value = values(&mut without).remove(index);
            chips.push((format!("{label}: {}", word(&value)), without));
        }
    }
    chips.extend(id_chips(&base, names));
    for (label, day) in DAYS {
        let mut without = base.clone();
        if let Some(day) = day(&mut without).take() {
            chips.push((format!("{label}: {day}"), without));
        }
    }
    for (answer, yes, no) in ANSWERS {
        let mut without = base.clone();
        if let Some(answer) = answer(&mut without).take() {
            chips.push((String::from(if answer { yes } else { no }), without));
        }
    }
    for (index, condition) in base.filters.iter().enumerate() {
        let mut without = base.clone();
        without.filters.remove(index);
        chips.push((condition_words(condition, names), without));
    }
    chips
}

/// Partners, locations, labels, levels and the parent.
fn id_chips(base: &CustomerFilter, names: &FilterNames) -> Vec<(String, CustomerFilter)> {
    let mut chips = Vec::new();
    for (index, id) in base.partner_id.iter().enumerate() {
        let mut without = base.clone();
        without.partner_id.remove(index);
        chips.push((format!("Partner: {}", choice_name(&names.partners, id.0)), without));
    }
    for (index, id) in base.location_id.iter().enumerate() {
        let mut without = base.clone();
        without.location_id.remove(index);
        chips.push((format!("Location: {}", choice_name(&names.locations, id.0)), without));
    }
    let word = match base.labels_mode.as_deref() {
        Some("any") => "Any label",
        Some("none") => "Without label",
        _ => "Label",
    };
    for (index, id) in base.labels.iter().enumerate() {
        let mut without = base.clone();
        without.labels.remove(index);
        if without.labels.is_empty() {
            without.labels_mode = None;
        }
        chips.push((format!("{word}: {}", names.label(id.0)), without));
    }
    for (index, level) in base.account_level.iter().enumerate() {
        let mut without = base.clone();
        without.account_level.remove(index);
        chips.push((format!("Level: {level}"), without));
    }
    if let Some(parent) = base.parent_id {
        chips.push((format!("Under customer #{parent}"), CustomerFilter { parent_id: None, ..base.clone() }));
    }
    chips
}

/// Operators in the order of the dialog, and how they read.
pub const OPERATORS: [(&str, &str); 12] = [
    ("eq", "is"),
    ("ne", "is not"),
    ("contains", "contains"),
    ("starts_with", "begins with"),
    ("is_null", "is empty"),
    ("not_null", "is not empty"),
    ("lt", "is less than"),
    ("lte", "is at most"),
    ("gt", "is greater than"),
    ("gte", "is at least"),
    ("in", "is one of"),
    ("nin", "is none of"),
];

fn condition_words(condition: &FieldCondition, names: &FilterNames) -> String {
    let field = names.field(&condition.field);
    if condition.op == "between" {
        return format!("{field} from {}", condition.value.join(" to "));
    }
    let known = OPERATORS.iter().find(|(op, _)| *op == condition.op);
    let op = known.map_or(condition.op.as_str(), |(_, words)| words);
    format!("{field} {op} {}", condition.value.join(", ")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::id::LabelId;

    #[test]
    fn every_chip_removes_itself() {
        let filter = CustomerFilter {
            query: Some("ana".into()),
            status: vec!["new".into(), "active".into()],
            country: vec!["NO".into()],
            created_to: Some("2026-05-31".into()),
            labels: vec![LabelId(7)],
            labels_mode: Some("none".into()),
            has_parent: Some(false),
            filters: vec![FieldCondition::parse("tax_id:is_null")],
            offset: Some(25),
            ..CustomerFilter::default()
        };
        let chips = chips(&filter, &FilterNames::default());
        let labels: Vec<_> = chips.iter().map(|(label, _)| label.as_str()).collect();
        let expected = [
            "Status: New",
            "Status: Active",
            "Country: Norway",
            "Without label: #7",
            "Created to: 2026-05-31",
            "Main accounts",
            "Tax ID is empty",
        ];
        assert_eq!(labels, expected);
        assert_eq!(chips[0].1.status, ["active"]);
        assert_eq!(chips[3].1.labels_mode, None);
        assert!(chips.iter().all(|(_, without)| without.offset.is_none() && without.query.is_some()));
        assert_eq!(chips.iter().filter(|(_, without)| *without == first_page(&filter)).count(), 0);
    }
}
