//! The use cases of one customer's labels.

use chrono::{DateTime, NaiveDate, Utc};

use super::super::model::{Assignment, AssignmentInput};
use super::steps::as_expired;
use crate::customers::zones::{day_start, local_today};
use crate::customers::{Customer, CustomerService};
use crate::database::Transaction;
use crate::shared::actor::Actor;
use crate::shared::id::{CustomerId, LabelId};
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::shared::text::tidy;
use crate::shared::validation::Checks;

impl CustomerService {
    /// What a customer wears, the highest priority first; with `removed` also what it wore once, newest first.
    /// Errors: `Forbidden`, `NotFound`, also outside the scope.
    pub async fn assignments(
        &self,
        actor: &Actor,
        customer: CustomerId,
        removed: bool,
    ) -> Result<Vec<Assignment>, Problem> {
        actor.require(Permission::LabelsRead)?;
        let now = self.clock.now();
        let mut tx = self.database.snapshot().await?;
        self.visible(&mut tx, actor, customer).await?;
        if !removed {
            return self.assignments_of(&mut tx, customer, now).await;
        }
        let ever = tx.labels().ever_worn(customer).await?;
        Ok(ever.into_iter().map(|assignment| as_expired(assignment, now)).collect())
    }

    /// What a customer wears at this moment, the highest priority first. The caller has checked that the customer
    /// and labels may be seen.
    pub(in crate::customers) async fn assignments_of(
        &self,
        tx: &mut Transaction,
        customer: CustomerId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Assignment>, Problem> {
        Ok(tx.labels().worn(customer, now).await?)
    }

    /// Puts a label on a customer and gives what it wears then, to those who may not see labels only this one. A label
    /// that is there already stays as it is, also when the notes or the expiry are others: take it off first. Errors:
    /// `Forbidden`, `NotFound`, `Invalid` with every wrong field, `Conflict` (`label_inactive`, `deleted`).
    pub async fn assign_label(
        &self,
        actor: &Actor,
        customer: CustomerId,
        input: AssignmentInput,
    ) -> Result<Vec<Assignment>, Problem> {
        Ok(self.put_label(actor, customer, input).await?.0)
    }

    /// The same, telling whether anything changed.
    pub async fn put_label(
        &self,
        actor: &Actor,
        customer: CustomerId,
        input: AssignmentInput,
    ) -> Result<(Vec<Assignment>, bool), Problem> {
        actor.require(Permission::LabelsAssign)?;
        let now = self.clock.now();
        let mut tx = self.begin_changes().await?;
        let customer = self.live(&mut tx, actor, customer).await?;
        let (label, notes, expires_at) = checked(&input, &customer, now)?;
        let changed = self.assign_step(&mut tx, actor, label, &[customer.id], notes.as_deref(), expires_at).await?;
        let worn = self.assignments_of(&mut tx, customer.id, now).await?;
        tx.commit().await?;
        Ok((shown(actor, worn, label), !changed.is_empty()))
    }

    /// Takes a label off a customer, which keeps who did it, when and why, and gives what the customer wears then, to
    /// those who may not see labels nothing. A label that is not there is no error. Errors: `Forbidden`, `NotFound`,
    /// `Invalid` (`reason`), `Conflict("deleted")`.
    pub async fn remove_label(
        &self,
        actor: &Actor,
        customer: CustomerId,
        label: LabelId,
        reason: Option<String>,
    ) -> Result<Vec<Assignment>, Problem> {
        actor.require(Permission::LabelsAssign)?;
        let reason = checked_text("reason", reason.as_deref())?;
        let mut tx = self.begin_changes().await?;
        let customer = self.live(&mut tx, actor, customer).await?;
        if tx.labels().find(label).await?.is_some() {
            self.remove_step(&mut tx, actor, label, &[customer.id], reason.as_deref()).await?;
        }
        let worn = self.assignments_of(&mut tx, customer.id, self.clock.now()).await?;
        tx.commit().await?;
        Ok(shown(actor, worn, label))
    }
}

/// Who may not see labels is shown no other than the one they named.
fn shown(actor: &Actor, worn: Vec<Assignment>, label: LabelId) -> Vec<Assignment> {
    let all = actor.may(Permission::LabelsRead);
    worn.into_iter().filter(|assignment| all || assignment.label.id == label).collect()
}

/// A note or a reason of at most 1,000 characters. Errors: `Invalid`.
pub(super) fn checked_text(field: &str, text: Option<&str>) -> Result<Option<String>, Problem> {
    let mut checks = Checks::default();
    let text = checks.text(field, text, 1_000);
    checks.finish()?;
    Ok(text)
}

/// The label, the notes, and the moment it comes off.
type Wearing = (LabelId, Option<String>, Option<DateTime<Utc>>);

/// What is asked for, read and checked; it comes off at the end of the last day it is worn, where the customer is.
fn checked(input: &AssignmentInput, customer: &Customer, now: DateTime<Utc>) -> Result<Wearing, Problem> {
    let mut checks = Checks::default();
    if input.label_id.is_none() {
        checks.add("label_id", "required", "Please choose a label.");
    }
    let notes = checks.text("notes", input.notes.as_deref(), 1_000);
    let typed = tidy(input.expires_on.as_deref().unwrap_or_default());
    let day = parse_day(&typed);
    if !typed.is_empty() && day.is_none() {
        checks.add("expires_on", "invalid", "Please write a day such as 2026-12-31.");
    }
    if day.is_some_and(|day| day < local_today(&customer.timezone, now)) {
        checks.add("expires_on", "in_the_past", "Choose today or a later day.");
    }
    checks.finish()?;
    let next = day.and_then(|day| day.succ_opt());
    Ok((input.label_id.unwrap_or_default(), notes, next.map(|next| day_start(&customer.timezone, next))))
}

/// `YYYY-MM-DD` and nothing else.
fn parse_day(text: &str) -> Option<NaiveDate> {
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::parse_day;

    #[test]
    fn a_day_is_written_in_one_way() {
        assert_eq!(parse_day("2026-12-31").map(|day| day.to_string()).as_deref(), Some("2026-12-31"));
        for wrong in ["", "2026-02-30", "31.12.2026", "2026-1-1", "+20260-6-1", "-262000-01", "tomorrow"] {
            assert_eq!(parse_day(wrong), None, "{wrong}");
        }
    }
}
