//! A form that failed without JavaScript tells its page why in the address. Anybody can write such an address: what
//! stands there counts only when one of our own pages led to it.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::super::AppState;

/// The parameters in which Leptos puts the function and its error.
const PARAMETERS: [&str; 2] = ["__err", "__path"];

/// For pages: 303 to the same address without the error of a stranger.
pub(in crate::server) async fn own_errors(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let has_error = request.uri().query().is_some_and(|query| query.contains("__err="));
    if !has_error || is_from_us(request.headers(), &state.services.config.base_url) {
        return next.run(request).await;
    }
    (StatusCode::SEE_OTHER, [(header::LOCATION, without_error(request.uri()))]).into_response()
}

/// Browsers say where a visit began; where they do not (plain http), the page that it came from tells.
fn is_from_us(headers: &HeaderMap, base_url: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(referer) = text(header::REFERER) else { return false };
    let host = referer.split_once("://").and_then(|(_, rest)| rest.split('/').next());
    referer.strip_prefix(base_url).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        || (host.is_some() && host == text(header::HOST))
}

fn without_error(uri: &Uri) -> String {
    let query = uri.query().unwrap_or_default();
    let is_kept = |pair: &&str| !PARAMETERS.contains(&pair.split('=').next().unwrap_or_default());
    let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
    if kept.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_the_address_stays() {
        let of = |uri: &'static str| without_error(&Uri::from_static(uri));
        assert_eq!(of("/login?next=%2Fa%3Fb&__path=x&__err=eyJ9"), "/login?next=%2Fa%3Fb");
        assert_eq!(of("/login?__err=eyJ9"), "/login");
    }

    #[test]
    fn only_our_own_pages_lead_to_an_error() {
        let of = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            is_from_us(&headers, "https://isp.example.net")
        };
        assert!(of(&[("sec-fetch-site", "same-origin")]));
        assert!(of(&[("referer", "https://isp.example.net/login")]));
        assert!(of(&[("referer", "http://10.0.0.7:3000/login"), ("host", "10.0.0.7:3000")]));
        for stranger in [
            &[][..],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "cross-site"), ("referer", "https://isp.example.net/")],
            &[("referer", "https://isp.example.net.evil.example/"), ("host", "isp.example.net")],
        ] {
            assert!(!of(stranger), "{stranger:?}");
        }
    }
}
