//! `/.well-known/security.txt` (RFC 9116): where people report vulnerabilities of this installation.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Days, NaiveTime, Utc};

use super::{ApiProblem, AppState};
use crate::shared::problem::Problem;

/// `GET /.well-known/security.txt`; 404 where the operator has set no contact.
pub(super) async fn security_txt(State(state): State<AppState>) -> Response {
    let config = &state.services.config;
    let Some(contact) = &config.security_contact else {
        return ApiProblem(Problem::not_found("address")).into_response();
    };
    let canonical = config.is_https().then_some(config.base_url.as_str());
    let text = document(contact, canonical, state.services.clock.now());
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// Good for a year, to the day: longer is not recommended. Only https may name itself as the canonical place.
fn document(contact: &str, canonical: Option<&str>, now: DateTime<Utc>) -> String {
    let expires = now.date_naive().and_time(NaiveTime::MIN) + Days::new(365);
    let canonical =
        canonical.map(|base_url| format!("Canonical: {base_url}/.well-known/security.txt\n")).unwrap_or_default();
    format!("Contact: {contact}\nExpires: {}\n{canonical}", expires.format("%Y-%m-%dT%H:%M:%SZ"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_names_contact_and_end() {
        let now = "2026-06-01T09:00:00Z".parse().unwrap();
        assert_eq!(
            document("mailto:security@example.net", Some("https://isp.example.net"), now),
            "Contact: mailto:security@example.net\nExpires: 2027-06-01T00:00:00Z\n\
             Canonical: https://isp.example.net/.well-known/security.txt\n"
        );
        assert_eq!(
            document("https://example.net/security", None, now),
            "Contact: https://example.net/security\nExpires: 2027-06-01T00:00:00Z\n"
        );
    }
}
