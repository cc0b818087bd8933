//! What the history of a customer tells.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn the_history_tells_who_when_and_what_before_and_after() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = ana.create(json!({ "name": "Ana", "city": "Oslo" })).await;
    let path = format!("/api/v1/customers/{}", created["id"]);
    app.clock.advance(chrono::Duration::minutes(1));
    ana.patch(&path, 1, &json!({ "city": "Bergen", "tax_id": "T-1" })).await;
    let history = ana.json(&format!("{path}/history")).await;
    let entries = history.as_array().unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0]["action"], "customer.updated");
    assert_eq!(entries[0]["actor_name"], "The super-administrator");
    assert_eq!(entries[0]["at"], "2026-06-01T09:01:00Z");
    assert_eq!(entries[0]["address"], "127.0.0.1");
    assert_eq!(
        entries[0]["changes"],
        json!([
            { "field": "city", "before": "Oslo", "after": "Bergen" },
            { "field": "tax_id", "before": null, "after": "T-1" }
        ])
    );
    assert_eq!(entries[1]["action"], "customer.created");
    let older = ana.json(&format!("{path}/history?before={}", entries[0]["id"])).await;
    assert_eq!(older.as_array().unwrap().len(), 1);
}
