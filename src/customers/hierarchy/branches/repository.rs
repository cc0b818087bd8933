//! SQL of the kept branches: the parent of a customer, levels, what counts where, and all of it for the proof.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::super::super::model::Customer;
use super::super::repository::HierarchyRepository;
use crate::database::{DatabaseError, FromRow};
use crate::shared::id::{CustomerId, LocationId, PartnerId};

/// What is added to the counts of everybody above, or taken from them.
#[derive(Clone, Copy, Default)]
pub(in crate::customers::hierarchy) struct Share {
    /// One child that belongs here.
    pub own: Option<(PartnerId, LocationId)>,
    /// Everything that counts below this branch.
    pub below: Option<CustomerId>,
    /// Are the children of that branch children of the new place too, rather than deeper ones?
    pub children: bool,
}

/// A customer as its place in the tree follows from it.
#[derive(FromRow)]
pub(super) struct MemberRow {
    pub id: CustomerId,
    pub parent_id: Option<CustomerId>,
    pub partner_id: PartnerId,
    pub location_id: LocationId,
    pub sort_name: String,
    pub deleted_at: Option<DateTime<Utc>>,
}

/// A branch, as it is kept or as it should be.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(super) struct BranchRow {
    pub customer_id: CustomerId,
    pub parent_id: Option<CustomerId>,
    pub level: i64,
    pub sort_name: String,
}

#[derive(FromRow)]
struct KeptCount {
    customer_id: CustomerId,
    partner_id: PartnerId,
    location_id: LocationId,
    children: i64,
    descendants: i64,
}

/// Branches by customer.
pub(super) type Branches = BTreeMap<CustomerId, BranchRow>;
/// Children and descendants by branch, partner and location.
pub(super) type Counts = BTreeMap<(CustomerId, PartnerId, LocationId), (i64, i64)>;

impl HierarchyRepository<'_> {
    /// Writes a moved customer over the version before it; false when that version is not there.
    pub(in crate::customers::hierarchy) async fn put_parent(
        &mut self,
        after: &Customer,
    ) -> Result<bool, DatabaseError> {
        let written = self
            .0
            .query(
                "UPDATE customers SET parent_id = $1, billing_mode = $2, version = $3, updated_at = $4, \
                 updated_by = $5 WHERE id = $6 AND version = $7",
            )
            .bind(after.parent_id)
            .bind(after.billing_mode.as_str())
            .bind(after.version)
            .bind(after.updated_at)
            .bind(&after.updated_by)
            .bind(after.id)
            .bind(after.version - 1)
            .execute()
            .await?;
        Ok(written == 1)
    }

    /// Gives every live child of a parent another one; a main account is billed by itself.
    pub(in crate::customers::hierarchy) async fn put_parents(
        &mut self,
        parent: CustomerId,
        new_parent: Option<CustomerId>,
        at: DateTime<Utc>,
        by: &str,
    ) -> Result<(), DatabaseError> {
        self.0
            .query(
                "UPDATE customers SET parent_id = $2, version = version + 1, updated_at = $3, updated_by = $4, \
                 billing_mode = CASE WHEN CAST($2 AS BIGINT) IS NULL THEN 'independent' ELSE billing_mode END \
                 WHERE parent_id = $1 AND deleted_at IS NULL",
            )
            .bind(parent)
            .bind(new_parent)
            .bind(at)
            .bind(by)
            .execute()
            .await?;
        Ok(())
    }

    /// Makes a customer a branch, if it is none yet.
    pub(in crate::customers::hierarchy) async fn ensure_branch(&mut self, id: CustomerId) -> Result<(), DatabaseError> {
        self.0
            .query(
                "INSERT INTO customer_branches (customer_id, parent_id, level, sort_name) \
                 SELECT c.id, c.parent_id, 1 + COALESCE(b.level, 0), c.sort_name \
                 FROM customers c LEFT JOIN customer_branches b ON b.customer_id = c.parent_id WHERE c.id = $1 \
                 ON CONFLICT (customer_id) DO NOTHING",
            )
            .bind(id)
            .execute()
            .await?;
        Ok(())
    }

    /// Adds a share to the counts of `parent` and everybody above it, or takes it away (`sign` −1).
    pub(in crate::customers::hierarchy) async fn add_share(
        &mut self,
        parent: CustomerId,
        share: Share,
        sign: i64,
    ) -> Result<(), DatabaseError> {
        self.0
            .query(ADD_SHARE)
            .bind(parent)
            .bind(share.own.map(|(partner, _)| partner))
            .bind(share.own.map(|(_, location)| location))
            .bind(share.below)
            .bind(i64::from(share.children))
            .bind(sign)
            .execute()
            .await?;
        Ok(())
    }

    /// Removes counts that fell to nothing at `parent` and above; without live children it is no branch.
    pub(in crate::customers::hierarchy) async fn sweep(&mut self, parent: CustomerId) -> Result<(), DatabaseError> {
        self.0
            .query(
                "WITH RECURSIVE above (id, parent_id, step) AS ( \
                 SELECT id, parent_id, 1 FROM customers WHERE id = $1 UNION ALL \
                 SELECT c.id, c.parent_id, above.step + 1 FROM above JOIN customers c ON c.id = above.parent_id \
                 WHERE above.step < 20) \
                 DELETE FROM branch_counts WHERE descendants = 0 AND customer_id IN (SELECT id FROM above)",
            )
            .bind(parent)
            .execute()
            .await?;
        self.0
            .query(
                "DELETE FROM customer_branches WHERE customer_id = $1 \
                 AND NOT EXISTS (SELECT 1 FROM branch_counts WHERE customer_id = $1)",
            )
            .bind(parent)
            .execute()
            .await?;
        Ok(())
    }

    /// Moves a branch and those below it by some levels.
    pub(in crate::customers::hierarchy) async fn shift_levels(
        &mut self,
        root: CustomerId,
        by: i64,
    ) -> Result<(), DatabaseError> {
        if by == 0 {
            return Ok(());
        }
        self.0
            .query(
                "WITH RECURSIVE below (customer_id, step) AS ( \
                 SELECT customer_id, 1 FROM customer_branches WHERE customer_id = $1 UNION ALL \
                 SELECT b.customer_id, below.step + 1 FROM below \
                 JOIN customer_branches b ON b.parent_id = below.customer_id WHERE below.step < 20) \
                 UPDATE customer_branches SET level = level + $2 WHERE customer_id IN (SELECT customer_id FROM below)",
            )
            .bind(root)
            .bind(by)
            .execute()
            .await?;
        Ok(())
    }

    /// Hangs one branch elsewhere.
    pub(in crate::customers::hierarchy) async fn put_branch_parent(
        &mut self,
        id: CustomerId,
        parent: Option<CustomerId>,
    ) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE customer_branches SET parent_id = $2 WHERE customer_id = $1");
        update.bind(id).bind(parent).execute().await?;
        Ok(())
    }

    /// Hangs every branch under `parent` elsewhere.
    pub(in crate::customers::hierarchy) async fn put_branch_parents(
        &mut self,
        parent: CustomerId,
        new_parent: Option<CustomerId>,
    ) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE customer_branches SET parent_id = $2 WHERE parent_id = $1");
        update.bind(parent).bind(new_parent).execute().await?;
        Ok(())
    }

    /// The name that a branch sorts by.
    pub(in crate::customers::hierarchy) async fn put_sort_name(
        &mut self,
        id: CustomerId,
        sort_name: &str,
    ) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE customer_branches SET sort_name = $2 WHERE customer_id = $1");
        update.bind(id).bind(sort_name).execute().await?;
        Ok(())
    }

    /// Everybody who has a parent, is one, or is kept as one.
    pub(super) async fn members(&mut self) -> Result<Vec<MemberRow>, DatabaseError> {
        self.0
            .query(
                "SELECT id, parent_id, partner_id, location_id, sort_name, deleted_at FROM customers \
                 WHERE parent_id IS NOT NULL UNION \
                 SELECT id, parent_id, partner_id, location_id, sort_name, deleted_at FROM customers \
                 WHERE id IN (SELECT parent_id FROM customers WHERE parent_id IS NOT NULL) \
                 OR id IN (SELECT customer_id FROM customer_branches)",
            )
            .fetch_all()
            .await
    }

    pub(super) async fn kept_branches(&mut self) -> Result<Branches, DatabaseError> {
        let select = self.0.query("SELECT customer_id, parent_id, level, sort_name FROM customer_branches");
        let rows: Vec<BranchRow> = select.fetch_all().await?;
        Ok(rows.into_iter().map(|row| (row.customer_id, row)).collect())
    }

    pub(super) async fn kept_counts(&mut self) -> Result<Counts, DatabaseError> {
        let select =
            self.0.query("SELECT customer_id, partner_id, location_id, children, descendants FROM branch_counts");
        let rows: Vec<KeptCount> = select.fetch_all().await?;
        let key = |row: &KeptCount| (row.customer_id, row.partner_id, row.location_id);
        Ok(rows.iter().map(|row| (key(row), (row.children, row.descendants))).collect())
    }
}

/// Parent, own partner and location, the branch whose counts come along, whether its children are children, sign.
const ADD_SHARE: &str = "WITH RECURSIVE above (id, parent_id, step) AS ( \
     SELECT id, parent_id, 1 FROM customers WHERE id = $1 UNION ALL \
     SELECT c.id, c.parent_id, above.step + 1 FROM above JOIN customers c ON c.id = above.parent_id \
     WHERE above.step < 20), \
     parts (partner_id, location_id, children, descendants) AS ( \
     SELECT CAST($2 AS BIGINT), CAST($3 AS BIGINT), 1, 1 WHERE CAST($2 AS BIGINT) IS NOT NULL UNION ALL \
     SELECT partner_id, location_id, children * $5, descendants FROM branch_counts WHERE customer_id = $4), \
     share (partner_id, location_id, children, descendants) AS ( \
     SELECT partner_id, location_id, CAST(SUM(children) * $6 AS BIGINT), CAST(SUM(descendants) * $6 AS BIGINT) \
     FROM parts GROUP BY partner_id, location_id) \
     INSERT INTO branch_counts (customer_id, partner_id, location_id, children, descendants) \
     SELECT above.id, share.partner_id, share.location_id, \
     CASE WHEN above.step = 1 THEN share.children ELSE 0 END, share.descendants \
     FROM above CROSS JOIN share WHERE TRUE \
     ON CONFLICT (customer_id, partner_id, location_id) DO UPDATE SET \
     children = branch_counts.children + excluded.children, \
     descendants = branch_counts.descendants + excluded.descendants";
