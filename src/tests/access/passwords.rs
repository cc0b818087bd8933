//! Passwords: chosen by a link that was mailed, forgotten, changed by oneself.

use chrono::Duration;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::{
    NEW_PASSWORD, account, answer, call, choose, done, forget_failures, mailed_token, mails, signed_in, status,
    status_of_refresh, status_with_token, token_pair,
};
use crate::support::{PASSWORD, Person, TestApp, refusal, wrong_fields};

/// Invites somebody called Ben, who may read; gives their id.
async fn invite(ana: &Person) -> i64 {
    let invitation = json!({
        "username": "ben",
        "email": "ben@example.net",
        "full_name": "Ben Olsen",
        "role": "read-only",
        "scope": { "all_partners": true, "all_locations": true },
    });
    let response = ana.post("/api/v1/staff", &invitation).await;
    assert_eq!(response.status(), 201, "{}", response.text().await.unwrap());
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let details: Value = response.json().await.unwrap();
    assert_eq!(details["is_invited"], true);
    assert_eq!(location, format!("/api/v1/staff/{}", details["id"]));
    details["id"].as_i64().unwrap()
}

/// Asks for a link to a new password.
async fn forget(person: &Person, name: &str) -> Response {
    call(person, "auth/forgot-password", json!({ "username": name })).await
}

/// What a link leads to.
async fn read_link(app: &TestApp, token: &str) -> Response {
    call(&app.visitor(), "auth/link", json!({ "token": token })).await
}

/// All of an answer but what differs from request to request.
async fn told(response: Response) -> (u16, Vec<(String, String)>, String) {
    let status = response.status().as_u16();
    let headers = response.headers().iter().filter(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id"));
    let mut headers: Vec<(String, String)> =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    (status, headers, response.text().await.unwrap())
}

fn link_expired() -> (u16, String) {
    (409, "link_expired".into())
}

#[tokio::test]
async fn an_invited_person_chooses_a_password_by_the_mailed_link_and_signs_in() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let id = invite(&ana).await;
    assert_eq!(wrong_fields(app.visitor().sign_in("ben", NEW_PASSWORD).await).await, [""]);
    let token = mailed_token(&app, "ben@example.net").await;
    let mail = mails(&app).await.remove(0);
    assert!(mail.contains("Ben Olsen") && mail.contains(&format!("{}/choose-password?", app.base_url)), "{mail}");
    assert_eq!(app.visitor().page(&format!("/choose-password?token={token}")).await.0, 200);
    let info = answer(&app.visitor(), "auth/link", json!({ "token": token })).await;
    assert_eq!(info, json!({ "is_invitation": true, "full_name": "Ben Olsen", "username": "ben" }));
    for weak in ["short", "password2026!", "my name is ben, hello"] {
        assert_eq!(wrong_fields(choose(&app, &token, weak).await).await, ["password"], "{weak}");
    }
    assert_eq!(choose(&app, &token, NEW_PASSWORD).await.status(), 200);
    assert_eq!(refusal(choose(&app, &token, PASSWORD).await).await, link_expired());
    assert_eq!(refusal(read_link(&app, &token).await).await, link_expired());
    let ben = app.visitor();
    assert_eq!(ben.sign_in("ben", NEW_PASSWORD).await.status(), 200);
    assert_eq!(ben.page("/customers").await.0, 200);
    assert_eq!(ana.json(&format!("/api/v1/staff/{id}")).await["is_invited"], false);
}

#[tokio::test]
async fn an_invitation_is_good_for_a_week_and_ends_when_it_is_sent_again() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let id = invite(&ana).await;
    let first = mailed_token(&app, "ben@example.net").await;
    done(&ana, &format!("/api/v1/staff/{id}/send-link")).await;
    let second = mailed_token(&app, "ben@example.net").await;
    assert_ne!(first, second);
    assert_eq!(refusal(read_link(&app, &first).await).await, link_expired());
    app.clock.advance(Duration::days(7) - Duration::seconds(1));
    app.services.auth.sweep().await.unwrap();
    assert_eq!(read_link(&app, &second).await.status(), 200);
    app.clock.advance(Duration::seconds(1));
    assert_eq!(refusal(read_link(&app, &second).await).await, link_expired());
    assert_eq!(refusal(choose(&app, &second, NEW_PASSWORD).await).await, link_expired());
}

#[tokio::test]
async fn of_twenty_with_one_link_one_chooses_the_password() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    invite(&ana).await;
    let token = mailed_token(&app, "ben@example.net").await;
    let passwords: Vec<String> = (0..20).map(|number| format!("{NEW_PASSWORD} of {number}")).collect();
    let answers = futures::future::join_all(passwords.iter().map(|password| choose(&app, &token, password))).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 19, "{statuses:?}");
    let winner = statuses.iter().position(|status| *status == 200).unwrap();
    assert_eq!(app.visitor().sign_in("ben", &passwords[winner]).await.status(), 200);
}

#[tokio::test]
async fn a_deactivated_person_chooses_nothing() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let id = invite(&ana).await;
    let token = mailed_token(&app, "ben@example.net").await;
    done(&ana, &format!("/api/v1/staff/{id}/deactivate")).await;
    assert_eq!(refusal(read_link(&app, &token).await).await, link_expired());
    assert_eq!(refusal(choose(&app, &token, NEW_PASSWORD).await).await, link_expired());
}

#[tokio::test]
async fn a_reset_link_works_once_and_ends_whatever_was_open() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let id = account(&app, "ben", "manager").await;
    let (ben, pair) = (signed_in(&app, "ben").await, token_pair(&app, "ben").await);
    done(&ana, &format!("/api/v1/staff/{id}/send-link")).await;
    let token = mailed_token(&app, "ben@example.net").await;
    let info = answer(&app.visitor(), "auth/link", json!({ "token": token })).await;
    assert_eq!(info["is_invitation"], false);
    assert_eq!(status(&ben, "/api/v1/customers").await, 200);
    assert_eq!(choose(&app, &token, NEW_PASSWORD).await.status(), 200);
    assert_eq!(status(&ben, "/api/v1/customers").await, 401);
    assert_eq!(status_with_token(&app, &pair, "/api/v1/customers").await, 401);
    assert_eq!(status_of_refresh(&app, &pair).await, 401);
    assert_eq!(refusal(choose(&app, &token, PASSWORD).await).await, link_expired());
    assert_eq!(app.visitor().sign_in("ben", PASSWORD).await.status(), 422);
    assert_eq!(app.visitor().sign_in("ben", NEW_PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn a_reset_link_is_good_for_an_hour() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    assert_eq!(forget(&app.visitor(), "ben").await.status(), 200);
    let token = mailed_token(&app, "ben@example.net").await;
    app.clock.advance(Duration::minutes(59));
    assert_eq!(read_link(&app, &token).await.status(), 200);
    app.clock.advance(Duration::minutes(1));
    assert_eq!(refusal(choose(&app, &token, NEW_PASSWORD).await).await, link_expired());
    assert_eq!(app.visitor().sign_in("ben", PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn a_reset_lets_the_owner_in_whom_others_have_locked_out() {
    let app = TestApp::with(|config| config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]).await;
    account(&app, "ben", "manager").await;
    let guess = json!({ "username": "ben", "password": "wrong password" });
    for _ in 0..5 {
        let stranger = app.visitor().request(Method::POST, "/api/fn/auth/sign-in");
        stranger.header("x-forwarded-for", "203.0.113.9").json(&guess).send().await.unwrap();
    }
    assert_eq!(app.visitor().sign_in("ben", PASSWORD).await.status(), 429);
    assert_eq!(forget(&app.visitor(), "ben").await.status(), 200);
    let token = mailed_token(&app, "ben@example.net").await;
    assert_eq!(choose(&app, &token, NEW_PASSWORD).await.status(), 200);
    assert_eq!(app.visitor().sign_in("ben", NEW_PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn forgetting_tells_everybody_the_same_and_mails_only_those_who_can_sign_in() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    invite(&ana).await;
    account(&app, "cleo", "manager").await;
    let dora = account(&app, "dora", "manager").await;
    done(&ana, &format!("/api/v1/staff/{dora}/deactivate")).await;
    let before = mails(&app).await.len();
    let visitor = app.visitor();
    let known = told(forget(&visitor, "cleo").await).await;
    assert_eq!(known.0, 200);
    for name in ["CLEO@example.net", "nobody", "nobody@example.net", "ben", "dora", "", "cleo@example.net, x@y.z"] {
        assert_eq!(told(forget(&visitor, name).await).await, known, "{name}");
    }
    let sent = mails(&app).await.split_off(before);
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|mail| mail.contains("To: cleo@example.net\r\n")), "{sent:?}");
    let plain = visitor.form("/api/fn/auth/forgot-password", "/forgot-password", &[("username", "nobody")]).await;
    assert_eq!(plain.headers()["location"], "/forgot-password?done=sent");
}

#[tokio::test]
async fn links_are_rationed_for_each_account_and_each_address() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let visitor = app.visitor();
    for _ in 0..5 {
        assert_eq!(forget(&visitor, "ben").await.status(), 200);
    }
    assert_eq!(mails(&app).await.len(), 3);
    let token = mailed_token(&app, "ben@example.net").await;
    assert_eq!(read_link(&app, &token).await.status(), 200);
    for _ in 0..5 {
        assert_eq!(forget(&visitor, "nobody").await.status(), 200);
    }
    let refused = forget(&visitor, "nobody").await;
    assert_eq!(refused.headers()["retry-after"], "3600");
    assert_eq!(refusal(refused).await, (429, "rate_limited".into()));
    // Asking is not failing: everybody can still sign in.
    signed_in(&app, "ben").await;
    app.clock.advance(Duration::hours(1));
    assert_eq!(forget(&visitor, "ben").await.status(), 200);
    assert_eq!(mails(&app).await.len(), 4);
}

#[tokio::test]
async fn changing_ones_password_ends_everything_but_the_session_that_asks() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let (ben, other) = (signed_in(&app, "ben").await, signed_in(&app, "ben").await);
    let pair = token_pair(&app, "ben").await;
    assert_eq!(forget(&app.visitor(), "ben").await.status(), 200);
    let token = mailed_token(&app, "ben@example.net").await;
    for (current, new, field) in [
        ("wrong password", NEW_PASSWORD, "current_password"),
        (PASSWORD, PASSWORD, "new_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "this is ben, hello", "new_password"),
    ] {
        let refused =
            call(&ben, "account/change-password", json!({ "current_password": current, "new_password": new })).await;
        assert_eq!(wrong_fields(refused).await, [field]);
    }
    assert_eq!(status(&other, "/api/v1/customers").await, 200);
    let passwords = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    answer(&ben, "account/change-password", passwords).await;
    assert_eq!(status(&ben, "/api/v1/customers").await, 200);
    assert_eq!(status(&other, "/api/v1/customers").await, 401);
    assert_eq!(status_with_token(&app, &pair, "/api/v1/customers").await, 401);
    assert_eq!(status_of_refresh(&app, &pair).await, 401);
    assert_eq!(refusal(read_link(&app, &token).await).await, link_expired());
    assert_eq!(app.visitor().sign_in("ben", PASSWORD).await.status(), 422);
    assert_eq!(app.visitor().sign_in("ben", NEW_PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn a_stolen_session_is_worth_no_more_guesses_than_the_sign_in() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let ben = signed_in(&app, "ben").await;
    let guess = |current: &str| json!({ "current_password": current, "new_password": NEW_PASSWORD });
    for _ in 0..5 {
        assert_eq!(call(&ben, "account/change-password", guess("wrong password")).await.status(), 422);
    }
    assert_eq!(call(&ben, "account/change-password", guess(PASSWORD)).await.status(), 429);
    let enrolment = call(&ben, "account/start-second-factor", json!({ "password": PASSWORD })).await;
    assert_eq!(enrolment.status(), 429);
    assert_eq!(app.visitor().sign_in("ben", PASSWORD).await.status(), 429);
    forget_failures(&app).await;
    assert_eq!(call(&ben, "account/change-password", guess(PASSWORD)).await.status(), 200);
}
