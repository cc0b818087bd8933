//! The rows of jobs.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::model::{JobState, JobView};
use super::owner::Owner;
use crate::database::{DatabaseError, FromRow, Json, Transaction};
use crate::shared::id::JobId;

#[derive(FromRow)]
pub(super) struct JobRow {
    id: JobId,
    kind: String,
    title: String,
    state: String,
    result: Option<Json<Value>>,
    error: Option<String>,
    done: i64,
    total: i64,
    cancel_requested: bool,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    #[sqlx(flatten)]
    pub(super) owner: Owner,
}

impl TryFrom<JobRow> for JobView {
    type Error = DatabaseError;

    fn try_from(row: JobRow) -> Result<Self, DatabaseError> {
        let corrupt = |value| DatabaseError::Corrupt { table: "jobs", column: "state", value };
        Ok(Self {
            id: row.id,
            kind: row.kind,
            title: row.title,
            state: JobState::parse(&row.state).ok_or_else(|| corrupt(row.state))?,
            done: row.done,
            total: row.total,
            error: row.error,
            result: row.result.map(|result| result.0),
            created_by: row.owner.name,
            created_at: row.created_at,
            finished_at: row.finished_at,
            cancel_requested: row.cancel_requested,
        })
    }
}

/// What a worker needs to know of a job.
#[derive(FromRow)]
pub(super) struct TaskRow {
    pub id: JobId,
    pub kind: String,
    pub payload: Json<Value>,
    #[sqlx(flatten)]
    pub owner: Owner,
}

/// A job that is to be queued.
pub(super) struct NewJob<'a> {
    pub kind: &'a str,
    pub title: &'a str,
    pub payload: &'a Value,
    pub total: i64,
    pub owner: &'a Owner,
}

/// How a run ends.
pub(super) struct Ending<'a> {
    pub state: JobState,
    pub result: Option<&'a Value>,
    pub error: Option<&'a str>,
}

pub(super) struct JobRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn jobs(&mut self) -> JobRepository<'_> {
        JobRepository(self)
    }
}

impl JobRepository<'_> {
    pub(super) async fn insert(&mut self, job: &NewJob<'_>, now: DateTime<Utc>) -> Result<JobId, DatabaseError> {
        self.0
            .query(
                "INSERT INTO jobs (kind, title, state, payload, done, total, cancel_requested, attempts, created_by, \
                 created_by_staff_id, created_by_client_id, scope, created_at) \
                 VALUES ($1, $2, 'queued', $3, 0, $4, $5, 0, $6, $7, $8, $9, $10) RETURNING id",
            )
            .bind(job.kind)
            .bind(job.title)
            .bind(Json(job.payload))
            .bind(job.total)
            .bind(false)
            .bind(&job.owner.name)
            .bind(job.owner.staff_id)
            .bind(job.owner.client_id)
            .bind(job.owner.scope.as_ref().map(|scope| Json(&scope.0)))
            .bind(now)
            .fetch_value()
            .await
    }

    pub(super) async fn find(&mut self, id: JobId) -> Result<Option<JobRow>, DatabaseError> {
        self.0
            .query(
                "SELECT id, kind, title, state, result, error, done, total, cancel_requested, created_by, \
                 created_by_staff_id, created_by_client_id, scope, created_at, finished_at FROM jobs WHERE id = $1",
            )
            .bind(id)
            .fetch_optional()
            .await
    }

    /// The first job of these kinds that nobody runs, or whose worker has been silent since `silent`.
    pub(super) async fn next(
        &mut self,
        kinds: &[&str],
        silent: DateTime<Utc>,
        lock: bool,
    ) -> Result<Option<JobId>, DatabaseError> {
        let skip = if lock { self.0.dialect().skip_locked() } else { "" };
        let mut select =
            self.0.build("SELECT id FROM jobs WHERE (state = 'queued' OR (state = 'running' AND heartbeat_at < ");
        select.push_bind(silent).push(")) AND kind IN ").push_list(kinds.iter().copied());
        select.push(" ORDER BY id LIMIT 1").push(skip);
        select.finish()?.fetch_optional_value().await
    }

    pub(super) async fn claim(
        &mut self,
        id: JobId,
        worker: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<TaskRow>, DatabaseError> {
        self.0
            .query(
                "UPDATE jobs SET state = 'running', worker = $2, heartbeat_at = $3, attempts = attempts + 1, \
                 started_at = COALESCE(started_at, $3) WHERE id = $1 \
                 RETURNING id, kind, payload, created_by, created_by_staff_id, created_by_client_id, scope",
            )
            .bind(id)
            .bind(worker)
            .bind(now)
            .fetch_optional()
            .await
    }

    /// Gives whether the end was asked for; `None` when the worker no longer owns the job.
    pub(super) async fn progress(
        &mut self,
        id: JobId,
        worker: &str,
        done: i64,
        now: DateTime<Utc>,
    ) -> Result<Option<bool>, DatabaseError> {
        self.0
            .query(
                "UPDATE jobs SET done = $3, heartbeat_at = $4 WHERE id = $1 AND worker = $2 AND state = 'running' \
                 RETURNING cancel_requested",
            )
            .bind(id)
            .bind(worker)
            .bind(done)
            .bind(now)
            .fetch_optional_value()
            .await
    }

    pub(super) async fn beat(&mut self, id: JobId, worker: &str, now: DateTime<Utc>) -> Result<u64, DatabaseError> {
        self.0
            .query("UPDATE jobs SET heartbeat_at = $3 WHERE id = $1 AND worker = $2 AND state = 'running'")
            .bind(id)
            .bind(worker)
            .bind(now)
            .execute()
            .await
    }

    pub(super) async fn end(
        &mut self,
        id: JobId,
        worker: &str,
        ending: &Ending<'_>,
        now: DateTime<Utc>,
    ) -> Result<u64, DatabaseError> {
        self.0
            .query(
                "UPDATE jobs SET state = $3, result = $4, error = $5, finished_at = $6, worker = NULL, heartbeat_at = NULL \
                 WHERE id = $1 AND worker = $2 AND state = 'running'",
            )
            .bind(id)
            .bind(worker)
            .bind(ending.state.as_str())
            .bind(ending.result.map(Json))
            .bind(ending.error)
            .bind(now)
            .execute()
            .await
    }

    pub(super) async fn release(&mut self, id: JobId, worker: &str) -> Result<u64, DatabaseError> {
        self.0
            .query(
                "UPDATE jobs SET state = 'queued', worker = NULL, heartbeat_at = NULL \
                 WHERE id = $1 AND worker = $2 AND state = 'running'",
            )
            .bind(id)
            .bind(worker)
            .execute()
            .await
    }

    pub(super) async fn release_all(&mut self) -> Result<u64, DatabaseError> {
        self.0
            .query("UPDATE jobs SET state = 'queued', worker = NULL, heartbeat_at = NULL WHERE state = 'running'")
            .execute()
            .await
    }

    pub(super) async fn request_cancel(&mut self, id: JobId) -> Result<u64, DatabaseError> {
        self.0
            .query("UPDATE jobs SET cancel_requested = $2 WHERE id = $1 AND state IN ('queued', 'running')")
            .bind(id)
            .bind(true)
            .execute()
            .await
    }
}
