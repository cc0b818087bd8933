//! The one error of the product, from service to page, server function and REST (RFC 9457).

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::{ContentType, Decodes, Encodes, Format, FormatType};
use serde::{Deserialize, Serialize};

/// What is wrong with one field of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The field's name as it stands in JSON; empty for the input as a whole.
    pub field: String,
    /// A stable code: `required`, `too_long`, `invalid`, `taken` …
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

impl FieldError {
    /// An error of `field` with a stable code and a sentence.
    pub fn new(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into() }
    }
}

/// Why a use case was refused or failed. It carries public text only: failing forms travel in a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ProblemBody", into = "ProblemBody")]
pub enum Problem {
    /// The request cannot be read (400).
    Malformed {
        /// What could not be read.
        detail: String,
    },
    /// Nobody is signed in, or the credentials are no longer good (401).
    Unauthenticated,
    /// Signed in, but not allowed (403).
    Forbidden {
        /// The permission that is missing, or another reason in one word.
        permission: String,
    },
    /// The record does not exist, or not for this caller (404).
    NotFound {
        /// The kind of record: `customer`, `job` …
        what: String,
    },
    /// The input breaks rules; every wrong field at once (422).
    Invalid(Vec<FieldError>),
    /// The address does not know this method (405).
    MethodNotAllowed,
    /// The body is in a form that is not read here (415).
    UnsupportedMediaType,
    /// The state or a uniqueness rule forbids it (409).
    Conflict {
        /// A stable code: `email_taken`, `not_deletable` …
        code: String,
        /// A sentence for people.
        detail: String,
    },
    /// Somebody changed the record since it was read (412).
    Stale {
        /// The version that is stored now.
        version: i64,
    },
    /// A conditional request is needed: `If-Match` is missing (428).
    PreconditionRequired,
    /// The body is larger than allowed (413).
    TooLarge,
    /// Too many tries (429).
    RateLimited {
        /// Seconds until the next try makes sense.
        retry_after: u32,
    },
    /// The system cannot answer now; trying again later makes sense (503).
    Unavailable,
    /// A defect; the log knows more under the request id (500).
    Internal,
}

impl Problem {
    /// A record that does not exist, or not for this caller.
    pub fn not_found(what: &str) -> Self {
        Self::NotFound { what: what.to_owned() }
    }

    /// A state or uniqueness conflict with a stable code.
    pub fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self::Conflict { code: code.to_owned(), detail: detail.into() }
    }

    /// A request that cannot be read.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::Malformed { detail: detail.into() }
    }

    /// One wrong field.
    pub fn field_error(field: &str, code: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code, message)])
    }

    /// The HTTP status (RFC 9110).
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed { .. } => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden { .. } => 403,
            Self::NotFound { .. } => 404,
            Self::MethodNotAllowed => 405,
            Self::UnsupportedMediaType => 415,
            Self::Conflict { .. } => 409,
            Self::Stale { .. } => 412,
            Self::TooLarge => 413,
            Self::Invalid(_) => 422,
            Self::PreconditionRequired => 428,
            Self::RateLimited { .. } => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// A short title for people, the same for every problem of its kind.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "The request cannot be read",
            Self::Unauthenticated => "Please sign in",
            Self::Forbidden { .. } => "Not allowed",
            Self::NotFound { .. } => "Not found",
            Self::MethodNotAllowed => "Wrong method",
            Self::UnsupportedMediaType => "Wrong kind of body",
            Self::Conflict { .. } => "That is not possible now",
            Self::Stale { .. } => "Changed in the meantime",
            Self::TooLarge => "Too large",
            Self::Invalid(_) => "Please check the marked fields",
            Self::PreconditionRequired => "A version is needed",
            Self::RateLimited { .. } => "Too many tries",
            Self::Internal => "Something went wrong",
            Self::Unavailable => "Not available right now",
        }
    }

    /// A stable code for machines.
    pub fn code(&self) -> String {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden { .. } => "forbidden",
            Self::NotFound { .. } => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::Conflict { code, .. } => return code.clone(),
            Self::Stale { .. } => "stale",
            Self::TooLarge => "too_large",
            Self::Invalid(_) => "invalid",
            Self::PreconditionRequired => "precondition_required",
            Self::RateLimited { .. } => "rate_limited",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
        .to_owned()
    }

    /// One sentence for people about this very occurrence.
    pub fn detail(&self) -> String {
        match self {
            Self::Malformed { detail } | Self::Conflict { detail, .. } => detail.clone(),
            Self::Unauthenticated => "You are not signed in, or your sign-in has ended.".into(),
            Self::Forbidden { permission } => format!("This needs the permission {permission}."),
            Self::NotFound { what } => format!("There is no such {what}, or you may not see it."),
            Self::MethodNotAllowed => "This address does not know that method.".into(),
            Self::UnsupportedMediaType => "Send the body in one of the forms that the description names.".into(),
            Self::Invalid(errors) => errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join(" "),
            Self::Stale { .. } => "Somebody else saved a change since you opened this.".into(),
            Self::PreconditionRequired => "Send If-Match with the ETag of the version you read.".into(),
            Self::TooLarge => "What you sent is larger than allowed.".into(),
            Self::RateLimited { retry_after } => match retry_after.div_ceil(60) {
                0 | 1 => "Too many tries. Please wait a minute and try again.".into(),
                minutes => format!("Too many tries. Please try again in {minutes} minutes."),
            },
            Self::Internal => "An unexpected error happened. It has been logged.".into(),
            Self::Unavailable => "The system is busy or restarting. Please try again shortly.".into(),
        }
    }

    /// The wrong fields; empty unless the input was invalid.
    pub fn errors(&self) -> &[FieldError] {
        match self {
            Self::Invalid(errors) => errors,
            _ => &[],
        }
    }

    /// What is wrong with one field.
    pub fn field(&self, name: &str) -> Option<&FieldError> {
        self.errors().iter().find(|error| error.field == name)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.status(), self.title(), self.detail())
    }
}

impl std::error::Error for Problem {}

/// The wire form of a problem: `application/problem+json` (RFC 9457) with our extensions.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct ProblemBody {
    /// Always `about:blank`: the code tells the kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short title for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// One sentence about this occurrence.
    pub detail: String,
    /// A stable code for machines.
    pub code: String,
    /// Every wrong field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// With 403: the permission that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// With 404: the kind of record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// With 412: the version that is stored now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// With 429: seconds to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// When it happened (RFC 3339); set by the response layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// The request's id, as in `X-Request-Id` and the log; set by the response layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// With 412 on REST: the representation that is stored now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub current: Option<serde_json::Value>,
}

impl From<Problem> for ProblemBody {
    fn from(problem: Problem) -> Self {
        let mut body = Self {
            kind: "about:blank".into(),
            title: problem.title().into(),
            status: problem.status(),
            detail: problem.detail(),
            code: problem.code(),
            ..Self::default()
        };
        match problem {
            Problem::Invalid(errors) => body.errors = errors,
            Problem::Forbidden { permission } => body.permission = Some(permission),
            Problem::NotFound { what } => body.what = Some(what),
            Problem::Stale { version } => body.version = Some(version),
            Problem::RateLimited { retry_after } => body.retry_after = Some(retry_after),
            _ => {}
        }
        body
    }
}

impl From<ProblemBody> for Problem {
    fn from(body: ProblemBody) -> Self {
        match body.status {
            400 => Self::Malformed { detail: body.detail },
            401 => Self::Unauthenticated,
            403 => Self::Forbidden { permission: body.permission.unwrap_or_default() },
            404 => Self::NotFound { what: body.what.unwrap_or_else(|| "page".into()) },
            405 => Self::MethodNotAllowed,
            415 => Self::UnsupportedMediaType,
            409 => Self::Conflict { code: body.code, detail: body.detail },
            412 => Self::Stale { version: body.version.unwrap_or_default() },
            413 => Self::TooLarge,
            422 => Self::Invalid(body.errors),
            428 => Self::PreconditionRequired,
            429 => Self::RateLimited { retry_after: body.retry_after.unwrap_or(60) },
            503 => Self::Unavailable,
            _ => Self::Internal,
        }
    }
}

/// Encodes problems of server functions as `application/problem+json`.
#[derive(Debug)]
pub struct ProblemJson;

impl ContentType for ProblemJson {
    const CONTENT_TYPE: &'static str = "application/problem+json";
}

impl FormatType for ProblemJson {
    const FORMAT_TYPE: Format = Format::Text;
}

impl Encodes<Problem> for ProblemJson {
    type Error = serde_json::Error;
    fn encode(problem: &Problem) -> Result<leptos::server_fn::Bytes, Self::Error> {
        JsonEncoding::encode(problem)
    }
}

impl Decodes<Problem> for ProblemJson {
    type Error = serde_json::Error;
    fn decode(bytes: leptos::server_fn::Bytes) -> Result<Problem, Self::Error> {
        <JsonEncoding as Decodes<Problem>>::decode(bytes)
    }
}

impl FromServerFnError for Problem {
    type Encoder = ProblemJson;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(detail) | ServerFnErrorErr::MissingArg(detail) => unreadable(&detail),
            ServerFnErrorErr::Request(_) => Self::Unavailable,
            _ => Self::Internal,
        }
    }
}

/// A body that does not fit the input type: an unknown field is named (422), the rest is malformed.
pub(crate) fn unreadable(detail: &str) -> Problem {
    match detail.split_once("unknown field `").and_then(|(_, rest)| rest.split_once('`')) {
        Some((field, _)) => Problem::field_error(field, "unknown_field", format!("There is no field {field}.")),
        None => Problem::malformed(format!("The input cannot be read: {detail}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_survives_the_wire() {
        for problem in [
            Problem::malformed("no JSON"),
            Problem::Unauthenticated,
            Problem::Forbidden { permission: "customers.read".into() },
            Problem::not_found("customer"),
            Problem::field_error("email", "invalid", "Not an address."),
            Problem::conflict("email_taken", "Taken."),
            Problem::Stale { version: 7 },
            Problem::PreconditionRequired,
            Problem::MethodNotAllowed,
            Problem::UnsupportedMediaType,
            Problem::TooLarge,
            Problem::RateLimited { retry_after: 90 },
            Problem::Unavailable,
            Problem::Internal,
        ] {
            assert_eq!(Problem::de(problem.ser()), problem);
        }
    }

    #[test]
    fn an_unknown_field_is_named() {
        let problem = unreadable("unknown field `is_admin`, expected one of `name`");
        assert_eq!(problem.errors()[0].code, "unknown_field");
        assert_eq!(problem.errors()[0].field, "is_admin");
    }
}
