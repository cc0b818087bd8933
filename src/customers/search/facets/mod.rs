//! How the customers that a filter finds divide: each facet obeys every filter but its own choice.

mod repository;

use std::collections::HashMap;

use super::super::model::{Category, Status};
use super::checked::{CheckedFilter, LabelsMode};
use super::index::Rarity;
use super::model::{COUNT_CAP, FacetCount, Facets};
use crate::database::{DatabaseError, Transaction};
use crate::shared::id::{LocationId, PartnerId};
use crate::shared::permission::Scope;
use repository::{Group, PlaceNames, kept_groups, kept_labels, matching_groups, matching_labels, place_names};

/// The labels that are shown.
const MAX_LABELS: i64 = 20;

/// What customers are divided by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Facet {
    Status,
    Category,
    Partner,
    Location,
}

/// Counts every facet in a few statements. From the kept counts where they know it, else of the first 10,000
/// matches; labels only for those who may see them.
pub(super) async fn count_facets(
    tx: &mut Transaction,
    scope: &Scope,
    filter: &CheckedFilter,
    with_labels: bool,
    rarity: &Rarity,
) -> Result<Facets, DatabaseError> {
    let is_kept = !filter.deleted && filter.words.is_empty() && filter.labels.is_empty() && filter.has_facets_only();
    let base = without_choices(filter);
    let (groups, label) = if is_kept {
        let groups = kept_groups(tx, scope).await?;
        (groups, if with_labels { kept_labels(tx, scope, filter).await? } else { Vec::new() })
    } else {
        let groups = matching_groups(tx, scope, filter, &base, rarity).await?;
        let labels = if with_labels { matching_labels(tx, scope, filter, &base, rarity).await? } else { Vec::new() };
        (groups, labels)
    };
    let names = place_names(tx).await?;
    let is_exact = is_kept || groups.iter().map(|group| group.total).sum::<i64>() <= COUNT_CAP;
    Ok(Facets { label, is_exact, ..divide(filter, &groups, &names) })
}

/// The filter without what facets choose by. All labels at once are a condition of every facet, the labels'
/// own too.
fn without_choices(filter: &CheckedFilter) -> CheckedFilter {
    let labels = if filter.labels_mode == LabelsMode::All { filter.labels.clone() } else { Vec::new() };
    CheckedFilter {
        status: Vec::new(),
        category: Vec::new(),
        partners: Vec::new(),
        locations: Vec::new(),
        labels,
        ..filter.clone()
    }
}

fn divide(filter: &CheckedFilter, groups: &[Group], names: &PlaceNames) -> Facets {
    let total = |facet: Facet, is_it: &dyn Fn(&Group) -> bool| {
        groups.iter().filter(|group| is_it(group) && fits(filter, group, facet)).map(|group| group.total).sum::<i64>()
    };
    let word = |value: &str, name: &str, count: i64| FacetCount {
        value: value.to_owned(),
        name: name.to_owned(),
        colour: None,
        count,
    };
    let status = Status::ALL
        .iter()
        .map(|one| word(one.as_str(), one.label(), total(Facet::Status, &|group| group.status == one.as_str())));
    let category = Category::ALL
        .iter()
        .map(|one| word(one.as_str(), one.label(), total(Facet::Category, &|group| group.category == one.as_str())));
    Facets {
        status: status.collect(),
        category: category.collect(),
        partner: places(filter, groups, Facet::Partner, |group| group.partner_id.0, &names.partners),
        location: places(filter, groups, Facet::Location, |group| group.location_id.0, &names.locations),
        ..Facets::default()
    }
}

/// Partners or locations, the largest first.
fn places(
    filter: &CheckedFilter,
    groups: &[Group],
    facet: Facet,
    id: impl Fn(&Group) -> i64,
    names: &HashMap<i64, String>,
) -> Vec<FacetCount> {
    let mut totals: HashMap<i64, i64> = HashMap::new();
    for group in groups.iter().filter(|group| fits(filter, group, facet)) {
        *totals.entry(id(group)).or_default() += group.total;
    }
    let mut found: Vec<(i64, i64)> = totals.into_iter().filter(|(_, count)| *count > 0).collect();
    found.sort_unstable_by_key(|(id, count)| (std::cmp::Reverse(*count), *id));
    let shown = found.into_iter().map(|(id, count)| FacetCount {
        value: id.to_string(),
        name: names.get(&id).cloned().unwrap_or_default(),
        colour: None,
        count,
    });
    shown.collect()
}

/// Does a group meet every choice but that of this facet?
fn fits(filter: &CheckedFilter, group: &Group, but: Facet) -> bool {
    let partners: &[PartnerId] = &filter.partners;
    let locations: &[LocationId] = &filter.locations;
    let status = filter.status.is_empty() || filter.status.iter().any(|one| one.as_str() == group.status);
    let category = filter.category.is_empty() || filter.category.iter().any(|one| one.as_str() == group.category);
    group.labelled == 1
        && (but == Facet::Status || status)
        && (but == Facet::Category || category)
        && (but == Facet::Partner || partners.is_empty() || partners.contains(&group.partner_id))
        && (but == Facet::Location || locations.is_empty() || locations.contains(&group.location_id))
}
