//! Signing in: the password, then the code where there is a second factor, then the session.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use super::attempt::Attempt;
use super::model::{Credentials, Password, SignedIn};
use super::repository::AccountRow;
use super::second_factor::{RightCode, use_code};
use super::service::{AuthService, session_problem};
use super::sessions::{ADDRESS, FINGERPRINT, SINCE, STAFF_ID, USER_AGENT};
use super::steps::{AuthEvent, Subject, record_event};
use crate::database::Transaction;
use crate::shared::actor::Origin;
use crate::shared::id::StaffId;
use crate::shared::problem::Problem;

/// How long the code may come after the password.
const CODE_MINUTES: i64 = 5;

/// The key of a sign-in that waits for its code in the data of a session.
const PENDING: &str = "pending_sign_in";

/// A sign-in whose password was right and whose code is still to come.
#[derive(Debug, Serialize, Deserialize)]
struct PendingSignIn {
    pending_staff_id: StaffId,
    username: String,
    /// Another password or second factor ends the wait.
    fingerprint: String,
    since: DateTime<Utc>,
}

/// How a right password was received.
enum Admission {
    /// The person is in.
    Granted(SignedIn),
    /// The second factor is still to come.
    AwaitsCode(SignedIn),
    /// The code is wrong, or was used before.
    WrongCode,
    /// The password, the second factor or the account was changed since it was verified.
    Changed,
}

impl AuthService {
    /// Checks user name and password. Known and unknown names get the same answer in the same time. Where there
    /// is a second factor, the person is not in before [`Self::sign_in_code`].
    /// Errors: `Invalid` (`credentials`), `RateLimited` while the name or the address is locked,
    /// `Unavailable` when too many passwords wait. Spec: Access → Staff.
    pub async fn sign_in(&self, origin: &Origin, credentials: &Credentials) -> Result<SignedIn, Problem> {
        let mut attempt = Attempt::new(&credentials.username, origin);
        let wrong = || Problem::field_error("", "credentials", "Username or password is wrong.");
        let person = self.verify(&mut attempt, &credentials.password).await?.ok_or_else(wrong)?;
        match self.admit(&mut attempt, person.staff_id, &person.fingerprint, None).await? {
            Admission::Granted(person) | Admission::AwaitsCode(person) => Ok(person),
            Admission::WrongCode | Admission::Changed => Err(wrong()),
        }
    }

    /// Checks user name, password and code in one call, for those who get a token pair. Errors: `Unauthenticated`
    /// whatever is wrong, `Invalid` (`code`) when only the code is missing, `RateLimited`, `Unavailable`.
    pub async fn prove(
        &self,
        origin: &Origin,
        credentials: &Credentials,
        code: Option<&Password>,
    ) -> Result<SignedIn, Problem> {
        let mut attempt = Attempt::new(&credentials.username, origin);
        let person = self.verify(&mut attempt, &credentials.password).await?.ok_or(Problem::Unauthenticated)?;
        match self.admit(&mut attempt, person.staff_id, &person.fingerprint, code).await? {
            Admission::Granted(person) => Ok(person),
            Admission::AwaitsCode(_) => {
                Err(Problem::field_error("code", "required", "A code of your second factor is needed."))
            }
            Admission::WrongCode | Admission::Changed => Err(Problem::Unauthenticated),
        }
    }

    /// The second step of signing in: a code of the second factor, or a recovery code. Of several at once
    /// exactly one succeeds. Errors: `Unauthenticated` when no password came before or it is too long ago,
    /// `Invalid` (`code`), `RateLimited`.
    pub async fn sign_in_code(&self, session: &Session, origin: &Origin, code: &Password) -> Result<(), Problem> {
        let pending = self.pending_sign_in(session).await?;
        let mut attempt = Attempt::new(&pending.username, origin);
        match self.admit(&mut attempt, pending.pending_staff_id, &pending.fingerprint, Some(code)).await? {
            Admission::Granted(person) => self.open_session(session, origin, &person).await,
            Admission::Changed | Admission::AwaitsCode(_) => Err(Problem::Unauthenticated),
            Admission::WrongCode => Err(wrong_code()),
        }
    }

    /// Puts a person into the session under a new id, without anything that an earlier visitor left in it. Where
    /// the code is still to come, the session is nobody's until then. When password or second factor are changed
    /// before it is stored, it never begins.
    pub async fn open_session(&self, session: &Session, origin: &Origin, person: &SignedIn) -> Result<(), Problem> {
        let pending = if person.awaits_code { Some(self.new_pending(person).await?) } else { None };
        let filled = async {
            session.clear().await;
            session.cycle_id().await?;
            if let Some(pending) = pending {
                session.insert(PENDING, pending).await?;
            } else {
                session.insert(STAFF_ID, person.staff_id).await?;
                session.insert(FINGERPRINT, &person.fingerprint).await?;
            }
            session.insert(SINCE, self.clock.now().timestamp_micros()).await?;
            session.insert(ADDRESS, &origin.address).await?;
            session.insert(USER_AGENT, &origin.user_agent).await
        };
        filled.await.map_err(|error| session_problem(&error))
    }

    /// Lets a person in whose password was right, if their code is. A try that ends after others have locked the
    /// name is not answered, and a wrong code is counted before the next is looked at: else a burst would buy
    /// extra guesses.
    async fn admit(
        &self,
        attempt: &mut Attempt<'_>,
        staff: StaffId,
        fingerprint: &str,
        code: Option<&Password>,
    ) -> Result<Admission, Problem> {
        let now = self.clock.now();
        let mut tx = self.begin().await?;
        let account = tx.auth().find_account_by_id(staff).await?;
        let account = account.filter(|account| account.fingerprint().as_deref() == Some(fingerprint));
        let Some(account) = account else { return Ok(Admission::Changed) };
        attempt.aim(&mut tx, Some(&account), now).await?;
        attempt.check(&mut tx, now).await?;
        let used = match (account.factor_secret.as_deref(), code) {
            (None, _) => None,
            (Some(_), None) => {
                return self.await_code(tx, attempt.origin, account).await.map(Admission::AwaitsCode);
            }
            (Some(sealed), Some(code)) => {
                let used = use_code(&mut tx, &self.sealer, (staff, sealed), code, now).await?;
                if used.is_none() {
                    let whom = Some((staff, account.username.as_str()));
                    self.fail(tx, attempt, whom, AuthEvent::SecondFactorFailed).await?;
                    return Ok(Admission::WrongCode);
                }
                used
            }
        };
        self.let_in(tx, attempt, account, used).await.map(Admission::Granted)
    }

    /// A right password without its code leaves a trace: it may be known to somebody else.
    async fn await_code(&self, mut tx: Transaction, origin: &Origin, account: AccountRow) -> Result<SignedIn, Problem> {
        let subject = Subject { staff_id: Some(account.id), client_id: None, name: &account.full_name, origin };
        record_event(&mut tx, &self.audit, self.clock.now(), AuthEvent::CodeAwaited, subject).await?;
        tx.commit().await?;
        account.into_person(true).ok_or(Problem::Unauthenticated)
    }

    /// Failures are forgotten only here, once everything was right: else whoever knows the password could guess
    /// codes without end.
    async fn let_in(
        &self,
        mut tx: Transaction,
        attempt: &Attempt<'_>,
        account: AccountRow,
        used: Option<RightCode>,
    ) -> Result<SignedIn, Problem> {
        let (now, origin) = (self.clock.now(), attempt.origin);
        tx.auth().delete_account_throttle(&attempt.account_key).await?;
        tx.auth().update_signed_in(account.id, now).await?;
        let subject = Subject { staff_id: Some(account.id), client_id: None, name: &account.full_name, origin };
        if used == Some(RightCode::Recovery) {
            record_event(&mut tx, &self.audit, now, AuthEvent::RecoveryCodeUsed, subject).await?;
        }
        record_event(&mut tx, &self.audit, now, AuthEvent::SignIn, subject).await?;
        tx.commit().await?;
        account.into_person(false).ok_or(Problem::Unauthenticated)
    }

    async fn new_pending(&self, person: &SignedIn) -> Result<PendingSignIn, Problem> {
        let account = self.database.read().await?.auth().find_account_by_id(person.staff_id).await?;
        let username = account.ok_or(Problem::Unauthenticated)?.username;
        let (fingerprint, since) = (person.fingerprint.clone(), self.clock.now());
        Ok(PendingSignIn { pending_staff_id: person.staff_id, username, fingerprint, since })
    }

    /// The sign-in that waits for its code. Errors: `Unauthenticated`.
    async fn pending_sign_in(&self, session: &Session) -> Result<PendingSignIn, Problem> {
        let pending = session.get::<PendingSignIn>(PENDING).await.map_err(|error| session_problem(&error))?;
        let deadline = self.clock.now() - Duration::minutes(CODE_MINUTES);
        pending.filter(|pending| pending.since > deadline).ok_or(Problem::Unauthenticated)
    }
}

pub(super) fn wrong_code() -> Problem {
    Problem::field_error("code", "invalid", "This code is wrong, or it was used before.")
}
