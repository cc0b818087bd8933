//! What an entry says, and how a change is described.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One field of a changed record. Secrets never come here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldChange {
    /// The field's name.
    pub field: String,
    /// Its value before; null when there was none.
    #[schema(value_type = Object)]
    pub before: Value,
    /// Its value after; null when there is none.
    #[schema(value_type = Object)]
    pub after: Value,
}

/// What happened to one record; [`AuditLog::record`](super::AuditLog::record) adds who, when and from where.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// For example `customer.created`.
    pub action: &'static str,
    /// The kind of record: `customer`, `staff`, `import` …
    pub entity: &'static str,
    /// Its id.
    pub entity_id: Option<i64>,
    /// What changed.
    pub fields: Vec<FieldChange>,
    /// Why, when somebody said so.
    pub reason: Option<String>,
}

impl Change {
    /// Something happened, without a comparison of fields.
    pub fn new(action: &'static str, entity: &'static str, entity_id: i64) -> Self {
        Self { action, entity, entity_id: Some(entity_id), fields: Vec::new(), reason: None }
    }

    /// Adds every field that differs between two JSON objects; null and absent are the same.
    #[must_use]
    pub fn between(mut self, before: &Value, after: &Value) -> Self {
        let empty = serde_json::Map::new();
        let before = before.as_object().unwrap_or(&empty);
        let after = after.as_object().unwrap_or(&empty);
        let keys = before.keys().chain(after.keys().filter(|key| !before.contains_key(*key)));
        for key in keys {
            let (old, new) = (before.get(key).unwrap_or(&Value::Null), after.get(key).unwrap_or(&Value::Null));
            if old != new {
                self.fields.push(FieldChange { field: key.clone(), before: old.clone(), after: new.clone() });
            }
        }
        self
    }

    /// Says why.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// An entry as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditEntry {
    /// Its place in the chain.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// `staff`, `client` or `system`.
    pub actor_kind: String,
    /// Who.
    pub actor_name: String,
    /// From which address.
    pub address: Option<String>,
    /// In which request.
    pub request_id: Option<String>,
    /// What, for example `customer.updated`.
    pub action: String,
    /// Before and after of what changed.
    pub changes: Vec<FieldChange>,
    /// Why.
    pub reason: Option<String>,
}

/// What `isp verify-audit` found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainReport {
    /// Entries read.
    pub entries: i64,
    /// The first entry that does not fit, and why; `None` when the chain is whole.
    pub broken_at: Option<(i64, String)>,
}
