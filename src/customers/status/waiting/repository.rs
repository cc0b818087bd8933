//! SQL of changes that wait for their day, with where the customer stood when they were asked for and what whoever
//! asked may do and see.

use chrono::{DateTime, NaiveDate, Utc};

use super::super::super::model::Status;
use super::super::repository::{StatusRepository, word};
use super::super::{ScheduledChange, StatusChange};
use crate::database::{DatabaseError, FromRow, Json};
use crate::shared::id::{CustomerId, HoldId, ScheduledChangeId};
use crate::shared::permission::{PermissionSet, Scope};

const TABLE: &str = "scheduled_status_changes";

const SELECT_WAITING: &str = "SELECT id, customer_id, change, to_status, from_status, open_holds, permissions, \
     scope_partners, scope_locations, effective_on, created_at, created_by \
     FROM scheduled_status_changes WHERE state = 'pending' AND ";

#[derive(FromRow)]
struct WaitingRow {
    id: ScheduledChangeId,
    customer_id: CustomerId,
    change: Json<StatusChange>,
    to_status: String,
    from_status: String,
    open_holds: Json<Vec<HoldId>>,
    permissions: String,
    scope_partners: Option<String>,
    scope_locations: Option<String>,
    effective_on: NaiveDate,
    created_at: DateTime<Utc>,
    created_by: String,
}

/// What held when a change was asked for; it is carried out on these terms or not at all.
pub(in crate::customers::status) struct Terms {
    /// The status of the customer.
    pub from: Status,
    /// The holds that were open, the oldest first.
    pub open_holds: Vec<HoldId>,
    /// What whoever asked may do.
    pub permissions: PermissionSet,
    /// What they may see.
    pub scope: Scope,
}

/// A change that waits, whose it is, and on which terms.
pub(in crate::customers::status) struct Pending {
    pub customer_id: CustomerId,
    pub scheduled: ScheduledChange,
    pub terms: Terms,
}

impl TryFrom<WaitingRow> for Pending {
    type Error = DatabaseError;

    fn try_from(row: WaitingRow) -> Result<Self, DatabaseError> {
        let scope = Scope::from_columns(row.scope_partners.as_deref(), row.scope_locations.as_deref());
        let corrupt = |(column, value)| DatabaseError::Corrupt { table: TABLE, column, value };
        let terms = Terms {
            from: word(TABLE, "from_status", row.from_status, Status::parse)?,
            open_holds: row.open_holds.0,
            permissions: PermissionSet::parse(&row.permissions),
            scope: scope.map_err(corrupt)?,
        };
        let scheduled = ScheduledChange {
            id: row.id,
            change: row.change.0,
            to: word(TABLE, "to_status", row.to_status, Status::parse)?,
            effective_on: row.effective_on,
            created_at: row.created_at,
            created_by: row.created_by,
        };
        Ok(Self { customer_id: row.customer_id, scheduled, terms })
    }
}

/// How a change that waited ended: `done`, `cancelled` or `failed`, and why it failed.
pub(in crate::customers::status) struct Ending<'a> {
    pub state: &'static str,
    pub outcome: Option<&'a str>,
    pub at: DateTime<Utc>,
    pub by: &'a str,
}

impl StatusRepository<'_> {
    /// The change of a customer that waits for its day.
    pub(in crate::customers::status) async fn scheduled(
        &mut self,
        customer: CustomerId,
    ) -> Result<Option<ScheduledChange>, DatabaseError> {
        let mut sql = self.0.build(SELECT_WAITING);
        sql.push("customer_id = ").push_bind(customer);
        let row: Option<WaitingRow> = sql.finish()?.fetch_optional().await?;
        Ok(row.map(Pending::try_from).transpose()?.map(|pending| pending.scheduled))
    }

    /// A change that still waits.
    pub(in crate::customers::status) async fn pending(
        &mut self,
        id: ScheduledChangeId,
    ) -> Result<Option<Pending>, DatabaseError> {
        let mut sql = self.0.build(SELECT_WAITING);
        sql.push("id = ").push_bind(id);
        sql.finish()?.fetch_optional::<WaitingRow>().await?.map(Pending::try_from).transpose()
    }

    /// Keeps a change for its day; its id is given.
    pub(in crate::customers::status) async fn schedule(
        &mut self,
        pending: &Pending,
        due_at: DateTime<Utc>,
    ) -> Result<ScheduledChangeId, DatabaseError> {
        let Pending { customer_id, scheduled, terms } = pending;
        let (partners, locations) = terms.scope.to_columns();
        self.0
            .query(
                "INSERT INTO scheduled_status_changes \
                 (customer_id, change, to_status, from_status, open_holds, permissions, scope_partners, \
                 scope_locations, effective_on, due_at, state, created_at, created_by) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', $11, $12) RETURNING id",
            )
            .bind(*customer_id)
            .bind(Json(&scheduled.change))
            .bind(scheduled.to.as_str())
            .bind(terms.from.as_str())
            .bind(Json(&terms.open_holds))
            .bind(terms.permissions.to_string())
            .bind(partners)
            .bind(locations)
            .bind(scheduled.effective_on)
            .bind(due_at)
            .bind(scheduled.created_at)
            .bind(&scheduled.created_by)
            .fetch_value()
            .await
    }

    /// Moves the moment at which a change that waits is due.
    pub(in crate::customers::status) async fn put_due_at(
        &mut self,
        id: ScheduledChangeId,
        due_at: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        let sql = "UPDATE scheduled_status_changes SET due_at = $2 WHERE id = $1 AND state = 'pending'";
        self.0.query(sql).bind(id).bind(due_at).execute().await?;
        Ok(())
    }

    /// Ends the waiting of a change.
    pub(in crate::customers::status) async fn finish(
        &mut self,
        id: ScheduledChangeId,
        ending: &Ending<'_>,
    ) -> Result<(), DatabaseError> {
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
    pub(in crate::customers::status) async fn due_changes(
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
}
