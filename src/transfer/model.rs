//! What an import is, what a dry run found, and what came of it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::mapping::Mapping;
use crate::customers::Status;
use crate::jobs::JobView;
use crate::shared::id::ImportId;
use crate::shared::problem::Problem;
use crate::shared::words::words;
use crate::ui::format::{count, plural};

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

/// A label that rows give to their customers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LabelName {
    /// The name; upper and lower case and accents do not count.
    pub name: String,
    /// The category it is made in when it does not exist.
    pub category: Option<String>,
}

/// How many rows come to a status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StatusCount {
    /// The status.
    pub status: Status,
    /// The rows.
    pub rows: i64,
}

/// What rows bring to their customers besides the record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Brought {
    /// Customers by their status, if it is not `new`.
    pub statuses: Vec<StatusCount>,
    /// Customers that stay `new`, because there is no way to contact them.
    pub stay_new: i64,
    /// Customers that get a label.
    pub labelled: i64,
    /// Customers that get an address.
    pub addresses: i64,
}

impl Brought {
    /// Is there nothing?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Counts one more customer of this status.
    pub fn count(&mut self, status: Status) {
        self.add(status, 1);
    }

    /// Adds what another part of the file has brought.
    pub fn extend(&mut self, other: &Self) {
        for one in &other.statuses {
            self.add(one.status, one.rows);
        }
        self.stay_new += other.stay_new;
        self.labelled += other.labelled;
        self.addresses += other.addresses;
    }

    fn add(&mut self, status: Status, rows: i64) {
        match self.statuses.iter_mut().find(|one| one.status == status) {
            Some(one) => one.rows += rows,
            None => self.statuses.push(StatusCount { status, rows }),
        }
    }

    /// What it is, in sentences: `1,869 become terminated.`
    pub fn sentences(&self) -> Vec<String> {
        let statuses = self.statuses.iter().map(|one| (one.rows, "become", one.status.label().to_lowercase()));
        let others = [
            (self.stay_new, "stay new:", "no way to contact them".to_owned()),
            (self.labelled, "get", "labels".to_owned()),
            (self.addresses, "get", "an address".to_owned()),
        ];
        let told = statuses.chain(others).filter(|(rows, ..)| *rows > 0);
        told.map(|(rows, verb, what)| format!("{} {verb} {what}.", count(rows))).collect()
    }
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
    /// The labels of the rows that become customers.
    #[serde(default)]
    pub labels: Vec<LabelName>,
    /// Those among them that are made before the first row, by name.
    #[serde(default)]
    pub new_labels: Vec<String>,
    /// Custom fields that are made before the first row, by title.
    #[serde(default)]
    pub new_fields: Vec<String>,
    /// What the rows would bring to their customers.
    #[serde(default)]
    pub brings: Brought,
    /// What they have brought so far; nothing after a dry run.
    #[serde(default)]
    pub brought: Brought,
}

impl Report {
    /// What is made before the first row: `3 labels and 2 custom fields`; `None` when there is nothing to make.
    pub fn made(&self) -> Option<String> {
        let part = |names: &[String], one: &str, many: &str| {
            let number = i64::try_from(names.len()).unwrap_or(i64::MAX);
            (number > 0).then(|| plural(number, one, many))
        };
        let labels = part(&self.new_labels, "label", "labels");
        let fields = part(&self.new_fields, "custom field", "custom fields");
        let parts: Vec<String> = [labels, fields].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" and "))
    }
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
    /// What the others have brought to their customers.
    pub brought: Brought,
}

impl fmt::Display for ImportOutcome {
    /// The outcome for a terminal, with the bad rows that the report shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.report.bad_rows {
            writeln!(f, "line {}: {}", row.line, sentences(&row.reasons))?;
        }
        if self.state == ImportState::Checked {
            let Report { total, to_create, known, bad, .. } = self.report;
            writeln!(f, "{total} rows: {to_create} to create, {known} already there, {bad} bad")?;
            if let Some(made) = self.report.made() {
                writeln!(f, "{made} will be created")?;
            }
            self.report.brings.sentences().iter().try_for_each(|sentence| writeln!(f, "{sentence}"))
        } else {
            let Self { created, skipped, rejected, .. } = self;
            writeln!(f, "{created} customers created, {skipped} already there, {rejected} rejected")?;
            if let Some(made) = self.report.made() {
                writeln!(f, "{made} created")?;
            }
            self.brought.sentences().iter().try_for_each(|sentence| writeln!(f, "{sentence}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rows_bring_is_told_in_sentences() {
        let mut brought = Brought::default();
        brought.count(Status::Terminated);
        brought.extend(&Brought { stay_new: 1_234, ..brought.clone() });
        assert_eq!(brought.sentences(), ["2 become terminated.", "1,234 stay new: no way to contact them."]);
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let report = Report { new_labels: names(&["A", "B"]), new_fields: names(&["C"]), ..Report::default() };
        assert_eq!(report.made().as_deref(), Some("2 labels and 1 custom field"));
        assert_eq!(Report::default().made(), None);
    }

    #[test]
    fn a_report_from_before_is_still_read() {
        let old = r#"{"total":1,"to_create":1,"known":0,"bad":0,"bad_rows":[]}"#;
        let report: Report = serde_json::from_str(old).expect("readable");
        assert!(report.total == 1 && report.brings.is_empty());
    }
}
