//! The store behind the cookie: only the hash of an id is stored, and sessions end by idleness or by age.

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use time::OffsetDateTime;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result as StoreResult};

use super::repository::{NewSession, SessionRow};
use crate::auth::steps::is_unchanged;
use crate::auth::token::digest;
use crate::database::{Database, DatabaseError, Lock};
use crate::settings::SettingsService;
use crate::shared::actor::{Actor, Origin};
use crate::shared::clock::Clock;
use crate::shared::id::StaffId;
use crate::shared::problem::Problem;

/// Keys of a session's data that have columns of their own.
pub(in crate::auth) const STAFF_ID: &str = "staff_id";
pub(in crate::auth) const ADDRESS: &str = "address";
pub(in crate::auth) const SINCE: &str = "since";
pub(in crate::auth) const USER_AGENT: &str = "user_agent";

/// The key of what a person proved: it lets their session begin and is stored nowhere.
pub(in crate::auth) const FINGERPRINT: &str = "fingerprint";

/// The last use is written down at most this often.
const TOUCH_SECONDS: i64 = 60;

/// The sessions of all visitors; cheap to clone.
#[derive(Clone, Debug)]
pub struct DatabaseSessions {
    database: Database,
    settings: SettingsService,
    clock: Clock,
}

impl DatabaseSessions {
    /// A store on the pool of the process.
    pub fn new(database: Database, settings: SettingsService, clock: Clock) -> Self {
        Self { database, settings, clock }
    }

    /// Who uses the session, as they are now; `None` when it is over, unknown or nobody's. One query.
    pub(in crate::auth) async fn actor(&self, id: Id, origin: Origin) -> Result<Option<Actor>, Problem> {
        let key = key_of(id);
        let Some(row) = self.database.read().await?.sessions().find_actor(&key).await? else { return Ok(None) };
        if !row.is_active || self.is_over(row.last_used_at, row.expires_at) {
            return Ok(None);
        }
        self.touch(&key, row.last_used_at).await;
        Ok(Some(row.into_actor(key, origin)?))
    }

    /// Deletes what is over; gives how many there were.
    pub async fn delete_expired(&self) -> Result<u64, DatabaseError> {
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        let deleted = tx.sessions().delete_expired(now, now - self.idle()).await?;
        tx.commit().await?;
        Ok(deleted)
    }

    pub(super) fn idle(&self) -> Duration {
        Duration::minutes(self.settings.current().sign_in.idle_minutes)
    }

    fn is_over(&self, last_used_at: DateTime<Utc>, expires_at: DateTime<Utc>) -> bool {
        let now = self.clock.now();
        expires_at <= now || last_used_at + self.idle() <= now
    }

    /// Notes the use of a session. A full disk must not keep anybody from reading, so a failure is only logged.
    async fn touch(&self, key: &str, last_used_at: DateTime<Utc>) {
        let now = self.clock.now();
        if (now - last_used_at).num_seconds() < TOUCH_SECONDS {
            return;
        }
        if let Err(error) = self.write_touch(key, now).await {
            tracing::warn!(%error, "the use of a session cannot be written down");
        }
    }

    async fn write_touch(&self, key: &str, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        let mut tx = self.database.begin().await?;
        tx.sessions().touch(key, now).await?;
        tx.commit().await
    }

    /// `false` when the id is taken. The session of somebody who has not proven what is asked for now is not
    /// stored: the cookie is dead from the start.
    async fn insert(&self, session: &NewSession, proven: Option<&str>) -> Result<bool, DatabaseError> {
        let now = self.clock.now();
        // A new id in the middle of a sign-in does not make it longer.
        let since = session.since.unwrap_or(now).min(now);
        let expires_at = since + Duration::hours(self.settings.current().sign_in.absolute_hours);
        let mut tx = self.database.begin().await?;
        if let Some(staff) = session.staff_id {
            tx.lock(Lock::Changes).await?;
            if !is_unchanged(&mut tx, StaffId(staff), proven.unwrap_or_default()).await? {
                tracing::warn!(staff, "a session does not begin: password, second factor or account were changed");
                return Ok(true);
            }
        }
        let inserted = tx.sessions().insert(session, now, expires_at).await?;
        tx.commit().await?;
        Ok(inserted)
    }

    async fn update(&self, session: &NewSession) -> Result<(), DatabaseError> {
        let mut tx = self.database.begin().await?;
        tx.sessions().update(session, self.clock.now()).await?;
        tx.commit().await
    }

    async fn find(&self, key: &str) -> Result<Option<SessionRow>, DatabaseError> {
        self.database.read().await?.sessions().find(key).await
    }

    async fn remove(&self, key: &str) -> Result<(), DatabaseError> {
        let mut tx = self.database.begin().await?;
        tx.sessions().delete(key).await?;
        tx.commit().await
    }
}

#[async_trait]
impl SessionStore for DatabaseSessions {
    async fn create(&self, record: &mut Record) -> StoreResult<()> {
        let proven = record.data.remove(FINGERPRINT);
        let proven = proven.as_ref().and_then(Value::as_str);
        while !self.insert(&NewSession::from(&*record), proven).await.map_err(|error| backend(&error))? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> StoreResult<()> {
        self.update(&NewSession::from(record)).await.map_err(|error| backend(&error))
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<Record>> {
        let key = key_of(*id);
        let Some(row) = self.find(&key).await.map_err(|error| backend(&error))? else { return Ok(None) };
        if self.is_over(row.last_used_at, row.expires_at) {
            return Ok(None);
        }
        self.touch(&key, row.last_used_at).await;
        let data = serde_json::from_str(&row.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(row.expires_at.timestamp())
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        self.remove(&key_of(*id)).await.map_err(|error| backend(&error))
    }
}

impl From<&Record> for NewSession {
    fn from(record: &Record) -> Self {
        let text = |key: &str| record.data.get(key).and_then(Value::as_str).map(str::to_owned);
        Self {
            id_hash: key_of(record.id),
            staff_id: record.data.get(STAFF_ID).and_then(Value::as_i64),
            data: serde_json::to_string(&record.data).unwrap_or_default(),
            address: text(ADDRESS),
            user_agent: text(USER_AGENT),
            since: record.data.get(SINCE).and_then(Value::as_i64).and_then(DateTime::from_timestamp_micros),
        }
    }
}

/// The form in which an id is stored: who reads the database cannot take a session over.
fn key_of(id: Id) -> String {
    digest(id.0.to_le_bytes())
}

fn backend(error: &DatabaseError) -> Error {
    Error::Backend(error.to_string())
}
