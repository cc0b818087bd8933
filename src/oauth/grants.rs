//! What the token, revocation and introspection endpoints do (RFC 6749, 7009, 7662).

use chrono::{DateTime, Duration, Utc};
use subtle::{Choice, ConstantTimeEq as _};

use super::model::GrantType;
use super::protocol::{ClientCredentials, OAuthError, Parameters, is_client_id, requested_scope, verifies};
use super::repository::{CodeRow, KnownClient, KnownSecret};
use super::service::OAuthService;
use crate::auth::steps::{AuthEvent, Subject, record_event};
use crate::auth::token::digest;
use crate::auth::tokens::{Grant, Introspection, IssuedTokens, RedeemError, steps};
use crate::database::{Lock, Transaction};
use crate::shared::actor::Origin;
use crate::shared::permission::{Permission, scopes_permissions};
use crate::shared::problem::Problem;

/// How a client that does not exist is called among the events.
const NOBODY: &str = "(unknown)";

/// The time of last use is written at most this often.
const TOUCH_MINUTES: i64 = 1;

impl From<RedeemError> for OAuthError {
    fn from(error: RedeemError) -> Self {
        match error {
            RedeemError::Refused => Self::invalid_grant(),
            RedeemError::Scope => Self::invalid_scope(),
            RedeemError::Problem(problem) => problem.into(),
        }
    }
}

/// The endpoints of clients.
impl OAuthService {
    /// Issues tokens. Errors: those of RFC 6749 §5.2.
    pub(super) async fn token(
        &self,
        origin: &Origin,
        given: &ClientCredentials,
        request: &Parameters,
    ) -> Result<IssuedTokens, OAuthError> {
        let grant = request.required("grant_type", "grant_type is missing.")?;
        let grant = GrantType::parse(grant).ok_or_else(unsupported_grant_type)?;
        let client = self.identify(origin, given).await?;
        if !client.grants.contains(&grant) {
            return Err(OAuthError::new("unauthorized_client", "The client may not use this grant."));
        }
        let issued = match grant {
            GrantType::ClientCredentials => self.issue_to_client(origin, &client, request).await?,
            GrantType::AuthorizationCode => self.issue_for_code(origin, &client, request).await?,
            GrantType::RefreshToken => self.refresh(origin, &client, request).await?,
        };
        self.note_use(&client).await;
        Ok(issued)
    }

    /// Ends a token of the client; unknown ones and those of others are passed over (RFC 7009 §2.2).
    pub(super) async fn revoke(
        &self,
        origin: &Origin,
        given: &ClientCredentials,
        request: &Parameters,
    ) -> Result<(), OAuthError> {
        let client = self.identify(origin, given).await?;
        let token = request.required("token", "token is missing.")?;
        Ok(self.tokens.revoke(origin, token, Some(&client.granted())).await?)
    }

    /// Whether a token is good and what it stands for (RFC 7662). A client sees its own tokens; one that may
    /// have `clients.read` sees everybody's. Every other token is not active for it.
    pub(super) async fn introspect(
        &self,
        origin: &Origin,
        given: &ClientCredentials,
        request: &Parameters,
    ) -> Result<Introspection, OAuthError> {
        let client = self.identify(origin, given).await?;
        if !client.is_confidential {
            return Err(OAuthError::invalid_client());
        }
        let token = request.required("token", "token is missing.")?;
        let found = self.tokens.introspect(token).await?;
        let is_own = found.client_id.as_ref() == Some(&client.client_id);
        let sees_all = scopes_permissions(&client.scopes.join(" ")).has(Permission::ClientsRead);
        Ok(if is_own || sees_all { found } else { Introspection::default() })
    }

    /// Forgets codes that ended a day ago: until then a second use still ends what the first one issued.
    pub async fn sweep(&self) -> Result<(), Problem> {
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        tx.oauth().delete_codes_until(self.clock.now() - Duration::days(1)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Who asks. Unknown clients and wrong secrets take the same way. Errors: `invalid_client`.
    async fn identify(&self, origin: &Origin, given: &ClientCredentials) -> Result<KnownClient, OAuthError> {
        let client_id = if is_client_id(&given.client_id) { given.client_id.as_str() } else { "" };
        let found = self.database.read().await?.oauth().find_known(client_id).await?;
        let secrets = found.as_ref().map(|client| client.secrets.as_slice()).unwrap_or_default();
        let matching = matching_secret(given.client_secret.as_deref().unwrap_or_default(), secrets);
        let is_proven = found.as_ref().is_some_and(|client| match &given.client_secret {
            Some(_) => client.is_confidential && matching.is_some(),
            None => !client.is_confidential,
        });
        let used = matching.map(|secret| (secret.id, secret.last_used_at));
        match found {
            Some(client) if is_proven && client.is_active => {
                self.note_secret(used).await;
                Ok(client)
            }
            other => Err(self.refuse(origin, other.as_ref()).await?),
        }
    }

    /// Records that a client failed to authenticate, unless its address fails all the time.
    async fn refuse(&self, origin: &Origin, client: Option<&KnownClient>) -> Result<OAuthError, OAuthError> {
        if !self.failures.count(origin) {
            return Ok(OAuthError::invalid_client());
        }
        let mut tx = self.database.begin().await?;
        let name = client.map_or(NOBODY, |client| client.name.as_str());
        let subject = Subject { staff_id: None, client_id: client.map(|client| client.id), name, origin };
        record_event(&mut tx, &self.audit, self.clock.now(), AuthEvent::ClientFailed, subject).await?;
        tx.commit().await?;
        Ok(OAuthError::invalid_client())
    }

    async fn issue_to_client(
        &self,
        origin: &Origin,
        client: &KnownClient,
        request: &Parameters,
    ) -> Result<IssuedTokens, OAuthError> {
        let scope = requested_scope(request.get("scope"), &client.scopes)?;
        let grant = Grant { client: Some(client.granted()), staff_id: None, scope, kind: client.token_kind };
        let mut tx = self.database.begin().await?;
        let (issued, _) = self.tokens.issue(&mut tx, origin, &grant, false, self.clock.now()).await?;
        tx.commit().await?;
        Ok(issued)
    }

    /// A code works once, whether what comes with it is right or not; a second use ends what the first issued.
    async fn issue_for_code(
        &self,
        origin: &Origin,
        client: &KnownClient,
        request: &Parameters,
    ) -> Result<IssuedTokens, OAuthError> {
        let code_hash = digest(request.required("code", "code is missing.")?);
        let verifier = request.required("code_verifier", "code_verifier is missing (RFC 7636).")?;
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        // Before the code's row: whoever deactivates a client holds them in this order.
        tx.lock(Lock::Changes).await?;
        let Some(code) = tx.oauth().use_code(&code_hash, client.id, now).await? else {
            self.end_what_was_issued(&mut tx, origin, client, &code_hash).await?;
            tx.commit().await?;
            return Err(OAuthError::invalid_grant());
        };
        let redirect_uri = request.get("redirect_uri");
        if !is_still_good(&code, client, redirect_uri, now) || !verifies(verifier, &code.code_challenge) {
            tx.commit().await?;
            return Err(OAuthError::invalid_grant());
        }
        let with_refresh = client.grants.contains(&GrantType::RefreshToken);
        let CodeRow { staff_id, scope, .. } = code;
        let grant = Grant { client: Some(client.granted()), staff_id: Some(staff_id), scope, kind: client.token_kind };
        let (issued, family) = self.tokens.issue(&mut tx, origin, &grant, with_refresh, now).await?;
        if let Some(family) = family {
            tx.oauth().set_family(&code_hash, family).await?;
        }
        tx.commit().await?;
        Ok(issued)
    }

    /// A code that comes a second time was stolen, before or after its first use (RFC 6749 §4.1.2).
    async fn end_what_was_issued(
        &self,
        tx: &mut Transaction,
        origin: &Origin,
        client: &KnownClient,
        code_hash: &str,
    ) -> Result<(), Problem> {
        let Some(issued) = tx.oauth().find_issued(code_hash, client.id).await? else { return Ok(()) };
        let now = self.clock.now();
        steps::end_family(tx, issued.family_id, now).await?;
        let subject =
            Subject { staff_id: Some(issued.staff_id), client_id: Some(client.id), name: &client.name, origin };
        record_event(tx, &self.audit, now, AuthEvent::TokenRevoked, subject).await
    }

    async fn refresh(
        &self,
        origin: &Origin,
        client: &KnownClient,
        request: &Parameters,
    ) -> Result<IssuedTokens, OAuthError> {
        let token = request.required("refresh_token", "refresh_token is missing.")?;
        let granted = client.granted();
        Ok(self.tokens.redeem(origin, token, Some(&granted), client.token_kind, request.get("scope")).await?)
    }

    /// Remembers that the client was issued a token. Nothing depends on it, so a failure is only logged.
    async fn note_use(&self, client: &KnownClient) {
        let now = self.clock.now();
        if !is_worn(client.last_used_at, now) {
            return;
        }
        let written = async {
            let mut tx = self.database.begin().await?;
            tx.oauth().touch(client.id, now).await?;
            tx.commit().await
        };
        if let Err(error) = written.await {
            tracing::warn!(%error, "the last use of a client could not be written");
        }
    }

    async fn note_secret(&self, used: Option<(i64, Option<DateTime<Utc>>)>) {
        let now = self.clock.now();
        let Some((id, _)) = used.filter(|(_, last)| is_worn(*last, now)) else { return };
        let written = async {
            let mut tx = self.database.begin().await?;
            tx.oauth().touch_secret(id, now).await?;
            tx.commit().await
        };
        if let Err(error) = written.await {
            tracing::warn!(%error, "the last use of a secret could not be written");
        }
    }
}

fn unsupported_grant_type() -> OAuthError {
    let served = "There are client_credentials, authorization_code and refresh_token.";
    OAuthError::new("unsupported_grant_type", served)
}

/// The secret that was given, compared in constant time with each.
fn matching_secret<'s>(given: &str, secrets: &'s [KnownSecret]) -> Option<&'s KnownSecret> {
    let given = digest(given);
    let matches: Vec<Choice> = secrets.iter().map(|secret| secret.hash.as_bytes().ct_eq(given.as_bytes())).collect();
    secrets.iter().zip(matches).find(|(_, is_same)| bool::from(*is_same)).map(|(secret, _)| secret)
}

/// A code in time, for an address that the client still has and now names again; only a client with a single
/// one may leave it out, as it may when it asks.
fn is_still_good(code: &CodeRow, client: &KnownClient, redirect_uri: Option<&str>, now: DateTime<Utc>) -> bool {
    let is_same = match redirect_uri {
        Some(uri) => uri == code.redirect_uri,
        None => client.redirect_uris.len() == 1,
    };
    is_same && code.expires_at > now && client.redirect_uris.contains(&code.redirect_uri)
}

fn is_worn(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    last.is_none_or(|last| now - last >= Duration::minutes(TOUCH_MINUTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(id: i64, text: &str) -> KnownSecret {
        KnownSecret { id, hash: digest(text), last_used_at: None }
    }

    #[test]
    fn each_of_two_secrets_is_good() {
        let secrets = [secret(1, "isps_a"), secret(2, "isps_b")];
        let found = |given| matching_secret(given, &secrets).map(|secret| secret.id);
        assert_eq!((found("isps_a"), found("isps_b"), found("isps_c"), found("")), (Some(1), Some(2), None, None));
        assert!(matching_secret("isps_a", &[]).is_none());
    }

    #[test]
    fn last_use_is_written_once_a_minute() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        assert!(is_worn(None, now));
        assert!(!is_worn(Some(now), now + Duration::seconds(59)));
        assert!(is_worn(Some(now), now + Duration::seconds(60)));
    }
}
