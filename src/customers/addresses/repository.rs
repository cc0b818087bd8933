//! SQL of addresses.

use chrono::{DateTime, Utc};

use super::model::{Address, AddressKind, degrees_of, millionths_of};
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::id::{AddressId, CustomerId};

#[derive(FromRow)]
struct AddressRow {
    id: AddressId,
    customer_id: CustomerId,
    version: i64,
    kind: String,
    line1: String,
    line2: Option<String>,
    city: String,
    state: Option<String>,
    postal_code: Option<String>,
    country: String,
    latitude: Option<i64>,
    longitude: Option<i64>,
    updated_at: DateTime<Utc>,
    updated_by: String,
}

impl TryFrom<AddressRow> for Address {
    type Error = DatabaseError;

    fn try_from(row: AddressRow) -> Result<Self, DatabaseError> {
        let kind = AddressKind::parse(&row.kind);
        let corrupt = DatabaseError::Corrupt { table: "addresses", column: "kind", value: row.kind };
        Ok(Self {
            id: row.id,
            customer_id: row.customer_id,
            version: row.version,
            kind: kind.ok_or(corrupt)?,
            line1: row.line1,
            line2: row.line2,
            city: row.city,
            state: row.state,
            postal_code: row.postal_code,
            country: row.country,
            latitude: row.latitude.map(degrees_of),
            longitude: row.longitude.map(degrees_of),
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        })
    }
}

/// What the search knows of an address.
#[derive(FromRow)]
struct LinesRow {
    line1: String,
    line2: Option<String>,
    city: String,
    postal_code: Option<String>,
}

#[derive(FromRow)]
struct TownRow {
    city: String,
    country: String,
}

const SELECT_ALL: &str = "SELECT id, customer_id, version, kind, line1, line2, city, state, postal_code, country, \
    latitude, longitude, updated_at, updated_by FROM addresses WHERE customer_id = $1 ORDER BY id";

const SELECT_ONE: &str = "SELECT id, customer_id, version, kind, line1, line2, city, state, postal_code, country, \
    latitude, longitude, updated_at, updated_by FROM addresses WHERE customer_id = $1 AND id = $2";

pub(in crate::customers) struct AddressRepository<'t>(&'t mut Transaction);

impl Transaction {
    /// The addresses of customers.
    pub(in crate::customers) fn addresses(&mut self) -> AddressRepository<'_> {
        AddressRepository(self)
    }
}

impl AddressRepository<'_> {
    /// The addresses of a customer: service, billing, postal, each in the order they were added.
    pub(in crate::customers) async fn list(&mut self, customer_id: CustomerId) -> Result<Vec<Address>, DatabaseError> {
        let rows: Vec<AddressRow> = self.0.query(SELECT_ALL).bind(customer_id).fetch_all().await?;
        let mut addresses = rows.into_iter().map(Address::try_from).collect::<Result<Vec<_>, _>>()?;
        addresses.sort_by_key(|address| AddressKind::ALL.iter().position(|kind| *kind == address.kind));
        Ok(addresses)
    }

    /// Every text that a search finds the customer by, as it was written.
    pub(in crate::customers) async fn search_lines(
        &mut self,
        customer_id: CustomerId,
    ) -> Result<Vec<String>, DatabaseError> {
        let select =
            self.0.query("SELECT line1, line2, city, postal_code FROM addresses WHERE customer_id = $1 ORDER BY id");
        let rows: Vec<LinesRow> = select.bind(customer_id).fetch_all().await?;
        let lines = rows
            .into_iter()
            .flat_map(|row| [Some(row.line1), row.line2, Some(row.city), row.postal_code].into_iter().flatten());
        Ok(lines.collect())
    }

    /// City and country of the first service address, which those of the record follow.
    pub(in crate::customers) async fn first_service(
        &mut self,
        customer_id: CustomerId,
    ) -> Result<Option<(String, String)>, DatabaseError> {
        let select = self.0.query(
            "SELECT city, country FROM addresses WHERE customer_id = $1 AND kind = 'service' ORDER BY id LIMIT 1",
        );
        let town: Option<TownRow> = select.bind(customer_id).fetch_optional().await?;
        Ok(town.map(|town| (town.city, town.country)))
    }

    pub(super) async fn find(
        &mut self,
        customer_id: CustomerId,
        id: AddressId,
    ) -> Result<Option<Address>, DatabaseError> {
        let row: Option<AddressRow> = self.0.query(SELECT_ONE).bind(customer_id).bind(id).fetch_optional().await?;
        row.map(Address::try_from).transpose()
    }

    pub(super) async fn count(&mut self, customer_id: CustomerId) -> Result<i64, DatabaseError> {
        self.0.query("SELECT COUNT(*) FROM addresses WHERE customer_id = $1").bind(customer_id).fetch_value().await
    }

    pub(super) async fn insert(&mut self, address: &Address) -> Result<AddressId, DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO addresses (customer_id, version, kind, line1, line2, city, state, postal_code, country, \
             latitude, longitude, created_at, created_by, updated_at, updated_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12, $13) RETURNING id",
        );
        let insert = insert.bind(address.customer_id).bind(address.version).bind(address.kind.as_str());
        let insert = insert.bind(&address.line1).bind(&address.line2).bind(&address.city).bind(&address.state);
        let insert = insert.bind(&address.postal_code).bind(&address.country);
        let insert = insert.bind(address.latitude.map(millionths_of)).bind(address.longitude.map(millionths_of));
        insert.bind(address.updated_at).bind(&address.updated_by).fetch_value().await
    }

    /// Writes an address over the version before its own; `false` when that is not what is stored.
    pub(super) async fn update(&mut self, address: &Address) -> Result<bool, DatabaseError> {
        let update = self.0.query(
            "UPDATE addresses SET kind = $3, line1 = $4, line2 = $5, city = $6, state = $7, postal_code = $8, \
             country = $9, latitude = $10, longitude = $11, updated_at = $12, updated_by = $13, \
             version = version + 1 WHERE id = $1 AND version = $2",
        );
        let update = update.bind(address.id).bind(address.version - 1).bind(address.kind.as_str());
        let update = update.bind(&address.line1).bind(&address.line2).bind(&address.city).bind(&address.state);
        let update = update.bind(&address.postal_code).bind(&address.country);
        let update = update.bind(address.latitude.map(millionths_of)).bind(address.longitude.map(millionths_of));
        Ok(update.bind(address.updated_at).bind(&address.updated_by).execute().await? > 0)
    }

    pub(super) async fn delete(&mut self, id: AddressId) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM addresses WHERE id = $1").bind(id).execute().await?;
        Ok(())
    }
}
