//! Changes of status that wait for their day, holds that end by themselves, and the scheduler that does both.

use chrono::Duration;
use isp::customers::CustomerService;
use serde_json::{Value, json};

use super::status::{become_, change, customer, id_of, standing};
use crate::support::{Person, TestApp, refusal};

/// Asks for a change on a later day; it must be kept.
pub async fn set_for(person: &Person, path: &str, to: &str, day: &str) -> Value {
    let mut body = change(to);
    body["effective_on"] = json!(day);
    let response = person.post(&format!("{path}/status"), &body).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    let outcome: Value = response.json().await.unwrap();
    assert_eq!(outcome["scheduled"]["effective_on"], day);
    outcome
}

/// Lets time pass and gives somebody with a fresh session.
pub async fn later(app: &TestApp, hours: i64) -> Person {
    app.clock.advance(Duration::hours(hours));
    app.administrator().await
}

/// The same services over a second connection to the database: another server.
async fn second_server(app: &TestApp) -> CustomerService {
    let services = &app.services;
    CustomerService::new(app.database().await, services.settings.clone(), services.audit, app.clock.clone())
}

/// How the newest change for later of a customer stands, and why it failed.
pub async fn state(app: &TestApp, path: &str) -> (String, Option<String>) {
    let mut tx = app.services.database.read().await.unwrap();
    let id = id_of(path);
    let state = tx.query("SELECT state FROM scheduled_status_changes WHERE customer_id = $1 ORDER BY id DESC");
    let state: String = state.bind(id).fetch_value().await.unwrap();
    let outcome = tx.query("SELECT outcome FROM scheduled_status_changes WHERE customer_id = $1 ORDER BY id DESC");
    (state, outcome.bind(id).fetch_value().await.unwrap())
}

#[tokio::test]
async fn a_change_waits_for_its_day_and_is_carried_out_once_by_two_servers() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = standing(&ana, "active").await;
    let outcome = set_for(&ana, &path, "terminated", "2026-06-03").await;
    assert_eq!(outcome["customer"]["status"], "active");
    assert_eq!(app.services.customers.carry_out_due().await.unwrap(), 0);
    let ana = later(&app, 48).await;
    let other = second_server(&app).await;
    let (one, two, three) =
        tokio::join!(app.services.customers.carry_out_due(), other.carry_out_due(), other.carry_out_due());
    assert_eq!(one.unwrap() + two.unwrap() + three.unwrap(), 1);
    assert_eq!(ana.json(&path).await["status"], "terminated");
    let history = ana.json(&format!("{path}/status/history")).await;
    assert_eq!(history.as_array().unwrap().len(), 2);
    let by = format!("scheduler on behalf of {}", outcome["scheduled"]["created_by"].as_str().unwrap());
    assert_eq!((&history[0]["by"], &history[0]["reason"]), (&json!(by), &json!("moved")));
    let audit = ana.json(&format!("{path}/history")).await;
    let deeds: Vec<&str> = audit.as_array().unwrap().iter().filter_map(|entry| entry["action"].as_str()).collect();
    let expected = ["customer.terminated", "customer.change_scheduled", "customer.activated", "customer.created"];
    assert_eq!((deeds.as_slice(), &audit[0]["actor_name"]), (expected.as_slice(), &json!(by)));
    assert_eq!(state(&app, &path).await, ("done".into(), None));
    assert_eq!(ana.json(&format!("{path}/status")).await["scheduled"], Value::Null);
    assert_eq!(other.carry_out_due().await.unwrap(), 0);
}

#[tokio::test]
async fn days_begin_where_the_customer_is() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let east = customer(&ana, json!({ "timezone": "Pacific/Auckland" })).await;
    let west = customer(&ana, json!({ "timezone": "America/Los_Angeles" })).await;
    for path in [&east, &west] {
        set_for(&ana, path, "active", "2026-06-02").await;
    }
    // It is noon in Greenwich and midnight in Auckland.
    let ana = later(&app, 3).await;
    assert_eq!(app.services.customers.carry_out_due().await.unwrap(), 1);
    assert_eq!((&ana.json(&east).await["status"], &ana.json(&west).await["status"]), (&json!("active"), &json!("new")));
    let ana = later(&app, 19).await;
    assert_eq!(app.services.customers.carry_out_due().await.unwrap(), 1);
    assert_eq!(ana.json(&west).await["status"], "active");
}

#[tokio::test]
async fn one_change_waits_per_customer_and_can_be_cancelled() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = standing(&ana, "active").await;
    set_for(&ana, &path, "inactive", "2026-07-01").await;
    let mut second = change("terminated");
    second["effective_on"] = json!("2026-08-01");
    let refused = ana.post(&format!("{path}/status"), &second).await;
    assert_eq!(refusal(refused).await, (409, "change_pending".into()));
    let id = id_of(&path);
    let (_, page) = ana.page(&format!("/customers/{id}/status")).await;
    assert!(page.contains("Becomes inactive on 1 Jul 2026") && page.contains("Cancel this change"), "{page}");
    let fields = [("customer_id", id.to_string())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let cancelled = ana.form("/api/fn/status/cancel", &format!("/customers/{id}"), &fields).await;
    assert_eq!(cancelled.headers()["location"], format!("/customers/{id}?done=cancelled"));
    assert_eq!(state(&app, &path).await.0, "cancelled");
    let gone = ana.request(reqwest::Method::DELETE, &format!("{path}/status/scheduled")).send().await.unwrap();
    assert_eq!(refusal(gone).await, (404, "not_found".into()));
    set_for(&ana, &path, "terminated", "2026-08-01").await;
    let gone = ana.request(reqwest::Method::DELETE, &format!("{path}/status/scheduled")).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    let audit = ana.json(&format!("{path}/history")).await;
    assert_eq!(audit[0]["action"], "customer.change_cancelled");
}

#[tokio::test]
async fn what_is_impossible_now_is_not_set_for_later() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = format!("/api/v1/customers/{}", ana.create(json!({ "name": "Ana" })).await["id"]);
    for (to, code) in [("active", "no_contact"), ("inactive", "invalid_transition")] {
        let mut body = change(to);
        body["effective_on"] = json!("2026-07-01");
        let refused = ana.post(&format!("{path}/status"), &body).await;
        assert_eq!(refusal(refused).await, (409, code.into()));
    }
    assert_eq!(ana.json(&format!("{path}/status")).await["scheduled"], Value::Null);
    let today = json!({ "to": "terminated", "reason": "duplicate", "effective_on": "2026-06-01" });
    let outcome: Value = ana.post(&format!("{path}/status"), &today).await.json().await.unwrap();
    assert_eq!((&outcome["customer"]["status"], &outcome["scheduled"]), (&json!("terminated"), &Value::Null));
}

#[tokio::test]
async fn a_change_that_became_impossible_fails_and_stops_no_other() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (left, deleted, fine) =
        (standing(&ana, "active").await, standing(&ana, "new").await, standing(&ana, "active").await);
    set_for(&ana, &left, "suspended", "2026-06-02").await;
    set_for(&ana, &deleted, "active", "2026-06-02").await;
    set_for(&ana, &fine, "inactive", "2026-06-02").await;
    become_(&ana, &left, "inactive").await;
    assert!(ana.json(&format!("{left}/status")).await["scheduled"].is_object());
    assert_eq!(ana.delete(&deleted, 1).await.status(), 204);
    let ana = later(&app, 24).await;
    assert_eq!(app.services.customers.carry_out_due().await.unwrap(), 3);
    assert_eq!(ana.json(&fine).await["status"], "inactive");
    let (state_of_left, why) = state(&app, &left).await;
    let sentence = "The customer is inactive now; the change was asked for when it was active.";
    assert_eq!((state_of_left.as_str(), why.as_deref()), ("failed", Some(sentence)));
    let (state_of_deleted, why) = state(&app, &deleted).await;
    assert!(state_of_deleted == "failed" && why.unwrap_or_default().contains("trash"));
    let audit = ana.json(&format!("{left}/history")).await;
    assert_eq!((&audit[0]["action"], &audit[0]["actor_name"]), (&json!("customer.change_failed"), &json!("scheduler")));
    assert_eq!(app.services.customers.carry_out_due().await.unwrap(), 0);
}

#[tokio::test]
async fn a_hold_ends_on_its_resume_day_by_itself() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = standing(&ana, "active").await;
    for hold in [
        json!({ "reason": "customer_request", "resume_on": "2026-06-05" }),
        json!({ "reason": "technical", "resume_on": "2026-06-10" }),
    ] {
        assert_eq!(ana.post(&format!("{path}/holds"), &hold).await.status(), 201);
    }
    let ana = later(&app, 24 * 4).await;
    let other = second_server(&app).await;
    let (one, two) = tokio::join!(app.services.customers.carry_out_due(), other.carry_out_due());
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(ana.json(&path).await["status"], "suspended");
    let ana = later(&app, 24 * 5).await;
    assert_eq!(app.services.customers.carry_out_due().await.unwrap(), 1);
    assert_eq!(ana.json(&path).await["status"], "active");
    let holds = ana.json(&format!("{path}/holds")).await;
    assert_eq!((&holds[0]["closed_by"], &holds[1]["closed_by"]), (&json!("scheduler"), &json!("scheduler")));
}
