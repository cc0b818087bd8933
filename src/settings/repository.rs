//! Settings as rows of key and JSON value.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::database::{DatabaseError, FromRow, Json, Transaction};

#[derive(FromRow)]
pub(super) struct SettingRow {
    pub key: String,
    pub value: Json<Value>,
}

pub(super) struct SettingsRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn settings(&mut self) -> SettingsRepository<'_> {
        SettingsRepository(self)
    }
}

impl SettingsRepository<'_> {
    pub(super) async fn list(&mut self) -> Result<Vec<SettingRow>, DatabaseError> {
        self.0.query("SELECT key, value FROM settings").fetch_all().await
    }

    pub(super) async fn put(
        &mut self,
        key: &str,
        value: &Value,
        at: DateTime<Utc>,
        by: &str,
    ) -> Result<(), DatabaseError> {
        self.0
            .query(
                "INSERT INTO settings (key, value, updated_at, updated_by) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, \
                 updated_by = excluded.updated_by",
            )
            .bind(key)
            .bind(Json(value))
            .bind(at)
            .bind(by)
            .execute()
            .await?;
        Ok(())
    }
}
