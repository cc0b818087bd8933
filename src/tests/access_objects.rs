//! Every role on every operation that names a record: one it may see, one outside its data scope, and none at all.
//! The operations come from the lists of `access_coverage`, so that a new one is tested as soon as it has its row.

use isp::customers::CustomerInput;
use isp::oauth::ClientInput;
use isp::shared::actor::Actor;
use isp::shared::id::{CustomerId, PartnerId};
use isp::shared::permission::ScopeInput;
use reqwest::Method;
use serde_json::Value;

use crate::access_coverage::{Needs, may, rest_operations, roles, send, server_functions};
use crate::support::{Person, TestApp, start_of_time};

/// An operation on a customer with the place for the id still open.
struct Operation {
    method: Method,
    path: String,
    needs: Needs,
    arguments: Value,
}

impl Operation {
    async fn on(&self, person: &Person, id: i64) -> u16 {
        let mut arguments = self.arguments.clone();
        let name = if arguments.get("customer_id").is_some() { "customer_id" } else { "id" };
        if let Some(place) = arguments.get_mut(name) {
            *place = id.into();
        }
        send(person, &self.method, &self.path.replace("{id}", &id.to_string()), &arguments).await
    }
}

/// Every operation of a kind, such as `customers`, that names one record.
fn operations_on(kind: &str) -> Vec<Operation> {
    let functions = server_functions()
        .into_iter()
        .filter(|(path, _, arguments)| names_one_of(kind, path, arguments))
        .map(|(path, needs, arguments)| (Method::POST, format!("/api/fn/{path}"), needs, arguments));
    let rest = rest_operations()
        .into_iter()
        .filter(|(_, path, ..)| path.starts_with(&format!("/api/v1/{kind}/{{id}}")))
        // A part of the record that nobody has is missing whoever asks.
        .filter(|(_, path, ..)| kind != "customers" || path.matches('{').count() == 1 && !path.ends_with("/scheduled"))
        .map(|(method, path, needs, body)| (method, path.to_owned(), needs, body));
    functions.chain(rest).map(|(method, path, needs, arguments)| Operation { method, path, needs, arguments }).collect()
}

/// Does a server function name one record of a kind, alone or as the owner of something?
fn names_one_of(kind: &str, path: &str, arguments: &Value) -> bool {
    let has = |name: &str| arguments.get(name).is_some();
    let owned = kind == "customers" && has("customer_id") && !has("id") && !NEEDS_MORE.contains(&path);
    owned || (path.starts_with(&format!("{kind}/")) && has("id"))
}

/// Operations on a customer that ask for something else which nobody here has.
const NEEDS_MORE: [&str; 3] = ["labels/assign", "labels/remove", "status/cancel"];

async fn second_partner(app: &TestApp) -> PartnerId {
    let mut tx = app.services.database.begin().await.unwrap();
    let insert =
        tx.query("INSERT INTO partners (name, portal_id_prefix, created_at) VALUES ('Other', 'X', $1) RETURNING id");
    let id: i64 = insert.bind(start_of_time()).fetch_value().await.unwrap();
    tx.commit().await.unwrap();
    PartnerId(id)
}

/// Everybody with this role sees the first partner only.
async fn limit(app: &TestApp, role: &str) {
    let mut tx = app.services.database.begin().await.unwrap();
    let update =
        tx.query("UPDATE staff SET scope_partners = '[1]' WHERE role_id = (SELECT id FROM roles WHERE key = $1)");
    update.bind(role).execute().await.unwrap();
    tx.commit().await.unwrap();
}

async fn customer_of(app: &TestApp, partner: PartnerId) -> CustomerId {
    let input = CustomerInput { name: Some("Somebody".into()), partner_id: Some(partner), ..CustomerInput::default() };
    app.services.customers.create(&Actor::system("test"), input).await.unwrap().id
}

async fn version_of(app: &TestApp, id: CustomerId) -> (i64, bool) {
    let customer = app.services.customers.get(&Actor::system("test"), id).await.unwrap();
    (customer.version, customer.deleted_at.is_some())
}

#[tokio::test]
async fn customers_outside_the_scope_look_missing_to_every_role() {
    let app = TestApp::start().await;
    let other = second_partner(&app).await;
    let operations = operations_on("customers");
    assert!(operations.len() >= 10, "{}", operations.len());
    for (role, permissions) in roles(&app).await {
        let person = app.staff(&role).await;
        limit(&app, &role).await;
        for operation in &operations {
            let what = format!("{role} on {} {}", operation.method, operation.path);
            let (own, foreign) = (customer_of(&app, PartnerId(1)).await, customer_of(&app, other).await);
            let allowed = may(&permissions, operation.needs);
            let on_own = operation.on(&person, own.0).await;
            assert!(
                if allowed { on_own < 500 && ![401, 403, 404].contains(&on_own) } else { on_own == 403 },
                "{what}: {on_own}"
            );
            let refused = if allowed { 404 } else { 403 };
            assert_eq!(operation.on(&person, foreign.0).await, refused, "{what}, somebody else's");
            assert_eq!(operation.on(&person, 987_654).await, refused, "{what}, none");
            assert_eq!(version_of(&app, foreign).await, (1, false), "{what} changed somebody else's");
        }
    }
}

#[tokio::test]
async fn an_import_of_somebody_who_sees_more_looks_missing_to_every_role() {
    let app = TestApp::start().await;
    let owner = app.administrator().await;
    let operations = operations_on("imports");
    assert!(operations.len() >= 8, "{}", operations.len());
    for (role, permissions) in roles(&app).await {
        let person = app.staff(&role).await;
        if role != "super-administrator" {
            limit(&app, &role).await;
        }
        let foreign = upload(&owner).await;
        for operation in &operations {
            let what = format!("{role} on {} {}", operation.method, operation.path);
            let allowed = may(&permissions, operation.needs);
            let refused = if allowed { 404 } else { 403 };
            let on_foreign = operation.on(&person, foreign).await;
            if role == "super-administrator" {
                assert!(![401, 403, 404].contains(&on_foreign) && on_foreign < 500, "{what}: {on_foreign}");
            } else {
                assert_eq!(on_foreign, refused, "{what}, somebody else's");
            }
            assert_eq!(operation.on(&person, 987_654).await, refused, "{what}, none");
        }
    }
}

/// A small file; gives the id of its import.
async fn upload(person: &Person) -> i64 {
    let part = reqwest::multipart::Part::text("name\nAna\n").file_name("x.csv");
    let request = person.request(Method::POST, "/api/v1/imports").header("accept", "application/json");
    let response = request.multipart(reqwest::multipart::Form::new().part("file", part)).send().await.unwrap();
    let body: Value = response.json().await.unwrap();
    body["id"].as_i64().unwrap()
}

/// Operations that look at nothing but the caller's own session.
const OF_THE_SESSION: [&str; 2] = ["/api/fn/oauth-clients/new-secret", "/api/fn/oauth-clients/put-secret-away"];

/// An account or an API client that sees the first partner only, or everything.
async fn record(app: &TestApp, kind: &str, name: &str, sees_all: bool) -> i64 {
    let scope = ScopeInput {
        all_partners: sees_all,
        partners: vec![PartnerId(1)],
        all_locations: true,
        ..ScopeInput::default()
    };
    if kind == "oauth-clients" {
        let (name, grants) = (name.to_owned(), vec!["client_credentials".to_owned()]);
        let scopes = vec!["customers.read".to_owned()];
        let client = ClientInput { name, is_confidential: true, grants, scopes, scope, ..ClientInput::default() };
        return app.services.oauth.create(&Actor::system("test"), client).await.unwrap().id.0;
    }
    app.create_staff(name, "read-only").await;
    let mut tx = app.services.database.begin().await.unwrap();
    let update = tx.query("UPDATE staff SET scope_partners = $2 WHERE username = $1 RETURNING id");
    let id = update.bind(name).bind((!sees_all).then_some("[1]")).fetch_value().await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn stored(app: &TestApp, kind: &str, id: i64) -> (i64, bool) {
    let sql = match kind {
        "staff" => "SELECT version, is_active FROM staff WHERE id = $1",
        _ => "SELECT version, is_active FROM oauth_clients WHERE id = $1",
    };
    app.services.database.read().await.unwrap().query(sql).bind(id).fetch_one().await.unwrap()
}

#[tokio::test]
async fn nobody_changes_accounts_or_clients_that_see_more_than_they() {
    let app = TestApp::start().await;
    let mut number = 0;
    for kind in ["staff", "oauth-clients"] {
        let mut operations = operations_on(kind);
        operations.retain(|one| !one.path.contains("secret}") && !OF_THE_SESSION.contains(&one.path.as_str()));
        operations.retain(|one| one.arguments.get("secret").is_none());
        assert!(operations.len() >= 10, "{kind}: {}", operations.len());
        for (role, permissions) in roles(&app).await {
            let person = app.staff(&role).await;
            limit(&app, &role).await;
            for operation in &operations {
                let what = format!("{role} on {} {}", operation.method, operation.path);
                number += 1;
                let own = record(&app, kind, &format!("own.{number}"), false).await;
                let foreign = record(&app, kind, &format!("foreign.{number}"), true).await;
                let allowed = may(&permissions, operation.needs);
                let reads = matches!(operation.needs, Needs::Permission(name) if name.ends_with("read"));
                let before = stored(&app, kind, foreign).await;
                let on_own = operation.on(&person, own).await;
                assert!(
                    if allowed { on_own < 500 && ![401, 403, 404].contains(&on_own) } else { on_own == 403 },
                    "{what}: {on_own}"
                );
                let on_foreign = operation.on(&person, foreign).await;
                let fits = match (allowed, reads) {
                    (false, _) => on_foreign == 403,
                    (true, true) => on_foreign == 200,
                    (true, false) => (400..500).contains(&on_foreign),
                };
                assert!(fits, "{what}, of somebody who sees more: {on_foreign}");
                assert_eq!(stored(&app, kind, foreign).await, before, "{what} changed it");
                let on_none = operation.on(&person, 987_654).await;
                assert!((403..500).contains(&on_none), "{what}, none: {on_none}");
            }
        }
    }
}
