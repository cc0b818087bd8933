//! `/api/v1/custom-fields`, values of custom fields, and their pages.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Person, TestApp, refusal, wrong_fields};

pub(super) const FIELDS: &str = "/api/v1/custom-fields";

/// Adds a field that must be accepted.
pub(super) async fn field(ana: &Person, definition: Value) -> Value {
    let response = ana.post(FIELDS, &definition).await;
    assert_eq!(response.status(), 201, "{}", response.text().await.unwrap());
    response.json().await.unwrap()
}

fn path(field: &Value) -> String {
    format!("{FIELDS}/{}", field["id"])
}

/// Changes a field from the version that is stored.
pub(super) async fn change(ana: &Person, field: &Value, patch: Value) -> reqwest::Response {
    let stored = ana.json(&path(field)).await;
    ana.patch(&path(field), stored["version"].as_i64().unwrap(), &patch).await
}

pub(super) async fn write(ana: &Person, customer: &Value, values: Value) -> reqwest::Response {
    let path = format!("/api/v1/customers/{}", customer["id"]);
    let stored = ana.json(&path).await;
    ana.patch(&path, stored["version"].as_i64().unwrap(), &json!({ "custom_fields": values })).await
}

pub(super) async fn values(ana: &Person, customer: &Value) -> Value {
    ana.json(&format!("/api/v1/customers/{}", customer["id"])).await["custom_fields"].clone()
}

#[tokio::test]
async fn a_field_gets_a_key_from_its_title_and_a_place_behind_the_others() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let response = ana.post(FIELDS, &json!({ "title": " MAC  address ", "kind": "text", "minimum": 2 })).await;
    assert_eq!(response.status(), 201);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(response.headers()["etag"], "\"1\"");
    let mac: Value = response.json().await.unwrap();
    assert_eq!(
        (&mac["key"], &mac["title"], &mac["minimum"]),
        (&json!("mac_address"), &json!("MAC address"), &json!("2"))
    );
    assert_eq!((&mac["position"], &mac["portal"], &mac["category"]), (&json!(0), &json!("none"), &Value::Null));
    assert_eq!(ana.json(&location).await, mac);
    field(&ana, json!({ "title": "Second", "kind": "date" })).await;
    field(&ana, json!({ "title": "First", "kind": "boolean", "position": 0 })).await;
    let list = ana.json(FIELDS).await;
    let order: Vec<&str> = list.as_array().unwrap().iter().map(|field| field["key"].as_str().unwrap()).collect();
    assert_eq!(order, ["first", "mac_address", "second"]);
    let known = ana.request(Method::GET, &location).header("if-none-match", "\"1\"").send().await.unwrap();
    assert_eq!(known.status(), 304);
}

#[tokio::test]
async fn every_wrong_rule_of_a_definition_is_named_at_once() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let bad = json!({ "key": "1x", "kind": "boolean", "category": "robot", "is_unique": true, "minimum": "1",
        "pattern": "a", "options": ["A"], "portal": "own" });
    let fields = wrong_fields(ana.post(FIELDS, &bad).await).await;
    assert_eq!(fields, ["category", "is_unique", "key", "minimum", "options", "pattern", "portal", "title"]);
    let regex = ana.post(FIELDS, &json!({ "title": "X", "kind": "text", "pattern": "(" })).await;
    assert_eq!(wrong_fields(regex).await, ["pattern"]);
    let unknown = ana.post(FIELDS, &json!({ "title": "X", "kind": "text", "wings": 2 })).await;
    assert_eq!(wrong_fields(unknown).await, ["wings"]);
    field(&ana, json!({ "title": "X", "kind": "text" })).await;
    let twice = ana.post(FIELDS, &json!({ "title": "x!", "kind": "text" })).await;
    assert_eq!(refusal(twice).await, (409, "key_taken".into()));
    for number in 0..5 {
        field(&ana, json!({ "title": format!("Listed {number}"), "kind": "text", "is_listed": true })).await;
    }
    let sixth = ana.post(FIELDS, &json!({ "title": "Listed 6", "kind": "text", "is_listed": true })).await;
    assert_eq!(wrong_fields(sixth).await, ["is_listed"]);
}

#[tokio::test]
async fn values_of_every_kind_are_created_changed_and_cleared() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for kind in ["text", "long_text", "integer", "decimal", "boolean", "date", "email", "phone", "url"] {
        field(&ana, json!({ "title": kind, "kind": kind })).await;
    }
    for kind in ["select", "multi_select"] {
        field(&ana, json!({ "title": kind, "kind": kind, "options": "Fibre\nCopper\nRadio" })).await;
    }
    let given = json!({ "text": " a  b ", "long_text": "a\r\nb", "integer": "7", "decimal": "012.50", "boolean": "yes",
        "date": "2026-05-31", "email": "ana@example.net", "phone": "+47 22 12 34 56", "url": "https://example.net",
        "select": "fibre", "multi_select": ["radio", "Fibre"] });
    let stored = json!({ "text": "a b", "long_text": "a\nb", "integer": 7, "decimal": "12.5", "boolean": true,
        "date": "2026-05-31", "email": "ana@example.net", "phone": "+47 22 12 34 56", "url": "https://example.net",
        "select": "Fibre", "multi_select": ["Fibre", "Radio"] });
    let customer = ana.create(json!({ "name": "Ana", "custom_fields": given })).await;
    assert_eq!(customer["custom_fields"], stored);
    let cleared = json!({ "text": null, "integer": "", "boolean": false, "multi_select": [""], "date": "2026-06-01" });
    assert_eq!(write(&ana, &customer, cleared).await.status(), 200);
    let after = values(&ana, &customer).await;
    assert_eq!(
        (&after["boolean"], &after["date"], &after["decimal"]),
        (&json!(false), &json!("2026-06-01"), &json!("12.5"))
    );
    for key in ["text", "integer", "multi_select"] {
        assert!(after.get(key).is_none(), "{key}: {after}");
    }
    let wrong =
        json!({ "integer": "x", "decimal": "1,5", "date": "soon", "select": "Smoke", "email": "x", "wings": 1 });
    let fields = wrong_fields(write(&ana, &customer, wrong).await).await;
    let named = ["date", "decimal", "email", "integer", "select", "wings"].map(|key| format!("custom_fields.{key}"));
    assert_eq!(fields, named);
    assert_eq!(values(&ana, &customer).await, after);
}

#[tokio::test]
async fn limits_patterns_and_what_is_required_are_asked_of_writers() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let customer = ana.create(json!({ "name": "Before" })).await;
    field(&ana, json!({ "title": "Contract", "kind": "text", "pattern": "[A-Z]{2}\\d{3}", "is_required": true })).await;
    field(&ana, json!({ "title": "Age", "kind": "integer", "minimum": 18, "maximum": 120 })).await;
    assert_eq!(
        wrong_fields(ana.post("/api/v1/customers", &json!({ "name": "B" })).await).await,
        ["custom_fields.contract"]
    );
    let wrong = write(&ana, &customer, json!({ "contract": "AB1234", "age": 17 })).await;
    assert_eq!(wrong_fields(wrong).await, ["custom_fields.age", "custom_fields.contract"]);
    assert_eq!(wrong_fields(write(&ana, &customer, json!({ "age": 18 })).await).await, ["custom_fields.contract"]);
    assert_eq!(write(&ana, &customer, json!({ "age": 18, "contract": "AB123" })).await.status(), 200);
}

#[tokio::test]
async fn of_twenty_who_want_one_unique_value_one_gets_it() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    field(&ana, json!({ "title": "MAC", "kind": "text", "is_unique": true })).await;
    let attempts = (0..20).map(|number| {
        let ana = ana.clone();
        let mac = if number % 2 == 0 { "AA:BB" } else { "aa:bb" };
        async move {
            let customer = json!({ "name": format!("No {number}"), "custom_fields": { "mac": mac } });
            ana.post("/api/v1/customers", &customer).await
        }
    });
    let mut created = 0;
    for answer in futures::future::join_all(attempts).await {
        if answer.status() == 201 {
            created += 1;
        } else {
            assert_eq!(refusal(answer).await, (409, "custom_fields.mac_taken".into()));
        }
    }
    assert_eq!(created, 1);
    let other = ana.create(json!({ "name": "Other" })).await;
    let taken = write(&ana, &other, json!({ "mac": "AA:BB" })).await;
    assert_eq!(refusal(taken).await, (409, "custom_fields.mac_taken".into()));
    assert_eq!(write(&ana, &other, json!({ "mac": "CC:DD" })).await.status(), 200);
    assert_eq!(write(&ana, &other, json!({ "mac": "cc:dd" })).await.status(), 200);
}

#[tokio::test]
async fn a_field_with_values_keeps_what_its_values_need() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let line = field(&ana, json!({ "title": "Line", "kind": "select", "options": ["Fibre", "Copper"] })).await;
    let mac = field(&ana, json!({ "title": "MAC", "kind": "text" })).await;
    assert_eq!(change(&ana, &mac, json!({ "kind": "integer" })).await.status(), 200);
    assert_eq!(change(&ana, &mac, json!({ "kind": "text" })).await.status(), 200);
    let mut customers = Vec::new();
    for _ in 0..2 {
        let values = json!({ "line": "Fibre", "mac": "aa" });
        customers.push(ana.create(json!({ "name": "Ana", "custom_fields": values })).await);
    }
    let kind = change(&ana, &mac, json!({ "kind": "integer" })).await;
    assert_eq!(refusal(kind).await, (409, "field_has_values".into()));
    let option = change(&ana, &line, json!({ "options": ["Copper", "Radio"] })).await;
    let option: Value = option.json().await.unwrap();
    assert_eq!(option["code"], "option_in_use");
    assert!(option["detail"].as_str().unwrap().contains("Fibre") && option["detail"].as_str().unwrap().contains('2'));
    assert_eq!(change(&ana, &line, json!({ "options": ["Fibre", "Radio"] })).await.status(), 200);
    let shared = change(&ana, &mac, json!({ "is_unique": true })).await;
    assert_eq!(refusal(shared).await, (409, "values_not_unique".into()));
    assert_eq!(write(&ana, &customers[0], json!({ "mac": "bb" })).await.status(), 200);
    assert_eq!(change(&ana, &mac, json!({ "is_unique": true })).await.status(), 200);
    let taken = write(&ana, &customers[0], json!({ "mac": "AA" })).await;
    assert_eq!(refusal(taken).await, (409, "custom_fields.mac_taken".into()));
    assert_eq!(change(&ana, &mac, json!({ "is_unique": false })).await.status(), 200);
    assert_eq!(write(&ana, &customers[0], json!({ "mac": "aa" })).await.status(), 200);
    let key = change(&ana, &mac, json!({ "key": "other" })).await;
    assert_eq!(wrong_fields(key).await, ["key"]);
    let used = ana.request(Method::DELETE, &path(&mac)).send().await.unwrap();
    assert_eq!(refusal(used).await, (409, "field_has_values".into()));
    for customer in &customers {
        assert_eq!(write(&ana, customer, json!({ "mac": null })).await.status(), 200);
    }
    assert_eq!(ana.request(Method::DELETE, &path(&mac)).send().await.unwrap().status(), 204);
    assert_eq!(ana.get(&path(&mac)).await.status(), 404);
}

#[tokio::test]
async fn archived_fields_keep_their_values_and_come_back_with_them() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let mac = field(&ana, json!({ "title": "MAC", "kind": "text", "is_required": true, "is_searchable": true })).await;
    let customer = ana.create(json!({ "name": "Ana", "custom_fields": { "mac": "zebra" } })).await;
    assert_eq!(ana.names("query=zebra").await, ["Ana"]);
    let archived = ana.post(&format!("{}/archive", path(&mac)), &json!({})).await;
    assert_eq!((archived.status().as_u16(), archived.headers()["etag"].to_str().unwrap()), (200, "\"2\""));
    assert_eq!(ana.json(FIELDS).await, json!([]));
    assert_eq!(ana.json(&format!("{FIELDS}?archived=true")).await[0]["key"], "mac");
    assert!(ana.names("query=zebra").await.is_empty());
    ana.create(json!({ "name": "Without" })).await;
    assert_eq!(wrong_fields(write(&ana, &customer, json!({ "mac": "lion" })).await).await, ["custom_fields.mac"]);
    assert_eq!(values(&ana, &customer).await, json!({ "mac": "zebra" }));
    assert_eq!(ana.post(&format!("{}/unarchive", path(&mac)), &json!({})).await.status(), 200);
    assert_eq!(ana.names("query=zebra").await, ["Ana"]);
    assert_eq!(change(&ana, &mac, json!({ "is_searchable": false })).await.status(), 200);
    assert!(ana.names("query=zebra").await.is_empty());
}

#[tokio::test]
async fn a_field_of_companies_is_nothing_for_persons() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let vat = field(&ana, json!({ "title": "Register", "kind": "text", "is_required": true })).await;
    let person = ana.create(json!({ "name": "Ana", "custom_fields": { "register": "kept" } })).await;
    assert_eq!(change(&ana, &vat, json!({ "category": "company" })).await.status(), 200);
    assert_eq!(values(&ana, &person).await, json!({ "register": "kept" }));
    assert_eq!(
        wrong_fields(write(&ana, &person, json!({ "register": "new" })).await).await,
        ["custom_fields.register"]
    );
    ana.create(json!({ "name": "Ben" })).await;
    let company = json!({ "category": "company", "company_name": "Acme" });
    assert_eq!(wrong_fields(ana.post("/api/v1/customers", &company).await).await, ["custom_fields.register"]);
}

#[tokio::test]
async fn a_change_needs_the_version_and_is_in_the_audit_log() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let mac = field(&ana, json!({ "title": "MAC", "kind": "text" })).await;
    let bare = ana.request(Method::PATCH, &path(&mac)).json(&json!({ "title": "X" })).send().await.unwrap();
    assert_eq!(refusal(bare).await, (428, "precondition_required".into()));
    assert_eq!(wrong_fields(ana.patch(&path(&mac), 1, &json!({ "wings": 2 })).await).await, ["wings"]);
    assert_eq!(ana.patch(&path(&mac), 1, &json!({ "title": "MAC" })).await.headers()["etag"], "\"1\"");
    assert_eq!(ana.patch(&path(&mac), 1, &json!({ "title": "Device" })).await.status(), 200);
    let late: Value = ana.patch(&path(&mac), 1, &json!({ "title": "Late" })).await.json().await.unwrap();
    assert_eq!((&late["code"], &late["current"]["title"]), (&json!("stale"), &json!("Device")));
    let database = app.database().await;
    let mut tx = database.read().await.unwrap();
    let actions: Vec<String> = tx
        .query("SELECT action FROM audit_entries WHERE entity = 'custom_field' ORDER BY id")
        .fetch_values()
        .await
        .unwrap();
    assert_eq!(actions, ["custom_field.created", "custom_field.updated"]);
}

#[tokio::test]
async fn whoever_reads_customers_reads_fields_and_only_some_change_them() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let mac = field(&ana, json!({ "title": "MAC", "kind": "text" })).await;
    let reader = app.staff("read-only").await;
    assert_eq!(reader.json(FIELDS).await[0]["key"], "mac");
    let new = reader.post(FIELDS, &json!({ "title": "X", "kind": "text" })).await;
    assert_eq!(refusal(new).await, (403, "forbidden".into()));
    let archive = reader.post(&format!("{}/archive", path(&mac)), &json!({})).await;
    assert_eq!(refusal(archive).await, (403, "forbidden".into()));
    assert_eq!(refusal(ana.get(&format!("{FIELDS}/4711")).await).await, (404, "not_found".into()));
    let (status, page) = reader.page("/admin/custom-fields").await;
    assert!(status == 200 && page.contains("MAC") && !page.contains("New custom field"), "{page}");
}

#[tokio::test]
async fn definitions_and_values_are_written_without_javascript() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let new = "/admin/custom-fields/new";
    let fields = [
        ("field[title]", "Line"),
        ("field[kind]", "multi_select"),
        ("field[options]", "Fibre\r\nCopper"),
        ("field[minimum]", ""),
        ("field[is_required]", "true"),
    ];
    let saved = ana.form("/api/fn/custom-fields/create", new, &fields).await;
    assert_eq!(saved.headers()["location"], "/admin/custom-fields?done=created");
    let (_, list) = ana.page("/admin/custom-fields?done=created").await;
    assert!(list.contains("Custom field created.") && list.contains("Some of several"), "{list}");
    let (_, form) = ana.page("/customers/new").await;
    assert!(form.contains("customer[custom_fields][line][1]"), "{form}");
    let empty = [("customer[name]", "Ana"), ("customer[custom_fields][line][0]", "")];
    let refused = ana.form("/api/fn/customers/create", "/customers/new", &empty).await;
    let location = refused.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.contains("__err="), "{location}");
    let good = [
        ("customer[name]", "Ana"),
        ("customer[custom_fields][line][0]", ""),
        ("customer[custom_fields][line][2]", "Copper"),
    ];
    let created = ana.form("/api/fn/customers/create", "/customers/new", &good).await;
    assert_eq!(created.status(), 302);
    let list = ana.json("/api/v1/customers").await;
    let id = &list["customers"][0]["id"];
    assert_eq!(values(&ana, &json!({ "id": id })).await, json!({ "line": ["Copper"] }));
    let (_, page) = ana.page(&format!("/customers/{id}")).await;
    assert!(page.contains("Copper"), "{page}");
}

#[tokio::test]
async fn a_failed_definition_comes_back_as_it_was_typed() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let new = "/admin/custom-fields/new";
    let fields = [("field[title]", "Typed title"), ("field[kind]", "text"), ("field[pattern]", "(")];
    let refused = ana.form("/api/fn/custom-fields/create", new, &fields).await;
    let location = refused.headers()["location"].to_str().unwrap();
    let back = location.split_once(new).map(|(_, query)| format!("{new}{query}")).unwrap();
    let (status, page) = ana.page(&back).await;
    assert_eq!(status, 200);
    assert!(
        page.contains("Typed title") && page.contains("aria-invalid") && page.contains("regular expression"),
        "{page}"
    );
}
