//! The real differences between the engines, all of them.

/// Which engine a transaction belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3, built in.
    Sqlite,
    /// PostgreSQL 15 or newer.
    Postgres,
}

/// What transactions of several processes wait for each other on (advisory locks on PostgreSQL; on
/// SQLite the writer is alone anyway).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i64)]
pub enum Lock {
    /// Records are changed one transaction at a time: the audit chain has one head, counts and
    /// uniqueness are checked against what is committed.
    Changes = 0x15f0_0001,
    /// The first administrator is being made.
    SetUp = 0x15f0_0002,
}

/// Numbers that are never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// The number in a customer's portal id.
    PortalId,
}

impl Sequence {
    /// Its name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PortalId => "portal_id_numbers",
        }
    }
}

impl Dialect {
    /// Draws `$2` numbers of the sequence `$1`; one value: the first of them.
    pub(super) fn draw_sql(self) -> &'static str {
        match self {
            Self::Sqlite => "UPDATE sequences SET value = value + $2 WHERE name = $1 RETURNING value - $2 + 1",
            // One call draws one number; the sum keeps every call, the minimum is the first.
            Self::Postgres => "SELECT MIN(nextval(CAST($1 AS regclass))) FROM generate_series(1, $2)",
        }
    }

    /// Appended to a `SELECT` that claims work: rows that another process holds are passed over.
    pub fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }
}
