//! Requests a minute: 429 with `Retry-After` (RFC 6585 §4) and the `RateLimit` fields of the HTTPAPI group.

use std::num::NonZeroU32;

use reqwest::{Method, Response};
use serde_json::json;

use super::{ApiClient, bear_get, machine, ok, text, web_app};
use crate::support::{PASSWORD, TestApp, refusal};

const LIMIT: u32 = 5;

async fn strict() -> TestApp {
    TestApp::with(|config| config.max_api_requests = NonZeroU32::new(LIMIT).unwrap()).await
}

fn header(response: &Response, name: &str) -> String {
    response.headers()[name].to_str().unwrap().to_owned()
}

/// What whoever goes beyond the limit is told.
async fn is_slowed_down(response: Response, policy: &str) {
    assert_eq!(header(&response, "ratelimit-policy"), format!("\"{policy}\";q={LIMIT};w=60"));
    let wait: u64 = header(&response, "retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(header(&response, "ratelimit"), format!("\"{policy}\";r=0;t={wait}"));
    assert_eq!(refusal(response).await, (429, "rate_limited".into()));
}

#[tokio::test]
async fn a_client_beyond_its_limit_is_told_when_to_come_back() {
    let app = strict().await;
    let (client, other) = (ApiClient::make(&app, machine()).await, ApiClient::make(&app, machine()).await);
    let ana = app.administrator().await;
    let (token, others) = (client.own_token().await, other.own_token().await);
    for left in (0..LIMIT).rev() {
        let response = bear_get(&client.http, &token, "/api/v1/customers").await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "ratelimit-policy"), "\"client\";q=5;w=60");
        assert!(header(&response, "ratelimit").starts_with(&format!("\"client\";r={left};")));
        assert!(!response.headers().contains_key("retry-after"));
    }
    is_slowed_down(bear_get(&client.http, &token, "/api/v1/customers").await, "client").await;
    let search = client.http.request(Method::POST, "/api/fn/customers/search").bearer_auth(&token);
    is_slowed_down(search.json(&json!({ "filter": {} })).send().await.unwrap(), "client").await;
    assert_eq!(bear_get(&other.http, &others, "/api/v1/customers").await.status(), 200);
    for _ in 0..=LIMIT {
        let response = ana.get("/api/v1/customers").await;
        assert!(response.status() == 200 && !response.headers().contains_key("ratelimit"));
    }
}

/// All people through whom a client acts share its limit.
#[tokio::test]
async fn the_limit_is_the_client_s_whoever_it_acts_for() {
    let app = strict().await;
    let client = ApiClient::make(&app, web_app()).await;
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let granted = client.granted(&app.staff("technician").await).await;
        tokens.push(text(&granted, "access_token"));
    }
    for i in 0..5 {
        assert_eq!(bear_get(&client.http, &tokens[i % 2], "/api/v1/customers").await.status(), 200);
    }
    for token in &tokens {
        is_slowed_down(bear_get(&client.http, token, "/api/v1/customers").await, "client").await;
    }
}

/// Where secrets are tried, an address has its limit, right or wrong, over all these endpoints together.
#[tokio::test]
async fn secrets_are_not_tried_without_end() {
    let app = strict().await;
    app.create_staff("ana", "technician").await;
    let client = ApiClient::make(&app, machine()).await;
    let wrong = ApiClient { secret: Some("isps_wrong".into()), ..client.clone() };
    let grant = [("grant_type", "client_credentials")];
    for _ in 0..2 {
        let refused = wrong.post("/oauth/token", &grant).await;
        assert_eq!(header(&refused, "ratelimit-policy"), "\"address\";q=5;w=60");
        assert_eq!(refused.status(), 401);
    }
    assert_eq!(wrong.post("/oauth/introspect", &[("token", "x")]).await.status(), 401);
    assert_eq!(wrong.post("/oauth/revoke", &[("token", "x")]).await.status(), 401);
    let pair = json!({ "username": "ana", "password": PASSWORD });
    let tokens = ok(client.http.post("/api/v1/auth/token", &pair).await).await;
    let refresh = json!({ "refresh_token": text(&tokens, "refresh_token") });
    is_slowed_down(client.http.post("/api/v1/auth/refresh", &refresh).await, "address").await;
    is_slowed_down(client.http.post("/api/v1/auth/token", &pair).await, "address").await;
    is_slowed_down(client.post("/oauth/token", &grant).await, "address").await;
    assert_eq!(bear_get(&client.http, &text(&tokens, "access_token"), "/api/v1/customers").await.status(), 200);
}
