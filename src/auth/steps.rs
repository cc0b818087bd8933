//! What other rooms do at the door inside their own transactions: links, access, failures, events.
//!
//! Each step takes its turn in the audit chain first ([`Lock::Changes`]): whoever holds rows and then waits for
//! it would make those wait for each other who come the other way round.

use chrono::{DateTime, Duration, Utc};

pub use super::events::{AuthEvent, Subject, record_event};
use super::model::{SignedIn, name_key};
use super::repository::{AccountRow, NewLink};
use super::token::{digest, new_token};
use super::{second_factor, tokens};
use crate::database::{DatabaseError, Lock, Transaction};
use crate::shared::actor::Actor;
use crate::shared::id::StaffId;
use crate::shared::problem::Problem;

/// What a one-time link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Making the first administrator.
    SetUp,
    /// Choosing the first password.
    Invitation,
    /// Choosing another password.
    PasswordReset,
}

impl LinkPurpose {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
        }
    }

    /// How long such a link is good.
    pub fn lifetime(self) -> Duration {
        match self {
            Self::SetUp => Duration::hours(24),
            Self::Invitation => Duration::days(7),
            Self::PasswordReset => Duration::hours(1),
        }
    }
}

/// Does anybody work here yet?
pub async fn staff_exists(tx: &mut Transaction) -> Result<bool, DatabaseError> {
    tx.auth().staff_exists().await
}

/// Makes a link for a person in place of older ones of its purpose and gives its token, which is stored nowhere.
pub async fn make_link(
    tx: &mut Transaction,
    purpose: LinkPurpose,
    staff: StaffId,
    now: DateTime<Utc>,
    lifetime: Duration,
) -> Result<String, Problem> {
    tx.lock(Lock::Changes).await?;
    tx.auth().delete_links_of(staff, purpose.as_str()).await?;
    insert_link(tx, purpose, Some(staff), now, lifetime).await
}

/// Makes a set-up link in place of every older one and gives its token, which is stored nowhere.
pub(super) async fn replace_set_up_link(
    tx: &mut Transaction,
    now: DateTime<Utc>,
    lifetime: Duration,
) -> Result<String, Problem> {
    tx.auth().delete_links_for(LinkPurpose::SetUp.as_str()).await?;
    insert_link(tx, LinkPurpose::SetUp, None, now, lifetime).await
}

async fn insert_link(
    tx: &mut Transaction,
    purpose: LinkPurpose,
    staff_id: Option<StaffId>,
    created_at: DateTime<Utc>,
    lifetime: Duration,
) -> Result<String, Problem> {
    let token = new_token()?;
    let (token_hash, expires_at) = (digest(&token), created_at + lifetime);
    let link = NewLink { token_hash: &token_hash, purpose: purpose.as_str(), staff_id, created_at, expires_at };
    tx.auth().insert_link(&link).await?;
    Ok(token)
}

/// Is the link still good?
pub async fn link_is_good(
    tx: &mut Transaction,
    purpose: LinkPurpose,
    token: &str,
    now: DateTime<Utc>,
) -> Result<bool, DatabaseError> {
    tx.auth().link_exists(&digest(token), purpose.as_str(), now).await
}

/// Uses a link up; `true` for exactly one caller.
pub async fn use_link(
    tx: &mut Transaction,
    purpose: LinkPurpose,
    token: &str,
    now: DateTime<Utc>,
) -> Result<bool, DatabaseError> {
    tx.auth().delete_link(&digest(token), purpose.as_str(), now).await
}

/// Ends every link of a person that is still open.
pub async fn end_links(tx: &mut Transaction, staff: StaffId) -> Result<(), DatabaseError> {
    tx.lock(Lock::Changes).await?;
    tx.auth().delete_all_links_of(staff).await
}

/// A person as they are in this transaction, as somebody who has just signed in. Errors: `Unauthenticated` when
/// nobody can sign in as them.
pub async fn signed_in(tx: &mut Transaction, staff: StaffId) -> Result<SignedIn, Problem> {
    let account = tx.auth().find_account_by_id(staff).await?;
    account.and_then(|account| account.into_person(false)).ok_or(Problem::Unauthenticated)
}

/// What a person proved must still hold, to the end of the transaction. Errors: `Unauthenticated` when password,
/// second factor or account were changed since.
pub async fn require_unchanged(tx: &mut Transaction, person: &SignedIn) -> Result<(), Problem> {
    tx.lock(Lock::Changes).await?;
    if is_unchanged(tx, person.staff_id, &person.fingerprint).await? { Ok(()) } else { Err(Problem::Unauthenticated) }
}

/// Under [`Lock::Changes`].
pub(super) async fn is_unchanged(
    tx: &mut Transaction,
    staff: StaffId,
    fingerprint: &str,
) -> Result<bool, DatabaseError> {
    let account = tx.auth().find_account_by_id(staff).await?;
    Ok(account.as_ref().and_then(AccountRow::fingerprint).as_deref() == Some(fingerprint))
}

/// The session that asks must still be there, to the end of the transaction; gives the person and its hash.
/// Errors: `Forbidden` to all but a browser's session, `Unauthenticated` when it was ended meanwhile.
pub async fn hold_session<'a>(tx: &mut Transaction, actor: &'a Actor) -> Result<(StaffId, &'a str), Problem> {
    let (staff, id_hash) = actor.require_session()?;
    tx.lock(Lock::Changes).await?;
    if tx.sessions().exists_of(staff, id_hash).await? { Ok((staff, id_hash)) } else { Err(Problem::Unauthenticated) }
}

/// Ends every session of a member of staff; dead on their next request.
pub async fn end_sessions(tx: &mut Transaction, staff: StaffId) -> Result<(), DatabaseError> {
    tx.lock(Lock::Changes).await?;
    tx.sessions().delete_all_of(staff).await
}

/// Ends whatever lets a member of staff in: sessions, links, and all that was issued in their name.
pub async fn end_access(tx: &mut Transaction, staff: StaffId) -> Result<(), DatabaseError> {
    end_sessions(tx, staff).await?;
    end_links(tx, staff).await?;
    tokens::steps::end_tokens_of_staff(tx, staff).await
}

/// The same, but for the session that asks.
pub(super) async fn end_other_access(tx: &mut Transaction, staff: StaffId, kept: &str) -> Result<(), DatabaseError> {
    tx.sessions().delete_others_of(staff, kept).await?;
    tokens::steps::end_tokens_of_staff(tx, staff).await
}

/// Takes the second factor of a person away, with the recovery codes; `false` when there was none that counted.
pub async fn drop_second_factor(tx: &mut Transaction, staff: StaffId) -> Result<bool, DatabaseError> {
    tx.lock(Lock::Changes).await?;
    second_factor::drop_factor(tx, staff).await
}

/// Forgets the failures of an account and unlocks it, under each of its names.
pub async fn forget_failures(tx: &mut Transaction, names: &[&str]) -> Result<(), DatabaseError> {
    tx.lock(Lock::Changes).await?;
    for name in names {
        tx.auth().delete_account_throttles(&account_key(name)).await?;
    }
    Ok(())
}

/// Is an account locked after failures, under any of its names or at any of its addresses?
pub async fn is_locked(tx: &mut Transaction, names: &[&str], now: DateTime<Utc>) -> Result<bool, DatabaseError> {
    for name in names {
        let throttles = tx.auth().list_account_throttles(&account_key(name)).await?;
        if throttles.iter().any(|throttle| throttle.wait(now).is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The key under which the failures of a name are counted. A digest: the name may be a mistyped password.
pub(super) fn account_key(name: &str) -> String {
    digest(name_key(name))
}
