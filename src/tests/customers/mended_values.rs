//! The edges of custom values: definitions that changed elsewhere, what is unique, what the search follows.

use isp::customers::CustomerInput;
use isp::shared::actor::Actor;
use isp::shared::problem::Problem;
use serde_json::{Value, json};

use super::custom_fields::{FIELDS, change, field, values, write};
use crate::support::{TestApp, refusal, start_of_time, wrong_fields};

/// Another server adds a unique field, which this one has not read yet.
async fn added_elsewhere(app: &TestApp, key: &'static str) {
    let mut tx = app.services.database.begin().await.unwrap();
    let insert = tx.query(
        "INSERT INTO custom_fields (key, title, kind, is_required, is_unique, options, is_searchable, is_listed, \
         portal, position, version, created_at, created_by, updated_at, updated_by) \
         VALUES ($1, $1, 'text', FALSE, TRUE, '[]', FALSE, FALSE, 'none', 0, 1, $2, 'x', $2, 'x')",
    );
    insert.bind(key).bind(start_of_time()).execute().await.unwrap();
    tx.commit().await.unwrap();
}

/// Another server deletes a field, which this one still knows.
async fn deleted_elsewhere(app: &TestApp, key: &'static str) {
    let mut tx = app.services.database.begin().await.unwrap();
    tx.query("DELETE FROM custom_fields WHERE key = $1").bind(key).execute().await.unwrap();
    tx.commit().await.unwrap();
}

fn with_value(name: &str, key: &str, value: &str) -> CustomerInput {
    let custom_fields = [(key.to_owned(), Value::from(value))].into();
    CustomerInput { name: Some(name.to_owned()), custom_fields, ..CustomerInput::default() }
}

#[tokio::test]
async fn values_of_a_field_that_another_server_added_are_checked_indexed_and_kept() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    field(&ana, json!({ "title": "Known", "kind": "text" })).await;
    added_elsewhere(&app, "mac").await;
    let customer = ana.create(json!({ "name": "Ana", "custom_fields": { "mac": "aa" } })).await;
    assert_eq!(customer["custom_fields"], json!({ "mac": "aa" }));
    let taken = ana.post("/api/v1/customers", &json!({ "name": "B", "custom_fields": { "mac": "AA" } })).await;
    assert_eq!(refusal(taken).await, (409, "custom_fields.mac_taken".into()));
    assert_eq!(write(&ana, &customer, json!({ "known": "x" })).await.status(), 200);
    assert_eq!(values(&ana, &customer).await, json!({ "known": "x", "mac": "aa" }));
}

#[tokio::test]
async fn a_field_that_another_server_replaced_is_refused_and_breaks_nothing() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    field(&ana, json!({ "title": "Known", "kind": "text" })).await;
    let customer = ana.create(json!({ "name": "Ana" })).await;
    let customers = &app.services.customers;
    let checked = customers.check_input(&with_value("Ben", "known", "x"), None).unwrap();
    deleted_elsewhere(&app, "known").await;
    added_elsewhere(&app, "mac").await;
    let created = ana.post("/api/v1/customers", &json!({ "name": "B", "custom_fields": { "known": "x" } })).await;
    assert_eq!(wrong_fields(created).await, ["custom_fields.known"]);
    assert_eq!(wrong_fields(write(&ana, &customer, json!({ "known": "x" })).await).await, ["custom_fields.known"]);
    // Checked before the lock, and once more behind it.
    let mut tx = app.services.database.begin().await.unwrap();
    let answer = customers.create_many(&mut tx, &Actor::system("test"), vec![checked]).await.unwrap().pop().unwrap();
    assert!(matches!(answer, Err(Problem::Invalid(_))), "{answer:?}");
}

#[tokio::test]
async fn phone_numbers_are_unique_in_whatever_form_they_are_written() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    field(&ana, json!({ "title": "Line", "kind": "phone", "is_unique": true })).await;
    let desk = field(&ana, json!({ "title": "Desk", "kind": "phone" })).await;
    let first = json!({ "line": "+47 22 12 34 56", "desk": "+47 22 12 34 57" });
    let first = ana.create(json!({ "name": "Ana", "custom_fields": first })).await;
    let taken = json!({ "name": "Ben", "custom_fields": { "line": "+4722123456" } });
    assert_eq!(refusal(ana.post("/api/v1/customers", &taken).await).await, (409, "custom_fields.line_taken".into()));
    ana.create(json!({ "name": "Ben", "custom_fields": { "line": "+4722123456 x7", "desk": "+4722123457" } })).await;
    let shared = change(&ana, &desk, json!({ "is_unique": true })).await;
    assert_eq!(refusal(shared).await, (409, "values_not_unique".into()));
    assert_eq!(write(&ana, &first, json!({ "desk": null })).await.status(), 200);
    assert_eq!(change(&ana, &desk, json!({ "is_unique": true })).await.status(), 200);
    let taken = write(&ana, &first, json!({ "desk": "+47 2212 3457" })).await;
    assert_eq!(refusal(taken).await, (409, "custom_fields.desk_taken".into()));
}

#[tokio::test]
async fn long_texts_are_unique_to_their_end() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let serial = field(&ana, json!({ "title": "Serial", "kind": "text" })).await;
    let long = |end: &str| json!({ "serial": format!("{}{end}", "x".repeat(220)) });
    for end in ["a", "b"] {
        ana.create(json!({ "name": end, "custom_fields": long(end) })).await;
    }
    assert_eq!(change(&ana, &serial, json!({ "is_unique": true })).await.status(), 200);
    let taken = ana.post("/api/v1/customers", &json!({ "name": "A", "custom_fields": long("A") })).await;
    assert_eq!(refusal(taken).await, (409, "custom_fields.serial_taken".into()));
    ana.create(json!({ "name": "C", "custom_fields": long("c") })).await;
}

#[tokio::test]
async fn the_search_follows_a_field_for_every_customer_with_a_value() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let word = field(&ana, json!({ "title": "Word", "kind": "text" })).await;
    let customers = &app.services.customers;
    let checked = (0..450)
        .map(|number| customers.check_input(&with_value(&format!("No {number}"), "word", "zebra"), None).unwrap());
    let mut tx = app.services.database.begin().await.unwrap();
    for made in customers.create_many(&mut tx, &Actor::system("test"), checked.collect()).await.unwrap() {
        made.unwrap();
    }
    tx.commit().await.unwrap();
    for (is_searchable, found) in [(true, 450), (false, 0)] {
        assert_eq!(change(&ana, &word, json!({ "is_searchable": is_searchable })).await.status(), 200);
        assert_eq!(ana.json("/api/v1/customers?query=zebra").await["total_count"], found);
    }
    assert_eq!(ana.json(FIELDS).await[0]["is_searchable"], false);
}
