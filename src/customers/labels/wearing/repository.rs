//! SQL of who wears a label, now and once.

use chrono::{DateTime, Utc};

use super::super::model::{Assignment, LabelChip};
use super::super::repository::LabelRepository;
use crate::customers::repository::push_scope;
use crate::database::{DatabaseError, FromRow};
use crate::shared::id::{AssignmentId, CustomerId, LabelId};
use crate::shared::permission::Scope;

/// Customers in one statement at most.
const CHUNK: usize = 500;

#[derive(FromRow)]
struct ChipRow {
    customer_id: CustomerId,
    id: LabelId,
    name: String,
    colour: String,
}

#[derive(FromRow)]
struct AssignmentRow {
    id: AssignmentId,
    label_id: LabelId,
    name: String,
    colour: String,
    notes: Option<String>,
    expires_at: Option<DateTime<Utc>>,
    assigned_at: DateTime<Utc>,
    assigned_by: String,
    removed_at: Option<DateTime<Utc>>,
    removed_by: Option<String>,
    removal_reason: Option<String>,
}

impl From<AssignmentRow> for Assignment {
    fn from(row: AssignmentRow) -> Self {
        Self {
            id: row.id,
            label: LabelChip { id: row.label_id, name: row.name, colour: row.colour },
            notes: row.notes,
            expires_at: row.expires_at,
            assigned_at: row.assigned_at,
            assigned_by: row.assigned_by,
            removed_at: row.removed_at,
            removed_by: row.removed_by,
            removal_reason: row.removal_reason,
        }
    }
}

/// An assignment that has expired and was not taken off yet.
#[derive(FromRow)]
pub(super) struct ExpiredRow {
    pub id: AssignmentId,
    pub customer_id: CustomerId,
    pub name: String,
}

/// A label to put on customers.
pub(super) struct Putting<'a> {
    pub label: LabelId,
    pub notes: Option<&'a str>,
    pub expires_at: Option<DateTime<Utc>>,
    pub at: DateTime<Utc>,
    pub by: &'a str,
}

/// How a label comes off.
pub(super) struct Removal<'a> {
    pub at: DateTime<Utc>,
    pub by: &'a str,
    pub reason: Option<&'a str>,
}

impl LabelRepository<'_> {
    /// The labels that these customers wear, the highest priority first.
    pub(in crate::customers) async fn chips(
        &mut self,
        customer_ids: &[CustomerId],
        now: DateTime<Utc>,
    ) -> Result<Vec<(CustomerId, LabelChip)>, DatabaseError> {
        let mut chips = Vec::new();
        for chunk in customer_ids.chunks(CHUNK) {
            let mut sql = self.0.build(
                "SELECT w.customer_id, l.id, COALESCE(l.display_name, l.name) AS name, l.colour \
                 FROM customer_labels w JOIN labels l ON l.id = w.label_id \
                 WHERE w.removed_at IS NULL AND (w.expires_at IS NULL OR w.expires_at > ",
            );
            sql.push_bind(now).push(") AND w.customer_id IN ").push_list(chunk.iter().copied());
            sql.push(" ORDER BY l.priority DESC, l.name_key, l.id");
            let rows: Vec<ChipRow> = sql.finish()?.fetch_all().await?;
            let chip = |row: ChipRow| (row.customer_id, LabelChip { id: row.id, name: row.name, colour: row.colour });
            chips.extend(rows.into_iter().map(chip));
        }
        Ok(chips)
    }

    /// What a customer wears now, the highest priority first.
    pub(super) async fn worn(
        &mut self,
        customer: CustomerId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Assignment>, DatabaseError> {
        let list = self.0.query(
            "SELECT w.id, w.label_id, COALESCE(l.display_name, l.name) AS name, l.colour, w.notes, w.expires_at, \
             w.assigned_at, w.assigned_by, w.removed_at, w.removed_by, w.removal_reason \
             FROM customer_labels w JOIN labels l ON l.id = w.label_id WHERE w.customer_id = $1 \
             AND w.removed_at IS NULL AND (w.expires_at IS NULL OR w.expires_at > $2) \
             ORDER BY l.priority DESC, l.name_key, l.id",
        );
        let rows: Vec<AssignmentRow> = list.bind(customer).bind(now).fetch_all().await?;
        Ok(rows.into_iter().map(Assignment::from).collect())
    }

    /// Everything that a customer ever wore, newest first.
    pub(super) async fn ever_worn(&mut self, customer: CustomerId) -> Result<Vec<Assignment>, DatabaseError> {
        let list = self.0.query(
            "SELECT w.id, w.label_id, COALESCE(l.display_name, l.name) AS name, l.colour, w.notes, w.expires_at, \
             w.assigned_at, w.assigned_by, w.removed_at, w.removed_by, w.removal_reason \
             FROM customer_labels w JOIN labels l ON l.id = w.label_id WHERE w.customer_id = $1 ORDER BY w.id DESC",
        );
        let rows: Vec<AssignmentRow> = list.bind(customer).fetch_all().await?;
        Ok(rows.into_iter().map(Assignment::from).collect())
    }

    /// Which of these are live customers in the scope.
    pub(super) async fn live_customers(
        &mut self,
        scope: &Scope,
        ids: &[CustomerId],
    ) -> Result<Vec<CustomerId>, DatabaseError> {
        let mut live = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(CHUNK) {
            let mut sql = self.0.build("SELECT c.id FROM customers c WHERE c.deleted_at IS NULL AND c.id IN ");
            sql.push_list(chunk.iter().copied());
            push_scope(&mut sql, scope);
            live.extend(sql.finish()?.fetch_values::<CustomerId>().await?);
        }
        Ok(live)
    }

    /// Puts a label on live customers and tells which did not wear it yet.
    pub(super) async fn assign(
        &mut self,
        putting: &Putting<'_>,
        customers: &[CustomerId],
    ) -> Result<Vec<CustomerId>, DatabaseError> {
        let mut changed = Vec::with_capacity(customers.len());
        for chunk in customers.chunks(CHUNK) {
            let mut sql = self.0.build(
                "INSERT INTO customer_labels (customer_id, label_id, notes, expires_at, assigned_at, assigned_by) \
                 SELECT c.id, ",
            );
            sql.push_bind(putting.label).push(", ").push_bind(putting.notes).push(", ");
            sql.push_bind(putting.expires_at).push(", ").push_bind(putting.at).push(", ").push_bind(putting.by);
            sql.push(" FROM customers c WHERE c.deleted_at IS NULL AND c.id IN ").push_list(chunk.iter().copied());
            sql.push(" ON CONFLICT DO NOTHING RETURNING customer_id");
            changed.extend(sql.finish()?.fetch_values::<CustomerId>().await?);
        }
        Ok(changed)
    }

    /// Takes a label off customers and tells which wore it.
    pub(super) async fn remove(
        &mut self,
        label: LabelId,
        removal: &Removal<'_>,
        customers: &[CustomerId],
    ) -> Result<Vec<CustomerId>, DatabaseError> {
        let mut changed = Vec::with_capacity(customers.len());
        for chunk in customers.chunks(CHUNK) {
            let mut sql = self.0.build("UPDATE customer_labels SET removed_at = ");
            sql.push_bind(removal.at).push(", removed_by = ").push_bind(removal.by);
            sql.push(", removal_reason = ").push_bind(removal.reason);
            sql.push(" WHERE removed_at IS NULL AND label_id = ").push_bind(label);
            sql.push(" AND customer_id IN ").push_list(chunk.iter().copied()).push(" RETURNING customer_id");
            changed.extend(sql.finish()?.fetch_values::<CustomerId>().await?);
        }
        Ok(changed)
    }

    /// Assignments that have expired and were not taken off yet, at most so many.
    pub(super) async fn expired(&mut self, now: DateTime<Utc>, limit: i64) -> Result<Vec<ExpiredRow>, DatabaseError> {
        let list = self.0.query(
            "SELECT w.id, w.customer_id, l.name FROM customer_labels w JOIN labels l ON l.id = w.label_id \
             WHERE w.removed_at IS NULL AND w.expires_at <= $1 ORDER BY w.expires_at, w.id LIMIT $2",
        );
        list.bind(now).bind(limit).fetch_all().await
    }

    /// The same of one label and these customers.
    pub(super) async fn expired_among(
        &mut self,
        label: LabelId,
        customers: &[CustomerId],
        now: DateTime<Utc>,
    ) -> Result<Vec<ExpiredRow>, DatabaseError> {
        let mut expired = Vec::new();
        for chunk in customers.chunks(CHUNK) {
            let mut sql = self.0.build(
                "SELECT w.id, w.customer_id, l.name FROM customer_labels w JOIN labels l ON l.id = w.label_id \
                 WHERE w.removed_at IS NULL AND w.label_id = ",
            );
            sql.push_bind(label).push(" AND w.expires_at <= ").push_bind(now);
            sql.push(" AND w.customer_id IN ").push_list(chunk.iter().copied());
            expired.extend(sql.finish()?.fetch_all::<ExpiredRow>().await?);
        }
        Ok(expired)
    }

    /// Takes these assignments off.
    pub(super) async fn take_off(&mut self, rows: &[ExpiredRow], removal: &Removal<'_>) -> Result<(), DatabaseError> {
        for chunk in rows.chunks(CHUNK) {
            let mut sql = self.0.build("UPDATE customer_labels SET removed_at = ");
            sql.push_bind(removal.at).push(", removed_by = ").push_bind(removal.by);
            sql.push(", removal_reason = ").push_bind(removal.reason);
            sql.push(" WHERE removed_at IS NULL AND id IN ").push_list(chunk.iter().map(|row| row.id));
            sql.finish()?.execute().await?;
        }
        Ok(())
    }
}
