//! `/account/second-factor` and `/login/code`: what a second factor is good for, and what it is not.

use chrono::Duration;
use reqwest::Response;
use serde_json::{Value, json};

use super::{
    NEW_PASSWORD, account, answer, awaiting_code, begin_enrolment, call, choose, done, enrol, find_role,
    forget_failures, mailed_token, recovery_codes, replace_role, send_code, signed_in, status, status_of_refresh,
    status_with_token, token_pair,
};
use crate::support::{PASSWORD, Person, TestApp, refusal, wrong_fields};

/// Nobody to the server: not for the pages, not for the API.
async fn assert_signed_out(person: &Person) {
    assert_eq!(answer(person, "auth/session", json!({})).await, Value::Null);
    assert_eq!(status(person, "/api/v1/customers").await, 401);
}

async fn assert_signed_in(person: &Person) {
    assert_eq!(status(person, "/api/v1/customers").await, 200);
}

/// Twenty people with the right password who send one code at once: exactly one of them gets in.
async fn assert_one_of_twenty_gets_in(app: &TestApp, code: &str) {
    let waiting = futures::future::join_all((0..20).map(|_| awaiting_code(app, "ben", PASSWORD))).await;
    let answers = futures::future::join_all(waiting.iter().map(|person| send_code(person, code))).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 422 | 429)), "{statuses:?}");
    let mut inside = 0;
    for person in &waiting {
        inside += u32::from(status(person, "/api/v1/customers").await == 200);
    }
    assert_eq!(inside, 1);
}

/// A request for a token pair.
async fn pair_with(app: &TestApp, code: Option<&str>) -> Response {
    let request = json!({ "username": "ben", "password": PASSWORD, "code": code });
    app.visitor().post("/api/v1/auth/token", &request).await
}

#[tokio::test]
async fn a_device_counts_once_its_first_code_was_right() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let ben = signed_in(&app, "ben").await;
    let early = call(&ben, "account/confirm-second-factor", json!({ "code": "123456" })).await;
    assert_eq!(refusal(early).await, (409, "not_started".into()));
    let wrong = call(&ben, "account/start-second-factor", json!({ "password": "wrong password" })).await;
    assert_eq!(wrong_fields(wrong).await, ["password"]);
    let replaced = begin_enrolment(&ben).await;
    let device = begin_enrolment(&ben).await;
    let state = answer(&ben, "account/second-factor", json!({})).await;
    assert!(state["pending"]["url"].as_str().unwrap().starts_with("otpauth://totp/ISP%20Framework:ben?secret="));
    assert_eq!((&state["enabled_since"], &state["codes_left"]), (&Value::Null, &json!(0)));
    // Until then the password is enough.
    signed_in(&app, "ben").await;
    for code in [replaced.code(&app).as_str(), "12345", "no code"] {
        let refused = call(&ben, "account/confirm-second-factor", json!({ "code": code })).await;
        assert_eq!(wrong_fields(refused).await, ["code"], "{code}");
    }
    answer(&ben, "account/confirm-second-factor", json!({ "code": device.code(&app) })).await;
    let state = answer(&ben, "account/second-factor", json!({})).await;
    assert_eq!(state["enabled_since"], "2026-06-01T09:00:00Z");
    assert_eq!((&state["pending"], &state["codes_left"]), (&Value::Null, &json!(10)));
    for (function, arguments) in [
        ("account/start-second-factor", json!({ "password": PASSWORD })),
        ("account/confirm-second-factor", json!({ "code": device.code(&app) })),
    ] {
        let again = call(&ben, function, arguments).await;
        assert_eq!(refusal(again).await, (409, "second_factor_exists".into()), "{function}");
    }
}

#[tokio::test]
async fn a_device_that_does_not_prove_itself_within_an_hour_is_forgotten() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let ben = signed_in(&app, "ben").await;
    let device = begin_enrolment(&ben).await;
    for _ in 0..3 {
        app.clock.advance(Duration::minutes(20));
        assert_signed_in(&ben).await;
    }
    let late = call(&ben, "account/confirm-second-factor", json!({ "code": device.code(&app) })).await;
    assert_eq!(refusal(late).await, (409, "not_started".into()));
    assert_eq!(answer(&ben, "account/second-factor", json!({})).await["pending"], Value::Null);
}

#[tokio::test]
async fn the_password_alone_opens_nothing() {
    let app = TestApp::start().await;
    account(&app, "ben", "super-administrator").await;
    enrol(&app, &signed_in(&app, "ben").await).await;
    let ben = awaiting_code(&app, "ben", PASSWORD).await;
    assert_signed_out(&ben).await;
    for path in ["/api/v1/auth/me", "/api/v1/staff", "/api/v1/roles", "/api/v1/authentication-events"] {
        assert_eq!(status(&ben, path).await, 401, "{path}");
    }
    for (function, arguments) in [
        ("account/second-factor", json!({})),
        ("account/start-second-factor", json!({ "password": PASSWORD })),
        ("account/remove-second-factor", json!({ "password": PASSWORD, "code": "123456" })),
        ("account/new-recovery-codes", json!({ "password": PASSWORD, "code": "123456" })),
        ("account/change-password", json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD })),
        ("account/sessions", json!({})),
        ("account/tokens", json!({})),
        ("account/profile", json!({})),
        ("staff/list", json!({})),
    ] {
        assert_eq!(refusal(call(&ben, function, arguments).await).await.0, 401, "{function}");
    }
    for path in ["/customers", "/account", "/account/second-factor"] {
        assert_eq!(ben.page(path).await.0, 303, "{path}");
    }
    assert_eq!(ben.page("/login/code").await.0, 200);
    // Somebody who was signed in before is no longer.
    let ana = app.administrator().await;
    assert_eq!(ana.sign_in("ben", PASSWORD).await.status(), 200);
    assert_signed_out(&ana).await;
}

#[tokio::test]
async fn a_code_works_once_and_no_older_one_after_it() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let (device, _) = enrol(&app, &signed_in(&app, "ben").await).await;
    let first = device.code(&app);
    let ben = awaiting_code(&app, "ben", PASSWORD).await;
    assert_eq!(wrong_fields(send_code(&ben, &first).await).await, ["code"], "the code of the enrolment");
    let code = device.next_code(&app);
    assert_eq!(send_code(&ben, &format!(" {} {}", &code[..3], &code[3..])).await.status(), 200);
    assert_signed_in(&ben).await;
    let thief = awaiting_code(&app, "ben", PASSWORD).await;
    for used in [&code, &first] {
        assert_eq!(wrong_fields(send_code(&thief, used).await).await, ["code"]);
    }
    assert_signed_out(&thief).await;
    // A clock that is half a minute ahead is forgiven; then the code between is used up, too.
    let between = device.next_code(&app);
    let ahead = device.code_at(app.clock.now() + Duration::seconds(30));
    assert_eq!(send_code(&thief, &ahead).await.status(), 200);
    let late = awaiting_code(&app, "ben", PASSWORD).await;
    assert_eq!(wrong_fields(send_code(&late, &between).await).await, ["code"]);
}

#[tokio::test]
async fn of_twenty_with_one_code_one_gets_in() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let (device, codes) = enrol(&app, &signed_in(&app, "ben").await).await;
    assert_one_of_twenty_gets_in(&app, &device.next_code(&app)).await;
    forget_failures(&app).await;
    assert_one_of_twenty_gets_in(&app, &codes[0]).await;
    forget_failures(&app).await;
    let code = device.next_code(&app);
    let answers = futures::future::join_all((0..20).map(|_| pair_with(&app, Some(&code)))).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 401 | 429)), "{statuses:?}");
}

#[tokio::test]
async fn a_recovery_code_works_once_however_it_is_typed() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let (_, codes) = enrol(&app, &signed_in(&app, "ben").await).await;
    assert_eq!(codes.len(), 10);
    let ben = awaiting_code(&app, "ben", PASSWORD).await;
    assert_eq!(send_code(&ben, &codes[3].to_uppercase().replace('-', " ")).await.status(), 200);
    assert_eq!(answer(&ben, "account/second-factor", json!({})).await["codes_left"], 9);
    let thief = awaiting_code(&app, "ben", PASSWORD).await;
    assert_eq!(wrong_fields(send_code(&thief, &codes[3]).await).await, ["code"]);
    assert_signed_out(&thief).await;
    assert_eq!(send_code(&thief, &codes[4]).await.status(), 200);
}

#[tokio::test]
async fn recovery_codes_are_shown_until_they_are_kept_and_new_ones_replace_them() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let ben = signed_in(&app, "ben").await;
    let none = call(&ben, "account/new-recovery-codes", json!({ "password": PASSWORD, "code": "123456" })).await;
    assert_eq!(refusal(none).await, (409, "no_second_factor".into()));
    let (device, old) = enrol(&app, &ben).await;
    let (_, page) = ben.page("/account/second-factor").await;
    assert!(page.contains(&old[0]), "{page}");
    answer(&ben, "account/keep-recovery-codes", json!({})).await;
    assert_eq!(answer(&ben, "account/second-factor", json!({})).await["new_codes"], Value::Null);
    let wrong =
        call(&ben, "account/new-recovery-codes", json!({ "password": "wrong password", "code": "123456" })).await;
    assert_eq!(wrong_fields(wrong).await, ["password"]);
    let code = device.next_code(&app);
    answer(&ben, "account/new-recovery-codes", json!({ "password": PASSWORD, "code": code })).await;
    let new = recovery_codes(&ben).await;
    assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)));
    let again = awaiting_code(&app, "ben", PASSWORD).await;
    assert_eq!(wrong_fields(send_code(&again, &old[0]).await).await, ["code"]);
    assert_eq!(send_code(&again, &new[0]).await.status(), 200);
    // Nobody else is shown them, not even the same person elsewhere.
    assert_eq!(answer(&again, "account/second-factor", json!({})).await["new_codes"], Value::Null);
}

#[tokio::test]
async fn wrong_codes_lock_like_wrong_passwords_and_a_right_password_forgives_none() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let (device, _) = enrol(&app, &signed_in(&app, "ben").await).await;
    let wrong = device.code(&app);
    for _ in 0..5 {
        // By another name each time it is still the same account.
        let ben = app.visitor();
        assert_eq!(ben.sign_in("BEN@example.net", PASSWORD).await.status(), 200);
        assert_eq!(wrong_fields(send_code(&ben, &wrong).await).await, ["code"]);
    }
    let locked = app.visitor().sign_in("ben", PASSWORD).await;
    assert!(locked.headers().contains_key("retry-after"));
    assert_eq!(refusal(locked).await, (429, "rate_limited".into()));
    app.clock.advance(Duration::minutes(16));
    let ben = awaiting_code(&app, "ben", PASSWORD).await;
    assert_eq!(send_code(&ben, &device.code(&app)).await.status(), 200);
    let ben = awaiting_code(&app, "ben", PASSWORD).await;
    forget_failures(&app).await;
    let used = device.code(&app);
    for _ in 0..5 {
        assert_eq!(send_code(&ben, &used).await.status(), 422);
    }
    assert_eq!(send_code(&ben, &device.next_code(&app)).await.status(), 429);
    assert_signed_out(&ben).await;
}

#[tokio::test]
async fn the_code_must_come_within_five_minutes_of_the_password() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let (device, _) = enrol(&app, &signed_in(&app, "ben").await).await;
    assert_eq!(refusal(send_code(&app.visitor(), "123456").await).await.0, 401);
    let ben = awaiting_code(&app, "ben", PASSWORD).await;
    app.clock.advance(Duration::minutes(5));
    assert_eq!(refusal(send_code(&ben, &device.code(&app)).await).await.0, 401);
    assert_signed_out(&ben).await;
    let ben = awaiting_code(&app, "ben", PASSWORD).await;
    let system = isp::shared::actor::Actor::system("test");
    app.services.staff.reset_password(&system, "ben", &NEW_PASSWORD.into()).await.unwrap();
    assert_eq!(refusal(send_code(&ben, &device.code(&app)).await).await.0, 401, "another password meanwhile");
}

#[tokio::test]
async fn a_token_pair_needs_the_code_too() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let (device, codes) = enrol(&app, &signed_in(&app, "ben").await).await;
    assert_eq!(wrong_fields(pair_with(&app, None).await).await, ["code"]);
    assert_eq!(refusal(pair_with(&app, Some(&device.code(&app))).await).await.0, 401);
    let code = device.next_code(&app);
    let wrong = json!({ "username": "ben", "password": "wrong password", "code": code });
    assert_eq!(refusal(app.visitor().post("/api/v1/auth/token", &wrong).await).await.0, 401);
    let pair: Value = pair_with(&app, Some(&code)).await.json().await.unwrap();
    assert_eq!(status_with_token(&app, &pair, "/api/v1/customers").await, 200);
    assert_eq!(pair_with(&app, Some(&codes[0])).await.status(), 200);
    assert_eq!(pair_with(&app, Some(&codes[0])).await.status(), 401);
}

#[tokio::test]
async fn adding_and_giving_up_a_second_factor_end_every_other_access() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let (ben, other) = (signed_in(&app, "ben").await, signed_in(&app, "ben").await);
    let pair = token_pair(&app, "ben").await;
    let (device, _) = enrol(&app, &ben).await;
    assert_signed_in(&ben).await;
    assert_signed_out(&other).await;
    assert_eq!(status_with_token(&app, &pair, "/api/v1/customers").await, 401);
    assert_eq!(status_of_refresh(&app, &pair).await, 401);
    let other = awaiting_code(&app, "ben", PASSWORD).await;
    assert_eq!(send_code(&other, &device.next_code(&app)).await.status(), 200);
    let wrong =
        call(&ben, "account/remove-second-factor", json!({ "password": "wrong password", "code": "123456" })).await;
    assert_eq!(wrong_fields(wrong).await, ["password"]);
    let code = device.next_code(&app);
    answer(&ben, "account/remove-second-factor", json!({ "password": PASSWORD, "code": code })).await;
    assert_signed_in(&ben).await;
    assert_signed_out(&other).await;
    signed_in(&app, "ben").await;
    let again = call(&ben, "account/remove-second-factor", json!({ "password": PASSWORD, "code": "123456" })).await;
    assert_eq!(refusal(again).await, (409, "no_second_factor".into()));
}

#[tokio::test]
async fn what_a_role_requires_is_not_given_up() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    account(&app, "ben", "manager").await;
    let ben = signed_in(&app, "ben").await;
    let (device, _) = enrol(&app, &ben).await;
    let manager = find_role(&ana, "manager").await;
    assert_eq!(replace_role(&ana, &manager, json!({ "requires_second_factor": true })).await.status(), 200);
    assert_eq!(answer(&ben, "account/second-factor", json!({})).await["is_required"], true);
    let code = device.next_code(&app);
    let refused = call(&ben, "account/remove-second-factor", json!({ "password": PASSWORD, "code": code })).await;
    assert_eq!(refusal(refused).await, (409, "second_factor_required".into()));
    assert_signed_in(&ben).await;
}

#[tokio::test]
async fn another_administrator_takes_a_lost_device_away() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let id = account(&app, "ben", "manager").await;
    let path = format!("/api/v1/staff/{id}");
    let ben = signed_in(&app, "ben").await;
    let none = ana.post(&format!("{path}/reset-second-factor"), &json!({})).await;
    assert_eq!(refusal(none).await, (409, "no_second_factor".into()));
    let (device, codes) = enrol(&app, &ben).await;
    assert_eq!(ana.json(&path).await["has_second_factor"], true);
    let pair: Value = pair_with(&app, Some(&device.next_code(&app))).await.json().await.unwrap();
    done(&ana, &format!("{path}/reset-second-factor")).await;
    assert_eq!(ana.json(&path).await["has_second_factor"], false);
    assert_signed_out(&ben).await;
    assert_eq!(status_with_token(&app, &pair, "/api/v1/customers").await, 401);
    let ben = signed_in(&app, "ben").await;
    let (_, new) = enrol(&app, &ben).await;
    assert!(!new.contains(&codes[0]));
    let again = awaiting_code(&app, "ben", PASSWORD).await;
    assert_eq!(wrong_fields(send_code(&again, &codes[0]).await).await, ["code"]);
    assert_eq!(wrong_fields(send_code(&again, &device.next_code(&app)).await).await, ["code"]);
}

#[tokio::test]
async fn a_new_password_by_mail_leaves_the_second_factor_as_it_is() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let (device, _) = enrol(&app, &signed_in(&app, "ben").await).await;
    answer(&app.visitor(), "auth/forgot-password", json!({ "username": "ben" })).await;
    let token = mailed_token(&app, "ben@example.net").await;
    assert_eq!(choose(&app, &token, NEW_PASSWORD).await.status(), 200);
    let ben = awaiting_code(&app, "ben", NEW_PASSWORD).await;
    assert_signed_out(&ben).await;
    assert_eq!(send_code(&ben, &device.next_code(&app)).await.status(), 200);
    assert_signed_in(&ben).await;
}
