//! One's own sessions: seeing them, ending them.

use super::device::device_of;
use super::repository::OwnSessionRow;
use crate::auth::events::{AuthEvent, Subject, record_event};
use crate::auth::model::SessionSummary;
use crate::auth::service::AuthService;
use crate::shared::actor::Actor;
use crate::shared::problem::Problem;

impl AuthService {
    /// One's own sessions, the last used first. Errors: `Forbidden` to all but a browser's session.
    pub async fn list_sessions(&self, actor: &Actor) -> Result<Vec<SessionSummary>, Problem> {
        let (staff, current) = actor.require_session()?;
        let now = self.clock.now();
        let rows = self.database.read().await?.sessions().list_of(staff, now, now - self.sessions.idle()).await?;
        let summary = |row: OwnSessionRow| SessionSummary {
            is_current: row.id_hash == current,
            id: row.id_hash,
            device: device_of(row.user_agent.as_deref()),
            address: row.address,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        };
        Ok(rows.into_iter().map(summary).collect())
    }

    /// Ends one of one's own sessions; it is dead on its next request. Errors: `NotFound`, `Forbidden`.
    pub async fn end_session(&self, actor: &Actor, id: &str) -> Result<(), Problem> {
        let (staff, _) = actor.require_session()?;
        if !is_hash(id) {
            return Err(Problem::not_found("session"));
        }
        let mut tx = self.begin().await?;
        if !tx.sessions().delete_one_of(staff, id).await? {
            return Err(Problem::not_found("session"));
        }
        record_event(&mut tx, &self.audit, self.clock.now(), AuthEvent::SessionEnded, Subject::from(actor)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends every session of one's own but the one that asks. Errors: `Forbidden`.
    pub async fn end_other_sessions(&self, actor: &Actor) -> Result<(), Problem> {
        let (staff, current) = actor.require_session()?;
        let mut tx = self.begin().await?;
        if tx.sessions().delete_others_of(staff, current).await? > 0 {
            record_event(&mut tx, &self.audit, self.clock.now(), AuthEvent::SessionEnded, Subject::from(actor)).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Can it be what a session is stored under?
fn is_hash(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}
