//! Arguments of REST handlers whose errors are problems like all others.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum_extra::extract::Query;
use serde::de::DeserializeOwned;

use super::{ApiProblem, AppState};
use crate::shared::problem::{Problem, unreadable};

/// A JSON body. Errors: 415, 413, 400, and 422 that names an unknown field.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for JsonBody<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiProblem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(ApiProblem(Problem::UnsupportedMediaType)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(ApiProblem(Problem::TooLarge)),
            Err(rejection) => Err(ApiProblem(unreadable(&rejection.body_text()))),
        }
    }
}

/// The query of the URL; a name may stand there several times. Errors: 400, and 422 that names an unknown field.
pub struct QueryOf<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for QueryOf<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiProblem> {
        match Query::<T>::try_from_uri(&parts.uri) {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(ApiProblem(unreadable(&rejection.body_text()))),
        }
    }
}

/// The id in the path. Errors: 404, since nothing has such an id.
pub struct PathId<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for PathId<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiProblem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(ApiProblem(Problem::not_found("record"))),
        }
    }
}
