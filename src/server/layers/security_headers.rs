//! Headers that tell the browser what our pages never do (spec: Access → Everywhere).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

use super::super::AppState;
use crate::oauth::form_action_source;

/// Swagger UI draws its icons from an element that hides itself by this one inline style.
const SWAGGER_STYLE: &str = "'unsafe-hashes' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='";

/// The policy of a page whose scripts carry the nonce; without one, no inline script runs at all.
pub(in crate::server) fn content_security_policy(nonce: Option<&str>) -> String {
    let nonce = nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Adds what is missing to every answer, errors included.
pub(in crate::server) async fn security_headers(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let is_asset = request.uri().path().starts_with("/pkg/");
    let is_swagger = request.uri().path().starts_with("/api/docs");
    let consent_leads_to = consent_leads_to(request.uri());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value: &str| {
        if !headers.contains_key(&name)
            && let Ok(value) = HeaderValue::from_str(value)
        {
            headers.insert(name, value);
        }
    };
    let policy = content_security_policy(None);
    let policy = if is_swagger {
        policy.replace("style-src 'self'", &format!("style-src 'self' {SWAGGER_STYLE}"))
    } else {
        policy
    };
    add(header::CONTENT_SECURITY_POLICY, &policy);
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::REFERRER_POLICY, "same-origin");
    add(header::X_FRAME_OPTIONS, "DENY");
    add(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    add(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    add(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()");
    if !is_asset {
        add(header::CACHE_CONTROL, "no-store");
    }
    if state.services.config.is_https() {
        add(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    if let Some(source) = consent_leads_to {
        allow_form_action(headers, &source);
    }
    response
}

/// Where the form of the consent page leads in the end: its answer redirects to the client, and browsers hold
/// redirects of forms to the policy too. That the client is known is for the page to find out.
fn consent_leads_to(uri: &Uri) -> Option<String> {
    let query = uri.query().filter(|_| uri.path() == "/oauth/consent")?;
    let mut given = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "redirect_uri");
    form_action_source(&given.next()?.1)
}

fn allow_form_action(headers: &mut HeaderMap, source: &str) {
    let policy = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    let wider = policy.map(|policy| policy.replace("form-action 'self'", &format!("form-action 'self' {source}")));
    if let Some(wider) = wider.and_then(|policy| HeaderValue::from_str(&policy).ok()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, wider);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_consent_page_leads_elsewhere() {
        let of = |uri: &'static str| consent_leads_to(&Uri::from_static(uri));
        let consent = "/oauth/consent?client_id=a&redirect_uri=https%3A%2F%2Fapp.example%3A8443%2Fback%3Fx";
        assert_eq!(of(consent).as_deref(), Some("https://app.example:8443"));
        assert_eq!(of("/oauth/consent?redirect_uri=com.example.app%3A%2Fback").as_deref(), Some("com.example.app:"));
        assert_eq!(of("/oauth/consent?redirect_uri=https%3A%2F%2Fa%3Bsandbox%2F"), None);
        assert_eq!(of("/oauth/consent?redirect_uri=javascript%3Aalert(1)"), None);
        assert_eq!(of("/oauth/consent"), None);
        assert_eq!(of("/customers?redirect_uri=https%3A%2F%2Fapp.example%2F"), None);
    }

    #[test]
    fn the_rest_of_the_policy_stays() {
        let mut headers = HeaderMap::new();
        let policy = content_security_policy(Some("abc"));
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_str(&policy).unwrap());
        allow_form_action(&mut headers, "https://app.example");
        let wider = policy.replace("form-action 'self';", "form-action 'self' https://app.example;");
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], wider.as_str());
        assert_ne!(policy, wider);
    }
}
