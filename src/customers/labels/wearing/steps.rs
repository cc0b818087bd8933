//! Putting labels on and taking them off as steps of a larger transaction: a few statements however many customers.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::model::{Assignment, Label, LabelCategoryInput, LabelInput};
use super::repository::{ExpiredRow, Putting, Removal};
use crate::audit::Change;
use crate::customers::CustomerService;
use crate::database::Transaction;
use crate::shared::actor::Actor;
use crate::shared::id::{CustomerId, LabelId};
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::shared::text::{fold, tidy};

/// Who takes off what has expired, as histories show it.
const SYSTEM: &str = "system";
/// Why it came off.
const EXPIRED: &str = "expired";

impl CustomerService {
    /// Puts a label on customers whom the caller has found in the scope, and gives those who did not wear it yet;
    /// deleted ones are passed over. Errors: `Forbidden`, `Invalid` (`label_id`: `unknown`),
    /// `Conflict("label_inactive")`.
    pub async fn assign_step(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        label: LabelId,
        customers: &[CustomerId],
        notes: Option<&str>,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<Vec<CustomerId>, Problem> {
        actor.require(Permission::LabelsAssign)?;
        let label = known(tx, label).await?;
        if !label.is_active {
            let detail = format!("The label {} is inactive: it can be taken off, but not put on.", label.name);
            return Err(Problem::conflict("label_inactive", detail));
        }
        let now = self.clock.now();
        self.expire_among(tx, label.id, customers).await?;
        let putting = Putting { label: label.id, notes, expires_at, at: now, by: &actor.name };
        let changed = tx.labels().assign(&putting, customers).await?;
        let facts = json!({ "label": label.name, "notes": notes, "expires_at": expires_at });
        let changes =
            changed.iter().map(|id| Change::new("label.assigned", "customer", id.0).between(&Value::Null, &facts));
        self.audit.record_all(tx, actor, now, changes.collect()).await?;
        Ok(changed)
    }

    /// Takes a label off customers whom the caller has found in the scope, and gives those who wore it. Errors:
    /// `Forbidden`, `Invalid` (`label_id`: `unknown`).
    pub(super) async fn remove_step(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        label: LabelId,
        customers: &[CustomerId],
        reason: Option<&str>,
    ) -> Result<Vec<CustomerId>, Problem> {
        actor.require(Permission::LabelsAssign)?;
        let label = known(tx, label).await?;
        let now = self.clock.now();
        self.expire_among(tx, label.id, customers).await?;
        let removal = Removal { at: now, by: &actor.name, reason };
        let changed = tx.labels().remove(label.id, &removal, customers).await?;
        let changes = changed.iter().map(|id| removed(*id, &label.name, reason)).collect();
        self.audit.record_all(tx, actor, now, changes).await?;
        Ok(changed)
    }

    /// The label of this name, made in this category if there is none; making needs the permission to manage labels.
    /// Errors: `Forbidden`, `Invalid` with every wrong field.
    pub async fn ensure_label(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        name: &str,
        category: Option<&str>,
    ) -> Result<LabelId, Problem> {
        if let Some(id) = tx.labels().find_named(&fold(&tidy(name))).await? {
            return Ok(id);
        }
        actor.require(Permission::LabelsManage)?;
        let mut input = LabelInput { name: Some(name.to_owned()), ..LabelInput::default() };
        if let Some(category) = category.map(tidy).filter(|category| !category.is_empty()) {
            let key = fold(&category);
            let known = tx.labels().categories().await?.into_iter().find(|one| fold(&one.name) == key);
            let found = if let Some(found) = known {
                found
            } else {
                let input = LabelCategoryInput { name: Some(category), parent_id: None };
                self.insert_category(tx, actor, &input).await?
            };
            input.category_id = Some(found.id);
        }
        Ok(self.insert_label(tx, actor, &input.checked()?).await?.id)
    }

    /// Takes off what has expired, in batches that are each a transaction of its own, and gives how many; for the
    /// scheduler.
    pub async fn sweep_labels(&self) -> Result<usize, Problem> {
        const BATCH: usize = 500;
        let mut swept = 0;
        loop {
            let now = self.clock.now();
            // Mostly there is nothing: no reason then to keep writers waiting.
            if self.database.read().await?.labels().expired(now, 1).await?.is_empty() {
                return Ok(swept);
            }
            let mut tx = self.begin_changes().await?;
            let rows = tx.labels().expired(now, i64::try_from(BATCH).unwrap_or(i64::MAX)).await?;
            self.take_off(&mut tx, &rows).await?;
            tx.commit().await?;
            swept += rows.len();
        }
    }

    /// What has expired counts as taken off, whether or not the scheduler has been here.
    async fn expire_among(
        &self,
        tx: &mut Transaction,
        label: LabelId,
        customers: &[CustomerId],
    ) -> Result<(), Problem> {
        let rows = tx.labels().expired_among(label, customers, self.clock.now()).await?;
        self.take_off(tx, &rows).await
    }

    async fn take_off(&self, tx: &mut Transaction, rows: &[ExpiredRow]) -> Result<(), Problem> {
        let now = self.clock.now();
        tx.labels().take_off(rows, &Removal { at: now, by: SYSTEM, reason: Some(EXPIRED) }).await?;
        let changes = rows.iter().map(|row| removed(row.customer_id, &row.name, Some(EXPIRED))).collect();
        self.audit.record_all(tx, &Actor::system(SYSTEM), now, changes).await
    }
}

/// A label that was not deleted. Errors: `Invalid`.
async fn known(tx: &mut Transaction, id: LabelId) -> Result<Label, Problem> {
    let label = tx.labels().find(id).await?;
    label.ok_or_else(|| Problem::field_error("label_id", "unknown", "There is no such label."))
}

fn removed(customer: CustomerId, label: &str, reason: Option<&str>) -> Change {
    let change = Change::new("label.removed", "customer", customer.0);
    let change = change.between(&json!({ "label": label }), &Value::Null);
    match reason {
        Some(reason) => change.because(reason),
        None => change,
    }
}

/// An assignment that has expired reads as taken off, also before the scheduler has been here.
pub(super) fn as_expired(mut assignment: Assignment, now: DateTime<Utc>) -> Assignment {
    if assignment.removed_at.is_none() && assignment.expires_at.is_some_and(|at| at <= now) {
        assignment.removed_at = assignment.expires_at;
        assignment.removed_by = Some(SYSTEM.to_owned());
        assignment.removal_reason = Some(EXPIRED.to_owned());
    }
    assignment
}
