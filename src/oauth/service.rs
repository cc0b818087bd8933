//! Making and keeping API clients.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::failures::Failures;
use super::model::{ClientChoices, ClientInput, NewSecret, OAuthClient};
use crate::audit::{AuditLog, Change};
use crate::auth::token::{digest, new_token, random_bytes};
use crate::auth::tokens::{TokenService, steps};
use crate::database::{Database, Lock, Transaction};
use crate::places::steps::{self as places, PlaceNames};
use crate::shared::actor::Actor;
use crate::shared::clock::Clock;
use crate::shared::id::OAuthClientId;
use crate::shared::permission::{Permission, SCOPE_SHORTHANDS, Scope, scope_permissions, scopes_permissions};
use crate::shared::problem::{Problem, unreadable};
use crate::shared::text::fold;

/// Secrets of a client that are good at the same time at most (spec: Access → OAuth 2.0).
const MAX_SECRETS: usize = 2;

/// The kind of record in the audit log.
const ENTITY: &str = "oauth_client";

/// API clients and what the OAuth endpoints do; cheap to clone.
#[derive(Clone, Debug)]
pub struct OAuthService {
    pub(super) database: Database,
    pub(super) audit: AuditLog,
    pub(super) clock: Clock,
    pub(super) tokens: TokenService,
    pub(super) issuer: String,
    pub(super) failures: Failures,
}

impl OAuthService {
    /// The service over its neighbours of lower tiers; `issuer` is the URL of this server as others know it.
    pub fn new(database: Database, audit: AuditLog, clock: Clock, tokens: TokenService, issuer: String) -> Self {
        Self { database, audit, clock, tokens, issuer, failures: Failures::default() }
    }

    /// Every client, by name. Errors: `Forbidden`.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<OAuthClient>, Problem> {
        actor.require(Permission::ClientsRead)?;
        let mut clients = self.database.snapshot().await?.oauth().list(self.clock.now()).await?;
        clients.sort_by_cached_key(|client| fold(&client.name));
        Ok(clients)
    }

    /// One client. Errors: `Forbidden`, `NotFound`.
    pub async fn get(&self, actor: &Actor, id: OAuthClientId) -> Result<OAuthClient, Problem> {
        actor.require(Permission::ClientsRead)?;
        let mut tx = self.database.snapshot().await?;
        find(&mut tx, id, self.clock.now()).await
    }

    /// What a form offers: only what the caller may grant. Errors: `Forbidden`.
    pub async fn choices(&self, actor: &Actor) -> Result<ClientChoices, Problem> {
        actor.require(Permission::ClientsManage)?;
        let mut tx = self.database.read().await?;
        let PlaceNames { partners, locations } = places::names(&mut tx, &actor.scope).await?;
        Ok(ClientChoices { scopes: grantable_scopes(actor), partners, locations })
    }

    /// Makes a client; its secret is told this once. Errors: `Invalid` with every wrong field, `Forbidden`
    /// when it would hold more than the caller.
    pub async fn create(&self, actor: &Actor, input: ClientInput) -> Result<NewSecret, Problem> {
        actor.require(Permission::ClientsManage)?;
        let input = input.checked()?;
        require_grantable(actor, &input)?;
        let client_id = new_client_id()?;
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        places::check_scope(&mut tx, &input.scope.clone().into()).await?;
        let id = tx.oauth().insert(&client_id, &input, actor.staff_id(), now).await?;
        let client_secret = if input.is_confidential { Some(add_secret(&mut tx, id, now).await?) } else { None };
        let change = Change::new("oauth_client.created", ENTITY, id.0).between(&json!({}), &facts(&input));
        self.audit.record(&mut tx, actor, now, change).await?;
        tx.commit().await?;
        Ok(NewSecret { id, client_id, client_secret })
    }

    /// Saves the whole input over the version that was read; whether the client has a secret stays as it is.
    /// What it may no longer do, its tokens may not either; when a grant goes, everything issued goes.
    /// Errors: `NotFound`, `Stale`, `Invalid` with every wrong field, `Forbidden` when the client holds, or
    /// would hold, more than the caller.
    pub async fn update(
        &self,
        actor: &Actor,
        id: OAuthClientId,
        version: i64,
        input: ClientInput,
    ) -> Result<OAuthClient, Problem> {
        actor.require(Permission::ClientsManage)?;
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        let before = find_within(&mut tx, actor, id, now).await?;
        if before.version != version {
            return Err(Problem::Stale { version: before.version });
        }
        let input = ClientInput { is_confidential: before.is_confidential, ..input }.checked()?;
        require_grantable(actor, &input)?;
        let old = before.input();
        if old == input {
            return Ok(before);
        }
        if old.scope != input.scope {
            places::check_scope(&mut tx, &input.scope.clone().into()).await?;
        }
        tx.oauth().update(id, &input, now).await?;
        if !old.grants.iter().all(|grant| input.grants.contains(grant)) {
            end_everything(&mut tx, id).await?;
        }
        let change = Change::new("oauth_client.updated", ENTITY, id.0).between(&facts(&old), &facts(&input));
        self.audit.record(&mut tx, actor, now, change).await?;
        let after = find(&mut tx, id, now).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// The same by a merge patch (RFC 7396) of the input. Errors: also `Malformed`, and `Invalid` when it
    /// names an unknown field or changes whether the client has a secret.
    pub async fn patch(
        &self,
        actor: &Actor,
        id: OAuthClientId,
        version: i64,
        patch: &Value,
    ) -> Result<OAuthClient, Problem> {
        actor.require(Permission::ClientsManage)?;
        if !patch.is_object() {
            return Err(Problem::malformed("A merge patch is a JSON object."));
        }
        let current = find(&mut self.database.snapshot().await?, id, self.clock.now()).await?;
        let mut input = facts(&current.input());
        merge(&mut input, patch);
        let input: ClientInput = serde_json::from_value(input).map_err(|error| unreadable(&error.to_string()))?;
        if input.is_confidential != current.is_confidential {
            let message = "Make another client; this one cannot get or lose its secret.";
            return Err(Problem::field_error("is_confidential", "unchangeable", message));
        }
        self.update(actor, id, version, input).await
    }

    /// Adds a second secret, told this once; the first stays good until it is revoked. Errors: `NotFound`,
    /// `Forbidden`, `Conflict` (`public_client`, `two_secrets`).
    pub async fn rotate(&self, actor: &Actor, id: OAuthClientId) -> Result<NewSecret, Problem> {
        actor.require(Permission::ClientsManage)?;
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        let client = find_within(&mut tx, actor, id, now).await?;
        if !client.is_confidential {
            return Err(Problem::conflict("public_client", "A public client has no secret."));
        }
        if client.secrets.len() >= MAX_SECRETS {
            return Err(Problem::conflict("two_secrets", "There are two secrets already: revoke one of them first."));
        }
        let secret = add_secret(&mut tx, id, now).await?;
        tx.oauth().bump(id, now).await?;
        self.audit.record(&mut tx, actor, now, Change::new("oauth_client.secret_added", ENTITY, id.0)).await?;
        tx.commit().await?;
        Ok(NewSecret { id, client_id: client.client_id, client_secret: Some(secret) })
    }

    /// Revokes one secret, also the last one: then the client cannot authenticate until it gets another.
    /// Errors: `NotFound`, `Forbidden`.
    pub async fn revoke_secret(&self, actor: &Actor, id: OAuthClientId, secret: i64) -> Result<(), Problem> {
        actor.require(Permission::ClientsManage)?;
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        let client = find_within(&mut tx, actor, id, now).await?;
        if !client.secrets.iter().any(|one| one.id == secret) {
            return Err(Problem::not_found("secret"));
        }
        tx.oauth().delete_secret(secret).await?;
        tx.oauth().bump(id, now).await?;
        self.audit.record(&mut tx, actor, now, Change::new("oauth_client.secret_revoked", ENTITY, id.0)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends every token of a client at once; it can obtain new ones. Errors: `NotFound`, `Forbidden`.
    pub async fn revoke_tokens(&self, actor: &Actor, id: OAuthClientId) -> Result<(), Problem> {
        actor.require(Permission::ClientsManage)?;
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        find_within(&mut tx, actor, id, now).await?;
        end_everything(&mut tx, id).await?;
        self.audit.record(&mut tx, actor, now, Change::new("oauth_client.tokens_revoked", ENTITY, id.0)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Lets a client in again, or no longer: then its tokens end at once. Errors: `NotFound`, `Forbidden`.
    pub async fn set_active(&self, actor: &Actor, id: OAuthClientId, active: bool) -> Result<OAuthClient, Problem> {
        actor.require(Permission::ClientsManage)?;
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        let before = find_within(&mut tx, actor, id, now).await?;
        if before.is_active == active {
            return Ok(before);
        }
        tx.oauth().update_active(id, active, now).await?;
        if !active {
            end_everything(&mut tx, id).await?;
        }
        let action = if active { "oauth_client.activated" } else { "oauth_client.deactivated" };
        self.audit.record(&mut tx, actor, now, Change::new(action, ENTITY, id.0)).await?;
        let after = find(&mut tx, id, now).await?;
        tx.commit().await?;
        Ok(after)
    }
}

async fn find(tx: &mut Transaction, id: OAuthClientId, now: DateTime<Utc>) -> Result<OAuthClient, Problem> {
    tx.oauth().find(id, now).await?.ok_or_else(|| Problem::not_found("API client"))
}

/// A client that may do no more than the caller, held until the end of the transaction.
/// Errors: `NotFound`, `Forbidden`.
async fn find_within(
    tx: &mut Transaction,
    actor: &Actor,
    id: OAuthClientId,
    now: DateTime<Utc>,
) -> Result<OAuthClient, Problem> {
    tx.lock(Lock::Changes).await?;
    let client = find(tx, id, now).await?;
    require_grantable(actor, &client.input())?;
    Ok(client)
}

/// Nobody grants, or takes over, what they do not hold. Errors: `Forbidden`.
fn require_grantable(actor: &Actor, input: &ClientInput) -> Result<(), Problem> {
    actor.require_all(scopes_permissions(&input.scopes.join(" ")))?;
    if Scope::from(input.scope.clone()).is_within(&actor.scope) {
        Ok(())
    } else {
        Err(Problem::Forbidden { permission: "scope".into() })
    }
}

/// Scope values with their meaning, shorthands first, as far as the caller holds them.
fn grantable_scopes(actor: &Actor) -> Vec<(String, String)> {
    let permissions = Permission::ALL.iter().map(|permission| (permission.as_str(), permission.describe()));
    SCOPE_SHORTHANDS
        .into_iter()
        .chain(permissions)
        .filter(|(name, _)| scope_permissions(name).is_some_and(|set| actor.permissions.contains(set)))
        .map(|(name, meaning)| (name.to_owned(), meaning.to_owned()))
        .collect()
}

/// Ends what was issued to a client, and what it could still fetch.
async fn end_everything(tx: &mut Transaction, id: OAuthClientId) -> Result<(), Problem> {
    tx.oauth().delete_codes_of(id).await?;
    steps::end_tokens_of_client(tx, id).await?;
    Ok(())
}

async fn add_secret(tx: &mut Transaction, id: OAuthClientId, now: DateTime<Utc>) -> Result<String, Problem> {
    let secret = format!("isps_{}", new_token()?);
    let hint = &secret[secret.len() - 4..];
    tx.oauth().insert_secret(id, &digest(&secret), hint, now).await?;
    Ok(secret)
}

/// A hundred random bits in characters that nobody mixes up.
fn new_client_id() -> Result<String, Problem> {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let drawn = random_bytes::<20>()?.map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    Ok(format!("isp_{}", drawn.iter().collect::<String>()))
}

/// What the audit log compares, and what a merge patch changes: no secret is among it.
fn facts(input: &ClientInput) -> Value {
    serde_json::to_value(input).unwrap_or_default()
}

/// RFC 7396; a null for a field that does not exist stays, so that the field is named as unknown.
fn merge(target: &mut Value, patch: &Value) {
    let (Some(fields), Value::Object(changes)) = (target.as_object_mut(), patch) else {
        *target = patch.clone();
        return;
    };
    for (name, change) in changes {
        if change.is_null() && fields.contains_key(name) {
            fields.remove(name);
        } else {
            merge(fields.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_ids_are_plain_and_different() {
        let (one, two) = (new_client_id().unwrap(), new_client_id().unwrap());
        assert_ne!(one, two);
        let random = one.strip_prefix("isp_").unwrap();
        assert_eq!(random.len(), 20);
        assert!(random.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    }

    #[test]
    fn a_merge_patch_changes_what_it_names() {
        let mut target = json!({"name": "a", "scope": {"all_partners": true, "partners": []}, "grants": ["x"]});
        merge(&mut target, &json!({"name": null, "scope": {"partners": [7]}, "grants": ["y"], "odd": null}));
        let scope = json!({"all_partners": true, "partners": [7]});
        assert_eq!(target, json!({"scope": scope, "grants": ["y"], "odd": null}));
    }

    #[test]
    fn a_caller_is_offered_what_they_hold() {
        let mut actor = Actor::system("test");
        assert_eq!(grantable_scopes(&actor).len(), SCOPE_SHORTHANDS.len() + Permission::ALL.len());
        actor.permissions = [Permission::CustomersRead].into_iter().collect();
        assert_eq!(grantable_scopes(&actor), [("customers.read".to_owned(), "See customers".to_owned())]);
    }
}
