//! One label for many customers.

use isp::customers::CustomerInput;
use isp::shared::actor::Actor;
use serde_json::{Value, json};

use crate::support::{Person, TestApp, refusal, wrong_fields};

/// As many customers as asked for, made in one transaction.
async fn crowd(app: &TestApp, number: usize) -> Vec<i64> {
    let customers = &app.services.customers;
    let input = |place: usize| {
        let input = CustomerInput {
            name: Some(format!("Customer {place}")),
            login: Some(format!("customer{place}")),
            ..CustomerInput::default()
        };
        customers.check_input(&input, None).unwrap()
    };
    let mut tx = app.services.database.begin().await.unwrap();
    let inputs = (0..number).map(input).collect();
    let made = customers.create_many(&mut tx, &Actor::system("test"), inputs).await.unwrap();
    tx.commit().await.unwrap();
    made.into_iter().map(|customer| customer.unwrap().id.0).collect()
}

async fn label(who: &Person, name: &str) -> i64 {
    let made: Value = who.post("/api/v1/labels", &json!({ "name": name })).await.json().await.unwrap();
    made["id"].as_i64().unwrap()
}

async fn bulk(who: &Person, body: Value) -> Value {
    let response = who.post("/api/v1/bulk/labels", &body).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    response.json().await.unwrap()
}

fn sums(outcome: &Value) -> [i64; 3] {
    ["changed", "unchanged", "failed"].map(|name| outcome[name].as_i64().unwrap())
}

#[tokio::test]
async fn a_thousand_customers_are_labelled_at_once_and_each_has_a_result() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let vip = label(&ana, "VIP").await;
    let mut ids = crowd(&app, 998).await;
    ids.push(999_999);
    ids.insert(0, 888_888);
    let body = json!({ "label_id": vip, "selection": { "ids": ids }, "note": "Spring offer" });
    let outcome = bulk(&ana, body.clone()).await;
    assert_eq!(sums(&outcome), [998, 0, 2]);
    let order: Vec<i64> =
        outcome["items"].as_array().unwrap().iter().map(|i| i["customer_id"].as_i64().unwrap()).collect();
    assert_eq!(order, ids);
    assert_eq!(
        (&outcome["items"][0]["result"], &outcome["items"][1]["result"]),
        (&json!("not_found"), &json!("changed"))
    );
    assert_eq!(sums(&bulk(&ana, body).await), [0, 998, 2]);
    assert_eq!(ana.json(&format!("/api/v1/labels/{vip}")).await["customers"], 998);
    let history = ana.json(&format!("/api/v1/customers/{}/history", ids[1])).await;
    assert_eq!(history[0]["action"], "label.assigned");
    let off = json!({ "label_id": vip, "remove": true, "selection": { "ids": ids } });
    assert_eq!(sums(&bulk(&ana, off).await), [998, 0, 2]);
    assert_eq!(ana.json(&format!("/api/v1/labels/{vip}")).await["customers"], 0);
}

#[tokio::test]
async fn a_customer_named_twice_counts_once_and_a_deleted_one_is_not_there() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let vip = label(&ana, "VIP").await;
    let ids = crowd(&app, 2).await;
    assert_eq!(ana.delete(&format!("/api/v1/customers/{}", ids[1]), 1).await.status(), 204);
    let body = json!({ "label_id": vip, "selection": { "ids": [ids[0], ids[1], ids[0]] } });
    assert_eq!(sums(&bulk(&ana, body).await), [1, 0, 1]);
}

#[tokio::test]
async fn everybody_whom_a_filter_finds_is_labelled() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let vip = label(&ana, "VIP").await;
    crowd(&app, 250).await;
    ana.create(json!({ "name": "Zoe Elsewhere", "city": "Oslo" })).await;
    let filter = json!({ "query": "customer", "limit": 10, "offset": 40, "sort": "-name" });
    let outcome = bulk(&ana, json!({ "label_id": vip, "selection": { "filter": filter } })).await;
    assert_eq!(sums(&outcome), [250, 0, 0]);
    let all = bulk(&ana, json!({ "label_id": vip, "selection": { "filter": {} } })).await;
    assert_eq!(sums(&all), [1, 250, 0]);
}

#[tokio::test]
async fn more_than_a_thousand_are_refused_with_their_number() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let vip = label(&ana, "VIP").await;
    let ids = crowd(&app, 1_001).await;
    for (selection, number) in [
        (json!({ "filter": {} }), "more than 1000"),
        (json!({ "ids": ids }), "1001"),
        (json!({ "ids": vec![ids[0]; 1_001] }), "1001"),
    ] {
        let response = ana.post("/api/v1/bulk/labels", &json!({ "label_id": vip, "selection": selection })).await;
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["code"], "too_many");
        assert!(problem["detail"].as_str().unwrap().contains(number), "{problem}");
    }
    assert_eq!(ana.json(&format!("/api/v1/labels/{vip}")).await["customers"], 0);
}

#[tokio::test]
async fn a_bulk_action_needs_a_label_and_a_selection() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let ids = crowd(&app, 1).await;
    let vip = label(&ana, "VIP").await;
    for (body, field) in [
        (json!({ "selection": { "ids": ids } }), "label_id"),
        (json!({ "label_id": 4711, "selection": { "ids": ids } }), "label_id"),
        (json!({ "label_id": vip }), "selection"),
        (json!({ "label_id": vip, "selection": { "ids": ids, "filter": {} } }), "selection"),
        (json!({ "label_id": vip, "selection": { "ids": ids }, "note": "x".repeat(1_001) }), "note"),
    ] {
        assert_eq!(wrong_fields(ana.post("/api/v1/bulk/labels", &body).await).await, [field], "{body}");
    }
}

#[tokio::test]
async fn those_outside_the_scope_are_not_there() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let vip = label(&boss, "VIP").await;
    let ids = crowd(&app, 2).await;
    let ana = app.staff("manager").await;
    let me = ana.json("/api/v1/auth/me").await;
    let path = format!("/api/v1/staff/{}", me["id"]);
    let record = boss.json(&path).await;
    let nowhere = json!({ "scope": { "all_partners": true, "all_locations": false, "locations": [] } });
    assert_eq!(boss.patch(&path, record["version"].as_i64().unwrap(), &nowhere).await.status(), 200);
    let outcome = bulk(&ana, json!({ "label_id": vip, "selection": { "ids": ids } })).await;
    assert_eq!(sums(&outcome), [0, 0, 2]);
    bulk(&boss, json!({ "label_id": vip, "selection": { "ids": ids } })).await;
    assert_eq!(ana.json("/api/v1/labels").await[0]["customers"], 0);
    assert_eq!(boss.json("/api/v1/labels").await[0]["customers"], 2);
    let path = format!("/api/v1/customers/{}/labels", ids[0]);
    assert_eq!(refusal(ana.get(&path).await).await, (404, "not_found".into()));
}

#[tokio::test]
async fn ticked_rows_are_labelled_without_javascript() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let vip = label(&ana, "VIP").await.to_string();
    let ids = crowd(&app, 2).await;
    let (one, two) = (ids[0].to_string(), ids[1].to_string());
    let fields = [
        ("label_id", vip.as_str()),
        ("is_removal", "false"),
        ("selection[ids][]", one.as_str()),
        ("selection[ids][]", two.as_str()),
        ("back", "/customers?status=new"),
    ];
    let answer = ana.form("/api/fn/labels/bulk-form", "/customers?status=new", &fields).await;
    let expected = "/customers?status=new&done=labelled&changed=2&unchanged=0&failed=0";
    assert_eq!(answer.headers()["location"], expected);
    let nothing = ana.form("/api/fn/labels/bulk-form", "/customers", &[("label_id", vip.as_str())]).await;
    assert!(nothing.headers()["location"].to_str().unwrap().contains("__err="));
}
