//! One label for many customers at once.

use std::collections::HashSet;

use super::super::model::{BulkItem, BulkOutcome, MAX_BULK, Selection};
use super::service::checked_text;
use crate::customers::CustomerService;
use crate::shared::actor::Actor;
use crate::shared::id::{CustomerId, LabelId};
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;

impl CustomerService {
    /// Puts a label on many customers, or takes it off, in one transaction; each customer gets an answer of its own
    /// and is named once. `note` becomes the notes of the assignments, or the reason of the removals. Errors:
    /// `Forbidden`, `Invalid` (an unknown label, no selection), `Conflict` (`label_inactive`, `too_many`).
    pub async fn label_many(
        &self,
        actor: &Actor,
        label: LabelId,
        remove: bool,
        selection: &Selection,
        note: Option<String>,
    ) -> Result<BulkOutcome, Problem> {
        actor.require(Permission::LabelsAssign)?;
        let note = checked_text("note", note.as_deref())?;
        let asked = self.selected(actor, selection).await?;
        let mut tx = self.begin_changes().await?;
        let live: HashSet<CustomerId> = tx.labels().live_customers(&actor.scope, &asked).await?.into_iter().collect();
        let found: Vec<CustomerId> = asked.iter().copied().filter(|id| live.contains(id)).collect();
        let changed = if remove {
            self.remove_step(&mut tx, actor, label, &found, note.as_deref()).await?
        } else {
            self.assign_step(&mut tx, actor, label, &found, note.as_deref(), None).await?
        };
        tx.commit().await?;
        Ok(outcome(&asked, &live, &changed.into_iter().collect()))
    }

    /// The customers of a selection, each once, in the order given; those of a filter by id.
    async fn selected(&self, actor: &Actor, selection: &Selection) -> Result<Vec<CustomerId>, Problem> {
        let ids = match (&selection.filter, selection.ids.as_slice()) {
            (Some(filter), []) => {
                let most = i64::try_from(MAX_BULK).unwrap_or(i64::MAX);
                return self.find_all_ids(actor, filter, most).await;
            }
            (None, []) => return Err(Problem::field_error("selection", "required", "Please select customers.")),
            (None, ids) => ids,
            (Some(_), _) => {
                let message = "Name the customers or give a filter, not both.";
                return Err(Problem::field_error("selection", "one_of", message));
            }
        };
        require_few(ids.len())?;
        let mut seen = HashSet::with_capacity(ids.len());
        Ok(ids.iter().copied().filter(|id| seen.insert(*id)).collect())
    }
}

/// Errors: `Conflict("too_many")` saying how many.
fn require_few(number: usize) -> Result<(), Problem> {
    if number <= MAX_BULK {
        return Ok(());
    }
    let detail = format!("These are {number} customers; at most {MAX_BULK} can be labelled at once.");
    Err(Problem::conflict("too_many", detail))
}

fn outcome(asked: &[CustomerId], live: &HashSet<CustomerId>, changed: &HashSet<CustomerId>) -> BulkOutcome {
    let mut outcome = BulkOutcome::default();
    for id in asked {
        let (count, result, detail) = if changed.contains(id) {
            (&mut outcome.changed, "changed", None)
        } else if live.contains(id) {
            (&mut outcome.unchanged, "unchanged", None)
        } else {
            (&mut outcome.failed, "not_found", Some("There is no such customer, or you may not see it."))
        };
        *count += 1;
        let detail = detail.map(str::to_owned);
        outcome.items.push(BulkItem { customer_id: *id, result: result.to_owned(), detail });
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_customer_gets_an_answer_in_the_order_given() {
        let [one, two, three] = [1, 2, 3].map(CustomerId);
        let outcome = outcome(&[three, one, two], &HashSet::from([one, three]), &HashSet::from([one]));
        let results: Vec<(i64, &str)> =
            outcome.items.iter().map(|item| (item.customer_id.0, item.result.as_str())).collect();
        assert_eq!(results, [(3, "unchanged"), (1, "changed"), (2, "not_found")]);
        assert_eq!((outcome.changed, outcome.unchanged, outcome.failed), (1, 1, 1));
    }
}
