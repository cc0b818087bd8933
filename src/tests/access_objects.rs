//! Every role on every operation that names a record: one it may see, one outside its data scope, and none at all.
//! The operations come from the lists of `access_coverage`, so that a new one is tested as soon as it has its row.

use isp::customers::CustomerInput;
use isp::shared::actor::Actor;
use isp::shared::id::{CustomerId, PartnerId};
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
        if let Some(place) = arguments.get_mut("id") {
            *place = id.into();
        }
        send(person, &self.method, &self.path.replace("{id}", &id.to_string()), &arguments).await
    }
}

/// Every operation of a kind, such as `customers`, that names one record.
fn operations_on(kind: &str) -> Vec<Operation> {
    let functions = server_functions()
        .into_iter()
        .filter(|(path, _, arguments)| path.starts_with(&format!("{kind}/")) && arguments.get("id").is_some())
        .map(|(path, needs, arguments)| (Method::POST, format!("/api/fn/{path}"), needs, arguments));
    let rest = rest_operations()
        .into_iter()
        .filter(|(_, path, ..)| path.starts_with(&format!("/api/v1/{kind}/{{id}}")))
        .map(|(method, path, needs, body)| (method, path.to_owned(), needs, body));
    functions.chain(rest).map(|(method, path, needs, arguments)| Operation { method, path, needs, arguments }).collect()
}

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
