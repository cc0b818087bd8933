//! Versions as `ETag` and `If-Match` (RFC 9110): what REST handlers answer with and ask for.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::ApiProblem;
use crate::shared::problem::{Problem, ProblemBody};

/// A record with its version as `ETag`.
pub fn tagged<T: Serialize>(status: StatusCode, version: i64, record: &T) -> Response {
    let mut response = (status, Json(record)).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The same answer with `Location`.
pub fn located(mut response: Response, path: &str) -> Response {
    if let Ok(location) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// The record after a change that was saved; when it was stale, 412 with what is stored now, if the caller may
/// see it.
pub async fn answer<T: Serialize>(
    saved: Result<T, Problem>,
    version: fn(&T) -> i64,
    current: impl Future<Output = Result<T, Problem>>,
) -> Result<Response, ApiProblem> {
    match saved {
        Ok(record) => Ok(tagged(StatusCode::OK, version(&record), &record)),
        Err(problem @ Problem::Stale { .. }) => {
            let mut body = ProblemBody::from(problem);
            body.current = current.await.ok().and_then(|current| serde_json::to_value(current).ok());
            let mut response = (StatusCode::PRECONDITION_FAILED, Json(body)).into_response();
            let kind = HeaderValue::from_static("application/problem+json");
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            Ok(response)
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Does the caller know this version already (`If-None-Match`)?
pub fn is_known(headers: &HeaderMap, version: i64) -> bool {
    headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == format!("\"{version}\"").as_str())
}

/// The version in `If-Match`. A tag that is not one of ours names no version that exists.
pub fn required_version(headers: &HeaderMap) -> Result<i64, Problem> {
    let tag = headers.get(header::IF_MATCH).ok_or(Problem::PreconditionRequired)?;
    let version = tag.to_str().ok().and_then(|tag| tag.trim().trim_matches('"').parse().ok());
    Ok(version.unwrap_or(0))
}
