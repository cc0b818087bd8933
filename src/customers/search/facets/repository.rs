//! The SQL of facets: groups of customers, labels with their counts, names of places.

use std::collections::HashMap;

use super::super::super::repository::push_scope;
use super::super::checked::CheckedFilter;
use super::super::conditions::{push_facet_fields, push_labels};
use super::super::index::Rarity;
use super::super::model::{COUNT_CAP, FacetCount};
use super::super::repository::{find_start, push_expired, push_gather};
use super::MAX_LABELS;
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::id::{LabelId, LocationId, PartnerId};
use crate::shared::permission::Scope;

/// Customers that the facets cannot tell apart.
#[derive(FromRow)]
pub(super) struct Group {
    pub partner_id: PartnerId,
    pub location_id: LocationId,
    pub status: String,
    pub category: String,
    /// 1 when they wear the labels that are asked for, else 0.
    pub labelled: i64,
    pub total: i64,
}

#[derive(FromRow)]
struct LabelRow {
    id: LabelId,
    name: String,
    colour: String,
    total: i64,
}

impl From<LabelRow> for FacetCount {
    fn from(row: LabelRow) -> Self {
        Self { value: row.id.to_string(), name: row.name, colour: Some(row.colour), count: row.total }
    }
}

/// Names by id.
#[derive(Default)]
pub(super) struct PlaceNames {
    pub partners: HashMap<i64, String>,
    pub locations: HashMap<i64, String>,
}

/// Every live customer in the scope.
pub(super) async fn kept_groups(tx: &mut Transaction, scope: &Scope) -> Result<Vec<Group>, DatabaseError> {
    let mut sql = tx.build(
        "SELECT c.partner_id, c.location_id, c.status, c.category, CAST(1 AS BIGINT) AS labelled, c.total \
         FROM customer_counts c WHERE c.total > 0",
    );
    push_scope(&mut sql, scope);
    sql.finish()?.fetch_all().await
}

/// Labels of live customers in the scope with the chosen status, category, partner and location.
pub(super) async fn kept_labels(
    tx: &mut Transaction,
    scope: &Scope,
    filter: &CheckedFilter,
) -> Result<Vec<FacetCount>, DatabaseError> {
    let mut sql = tx.build(SELECT_LABELS);
    sql.push(", CAST(SUM(x.total) AS BIGINT) AS total FROM (");
    sql.push("SELECT c.label_id, c.total FROM label_counts c WHERE c.total <> 0");
    push_facet_fields(&mut sql, filter, true);
    push_scope(&mut sql, scope);
    sql.push(" UNION ALL SELECT d.label_id, -1");
    push_expired(&mut sql, scope, filter);
    sql.push(") AS x JOIN labels l ON l.id = x.label_id").push(GROUP_LABELS).push(" HAVING SUM(x.total) > 0");
    sql.push(ORDER_LABELS).push_bind(MAX_LABELS);
    let rows: Vec<LabelRow> = sql.finish()?.fetch_all().await?;
    Ok(rows.into_iter().map(FacetCount::from).collect())
}

/// Groups of the first matches of `base`, the filter without what facets choose by.
pub(super) async fn matching_groups(
    tx: &mut Transaction,
    scope: &Scope,
    filter: &CheckedFilter,
    base: &CheckedFilter,
    rarity: &Rarity,
) -> Result<Vec<Group>, DatabaseError> {
    let Some(start) = find_start(tx, base, rarity).await? else { return Ok(Vec::new()) };
    let mut sql = tx.build("WITH hits AS MATERIALIZED (");
    sql.push("SELECT c.partner_id, c.location_id, c.status, c.category, CAST(CASE WHEN 1 = 1");
    push_labels(&mut sql, filter);
    sql.push(" THEN 1 ELSE 0 END AS BIGINT) AS labelled");
    push_gather(&mut sql, scope, base, &start);
    sql.push(" LIMIT ").push_bind(COUNT_CAP + 1);
    sql.push(") SELECT partner_id, location_id, status, category, labelled, COUNT(*) AS total FROM hits");
    sql.push(" GROUP BY partner_id, location_id, status, category, labelled");
    sql.finish()?.fetch_all().await
}

/// Labels of the same matches, with the chosen status, category, partner and location.
pub(super) async fn matching_labels(
    tx: &mut Transaction,
    scope: &Scope,
    filter: &CheckedFilter,
    base: &CheckedFilter,
    rarity: &Rarity,
) -> Result<Vec<FacetCount>, DatabaseError> {
    let Some(start) = find_start(tx, base, rarity).await? else { return Ok(Vec::new()) };
    let mut sql = tx.build("WITH hits AS MATERIALIZED (");
    sql.push("SELECT c.id, c.partner_id, c.location_id, c.status, c.category");
    push_gather(&mut sql, scope, base, &start);
    sql.push(" LIMIT ").push_bind(COUNT_CAP + 1).push(") ").push(SELECT_LABELS);
    sql.push(", COUNT(*) AS total FROM hits c CROSS JOIN customer_labels w CROSS JOIN labels l");
    sql.push(" WHERE w.customer_id = c.id AND w.removed_at IS NULL AND l.id = w.label_id");
    sql.push(" AND (w.expires_at IS NULL OR w.expires_at > ").push_bind(filter.now).push(")");
    push_facet_fields(&mut sql, filter, true);
    sql.push(GROUP_LABELS).push(ORDER_LABELS).push_bind(MAX_LABELS);
    let rows: Vec<LabelRow> = sql.finish()?.fetch_all().await?;
    Ok(rows.into_iter().map(FacetCount::from).collect())
}

const SELECT_LABELS: &str = "SELECT l.id, COALESCE(l.display_name, l.name) AS name, l.colour";
const GROUP_LABELS: &str = " GROUP BY l.id, l.display_name, l.name, l.colour, l.name_key";
const ORDER_LABELS: &str = " ORDER BY total DESC, l.name_key LIMIT ";

/// The name of every partner and location.
pub(super) async fn place_names(tx: &mut Transaction) -> Result<PlaceNames, DatabaseError> {
    #[derive(FromRow)]
    struct PlaceName {
        is_partner: bool,
        id: i64,
        name: String,
    }
    let rows: Vec<PlaceName> = tx
        .query(
            "SELECT TRUE AS is_partner, id, name FROM partners \
             UNION ALL SELECT FALSE AS is_partner, id, name FROM locations",
        )
        .fetch_all()
        .await?;
    let mut names = PlaceNames::default();
    for row in rows {
        let place = if row.is_partner { &mut names.partners } else { &mut names.locations };
        place.insert(row.id, row.name);
    }
    Ok(names)
}
