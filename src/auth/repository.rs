//! Rows of the door: accounts as sign-in sees them, sessions, failures, links and events.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use super::model::permissions_of;
use super::throttle::{Throttle, ThrottleKind};
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::actor::{Actor, ActorKind, Origin};
use crate::shared::id::StaffId;
use crate::shared::permission::Scope;

/// An account as sign-in sees it.
#[derive(FromRow)]
pub(super) struct AccountRow {
    pub id: StaffId,
    pub username: String,
    pub email_key: String,
    pub full_name: String,
    pub password_hash: Option<String>,
    pub is_active: bool,
}

/// A session with the person behind it.
#[derive(FromRow)]
pub(super) struct SessionActorRow {
    staff_id: StaffId,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub is_active: bool,
    full_name: String,
    username: String,
    scope_partners: Option<String>,
    scope_locations: Option<String>,
    permissions: String,
}

impl SessionActorRow {
    pub(super) fn into_actor(self, origin: Origin) -> Result<Actor, DatabaseError> {
        Ok(Actor {
            kind: ActorKind::Staff(self.staff_id),
            name: self.full_name,
            username: self.username,
            permissions: permissions_of(&self.permissions),
            scope: Scope {
                partners: ids("scope_partners", self.scope_partners)?,
                locations: ids("scope_locations", self.scope_locations)?,
            },
            origin,
        })
    }
}

/// Reads a JSON array of ids. One that cannot be read is an error: it must not mean "everything".
fn ids<T: DeserializeOwned>(column: &'static str, text: Option<String>) -> Result<Option<Vec<T>>, DatabaseError> {
    let Some(text) = text else { return Ok(None) };
    match serde_json::from_str(&text) {
        Ok(ids) => Ok(Some(ids)),
        Err(_) => Err(DatabaseError::Corrupt { table: "staff", column, value: text }),
    }
}

/// The data of a session.
#[derive(FromRow)]
pub(super) struct SessionRow {
    pub data: String,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A session to be stored.
pub(super) struct NewSession {
    pub id_hash: String,
    pub staff_id: Option<i64>,
    pub data: String,
    pub address: Option<String>,
    pub user_agent: Option<String>,
}

/// Something that happened at the door.
pub(super) struct NewEvent<'a> {
    pub at: DateTime<Utc>,
    pub event: &'static str,
    pub staff_id: Option<StaffId>,
    pub subject: &'a str,
    pub origin: &'a Origin,
}

pub(super) struct AuthRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn auth(&mut self) -> AuthRepository<'_> {
        AuthRepository(self)
    }
}

/// Accounts.
impl AuthRepository<'_> {
    pub(super) async fn staff_exists(&mut self) -> Result<bool, DatabaseError> {
        self.0.query("SELECT EXISTS (SELECT 1 FROM staff)").fetch_value().await
    }

    /// By user name or e-mail address; `key` is folded as in `name_key`.
    pub(super) async fn find_account(&mut self, key: &str) -> Result<Option<AccountRow>, DatabaseError> {
        self.0
            .query(
                "SELECT id, username, email_key, full_name, password_hash, is_active FROM staff \
                 WHERE username = $1 OR email_key = $1",
            )
            .bind(key)
            .fetch_optional()
            .await
    }

    /// Lets an account in whose password is still the one that was verified; `false` when it is not.
    pub(super) async fn update_signed_in(
        &mut self,
        id: StaffId,
        verified: &str,
        rehashed: Option<&str>,
        at: DateTime<Utc>,
    ) -> Result<bool, DatabaseError> {
        let update = self.0.query(
            "UPDATE staff SET last_sign_in_at = $3, password_hash = COALESCE($4, password_hash) \
             WHERE id = $1 AND password_hash = $2 AND is_active",
        );
        Ok(update.bind(id).bind(verified).bind(at).bind(rehashed).execute().await? == 1)
    }
}

/// Sessions.
impl AuthRepository<'_> {
    /// The one query of every request that a person makes.
    pub(super) async fn find_session_actor(&mut self, id_hash: &str) -> Result<Option<SessionActorRow>, DatabaseError> {
        self.0
            .query(
                "SELECT sessions.staff_id, sessions.last_used_at, sessions.expires_at, staff.is_active, \
                 staff.full_name, staff.username, staff.scope_partners, staff.scope_locations, roles.permissions \
                 FROM sessions JOIN staff ON staff.id = sessions.staff_id JOIN roles ON roles.id = staff.role_id \
                 WHERE sessions.id_hash = $1",
            )
            .bind(id_hash)
            .fetch_optional()
            .await
    }

    pub(super) async fn find_session(&mut self, id_hash: &str) -> Result<Option<SessionRow>, DatabaseError> {
        let select = self.0.query("SELECT data, last_used_at, expires_at FROM sessions WHERE id_hash = $1");
        select.bind(id_hash).fetch_optional().await
    }

    /// `false` when the id is taken.
    pub(super) async fn insert_session(
        &mut self,
        session: &NewSession,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO sessions (id_hash, staff_id, data, address, user_agent, created_at, last_used_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7) ON CONFLICT (id_hash) DO NOTHING",
        );
        let insert = insert.bind(&session.id_hash).bind(session.staff_id).bind(&session.data);
        let insert = insert.bind(&session.address).bind(&session.user_agent).bind(now).bind(expires_at);
        Ok(insert.execute().await? == 1)
    }

    /// Changes nothing when the session was ended meanwhile: it must stay dead.
    pub(super) async fn update_session(
        &mut self,
        session: &NewSession,
        now: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE sessions SET staff_id = $2, data = $3, last_used_at = $4 WHERE id_hash = $1");
        update.bind(&session.id_hash).bind(session.staff_id).bind(&session.data).bind(now).execute().await?;
        Ok(())
    }

    pub(super) async fn touch_session(&mut self, id_hash: &str, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE sessions SET last_used_at = $2 WHERE id_hash = $1");
        update.bind(id_hash).bind(now).execute().await?;
        Ok(())
    }

    pub(super) async fn delete_session(&mut self, id_hash: &str) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM sessions WHERE id_hash = $1").bind(id_hash).execute().await?;
        Ok(())
    }

    pub(super) async fn delete_sessions_of(&mut self, staff: StaffId) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM sessions WHERE staff_id = $1").bind(staff).execute().await?;
        Ok(())
    }

    /// Sessions past their end or idle since `idle_since`.
    pub(super) async fn delete_expired_sessions(
        &mut self,
        now: DateTime<Utc>,
        idle_since: DateTime<Utc>,
    ) -> Result<u64, DatabaseError> {
        let delete = self.0.query("DELETE FROM sessions WHERE expires_at <= $1 OR last_used_at <= $2");
        delete.bind(now).bind(idle_since).execute().await
    }
}

/// Failures.
impl AuthRepository<'_> {
    pub(super) async fn find_throttles(
        &mut self,
        account: &str,
        address: Option<&str>,
    ) -> Result<Vec<Throttle>, DatabaseError> {
        self.0
            .query(
                "SELECT failures, window_started_at, locked_until FROM sign_in_throttles \
                 WHERE (kind = 'account' AND key = $1) OR (kind = 'address' AND key = $2)",
            )
            .bind(account)
            .bind(address)
            .fetch_all()
            .await
    }

    /// Reads a throttle, made when missing, and holds its row to the end of the transaction.
    pub(super) async fn claim_throttle(
        &mut self,
        kind: ThrottleKind,
        key: &str,
        now: DateTime<Utc>,
    ) -> Result<Throttle, DatabaseError> {
        self.0
            .query(
                "INSERT INTO sign_in_throttles (kind, key, failures, window_started_at) VALUES ($1, $2, 0, $3) \
                 ON CONFLICT (kind, key) DO UPDATE SET failures = sign_in_throttles.failures \
                 RETURNING failures, window_started_at, locked_until",
            )
            .bind(kind.as_str())
            .bind(key)
            .bind(now)
            .fetch_one()
            .await
    }

    pub(super) async fn update_throttle(
        &mut self,
        kind: ThrottleKind,
        key: &str,
        throttle: &Throttle,
    ) -> Result<(), DatabaseError> {
        let update = self.0.query(
            "UPDATE sign_in_throttles SET failures = $3, window_started_at = $4, locked_until = $5 \
             WHERE kind = $1 AND key = $2",
        );
        let update = update.bind(kind.as_str()).bind(key);
        update.bind(throttle.failures).bind(throttle.window_started_at).bind(throttle.locked_until).execute().await?;
        Ok(())
    }

    pub(super) async fn delete_account_throttle(&mut self, key: &str) -> Result<(), DatabaseError> {
        let delete = self.0.query("DELETE FROM sign_in_throttles WHERE kind = 'account' AND key = $1");
        delete.bind(key).execute().await?;
        Ok(())
    }

    pub(super) async fn delete_old_throttles(&mut self, before: DateTime<Utc>) -> Result<(), DatabaseError> {
        let delete = self.0.query(
            "DELETE FROM sign_in_throttles WHERE window_started_at < $1 \
             AND (locked_until IS NULL OR locked_until < $1)",
        );
        delete.bind(before).execute().await?;
        Ok(())
    }
}

/// Links and events.
impl AuthRepository<'_> {
    pub(super) async fn insert_link(
        &mut self,
        token_hash: &str,
        purpose: &str,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        let insert = self
            .0
            .query("INSERT INTO one_time_links (token_hash, purpose, created_at, expires_at) VALUES ($1, $2, $3, $4)");
        insert.bind(token_hash).bind(purpose).bind(now).bind(expires_at).execute().await?;
        Ok(())
    }

    pub(super) async fn link_exists(
        &mut self,
        token_hash: &str,
        purpose: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DatabaseError> {
        self.0
            .query(
                "SELECT EXISTS (SELECT 1 FROM one_time_links \
                 WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3)",
            )
            .bind(token_hash)
            .bind(purpose)
            .bind(now)
            .fetch_value()
            .await
    }

    /// `true` for exactly one of those who use a link that is still good.
    pub(super) async fn delete_link(
        &mut self,
        token_hash: &str,
        purpose: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DatabaseError> {
        let delete =
            self.0.query("DELETE FROM one_time_links WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3");
        Ok(delete.bind(token_hash).bind(purpose).bind(now).execute().await? == 1)
    }

    pub(super) async fn delete_links(&mut self, purpose: &str) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM one_time_links WHERE purpose = $1").bind(purpose).execute().await?;
        Ok(())
    }

    pub(super) async fn delete_expired_links(&mut self, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM one_time_links WHERE expires_at <= $1").bind(now).execute().await?;
        Ok(())
    }

    pub(super) async fn insert_event(&mut self, event: &NewEvent<'_>) -> Result<(), DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO authentication_events (at, event, staff_id, subject, address, user_agent, request_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        );
        let origin = event.origin;
        let insert = insert.bind(event.at).bind(event.event).bind(event.staff_id).bind(event.subject);
        insert.bind(&origin.address).bind(&origin.user_agent).bind(&origin.request_id).execute().await?;
        Ok(())
    }
}
