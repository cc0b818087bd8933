//! Statements of optional parts: text is literal, values are always bound.

use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments, AssertSqlSafe, SqlSafeStr};

use super::statement::Param;
use super::{DatabaseError, Dialect, Statement, Transaction};

/// Collects literal SQL and bound values; `finish` makes a [`Statement`] of them.
pub struct Builder<'t> {
    tx: &'t mut Transaction,
    sql: String,
    bound: usize,
    sqlite: SqliteArguments,
    postgres: PgArguments,
    failed: Option<DatabaseError>,
}

impl<'t> Builder<'t> {
    pub(super) fn new(tx: &'t mut Transaction, sql: &'static str) -> Self {
        Self {
            tx,
            sql: sql.to_owned(),
            bound: 0,
            sqlite: SqliteArguments::default(),
            postgres: PgArguments::default(),
            failed: None,
        }
    }

    /// The engine in use.
    pub fn dialect(&self) -> Dialect {
        self.tx.dialect()
    }

    /// Appends literal SQL; text that comes from a person does not compile here.
    pub fn push(&mut self, sql: &'static str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Appends a placeholder and binds its value.
    pub fn push_bind<'v, T: Param<'v>>(&mut self, value: T) -> &mut Self {
        let added = match self.tx.dialect() {
            Dialect::Sqlite => self.sqlite.add(value),
            Dialect::Postgres => self.postgres.add(value),
        };
        if let Err(error) = added {
            self.failed.get_or_insert(DatabaseError::Driver(sqlx::Error::Encode(error)));
        }
        match self.tx.dialect() {
            // Looking up the name of each of thousands of parameters costs more than the statement.
            Dialect::Sqlite => self.sql.push('?'),
            Dialect::Postgres => {
                self.bound += 1;
                self.sql.push('$');
                self.sql.push_str(&self.bound.to_string());
            }
        }
        self
    }

    /// Appends `($1, $2, …)`; an empty list becomes `(NULL)`, which matches nothing.
    pub fn push_list<'v, T: Param<'v>>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        let mut separator = "(";
        for value in values {
            self.sql.push_str(separator);
            self.push_bind(value);
            separator = ", ";
        }
        self.sql.push_str(if separator == "(" { "(NULL)" } else { ")" });
        self
    }

    /// The statement, ready to run.
    pub fn finish(self) -> Result<Statement<'t>, DatabaseError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let sql = AssertSqlSafe(self.sql).into_sql_str();
        Ok(Statement::with_arguments(self.tx, sql, self.sqlite, self.postgres))
    }
}
