//! SQL that reads the hierarchy: chains, pages of children, what counts below. What changes it is in `branches/`.

use std::collections::HashMap;

use super::super::model::Status;
use super::super::repository::push_scope;
use super::{BillingMode, Relative, TreeNode};
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::id::{CustomerId, LocationId, PartnerId};
use crate::shared::page::Cursor;
use crate::shared::permission::Scope;

/// Somebody of a chain of parents, with what decides who may see them.
#[derive(FromRow)]
pub(super) struct RelativeRow {
    pub id: CustomerId,
    portal_id: String,
    name: String,
    status: String,
    pub partner_id: PartnerId,
    pub location_id: LocationId,
}

impl TryFrom<RelativeRow> for Relative {
    type Error = DatabaseError;

    fn try_from(row: RelativeRow) -> Result<Self, DatabaseError> {
        Ok(Self { id: row.id, portal_id: row.portal_id, name: row.name, status: status(row.status)? })
    }
}

/// One customer of a page of the tree.
#[derive(FromRow)]
pub(super) struct NodeRow {
    pub id: CustomerId,
    version: i64,
    portal_id: String,
    name: String,
    status: String,
    billing_mode: String,
    pub sort_name: String,
}

impl NodeRow {
    /// The node with what counts below it.
    pub(super) fn node(self, below: Below) -> Result<TreeNode, DatabaseError> {
        Ok(TreeNode {
            id: self.id,
            version: self.version,
            portal_id: self.portal_id,
            name: self.name,
            status: status(self.status)?,
            billing_mode: billing_mode(self.billing_mode)?,
            children: below.children,
            descendants: below.descendants,
        })
    }
}

fn status(value: String) -> Result<Status, DatabaseError> {
    Status::parse(&value).ok_or(DatabaseError::Corrupt { table: "customers", column: "status", value })
}

fn billing_mode(value: String) -> Result<BillingMode, DatabaseError> {
    BillingMode::parse(&value).ok_or(DatabaseError::Corrupt { table: "customers", column: "billing_mode", value })
}

/// How many live customers hang below one.
#[derive(Clone, Copy, Default)]
pub(super) struct Below {
    pub children: i64,
    pub descendants: i64,
}

#[derive(FromRow)]
struct CountRow {
    customer_id: CustomerId,
    children: i64,
    descendants: i64,
}

/// A live child as settling needs it.
#[derive(FromRow)]
pub(super) struct ChildRow {
    pub id: CustomerId,
    pub partner_id: PartnerId,
    billing_mode: String,
}

impl ChildRow {
    pub(super) fn billing_mode(&self) -> Result<BillingMode, DatabaseError> {
        billing_mode(self.billing_mode.clone())
    }
}

pub(super) struct HierarchyRepository<'t>(pub(super) &'t mut Transaction);

impl Transaction {
    pub(super) fn hierarchy(&mut self) -> HierarchyRepository<'_> {
        HierarchyRepository(self)
    }
}

impl HierarchyRepository<'_> {
    /// The customer and everybody above it, the main account first.
    pub(super) async fn chain(&mut self, from: CustomerId) -> Result<Vec<RelativeRow>, DatabaseError> {
        self.0
            .query(
                "WITH RECURSIVE above (id, parent_id, step) AS ( \
                 SELECT id, parent_id, 1 FROM customers WHERE id = $1 UNION ALL \
                 SELECT c.id, c.parent_id, above.step + 1 FROM above JOIN customers c ON c.id = above.parent_id \
                 WHERE above.step < 20) \
                 SELECT c.id, c.portal_id, c.name, c.status, c.partner_id, c.location_id \
                 FROM above JOIN customers c ON c.id = above.id ORDER BY above.step DESC",
            )
            .bind(from)
            .fetch_all()
            .await
    }

    /// Those of the customers that are `root` or hang below it.
    pub(super) async fn within(
        &mut self,
        root: CustomerId,
        ids: &[CustomerId],
    ) -> Result<Vec<CustomerId>, DatabaseError> {
        let mut sql = self.0.build(
            "WITH RECURSIVE above (origin, id, parent_id, step) AS ( \
             SELECT id, id, parent_id, 1 FROM customers WHERE id IN ",
        );
        sql.push_list(ids.iter().copied()).push(
            " UNION ALL SELECT above.origin, c.id, c.parent_id, above.step + 1 FROM above \
             JOIN customers c ON c.id = above.parent_id WHERE above.step < 20) \
             SELECT origin FROM above WHERE id = ",
        );
        sql.push_bind(root);
        sql.finish()?.fetch_values().await
    }

    /// Those of the customers that the scope shows, deleted or not.
    pub(super) async fn seen(&mut self, scope: &Scope, ids: &[CustomerId]) -> Result<Vec<CustomerId>, DatabaseError> {
        let mut sql = self.0.build("SELECT c.id FROM customers c WHERE c.id IN ");
        sql.push_list(ids.iter().copied());
        push_scope(&mut sql, scope);
        sql.finish()?.fetch_values().await
    }

    /// Levels that the customer takes with everything below it; 1 without children.
    pub(super) async fn height(&mut self, id: CustomerId) -> Result<i64, DatabaseError> {
        self.0
            .query(
                "WITH RECURSIVE below (customer_id, level, step) AS ( \
                 SELECT customer_id, level, 1 FROM customer_branches WHERE customer_id = $1 UNION ALL \
                 SELECT b.customer_id, b.level, below.step + 1 FROM below \
                 JOIN customer_branches b ON b.parent_id = below.customer_id WHERE below.step < 20) \
                 SELECT CAST(COALESCE(MAX(level) - MIN(level) + 2, 1) AS BIGINT) FROM below",
            )
            .bind(id)
            .fetch_value()
            .await
    }

    /// What counts below these customers in the scope; those with nothing below are missing.
    pub(super) async fn counts(
        &mut self,
        scope: &Scope,
        ids: &[CustomerId],
    ) -> Result<HashMap<CustomerId, Below>, DatabaseError> {
        let mut sql = self.0.build(
            "SELECT c.customer_id, CAST(SUM(c.children) AS BIGINT) AS children, \
             CAST(SUM(c.descendants) AS BIGINT) AS descendants FROM branch_counts c WHERE c.customer_id IN ",
        );
        sql.push_list(ids.iter().copied());
        push_scope(&mut sql, scope);
        sql.push(" GROUP BY c.customer_id");
        let rows: Vec<CountRow> = sql.finish()?.fetch_all().await?;
        let below = |row: &CountRow| Below { children: row.children, descendants: row.descendants };
        Ok(rows.iter().map(|row| (row.customer_id, below(row))).collect())
    }

    /// What counts below one customer in the scope.
    pub(super) async fn count_of(&mut self, scope: &Scope, id: CustomerId) -> Result<Below, DatabaseError> {
        Ok(self.counts(scope, &[id]).await?.remove(&id).unwrap_or_default())
    }

    /// One customer of the tree.
    pub(super) async fn node(&mut self, scope: &Scope, id: CustomerId) -> Result<Option<NodeRow>, DatabaseError> {
        let mut sql = self.0.build(
            "SELECT c.id, c.version, c.portal_id, c.name, c.status, c.billing_mode, c.sort_name FROM customers c \
             WHERE c.id = ",
        );
        sql.push_bind(id);
        push_scope(&mut sql, scope);
        sql.finish()?.fetch_optional().await
    }

    /// Live children behind the cursor, by name.
    pub(super) async fn children(
        &mut self,
        scope: &Scope,
        parent: CustomerId,
        after: Option<&Cursor>,
        limit: i64,
    ) -> Result<Vec<NodeRow>, DatabaseError> {
        let mut sql = self.0.build(
            "SELECT c.id, c.version, c.portal_id, c.name, c.status, c.billing_mode, c.sort_name FROM customers c \
             WHERE c.deleted_at IS NULL AND c.parent_id = ",
        );
        sql.push_bind(parent);
        if let Some(after) = after {
            sql.push(" AND (c.sort_name, c.id) > (").push_bind(&after.key).push(", ").push_bind(after.id).push(")");
        }
        push_scope(&mut sql, scope);
        sql.push(" ORDER BY c.sort_name, c.id LIMIT ").push_bind(limit);
        sql.finish()?.fetch_all().await
    }

    /// Main accounts with children that the scope shows, behind the cursor, by name.
    pub(super) async fn roots(
        &mut self,
        scope: &Scope,
        after: Option<&Cursor>,
        limit: i64,
    ) -> Result<Vec<NodeRow>, DatabaseError> {
        let mut sql = self.0.build(
            "SELECT c.id, c.version, c.portal_id, c.name, c.status, c.billing_mode, b.sort_name \
             FROM customer_branches b CROSS JOIN customers c WHERE c.id = b.customer_id AND b.parent_id IS NULL",
        );
        if let Some(after) = after {
            sql.push(" AND (b.sort_name, b.customer_id) > (").push_bind(&after.key);
            sql.push(", ").push_bind(after.id).push(")");
        }
        if *scope != Scope::all() {
            push_scope(&mut sql, scope);
            // Inside, `c` is the counts.
            sql.push(" AND EXISTS (SELECT 1 FROM branch_counts c WHERE c.customer_id = b.customer_id");
            push_scope(&mut sql, scope);
            sql.push(" LIMIT 1)");
        }
        sql.push(" ORDER BY b.sort_name, b.customer_id LIMIT ").push_bind(limit);
        sql.finish()?.fetch_all().await
    }

    /// Live children of a parent that is about to go, at most `limit`.
    pub(super) async fn children_of(&mut self, parent: CustomerId, limit: i64) -> Result<Vec<ChildRow>, DatabaseError> {
        self.0
            .query(
                "SELECT id, partner_id, billing_mode FROM customers WHERE parent_id = $1 AND deleted_at IS NULL \
                 ORDER BY id LIMIT $2",
            )
            .bind(parent)
            .bind(limit)
            .fetch_all()
            .await
    }

    /// Is there a live child that is not terminated?
    pub(super) async fn has_open_child(&mut self, parent: CustomerId) -> Result<bool, DatabaseError> {
        let found: Option<CustomerId> = self
            .0
            .query(
                "SELECT id FROM customers WHERE parent_id = $1 AND deleted_at IS NULL AND status <> 'terminated' \
                 LIMIT 1",
            )
            .bind(parent)
            .fetch_optional_value()
            .await?;
        Ok(found.is_some())
    }

    /// Everybody below who is neither deleted nor terminated, the deepest first.
    pub(super) async fn open_subtree(&mut self, root: CustomerId) -> Result<Vec<CustomerId>, DatabaseError> {
        self.0
            .query(
                "WITH RECURSIVE below (id, status, step) AS ( \
                 SELECT id, status, 1 FROM customers WHERE parent_id = $1 AND deleted_at IS NULL UNION ALL \
                 SELECT c.id, c.status, below.step + 1 FROM below JOIN customers c ON c.parent_id = below.id \
                 WHERE c.deleted_at IS NULL AND below.step < 20) \
                 SELECT id FROM below WHERE status <> 'terminated' ORDER BY step DESC, id",
            )
            .bind(root)
            .fetch_values()
            .await
    }
}
