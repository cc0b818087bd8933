//! Bearer tokens at every door (RFC 6750): the same for REST, server functions and pages.

use chrono::Duration;
use reqwest::header::HeaderValue;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::{ApiClient, INVALID_TOKEN, bear, bear_get, is_alive, machine, me, ok, text, web_app, with_jwt};
use crate::support::{Person, TestApp, refusal};

/// The doors that a token opens, each with a request that needs `customers.read` only.
const DOORS: [(Method, &str); 3] = [
    (Method::GET, "/api/v1/customers"),
    (Method::POST, "/api/v1/customers/search"),
    (Method::POST, "/api/fn/customers/search"),
];

async fn knock(http: &Person, door: &(Method, &str), authorizations: &[HeaderValue]) -> Response {
    let mut request = http.request(door.0.clone(), door.1);
    for authorization in authorizations {
        request = request.header("authorization", authorization);
    }
    let body = if door.1.starts_with("/api/fn/") { json!({ "filter": {} }) } else { json!({}) };
    request.json(&body).send().await.unwrap()
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap()
}

/// RFC 6750 §2.1; the scheme in any case (RFC 9110 §11.1).
#[tokio::test]
async fn every_door_takes_every_kind_of_token() {
    let app = TestApp::start().await;
    app.administrator().await.create(json!({ "name": "Ana" })).await;
    for input in [machine(), with_jwt(machine())] {
        let client = ApiClient::make(&app, input).await;
        let token = client.own_token().await;
        for door in &DOORS {
            for scheme in ["Bearer", "bearer", "BEARER"] {
                let page = ok(knock(&client.http, door, &[value(&format!("{scheme} {token}"))]).await).await;
                assert_eq!(page["customers"][0]["name"], "Ana");
            }
        }
    }
}

/// RFC 6750 §3.1: without a token there is a challenge and no error code.
#[tokio::test]
async fn without_a_token_the_challenge_is_plain() {
    let app = TestApp::start().await;
    for door in &DOORS {
        let response = knock(&app.visitor(), door, &[]).await;
        assert_eq!(response.headers()["www-authenticate"], "Bearer realm=\"isp\"");
        assert_eq!(refusal(response).await, (401, "unauthenticated".into()));
    }
}

/// RFC 6750 §3.1: `invalid_token`; a good cookie does not make it better.
#[tokio::test]
async fn a_bad_token_is_refused_even_beside_a_good_cookie() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let client = ApiClient::make(&app, machine()).await;
    let (good, over) = (client.own_token().await, client.own_token().await);
    client.revoke(&over).await;
    let bad = [
        vec![value("Bearer")],
        vec![value("Bearer ")],
        vec![value("Bearer    ")],
        vec![value("bearer nonsense")],
        vec![value(&format!("Bearer {over}"))],
        vec![value(&format!("Bearer {good} {good}"))],
        vec![value(&format!("Bearer {good}, Bearer {good}"))],
        vec![HeaderValue::from_bytes(b"Bearer \xc3\xa9\xff").unwrap()],
        vec![value(&format!("Bearer {good}")), value(&format!("Bearer {good}"))],
        vec![value(&format!("Bearer {good}")), value("Basic eDp5")],
        vec![value("Basic eDp5"), value(&format!("Bearer {good}"))],
    ];
    for person in [&ana, &app.visitor()] {
        for door in &DOORS {
            for authorizations in &bad {
                let response = knock(person, door, authorizations).await;
                assert_eq!(response.status(), 401, "{authorizations:?}");
                assert_eq!(response.headers()["www-authenticate"], INVALID_TOKEN, "{authorizations:?}");
                assert_eq!(refusal(response).await, (401, "unauthenticated".into()));
            }
        }
    }
    let page = ana.request(Method::GET, "/customers").header("accept", "text/html").bearer_auth("nonsense");
    assert_eq!(page.send().await.unwrap().status(), 401);
    let created = bear(&ana, &over, Method::POST, "/api/v1/customers", &json!({ "name": "Ben" })).await;
    assert_eq!(created.status(), 401);
    assert_eq!(ana.json("/api/v1/customers").await["total_count"], 0);
}

/// One request has one caller: a good token counts, not the cookie beside it.
#[tokio::test]
async fn a_good_token_counts_and_not_the_cookie_beside_it() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let token = ApiClient::make(&app, machine()).await.own_token().await;
    assert_eq!(me(&ana, &token).await["kind"], "client");
    let created = bear(&ana, &token, Method::POST, "/api/v1/customers", &json!({ "name": "Ben" })).await;
    assert_eq!(created.status(), 403);
    assert_eq!(ana.json("/api/v1/auth/me").await["kind"], "staff");
}

/// RFC 6750 §3.1: `insufficient_scope` names the scope that is needed; nothing has happened.
#[tokio::test]
async fn a_token_without_the_scope_is_told_which_it_needs() {
    let app = TestApp::start().await;
    let ana = app.staff("administrator").await;
    let for_person = ApiClient::make(&app, with_jwt(web_app())).await;
    let tokens = [
        ApiClient::make(&app, machine()).await.own_token().await,
        text(&for_person.granted(&ana).await, "access_token"),
    ];
    let visitor = app.visitor();
    for token in &tokens {
        for (method, path, body, scope) in [
            (Method::POST, "/api/v1/customers", json!({ "name": "Ben" }), "customers.create"),
            (Method::POST, "/api/fn/customers/create", json!({ "customer": { "name": "Ben" } }), "customers.create"),
            (Method::GET, "/api/v1/staff", Value::Null, "staff.read"),
            (Method::POST, "/api/fn/staff/list", json!({}), "staff.read"),
            (Method::GET, "/api/v1/oauth-clients", Value::Null, "clients.read"),
        ] {
            let response = bear(&visitor, token, method, path, &body).await;
            let expected = format!("Bearer realm=\"isp\", error=\"insufficient_scope\", scope=\"{scope}\"");
            assert_eq!(response.headers()["www-authenticate"], expected.as_str(), "{path}");
            assert_eq!(refusal(response).await, (403, "forbidden".into()), "{path}");
        }
    }
    let plain = app.staff("read-only").await.post("/api/v1/customers", &json!({ "name": "Ben" })).await;
    assert!(plain.status() == 403 && !plain.headers().contains_key("www-authenticate"), "a cookie has no scope");
    assert_eq!(ana.json("/api/v1/customers").await["total_count"], 0);
}

/// RFC 6750 §2.2 and §2.3 (and RFC 9700 §4.3.2): a token in the address or the body is not looked at.
#[tokio::test]
async fn a_token_is_read_from_the_header_only() {
    let app = TestApp::start().await;
    let token = ApiClient::make(&app, machine()).await.own_token().await;
    let visitor = app.visitor();
    let in_address = visitor.get(&format!("/api/v1/auth/me?access_token={token}")).await;
    assert_eq!(in_address.headers()["www-authenticate"], "Bearer realm=\"isp\"");
    assert_eq!(refusal(in_address).await.0, 401);
    let form = visitor.request(Method::POST, "/api/fn/customers/search").form(&[("access_token", token.as_str())]);
    assert_eq!(form.send().await.unwrap().status(), 401);
    let cookie = format!("access_token={token}; isp_session={token}");
    let cookie = visitor.request(Method::GET, "/api/v1/auth/me").header("cookie", cookie);
    assert_eq!(cookie.send().await.unwrap().status(), 401);
}

/// RFC 9110 §11.6.2: what a proxy in front of us asks for is not ours to judge.
#[tokio::test]
async fn another_scheme_leaves_the_cookie_its_say() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for authorization in ["Basic eDp5", "Negotiate abc", "Bearerish x"] {
        for (person, status) in [(&ana, 200), (&app.visitor(), 401)] {
            let response = knock(person, &DOORS[0], &[value(authorization)]).await;
            assert_eq!(response.status(), status, "{authorization}");
        }
    }
}

/// RFC 6750 §5.3: short-lived.
#[tokio::test]
async fn a_token_ends_after_fifteen_minutes_and_is_swept_away() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, machine()).await;
    let token = client.own_token().await;
    app.clock.advance(Duration::minutes(15) - Duration::seconds(1));
    app.services.tokens.sweep().await.unwrap();
    assert!(is_alive(&client.http, &token).await);
    app.clock.advance(Duration::seconds(1));
    assert!(!is_alive(&client.http, &token).await);
    app.services.tokens.sweep().await.unwrap();
    let mut tx = app.services.database.read().await.unwrap();
    let left: i64 = tx.query("SELECT COUNT(*) FROM access_tokens").fetch_value().await.unwrap();
    assert_eq!(left, 0);
}

/// What a token did is in the history under the name of whoever did it.
#[tokio::test]
async fn the_history_names_the_client_and_the_person() {
    let app = TestApp::start().await;
    let ana = app.staff("technician").await;
    let boss = app.administrator().await;
    let customer = boss.create(json!({ "name": "Ana" })).await;
    let path = format!("/api/v1/customers/{}", customer["id"]);
    let own = ApiClient::make(&app, machine()).await.own_token().await;
    let granted = text(&ApiClient::make(&app, web_app()).await.granted(&ana).await, "access_token");
    for (version, token, city) in [(1, &own, "Oslo"), (2, &granted, "Bergen")] {
        let request = app.visitor().request(Method::PATCH, &path).bearer_auth(token);
        let request = request.header("if-match", format!("\"{version}\"")).json(&json!({ "city": city }));
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    let history = ok(bear_get(&boss, &own, &format!("{path}/history")).await).await;
    let names: Vec<_> = history.as_array().unwrap().iter().map(|entry| text(entry, "actor_name")).collect();
    assert_eq!(names[..2], ["The technician (via Field app)", "Billing export"]);
}
