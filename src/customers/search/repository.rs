//! The SQL of the search: counting first, then one of two plans, so that no page is ever slow.
//!
//! *Gather* finds every match through an index and sorts them: right for up to a few thousand.
//! *Walk* goes along the index of the sort and stops when the page is full: right for many matches,
//! which are never far apart. Conditions of a walk are written as expressions (`c.status || ''`), so
//! that neither engine is tempted to gather.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::super::model::CustomerSummary;
use super::super::repository::{SELECT_SUMMARY, SummaryRow, email_key, push_scope};
use super::model::{COUNT_CAP, CheckedFilter, SortKey};
use super::rarity::{Rarity, SAMPLE};
use super::words::Word;
use crate::database::{Builder, DatabaseError, Dialect, FromRow, Transaction};
use crate::shared::id::CustomerId;
use crate::shared::page::Cursor;
use crate::shared::permission::Scope;
use crate::shared::text::escape_like;

/// From this many matches on, walking the sort's index is cheaper than sorting the matches.
const WALK_FROM: i64 = 2_000;

/// A total and whether it is exact.
pub(in crate::customers) struct Total {
    pub count: i64,
    pub exact: bool,
}

/// Where a page begins and which rows it leaves out.
pub(in crate::customers) struct Window<'a> {
    pub offset: i64,
    pub limit: i64,
    pub without: &'a [CustomerId],
}

/// Rows of the page (one more than asked, if there are more) and the total of all matches.
pub(in crate::customers) async fn find_page(
    tx: &mut Transaction,
    scope: &Scope,
    filter: &CheckedFilter,
    window: Window<'_>,
    rarity: &Rarity,
) -> Result<(Vec<CustomerSummary>, Total), DatabaseError> {
    let Some(index) = index_terms(tx, filter, rarity).await? else {
        return Ok((Vec::new(), Total { count: 0, exact: true }));
    };
    let newest_first = matches!(filter.sort, SortKey::Id | SortKey::Relevance);
    if tx.dialect() == Dialect::Sqlite && newest_first {
        match &index {
            IndexTerms::Fts { settled: false, .. } => {
                return newest_checked(tx, scope, filter, &window, &index).await;
            }
            // The index gives rows in the order wanted. A page that is not full tells how many there are.
            IndexTerms::Fts { .. } => {
                let rows = page(tx, scope, filter, &window, Plan::InOrder(&index)).await?;
                let total = match total_by(&rows, filter, &window) {
                    Some(count) => Total { count, exact: true },
                    None => count(tx, scope, filter, &index).await?,
                };
                return Ok((rows, total));
            }
            _ => {}
        }
    }
    let total = count(tx, scope, filter, &index).await?;
    let plan = if total.count >= WALK_FROM { Plan::Walk } else { Plan::Gather(&index) };
    Ok((page(tx, scope, filter, &window, plan).await?, total))
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
    index: &IndexTerms,
) -> Result<(Vec<CustomerSummary>, Total), DatabaseError> {
    let order = if filter.descending { " ORDER BY c.id DESC" } else { " ORDER BY c.id" };
    let mut sql = tx.build("WITH hits AS MATERIALIZED (SELECT c.id");
    push_gather(&mut sql, scope, filter, index);
    sql.push("), page AS (SELECT c.id FROM hits c WHERE 1 = 1");
    if !window.without.is_empty() {
        sql.push(" AND c.id NOT IN ").push_list(window.without.iter().copied());
    }
    push_after(&mut sql, filter);
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
        None => return Ok((Vec::new(), count(tx, scope, filter, index).await?)),
    };
    let rows = found.into_iter().map(|found| found.row.try_into()).collect::<Result<_, _>>()?;
    let capped = filter.capped && count > COUNT_CAP;
    Ok((rows, Total { count: if capped { COUNT_CAP } else { count }, exact: !capped }))
}

/// How a page is found.
enum Plan<'i> {
    /// Along the index of the sort until the page is full.
    Walk,
    /// Every match, then sorted.
    Gather(&'i IndexTerms),
    /// Matches come out of the index in the order wanted.
    InOrder(&'i IndexTerms),
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
    match &plan {
        Plan::Walk => {
            sql.push(SELECT_SUMMARY).push(" FROM customers c WHERE ");
            push_walk(&mut sql, scope, filter);
        }
        Plan::Gather(index) | Plan::InOrder(index) => {
            sql.push(SELECT_SUMMARY);
            if matches!(plan, Plan::Gather(_)) {
                sql.push(SORT_COLUMNS);
            }
            push_gather(&mut sql, scope, filter, index);
        }
    }
    if !window.without.is_empty() {
        sql.push(" AND c.id NOT IN ").push_list(window.without.iter().copied());
    }
    if matches!(plan, Plan::Gather(_)) {
        sql.push(
            ") SELECT c.id, c.portal_id, c.name, c.category, c.status, c.email, c.phone, c.city, c.country, \
                  c.created_at, c.deleted_at FROM hits c WHERE 1 = 1",
        );
    }
    push_after(&mut sql, filter);
    push_order(&mut sql, filter, matches!(plan, Plan::InOrder(_)));
    sql.push(" LIMIT ").push_bind(window.limit + 1).push(" OFFSET ").push_bind(window.offset);
    let rows: Vec<SummaryRow> = sql.finish()?.fetch_all().await?;
    rows.into_iter().map(CustomerSummary::try_from).collect()
}

/// Customers whose login, e-mail address or portal id is exactly the one word searched for.
pub(in crate::customers) async fn find_exact(
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
    push_fields(&mut sql, filter, true);
    push_scope(&mut sql, scope);
    sql.push(" ORDER BY c.id DESC LIMIT 10");
    let rows: Vec<SummaryRow> = sql.finish()?.fetch_all().await?;
    rows.into_iter().map(CustomerSummary::try_from).collect()
}

/// The cursor of the row that a page ends with. `None` for a sort whose key is not in the row.
pub(in crate::customers) async fn cursor_of(
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

/// What the substring index can be asked.
enum IndexTerms {
    /// There are no words, or none that the index knows: conditions on columns decide.
    None,
    /// SQLite: a full-text expression; `settled` when it says all there is to say about words of three
    /// or more characters, else the rows it finds are checked.
    Fts { expression: String, settled: bool },
    /// PostgreSQL: patterns and pairs stand in the statement itself.
    Trigrams,
}

/// `None` when a word cannot match at all.
async fn index_terms(
    tx: &mut Transaction,
    filter: &CheckedFilter,
    rarity: &Rarity,
) -> Result<Option<IndexTerms>, DatabaseError> {
    if filter.words.contains(&Word::Id(None)) {
        return Ok(None);
    }
    let parts: Vec<(&str, Option<&str>)> = filter
        .words
        .iter()
        .filter_map(|word| match word {
            Word::Part { text, digits } => Some((text.as_str(), digits.as_deref())),
            Word::Id(_) => None,
        })
        .collect();
    // The index holds the living only; the trash is small.
    if parts.is_empty() || filter.deleted {
        return Ok(Some(IndexTerms::None));
    }
    if tx.dialect() == Dialect::Postgres {
        return Ok(Some(IndexTerms::Trigrams));
    }
    let (long, short): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(text, _)| text.chars().count() >= 3);
    if long.is_empty() {
        return short_terms(tx, short).await;
    }
    let plain: Vec<&str> = long.iter().filter(|(_, digits)| digits.is_none()).map(|(text, _)| *text).collect();
    let most = if filter.capped { COUNT_CAP } else { i64::MAX };
    if let Some(lists) = rarity.pick(&plain, i32::try_from(most).map_or(f64::MAX, f64::from)) {
        let terms: Vec<String> = lists.iter().map(|trigram| quoted(trigram)).collect();
        return Ok(Some(IndexTerms::Fts { expression: terms.join(" AND "), settled: false }));
    }
    let terms: Vec<String> = long
        .into_iter()
        .map(|(text, digits)| match digits {
            Some(digits) => format!("({} OR {})", quoted(text), quoted(digits)),
            None => quoted(text),
        })
        .collect();
    Ok(Some(IndexTerms::Fts { expression: terms.join(" AND "), settled: true }))
}

/// Pairs of characters, through the trigrams that begin with them.
async fn short_terms(
    tx: &mut Transaction,
    pairs: Vec<(&str, Option<&str>)>,
) -> Result<Option<IndexTerms>, DatabaseError> {
    let mut terms = Vec::with_capacity(pairs.len());
    for (pair, _) in pairs {
        let trigrams = trigrams_from(tx, pair).await?;
        if trigrams.is_empty() {
            return Ok(None);
        }
        let any: Vec<String> = trigrams.iter().map(|trigram| quoted(trigram)).collect();
        terms.push(format!("({})", any.join(" OR ")));
    }
    Ok(Some(IndexTerms::Fts { expression: terms.join(" AND "), settled: true }))
}

/// Neighbours that are read at once for the sample.
const AT_ONCE: i64 = 10;

/// A sample of the search texts, spread over the whole table.
pub(in crate::customers) async fn sample(tx: &mut Transaction) -> Result<Rarity, DatabaseError> {
    if tx.dialect() == Dialect::Postgres {
        return Ok(Rarity::default());
    }
    let last: i64 = tx.query("SELECT COALESCE(MAX(id), 0) FROM customers").fetch_value().await?;
    let step = (last / (SAMPLE / AT_ONCE)).max(AT_ONCE);
    let mut texts = Vec::new();
    let mut from = 0;
    while from < last {
        let some: Vec<String> = tx
            .query("SELECT search_text FROM customers WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT $2")
            .bind(from)
            .bind(AT_ONCE)
            .fetch_values()
            .await?;
        texts.extend(some);
        from += step;
    }
    Ok(Rarity::of(&texts, last))
}

/// A string of FTS5's query language: nothing in it is syntax.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

async fn trigrams_from(tx: &mut Transaction, pair: &str) -> Result<Vec<String>, DatabaseError> {
    tx.query("SELECT term FROM customers_trigrams WHERE term >= $1 AND term < $2")
        .bind(pair)
        .bind(format!("{pair}\u{10ffff}"))
        .fetch_values()
        .await
}

async fn count(
    tx: &mut Transaction,
    scope: &Scope,
    filter: &CheckedFilter,
    index: &IndexTerms,
) -> Result<Total, DatabaseError> {
    if is_kept(filter) {
        return Ok(Total { count: kept_count(tx, scope, filter).await?, exact: true });
    }
    let mut sql = tx.build("SELECT COUNT(*) FROM (SELECT 1");
    match index {
        // Every indexed row is a live one: without further conditions the index alone knows the count.
        IndexTerms::Fts { expression, settled: true } if has_only_long_words(filter) && *scope == Scope::all() => {
            sql.push(" FROM customers_fts WHERE customers_fts MATCH ").push_bind(expression);
        }
        _ => push_gather(&mut sql, scope, filter, index),
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
    has_no_fields(filter) && filter.status.is_empty() && filter.words.iter().all(is_long)
}

fn is_long(word: &Word) -> bool {
    matches!(word, Word::Part { text, .. } if text.chars().count() >= 3)
}

fn has_no_fields(f: &CheckedFilter) -> bool {
    f.category.is_empty()
        && f.city.is_empty()
        && f.country.is_empty()
        && f.created_from.is_none()
        && f.created_to.is_none()
}

/// Can the total be read from the kept counts?
fn is_kept(filter: &CheckedFilter) -> bool {
    !filter.deleted && filter.words.is_empty() && has_no_fields(filter)
}

async fn kept_count(tx: &mut Transaction, scope: &Scope, filter: &CheckedFilter) -> Result<i64, DatabaseError> {
    let mut sql = tx.build("SELECT CAST(COALESCE(SUM(c.total), 0) AS BIGINT) FROM customer_counts c WHERE 1 = 1");
    if !filter.status.is_empty() {
        sql.push(" AND c.status IN ").push_list(filter.status.iter().map(|status| status.as_str()));
    }
    push_scope(&mut sql, scope);
    sql.finish()?.fetch_value().await
}

/// Columns that a gathered hit is sorted by, beside those of the row.
const SORT_COLUMNS: &str = ", c.sort_name, c.sort_city, c.updated_at, c.status_since";

/// ` FROM … WHERE …` through the indexes of words and fields.
fn push_gather(sql: &mut Builder<'_>, scope: &Scope, filter: &CheckedFilter, index: &IndexTerms) {
    if let IndexTerms::Fts { expression, .. } = index {
        sql.push(" FROM customers_fts f CROSS JOIN customers c ON c.id = f.rowid WHERE customers_fts MATCH ");
        sql.push_bind(expression).push(" AND ");
    } else {
        sql.push(" FROM customers c WHERE ");
    }
    push_state(sql, filter);
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
    push_fields(sql, filter, true);
    push_scope(sql, scope);
}

/// Conditions that no index of words or fields is used for.
fn push_walk(sql: &mut Builder<'_>, scope: &Scope, filter: &CheckedFilter) {
    push_state(sql, filter);
    for word in &filter.words {
        push_word(sql, word, " AND ((c.search_text || '') LIKE ", " OR (c.search_text || '') LIKE ");
    }
    push_fields(sql, filter, false);
    push_scope(sql, scope);
}

fn push_state(sql: &mut Builder<'_>, filter: &CheckedFilter) {
    sql.push(if filter.deleted { "c.deleted_at IS NOT NULL" } else { "c.deleted_at IS NULL" });
}

fn push_word(sql: &mut Builder<'_>, word: &Word, first: &'static str, or: &'static str) {
    match word {
        Word::Id(Some(id)) => {
            sql.push(" AND c.id = ").push_bind(*id);
        }
        Word::Id(None) => {
            sql.push(" AND 1 = 0");
        }
        Word::Part { text, digits } => {
            sql.push(first).push_bind(format!("%{}%", escape_like(text))).push(" ESCAPE '\\'");
            if let Some(digits) = digits {
                sql.push(or).push_bind(format!("%{digits}%")).push(" ESCAPE '\\'");
            }
            sql.push(")");
        }
    }
}

fn push_fields(sql: &mut Builder<'_>, filter: &CheckedFilter, indexed: bool) {
    let mut any_of = |plain: &'static str, expression: &'static str, values: Vec<&str>| {
        if !values.is_empty() {
            sql.push(if indexed { plain } else { expression }).push_list(values);
        }
    };
    any_of(" AND c.status IN ", " AND (c.status || '') IN ", filter.status.iter().map(|s| s.as_str()).collect());
    any_of(" AND c.category IN ", " AND (c.category || '') IN ", filter.category.iter().map(|s| s.as_str()).collect());
    any_of(" AND c.sort_city IN ", " AND (c.sort_city || '') IN ", filter.city.iter().map(String::as_str).collect());
    any_of(" AND c.country IN ", " AND (c.country || '') IN ", filter.country.iter().map(String::as_str).collect());
    if let Some(from) = filter.created_from {
        sql.push(" AND c.created_at >= ").push_bind(start_of(from));
    }
    if let Some(to) = filter.created_to.and_then(|to| to.checked_add_days(Days::new(1))) {
        sql.push(" AND c.created_at < ").push_bind(start_of(to));
    }
}

fn start_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// Rows behind the cursor.
fn push_after(sql: &mut Builder<'_>, filter: &CheckedFilter) {
    let Some(cursor) = &filter.cursor else { return };
    let column = match filter.sort {
        SortKey::Id | SortKey::Relevance => {
            sql.push(if filter.descending { " AND c.id < " } else { " AND c.id > " }).push_bind(cursor.id);
            return;
        }
        SortKey::Name => " AND (c.sort_name, c.id) ",
        SortKey::City => " AND (c.sort_city, c.id) ",
        SortKey::Status => " AND (c.status, c.id) ",
        SortKey::CreatedAt => " AND (c.created_at, c.id) ",
        SortKey::UpdatedAt => " AND (c.updated_at, c.id) ",
        SortKey::StatusSince => " AND (c.status_since, c.id) ",
    };
    sql.push(column).push(if filter.descending { "< (" } else { "> (" });
    if matches!(filter.sort, SortKey::Name | SortKey::City | SortKey::Status) {
        sql.push_bind(&cursor.key);
    } else {
        sql.push_bind(cursor.key.parse::<DateTime<Utc>>().unwrap_or_default());
    }
    sql.push(", ").push_bind(cursor.id).push(")");
}

fn push_order(sql: &mut Builder<'_>, filter: &CheckedFilter, by_rowid: bool) {
    let down = filter.descending;
    sql.push(match filter.sort {
        SortKey::Id | SortKey::Relevance if by_rowid => {
            if down {
                " ORDER BY f.rowid DESC"
            } else {
                " ORDER BY f.rowid"
            }
        }
        SortKey::Id | SortKey::Relevance => {
            if down {
                " ORDER BY c.id DESC"
            } else {
                " ORDER BY c.id"
            }
        }
        SortKey::Name if down => " ORDER BY c.sort_name DESC, c.id DESC",
        SortKey::Name => " ORDER BY c.sort_name, c.id",
        SortKey::City if down => " ORDER BY c.sort_city DESC, c.id DESC",
        SortKey::City => " ORDER BY c.sort_city, c.id",
        SortKey::Status if down => " ORDER BY c.status DESC, c.id DESC",
        SortKey::Status => " ORDER BY c.status, c.id",
        SortKey::CreatedAt if down => " ORDER BY c.created_at DESC, c.id DESC",
        SortKey::CreatedAt => " ORDER BY c.created_at, c.id",
        SortKey::UpdatedAt if down => " ORDER BY c.updated_at DESC, c.id DESC",
        SortKey::UpdatedAt => " ORDER BY c.updated_at, c.id",
        SortKey::StatusSince if down => " ORDER BY c.status_since DESC, c.id DESC",
        SortKey::StatusSince => " ORDER BY c.status_since, c.id",
    });
}
