//! The trash: deleting and restoring.

use isp::shared::actor::Actor;
use isp::shared::id::CustomerId;
use serde_json::json;

use crate::support::{TestApp, refusal};

#[tokio::test]
async fn a_deleted_customer_is_in_the_trash_and_comes_back_inactive() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = ana.create(json!({ "name": "Ana", "email": "ana@example.net" })).await;
    let path = format!("/api/v1/customers/{}", created["id"]);
    assert_eq!(ana.delete(&path, 1).await.status(), 204);
    assert!(ana.names("query=ana").await.is_empty());
    assert_eq!(ana.json("/api/v1/customers").await["total_count"], 0);
    assert_eq!(ana.names("deleted=true").await, ["Ana"]);
    assert_eq!(ana.names("deleted=true&query=ana").await, ["Ana"]);
    assert_eq!(refusal(ana.patch(&path, 2, &json!({ "city": "X" })).await).await, (409, "deleted".into()));
    assert_eq!(refusal(ana.delete(&path, 2).await).await, (409, "deleted".into()));
    let restored = ana.post(&format!("{path}/restore"), &json!({})).await;
    let restored: serde_json::Value = restored.json().await.unwrap();
    assert_eq!((&restored["status"], &restored["deleted_at"]), (&json!("inactive"), &json!(null)));
    assert_eq!(ana.names("query=ana&status=inactive").await, ["Ana"]);
    assert_eq!(refusal(ana.post(&format!("{path}/restore"), &json!({})).await).await, (409, "not_deleted".into()));
}

#[tokio::test]
async fn an_active_customer_cannot_be_deleted() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = ana.create(json!({ "name": "Ana" })).await;
    let id = CustomerId(created["id"].as_i64().unwrap());
    let customers = &app.services.customers;
    let customer = customers.get(&Actor::system("test"), id).await.unwrap();
    let mut tx = app.services.database.begin().await.unwrap();
    customers.place(&mut tx, &[(&customer, isp::customers::Status::Active, app.clock.now())]).await.unwrap();
    tx.commit().await.unwrap();
    let path = format!("/api/v1/customers/{id}");
    assert_eq!(refusal(ana.delete(&path, 1).await).await, (409, "not_deletable".into()));
    assert_eq!(ana.json("/api/v1/customers?status=active").await["total_count"], 1);
    assert_eq!(ana.json("/api/v1/customers?status=new").await["total_count"], 0);
}

#[tokio::test]
async fn an_address_given_away_meanwhile_stops_the_restore() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let first = ana.create(json!({ "name": "Ana", "email": "ana@example.net" })).await;
    let path = format!("/api/v1/customers/{}", first["id"]);
    assert_eq!(ana.delete(&path, 1).await.status(), 204);
    ana.create(json!({ "name": "Ana again", "email": "ana@example.net" })).await;
    assert_eq!(refusal(ana.post(&format!("{path}/restore"), &json!({})).await).await, (409, "email_taken".into()));
}
