//! Short lists that a search can start from: who wears a label, has a hold or a value, hangs under somebody.
//!
//! Each gives a customer once. Conditions are asked all the same; a list only leads to the rows.

use super::super::status::HoldReason;
use super::checked::{CheckedFilter, LabelsMode};
use super::conditions::{Expression, parent_levels, push_value_test};
use super::fields::{Condition, Operator, Target};
use crate::database::Builder;
use crate::shared::id::{CustomFieldId, CustomerId, LabelId};

/// Lists that are weighed at most: counting the entries of each costs more than a further one saves.
const MAX_CANDIDATES: usize = 8;

/// A list that holds everybody whom the filter finds, and perhaps more.
pub(super) enum Driver<'f> {
    /// Those who wear any of these labels.
    Labels(&'f [LabelId]),
    /// Those with an open hold for any of these reasons; for any reason at all when empty.
    Holds(&'f [HoldReason]),
    /// Those with live children.
    Branches,
    /// Those who hang under this customer, or under anybody.
    Children(Option<CustomerId>),
    /// Those who hang under branches of the levels above.
    Levels,
    /// Those with a value of a custom field.
    Values { field: CustomFieldId, is_multiple: bool, condition: &'f Condition },
}

impl<'f> Driver<'f> {
    /// The first lists that the filter allows to start from. The trash is small enough to be read.
    pub(super) fn candidates(filter: &'f CheckedFilter) -> Vec<Self> {
        let mut found = Vec::new();
        if filter.deleted {
            return found;
        }
        match filter.labels_mode {
            LabelsMode::All => found.extend(filter.labels.chunks(1).map(Self::Labels)),
            LabelsMode::Any if !filter.labels.is_empty() => found.push(Self::Labels(&filter.labels)),
            _ => {}
        }
        if filter.open_hold == Some(true) || !filter.holds.is_empty() {
            found.push(Self::Holds(&filter.holds));
        }
        if filter.has_children == Some(true) {
            found.push(Self::Branches);
        }
        if filter.parent.is_some() || filter.has_parent == Some(true) {
            found.push(Self::Children(filter.parent));
        }
        if !filter.levels.is_empty() && !filter.levels.contains(&1) {
            found.push(Self::Levels);
        }
        found.extend(filter.conditions.iter().filter_map(Self::of_condition));
        found.truncate(MAX_CANDIDATES);
        found
    }

    fn of_condition(condition: &'f Condition) -> Option<Self> {
        match condition.target {
            Target::Custom { id, is_multiple } if !condition.op.holds_for_none() => {
                Some(Self::Values { field: id, is_multiple, condition })
            }
            _ => None,
        }
    }

    /// The table of the list, as `d`.
    pub(super) fn table(&self) -> &'static str {
        match self {
            Self::Labels(_) => "customer_labels d",
            Self::Holds(_) => "customer_holds d",
            Self::Branches => "customer_branches d",
            Self::Children(_) => "customers d",
            Self::Levels => "customer_branches b CROSS JOIN customers d",
            Self::Values { .. } => "custom_field_values d",
        }
    }

    /// The column of the list that is the customer's id.
    pub(super) fn key(&self) -> &'static str {
        match self {
            Self::Children(_) | Self::Levels => "d.id",
            _ => "d.customer_id",
        }
    }

    /// Does an index give the list in the order of the customers' ids?
    pub(super) fn is_in_order(&self) -> bool {
        match self {
            Self::Labels(labels) => labels.len() == 1,
            Self::Holds(reasons) => reasons.len() == 1,
            Self::Branches => true,
            Self::Children(_) | Self::Levels => false,
            Self::Values { is_multiple, condition, .. } => {
                !is_multiple && condition.op == Operator::Eq && condition.values.len() == 1
            }
        }
    }

    /// What entries of the list have in common; ends each customer's entries at the first.
    pub(super) fn push_condition(&self, sql: &mut Builder<'_>, filter: &CheckedFilter) {
        match self {
            Self::Labels([label]) => {
                sql.push("d.removed_at IS NULL AND d.label_id = ").push_bind(*label);
            }
            Self::Labels(labels) => {
                sql.push("d.removed_at IS NULL AND d.label_id IN ").push_list(labels.iter().copied());
                sql.push(" AND NOT EXISTS (SELECT 1 FROM customer_labels e WHERE e.customer_id = d.customer_id");
                sql.push(" AND e.removed_at IS NULL AND e.label_id < d.label_id AND e.label_id IN ");
                sql.push_list(labels.iter().copied()).push(")");
            }
            Self::Holds([reason]) => {
                sql.push("d.closed_at IS NULL AND d.reason = ").push_bind(reason.as_str());
            }
            Self::Holds(reasons) => push_holds(sql, reasons),
            Self::Branches => {
                sql.push("1 = 1");
            }
            Self::Children(Some(parent)) => {
                sql.push("d.parent_id = ").push_bind(*parent);
            }
            // Ids are positive: an index over those that have a parent is enough.
            Self::Children(None) => {
                sql.push("d.parent_id > 0");
            }
            Self::Levels => {
                sql.push("d.parent_id = b.customer_id AND b.level IN ").push_list(parent_levels(filter));
            }
            Self::Values { field, is_multiple, condition } => {
                sql.push("d.field_id = ").push_bind(*field);
                push_value_test(sql, condition, Expression::plain("d.sort_key"));
                if *is_multiple {
                    sql.push(" AND NOT EXISTS (SELECT 1 FROM custom_field_values e");
                    sql.push(" WHERE e.customer_id = d.customer_id AND e.field_id = d.field_id AND e.place < d.place");
                    push_value_test(sql, condition, Expression::plain("e.sort_key"));
                    sql.push(")");
                }
            }
        }
    }
}

fn push_holds(sql: &mut Builder<'_>, reasons: &[HoldReason]) {
    let words = || reasons.iter().map(|reason| reason.as_str());
    sql.push("d.closed_at IS NULL");
    if !reasons.is_empty() {
        sql.push(" AND d.reason IN ").push_list(words());
    }
    sql.push(" AND NOT EXISTS (SELECT 1 FROM customer_holds e WHERE e.customer_id = d.customer_id");
    sql.push(" AND e.closed_at IS NULL AND e.reason < d.reason");
    if !reasons.is_empty() {
        sql.push(" AND e.reason IN ").push_list(words());
    }
    sql.push(")");
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::customers::search::CustomerFilter;

    #[test]
    fn eight_lists_are_weighed_however_many_there_are() {
        let weighed = |number: i64| {
            let filter = CustomerFilter { labels: (1..=number).map(LabelId).collect(), ..CustomerFilter::default() };
            let filter = filter.checked(&[], DateTime::UNIX_EPOCH).expect("good");
            Driver::candidates(&filter).len()
        };
        assert_eq!((weighed(1), weighed(8), weighed(20)), (1, 8, 8));
    }
}
