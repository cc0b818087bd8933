//! `/api/v1/authentication-events` and the audit log: what happened at the door is found, and no secret with it.

use chrono::Duration;
use serde_json::{Value, json};

use super::{
    NEW_PASSWORD, account, answer, awaiting_code, begin_enrolment, call, choose, cookie, mailed_token, recovery_codes,
    send_code, signed_in, status,
};
use crate::support::{PASSWORD, Person, TestApp, encoded, refusal, wrong_fields};

async fn events(person: &Person, query: &str) -> Vec<Value> {
    let page = person.json(&format!("/api/v1/authentication-events?{query}")).await;
    page["events"].as_array().unwrap().clone()
}

/// Names of the events that a query finds, newest first.
async fn names(person: &Person, query: &str) -> Vec<String> {
    events(person, query).await.iter().map(|event| event["event"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn events_are_found_by_what_who_where_and_when() {
    let app = TestApp::start().await;
    account(&app, "ana", "super-administrator").await;
    account(&app, "ben", "technician").await;
    let visitor = app.visitor();
    visitor.sign_in("ben", "wrong password").await;
    visitor.sign_in("a password typed as a name", "x").await;
    let ben = signed_in(&app, "ben").await;
    app.clock.advance(Duration::minutes(10));
    answer(&ben, "auth/sign-out", json!({})).await;
    app.clock.advance(Duration::days(1));
    signed_in(&app, "ben").await;
    let ana = signed_in(&app, "ana").await;
    let failed = events(&ana, "event=sign_in_failed").await;
    let subjects: Vec<&str> = failed.iter().map(|event| event["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects, ["(unknown)", "ben"]);
    assert!(failed.iter().all(|event| event["is_success"] == false && event["label"] == "Wrong user name or password"));
    assert_eq!(failed[0]["at"], "2026-06-01T09:00:00Z");
    assert_eq!(failed[0]["address"], "127.0.0.1");
    assert!(failed[0]["request_id"].is_string());
    let all_of_ben = ["sign_in", "sign_out", "sign_in", "sign_in_failed"];
    for subject in ["ben", " BEN ", "ben@example.net", "The technician"] {
        assert_eq!(names(&ana, &format!("subject={}", encoded(subject))).await, all_of_ben, "{subject}");
    }
    for (query, found) in [
        ("subject=ben&event=sign_in", vec!["sign_in", "sign_in"]),
        ("subject=ben&until=2026-06-01", vec!["sign_out", "sign_in", "sign_in_failed"]),
        ("subject=ben&from=2026-06-02", vec!["sign_in"]),
        ("subject=ben&from=2026-06-01&until=2026-06-02", all_of_ben.to_vec()),
        ("subject=ben&from=2026-06-03", vec![]),
        ("until=2026-05-31", vec![]),
        ("subject=ben&address=127.0.0.1", all_of_ben.to_vec()),
        ("address=192.0.2.1", vec![]),
        ("subject=nobody", vec![]),
        ("subject=&event=sign_out&address=", vec!["sign_out"]),
    ] {
        assert_eq!(names(&ana, query).await, found, "{query}");
    }
    let filter = json!({ "filter": { "event": "sign_out", "subject": "ben" } });
    let page = answer(&ana, "authentication-events/search", filter).await;
    assert_eq!(page["events"], Value::from(events(&ana, "event=sign_out&subject=ben").await));
    assert_eq!(page["next_before"], Value::Null);
}

#[tokio::test]
async fn pages_of_events_hold_everything_once() {
    let app = TestApp::start().await;
    account(&app, "ana", "super-administrator").await;
    for _ in 0..6 {
        signed_in(&app, "ana").await;
    }
    let ana = signed_in(&app, "ana").await;
    let whole = events(&ana, "event=sign_in").await;
    assert_eq!(whole.len(), 7);
    let (mut paged, mut query) = (Vec::new(), "event=sign_in&limit=3".to_owned());
    loop {
        let page = ana.json(&format!("/api/v1/authentication-events?{query}")).await;
        paged.extend(page["events"].as_array().unwrap().clone());
        let Some(before) = page["next_before"].as_i64() else { break };
        query = format!("event=sign_in&limit=3&before={before}");
    }
    assert_eq!(paged, whole);
    let bad = ana.get("/api/v1/authentication-events?event=breakfast&limit=201&from=1200-01-01").await;
    assert_eq!(wrong_fields(bad).await, ["event", "from", "limit"]);
    assert_eq!(wrong_fields(ana.get("/api/v1/authentication-events?colour=red").await).await, ["colour"]);
    let unreadable = ana.get("/api/v1/authentication-events?until=tomorrow").await;
    assert_eq!(refusal(unreadable).await, (400, "malformed".into()));
}

#[tokio::test]
async fn events_are_for_those_who_may_read_the_audit_log() {
    let app = TestApp::start().await;
    for (role, expected) in [("technician", 403), ("engineer", 403), ("financial-manager", 200), ("manager", 200)] {
        let person = app.staff(role).await;
        assert_eq!(status(&person, "/api/v1/authentication-events").await, expected, "{role}");
        let found = call(&person, "authentication-events/search", json!({ "filter": {} })).await;
        assert_eq!(found.status().as_u16(), expected, "{role}");
    }
    assert_eq!(status(&app.visitor(), "/api/v1/authentication-events").await, 401);
}

#[tokio::test]
async fn what_an_administrator_does_to_an_account_is_in_the_audit_log_under_their_name() {
    let app = TestApp::start().await;
    account(&app, "ana", "super-administrator").await;
    let ben = account(&app, "ben", "technician").await;
    let ana = signed_in(&app, "ana").await;
    for action in ["send-link", "unlock", "deactivate", "activate"] {
        let response = ana.post(&format!("/api/v1/staff/{ben}/{action}"), &json!({})).await;
        assert_eq!(response.status(), 204, "{action}");
    }
    let mut tx = app.services.database.read().await.unwrap();
    let select = tx.query(
        "SELECT action FROM audit_entries WHERE actor_kind = 'staff' AND entity = 'staff' AND entity_id = $1 \
         ORDER BY id",
    );
    let actions: Vec<String> = select.bind(ben).fetch_values().await.unwrap();
    assert_eq!(actions, ["staff.link_sent", "staff.unlocked", "staff.deactivated", "staff.activated"]);
    drop(tx);
    let report = app.services.audit.verify(&app.services.database, |_| ()).await.unwrap();
    assert_eq!(report.broken_at, None);
}

/// What lies open in a table, row by row.
async fn texts(app: &TestApp, select: &'static str) -> String {
    let mut tx = app.services.database.read().await.unwrap();
    let rows: Vec<String> = tx.query(select).fetch_values().await.unwrap();
    rows.join("\n")
}

/// Tables of what people read, and of what the program keeps about sessions.
const READABLE: [&str; 5] = [
    "SELECT actor_name || ' ' || changes || ' ' || COALESCE(reason, '') FROM audit_entries",
    "SELECT event || ' ' || subject || ' ' || COALESCE(user_agent, '') FROM authentication_events",
    "SELECT recipient || ' ' || subject || ' ' || body || ' ' || COALESCE(last_error, '') FROM mails",
    "SELECT data || ' ' || COALESCE(user_agent, '') FROM sessions",
    "SELECT scope || ' ' || COALESCE(user_agent, '') FROM token_families",
];

/// Tables of digests and of what is sealed.
const SEALED: [&str; 8] = [
    "SELECT COALESCE(password_hash, '') FROM staff",
    "SELECT id_hash FROM sessions",
    "SELECT key FROM sign_in_throttles",
    "SELECT token_hash FROM one_time_links",
    "SELECT secret FROM second_factors",
    "SELECT code_hash FROM recovery_codes",
    "SELECT token_hash FROM refresh_tokens",
    "SELECT token_hash FROM access_tokens",
];

/// Every secret that a person comes to have, used and mistyped at every door.
async fn live(app: &TestApp, ana: &Person) -> Secrets {
    let mut secrets = Secrets::default();
    let invitation = json!({ "username": "ben", "email": "ben@example.net", "full_name": "Ben", "role": "manager" });
    assert_eq!(ana.post("/api/v1/staff", &invitation).await.status(), 201);
    let link = mailed_token(app, "ben@example.net").await;
    let weak = "planted by ben";
    let fields = [("token", link.as_str()), ("password", weak)];
    app.visitor().form("/api/fn/auth/choose-password", "/choose-password", &fields).await;
    assert_eq!(choose(app, &link, PASSWORD).await.status(), 200);
    let (mistyped, as_name) = ("planted wrong password", "planted password as a name");
    app.visitor().form("/api/fn/auth/sign-in", "/login", &[("username", "ben"), ("password", mistyped)]).await;
    app.visitor().sign_in(as_name, "x").await;
    let ben = app.visitor();
    let session = cookie(&ben.sign_in("ben", PASSWORD).await);
    // Behind the signature stands the id.
    secrets.long.push(session[session.len() - 22..].to_owned());
    let device = begin_enrolment(&ben).await;
    let shown = answer(&ben, "account/second-factor", json!({})).await["pending"]["secret"].clone();
    let first = device.code(app);
    answer(&ben, "account/confirm-second-factor", json!({ "code": first })).await;
    let codes = recovery_codes(&ben).await;
    let again = awaiting_code(app, "ben", PASSWORD).await;
    let no_code = "zzzzzzzz-zzzzzzzz";
    again.form("/api/fn/auth/sign-in-code", "/login/code", &[("code", no_code)]).await;
    let second = device.next_code(app);
    assert_eq!(send_code(&again, &second).await.status(), 200);
    let other = awaiting_code(app, "ben", PASSWORD).await;
    assert_eq!(send_code(&other, &codes[0]).await.status(), 200);
    let third = device.next_code(app);
    let request = json!({ "username": "ben", "password": PASSWORD, "code": third });
    let pair: Value = app.visitor().post("/api/v1/auth/token", &request).await.json().await.unwrap();
    let refresh = json!({ "refresh_token": pair["refresh_token"] });
    let next: Value = app.visitor().post("/api/v1/auth/refresh", &refresh).await.json().await.unwrap();
    assert_eq!(app.visitor().post("/api/v1/auth/refresh", &refresh).await.status(), 401);
    let fields = [("current_password", mistyped), ("new_password", NEW_PASSWORD)];
    other.form("/api/fn/account/change-password", "/account", &fields).await;
    answer(&app.visitor(), "auth/forgot-password", json!({ "username": "ben" })).await;
    let reset = mailed_token(app, "ben@example.net").await;
    for pair in [&pair, &next] {
        secrets.long.extend(["access_token", "refresh_token"].map(|name| pair[name].as_str().unwrap().to_owned()));
    }
    secrets.long.extend([PASSWORD, NEW_PASSWORD, weak, mistyped, as_name, no_code].map(str::to_owned));
    secrets.long.extend([link, reset, shown.as_str().unwrap().replace(' ', "")]);
    secrets.long.extend(codes.iter().flat_map(|code| [code.clone(), code.replace('-', "")]));
    secrets.short.extend([first, second, third]);
    secrets
}

#[derive(Default)]
struct Secrets {
    /// Nothing else looks like them.
    long: Vec<String>,
    /// Six digits: they might stand in a digest by chance.
    short: Vec<String>,
}

#[tokio::test]
async fn no_secret_of_a_whole_life_is_left_where_somebody_could_read_it() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let secrets = live(&app, &ana).await;
    let known = ["ben", "sign_in_failed", "second_factor_failed", "Choose a new password", "staff_id", "admin"];
    let mut everything = String::new();
    for select in READABLE {
        let text = texts(&app, select).await;
        for secret in secrets.long.iter().chain(&secrets.short) {
            assert!(!text.contains(secret.as_str()), "{secret} in {select}");
        }
        everything.push_str(&text);
    }
    assert!(known.iter().all(|word| everything.contains(word)), "nothing was read: {everything}");
    for select in SEALED {
        let text = texts(&app, select).await;
        for secret in &secrets.long {
            assert!(!text.contains(secret.as_str()), "{secret} in {select}");
        }
    }
}

#[tokio::test]
async fn a_whole_life_is_told_in_its_order() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    live(&app, &ana).await;
    let mut told = names(&ana, "subject=ben&limit=200").await;
    told.reverse();
    assert_eq!(
        told,
        [
            "invitation_sent",
            "invitation_accepted",
            "sign_in_failed",
            "sign_in",
            "second_factor_enabled",
            "code_awaited",
            "second_factor_failed",
            "sign_in",
            "code_awaited",
            "recovery_code_used",
            "sign_in",
            "sign_in",
            "token_issued",
            "token_refreshed",
            "refresh_reused",
            "sign_in_failed",
            "password_reset_requested",
        ]
    );
    let report = app.services.audit.verify(&app.services.database, |_| ()).await.unwrap();
    assert_eq!(report.broken_at, None);
}
