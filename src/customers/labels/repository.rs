//! SQL of labels and their categories. Who wears them is in `wearing/`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::super::repository::push_scope;
use super::model::{CheckedLabel, Label, LabelCategory};
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::id::{LabelCategoryId, LabelId};
use crate::shared::permission::Scope;

#[derive(FromRow)]
struct LabelRow {
    id: LabelId,
    version: i64,
    category_id: Option<LabelCategoryId>,
    name: String,
    display_name: Option<String>,
    description: Option<String>,
    colour: String,
    priority: i64,
    is_system: bool,
    is_active: bool,
    updated_at: DateTime<Utc>,
    updated_by: String,
}

impl LabelRow {
    fn worn_by(self, customers: i64) -> Label {
        Label {
            id: self.id,
            version: self.version,
            category_id: self.category_id,
            name: self.name,
            display_name: self.display_name,
            description: self.description,
            colour: self.colour,
            priority: self.priority,
            is_system: self.is_system,
            is_active: self.is_active,
            customers,
            updated_at: self.updated_at,
            updated_by: self.updated_by,
        }
    }
}

#[derive(FromRow)]
struct CategoryRow {
    id: LabelCategoryId,
    version: i64,
    name: String,
    parent_id: Option<LabelCategoryId>,
    updated_at: DateTime<Utc>,
    updated_by: String,
}

#[derive(FromRow)]
struct UsageRow {
    label_id: LabelId,
    total: i64,
}

pub(in crate::customers) struct LabelRepository<'t>(pub(super) &'t mut Transaction);

impl Transaction {
    pub(in crate::customers) fn labels(&mut self) -> LabelRepository<'_> {
        LabelRepository(self)
    }
}

impl LabelRepository<'_> {
    /// Every label that was not deleted, the highest priority first; `customers` counts those in the scope.
    pub(super) async fn list(&mut self, scope: &Scope, now: DateTime<Utc>) -> Result<Vec<Label>, DatabaseError> {
        let rows: Vec<LabelRow> = self
            .0
            .query(
                "SELECT id, version, category_id, name, display_name, description, colour, priority, is_system, \
                 is_active, updated_at, updated_by FROM labels WHERE deleted_at IS NULL \
                 ORDER BY priority DESC, name_key, id",
            )
            .fetch_all()
            .await?;
        let usage = self.usage(scope, now).await?;
        let worn = |id: LabelId| usage.get(&id).copied().unwrap_or_default();
        Ok(rows
            .into_iter()
            .map(|row| {
                let customers = worn(row.id);
                row.worn_by(customers)
            })
            .collect())
    }

    /// How many live customers in the scope wear each label: the kept counts without what has expired since.
    async fn usage(&mut self, scope: &Scope, now: DateTime<Utc>) -> Result<HashMap<LabelId, i64>, DatabaseError> {
        let mut sql = self.0.build(
            "SELECT c.label_id, CAST(COALESCE(SUM(c.total), 0) AS BIGINT) AS total FROM label_counts c \
             WHERE c.total > 0",
        );
        push_scope(&mut sql, scope);
        sql.push(" GROUP BY c.label_id");
        let kept: Vec<UsageRow> = sql.finish()?.fetch_all().await?;
        let mut sql = self.0.build(
            "SELECT w.label_id, COUNT(*) AS total FROM customer_labels w JOIN customers c ON c.id = w.customer_id \
             WHERE w.removed_at IS NULL AND c.deleted_at IS NULL AND w.expires_at <= ",
        );
        sql.push_bind(now);
        push_scope(&mut sql, scope);
        sql.push(" GROUP BY w.label_id");
        let expired: Vec<UsageRow> = sql.finish()?.fetch_all().await?;
        let mut usage: HashMap<LabelId, i64> = kept.into_iter().map(|row| (row.label_id, row.total)).collect();
        for row in expired {
            *usage.entry(row.label_id).or_default() -= row.total;
        }
        Ok(usage)
    }

    /// A label that was not deleted; `customers` is not counted.
    pub(super) async fn find(&mut self, id: LabelId) -> Result<Option<Label>, DatabaseError> {
        let row: Option<LabelRow> = self
            .0
            .query(
                "SELECT id, version, category_id, name, display_name, description, colour, priority, is_system, \
                 is_active, updated_at, updated_by FROM labels WHERE id = $1 AND deleted_at IS NULL",
            )
            .bind(id)
            .fetch_optional()
            .await?;
        Ok(row.map(|row| row.worn_by(0)))
    }

    /// The label of this folded name.
    pub(super) async fn find_named(&mut self, name_key: &str) -> Result<Option<LabelId>, DatabaseError> {
        let find = self.0.query("SELECT id FROM labels WHERE name_key = $1 AND deleted_at IS NULL");
        find.bind(name_key).fetch_optional_value().await
    }

    pub(super) async fn insert(
        &mut self,
        label: &CheckedLabel,
        name_key: &str,
        at: DateTime<Utc>,
        by: &str,
    ) -> Result<LabelId, DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO labels (category_id, name, name_key, display_name, description, colour, priority, is_system, \
             is_active, version, created_at, created_by, updated_at, updated_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE, $8, 1, $9, $10, $9, $10) RETURNING id",
        );
        let insert = insert.bind(label.category_id).bind(&label.name).bind(name_key).bind(&label.display_name);
        let insert = insert.bind(&label.description).bind(&label.colour).bind(label.priority).bind(label.is_active);
        insert.bind(at).bind(by).fetch_value().await
    }

    /// Writes a label over the version before it.
    pub(super) async fn update(&mut self, label: &Label, name_key: &str) -> Result<(), DatabaseError> {
        let update = self.0.query(
            "UPDATE labels SET category_id = $2, name = $3, name_key = $4, display_name = $5, description = $6, \
             colour = $7, priority = $8, is_active = $9, version = $10, updated_at = $11, updated_by = $12 \
             WHERE id = $1",
        );
        let update = update.bind(label.id).bind(label.category_id).bind(&label.name).bind(name_key);
        let update = update.bind(&label.display_name).bind(&label.description).bind(&label.colour);
        let update = update.bind(label.priority).bind(label.is_active).bind(label.version);
        update.bind(label.updated_at).bind(&label.updated_by).execute().await?;
        Ok(())
    }

    /// How many customers in the scope wear it now, deleted ones too.
    pub(super) async fn count_wearers(
        &mut self,
        scope: &Scope,
        id: LabelId,
        now: DateTime<Utc>,
    ) -> Result<i64, DatabaseError> {
        let mut sql = self.0.build("SELECT COUNT(*) FROM customer_labels w");
        if *scope != Scope::all() {
            sql.push(" JOIN customers c ON c.id = w.customer_id");
        }
        sql.push(" WHERE w.removed_at IS NULL AND w.label_id = ").push_bind(id);
        sql.push(" AND (w.expires_at IS NULL OR w.expires_at > ").push_bind(now).push(")");
        push_scope(&mut sql, scope);
        sql.finish()?.fetch_value().await
    }

    /// Deletes a label that nobody wears; one that was ever worn stays behind for the history.
    pub(super) async fn delete(&mut self, id: LabelId, at: DateTime<Utc>) -> Result<(), DatabaseError> {
        let worn = self.0.query("SELECT label_id FROM customer_labels WHERE label_id = $1 LIMIT 1");
        if worn.bind(id).fetch_optional_value::<LabelId>().await?.is_some() {
            self.0.query("UPDATE labels SET deleted_at = $2 WHERE id = $1").bind(id).bind(at).execute().await?;
        } else {
            self.0.query("DELETE FROM labels WHERE id = $1").bind(id).execute().await?;
        }
        Ok(())
    }

    /// Every category by name.
    pub(super) async fn categories(&mut self) -> Result<Vec<LabelCategory>, DatabaseError> {
        let list = self.0.query(
            "SELECT id, version, name, parent_id, updated_at, updated_by FROM label_categories ORDER BY name_key, id",
        );
        let rows: Vec<CategoryRow> = list.fetch_all().await?;
        Ok(rows
            .into_iter()
            .map(|row| LabelCategory {
                id: row.id,
                version: row.version,
                name: row.name,
                parent_id: row.parent_id,
                updated_at: row.updated_at,
                updated_by: row.updated_by,
            })
            .collect())
    }

    pub(super) async fn insert_category(
        &mut self,
        (name, name_key): (&str, &str),
        parent: Option<LabelCategoryId>,
        at: DateTime<Utc>,
        by: &str,
    ) -> Result<LabelCategoryId, DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO label_categories (name, name_key, parent_id, version, created_at, created_by, updated_at, \
             updated_by) VALUES ($1, $2, $3, 1, $4, $5, $4, $5) RETURNING id",
        );
        insert.bind(name).bind(name_key).bind(parent).bind(at).bind(by).fetch_value().await
    }

    /// Writes a category over the version before it.
    pub(super) async fn update_category(
        &mut self,
        category: &LabelCategory,
        name_key: &str,
    ) -> Result<(), DatabaseError> {
        let update = self.0.query(
            "UPDATE label_categories SET name = $2, name_key = $3, parent_id = $4, version = $5, updated_at = $6, \
             updated_by = $7 WHERE id = $1",
        );
        let update = update.bind(category.id).bind(&category.name).bind(name_key).bind(category.parent_id);
        update.bind(category.version).bind(category.updated_at).bind(&category.updated_by).execute().await?;
        Ok(())
    }

    /// Labels in a category.
    pub(super) async fn count_in_category(&mut self, id: LabelCategoryId) -> Result<i64, DatabaseError> {
        let count = self.0.query("SELECT COUNT(*) FROM labels WHERE category_id = $1 AND deleted_at IS NULL");
        count.bind(id).fetch_value().await
    }

    /// Deletes a category that holds nothing; labels that were deleted leave it.
    pub(super) async fn delete_category(&mut self, id: LabelCategoryId) -> Result<(), DatabaseError> {
        self.0.query("UPDATE labels SET category_id = NULL WHERE category_id = $1").bind(id).execute().await?;
        self.0.query("DELETE FROM label_categories WHERE id = $1").bind(id).execute().await?;
        Ok(())
    }
}
