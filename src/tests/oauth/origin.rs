//! Requests that another site makes a browser send: with a cookie they fail without effect, with a token they work.

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::{ApiClient, bear, decide, machine, web_app};
use crate::support::{PASSWORD, Person, TestApp, refusal};

/// What changes something, at each kind of door.
fn unsafe_requests() -> Vec<(Method, &'static str, Value)> {
    vec![
        (Method::POST, "/api/v1/customers", json!({ "name": "Eve" })),
        (Method::POST, "/api/fn/customers/create", json!({ "customer": { "name": "Eve" } })),
        (Method::PATCH, "/api/v1/customers/1", json!({ "name": "Eve" })),
        (Method::DELETE, "/api/v1/customers/1", Value::Null),
        (Method::POST, "/api/fn/auth/sign-out", json!({})),
        (Method::POST, "/api/v1/roles", json!({ "name": "Eve" })),
    ]
}

fn dressed(request: RequestBuilder, body: &Value) -> RequestBuilder {
    let request = request.header("if-match", "\"1\"");
    if body.is_null() { request } else { request.json(body) }
}

async fn is_untouched(person: &Person) {
    let page = person.json("/api/v1/customers").await;
    assert_eq!((&page["total_count"], &page["customers"][0]["name"]), (&json!(1), &json!("Ana")));
}

/// Fetch Metadata: only what our own pages send.
#[tokio::test]
async fn a_request_of_another_site_with_a_cookie_fails_without_effect() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    ana.create(json!({ "name": "Ana" })).await;
    for site in ["cross-site", "same-site", "none", "SAME-ORIGIN", ""] {
        for (method, path, body) in unsafe_requests() {
            let request = dressed(ana.request(method, path).header("sec-fetch-site", site), &body);
            // The other header does not make it better.
            let request = request.header("origin", &app.base_url);
            assert_eq!(refusal(request.send().await.unwrap()).await, (403, "forbidden".into()), "{site} {path}");
        }
    }
    is_untouched(&ana).await;
    let form = ana.request(Method::POST, "/theme").header("sec-fetch-site", "cross-site").form(&[("theme", "dark")]);
    assert_eq!(form.send().await.unwrap().status(), 403);
    let read = ana.request(Method::GET, "/api/v1/customers").header("sec-fetch-site", "cross-site");
    assert_eq!(read.send().await.unwrap().status(), 200, "a link from elsewhere opens");
}

/// RFC 6454 §7: browsers that know no Fetch Metadata send `Origin`.
#[tokio::test]
async fn without_fetch_metadata_the_origin_decides() {
    let app = TestApp::start().await;
    app.create_staff("ana", "super-administrator").await;
    let browser = Client::builder().cookie_store(true).build().unwrap();
    let to = |path: &str| browser.post(format!("{}{path}", app.base_url));
    let credentials = json!({ "username": "ana", "password": PASSWORD });
    assert_eq!(to("/api/fn/auth/sign-in").json(&credentials).send().await.unwrap().status(), 200);
    let create = || to("/api/v1/customers").json(&json!({ "name": "Ana" }));
    for origin in ["https://evil.example", "null", "", "http://127.0.0.1", "http://localhost:1", "file://"] {
        let refused = create().header("origin", origin).send().await.unwrap();
        assert_eq!(refusal(refused).await, (403, "forbidden".into()), "{origin}");
    }
    let nothing = create().send().await.unwrap();
    assert_eq!(refusal(nothing).await, (403, "forbidden".into()), "neither header, but a cookie");
    let own = create().header("origin", &app.base_url).send().await.unwrap();
    assert_eq!(own.status(), 201);
}

/// Signing somebody in to another's account is an attack, too.
#[tokio::test]
async fn another_site_signs_nobody_in() {
    let app = TestApp::start().await;
    app.create_staff("ana", "technician").await;
    let visitor = app.visitor();
    let credentials = json!({ "username": "ana", "password": PASSWORD });
    let request = visitor.request(Method::POST, "/api/fn/auth/sign-in").header("sec-fetch-site", "cross-site");
    let refused = request.json(&credentials).send().await.unwrap();
    assert!(!refused.headers().contains_key("set-cookie"));
    assert_eq!(refusal(refused).await, (403, "forbidden".into()));
    assert_eq!(visitor.get("/api/v1/customers").await.status(), 401);
}

/// RFC 6749 §10.12: nobody consents by a page of somebody else's.
#[tokio::test]
async fn another_site_cannot_consent() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let ana = app.staff("technician").await;
    let body = json!({ "request": client.request(), "allow": true });
    let request = ana.request(Method::POST, "/api/fn/oauth/decide").header("sec-fetch-site", "cross-site");
    let refused = request.json(&body).send().await.unwrap();
    assert!(!refused.headers().contains_key("location"));
    assert_eq!(refusal(refused).await, (403, "forbidden".into()));
    let mut tx = app.services.database.read().await.unwrap();
    let codes: i64 = tx.query("SELECT COUNT(*) FROM authorization_codes").fetch_value().await.unwrap();
    assert_eq!(codes, 0);
    drop(tx);
    assert_eq!(decide(&ana, &client.request(), true).await.status(), 200);
}

/// RFC 6750 §5.3: a token is sent on purpose, never by a browser on its own; a bad one helps nobody past the check.
#[tokio::test]
async fn with_a_token_no_origin_is_asked_for() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    ana.create(json!({ "name": "Ana" })).await;
    let admin = isp::oauth::ClientInput { scopes: vec!["admin".into()], ..machine() };
    let token = ApiClient::make(&app, admin).await.own_token().await;
    for (method, path, body) in unsafe_requests() {
        if path.starts_with("/api/fn/auth/") {
            continue;
        }
        for (bearer, works) in [("nonsense", false), (token.as_str(), true)] {
            let request = dressed(ana.request(method.clone(), path).bearer_auth(bearer), &body);
            let request = request.header("sec-fetch-site", "cross-site").header("origin", "https://app.example.net");
            let status = request.send().await.unwrap().status().as_u16();
            assert_eq!(status == 401, !works, "{path}: {status}");
            assert!(status != 403 && status < 500, "{path}: {status}");
        }
    }
    let page = ana.json("/api/v1/customers").await;
    assert_eq!((&page["total_count"], &page["customers"][0]["name"]), (&json!(3), &json!("Eve")));
    let me = bear(&app.visitor(), &token, Method::GET, "/api/v1/auth/me", &Value::Null).await;
    assert_eq!(me.status(), 200);
}
