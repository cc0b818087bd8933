//! What the scheduler does: changes whose day has come, and holds whose resume day has come. Each is done in a
//! transaction of its own and looked at again behind the lock, so that several servers do it exactly once. A change
//! is carried out with what whoever asked for it might do and see then, and only while the customer stands as it did.

use super::super::CustomerService;
use super::super::model::{Customer, Status};
use super::super::zones::local_today;
use super::repository::DueHold;
use super::service::waiting_change;
use super::waiting::{Ending, Pending};
use super::{HoldReason, StatusChange, name_reasons};
use crate::database::Transaction;
use crate::shared::actor::Actor;
use crate::shared::id::{HoldId, ScheduledChangeId};
use crate::shared::problem::Problem;

/// Who carries out what was set for a later day.
const SCHEDULER: &str = "scheduler";

/// Ids taken at once.
const BATCH: i64 = 100;

/// What is said when a hold ends by itself.
const RESUME_DAY: &str = "the resume day has come";

/// Will trying again later help?
fn is_passing(problem: &Problem) -> bool {
    matches!(problem, Problem::Unavailable | Problem::Internal | Problem::Stale { .. })
}

/// The scheduler in the place of whoever asked for a change.
fn on_behalf(pending: &Pending) -> Actor {
    let name = format!("{SCHEDULER} on behalf of {}", pending.scheduled.created_by);
    let (permissions, scope) = (pending.terms.permissions, pending.terms.scope.clone());
    Actor { permissions, scope, ..Actor::system(&name) }
}

/// Counts what was done; a failure is written to the log and stops nothing else.
fn counted(what: &'static str, id: i64, result: Result<bool, Problem>) -> usize {
    match result {
        Ok(done) => usize::from(done),
        Err(problem) => {
            tracing::error!(what, id, %problem, "could not be carried out; it will be tried again");
            0
        }
    }
}

/// Does the customer stand where it stood when the change was asked for, and does it close no hold that nobody knew
/// of then? Errors: `Conflict` (`invalid_transition`, `holds_remaining`).
async fn require_as_asked(tx: &mut Transaction, customer: &Customer, pending: &Pending) -> Result<(), Problem> {
    if customer.status != pending.terms.from {
        let (now, then) = (customer.status.as_str(), pending.terms.from.as_str());
        let detail = format!("The customer is {now} now; the change was asked for when it was {then}.");
        return Err(Problem::conflict("invalid_transition", detail));
    }
    if (customer.status, pending.scheduled.to) != (Status::Suspended, Status::Active) {
        return Ok(());
    }
    let open = tx.statuses().open_holds(customer.id).await?;
    let newer = open.iter().filter(|hold| !pending.terms.open_holds.contains(&hold.id));
    let newer: Vec<HoldReason> = newer.map(|hold| hold.reason).collect();
    if newer.is_empty() {
        return Ok(());
    }
    let detail = format!("These holds were opened after the change was asked for: {}.", name_reasons(newer));
    Err(Problem::conflict("holds_remaining", detail))
}

impl CustomerService {
    /// Carries out every change and ends every hold whose day has come. Gives how many that were, changes that
    /// turned out to be impossible included.
    pub async fn carry_out_due(&self) -> Result<usize, Problem> {
        let actor = Actor::system(SCHEDULER);
        Ok(self.carry_out_changes(&actor).await? + self.end_holds(&actor).await?)
    }

    async fn carry_out_changes(&self, actor: &Actor) -> Result<usize, Problem> {
        let (now, mut done, mut last) = (self.clock.now(), 0, ScheduledChangeId::default());
        loop {
            let ids = self.database.read().await?.statuses().due_changes(now, last, BATCH).await?;
            let Some(next) = ids.last().copied() else { return Ok(done) };
            last = next;
            for id in ids {
                done += counted("change of status", id.0, self.carry_out_one(actor, id).await);
            }
        }
    }

    /// Carries out one change; false when somebody else has done so.
    async fn carry_out_one(&self, actor: &Actor, id: ScheduledChangeId) -> Result<bool, Problem> {
        let mut tx = self.begin_changes().await?;
        let Some(pending) = tx.statuses().pending(id).await? else { return Ok(false) };
        // Before anything else: a termination cancels what still waits.
        let ending = Ending { state: "done", outcome: None, at: self.clock.now(), by: &actor.name };
        tx.statuses().finish(id, &ending).await?;
        match self.carry_out_pending(&mut tx, &pending).await {
            Ok(()) => {}
            Err(problem) if is_passing(&problem) => return Err(problem),
            Err(problem) => {
                // Half of it may be written.
                drop(tx);
                return self.give_up(actor, id, &problem).await;
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn carry_out_pending(&self, tx: &mut Transaction, pending: &Pending) -> Result<(), Problem> {
        let requester = on_behalf(pending);
        let customer = self.live(tx, &requester, pending.customer_id).await?;
        require_as_asked(tx, &customer, pending).await?;
        // Its day may lie in the past by now: the server was down.
        let change = StatusChange { effective_on: None, ..pending.scheduled.change.clone() };
        let checked = change.checked(local_today(&customer.timezone, self.clock.now()))?;
        self.carry_out(tx, &requester, &customer, &checked).await?;
        Ok(())
    }

    /// Remembers that a change has become impossible, and why.
    async fn give_up(&self, actor: &Actor, id: ScheduledChangeId, problem: &Problem) -> Result<bool, Problem> {
        let mut tx = self.begin_changes().await?;
        let Some(pending) = tx.statuses().pending(id).await? else { return Ok(false) };
        let outcome = problem.detail();
        let ending = Ending { state: "failed", outcome: Some(outcome.as_str()), at: self.clock.now(), by: &actor.name };
        tx.statuses().finish(id, &ending).await?;
        let change = waiting_change("customer.change_failed", pending.customer_id, &pending.scheduled);
        self.record(&mut tx, actor, change.because(outcome.as_str())).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn end_holds(&self, actor: &Actor) -> Result<usize, Problem> {
        let (now, mut done, mut last) = (self.clock.now(), 0, HoldId::default());
        loop {
            let holds = self.database.read().await?.statuses().due_holds(now, last, BATCH).await?;
            let Some(next) = holds.last().map(|hold| hold.id) else { return Ok(done) };
            last = next;
            for hold in holds {
                done += counted("end of a hold", hold.id.0, self.end_hold(actor, &hold).await);
            }
        }
    }

    /// Ends one hold; false when it is closed already.
    async fn end_hold(&self, actor: &Actor, due: &DueHold) -> Result<bool, Problem> {
        let mut tx = self.begin_changes().await?;
        let open = tx.statuses().open_holds(due.customer_id).await?;
        let Some(hold) = open.into_iter().find(|hold| hold.id == due.id) else { return Ok(false) };
        let customer = self.live(&mut tx, actor, due.customer_id).await?;
        self.release_step(&mut tx, actor, &customer, hold.reason, Some(RESUME_DAY)).await?;
        tx.commit().await?;
        Ok(true)
    }
}
