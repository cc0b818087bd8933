//! Rows of the sessions.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;

use crate::auth::model::permissions_of;
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::actor::{Actor, ActorKind, Origin, Proof};
use crate::shared::id::StaffId;
use crate::shared::permission::{PermissionSet, Scope};

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
    /// The role asks for a second factor that the person does not have.
    must_enrol: bool,
}

impl SessionActorRow {
    pub(super) fn into_actor(self, id_hash: String, origin: Origin) -> Result<Actor, DatabaseError> {
        let permissions = if self.must_enrol { PermissionSet::default() } else { permissions_of(&self.permissions) };
        Ok(Actor {
            kind: ActorKind::Staff(self.staff_id),
            name: self.full_name,
            username: self.username,
            permissions,
            scope: Scope {
                partners: ids("scope_partners", self.scope_partners)?,
                locations: ids("scope_locations", self.scope_locations)?,
            },
            proof: Proof::Session { id_hash, must_enrol: self.must_enrol },
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

/// A session as the person sees it.
#[derive(FromRow)]
pub(super) struct OwnSessionRow {
    pub id_hash: String,
    pub address: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

/// A session to be stored.
pub(super) struct NewSession {
    pub id_hash: String,
    pub staff_id: Option<i64>,
    pub data: String,
    pub address: Option<String>,
    pub user_agent: Option<String>,
    /// When the person signed in.
    pub since: Option<DateTime<Utc>>,
}

pub(in crate::auth) struct SessionRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(in crate::auth) fn sessions(&mut self) -> SessionRepository<'_> {
        SessionRepository(self)
    }
}

impl SessionRepository<'_> {
    /// The one query of every request that a person makes.
    pub(super) async fn find_actor(&mut self, id_hash: &str) -> Result<Option<SessionActorRow>, DatabaseError> {
        self.0
            .query(
                "SELECT sessions.staff_id, sessions.last_used_at, sessions.expires_at, staff.is_active, \
                 staff.full_name, staff.username, staff.scope_partners, staff.scope_locations, roles.permissions, \
                 (roles.requires_second_factor AND second_factors.staff_id IS NULL) AS must_enrol \
                 FROM sessions JOIN staff ON staff.id = sessions.staff_id JOIN roles ON roles.id = staff.role_id \
                 LEFT JOIN second_factors ON second_factors.staff_id = staff.id \
                 AND second_factors.confirmed_at IS NOT NULL \
                 WHERE sessions.id_hash = $1",
            )
            .bind(id_hash)
            .fetch_optional()
            .await
    }

    pub(super) async fn find(&mut self, id_hash: &str) -> Result<Option<SessionRow>, DatabaseError> {
        let select = self.0.query("SELECT data, last_used_at, expires_at FROM sessions WHERE id_hash = $1");
        select.bind(id_hash).fetch_optional().await
    }

    pub(in crate::auth) async fn exists_of(&mut self, staff: StaffId, id_hash: &str) -> Result<bool, DatabaseError> {
        let select = self.0.query("SELECT EXISTS (SELECT 1 FROM sessions WHERE id_hash = $1 AND staff_id = $2)");
        select.bind(id_hash).bind(staff).fetch_value().await
    }

    /// The person's sessions that still live, the last used first.
    pub(super) async fn list_of(
        &mut self,
        staff: StaffId,
        now: DateTime<Utc>,
        idle_since: DateTime<Utc>,
    ) -> Result<Vec<OwnSessionRow>, DatabaseError> {
        let select = self.0.query(
            "SELECT id_hash, address, user_agent, created_at, last_used_at FROM sessions \
             WHERE staff_id = $1 AND expires_at > $2 AND last_used_at > $3 ORDER BY last_used_at DESC, id_hash",
        );
        select.bind(staff).bind(now).bind(idle_since).fetch_all().await
    }

    /// `false` when the id is taken.
    pub(super) async fn insert(
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
    pub(super) async fn update(&mut self, session: &NewSession, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE sessions SET staff_id = $2, data = $3, last_used_at = $4 WHERE id_hash = $1");
        update.bind(&session.id_hash).bind(session.staff_id).bind(&session.data).bind(now).execute().await?;
        Ok(())
    }

    pub(super) async fn touch(&mut self, id_hash: &str, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE sessions SET last_used_at = $2 WHERE id_hash = $1");
        update.bind(id_hash).bind(now).execute().await?;
        Ok(())
    }

    pub(super) async fn delete(&mut self, id_hash: &str) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM sessions WHERE id_hash = $1").bind(id_hash).execute().await?;
        Ok(())
    }

    /// `false` when the person has no such session.
    pub(super) async fn delete_one_of(&mut self, staff: StaffId, id_hash: &str) -> Result<bool, DatabaseError> {
        let delete = self.0.query("DELETE FROM sessions WHERE id_hash = $1 AND staff_id = $2");
        Ok(delete.bind(id_hash).bind(staff).execute().await? == 1)
    }

    pub(in crate::auth) async fn delete_all_of(&mut self, staff: StaffId) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM sessions WHERE staff_id = $1").bind(staff).execute().await?;
        Ok(())
    }

    /// Every session of the person but one; gives how many there were.
    pub(in crate::auth) async fn delete_others_of(&mut self, staff: StaffId, kept: &str) -> Result<u64, DatabaseError> {
        let delete = self.0.query("DELETE FROM sessions WHERE staff_id = $1 AND id_hash <> $2");
        delete.bind(staff).bind(kept).execute().await
    }

    /// Sessions past their end or idle since `idle_since`.
    pub(super) async fn delete_expired(
        &mut self,
        now: DateTime<Utc>,
        idle_since: DateTime<Utc>,
    ) -> Result<u64, DatabaseError> {
        let delete = self.0.query("DELETE FROM sessions WHERE expires_at <= $1 OR last_used_at <= $2");
        delete.bind(now).bind(idle_since).execute().await
    }
}
