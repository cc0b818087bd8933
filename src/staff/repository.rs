//! Rows of staff.

use chrono::{DateTime, Utc};

use super::model::{Profile, StaffMember};
use crate::auth::permissions_of;
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::id::{RoleId, StaffId};
use crate::shared::permission::{PermissionSet, Scope};

#[derive(FromRow)]
struct AccountRow {
    id: StaffId,
    username: String,
    email: String,
    email_key: String,
    full_name: String,
    role: String,
    role_name: String,
    permissions: String,
    scope_partners: Option<String>,
    scope_locations: Option<String>,
    locale: String,
    timezone: String,
    is_active: bool,
    is_invited: bool,
    has_second_factor: bool,
    last_sign_in_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    version: i64,
}

/// An account with the rights of its role, for those who administer it.
pub(super) struct Account {
    pub member: StaffMember,
    pub email_key: String,
    pub permissions: PermissionSet,
    pub scope: Scope,
    pub locale: String,
    pub timezone: String,
    pub version: i64,
}

impl TryFrom<AccountRow> for Account {
    type Error = DatabaseError;

    fn try_from(row: AccountRow) -> Result<Self, DatabaseError> {
        let scope = Scope::from_columns(row.scope_partners.as_deref(), row.scope_locations.as_deref());
        let corrupt = |(column, value)| DatabaseError::Corrupt { table: "staff", column, value };
        Ok(Self {
            email_key: row.email_key,
            permissions: permissions_of(&row.permissions),
            scope: scope.map_err(corrupt)?,
            locale: row.locale,
            timezone: row.timezone,
            version: row.version,
            member: StaffMember {
                id: row.id,
                username: row.username,
                email: row.email,
                full_name: row.full_name,
                role: row.role,
                role_name: row.role_name,
                is_active: row.is_active,
                is_invited: row.is_invited,
                has_second_factor: row.has_second_factor,
                last_sign_in_at: row.last_sign_in_at,
                created_at: row.created_at,
            },
        })
    }
}

#[derive(FromRow)]
pub(super) struct NamesRow {
    pub username: String,
    pub email_key: String,
}

/// A new account, everything checked.
pub(super) struct NewRow<'a> {
    pub username: &'a str,
    pub email: &'a str,
    pub email_key: &'a str,
    pub full_name: &'a str,
    pub password_hash: Option<&'a str>,
    pub role_id: RoleId,
    pub scope: &'a Scope,
    pub locale: &'a str,
    pub timezone: &'a str,
}

/// What administrators change about an account, everything checked.
pub(super) struct ChangedRow<'a> {
    pub email: &'a str,
    pub email_key: &'a str,
    pub full_name: &'a str,
    pub role_id: RoleId,
    pub scope: &'a Scope,
}

const SELECT_ACCOUNT: &str = "SELECT staff.id, staff.username, staff.email, staff.email_key, staff.full_name, \
     roles.key AS role, roles.name AS role_name, roles.permissions, staff.scope_partners, staff.scope_locations, \
     staff.locale, staff.timezone, staff.is_active, staff.password_hash IS NULL AS is_invited, \
     second_factors.confirmed_at IS NOT NULL AS has_second_factor, staff.last_sign_in_at, staff.created_at, \
     staff.version FROM staff JOIN roles ON roles.id = staff.role_id \
     LEFT JOIN second_factors ON second_factors.staff_id = staff.id";

pub(super) struct StaffRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn staff(&mut self) -> StaffRepository<'_> {
        StaffRepository(self)
    }
}

impl StaffRepository<'_> {
    pub(super) async fn list(&mut self) -> Result<Vec<StaffMember>, DatabaseError> {
        let mut sql = self.0.build(SELECT_ACCOUNT);
        sql.push(" ORDER BY staff.username");
        let rows: Vec<AccountRow> = sql.finish()?.fetch_all().await?;
        rows.into_iter().map(|row| Account::try_from(row).map(|account| account.member)).collect()
    }

    pub(super) async fn find(&mut self, id: StaffId) -> Result<Option<Account>, DatabaseError> {
        let mut sql = self.0.build(SELECT_ACCOUNT);
        sql.push(" WHERE staff.id = ").push_bind(id);
        sql.finish()?.fetch_optional::<AccountRow>().await?.map(Account::try_from).transpose()
    }

    pub(super) async fn find_id(&mut self, username: &str) -> Result<Option<StaffId>, DatabaseError> {
        self.0.query("SELECT id FROM staff WHERE username = $1").bind(username).fetch_optional_value().await
    }

    /// The names of the accounts, `except` one, that have one of these.
    pub(super) async fn list_names(
        &mut self,
        username: &str,
        email_key: &str,
        except: Option<StaffId>,
    ) -> Result<Vec<NamesRow>, DatabaseError> {
        self.0
            .query("SELECT username, email_key FROM staff WHERE (username = $1 OR email_key = $2) AND id <> $3")
            .bind(username)
            .bind(email_key)
            .bind(except.unwrap_or_default())
            .fetch_all()
            .await
    }

    /// Is there another one in this role who sees everything and can sign in?
    pub(super) async fn exists_other(&mut self, role: &str, except: StaffId) -> Result<bool, DatabaseError> {
        self.0
            .query(
                "SELECT EXISTS (SELECT 1 FROM staff JOIN roles ON roles.id = staff.role_id \
                 WHERE roles.key = $1 AND staff.id <> $2 AND staff.is_active AND staff.password_hash IS NOT NULL \
                 AND staff.scope_partners IS NULL AND staff.scope_locations IS NULL)",
            )
            .bind(role)
            .bind(except)
            .fetch_value()
            .await
    }

    pub(super) async fn insert(&mut self, row: &NewRow<'_>, now: DateTime<Utc>) -> Result<StaffId, DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO staff (username, email, email_key, full_name, password_hash, role_id, scope_partners, \
             scope_locations, locale, timezone, is_active, version, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, TRUE, 1, $11, $11) RETURNING id",
        );
        let insert = insert.bind(row.username).bind(row.email).bind(row.email_key).bind(row.full_name);
        let (partners, locations) = row.scope.to_columns();
        let insert = insert.bind(row.password_hash).bind(row.role_id).bind(partners).bind(locations);
        insert.bind(row.locale).bind(row.timezone).bind(now).fetch_value().await
    }

    /// Writes changes over the version before them; `false` when that version is not there.
    pub(super) async fn update(
        &mut self,
        id: StaffId,
        version: i64,
        row: &ChangedRow<'_>,
        now: DateTime<Utc>,
    ) -> Result<bool, DatabaseError> {
        let update = self.0.query(
            "UPDATE staff SET email = $3, email_key = $4, full_name = $5, role_id = $6, scope_partners = $7, \
             scope_locations = $8, updated_at = $9, version = version + 1 WHERE id = $1 AND version = $2",
        );
        let update = update.bind(id).bind(version).bind(row.email).bind(row.email_key).bind(row.full_name);
        let (partners, locations) = row.scope.to_columns();
        let update = update.bind(row.role_id).bind(partners).bind(locations);
        Ok(update.bind(now).execute().await? == 1)
    }

    pub(super) async fn update_profile(
        &mut self,
        id: StaffId,
        profile: &Profile,
        email_key: &str,
        now: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        let update = self.0.query(
            "UPDATE staff SET full_name = $2, email = $3, email_key = $4, locale = $5, timezone = $6, \
             updated_at = $7, version = version + 1 WHERE id = $1",
        );
        let update = update.bind(id).bind(&profile.full_name).bind(&profile.email).bind(email_key);
        update.bind(&profile.locale).bind(&profile.timezone).bind(now).execute().await?;
        Ok(())
    }

    pub(super) async fn update_active(
        &mut self,
        id: StaffId,
        active: bool,
        now: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        let update =
            self.0.query("UPDATE staff SET is_active = $2, updated_at = $3, version = version + 1 WHERE id = $1");
        update.bind(id).bind(active).bind(now).execute().await?;
        Ok(())
    }

    pub(super) async fn update_password(
        &mut self,
        id: StaffId,
        password_hash: &str,
        now: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        let update =
            self.0.query("UPDATE staff SET password_hash = $2, updated_at = $3, version = version + 1 WHERE id = $1");
        update.bind(id).bind(password_hash).bind(now).execute().await?;
        Ok(())
    }
}
