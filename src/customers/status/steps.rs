//! Steps that change a status within a larger transaction: each writes the record, its history and the audit log.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::super::CustomerService;
use super::super::model::{Customer, Status};
use super::super::zones::day_start;
use super::repository::Step;
use super::{
    CheckedChange, CheckedHold, Hold, HoldReason, NO_CONTACT, StatusFacts, Target, TerminationReason, allowed,
    by_holds, holds_remaining, invalid_transition, may_close, needed, takes_holds, too_late,
};
use crate::audit::Change;
use crate::database::{DatabaseError, Transaction};
use crate::shared::actor::Actor;
use crate::shared::problem::Problem;

/// What the history says when the last hold was closed.
const HOLDS_RELEASED: &str = "holds released";

/// A move from one status to another, ready to be written.
#[derive(Default)]
struct Move<'a> {
    /// For the audit log.
    action: &'static str,
    reason: Option<&'a str>,
    note: Option<&'a str>,
    /// Since when, if not from now on.
    since: Option<DateTime<Utc>>,
    /// Holds that are opened with it.
    opened: Option<String>,
    /// Holds that are closed with it.
    closed: Option<String>,
}

impl Target {
    /// What the customer is to become.
    pub fn status(&self) -> Status {
        match self {
            Self::Active(_) => Status::Active,
            Self::Suspended(_) => Status::Suspended,
            Self::Inactive(_) => Status::Inactive,
            Self::Terminated { .. } => Status::Terminated,
        }
    }
}

/// Errors: `Conflict("invalid_transition")` when no way leads there. The same status is no error.
pub(super) fn require_way(from: Status, to: Status) -> Result<(), Problem> {
    if from == to || allowed(from).contains(&to) { Ok(()) } else { Err(invalid_transition(from, to)) }
}

/// Is there an e-mail address or a phone number, of the customer or of a contact?
pub(super) async fn can_be_reached(tx: &mut Transaction, customer: &Customer) -> Result<bool, DatabaseError> {
    if [&customer.email, &customer.phone, &customer.mobile].into_iter().any(Option::is_some) {
        return Ok(true);
    }
    let contacts = tx.contacts().list(customer.id).await?;
    let mut ways = contacts.iter().flat_map(|contact| [&contact.email, &contact.phone, &contact.mobile]);
    Ok(ways.any(Option::is_some))
}

async fn require_contact(tx: &mut Transaction, customer: &Customer) -> Result<(), Problem> {
    if can_be_reached(tx, customer).await? { Ok(()) } else { Err(Problem::conflict("no_contact", NO_CONTACT)) }
}

/// The change with what was said about it.
fn explained(change: Change, reason: Option<&str>, note: Option<&str>) -> Change {
    let words: Vec<&str> = reason.into_iter().chain(note).collect();
    if words.is_empty() { change } else { change.because(words.join(": ")) }
}

fn words_of(holds: &[Hold]) -> Option<String> {
    let words: Vec<&str> = holds.iter().map(|hold| hold.reason.as_str()).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Where history brings a customer.
#[derive(Clone, Copy, Debug)]
pub struct Placing<'a> {
    /// The status.
    pub to: Status,
    /// Why: the word of a hold or of a reason for leaving, or a text.
    pub reason: &'a str,
    /// What was said about it.
    pub note: Option<&'a str>,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl CustomerService {
    /// Carries a change out now; `None` when the customer has that status already.
    /// Errors: `Forbidden`, `Conflict` (`invalid_transition`, `holds_remaining`, `no_contact`, `has_children` …).
    pub(super) async fn carry_out(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        customer: &Customer,
        change: &CheckedChange,
    ) -> Result<Option<Customer>, Problem> {
        let (from, to, note) = (customer.status, change.target.status(), change.note.as_deref());
        if from == to && to != Status::Suspended {
            return Ok(None);
        }
        require_way(from, to)?;
        actor.require(needed(from, to))?;
        match &change.target {
            Target::Active(reason) if from == Status::Suspended => {
                self.resume(tx, actor, customer, reason.as_deref(), note).await.map(Some)
            }
            Target::Active(reason) => self.activate(tx, actor, customer, reason.as_deref(), note).await.map(Some),
            Target::Suspended(hold) => self.hold_step(tx, actor, customer, hold).await,
            Target::Inactive(reason) => self.deactivate(tx, actor, customer, reason, note).await.map(Some),
            Target::Terminated { reason, children, new_parent } => {
                self.settle_children(tx, actor, customer, *children, *new_parent).await?;
                self.terminate_step(tx, actor, customer, *reason, note).await.map(Some)
            }
        }
    }

    /// Ready for service; a customer with open holds becomes suspended. Errors: `Conflict("no_contact")`.
    async fn activate(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        customer: &Customer,
        reason: Option<&str>,
        note: Option<&str>,
    ) -> Result<Customer, Problem> {
        require_contact(tx, customer).await?;
        let open = tx.statuses().open_holds(customer.id).await?;
        let to = by_holds(Status::Active, open.len());
        let action = if to == Status::Active { "customer.activated" } else { "customer.suspended" };
        self.write_status(tx, actor, customer, to, Move { action, reason, note, ..Move::default() }).await
    }

    /// Closes every open hold, or none when one remains that the caller may not close.
    async fn resume(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        customer: &Customer,
        reason: Option<&str>,
        note: Option<&str>,
    ) -> Result<Customer, Problem> {
        let open = tx.statuses().open_holds(customer.id).await?;
        let reasons = open.iter().map(|hold| hold.reason);
        let remaining: Vec<HoldReason> = reasons.filter(|reason| !may_close(*reason, actor.permissions)).collect();
        if !remaining.is_empty() {
            return Err(Problem::conflict("holds_remaining", holds_remaining(remaining)));
        }
        self.close_holds(tx, actor, &open, note).await?;
        let reason = Some(reason.unwrap_or(HOLDS_RELEASED));
        let action = "customer.resumed";
        let moved = Move { action, reason, note, closed: words_of(&open), ..Move::default() };
        self.write_status(tx, actor, customer, Status::Active, moved).await
    }

    async fn deactivate(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        customer: &Customer,
        reason: &str,
        note: Option<&str>,
    ) -> Result<Customer, Problem> {
        let comes_back = customer.status == Status::Terminated;
        if let Some(sentence) = too_late(self.status_facts(customer, true)).filter(|_| comes_back) {
            return Err(Problem::conflict(
                "invalid_transition",
                format!("Not from terminated to inactive. {sentence}"),
            ));
        }
        let action = if comes_back { "customer.reinstated" } else { "customer.deactivated" };
        let moved = Move { action, reason: Some(reason), note, ..Move::default() };
        self.write_status(tx, actor, customer, Status::Inactive, moved).await
    }

    /// Terminates a customer, whose children the caller has settled. Its holds are closed but for the serious ones,
    /// which await it should it come back; a change that waits for its day is cancelled. One that is terminated stays
    /// as it is.
    pub(in crate::customers) async fn terminate_step(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        customer: &Customer,
        reason: TerminationReason,
        note: Option<&str>,
    ) -> Result<Customer, Problem> {
        if customer.status == Status::Terminated {
            return Ok(customer.clone());
        }
        if let Some(waiting) = tx.statuses().scheduled(customer.id).await? {
            self.cancel_waiting(tx, actor, customer.id, &waiting).await?;
        }
        let mut closing = tx.statuses().open_holds(customer.id).await?;
        closing.retain(|hold| !hold.reason.is_serious());
        self.close_holds(tx, actor, &closing, Some(Status::Terminated.as_str())).await?;
        let (action, reason, closed) = ("customer.terminated", Some(reason.as_str()), words_of(&closing));
        let moved = Move { action, reason, note, closed, ..Move::default() };
        self.write_status(tx, actor, customer, Status::Terminated, moved).await
    }

    /// Opens a hold; an active customer becomes suspended. `None` when one of this reason is open already.
    /// Errors: `Conflict("invalid_transition")`.
    pub(super) async fn hold_step(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        customer: &Customer,
        hold: &CheckedHold,
    ) -> Result<Option<Customer>, Problem> {
        if !takes_holds(customer.status) {
            return Err(invalid_transition(customer.status, Status::Suspended));
        }
        let open = tx.statuses().open_holds(customer.id).await?;
        if open.iter().any(|one| one.reason == hold.reason) {
            return Ok(None);
        }
        let resume_at = hold.resume_on.map(|day| day_start(&customer.timezone, day));
        tx.statuses().insert_hold(customer.id, hold, resume_at, self.clock.now(), &actor.name).await?;
        let (word, note) = (hold.reason.as_str(), hold.note.as_deref());
        let to = by_holds(customer.status, open.len() + 1);
        if to == customer.status {
            let change = Change::new("customer.hold_opened", "customer", customer.id.0);
            let change = change.between(&json!({}), &json!({ "holds": word }));
            self.record(tx, actor, explained(change, Some(word), note)).await?;
            return Ok(Some(customer.clone()));
        }
        let (action, opened) = ("customer.suspended", Some(word.to_owned()));
        let moved = Move { action, reason: Some(word), note, opened, ..Move::default() };
        self.write_status(tx, actor, customer, to, moved).await.map(Some)
    }

    /// Closes the open hold of one reason; with the last one a suspended customer becomes active. `None` when no
    /// such hold is open.
    pub(super) async fn release_step(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        customer: &Customer,
        reason: HoldReason,
        note: Option<&str>,
    ) -> Result<Option<Customer>, Problem> {
        let open = tx.statuses().open_holds(customer.id).await?;
        let (closing, remaining): (Vec<Hold>, Vec<Hold>) = open.into_iter().partition(|hold| hold.reason == reason);
        if closing.is_empty() {
            return Ok(None);
        }
        self.close_holds(tx, actor, &closing, note).await?;
        let to = by_holds(customer.status, remaining.len());
        if to == customer.status {
            let change = Change::new("customer.hold_closed", "customer", customer.id.0);
            let change = change.between(&json!({ "holds": reason }), &json!({}));
            self.record(tx, actor, explained(change, Some(reason.as_str()), note)).await?;
            return Ok(Some(customer.clone()));
        }
        let (action, closed) = ("customer.resumed", words_of(&closing));
        let moved = Move { action, reason: Some(HOLDS_RELEASED), note, closed, ..Move::default() };
        self.write_status(tx, actor, customer, to, moved).await.map(Some)
    }

    /// Takes a new customer to the status that its history brings along, for imports. One that comes suspended gets
    /// a hold: `reason` when it is the word of one, else of the administration. Only customers in service must have
    /// a way to be reached. Errors: `Conflict("no_contact")`.
    pub async fn place_status(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        customer: &Customer,
        placing: Placing<'_>,
    ) -> Result<Customer, Problem> {
        let Placing { to, reason, note, since } = placing;
        if to == customer.status {
            return Ok(customer.clone());
        }
        let mut opened = None;
        if takes_holds(to) {
            require_contact(tx, customer).await?;
        }
        if to == Status::Suspended {
            let word = HoldReason::parse(reason).unwrap_or(HoldReason::Admin);
            let said = (word.as_str() != reason).then_some(reason).or(note).map(str::to_owned);
            let hold = CheckedHold { reason: word, resume_on: None, note: said };
            tx.statuses().insert_hold(customer.id, &hold, None, since, &actor.name).await?;
            opened = Some(word.as_str().to_owned());
        }
        let action = match to {
            Status::New | Status::Active => "customer.activated",
            Status::Suspended => "customer.suspended",
            Status::Inactive => "customer.deactivated",
            Status::Terminated => "customer.terminated",
        };
        let reason = Some(reason).filter(|reason| !reason.is_empty());
        let moved = Move { action, reason, note, since: Some(since), opened, ..Move::default() };
        self.write_status(tx, actor, customer, to, moved).await
    }

    async fn close_holds(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        holds: &[Hold],
        note: Option<&str>,
    ) -> Result<(), Problem> {
        for hold in holds {
            tx.statuses().close_hold(hold.id, note, self.clock.now(), &actor.name).await?;
        }
        Ok(())
    }

    /// The one place that writes a status: record, history and audit log.
    async fn write_status(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        before: &Customer,
        to: Status,
        moved: Move<'_>,
    ) -> Result<Customer, Problem> {
        let now = self.clock.now();
        let after = Customer {
            status: to,
            status_since: moved.since.unwrap_or(now),
            version: before.version + 1,
            updated_at: now,
            updated_by: actor.name.clone(),
            ..before.clone()
        };
        let step = Step { from: before.status, reason: moved.reason, note: moved.note };
        if !tx.statuses().write(&after, &step).await? {
            return Err(Problem::Stale { version: before.version });
        }
        let (old, new) = (
            json!({ "status": before.status, "holds": moved.closed }),
            json!({ "status": after.status, "holds": moved.opened }),
        );
        let change = Change::new(moved.action, "customer", after.id.0).between(&old, &new);
        self.record(tx, actor, explained(change, moved.reason, moved.note)).await?;
        Ok(after)
    }

    /// What the machine has to know about a customer.
    pub(super) fn status_facts(&self, customer: &Customer, can_be_reached: bool) -> StatusFacts {
        StatusFacts {
            can_be_reached,
            days: (self.clock.now() - customer.status_since).num_days(),
            reinstate_days: self.settings.current().customers.reinstate_days,
        }
    }
}
