//! `/api/v1/roles`: inheritance, and that nobody grants what they do not hold.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use super::{account, find_role, make_role, replace_role, signed_in, status};
use crate::support::{Person, TestApp, refusal, wrong_fields};

/// Roles `Line 1` to `Line n`, each inheriting from the one before.
async fn line(ana: &Person, length: usize) -> Vec<Value> {
    let mut roles: Vec<Value> = Vec::new();
    for number in 1..=length {
        let parent = roles.last().map_or(Value::Null, |role| role["id"].clone());
        roles.push(make_role(ana, json!({ "name": format!("Line {number}"), "parent": parent })).await);
    }
    roles
}

#[tokio::test]
async fn a_role_grants_what_it_inherits_and_a_change_reaches_open_sessions() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let base = make_role(&ana, json!({ "name": "Base", "permissions": ["customers.create", "customers.read"] })).await;
    let child = make_role(&ana, json!({ "name": "Child", "permissions": ["audit.read"], "parent": base["id"] })).await;
    assert_eq!(child["key"], "child");
    assert_eq!(child["own_permissions"], "audit.read");
    assert_eq!(child["permissions"], "customers.read customers.create audit.read");
    let ben = app.staff("child").await;
    ben.create(json!({ "name": "Somebody" })).await;
    assert_eq!(status(&ben, "/api/v1/authentication-events").await, 200);
    let narrower = replace_role(&ana, &base, json!({ "permissions": ["customers.read"] })).await;
    assert_eq!(narrower.status(), 200);
    assert_eq!(refusal(ben.post("/api/v1/customers", &json!({ "name": "X" })).await).await, (403, "forbidden".into()));
    assert_eq!(status(&ben, "/api/v1/customers").await, 200);
    let child = find_role(&ana, "child").await;
    assert_eq!(child["permissions"], "customers.read audit.read");
    assert_eq!(child["members"], 1);
    let alone = replace_role(&ana, &child, json!({ "parent": null })).await;
    assert_eq!(alone.status(), 200);
    assert_eq!(status(&ben, "/api/v1/customers").await, 403);
    assert_eq!(status(&ben, "/api/v1/authentication-events").await, 200);
}

#[tokio::test]
async fn no_role_inherits_from_itself_and_no_line_is_longer_than_five() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let roles = line(&ana, 5).await;
    let top = make_role(&ana, json!({ "name": "Top" })).await;
    for parent in [&roles[4]["id"], &roles[0]["id"], &top["id"], &json!(4711)] {
        let refused = replace_role(&ana, &roles[0], json!({ "parent": parent })).await;
        assert_eq!(wrong_fields(refused).await, ["parent"], "below {parent}");
    }
    let sixth = ana.post("/api/v1/roles", &json!({ "name": "Line 6", "parent": roles[4]["id"] })).await;
    assert_eq!(wrong_fields(sixth).await, ["parent"]);
    // Without the first, the line has room for another one above it.
    assert_eq!(replace_role(&ana, &roles[1], json!({ "parent": top["id"] })).await.status(), 200);
    assert_eq!(find_role(&ana, "line-1").await["version"], 1);
}

#[tokio::test]
async fn twenty_moves_at_once_make_no_circle_and_every_role_grants_what_its_line_grants() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let permissions = [
        "customers.read",
        "customers.create",
        "customers.update",
        "customers.delete",
        "audit.read",
        "staff.read",
        "roles.read",
        "clients.read",
    ];
    let mut ids = Vec::new();
    for permission in permissions {
        let role = make_role(&ana, json!({ "name": format!("Only {permission}"), "permissions": [permission] })).await;
        ids.push(role["id"].as_i64().unwrap());
    }
    let moves = (0..20_usize).map(|number| {
        let (ana, id, parent) = (ana.clone(), ids[number % 8], ids[(number * 3 + 1) % 8]);
        async move {
            let role = ana.json(&format!("/api/v1/roles/{id}")).await;
            replace_role(&ana, &role, json!({ "parent": parent })).await.status().as_u16()
        }
    });
    let statuses = futures::future::join_all(moves).await;
    assert!(statuses.iter().all(|status| matches!(status, 200 | 412 | 422)), "{statuses:?}");
    assert!(statuses.contains(&200), "{statuses:?}");
    let roles = ana.json("/api/v1/roles").await;
    let by_id: BTreeMap<i64, &Value> =
        roles.as_array().unwrap().iter().map(|role| (role["id"].as_i64().unwrap(), role)).collect();
    for id in ids {
        let (mut granted, mut depth, mut next) = (BTreeSet::new(), 0, Some(id));
        while let Some(id) = next {
            depth += 1;
            assert!(depth <= 5, "a circle or too long a line: {roles}");
            granted.extend(by_id[&id]["own_permissions"].as_str().unwrap().split_whitespace());
            next = by_id[&id]["parent"].as_i64();
        }
        let stored: BTreeSet<&str> = by_id[&id]["permissions"].as_str().unwrap().split_whitespace().collect();
        assert_eq!(stored, granted, "{}", by_id[&id]);
    }
}

#[tokio::test]
async fn of_two_roles_that_move_below_each_other_one_stays() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let one = make_role(&ana, json!({ "name": "One", "permissions": ["customers.read"] })).await;
    let two = make_role(&ana, json!({ "name": "Two", "permissions": ["audit.read"] })).await;
    let (first, second) = tokio::join!(
        replace_role(&ana, &one, json!({ "parent": two["id"] })),
        replace_role(&ana, &two, json!({ "parent": one["id"] })),
    );
    let mut statuses = [first.status().as_u16(), second.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
}

#[tokio::test]
async fn nobody_makes_changes_or_deletes_a_role_that_grants_more_than_they_hold() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let own = json!({ "name": "Keeper", "permissions": ["customers.read", "roles.read", "roles.manage"] });
    let own = make_role(&ana, own).await;
    let strong = make_role(&ana, json!({ "name": "Strong", "permissions": ["customers.delete"] })).await;
    let manager = find_role(&ana, "manager").await;
    let keeper = app.staff("keeper").await;
    let count = ana.json("/api/v1/roles").await.as_array().unwrap().len();
    let weak = make_role(&keeper, json!({ "name": "Weak", "permissions": ["customers.read"] })).await;
    let strong_path = format!("/api/v1/roles/{}", strong["id"]);
    for refused in [
        keeper.post("/api/v1/roles", &json!({ "name": "More", "permissions": ["customers.delete"] })).await,
        keeper.post("/api/v1/roles", &json!({ "name": "More", "parent": manager["id"] })).await,
        replace_role(&keeper, &weak, json!({ "permissions": ["customers.delete"] })).await,
        replace_role(&keeper, &weak, json!({ "parent": strong["id"] })).await,
        replace_role(&keeper, &own, json!({ "parent": manager["id"] })).await,
        replace_role(&keeper, &manager, json!({ "name": "Mine" })).await,
        replace_role(&keeper, &strong, json!({ "permissions": [] })).await,
        keeper.delete(&strong_path, 1).await,
    ] {
        assert_eq!(refusal(refused).await, (403, "forbidden".into()));
    }
    let roles = ana.json("/api/v1/roles").await;
    assert_eq!(roles.as_array().unwrap().len(), count + 1);
    assert_eq!(find_role(&ana, "weak").await, weak);
    assert_eq!(find_role(&ana, "strong").await, strong);
}

#[tokio::test]
async fn roles_of_the_product_can_be_renamed_but_keep_what_they_grant() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let manager = find_role(&ana, "manager").await;
    let top = make_role(&ana, json!({ "name": "Top", "permissions": ["staff.manage"] })).await;
    for change in [json!({ "permissions": ["staff.manage"] }), json!({ "parent": top["id"] })] {
        let refused = replace_role(&ana, &manager, change).await;
        assert_eq!(refusal(refused).await, (409, "system_role".into()));
    }
    let refused = ana.delete(&format!("/api/v1/roles/{}", manager["id"]), 1).await;
    assert_eq!(refusal(refused).await, (409, "system_role".into()));
    let renamed = replace_role(&ana, &manager, json!({ "name": "Head of office" })).await;
    assert_eq!(renamed.status(), 200);
    // As at the next start.
    app.services.staff.ensure_roles().await.unwrap();
    let after = find_role(&ana, "manager").await;
    assert_eq!((&after["name"], &after["permissions"]), (&json!("Head of office"), &manager["permissions"]));
    assert_eq!(after["is_system"], true);
}

#[tokio::test]
async fn a_role_is_deleted_once_nobody_holds_it_and_none_inherits_from_it() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let base = make_role(&ana, json!({ "name": "Base", "permissions": ["customers.read"] })).await;
    let child = make_role(&ana, json!({ "name": "Child", "parent": base["id"] })).await;
    let (base, child) = (format!("/api/v1/roles/{}", base["id"]), format!("/api/v1/roles/{}", child["id"]));
    let ben = account(&app, "ben", "child").await;
    assert_eq!(refusal(ana.delete(&base, 1).await).await, (409, "role_in_use".into()));
    assert_eq!(refusal(ana.delete(&child, 1).await).await, (409, "role_in_use".into()));
    let moved = ana.patch(&format!("/api/v1/staff/{ben}"), 1, &json!({ "role": "read-only" })).await;
    assert_eq!(moved.status(), 200);
    assert_eq!(ana.delete(&child, 1).await.status(), 204);
    assert_eq!(ana.delete(&base, 1).await.status(), 204);
    assert_eq!(refusal(ana.delete(&base, 1).await).await, (404, "not_found".into()));
    assert_eq!(status(&ana, &child).await, 404);
}

#[tokio::test]
async fn a_role_needs_its_version_a_name_and_permissions_that_there_are() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let bad = ana.post("/api/v1/roles", &json!({ "name": " ", "permissions": ["customers.read", "*"] })).await;
    assert_eq!(wrong_fields(bad).await, ["name", "permissions"]);
    let unknown = ana.post("/api/v1/roles", &json!({ "name": "X", "is_system": true })).await;
    assert_eq!(wrong_fields(unknown).await, ["is_system"]);
    let first = make_role(&ana, json!({ "name": "Élan" })).await;
    let second = make_role(&ana, json!({ "name": "Elan" })).await;
    assert_eq!((&first["key"], &second["key"]), (&json!("elan"), &json!("elan-2")));
    assert_eq!(replace_role(&ana, &first, json!({ "description": "First" })).await.status(), 200);
    let late = replace_role(&ana, &first, json!({ "description": "Second" })).await;
    assert_eq!(late.status(), 412);
    let body: Value = late.json().await.unwrap();
    assert_eq!((&body["code"], &body["current"]["description"]), (&json!("stale"), &json!("First")));
    let path = format!("/api/v1/roles/{}", first["id"]);
    let bare = ana.request(Method::PUT, &path).json(&json!({ "name": "X" })).send().await.unwrap();
    assert_eq!(refusal(bare).await.0, 428);
}

#[tokio::test]
async fn a_role_below_the_super_administrator_may_do_everything() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let everything = find_role(&ana, "super-administrator").await;
    make_role(&ana, json!({ "name": "Deputy", "parent": everything["id"] })).await;
    account(&app, "ben", "deputy").await;
    let ben = signed_in(&app, "ben").await;
    let me = ben.json("/api/v1/auth/me").await;
    assert_eq!(me["permissions"], ana.json("/api/v1/auth/me").await["permissions"]);
}
