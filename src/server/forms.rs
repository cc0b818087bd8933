//! What was typed into a plain HTML form that failed: kept in the session for the next page, minus secrets.
//!
//! Strangers must not fill the disk: of them only the few fields of the public forms are kept, and little of each.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_sessions::Session;

use super::ApiProblem;
use super::context::Authenticated;
use crate::shared::actor::Proof;
use crate::shared::problem::Problem;
use crate::ui::TypedValues;

const MAX_FORM: usize = 1 << 20;
/// Bytes of a form that is kept at most.
const MAX_KEPT: usize = 16 << 10;
const PREFIX: &str = "/api/fn/";

/// Forms that people fill in before they are signed in, and the fields of them that are kept.
const PUBLIC_FORMS: [&str; 3] = ["auth/sign-in", "auth/forgot-password", "auth/set-up"];
const PUBLIC_FIELDS: [&str; 3] = ["username", "full_name", "email"];
/// Characters of such a field that are kept.
const MAX_PUBLIC_VALUE: usize = 300;

/// A form that is kept when it fails.
struct Kept {
    form: String,
    session: Session,
    of_stranger: bool,
}

/// Remembers the fields of a form whose answer sends the browser back with an error. Runs inside of what finds the
/// caller.
pub(super) async fn remember(request: Request, next: Next) -> Response {
    let Some(Kept { form, session, of_stranger }) = kept(&request) else { return next.run(request).await };
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_FORM).await else { return ApiProblem(Problem::TooLarge).into_response() };
    let response = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    let failed = response
        .headers()
        .get(header::LOCATION)
        .and_then(|location| location.to_str().ok())
        .is_some_and(|location| location.contains("__err="));
    if !failed || bytes.len() > MAX_KEPT {
        return response;
    }
    let typed = TypedValues(fields_of(&bytes, of_stranger));
    if !typed.is_empty()
        && let Err(error) = session.insert(&key(&form), typed).await
    {
        tracing::warn!(%error, "typed values could not be kept");
    }
    response
}

/// A browser's form: any that somebody sends who is signed in, else one of the public ones.
fn kept(request: &Request) -> Option<Kept> {
    let form = request.uri().path().strip_prefix(PREFIX)?;
    let accept = request.headers().get(header::ACCEPT)?.to_str().ok()?;
    let session = request.extensions().get::<Session>()?;
    let actor = request.extensions().get::<Authenticated>().and_then(|found| found.0.as_ref());
    let is_signed_in = actor.is_some_and(|actor| matches!(actor.proof, Proof::Session { .. }));
    let is_kept = request.method() == Method::POST
        && accept.contains("text/html")
        && (is_signed_in || PUBLIC_FORMS.contains(&form));
    is_kept.then(|| Kept { form: form.to_owned(), session: session.clone(), of_stranger: !is_signed_in })
}

/// What was typed into the form, once.
pub async fn recall(form: &str) -> Result<TypedValues, Problem> {
    let session = super::session()?;
    if session.id().is_none() {
        return Ok(TypedValues::default());
    }
    let kept = session.remove::<TypedValues>(&key(form)).await;
    Ok(kept.ok().flatten().unwrap_or_default())
}

fn key(form: &str) -> String {
    format!("form:{form}")
}

/// The fields of a form; a token in a URL or a password never stays behind.
fn fields_of(bytes: &[u8], of_stranger: bool) -> BTreeMap<String, String> {
    let fields = form_urlencoded::parse(bytes).into_owned().filter(|(name, _)| !is_secret(name));
    if !of_stranger {
        return fields.collect();
    }
    let public = fields.filter(|(name, _)| PUBLIC_FIELDS.contains(&name.as_str()));
    public.map(|(name, value)| (name, value.chars().take(MAX_PUBLIC_VALUE).collect())).collect()
}

/// Does a field of this name hold a secret? `client[token_kind]` and `postcode` do not.
fn is_secret(name: &str) -> bool {
    let last = name.trim_end_matches(']').rsplit('[').next().unwrap_or(name);
    last.contains("password") || matches!(last, "secret" | "token" | "code")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_never_kept() {
        let form = b"username=ana&password=x&client%5Bsecret%5D=x&code=1&token=x&client%5Btoken_kind%5D=jwt";
        let names: Vec<String> = fields_of(form, false).into_keys().collect();
        assert_eq!(names, ["client[token_kind]", "username"]);
    }

    #[test]
    fn of_strangers_little_is_kept() {
        let form = format!("username={}&full_name=Ana&note={}", "\u{e9}".repeat(1_000), "x".repeat(1_000));
        let fields = fields_of(form.as_bytes(), true);
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["full_name", "username"]);
        assert_eq!(fields["username"], "\u{e9}".repeat(MAX_PUBLIC_VALUE));
        assert_eq!(fields_of(form.as_bytes(), false)["username"].chars().count(), 1_000);
    }
}
