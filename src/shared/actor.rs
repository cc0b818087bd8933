//! The caller of a use case: who, with which rights, over which records, from where.

use super::id::{OAuthClientId, StaffId};
use super::permission::{Permission, PermissionSet, Scope};
use super::problem::Problem;

/// What kind of caller it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A member of staff in a browser or with a token of their own.
    Staff(StaffId),
    /// A machine with a token of its own.
    Client(OAuthClientId),
    /// The program itself: scheduler, command line, jobs without an owner.
    System,
}

impl ActorKind {
    /// The name in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staff(_) => "staff",
            Self::Client(_) => "client",
            Self::System => "system",
        }
    }

    /// The id in its table, if it has one.
    pub fn id(self) -> Option<i64> {
        match self {
            Self::Staff(id) => Some(id.0),
            Self::Client(id) => Some(id.0),
            Self::System => None,
        }
    }
}

/// Where a request came from; empty for the system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's address, with trusted proxies resolved.
    pub address: Option<String>,
    /// The `User-Agent`, cut to 300 characters.
    pub user_agent: Option<String>,
    /// The request's id, as in the log.
    pub request_id: Option<String>,
}

/// How a caller proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A call from inside the program.
    Inside,
    /// A session cookie.
    Session {
        /// The hash of the session's id, under which it is stored.
        id_hash: String,
        /// Their role asks for a second factor that they do not have yet: until then they may do nothing else.
        must_enrol: bool,
    },
    /// A bearer token.
    Token {
        /// The hash under which it is stored.
        token_hash: String,
        /// The client that it was issued to; `None` for the token pair of a member of staff.
        client: Option<OAuthClientId>,
        /// The scope values that it was issued for.
        scope: String,
    },
}

/// A caller; every service method takes one and asks it for the permission it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who calls.
    pub kind: ActorKind,
    /// The name shown in histories.
    pub name: String,
    /// The name to sign in with; empty for the system.
    pub username: String,
    /// What they may do.
    pub permissions: PermissionSet,
    /// What they may see.
    pub scope: Scope,
    /// How they proved who they are.
    pub proof: Proof,
    /// Where the call came from.
    pub origin: Origin,
}

impl Actor {
    /// The program itself, under a name such as `scheduler` or `command line`.
    pub fn system(name: &str) -> Self {
        Self {
            kind: ActorKind::System,
            name: name.to_owned(),
            username: String::new(),
            permissions: PermissionSet::all(),
            scope: Scope::all(),
            proof: Proof::Inside,
            origin: Origin::default(),
        }
    }

    /// Do they hold the permission?
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.has(permission)
    }

    /// Errors: `Forbidden` naming the permission when they do not hold it.
    pub fn require(&self, permission: Permission) -> Result<(), Problem> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(Problem::Forbidden { permission: permission.as_str().to_owned() })
        }
    }

    /// The member of staff in a browser, for what no token may do: passwords, second factors, consent.
    /// Errors: `Forbidden` (`session`).
    pub fn require_session(&self) -> Result<(StaffId, &str), Problem> {
        match (&self.kind, &self.proof) {
            (ActorKind::Staff(id), Proof::Session { id_hash, .. }) => Ok((*id, id_hash)),
            _ => Err(Problem::Forbidden { permission: "session".into() }),
        }
    }

    /// Errors: `Forbidden` naming the first permission of the set that they do not hold: nobody grants
    /// what they do not have.
    pub fn require_all(&self, permissions: PermissionSet) -> Result<(), Problem> {
        permissions.iter().try_for_each(|permission| self.require(permission))
    }

    /// The staff id, when a member of staff calls.
    pub fn staff_id(&self) -> Option<StaffId> {
        match self.kind {
            ActorKind::Staff(id) => Some(id),
            ActorKind::Client(_) | ActorKind::System => None,
        }
    }
}
