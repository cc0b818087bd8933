//! `/setup`, `/login`, sessions and lockout.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Person, TestApp, refusal, wrong_fields};

async fn set_up(person: &Person, token: &str, username: &str) -> reqwest::Response {
    let fields = json!({ "token": token, "full_name": "Ana", "username": username, "email": format!("{username}@example.net"), "password": PASSWORD });
    person.post("/api/fn/auth/set-up", &fields).await
}

async fn session_of(person: &Person) -> Value {
    person.post("/api/fn/auth/session", &json!({})).await.json().await.unwrap()
}

#[tokio::test]
async fn the_set_up_link_makes_one_administrator_and_is_gone() {
    let app = TestApp::start().await;
    let token = app.services.auth.new_set_up_link().await.unwrap().unwrap();
    let visitor = app.visitor();
    let (status, page) = visitor.page(&format!("/setup?token={token}")).await;
    assert!(status == 200 && page.contains("Create administrator"), "{page}");
    assert!(set_up(&visitor, "wrong", "ana").await.status().is_client_error());
    let bad = visitor
        .post(
            "/api/fn/auth/set-up",
            &json!({ "token": token, "full_name": "", "username": "A b", "email": "x", "password": "password1234" }),
        )
        .await;
    assert_eq!(wrong_fields(bad).await, ["email", "full_name", "password", "username"]);
    let racers = (0..5).map(|i| {
        let (person, token) = (app.visitor(), token.clone());
        async move { set_up(&person, &token, &format!("ana{i}")).await.status().as_u16() }
    });
    let mut statuses = futures::future::join_all(racers).await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(statuses[1..].iter().all(|status| *status == 409), "{statuses:?}");
    assert!(app.services.auth.new_set_up_link().await.unwrap().is_none());
}

#[tokio::test]
async fn after_signing_in_the_session_works_and_after_signing_out_it_is_dead() {
    let app = TestApp::start().await;
    app.create_staff("ana", "super-administrator").await;
    let ana = app.visitor();
    assert_eq!(refusal(ana.get("/api/v1/customers").await).await, (401, "unauthenticated".into()));
    assert_eq!(ana.sign_in("ANA@example.net", PASSWORD).await.status(), 200);
    assert_eq!(session_of(&ana).await["username"], "ana");
    ana.json("/api/v1/customers").await;
    assert!(ana.post("/api/fn/auth/sign-out", &json!({})).await.status().is_success());
    assert_eq!(session_of(&ana).await, Value::Null);
    assert_eq!(refusal(ana.get("/api/v1/customers").await).await.0, 401);
}

#[tokio::test]
async fn a_plain_form_signs_in_and_returns_to_the_page_that_was_asked_for() {
    let app = TestApp::start().await;
    app.create_staff("ana", "super-administrator").await;
    let ana = app.visitor();
    let asked = ana
        .request(reqwest::Method::GET, "/customers?status=active")
        .header("accept", "text/html")
        .send()
        .await
        .unwrap();
    assert_eq!(asked.status(), 303);
    assert_eq!(asked.headers()["location"], "/login?next=%2Fcustomers%3Fstatus%3Dactive");
    let wrong = ana.form("/api/fn/auth/sign-in", "/login", &[("username", "ana"), ("password", "wrong")]).await;
    assert_eq!(wrong.status(), 302);
    let back = wrong.headers()["location"].to_str().unwrap().to_owned();
    assert!(!back.contains("wrong"), "a password in a URL");
    let (_, page) = ana.page(&back[back.find("/login").unwrap()..]).await;
    assert!(page.contains("Username or password is wrong."), "{page}");
    let fields = [("username", "ana"), ("password", PASSWORD), ("next", "/customers?status=active")];
    let good = ana.form("/api/fn/auth/sign-in", "/login", &fields).await;
    assert_eq!(
        (good.status().as_u16(), good.headers()["location"].to_str().unwrap()),
        (302, "/customers?status=active")
    );
    assert_eq!(ana.page("/customers?status=active").await.0, 200);
    let outside = [("username", "ana"), ("password", PASSWORD), ("next", "//evil.example")];
    let safe = ana.form("/api/fn/auth/sign-in", "/login", &outside).await;
    assert_eq!(safe.headers()["location"], "/customers");
}

#[tokio::test]
async fn a_session_gets_a_new_id_at_sign_in_and_only_its_hash_is_stored() {
    let app = TestApp::start().await;
    app.create_staff("ana", "super-administrator").await;
    let ana = app.visitor();
    let cookie = |response: &reqwest::Response| response.headers()["set-cookie"].to_str().unwrap().to_owned();
    let first = cookie(&ana.sign_in("ana", PASSWORD).await);
    let second = cookie(&ana.sign_in("ana", PASSWORD).await);
    assert!(first.contains("HttpOnly") && first.contains("SameSite=Lax"));
    assert_ne!(first.split(';').next(), second.split(';').next());
    let mut tx = app.services.database.read().await.unwrap();
    let ids: Vec<String> = tx.query("SELECT id_hash FROM sessions").fetch_values().await.unwrap();
    assert_eq!(ids.len(), 1);
    assert!(!second.contains(&ids[0]));
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    app.clock.advance(Duration::minutes(29));
    ana.json("/api/v1/customers").await;
    app.clock.advance(Duration::minutes(29));
    ana.json("/api/v1/customers").await;
    app.clock.advance(Duration::minutes(31));
    assert_eq!(refusal(ana.get("/api/v1/customers").await).await.0, 401);
    let ben = app.administrator().await;
    for _ in 0..24 {
        app.clock.advance(Duration::minutes(29));
        ben.json("/api/v1/customers").await;
    }
    app.clock.advance(Duration::minutes(29));
    assert_eq!(refusal(ben.get("/api/v1/customers").await).await.0, 401);
}

#[tokio::test]
async fn five_wrong_passwords_lock_known_and_unknown_accounts_alike() {
    let app = TestApp::start().await;
    app.create_staff("ana", "super-administrator").await;
    let mut answers = Vec::new();
    for name in ["ana", "nobody"] {
        let visitor = app.visitor();
        let mut codes = Vec::new();
        for _ in 0..6 {
            codes.push(refusal(visitor.sign_in(name, "wrong password").await).await.0);
        }
        answers.push(codes);
        app.clock.advance(Duration::minutes(16));
        app.services.auth.sweep().await.unwrap();
        app.clock.advance(Duration::days(2));
        app.services.auth.sweep().await.unwrap();
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], [422, 422, 422, 422, 422, 429]);
}

#[tokio::test]
async fn a_lock_holds_for_the_right_password_too_and_opens_after_its_time_or_by_an_administrator() {
    let app = TestApp::start().await;
    app.create_staff("ana", "super-administrator").await;
    let ana = app.visitor();
    for _ in 0..5 {
        ana.sign_in("ana", "wrong password").await;
    }
    let locked = ana.sign_in("ana", PASSWORD).await;
    assert!(locked.headers().contains_key("retry-after"));
    assert_eq!(refusal(locked).await, (429, "rate_limited".into()));
    app.clock.advance(Duration::minutes(16));
    assert_eq!(ana.sign_in("ana", PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn a_new_password_ends_every_session_of_the_person() {
    let app = TestApp::start().await;
    app.create_staff("ana", "super-administrator").await;
    let ana = app.visitor();
    ana.sign_in("ana", PASSWORD).await;
    let system = isp::shared::actor::Actor::system("test");
    app.services.staff.reset_password(&system, "ana", &"another long passphrase".into()).await.unwrap();
    assert_eq!(refusal(ana.get("/api/v1/customers").await).await.0, 401);
    assert_eq!(ana.sign_in("ana", PASSWORD).await.status(), 422);
    assert_eq!(ana.sign_in("ana", "another long passphrase").await.status(), 200);
}

#[tokio::test]
async fn a_password_from_another_system_is_taken_and_hashed_anew() {
    let app = TestApp::start().await;
    app.create_staff("ben", "manager").await;
    let mut tx = app.services.database.begin().await.unwrap();
    let update = tx.query("UPDATE staff SET password_hash = $1 WHERE username = 'ben'");
    update.bind(bcrypt::hash(PASSWORD, 4).unwrap()).execute().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(app.visitor().sign_in("ben", "another password altogether").await.status(), 422);
    assert_eq!(app.visitor().sign_in("ben", PASSWORD).await.status(), 200);
    let mut tx = app.services.database.read().await.unwrap();
    let stored: String =
        tx.query("SELECT password_hash FROM staff WHERE username = 'ben'").fetch_value().await.unwrap();
    assert!(stored.starts_with("$argon2id$"), "{stored}");
    drop(tx);
    assert_eq!(app.visitor().sign_in("ben", PASSWORD).await.status(), 200);
}
