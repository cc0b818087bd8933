//! What the process does without being asked: jobs, sweeping, keeping statistics fresh.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Services;
use crate::jobs::Worker;
use crate::shared::problem::Problem;

/// The background tasks of a process; they end when the token is cancelled.
pub struct Background {
    tasks: Vec<JoinHandle<()>>,
}

impl Background {
    /// Starts the job worker, the caretaker and the post.
    pub fn start(services: &Services, shutdown: &CancellationToken) -> Self {
        let worker = Worker::new(services.jobs.clone(), vec![Arc::new(services.imports.clone())]);
        let jobs = tokio::spawn(worker.run(shutdown.clone()));
        let caretaker = tokio::spawn(take_care(services.clone(), shutdown.clone()));
        let post = tokio::spawn(send_mail(services.clone(), shutdown.clone()));
        let calendar = tokio::spawn(keep_calendar(services.clone(), shutdown.clone()));
        Self { tasks: vec![jobs, caretaker, post, calendar] }
    }

    /// Waits until everything has ended.
    pub async fn finish(self) {
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a background task failed");
            }
        }
    }
}

/// Re-reads the settings every half minute, sweeps every ten, optimises every hour.
async fn take_care(services: Services, shutdown: CancellationToken) {
    let mut rounds: u32 = 0;
    log(services.customers.learn_rarity().await);
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(30)) => {}
            () = shutdown.cancelled() => return,
        }
        rounds += 1;
        let reloaded = services.settings.reload().await;
        log(reloaded);
        log(services.customers.load_custom_fields().await);
        log(services.tokens.ensure_keys().await);
        if rounds.is_multiple_of(20) {
            log(services.auth.sweep().await);
            log(services.mail.sweep().await);
            // Grants wait for their codes.
            log(services.oauth.sweep().await);
            log(services.tokens.sweep().await);
        }
        if rounds.is_multiple_of(40) {
            log(services.customers.learn_rarity().await);
        }
        if rounds.is_multiple_of(120)
            && let Err(error) = services.database.optimize().await
        {
            tracing::warn!(%error, "statistics could not be refreshed");
        }
    }
}

/// Carries out what was set for a day that has come: changes of status, holds that end, labels that expire.
async fn keep_calendar(services: Services, shutdown: CancellationToken) {
    let round = async || {
        log(services.customers.carry_out_due().await.map(drop));
        log(services.customers.sweep_labels().await.map(drop));
        tokio::time::sleep(Duration::from_secs(20)).await;
    };
    loop {
        // What is under way rolls back, and is due again at the next start.
        tokio::select! {
            () = round() => {}
            () = shutdown.cancelled() => return,
        }
    }
}

/// Sends what is due every few seconds, apart from all else: a mail server that hangs holds nobody up.
async fn send_mail(services: Services, shutdown: CancellationToken) {
    loop {
        tokio::select! {
            outcome = services.mail.deliver_due() => log(outcome.map(|_| ())),
            () = shutdown.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(5)) => {}
            () = shutdown.cancelled() => return,
        }
    }
}

fn log(outcome: Result<(), Problem>) {
    if let Err(problem) = outcome {
        tracing::warn!(%problem, "housekeeping failed; it is tried again");
    }
}
