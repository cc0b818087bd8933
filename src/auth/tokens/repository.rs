//! Rows of tokens: access and refresh tokens with those behind them, families, signing keys.

use chrono::{DateTime, Utc};

use super::family::{Redemption, RefreshState};
use super::holder::HolderRow;
use super::model::{Grant, TokenFamily};
use crate::auth::device_of;
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::actor::Origin;
use crate::shared::id::{OAuthClientId, StaffId, TokenFamilyId};

/// The columns of a [`HolderRow`].
macro_rules! holder_columns {
    () => {
        "oauth_clients.id AS client, oauth_clients.client_id, oauth_clients.name AS client_name, \
         oauth_clients.scopes AS client_scopes, oauth_clients.is_active AS client_is_active, \
         oauth_clients.scope_partners AS client_partners, oauth_clients.scope_locations AS client_locations, \
         staff.id AS staff_id, staff.username, staff.full_name, staff.is_active AS staff_is_active, \
         staff.scope_partners AS staff_partners, staff.scope_locations AS staff_locations, roles.permissions, \
         roles.requires_second_factor, second_factors.confirmed_at AS second_factor_since"
    };
}

/// The tables of a [`HolderRow`], joined to one that has `oauth_client_id` and `staff_id`.
macro_rules! holder_joins {
    ($of:literal) => {
        concat!(
            " LEFT JOIN oauth_clients ON oauth_clients.id = ",
            $of,
            ".oauth_client_id LEFT JOIN staff ON staff.id = ",
            $of,
            ".staff_id LEFT JOIN roles ON roles.id = staff.role_id \
             LEFT JOIN second_factors ON second_factors.staff_id = staff.id "
        )
    };
}

/// An access token with those behind it.
#[derive(FromRow)]
pub(super) struct AccessRow {
    pub token_hash: String,
    pub kind: String,
    pub scope: String,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub family_id: Option<TokenFamilyId>,
    #[sqlx(flatten)]
    pub holder: HolderRow,
}

/// A refresh token with its family and those behind it.
#[derive(FromRow)]
pub(super) struct RefreshRow {
    pub family_id: TokenFamilyId,
    pub expires_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
    /// Of the family.
    pub scope: String,
    pub family_expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    #[sqlx(flatten)]
    pub holder: HolderRow,
}

impl RefreshRow {
    /// What showing it leads to, for whoever shows it.
    pub(super) fn redemption(&self, client: Option<OAuthClientId>, now: DateTime<Utc>) -> Redemption {
        let state = RefreshState {
            client: self.holder.client,
            is_used: self.used_at.is_some(),
            expires_at: self.expires_at,
            family_is_revoked: self.revoked_at.is_some(),
            family_expires_at: self.family_expires_at,
        };
        state.redemption(client, now)
    }

    /// Would it give its owner new tokens?
    pub(super) fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.redemption(self.holder.client, now) == Redemption::Grant
    }
}

/// A family as its person sees it.
#[derive(FromRow)]
pub(super) struct FamilyRow {
    id: TokenFamilyId,
    client: Option<String>,
    scope: String,
    address: Option<String>,
    user_agent: Option<String>,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<FamilyRow> for TokenFamily {
    fn from(row: FamilyRow) -> Self {
        Self {
            id: row.id,
            client: row.client,
            scope: row.scope,
            address: row.address,
            device: device_of(row.user_agent.as_deref()),
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
        }
    }
}

/// A family to be stored.
pub(super) struct NewFamily<'a> {
    pub client: Option<OAuthClientId>,
    pub staff_id: StaffId,
    pub scope: &'a str,
    pub origin: &'a Origin,
    pub expires_at: DateTime<Utc>,
}

/// An access token to be stored.
pub(super) struct NewAccess<'a> {
    pub token_hash: &'a str,
    pub grant: &'a Grant,
    pub family_id: Option<TokenFamilyId>,
    pub expires_at: DateTime<Utc>,
}

/// A signing key; the private part is sealed.
#[derive(FromRow)]
pub(super) struct KeyRow {
    pub kid: String,
    pub private_key: String,
    pub public_key: String,
    pub active_from: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// What is over and deleted after a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expired {
    AccessTokens,
    RefreshTokens,
    /// Those under which nothing is left.
    Families,
}

impl Expired {
    /// In the order in which they can be deleted.
    pub(super) const ALL: [Self; 3] = [Self::AccessTokens, Self::RefreshTokens, Self::Families];

    fn sql(self) -> &'static str {
        match self {
            Self::AccessTokens => {
                "DELETE FROM access_tokens WHERE token_hash IN \
                 (SELECT token_hash FROM access_tokens WHERE expires_at <= $1 LIMIT $2)"
            }
            Self::RefreshTokens => {
                "DELETE FROM refresh_tokens WHERE token_hash IN \
                 (SELECT token_hash FROM refresh_tokens WHERE expires_at <= $1 LIMIT $2)"
            }
            Self::Families => {
                "DELETE FROM token_families WHERE id IN \
                 (SELECT id FROM token_families WHERE last_used_at <= $1 \
                 AND NOT EXISTS (SELECT 1 FROM access_tokens WHERE family_id = token_families.id) \
                 AND NOT EXISTS (SELECT 1 FROM refresh_tokens WHERE family_id = token_families.id) \
                 AND NOT EXISTS (SELECT 1 FROM authorization_codes WHERE family_id = token_families.id) LIMIT $2)"
            }
        }
    }
}

pub(super) struct TokenRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn tokens(&mut self) -> TokenRepository<'_> {
        TokenRepository(self)
    }
}

/// Tokens.
impl TokenRepository<'_> {
    /// The one query of every request that bears a token.
    pub(super) async fn find_access(&mut self, token_hash: &str) -> Result<Option<AccessRow>, DatabaseError> {
        let select = self.0.query(concat!(
            "SELECT access_tokens.token_hash, access_tokens.kind, access_tokens.scope, access_tokens.issued_at, \
             access_tokens.expires_at, access_tokens.family_id, ",
            holder_columns!(),
            " FROM access_tokens",
            holder_joins!("access_tokens"),
            "WHERE access_tokens.token_hash = $1"
        ));
        select.bind(token_hash).fetch_optional().await
    }

    pub(super) async fn find_refresh(&mut self, token_hash: &str) -> Result<Option<RefreshRow>, DatabaseError> {
        let select = self.0.query(concat!(
            "SELECT refresh_tokens.family_id, refresh_tokens.expires_at, refresh_tokens.used_at, \
             token_families.scope, token_families.expires_at AS family_expires_at, token_families.revoked_at, ",
            holder_columns!(),
            " FROM refresh_tokens JOIN token_families ON token_families.id = refresh_tokens.family_id",
            holder_joins!("token_families"),
            "WHERE refresh_tokens.token_hash = $1"
        ));
        select.bind(token_hash).fetch_optional().await
    }

    /// Those who ask for tokens.
    pub(super) async fn find_holder(&mut self, grant: &Grant) -> Result<HolderRow, DatabaseError> {
        let select = self.0.query(concat!(
            "SELECT ",
            holder_columns!(),
            " FROM (SELECT CAST($1 AS BIGINT) AS oauth_client_id, CAST($2 AS BIGINT) AS staff_id) AS asking",
            holder_joins!("asking")
        ));
        select.bind(grant.client.as_ref().map(|client| client.id)).bind(grant.staff_id).fetch_one().await
    }

    pub(super) async fn insert_access(
        &mut self,
        token: &NewAccess<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO access_tokens \
             (token_hash, kind, oauth_client_id, staff_id, family_id, scope, issued_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        );
        let grant = token.grant;
        let client = grant.client.as_ref().map(|client| client.id);
        let insert = insert.bind(token.token_hash).bind(grant.kind.as_str()).bind(client).bind(grant.staff_id);
        insert.bind(token.family_id).bind(&grant.scope).bind(now).bind(token.expires_at).execute().await?;
        Ok(())
    }

    /// `false` when it is not there any more.
    pub(super) async fn delete_access(&mut self, token_hash: &str) -> Result<bool, DatabaseError> {
        let delete = self.0.query("DELETE FROM access_tokens WHERE token_hash = $1");
        Ok(delete.bind(token_hash).execute().await? == 1)
    }

    pub(super) async fn insert_refresh(
        &mut self,
        token_hash: &str,
        family: TokenFamilyId,
        expires_at: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        let insert = self.0.query("INSERT INTO refresh_tokens (token_hash, family_id, expires_at) VALUES ($1, $2, $3)");
        insert.bind(token_hash).bind(family).bind(expires_at).execute().await?;
        Ok(())
    }

    /// Uses a token up; `true` for exactly one of those who try.
    pub(super) async fn use_refresh(&mut self, token_hash: &str, now: DateTime<Utc>) -> Result<bool, DatabaseError> {
        let update = self.0.query(
            "UPDATE refresh_tokens SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
        );
        Ok(update.bind(token_hash).bind(now).execute().await? == 1)
    }

    /// Deletes what ended before `until`, at most `limit` rows; gives how many there were.
    pub(super) async fn delete_expired(
        &mut self,
        what: Expired,
        until: DateTime<Utc>,
        limit: i64,
    ) -> Result<u64, DatabaseError> {
        self.0.query(what.sql()).bind(until).bind(limit).execute().await
    }
}

/// Families.
impl TokenRepository<'_> {
    pub(super) async fn insert_family(
        &mut self,
        family: &NewFamily<'_>,
        now: DateTime<Utc>,
    ) -> Result<TokenFamilyId, DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO token_families \
             (oauth_client_id, staff_id, scope, address, user_agent, created_at, last_used_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7) RETURNING id",
        );
        let insert = insert.bind(family.client).bind(family.staff_id).bind(family.scope);
        let insert = insert.bind(&family.origin.address).bind(&family.origin.user_agent);
        insert.bind(now).bind(family.expires_at).fetch_value().await
    }

    /// Those of a person under which something still lives, the last used first.
    pub(super) async fn list_families(
        &mut self,
        staff: StaffId,
        now: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<FamilyRow>, DatabaseError> {
        let select = self.0.query(
            "SELECT token_families.id, oauth_clients.name AS client, token_families.scope, token_families.address, \
             token_families.user_agent, token_families.created_at, token_families.last_used_at, \
             token_families.expires_at \
             FROM token_families LEFT JOIN oauth_clients ON oauth_clients.id = token_families.oauth_client_id \
             WHERE token_families.staff_id = $1 AND token_families.revoked_at IS NULL \
             AND token_families.expires_at > $2 AND (EXISTS (SELECT 1 FROM refresh_tokens \
             WHERE family_id = token_families.id AND used_at IS NULL AND refresh_tokens.expires_at > $2) \
             OR EXISTS (SELECT 1 FROM access_tokens \
             WHERE family_id = token_families.id AND access_tokens.expires_at > $2)) \
             ORDER BY token_families.last_used_at DESC, token_families.id DESC LIMIT $3",
        );
        select.bind(staff).bind(now).bind(limit).fetch_all().await
    }

    /// Those behind a family of this person that was not revoked; `None` when there is no such family.
    pub(super) async fn find_family(
        &mut self,
        id: TokenFamilyId,
        staff: StaffId,
    ) -> Result<Option<HolderRow>, DatabaseError> {
        let select = self.0.query(concat!(
            "SELECT ",
            holder_columns!(),
            " FROM token_families",
            holder_joins!("token_families"),
            "WHERE token_families.id = $1 AND token_families.staff_id = $2 AND token_families.revoked_at IS NULL"
        ));
        select.bind(id).bind(staff).fetch_optional().await
    }

    pub(super) async fn touch_family(&mut self, id: TokenFamilyId, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        self.0.query("UPDATE token_families SET last_used_at = $2 WHERE id = $1").bind(id).bind(now).execute().await?;
        Ok(())
    }

    /// Ends a family with everything that was issued under it.
    pub(super) async fn revoke_family(&mut self, id: TokenFamilyId, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE token_families SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL");
        update.bind(id).bind(now).execute().await?;
        self.0.query("DELETE FROM access_tokens WHERE family_id = $1").bind(id).execute().await?;
        self.0.query("DELETE FROM refresh_tokens WHERE family_id = $1").bind(id).execute().await?;
        Ok(())
    }

    /// Deletes every token of a person and every code that could still become one.
    pub(super) async fn delete_of_staff(&mut self, staff: StaffId) -> Result<(), DatabaseError> {
        for sql in [
            "DELETE FROM authorization_codes WHERE staff_id = $1 AND used_at IS NULL",
            "DELETE FROM access_tokens WHERE staff_id = $1",
            "DELETE FROM refresh_tokens WHERE family_id IN (SELECT id FROM token_families WHERE staff_id = $1)",
        ] {
            self.0.query(sql).bind(staff).execute().await?;
        }
        Ok(())
    }

    /// Deletes every token of a client.
    pub(super) async fn delete_of_client(&mut self, client: OAuthClientId) -> Result<(), DatabaseError> {
        for sql in [
            "DELETE FROM access_tokens WHERE oauth_client_id = $1",
            "DELETE FROM refresh_tokens WHERE family_id IN \
             (SELECT id FROM token_families WHERE oauth_client_id = $1)",
        ] {
            self.0.query(sql).bind(client).execute().await?;
        }
        Ok(())
    }
}

/// Signing keys.
impl TokenRepository<'_> {
    pub(super) async fn list_keys(&mut self) -> Result<Vec<KeyRow>, DatabaseError> {
        let select = self.0.query(
            "SELECT kid, private_key, public_key, active_from, expires_at FROM signing_keys ORDER BY active_from, kid",
        );
        select.fetch_all().await
    }

    pub(super) async fn insert_key(&mut self, key: &KeyRow, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO signing_keys (kid, private_key, public_key, created_at, active_from) \
             VALUES ($1, $2, $3, $4, $5)",
        );
        let insert = insert.bind(&key.kid).bind(&key.private_key).bind(&key.public_key);
        insert.bind(now).bind(key.active_from).execute().await?;
        Ok(())
    }

    /// Keys older than the one that signs since `signs_since` verify until `expires_at`.
    pub(super) async fn retire_keys(
        &mut self,
        signs_since: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        let update =
            self.0.query("UPDATE signing_keys SET expires_at = $2 WHERE active_from < $1 AND expires_at IS NULL");
        update.bind(signs_since).bind(expires_at).execute().await?;
        Ok(())
    }

    pub(super) async fn delete_expired_keys(&mut self, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM signing_keys WHERE expires_at <= $1").bind(now).execute().await?;
        Ok(())
    }
}
