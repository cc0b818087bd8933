//! Changing a customer: merge patch, versions, conflicts.

use serde_json::{Value, json};

use crate::support::{TestApp, refusal, wrong_fields};

#[tokio::test]
async fn a_patch_changes_what_it_names_and_null_clears() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = ana.create(json!({ "name": "Ana", "email": "ana@example.net", "city": "Oslo", "tax_id": "1" })).await;
    let path = format!("/api/v1/customers/{}", created["id"]);
    app.clock.advance(chrono::Duration::seconds(5));
    let response = ana.patch(&path, 1, &json!({ "city": "Bergen", "tax_id": null })).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["etag"], "\"2\"");
    let patched: Value = response.json().await.unwrap();
    assert_eq!((&patched["city"], &patched["tax_id"]), (&json!("Bergen"), &Value::Null));
    assert_eq!((&patched["email"], &patched["login"]), (&created["email"], &created["login"]));
    assert_eq!(patched["updated_at"], "2026-06-01T09:00:05Z");
    assert_eq!(ana.names("city=bergen").await, ["Ana"]);
    assert!(ana.names("city=oslo").await.is_empty());
}

#[tokio::test]
async fn nothing_changed_is_no_new_version() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = ana.create(json!({ "name": "Ana" })).await;
    let path = format!("/api/v1/customers/{}", created["id"]);
    let same = ana.patch(&path, 1, &json!({ "name": " Ana " })).await;
    assert_eq!(same.headers()["etag"], "\"1\"");
    assert_eq!(ana.json(&format!("{path}/history")).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn one_of_two_editors_wins_and_the_other_sees_what_is_stored() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = ana.create(json!({ "name": "Ana" })).await;
    let path = format!("/api/v1/customers/{}", created["id"]);
    let edits = (0..8).map(|i| {
        let (ana, path) = (ana.clone(), path.clone());
        async move { ana.patch(&path, 1, &json!({ "city": format!("City {i}") })).await }
    });
    let answers = futures::future::join_all(edits).await;
    assert_eq!(answers.iter().filter(|answer| answer.status() == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status() == 412).count(), 7);
    let late = ana.patch(&path, 1, &json!({ "city": "Late" })).await;
    let body: Value = late.json().await.unwrap();
    assert_eq!((&body["code"], &body["version"], &body["current"]["version"]), (&json!("stale"), &json!(2), &json!(2)));
}

#[tokio::test]
async fn a_patch_needs_a_version_and_known_fields() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = ana.create(json!({ "name": "Ana" })).await;
    let path = format!("/api/v1/customers/{}", created["id"]);
    let bare = ana.request(reqwest::Method::PATCH, &path).json(&json!({ "city": "X" })).send().await.unwrap();
    assert_eq!(refusal(bare).await, (428, "precondition_required".into()));
    assert_eq!(
        wrong_fields(ana.patch(&path, 1, &json!({ "status": "active", "wings": 2 })).await).await,
        ["status", "wings"]
    );
    assert_eq!(wrong_fields(ana.patch(&path, 1, &json!({ "name": null })).await).await, ["name"]);
    assert_eq!(refusal(ana.patch(&path, 1, &json!([1])).await).await, (400, "malformed".into()));
    assert_eq!(refusal(ana.patch("/api/v1/customers/999", 1, &json!({})).await).await, (404, "not_found".into()));
    assert_eq!(refusal(ana.patch("/api/v1/customers/x", 1, &json!({})).await).await, (404, "not_found".into()));
}

#[tokio::test]
async fn an_address_in_use_is_refused_in_an_update_too() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    ana.create(json!({ "name": "Ana", "email": "ana@example.net" })).await;
    let ben = ana.create(json!({ "name": "Ben", "email": "ben@example.net" })).await;
    let path = format!("/api/v1/customers/{}", ben["id"]);
    let taken = ana.patch(&path, 1, &json!({ "email": "Ana@Example.net" })).await;
    assert_eq!(refusal(taken).await, (409, "email_taken".into()));
    assert_eq!(ana.patch(&path, 1, &json!({ "email": "BEN@example.net" })).await.status(), 200);
    let login = ana.patch(&path, 2, &json!({ "login": "ana" })).await;
    assert_eq!(refusal(login).await, (409, "login_taken".into()));
}

#[tokio::test]
async fn a_known_version_is_not_sent_again() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = ana.create(json!({ "name": "Ana" })).await;
    let path = format!("/api/v1/customers/{}", created["id"]);
    let again = ana.request(reqwest::Method::GET, &path).header("if-none-match", "\"1\"").send().await.unwrap();
    assert_eq!(again.status(), 304);
}

#[tokio::test]
async fn an_edit_without_javascript_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = ana.create(json!({ "name": "Ana" })).await;
    let edit = format!("/customers/{}/edit", created["id"]);
    let id = created["id"].to_string();
    let fields = [
        ("id", id.as_str()),
        ("version", "1"),
        ("customer[name]", "Ana Typed"),
        ("customer[login]", "ana"),
        ("customer[portal_id]", "C000001"),
        ("customer[email]", "not an address"),
    ];
    let response = ana.form("/api/fn/customers/update", &edit, &fields).await;
    assert_eq!(response.status(), 302);
    let location = response.headers()["location"].to_str().unwrap();
    let back = location.split_once(&edit).map(|(_, query)| format!("{edit}{query}")).unwrap();
    let (status, page) = ana.page(&back).await;
    assert_eq!(status, 200);
    assert!(page.contains("Ana Typed") && page.contains("not an address") && page.contains("aria-invalid"), "{page}");
}
