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

impl Dialect {
    /// Appended to a `SELECT` that claims work: rows that another process holds are passed over.
    pub fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }
}
