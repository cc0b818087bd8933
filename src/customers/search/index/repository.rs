//! Asking the index of substrings: full-text expressions on SQLite; PostgreSQL finds its way itself.

use super::super::checked::CheckedFilter;
use super::super::model::COUNT_CAP;
use super::super::words::Word;
use super::rarity::{Rarity, SAMPLE};
use crate::database::{DatabaseError, Dialect, Transaction};

/// What the substring index can be asked.
pub(in super::super) enum IndexTerms {
    /// There are no words, or none that the index knows: conditions on columns decide.
    None,
    /// SQLite: a full-text expression; `settled` when it says all there is to say about words of three
    /// or more characters, else the rows it finds are checked.
    Fts { expression: String, settled: bool },
    /// PostgreSQL: patterns and pairs stand in the statement itself.
    Trigrams,
}

/// `None` when a word cannot match at all.
pub(in super::super) async fn index_terms(
    tx: &mut Transaction,
    filter: &CheckedFilter,
    rarity: &Rarity,
) -> Result<Option<IndexTerms>, DatabaseError> {
    let parts: Vec<(&str, Option<&str>)> = filter
        .words
        .iter()
        .filter_map(|word| match word {
            Word::Part { text, digits } => Some((text.as_str(), digits.as_deref())),
            Word::Id(_) => None,
        })
        .chain(filter.texts_of_conditions().map(|text| (text, None)))
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
pub(in super::super) async fn sample(tx: &mut Transaction) -> Result<Rarity, DatabaseError> {
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
