//! The rows of the audit log and the head of its chain.

use chrono::{DateTime, Utc};

use crate::database::{DatabaseError, FromRow, Transaction};

/// An entry exactly as it is stored and hashed.
#[derive(Clone, Debug, FromRow)]
pub(super) struct EntryRow {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub actor_kind: String,
    pub actor_id: Option<i64>,
    pub actor_name: String,
    pub address: Option<String>,
    pub request_id: Option<String>,
    pub action: String,
    pub entity: String,
    pub entity_id: Option<i64>,
    pub changes: String,
    pub reason: Option<String>,
    pub previous_hash: String,
    pub hash: String,
}

#[derive(FromRow)]
pub(super) struct Head {
    pub entry_id: i64,
    pub hash: String,
}

pub(super) struct AuditRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn audit(&mut self) -> AuditRepository<'_> {
        AuditRepository(self)
    }
}

impl AuditRepository<'_> {
    pub(super) async fn head(&mut self) -> Result<Head, DatabaseError> {
        self.0.query("SELECT entry_id, hash FROM audit_head WHERE id = 1").fetch_one().await
    }

    /// Adds entries; the head moves along by itself.
    pub(super) async fn insert(&mut self, entries: &[EntryRow]) -> Result<(), DatabaseError> {
        for chunk in entries.chunks(200) {
            let mut insert = self.0.build(
                "INSERT INTO audit_entries (id, at, actor_kind, actor_id, actor_name, address, request_id, action, \
                 entity, entity_id, changes, reason, previous_hash, hash) VALUES ",
            );
            for (i, entry) in chunk.iter().enumerate() {
                insert.push(if i == 0 { "(" } else { ", (" });
                insert.push_bind(entry.id).push(", ").push_bind(entry.at).push(", ");
                insert.push_bind(&entry.actor_kind).push(", ").push_bind(entry.actor_id).push(", ");
                insert.push_bind(&entry.actor_name).push(", ").push_bind(&entry.address).push(", ");
                insert.push_bind(&entry.request_id).push(", ").push_bind(&entry.action).push(", ");
                insert.push_bind(&entry.entity).push(", ").push_bind(entry.entity_id).push(", ");
                insert.push_bind(&entry.changes).push(", ").push_bind(&entry.reason).push(", ");
                insert.push_bind(&entry.previous_hash).push(", ").push_bind(&entry.hash).push(")");
            }
            insert.finish()?.execute().await?;
        }
        Ok(())
    }

    /// Newest first, before the entry `before`, without actions like the pattern `hidden`.
    pub(super) async fn list_of(
        &mut self,
        (entity, entity_id): (&str, i64),
        hidden: &str,
        before: i64,
        limit: i64,
    ) -> Result<Vec<EntryRow>, DatabaseError> {
        self.0
            .query(
                "SELECT id, at, actor_kind, actor_id, actor_name, address, request_id, action, entity, entity_id, \
                 changes, reason, previous_hash, hash FROM audit_entries \
                 WHERE entity = $1 AND entity_id = $2 AND id < $3 AND action NOT LIKE $4 ORDER BY id DESC LIMIT $5",
            )
            .bind(entity)
            .bind(entity_id)
            .bind(before)
            .bind(hidden)
            .bind(limit)
            .fetch_all()
            .await
    }

    /// Oldest first, after the entry `after`.
    pub(super) async fn list_after(&mut self, after: i64, limit: i64) -> Result<Vec<EntryRow>, DatabaseError> {
        self.0
            .query(
                "SELECT id, at, actor_kind, actor_id, actor_name, address, request_id, action, entity, entity_id, \
                 changes, reason, previous_hash, hash FROM audit_entries WHERE id > $1 ORDER BY id LIMIT $2",
            )
            .bind(after)
            .bind(limit)
            .fetch_all()
            .await
    }
}
