//! The schema's history, embedded in the binary; the same names on both engines, forward only.

use sqlx::migrate::{Migrate, Migrator};

use super::{Database, DatabaseError};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Runs what is missing, under the engine's own lock.
pub(super) async fn run(database: &Database) -> Result<(), DatabaseError> {
    match database {
        Database::Sqlite { writer, .. } => SQLITE.run(writer).await?,
        Database::Postgres(pool) => POSTGRES.run(pool).await?,
    }
    Ok(())
}

/// Has every migration of this program been run?
pub(super) async fn is_current(database: &Database) -> Result<bool, DatabaseError> {
    let (applied, known) = match database {
        Database::Sqlite { readers, .. } => {
            (readers.acquire().await?.list_applied_migrations("_sqlx_migrations").await?, &SQLITE)
        }
        Database::Postgres(pool) => {
            (pool.acquire().await?.list_applied_migrations("_sqlx_migrations").await?, &POSTGRES)
        }
    };
    Ok(known.iter().all(|migration| applied.iter().any(|done| done.version == migration.version)))
}
