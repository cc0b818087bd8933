//! Who may call what: every server function and every REST operation has a row here. A new one
//! without a row fails, and so does a row that is not true.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Person, TestApp};

/// What an operation asks of its caller.
#[derive(Clone, Copy, Debug)]
pub enum Needs {
    /// Nothing: sign-in and what comes before it.
    Nothing,
    /// Any signed-in caller.
    SignIn,
    /// The right password of somebody with a second factor.
    HalfSignIn,
    /// A bearer token: a cookie will not do.
    Token,
    /// This permission.
    Permission(&'static str),
}
use Needs::{HalfSignIn, Nothing, Permission, SignIn, Token};

/// Server functions: path under `/api/fn/`, need, arguments that reach the check.
pub fn server_functions() -> Vec<(&'static str, Needs, Value)> {
    let customer = json!({ "name": "Somebody" });
    let mapping = json!({ "source": "x", "columns": [{ "column": "name", "target": "name" }] });
    let mut rows = crate::access_rows::server_functions();
    rows.extend([
        ("auth/session", Nothing, json!({})),
        ("auth/sign-in", Nothing, json!({ "username": "x", "password": "y" })),
        ("auth/sign-out", Nothing, json!({})),
        (
            "auth/set-up",
            Nothing,
            json!({ "token": "x", "full_name": "x", "username": "x", "email": "x", "password": "x" }),
        ),
        ("auth/set-up-is-open", Nothing, json!({})),
        ("auth/sign-in-code", HalfSignIn, json!({ "code": "123456" })),
        ("auth/forgot-password", Nothing, json!({ "username": "x" })),
        ("auth/link", Nothing, json!({ "token": "x" })),
        ("auth/choose-password", Nothing, json!({ "token": "x", "password": "x" })),
        ("account/profile", SignIn, json!({})),
        ("account/update-profile", SignIn, json!({ "profile": { "full_name": "x" } })),
        ("account/change-password", SignIn, json!({ "current_password": "x", "new_password": "x" })),
        ("account/second-factor", SignIn, json!({})),
        ("account/start-second-factor", SignIn, json!({ "password": "x" })),
        ("account/confirm-second-factor", SignIn, json!({ "code": "123456" })),
        ("account/new-recovery-codes", SignIn, json!({ "password": "x", "code": "123456" })),
        ("account/keep-recovery-codes", SignIn, json!({})),
        ("account/remove-second-factor", SignIn, json!({ "password": "x", "code": "123456" })),
        ("account/sessions", SignIn, json!({})),
        ("account/end-session", SignIn, json!({ "id": "x" })),
        ("account/end-other-sessions", SignIn, json!({})),
        ("account/tokens", SignIn, json!({})),
        ("account/end-token", SignIn, json!({ "id": 4711 })),
        ("authentication-events/search", Permission("audit.read"), json!({ "filter": {} })),
        ("staff/list", Permission("staff.read"), json!({})),
        ("staff/get", Permission("staff.read"), json!({ "id": 4711 })),
        ("staff/choices", Permission("staff.read"), json!({})),
        ("staff/invite", Permission("staff.manage"), json!({ "invitation": { "username": "" } })),
        ("staff/update", Permission("staff.manage"), json!({ "id": 4711, "version": 1, "staff": { "email": "x" } })),
        ("staff/set-active", Permission("staff.manage"), json!({ "id": 4711, "active": false })),
        ("staff/unlock", Permission("staff.manage"), json!({ "id": 4711 })),
        ("staff/send-link", Permission("staff.manage"), json!({ "id": 4711 })),
        ("staff/reset-second-factor", Permission("staff.manage"), json!({ "id": 4711 })),
        ("roles/list", Permission("roles.read"), json!({})),
        ("roles/get", Permission("roles.read"), json!({ "id": 4711 })),
        ("roles/create", Permission("roles.manage"), json!({ "role": { "name": "" } })),
        ("roles/update", Permission("roles.manage"), json!({ "id": 4711, "version": 1, "role": { "name": "x" } })),
        ("roles/delete", Permission("roles.manage"), json!({ "id": 4711 })),
        ("oauth-clients/list", Permission("clients.read"), json!({})),
        ("oauth-clients/get", Permission("clients.read"), json!({ "id": 4711 })),
        ("oauth-clients/choices", Permission("clients.manage"), json!({})),
        ("oauth-clients/new-secret", Permission("clients.manage"), json!({ "id": 4711 })),
        ("oauth-clients/create", Permission("clients.manage"), json!({ "client": { "name": "" } })),
        (
            "oauth-clients/update",
            Permission("clients.manage"),
            json!({ "id": 4711, "version": 1, "client": { "name": "x" } }),
        ),
        ("oauth-clients/rotate", Permission("clients.manage"), json!({ "id": 4711 })),
        ("oauth-clients/put-secret-away", Permission("clients.manage"), json!({ "id": 4711 })),
        ("oauth-clients/revoke-secret", Permission("clients.manage"), json!({ "id": 4711, "secret": 1 })),
        ("oauth-clients/revoke-tokens", Permission("clients.manage"), json!({ "id": 4711 })),
        ("oauth-clients/set-active", Permission("clients.manage"), json!({ "id": 4711, "active": false })),
        ("oauth/consent", SignIn, json!({ "request": { "client_id": "x" } })),
        ("oauth/decide", SignIn, json!({ "request": { "client_id": "x" } })),
        ("forms/recall", Nothing, json!({ "form": "customers/create" })),
        ("customers/search", Permission("customers.read"), json!({ "filter": {} })),
        ("customers/get", Permission("customers.read"), json!({ "id": 1 })),
        ("customers/history", Permission("customers.read"), json!({ "id": 1 })),
        ("customers/choices", Permission("customers.read"), json!({})),
        ("customers/duplicates", Permission("customers.read"), json!({ "customer": customer })),
        ("customers/create", Permission("customers.create"), json!({ "customer": customer })),
        ("customers/update", Permission("customers.update"), json!({ "id": 1, "version": 1, "customer": customer })),
        ("customers/delete", Permission("customers.delete"), json!({ "id": 1, "version": 1 })),
        ("customers/restore", Permission("customers.delete"), json!({ "id": 1 })),
        ("imports/list", Permission("customers.import"), json!({})),
        ("imports/get", Permission("customers.import"), json!({ "id": 1 })),
        ("imports/mappings", Permission("customers.import"), json!({})),
        ("imports/check", Permission("customers.import"), json!({ "id": 1, "mapping": mapping })),
        ("imports/commit", Permission("customers.import"), json!({ "id": 1 })),
        ("imports/cancel", Permission("customers.import"), json!({ "id": 1 })),
        ("jobs/get", SignIn, json!({ "id": 1 })),
        ("jobs/cancel", SignIn, json!({ "id": 1 })),
    ]);
    rows
}

/// REST operations: method, path of the description, need, body.
pub fn rest_operations() -> Vec<(Method, &'static str, Needs, Value)> {
    let (get, post) = (Method::GET, Method::POST);
    let mut rows = crate::access_rows::rest_operations();
    rows.extend([
        (get.clone(), "/api/v1/customers", Permission("customers.read"), Value::Null),
        (post.clone(), "/api/v1/customers", Permission("customers.create"), json!({ "name": "X" })),
        (post.clone(), "/api/v1/customers/search", Permission("customers.read"), json!({})),
        (get.clone(), "/api/v1/customers/lookup?login=nobody", Permission("customers.read"), Value::Null),
        (get.clone(), "/api/v1/customers/{id}", Permission("customers.read"), Value::Null),
        (Method::PATCH, "/api/v1/customers/{id}", Permission("customers.update"), json!({})),
        (Method::DELETE, "/api/v1/customers/{id}", Permission("customers.delete"), Value::Null),
        (post.clone(), "/api/v1/customers/{id}/restore", Permission("customers.delete"), Value::Null),
        (get.clone(), "/api/v1/customers/{id}/history", Permission("customers.read"), Value::Null),
        (get.clone(), "/api/v1/imports", Permission("customers.import"), Value::Null),
        (get.clone(), "/api/v1/imports/template.csv", Permission("customers.import"), Value::Null),
        (post.clone(), "/api/v1/imports/{id}/cancel", Permission("customers.import"), Value::Null),
        (post.clone(), "/api/v1/imports", Permission("customers.import"), Value::Null),
        (get.clone(), "/api/v1/imports/{id}", Permission("customers.import"), Value::Null),
        (
            post.clone(),
            "/api/v1/imports/{id}/check",
            Permission("customers.import"),
            json!({ "mapping": { "source": "x", "columns": [] } }),
        ),
        (post.clone(), "/api/v1/imports/{id}/commit", Permission("customers.import"), Value::Null),
        (get.clone(), "/api/v1/imports/{id}/rejected.csv", Permission("customers.import"), Value::Null),
        (get.clone(), "/api/v1/jobs/{id}", SignIn, Value::Null),
        (get.clone(), "/api/v1/jobs/{id}/events", SignIn, Value::Null),
        (post.clone(), "/api/v1/jobs/{id}/cancel", SignIn, Value::Null),
        (post.clone(), "/api/v1/auth/token", Nothing, json!({ "username": "x", "password": "x" })),
        (post.clone(), "/api/v1/auth/refresh", Nothing, json!({ "refresh_token": "x" })),
        (get.clone(), "/api/v1/auth/me", SignIn, Value::Null),
        (post.clone(), "/api/v1/auth/logout", Token, Value::Null),
        (get.clone(), "/api/v1/authentication-events", Permission("audit.read"), Value::Null),
        (get.clone(), "/api/v1/staff", Permission("staff.read"), Value::Null),
        (post.clone(), "/api/v1/staff", Permission("staff.manage"), json!({ "username": "" })),
        (get.clone(), "/api/v1/staff/{id}", Permission("staff.read"), Value::Null),
        (Method::PATCH, "/api/v1/staff/{id}", Permission("staff.manage"), json!({})),
        (post.clone(), "/api/v1/staff/{id}/activate", Permission("staff.manage"), Value::Null),
        (post.clone(), "/api/v1/staff/{id}/deactivate", Permission("staff.manage"), Value::Null),
        (post.clone(), "/api/v1/staff/{id}/unlock", Permission("staff.manage"), Value::Null),
        (post.clone(), "/api/v1/staff/{id}/send-link", Permission("staff.manage"), Value::Null),
        (post.clone(), "/api/v1/staff/{id}/reset-second-factor", Permission("staff.manage"), Value::Null),
        (get.clone(), "/api/v1/roles", Permission("roles.read"), Value::Null),
        (post.clone(), "/api/v1/roles", Permission("roles.manage"), json!({ "name": "" })),
        (get.clone(), "/api/v1/roles/{id}", Permission("roles.read"), Value::Null),
        (Method::PUT, "/api/v1/roles/{id}", Permission("roles.manage"), json!({ "name": "x" })),
        (Method::DELETE, "/api/v1/roles/{id}", Permission("roles.manage"), Value::Null),
        (get.clone(), "/api/v1/oauth-clients", Permission("clients.read"), Value::Null),
        (post.clone(), "/api/v1/oauth-clients", Permission("clients.manage"), json!({ "name": "" })),
        (get, "/api/v1/oauth-clients/{id}", Permission("clients.read"), Value::Null),
        (Method::PATCH, "/api/v1/oauth-clients/{id}", Permission("clients.manage"), json!({})),
        (post.clone(), "/api/v1/oauth-clients/{id}/activate", Permission("clients.manage"), Value::Null),
        (post.clone(), "/api/v1/oauth-clients/{id}/deactivate", Permission("clients.manage"), Value::Null),
        (post.clone(), "/api/v1/oauth-clients/{id}/secrets", Permission("clients.manage"), Value::Null),
        (Method::DELETE, "/api/v1/oauth-clients/{id}/secrets/{secret}", Permission("clients.manage"), Value::Null),
        (post, "/api/v1/oauth-clients/{id}/revoke-tokens", Permission("clients.manage"), Value::Null),
    ]);
    rows
}

/// The roles that come with the product and what they may do, as the database has it.
pub async fn roles(app: &TestApp) -> BTreeMap<String, Vec<String>> {
    let mut tx = app.services.database.read().await.unwrap();
    let keys: Vec<String> = tx.query("SELECT key FROM roles ORDER BY id").fetch_values().await.unwrap();
    let mut roles = BTreeMap::new();
    for key in keys {
        let permissions: String =
            tx.query("SELECT permissions FROM roles WHERE key = $1").bind(&key).fetch_value().await.unwrap();
        roles.insert(key, permissions.split_whitespace().map(str::to_owned).collect());
    }
    roles
}

pub fn may(permissions: &[String], needs: Needs) -> bool {
    match needs {
        Nothing | SignIn | HalfSignIn => true,
        // The callers here have cookies.
        Token => false,
        Permission(name) => permissions.iter().any(|one| one == "*" || one == name),
    }
}

/// Wrong passwords are part of the arguments; they must not lock anybody out here.
async fn forget_failures(app: &TestApp) {
    let mut tx = app.services.database.begin().await.unwrap();
    tx.query("DELETE FROM sign_in_throttles").execute().await.unwrap();
    tx.commit().await.unwrap();
}

/// The path with ids that nothing has.
fn with_ids(path: &str) -> String {
    let numbers = ["{id}", "{secret}", "{contact_id}", "{address_id}", "{label_id}"];
    let path = numbers.iter().fold(path.to_owned(), |path, place| path.replace(place, "4711"));
    path.replace("{reason}", "technical")
}

pub async fn send(person: &Person, method: &Method, path: &str, body: &Value) -> u16 {
    let mut request = person.request(method.clone(), path);
    if matches!(*method, Method::PATCH | Method::PUT | Method::DELETE) {
        request = request.header("if-match", "\"1\"");
    }
    if path == "/api/v1/imports" && *method == Method::POST {
        let part = reqwest::multipart::Part::text("name\nAna\n").file_name("x.csv");
        request = request.multipart(reqwest::multipart::Form::new().part("file", part));
    } else if !body.is_null() {
        request = request.json(body);
    }
    request.send().await.unwrap().status().as_u16()
}

#[test]
fn every_server_function_has_a_row() {
    let listed: Vec<String> = {
        let mut listed: Vec<String> =
            leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
        listed.sort();
        listed
    };
    let mut rows: Vec<String> = server_functions().iter().map(|(path, ..)| format!("/api/fn/{path}")).collect();
    rows.sort();
    assert_eq!(rows, listed);
}

#[test]
fn every_rest_operation_has_a_row() {
    let document = serde_json::to_value(isp::server::openapi_document()).unwrap();
    let mut described = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        described.extend(item.as_object().unwrap().keys().map(|method| format!("{} {path}", method.to_uppercase())));
    }
    described.sort();
    let mut rows: Vec<String> = rest_operations()
        .iter()
        .map(|(method, path, ..)| format!("{method} {}", path.split('?').next().unwrap_or_default()))
        .collect();
    rows.sort();
    assert_eq!(rows, described);
}

#[tokio::test]
async fn signed_out_nothing_is_answered_but_the_way_in() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    for (path, needs, arguments) in server_functions() {
        let status = send(&visitor, &Method::POST, &format!("/api/fn/{path}"), &arguments).await;
        assert_eq!(status == 401, !matches!(needs, Nothing), "{path}: {status}");
    }
    for (method, path, needs, body) in rest_operations() {
        if !matches!(needs, Nothing) {
            assert_eq!(send(&visitor, &method, &with_ids(path), &body).await, 401, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn every_role_reaches_exactly_what_it_may() {
    let app = TestApp::start().await;
    for (role, permissions) in roles(&app).await {
        let person = app.staff(&role).await;
        forget_failures(&app).await;
        for (path, needs, arguments) in server_functions() {
            if path.starts_with("auth/") {
                continue;
            }
            let status = send(&person, &Method::POST, &format!("/api/fn/{path}"), &arguments).await;
            assert_eq!(status == 403, !may(&permissions, needs), "{role} on {path}: {status}");
        }
        for (method, path, needs, body) in rest_operations() {
            if matches!(needs, Nothing) {
                continue;
            }
            let path = with_ids(path);
            let status = send(&person, &method, &path, &body).await;
            assert_eq!(status == 403, !may(&permissions, needs), "{role} on {method} {path}: {status}");
            assert!(status < 500, "{role} on {method} {path}: {status}");
        }
    }
}
