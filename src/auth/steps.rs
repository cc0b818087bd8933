//! What other rooms do at the door inside their own transactions: links, sessions, failures, events.

use chrono::{DateTime, Duration, Utc};

use super::model::name_key;
use super::repository::NewEvent;
use super::token::{digest, new_token};
use crate::audit::{AuditLog, Change};
use crate::database::{DatabaseError, Transaction};
use crate::shared::actor::{Actor, ActorKind, Origin};
use crate::shared::id::StaffId;
use crate::shared::problem::Problem;

/// What a one-time link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Making the first administrator.
    SetUp,
}

impl LinkPurpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
        }
    }
}

/// What can happen at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthEvent {
    /// Somebody signed in.
    SignIn,
    /// User name or password were wrong.
    SignInFailed,
    /// That failure locked the account or the address.
    Locked,
    /// Somebody signed out.
    SignOut,
    /// The first administrator was made.
    SetUp,
}

impl AuthEvent {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SignInFailed => "sign_in_failed",
            Self::Locked => "locked",
            Self::SignOut => "sign_out",
            Self::SetUp => "set_up",
        }
    }

    /// The action in the audit log.
    fn action(self) -> &'static str {
        match self {
            Self::SignIn => "auth.sign_in",
            Self::SignInFailed => "auth.sign_in_failed",
            Self::Locked => "auth.locked",
            Self::SignOut => "auth.sign_out",
            Self::SetUp => "auth.set_up",
        }
    }

    /// Whether the person of the event was really there.
    fn is_proven(self) -> bool {
        matches!(self, Self::SignIn | Self::SignOut | Self::SetUp)
    }
}

/// Whom an event is about. Names that no account has are not kept: people type passwords there.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The account, when there is one.
    pub staff_id: Option<StaffId>,
    /// Its user name or full name.
    pub name: &'a str,
    /// Where it happened.
    pub origin: &'a Origin,
}

/// Does anybody work here yet?
pub async fn staff_exists(tx: &mut Transaction) -> Result<bool, DatabaseError> {
    tx.auth().staff_exists().await
}

/// Makes a link in place of every older one of its purpose and gives its token, which is stored nowhere.
pub async fn replace_link(
    tx: &mut Transaction,
    purpose: LinkPurpose,
    now: DateTime<Utc>,
    lifetime: Duration,
) -> Result<String, Problem> {
    let token = new_token()?;
    tx.auth().delete_links(purpose.as_str()).await?;
    tx.auth().insert_link(&digest(&token), purpose.as_str(), now, now + lifetime).await?;
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

/// Ends every session of a member of staff; dead on their next request.
pub async fn end_sessions(tx: &mut Transaction, staff: StaffId) -> Result<(), DatabaseError> {
    tx.auth().delete_sessions_of(staff).await
}

/// Forgets the failures of an account and unlocks it, under each of its names.
pub async fn forget_failures(tx: &mut Transaction, names: &[&str]) -> Result<(), DatabaseError> {
    for name in names {
        tx.auth().delete_account_throttle(&account_key(name)).await?;
    }
    Ok(())
}

/// Records an event, to be searched and, in the audit log, to be proven.
pub async fn record_event(
    tx: &mut Transaction,
    audit: &AuditLog,
    at: DateTime<Utc>,
    event: AuthEvent,
    subject: Subject<'_>,
) -> Result<(), Problem> {
    let Subject { staff_id, name, origin } = subject;
    tx.auth().insert_event(&NewEvent { at, event: event.as_str(), staff_id, subject: name, origin }).await?;
    let mut actor = Actor { origin: origin.clone(), ..Actor::system("sign-in") };
    if let Some(id) = staff_id.filter(|_| event.is_proven()) {
        actor.kind = ActorKind::Staff(id);
        name.clone_into(&mut actor.name);
    }
    let entity_id = staff_id.map(|id| id.0);
    let change = Change { entity_id, ..Change::new(event.action(), "staff", 0) };
    audit.record(tx, &actor, at, change).await
}

/// The key under which the failures of a name are counted. A digest: the name may be a mistyped password.
pub(super) fn account_key(name: &str) -> String {
    digest(name_key(name))
}
