//! The conditions of a filter as SQL on `customers c`, the same answers on both engines.
//!
//! With an index to be used, columns stand plain. Where another index already leads the way, they are
//! written as expressions (`c.status || ''`), so that neither engine is tempted to leave it.

use super::super::repository::push_scope;
use super::checked::{CheckedFilter, Days, LabelsMode};
use super::fields::{Condition, Kind, Operand, Operator, RecordField, Target, start_of};
use super::model::SortKey;
use super::words::Word;
use crate::database::{Builder, Dialect};
use crate::shared::id::LabelId;
use crate::shared::permission::Scope;
use crate::shared::text::escape_like;

/// What is compared, in SQL.
#[derive(Clone, Copy)]
pub(super) struct Expression {
    before: &'static str,
    column: &'static str,
    after: &'static str,
}

impl Expression {
    /// The column itself, with its indexes.
    pub(super) fn plain(column: &'static str) -> Self {
        Self { before: "", column, after: "" }
    }

    /// A column of text or words without its indexes.
    fn text(column: &'static str) -> Self {
        Self { before: "(", column, after: " || '')" }
    }

    /// A column of numbers without its indexes.
    fn number(column: &'static str) -> Self {
        Self { before: "(", column, after: " + 0)" }
    }

    /// A column of times without its indexes on SQLite; PostgreSQL knows how many rows a span has.
    fn time(column: &'static str, dialect: Dialect) -> Self {
        let before = if dialect == Dialect::Sqlite { "+" } else { "" };
        Self { before, column, after: "" }
    }

    /// A text with its ASCII letters in lower case: all that SQLite's function changes, and PostgreSQL's in
    /// that collation.
    fn lower(column: &'static str, dialect: Dialect) -> Self {
        let after = if dialect == Dialect::Sqlite { ")" } else { " COLLATE \"C\")" };
        Self { before: "LOWER(", column, after }
    }

    fn push(self, sql: &mut Builder<'_>) {
        sql.push(self.before).push(self.column).push(self.after);
    }
}

/// The column that a list is sorted by, beside the id.
pub(super) fn sort_column(sort: SortKey) -> &'static str {
    match sort {
        SortKey::Id | SortKey::Relevance => "c.id",
        SortKey::Name => "c.sort_name",
        SortKey::City => "c.sort_city",
        SortKey::Status => "c.status",
        SortKey::CreatedAt => "c.created_at",
        SortKey::UpdatedAt => "c.updated_at",
        SortKey::StatusSince => "c.status_since",
    }
}

/// Everything but words; `indexed` while any index of the columns may lead.
pub(super) fn push_fields(sql: &mut Builder<'_>, scope: &Scope, filter: &CheckedFilter, indexed: bool) {
    push_facet_fields(sql, filter, indexed);
    push_labels(sql, filter);
    push_other_fields(sql, scope, filter, indexed);
    push_scope(sql, scope);
}

/// Living or deleted.
pub(super) fn push_state(sql: &mut Builder<'_>, filter: &CheckedFilter) {
    sql.push(if filter.deleted { "c.deleted_at IS NOT NULL" } else { "c.deleted_at IS NULL" });
}

/// Status, category, partner and location: of `customers c`, or of kept counts under the same name.
pub(super) fn push_facet_fields(sql: &mut Builder<'_>, filter: &CheckedFilter, indexed: bool) {
    any_of(sql, "c.status", indexed, filter.status.iter().map(|one| one.as_str()).collect());
    any_of(sql, "c.category", indexed, filter.category.iter().map(|one| one.as_str()).collect());
    if !filter.partners.is_empty() {
        sql.push(if indexed { " AND c.partner_id IN " } else { " AND (c.partner_id + 0) IN " });
        sql.push_list(filter.partners.iter().copied());
    }
    if !filter.locations.is_empty() {
        sql.push(if indexed { " AND c.location_id IN " } else { " AND (c.location_id + 0) IN " });
        sql.push_list(filter.locations.iter().copied());
    }
}

fn any_of(sql: &mut Builder<'_>, column: &'static str, indexed: bool, values: Vec<&str>) {
    if !values.is_empty() {
        sql.push(" AND ");
        (if indexed { Expression::plain(column) } else { Expression::text(column) }).push(sql);
        sql.push(" IN ").push_list(values);
    }
}

/// Ends the query of an `EXISTS`. SQLite 3.51 makes a join of one without a limit, and then counts a row several
/// times while it passes over the rows before an `OFFSET`.
const ONE: &str = " LIMIT 1)";

/// Whoever wears all, any or none of the labels, as the filter says.
pub(super) fn push_labels(sql: &mut Builder<'_>, filter: &CheckedFilter) {
    match filter.labels_mode {
        _ if filter.labels.is_empty() => {}
        LabelsMode::All => {
            for label in &filter.labels {
                push_worn(sql, " AND EXISTS (", filter, &[*label]);
            }
        }
        LabelsMode::Any => push_worn(sql, " AND EXISTS (", filter, &filter.labels),
        LabelsMode::None => push_worn(sql, " AND NOT EXISTS (", filter, &filter.labels),
    }
}

fn push_worn(sql: &mut Builder<'_>, begin: &'static str, filter: &CheckedFilter, labels: &[LabelId]) {
    sql.push(begin).push("SELECT 1 FROM customer_labels w WHERE w.customer_id = c.id AND w.removed_at IS NULL");
    sql.push(" AND (w.expires_at IS NULL OR w.expires_at > ").push_bind(filter.now).push(")");
    sql.push(" AND w.label_id IN ").push_list(labels.iter().copied()).push(ONE);
}

/// What neither words nor facets are about.
fn push_other_fields(sql: &mut Builder<'_>, scope: &Scope, filter: &CheckedFilter, indexed: bool) {
    any_of(sql, "c.sort_city", indexed, filter.city.iter().map(String::as_str).collect());
    any_of(sql, "c.country", indexed, filter.country.iter().map(String::as_str).collect());
    push_tree(sql, scope, filter, indexed);
    push_holds(sql, filter);
    if let Some(missing) = filter.missing_email {
        sql.push(if missing { " AND c.email IS NULL" } else { " AND c.email IS NOT NULL" });
    }
    push_days(sql, filter, "c.created_at", filter.created, indexed);
    push_days(sql, filter, "c.updated_at", filter.updated, indexed);
    push_days(sql, filter, "c.status_since", filter.status_since, indexed);
    for condition in &filter.conditions {
        match &condition.target {
            Target::Column(field) => {
                push_column(sql, scope, field, condition, indexed || keeps(filter, field.column));
            }
            Target::Custom { id, .. } => {
                let none = condition.op.holds_for_none();
                sql.push(if none { " AND NOT EXISTS (" } else { " AND EXISTS (" });
                sql.push("SELECT 1 FROM custom_field_values v WHERE v.customer_id = c.id AND v.field_id = ");
                sql.push_bind(*id);
                push_value_test(sql, condition, Expression::plain("v.sort_key"));
                sql.push(ONE);
            }
        }
    }
}

/// A column may lead when the list is sorted by it.
fn keeps(filter: &CheckedFilter, column: &'static str) -> bool {
    sort_column(filter.sort) == column
}

fn push_tree(sql: &mut Builder<'_>, scope: &Scope, filter: &CheckedFilter, indexed: bool) {
    if let Some(parent) = filter.parent {
        sql.push(if indexed { " AND c.parent_id = " } else { " AND (c.parent_id + 0) = " }).push_bind(parent);
        push_seen_parent(sql, scope);
    }
    if let Some(has_parent) = filter.has_parent {
        sql.push(if has_parent { " AND (c.parent_id + 0) IS NOT NULL" } else { " AND c.parent_id IS NULL" });
    }
    if let Some(has_children) = filter.has_children {
        sql.push(if has_children { " AND EXISTS (" } else { " AND NOT EXISTS (" });
        if *scope == Scope::all() {
            sql.push("SELECT 1 FROM customer_branches b WHERE b.customer_id = c.id");
        } else {
            sql.push("SELECT 1 FROM branch_counts k WHERE k.customer_id = c.id AND k.children > 0");
            push_scope_of_other(sql, scope);
        }
        sql.push(ONE);
    }
    if filter.levels.is_empty() {
        return;
    }
    sql.push(if filter.levels.contains(&1) { " AND (c.parent_id IS NULL OR " } else { " AND (" });
    sql.push("EXISTS (SELECT 1 FROM customer_branches b WHERE b.customer_id = c.parent_id AND b.level IN ");
    sql.push_list(parent_levels(filter)).push(ONE).push(")");
}

/// Whoever asks for a parent must see it: else an id could be guessed.
fn push_seen_parent(sql: &mut Builder<'_>, scope: &Scope) {
    if *scope != Scope::all() {
        sql.push(" AND EXISTS (SELECT 1 FROM customers k WHERE k.id = c.parent_id");
        push_scope_of_other(sql, scope);
        sql.push(ONE);
    }
}

/// The scope of a row `k` beside that of `customers c`.
fn push_scope_of_other(sql: &mut Builder<'_>, scope: &Scope) {
    if let Some(partners) = &scope.partners {
        sql.push(" AND k.partner_id IN ").push_list(partners.iter().copied());
    }
    if let Some(locations) = &scope.locations {
        sql.push(" AND k.location_id IN ").push_list(locations.iter().copied());
    }
}

/// The levels of the branches whose children are wanted.
pub(super) fn parent_levels(filter: &CheckedFilter) -> impl Iterator<Item = i64> {
    filter.levels.iter().filter(|level| **level > 1).map(|level| level - 1)
}

fn push_holds(sql: &mut Builder<'_>, filter: &CheckedFilter) {
    if let Some(open) = filter.open_hold {
        sql.push(if open { " AND EXISTS (" } else { " AND NOT EXISTS (" });
        sql.push("SELECT 1 FROM customer_holds h WHERE h.customer_id = c.id AND h.closed_at IS NULL").push(ONE);
    }
    if !filter.holds.is_empty() {
        sql.push(" AND EXISTS (SELECT 1 FROM customer_holds h WHERE h.customer_id = c.id AND h.closed_at IS NULL");
        sql.push(" AND h.reason IN ").push_list(filter.holds.iter().map(|reason| reason.as_str())).push(ONE);
    }
}

fn push_days(sql: &mut Builder<'_>, filter: &CheckedFilter, column: &'static str, days: Days, indexed: bool) {
    let plain = indexed || keeps(filter, column);
    let time = if plain { Expression::plain(column) } else { Expression::time(column, sql.dialect()) };
    if let Some(from) = days.from {
        sql.push(" AND ");
        time.push(sql);
        sql.push(" >= ").push_bind(start_of(from));
    }
    if let Some(after) = days.to.and_then(|to| to.succ_opt()) {
        sql.push(" AND ");
        time.push(sql);
        sql.push(" < ").push_bind(start_of(after));
    }
}

fn push_column(sql: &mut Builder<'_>, scope: &Scope, field: &RecordField, condition: &Condition, plain: bool) {
    let dialect = sql.dialect();
    let compared = match field.kind {
        Kind::Text => Expression::lower(field.column, dialect),
        Kind::Folded(column) if plain => Expression::plain(column),
        Kind::Folded(column) => Expression::text(column),
        Kind::Word(_) if !plain => Expression::text(field.column),
        Kind::Number if !plain => Expression::number(field.column),
        Kind::Day | Kind::Time if !plain => Expression::time(field.column, dialect),
        _ => Expression::plain(field.column),
    };
    sql.push(" AND (").push(field.column);
    match condition.op {
        Operator::IsNull => {
            sql.push(" IS NULL");
        }
        Operator::Ne | Operator::Nin => {
            sql.push(" IS NULL OR NOT (1 = 1");
            push_column_test(sql, scope, condition, compared);
            sql.push(")");
        }
        _ => {
            sql.push(" IS NOT NULL");
            push_column_test(sql, scope, condition, compared);
        }
    }
    sql.push(")");
}

/// ` AND …` the comparison of a column; a parent that the scope does not show equals nothing.
fn push_column_test(sql: &mut Builder<'_>, scope: &Scope, condition: &Condition, compared: Expression) {
    push_value_test(sql, condition, compared);
    if compared.column == "c.parent_id" && !condition.values.is_empty() {
        push_seen_parent(sql, scope);
    }
}

/// ` AND …` the comparison itself; `ne` and `nin` as if they were `eq` and `in`, tests for nothing not at all.
pub(super) fn push_value_test(sql: &mut Builder<'_>, condition: &Condition, compared: Expression) {
    let [first, others @ ..] = condition.values.as_slice() else { return };
    sql.push(" AND ");
    match condition.op {
        Operator::Contains => {
            sql.push("REPLACE(");
            compared.push(sql);
            sql.push(", ");
            push_operand(sql, first);
            sql.push(", '') <> ");
            compared.push(sql);
        }
        Operator::StartsWith => {
            sql.push("SUBSTR(");
            compared.push(sql);
            sql.push(", 1, LENGTH(");
            push_operand(sql, first);
            sql.push(")) = ");
            push_operand(sql, first);
        }
        Operator::Between => {
            push_bound(sql, Operator::Gte, first, compared);
            for last in others {
                sql.push(" AND ");
                push_bound(sql, Operator::Lte, last, compared);
            }
        }
        op if op.is_order() => push_bound(sql, op, first, compared),
        _ => push_any(sql, &condition.values, compared),
    }
}

fn push_any(sql: &mut Builder<'_>, values: &[Operand], compared: Expression) {
    for (i, value) in values.iter().enumerate() {
        sql.push(if i == 0 { "(" } else { " OR " });
        if let Operand::Span(from, until) = value {
            sql.push("(");
            compared.push(sql);
            sql.push(" >= ").push_bind(*from).push(" AND ");
            compared.push(sql);
            sql.push(" < ").push_bind(*until).push(")");
        } else {
            compared.push(sql);
            sql.push(" = ");
            push_operand(sql, value);
        }
    }
    sql.push(")");
}

fn push_bound(sql: &mut Builder<'_>, op: Operator, value: &Operand, compared: Expression) {
    compared.push(sql);
    match (op, value) {
        (Operator::Lte, Operand::Span(_, until)) => sql.push(" < ").push_bind(*until),
        (Operator::Gt, Operand::Span(_, until)) => sql.push(" >= ").push_bind(*until),
        (Operator::Lt, Operand::Span(from, _)) => sql.push(" < ").push_bind(*from),
        (_, Operand::Span(from, _)) => sql.push(" >= ").push_bind(*from),
        (op, value) => {
            sql.push(match op {
                Operator::Lt => " < ",
                Operator::Lte => " <= ",
                Operator::Gt => " > ",
                _ => " >= ",
            });
            push_operand(sql, value);
            sql
        }
    };
}

fn push_operand(sql: &mut Builder<'_>, value: &Operand) {
    match value {
        Operand::Text(text) => sql.push_bind(text.as_str()),
        Operand::Number(number) => sql.push_bind(*number),
        Operand::Flag(flag) => sql.push_bind(*flag),
        Operand::Day(day) => sql.push_bind(*day),
        Operand::Span(from, _) => sql.push_bind(*from),
    };
}

/// A word somewhere in `search_text`: `first` and `or` begin its comparisons.
pub(super) fn push_word(sql: &mut Builder<'_>, word: &Word, first: &'static str, or: &'static str) {
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

/// Every condition, and no index of words or fields is used for any of them.
pub(super) fn push_walk(sql: &mut Builder<'_>, scope: &Scope, filter: &CheckedFilter) {
    push_state(sql, filter);
    for word in &filter.words {
        push_word(sql, word, " AND ((c.search_text || '') LIKE ", " OR (c.search_text || '') LIKE ");
    }
    push_fields(sql, scope, filter, false);
}
