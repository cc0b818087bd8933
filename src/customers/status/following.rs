//! Steps by which the status follows what else happens to a record: a restoration, another time zone, the end of a
//! change that waited.

use super::super::CustomerService;
use super::super::model::Customer;
use super::super::zones::day_start;
use super::ScheduledChange;
use super::repository::Step;
use super::service::waiting_change;
use super::waiting::Ending;
use crate::database::Transaction;
use crate::shared::actor::Actor;
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;

/// What the history says of a customer that came out of the trash.
const RESTORED: &str = "restored";

impl CustomerService {
    /// Days begin where the customer is, and that is elsewhere now: open holds end, and a change that waits happens,
    /// at the beginning of their days there.
    pub(in crate::customers) async fn zone_changed(
        &self,
        tx: &mut Transaction,
        customer: &Customer,
    ) -> Result<(), Problem> {
        for hold in tx.statuses().open_holds(customer.id).await? {
            if let Some(day) = hold.resume_on {
                tx.statuses().put_resume_at(hold.id, day_start(&customer.timezone, day)).await?;
            }
        }
        if let Some(waiting) = tx.statuses().scheduled(customer.id).await? {
            let due_at = day_start(&customer.timezone, waiting.effective_on);
            tx.statuses().put_due_at(waiting.id, due_at).await?;
        }
        Ok(())
    }

    /// A customer came out of the trash: the history tells of the status it came back with, and it is no longer new.
    /// The record and the audit log are the caller's.
    pub(in crate::customers) async fn note_restored(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        before: &Customer,
        after: &Customer,
    ) -> Result<(), Problem> {
        tx.statuses().put_was_active(after.id).await?;
        if before.status != after.status {
            let after = Customer { updated_by: actor.name.clone(), ..after.clone() };
            let step = Step { from: before.status, reason: Some(RESTORED), note: None };
            tx.statuses().insert_entry(&after, &step).await?;
        }
        Ok(())
    }

    /// Cancels a change that waits for its day.
    pub(super) async fn cancel_waiting(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        customer: CustomerId,
        waiting: &ScheduledChange,
    ) -> Result<(), Problem> {
        let ending = Ending { state: "cancelled", outcome: None, at: self.clock.now(), by: &actor.name };
        tx.statuses().finish(waiting.id, &ending).await?;
        self.record(tx, actor, waiting_change("customer.change_cancelled", customer, waiting)).await
    }
}
