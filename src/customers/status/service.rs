//! The use cases of the status: where a customer stands, changes now or on a later day, holds.

use serde_json::json;

use super::super::CustomerService;
use super::super::model::{Customer, Status};
use super::super::zones::{day_start, local_today};
use super::steps::{can_be_reached, require_way};
use super::waiting::{Pending, Terms};
use super::{
    CheckedChange, Hold, HoldInput, HoldReason, MAX_NOTE, ScheduledChange, StatusChange, StatusEntry, StatusOutcome,
    StatusView, actions, may_reach, needed,
};
use crate::audit::Change;
use crate::database::{DatabaseError, Transaction};
use crate::shared::actor::Actor;
use crate::shared::id::{CustomerId, HoldId, ScheduledChangeId};
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::shared::validation::Checks;

/// The ids of the open holds, the oldest first.
async fn open_ids(tx: &mut Transaction, customer: CustomerId) -> Result<Vec<HoldId>, DatabaseError> {
    Ok(tx.statuses().open_holds(customer).await?.iter().map(|hold| hold.id).collect())
}

/// Nothing changed.
fn unchanged(customer: Customer) -> StatusOutcome {
    StatusOutcome { changed: false, customer, scheduled: None }
}

impl CustomerService {
    /// Where a customer stands, and what the caller may do now. Errors: `Forbidden`, `NotFound`.
    pub async fn status(&self, actor: &Actor, id: CustomerId) -> Result<StatusView, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.snapshot().await?;
        let customer = self.visible(&mut tx, actor, id).await?;
        self.status_view(&mut tx, actor, &customer).await
    }

    /// The same as a step of a larger reading. In the trash nothing can be done.
    pub(in crate::customers) async fn status_view(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        customer: &Customer,
    ) -> Result<StatusView, Problem> {
        let holds = tx.statuses().open_holds(customer.id).await?;
        let scheduled = tx.statuses().scheduled(customer.id).await?;
        let asked = matches!(customer.status, Status::New | Status::Inactive);
        let reachable = !asked || can_be_reached(tx, customer).await?;
        let facts = self.status_facts(customer, reachable);
        let open: Vec<HoldReason> = holds.iter().map(|hold| hold.reason).collect();
        let actions = match customer.deleted_at {
            Some(_) => Vec::new(),
            None => actions(customer.status, &open, actor.permissions, facts),
        };
        Ok(StatusView { status: customer.status, since: customer.status_since, holds, scheduled, actions })
    }

    /// Changes of status before the one of this id, newest first, a page of them. Errors: `Forbidden`, `NotFound`.
    pub async fn status_history(
        &self,
        actor: &Actor,
        id: CustomerId,
        before: Option<i64>,
    ) -> Result<Vec<StatusEntry>, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.snapshot().await?;
        self.visible(&mut tx, actor, id).await?;
        Ok(tx.statuses().history(id, before).await?)
    }

    /// Holds before the one of this id, open and closed, newest first, a page of them.
    /// Errors: `Forbidden`, `NotFound`.
    pub async fn holds(&self, actor: &Actor, id: CustomerId, before: Option<i64>) -> Result<Vec<Hold>, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.snapshot().await?;
        self.visible(&mut tx, actor, id).await?;
        Ok(tx.statuses().holds(id, before).await?)
    }

    /// Changes the status, now or on a later day where the customer is. A change for later is tried at once and
    /// taken back: what is impossible now is refused now.
    /// Errors: `Forbidden`, `NotFound`, `Invalid` with every field at once, `Conflict` (`invalid_transition`,
    /// `no_contact`, `holds_remaining`, `has_children`, `change_pending`, `holds_changed`, `deleted`), `Stale` when the
    /// customer changes while a change for later is tried.
    pub async fn change_status(
        &self,
        actor: &Actor,
        id: CustomerId,
        change: &StatusChange,
    ) -> Result<StatusOutcome, Problem> {
        actor.require(Permission::CustomersRead)?;
        let asked = change.asked();
        if let Some(to) = asked.filter(|to| !may_reach(*to, actor.permissions)) {
            actor.require(needed(Status::New, to))?;
        }
        let mut tx = self.begin_changes().await?;
        let customer = self.live(&mut tx, actor, id).await?;
        if change.asks_nothing(customer.status) {
            return Ok(unchanged(customer));
        }
        if let Some(to) = asked {
            require_way(customer.status, to)?;
        }
        let checked = change.checked(local_today(&customer.timezone, self.clock.now()))?;
        let open_holds = open_ids(&mut tx, id).await?;
        let Some(after) = self.carry_out(&mut tx, actor, &customer, &checked).await? else {
            return Ok(unchanged(customer));
        };
        if let Some(pending) = self.for_later(actor, &customer, change, &checked, open_holds) {
            drop(tx);
            return self.schedule(actor, &customer, pending).await;
        }
        tx.commit().await?;
        Ok(StatusOutcome { changed: true, customer: after, scheduled: None })
    }

    /// The change as it waits for its day, with what holds now; `None` when it is for now.
    fn for_later(
        &self,
        actor: &Actor,
        customer: &Customer,
        change: &StatusChange,
        checked: &CheckedChange,
        open_holds: Vec<HoldId>,
    ) -> Option<Pending> {
        let scheduled = ScheduledChange {
            id: ScheduledChangeId::default(),
            change: change.clone(),
            to: checked.target.status(),
            effective_on: checked.effective_on?,
            created_at: self.clock.now(),
            created_by: actor.name.clone(),
        };
        let (permissions, scope) = (actor.permissions, actor.scope.clone());
        let terms = Terms { from: customer.status, open_holds, permissions, scope };
        Some(Pending { customer_id: customer.id, scheduled, terms })
    }

    /// Keeps a change for its day; it was tried on `tried`, and in between somebody else may have been faster.
    async fn schedule(&self, actor: &Actor, tried: &Customer, mut pending: Pending) -> Result<StatusOutcome, Problem> {
        let (id, mut tx) = (tried.id, self.begin_changes().await?);
        let customer = self.live(&mut tx, actor, id).await?;
        if customer.version != tried.version {
            return Err(Problem::Stale { version: customer.version });
        }
        if open_ids(&mut tx, id).await? != pending.terms.open_holds {
            let detail = "Holds were opened or closed a moment ago. Look at them and ask again.";
            return Err(Problem::conflict("holds_changed", detail));
        }
        if let Some(waiting) = tx.statuses().scheduled(id).await? {
            let (status, day) = (waiting.to.as_str(), waiting.effective_on);
            let detail = format!("A change to {status} waits for {day} already. Cancel it first.");
            return Err(Problem::conflict("change_pending", detail));
        }
        let due_at = day_start(&customer.timezone, pending.scheduled.effective_on);
        pending.scheduled.id = tx.statuses().schedule(&pending, due_at).await?;
        let scheduled = pending.scheduled;
        self.record(&mut tx, actor, waiting_change("customer.change_scheduled", id, &scheduled)).await?;
        tx.commit().await?;
        Ok(StatusOutcome { changed: true, customer, scheduled: Some(scheduled) })
    }

    /// Opens a hold; an active customer becomes suspended. One that is open already changes nothing.
    /// Errors: `Forbidden`, `NotFound`, `Invalid`, `Conflict` (`invalid_transition`, `deleted`).
    pub async fn open_hold(&self, actor: &Actor, id: CustomerId, input: &HoldInput) -> Result<StatusOutcome, Problem> {
        actor.require(Permission::CustomersSuspend)?;
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.begin_changes().await?;
        let customer = self.live(&mut tx, actor, id).await?;
        let hold = input.checked(local_today(&customer.timezone, self.clock.now()))?;
        let Some(after) = self.hold_step(&mut tx, actor, &customer, &hold).await? else {
            return Ok(unchanged(customer));
        };
        tx.commit().await?;
        Ok(StatusOutcome { changed: true, customer: after, scheduled: None })
    }

    /// Closes the open hold of one reason; with the last one a suspended customer becomes active. One that is not
    /// open changes nothing. Errors: `Forbidden`, `NotFound`, `Invalid`, `Conflict("deleted")`.
    pub async fn release_hold(
        &self,
        actor: &Actor,
        id: CustomerId,
        reason: HoldReason,
        note: Option<String>,
    ) -> Result<StatusOutcome, Problem> {
        actor.require(Permission::CustomersReleaseHold)?;
        actor.require(Permission::CustomersRead)?;
        if reason.is_serious() {
            actor.require(Permission::CustomersReleaseSeriousHold)?;
        }
        let mut checks = Checks::default();
        let note = checks.text("note", note.as_deref(), MAX_NOTE);
        checks.finish()?;
        let mut tx = self.begin_changes().await?;
        let customer = self.live(&mut tx, actor, id).await?;
        let released = self.release_step(&mut tx, actor, &customer, reason, note.as_deref()).await?;
        let Some(after) = released else { return Ok(unchanged(customer)) };
        tx.commit().await?;
        Ok(StatusOutcome { changed: true, customer: after, scheduled: None })
    }

    /// Cancels the change that waits for its day; it takes what the change itself takes.
    /// Errors: `Forbidden`, `NotFound`.
    pub async fn cancel_scheduled(&self, actor: &Actor, id: CustomerId) -> Result<(), Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.begin_changes().await?;
        let customer = self.visible(&mut tx, actor, id).await?;
        let scheduled = tx.statuses().scheduled(id).await?;
        let scheduled = scheduled.ok_or_else(|| Problem::not_found("scheduled change"))?;
        if !may_reach(scheduled.to, actor.permissions) {
            actor.require(needed(customer.status, scheduled.to))?;
        }
        self.cancel_waiting(&mut tx, actor, id, &scheduled).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// A change that waits or waited, for the audit log.
pub(super) fn waiting_change(action: &'static str, id: CustomerId, scheduled: &ScheduledChange) -> Change {
    let what = json!({ "status": scheduled.to, "effective_on": scheduled.effective_on });
    let change = Change::new(action, "customer", id.0);
    let said = [&scheduled.change.hold, &scheduled.change.reason, &scheduled.change.note];
    let said: Vec<&str> = said.into_iter().flatten().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    let change = if said.is_empty() { change } else { change.because(said.join(": ")) };
    if action == "customer.change_scheduled" {
        change.between(&json!({}), &what)
    } else {
        change.between(&what, &json!({}))
    }
}
