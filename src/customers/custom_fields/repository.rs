//! Rows of custom fields, and the index of their values.

use chrono::{DateTime, Utc};

use super::super::model::Category;
use super::model::{CustomField, FieldKind, PortalVisibility};
use crate::database::{DatabaseError, FromRow, Json, Transaction};
use crate::shared::id::{CustomFieldId, CustomerId};

/// Rows of the index that one statement writes.
const CHUNK: usize = 1_000;

#[derive(FromRow)]
struct FieldRow {
    id: CustomFieldId,
    version: i64,
    key: String,
    title: String,
    kind: String,
    hint: Option<String>,
    category: Option<String>,
    is_required: bool,
    is_unique: bool,
    minimum: Option<String>,
    maximum: Option<String>,
    pattern: Option<String>,
    options: Json<Vec<String>>,
    is_searchable: bool,
    is_listed: bool,
    portal: String,
    position: i64,
    updated_at: DateTime<Utc>,
    updated_by: String,
    archived_at: Option<DateTime<Utc>>,
}

impl TryFrom<FieldRow> for CustomField {
    type Error = DatabaseError;

    fn try_from(row: FieldRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: row.id,
            version: row.version,
            key: row.key,
            title: row.title,
            kind: word("kind", row.kind, FieldKind::parse)?,
            hint: row.hint,
            category: row.category.map(|category| word("category", category, Category::parse)).transpose()?,
            is_required: row.is_required,
            is_unique: row.is_unique,
            minimum: row.minimum,
            maximum: row.maximum,
            pattern: row.pattern,
            options: row.options.0,
            is_searchable: row.is_searchable,
            is_listed: row.is_listed,
            portal: word("portal", row.portal, PortalVisibility::parse)?,
            position: row.position,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
            archived_at: row.archived_at,
        })
    }
}

fn word<T>(column: &'static str, value: String, parse: fn(&str) -> Option<T>) -> Result<T, DatabaseError> {
    parse(&value).ok_or(DatabaseError::Corrupt { table: "custom_fields", column, value })
}

#[derive(FromRow)]
struct UsageRow {
    id: CustomFieldId,
    used: i64,
}

/// A value in the index.
pub(super) struct IndexedValue {
    pub customer_id: CustomerId,
    pub field_id: CustomFieldId,
    /// From 0; only some of several has more than one.
    pub place: i64,
    pub sort_key: String,
    /// What no other customer may have; none while values may be shared.
    pub unique_key: Option<String>,
}

pub(super) struct CustomFieldRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn custom_fields(&mut self) -> CustomFieldRepository<'_> {
        CustomFieldRepository(self)
    }
}

impl CustomFieldRepository<'_> {
    /// Every field in its order, archived ones included: there are few.
    pub(super) async fn list(&mut self) -> Result<Vec<CustomField>, DatabaseError> {
        let rows: Vec<FieldRow> = self
            .0
            .query(
                "SELECT id, version, key, title, kind, hint, category, is_required, is_unique, minimum, maximum, \
                 pattern, options, is_searchable, is_listed, portal, position, updated_at, updated_by, archived_at \
                 FROM custom_fields ORDER BY position, id",
            )
            .fetch_all()
            .await?;
        rows.into_iter().map(CustomField::try_from).collect()
    }

    /// Adds a field and gives its id.
    pub(super) async fn insert(&mut self, field: &CustomField) -> Result<CustomFieldId, DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO custom_fields (key, title, kind, hint, category, is_required, is_unique, minimum, maximum, \
             pattern, options, is_searchable, is_listed, portal, position, version, created_at, created_by, \
             updated_at, updated_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $17, $18) \
             RETURNING id",
        );
        let insert = insert.bind(&field.key).bind(&field.title).bind(field.kind.as_str()).bind(&field.hint);
        let insert = insert.bind(field.category.map(Category::as_str)).bind(field.is_required).bind(field.is_unique);
        let insert = insert.bind(&field.minimum).bind(&field.maximum).bind(&field.pattern).bind(Json(&field.options));
        let insert = insert.bind(field.is_searchable).bind(field.is_listed).bind(field.portal.as_str());
        let insert = insert.bind(field.position).bind(field.version);
        insert.bind(field.updated_at).bind(&field.updated_by).fetch_value().await
    }

    /// Writes a changed field over the version before it; false when that version is not there.
    pub(super) async fn update(&mut self, field: &CustomField) -> Result<bool, DatabaseError> {
        let update = self.0.query(
            "UPDATE custom_fields SET title = $1, kind = $2, hint = $3, category = $4, is_required = $5, \
             is_unique = $6, minimum = $7, maximum = $8, pattern = $9, options = $10, is_searchable = $11, \
             is_listed = $12, portal = $13, position = $14, version = $15, updated_at = $16, updated_by = $17, \
             archived_at = $18 WHERE id = $19 AND version = $20",
        );
        let update = update.bind(&field.title).bind(field.kind.as_str()).bind(&field.hint);
        let update = update.bind(field.category.map(Category::as_str)).bind(field.is_required).bind(field.is_unique);
        let update = update.bind(&field.minimum).bind(&field.maximum).bind(&field.pattern).bind(Json(&field.options));
        let update = update.bind(field.is_searchable).bind(field.is_listed).bind(field.portal.as_str());
        let update = update.bind(field.position).bind(field.version).bind(field.updated_at).bind(&field.updated_by);
        let update = update.bind(field.archived_at).bind(field.id).bind(field.version - 1);
        Ok(update.execute().await? == 1)
    }

    /// Moves a field to another place in the order.
    pub(super) async fn place(&mut self, id: CustomFieldId, position: i64) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE custom_fields SET position = $2 WHERE id = $1");
        update.bind(id).bind(position).execute().await?;
        Ok(())
    }

    pub(super) async fn delete(&mut self, id: CustomFieldId) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM custom_fields WHERE id = $1").bind(id).execute().await?;
        Ok(())
    }

    /// How many customers, those in the trash included, have a value of the field.
    pub(super) async fn count(&mut self, id: CustomFieldId) -> Result<i64, DatabaseError> {
        let count = self.0.query("SELECT COUNT(*) FROM custom_field_values WHERE field_id = $1 AND place = 0");
        count.bind(id).fetch_value().await
    }

    /// How many customers have this value of the field.
    pub(super) async fn count_key(&mut self, id: CustomFieldId, sort_key: &str) -> Result<i64, DatabaseError> {
        let count = self.0.query("SELECT COUNT(*) FROM custom_field_values WHERE field_id = $1 AND sort_key = $2");
        count.bind(id).bind(sort_key).fetch_value().await
    }

    /// How many customers have a value of each field; counting stops behind 10,000.
    pub(super) async fn usage(&mut self) -> Result<Vec<(CustomFieldId, i64)>, DatabaseError> {
        let rows: Vec<UsageRow> = self
            .0
            .query(
                "SELECT f.id, (SELECT COUNT(*) FROM (SELECT 1 FROM custom_field_values v \
                 WHERE v.field_id = f.id AND v.place = 0 LIMIT 10001) AS counted) AS used \
                 FROM custom_fields f ORDER BY f.id",
            )
            .fetch_all()
            .await?;
        Ok(rows.into_iter().map(|row| (row.id, row.used)).collect())
    }

    /// From now on no two customers may share a value of the field, or they may. What is unique about a value that is
    /// too long to sort by (`keys.rs`) is left to be written. Errors: `Unique` when two share one.
    pub(super) async fn set_unique(&mut self, id: CustomFieldId, is_unique: bool) -> Result<(), DatabaseError> {
        let update = self.0.query(if is_unique {
            "UPDATE custom_field_values SET unique_key = sort_key WHERE field_id = $1 AND LENGTH(sort_key) < 200"
        } else {
            "UPDATE custom_field_values SET unique_key = NULL WHERE field_id = $1"
        });
        update.bind(id).execute().await?;
        Ok(())
    }

    /// The next customers with a value of the field, or with one that is too long to sort by, in the order of ids.
    pub(super) async fn customers_after(
        &mut self,
        id: CustomFieldId,
        last: CustomerId,
        long_only: bool,
        limit: i64,
    ) -> Result<Vec<CustomerId>, DatabaseError> {
        let customers = self.0.query(if long_only {
            "SELECT customer_id FROM custom_field_values WHERE field_id = $1 AND place = 0 AND customer_id > $2 \
             AND LENGTH(sort_key) >= 200 ORDER BY customer_id LIMIT $3"
        } else {
            "SELECT customer_id FROM custom_field_values WHERE field_id = $1 AND place = 0 AND customer_id > $2 \
             ORDER BY customer_id LIMIT $3"
        });
        customers.bind(id).bind(last).bind(limit).fetch_values().await
    }

    /// Which of these values of one field other customers have.
    pub(super) async fn taken(
        &mut self,
        id: CustomFieldId,
        keys: &[&str],
        except: CustomerId,
    ) -> Result<Vec<String>, DatabaseError> {
        let mut taken = Vec::new();
        for chunk in keys.chunks(CHUNK) {
            let mut sql = self.0.build("SELECT unique_key FROM custom_field_values WHERE field_id = ");
            sql.push_bind(id).push(" AND customer_id <> ").push_bind(except);
            sql.push(" AND unique_key IN ").push_list(chunk.iter().copied());
            taken.extend(sql.finish()?.fetch_values::<String>().await?);
        }
        Ok(taken)
    }

    /// Forgets the values of these customers.
    pub(super) async fn clear_values(&mut self, customers: &[CustomerId]) -> Result<(), DatabaseError> {
        for chunk in customers.chunks(CHUNK) {
            let mut sql = self.0.build("DELETE FROM custom_field_values WHERE customer_id IN ");
            sql.push_list(chunk.iter().copied());
            sql.finish()?.execute().await?;
        }
        Ok(())
    }

    /// Adds values to the index, or writes them anew. Errors: `Unique` when another customer has one that is unique.
    pub(super) async fn put_values(&mut self, values: &[IndexedValue]) -> Result<(), DatabaseError> {
        for chunk in values.chunks(CHUNK) {
            let mut sql = self
                .0
                .build("INSERT INTO custom_field_values (customer_id, field_id, place, sort_key, unique_key) VALUES ");
            for (i, value) in chunk.iter().enumerate() {
                sql.push(if i == 0 { "(" } else { ", (" });
                sql.push_bind(value.customer_id).push(", ").push_bind(value.field_id);
                sql.push(", ").push_bind(value.place).push(", ").push_bind(value.sort_key.as_str());
                sql.push(", ").push_bind(value.unique_key.as_deref()).push(")");
            }
            sql.push(" ON CONFLICT (customer_id, field_id, place) DO UPDATE ");
            sql.push("SET sort_key = excluded.sort_key, unique_key = excluded.unique_key");
            sql.finish()?.execute().await?;
        }
        Ok(())
    }
}
