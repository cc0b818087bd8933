//! The pages' door to jobs.

use leptos::prelude::*;

use super::model::JobView;
use crate::shared::id::JobId;
use crate::shared::problem::Problem;

/// One job.
#[server(prefix = "/api/fn", endpoint = "jobs/get")]
pub async fn get_job(id: JobId) -> Result<JobView, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.jobs.get(&caller.actor, id).await
}

/// Asks for the end of a job.
#[server(prefix = "/api/fn", endpoint = "jobs/cancel")]
pub async fn cancel_job(id: JobId) -> Result<JobView, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.jobs.request_cancel(&caller.actor, id).await
}
