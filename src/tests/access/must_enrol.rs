//! Roles that ask for a second factor: until there is one, there is nothing else.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    NEW_PASSWORD, account, answer, awaiting_code, begin_enrolment, call, done, enrol, find_role, make_role,
    replace_role, send_code, signed_in, status, status_of_refresh, status_with_token, token_pair,
};
use crate::support::{PASSWORD, Person, TestApp, refusal};

const ENROLMENT: &str = "/account/second-factor";

/// Asks for a second factor from now on.
async fn require(ana: &Person, key: &str) {
    let role = find_role(ana, key).await;
    assert_eq!(replace_role(ana, &role, json!({ "requires_second_factor": true })).await.status(), 200);
}

/// Where a page sends the browser.
async fn sent_to(person: &Person, path: &str) -> Option<String> {
    let response = person.request(Method::GET, path).header("accept", "text/html").send().await.unwrap();
    let location = response.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
    assert_eq!(location.is_some(), response.status() == 303, "{path}");
    location
}

/// Nothing is left but the way to a second factor.
async fn assert_held(person: &Person) {
    for path in ["/customers", "/customers/new", "/staff", "/roles", "/account", "/account/sessions", "/account/api"] {
        assert_eq!(sent_to(person, path).await.as_deref(), Some(ENROLMENT), "{path}");
    }
    assert_eq!(sent_to(person, ENROLMENT).await, None);
    for path in ["customers", "staff", "roles", "oauth-clients", "authentication-events", "imports"] {
        let refused = person.get(&format!("/api/v1/{path}")).await;
        assert_eq!(refusal(refused).await, (403, "forbidden".into()), "{path}");
    }
    for (function, arguments) in
        [("customers/search", json!({ "filter": {} })), ("staff/list", json!({})), ("roles/list", json!({}))]
    {
        assert_eq!(refusal(call(person, function, arguments).await).await.0, 403, "{function}");
    }
    let session = answer(person, "auth/session", json!({})).await;
    assert_eq!((&session["must_enrol"], &session["permissions"]), (&json!(true), &json!("")));
    assert_eq!(person.json("/api/v1/auth/me").await["permissions"], json!([]));
}

/// Everything that the role allows.
async fn assert_free(person: &Person) {
    assert_eq!(sent_to(person, "/customers").await, None);
    assert_eq!(status(person, "/api/v1/customers").await, 200);
    assert_eq!(answer(person, "auth/session", json!({})).await["must_enrol"], false);
}

#[tokio::test]
async fn who_must_enrol_is_held_until_they_have() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    require(&ana, "administrator").await;
    account(&app, "ben", "administrator").await;
    let ben = signed_in(&app, "ben").await;
    assert_held(&ben).await;
    assert_eq!(answer(&ben, "account/second-factor", json!({})).await["is_required"], true);
    let (device, _) = enrol(&app, &ben).await;
    assert_free(&ben).await;
    assert_eq!(status(&ben, "/api/v1/staff").await, 200);
    let again = awaiting_code(&app, "ben", PASSWORD).await;
    assert_eq!(send_code(&again, &device.next_code(&app)).await.status(), 200);
    assert_free(&again).await;
}

#[tokio::test]
async fn a_role_that_begins_to_ask_holds_open_sessions_and_ends_tokens() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    make_role(&ana, json!({ "name": "Desk", "permissions": ["customers.read"] })).await;
    account(&app, "ben", "desk").await;
    let (ben, pair) = (signed_in(&app, "ben").await, token_pair(&app, "ben").await);
    assert_free(&ben).await;
    assert_eq!(status_with_token(&app, &pair, "/api/v1/customers").await, 200);
    require(&ana, "desk").await;
    assert_held(&ben).await;
    assert_eq!(status_with_token(&app, &pair, "/api/v1/customers").await, 401);
    assert_eq!(status_of_refresh(&app, &pair).await, 401);
    let request = json!({ "username": "ben", "password": PASSWORD });
    assert_eq!(refusal(app.visitor().post("/api/v1/auth/token", &request).await).await.0, 401);
    let (device, _) = enrol(&app, &ben).await;
    assert_free(&ben).await;
    let request = json!({ "username": "ben", "password": PASSWORD, "code": device.next_code(&app) });
    let pair: Value = app.visitor().post("/api/v1/auth/token", &request).await.json().await.unwrap();
    assert_eq!(status_with_token(&app, &pair, "/api/v1/customers").await, 200);
}

#[tokio::test]
async fn who_moves_to_a_role_that_asks_is_held_on_the_next_request() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    require(&ana, "manager").await;
    let id = account(&app, "ben", "read-only").await;
    let ben = signed_in(&app, "ben").await;
    assert_free(&ben).await;
    let path = format!("/api/v1/staff/{id}");
    assert_eq!(ana.patch(&path, 1, &json!({ "role": "manager" })).await.status(), 200);
    assert_held(&ben).await;
    assert_eq!(ana.patch(&path, 2, &json!({ "role": "read-only" })).await.status(), 200);
    assert_free(&ben).await;
}

#[tokio::test]
async fn who_has_one_already_notices_nothing_until_it_is_taken_away() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let id = account(&app, "ben", "manager").await;
    let ben = signed_in(&app, "ben").await;
    enrol(&app, &ben).await;
    require(&ana, "manager").await;
    assert_free(&ben).await;
    done(&ana, &format!("/api/v1/staff/{id}/reset-second-factor")).await;
    assert_eq!(status(&ben, "/api/v1/customers").await, 401);
    let again = signed_in(&app, "ben").await;
    assert_held(&again).await;
    enrol(&app, &again).await;
    assert_free(&again).await;
}

#[tokio::test]
async fn a_device_that_is_only_begun_does_not_count() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    require(&ana, "manager").await;
    account(&app, "ben", "manager").await;
    let ben = signed_in(&app, "ben").await;
    begin_enrolment(&ben).await;
    assert_held(&ben).await;
    let request = json!({ "username": "ben", "password": PASSWORD });
    assert_eq!(refusal(app.visitor().post("/api/v1/auth/token", &request).await).await.0, 401);
}

#[tokio::test]
async fn signing_out_and_another_password_are_open_to_those_who_are_held() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    require(&ana, "manager").await;
    account(&app, "ben", "manager").await;
    let ben = signed_in(&app, "ben").await;
    let passwords = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    answer(&ben, "account/change-password", passwords).await;
    assert_held(&ben).await;
    answer(&ben, "auth/sign-out", json!({})).await;
    assert_eq!(status(&ben, "/api/v1/customers").await, 401);
}
