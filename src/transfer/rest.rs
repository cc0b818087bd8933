//! The integrators' door to imports, and the upload of files for both: machines and plain HTML forms.

use axum::Json;
use axum::extract::DefaultBodyLimit;
use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::mapping::{Mapping, Reading};
use super::model::{ImportDetails, ImportSummary, MAX_FILE, Report, file_problem};
use crate::jobs::JobView;
use crate::server::{ApiProblem, AppState, Caller, JsonBody, PathId, Signed};
use crate::shared::id::ImportId;
use crate::shared::problem::{Problem, ProblemBody};

/// `/api/v1/imports…`
pub fn routes() -> OpenApiRouter<AppState> {
    // The frame of a form with a file needs some bytes of its own.
    let with_files =
        OpenApiRouter::new().routes(routes!(list, upload)).layer(DefaultBodyLimit::max(MAX_FILE + (1 << 20)));
    OpenApiRouter::new()
        .merge(with_files)
        .routes(routes!(template))
        .routes(routes!(read))
        .routes(routes!(check))
        .routes(routes!(commit))
        .routes(routes!(cancel))
        .routes(routes!(rejected))
}

/// A form with a file.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form; its parts are read as a stream")]
struct Upload {
    /// A CSV file of at most 32 MB and 500,000 rows, with a line of column names.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// The latest imports, newest first.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports", operation_id = "list_imports",
    responses((status = 200, body = Vec<ImportSummary>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
async fn list(Signed(caller): Signed) -> Result<Json<Vec<ImportSummary>>, ApiProblem> {
    Ok(Json(caller.services.imports.list(&caller.actor).await?))
}

/// Upload a file. A browser is sent on to the page of the import.
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports", operation_id = "upload_import",
    request_body(content = Upload, content_type = "multipart/form-data"),
    responses((status = 201, body = ImportDetails, description = "`Location` names the import"),
    (status = 303, description = "To a browser"), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn upload(
    Signed(caller): Signed,
    headers: HeaderMap,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, ApiProblem> {
    let is_browser = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    match (keep_file(&caller, multipart).await, is_browser) {
        (Ok(id), true) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        (Ok(id), false) => {
            let import = caller.services.imports.get(&caller.actor, id, &Reading::default()).await?;
            let location = format!("/api/v1/imports/{id}");
            Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(import)).into_response())
        }
        (Err(problem), true) if problem.field("file").is_some() => Ok(back_to_form(&problem)),
        (Err(problem), _) => Err(problem.into()),
    }
}

async fn keep_file(caller: &Caller, multipart: Result<Multipart, MultipartRejection>) -> Result<ImportId, Problem> {
    let Ok(multipart) = multipart else {
        return Err(Problem::malformed("Send the file as multipart/form-data, in a field named file."));
    };
    let (name, bytes) = read_file(multipart).await?;
    caller.services.imports.upload(&caller.actor, &name, bytes).await
}

async fn read_file(mut multipart: Multipart) -> Result<(String, Vec<u8>), Problem> {
    while let Some(field) = multipart.next_field().await.map_err(|error| unreadable(&error))? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|error| unreadable(&error))?;
        // What a browser sends for a file that was not chosen.
        if !(name.is_empty() && bytes.is_empty()) {
            return Ok((name, bytes.into()));
        }
    }
    Err(refused("required"))
}

fn unreadable(error: &MultipartError) -> Problem {
    refused(if error.status() == StatusCode::PAYLOAD_TOO_LARGE { "too_large" } else { "unreadable" })
}

fn refused(code: &str) -> Problem {
    file_problem(code).unwrap_or(Problem::Internal)
}

/// The form says what is wrong with the file; a code in the URL is all it needs.
fn back_to_form(problem: &Problem) -> Response {
    let code = problem.field("file").map_or("unreadable", |error| error.code.as_str());
    Redirect::to(&format!("/customers/import?problem={code}")).into_response()
}

/// An empty CSV file with every column that can be imported.
#[utoipa::path(get, path = "/api/v1/imports/template.csv", tag = "imports", operation_id = "import_template",
    responses((status = 200, body = String, content_type = "text/csv"), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody)))]
async fn template(Signed(caller): Signed) -> Result<Response, ApiProblem> {
    Ok(csv("customers.csv", caller.services.imports.template(&caller.actor)?))
}

/// Read an import.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports", operation_id = "read_import", params(("id" = i64, Path)),
    responses((status = 200, body = ImportDetails), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody)))]
async fn read(Signed(caller): Signed, PathId(id): PathId<ImportId>) -> Result<Json<ImportDetails>, ApiProblem> {
    Ok(Json(caller.services.imports.get(&caller.actor, id, &Reading::default()).await?))
}

/// How to read a file, and whether to remember it.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
struct CheckRequest {
    /// How the file is read; as stored or guessed when missing.
    mapping: Option<Mapping>,
    /// Keeps the mapping under this name for other files.
    save_as: Option<String>,
}

/// Check every row without importing anything.
#[utoipa::path(post, path = "/api/v1/imports/{id}/check", tag = "imports", operation_id = "check_import",
    params(("id" = i64, Path)), request_body = CheckRequest,
    responses((status = 200, body = Report), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`import_over`"), (status = 413, body = ProblemBody),
    (status = 415, body = ProblemBody), (status = 422, body = ProblemBody)))]
async fn check(
    Signed(caller): Signed,
    PathId(id): PathId<ImportId>,
    JsonBody(request): JsonBody<CheckRequest>,
) -> Result<Json<Report>, ApiProblem> {
    let CheckRequest { mapping, save_as } = request;
    Ok(Json(caller.services.imports.check(&caller.actor, id, mapping, save_as).await?))
}

/// Import the rows as a job.
#[utoipa::path(post, path = "/api/v1/imports/{id}/commit", tag = "imports", operation_id = "commit_import",
    params(("id" = i64, Path)),
    responses((status = 202, body = JobView, description = "`Location` names the job"), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`import_not_checked`, `import_has_bad_rows`"),
    (status = 422, body = ProblemBody, description = "What it makes or does needs permissions that are missing")))]
async fn commit(Signed(caller): Signed, PathId(id): PathId<ImportId>) -> Result<Response, ApiProblem> {
    let job = caller.services.imports.commit(&caller.actor, id).await?;
    let view = caller.services.jobs.get(&caller.actor, job).await?;
    let location = format!("/api/v1/jobs/{job}");
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(view)).into_response())
}

/// Ask for the end of a running import; what is imported stays.
#[utoipa::path(post, path = "/api/v1/imports/{id}/cancel", tag = "imports", operation_id = "cancel_import",
    params(("id" = i64, Path)),
    responses((status = 200, body = JobView), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    (status = 404, body = ProblemBody), (status = 409, body = ProblemBody, description = "`import_not_running`, `job_over`")))]
async fn cancel(Signed(caller): Signed, PathId(id): PathId<ImportId>) -> Result<Json<JobView>, ApiProblem> {
    Ok(Json(caller.services.imports.cancel(&caller.actor, id).await?))
}

/// Every bad row as a CSV, with its line and reasons.
#[utoipa::path(get, path = "/api/v1/imports/{id}/rejected.csv", tag = "imports", operation_id = "rejected_rows",
    params(("id" = i64, Path)),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 401, body = ProblemBody),
    (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "`import_not_checked`")))]
async fn rejected(Signed(caller): Signed, PathId(id): PathId<ImportId>) -> Result<Response, ApiProblem> {
    let rows = caller.services.imports.rejected_csv(&caller.actor, id).await?;
    Ok(csv(&format!("rejected-{id}.csv"), rows))
}

fn csv(name: &str, content: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, content).into_response()
}
