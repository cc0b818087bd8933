//! SQL of the status: the column of the record, its history, and holds. Changes that wait for their day are in
//! `waiting.rs`.

use chrono::{DateTime, NaiveDate, Utc};

use super::super::model::{Customer, Status};
use super::{CheckedHold, Hold, HoldReason, STATUS_PAGE, StatusEntry};
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::id::{CustomerId, HoldId};

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

/// A hold whose day has come.
#[derive(FromRow)]
pub(super) struct DueHold {
    pub id: HoldId,
    pub customer_id: CustomerId,
}

/// Reads the word of a column.
pub(super) fn word<T>(
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

pub(super) struct StatusRepository<'t>(pub(super) &'t mut Transaction);

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
        self.insert_entry(after, step).await?;
        Ok(true)
    }

    /// Remembers a way out of `new` that the state machine did not make.
    pub(super) async fn put_was_active(&mut self, customer: CustomerId) -> Result<(), DatabaseError> {
        self.0.query("UPDATE customers SET was_active = TRUE WHERE id = $1").bind(customer).execute().await?;
        Ok(())
    }

    /// Writes the row of the history.
    pub(super) async fn insert_entry(&mut self, after: &Customer, step: &Step<'_>) -> Result<(), DatabaseError> {
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
        Ok(())
    }

    /// A page of the changes of status before `before`, newest first.
    pub(super) async fn history(
        &mut self,
        customer: CustomerId,
        before: Option<i64>,
    ) -> Result<Vec<StatusEntry>, DatabaseError> {
        let rows: Vec<EntryRow> = self
            .0
            .query(
                "SELECT id, from_status, to_status, reason, note, at, by_name FROM customer_status_changes \
                 WHERE customer_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            )
            .bind(customer)
            .bind(before.unwrap_or(i64::MAX))
            .bind(STATUS_PAGE)
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

    /// A page of the holds before `before`, newest first.
    pub(super) async fn holds(
        &mut self,
        customer: CustomerId,
        before: Option<i64>,
    ) -> Result<Vec<Hold>, DatabaseError> {
        let rows: Vec<HoldRow> = self
            .0
            .query(
                "SELECT id, reason, note, resume_on, opened_at, opened_by, closed_at, closed_by, closing_note \
                 FROM customer_holds WHERE customer_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            )
            .bind(customer)
            .bind(before.unwrap_or(i64::MAX))
            .bind(STATUS_PAGE)
            .fetch_all()
            .await?;
        rows.into_iter().map(Hold::try_from).collect()
    }

    /// Moves the moment at which an open hold ends by itself.
    pub(super) async fn put_resume_at(&mut self, id: HoldId, resume_at: DateTime<Utc>) -> Result<(), DatabaseError> {
        let sql = "UPDATE customer_holds SET resume_at = $2 WHERE id = $1 AND closed_at IS NULL";
        self.0.query(sql).bind(id).bind(resume_at).execute().await?;
        Ok(())
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
