//! One statement with its parameters, run on whichever engine the transaction belongs to.

use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Decode, Encode, FromRow, Postgres, Row, SqlStr, Sqlite, Type};

use super::{DatabaseError, Transaction};

/// A value that both engines can take as a parameter.
pub trait Param<'q>: Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres> {}
impl<'q, T> Param<'q> for T where T: Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres> {}

/// A row that both engines can give; `#[derive(FromRow)]` satisfies it.
pub trait Record: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Record for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// A single column that both engines can give.
pub trait Scalar:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> + Send + Unpin
{
}
impl<T> Scalar for T where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> + Send + Unpin
{
}

/// A statement on its way; end it with one of the `fetch_…` methods or `execute`.
pub struct Statement<'t>(Inner<'t>);

enum Inner<'t> {
    Sqlite(&'t mut SqliteConnection, Query<'static, Sqlite, SqliteArguments>),
    Postgres(&'t mut PgConnection, Query<'static, Postgres, PgArguments>),
}

impl<'t> Statement<'t> {
    pub(super) fn new(tx: &'t mut Transaction, sql: SqlStr) -> Self {
        Self::with_arguments(tx, sql, SqliteArguments::default(), PgArguments::default())
    }

    pub(super) fn with_arguments(
        tx: &'t mut Transaction,
        sql: SqlStr,
        sqlite: SqliteArguments,
        postgres: PgArguments,
    ) -> Self {
        Self(match tx {
            Transaction::Sqlite(tx) => Inner::Sqlite(tx, sqlx::query_with(sql, sqlite)),
            Transaction::SqliteRead(connection) => Inner::Sqlite(connection, sqlx::query_with(sql, sqlite)),
            Transaction::Postgres(tx) => Inner::Postgres(tx, sqlx::query_with(sql, postgres)),
            Transaction::PostgresRead(connection) => Inner::Postgres(connection, sqlx::query_with(sql, postgres)),
        })
    }

    /// Binds the next `$n`.
    #[must_use]
    pub fn bind<'v, T: Param<'v>>(self, value: T) -> Self {
        Self(match self.0 {
            Inner::Sqlite(connection, query) => Inner::Sqlite(connection, query.bind(value)),
            Inner::Postgres(connection, query) => Inner::Postgres(connection, query.bind(value)),
        })
    }

    /// Runs it and gives the number of rows it changed.
    pub async fn execute(self) -> Result<u64, DatabaseError> {
        Ok(match self.0 {
            Inner::Sqlite(connection, query) => query.execute(connection).await?.rows_affected(),
            Inner::Postgres(connection, query) => query.execute(connection).await?.rows_affected(),
        })
    }

    /// The first row, if there is one.
    pub async fn fetch_optional<R: Record>(self) -> Result<Option<R>, DatabaseError> {
        Ok(match self.0 {
            Inner::Sqlite(connection, query) => {
                query.fetch_optional(connection).await?.map(|row| R::from_row(&row)).transpose()?
            }
            Inner::Postgres(connection, query) => {
                query.fetch_optional(connection).await?.map(|row| R::from_row(&row)).transpose()?
            }
        })
    }

    /// The one row that must be there.
    pub async fn fetch_one<R: Record>(self) -> Result<R, DatabaseError> {
        self.fetch_optional().await?.ok_or(DatabaseError::Driver(sqlx::Error::RowNotFound))
    }

    /// Every row, in order.
    pub async fn fetch_all<R: Record>(self) -> Result<Vec<R>, DatabaseError> {
        Ok(match self.0 {
            Inner::Sqlite(connection, query) => {
                query.fetch_all(connection).await?.iter().map(R::from_row).collect::<Result<_, _>>()?
            }
            Inner::Postgres(connection, query) => {
                query.fetch_all(connection).await?.iter().map(R::from_row).collect::<Result<_, _>>()?
            }
        })
    }

    /// The first column of the first row, if there is one.
    pub async fn fetch_optional_value<T: Scalar>(self) -> Result<Option<T>, DatabaseError> {
        Ok(match self.0 {
            Inner::Sqlite(connection, query) => {
                query.fetch_optional(connection).await?.map(|row| row.try_get(0)).transpose()?
            }
            Inner::Postgres(connection, query) => {
                query.fetch_optional(connection).await?.map(|row| row.try_get(0)).transpose()?
            }
        })
    }

    /// The first column of the one row that must be there.
    pub async fn fetch_value<T: Scalar>(self) -> Result<T, DatabaseError> {
        self.fetch_optional_value().await?.ok_or(DatabaseError::Driver(sqlx::Error::RowNotFound))
    }

    /// The first column of every row.
    pub async fn fetch_values<T: Scalar>(self) -> Result<Vec<T>, DatabaseError> {
        Ok(match self.0 {
            Inner::Sqlite(connection, query) => {
                query.fetch_all(connection).await?.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?
            }
            Inner::Postgres(connection, query) => {
                query.fetch_all(connection).await?.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?
            }
        })
    }
}
