//! The caller of a use case: who, with which rights, over which records, from where.

use super::id::StaffId;
use super::permission::{Permission, PermissionSet, Scope};
use super::problem::Problem;

/// What kind of caller it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A member of staff in a browser or with a token of their own.
    Staff(StaffId),
    /// The program itself: scheduler, command line, jobs without an owner.
    System,
}

impl ActorKind {
    /// The name in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staff(_) => "staff",
            Self::System => "system",
        }
    }

    /// The id in its table, if it has one.
    pub fn id(self) -> Option<i64> {
        match self {
            Self::Staff(id) => Some(id.0),
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

    /// The staff id, when a member of staff calls.
    pub fn staff_id(&self) -> Option<StaffId> {
        match self.kind {
            ActorKind::Staff(id) => Some(id),
            ActorKind::System => None,
        }
    }
}
