//! `/api/v1/staff`: who may be invited and changed by whom, and what a change does to those who are signed in.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    account, answer, call, done, find_role, mails, make_role, signed_in, status, status_of_refresh, status_with_token,
    token_pair,
};
use crate::support::{PASSWORD, Person, TestApp, encoded, refusal, wrong_fields};

/// An invitation of somebody who sees everything.
fn invitation(username: &str, role: &str) -> Value {
    json!({
        "username": username,
        "email": format!("{username}@example.net"),
        "full_name": format!("{username} of Oslo"),
        "role": role,
        "scope": { "all_partners": true, "all_locations": true },
    })
}

/// A second partner.
async fn insert_partner(app: &TestApp) -> i64 {
    let mut tx = app.services.database.begin().await.unwrap();
    let insert = tx.query(
        "INSERT INTO partners (name, portal_id_prefix, created_at) \
         VALUES ('North', 'N', '2026-01-01T00:00:00+00:00') RETURNING id",
    );
    let id = insert.fetch_value::<i64>().await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Narrows an account to one partner.
async fn limit(ana: &Person, id: i64, partner: i64) {
    let details = ana.json(&format!("/api/v1/staff/{id}")).await;
    let scope = json!({ "scope": { "all_partners": false, "partners": [partner] } });
    let version = details["version"].as_i64().unwrap();
    assert_eq!(ana.patch(&format!("/api/v1/staff/{id}"), version, &scope).await.status(), 200);
}

async fn active_super_administrators(app: &TestApp) -> i64 {
    let mut tx = app.services.database.read().await.unwrap();
    let count = tx.query(
        "SELECT COUNT(*) FROM staff JOIN roles ON roles.id = staff.role_id \
         WHERE roles.key = 'super-administrator' AND staff.is_active",
    );
    count.fetch_value().await.unwrap()
}

#[tokio::test]
async fn an_invitation_names_every_wrong_field_and_makes_nothing() {
    let app = TestApp::start().await;
    account(&app, "ana", "super-administrator").await;
    let ana = signed_in(&app, "ana").await;
    let valid = invitation("ben", "read-only");
    let with = |field: &str, value: Value| {
        let mut changed = valid.clone();
        changed[field] = value;
        changed
    };
    let nowhere = json!({ "partners": [4711], "locations": [4711] });
    for (refused, fields) in [
        (json!({ "username": "A b", "email": "nobody" }), vec!["email", "full_name", "role", "username"]),
        (with("username", json!("be")), vec!["username"]),
        (with("role", json!("king")), vec!["role"]),
        (with("scope", nowhere), vec!["scope.locations", "scope.partners"]),
        (with("is_active", json!(true)), vec!["is_active"]),
        (with("username", json!("ANA")), vec!["username"]),
        (with("email", json!("Ana@EXAMPLE.net")), vec!["email"]),
        (invitation("ana", "read-only"), vec!["email", "username"]),
    ] {
        assert_eq!(wrong_fields(ana.post("/api/v1/staff", &refused).await).await, fields, "{refused}");
    }
    assert_eq!(ana.json("/api/v1/staff").await.as_array().unwrap().len(), 1);
    assert!(mails(&app).await.is_empty());
}

#[tokio::test]
async fn nobody_invites_or_touches_somebody_who_may_do_or_see_more() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let desk = ["staff.read", "staff.manage", "customers.read", "labels.read"];
    make_role(&ana, json!({ "name": "Desk", "permissions": desk })).await;
    let (own_id, chief) = (account(&app, "desk", "desk").await, account(&app, "chief", "manager").await);
    let wide = account(&app, "wide", "read-only").await;
    let desk = signed_in(&app, "desk").await;
    let refused = desk.post("/api/v1/staff", &invitation("ben", "manager")).await;
    assert_eq!(refusal(refused).await, (403, "forbidden".into()));
    assert_eq!(desk.post("/api/v1/staff", &invitation("ben", "read-only")).await.status(), 201);
    assert_eq!(answer(&desk, "staff/choices", json!({})).await["roles"].as_array().unwrap().len(), 2);
    for action in ["deactivate", "unlock", "send-link", "reset-second-factor"] {
        let refused = desk.post(&format!("/api/v1/staff/{chief}/{action}"), &json!({})).await;
        assert_eq!(refusal(refused).await, (403, "forbidden".into()), "{action}");
    }
    let promoted = desk.patch(&format!("/api/v1/staff/{wide}"), 1, &json!({ "role": "manager" })).await;
    assert_eq!(refusal(promoted).await.0, 403);
    limit(&ana, own_id, 1).await;
    let refused = desk.post("/api/v1/staff", &invitation("cleo", "read-only")).await;
    assert_eq!(refused.json::<Value>().await.unwrap()["permission"], "scope");
    let renamed = desk.patch(&format!("/api/v1/staff/{wide}"), 1, &json!({ "full_name": "X" })).await;
    assert_eq!(refusal(renamed).await.0, 403);
    let mut narrow = invitation("cleo", "read-only");
    narrow["scope"] = json!({ "partners": [1], "all_locations": true });
    assert_eq!(desk.post("/api/v1/staff", &narrow).await.status(), 201);
    assert_eq!(mails(&app).await.len(), 2);
}

#[tokio::test]
async fn a_new_role_or_scope_holds_on_the_next_request_of_an_open_session() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let id = account(&app, "ben", "manager").await;
    let (ben, pair) = (signed_in(&app, "ben").await, token_pair(&app, "ben").await);
    ben.create(json!({ "name": "Somebody" })).await;
    let path = format!("/api/v1/staff/{id}");
    assert_eq!(ana.patch(&path, 1, &json!({ "role": "read-only" })).await.status(), 200);
    assert_eq!(refusal(ben.post("/api/v1/customers", &json!({ "name": "X" })).await).await.0, 403);
    assert_eq!(status_with_token(&app, &pair, "/api/v1/staff").await, 403);
    assert_eq!(ben.json("/api/v1/customers").await["total_count"], 1);
    let nothing = json!({ "scope": { "all_partners": false, "partners": [] } });
    assert_eq!(ana.patch(&path, 2, &nothing).await.status(), 200);
    assert_eq!(ben.json("/api/v1/customers").await["total_count"], 0);
    let manager = find_role(&ana, "manager").await;
    assert_eq!(ana.patch(&path, 3, &json!({ "role": "manager" })).await.status(), 200);
    assert_eq!(find_role(&ana, "manager").await["members"], manager["members"].as_i64().unwrap() + 1);
    assert_eq!(status(&ben, "/api/v1/staff").await, 200);
}

#[tokio::test]
async fn deactivation_ends_sessions_and_tokens_at_once_and_for_good() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let id = account(&app, "ben", "manager").await;
    let (ben, pair) = (signed_in(&app, "ben").await, token_pair(&app, "ben").await);
    assert_eq!(status_with_token(&app, &pair, "/api/v1/customers").await, 200);
    done(&ana, &format!("/api/v1/staff/{id}/deactivate")).await;
    let closed = |ben: Person, pair: Value| {
        let app = &app;
        async move {
            assert_eq!(status(&ben, "/api/v1/customers").await, 401);
            assert_eq!(status_with_token(app, &pair, "/api/v1/customers").await, 401);
            assert_eq!(status_of_refresh(app, &pair).await, 401);
        }
    };
    closed(ben.clone(), pair.clone()).await;
    let refused = app.visitor().sign_in("ben", PASSWORD).await;
    assert_eq!(wrong_fields(refused).await, [""]);
    let refused = ana.post(&format!("/api/v1/staff/{id}/send-link"), &json!({})).await;
    assert_eq!(refusal(refused).await, (409, "inactive".into()));
    done(&ana, &format!("/api/v1/staff/{id}/activate")).await;
    closed(ben, pair).await;
    signed_in(&app, "ben").await;
}

#[tokio::test]
async fn nobody_changes_their_own_role_scope_or_activity() {
    let app = TestApp::start().await;
    account(&app, "ana", "super-administrator").await;
    let id = account(&app, "ben", "administrator").await;
    let ben = signed_in(&app, "ben").await;
    let path = format!("/api/v1/staff/{id}");
    let own = (409, "own_account".to_owned());
    let nothing = json!({ "scope": { "all_partners": false } });
    for change in [json!({ "role": "super-administrator" }), json!({ "role": "read-only" }), nothing] {
        assert_eq!(refusal(ben.patch(&path, 1, &change).await).await, own, "{change}");
    }
    for action in ["activate", "deactivate", "reset-second-factor"] {
        let refused = ben.post(&format!("{path}/{action}"), &json!({})).await;
        assert_eq!(refusal(refused).await, own, "{action}");
    }
    let renamed = ben.patch(&path, 1, &json!({ "full_name": "Ben again" })).await;
    assert_eq!(renamed.json::<Value>().await.unwrap()["full_name"], "Ben again");
    let profile = json!({ "full_name": "Ben", "email": "ana@example.net", "locale": "en", "timezone": "Mars/Olympus" });
    let refused = call(&ben, "account/update-profile", json!({ "profile": profile })).await;
    assert_eq!(wrong_fields(refused).await, ["timezone"]);
    let profile = json!({ "full_name": "Ben", "email": "ana@example.net", "locale": "en", "timezone": "Europe/Oslo" });
    let refused =
        call(&ben, "account/update-profile", json!({ "profile": profile, "current_password": PASSWORD })).await;
    assert_eq!(wrong_fields(refused).await, ["email"]);
    let more = json!({ "full_name": "Ben", "role": "super-administrator" });
    let refused = call(&ben, "account/update-profile", json!({ "profile": more })).await;
    assert_eq!(wrong_fields(refused).await, ["role"]);
}

#[tokio::test]
async fn the_last_super_administrator_is_neither_deactivated_nor_demoted() {
    let app = TestApp::start().await;
    let id = account(&app, "ana", "super-administrator").await;
    let ben = app.staff("administrator").await;
    // Who never chose a password cannot take over.
    let invited = ben.post("/api/v1/staff", &invitation("cleo", "super-administrator")).await;
    assert_eq!(invited.status(), 201);
    let path = format!("/api/v1/staff/{id}");
    let last = (409, "last_super_administrator".to_owned());
    assert_eq!(refusal(ben.post(&format!("{path}/deactivate"), &json!({})).await).await, last);
    assert_eq!(refusal(ben.patch(&path, 1, &json!({ "role": "manager" })).await).await, last);
    account(&app, "dora", "super-administrator").await;
    done(&ben, &format!("{path}/deactivate")).await;
}

#[tokio::test]
async fn of_two_super_administrators_removed_at_once_one_stays() {
    for change in ["deactivate", "demote", "each other"] {
        let app = TestApp::start().await;
        let one = account(&app, "ana", "super-administrator").await;
        let two = account(&app, "ben", "super-administrator").await;
        let (first, second) = (format!("/api/v1/staff/{one}"), format!("/api/v1/staff/{two}"));
        let (cleo, dora) = if change == "each other" {
            (signed_in(&app, "ben").await, signed_in(&app, "ana").await)
        } else {
            (app.staff("administrator").await, app.staff("administrator").await)
        };
        let manager = json!({ "role": "manager" });
        let remove = async |person: &Person, path: &str| {
            if change == "demote" {
                person.patch(path, 1, &manager).await.status().as_u16()
            } else {
                person.post(&format!("{path}/deactivate"), &json!({})).await.status().as_u16()
            }
        };
        let (left, right) = tokio::join!(remove(&cleo, first.as_str()), remove(&dora, second.as_str()));
        let mut statuses = [left, right];
        statuses.sort_unstable();
        assert!(matches!(statuses[0], 200 | 204), "{change}: {statuses:?}");
        // Whoever was removed first may be signed out before their own request is read.
        assert!(statuses[1] == 409 || (change == "each other" && statuses[1] == 401), "{change}: {statuses:?}");
        assert_eq!(active_super_administrators(&app).await, 1, "{change}");
    }
}

#[tokio::test]
async fn one_of_two_editors_wins_and_the_other_sees_what_is_stored() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = format!("/api/v1/staff/{}", account(&app, "ben", "manager").await);
    let (one, two) = (json!({ "full_name": "One" }), json!({ "full_name": "Two" }));
    let (first, second) = tokio::join!(ana.patch(&path, 1, &one), ana.patch(&path, 1, &two));
    let mut statuses = [first.status().as_u16(), second.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    let stored = ana.json(&path).await;
    let late = ana.patch(&path, 1, &json!({ "role": "read-only" })).await;
    assert_eq!(late.status(), 412);
    let body: Value = late.json().await.unwrap();
    assert_eq!((&body["code"], &body["version"], &body["current"]), (&json!("stale"), &json!(2), &stored));
    let bare = ana.request(Method::PATCH, &path).json(&one).send().await.unwrap();
    assert_eq!(refusal(bare).await.0, 428);
    assert_eq!(wrong_fields(ana.patch(&path, 2, &json!({ "password": "x" })).await).await, ["password"]);
    assert_eq!(refusal(ana.patch("/api/v1/staff/4711", 1, &one).await).await, (404, "not_found".into()));
}

#[tokio::test]
async fn an_administrator_unlocks_an_account_that_others_have_locked() {
    let app = TestApp::with(|config| config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]).await;
    let ana = app.administrator().await;
    let id = account(&app, "ben", "manager").await;
    let guess = json!({ "username": "ben", "password": "wrong password" });
    for _ in 0..5 {
        let stranger = app.visitor().request(Method::POST, "/api/fn/auth/sign-in");
        let refused = stranger.header("x-forwarded-for", "203.0.113.9").json(&guess).send().await.unwrap();
        assert_eq!(refused.status(), 422);
    }
    assert_eq!(app.visitor().sign_in("ben", PASSWORD).await.status(), 429);
    assert_eq!(ana.json(&format!("/api/v1/staff/{id}")).await["is_locked"], true);
    done(&ana, &format!("/api/v1/staff/{id}/unlock")).await;
    assert_eq!(ana.json(&format!("/api/v1/staff/{id}")).await["is_locked"], false);
    signed_in(&app, "ben").await;
}

#[tokio::test]
async fn staff_of_one_partner_see_its_customers_only() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let north = insert_partner(&app).await;
    let main = ana.create(json!({ "name": "Main One", "email": "one@example.net" })).await;
    ana.create(json!({ "name": "North One", "partner_id": north })).await;
    ana.create(json!({ "name": "North Two", "partner_id": north })).await;
    let id = account(&app, "ben", "manager").await;
    limit(&ana, id, north).await;
    let (ben, pair) = (signed_in(&app, "ben").await, token_pair(&app, "ben").await);
    assert_eq!(ben.names("sort=name").await, ["North One", "North Two"]);
    assert_eq!(ben.names("query=one").await, ["North One"]);
    assert_eq!(ben.json("/api/v1/customers").await["total_count"], 2);
    assert_eq!(ben.json("/api/v1/customers?status=new&query=one").await["total_count"], 1);
    let (portal_id, login) = (main["portal_id"].as_str().unwrap(), main["login"].as_str().unwrap());
    let number = format!("#{}", main["id"]);
    for query in [portal_id, "one@example.net", number.as_str()] {
        assert!(ben.names(&format!("query={}", encoded(query))).await.is_empty(), "{query}");
    }
    let path = format!("/api/v1/customers/{}", main["id"]);
    let gone = (404, "not_found".to_owned());
    for refused in [
        ben.get(&path).await,
        ben.get(&format!("{path}/history")).await,
        ben.get(&format!("/api/v1/customers/lookup?login={login}")).await,
        ben.patch(&path, 1, &json!({ "city": "Oslo" })).await,
        ben.delete(&path, 1).await,
        ben.post(&format!("{path}/restore"), &json!({})).await,
        call(&ben, "customers/get", json!({ "id": main["id"] })).await,
        call(&ben, "customers/history", json!({ "id": main["id"] })).await,
    ] {
        assert_eq!(refusal(refused).await, gone);
    }
    assert_eq!(ben.page(&format!("/customers/{}", main["id"])).await.0, 404);
    assert_eq!(status_with_token(&app, &pair, &path).await, 404);
    let choices = answer(&ben, "customers/choices", json!({})).await;
    assert_eq!(choices["partners"], json!([{ "id": north, "name": "North" }]));
    assert_eq!(answer(&ben, "staff/choices", json!({})).await["partners"], json!([[north, "North"]]));
    let alike = json!({ "customer": { "name": "Main One", "email": "one@example.net" } });
    assert_eq!(answer(&ben, "customers/duplicates", alike).await, json!([]));
    let elsewhere = ben.post("/api/v1/customers", &json!({ "name": "X", "partner_id": 1 })).await;
    assert_eq!(wrong_fields(elsewhere).await, ["partner_id"]);
    assert_eq!(ben.create(json!({ "name": "North Three" })).await["partner_id"], north);
    assert_eq!(ana.delete(&path, 1).await.status(), 204);
    assert!(ben.names("deleted=true").await.is_empty());
}
