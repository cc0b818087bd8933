//! Signing in and out, and telling who makes a request.

use chrono::{DateTime, Duration, Utc};
use tower_sessions::Session;
use tower_sessions::session::Id;

use super::model::{Credentials, SignedIn, name_key};
use super::password::{PasswordHasher, needs_rehash};
use super::repository::AccountRow;
use super::sessions::{ADDRESS, DatabaseSessions, STAFF_ID, USER_AGENT};
use super::steps::{
    AuthEvent, LinkPurpose, Subject, account_key, forget_failures, record_event, replace_link, staff_exists,
};
use super::throttle::{ThrottleKind, address_key};
use crate::audit::AuditLog;
use crate::database::{Database, Lock, Transaction};
use crate::settings::{SettingsService, SignInSettings};
use crate::shared::actor::{Actor, Origin};
use crate::shared::clock::Clock;
use crate::shared::problem::Problem;

/// How long a set-up link is good.
const SET_UP_HOURS: i64 = 24;

/// The subject of failures under a name that no account has.
const NOBODY: &str = "(unknown)";

/// The keeper of the door; cheap to clone.
#[derive(Clone, Debug)]
pub struct AuthService {
    database: Database,
    settings: SettingsService,
    audit: AuditLog,
    clock: Clock,
    hasher: PasswordHasher,
    sessions: DatabaseSessions,
}

/// One try to sign in, under the keys that its failure counts for.
struct Attempt<'a> {
    name: String,
    account_key: String,
    address_key: Option<String>,
    origin: &'a Origin,
}

impl Attempt<'_> {
    fn keys(&self) -> impl Iterator<Item = (ThrottleKind, &str)> {
        let address = self.address_key.as_deref().map(|key| (ThrottleKind::Address, key));
        std::iter::once((ThrottleKind::Account, self.account_key.as_str())).chain(address)
    }
}

impl AuthService {
    /// The service on the database of the process.
    pub fn new(
        database: Database,
        settings: SettingsService,
        audit: AuditLog,
        clock: Clock,
        hasher: PasswordHasher,
    ) -> Self {
        let sessions = DatabaseSessions::new(database.clone(), settings.clone(), clock.clone());
        Self { database, settings, audit, clock, hasher, sessions }
    }

    /// The store for the session layer.
    pub fn sessions(&self) -> DatabaseSessions {
        self.sessions.clone()
    }

    /// Who makes a request with this session cookie, with the rights that they have now. One indexed query.
    pub async fn authenticate(&self, session: Id, origin: Origin) -> Result<Option<Actor>, Problem> {
        self.sessions.actor(session, origin).await
    }

    /// Checks user name and password. Known and unknown names get the same answer in the same time.
    /// Errors: `Invalid` (`credentials`), `RateLimited` while the name or the address is locked,
    /// `Unavailable` when too many passwords wait. Spec: Access → Staff.
    pub async fn sign_in(&self, origin: &Origin, credentials: &Credentials) -> Result<SignedIn, Problem> {
        let settings = self.settings.current();
        let attempt = Attempt {
            name: name_key(&credentials.username),
            account_key: account_key(&credentials.username),
            address_key: origin.address.as_deref().map(address_key),
            origin,
        };
        let account = self.find_account(&attempt).await?;
        let stored =
            account.as_ref().filter(|account| account.is_active).and_then(|account| account.password_hash.as_deref());
        let verified = self.hasher.verify(&settings.sign_in, &credentials.password, stored).await?;
        let admitted = match (&account, stored) {
            (Some(account), Some(stored)) if verified => {
                let rehashed = if needs_rehash(&settings.sign_in, stored) {
                    Some(self.hasher.hash(&settings.sign_in, &credentials.password).await?)
                } else {
                    None
                };
                self.admit(&attempt, account, stored, rehashed.as_deref()).await?
            }
            _ => None,
        };
        match admitted {
            Some(signed_in) => Ok(signed_in),
            None => Err(self.refuse(&attempt, account.as_ref(), &settings.sign_in).await?),
        }
    }

    /// Puts a person into the session under a new id, without anything that an earlier visitor left in it.
    pub async fn open_session(&self, session: &Session, origin: &Origin, person: &SignedIn) -> Result<(), Problem> {
        let filled = async {
            session.clear().await;
            session.cycle_id().await?;
            session.insert(STAFF_ID, person.staff_id).await?;
            session.insert(ADDRESS, &origin.address).await?;
            session.insert(USER_AGENT, &origin.user_agent).await
        };
        filled.await.map_err(|error| session_problem(&error))
    }

    /// Ends the session; it is dead on the next request. Also for those whose sign-in has ended already.
    pub async fn sign_out(&self, session: &Session, actor: Option<&Actor>) -> Result<(), Problem> {
        if let Some(actor) = actor {
            let mut tx = self.database.begin().await?;
            let subject = Subject { staff_id: actor.staff_id(), name: &actor.name, origin: &actor.origin };
            record_event(&mut tx, &self.audit, self.clock.now(), AuthEvent::SignOut, subject).await?;
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
        let token = replace_link(&mut tx, LinkPurpose::SetUp, self.clock.now(), Duration::hours(SET_UP_HOURS)).await?;
        tx.commit().await?;
        Ok(Some(token))
    }

    /// Deletes sessions and links that are over, and failures that have long drained away. For the scheduler.
    pub async fn sweep(&self) -> Result<(), Problem> {
        let now = self.clock.now();
        self.sessions.delete_expired().await?;
        let mut tx = self.database.begin().await?;
        tx.auth().delete_expired_links(now).await?;
        tx.auth().delete_old_throttles(now - Duration::days(1)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The account of a try, if there is one. Errors: `RateLimited`.
    async fn find_account(&self, attempt: &Attempt<'_>) -> Result<Option<AccountRow>, Problem> {
        let mut tx = self.database.read().await?;
        let account = tx.auth().find_account(&attempt.name).await?;
        check_lock(&mut tx, attempt, self.clock.now()).await?;
        Ok(account)
    }

    /// Lets a person in; `None` when the account was changed since the password was verified. A try that
    /// ends after others have locked the name is not answered: else a burst would buy extra guesses.
    async fn admit(
        &self,
        attempt: &Attempt<'_>,
        account: &AccountRow,
        verified: &str,
        rehashed: Option<&str>,
    ) -> Result<Option<SignedIn>, Problem> {
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        check_lock(&mut tx, attempt, now).await?;
        forget_failures(&mut tx, &[&account.username, &account.email_key]).await?;
        if !tx.auth().update_signed_in(account.id, verified, rehashed, now).await? {
            return Ok(None);
        }
        let subject = Subject { staff_id: Some(account.id), name: &account.full_name, origin: attempt.origin };
        record_event(&mut tx, &self.audit, now, AuthEvent::SignIn, subject).await?;
        tx.commit().await?;
        Ok(Some(SignedIn { staff_id: account.id, name: account.full_name.clone() }))
    }

    /// Counts a failure and gives the answer to it.
    async fn refuse(
        &self,
        attempt: &Attempt<'_>,
        account: Option<&AccountRow>,
        limits: &SignInSettings,
    ) -> Result<Problem, Problem> {
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        let mut locked = false;
        for (kind, key) in attempt.keys() {
            let throttle = tx.auth().claim_throttle(kind, key, now).await?;
            if let Some(retry_after) = throttle.wait(now) {
                return Err(Problem::RateLimited { retry_after });
            }
            let throttle = throttle.after_failure(now, limits);
            locked |= throttle.locked_until.is_some();
            tx.auth().update_throttle(kind, key, &throttle).await?;
        }
        let subject = Subject {
            staff_id: account.map(|account| account.id),
            name: account.map_or(NOBODY, |account| account.username.as_str()),
            origin: attempt.origin,
        };
        record_event(&mut tx, &self.audit, now, AuthEvent::SignInFailed, subject).await?;
        if locked {
            record_event(&mut tx, &self.audit, now, AuthEvent::Locked, subject).await?;
        }
        tx.commit().await?;
        Ok(Problem::field_error("", "credentials", "Username or password is wrong."))
    }
}

/// Errors: `RateLimited` while the name or the address is locked.
async fn check_lock(tx: &mut Transaction, attempt: &Attempt<'_>, now: DateTime<Utc>) -> Result<(), Problem> {
    let throttles = tx.auth().find_throttles(&attempt.account_key, attempt.address_key.as_deref()).await?;
    match throttles.iter().filter_map(|throttle| throttle.wait(now)).max() {
        Some(retry_after) => Err(Problem::RateLimited { retry_after }),
        None => Ok(()),
    }
}

fn session_problem(error: &tower_sessions::session::Error) -> Problem {
    tracing::error!(%error, "a session cannot be read or written");
    Problem::Unavailable
}
