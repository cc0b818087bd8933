//! What becomes of children when their parent is deleted or terminated, and of a customer that comes back.

use reqwest::Response;
use serde_json::{Value, json};

use super::hierarchy::{assert_sound, chain, create, now, view};
use crate::support::{Person, TestApp, refusal, wrong_fields};

/// `Main` over `Parent` over `Child` over `Grandchild`, and `Other`.
async fn family(ana: &Person) -> (Vec<Value>, Value) {
    (chain(ana, &["Main", "Parent", "Child", "Grandchild"]).await, create(ana, "Other", None).await)
}

async fn delete(ana: &Person, customer: &Value, query: &str) -> Response {
    let version = now(ana, customer).await["version"].as_i64().unwrap();
    ana.delete(&format!("/api/v1/customers/{}{query}", customer["id"]), version).await
}

#[tokio::test]
async fn deleting_a_parent_needs_a_choice_and_each_choice_is_carried_out() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for (choice, parent_of_child, level) in [("reparent", true, 2), ("promote", false, 1), ("terminate", false, 1)] {
        let (family, other) = family(&ana).await;
        assert_eq!(refusal(delete(&ana, &family[1], "").await).await, (409, "has_children".into()));
        let other_id = &other["id"];
        let query = if parent_of_child { format!("&new_parent={other_id}") } else { String::new() };
        let deleted = delete(&ana, &family[1], &format!("?children={choice}{query}")).await;
        assert_eq!(deleted.status(), 204, "{choice}: {}", deleted.text().await.unwrap());
        assert_sound(&app).await;
        let (child, grandchild) = (now(&ana, &family[2]).await, now(&ana, &family[3]).await);
        assert_eq!(child["parent_id"], if parent_of_child { other_id.clone() } else { Value::Null }, "{choice}");
        assert_eq!((&child["account_level"], &grandchild["account_level"]), (&json!(level), &json!(level + 1)));
        let status = if choice == "terminate" { "terminated" } else { "new" };
        assert_eq!((&child["status"], &grandchild["status"]), (&json!(status), &json!(status)));
        assert_eq!(view(&ana, &family[0]).await["descendants"], 0);
    }
}

#[tokio::test]
async fn children_go_neither_below_themselves_nor_nowhere() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (family, _) = family(&ana).await;
    for under in [&family[1], &family[2], &family[3]] {
        let refused = delete(&ana, &family[1], &format!("?children=reparent&new_parent={}", under["id"])).await;
        assert_eq!(refusal(refused).await, (409, "hierarchy_cycle".into()));
    }
    assert_eq!(wrong_fields(delete(&ana, &family[1], "?children=reparent").await).await, ["new_parent"]);
    assert_eq!(wrong_fields(delete(&ana, &family[1], "?children=adopt").await).await, ["children"]);
    // To the grandparent is the usual way.
    let up = format!("?children=reparent&new_parent={}", family[0]["id"]);
    assert_eq!(delete(&ana, &family[1], &up).await.status(), 204);
    assert_eq!(view(&ana, &family[0]).await["descendants"], 2);
    assert_sound(&app).await;
}

#[tokio::test]
async fn terminating_a_parent_needs_a_choice_and_each_choice_is_carried_out() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for choice in ["reparent", "promote", "terminate"] {
        let (family, other) = family(&ana).await;
        let path = format!("/api/v1/customers/{}/status", family[1]["id"]);
        let mut change = json!({ "to": "terminated", "reason": "moved" });
        assert_eq!(refusal(ana.post(&path, &change).await).await, (409, "has_children".into()));
        change["children"] = choice.into();
        if choice == "reparent" {
            change["new_parent"] = other["id"].clone();
        }
        let answer = ana.post(&path, &change).await;
        assert_eq!(answer.status(), 200, "{choice}: {}", answer.text().await.unwrap());
        assert_sound(&app).await;
        let child = now(&ana, &family[2]).await;
        let expected = match choice {
            "reparent" => (other["id"].clone(), "new"),
            "promote" => (Value::Null, "new"),
            _ => (family[1]["id"].clone(), "terminated"),
        };
        assert_eq!((child["parent_id"].clone(), child["status"].as_str().unwrap()), expected);
    }
}

#[tokio::test]
async fn a_restored_customer_comes_back_under_its_parent_or_as_a_main_account() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let chain = chain(&ana, &["Main", "Sub", "Site"]).await;
    let restore = |customer: Value| {
        let ana = ana.clone();
        async move {
            let path = format!("/api/v1/customers/{}/restore", customer["id"]);
            ana.post(&path, &json!({})).await.json::<Value>().await.unwrap()
        }
    };
    assert_eq!(delete(&ana, &chain[2], "").await.status(), 204);
    assert_sound(&app).await;
    assert_eq!(view(&ana, &chain[0]).await["descendants"], 1);
    let site = restore(chain[2].clone()).await;
    assert_eq!((&site["parent_id"], &site["account_level"]), (&chain[1]["id"], &json!(3)));
    assert_sound(&app).await;
    assert_eq!(delete(&ana, &chain[2], "").await.status(), 204);
    assert_eq!(delete(&ana, &chain[1], "").await.status(), 204);
    let site = restore(chain[2].clone()).await;
    assert_eq!((&site["parent_id"], &site["account_level"]), (&Value::Null, &json!(1)));
    assert_sound(&app).await;
}
