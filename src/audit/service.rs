//! Writing entries as a step of every use case, reading them, and proving the chain.

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};

use super::repository::{EntryRow, Head};
use super::{AuditEntry, ChainReport, Change};
use crate::database::{Database, DatabaseError, Lock, Transaction};
use crate::shared::actor::Actor;
use crate::shared::problem::Problem;

/// The audit log; stateless, so that every service can hold one.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditLog;

impl AuditLog {
    /// Adds one entry to the chain, in the transaction of the change itself.
    pub async fn record(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        at: DateTime<Utc>,
        change: Change,
    ) -> Result<(), Problem> {
        self.record_all(tx, actor, at, vec![change]).await
    }

    /// Adds entries in order. Holds [`Lock::Changes`] from here to the end of the transaction, since
    /// each entry carries the hash of the one before.
    pub async fn record_all(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        at: DateTime<Utc>,
        changes: Vec<Change>,
    ) -> Result<(), Problem> {
        if changes.is_empty() {
            return Ok(());
        }
        tx.lock(Lock::Changes).await?;
        let mut head = tx.audit().head().await?;
        let mut entries = Vec::with_capacity(changes.len());
        for change in changes {
            let entry = next_entry(&head, actor, at, change);
            head = Head { entry_id: entry.id, hash: entry.hash.clone() };
            entries.push(entry);
        }
        tx.audit().insert(&entries).await?;
        Ok(())
    }

    /// Entries of one record, newest first, before the entry `before`. The caller has checked that
    /// the record may be seen.
    pub async fn history(
        &self,
        tx: &mut Transaction,
        entity: &str,
        entity_id: i64,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<AuditEntry>, Problem> {
        self.history_without(tx, "", (entity, entity_id), before, limit).await
    }

    /// The same without the actions that are `LIKE` the pattern `hidden`, such as `label.%`; blank hides none.
    pub async fn history_without(
        &self,
        tx: &mut Transaction,
        hidden: &str,
        of: (&str, i64),
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<AuditEntry>, Problem> {
        let rows = tx.audit().list_of(of, hidden, before.unwrap_or(i64::MAX), limit).await?;
        Ok(rows.into_iter().map(AuditEntry::try_from).collect::<Result<_, _>>()?)
    }

    /// Reads the whole chain and recomputes every hash. The report names the first entry that was
    /// changed, removed or added behind the log's back.
    pub async fn verify(&self, database: &Database, mut progress: impl FnMut(i64)) -> Result<ChainReport, Problem> {
        let mut tx = database.snapshot().await?;
        let head = tx.audit().head().await?;
        let mut last = Head { entry_id: 0, hash: String::new() };
        loop {
            let entries = tx.audit().list_after(last.entry_id, 5_000).await?;
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                if let Some(flaw) = flaw_of(&last, &entry) {
                    return Ok(ChainReport { entries: last.entry_id, broken_at: Some((entry.id, flaw.to_owned())) });
                }
                last = Head { entry_id: entry.id, hash: entry.hash };
            }
            progress(last.entry_id);
        }
        let whole = last.entry_id == head.entry_id && last.hash == head.hash;
        let broken_at = (!whole).then(|| (last.entry_id + 1, "entries are missing at the end".to_owned()));
        Ok(ChainReport { entries: last.entry_id, broken_at })
    }
}

fn next_entry(head: &Head, actor: &Actor, at: DateTime<Utc>, change: Change) -> EntryRow {
    let mut entry = EntryRow {
        id: head.entry_id + 1,
        at,
        actor_kind: actor.kind.as_str().to_owned(),
        actor_id: actor.kind.id(),
        actor_name: actor.name.clone(),
        address: actor.origin.address.clone(),
        request_id: actor.origin.request_id.clone(),
        action: change.action.to_owned(),
        entity: change.entity.to_owned(),
        entity_id: change.entity_id,
        changes: serde_json::to_string(&change.fields).unwrap_or_default(),
        reason: change.reason,
        previous_hash: head.hash.clone(),
        hash: String::new(),
    };
    entry.hash = hash_of(&entry);
    entry
}

/// SHA-256 over everything an entry says, the hash of the entry before included.
fn hash_of(entry: &EntryRow) -> String {
    let content = serde_json::json!([
        entry.id,
        entry.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        entry.actor_kind,
        entry.actor_id,
        entry.actor_name,
        entry.address,
        entry.request_id,
        entry.action,
        entry.entity,
        entry.entity_id,
        entry.changes,
        entry.reason,
        entry.previous_hash,
    ]);
    hex::encode(Sha256::digest(content.to_string()))
}

fn flaw_of(last: &Head, entry: &EntryRow) -> Option<&'static str> {
    if entry.id != last.entry_id + 1 {
        return Some("an entry before it is missing");
    }
    if entry.previous_hash != last.hash {
        return Some("it does not follow the entry before it");
    }
    (hash_of(entry) != entry.hash).then_some("it was changed after it was written")
}

impl TryFrom<EntryRow> for AuditEntry {
    type Error = DatabaseError;

    fn try_from(row: EntryRow) -> Result<Self, DatabaseError> {
        let changes = serde_json::from_str(&row.changes).map_err(|_| DatabaseError::Corrupt {
            table: "audit_entries",
            column: "changes",
            value: row.id.to_string(),
        })?;
        Ok(Self {
            id: row.id,
            at: row.at,
            actor_kind: row.actor_kind,
            actor_name: row.actor_name,
            address: row.address,
            request_id: row.request_id,
            action: row.action,
            changes,
            reason: row.reason,
        })
    }
}
