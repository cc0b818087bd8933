//! How tokens come into the world: issued for a grant, or for a refresh token that works once.

use chrono::{DateTime, Duration, Utc};

use super::family::{Redemption, narrowed};
use super::jwt::{Claims, NO_CLIENT, sign, subject};
use super::model::{
    ACCESS_TOKEN_MINUTES, FAMILY_DAYS, Grant, GrantedClient, IssuedTokens, REFRESH_TOKEN_DAYS, RedeemError, TokenKind,
};
use super::opaque;
use super::repository::{NewAccess, NewFamily, RefreshRow};
use super::service::TokenService;
use super::steps::end_family;
use crate::auth::SignedIn;
use crate::auth::steps::{AuthEvent, require_unchanged};
use crate::auth::token::{digest, new_token};
use crate::database::{DatabaseError, Lock, Transaction};
use crate::shared::actor::Origin;
use crate::shared::id::TokenFamilyId;
use crate::shared::problem::Problem;

impl From<DatabaseError> for RedeemError {
    fn from(error: DatabaseError) -> Self {
        Self::Problem(error.into())
    }
}

/// The family that tokens are issued under: none of them outlives it.
#[derive(Clone, Copy)]
struct Under {
    id: TokenFamilyId,
    expires_at: DateTime<Utc>,
    with_refresh: bool,
}

impl TokenService {
    /// Issues tokens as a step of the caller's transaction; a person's come with the family that they end by.
    /// Holds [`Lock::Changes`] from here on: a caller that holds rows of its own takes it before them.
    /// Errors: `Unauthenticated` when client or person may not have tokens now.
    pub async fn issue(
        &self,
        tx: &mut Transaction,
        origin: &Origin,
        grant: &Grant,
        with_refresh: bool,
        now: DateTime<Utc>,
    ) -> Result<(IssuedTokens, Option<TokenFamilyId>), Problem> {
        tx.lock(Lock::Changes).await?;
        let holder = tx.tokens().find_holder(grant).await?;
        if !holder.is_admitted() {
            return Err(Problem::Unauthenticated);
        }
        let under = match grant.staff_id {
            Some(staff_id) => {
                let lifetime =
                    if with_refresh { Duration::days(FAMILY_DAYS) } else { Duration::minutes(ACCESS_TOKEN_MINUTES) };
                let expires_at = now + lifetime;
                let client = grant.client.as_ref().map(|client| client.id);
                let family = NewFamily { client, staff_id, scope: &grant.scope, origin, expires_at };
                Some(Under { id: tx.tokens().insert_family(&family, now).await?, expires_at, with_refresh })
            }
            None => None,
        };
        let issued = self.hand_out(tx, grant, under, now).await?;
        self.record(tx, now, AuthEvent::TokenIssued, &holder, origin).await?;
        Ok((issued, under.map(|family| family.id)))
    }

    /// The token pair of a person who has just proven who they are: a JWT for whatever they may do.
    /// Errors: `Unauthenticated`, also when what they proved was changed meanwhile. Spec: Access → OAuth 2.0.
    pub async fn pair(&self, origin: &Origin, person: &SignedIn) -> Result<IssuedTokens, Problem> {
        if person.awaits_code {
            return Err(Problem::Unauthenticated);
        }
        let grant =
            Grant { client: None, staff_id: Some(person.staff_id), scope: "admin".into(), kind: TokenKind::Jwt };
        let mut tx = self.database.begin().await?;
        require_unchanged(&mut tx, person).await?;
        let (issued, _) = self.issue(&mut tx, origin, &grant, true, self.clock.now()).await?;
        tx.commit().await?;
        Ok(issued)
    }

    /// New tokens for a refresh token, which works once; `client` is whoever shows it, `None` the owner of a
    /// token pair. Shown a second time it ends its family: somebody has stolen it. `scope` narrows the new
    /// access token only (RFC 6749 §6).
    pub async fn redeem(
        &self,
        origin: &Origin,
        refresh_token: &str,
        client: Option<&GrantedClient>,
        kind: TokenKind,
        scope: Option<&str>,
    ) -> Result<IssuedTokens, RedeemError> {
        let now = self.clock.now();
        let token_hash = self.known_hash(refresh_token).await?.ok_or(RedeemError::Refused)?;
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        let found = tx.tokens().find_refresh(&token_hash).await?.ok_or(RedeemError::Refused)?;
        match found.redemption(client.map(|client| client.id), now) {
            Redemption::Refuse => Err(RedeemError::Refused),
            Redemption::Reuse => {
                end_family(&mut tx, found.family_id, now).await?;
                self.record(&mut tx, now, AuthEvent::RefreshReused, &found.holder, origin).await?;
                tx.commit().await?;
                Err(RedeemError::Refused)
            }
            Redemption::Grant => {
                let scope = narrowed(&found.scope, scope).ok_or(RedeemError::Scope)?;
                if !found.holder.is_admitted() || !tx.tokens().use_refresh(&token_hash, now).await? {
                    return Err(RedeemError::Refused);
                }
                let grant = Grant { client: client.cloned(), staff_id: found.holder.staff_id, scope, kind };
                let issued = self.renew(&mut tx, origin, &found, &grant, now).await?;
                tx.commit().await?;
                Ok(issued)
            }
        }
    }

    /// The hash of a refresh token that is stored. Asked before anything is locked, since anybody can make
    /// tokens up.
    async fn known_hash(&self, refresh_token: &str) -> Result<Option<String>, DatabaseError> {
        if !opaque::is_well_formed(opaque::REFRESH, refresh_token) {
            return Ok(None);
        }
        let token_hash = digest(refresh_token);
        let found = self.database.read().await?.tokens().find_refresh(&token_hash).await?;
        Ok(found.map(|_| token_hash))
    }

    /// The next tokens of a family.
    async fn renew(
        &self,
        tx: &mut Transaction,
        origin: &Origin,
        found: &RefreshRow,
        grant: &Grant,
        now: DateTime<Utc>,
    ) -> Result<IssuedTokens, Problem> {
        let under = Under { id: found.family_id, expires_at: found.family_expires_at, with_refresh: true };
        tx.tokens().touch_family(under.id, now).await?;
        let issued = self.hand_out(tx, grant, Some(under), now).await?;
        self.record(tx, now, AuthEvent::TokenRefreshed, &found.holder, origin).await?;
        Ok(issued)
    }

    /// Makes and stores the tokens themselves.
    async fn hand_out(
        &self,
        tx: &mut Transaction,
        grant: &Grant,
        under: Option<Under>,
        now: DateTime<Utc>,
    ) -> Result<IssuedTokens, Problem> {
        let end = now + Duration::minutes(ACCESS_TOKEN_MINUTES);
        let expires_at = under.map_or(end, |family| end.min(family.expires_at));
        let (access_token, token_hash) = self.new_access_token(grant, now, expires_at)?;
        let family_id = under.map(|family| family.id);
        tx.tokens().insert_access(&NewAccess { token_hash: &token_hash, grant, family_id, expires_at }, now).await?;
        let refresh_token = match under.filter(|family| family.with_refresh) {
            Some(family) => {
                let token = opaque::generate(opaque::REFRESH)?;
                let expires_at = (now + Duration::days(REFRESH_TOKEN_DAYS)).min(family.expires_at);
                tx.tokens().insert_refresh(&digest(&token), family.id, expires_at).await?;
                Some(token)
            }
            None => None,
        };
        Ok(IssuedTokens {
            access_token,
            token_type: "Bearer".into(),
            expires_in: (expires_at - now).num_seconds(),
            refresh_token,
            scope: grant.scope.clone(),
        })
    }

    /// An access token, and the hash under which it is stored.
    fn new_access_token(
        &self,
        grant: &Grant,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<(String, String), Problem> {
        if grant.kind == TokenKind::Opaque {
            let token = opaque::generate(opaque::ACCESS)?;
            let token_hash = digest(&token);
            return Ok((token, token_hash));
        }
        let client_id = grant.client.as_ref().map(|client| client.client_id.as_str());
        let jti = new_token()?;
        let token_hash = digest(&jti);
        let claims = Claims {
            iss: self.issuer.to_string(),
            sub: subject(grant.staff_id, client_id),
            aud: self.issuer.to_string(),
            client_id: client_id.unwrap_or(NO_CLIENT).to_owned(),
            scope: grant.scope.clone(),
            iat: now.timestamp(),
            nbf: None,
            exp: expires_at.timestamp(),
            jti,
        };
        Ok((sign(&claims, &self.keys.current(), now)?, token_hash))
    }
}
