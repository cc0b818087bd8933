//! Adding a device, giving it up, new recovery codes; and the steps by which sign-in uses a code.

use chrono::{DateTime, Duration, Utc};
use tower_sessions::Session;

use super::codes::{TypedCode, matching_step, new_recovery_codes, recovery_digest, recovery_digests};
use super::enrolment::enrolment;
use crate::auth::attempt::Attempt;
use crate::auth::events::{AuthEvent, Subject, record_event};
use crate::auth::model::{Password, SecondFactor};
use crate::auth::service::{AuthService, renew, session_problem};
use crate::auth::sign_in::wrong_code;
use crate::auth::steps::{end_other_access, hold_session, require_unchanged, signed_in};
use crate::auth::token::random_bytes;
use crate::database::{DatabaseError, Transaction};
use crate::shared::actor::Actor;
use crate::shared::id::StaffId;
use crate::shared::problem::Problem;
use crate::shared::sealer::Sealer;

/// How long a device that is being added has to prove itself.
const PENDING: Duration = Duration::hours(1);

/// The key of new recovery codes in the data of a session.
const NEW_CODES: &str = "new_recovery_codes";

/// Which kind of code was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::auth) enum RightCode {
    OneTime,
    Recovery,
}

/// Uses a code up: of several at once exactly one succeeds. `None` when it is wrong or used already.
pub(in crate::auth) async fn use_code(
    tx: &mut Transaction,
    sealer: &Sealer,
    (staff, secret): (StaffId, &str),
    code: &Password,
    now: DateTime<Utc>,
) -> Result<Option<RightCode>, Problem> {
    match TypedCode::parse(code.expose()) {
        Some(TypedCode::OneTime(code)) => {
            // Under another key nothing opens: then no code is right.
            let Ok(secret) = sealer.open(&secret_context(staff), secret) else { return Ok(None) };
            let Some(step) = matching_step(&secret, &code, now)? else { return Ok(None) };
            Ok(tx.second_factors().use_step(staff, step).await?.then_some(RightCode::OneTime))
        }
        Some(TypedCode::Recovery(code)) => {
            let is_first = tx.second_factors().delete_code(staff, &recovery_digest(staff, &code)).await?;
            Ok(is_first.then_some(RightCode::Recovery))
        }
        None => Ok(None),
    }
}

/// Takes a second factor away with its recovery codes; `false` when there was none that counted.
pub(in crate::auth) async fn drop_factor(tx: &mut Transaction, staff: StaffId) -> Result<bool, DatabaseError> {
    tx.second_factors().delete(staff).await
}

impl AuthService {
    /// The state of one's own second factor; a device that is being added is seen by the session that began.
    /// Errors: `Forbidden` to all but a browser's session.
    pub async fn second_factor(&self, actor: &Actor, session: &Session) -> Result<SecondFactor, Problem> {
        let (staff, id_hash) = actor.require_session()?;
        let pending_since = self.clock.now() - PENDING;
        let row = self.database.read().await?.second_factors().find(staff, id_hash, pending_since).await?;
        let pending = match row.pending() {
            Some(sealed) => Some(enrolment(&self.sealer.open(&secret_context(staff), sealed)?, &actor.username)?),
            None => None,
        };
        Ok(SecondFactor {
            enabled_since: row.confirmed_at,
            is_required: row.is_required,
            codes_left: row.codes_left,
            pending,
            new_codes: self.new_codes(staff, session).await?,
        })
    }

    /// Begins to add a device, in place of one that never proved itself. Errors: `Forbidden`, `Invalid`
    /// (`password`), `RateLimited`, `Conflict` (`second_factor_exists`).
    pub async fn start_second_factor(&self, actor: &Actor, password: &Password) -> Result<(), Problem> {
        actor.require_session()?;
        let person = self.confirm_password(actor, "password", password).await?;
        let mut tx = self.begin().await?;
        let (staff, id_hash) = hold_session(&mut tx, actor).await?;
        require_unchanged(&mut tx, &person).await?;
        let secret = self.sealer.seal(&secret_context(staff), &random_bytes::<20>()?)?;
        if !tx.second_factors().put_pending(staff, id_hash, &secret, self.clock.now()).await? {
            return Err(factor_exists());
        }
        tx.commit().await?;
        Ok(())
    }

    /// Proves a device by its first code, in the session that began: from now on it is asked for. Recovery codes
    /// are made and kept in the session to be shown; every other session and every token of the person ends.
    /// Errors: `Forbidden`, `Invalid` (`code`), `Conflict` (`second_factor_exists`, `not_started`).
    pub async fn confirm_second_factor(
        &self,
        actor: &Actor,
        session: &Session,
        code: &Password,
    ) -> Result<(), Problem> {
        let now = self.clock.now();
        let mut tx = self.begin().await?;
        let (staff, id_hash) = hold_session(&mut tx, actor).await?;
        let row = tx.second_factors().find(staff, id_hash, now - PENDING).await?;
        let Some(sealed) = row.pending() else {
            return Err(if row.confirmed_at.is_some() { factor_exists() } else { not_started() });
        };
        let step = match TypedCode::parse(code.expose()) {
            Some(TypedCode::OneTime(code)) => {
                matching_step(&self.sealer.open(&secret_context(staff), sealed)?, &code, now)?
            }
            _ => None,
        };
        let Some(step) = step else { return Err(wrong_first_code()) };
        if !tx.second_factors().confirm(staff, sealed, step, now).await? {
            return Err(factor_exists());
        }
        let codes = self.make_codes(&mut tx, staff, now).await?;
        end_other_access(&mut tx, staff, id_hash).await?;
        let person = signed_in(&mut tx, staff).await?;
        record_event(&mut tx, &self.audit, now, AuthEvent::SecondFactorEnabled, Subject::from(actor)).await?;
        tx.commit().await?;
        renew(session, &person).await?;
        show_codes(session, codes).await
    }

    /// Makes new recovery codes in place of the old ones, to be shown in this session; `code` is of the device, or
    /// one of the old. Errors: `Forbidden`, `Invalid` (`password`, `code`), `RateLimited`, `Conflict`
    /// (`no_second_factor`).
    pub async fn new_recovery_codes(
        &self,
        actor: &Actor,
        session: &Session,
        password: &Password,
        code: &Password,
    ) -> Result<(), Problem> {
        let (staff, _) = actor.require_session()?;
        let now = self.clock.now();
        let mut tx = self.begin_proven(actor, password, code).await?;
        let codes = self.make_codes(&mut tx, staff, now).await?;
        record_event(&mut tx, &self.audit, now, AuthEvent::RecoveryCodesMade, Subject::from(actor)).await?;
        tx.commit().await?;
        show_codes(session, codes).await
    }

    /// The person has kept the new recovery codes: they are not shown again. Errors: `Forbidden`.
    pub async fn keep_recovery_codes(&self, actor: &Actor, session: &Session) -> Result<(), Problem> {
        actor.require_session()?;
        forget_codes(session).await
    }

    /// Gives the second factor up with a last code of it, or a recovery code; every other session and every token
    /// of the person ends. Errors: `Forbidden`, `Invalid` (`password`, `code`), `RateLimited`, `Conflict`
    /// (`second_factor_required`, `no_second_factor`).
    pub async fn remove_second_factor(
        &self,
        actor: &Actor,
        session: &Session,
        password: &Password,
        code: &Password,
    ) -> Result<(), Problem> {
        let (staff, id_hash) = actor.require_session()?;
        let now = self.clock.now();
        let mut tx = self.begin_proven(actor, password, code).await?;
        if tx.second_factors().find(staff, id_hash, now).await?.is_required {
            return Err(Problem::conflict("second_factor_required", "Your role asks for a second factor."));
        }
        if !tx.second_factors().delete(staff).await? {
            return Err(no_factor());
        }
        end_other_access(&mut tx, staff, id_hash).await?;
        let person = signed_in(&mut tx, staff).await?;
        record_event(&mut tx, &self.audit, now, AuthEvent::SecondFactorRemoved, Subject::from(actor)).await?;
        tx.commit().await?;
        renew(session, &person).await?;
        forget_codes(session).await
    }

    /// Opens the transaction of somebody who has typed password and code again; both were right, and the code is
    /// used up with what comes of it. Wrong ones count like at sign-in.
    async fn begin_proven(&self, actor: &Actor, password: &Password, code: &Password) -> Result<Transaction, Problem> {
        let person = self.confirm_password(actor, "password", password).await?;
        let now = self.clock.now();
        let mut tx = self.begin().await?;
        let (staff, _) = hold_session(&mut tx, actor).await?;
        require_unchanged(&mut tx, &person).await?;
        let account = tx.auth().find_account_by_id(staff).await?;
        let mut attempt = Attempt::new(&actor.username, &actor.origin);
        attempt.aim(&mut tx, account.as_ref(), now).await?;
        attempt.check(&mut tx, now).await?;
        let sealed = account.and_then(|account| account.factor_secret).ok_or_else(no_factor)?;
        match use_code(&mut tx, &self.sealer, (staff, &sealed), code, now).await? {
            Some(RightCode::OneTime) => Ok(tx),
            Some(RightCode::Recovery) => {
                record_event(&mut tx, &self.audit, now, AuthEvent::RecoveryCodeUsed, Subject::from(actor)).await?;
                Ok(tx)
            }
            None => {
                let whom = Some((staff, actor.username.as_str()));
                self.fail(tx, &attempt, whom, AuthEvent::SecondFactorFailed).await?;
                Err(wrong_code())
            }
        }
    }

    /// Makes and stores recovery codes; gives them sealed.
    async fn make_codes(&self, tx: &mut Transaction, staff: StaffId, now: DateTime<Utc>) -> Result<String, Problem> {
        let codes = new_recovery_codes()?;
        tx.second_factors().replace_codes(staff, &recovery_digests(staff, &codes), now).await?;
        self.sealer.seal(&codes_context(staff), codes.join(" ").as_bytes())
    }

    /// The recovery codes that this session still shows.
    async fn new_codes(&self, staff: StaffId, session: &Session) -> Result<Option<Vec<String>>, Problem> {
        let sealed = session.get::<String>(NEW_CODES).await.map_err(|error| session_problem(&error))?;
        let Some(sealed) = sealed else { return Ok(None) };
        let codes = self.sealer.open(&codes_context(staff), &sealed)?;
        Ok(Some(String::from_utf8_lossy(&codes).split(' ').map(str::to_owned).collect()))
    }
}

async fn show_codes(session: &Session, sealed: String) -> Result<(), Problem> {
    session.insert(NEW_CODES, sealed).await.map_err(|error| session_problem(&error))
}

async fn forget_codes(session: &Session) -> Result<(), Problem> {
    session.remove::<String>(NEW_CODES).await.map_err(|error| session_problem(&error))?;
    Ok(())
}

/// What a sealed secret is bound to.
fn secret_context(staff: StaffId) -> String {
    format!("second_factor:{staff}")
}

/// What sealed recovery codes are bound to.
fn codes_context(staff: StaffId) -> String {
    format!("recovery_codes:{staff}")
}

fn factor_exists() -> Problem {
    Problem::conflict("second_factor_exists", "You have a second factor already. Remove it before you add another.")
}

fn no_factor() -> Problem {
    Problem::conflict("no_second_factor", "You have no second factor.")
}

fn not_started() -> Problem {
    Problem::conflict("not_started", "This took too long. Please begin again.")
}

fn wrong_first_code() -> Problem {
    let message = "This code is not right. Check that the clock of your device is, and take the code it shows now.";
    Problem::field_error("code", "invalid", message)
}
