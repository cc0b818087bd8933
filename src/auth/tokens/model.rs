//! What is issued, to whom, for what; and why a token or a grant is refused.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::shared::id::{OAuthClientId, StaffId, TokenFamilyId};
use crate::shared::problem::Problem;

/// Minutes that an access token is good for (spec: Access → OAuth 2.0).
pub const ACCESS_TOKEN_MINUTES: i64 = 15;

/// Days after which an unused refresh token is no longer good.
pub const REFRESH_TOKEN_DAYS: i64 = 30;

/// Days after which a family ends, however often it was refreshed.
pub const FAMILY_DAYS: i64 = 90;

/// Seconds that two clocks may be apart when a JWT is checked.
pub const LEEWAY_SECONDS: u64 = 30;

/// The kind of an access token, chosen per client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Random; means something to this server only.
    #[default]
    Opaque,
    /// Signed (RFC 9068), so that other servers can read it too.
    Jwt,
}

impl TokenKind {
    /// The name in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opaque => "opaque",
            Self::Jwt => "jwt",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "opaque" => Some(Self::Opaque),
            "jwt" => Some(Self::Jwt),
            _ => None,
        }
    }
}

/// The client of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedClient {
    /// The row.
    pub id: OAuthClientId,
    /// What the client calls itself by.
    pub client_id: String,
}

/// What tokens are issued for.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The client; `None` for the token pair of a member of staff.
    pub client: Option<GrantedClient>,
    /// The person it acts for; `None` when the client acts for itself.
    pub staff_id: Option<StaffId>,
    /// Scope values separated by spaces.
    pub scope: String,
    /// The kind of access token.
    pub kind: TokenKind,
}

/// The answer of a token endpoint (RFC 6749 §5.1).
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct IssuedTokens {
    /// The access token.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until the access token is no longer good.
    pub expires_in: i64,
    /// For the next pair; works once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// What was granted.
    pub scope: String,
}

impl std::fmt::Debug for IssuedTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedTokens").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// Why a refresh token gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedeemError {
    /// Unknown, used, over, ended, or another client's: nobody is told which (`invalid_grant`).
    Refused,
    /// More was asked for than was once granted (`invalid_scope`); the token is still good.
    Scope,
    /// The system could not answer.
    Problem(Problem),
}

impl From<Problem> for RedeemError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<RedeemError> for Problem {
    fn from(error: RedeemError) -> Self {
        match error {
            RedeemError::Refused | RedeemError::Scope => Self::Unauthenticated,
            RedeemError::Problem(problem) => problem,
        }
    }
}

/// Something that was granted and still lives, as the person who granted it sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TokenFamily {
    /// What it is ended by.
    pub id: TokenFamilyId,
    /// The name of the client; `None` for one's own token pair.
    pub client: Option<String>,
    /// Scope values separated by spaces.
    pub scope: String,
    /// From which address it was granted.
    pub address: Option<String>,
    /// With which program.
    pub device: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was last refreshed or issued.
    pub last_used_at: DateTime<Utc>,
    /// When it ends, whatever happens.
    pub expires_at: DateTime<Utc>,
}

/// Whether a token is good and what it stands for (RFC 7662 §2.2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Introspection {
    /// Is it good now?
    pub active: bool,
    /// Scope values separated by spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The client it was issued to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The person it acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// `Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// When it ends, in seconds of the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was issued, in seconds of the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// Whom it acts for: `staff:7`, or the client's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Who issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
}
