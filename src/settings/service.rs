//! Reading and changing the settings; the current ones are at hand without a query.

use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Map, Value};

use super::Settings;
use crate::audit::{AuditLog, Change};
use crate::database::Database;
use crate::shared::actor::Actor;
use crate::shared::clock::Clock;
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;

/// The settings of the system; cheap to clone.
#[derive(Clone, Debug)]
pub struct SettingsService {
    database: Database,
    audit: AuditLog,
    clock: Clock,
    current: Arc<RwLock<Arc<Settings>>>,
}

impl SettingsService {
    /// Reads what is stored; missing keys take the default.
    pub async fn load(database: Database, audit: AuditLog, clock: Clock) -> Result<Self, Problem> {
        let service = Self { database, audit, clock, current: Arc::default() };
        service.reload().await?;
        Ok(service)
    }

    /// The settings as last read.
    pub fn current(&self) -> Arc<Settings> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads them again: another server may have changed them.
    pub async fn reload(&self) -> Result<(), Problem> {
        let rows = self.database.read().await?.settings().list().await?;
        let object: Map<String, Value> = rows.into_iter().map(|row| (row.key, row.value.0)).collect();
        let settings = serde_json::from_value(Value::Object(object)).unwrap_or_else(|error| {
            tracing::error!(%error, "stored settings cannot be read; the defaults are in force");
            Settings::default()
        });
        self.keep(settings);
        Ok(())
    }

    /// Replaces the settings. Errors: `Forbidden`.
    pub async fn update(&self, actor: &Actor, settings: Settings) -> Result<(), Problem> {
        actor.require(Permission::SettingsUpdate)?;
        let before = serde_json::to_value(&*self.current()).unwrap_or_default();
        let after = serde_json::to_value(&settings).unwrap_or_default();
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        for (key, value) in after.as_object().into_iter().flatten() {
            tx.settings().put(key, value, now, &actor.name).await?;
        }
        let change = Change { entity_id: None, ..Change::new("settings.updated", "settings", 0) };
        self.audit.record(&mut tx, actor, now, change.between(&before, &after)).await?;
        tx.commit().await?;
        self.keep(settings);
        Ok(())
    }

    fn keep(&self, settings: Settings) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }
}
