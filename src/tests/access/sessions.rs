//! `/account/sessions`: seeing and ending one's own, and ids that change whenever more becomes possible.

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    NEW_PASSWORD, account, answer, begin_enrolment, call, cookie, enrol, send_code, signed_in, status,
    status_with_cookie, token_pair,
};
use crate::support::{PASSWORD, Person, TestApp, refusal};

/// Somebody who signs in with a certain browser.
async fn signed_in_with(app: &TestApp, username: &str, user_agent: &str) -> Person {
    let person = app.visitor();
    let request = person.request(Method::POST, "/api/fn/auth/sign-in").header("user-agent", user_agent);
    let credentials = json!({ "username": username, "password": PASSWORD });
    assert_eq!(request.json(&credentials).send().await.unwrap().status(), 200);
    person
}

async fn sessions_of(person: &Person) -> Vec<Value> {
    answer(person, "account/sessions", json!({})).await.as_array().unwrap().clone()
}

/// The id of the session that asks.
async fn current(person: &Person) -> String {
    let sessions = sessions_of(person).await;
    let current: Vec<&Value> = sessions.iter().filter(|session| session["is_current"] == true).collect();
    assert_eq!(current.len(), 1);
    current[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn people_see_their_own_sessions_and_end_any_of_them() {
    let app = TestApp::start().await;
    account(&app, "ben", "read-only").await;
    let stranger = app.administrator().await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
    let laptop = signed_in_with(&app, "ben", firefox).await;
    let script = signed_in_with(&app, "ben", "curl/8.14.1").await;
    app.clock.advance(Duration::minutes(5));
    status(&laptop, "/api/v1/customers").await;
    let sessions = sessions_of(&laptop).await;
    let devices: Vec<&str> = sessions.iter().map(|session| session["device"].as_str().unwrap()).collect();
    assert_eq!(devices, ["Firefox on Linux", "curl"]);
    assert_eq!(sessions[0]["is_current"], true);
    assert_eq!(sessions[0]["address"], "127.0.0.1");
    assert_eq!(sessions[0]["created_at"], "2026-06-01T09:00:00Z");
    assert_eq!(sessions[0]["last_used_at"], "2026-06-01T09:05:00Z");
    assert_eq!(sessions[1]["last_used_at"], "2026-06-01T09:00:00Z");
    for id in [current(&stranger).await, "nonsense".to_owned()] {
        let refused = call(&laptop, "account/end-session", json!({ "id": id })).await;
        assert_eq!(refusal(refused).await, (404, "not_found".into()));
    }
    assert_eq!(status(&stranger, "/api/v1/customers").await, 200);
    answer(&laptop, "account/end-session", json!({ "id": current(&script).await })).await;
    assert_eq!(status(&script, "/api/v1/customers").await, 401);
    assert_eq!(sessions_of(&laptop).await.len(), 1);
    answer(&laptop, "account/end-session", json!({ "id": current(&laptop).await })).await;
    assert_eq!(status(&laptop, "/api/v1/customers").await, 401);
}

#[tokio::test]
async fn ending_all_others_leaves_the_one_that_asks() {
    let app = TestApp::start().await;
    account(&app, "ben", "read-only").await;
    let stranger = app.administrator().await;
    let (one, two, three) = (signed_in(&app, "ben").await, signed_in(&app, "ben").await, signed_in(&app, "ben").await);
    answer(&two, "account/end-other-sessions", json!({})).await;
    for (person, expected) in [(&one, 401), (&two, 200), (&three, 401), (&stranger, 200)] {
        assert_eq!(status(person, "/api/v1/customers").await, expected);
    }
    assert_eq!(sessions_of(&two).await.len(), 1);
}

#[tokio::test]
async fn a_session_that_is_over_is_not_listed() {
    let app = TestApp::start().await;
    account(&app, "ben", "read-only").await;
    signed_in(&app, "ben").await;
    app.clock.advance(Duration::minutes(20));
    let ben = signed_in(&app, "ben").await;
    assert_eq!(sessions_of(&ben).await.len(), 2);
    app.clock.advance(Duration::minutes(10));
    assert_eq!(sessions_of(&ben).await.len(), 1);
}

#[tokio::test]
async fn every_new_proof_brings_a_new_id_and_the_old_one_is_dead() {
    let app = TestApp::start().await;
    account(&app, "ben", "read-only").await;
    let ben = app.visitor();
    let mut cookies = vec![cookie(&ben.sign_in("ben", PASSWORD).await), cookie(&ben.sign_in("ben", PASSWORD).await)];
    let device = begin_enrolment(&ben).await;
    let confirmed = call(&ben, "account/confirm-second-factor", json!({ "code": device.code(&app) })).await;
    cookies.push(cookie(&confirmed));
    let code = device.next_code(&app);
    let removed = call(&ben, "account/remove-second-factor", json!({ "password": PASSWORD, "code": code })).await;
    cookies.push(cookie(&removed));
    let passwords = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    cookies.push(cookie(&call(&ben, "account/change-password", passwords).await));
    let last = cookies.pop().unwrap();
    assert_eq!(status_with_cookie(&app, &last).await, 200);
    for old in &cookies {
        assert_ne!(*old, last);
        assert_eq!(status_with_cookie(&app, old).await, 401);
    }
    assert_eq!(sessions_of(&ben).await.len(), 1);
    assert_eq!(call(&ben, "auth/sign-out", json!({})).await.status(), 200);
    assert_eq!(status_with_cookie(&app, &last).await, 401);
}

#[tokio::test]
async fn a_new_id_makes_a_session_no_longer() {
    let app = TestApp::start().await;
    account(&app, "ben", "read-only").await;
    let ben = signed_in(&app, "ben").await;
    for _ in 0..24 {
        app.clock.advance(Duration::minutes(29));
        assert_eq!(status(&ben, "/api/v1/customers").await, 200);
    }
    let passwords = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    answer(&ben, "account/change-password", passwords).await;
    app.clock.advance(Duration::minutes(23));
    assert_eq!(status(&ben, "/api/v1/customers").await, 200);
    // Twelve hours after the sign-in, although the id is young and in use.
    app.clock.advance(Duration::minutes(1));
    assert_eq!(status(&ben, "/api/v1/customers").await, 401);
}

#[tokio::test]
async fn the_code_brings_another_id_than_the_password() {
    let app = TestApp::start().await;
    account(&app, "ben", "read-only").await;
    let (device, _) = enrol(&app, &signed_in(&app, "ben").await).await;
    let ben = app.visitor();
    let waiting = cookie(&ben.sign_in("ben", PASSWORD).await);
    assert_eq!(status_with_cookie(&app, &waiting).await, 401);
    let entered = cookie(&send_code(&ben, &device.next_code(&app)).await);
    assert_ne!(waiting, entered);
    assert_eq!(status_with_cookie(&app, &entered).await, 200);
    assert_eq!(status_with_cookie(&app, &waiting).await, 401);
}

#[tokio::test]
async fn a_cookie_that_was_touched_is_nobodys() {
    let app = TestApp::start().await;
    account(&app, "ben", "read-only").await;
    let good = cookie(&app.visitor().sign_in("ben", PASSWORD).await);
    assert_eq!(status_with_cookie(&app, &good).await, 200);
    let (name, value) = good.split_once('=').unwrap();
    let unsigned = &value[value.len() - 22..];
    let (start, end) = value.split_at(value.len() - 1);
    let touched = format!("{start}{}", if end == "A" { "Q" } else { "A" });
    for bad in [unsigned, touched.as_str(), "", "x"] {
        assert_eq!(status_with_cookie(&app, &format!("{name}={bad}")).await, 401, "{bad}");
    }
}

#[tokio::test]
async fn what_is_for_browsers_only_is_refused_to_a_token() {
    let app = TestApp::start().await;
    account(&app, "ben", "super-administrator").await;
    let pair = token_pair(&app, "ben").await;
    let passwords = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    for (function, arguments) in [
        ("account/change-password", passwords),
        ("account/start-second-factor", json!({ "password": PASSWORD })),
        ("account/confirm-second-factor", json!({ "code": "123456" })),
        ("account/new-recovery-codes", json!({ "password": PASSWORD, "code": "123456" })),
        ("account/remove-second-factor", json!({ "password": PASSWORD, "code": "123456" })),
        ("account/second-factor", json!({})),
        ("account/sessions", json!({})),
        ("account/end-other-sessions", json!({})),
        ("account/tokens", json!({})),
        ("account/profile", json!({})),
    ] {
        let request = app.visitor().request(Method::POST, &format!("/api/fn/{function}"));
        let request = request.bearer_auth(pair["access_token"].as_str().unwrap()).json(&arguments);
        assert_eq!(refusal(request.send().await.unwrap()).await, (403, "forbidden".into()), "{function}");
    }
    signed_in(&app, "ben").await;
}
