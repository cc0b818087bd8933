//! The SQL of the search: counting first, then one of three plans, so that no page is ever slow.
//!
//! *Gather* finds every match through an index or a short list and sorts them: right for up to a few
//! thousand. *Walk* goes along the index of the sort and stops when the page is full: right for many
//! matches, which are never far apart. *In order* takes matches as an index or a list gives them.

use chrono::{DateTime, Utc};

use super::super::model::CustomerSummary;
use super::super::repository::{SELECT_SUMMARY, SummaryRow, email_key, push_scope};
use super::checked::{CheckedFilter, LabelsMode};
use super::conditions::{push_facet_fields, push_fields, push_state, push_walk, push_word, sort_column};
use super::drivers::Driver;
use super::index::{IndexTerms, Rarity, index_terms};
use super::model::{COUNT_CAP, SortKey};
use super::words::Word;
use crate::database::{Builder, DatabaseError, FromRow, Transaction};
use crate::shared::id::{CustomerId, LabelId};
use crate::shared::page::Cursor;
use crate::shared::permission::Scope;
use crate::shared::text::escape_like;

/// From this many matches on, walking the sort's index is cheaper than sorting the matches.
const WALK_FROM: i64 = 2_000;

/// A total and whether it is exact.
pub(super) struct Total {
    pub count: i64,
    pub exact: bool,
}

/// Where a page begins and which rows it leaves out.
pub(super) struct Window<'a> {
    pub offset: i64,
    pub limit: i64,
    pub without: &'a [CustomerId],
}

/// What leads to the matches.
pub(super) enum Start<'f> {
    /// The index of words, or those of the columns.
    Index(IndexTerms),
    /// A list.
    Driver(Driver<'f>),
}

impl Start<'_> {
    /// The column by which matches come out in the order of their ids.
    fn order(&self) -> Option<&'static str> {
        match self {
            Self::Index(IndexTerms::Fts { .. }) => Some("f.rowid"),
            Self::Driver(driver) if driver.is_in_order() => Some(driver.key()),
            _ => None,
        }
    }
}

/// Rows of the page (one more than asked, if there are more) and the total of all matches.
pub(super) async fn find_page(
    tx: &mut Transaction,
    scope: &Scope,
    filter: &CheckedFilter,
    window: Window<'_>,
    rarity: &Rarity,
) -> Result<(Vec<CustomerSummary>, Total), DatabaseError> {
    let Some(start) = find_start(tx, filter, rarity).await? else {
        return Ok((Vec::new(), Total { count: 0, exact: true }));
    };
    if matches!(filter.sort, SortKey::Id | SortKey::Relevance) {
        if matches!(start, Start::Index(IndexTerms::Fts { settled: false, .. })) {
            return newest_checked(tx, scope, filter, &window, &start).await;
        }
        // Rows come in the order wanted. A page that is not full tells how many there are.
        if let Some(key) = start.order() {
            let rows = page(tx, scope, filter, &window, Plan::InOrder(&start, key)).await?;
            let total = match total_by(&rows, filter, &window) {
                Some(count) => Total { count, exact: true },
                None => count(tx, scope, filter, &start).await?,
            };
            return Ok((rows, total));
        }
    }
    let total = count(tx, scope, filter, &start).await?;
    let plan = if total.count >= WALK_FROM { Plan::Walk } else { Plan::Gather(&start) };
    Ok((page(tx, scope, filter, &window, plan).await?, total))
}

/// The ids of all matches in no order; at most `most`.
pub(super) async fn find_ids(
    tx: &mut Transaction,
    scope: &Scope,
    filter: &CheckedFilter,
    most: i64,
    rarity: &Rarity,
) -> Result<Vec<CustomerId>, DatabaseError> {
    let Some(start) = find_start(tx, filter, rarity).await? else { return Ok(Vec::new()) };
    let mut sql = tx.build("SELECT c.id");
    push_gather(&mut sql, scope, filter, &start);
    sql.push(" LIMIT ").push_bind(most);
    sql.finish()?.fetch_values().await
}

/// The shortest way to the matches; `None` when a word cannot match at all. A list is taken when it is short,
/// or when there are no words to start from.
pub(super) async fn find_start<'f>(
    tx: &mut Transaction,
    filter: &'f CheckedFilter,
    rarity: &Rarity,
) -> Result<Option<Start<'f>>, DatabaseError> {
    if filter.words.contains(&Word::Id(None)) {
        return Ok(None);
    }
    let has_words = !filter.words.is_empty() || filter.texts_of_conditions().next().is_some();
    let has_id = filter.words.iter().any(|word| matches!(word, Word::Id(_)));
    let candidates = if has_id { Vec::new() } else { Driver::candidates(filter) };
    if let Some((driver, entries)) = shortest(tx, filter, candidates, has_words).await?
        && (!has_words || entries <= WALK_FROM)
    {
        return Ok(Some(Start::Driver(driver)));
    }
    Ok(index_terms(tx, filter, rarity).await?.map(Start::Index))
}

/// The list with the fewest entries and how many it has, counted up to the cap. One that has no rival is not
/// counted.
async fn shortest<'f>(
    tx: &mut Transaction,
    filter: &CheckedFilter,
    mut candidates: Vec<Driver<'f>>,
    has_words: bool,
) -> Result<Option<(Driver<'f>, i64)>, DatabaseError> {
    #[derive(FromRow)]
    struct Length {
        place: i64,
        entries: i64,
    }
    if candidates.len() < 2 && !has_words {
        return Ok(candidates.pop().map(|only| (only, 0)));
    }
    if candidates.is_empty() {
        return Ok(None);
    }
    let mut sql = tx.build("");
    for (place, driver) in (0_i64..).zip(&candidates) {
        sql.push(if place == 0 { "SELECT CAST(" } else { " UNION ALL SELECT CAST(" }).push_bind(place);
        sql.push(" AS BIGINT) AS place, COUNT(*) AS entries FROM (SELECT 1 FROM ").push(driver.table());
        sql.push(" WHERE ");
        driver.push_condition(&mut sql, filter);
        sql.push(" LIMIT ").push_bind(COUNT_CAP + 1).push(") AS list");
    }
    let lengths: Vec<Length> = sql.finish()?.fetch_all().await?;
    let Some(least) = lengths.into_iter().min_by_key(|length| length.entries) else { return Ok(None) };
    let place = usize::try_from(least.place).unwrap_or_default();
    Ok((place < candidates.len()).then(|| (candidates.swap_remove(place), least.entries)))
}

/// A summary with the number of all matches.
#[derive(FromRow)]
struct CountedRow {
    #[sqlx(flatten)]
    row: SummaryRow,
    total: i64,
}

/// Few rows hold the rare trigrams: each is checked once, for the page and for the total. The index is read
/// upwards, which costs half of reading it downwards.
async fn newest_checked(
    tx: &mut Transaction,
    scope: &Scope,
    filter: &CheckedFilter,
    window: &Window<'_>,
    start: &Start<'_>,
) -> Result<(Vec<CustomerSummary>, Total), DatabaseError> {
    let order = if filter.descending { " ORDER BY c.id DESC" } else { " ORDER BY c.id" };
    let mut sql = tx.build("WITH hits AS MATERIALIZED (SELECT c.id");
    push_gather(&mut sql, scope, filter, start);
    sql.push("), page AS (SELECT c.id FROM hits c WHERE 1 = 1");
    if !window.without.is_empty() {
        sql.push(" AND c.id NOT IN ").push_list(window.without.iter().copied());
    }
    push_after(&mut sql, filter, "c.id");
    sql.push(order).push(" LIMIT ").push_bind(window.limit + 1).push(" OFFSET ").push_bind(window.offset);
    sql.push(") ").push(SELECT_SUMMARY).push(", (SELECT COUNT(*) FROM hits) AS total");
    sql.push(" FROM page p CROSS JOIN customers c ON c.id = p.id").push(order);
    let found: Vec<CountedRow> = sql.finish()?.fetch_all().await?;
    let count = match found.first() {
        Some(first) => first.total,
        None if window.offset == 0 && filter.cursor.is_none() => {
            i64::try_from(window.without.len()).unwrap_or_default()
        }
        // Behind the last page: how many there are before it was not counted.
        None => return Ok((Vec::new(), count(tx, scope, filter, start).await?)),
    };
    let rows = found.into_iter().map(|found| found.row.try_into()).collect::<Result<_, _>>()?;
    let capped = filter.capped && count > COUNT_CAP;
    Ok((rows, Total { count: if capped { COUNT_CAP } else { count }, exact: !capped }))
}

/// How a page is found.
enum Plan<'s> {
    /// Along the index of the sort until the page is full.
    Walk,
    /// Every match, then sorted.
    Gather(&'s Start<'s>),
    /// Matches come out in the order wanted, which is that of the column.
    InOrder(&'s Start<'s>, &'static str),
}

/// The total, if these rows are all that is left behind the offset.
fn total_by(rows: &[CustomerSummary], filter: &CheckedFilter, window: &Window<'_>) -> Option<i64> {
    let found = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let is_last = filter.cursor.is_none() && found <= window.limit && (found > 0 || window.offset == 0);
    let exact = i64::try_from(window.without.len()).unwrap_or_default();
    is_last.then_some(window.offset + found + exact)
}

async fn page(
    tx: &mut Transaction,
    scope: &Scope,
    filter: &CheckedFilter,
    window: &Window<'_>,
    plan: Plan<'_>,
) -> Result<Vec<CustomerSummary>, DatabaseError> {
    let mut sql = tx.build(if matches!(plan, Plan::Gather(_)) { "WITH hits AS MATERIALIZED (" } else { "" });
    sql.push(SELECT_SUMMARY);
    let key = if let Plan::InOrder(_, key) = plan { key } else { "c.id" };
    match plan {
        Plan::Walk => {
            sql.push(" FROM customers c WHERE ");
            push_walk(&mut sql, scope, filter);
        }
        Plan::Gather(start) => {
            sql.push(SORT_COLUMNS);
            push_gather(&mut sql, scope, filter, start);
            sql.push(") ").push(SELECT_SUMMARY).push(" FROM hits c WHERE 1 = 1");
        }
        Plan::InOrder(start, _) => push_gather(&mut sql, scope, filter, start),
    }
    if !window.without.is_empty() {
        sql.push(" AND c.id NOT IN ").push_list(window.without.iter().copied());
    }
    push_after(&mut sql, filter, key);
    push_order(&mut sql, filter, key);
    sql.push(" LIMIT ").push_bind(window.limit + 1).push(" OFFSET ").push_bind(window.offset);
    let rows: Vec<SummaryRow> = sql.finish()?.fetch_all().await?;
    rows.into_iter().map(CustomerSummary::try_from).collect()
}

/// Columns that a gathered hit is sorted by, beside those of the row.
const SORT_COLUMNS: &str = ", c.sort_name, c.sort_city, c.updated_at, c.status_since";

/// Customers whose login, e-mail address or portal id is exactly the one word searched for.
pub(super) async fn find_exact(
    tx: &mut Transaction,
    scope: &Scope,
    filter: &CheckedFilter,
) -> Result<Vec<CustomerSummary>, DatabaseError> {
    let [Word::Part { text, .. }] = filter.words.as_slice() else { return Ok(Vec::new()) };
    let mut sql = tx.build(SELECT_SUMMARY);
    sql.push(" FROM customers c WHERE (c.login = ").push_bind(text);
    sql.push(" OR c.email_key = ").push_bind(email_key(text));
    sql.push(" OR c.portal_id IN (").push_bind(text).push(", ").push_bind(text.to_uppercase()).push(")) AND ");
    push_state(&mut sql, filter);
    push_fields(&mut sql, scope, filter, false);
    sql.push(" ORDER BY c.id DESC LIMIT 10");
    let rows: Vec<SummaryRow> = sql.finish()?.fetch_all().await?;
    rows.into_iter().map(CustomerSummary::try_from).collect()
}

/// The cursor of the row that a page ends with. `None` for a sort whose key is not in the row.
pub(super) async fn cursor_of(
    tx: &mut Transaction,
    filter: &CheckedFilter,
    last: &CustomerSummary,
) -> Result<Cursor, DatabaseError> {
    let key = match filter.sort {
        SortKey::Id | SortKey::Relevance => String::new(),
        SortKey::Status => last.status.as_str().to_owned(),
        SortKey::Name => crate::shared::text::fold(&last.name),
        SortKey::City => last.city.as_deref().map(crate::shared::text::fold).unwrap_or_default(),
        SortKey::CreatedAt => last.created_at.to_rfc3339(),
        SortKey::UpdatedAt => time_of(tx, "SELECT updated_at FROM customers WHERE id = $1", last.id).await?,
        SortKey::StatusSince => time_of(tx, "SELECT status_since FROM customers WHERE id = $1", last.id).await?,
    };
    Ok(Cursor { sort: filter.sort_tag(), key, id: last.id.0 })
}

async fn time_of(tx: &mut Transaction, sql: &'static str, id: CustomerId) -> Result<String, DatabaseError> {
    Ok(tx.query(sql).bind(id).fetch_value::<DateTime<Utc>>().await?.to_rfc3339())
}

async fn count(
    tx: &mut Transaction,
    scope: &Scope,
    filter: &CheckedFilter,
    start: &Start<'_>,
) -> Result<Total, DatabaseError> {
    if let Some(count) = kept_count(tx, scope, filter).await? {
        return Ok(Total { count, exact: true });
    }
    let mut sql = tx.build("SELECT COUNT(*) FROM (SELECT 1");
    match start {
        // Every indexed row is a live one: without further conditions the index alone knows the count.
        Start::Index(IndexTerms::Fts { expression, settled: true })
            if has_only_long_words(filter) && *scope == Scope::all() =>
        {
            sql.push(" FROM customers_fts WHERE customers_fts MATCH ").push_bind(expression);
        }
        _ => push_gather(&mut sql, scope, filter, start),
    }
    if filter.capped {
        sql.push(" LIMIT ").push_bind(COUNT_CAP + 1);
    }
    sql.push(") AS matches");
    let count: i64 = sql.finish()?.fetch_value().await?;
    let capped = filter.capped && count > COUNT_CAP;
    Ok(Total { count: if capped { COUNT_CAP } else { count }, exact: !capped })
}

fn has_only_long_words(filter: &CheckedFilter) -> bool {
    filter.has_words_only() && filter.words.iter().all(is_long)
}

fn is_long(word: &Word) -> bool {
    matches!(word, Word::Part { text, .. } if text.chars().count() >= 3)
}

/// The total from the kept counts, where they know it: of every combination of status, category, partner
/// and location, also with one label or without it.
async fn kept_count(tx: &mut Transaction, scope: &Scope, filter: &CheckedFilter) -> Result<Option<i64>, DatabaseError> {
    if filter.deleted || !filter.words.is_empty() || !filter.has_facets_only() {
        return Ok(None);
    }
    Ok(match (filter.labels.as_slice(), filter.labels_mode) {
        ([], _) => Some(kept(tx, scope, filter).await?),
        ([label], LabelsMode::None) => {
            Some(kept(tx, scope, filter).await? - kept_with(tx, scope, filter, *label).await?)
        }
        ([label], _) => Some(kept_with(tx, scope, filter, *label).await?),
        _ => None,
    })
}

async fn kept(tx: &mut Transaction, scope: &Scope, filter: &CheckedFilter) -> Result<i64, DatabaseError> {
    let mut sql = tx.build("SELECT CAST(COALESCE(SUM(c.total), 0) AS BIGINT) FROM customer_counts c WHERE 1 = 1");
    push_facet_fields(&mut sql, filter, true);
    push_scope(&mut sql, scope);
    sql.finish()?.fetch_value().await
}

/// The kept count of a label, less those who wear it no longer and from whom it was not yet taken.
async fn kept_with(
    tx: &mut Transaction,
    scope: &Scope,
    filter: &CheckedFilter,
    label: LabelId,
) -> Result<i64, DatabaseError> {
    let mut sql = tx.build("SELECT CAST(COALESCE(SUM(c.total), 0) AS BIGINT) - (SELECT COUNT(*)");
    push_expired(&mut sql, scope, filter);
    sql.push(" AND (d.label_id + 0) = ").push_bind(label);
    sql.push(") FROM label_counts c WHERE c.label_id = ").push_bind(label);
    push_facet_fields(&mut sql, filter, true);
    push_scope(&mut sql, scope);
    sql.finish()?.fetch_value().await
}

/// ` FROM … WHERE …`: labels that have expired and are still counted, of the customers that statistics are
/// about.
pub(super) fn push_expired(sql: &mut Builder<'_>, scope: &Scope, filter: &CheckedFilter) {
    sql.push(" FROM customer_labels d CROSS JOIN customers c WHERE c.id = d.customer_id AND c.deleted_at IS NULL");
    sql.push(" AND d.removed_at IS NULL AND d.expires_at IS NOT NULL AND d.expires_at <= ").push_bind(filter.now);
    push_facet_fields(sql, filter, false);
    push_scope(sql, scope);
}

/// ` FROM … WHERE …` through a list, or the indexes of words and fields.
pub(super) fn push_gather(sql: &mut Builder<'_>, scope: &Scope, filter: &CheckedFilter, start: &Start<'_>) {
    let index = match start {
        Start::Index(index) => index,
        Start::Driver(driver) => {
            sql.push(" FROM ").push(driver.table()).push(" CROSS JOIN customers c WHERE c.id = ").push(driver.key());
            sql.push(" AND ");
            driver.push_condition(sql, filter);
            sql.push(" AND ");
            return push_walk(sql, scope, filter);
        }
    };
    if let IndexTerms::Fts { expression, .. } = index {
        sql.push(" FROM customers_fts f CROSS JOIN customers c ON c.id = f.rowid WHERE customers_fts MATCH ");
        sql.push_bind(expression).push(" AND ");
    } else {
        sql.push(" FROM customers c WHERE ");
    }
    push_state(sql, filter);
    push_words(sql, filter, index);
    push_fields(sql, scope, filter, true);
}

fn push_words(sql: &mut Builder<'_>, filter: &CheckedFilter, index: &IndexTerms) {
    for word in &filter.words {
        match (word, index) {
            // The expression has said it already.
            (word, IndexTerms::Fts { settled: true, .. }) if is_long(word) => {}
            (Word::Part { text, .. }, IndexTerms::Trigrams) if text.chars().count() == 2 => {
                sql.push(" AND character_pairs(c.search_text) @> ARRAY[").push_bind(text).push("]");
            }
            _ => push_word(sql, word, " AND (c.search_text LIKE ", " OR c.search_text LIKE "),
        }
    }
    if matches!(index, IndexTerms::Trigrams) {
        for text in filter.texts_of_conditions() {
            sql.push(" AND c.search_text LIKE ").push_bind(format!("%{}%", escape_like(text))).push(" ESCAPE '\\'");
        }
    }
}

/// Rows behind the cursor; `key` is the column that the ids are read from.
fn push_after(sql: &mut Builder<'_>, filter: &CheckedFilter, key: &'static str) {
    let Some(cursor) = &filter.cursor else { return };
    let beyond = if filter.descending { " < " } else { " > " };
    if matches!(filter.sort, SortKey::Id | SortKey::Relevance) {
        sql.push(" AND ").push(key).push(beyond).push_bind(cursor.id);
        return;
    }
    sql.push(" AND (").push(sort_column(filter.sort)).push(", c.id)").push(beyond).push("(");
    if matches!(filter.sort, SortKey::Name | SortKey::City | SortKey::Status) {
        sql.push_bind(&cursor.key);
    } else {
        sql.push_bind(cursor.key.parse::<DateTime<Utc>>().unwrap_or_default());
    }
    sql.push(", ").push_bind(cursor.id).push(")");
}

fn push_order(sql: &mut Builder<'_>, filter: &CheckedFilter, key: &'static str) {
    sql.push(" ORDER BY ");
    if !matches!(filter.sort, SortKey::Id | SortKey::Relevance) {
        sql.push(sort_column(filter.sort)).push(if filter.descending { " DESC, " } else { ", " });
    }
    sql.push(key).push(if filter.descending { " DESC" } else { "" });
}
