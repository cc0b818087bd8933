//! Making and keeping API clients: `/api/v1/oauth-clients`.

use isp::oauth::ClientInput;
use reqwest::Method;
use serde_json::{Value, json};

use super::{ApiClient, is_alive, machine, oauth_error, ok, role, text, web_app};
use crate::support::{Person, TestApp, refusal, wrong_fields};

const PATH: &str = "/api/v1/oauth-clients";

fn new_client() -> Value {
    json!({
        "name": "Billing export", "is_confidential": true, "grants": ["client_credentials"],
        "scopes": ["customers.read"], "scope": { "all_partners": true, "all_locations": true },
    })
}

fn changed(name: &str, value: Value) -> Value {
    let mut client = new_client();
    client[name] = value;
    client
}

/// The client that an administrator has just made, as its developers know it.
async fn made(http: &Person, response: reqwest::Response) -> ApiClient {
    assert_eq!(response.status(), 201);
    let made: Value = response.json().await.unwrap();
    let row = isp::shared::id::OAuthClientId(made["id"].as_i64().unwrap());
    let secret = made["client_secret"].as_str().map(str::to_owned);
    ApiClient { row, id: text(&made, "client_id"), secret, http: http.clone() }
}

/// RFC 6749 §2.2 and §2.3.1.
#[tokio::test]
async fn a_secret_is_told_once_and_stored_as_its_hash() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let response = boss.post(PATH, &new_client()).await;
    let location = super::location(&response);
    let client = made(&app.visitor(), response).await;
    let secret = client.secret.clone().unwrap();
    assert_eq!(location, format!("{PATH}/{}", client.row));
    assert!(client.id.starts_with("isp_") && secret.starts_with("isps_") && secret.len() == 48);
    client.own_token().await;
    let read = boss.get(&location).await;
    assert_eq!(read.headers()["etag"], "\"1\"");
    let read: Value = read.json().await.unwrap();
    assert_eq!(read["secrets"][0]["hint"], secret[secret.len() - 4..]);
    assert_eq!((&read["live_tokens"], &read["is_active"]), (&json!(1), &json!(true)));
    assert_eq!(read["created_by"], "The super-administrator");
    assert!(read["last_used_at"].is_string() && read["secrets"][0]["last_used_at"].is_string());
    let listed = boss.json(PATH).await;
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let mut tx = app.services.database.read().await.unwrap();
    let mut stored: Vec<String> =
        tx.query("SELECT secret_hash FROM oauth_client_secrets").fetch_values().await.unwrap();
    assert_eq!(stored, [isp::auth::token::digest(&secret)]);
    stored.extend(tx.query("SELECT changes FROM audit_entries").fetch_values::<String>().await.unwrap());
    stored.extend([read.to_string(), listed.to_string()]);
    assert!(!stored.iter().any(|text| text.contains(&secret)));
}

/// Spec: two secrets are valid at a time while rotating.
#[tokio::test]
async fn two_secrets_are_good_while_one_replaces_the_other() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let old = ApiClient::make(&app, machine()).await;
    let secrets = format!("{PATH}/{}/secrets", old.row);
    let new = made(&app.visitor(), boss.post(&secrets, &Value::Null).await).await;
    assert_eq!(new.id, old.id);
    assert_ne!(new.secret, old.secret);
    let issued = old.own_token().await;
    new.own_token().await;
    assert_eq!(refusal(boss.post(&secrets, &Value::Null).await).await, (409, "two_secrets".into()));
    let ids = boss.json(&format!("{PATH}/{}", old.row)).await["secrets"].clone();
    let first = format!("{secrets}/{}", ids[0]["id"]);
    assert_eq!(boss.request(Method::DELETE, &first).send().await.unwrap().status(), 204);
    let refused = oauth_error(old.post("/oauth/token", &[("grant_type", "client_credentials")]).await).await;
    assert_eq!(refused, (401, "invalid_client".into()));
    new.own_token().await;
    assert!(is_alive(&old.http, &issued).await, "what was issued lives on");
    assert_eq!(refusal(boss.request(Method::DELETE, &first).send().await.unwrap()).await.0, 404);
    let last = format!("{secrets}/{}", ids[1]["id"]);
    assert_eq!(boss.request(Method::DELETE, &last).send().await.unwrap().status(), 204);
    let refused = oauth_error(new.post("/oauth/token", &[("grant_type", "client_credentials")]).await).await;
    assert_eq!(refused, (401, "invalid_client".into()));
    let public = ApiClient::make(&app, ClientInput { is_confidential: false, ..web_app() }).await;
    let rotated = boss.post(&format!("{PATH}/{}/secrets", public.row), &Value::Null).await;
    assert_eq!(refusal(rotated).await, (409, "public_client".into()));
    let foreign = format!("{PATH}/{}/secrets/{}", public.row, ids[1]["id"]);
    assert_eq!(refusal(boss.request(Method::DELETE, &foreign).send().await.unwrap()).await.0, 404);
}

/// Every wrong field at once, each by its name.
#[tokio::test]
async fn what_cannot_be_a_client_is_refused() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let everything = wrong_fields(boss.post(PATH, &json!({})).await).await;
    assert_eq!(everything, ["grants", "name", "scopes"]);
    for (client, field) in [
        (changed("name", json!(" ")), "name"),
        (changed("name", json!("x".repeat(101))), "name"),
        (changed("grants", json!(["password"])), "grants"),
        (changed("grants", json!(["implicit"])), "grants"),
        (changed("grants", json!(["refresh_token"])), "grants"),
        (changed("grants", json!(["authorization_code"])), "redirect_uris"),
        (changed("is_confidential", json!(false)), "grants"),
        (changed("scopes", json!([])), "scopes"),
        (changed("scopes", json!(["everything"])), "scopes"),
        (changed("scope", json!({ "partners": [4711], "all_locations": true })), "scope.partners"),
        (changed("secret", json!("chosen")), "secret"),
        (changed("redirect_uris", json!("http://app.example.net/back")), "redirect_uris"),
        (changed("redirect_uris", json!("https://*.example.net/")), "redirect_uris"),
        (changed("redirect_uris", json!("javascript:alert(1)")), "redirect_uris"),
        (changed("redirect_uris", json!("https://app.example.net/back#x")), "redirect_uris"),
    ] {
        assert_eq!(wrong_fields(boss.post(PATH, &client).await).await, [field], "{client}");
    }
    assert_eq!(boss.json(PATH).await, json!([]));
}

/// Nobody grants, or takes over, what they do not hold.
#[tokio::test]
async fn nobody_gets_by_a_client_what_they_may_not_do() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let role = role(&boss, "Client keeper", &["clients.read", "clients.manage", "customers.read"]).await;
    let keeper = app.staff(role["key"].as_str().unwrap()).await;
    for scopes in [json!(["admin"]), json!(["write"]), json!(["read"]), json!(["customers.read", "staff.manage"])] {
        let refused = keeper.post(PATH, &changed("scopes", scopes)).await;
        assert_eq!(refusal(refused).await, (403, "forbidden".into()));
    }
    let own = made(&app.visitor(), keeper.post(PATH, &new_client()).await).await;
    let wider = keeper.patch(&format!("{PATH}/{}", own.row), 1, &json!({ "scopes": ["admin"] })).await;
    assert_eq!(refusal(wider).await, (403, "forbidden".into()));
    let mighty = ApiClient::make(&app, ClientInput { scopes: vec!["admin".into()], ..machine() }).await;
    let path = format!("{PATH}/{}", mighty.row);
    assert_eq!(keeper.get(&path).await.status(), 200);
    assert_eq!(keeper.patch(&path, 1, &json!({ "name": "Mine" })).await.status(), 403);
    for action in ["secrets", "deactivate", "revoke-tokens"] {
        assert_eq!(keeper.post(&format!("{path}/{action}"), &Value::Null).await.status(), 403, "{action}");
    }
    let reader = app.staff("manager").await;
    assert_eq!(reader.get(&path).await.status(), 200);
    assert_eq!(reader.post(PATH, &new_client()).await.status(), 403);
    assert_eq!(reader.post(&format!("{path}/secrets"), &Value::Null).await.status(), 403);
    mighty.own_token().await;
}

/// Nobody opens by a client what lies outside of their own partners.
#[tokio::test]
async fn nobody_sees_by_a_client_what_they_may_not_see() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let keeper = app.staff("administrator").await;
    let id = super::staff_id(&keeper).await;
    let version = boss.json(&format!("/api/v1/staff/{id}")).await["version"].as_i64().unwrap();
    let narrow = json!({ "scope": { "all_partners": false, "partners": [1], "all_locations": true } });
    assert_eq!(boss.patch(&format!("/api/v1/staff/{id}"), version, &narrow).await.status(), 200);
    assert_eq!(refusal(keeper.post(PATH, &new_client()).await).await, (403, "forbidden".into()));
    let within = changed("scope", json!({ "partners": [1], "all_locations": true }));
    assert_eq!(keeper.post(PATH, &within).await.status(), 201);
    let wide = ApiClient::make(&app, machine()).await;
    let rotated = keeper.post(&format!("{PATH}/{}/secrets", wide.row), &Value::Null).await;
    assert_eq!(refusal(rotated).await, (403, "forbidden".into()));
}

#[tokio::test]
async fn a_client_is_changed_over_the_version_that_was_read() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let client = ApiClient::make(&app, machine()).await;
    let path = format!("{PATH}/{}", client.row);
    let without = boss.request(Method::PATCH, &path).json(&json!({ "name": "X" })).send().await.unwrap();
    assert_eq!(refusal(without).await, (428, "precondition_required".into()));
    let saved = boss.patch(&path, 1, &json!({ "name": "Sync", "description": "Nightly" })).await;
    assert_eq!(saved.status(), 200);
    assert_eq!(saved.headers()["etag"], "\"2\"");
    let stale = boss.patch(&path, 1, &json!({ "name": "Late" })).await;
    assert_eq!(stale.status(), 412);
    let stale: Value = stale.json().await.unwrap();
    assert_eq!((&stale["code"], &stale["current"]["name"]), (&json!("stale"), &json!("Sync")));
    let unknown = boss.patch(&path, 2, &json!({ "client_id": "isp_mine" })).await;
    assert_eq!(wrong_fields(unknown).await, ["client_id"]);
    let public = boss.patch(&path, 2, &json!({ "is_confidential": false })).await;
    assert_eq!(wrong_fields(public).await, ["is_confidential"]);
    assert_eq!(boss.patch(&path, 2, &json!([])).await.status(), 400);
    assert_eq!(refusal(boss.get(&format!("{PATH}/4711")).await).await.0, 404);
    client.own_token().await;
}

/// A grant that is taken away takes along what was issued by it.
#[tokio::test]
async fn without_its_grant_a_client_has_nothing_left() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let client = ApiClient::make(&app, web_app()).await;
    let ana = app.staff("technician").await;
    let tokens = client.granted(&ana).await;
    let path = format!("{PATH}/{}", client.row);
    let fewer = json!({ "grants": ["authorization_code"] });
    assert_eq!(boss.patch(&path, 1, &fewer).await.status(), 200);
    assert!(!is_alive(&client.http, &text(&tokens, "access_token")).await);
    let refused = oauth_error(client.refresh(&text(&tokens, "refresh_token")).await).await;
    assert_eq!(refused, (400, "unauthorized_client".into()));
}

/// An address that is taken away is no address any more, not even for a code that is on its way.
#[tokio::test]
async fn a_redirect_uri_that_is_taken_away_gets_no_tokens() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let client = ApiClient::make(&app, web_app()).await;
    let code = client.code(&app.staff("technician").await).await;
    let patch = json!({ "redirect_uris": "https://app.example.net/other" });
    assert_eq!(boss.patch(&format!("{PATH}/{}", client.row), 1, &patch).await.status(), 200);
    assert_eq!(oauth_error(client.exchange(&code).await).await, super::invalid_grant());
}

#[tokio::test]
async fn a_closed_client_is_out_until_it_is_let_in_again() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let client = ApiClient::make(&app, machine()).await;
    let token = client.own_token().await;
    let path = format!("{PATH}/{}", client.row);
    let closed = ok(boss.post(&format!("{path}/deactivate"), &Value::Null).await).await;
    assert_eq!((&closed["is_active"], &closed["live_tokens"]), (&json!(false), &json!(0)));
    assert!(!is_alive(&client.http, &token).await);
    let refused = oauth_error(client.post("/oauth/token", &[("grant_type", "client_credentials")]).await).await;
    assert_eq!(refused, (401, "invalid_client".into()));
    ok(boss.post(&format!("{path}/activate"), &Value::Null).await).await;
    assert!(!is_alive(&client.http, &token).await);
    let next = client.own_token().await;
    assert!(is_alive(&client.http, &next).await);
}

/// With a browser, the page after the form shows the secret until it is put away; another session never sees it.
#[tokio::test]
async fn a_new_secret_is_shown_to_the_session_that_made_it() {
    let app = TestApp::start().await;
    let (boss, other) = (app.administrator().await, app.administrator().await);
    let made = ok(boss.post("/api/fn/oauth-clients/create", &json!({ "client": new_client() })).await).await;
    let id = json!({ "id": made["id"] });
    assert_eq!(
        ok(boss.post("/api/fn/oauth-clients/new-secret", &id).await).await["client_secret"],
        made["client_secret"]
    );
    assert_eq!(ok(other.post("/api/fn/oauth-clients/new-secret", &id).await).await, Value::Null);
    let mut tx = app.services.database.read().await.unwrap();
    let sessions: Vec<String> = tx.query("SELECT data FROM sessions").fetch_values().await.unwrap();
    drop(tx);
    assert!(!sessions.iter().any(|data| data.contains(made["client_secret"].as_str().unwrap())), "sealed");
    assert_eq!(boss.post("/api/fn/oauth-clients/put-secret-away", &id).await.status(), 200);
    assert_eq!(ok(boss.post("/api/fn/oauth-clients/new-secret", &id).await).await, Value::Null);
}
