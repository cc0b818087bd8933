//! What a token allows: its scope, as far as the client and the person may do it now; never more, and not a request
//! longer.

use isp::oauth::ClientInput;
use isp::shared::id::{LocationId, PartnerId};
use isp::shared::permission::ScopeInput;
use reqwest::Method;
use serde_json::{Value, json};

use super::{ApiClient, bear_get, is_alive, machine, me, oauth_error, ok, role, staff_id, text, web_app, with_jwt};
use crate::support::{PASSWORD, Person, TestApp};

/// Changes the city of a customer; gives the status.
async fn move_to(http: &Person, token: &str, customer: &Value, version: i64, city: &str) -> u16 {
    let path = format!("/api/v1/customers/{}", customer["id"]);
    let request = http.request(Method::PATCH, &path).bearer_auth(token).header("if-match", format!("\"{version}\""));
    request.json(&json!({ "city": city })).send().await.unwrap().status().as_u16()
}

/// Makes the role what it was at first, but for the change.
async fn put_role(boss: &Person, role: &Value, change: &Value) {
    let mut input = json!({ "name": role["name"], "permissions": ["customers.read", "customers.update"] });
    for (name, value) in change.as_object().unwrap() {
        input[name.as_str()] = value.clone();
    }
    let path = format!("/api/v1/roles/{}", role["id"]);
    let version = boss.json(&path).await["version"].clone();
    let request = boss.request(Method::PUT, &path).header("if-match", format!("\"{version}\""));
    let response = request.json(&input).send().await.unwrap();
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
}

/// Somebody with this role who is signed in.
async fn holder(app: &TestApp, role: &Value) -> Person {
    app.staff(role["key"].as_str().unwrap()).await
}

/// A permission that is taken from a role is gone from the tokens of those who hold it; given back, it is back.
#[tokio::test]
async fn taking_a_permission_from_a_role_shrinks_the_tokens_at_the_next_request() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let customer = boss.create(json!({ "name": "Ana" })).await;
    let role = role(&boss, "Field work", &["customers.read", "customers.update"]).await;
    for (i, input) in [web_app(), with_jwt(web_app())].into_iter().enumerate() {
        let version = i64::try_from(i).unwrap() * 2 + 1;
        let client = ApiClient::make(&app, input).await;
        let token = text(&client.granted(&holder(&app, &role).await).await, "access_token");
        assert_eq!(move_to(&client.http, &token, &customer, version, &format!("Oslo {i}")).await, 200);
        put_role(&boss, &role, &json!({ "permissions": ["customers.read"] })).await;
        assert_eq!(move_to(&client.http, &token, &customer, version + 1, "Bergen").await, 403);
        assert_eq!(me(&client.http, &token).await["permissions"], json!(["customers.read"]));
        put_role(&boss, &role, &json!({})).await;
        assert_eq!(move_to(&client.http, &token, &customer, version + 1, &format!("Bergen {i}")).await, 200);
    }
}

/// What the client may no longer ask for, its tokens no longer allow, whoever they act for.
#[tokio::test]
async fn taking_a_scope_from_a_client_shrinks_its_tokens_at_the_next_request() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let customer = boss.create(json!({ "name": "Ana" })).await;
    for input in [machine(), with_jwt(web_app())] {
        let is_machine = input.grants == ["client_credentials"];
        let client = ApiClient::make(&app, input).await;
        let token = if is_machine {
            client.own_token().await
        } else {
            text(&client.granted(&app.staff("manager").await).await, "access_token")
        };
        let path = format!("/api/v1/oauth-clients/{}", client.row);
        assert_eq!(boss.patch(&path, 1, &json!({ "scopes": ["customers.read", "staff.read"] })).await.status(), 200);
        assert_eq!(move_to(&client.http, &token, &customer, 1, "Oslo").await, 403);
        assert_eq!(bear_get(&client.http, &token, "/api/v1/customers").await.status(), 200);
        let gained = bear_get(&client.http, &token, "/api/v1/staff").await.status();
        assert_eq!(gained, 403, "an issued token gains nothing that it was not issued for");
        assert_eq!(me(&client.http, &token).await["permissions"], json!(["customers.read"]));
    }
}

/// Another role holds from the next request on.
#[tokio::test]
async fn another_role_of_the_person_is_another_role_of_their_tokens() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    app.create_staff("ana", "technician").await;
    let pair = json!({ "username": "ana", "password": PASSWORD });
    let token = text(&ok(app.visitor().post("/api/v1/auth/token", &pair).await).await, "access_token");
    let seen = me(&boss, &token).await;
    assert_eq!(seen["permissions"], json!(["customers.read", "customers.update", "labels.read", "labels.assign"]));
    let path = format!("/api/v1/staff/{}", seen["id"]);
    let version = boss.json(&path).await["version"].as_i64().unwrap();
    assert_eq!(boss.patch(&path, version, &json!({ "role": "read-only" })).await.status(), 200);
    assert_eq!(me(&boss, &token).await["permissions"], json!(["customers.read", "labels.read"]));
}

/// A role that asks for a second factor asks those with tokens, too: until they have one, nothing is issued or let in.
#[tokio::test]
async fn a_role_that_asks_for_a_second_factor_suspends_the_tokens_of_those_without() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let role = role(&boss, "Field work", &["customers.read", "customers.update"]).await;
    let ana = holder(&app, &role).await;
    let username = text(&ana.json("/api/v1/auth/me").await, "username");
    let client = ApiClient::make(&app, web_app()).await;
    let tokens = client.granted(&ana).await;
    let code = client.code(&ana).await;
    put_role(&boss, &role, &json!({ "requires_second_factor": true })).await;
    assert!(!is_alive(&client.http, &text(&tokens, "access_token")).await);
    let refused = oauth_error(client.refresh(&text(&tokens, "refresh_token")).await).await;
    assert_eq!(refused, super::invalid_grant());
    assert_eq!(oauth_error(client.exchange(&code).await).await, super::invalid_grant());
    assert_eq!(super::decide(&ana, &client.request(), true).await.status(), 403);
    let pair = json!({ "username": username, "password": PASSWORD });
    assert_eq!(app.visitor().post("/api/v1/auth/token", &pair).await.status(), 401);
    put_role(&boss, &role, &json!({})).await;
    assert!(is_alive(&client.http, &text(&tokens, "access_token")).await);
    ok(client.refresh(&text(&tokens, "refresh_token")).await).await;
}

/// Two partners with a customer each.
async fn two_partners(app: &TestApp, boss: &Person) -> (PartnerId, Value, Value) {
    let mut tx = app.services.database.begin().await.unwrap();
    let insert = tx.query("INSERT INTO partners (name, portal_id_prefix, created_at) VALUES ($1, $2, $3) RETURNING id");
    let second: i64 = insert.bind("Second").bind("S").bind(app.clock.now()).fetch_value().await.unwrap();
    tx.commit().await.unwrap();
    let ours = boss.create(json!({ "name": "Of the first" })).await;
    let theirs = boss.create(json!({ "name": "Of the second", "partner_id": second })).await;
    (PartnerId(second), ours, theirs)
}

async fn names(http: &Person, token: &str) -> (i64, Vec<String>) {
    let page = ok(bear_get(http, token, "/api/v1/customers").await).await;
    let names = page["customers"].as_array().unwrap().iter().map(|customer| text(customer, "name"));
    (page["total_count"].as_i64().unwrap(), names.collect())
}

/// A client that acts for itself sees the customers of its own partners only; others do not exist for it.
#[tokio::test]
async fn the_data_scope_of_a_client_limits_what_it_sees_for_itself() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let (second, ours, theirs) = two_partners(&app, &boss).await;
    let scope = ScopeInput { partners: vec![second], all_locations: true, ..ScopeInput::default() };
    for input in [machine(), with_jwt(machine())] {
        let client = ApiClient::make(&app, ClientInput { scope: scope.clone(), ..input }).await;
        let token = client.own_token().await;
        assert_eq!(names(&client.http, &token).await, (1, vec!["Of the second".to_owned()]));
        for (customer, status) in [(&ours, 404), (&theirs, 200)] {
            let path = format!("/api/v1/customers/{}", customer["id"]);
            assert_eq!(bear_get(&client.http, &token, &path).await.status(), status);
        }
        assert_eq!(move_to(&client.http, &token, &ours, 1, "Oslo").await, 404);
        let path = format!("/api/v1/oauth-clients/{}", client.row);
        let narrower = json!({ "scope": { "partners": [], "all_locations": true } });
        assert_eq!(boss.patch(&path, 1, &narrower).await.status(), 200);
        assert_eq!(names(&client.http, &token).await, (0, Vec::new()), "nothing is said, nothing is seen");
        let wider = json!({ "scope": { "all_partners": true } });
        assert_eq!(boss.patch(&path, 2, &wider).await.status(), 200);
        assert_eq!(names(&client.http, &token).await.0, 2);
    }
}

/// A client that acts for a person sees what the person sees.
#[tokio::test]
async fn the_data_scope_of_a_person_limits_what_their_tokens_see() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let (second, ..) = two_partners(&app, &boss).await;
    let ana = app.staff("technician").await;
    let path = format!("/api/v1/staff/{}", staff_id(&ana).await);
    let client = ApiClient::make(&app, web_app()).await;
    let token = text(&client.granted(&ana).await, "access_token");
    assert_eq!(names(&client.http, &token).await.0, 2);
    let version = boss.json(&path).await["version"].as_i64().unwrap();
    let scope = json!({ "scope": { "all_partners": false, "partners": [second], "all_locations": true } });
    assert_eq!(boss.patch(&path, version, &scope).await.status(), 200);
    assert_eq!(names(&client.http, &token).await, (1, vec!["Of the second".to_owned()]));
    let nowhere = json!({ "scope": { "all_locations": false, "locations": [] } });
    assert_eq!(boss.patch(&path, version + 1, &nowhere).await.status(), 200);
    assert_eq!(names(&client.http, &token).await, (0, Vec::new()));
}

/// Places that do not exist are no scope.
#[tokio::test]
async fn a_scope_of_unknown_places_is_refused() {
    let app = TestApp::start().await;
    let scope =
        ScopeInput { partners: vec![PartnerId(4711)], locations: vec![LocationId(4711)], ..ScopeInput::default() };
    let made = app.services.oauth.create(&super::system(), ClientInput { scope, ..machine() }).await;
    let problem = made.err().unwrap();
    let mut fields: Vec<&str> = problem.errors().iter().map(|error| error.field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["scope.locations", "scope.partners"]);
}
