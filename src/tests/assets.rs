//! Files of the site and the headers around every answer.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, encoded, refusal};

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for path in
        ["/login", "/nowhere", "/api/v1/customers", "/api/v1/nowhere", "/health", "/customers", "/api/openapi.json"]
    {
        let response = visitor.request(Method::GET, path).header("accept", "text/html").send().await.unwrap();
        let header =
            |name: &str| response.headers().get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert!(!header("x-request-id").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn a_page_gets_a_fresh_nonce_in_policy_and_scripts() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let mut nonces = std::collections::HashSet::new();
    for _ in 0..2 {
        let response = visitor.request(Method::GET, "/login").header("accept", "text/html").send().await.unwrap();
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        let page = response.text().await.unwrap();
        assert!(page.contains(&format!("nonce=\"{nonce}\"")));
        for script in page.split("<script").skip(1) {
            assert!(script.split('>').next().unwrap().contains(&nonce), "a script without the nonce");
        }
        nonces.insert(nonce);
    }
    assert_eq!(nonces.len(), 2);
}

#[tokio::test]
async fn unsafe_requests_from_elsewhere_are_refused_without_effect() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("sec-fetch-site", "none")]
    {
        let response = ana
            .request(Method::POST, "/api/v1/customers")
            .header(name, value)
            .json(&json!({ "name": "Evil" }))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 403, "{name}: {value}");
    }
    assert_eq!(ana.json("/api/v1/customers").await["total_count"], 0);
}

#[tokio::test]
async fn odd_requests_get_clear_problems() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    assert_eq!(refusal(ana.get("/api/v1/nowhere").await).await, (404, "not_found".into()));
    assert_eq!(refusal(ana.get("/api/fn/customers/nothing").await).await, (404, "not_found".into()));
    let method = ana.request(Method::PUT, "/api/v1/customers").send().await.unwrap();
    assert_eq!(refusal(method).await, (405, "method_not_allowed".into()));
    let text = ana.request(Method::POST, "/api/v1/customers").body("name=Ana").send().await.unwrap();
    assert_eq!(refusal(text).await, (415, "unsupported_media_type".into()));
    let broken = ana
        .request(Method::POST, "/api/v1/customers")
        .header("content-type", "application/json")
        .body("{")
        .send()
        .await
        .unwrap();
    assert_eq!(refusal(broken).await, (400, "malformed".into()));
    let huge = json!({ "name": "x".repeat(2 << 20) });
    assert_eq!(refusal(ana.post("/api/v1/customers", &huge).await).await, (413, "too_large".into()));
    assert_eq!(refusal(ana.post("/api/fn/customers/create", &huge).await).await, (413, "too_large".into()));
    let broken_fn = ana.post("/api/fn/customers/get", &json!({ "id": "seven" })).await;
    assert_eq!(refusal(broken_fn).await.0, 400);
}

#[tokio::test]
async fn problems_keep_their_status_when_the_answer_is_compressed() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let sent = ana.request(Method::POST, "/api/fn/customers/create").header("accept-encoding", "gzip, br");
    let refused = sent.json(&json!({ "customer": { "email": "nobody" } })).send().await.unwrap();
    assert_eq!(refused.status(), 422);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
}

#[tokio::test]
async fn naughty_strings_round_trip_or_are_refused_but_never_break() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let strings = [
        "\u{0}",
        "\u{202e}abc",
        "🏳️‍🌈",
        "Ω≈ç√",
        "'; DROP TABLE customers; --",
        "<script>alert(1)</script>",
        "\\",
        "%00",
        "NULL",
        "undefined",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "\u{feff}bom",
        "ﷺ",
        "a\u{0301}\u{0301}\u{0301}",
        "../../etc/passwd",
        "=1+1",
        "𠜎𠜱",
    ];
    for text in strings {
        let response = ana.post("/api/v1/customers", &json!({ "name": text, "city": text, "tax_id": text })).await;
        let status = response.status().as_u16();
        assert!(matches!(status, 201 | 422), "{text:?}: {status}");
        let query = encoded(text);
        let found = ana.get(&format!("/api/v1/customers?query={query}")).await;
        assert!(matches!(found.status().as_u16(), 200 | 422), "{text:?}");
    }
}

#[tokio::test]
async fn the_theme_is_kept_in_a_cookie_and_comes_with_the_first_html() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let chosen = visitor.form("/theme", "/login", &[("theme", "dark")]).await;
    assert_eq!((chosen.status().as_u16(), chosen.headers()["location"].to_str().unwrap()), (303, "/login"));
    assert!(visitor.page("/login").await.1.contains("data-theme=\"dark\""));
}

#[tokio::test]
async fn the_description_names_every_error_and_the_committed_one_is_current() {
    let document = isp::server::openapi_document().to_pretty_json().unwrap();
    let path = format!("{}/docs/openapi.json", env!("CARGO_MANIFEST_DIR"));
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed.trim() == document.trim(),
        "docs/openapi.json is old: write it anew with `isp openapi > docs/openapi.json`"
    );
    let document: Value = serde_json::from_str(&document).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["responses"]["401"].is_object(), "{method} {path} does not say 401");
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
        }
    }
}
