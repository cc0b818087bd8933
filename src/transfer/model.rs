//! What an import is, what a dry run found, and what came of it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::mapping::Mapping;
use crate::jobs::JobView;
use crate::shared::id::ImportId;
use crate::shared::problem::Problem;
use crate::shared::words::words;

/// Bytes of a file at most.
pub const MAX_FILE: usize = 32 << 20;
/// Rows of a file at most.
pub const MAX_ROWS: usize = 500_000;
/// Bad rows that a report shows; all of them can be downloaded.
pub const MAX_SHOWN: usize = 1_000;

words! {
    /// Where an import stands.
    ImportState {
        Uploaded = "uploaded", "Uploaded";
        Checked = "checked", "Checked";
        Committing = "committing", "Importing";
        Done = "done", "Done";
        Cancelled = "cancelled", "Cancelled";
        Failed = "failed", "Failed";
    }
}

/// What is wrong with a row, in one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reason {
    /// The column of the file; empty for the row as a whole.
    pub column: String,
    /// The customer's field.
    pub field: String,
    /// A stable code.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

/// A row that cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BadRow {
    /// The line of the file where the row begins; the header is line 1.
    pub line: i64,
    /// Everything that is wrong with it.
    pub reasons: Vec<Reason>,
}

/// What a dry run found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Report {
    /// Rows of the file.
    pub total: i64,
    /// Rows that become customers.
    pub to_create: i64,
    /// Rows whose customers are there already.
    pub known: i64,
    /// Rows that cannot be imported.
    pub bad: i64,
    /// The first of the bad rows.
    pub bad_rows: Vec<BadRow>,
}

/// One import in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImportSummary {
    /// The id.
    pub id: ImportId,
    /// The file's name.
    pub file_name: String,
    /// Where it stands.
    pub state: ImportState,
    /// Customers it has created.
    pub created: i64,
    /// Rows whose customers were there already.
    pub skipped: i64,
    /// Rows that could not be imported.
    pub rejected: i64,
    /// Who uploaded the file.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// One import with all that its page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImportDetails {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: ImportSummary,
    /// The columns of the file.
    pub headers: Vec<String>,
    /// The first rows of the file.
    pub samples: Vec<Vec<String>>,
    /// How the file is read: as chosen, else as guessed.
    pub mapping: Mapping,
    /// What the last dry run found.
    pub report: Option<Report>,
    /// The job that imports the rows.
    pub job: Option<JobView>,
}

/// What an import came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImportOutcome {
    /// The import.
    pub id: ImportId,
    /// Where it stands now: `checked` after a dry run.
    pub state: ImportState,
    /// What the dry run found.
    pub report: Report,
    /// Customers that were created.
    pub created: i64,
    /// Rows whose customers were there already.
    pub skipped: i64,
    /// Rows that could not be imported.
    pub rejected: i64,
}

impl fmt::Display for ImportOutcome {
    /// The outcome for a terminal, with the bad rows that the report shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.report.bad_rows {
            writeln!(f, "line {}: {}", row.line, sentences(&row.reasons))?;
        }
        if self.state == ImportState::Checked {
            let Report { total, to_create, known, bad, .. } = self.report;
            writeln!(f, "{total} rows: {to_create} to create, {known} already there, {bad} bad")
        } else {
            let Self { created, skipped, rejected, .. } = self;
            writeln!(f, "{created} customers created, {skipped} already there, {rejected} rejected")
        }
    }
}

/// Everything that is wrong with a row: `Email: Another customer has this e-mail address.`
pub fn sentences(reasons: &[Reason]) -> String {
    let sentences: Vec<String> = reasons
        .iter()
        .map(|one| if one.column.is_empty() { one.message.clone() } else { format!("{}: {}", one.column, one.message) })
        .collect();
    sentences.join(" ")
}

/// Why a file is refused, by a word that fits into a URL. The error names the field `file`.
pub fn file_problem(code: &str) -> Option<Problem> {
    let message = match code {
        "required" => "Please choose a CSV file.",
        "too_large" => "The file is larger than 32 MB. Please split it.",
        "too_many_rows" => "The file has more than 500,000 rows. Please split it.",
        "empty" => "The file needs a line of column names and at least one row.",
        "not_csv" => "This is not a CSV file. Save the table as CSV (UTF-8) and try again.",
        "unreadable" => "The file could not be read.",
        _ => return None,
    };
    Some(Problem::field_error("file", code, message))
}
