//! The keeper of the door: who makes a request, signing out, the set-up link, sweeping.

use chrono::Duration;
use tower_sessions::Session;
use tower_sessions::session::Id;

use super::model::SignedIn;
use super::password::PasswordHasher;
use super::sessions::{DatabaseSessions, FINGERPRINT};
use super::steps::{AuthEvent, LinkPurpose, Subject, record_event, replace_set_up_link, staff_exists};
use crate::audit::AuditLog;
use crate::database::{Database, DatabaseError, Lock, Transaction};
use crate::mail::MailService;
use crate::settings::SettingsService;
use crate::shared::actor::{Actor, Origin};
use crate::shared::clock::Clock;
use crate::shared::problem::Problem;
use crate::shared::sealer::Sealer;

/// The keeper of the door; cheap to clone.
#[derive(Clone, Debug)]
pub struct AuthService {
    pub(super) database: Database,
    pub(super) settings: SettingsService,
    pub(super) audit: AuditLog,
    pub(super) clock: Clock,
    pub(super) hasher: PasswordHasher,
    pub(super) mail: MailService,
    pub(super) sealer: Sealer,
    pub(super) sessions: DatabaseSessions,
}

impl AuthService {
    /// The service on the database of the process.
    pub fn new(
        database: Database,
        settings: SettingsService,
        audit: AuditLog,
        clock: Clock,
        hasher: PasswordHasher,
        mail: MailService,
        sealer: Sealer,
    ) -> Self {
        let sessions = DatabaseSessions::new(database.clone(), settings.clone(), clock.clone());
        Self { database, settings, audit, clock, hasher, mail, sealer, sessions }
    }

    /// The store for the session layer.
    pub fn sessions(&self) -> DatabaseSessions {
        self.sessions.clone()
    }

    /// Who makes a request with this session cookie, with the rights that they have now: none while their role
    /// asks for a second factor that they do not have. One indexed query.
    pub async fn authenticate(&self, session: Id, origin: Origin) -> Result<Option<Actor>, Problem> {
        self.sessions.actor(session, origin).await
    }

    /// Ends the session; it is dead on the next request. Also for those whose sign-in has ended already.
    pub async fn sign_out(&self, session: &Session, actor: Option<&Actor>) -> Result<(), Problem> {
        if let Some(actor) = actor {
            let mut tx = self.begin().await?;
            record_event(&mut tx, &self.audit, self.clock.now(), AuthEvent::SignOut, Subject::from(actor)).await?;
            tx.commit().await?;
        }
        if session.id().is_some() {
            session.flush().await.map_err(|error| session_problem(&error))?;
        }
        Ok(())
    }

    /// May the first administrator still be made?
    pub async fn set_up_is_open(&self) -> Result<bool, Problem> {
        Ok(!staff_exists(&mut self.database.read().await?).await?)
    }

    /// The token of a new set-up link, good for 24 hours, in place of older ones; `None` once staff exists.
    pub async fn new_set_up_link(&self) -> Result<Option<String>, Problem> {
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::SetUp).await?;
        if staff_exists(&mut tx).await? {
            return Ok(None);
        }
        let token = replace_set_up_link(&mut tx, self.clock.now(), LinkPurpose::SetUp.lifetime()).await?;
        tx.commit().await?;
        Ok(Some(token))
    }

    /// Deletes sessions and links that are over, and failures that have long drained away. For the scheduler.
    pub async fn sweep(&self) -> Result<(), Problem> {
        let now = self.clock.now();
        self.sessions.delete_expired().await?;
        let mut tx = self.begin().await?;
        tx.auth().delete_expired_links(now).await?;
        tx.auth().delete_old_throttles(now - Duration::days(1)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Opens a transaction that waits for its turn in the audit chain before it holds any row: two that did it
    /// in different order would wait for each other.
    pub(super) async fn begin(&self) -> Result<Transaction, DatabaseError> {
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        Ok(tx)
    }
}

/// Gives a session a new id after a change of what its owner has to prove.
pub(super) async fn renew(session: &Session, person: &SignedIn) -> Result<(), Problem> {
    let renewed = async {
        session.insert(FINGERPRINT, &person.fingerprint).await?;
        session.cycle_id().await
    };
    renewed.await.map_err(|error| session_problem(&error))
}

pub(super) fn session_problem(error: &tower_sessions::session::Error) -> Problem {
    tracing::error!(%error, "a session cannot be read or written");
    Problem::Unavailable
}
