//! Labels: their rules, who wears them, and how many.

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Person, TestApp, refusal, wrong_fields};

async fn label(who: &Person, input: Value) -> Value {
    let response = who.post("/api/v1/labels", &input).await;
    assert_eq!(response.status(), 201, "{}", response.text().await.unwrap());
    response.json().await.unwrap()
}

fn path_of(record: &Value, kind: &str) -> String {
    format!("/api/v1/{kind}/{}", record["id"])
}

async fn put(who: &Person, customer: &Value, input: Value) -> reqwest::Response {
    who.post(&format!("{}/labels", path_of(customer, "customers")), &input).await
}

async fn take(who: &Person, customer: &Value, label: &Value, query: &str) -> u16 {
    let path = format!("{}/labels/{}{query}", path_of(customer, "customers"), label["id"]);
    who.request(Method::DELETE, &path).send().await.unwrap().status().as_u16()
}

async fn worn(who: &Person, customer: &Value) -> Vec<String> {
    let worn = who.json(&format!("{}/labels", path_of(customer, "customers"))).await;
    worn.as_array().unwrap().iter().map(|one| one["label"]["name"].as_str().unwrap().to_owned()).collect()
}

/// The kept count of a label, and the same counted anew.
async fn counts(app: &TestApp, label: &Value) -> (i64, i64) {
    let id = label["id"].as_i64().unwrap();
    let database = app.database().await;
    let mut tx = database.read().await.unwrap();
    let kept = tx.query("SELECT CAST(COALESCE(SUM(total), 0) AS BIGINT) FROM label_counts WHERE label_id = $1");
    let kept = kept.bind(id).fetch_value::<i64>().await.unwrap();
    let counted = tx.query(
        "SELECT COUNT(*) FROM customer_labels w JOIN customers c ON c.id = w.customer_id \
         WHERE w.label_id = $1 AND w.removed_at IS NULL AND c.deleted_at IS NULL",
    );
    (kept, counted.bind(id).fetch_value::<i64>().await.unwrap())
}

#[tokio::test]
async fn a_label_is_made_changed_and_deleted() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let made = label(&ana, json!({ "name": " VIP ", "colour": "#2563EB", "priority": 10 })).await;
    assert_eq!((&made["name"], &made["colour"], &made["priority"]), (&json!("VIP"), &json!("#2563eb"), &json!(10)));
    let path = path_of(&made, "labels");
    assert_eq!(ana.json(&path).await, made);
    let changed = ana.patch(&path, 1, &json!({ "display_name": "Very important", "priority": 20 })).await;
    assert_eq!((changed.status().as_u16(), changed.headers()["etag"].to_str().unwrap()), (200, "\"2\""));
    let stale = ana.patch(&path, 1, &json!({ "priority": 1 })).await;
    assert_eq!(refusal(stale).await, (412, "stale".into()));
    assert_eq!(wrong_fields(ana.patch(&path, 2, &json!({ "wings": 2 })).await).await, ["wings"]);
    let wrong = json!({ "name": "x".repeat(51), "colour": "red", "priority": 1001 });
    assert_eq!(wrong_fields(ana.post("/api/v1/labels", &wrong).await).await, ["colour", "name", "priority"]);
    let unknown = ana.post("/api/v1/labels", &json!({ "name": "X", "category_id": 4711 })).await;
    assert_eq!(wrong_fields(unknown).await, ["category_id"]);
    let bare = ana.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(refusal(bare).await, (428, "precondition_required".into()));
    assert_eq!(refusal(ana.delete(&path, 1).await).await, (412, "stale".into()));
    assert_eq!(ana.delete(&path, 2).await.status(), 204);
    assert_eq!(refusal(ana.get(&path).await).await, (404, "not_found".into()));
}

#[tokio::test]
async fn names_are_unique_whatever_their_case_and_accents() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    label(&ana, json!({ "name": "Émile" })).await;
    let other = label(&ana, json!({ "name": "Other" })).await;
    let taken = ana.post("/api/v1/labels", &json!({ "name": "EMILE" })).await;
    assert_eq!(refusal(taken).await, (409, "name_taken".into()));
    let taken = ana.patch(&path_of(&other, "labels"), 1, &json!({ "name": "emile" })).await;
    assert_eq!(refusal(taken).await, (409, "name_taken".into()));
}

#[tokio::test]
async fn a_system_label_keeps_its_name_and_stays() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let made = label(&ana, json!({ "name": "Built in" })).await;
    let mut tx = app.services.database.begin().await.unwrap();
    tx.query("UPDATE labels SET is_system = TRUE").execute().await.unwrap();
    tx.commit().await.unwrap();
    let path = path_of(&made, "labels");
    let renamed = ana.patch(&path, 1, &json!({ "name": "Mine" })).await;
    assert_eq!(refusal(renamed).await, (409, "system_label".into()));
    assert_eq!(refusal(ana.delete(&path, 1).await).await, (409, "system_label".into()));
    assert_eq!(ana.patch(&path, 1, &json!({ "is_active": false })).await.status(), 200);
}

#[tokio::test]
async fn categories_lie_in_each_other_three_deep_and_never_in_themselves() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let mut ids = Vec::new();
    for name in ["One", "Two", "Three"] {
        let input = json!({ "name": name, "parent_id": ids.last() });
        let response = ana.post("/api/v1/label-categories", &input).await;
        assert_eq!(response.status(), 201);
        let made: Value = response.json().await.unwrap();
        ids.push(made["id"].as_i64().unwrap());
    }
    let fourth = ana.post("/api/v1/label-categories", &json!({ "name": "Four", "parent_id": ids[2] })).await;
    assert_eq!(wrong_fields(fourth).await, ["parent_id"]);
    let path = |place: usize| format!("/api/v1/label-categories/{}", ids[place]);
    let circle = ana.patch(&path(0), 1, &json!({ "parent_id": ids[1] })).await;
    assert_eq!(wrong_fields(circle).await, ["parent_id"]);
    assert_eq!(refusal(ana.delete(&path(0), 1).await).await, (409, "category_in_use".into()));
    let held = label(&ana, json!({ "name": "Held", "category_id": ids[2] })).await;
    assert_eq!(refusal(ana.delete(&path(2), 1).await).await, (409, "category_in_use".into()));
    let freed = ana.patch(&path_of(&held, "labels"), 1, &json!({ "category_id": null })).await;
    assert_eq!(freed.status(), 200);
    let bare = ana.request(Method::DELETE, &path(2)).send().await.unwrap();
    assert_eq!(refusal(bare).await, (428, "precondition_required".into()));
    assert_eq!(refusal(ana.delete(&path(2), 4).await).await, (412, "stale".into()));
    assert_eq!(ana.delete(&path(2), 1).await.status(), 204);
    let taken = ana.post("/api/v1/label-categories", &json!({ "name": "ONE" })).await;
    assert_eq!(refusal(taken).await, (409, "name_taken".into()));
}

#[tokio::test]
async fn a_label_is_put_on_once_and_its_history_is_kept() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let customer = ana.create(json!({ "name": "Ana" })).await;
    let vip = label(&ana, json!({ "name": "VIP" })).await;
    let first = put(&ana, &customer, json!({ "label_id": vip["id"], "notes": "Since ever" })).await;
    assert_eq!(first.status(), 201);
    let again = put(&ana, &customer, json!({ "label_id": vip["id"], "notes": "Other" })).await;
    assert_eq!(again.status(), 200);
    let again: Value = again.json().await.unwrap();
    assert_eq!(again["notes"], "Since ever");
    assert_eq!(take(&ana, &customer, &vip, "?reason=Moved%20away").await, 204);
    assert_eq!(take(&ana, &customer, &vip, "").await, 204);
    put(&ana, &customer, json!({ "label_id": vip["id"] })).await;
    assert_eq!(worn(&ana, &customer).await, ["VIP"]);
    let path = path_of(&customer, "customers");
    let history = ana.json(&format!("{path}/labels?removed=true")).await;
    assert_eq!(history.as_array().unwrap().len(), 2);
    assert_eq!((&history[0]["removed_at"], &history[1]["removal_reason"]), (&Value::Null, &json!("Moved away")));
    let log = ana.json(&format!("{path}/history")).await;
    let actions: Vec<&str> = log.as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["label.assigned", "label.removed", "label.assigned", "customer.created"]);
    assert_eq!(log[1]["reason"], "Moved away");
}

#[tokio::test]
async fn what_cannot_be_put_on_is_refused() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let customer = ana.create(json!({ "name": "Ana" })).await;
    let old = label(&ana, json!({ "name": "Old", "is_active": false })).await;
    let inactive = put(&ana, &customer, json!({ "label_id": old["id"] })).await;
    assert_eq!(refusal(inactive).await, (409, "label_inactive".into()));
    assert_eq!(wrong_fields(put(&ana, &customer, json!({ "label_id": 4711 })).await).await, ["label_id"]);
    let wrong = json!({ "notes": "x".repeat(1_001), "expires_on": "2026-05-31" });
    assert_eq!(wrong_fields(put(&ana, &customer, wrong).await).await, ["expires_on", "label_id", "notes"]);
    let vip = label(&ana, json!({ "name": "VIP" })).await;
    assert_eq!(ana.delete(&path_of(&customer, "customers"), 1).await.status(), 204);
    let deleted = put(&ana, &customer, json!({ "label_id": vip["id"] })).await;
    assert_eq!(refusal(deleted).await, (409, "deleted".into()));
}

#[tokio::test]
async fn a_label_comes_off_at_the_end_of_its_last_day_where_the_customer_is() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let customer = ana.create(json!({ "name": "Ana", "timezone": "Europe/Oslo" })).await;
    let vip = label(&ana, json!({ "name": "VIP" })).await;
    let put_on = put(&ana, &customer, json!({ "label_id": vip["id"], "expires_on": "2026-06-01" })).await;
    let put_on: Value = put_on.json().await.unwrap();
    assert_eq!(put_on["expires_at"], "2026-06-01T22:00:00Z");
    app.clock.advance(Duration::hours(13));
    let ana = app.administrator().await;
    assert!(worn(&ana, &customer).await.is_empty());
    assert_eq!(ana.json(&path_of(&vip, "labels")).await["customers"], 0);
    assert_eq!(counts(&app, &vip).await, (1, 1));
    assert_eq!(app.services.customers.sweep_labels().await.unwrap(), 1);
    assert_eq!(app.services.customers.sweep_labels().await.unwrap(), 0);
    assert_eq!(counts(&app, &vip).await, (0, 0));
    let history = ana.json(&format!("{}/labels?removed=true", path_of(&customer, "customers"))).await;
    assert_eq!((&history[0]["removed_by"], &history[0]["removal_reason"]), (&json!("system"), &json!("expired")));
}

#[tokio::test]
async fn what_has_expired_can_be_put_on_again_before_the_sweep() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let customer = ana.create(json!({ "name": "Ana" })).await;
    let vip = label(&ana, json!({ "name": "VIP" })).await;
    put(&ana, &customer, json!({ "label_id": vip["id"], "expires_on": "2026-06-01" })).await;
    app.clock.advance(Duration::days(2));
    let ana = app.administrator().await;
    assert_eq!(put(&ana, &customer, json!({ "label_id": vip["id"] })).await.status(), 201);
    assert_eq!(counts(&app, &vip).await, (1, 1));
}

#[tokio::test]
async fn counts_follow_every_change_of_a_customer() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let vip = label(&ana, json!({ "name": "VIP" })).await;
    let customer = ana.create(json!({ "name": "Ana" })).await;
    put(&ana, &customer, json!({ "label_id": vip["id"] })).await;
    assert_eq!(counts(&app, &vip).await, (1, 1));
    let path = path_of(&customer, "customers");
    assert_eq!(ana.patch(&path, 1, &json!({ "category": "company", "company_name": "Ana AS" })).await.status(), 200);
    assert_eq!(counts(&app, &vip).await, (1, 1));
    let mut tx = app.services.database.begin().await.unwrap();
    let insert = tx.query(
        "INSERT INTO partners (name, name_key, portal_id_prefix, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
    );
    let insert = insert.bind("Second").bind("second").bind("S").bind(app.clock.now());
    let second: i64 = insert.fetch_value().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(ana.patch(&path, 2, &json!({ "partner_id": second })).await.status(), 200);
    assert_eq!(counts(&app, &vip).await, (1, 1));
    assert_eq!(ana.delete(&path, 3).await.status(), 204);
    assert_eq!(counts(&app, &vip).await, (0, 0));
    assert_eq!(ana.post(&format!("{path}/restore"), &json!({})).await.status(), 200);
    assert_eq!(counts(&app, &vip).await, (1, 1));
    take(&ana, &customer, &vip, "").await;
    assert_eq!(counts(&app, &vip).await, (0, 0));
}

#[tokio::test]
async fn a_label_in_use_stays_and_one_of_the_past_leaves_its_history() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let vip = label(&ana, json!({ "name": "VIP" })).await;
    let customer = ana.create(json!({ "name": "Ana" })).await;
    put(&ana, &customer, json!({ "label_id": vip["id"] })).await;
    let path = path_of(&vip, "labels");
    assert_eq!(ana.delete(&path_of(&customer, "customers"), 1).await.status(), 204);
    let refused: Value = ana.delete(&path, 1).await.json().await.unwrap();
    assert_eq!(refused["code"], "label_in_use");
    assert!(refused["detail"].as_str().unwrap().contains(": 1."), "{refused}");
    ana.post(&format!("{}/restore", path_of(&customer, "customers")), &json!({})).await;
    take(&ana, &customer, &vip, "").await;
    assert_eq!(ana.delete(&path, 1).await.status(), 204);
    let history = ana.json(&format!("{}/labels?removed=true", path_of(&customer, "customers"))).await;
    assert_eq!(history[0]["label"]["name"], "VIP");
    // The name is free again.
    label(&ana, json!({ "name": "vip" })).await;
}

#[tokio::test]
async fn those_without_the_permission_see_but_do_not_touch() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let vip = label(&boss, json!({ "name": "VIP" })).await;
    let ana = app.staff("financial-manager").await;
    assert_eq!(ana.json("/api/v1/labels").await[0]["name"], "VIP");
    assert_eq!(refusal(ana.post("/api/v1/labels", &json!({ "name": "X" })).await).await, (403, "forbidden".into()));
    assert_eq!(refusal(ana.delete(&path_of(&vip, "labels"), 1).await).await, (403, "forbidden".into()));
}

#[tokio::test]
async fn the_page_works_without_javascript() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (status, empty) = ana.page("/labels").await;
    assert_eq!(status, 200);
    assert!(empty.contains("No labels yet"), "{empty}");
    let fields = [("label[name]", "VIP"), ("label[is_active]", "false"), ("swatch", "#dc2626")];
    let saved = ana.form("/api/fn/labels/create", "/labels?new=1", &fields).await;
    assert_eq!(saved.headers()["location"], "/labels?done=created");
    let labels = ana.json("/api/v1/labels").await;
    let made = &labels[0];
    assert_eq!((&made["colour"], &made["is_active"]), (&json!("#dc2626"), &json!(false)));
    let (_, page) = ana.page("/labels?done=created").await;
    assert!(page.contains("Label created.") && page.contains("fill=\"#dc2626\"") && page.contains("Inactive"));
    assert!(!page.contains("style=\""), "the policy forbids inline styles");
    for (path, text) in [
        ("/labels?new=1".to_owned(), "New label"),
        (format!("/labels?edit={}", made["id"]), "Save label"),
        ("/labels?category=new".to_owned(), "Create category"),
    ] {
        let (status, page) = ana.page(&path).await;
        assert!(status == 200 && page.contains(text), "{path}");
    }
}
