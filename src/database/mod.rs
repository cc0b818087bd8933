//! One SQL text on two engines: a thin layer over sqlx that every repository writes against.
//!
//! Here: connecting, transactions, statements, the builder for optional filters, and the dozen real
//! differences (`dialect`). Not here: any statement of the business.

mod builder;
mod dialect;
mod error;
mod migrations;
mod statement;
mod transaction;

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

pub use builder::Builder;
pub use dialect::{Dialect, Lock};
pub use error::{DatabaseError, OnUnique};
pub use sqlx::FromRow;
pub use sqlx::types::Json;
pub use statement::{Param, Record, Statement};
pub use transaction::Transaction;

/// How long a caller waits for a free connection before it is told `Unavailable`.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// The database of the process, on one of two engines; cheap to clone.
#[derive(Clone, Debug)]
pub enum Database {
    /// One writer, many readers, in WAL mode.
    Sqlite {
        /// A pool of exactly one connection, so that writers queue here and never meet `SQLITE_BUSY`.
        writer: SqlitePool,
        /// Connections that cannot write.
        readers: SqlitePool,
    },
    /// PostgreSQL 15 or newer.
    Postgres(PgPool),
}

impl Database {
    /// Connects to `sqlite://path` (created when missing) or `postgres://…`. Migrates nothing.
    pub async fn connect(url: &str) -> Result<Self, DatabaseError> {
        if url.starts_with("sqlite:") { Self::connect_sqlite(url).await } else { Self::connect_postgres(url).await }
    }

    async fn connect_sqlite(url: &str) -> Result<Self, DatabaseError> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("temp_store", "memory")
            .pragma("mmap_size", "2147418112")
            .pragma("cache_size", "-65536")
            .pragma("recursive_triggers", "on")
            .statement_cache_capacity(256);
        if let Some(folder) = options.get_filename().parent() {
            std::fs::create_dir_all(folder).map_err(sqlx::Error::Io)?;
        }
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(20))
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await?;
        let cores = std::thread::available_parallelism().map_or(2, |n| u32::try_from(n.get()).unwrap_or(2));
        let readers = SqlitePoolOptions::new()
            .max_connections(cores + 2)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self::Sqlite { writer, readers })
    }

    async fn connect_postgres(url: &str) -> Result<Self, DatabaseError> {
        // A generic plan of a substring search costs a thousand times a custom one.
        let options = PgConnectOptions::from_str(url)?.application_name("isp").options([
            ("plan_cache_mode", "force_custom_plan"),
            ("jit", "off"),
            ("timezone", "UTC"),
        ]);
        let pool =
            PgPoolOptions::new().max_connections(20).acquire_timeout(ACQUIRE_TIMEOUT).connect_with(options).await?;
        Ok(Self::Postgres(pool))
    }

    /// The engine in use.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Opens a transaction that writes; dropping it rolls back.
    pub async fn begin(&self) -> Result<Transaction, DatabaseError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Transaction::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Transaction::Postgres(pool.begin().await?),
        })
    }

    /// Opens a transaction that only reads and sees one moment, however many statements it runs.
    pub async fn snapshot(&self) -> Result<Transaction, DatabaseError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Transaction::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => {
                Transaction::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    /// A connection for single reads, without the cost of a transaction around them.
    pub async fn read(&self) -> Result<Transaction, DatabaseError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Transaction::SqliteRead(readers.acquire().await?),
            Self::Postgres(pool) => Transaction::PostgresRead(pool.acquire().await?),
        })
    }

    /// Brings the schema up to date; several processes may try at once.
    pub async fn migrate(&self) -> Result<(), DatabaseError> {
        migrations::run(self).await
    }

    /// Is the schema that of this program?
    pub async fn is_migrated(&self) -> Result<bool, DatabaseError> {
        migrations::is_current(self).await
    }

    /// Lets the engine refresh its statistics where they are worn; cheap, meant for an hourly run.
    pub async fn optimize(&self) -> Result<(), DatabaseError> {
        match self {
            Self::Sqlite { writer, .. } => {
                sqlx::query("PRAGMA analysis_limit = 1000").execute(writer).await?;
                sqlx::query("PRAGMA optimize").execute(writer).await?;
            }
            Self::Postgres(pool) => {
                sqlx::query("ANALYZE").execute(pool).await?;
            }
        }
        Ok(())
    }

    /// Connections in use and open, for the metrics.
    pub fn connections(&self) -> (u32, u32) {
        let of = |size: u32, idle: usize| (size.saturating_sub(u32::try_from(idle).unwrap_or(size)), size);
        match self {
            Self::Sqlite { writer, readers } => {
                of(writer.size() + readers.size(), writer.num_idle() + readers.num_idle())
            }
            Self::Postgres(pool) => of(pool.size(), pool.num_idle()),
        }
    }

    /// Waits for running statements and closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
