//! `POST /oauth/revoke` (RFC 7009).

use isp::oauth::ClientInput;
use serde_json::json;

use super::{ApiClient, count_events, invalid_grant, is_alive, machine, oauth_error, ok, text, web_app, with_jwt};
use crate::support::{PASSWORD, TestApp};

/// RFC 7009 §2.2: 200 for what is not known: there is nothing that the client could do about it.
#[tokio::test]
async fn an_unknown_token_is_revoked_without_a_word() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, machine()).await;
    let token = client.own_token().await;
    let long = "x".repeat(20_000);
    for unknown in ["nonsense", "ispa_nonsense", "ispr_nonsense", "a.b.c", "\u{0}", &long, &token.to_uppercase()] {
        let response = client.post("/oauth/revoke", &[("token", unknown)]).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert!(response.text().await.unwrap().is_empty());
    }
    assert!(is_alive(&client.http, &token).await);
    assert_eq!(count_events(&app, "token_revoked").await, 0);
}

/// RFC 7009 §2.1: the hint is only a hint.
#[tokio::test]
async fn an_access_token_is_revoked_alone_whatever_the_hint() {
    let app = TestApp::start().await;
    for input in [web_app(), with_jwt(web_app())] {
        let client = ApiClient::make(&app, input).await;
        let first = client.granted(&app.staff("technician").await).await;
        let second = ok(client.refresh(&text(&first, "refresh_token")).await).await;
        let token = text(&first, "access_token");
        let fields = [("token", token.as_str()), ("token_type_hint", "refresh_token")];
        assert_eq!(client.post("/oauth/revoke", &fields).await.status(), 200);
        assert!(!is_alive(&client.http, &token).await);
        assert!(is_alive(&client.http, &text(&second, "access_token")).await);
        client.revoke(&token).await;
        ok(client.refresh(&text(&second, "refresh_token")).await).await;
    }
    assert_eq!(count_events(&app, "token_revoked").await, 2);
}

/// RFC 7009 §2.1: with a refresh token goes everything that is based on the same grant.
#[tokio::test]
async fn a_refresh_token_is_revoked_with_everything_that_came_of_it() {
    let app = TestApp::start().await;
    for used in [false, true] {
        let client = ApiClient::make(&app, web_app()).await;
        let ana = app.staff("technician").await;
        let (first, apart) = (client.granted(&ana).await, client.granted(&ana).await);
        let second = ok(client.refresh(&text(&first, "refresh_token")).await).await;
        client.revoke(&text(if used { &first } else { &second }, "refresh_token")).await;
        for tokens in [&first, &second] {
            assert!(!is_alive(&client.http, &text(tokens, "access_token")).await);
            assert_eq!(oauth_error(client.refresh(&text(tokens, "refresh_token")).await).await, invalid_grant());
        }
        assert!(is_alive(&client.http, &text(&apart, "access_token")).await);
    }
    assert_eq!(count_events(&app, "refresh_reused").await, 0);
}

/// RFC 7009 §2.1: the server verifies that the token was issued to the client that asks.
#[tokio::test]
async fn a_client_revokes_its_own_tokens_only() {
    let app = TestApp::start().await;
    let (client, other) = (ApiClient::make(&app, web_app()).await, ApiClient::make(&app, web_app()).await);
    app.create_staff("ana", "technician").await;
    let ana = app.visitor();
    assert_eq!(ana.sign_in("ana", PASSWORD).await.status(), 200);
    let tokens = client.granted(&ana).await;
    let pair = json!({ "username": "ana", "password": PASSWORD });
    let pair = ok(app.visitor().post("/api/v1/auth/token", &pair).await).await;
    for tokens in [&tokens, &pair] {
        for name in ["access_token", "refresh_token"] {
            other.revoke(&text(tokens, name)).await;
        }
        assert!(is_alive(&client.http, &text(tokens, "access_token")).await);
    }
    ok(client.refresh(&text(&tokens, "refresh_token")).await).await;
    let refresh = json!({ "refresh_token": text(&pair, "refresh_token") });
    ok(app.visitor().post("/api/v1/auth/refresh", &refresh).await).await;
}

/// RFC 7009 §2.1 and §2.2.1: authentication and errors are those of the token endpoint.
#[tokio::test]
async fn only_a_client_that_proves_itself_is_listened_to() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, machine()).await;
    let public = ApiClient::make(&app, ClientInput { is_confidential: false, ..web_app() }).await;
    let token = client.own_token().await;
    let wrong = ApiClient { secret: Some("isps_wrong".into()), ..client.clone() };
    let without = ApiClient { secret: None, ..client.clone() };
    for client in [&wrong, &without] {
        let refused = oauth_error(client.post("/oauth/revoke", &[("token", token.as_str())]).await).await;
        assert_eq!(refused, (401, "invalid_client".into()));
    }
    for fields in [vec![], vec![("token", "")], vec![("token", token.as_str()), ("token", token.as_str())]] {
        let refused = oauth_error(client.post("/oauth/revoke", &fields).await).await;
        assert_eq!(refused, (400, "invalid_request".into()), "{fields:?}");
    }
    public.revoke(&token).await;
    assert!(is_alive(&client.http, &token).await);
    client.revoke(&token).await;
    assert!(!is_alive(&client.http, &token).await);
}

/// An administrator ends every token of a client; the client itself may go on.
#[tokio::test]
async fn all_tokens_of_a_client_end_and_new_ones_are_issued() {
    let app = TestApp::start().await;
    let both = ClientInput {
        grants: ["client_credentials", "authorization_code", "refresh_token"].map(str::to_owned).to_vec(),
        ..web_app()
    };
    let (client, other) = (ApiClient::make(&app, both).await, ApiClient::make(&app, machine()).await);
    let ana = app.staff("technician").await;
    let boss = app.administrator().await;
    let granted = client.granted(&ana).await;
    let (own, others) = (client.own_token().await, other.own_token().await);
    let path = format!("/api/v1/oauth-clients/{}/revoke-tokens", client.row);
    assert_eq!(boss.post(&path, &json!({})).await.status(), 204);
    assert!(!is_alive(&client.http, &own).await);
    assert!(!is_alive(&client.http, &text(&granted, "access_token")).await);
    assert_eq!(oauth_error(client.refresh(&text(&granted, "refresh_token")).await).await, invalid_grant());
    assert!(is_alive(&client.http, &others).await);
    let next = client.own_token().await;
    assert!(is_alive(&client.http, &next).await);
}
