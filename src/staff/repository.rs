//! Rows of staff and roles.

use chrono::{DateTime, Utc};

use super::model::{NewStaff, StaffMember, SystemRole};
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::id::StaffId;

#[derive(FromRow)]
struct StaffRow {
    id: StaffId,
    username: String,
    email: String,
    full_name: String,
    role: String,
    is_active: bool,
    last_sign_in_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<StaffRow> for StaffMember {
    fn from(row: StaffRow) -> Self {
        Self {
            id: row.id,
            username: row.username,
            email: row.email,
            full_name: row.full_name,
            role: row.role,
            is_active: row.is_active,
            last_sign_in_at: row.last_sign_in_at,
            created_at: row.created_at,
        }
    }
}

/// An account with the rights of its role, for those who administer it.
#[derive(FromRow)]
pub(super) struct AccountRow {
    pub id: StaffId,
    pub username: String,
    pub email_key: String,
    pub permissions: String,
}

#[derive(FromRow)]
pub(super) struct RoleRow {
    pub id: i64,
    pub permissions: String,
}

#[derive(FromRow)]
pub(super) struct NamesRow {
    pub username: String,
    pub email_key: String,
}

/// A checked account with everything that stands beside it in its row.
pub(super) struct NewStaffRow<'a> {
    pub new: &'a NewStaff,
    pub email_key: &'a str,
    pub password_hash: &'a str,
    pub role_id: i64,
    pub locale: &'a str,
    pub timezone: &'a str,
}

pub(super) struct StaffRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn staff(&mut self) -> StaffRepository<'_> {
        StaffRepository(self)
    }
}

impl StaffRepository<'_> {
    pub(super) async fn list(&mut self) -> Result<Vec<StaffMember>, DatabaseError> {
        let rows: Vec<StaffRow> = self
            .0
            .query(
                "SELECT staff.id, staff.username, staff.email, staff.full_name, roles.key AS role, staff.is_active, \
                 staff.last_sign_in_at, staff.created_at \
                 FROM staff JOIN roles ON roles.id = staff.role_id ORDER BY staff.username",
            )
            .fetch_all()
            .await?;
        Ok(rows.into_iter().map(StaffMember::from).collect())
    }

    pub(super) async fn find(&mut self, username: &str) -> Result<Option<AccountRow>, DatabaseError> {
        self.0
            .query(
                "SELECT staff.id, staff.username, staff.email_key, roles.permissions \
                 FROM staff JOIN roles ON roles.id = staff.role_id WHERE staff.username = $1",
            )
            .bind(username)
            .fetch_optional()
            .await
    }

    /// The names of the accounts that have one of these.
    pub(super) async fn list_names(&mut self, username: &str, email_key: &str) -> Result<Vec<NamesRow>, DatabaseError> {
        self.0
            .query("SELECT username, email_key FROM staff WHERE username = $1 OR email_key = $2")
            .bind(username)
            .bind(email_key)
            .fetch_all()
            .await
    }

    pub(super) async fn insert(&mut self, row: &NewStaffRow<'_>, now: DateTime<Utc>) -> Result<StaffId, DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO staff (username, email, email_key, full_name, password_hash, role_id, locale, timezone, \
             is_active, version, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, TRUE, 1, $9, $9) RETURNING id",
        );
        let insert = insert.bind(&row.new.username).bind(&row.new.email).bind(row.email_key);
        let insert = insert.bind(&row.new.full_name).bind(row.password_hash).bind(row.role_id);
        insert.bind(row.locale).bind(row.timezone).bind(now).fetch_value().await
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

    pub(super) async fn find_role(&mut self, key: &str) -> Result<Option<RoleRow>, DatabaseError> {
        self.0.query("SELECT id, permissions FROM roles WHERE key = $1").bind(key).fetch_optional().await
    }

    /// Adds a role of the product, or brings its permissions up to date; the name stays as people set it.
    pub(super) async fn put_role(&mut self, role: &SystemRole) -> Result<(), DatabaseError> {
        let put = self.0.query(
            "INSERT INTO roles (key, name, permissions, is_system) VALUES ($1, $2, $3, TRUE) \
             ON CONFLICT (key) DO UPDATE SET permissions = excluded.permissions, is_system = TRUE",
        );
        put.bind(role.key).bind(role.name).bind(role.permissions()).execute().await?;
        Ok(())
    }
}
