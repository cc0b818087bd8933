//! What can go wrong between us and the engine, with SQLite's and PostgreSQL's words made one.

use crate::shared::problem::Problem;

/// An error of the database, without anything that a client may see.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A uniqueness rule was broken; the constraint has PostgreSQL's name on both engines.
    #[error("unique constraint {constraint}")]
    Unique {
        /// For example `customers_portal_id_key`.
        constraint: String,
    },
    /// A row that is referred to does not exist, or is still referred to.
    #[error("foreign key violated")]
    ForeignKey,
    /// No connection became free in time, the server is away, or the disk is full.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A stored value does not fit its type.
    #[error("{table}.{column} holds something unreadable: {value}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// Anything else the driver says.
    #[error(transparent)]
    Driver(sqlx::Error),
    /// The schema cannot be brought up to date.
    #[error(transparent)]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        let sqlx::Error::Database(of_engine) = &error else {
            return match error {
                sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::Io(_)
                | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
                other => Self::Driver(other),
            };
        };
        if of_engine.is_unique_violation() {
            let constraint = match of_engine.constraint() {
                Some(name) => name.to_owned(),
                None => sqlite_constraint(of_engine.message()),
            };
            return Self::Unique { constraint };
        }
        if of_engine.is_foreign_key_violation() {
            return Self::ForeignKey;
        }
        // SQLite: busy, I/O error, disk full; PostgreSQL: shutting down, out of space, deadlock, serialization.
        let code = of_engine.code().unwrap_or_default().into_owned();
        let passing = ["5", "261", "517", "10", "13", "53100", "53300", "57P01", "57P02", "57P03", "40001", "40P01"];
        if passing.contains(&code.as_str()) { Self::Unavailable(error) } else { Self::Driver(error) }
    }
}

/// `UNIQUE constraint failed: customers.login, customers.x` becomes `customers_login_x_key`, and
/// `UNIQUE constraint failed: index 'name'` becomes `name`.
fn sqlite_constraint(message: &str) -> String {
    let columns = message.rsplit(": ").next().unwrap_or_default();
    if let Some(index) = columns.strip_prefix("index '") {
        return index.trim_end_matches('\'').to_owned();
    }
    let mut table = "";
    let mut names = Vec::new();
    for column in columns.split(", ") {
        if let Some((of, name)) = column.split_once('.') {
            table = of;
            names.push(name);
        }
    }
    format!("{table}_{}_key", names.join("_"))
}

impl From<DatabaseError> for Problem {
    /// The boundary: the chain goes to the log, the client learns nothing internal.
    fn from(error: DatabaseError) -> Self {
        match &error {
            DatabaseError::Unavailable(source) => {
                tracing::warn!(error = %source, "the database is not available");
                Self::Unavailable
            }
            DatabaseError::Unique { constraint } => {
                tracing::warn!(constraint, "a uniqueness rule was broken and nobody named it");
                Self::conflict("not_unique", "Something with the same unique value exists already.")
            }
            other => {
                tracing::error!(error = ?other, "database error");
                Self::Internal
            }
        }
    }
}

/// Turns a broken uniqueness rule into the problem it means at this place.
pub trait OnUnique<T> {
    /// `constraint` is PostgreSQL's name for it, on both engines.
    fn on_unique(self, constraint: &str, problem: impl FnOnce() -> Problem) -> Result<T, Problem>;
}

impl<T> OnUnique<T> for Result<T, DatabaseError> {
    fn on_unique(self, constraint: &str, problem: impl FnOnce() -> Problem) -> Result<T, Problem> {
        match self {
            Err(DatabaseError::Unique { constraint: broken }) if broken == constraint => Err(problem()),
            other => Ok(other?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sqlite_constraint;

    #[test]
    fn sqlite_speaks_of_constraints_like_postgresql() {
        assert_eq!(sqlite_constraint("UNIQUE constraint failed: customers.login"), "customers_login_key");
        assert_eq!(sqlite_constraint("UNIQUE constraint failed: c.a, c.b"), "c_a_b_key");
        assert_eq!(sqlite_constraint("UNIQUE constraint failed: index 'customers_email_key'"), "customers_email_key");
    }
}
