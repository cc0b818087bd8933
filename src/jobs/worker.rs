//! The one who does the work: a loop that takes one job at a time.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::service::{Job, JobOutcome, JobService};
use crate::shared::problem::Problem;

/// How long the worker sleeps when nobody wakes it: another process may have queued something.
const NAP: Duration = Duration::from_secs(1);

/// What knows how to do one kind of job.
pub trait JobHandler: Send + Sync {
    /// The kind.
    fn kind(&self) -> &'static str;

    /// Does the work, or the rest of it: a job may have been begun by a process that died.
    fn run(&self, job: Job) -> BoxFuture<'_, Result<JobOutcome, Problem>>;
}

/// Runs the jobs of a process, one after the other.
pub struct Worker {
    jobs: JobService,
    handlers: Vec<Arc<dyn JobHandler>>,
}

impl Worker {
    /// A worker for the kinds of these handlers.
    pub fn new(jobs: JobService, handlers: Vec<Arc<dyn JobHandler>>) -> Self {
        Self { jobs, handlers }
    }

    /// Works until `stop` is cancelled; the job in hand then ends after its current batch and goes back
    /// to the queue.
    pub async fn run(self, stop: CancellationToken) {
        if let Err(problem) = self.jobs.reclaim_at_start().await {
            tracing::warn!(%problem, "jobs of an earlier run wait until their silence tells");
        }
        let watch = tokio::spawn({
            let (jobs, stop) = (self.jobs.clone(), stop.clone());
            async move {
                stop.cancelled().await;
                jobs.close();
            }
        });
        let kinds: Vec<&str> = self.handlers.iter().map(|handler| handler.kind()).collect();
        while !stop.is_cancelled() {
            match self.jobs.claim_next(&kinds, &stop).await {
                Ok(Some(job)) => self.work(job, &stop).await,
                Ok(None) => self.nap(&stop).await,
                Err(problem) => {
                    tracing::warn!(%problem, "no job could be fetched; it is tried again");
                    self.nap(&stop).await;
                }
            }
        }
        watch.abort();
        self.jobs.close();
    }

    async fn nap(&self, stop: &CancellationToken) {
        tokio::select! {
            () = tokio::time::sleep(NAP) => {}
            () = self.jobs.announced() => {}
            () = stop.cancelled() => {}
        }
    }

    async fn work(&self, job: Job, stop: &CancellationToken) {
        let Some(handler) = self.handlers.iter().find(|handler| handler.kind() == job.kind) else { return };
        let (id, kind) = (job.id, handler.kind());
        tracing::info!(job = id.0, kind, "a job begins");
        let run = AssertUnwindSafe(handler.run(job)).catch_unwind();
        let outcome = self.jobs.keep_alive(id, run).await.unwrap_or(Err(Problem::Internal));
        let word = match &outcome {
            Ok(JobOutcome::Done(_)) => "done",
            Ok(JobOutcome::Cancelled(_)) => "cancelled",
            Ok(JobOutcome::Interrupted) => "interrupted",
            Err(_) => "failed",
        };
        tracing::info!(job = id.0, kind, outcome = word, "a job has ended");
        metrics::counter!("jobs_total", "kind" => kind, "outcome" => word).increment(1);
        if matches!(outcome, Err(Problem::Unavailable)) {
            // It goes away by itself, but not at once.
            self.nap(stop).await;
        }
        let closed = self.jobs.settle(id, &outcome).await;
        if let Err(problem) = closed {
            // The job falls silent and is taken up again; its handler finds nothing left to do.
            tracing::warn!(job = id.0, %problem, "the end of a job could not be written down");
        }
    }
}
