//! Telling who bears a token, and ending tokens. How they come into the world is in `issuing`.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use super::holder::HolderRow;
use super::jwt::{self, subject};
use super::keys::KeyRing;
use super::model::{GrantedClient, Introspection, TokenFamily, TokenKind};
use super::opaque;
use super::repository::{AccessRow, Expired};
use super::steps::end_family;
use crate::audit::AuditLog;
use crate::auth::steps::{AuthEvent, Subject, record_event};
use crate::auth::token::digest;
use crate::database::{Database, Lock, Transaction};
use crate::shared::actor::{Actor, Origin, Proof};
use crate::shared::clock::Clock;
use crate::shared::id::TokenFamilyId;
use crate::shared::permission::scopes_permissions;
use crate::shared::problem::Problem;
use crate::shared::sealer::Sealer;

/// Families in the list of a person at most.
const LIST_LIMIT: i64 = 100;

/// Rows that one transaction of the sweep deletes at most: others want to write, too.
const SWEEP_LIMIT: u16 = 1_000;

/// Hours for which a refresh token is remembered after its end, so that showing it again is still noticed.
const SWEEP_AFTER_HOURS: i64 = 24;

/// The keeper of bearer tokens; cheap to clone.
#[derive(Clone, Debug)]
pub struct TokenService {
    pub(super) database: Database,
    audit: AuditLog,
    pub(super) clock: Clock,
    pub(super) keys: KeyRing,
    pub(super) issuer: Arc<str>,
}

impl TokenService {
    /// The service on the database of the process; `issuer` is its URL as others know it.
    pub fn new(database: Database, audit: AuditLog, clock: Clock, sealer: Sealer, issuer: String) -> Self {
        let keys = KeyRing::new(database.clone(), clock.clone(), sealer);
        Self { database, audit, clock, keys, issuer: issuer.into() }
    }

    /// Makes the first key, publishes the next before its use, rotates every thirty days and forgets keys under
    /// which nothing can be alive. Called at start and every half minute.
    pub async fn ensure_keys(&self) -> Result<(), Problem> {
        self.keys.ensure().await
    }

    /// The public keys (RFC 7517), the next one included.
    pub async fn jwks(&self) -> Result<Value, Problem> {
        Ok(self.keys.ready().await?.jwks(self.clock.now()))
    }

    /// Who bears a token, with the rights that they have now. One indexed query, so that whatever is ended,
    /// disabled or taken away on any server counts on the next request. Errors: `Unauthenticated`.
    pub async fn authenticate(&self, token: &str, origin: Origin) -> Result<Actor, Problem> {
        match self.find_access(token).await? {
            Some(found) if found.holder.is_admitted() => {
                Ok(found.holder.into_actor(found.token_hash, found.scope, origin)?)
            }
            _ => Err(Problem::Unauthenticated),
        }
    }

    /// Whether an access or refresh token is good now and what it stands for (RFC 7662). Its scope is what it
    /// was issued for, or what is left of that. Who may ask is decided by the caller.
    pub async fn introspect(&self, token: &str) -> Result<Introspection, Problem> {
        let now = self.clock.now();
        if opaque::is_well_formed(opaque::REFRESH, token) {
            let found = self.database.read().await?.tokens().find_refresh(&digest(token)).await?;
            let good = found.filter(|found| found.is_good(now) && found.holder.is_admitted());
            return Ok(good.map_or_else(Introspection::default, |found| {
                self.introspection(&found.holder, &found.scope, found.expires_at)
            }));
        }
        let good = self.find_access(token).await?.filter(|found| found.holder.is_admitted());
        Ok(good.map_or_else(Introspection::default, |found| Introspection {
            token_type: Some("Bearer".into()),
            iat: Some(found.issued_at.timestamp()),
            ..self.introspection(&found.holder, &found.scope, found.expires_at)
        }))
    }

    /// What the person who asks has granted and still lives, the last used first. Errors: `Forbidden` (`session`).
    pub async fn list(&self, actor: &Actor) -> Result<Vec<TokenFamily>, Problem> {
        let (staff, _) = actor.require_session()?;
        let now = self.clock.now();
        let rows = self.database.read().await?.tokens().list_families(staff, now, LIST_LIMIT).await?;
        Ok(rows.into_iter().map(TokenFamily::from).collect())
    }

    /// Ends something that the person who asks has granted. Errors: `Forbidden` (`session`), `NotFound`.
    pub async fn end(&self, actor: &Actor, id: TokenFamilyId) -> Result<(), Problem> {
        let (staff, _) = actor.require_session()?;
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        let Some(holder) = tx.tokens().find_family(id, staff).await? else { return Err(Problem::not_found("grant")) };
        end_family(&mut tx, id, now).await?;
        self.record(&mut tx, now, AuthEvent::TokenRevoked, &holder, &actor.origin).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends a token of this client, or of no client (RFC 7009): a refresh token with its whole family, an access
    /// token alone. Tokens that are unknown, over or another client's are passed over.
    pub async fn revoke(&self, origin: &Origin, token: &str, client: Option<&GrantedClient>) -> Result<(), Problem> {
        let client = client.map(|client| client.id);
        let now = self.clock.now();
        if opaque::is_well_formed(opaque::REFRESH, token) {
            let found = self.database.read().await?.tokens().find_refresh(&digest(token)).await?;
            let Some(found) = found.filter(|found| found.holder.client == client) else { return Ok(()) };
            let mut tx = self.database.begin().await?;
            end_family(&mut tx, found.family_id, now).await?;
            self.record(&mut tx, now, AuthEvent::TokenRevoked, &found.holder, origin).await?;
            tx.commit().await?;
            return Ok(());
        }
        let found = self.find_access(token).await?;
        let Some(found) = found.filter(|found| found.holder.client == client) else { return Ok(()) };
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        if tx.tokens().delete_access(&found.token_hash).await? {
            self.record(&mut tx, now, AuthEvent::TokenRevoked, &found.holder, origin).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Ends the token that asks with its family. Errors: `Forbidden` (`token`) when it is no token that asks.
    pub async fn logout(&self, actor: &Actor) -> Result<(), Problem> {
        let Proof::Token { token_hash, .. } = &actor.proof else {
            return Err(Problem::Forbidden { permission: "token".into() });
        };
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        let Some(found) = tx.tokens().find_access(token_hash).await? else { return Ok(()) };
        match found.family_id {
            Some(family) => end_family(&mut tx, family, now).await?,
            None => {
                tx.tokens().delete_access(token_hash).await?;
            }
        }
        self.record(&mut tx, now, AuthEvent::TokenRevoked, &found.holder, &actor.origin).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes what is over, in short transactions. For the scheduler.
    pub async fn sweep(&self) -> Result<(), Problem> {
        let now = self.clock.now();
        for what in Expired::ALL {
            let hours = if what == Expired::AccessTokens { 0 } else { SWEEP_AFTER_HOURS };
            let until = now - Duration::hours(hours);
            while self.sweep_some(what, until).await? >= u64::from(SWEEP_LIMIT) {}
        }
        Ok(())
    }

    async fn sweep_some(&self, what: Expired, until: DateTime<Utc>) -> Result<u64, Problem> {
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        let deleted = tx.tokens().delete_expired(what, until, SWEEP_LIMIT.into()).await?;
        tx.commit().await?;
        Ok(deleted)
    }

    /// The row of an access token that is not over; `None` for anything else.
    async fn find_access(&self, token: &str) -> Result<Option<AccessRow>, Problem> {
        let now = self.clock.now();
        let (token_hash, kind) = if opaque::is_well_formed(opaque::ACCESS, token) {
            (digest(token), TokenKind::Opaque)
        } else {
            let Some(kid) = jwt::kid(token) else { return Ok(None) };
            let keys = self.keys.knowing(&kid).await?;
            let Some(claims) = jwt::verify(token, &keys, &self.issuer, now) else { return Ok(None) };
            (digest(claims.jti), TokenKind::Jwt)
        };
        let found = self.database.read().await?.tokens().find_access(&token_hash).await?;
        Ok(found.filter(|found| found.kind == kind.as_str() && now < found.expires_at))
    }

    fn introspection(&self, holder: &HolderRow, scope: &str, expires_at: DateTime<Utc>) -> Introspection {
        let left = holder.permissions(scope);
        let is_whole = left == scopes_permissions(scope);
        Introspection {
            active: true,
            scope: Some(if is_whole { scope.to_owned() } else { left.to_string() }),
            client_id: Some(holder.client_id.clone().unwrap_or_else(|| jwt::NO_CLIENT.to_owned())),
            username: holder.username.clone(),
            exp: Some(expires_at.timestamp()),
            sub: Some(subject(holder.staff_id, holder.client_id.as_deref())),
            iss: Some(self.issuer.to_string()),
            ..Introspection::default()
        }
    }

    /// Records what happened to a token of these holders.
    pub(super) async fn record(
        &self,
        tx: &mut Transaction,
        at: DateTime<Utc>,
        event: AuthEvent,
        holder: &HolderRow,
        origin: &Origin,
    ) -> Result<(), Problem> {
        let subject = Subject { staff_id: holder.staff_id, client_id: holder.client, name: holder.name(), origin };
        record_event(tx, &self.audit, at, event, subject).await
    }
}
