//! Rows of partners and locations. Both tables are alike, so each statement is written once.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::kind::Kind;
use super::model::{Location, LocationInput, Partner, PartnerInput, name_key};
use crate::database::{Builder, DatabaseError, FromRow, Transaction};
use crate::shared::id::{LocationId, PartnerId};
use crate::shared::permission::Scope;

/// A partner or location; `customers` are those that the caller may see.
#[derive(FromRow)]
pub(super) struct PlaceRow {
    pub id: i64,
    pub version: i64,
    name: String,
    portal_id_prefix: Option<String>,
    description: Option<String>,
    pub is_default: bool,
    is_active: bool,
    pub customers: i64,
    updated_at: DateTime<Utc>,
    updated_by: String,
}

impl PlaceRow {
    /// What people decide about it.
    pub(super) fn facts(&self) -> Facts {
        Facts {
            name: self.name.clone(),
            portal_id_prefix: self.portal_id_prefix.clone(),
            description: self.description.clone(),
            is_default: self.is_default,
            is_active: self.is_active,
        }
    }
}

impl From<PlaceRow> for Partner {
    fn from(row: PlaceRow) -> Self {
        Self {
            id: PartnerId(row.id),
            version: row.version,
            name: row.name,
            portal_id_prefix: row.portal_id_prefix.unwrap_or_default(),
            description: row.description,
            is_default: row.is_default,
            is_active: row.is_active,
            customers: row.customers,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        }
    }
}

impl From<PlaceRow> for Location {
    fn from(row: PlaceRow) -> Self {
        Self {
            id: LocationId(row.id),
            version: row.version,
            name: row.name,
            description: row.description,
            is_default: row.is_default,
            is_active: row.is_active,
            customers: row.customers,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        }
    }
}

/// What people decide about a partner or location, checked; also what the audit log compares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Facts {
    pub name: String,
    /// Of partners only.
    pub portal_id_prefix: Option<String>,
    pub description: Option<String>,
    pub is_default: bool,
    pub is_active: bool,
}

impl From<PartnerInput> for Facts {
    fn from(input: PartnerInput) -> Self {
        Self {
            name: input.name,
            portal_id_prefix: Some(input.portal_id_prefix),
            description: input.description,
            is_default: input.is_default,
            is_active: input.is_active,
        }
    }
}

impl From<LocationInput> for Facts {
    fn from(input: LocationInput) -> Self {
        Self {
            name: input.name,
            portal_id_prefix: None,
            description: input.description,
            is_default: input.is_default,
            is_active: input.is_active,
        }
    }
}

/// A partner or location to choose from.
#[derive(FromRow)]
pub(super) struct NameRow {
    pub is_partner: bool,
    pub id: i64,
    pub name: String,
    pub is_default: bool,
    pub is_active: bool,
}

impl Kind {
    fn table(self) -> &'static str {
        self.pick("partners", "locations")
    }

    /// The column of whatever belongs to one.
    fn column(self) -> &'static str {
        self.pick("partner_id", "location_id")
    }

    /// The ids that a scope is limited to in this dimension; `None` when it is not.
    pub(super) fn seen(self, scope: &Scope) -> Option<Vec<i64>> {
        match self {
            Self::Partner => scope.partners.as_ref().map(|ids| ids.iter().map(|id| id.0).collect()),
            Self::Location => scope.locations.as_ref().map(|ids| ids.iter().map(|id| id.0).collect()),
        }
    }
}

pub(super) struct PlaceRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn places(&mut self) -> PlaceRepository<'_> {
        PlaceRepository(self)
    }
}

impl PlaceRepository<'_> {
    /// Those in the scope, each with the live customers that the scope covers.
    fn select(&mut self, kind: Kind, scope: &Scope) -> Builder<'_> {
        let mut select = self.0.build("SELECT places.id, places.version, places.name, ");
        select.push(kind.pick("places.portal_id_prefix", "CAST(NULL AS TEXT) AS portal_id_prefix")).push(
            ", places.description, places.is_default, places.is_active, \
             CAST(COALESCE(counts.total, 0) AS BIGINT) AS customers, places.updated_at, places.updated_by FROM ",
        );
        select.push(kind.table()).push(" AS places LEFT JOIN (SELECT ").push(kind.column());
        select.push(" AS place_id, SUM(total) AS total FROM customer_counts WHERE TRUE");
        for kind in [Kind::Partner, Kind::Location] {
            if let Some(ids) = kind.seen(scope) {
                select.push(" AND ").push(kind.column()).push(" IN ").push_list(ids);
            }
        }
        select.push(" GROUP BY ").push(kind.column()).push(") AS counts ON counts.place_id = places.id WHERE TRUE");
        if let Some(ids) = kind.seen(scope) {
            select.push(" AND places.id IN ").push_list(ids);
        }
        select
    }

    pub(super) async fn list(&mut self, kind: Kind, scope: &Scope) -> Result<Vec<PlaceRow>, DatabaseError> {
        self.select(kind, scope).finish()?.fetch_all().await
    }

    pub(super) async fn find(&mut self, kind: Kind, scope: &Scope, id: i64) -> Result<Option<PlaceRow>, DatabaseError> {
        let mut select = self.select(kind, scope);
        select.push(" AND places.id = ").push_bind(id);
        select.finish()?.fetch_optional().await
    }

    /// Every partner and location in the scope, in one statement.
    pub(super) async fn names(&mut self, scope: &Scope) -> Result<Vec<NameRow>, DatabaseError> {
        let mut select =
            self.0.build("SELECT TRUE AS is_partner, id, name, is_default, is_active FROM partners WHERE TRUE");
        if let Some(ids) = Kind::Partner.seen(scope) {
            select.push(" AND id IN ").push_list(ids);
        }
        select.push(" UNION ALL SELECT FALSE, id, name, is_default, is_active FROM locations WHERE TRUE");
        if let Some(ids) = Kind::Location.seen(scope) {
            select.push(" AND id IN ").push_list(ids);
        }
        select.finish()?.fetch_all().await
    }

    pub(super) async fn insert(
        &mut self,
        kind: Kind,
        facts: &Facts,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<i64, DatabaseError> {
        let mut insert = self.0.build("INSERT INTO ");
        insert.push(kind.table()).push(
            " (name, name_key, description, is_default, is_active, version, created_at, created_by, updated_at, \
             updated_by",
        );
        if facts.portal_id_prefix.is_some() {
            insert.push(", portal_id_prefix");
        }
        insert.push(") VALUES (").push_bind(&facts.name).push(", ").push_bind(name_key(&facts.name)).push(", ");
        insert.push_bind(&facts.description).push(", ").push_bind(facts.is_default).push(", ");
        insert.push_bind(facts.is_active).push(", 1, ").push_bind(now).push(", ").push_bind(by).push(", ");
        insert.push_bind(now).push(", ").push_bind(by);
        if let Some(prefix) = &facts.portal_id_prefix {
            insert.push(", ").push_bind(prefix);
        }
        insert.push(") RETURNING id");
        insert.finish()?.fetch_value().await
    }

    /// Writes over the version before; `false` when that version is not there.
    pub(super) async fn update(
        &mut self,
        kind: Kind,
        id: i64,
        version: i64,
        facts: &Facts,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DatabaseError> {
        let mut update = self.0.build("UPDATE ");
        update.push(kind.table()).push(" SET name = ").push_bind(&facts.name);
        update.push(", name_key = ").push_bind(name_key(&facts.name));
        update.push(", description = ").push_bind(&facts.description);
        update.push(", is_default = ").push_bind(facts.is_default);
        update.push(", is_active = ").push_bind(facts.is_active);
        update.push(", version = version + 1, updated_at = ").push_bind(now).push(", updated_by = ").push_bind(by);
        if let Some(prefix) = &facts.portal_id_prefix {
            update.push(", portal_id_prefix = ").push_bind(prefix);
        }
        update.push(" WHERE id = ").push_bind(id).push(" AND version = ").push_bind(version);
        Ok(update.finish()?.execute().await? == 1)
    }

    /// Takes the default away from whichever has it, and gives its id.
    pub(super) async fn clear_default(
        &mut self,
        kind: Kind,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<i64>, DatabaseError> {
        let mut update = self.0.build("UPDATE ");
        update.push(kind.table()).push(" SET is_default = FALSE, version = version + 1, updated_at = ");
        update.push_bind(now).push(", updated_by = ").push_bind(by).push(" WHERE is_default RETURNING id");
        update.finish()?.fetch_optional_value().await
    }

    /// Does any customer belong to it, deleted ones included? Asks the kept counts and the trash: an index of every
    /// customer by place would cost each new one. The foreign keys read all customers when it is deleted, which is
    /// rare.
    pub(super) async fn has_customers(&mut self, kind: Kind, id: i64) -> Result<bool, DatabaseError> {
        let mut select = self.0.build("SELECT EXISTS (SELECT 1 FROM customer_counts WHERE total > 0 AND ");
        select.push(kind.column()).push(" = ").push_bind(id);
        select.push(" UNION ALL SELECT 1 FROM customers WHERE deleted_at IS NOT NULL AND ");
        select.push(kind.column()).push(" = ").push_bind(id).push(")");
        select.finish()?.fetch_value().await
    }

    /// Deletes one that has no customers, with the kept counts of those that it once had.
    pub(super) async fn delete(&mut self, kind: Kind, id: i64) -> Result<(), DatabaseError> {
        for counts in [
            "DELETE FROM customer_counts WHERE total = 0 AND ",
            "DELETE FROM label_counts WHERE total = 0 AND ",
            "DELETE FROM branch_counts WHERE children = 0 AND descendants = 0 AND ",
        ] {
            let mut delete = self.0.build(counts);
            delete.push(kind.column()).push(" = ").push_bind(id);
            delete.finish()?.execute().await?;
        }
        let mut delete = self.0.build("DELETE FROM ");
        delete.push(kind.table()).push(" WHERE id = ").push_bind(id);
        delete.finish()?.execute().await?;
        Ok(())
    }
}
