//! Queueing, watching and ending jobs, and the hand-over between the processes that run them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::model::{JobState, JobView};
use super::owner::Owner;
use super::repository::{Ending, NewJob, TaskRow};
use crate::database::{Database, Dialect, Transaction};
use crate::shared::actor::Actor;
use crate::shared::clock::Clock;
use crate::shared::id::JobId;
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;

/// A worker that has been silent for so long has lost its job.
const SILENCE: TimeDelta = TimeDelta::seconds(15);
/// How often a running job says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// A job on its way through a handler.
#[derive(Clone, Debug)]
pub struct Job {
    /// The id.
    pub id: JobId,
    /// The kind; it chooses the handler.
    pub kind: String,
    /// What the enqueuing room wrote.
    pub payload: Value,
    /// Who started it.
    pub owner: Owner,
    /// Cancelled when the process shuts down: the handler ends after its current batch.
    pub stop: CancellationToken,
}

impl Job {
    fn new(row: TaskRow, stop: CancellationToken) -> Self {
        Self { id: row.id, kind: row.kind, payload: row.payload.0, owner: row.owner, stop }
    }
}

/// How a handler came to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum JobOutcome {
    /// All of it is done; with the result.
    Done(Value),
    /// It stopped because somebody asked for it; with what had been done until then.
    Cancelled(Value),
    /// The process shuts down; the rest is for the next one.
    Interrupted,
}

/// The queue of background work; cheap to clone, one per process.
#[derive(Clone, Debug)]
pub struct JobService {
    database: Database,
    clock: Clock,
    worker: Arc<str>,
    waiting: Arc<Notify>,
    closing: CancellationToken,
}

impl JobService {
    /// `worker_name` tells this process from every other one, also from its own earlier runs.
    pub fn new(database: Database, clock: Clock, worker_name: impl Into<Arc<str>>) -> Self {
        let (waiting, closing) = (Arc::new(Notify::new()), CancellationToken::new());
        Self { database, clock, worker: worker_name.into(), waiting, closing }
    }

    /// Queues work as a step of the transaction that needs it; call [`Self::wake`] after the commit. Whoever sees
    /// the owner's records may see the job.
    pub async fn enqueue(
        &self,
        tx: &mut Transaction,
        owner: &Owner,
        kind: &str,
        title: &str,
        payload: &Value,
        total: i64,
    ) -> Result<JobId, Problem> {
        let job = NewJob { kind, title, payload, total, owner };
        Ok(tx.jobs().insert(&job, self.clock.now()).await?)
    }

    /// Tells the worker of this process that there is something to do.
    pub fn wake(&self) {
        self.waiting.notify_one();
    }

    /// One job. Errors: `NotFound`, also for those who neither started it nor may import and see all that it is about.
    pub async fn get(&self, actor: &Actor, id: JobId) -> Result<JobView, Problem> {
        let row = self.database.read().await?.jobs().find(id).await?;
        let is_visible =
            |owner: &Owner| owner.is(actor) || (actor.may(Permission::CustomersImport) && owner.is_visible_to(actor));
        match row {
            Some(row) if is_visible(&row.owner) => Ok(row.try_into()?),
            _ => Err(Problem::not_found("job")),
        }
    }

    /// Asks for the end of a job; it ends after its current batch, and what is done stays done.
    /// Errors: `NotFound`, `Conflict("job_over")`.
    pub async fn request_cancel(&self, actor: &Actor, id: JobId) -> Result<JobView, Problem> {
        self.get(actor, id).await?;
        let mut tx = self.database.begin().await?;
        if tx.jobs().request_cancel(id).await? == 0 {
            return Err(Problem::conflict("job_over", "The job has ended already."));
        }
        tx.commit().await?;
        self.get(actor, id).await
    }

    /// Gives back what an earlier run of this system left running. Only with SQLite, where one process
    /// serves: on PostgreSQL another one may be alive, and the silence of the dead one tells.
    pub async fn reclaim_at_start(&self) -> Result<(), Problem> {
        if self.database.dialect() == Dialect::Sqlite {
            let mut tx = self.database.begin().await?;
            tx.jobs().release_all().await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Takes the next job of these kinds, for this process alone.
    pub async fn claim_next(&self, kinds: &[&str], stop: &CancellationToken) -> Result<Option<Job>, Problem> {
        let silent = self.clock.now() - SILENCE;
        if self.database.read().await?.jobs().next(kinds, silent, false).await?.is_none() {
            return Ok(None);
        }
        let mut tx = self.database.begin().await?;
        let Some(id) = tx.jobs().next(kinds, silent, true).await? else { return Ok(None) };
        let job = self.claim(&mut tx, id, stop).await?;
        tx.commit().await?;
        Ok(Some(job))
    }

    /// Takes one certain job as a step of a transaction, for work that is run on the spot.
    pub async fn claim(&self, tx: &mut Transaction, id: JobId, stop: &CancellationToken) -> Result<Job, Problem> {
        let row = tx.jobs().claim(id, &self.worker, self.clock.now()).await?;
        row.map(|row| Job::new(row, stop.clone())).ok_or_else(|| Problem::not_found("job"))
    }

    /// Records progress in the transaction of the work itself and gives whether the end was asked for.
    /// Errors: `Conflict("job_lost")` when another process runs the job now; the work must be rolled back.
    pub async fn progress(&self, tx: &mut Transaction, id: JobId, done: i64) -> Result<bool, Problem> {
        let asked = tx.jobs().progress(id, &self.worker, done, self.clock.now()).await?;
        asked.ok_or_else(|| Problem::conflict("job_lost", "Another process has taken over this job."))
    }

    /// The job is done.
    async fn finish(&self, id: JobId, result: &Value) -> Result<(), Problem> {
        self.end(id, &Ending { state: JobState::Done, result: Some(result), error: None }).await
    }

    /// The job has stopped because somebody asked for it.
    async fn cancelled(&self, id: JobId, result: &Value) -> Result<(), Problem> {
        self.end(id, &Ending { state: JobState::Cancelled, result: Some(result), error: None }).await
    }

    /// The job cannot be done.
    async fn fail(&self, id: JobId, error: &str) -> Result<(), Problem> {
        self.end(id, &Ending { state: JobState::Failed, result: None, error: Some(error) }).await
    }

    /// Writes down how a run has ended; what fails for a reason that passes goes back to the queue.
    pub async fn settle(&self, id: JobId, outcome: &Result<JobOutcome, Problem>) -> Result<(), Problem> {
        match outcome {
            Ok(JobOutcome::Done(result)) => self.finish(id, result).await,
            Ok(JobOutcome::Cancelled(result)) => self.cancelled(id, result).await,
            Ok(JobOutcome::Interrupted) | Err(Problem::Unavailable) => self.release(id).await,
            Err(Problem::Conflict { code, .. }) if code == "job_lost" => Ok(()),
            Err(problem) => self.fail(id, &problem.detail()).await,
        }
    }

    async fn end(&self, id: JobId, ending: &Ending<'_>) -> Result<(), Problem> {
        let mut tx = self.database.begin().await?;
        tx.jobs().end(id, &self.worker, ending, self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives a job back to the queue.
    async fn release(&self, id: JobId) -> Result<(), Problem> {
        let mut tx = self.database.begin().await?;
        tx.jobs().release(id, &self.worker).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Runs `work` and says meanwhile that its job is alive.
    pub async fn keep_alive<T>(&self, id: JobId, work: impl Future<Output = T>) -> T {
        tokio::select! {
            done = work => done,
            never = self.beat(id) => match never {},
        }
    }

    async fn beat(&self, id: JobId) -> Infallible {
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            if let Err(problem) = self.beat_once(id).await {
                tracing::warn!(job = id.0, %problem, "a heartbeat was missed");
            }
        }
    }

    async fn beat_once(&self, id: JobId) -> Result<(), Problem> {
        let mut tx = self.database.begin().await?;
        tx.jobs().beat(id, &self.worker, self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends when work was announced.
    pub(super) async fn announced(&self) {
        self.waiting.notified().await;
    }

    /// The process shuts down: those who watch jobs may go.
    pub(super) fn close(&self) {
        self.closing.cancel();
    }

    /// Does the process shut down?
    pub(super) fn is_closing(&self) -> bool {
        self.closing.is_cancelled()
    }
}
