//! A transaction on either engine, with one shape for every repository.

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite};

use super::{Builder, DatabaseError, Dialect, Lock, Statement};

/// A transaction, or a bare connection for single reads; dropped without `commit`, it rolls back.
#[derive(Debug)]
pub enum Transaction {
    /// On SQLite.
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(sqlx::Transaction<'static, Postgres>),
    /// A reader of SQLite outside any transaction.
    SqliteRead(PoolConnection<Sqlite>),
    /// A connection to PostgreSQL outside any transaction.
    PostgresRead(PoolConnection<Postgres>),
}

impl Transaction {
    /// A fixed statement with `$1 …` placeholders.
    pub fn query(&mut self, sql: &'static str) -> Statement<'_> {
        Statement::new(self, sqlx::SqlSafeStr::into_sql_str(sql))
    }

    /// A statement of optional parts; see [`Builder`].
    pub fn build(&mut self, sql: &'static str) -> Builder<'_> {
        Builder::new(self, sql)
    }

    /// Waits until no other transaction holds the lock, then holds it to the end of this one.
    pub async fn lock(&mut self, lock: Lock) -> Result<(), DatabaseError> {
        if self.dialect() == Dialect::Postgres {
            self.query("SELECT pg_advisory_xact_lock($1)").bind(lock as i64).execute().await?;
        }
        Ok(())
    }

    /// Makes everything durable.
    pub async fn commit(self) -> Result<(), DatabaseError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
            Self::SqliteRead(_) | Self::PostgresRead(_) => {}
        }
        Ok(())
    }

    /// The engine in use.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) | Self::SqliteRead(_) => Dialect::Sqlite,
            Self::Postgres(_) | Self::PostgresRead(_) => Dialect::Postgres,
        }
    }
}
