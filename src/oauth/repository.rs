//! Rows of API clients, their secrets and authorization codes.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::model::{ClientInput, ClientSecret, GrantType, OAuthClient};
use crate::auth::tokens::{GrantedClient, TokenKind};
use crate::database::{Builder, DatabaseError, FromRow, Transaction};
use crate::shared::id::{OAuthClientId, StaffId, TokenFamilyId};
use crate::shared::permission::Scope;

/// A client for those who administer it; the moment at which its tokens are counted comes behind.
const CLIENTS: &str = "SELECT oauth_clients.id, oauth_clients.client_id, oauth_clients.name, \
    oauth_clients.description, oauth_clients.is_confidential, oauth_clients.token_kind, oauth_clients.grants, \
    oauth_clients.redirect_uris, oauth_clients.scopes, oauth_clients.scope_partners, oauth_clients.scope_locations, \
    oauth_clients.is_active, oauth_clients.last_used_at, staff.full_name AS created_by, oauth_clients.created_at, \
    oauth_clients.version, (SELECT COUNT(*) FROM access_tokens \
    WHERE access_tokens.oauth_client_id = oauth_clients.id AND access_tokens.expires_at > ";

#[derive(FromRow)]
struct ClientRow {
    id: OAuthClientId,
    client_id: String,
    name: String,
    description: String,
    is_confidential: bool,
    token_kind: String,
    grants: String,
    redirect_uris: String,
    scopes: String,
    scope_partners: Option<String>,
    scope_locations: Option<String>,
    is_active: bool,
    last_used_at: Option<DateTime<Utc>>,
    created_by: Option<String>,
    created_at: DateTime<Utc>,
    version: i64,
    live_tokens: i64,
}

impl ClientRow {
    fn into_client(self, secrets: Vec<ClientSecret>) -> Result<OAuthClient, DatabaseError> {
        let scope = Scope::from_columns(self.scope_partners.as_deref(), self.scope_locations.as_deref())
            .map_err(|(column, value)| corrupt(column, value))?;
        Ok(OAuthClient {
            id: self.id,
            client_id: self.client_id,
            name: self.name,
            description: self.description,
            is_confidential: self.is_confidential,
            token_kind: kind(self.token_kind)?,
            grants: grants(&self.grants),
            redirect_uris: uris(self.redirect_uris)?,
            scopes: words(&self.scopes),
            scope: scope.into(),
            is_active: self.is_active,
            last_used_at: self.last_used_at,
            created_by: self.created_by,
            created_at: self.created_at,
            secrets,
            live_tokens: self.live_tokens,
            version: self.version,
        })
    }
}

#[derive(FromRow)]
struct SecretRow {
    oauth_client_id: OAuthClientId,
    id: i64,
    hint: String,
    created_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
}

impl From<SecretRow> for ClientSecret {
    fn from(row: SecretRow) -> Self {
        Self { id: row.id, hint: row.hint, created_at: row.created_at, last_used_at: row.last_used_at }
    }
}

/// A client as the endpoints see it, once for each of its secrets.
#[derive(FromRow)]
struct KnownRow {
    id: OAuthClientId,
    client_id: String,
    name: String,
    description: String,
    is_confidential: bool,
    token_kind: String,
    grants: String,
    redirect_uris: String,
    scopes: String,
    is_active: bool,
    last_used_at: Option<DateTime<Utc>>,
    secret_id: Option<i64>,
    secret_hash: Option<String>,
    secret_used_at: Option<DateTime<Utc>>,
}

/// A client as the endpoints see it.
pub(super) struct KnownClient {
    pub id: OAuthClientId,
    pub client_id: String,
    pub name: String,
    pub description: String,
    pub is_confidential: bool,
    pub token_kind: TokenKind,
    pub grants: Vec<GrantType>,
    pub redirect_uris: Vec<String>,
    pub scopes: Vec<String>,
    pub is_active: bool,
    pub last_used_at: Option<DateTime<Utc>>,
    pub secrets: Vec<KnownSecret>,
}

impl KnownClient {
    /// The client as tokens name it.
    pub(super) fn granted(&self) -> GrantedClient {
        GrantedClient { id: self.id, client_id: self.client_id.clone() }
    }
}

/// A secret to compare with.
pub(super) struct KnownSecret {
    pub id: i64,
    pub hash: String,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// What a person consented to, until the client fetches its tokens.
pub(super) struct NewCode<'a> {
    pub code_hash: &'a str,
    pub client: OAuthClientId,
    pub staff: StaffId,
    pub redirect_uri: &'a str,
    pub scope: &'a str,
    pub code_challenge: &'a str,
    pub expires_at: DateTime<Utc>,
}

/// A code at its first use.
#[derive(FromRow)]
pub(super) struct CodeRow {
    pub staff_id: StaffId,
    pub redirect_uri: String,
    pub scope: String,
    pub code_challenge: String,
    pub expires_at: DateTime<Utc>,
}

/// What the first use of a code issued, as long as it lives.
#[derive(FromRow)]
pub(super) struct IssuedRow {
    pub family_id: TokenFamilyId,
    pub staff_id: StaffId,
}

pub(super) struct OAuthRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn oauth(&mut self) -> OAuthRepository<'_> {
        OAuthRepository(self)
    }
}

/// Clients, for those who administer them.
impl OAuthRepository<'_> {
    fn select(&mut self, now: DateTime<Utc>) -> Builder<'_> {
        let mut select = self.0.build(CLIENTS);
        select
            .push_bind(now)
            .push(") AS live_tokens FROM oauth_clients LEFT JOIN staff ON staff.id = oauth_clients.created_by ");
        select
    }

    /// By id; two queries, however many there are.
    pub(super) async fn list(&mut self, now: DateTime<Utc>) -> Result<Vec<OAuthClient>, DatabaseError> {
        let mut select = self.select(now);
        select.push("ORDER BY oauth_clients.id");
        let clients: Vec<ClientRow> = select.finish()?.fetch_all().await?;
        let mut secrets: Vec<SecretRow> = self
            .0
            .query("SELECT oauth_client_id, id, hint, created_at, last_used_at FROM oauth_client_secrets ORDER BY id")
            .fetch_all()
            .await?;
        let mut listed = Vec::with_capacity(clients.len());
        for client in clients {
            let (own, others) = secrets.into_iter().partition(|secret| secret.oauth_client_id == client.id);
            secrets = others;
            listed.push(client.into_client(described(own))?);
        }
        Ok(listed)
    }

    pub(super) async fn find(
        &mut self,
        id: OAuthClientId,
        now: DateTime<Utc>,
    ) -> Result<Option<OAuthClient>, DatabaseError> {
        let mut select = self.select(now);
        select.push("WHERE oauth_clients.id = ").push_bind(id);
        let Some(client) = select.finish()?.fetch_optional::<ClientRow>().await? else { return Ok(None) };
        let secrets: Vec<SecretRow> = self
            .0
            .query(
                "SELECT oauth_client_id, id, hint, created_at, last_used_at FROM oauth_client_secrets \
                 WHERE oauth_client_id = $1 ORDER BY id",
            )
            .bind(id)
            .fetch_all()
            .await?;
        client.into_client(described(secrets)).map(Some)
    }

    pub(super) async fn insert(
        &mut self,
        client_id: &str,
        input: &ClientInput,
        created_by: Option<StaffId>,
        now: DateTime<Utc>,
    ) -> Result<OAuthClientId, DatabaseError> {
        let (partners, locations) = Scope::from(input.scope.clone()).to_columns();
        let insert = self.0.query(
            "INSERT INTO oauth_clients (client_id, name, description, is_confidential, token_kind, grants, \
             redirect_uris, scopes, scope_partners, scope_locations, is_active, created_by, version, created_at, \
             updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, TRUE, $11, 1, $12, $12) RETURNING id",
        );
        let insert = insert.bind(client_id).bind(&input.name).bind(&input.description).bind(input.is_confidential);
        let insert = insert.bind(input.token_kind.as_str()).bind(input.grants.join(" ")).bind(uris_of(input));
        let insert = insert.bind(input.scopes.join(" ")).bind(partners).bind(locations);
        insert.bind(created_by).bind(now).fetch_value().await
    }

    pub(super) async fn update(
        &mut self,
        id: OAuthClientId,
        input: &ClientInput,
        now: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        let (partners, locations) = Scope::from(input.scope.clone()).to_columns();
        let update = self.0.query(
            "UPDATE oauth_clients SET name = $2, description = $3, token_kind = $4, grants = $5, redirect_uris = $6, \
             scopes = $7, scope_partners = $8, scope_locations = $9, version = version + 1, updated_at = $10 \
             WHERE id = $1",
        );
        let update = update.bind(id).bind(&input.name).bind(&input.description).bind(input.token_kind.as_str());
        let update = update.bind(input.grants.join(" ")).bind(uris_of(input)).bind(input.scopes.join(" "));
        update.bind(partners).bind(locations).bind(now).execute().await?;
        Ok(())
    }

    pub(super) async fn update_active(
        &mut self,
        id: OAuthClientId,
        active: bool,
        now: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        let update = self
            .0
            .query("UPDATE oauth_clients SET is_active = $2, version = version + 1, updated_at = $3 WHERE id = $1");
        update.bind(id).bind(active).bind(now).execute().await?;
        Ok(())
    }

    pub(super) async fn insert_secret(
        &mut self,
        client: OAuthClientId,
        secret_hash: &str,
        hint: &str,
        now: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO oauth_client_secrets (oauth_client_id, secret_hash, hint, created_at) VALUES ($1, $2, $3, $4)",
        );
        insert.bind(client).bind(secret_hash).bind(hint).bind(now).execute().await?;
        Ok(())
    }

    pub(super) async fn delete_secret(&mut self, id: i64) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM oauth_client_secrets WHERE id = $1").bind(id).execute().await?;
        Ok(())
    }

    /// Counts a change of a client's secrets.
    pub(super) async fn bump(&mut self, id: OAuthClientId, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE oauth_clients SET version = version + 1, updated_at = $2 WHERE id = $1");
        update.bind(id).bind(now).execute().await?;
        Ok(())
    }
}

/// Clients, for the endpoints.
impl OAuthRepository<'_> {
    /// By what it calls itself, with its secrets, in one query.
    pub(super) async fn find_known(&mut self, client_id: &str) -> Result<Option<KnownClient>, DatabaseError> {
        let rows: Vec<KnownRow> = self
            .0
            .query(
                "SELECT oauth_clients.id, oauth_clients.client_id, oauth_clients.name, oauth_clients.description, \
                 oauth_clients.is_confidential, oauth_clients.token_kind, oauth_clients.grants, \
                 oauth_clients.redirect_uris, oauth_clients.scopes, oauth_clients.is_active, \
                 oauth_clients.last_used_at, oauth_client_secrets.id AS secret_id, oauth_client_secrets.secret_hash, \
                 oauth_client_secrets.last_used_at AS secret_used_at FROM oauth_clients LEFT JOIN \
                 oauth_client_secrets ON oauth_client_secrets.oauth_client_id = oauth_clients.id \
                 WHERE oauth_clients.client_id = $1",
            )
            .bind(client_id)
            .fetch_all()
            .await?;
        known(rows)
    }

    pub(super) async fn touch(&mut self, id: OAuthClientId, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE oauth_clients SET last_used_at = $2 WHERE id = $1");
        update.bind(id).bind(now).execute().await?;
        Ok(())
    }

    pub(super) async fn touch_secret(&mut self, id: i64, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE oauth_client_secrets SET last_used_at = $2 WHERE id = $1");
        update.bind(id).bind(now).execute().await?;
        Ok(())
    }
}

/// Authorization codes.
impl OAuthRepository<'_> {
    pub(super) async fn insert_code(&mut self, code: &NewCode<'_>) -> Result<(), DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO authorization_codes (code_hash, oauth_client_id, staff_id, redirect_uri, scope, \
             code_challenge, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        );
        let insert = insert.bind(code.code_hash).bind(code.client).bind(code.staff).bind(code.redirect_uri);
        insert.bind(code.scope).bind(code.code_challenge).bind(code.expires_at).execute().await?;
        Ok(())
    }

    /// Uses a code of the client up; gives it to exactly one caller.
    pub(super) async fn use_code(
        &mut self,
        code_hash: &str,
        client: OAuthClientId,
        now: DateTime<Utc>,
    ) -> Result<Option<CodeRow>, DatabaseError> {
        self.0
            .query(
                "UPDATE authorization_codes SET used_at = $3 \
                 WHERE code_hash = $1 AND oauth_client_id = $2 AND used_at IS NULL \
                 RETURNING staff_id, redirect_uri, scope, code_challenge, expires_at",
            )
            .bind(code_hash)
            .bind(client)
            .bind(now)
            .fetch_optional()
            .await
    }

    /// Remembers what a code was exchanged for.
    pub(super) async fn set_family(&mut self, code_hash: &str, family: TokenFamilyId) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE authorization_codes SET family_id = $2 WHERE code_hash = $1");
        update.bind(code_hash).bind(family).execute().await?;
        Ok(())
    }

    /// What a used code of the client was exchanged for, if that still lives.
    pub(super) async fn find_issued(
        &mut self,
        code_hash: &str,
        client: OAuthClientId,
    ) -> Result<Option<IssuedRow>, DatabaseError> {
        self.0
            .query(
                "SELECT token_families.id AS family_id, token_families.staff_id FROM authorization_codes \
                 JOIN token_families ON token_families.id = authorization_codes.family_id \
                 WHERE authorization_codes.code_hash = $1 AND authorization_codes.oauth_client_id = $2 \
                 AND token_families.revoked_at IS NULL",
            )
            .bind(code_hash)
            .bind(client)
            .fetch_optional()
            .await
    }

    pub(super) async fn delete_codes_of(&mut self, client: OAuthClientId) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM authorization_codes WHERE oauth_client_id = $1").bind(client).execute().await?;
        Ok(())
    }

    pub(super) async fn delete_codes_until(&mut self, moment: DateTime<Utc>) -> Result<u64, DatabaseError> {
        self.0.query("DELETE FROM authorization_codes WHERE expires_at < $1").bind(moment).execute().await
    }
}

fn described(secrets: Vec<SecretRow>) -> Vec<ClientSecret> {
    secrets.into_iter().map(ClientSecret::from).collect()
}

/// One client of its rows, which differ in their secrets only.
fn known(rows: Vec<KnownRow>) -> Result<Option<KnownClient>, DatabaseError> {
    let mut client: Option<KnownClient> = None;
    for row in rows {
        let secret = row.secret_id.zip(row.secret_hash);
        let secret = secret.map(|(id, hash)| KnownSecret { id, hash, last_used_at: row.secret_used_at });
        if let Some(client) = &mut client {
            client.secrets.extend(secret);
            continue;
        }
        client = Some(KnownClient {
            id: row.id,
            client_id: row.client_id,
            name: row.name,
            description: row.description,
            is_confidential: row.is_confidential,
            token_kind: kind(row.token_kind)?,
            grants: grants(&row.grants),
            redirect_uris: uris(row.redirect_uris)?,
            scopes: words(&row.scopes),
            is_active: row.is_active,
            last_used_at: row.last_used_at,
            secrets: secret.into_iter().collect(),
        });
    }
    Ok(client)
}

fn corrupt(column: &'static str, value: String) -> DatabaseError {
    DatabaseError::Corrupt { table: "oauth_clients", column, value }
}

fn kind(text: String) -> Result<TokenKind, DatabaseError> {
    TokenKind::parse(&text).ok_or_else(|| corrupt("token_kind", text))
}

/// Grants of a newer version are left out.
fn grants(text: &str) -> Vec<GrantType> {
    text.split_ascii_whitespace().filter_map(GrantType::parse).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Reads the addresses; what cannot be read is an error.
fn uris(text: String) -> Result<Vec<String>, DatabaseError> {
    serde_json::from_str(&text).map_err(|_| corrupt("redirect_uris", text))
}

fn uris_of(input: &ClientInput) -> String {
    json!(input.redirect_uris.lines().collect::<Vec<_>>()).to_string()
}
