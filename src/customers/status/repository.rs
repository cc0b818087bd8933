//! SQL of the status: the column of the record, its history, holds, and changes that wait for their day.

use chrono::{DateTime, NaiveDate, Utc};

use super::super::model::{Customer, Status};
use super::{CheckedHold, Hold, HoldReason, ScheduledChange, StatusChange, StatusEntry};
use crate::database::{DatabaseError, FromRow, Json, Transaction};
use crate::shared::id::{CustomerId, HoldId, ScheduledChangeId};

/// Rows of a history that are shown at most.
const MOST: i64 = 500;

#[derive(FromRow)]
struct HoldRow {
    id: HoldId,
    reason: String,
    note: Option<String>,
    resume_on: Option<NaiveDate>,
    opened_at: DateTime<Utc>,
    opened_by: String,
    closed_at: Option<DateTime<Utc>>,
    closed_by: Option<String>,
    closing_note: Option<String>,
}

impl TryFrom<HoldRow> for Hold {
    type Error = DatabaseError;

    fn try_from(row: HoldRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: row.id,
            reason: word("customer_holds", "reason", row.reason, HoldReason::parse)?,
            note: row.note,
            resume_on: row.resume_on,
            opened_at: row.opened_at,
            opened_by: row.opened_by,
            closed_at: row.closed_at,
            closed_by: row.closed_by,
            closing_note: row.closing_note,
        })
    }
}

#[derive(FromRow)]
struct EntryRow {
    id: i64,
    from_status: String,
    to_status: String,
    reason: Option<String>,
    note: Option<String>,
    at: DateTime<Utc>,
    by_name: String,
}

impl TryFrom<EntryRow> for StatusEntry {
    type Error = DatabaseError;

    fn try_from(row: EntryRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: row.id,
            from: word("customer_status_changes", "from_status", row.from_status, Status::parse)?,
            to: word("customer_status_changes", "to_status", row.to_status, Status::parse)?,
            reason: row.reason,
            note: row.note,
            at: row.at,
            by: row.by_name,
        })
    }
}

#[derive(FromRow)]
struct ScheduledRow {
    id: ScheduledChangeId,
    customer_id: CustomerId,
    change: Json<StatusChange>,
    to_status: String,
    effective_on: NaiveDate,
    created_at: DateTime<Utc>,
    created_by: String,
}

/// A change that waits, and whose it is.
pub(super) struct Pending {
    pub customer_id: CustomerId,
    pub scheduled: ScheduledChange,
}

impl TryFrom<ScheduledRow> for Pending {
    type Error = DatabaseError;

    fn try_from(row: ScheduledRow) -> Result<Self, DatabaseError> {
        let scheduled = ScheduledChange {
            id: row.id,
            change: row.change.0,
            to: word("scheduled_status_changes", "to_status", row.to_status, Status::parse)?,
            effective_on: row.effective_on,
            created_at: row.created_at,
            created_by: row.created_by,
        };
        Ok(Self { customer_id: row.customer_id, scheduled })
    }
}

/// A hold whose day has come.
#[derive(FromRow)]
pub(super) struct DueHold {
    pub id: HoldId,
    pub customer_id: CustomerId,
}

fn word<T>(
    table: &'static str,
    column: &'static str,
    value: String,
    parse: fn(&str) -> Option<T>,
) -> Result<T, DatabaseError> {
    parse(&value).ok_or(DatabaseError::Corrupt { table, column, value })
}

/// One step of a customer from one status to another, as the history keeps it.
pub(super) struct Step<'a> {
    pub from: Status,
    pub reason: Option<&'a str>,
    pub note: Option<&'a str>,
}

/// How a change that waited ended: `done`, `cancelled` or `failed`, and why it failed.
pub(super) struct Ending<'a> {
    pub state: &'static str,
    pub outcome: Option<&'a str>,
    pub at: DateTime<Utc>,
    pub by: &'a str,
}

pub(super) struct StatusRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn statuses(&mut self) -> StatusRepository<'_> {
        StatusRepository(self)
    }
}

impl StatusRepository<'_> {
    /// Writes the status of a changed customer over the version before it, with its row of the history; false when
    /// that version is not there. Whoever has a status that changed is no longer new, and that is remembered.
    pub(super) async fn write(&mut self, after: &Customer, step: &Step<'_>) -> Result<bool, DatabaseError> {
        let written = self
            .0
            .query(
                "UPDATE customers SET status = $1, status_since = $2, version = $3, updated_at = $4, updated_by = $5, \
                 was_active = TRUE WHERE id = $6 AND version = $7",
            )
            .bind(after.status.as_str())
            .bind(after.status_since)
            .bind(after.version)
            .bind(after.updated_at)
            .bind(&after.updated_by)
            .bind(after.id)
            .bind(after.version - 1)
            .execute()
            .await?;
        if written != 1 {
            return Ok(false);
        }
        self.0
            .query(
                "INSERT INTO customer_status_changes (customer_id, from_status, to_status, reason, note, at, by_name) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(after.id)
            .bind(step.from.as_str())
            .bind(after.status.as_str())
            .bind(step.reason)
            .bind(step.note)
            .bind(after.status_since)
            .bind(&after.updated_by)
            .execute()
            .await?;
        Ok(true)
    }

    /// Every change of status, newest first.
    pub(super) async fn history(&mut self, customer: CustomerId) -> Result<Vec<StatusEntry>, DatabaseError> {
        let rows: Vec<EntryRow> = self
            .0
            .query(
                "SELECT id, from_status, to_status, reason, note, at, by_name FROM customer_status_changes \
                 WHERE customer_id = $1 ORDER BY id DESC LIMIT $2",
            )
            .bind(customer)
            .bind(MOST)
            .fetch_all()
            .await?;
        rows.into_iter().map(StatusEntry::try_from).collect()
    }

    /// Open holds, the oldest first.
    pub(super) async fn open_holds(&mut self, customer: CustomerId) -> Result<Vec<Hold>, DatabaseError> {
        let rows: Vec<HoldRow> = self
            .0
            .query(
                "SELECT id, reason, note, resume_on, opened_at, opened_by, closed_at, closed_by, closing_note \
                 FROM customer_holds WHERE customer_id = $1 AND closed_at IS NULL ORDER BY id",
            )
            .bind(customer)
            .fetch_all()
            .await?;
        rows.into_iter().map(Hold::try_from).collect()
    }

    /// Every hold, newest first.
    pub(super) async fn holds(&mut self, customer: CustomerId) -> Result<Vec<Hold>, DatabaseError> {
        let rows: Vec<HoldRow> = self
            .0
            .query(
                "SELECT id, reason, note, resume_on, opened_at, opened_by, closed_at, closed_by, closing_note \
                 FROM customer_holds WHERE customer_id = $1 ORDER BY id DESC LIMIT $2",
            )
            .bind(customer)
            .bind(MOST)
            .fetch_all()
            .await?;
        rows.into_iter().map(Hold::try_from).collect()
    }

    /// Opens a hold; `resume_at` is the beginning of its last day.
    pub(super) async fn insert_hold(
        &mut self,
        customer: CustomerId,
        hold: &CheckedHold,
        resume_at: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
        by: &str,
    ) -> Result<(), DatabaseError> {
        self.0
            .query(
                "INSERT INTO customer_holds (customer_id, reason, note, resume_on, resume_at, opened_at, opened_by) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(customer)
            .bind(hold.reason.as_str())
            .bind(&hold.note)
            .bind(hold.resume_on)
            .bind(resume_at)
            .bind(at)
            .bind(by)
            .execute()
            .await?;
        Ok(())
    }

    /// Closes an open hold.
    pub(super) async fn close_hold(
        &mut self,
        id: HoldId,
        note: Option<&str>,
        at: DateTime<Utc>,
        by: &str,
    ) -> Result<(), DatabaseError> {
        self.0
            .query(
                "UPDATE customer_holds SET closed_at = $2, closed_by = $3, closing_note = $4 \
                 WHERE id = $1 AND closed_at IS NULL",
            )
            .bind(id)
            .bind(at)
            .bind(by)
            .bind(note)
            .execute()
            .await?;
        Ok(())
    }

    /// The change of a customer that waits for its day.
    pub(super) async fn scheduled(&mut self, customer: CustomerId) -> Result<Option<ScheduledChange>, DatabaseError> {
        let row: Option<ScheduledRow> = self
            .0
            .query(
                "SELECT id, customer_id, change, to_status, effective_on, created_at, created_by \
                 FROM scheduled_status_changes WHERE customer_id = $1 AND state = 'pending'",
            )
            .bind(customer)
            .fetch_optional()
            .await?;
        Ok(row.map(Pending::try_from).transpose()?.map(|pending| pending.scheduled))
    }

    /// A change that still waits.
    pub(super) async fn pending(&mut self, id: ScheduledChangeId) -> Result<Option<Pending>, DatabaseError> {
        let row: Option<ScheduledRow> = self
            .0
            .query(
                "SELECT id, customer_id, change, to_status, effective_on, created_at, created_by \
                 FROM scheduled_status_changes WHERE id = $1 AND state = 'pending'",
            )
            .bind(id)
            .fetch_optional()
            .await?;
        row.map(Pending::try_from).transpose()
    }

    /// Keeps a change for its day; its id is given.
    pub(super) async fn schedule(
        &mut self,
        customer: CustomerId,
        scheduled: &ScheduledChange,
        due_at: DateTime<Utc>,
    ) -> Result<ScheduledChangeId, DatabaseError> {
        self.0
            .query(
                "INSERT INTO scheduled_status_changes \
                 (customer_id, change, to_status, effective_on, due_at, state, created_at, created_by) \
                 VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7) RETURNING id",
            )
            .bind(customer)
            .bind(Json(&scheduled.change))
            .bind(scheduled.to.as_str())
            .bind(scheduled.effective_on)
            .bind(due_at)
            .bind(scheduled.created_at)
            .bind(&scheduled.created_by)
            .fetch_value()
            .await
    }

    /// Ends the waiting of a change.
    pub(super) async fn finish(&mut self, id: ScheduledChangeId, ending: &Ending<'_>) -> Result<(), DatabaseError> {
        self.0
            .query(
                "UPDATE scheduled_status_changes SET state = $2, outcome = $3, finished_at = $4, finished_by = $5 \
                 WHERE id = $1 AND state = 'pending'",
            )
            .bind(id)
            .bind(ending.state)
            .bind(ending.outcome)
            .bind(ending.at)
            .bind(ending.by)
            .execute()
            .await?;
        Ok(())
    }

    /// The next changes after `after` whose day has come, at most `limit`.
    pub(super) async fn due_changes(
        &mut self,
        now: DateTime<Utc>,
        after: ScheduledChangeId,
        limit: i64,
    ) -> Result<Vec<ScheduledChangeId>, DatabaseError> {
        self.0
            .query(
                "SELECT id FROM scheduled_status_changes WHERE state = 'pending' AND due_at <= $1 AND id > $2 \
                 ORDER BY id LIMIT $3",
            )
            .bind(now)
            .bind(after)
            .bind(limit)
            .fetch_values()
            .await
    }

    /// The next open holds after `after` whose resume day has come, at most `limit`; those in the trash stay.
    pub(super) async fn due_holds(
        &mut self,
        now: DateTime<Utc>,
        after: HoldId,
        limit: i64,
    ) -> Result<Vec<DueHold>, DatabaseError> {
        self.0
            .query(
                "SELECT h.id, h.customer_id FROM customer_holds h JOIN customers c ON c.id = h.customer_id \
                 WHERE h.closed_at IS NULL AND h.resume_at IS NOT NULL AND h.resume_at <= $1 AND h.id > $2 \
                 AND c.deleted_at IS NULL ORDER BY h.id LIMIT $3",
            )
            .bind(now)
            .bind(after)
            .bind(limit)
            .fetch_all()
            .await
    }
}
