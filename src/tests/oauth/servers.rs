//! Two servers on one database: what one of them ends is dead on the other at the next request.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use isp::server::{AppState, Services, router, serve};
use reqwest::Method;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{
    ApiClient, bear, bear_get, invalid_grant, is_alive, machine, oauth_error, ok, part, staff_id, system, text,
    web_app, with_jwt,
};
use crate::support::{Person, TestApp};

/// Another server on the same database, known under the same name; somebody who talks to it.
async fn second_server(app: &TestApp) -> Person {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = (*app.services.config).clone();
    let services = Services::build(config, app.database().await, app.clock.clone()).await.unwrap();
    services.tokens.ensure_keys().await.unwrap();
    tokio::spawn(serve(listener, router(AppState::new(services)), CancellationToken::new()));
    Person::at(&format!("http://{address}"))
}

/// RFC 7009 §2.1: immediately.
#[tokio::test]
async fn a_token_that_is_revoked_here_is_dead_there() {
    let app = TestApp::start().await;
    let there = second_server(&app).await;
    for input in [machine(), with_jwt(machine())] {
        let client = ApiClient::make(&app, input).await;
        let token = client.own_token().await;
        assert!(is_alive(&there, &token).await);
        client.revoke(&token).await;
        assert!(!is_alive(&there, &token).await);
        let elsewhere = ApiClient { http: there.clone(), ..client.clone() };
        let token = elsewhere.own_token().await;
        assert!(is_alive(&client.http, &token).await);
        client.set_active(&app, false).await;
        assert!(!is_alive(&there, &token).await);
        let refused = oauth_error(elsewhere.post("/oauth/token", &[("grant_type", "client_credentials")]).await).await;
        assert_eq!(refused, (401, "invalid_client".into()));
    }
}

#[tokio::test]
async fn a_person_who_is_closed_here_is_out_there() {
    let app = TestApp::start().await;
    let there = second_server(&app).await;
    let client = ApiClient::make(&app, with_jwt(web_app())).await;
    let ana = app.staff("technician").await;
    let (id, tokens) = (staff_id(&ana).await, client.granted(&ana).await);
    assert!(is_alive(&there, &text(&tokens, "access_token")).await);
    app.services.staff.set_active(&system(), id, false).await.unwrap();
    assert!(!is_alive(&there, &text(&tokens, "access_token")).await);
    let elsewhere = ApiClient { http: there.clone(), ..client };
    assert_eq!(oauth_error(elsewhere.refresh(&text(&tokens, "refresh_token")).await).await, invalid_grant());
}

/// RFC 9700 §4.14.2, with the uses spread over both.
#[tokio::test]
async fn of_twenty_refreshes_at_both_servers_exactly_one_succeeds() {
    let app = TestApp::start().await;
    let there = second_server(&app).await;
    let client = ApiClient::make(&app, web_app()).await;
    let elsewhere = ApiClient { http: there, ..client.clone() };
    let tokens = client.granted(&app.staff("technician").await).await;
    let token = text(&tokens, "refresh_token");
    let tries = (0..20).map(|i| if i % 2 == 0 { &client } else { &elsewhere }).map(|client| client.refresh(&token));
    let answers = futures::future::join_all(tries).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, [400; 19].as_slice()));
}

/// A key that one server has made is found by the other when it first sees it.
#[tokio::test]
async fn a_new_key_is_known_to_both() {
    let app = TestApp::start().await;
    let there = second_server(&app).await;
    let client = ApiClient::make(&app, with_jwt(machine())).await;
    let kid = |token: &str| text(&part(token, 0), "kid");
    let elsewhere = ApiClient { http: there.clone(), ..client.clone() };
    let first = kid(&client.own_token().await);
    assert_eq!(kid(&elsewhere.own_token().await), first);
    app.clock.advance(Duration::days(29));
    app.services.tokens.ensure_keys().await.unwrap();
    app.clock.advance(Duration::days(1));
    app.services.tokens.ensure_keys().await.unwrap();
    let token = client.own_token().await;
    assert_ne!(kid(&token), first);
    assert!(is_alive(&there, &token).await);
    assert_eq!(kid(&elsewhere.own_token().await), kid(&token));
}

/// Names that nobody has made do not keep the server from finding those that somebody has.
#[tokio::test]
async fn made_up_keys_are_refused_and_cost_no_more_than_that() {
    let app = TestApp::start().await;
    let there = second_server(&app).await;
    let client = ApiClient::make(&app, with_jwt(machine())).await;
    let token = client.own_token().await;
    let (_, rest) = token.split_once('.').unwrap();
    for i in 0..30 {
        let header = json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": format!("made-up-{i}") }).to_string();
        let forged = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header));
        let path = "/api/fn/customers/search";
        let refused = bear(&there, &forged, Method::POST, path, &json!({ "filter": {} })).await;
        assert_eq!(refused.status(), 401);
    }
    assert!(is_alive(&there, &token).await);
    let page = ok(bear_get(&there, &token, "/api/v1/customers").await).await;
    assert_eq!(page["total_count"], 0);
}
