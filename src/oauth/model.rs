//! API clients, and what a person is asked to consent to.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::auth::tokens::TokenKind;
use crate::shared::id::{LocationId, OAuthClientId, PartnerId};
use crate::shared::permission::ScopeInput;

/// How a client may obtain tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// For itself, with its secret.
    ClientCredentials,
    /// For a member of staff who consents, with PKCE.
    AuthorizationCode,
    /// Again without asking, after an authorization code.
    RefreshToken,
}

impl GrantType {
    /// Every grant that is served.
    pub const ALL: [Self; 3] = [Self::ClientCredentials, Self::AuthorizationCode, Self::RefreshToken];

    /// The name of RFC 6749.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text)
    }
}

/// What a client is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClientInput {
    /// The name for people; those who consent read it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// It can keep a secret; cannot be changed later. A client in a browser or on a phone cannot.
    pub is_confidential: bool,
    /// The kind of its access tokens.
    pub token_kind: TokenKind,
    /// `client_credentials`, `authorization_code`, `refresh_token`.
    pub grants: Vec<String>,
    /// Exactly where authorization codes may be sent, one a line.
    pub redirect_uris: String,
    /// Permissions and the shorthands `read`, `write`, `admin`.
    pub scopes: Vec<String>,
    /// Which customers it sees when it acts for itself.
    pub scope: ScopeInput,
}

/// A secret of a client, without the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ClientSecret {
    /// What it is revoked by.
    pub id: i64,
    /// Its last four characters.
    pub hint: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// An API client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OAuthClient {
    /// Its row.
    pub id: OAuthClientId,
    /// What it calls itself by.
    pub client_id: String,
    /// The name for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// It has a secret.
    pub is_confidential: bool,
    /// The kind of its access tokens.
    pub token_kind: TokenKind,
    /// How it may obtain tokens.
    pub grants: Vec<GrantType>,
    /// Where authorization codes may be sent.
    pub redirect_uris: Vec<String>,
    /// What it may ask for.
    pub scopes: Vec<String>,
    /// Which customers it sees when it acts for itself.
    pub scope: ScopeInput,
    /// It may obtain and use tokens.
    pub is_active: bool,
    /// When a token of its was last issued.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Who made it.
    pub created_by: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Its secrets: two while rotating.
    pub secrets: Vec<ClientSecret>,
    /// Access tokens that are good now.
    pub live_tokens: i64,
    /// Grows with every change.
    pub version: i64,
}

impl OAuthClient {
    /// What a form or a merge patch starts from.
    pub fn input(&self) -> ClientInput {
        ClientInput {
            name: self.name.clone(),
            description: self.description.clone(),
            is_confidential: self.is_confidential,
            token_kind: self.token_kind,
            grants: self.grants.iter().map(|grant| grant.as_str().to_owned()).collect(),
            redirect_uris: self.redirect_uris.join("\n"),
            scopes: self.scopes.clone(),
            scope: self.scope.clone(),
        }
    }
}

/// A client whose secret was just made: the only time that it is told.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewSecret {
    /// The client.
    pub id: OAuthClientId,
    /// What it calls itself by.
    pub client_id: String,
    /// Its secret; `None` for a public client.
    pub client_secret: Option<String>,
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What the form of a client offers: only what the caller may grant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientChoices {
    /// Name and meaning of each scope value, shorthands first.
    pub scopes: Vec<(String, String)>,
    /// Id and name of each partner.
    pub partners: Vec<(PartnerId, String)>,
    /// Id and name of each location.
    pub locations: Vec<(LocationId, String)>,
}

/// The parameters of an authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthorizationRequest {
    /// `code`.
    pub response_type: String,
    /// Who asks.
    pub client_id: String,
    /// Where to send the code.
    pub redirect_uri: Option<String>,
    /// What for; everything the client may when absent.
    pub scope: Option<String>,
    /// Given back unchanged.
    pub state: Option<String>,
    /// The S256 challenge.
    pub code_challenge: Option<String>,
    /// `S256`.
    pub code_challenge_method: Option<String>,
}

/// What a person is asked to agree to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Who asks.
    pub client_name: String,
    /// What it says it is for.
    pub client_description: String,
    /// Where the browser goes afterwards: scheme and host.
    pub destination: String,
    /// Scope values asked for, each with its meaning and whether the person holds all of it.
    pub scopes: Vec<ConsentScope>,
}

/// One thing that a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentScope {
    /// The scope value.
    pub name: String,
    /// What it allows, for people.
    pub description: String,
    /// The person may do this themselves; else the client will not be able to either.
    pub is_held: bool,
}
