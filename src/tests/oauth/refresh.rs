//! Refresh tokens: rotation, reuse, narrowing and their end (RFC 6749 §6 and §10.4, RFC 9700 §4.14).

use chrono::Duration;
use isp::oauth::ClientInput;
use reqwest::Method;
use serde_json::json;

use super::{
    ApiClient, count_events, invalid_grant, is_alive, me, oauth_error, ok, staff_id, system, text, web_app, with_jwt,
};
use crate::support::{TestApp, refusal};

/// RFC 9700 §4.14.2: every use gives the next token.
#[tokio::test]
async fn a_refresh_token_gives_the_next_pair() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let first = client.granted(&app.staff("technician").await).await;
    app.clock.advance(Duration::minutes(14));
    let response = client.refresh(&text(&first, "refresh_token")).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    let second = ok(response).await;
    assert_eq!((&second["token_type"], &second["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(second["scope"], first["scope"]);
    for name in ["access_token", "refresh_token"] {
        assert_ne!(second[name], first[name]);
    }
    assert!(is_alive(&client.http, &text(&first, "access_token")).await);
    assert!(is_alive(&client.http, &text(&second, "access_token")).await);
    app.clock.advance(Duration::minutes(1));
    assert!(!is_alive(&client.http, &text(&first, "access_token")).await);
    assert!(is_alive(&client.http, &text(&second, "access_token")).await);
    assert_eq!(count_events(&app, "token_refreshed").await, 1);
}

/// RFC 9700 §4.14.2: two hold the same token, and nobody knows which of them is the thief.
#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_everything_at_once() {
    let app = TestApp::start().await;
    for input in [web_app(), with_jwt(web_app())] {
        let client = ApiClient::make(&app, input).await;
        let ana = app.staff("technician").await;
        let first = client.granted(&ana).await;
        let apart = client.granted(&ana).await;
        let second = ok(client.refresh(&text(&first, "refresh_token")).await).await;
        let third = ok(client.refresh(&text(&second, "refresh_token")).await).await;
        assert_eq!(oauth_error(client.refresh(&text(&first, "refresh_token")).await).await, invalid_grant());
        for tokens in [&first, &second, &third] {
            assert!(!is_alive(&client.http, &text(tokens, "access_token")).await);
            assert_eq!(oauth_error(client.refresh(&text(tokens, "refresh_token")).await).await, invalid_grant());
        }
        assert!(is_alive(&client.http, &text(&apart, "access_token")).await, "what was granted apart lives on");
        ok(client.refresh(&text(&apart, "refresh_token")).await).await;
    }
    assert_eq!(count_events(&app, "refresh_reused").await, 2);
}

/// RFC 9700 §4.14.2: single use holds for uses at the same time.
#[tokio::test]
async fn of_twenty_uses_at_once_exactly_one_gets_tokens() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let tokens = client.granted(&app.staff("technician").await).await;
    let refresh_token = text(&tokens, "refresh_token");
    let answers = futures::future::join_all((0..20).map(|_| client.refresh(&refresh_token))).await;
    let (mut good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status() == 200);
    assert_eq!((good.len(), bad.len()), (1, 19));
    for answer in bad {
        assert_eq!(oauth_error(answer).await, invalid_grant());
    }
    let issued = ok(good.remove(0)).await;
    assert!(!is_alive(&client.http, &text(&issued, "access_token")).await, "nineteen others held the same token");
    assert_eq!(oauth_error(client.refresh(&text(&issued, "refresh_token")).await).await, invalid_grant());
    assert_eq!(count_events(&app, "refresh_reused").await, 1);
}

/// RFC 6749 §6 and §10.4: a token is bound to its client; whoever else shows it changes nothing.
#[tokio::test]
async fn another_client_cannot_use_a_token_nor_use_it_up() {
    let app = TestApp::start().await;
    let (client, other) = (ApiClient::make(&app, web_app()).await, ApiClient::make(&app, web_app()).await);
    let public = ApiClient::make(&app, ClientInput { is_confidential: false, ..web_app() }).await;
    let first = client.granted(&app.staff("technician").await).await;
    let second = ok(client.refresh(&text(&first, "refresh_token")).await).await;
    for token in [text(&first, "refresh_token"), text(&second, "refresh_token")] {
        for thief in [&other, &public] {
            assert_eq!(oauth_error(thief.refresh(&token).await).await, invalid_grant());
        }
        let as_pair = client.http.post("/api/v1/auth/refresh", &json!({ "refresh_token": token })).await;
        assert_eq!(refusal(as_pair).await, (401, "unauthenticated".into()));
    }
    assert!(is_alive(&client.http, &text(&second, "access_token")).await);
    ok(client.refresh(&text(&second, "refresh_token")).await).await;
    assert_eq!(count_events(&app, "refresh_reused").await, 0);
}

/// RFC 6749 §6: no more than was once granted; what is asked for narrows this access token only.
#[tokio::test]
async fn a_refresh_may_ask_for_less_but_never_for_more() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let tokens = client.granted(&app.staff("technician").await).await;
    let refresh_token = text(&tokens, "refresh_token");
    let asking = |token: &str, scope: &str| {
        let (client, token, scope) = (client.clone(), token.to_owned(), scope.to_owned());
        async move {
            let fields =
                [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", scope.as_str())];
            client.post("/oauth/token", &fields).await
        }
    };
    for more in ["customers.delete", "customers.read customers.delete", "admin", "nonsense", " "] {
        let refused = oauth_error(asking(&refresh_token, more).await).await;
        assert_eq!(refused, (400, "invalid_scope".into()), "{more}");
    }
    let less = ok(asking(&refresh_token, "customers.read").await).await;
    assert_eq!(less["scope"], "customers.read");
    let narrow = me(&client.http, &text(&less, "access_token")).await;
    assert_eq!((&narrow["scopes"], &narrow["permissions"]), (&json!(["customers.read"]), &json!(["customers.read"])));
    let whole = ok(client.refresh(&text(&less, "refresh_token")).await).await;
    assert_eq!(whole["scope"], "customers.read customers.update");
}

/// RFC 6749 §10.4: what is not used for thirty days is over, and everything after ninety.
#[tokio::test]
async fn refresh_tokens_end_by_the_clock() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let (idle, used) = {
        let ana = app.staff("technician").await;
        (client.granted(&ana).await, client.granted(&ana).await)
    };
    app.clock.advance(Duration::days(29));
    let mut tokens = ok(client.refresh(&text(&used, "refresh_token")).await).await;
    app.clock.advance(Duration::days(1));
    assert_eq!(oauth_error(client.refresh(&text(&idle, "refresh_token")).await).await, invalid_grant());
    for _ in 0..2 {
        app.clock.advance(Duration::days(28));
        tokens = ok(client.refresh(&text(&tokens, "refresh_token")).await).await;
    }
    app.clock.advance(Duration::days(4) - Duration::minutes(5));
    tokens = ok(client.refresh(&text(&tokens, "refresh_token")).await).await;
    assert_eq!(tokens["expires_in"], 300, "nothing outlives what it was issued under");
    app.clock.advance(Duration::minutes(5));
    assert!(!is_alive(&client.http, &text(&tokens, "access_token")).await);
    assert_eq!(oauth_error(client.refresh(&text(&tokens, "refresh_token")).await).await, invalid_grant());
}

/// A person who may not sign in any more has no tokens any more, and gets none back by being let in again.
#[tokio::test]
async fn tokens_die_with_the_person() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let ana = app.staff("technician").await;
    let id = staff_id(&ana).await;
    let tokens = client.granted(&ana).await;
    let other = client.granted(&app.staff("technician").await).await;
    for active in [false, true] {
        app.services.staff.set_active(&system(), id, active).await.unwrap();
        assert!(!is_alive(&client.http, &text(&tokens, "access_token")).await);
        assert_eq!(oauth_error(client.refresh(&text(&tokens, "refresh_token")).await).await, invalid_grant());
    }
    assert!(is_alive(&client.http, &text(&other, "access_token")).await);
}

/// A client that was closed has no tokens any more, and gets none back by being let in again.
#[tokio::test]
async fn tokens_die_with_the_client() {
    let app = TestApp::start().await;
    for input in [web_app(), with_jwt(web_app())] {
        let client = ApiClient::make(&app, input).await;
        let tokens = client.granted(&app.staff("technician").await).await;
        client.set_active(&app, false).await;
        assert!(!is_alive(&client.http, &text(&tokens, "access_token")).await);
        let refused = oauth_error(client.refresh(&text(&tokens, "refresh_token")).await).await;
        assert_eq!(refused, (401, "invalid_client".into()));
        client.set_active(&app, true).await;
        assert!(!is_alive(&client.http, &text(&tokens, "access_token")).await);
        assert_eq!(oauth_error(client.refresh(&text(&tokens, "refresh_token")).await).await, invalid_grant());
    }
}

/// A new password ends what was granted under the old one.
#[tokio::test]
async fn tokens_die_with_the_password() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let ana = app.staff("technician").await;
    let username = text(&ana.json("/api/v1/auth/me").await, "username");
    let tokens = client.granted(&ana).await;
    app.services.staff.reset_password(&system(), &username, &"another long passphrase".into()).await.unwrap();
    assert!(!is_alive(&client.http, &text(&tokens, "access_token")).await);
    assert_eq!(oauth_error(client.refresh(&text(&tokens, "refresh_token")).await).await, invalid_grant());
}

/// What a person has granted stands on their page, and ends there.
#[tokio::test]
async fn a_person_ends_what_they_have_granted() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let (ana, ben) = (app.staff("technician").await, app.staff("technician").await);
    let tokens = client.granted(&ana).await;
    let listed = ok(ana.post("/api/fn/account/tokens", &json!({})).await).await;
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!((&listed[0]["client"], &listed[0]["scope"]), (&json!("Field app"), &tokens["scope"]));
    let end = json!({ "id": listed[0]["id"] });
    assert_eq!(refusal(ben.post("/api/fn/account/end-token", &end).await).await.0, 404);
    assert!(is_alive(&client.http, &text(&tokens, "access_token")).await);
    assert_eq!(ana.post("/api/fn/account/end-token", &end).await.status(), 200);
    assert!(!is_alive(&client.http, &text(&tokens, "access_token")).await);
    assert_eq!(oauth_error(client.refresh(&text(&tokens, "refresh_token")).await).await, invalid_grant());
    assert_eq!(ok(ana.post("/api/fn/account/tokens", &json!({})).await).await, json!([]));
}

/// RFC 6749 §1.5: a refresh token is for the token endpoint only.
#[tokio::test]
async fn a_refresh_token_opens_no_door() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let tokens = client.granted(&app.staff("technician").await).await;
    let refresh_token = text(&tokens, "refresh_token");
    assert!(!is_alive(&client.http, &refresh_token).await);
    let listed = client.http.request(Method::GET, "/api/v1/customers").bearer_auth(&refresh_token);
    assert_eq!(listed.send().await.unwrap().status(), 401);
    ok(client.refresh(&refresh_token).await).await;
}
