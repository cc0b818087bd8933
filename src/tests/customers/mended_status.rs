//! The edges of the status: changes for later on the terms of whoever asked, serious holds, restoring, zones, pages.

use std::time::Duration;

use isp::customers::status::{HoldInput, StatusChange};
use isp::database::Lock;
use isp::shared::actor::Actor;
use isp::shared::id::PartnerId;
use isp::shared::permission::Scope;
use isp::shared::problem::Problem;
use serde_json::{Value, json};

use super::status::{become_, change, customer, holder, id_of, standing, status};
use super::status_due::{later, set_for, state};
use crate::support::{Person, TestApp, refusal, wrong_fields};

async fn hold(person: &Person, path: &str, reason: &str) {
    let opened = person.post(&format!("{path}/holds"), &json!({ "reason": reason })).await;
    assert_eq!(opened.status(), 201, "{reason}");
}

async fn open_holds(person: &Person, path: &str) -> Vec<String> {
    let view = person.json(&format!("{path}/status")).await;
    view["holds"].as_array().unwrap().iter().map(|hold| hold["reason"].as_str().unwrap().to_owned()).collect()
}

/// Lets the scheduler fail at the one change that is due, and gives why.
async fn failure(app: &TestApp, path: &str) -> String {
    assert_eq!(app.services.customers.carry_out_due().await.unwrap(), 1);
    let (state, why) = state(app, path).await;
    assert_eq!(state, "failed");
    why.unwrap()
}

#[tokio::test]
async fn the_scheduler_may_not_do_more_than_whoever_asked() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let parent = standing(&ana, "active").await;
    let ben = holder(&app, &["customers.terminate"]).await;
    let mut leaving = change("terminated");
    leaving["children"] = json!("promote");
    leaving["effective_on"] = json!("2026-06-02");
    assert_eq!(ben.post(&format!("{parent}/status"), &leaving).await.status(), 200);
    customer(&ana, json!({ "parent_id": id_of(&parent) })).await;
    let ana = later(&app, 24).await;
    assert!(failure(&app, &parent).await.contains("customers.move"));
    assert_eq!(status(&ana, &parent).await, "active");
}

#[tokio::test]
async fn the_scheduler_may_not_see_more_than_whoever_asked() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let parent = standing(&ana, "active").await;
    let north = ana.post("/api/v1/partners", &json!({ "name": "North" })).await;
    let north: Value = north.json().await.unwrap();
    let narrow = Scope { partners: Some(vec![PartnerId(1)]), locations: None };
    let ben = Actor { scope: narrow, ..Actor::system("Ben") };
    let leaving = StatusChange {
        to: Some("terminated".into()),
        reason: Some("moved".into()),
        children: Some("terminate".into()),
        effective_on: Some("2026-06-02".into()),
        ..StatusChange::default()
    };
    app.services.customers.change_status(&ben, id_of(&parent), &leaving).await.unwrap();
    let child = customer(&ana, json!({ "parent_id": id_of(&parent), "partner_id": north["id"] })).await;
    let ana = later(&app, 24).await;
    assert!(failure(&app, &parent).await.contains("outside what you may see"));
    assert_eq!((status(&ana, &parent).await, status(&ana, &child).await), ("active".into(), "new".into()));
}

#[tokio::test]
async fn a_change_for_later_closes_no_hold_that_was_opened_since() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (paid, suspect) = (standing(&ana, "suspended").await, standing(&ana, "suspended").await);
    set_for(&ana, &paid, "active", "2026-06-02").await;
    set_for(&ana, &suspect, "active", "2026-06-03").await;
    hold(&ana, &suspect, "fraud").await;
    let ana = later(&app, 24).await;
    assert_eq!(app.services.customers.carry_out_due().await.unwrap(), 1);
    assert_eq!((status(&ana, &paid).await, state(&app, &paid).await.0), ("active".into(), "done".into()));
    let ana = later(&app, 24).await;
    assert!(failure(&app, &suspect).await.contains("fraud"));
    assert_eq!(open_holds(&ana, &suspect).await, ["technical", "fraud"]);
}

#[tokio::test]
async fn termination_cancels_what_waits_also_below() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let parent = standing(&ana, "active").await;
    let child = customer(&ana, json!({ "parent_id": id_of(&parent) })).await;
    set_for(&ana, &parent, "inactive", "2026-07-01").await;
    set_for(&ana, &child, "active", "2026-07-01").await;
    let leaving = json!({ "to": "terminated", "reason": "moved", "children": "terminate" });
    assert_eq!(ana.post(&format!("{parent}/status"), &leaving).await.status(), 200);
    for path in [&parent, &child] {
        assert_eq!(state(&app, path).await, ("cancelled".into(), None));
        let audit = ana.json(&format!("{path}/history")).await;
        let deeds = [&audit[0]["action"], &audit[1]["action"]];
        assert_eq!(deeds, [&json!("customer.terminated"), &json!("customer.change_cancelled")]);
    }
}

#[tokio::test]
async fn days_have_years_of_four_digits() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = standing(&ana, "active").await;
    for day in ["9999-12-31", "+12026-01-01", "-2026-01-01"] {
        let mut body = change("suspended");
        body["effective_on"] = json!(day);
        assert_eq!(wrong_fields(ana.post(&format!("{path}/status"), &body).await).await, ["effective_on"], "{day}");
        let body = json!({ "reason": "technical", "resume_on": day });
        assert_eq!(wrong_fields(ana.post(&format!("{path}/holds"), &body).await).await, ["resume_on"], "{day}");
    }
}

#[tokio::test]
async fn whoever_comes_back_must_be_reachable_too() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for before in ["active", "suspended"] {
        let path = standing(&ana, before).await;
        become_(&ana, &path, "inactive").await;
        let version = ana.json(&path).await["version"].as_i64().unwrap();
        assert_eq!(ana.patch(&path, version, &json!({ "phone": null })).await.status(), 200);
        let refused = ana.post(&format!("{path}/status"), &change("active")).await;
        assert_eq!(refusal(refused).await, (409, "no_contact".into()), "{before}");
        let view = ana.json(&format!("{path}/status")).await;
        assert!(view["actions"][0]["obstacle"].as_str().unwrap().contains("e-mail"), "{view}");
    }
}

/// What a change for later comes to when a hold is opened between its trial and its keeping.
async fn overtaken(app: &TestApp, path: &str, to: &str, reason: &str) -> Problem {
    let (customers, id) = (&app.services.customers, id_of(path));
    let (first, second) = (customers.clone(), customers.clone());
    let change = StatusChange {
        to: Some(to.to_owned()),
        reason: Some("Later".into()),
        effective_on: Some("2026-07-01".into()),
        ..StatusChange::default()
    };
    let hold = HoldInput { reason: Some(reason.to_owned()), ..HoldInput::default() };
    // Both queue behind this, in this order.
    let mut gate = app.services.database.begin().await.unwrap();
    gate.lock(Lock::Changes).await.unwrap();
    let asking = tokio::spawn(async move { first.change_status(&Actor::system("Ana"), id, &change).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let holding = tokio::spawn(async move { second.open_hold(&Actor::system("Ben"), id, &hold).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    gate.commit().await.unwrap();
    holding.await.unwrap().unwrap();
    asking.await.unwrap().unwrap_err()
}

#[tokio::test]
async fn a_change_for_later_is_kept_only_for_the_customer_that_it_was_tried_on() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (active, suspended) = (standing(&ana, "active").await, standing(&ana, "suspended").await);
    assert!(matches!(overtaken(&app, &active, "inactive", "abuse").await, Problem::Stale { .. }));
    assert_eq!(overtaken(&app, &suspended, "active", "abuse").await.code(), "holds_changed");
    for path in [&active, &suspended] {
        assert_eq!(ana.json(&format!("{path}/status")).await["scheduled"], Value::Null);
    }
}

#[tokio::test]
async fn serious_holds_outlast_termination() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = standing(&ana, "active").await;
    for reason in ["abuse", "technical", "fraud", "admin", "non_payment"] {
        hold(&ana, &path, reason).await;
    }
    let id = id_of(&path);
    let (_, page) = ana.page(&format!("/customers/{id}/status/terminate")).await;
    assert!(page.contains("except those for abuse, fraud and by the administration"), "{page}");
    become_(&ana, &path, "terminated").await;
    assert_eq!(open_holds(&ana, &path).await, ["abuse", "fraud", "admin"]);
    let released = ana.request(reqwest::Method::DELETE, &format!("{path}/holds/admin")).send().await.unwrap();
    assert_eq!(released.status(), 200);
    become_(&ana, &path, "inactive").await;
    assert_eq!(become_(&ana, &path, "active").await["customer"]["status"], "suspended");
    assert_eq!(open_holds(&ana, &path).await, ["abuse", "fraud"]);
}

#[tokio::test]
async fn days_follow_the_customer_to_another_zone() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let west = json!({ "timezone": "America/Los_Angeles" });
    let (held, waiting) = (customer(&ana, west.clone()).await, customer(&ana, west).await);
    become_(&ana, &held, "active").await;
    let until = json!({ "reason": "customer_request", "resume_on": "2026-06-02" });
    assert_eq!(ana.post(&format!("{held}/holds"), &until).await.status(), 201);
    set_for(&ana, &waiting, "active", "2026-06-02").await;
    for path in [&held, &waiting] {
        let version = ana.json(path).await["version"].as_i64().unwrap();
        let east = json!({ "timezone": "Pacific/Auckland" });
        assert_eq!(ana.patch(path, version, &east).await.status(), 200);
    }
    // It is noon in Greenwich and midnight in Auckland.
    let ana = later(&app, 3).await;
    assert_eq!(app.services.customers.carry_out_due().await.unwrap(), 2);
    assert_eq!((status(&ana, &held).await, status(&ana, &waiting).await), ("active".into(), "active".into()));
}

#[tokio::test]
async fn the_history_tells_of_a_restoration() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = standing(&ana, "new").await;
    assert_eq!(ana.delete(&path, 1).await.status(), 204);
    assert_eq!(ana.post(&format!("{path}/restore"), &json!({})).await.status(), 200);
    let history = ana.json(&format!("{path}/status/history")).await;
    let row = &history[0];
    assert_eq!(json!([row["from"], row["to"], row["reason"]]), json!(["new", "inactive", "restored"]));
    let mut tx = app.services.database.read().await.unwrap();
    let was_active = tx.query("SELECT was_active FROM customers WHERE id = $1").bind(id_of(&path));
    assert!(was_active.fetch_value::<bool>().await.unwrap());
}

/// 120 changes and 120 closed holds more.
async fn add_past(app: &TestApp, path: &str) {
    let (id, now) = (id_of(path), app.clock.now());
    let mut tx = app.services.database.begin().await.unwrap();
    for _ in 0..120 {
        let sql = "INSERT INTO customer_status_changes (customer_id, from_status, to_status, at, by_name) \
                   VALUES ($1, 'active', 'inactive', $2, 'Ana')";
        tx.query(sql).bind(id).bind(now).execute().await.unwrap();
        let sql = "INSERT INTO customer_holds (customer_id, reason, opened_at, opened_by, closed_at, closed_by) \
                   VALUES ($1, 'technical', $2, 'Ana', $2, 'Ana')";
        tx.query(sql).bind(id).bind(now).execute().await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn changes_and_holds_come_by_the_hundred() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = standing(&ana, "active").await;
    add_past(&app, &path).await;
    let page_path = format!("/customers/{}/status", id_of(&path));
    let (_, page) = ana.page(&page_path).await;
    for (part, parameter, rest) in [("status/history", "changes_before", 21), ("holds", "holds_before", 20)] {
        let first = ana.json(&format!("{path}/{part}")).await;
        let last = &first[99]["id"];
        assert_eq!(first.as_array().unwrap().len(), 100);
        let second = ana.json(&format!("{path}/{part}?before={last}")).await;
        assert_eq!(second.as_array().unwrap().len(), rest);
        assert!(second[0]["id"].as_i64() < last.as_i64());
        assert!(page.contains(&format!("href=\"{page_path}?{parameter}={last}\"")), "{page}");
        let (_, older) = ana.page(&format!("{page_path}?{parameter}={last}")).await;
        assert!(older.contains("Back to the newest") && older.contains("Load more"), "{older}");
        assert_eq!(ana.get(&format!("{path}/{part}?after=1")).await.status(), 422);
    }
}
