//! What a job looks like from outside.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::shared::id::JobId;
use crate::shared::words::words;

words! {
    /// Where a job stands.
    JobState {
        Queued = "queued", "Waiting";
        Running = "running", "Running";
        Done = "done", "Done";
        Failed = "failed", "Failed";
        Cancelled = "cancelled", "Cancelled";
    }
}

impl JobState {
    /// Has it ended, whichever way?
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// A job as people and machines see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JobView {
    /// The id.
    pub id: JobId,
    /// What kind of work it is: `import` …
    pub kind: String,
    /// What it does, for people.
    pub title: String,
    /// Where it stands.
    pub state: JobState,
    /// Units of work that are dealt with.
    pub done: i64,
    /// Units of work there are.
    pub total: i64,
    /// Why it failed.
    pub error: Option<String>,
    /// What came of it; its form depends on the kind.
    #[schema(value_type = Option<Object>)]
    pub result: Option<Value>,
    /// Who started it.
    pub created_by: String,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Somebody asked for its end.
    pub cancel_requested: bool,
}
