//! The token pair of a member of staff: `/api/v1/auth/{token,refresh,me,logout}`.

use chrono::Duration;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::{ApiClient, bear, count_events, is_alive, me, ok, part, system, text, web_app};
use crate::support::{PASSWORD, Person, TestApp, refusal, wrong_fields};

async fn obtain(http: &Person, username: &str, password: &str) -> Response {
    http.post("/api/v1/auth/token", &json!({ "username": username, "password": password })).await
}

async fn refresh(http: &Person, refresh_token: &str) -> Response {
    http.post("/api/v1/auth/refresh", &json!({ "refresh_token": refresh_token })).await
}

async fn logout(http: &Person, token: &str) -> Response {
    bear(http, token, Method::POST, "/api/v1/auth/logout", &Value::Null).await
}

fn unauthenticated() -> (u16, String) {
    (401, "unauthenticated".into())
}

#[tokio::test]
async fn a_person_obtains_uses_renews_and_ends_a_pair() {
    let app = TestApp::start().await;
    app.create_staff("ana", "technician").await;
    let http = app.visitor();
    let response = obtain(&http, "ANA@example.net", PASSWORD).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(!response.headers().contains_key("set-cookie"));
    let first = ok(response).await;
    assert_eq!((&first["token_type"], &first["expires_in"]), (&json!("Bearer"), &json!(900)));
    let token = text(&first, "access_token");
    assert_eq!(part(&token, 0)["typ"], "at+jwt");
    let seen = me(&http, &token).await;
    assert_eq!(
        (&seen["kind"], &seen["username"], &seen["name"]),
        (&json!("staff"), &json!("ana"), &json!("The technician"))
    );
    assert_eq!(seen["permissions"], json!(["customers.read", "customers.update", "labels.read", "labels.assign"]));
    let second = ok(refresh(&http, &text(&first, "refresh_token")).await).await;
    for name in ["access_token", "refresh_token"] {
        assert_ne!(second[name], first[name]);
    }
    let next = text(&second, "access_token");
    assert!(is_alive(&http, &next).await);
    assert_eq!(logout(&http, &next).await.status(), 204);
    assert!(!is_alive(&http, &next).await && !is_alive(&http, &token).await);
    assert_eq!(refusal(refresh(&http, &text(&second, "refresh_token")).await).await, unauthenticated());
    assert_eq!(refusal(logout(&http, &next).await).await, unauthenticated());
}

/// Nothing tells whether a name exists.
#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let app = TestApp::start().await;
    app.create_staff("ana", "technician").await;
    app.create_staff("ben", "technician").await;
    let ben = app.services.staff.find_id(&system(), "ben").await.unwrap();
    app.services.staff.set_active(&system(), ben, false).await.unwrap();
    let http = app.visitor();
    for (username, password) in [("ana", "wrong password"), ("nobody", PASSWORD), ("ben", PASSWORD)] {
        let refused = obtain(&http, username, password).await;
        assert_eq!(refused.headers()["www-authenticate"], "Bearer realm=\"isp\"");
        assert_eq!(refusal(refused).await, unauthenticated(), "{username}");
    }
    assert_eq!(count_events(&app, "sign_in_failed").await, 3);
    assert_eq!(count_events(&app, "token_issued").await, 0);
}

/// The same lock as at the sign-in page: there is no second door to guess at.
#[tokio::test]
async fn five_wrong_passwords_lock_this_door_and_the_other() {
    let app = TestApp::start().await;
    app.create_staff("ana", "technician").await;
    let http = app.visitor();
    for _ in 0..5 {
        assert_eq!(refusal(obtain(&http, "ana", "wrong password").await).await, unauthenticated());
    }
    let locked = obtain(&http, "ana", PASSWORD).await;
    assert!(locked.headers().contains_key("retry-after"));
    assert_eq!(refusal(locked).await, (429, "rate_limited".into()));
    assert_eq!(refusal(http.sign_in("ana", PASSWORD).await).await.0, 429);
    app.clock.advance(Duration::minutes(16));
    ok(obtain(&http, "ana", PASSWORD).await).await;
}

#[tokio::test]
async fn requests_are_read_strictly() {
    let app = TestApp::start().await;
    let http = app.visitor();
    let unknown = json!({ "username": "ana", "password": "x", "remember": true });
    assert_eq!(wrong_fields(http.post("/api/v1/auth/token", &unknown).await).await, ["remember"]);
    assert_eq!(refusal(http.post("/api/v1/auth/token", &json!({ "username": "ana" })).await).await.0, 400);
    for path in ["/api/v1/auth/token", "/api/v1/auth/refresh"] {
        let form = http.request(Method::POST, path).form(&[("username", "ana"), ("password", PASSWORD)]);
        assert_eq!(refusal(form.send().await.unwrap()).await, (415, "unsupported_media_type".into()));
    }
    for token in ["", "nonsense", "ispr_nonsense"] {
        assert_eq!(refusal(refresh(&http, token).await).await, unauthenticated());
    }
}

/// The code that an authenticator app shows now.
fn one_time_code(app: &TestApp, url: &str) -> String {
    let seconds = u64::try_from(app.clock.now().timestamp()).unwrap();
    totp_rs::Totp::from_url(url).unwrap().generate(seconds).to_string()
}

/// Gives a person a second factor; the URL that their app was given.
async fn enrol(app: &TestApp, person: &Person) -> String {
    let started = person.post("/api/fn/account/start-second-factor", &json!({ "password": PASSWORD })).await;
    assert_eq!(started.status(), 200, "{}", started.text().await.unwrap());
    let state = ok(person.post("/api/fn/account/second-factor", &json!({})).await).await;
    let url = text(&state["pending"], "url");
    let code = json!({ "code": one_time_code(app, &url) });
    let confirmed = person.post("/api/fn/account/confirm-second-factor", &code).await;
    assert_eq!(confirmed.status(), 200, "{}", confirmed.text().await.unwrap());
    url
}

/// RFC 6238 §5.2: each code once.
#[tokio::test]
async fn the_second_factor_is_asked_for_here_too() {
    let app = TestApp::start().await;
    app.create_staff("ana", "technician").await;
    let (ana, http) = (app.visitor(), app.visitor());
    assert_eq!(ana.sign_in("ana", PASSWORD).await.status(), 200);
    let url = enrol(&app, &ana).await;
    app.clock.advance(Duration::minutes(2));
    let with = |code: String| {
        let http = http.clone();
        async move {
            let body = json!({ "username": "ana", "password": PASSWORD, "code": code });
            http.post("/api/v1/auth/token", &body).await
        }
    };
    let missing = obtain(&http, "ana", PASSWORD).await;
    assert_eq!(wrong_fields(missing).await, ["code"]);
    let right = one_time_code(&app, &url);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    assert_eq!(refusal(with(wrong.into()).await).await, unauthenticated());
    assert_eq!(refusal(with("nonsense".into()).await).await, unauthenticated());
    let tokens = ok(with(right.clone()).await).await;
    assert!(is_alive(&http, &text(&tokens, "access_token")).await);
    assert_eq!(refusal(with(right).await).await, unauthenticated(), "a code works once");
    let wrong_password = json!({ "username": "ana", "password": "wrong password", "code": "123456" });
    assert_eq!(refusal(http.post("/api/v1/auth/token", &wrong_password).await).await, unauthenticated());
    ok(refresh(&http, &text(&tokens, "refresh_token")).await).await;
}

/// Whoever takes up a second factor ends what was issued without it.
#[tokio::test]
async fn a_new_second_factor_ends_the_pairs_of_before() {
    let app = TestApp::start().await;
    app.create_staff("ana", "technician").await;
    let (ana, http) = (app.visitor(), app.visitor());
    assert_eq!(ana.sign_in("ana", PASSWORD).await.status(), 200);
    let tokens = ok(obtain(&http, "ana", PASSWORD).await).await;
    enrol(&app, &ana).await;
    assert!(!is_alive(&http, &text(&tokens, "access_token")).await);
    assert_eq!(refusal(refresh(&http, &text(&tokens, "refresh_token")).await).await, unauthenticated());
}

/// RFC 9700 §4.14.2.
#[tokio::test]
async fn a_refresh_token_of_a_pair_that_comes_twice_ends_the_pair() {
    let app = TestApp::start().await;
    app.create_staff("ana", "technician").await;
    let http = app.visitor();
    let (first, apart) =
        (ok(obtain(&http, "ana", PASSWORD).await).await, ok(obtain(&http, "ana", PASSWORD).await).await);
    let second = ok(refresh(&http, &text(&first, "refresh_token")).await).await;
    assert_eq!(refusal(refresh(&http, &text(&first, "refresh_token")).await).await, unauthenticated());
    assert!(!is_alive(&http, &text(&second, "access_token")).await);
    assert_eq!(refusal(refresh(&http, &text(&second, "refresh_token")).await).await, unauthenticated());
    assert!(is_alive(&http, &text(&apart, "access_token")).await);
    assert_eq!(count_events(&app, "refresh_reused").await, 1);
}

#[tokio::test]
async fn of_twenty_refreshes_at_once_exactly_one_succeeds() {
    let app = TestApp::start().await;
    app.create_staff("ana", "technician").await;
    let http = app.visitor();
    let token = text(&ok(obtain(&http, "ana", PASSWORD).await).await, "refresh_token");
    let answers = futures::future::join_all((0..20).map(|_| refresh(&http, &token))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, [401; 19].as_slice()));
}

/// A session is ended by signing out; the tokens of a client end like a pair.
#[tokio::test]
async fn logging_out_is_for_tokens() {
    let app = TestApp::start().await;
    let ana = app.staff("technician").await;
    assert_eq!(refusal(ana.post("/api/v1/auth/logout", &json!({})).await).await, (403, "forbidden".into()));
    ana.json("/api/v1/auth/me").await;
    let client = ApiClient::make(&app, web_app()).await;
    let tokens = client.granted(&ana).await;
    let token = text(&tokens, "access_token");
    assert_eq!(logout(&client.http, &token).await.status(), 204);
    assert!(!is_alive(&client.http, &token).await);
    assert_eq!(client.refresh(&text(&tokens, "refresh_token")).await.status(), 400);
}

/// A pair acts for its person, but not as the person in a browser.
#[tokio::test]
async fn a_pair_cannot_do_what_needs_a_browser() {
    let app = TestApp::start().await;
    app.create_staff("ana", "super-administrator").await;
    let http = app.visitor();
    let token = text(&ok(obtain(&http, "ana", PASSWORD).await).await, "access_token");
    for (path, body) in [
        (
            "/api/fn/account/change-password",
            json!({ "current_password": PASSWORD, "new_password": "another long passphrase" }),
        ),
        ("/api/fn/account/start-second-factor", json!({ "password": PASSWORD })),
        ("/api/fn/account/sessions", json!({})),
        ("/api/fn/account/tokens", json!({})),
        ("/api/fn/account/end-token", json!({ "id": 1 })),
    ] {
        assert_eq!(refusal(bear(&http, &token, Method::POST, path, &body).await).await.0, 403, "{path}");
    }
    assert!(is_alive(&http, &token).await);
    let customer = bear(&http, &token, Method::POST, "/api/v1/customers", &json!({ "name": "Ben" })).await;
    assert_eq!(customer.status(), 201);
}
