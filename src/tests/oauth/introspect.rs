//! `POST /oauth/introspect` (RFC 7662).

use chrono::Duration;
use isp::oauth::ClientInput;
use serde_json::{Value, json};

use super::{ApiClient, machine, oauth_error, ok, staff_id, text, web_app, with_jwt};
use crate::support::{PASSWORD, TestApp, start_of_time};

/// What is told of a token that is not good, or not for whoever asks: nothing else (RFC 7662 §2.2).
fn inactive() -> Value {
    json!({ "active": false })
}

/// RFC 7662 §2.2, of a client that acts for itself.
#[tokio::test]
async fn a_good_token_is_described() {
    let app = TestApp::start().await;
    let issued_at = start_of_time().timestamp();
    for input in [machine(), with_jwt(machine())] {
        let client = ApiClient::make(&app, input).await;
        let token = client.own_token().await;
        let response = client.post("/oauth/introspect", &[("token", token.as_str()), ("token_type_hint", "x")]).await;
        assert_eq!(response.headers()["cache-control"], "no-store");
        let expected = json!({
            "active": true, "scope": "customers.read customers.update", "client_id": client.id,
            "token_type": "Bearer", "iat": issued_at, "exp": issued_at + 900, "sub": client.id, "iss": app.base_url,
        });
        assert_eq!(ok(response).await, expected);
    }
}

/// RFC 7662 §2.2, of a client that acts for a person, with the refresh token too.
#[tokio::test]
async fn the_person_behind_a_token_is_named() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let ana = app.staff("technician").await;
    let username = text(&ana.json("/api/v1/auth/me").await, "username");
    let subject = format!("staff:{}", staff_id(&ana).await);
    let tokens = client.granted(&ana).await;
    for name in ["access_token", "refresh_token"] {
        let found = client.introspect(&text(&tokens, name)).await;
        assert_eq!(found["active"], true, "{found}");
        assert_eq!((text(&found, "username"), text(&found, "sub")), (username.clone(), subject.clone()));
        assert_eq!((text(&found, "client_id"), &found["scope"]), (client.id.clone(), &tokens["scope"]));
    }
    let next = ok(client.refresh(&text(&tokens, "refresh_token")).await).await;
    assert_eq!(client.introspect(&text(&tokens, "refresh_token")).await, inactive(), "used up");
    assert_eq!(client.introspect(&text(&next, "refresh_token")).await["active"], true, "asking uses nothing up");
    ok(client.refresh(&text(&next, "refresh_token")).await).await;
}

/// RFC 7662 §2.2: unknown, over and ended are all the same.
#[tokio::test]
async fn a_token_that_is_not_good_is_inactive_and_nothing_else() {
    let app = TestApp::start().await;
    for input in [web_app(), with_jwt(web_app())] {
        let client = ApiClient::make(&app, input).await;
        let tokens = client.granted(&app.staff("technician").await).await;
        let ended = client.granted(&app.staff("technician").await).await;
        client.revoke(&text(&ended, "refresh_token")).await;
        for token in [text(&ended, "access_token"), text(&ended, "refresh_token")] {
            assert_eq!(client.introspect(&token).await, inactive());
        }
        for token in ["nonsense", "ispa_x", "ispr_x", "a.b.c", "..", "\u{0}"] {
            assert_eq!(client.introspect(token).await, inactive(), "{token}");
        }
        app.clock.advance(Duration::minutes(15));
        assert_eq!(client.introspect(&text(&tokens, "access_token")).await, inactive());
        assert_eq!(client.introspect(&text(&tokens, "refresh_token")).await["active"], true);
        app.clock.advance(Duration::days(30));
        assert_eq!(client.introspect(&text(&tokens, "refresh_token")).await, inactive());
    }
}

/// RFC 7662 §2.1 and §4: nobody may go fishing for the tokens of others; a resource server is let in to see them.
#[tokio::test]
async fn a_client_sees_its_own_tokens_and_a_resource_server_all() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let stranger = ApiClient::make(&app, machine()).await;
    let resource = ApiClient::make(&app, ClientInput { scopes: vec!["clients.read".into()], ..machine() }).await;
    app.create_staff("ana", "technician").await;
    let ana = app.visitor();
    assert_eq!(ana.sign_in("ana", PASSWORD).await.status(), 200);
    let tokens = client.granted(&ana).await;
    let pair = json!({ "username": "ana", "password": PASSWORD });
    let pair = ok(app.visitor().post("/api/v1/auth/token", &pair).await).await;
    for tokens in [&tokens, &pair] {
        for name in ["access_token", "refresh_token"] {
            assert_eq!(stranger.introspect(&text(tokens, name)).await, inactive(), "{name}");
            assert_eq!(resource.introspect(&text(tokens, name)).await["username"], "ana", "{name}");
        }
    }
    assert_eq!(client.introspect(&text(&pair, "access_token")).await, inactive());
}

/// RFC 7662 §2.1: the endpoint must ask who asks.
#[tokio::test]
async fn a_client_without_a_secret_is_told_nothing() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, ClientInput { is_confidential: false, ..web_app() }).await;
    let token = text(&client.granted(&app.staff("technician").await).await, "access_token");
    let refused = oauth_error(client.post("/oauth/introspect", &[("token", token.as_str())]).await).await;
    assert_eq!(refused, (401, "invalid_client".into()));
    let known = ApiClient::make(&app, machine()).await;
    let wrong = ApiClient { secret: Some("isps_wrong".into()), ..known.clone() };
    let refused = oauth_error(wrong.post("/oauth/introspect", &[("token", token.as_str())]).await).await;
    assert_eq!(refused, (401, "invalid_client".into()));
    let refused = oauth_error(known.post("/oauth/introspect", &[]).await).await;
    assert_eq!(refused, (400, "invalid_request".into()));
}

/// The scope is what is left of what was granted: what the client or the person lost is not in it.
#[tokio::test]
async fn the_scope_is_what_is_left() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let client = ApiClient::make(&app, ClientInput { scopes: vec!["write".into()], ..web_app() }).await;
    let tokens = client.granted(&app.staff("technician").await).await;
    assert_eq!(tokens["scope"], "write");
    let token = text(&tokens, "access_token");
    assert_eq!(client.introspect(&token).await["scope"], "customers.read customers.update labels.read labels.assign");
    let path = format!("/api/v1/oauth-clients/{}", client.row);
    assert_eq!(boss.patch(&path, 1, &json!({ "scopes": ["customers.read"] })).await.status(), 200);
    assert_eq!(client.introspect(&token).await["scope"], "customers.read");
    let id = client.row;
    assert_eq!(boss.post(&format!("/api/v1/oauth-clients/{id}/deactivate"), &json!({})).await.status(), 200);
    let resource = ApiClient::make(&app, ClientInput { scopes: vec!["admin".into()], ..machine() }).await;
    assert_eq!(resource.introspect(&token).await, inactive());
}
