//! Opening accounts.

use std::collections::HashSet;

use isp::settings::{CustomerSettings, EmailPolicy, Settings};
use isp::shared::actor::Actor;
use serde_json::{Value, json};

use crate::support::{TestApp, refusal, wrong_fields};

#[tokio::test]
async fn a_new_customer_gets_a_portal_id_a_login_and_the_state_new() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let response = ana
        .post(
            "/api/v1/customers",
            &json!({ "first_name": " Ana ", "last_name": "María", "email": "Ana.M@example.net",
            "phone": "22 12 34 56 x7", "country": "Norway", "city": "Oslo", "date_of_birth": "1990-02-28" }),
        )
        .await;
    assert_eq!(response.status(), 201);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(response.headers()["etag"], "\"1\"");
    let created: Value = response.json().await.unwrap();
    assert_eq!(created["name"], "Ana María");
    assert_eq!(created["status"], "new");
    assert_eq!(created["portal_id"], "C000001");
    assert_eq!(created["login"], "ana.m");
    assert_eq!(created["phone"], "22 12 34 56 x7");
    assert_eq!(created["phone_e164"], "+4722123456");
    assert_eq!(created["country"], "NO");
    assert_eq!(created["currency"], "USD");
    assert_eq!(created["created_at"], "2026-06-01T09:00:00Z");
    assert_eq!(ana.json(&location).await, created);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once_and_nothing_is_created() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let response = ana
        .post(
            "/api/v1/customers",
            &json!({ "category": "robot", "email": "nobody", "phone": "call me", "country": "Atlantis",
            "date_of_birth": "2030-01-01", "login": "A b", "timezone": "Mars/Olympus", "currency": "euro" }),
        )
        .await;
    let fields = wrong_fields(response).await;
    assert_eq!(
        fields,
        ["category", "country", "currency", "date_of_birth", "email", "login", "name", "phone", "timezone"]
    );
    let unknown = ana.post("/api/v1/customers", &json!({ "name": "Ana", "is_admin": true })).await;
    assert_eq!(wrong_fields(unknown).await, ["is_admin"]);
    let company = ana.post("/api/v1/customers", &json!({ "category": "company", "date_of_birth": "1990-01-01" })).await;
    assert_eq!(wrong_fields(company).await, ["company_name", "date_of_birth", "name"]);
    assert_eq!(ana.json("/api/v1/customers").await["total_count"], 0);
}

#[tokio::test]
async fn twenty_people_of_one_name_get_twenty_logins_and_portal_ids() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = futures::future::join_all((0..20).map(|_| ana.create(json!({ "name": "Li Na" })))).await;
    let unique = |field: &str| created.iter().map(|c| c[field].as_str().unwrap().to_owned()).collect::<HashSet<_>>();
    assert_eq!(unique("portal_id").len(), 20);
    let logins = unique("login");
    assert_eq!(logins.len(), 20);
    assert!(logins.contains("li.na") && logins.contains("li.na1") && logins.contains("li.na19"), "{logins:?}");
}

#[tokio::test]
async fn a_race_for_one_email_address_has_one_winner_and_conflicts() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let input = json!({ "name": "Ana", "email": "ana@example.net" });
    let answers = futures::future::join_all((0..10).map(|_| ana.post("/api/v1/customers", &input))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409, 409, 409]);
    let shouted = ana.post("/api/v1/customers", &json!({ "name": "Ana", "email": "ANA@EXAMPLE.NET" })).await;
    assert_eq!(refusal(shouted).await, (409, "email_taken".into()));
}

#[tokio::test]
async fn the_policy_decides_whether_addresses_are_shared() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let customers = CustomerSettings { email_policy: EmailPolicy::Allow, ..CustomerSettings::default() };
    let settings = Settings { customers, ..Settings::default() };
    app.services.settings.update(&Actor::system("test"), settings).await.unwrap();
    for _ in 0..2 {
        ana.create(json!({ "name": "Ana", "email": "ana@example.net" })).await;
    }
    assert_eq!(ana.json("/api/v1/customers").await["total_count"], 2);
}

#[tokio::test]
async fn what_was_given_is_kept_and_must_be_free() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    ana.create(json!({ "name": "Ana", "login": "Ana", "portal_id": "C000002", "source": "crm", "external_id": "7" }))
        .await;
    for (input, code) in [
        (json!({ "name": "B", "login": "ana" }), "login_taken"),
        (json!({ "name": "B", "portal_id": "C000002" }), "portal_id_taken"),
        (json!({ "name": "B", "source": "crm", "external_id": "7" }), "external_id_taken"),
    ] {
        assert_eq!(refusal(ana.post("/api/v1/customers", &input).await).await, (409, code.into()));
    }
    // The sequence steps over a number that somebody took by hand.
    assert_eq!(ana.create(json!({ "name": "First" })).await["portal_id"], "C000001");
    assert_eq!(ana.create(json!({ "name": "Second" })).await["portal_id"], "C000003");
}

#[tokio::test]
async fn likely_duplicates_are_pointed_out() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    ana.create(json!({ "name": "Müller, Jörg", "email": "j@example.net", "mobile": "+4722123456", "tax_id": "T-1" }))
        .await;
    let found = |input: Value| {
        let ana = ana.clone();
        async move {
            let response = ana.post("/api/fn/customers/duplicates", &json!({ "customer": input })).await;
            let found: Value = response.json().await.unwrap();
            found.as_array().unwrap().first().map_or(Value::Null, |first| first["matches"].clone())
        }
    };
    assert_eq!(found(json!({ "name": "jorg muller" })).await, json!(["name"]));
    assert_eq!(found(json!({ "name": "X", "email": "J@example.net" })).await, json!(["email"]));
    assert_eq!(found(json!({ "name": "X", "phone": "22 12 34 56", "country": "NO" })).await, json!(["phone"]));
    assert_eq!(found(json!({ "name": "X", "tax_id": "T-1" })).await, json!(["tax_id"]));
    assert_eq!(found(json!({ "name": "Somebody Else" })).await, Value::Null);
    let warned =
        ana.post("/api/fn/customers/create", &json!({ "customer": { "name": "Jörg Müller" }, "warn": true })).await;
    assert_eq!(refusal(warned).await, (409, "possible_duplicates".into()));
    let anyway = ana.post("/api/fn/customers/create", &json!({ "customer": { "name": "Jörg Müller" } })).await;
    assert_eq!(anyway.status(), 200);
}

/// Somebody brings a number along that the system would give next: each gets one of their own.
#[tokio::test]
async fn numbers_that_are_brought_along_are_given_to_nobody_else() {
    let app = TestApp::start().await;
    let customers = &app.services.customers;
    let actor = isp::shared::actor::Actor::system("test");
    let brought = (1..=60).map(|number| Some(format!("C{number:06}")));
    let inputs = brought.chain([None, None]).enumerate().map(|(i, portal_id)| isp::customers::CustomerInput {
        name: Some(format!("Somebody {i}")),
        portal_id,
        ..isp::customers::CustomerInput::default()
    });
    let checked = inputs.map(|input| customers.check_input(&input, None).unwrap()).collect();
    let mut tx = app.services.database.begin().await.unwrap();
    let created = customers.create_many(&mut tx, &actor, checked).await.unwrap();
    tx.commit().await.unwrap();
    let mut ids: Vec<i64> = created.iter().map(|one| one.as_ref().unwrap().id.0).collect();
    let mut portal_ids: Vec<&str> = created.iter().map(|one| one.as_ref().unwrap().portal_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    portal_ids.sort_unstable();
    portal_ids.dedup();
    assert_eq!((ids.len(), portal_ids.len()), (62, 62));
    let ana = app.administrator().await;
    assert_eq!(ana.json("/api/v1/customers").await["total_count"], 62);
}
