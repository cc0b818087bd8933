//! The state machine of a customer: transitions, holds, permissions, what is written down, forms.

use chrono::Duration;
use isp::customers::Status;
use isp::customers::status::HoldInput;
use isp::shared::actor::Actor;
use isp::shared::id::CustomerId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Person, TestApp, refusal, wrong_fields};

/// A new customer who can be reached; gives the path of the record.
pub async fn customer(person: &Person, more: Value) -> String {
    let mut input = json!({ "name": "Ana", "phone": "+47 22 12 34 56" });
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    format!("/api/v1/customers/{}", person.create(input).await["id"])
}

pub fn id_of(path: &str) -> CustomerId {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

/// What leads to a status, with what it needs.
pub fn change(to: &str) -> Value {
    match to {
        "suspended" => json!({ "to": to, "hold": "technical" }),
        "inactive" => json!({ "to": to, "reason": "Away for a year" }),
        "terminated" => json!({ "to": to, "reason": "moved" }),
        _ => json!({ "to": to }),
    }
}

/// Changes a status; it must work.
pub async fn become_(person: &Person, path: &str, to: &str) -> Value {
    let response = person.post(&format!("{path}/status"), &change(to)).await;
    assert_eq!(response.status(), 200, "{to}: {}", response.text().await.unwrap());
    response.json().await.unwrap()
}

/// A customer that was led to a status.
pub async fn standing(person: &Person, status: &str) -> String {
    let path = customer(person, json!({})).await;
    let steps: &[&str] = match status {
        "new" => &[],
        "active" => &["active"],
        "terminated" => &["active", "terminated"],
        other => &["active", other],
    };
    for step in steps {
        become_(person, &path, step).await;
    }
    path
}

/// Somebody whose role holds just these permissions and the reading of customers.
pub async fn holder(app: &TestApp, permissions: &[&str]) -> Person {
    let boss = app.administrator().await;
    let mut held = vec!["customers.read"];
    held.extend(permissions);
    let name = format!("Holder {}", permissions.len());
    let made = boss.post("/api/v1/roles", &json!({ "name": name, "permissions": held })).await;
    assert_eq!(made.status(), 201, "{}", made.text().await.unwrap());
    let role: Value = made.json().await.unwrap();
    app.staff(role["key"].as_str().unwrap()).await
}

pub async fn status(person: &Person, path: &str) -> String {
    person.json(path).await["status"].as_str().unwrap().to_owned()
}

async fn actions(person: &Person, path: &str) -> Vec<String> {
    let history = person.json(&format!("{path}/history")).await;
    history.as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_transition_is_possible_or_refused_by_name() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let possible = [
        ("new", "active"),
        ("new", "terminated"),
        ("active", "suspended"),
        ("active", "inactive"),
        ("active", "terminated"),
        ("suspended", "active"),
        ("suspended", "inactive"),
        ("suspended", "terminated"),
        ("inactive", "terminated"),
        ("inactive", "active"),
        ("terminated", "inactive"),
    ];
    for from in Status::ALL.iter().map(|one| one.as_str()) {
        for to in Status::ALL.iter().map(|one| one.as_str()) {
            let path = standing(&ana, from).await;
            let rows = ana.json(&format!("{path}/status/history")).await.as_array().unwrap().len();
            let response = ana.post(&format!("{path}/status"), &change(to)).await;
            let after = ana.json(&format!("{path}/status/history")).await.as_array().unwrap().len();
            if from == to {
                let outcome: Value = response.json().await.unwrap();
                assert_eq!((&outcome["changed"], after), (&json!(false), rows), "{from} to {to}");
            } else if possible.contains(&(from, to)) {
                let outcome: Value = response.json().await.unwrap();
                assert_eq!(outcome["changed"], true, "{from} to {to}: {outcome}");
                assert_eq!((status(&ana, &path).await.as_str(), after), (to, rows + 1), "{from} to {to}");
            } else {
                let body: Value = response.json().await.unwrap();
                assert_eq!(body["code"], "invalid_transition", "{from} to {to}: {body}");
                let detail = body["detail"].as_str().unwrap();
                assert!(detail.contains(from) && detail.contains(to), "{detail}");
                assert_eq!((status(&ana, &path).await.as_str(), after), (from, rows), "{from} to {to}");
            }
        }
    }
}

#[tokio::test]
async fn a_change_needs_its_fields_and_names_every_wrong_one() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = format!("{}/status", standing(&ana, "active").await);
    let long = "x".repeat(1_001);
    for (body, fields) in [
        (json!({}), vec!["to"]),
        (json!({ "to": "asleep", "note": long }), vec!["note", "to"]),
        (json!({ "to": "inactive" }), vec!["reason"]),
        (json!({ "to": "inactive", "reason": "x".repeat(201) }), vec!["reason"]),
        (json!({ "to": "terminated", "reason": "bored", "children": "sell" }), vec!["children", "reason"]),
        (json!({ "to": "terminated", "reason": "moved", "children": "reparent" }), vec!["new_parent"]),
        (json!({ "to": "suspended", "resume_on": "2026-06-01" }), vec!["hold", "resume_on"]),
        (json!({ "to": "suspended", "hold": "technical", "effective_on": "2026-05-31" }), vec!["effective_on"]),
        (json!({ "to": "inactive", "reason": "x", "hold": "abuse" }), vec!["hold"]),
        (json!({ "to": "inactive", "reason": "x", "wings": 2 }), vec!["wings"]),
    ] {
        assert_eq!(wrong_fields(ana.post(&path, &body).await).await, fields, "{body}");
    }
}

#[tokio::test]
async fn without_a_way_to_reach_the_customer_it_is_not_activated() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = format!("/api/v1/customers/{}", ana.create(json!({ "name": "Ana" })).await["id"]);
    let refused = ana.post(&format!("{path}/status"), &change("active")).await;
    assert_eq!(refusal(refused).await, (409, "no_contact".into()));
    let view = ana.json(&format!("{path}/status")).await;
    assert!(view["actions"][0]["obstacle"].as_str().unwrap().contains("e-mail"), "{view}");
    let contact = json!({ "kind": "primary", "name": "Ben", "mobile": "+47 99 12 34 56" });
    assert_eq!(ana.post(&format!("{path}/contacts"), &contact).await.status(), 201);
    assert_eq!(become_(&ana, &path, "active").await["customer"]["status"], "active");
}

#[tokio::test]
async fn holds_suspend_and_never_release_each_other() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = standing(&ana, "active").await;
    let holds = format!("{path}/holds");
    let opened = ana.post(&holds, &json!({ "reason": "non_payment", "note": "Three invoices" })).await;
    assert_eq!(opened.status(), 201);
    assert!(opened.headers().contains_key("location"));
    let outcome: Value = opened.json().await.unwrap();
    assert_eq!(outcome["customer"]["status"], "suspended");
    let again = ana.post(&holds, &json!({ "reason": "non_payment" })).await;
    assert_eq!(again.status(), 200);
    assert_eq!(again.json::<Value>().await.unwrap()["changed"], false);
    assert_eq!(ana.post(&holds, &json!({ "reason": "technical" })).await.status(), 201);
    let release = |reason: &'static str| {
        let path = format!("{holds}/{reason}?note=Paid");
        let ana = ana.clone();
        async move { ana.request(Method::DELETE, &path).send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let first = release("non_payment").await;
    assert_eq!((&first["changed"], &first["customer"]["status"]), (&json!(true), &json!("suspended")));
    assert_eq!(release("non_payment").await["changed"], false);
    assert_eq!(release("technical").await["customer"]["status"], "active");
    assert_eq!(release("weather").await["status"], 404);
    let all = ana.json(&holds).await;
    assert_eq!((all.as_array().unwrap().len(), &all[0]["closing_note"]), (2, &json!("Paid")));
    let history = ana.json(&format!("{path}/status/history")).await;
    let reasons: Vec<&Value> = history.as_array().unwrap().iter().map(|entry| &entry["reason"]).collect();
    assert_eq!(reasons, [&json!("holds released"), &json!("non_payment"), &Value::Null]);
    let deeds = ["resumed", "hold_closed", "hold_opened", "suspended", "activated", "created"];
    assert_eq!(actions(&ana, &path).await, deeds.map(|deed| format!("customer.{deed}")));
}

#[tokio::test]
async fn holds_open_on_active_and_suspended_customers_only() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for from in ["new", "inactive", "terminated"] {
        let path = standing(&ana, from).await;
        let refused = ana.post(&format!("{path}/holds"), &json!({ "reason": "abuse" })).await;
        assert_eq!(refusal(refused).await, (409, "invalid_transition".into()), "{from}");
    }
    let path = standing(&ana, "active").await;
    let wrong = ana.post(&format!("{path}/holds"), &json!({ "reason": "weather", "resume_on": "yesterday" })).await;
    assert_eq!(wrong_fields(wrong).await, ["reason", "resume_on"]);
}

#[tokio::test]
async fn holds_outlive_inactivity_and_end_with_the_customer() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = standing(&ana, "suspended").await;
    become_(&ana, &path, "inactive").await;
    let back = become_(&ana, &path, "active").await;
    assert_eq!(back["customer"]["status"], "suspended");
    become_(&ana, &path, "terminated").await;
    let holds = ana.json(&format!("{path}/holds")).await;
    assert_eq!(holds[0]["closing_note"], "terminated");
    assert!(holds[0]["closed_at"].is_string());
}

#[tokio::test]
async fn a_serious_hold_stays_for_those_who_may_not_close_it() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = standing(&ana, "active").await;
    for reason in ["non_payment", "abuse"] {
        assert_eq!(ana.post(&format!("{path}/holds"), &json!({ "reason": reason })).await.status(), 201);
    }
    let ben = holder(&app, &["customers.release_hold"]).await;
    let refused = ben.post(&format!("{path}/status"), &change("active")).await;
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["code"], "holds_remaining");
    let detail = body["detail"].as_str().unwrap();
    assert!(detail.contains("abuse") && !detail.contains("invoices"), "{detail}");
    let view = ben.json(&format!("{path}/status")).await;
    assert_eq!(view["holds"].as_array().unwrap().len(), 2);
    let serious = ben.request(Method::DELETE, &format!("{path}/holds/abuse")).send().await.unwrap();
    assert_eq!(refusal(serious).await, (403, "forbidden".into()));
    let light = ben.request(Method::DELETE, &format!("{path}/holds/non_payment")).send().await.unwrap();
    assert_eq!(light.status(), 200);
    let cleo = holder(&app, &["customers.release_hold", "customers.release_serious_hold"]).await;
    assert_eq!(become_(&cleo, &path, "active").await["customer"]["status"], "active");
}

#[tokio::test]
async fn each_change_needs_its_permission() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let reader = holder(&app, &[]).await;
    for (permission, from, to) in [
        ("customers.activate", "new", "active"),
        ("customers.suspend", "active", "suspended"),
        ("customers.suspend", "active", "inactive"),
        ("customers.release_hold", "suspended", "active"),
        ("customers.terminate", "inactive", "terminated"),
        ("customers.reinstate", "terminated", "inactive"),
    ] {
        let path = standing(&ana, from).await;
        let refused = reader.post(&format!("{path}/status"), &change(to)).await;
        assert_eq!(refusal(refused).await, (403, "forbidden".into()), "{from} to {to}");
        let obstacles = reader.json(&format!("{path}/status")).await;
        let obstacles = obstacles["actions"].as_array().unwrap();
        assert!(obstacles.iter().all(|one| one["obstacle"].is_string()), "{obstacles:?}");
        let ben = app.staff("super-administrator").await;
        assert_eq!(become_(&ben, &path, to).await["customer"]["status"], to, "{permission}");
    }
    let activator = holder(&app, &["customers.activate"]).await;
    let path = standing(&ana, "suspended").await;
    let refused = activator.post(&format!("{path}/status"), &change("active")).await;
    assert_eq!(refused.json::<Value>().await.unwrap()["permission"], "customers.release_hold");
    let path = standing(&ana, "new").await;
    assert_eq!(become_(&activator, &path, "active").await["customer"]["status"], "active");
}

#[tokio::test]
async fn a_terminated_customer_comes_back_within_a_year() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (early, late) = (standing(&ana, "terminated").await, standing(&ana, "terminated").await);
    app.clock.advance(Duration::days(365));
    let ana = app.administrator().await;
    assert_eq!(become_(&ana, &early, "inactive").await["customer"]["status"], "inactive");
    app.clock.advance(Duration::days(1));
    let ana = app.administrator().await;
    let refused = ana.post(&format!("{late}/status"), &change("inactive")).await;
    assert_eq!(refusal(refused).await, (409, "invalid_transition".into()));
    let view = ana.json(&format!("{late}/status")).await;
    assert!(view["actions"][0]["obstacle"].as_str().unwrap().contains("365"), "{view}");
}

#[tokio::test]
async fn the_change_its_history_and_the_audit_log_are_one() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = standing(&ana, "active").await;
    app.clock.advance(Duration::minutes(10));
    let body = json!({ "to": "terminated", "reason": "competitor", "note": "Cheaper there" });
    let outcome: Value = ana.post(&format!("{path}/status"), &body).await.json().await.unwrap();
    assert_eq!(outcome["customer"]["version"], 3);
    assert_eq!(outcome["customer"]["status_since"], "2026-06-01T09:10:00Z");
    assert_eq!(ana.json(&path).await, outcome["customer"]);
    let history = ana.json(&format!("{path}/status/history")).await;
    let expected = json!(["active", "terminated", "competitor", "Cheaper there", "2026-06-01T09:10:00Z"]);
    let row = &history[0];
    assert_eq!(json!([row["from"], row["to"], row["reason"], row["note"], row["at"]]), expected);
    let audit = ana.json(&format!("{path}/history")).await;
    assert_eq!(audit[0]["action"], "customer.terminated");
    assert_eq!(audit[0]["reason"], "competitor: Cheaper there");
    let change = json!([{ "field": "status", "before": "active", "after": "terminated" }]);
    assert_eq!(audit[0]["changes"], change);
    let report = app.services.audit.verify(&app.services.database, |_| {}).await.unwrap();
    assert_eq!(report.broken_at, None);
}

#[tokio::test]
async fn outside_the_scope_and_in_the_trash_nothing_changes() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = standing(&ana, "inactive").await;
    let missing = ana.post("/api/v1/customers/4711/status", &change("active")).await;
    assert_eq!(refusal(missing).await, (404, "not_found".into()));
    let customers = &app.services.customers;
    let mut stranger = Actor::system("stranger");
    stranger.scope.partners = Some(Vec::new());
    let hidden = customers.status(&stranger, id_of(&path)).await;
    assert_eq!(hidden.unwrap_err().status(), 404);
    let hold = HoldInput { reason: Some("abuse".into()), ..HoldInput::default() };
    assert_eq!(customers.open_hold(&stranger, id_of(&path), &hold).await.unwrap_err().status(), 404);
    let version = ana.json(&path).await["version"].as_i64().unwrap();
    assert_eq!(ana.delete(&path, version).await.status(), 204);
    let trashed = ana.post(&format!("{path}/status"), &change("active")).await;
    assert_eq!(refusal(trashed).await, (409, "deleted".into()));
    assert_eq!(ana.json(&format!("{path}/status")).await["actions"], json!([]));
}

#[tokio::test]
async fn children_ask_for_a_choice_before_their_parent_leaves() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let parent = standing(&ana, "active").await;
    let billed = json!({ "parent_id": id_of(&parent), "billing_mode": "consolidated" });
    let child = customer(&ana, billed).await;
    let refused = ana.post(&format!("{parent}/status"), &change("terminated")).await;
    assert_eq!(refusal(refused).await, (409, "has_children".into()));
    assert_eq!(status(&ana, &parent).await, "active");
    let body = json!({ "to": "terminated", "reason": "moved", "children": "terminate" });
    assert_eq!(ana.post(&format!("{parent}/status"), &body).await.status(), 200);
    assert_eq!((status(&ana, &parent).await, status(&ana, &child).await), ("terminated".into(), "terminated".into()));
}

#[tokio::test]
async fn everything_works_as_plain_forms() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = standing(&ana, "active").await;
    let id = id_of(&path).to_string();
    let referer = format!("/customers/{id}/status/terminate");
    let (code, page) = ana.page(&referer).await;
    assert_eq!(code, 200);
    assert!(page.contains("change[reason]") && page.contains("Went to a competitor"), "{page}");
    let wrong = [
        ("customer_id", id.as_str()),
        ("change[to]", "terminated"),
        ("change[reason]", ""),
        ("change[note]", "Typed before"),
        ("change[effective_on]", ""),
        ("change[new_parent]", ""),
    ];
    let response = ana.form("/api/fn/status/change", &referer, &wrong).await;
    assert_eq!(response.status(), 302);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let back = location.split_once(&referer).map(|(_, query)| format!("{referer}{query}")).unwrap();
    let (_, page) = ana.page(&back).await;
    assert!(page.contains("Typed before") && page.contains("aria-invalid"), "{page}");
    let hold = [("customer_id", id.as_str()), ("change[to]", "suspended"), ("change[hold]", "abuse")];
    let response = ana.form("/api/fn/status/change", &format!("/customers/{id}/status/suspend"), &hold).await;
    assert_eq!(response.headers()["location"], format!("/customers/{id}?done=suspended"));
    let (_, page) = ana.page(&format!("/customers/{id}/status")).await;
    assert!(page.contains("release_hold?reason=abuse") && page.contains("Add a hold"), "{page}");
    let release = [("customer_id", id.as_str()), ("reason", "abuse"), ("note", "")];
    let response = ana.form("/api/fn/status/release", &format!("/customers/{id}/status/release_hold"), &release).await;
    assert_eq!(response.headers()["location"], format!("/customers/{id}?done=released"));
    assert_eq!(status(&ana, &path).await, "active");
}

#[tokio::test]
async fn pages_say_why_something_is_not_possible() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let id = ana.create(json!({ "name": "Ana" })).await["id"].to_string();
    let (_, page) = ana.page(&format!("/customers/{id}/status")).await;
    assert!(page.contains("aria-disabled=\"true\"") && page.contains("no way to reach"), "{page}");
    let (code, page) = ana.page(&format!("/customers/{id}/status/activate")).await;
    assert_eq!(code, 200);
    assert!(page.contains("This is not possible now"), "{page}");
    let (code, _) = ana.page(&format!("/customers/{id}/status/explode")).await;
    assert_eq!(code, 404);
}
