//! Rows of roles.

use super::model::SystemRole;
use crate::auth::permissions_of;
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::id::RoleId;
use crate::staff::model::Role;

#[derive(FromRow)]
struct RoleRow {
    id: RoleId,
    key: String,
    name: String,
    description: String,
    parent_id: Option<RoleId>,
    own_permissions: String,
    permissions: String,
    is_system: bool,
    own_requires_second_factor: bool,
    requires_second_factor: bool,
    members: i64,
    version: i64,
}

impl From<RoleRow> for Role {
    fn from(row: RoleRow) -> Self {
        Self {
            id: row.id,
            key: row.key,
            name: row.name,
            description: row.description,
            parent: row.parent_id,
            own_permissions: permissions_of(&row.own_permissions),
            permissions: permissions_of(&row.permissions),
            is_system: row.is_system,
            own_requires_second_factor: row.own_requires_second_factor,
            requires_second_factor: row.requires_second_factor,
            members: row.members,
            version: row.version,
        }
    }
}

pub(super) struct RoleRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn roles(&mut self) -> RoleRepository<'_> {
        RoleRepository(self)
    }
}

impl RoleRepository<'_> {
    /// Every role: there are few, and the rules of inheritance need them all.
    pub(super) async fn list(&mut self) -> Result<Vec<Role>, DatabaseError> {
        let rows: Vec<RoleRow> = self
            .0
            .query(
                "SELECT id, key, name, description, parent_id, own_permissions, permissions, is_system, \
                 own_requires_second_factor, requires_second_factor, version, \
                 (SELECT COUNT(*) FROM staff WHERE staff.role_id = roles.id) AS members FROM roles ORDER BY id",
            )
            .fetch_all()
            .await?;
        Ok(rows.into_iter().map(Role::from).collect())
    }

    /// Adds a role of the product, or brings its permissions up to date; the name stays as people set it.
    pub(super) async fn put(&mut self, role: &SystemRole) -> Result<(), DatabaseError> {
        let put = self.0.query(
            "INSERT INTO roles (key, name, description, permissions, own_permissions, is_system) \
             VALUES ($1, $2, $3, $4, $4, TRUE) \
             ON CONFLICT (key) DO UPDATE SET permissions = excluded.permissions, \
             own_permissions = excluded.own_permissions, parent_id = NULL, is_system = TRUE",
        );
        put.bind(role.key).bind(role.name).bind(role.description).bind(role.permissions()).execute().await?;
        Ok(())
    }

    /// Adds a role; `permissions` is what it grants together with what it inherits.
    pub(super) async fn insert(&mut self, role: &Role, permissions: &str) -> Result<RoleId, DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO roles (key, name, description, parent_id, own_permissions, permissions, is_system, \
             own_requires_second_factor, requires_second_factor, version) \
             VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7, $8, 1) RETURNING id",
        );
        let insert = insert.bind(&role.key).bind(&role.name).bind(&role.description).bind(role.parent);
        let insert = insert.bind(role.own_permissions.to_string()).bind(permissions);
        insert.bind(role.own_requires_second_factor).bind(role.requires_second_factor).fetch_value().await
    }

    /// Writes what people may change about any role.
    pub(super) async fn update_description(&mut self, role: &Role) -> Result<(), DatabaseError> {
        let update = self.0.query(
            "UPDATE roles SET name = $2, description = $3, own_requires_second_factor = $4, \
             requires_second_factor = $5, version = version + 1 WHERE id = $1",
        );
        let update = update.bind(role.id).bind(&role.name).bind(&role.description);
        update.bind(role.own_requires_second_factor).bind(role.requires_second_factor).execute().await?;
        Ok(())
    }

    /// Writes what a role of the house grants itself, and from whom it inherits.
    pub(super) async fn update_grants(&mut self, role: &Role) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE roles SET parent_id = $2, own_permissions = $3 WHERE id = $1");
        update.bind(role.id).bind(role.parent).bind(role.own_permissions.to_string()).execute().await?;
        Ok(())
    }

    /// Writes what a role grants and demands together with what it inherits, when that is something else than before.
    pub(super) async fn update_inherited(
        &mut self,
        id: RoleId,
        permissions: &str,
        requires_second_factor: bool,
    ) -> Result<(), DatabaseError> {
        let update = self.0.query(
            "UPDATE roles SET permissions = $2, requires_second_factor = $3, version = version + 1 \
             WHERE id = $1 AND (permissions <> $2 OR requires_second_factor <> $3)",
        );
        update.bind(id).bind(permissions).bind(requires_second_factor).execute().await?;
        Ok(())
    }

    pub(super) async fn delete(&mut self, id: RoleId) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM roles WHERE id = $1").bind(id).execute().await?;
        Ok(())
    }
}
