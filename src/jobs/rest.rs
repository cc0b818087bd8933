//! The integrators' door to jobs, and the stream of events that live progress reads.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use futures::stream::unfold;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::JobView;
use crate::server::{ApiProblem, AppState, Caller, PathId, Signed};
use crate::shared::id::JobId;
use crate::shared::problem::ProblemBody;

/// How often a watched job is looked at.
const GLANCE: Duration = Duration::from_millis(250);

/// `/api/v1/jobs…`
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(read)).routes(routes!(cancel)).routes(routes!(events))
}

/// Read a job.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs", operation_id = "read_job", params(("id" = i64, Path)),
    responses((status = 200, body = JobView), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn read(Signed(caller): Signed, PathId(id): PathId<JobId>) -> Result<Json<JobView>, ApiProblem> {
    Ok(Json(caller.services.jobs.get(&caller.actor, id).await?))
}

/// Ask for the end of a job; it stops after its current batch.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/cancel", tag = "jobs", operation_id = "cancel_job", params(("id" = i64, Path)),
    responses((status = 200, body = JobView), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`job_over`")))]
async fn cancel(Signed(caller): Signed, PathId(id): PathId<JobId>) -> Result<Json<JobView>, ApiProblem> {
    Ok(Json(caller.services.jobs.request_cancel(&caller.actor, id).await?))
}

/// Watch a job: an event with the whole job for every change, until it has ended.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/events", tag = "jobs", operation_id = "watch_job", params(("id" = i64, Path)),
    responses((status = 200, body = JobView, content_type = "text/event-stream", description = "Server-sent events"),
    (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn events(
    Signed(caller): Signed,
    PathId(id): PathId<JobId>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiProblem> {
    let first = caller.services.jobs.get(&caller.actor, id).await?;
    let watch = Watch { caller, last: first.clone(), unsent: Some(first) };
    Ok(Sse::new(unfold(watch, Watch::step)).keep_alive(KeepAlive::default()))
}

/// A client that watches a job.
struct Watch {
    caller: Caller,
    last: JobView,
    unsent: Option<JobView>,
}

impl Watch {
    /// Waits for a change; the end of the job, of the sign-in's rights or of the process ends the stream.
    async fn step(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        let jobs = self.caller.services.jobs.clone();
        while self.unsent.is_none() && !self.last.state.is_over() && !jobs.is_closing() {
            tokio::time::sleep(GLANCE).await;
            let now = jobs.get(&self.caller.actor, self.last.id).await.ok()?;
            if now != self.last {
                self.unsent = Some(now);
            }
        }
        self.last = self.unsent.take()?;
        let event = Event::default().data(serde_json::to_string(&self.last).unwrap_or_default());
        Some((Ok(event), self))
    }
}
