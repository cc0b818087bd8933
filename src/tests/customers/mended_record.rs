//! The edges of writing a record: names that are taken, what an update may not change, what follows from elsewhere.

use std::collections::HashSet;

use isp::customers::{Customer, CustomerInput, Status};
use isp::places::PartnerInput;
use isp::shared::actor::Actor;
use isp::shared::id::{CustomerId, PartnerId};
use isp::shared::permission::Scope;
use serde_json::{Value, json};

use crate::support::{TestApp, refusal, wrong_fields};

fn system() -> Actor {
    Actor::system("test")
}

fn named(name: &str, portal_id: Option<&str>, login: Option<&str>) -> CustomerInput {
    let own = str::to_owned;
    CustomerInput {
        name: Some(own(name)),
        portal_id: portal_id.map(own),
        login: login.map(own),
        ..CustomerInput::default()
    }
}

fn path(customer: &Value) -> String {
    format!("/api/v1/customers/{}", customer["id"])
}

/// Makes the customer active without another version.
async fn activate(app: &TestApp, customer: &Value) {
    let customers = &app.services.customers;
    let customer = customers.get(&system(), CustomerId(customer["id"].as_i64().unwrap())).await.unwrap();
    let mut tx = app.services.database.begin().await.unwrap();
    customers.place(&mut tx, &[(&customer, Status::Active, app.clock.now())]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn sixty_names_that_are_taken_in_a_row_are_passed_over() {
    let app = TestApp::start().await;
    let customers = &app.services.customers;
    for number in 0..60 {
        let portal_id = format!("C{:06}", number + 1);
        let login = if number == 0 { "ana".to_owned() } else { format!("ana{number}") };
        customers.create(&system(), named("Somebody", Some(&portal_id), Some(&login))).await.unwrap();
    }
    let ana = customers.create(&system(), named("Ana", None, None)).await.unwrap();
    assert!(ana.login.starts_with("ana") && ana.portal_id.as_str() > "C000060", "{ana:?}");
}

#[tokio::test]
async fn names_that_are_given_are_never_those_that_others_bring_along() {
    let app = TestApp::start().await;
    let customers = &app.services.customers;
    let inputs = [
        named("Ana", None, None),
        named("Ana", Some("C000001"), None),
        named("Ben", None, Some("ana")),
        named("Ana", None, None),
    ];
    let checked = inputs.iter().map(|input| customers.check_input(input, None).unwrap()).collect();
    let mut tx = app.services.database.begin().await.unwrap();
    let answers = customers.create_many(&mut tx, &system(), checked).await.unwrap();
    tx.commit().await.unwrap();
    let made: Vec<Customer> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(made.iter().map(|one| one.id).collect::<HashSet<_>>().len(), 4);
    assert_eq!((made[1].portal_id.as_str(), made[2].login.as_str()), ("C000001", "ana"));
    for one in &made {
        assert_eq!(customers.get(&system(), one.id).await.unwrap(), *one);
    }
}

#[tokio::test]
async fn where_a_record_came_from_does_not_change() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = ana.create(json!({ "name": "Ana", "source": "crm", "external_id": "7" })).await;
    let path = path(&created);
    for (patch, field) in [
        (json!({ "external_id": "8" }), "external_id"),
        (json!({ "source": "erp" }), "source"),
        (json!({ "source": null }), "source"),
    ] {
        assert_eq!(wrong_fields(ana.patch(&path, 1, &patch).await).await, [field]);
    }
    assert_eq!(ana.patch(&path, 1, &json!({ "source": "crm", "city": "Oslo" })).await.status(), 200);
    // What an update does not say stays.
    let update = json!({ "id": created["id"], "version": 2, "customer": { "name": "Ana Berg" } });
    assert_eq!(ana.post("/api/fn/customers/update", &update).await.status(), 200);
    let half = json!({ "id": created["id"], "version": 3, "customer": { "name": "Ana", "external_id": "7" } });
    assert_eq!(ana.post("/api/fn/customers/update", &half).await.status(), 200);
    let stored = ana.json(&path).await;
    assert_eq!(
        (&stored["name"], &stored["source"], &stored["external_id"]),
        (&json!("Ana"), &json!("crm"), &json!("7"))
    );
}

#[tokio::test]
async fn a_patch_cannot_empty_what_every_customer_has() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let main = ana.create(json!({ "name": "Main" })).await;
    let child = ana.create(json!({ "name": "Child", "parent_id": main["id"] })).await;
    let nothing =
        json!({ "login": null, "portal_id": null, "partner_id": null, "location_id": null, "parent_id": null });
    let refused = ana.patch(&path(&child), 1, &nothing).await;
    assert_eq!(refused.status(), 422);
    let body: Value = refused.json().await.unwrap();
    let mut found: Vec<(&str, &str)> = Vec::new();
    for error in body["errors"].as_array().unwrap() {
        found.push((error["field"].as_str().unwrap(), error["code"].as_str().unwrap()));
    }
    found.sort_unstable();
    let needed = [
        ("location_id", "required"),
        ("login", "required"),
        ("parent_id", "move"),
        ("partner_id", "required"),
        ("portal_id", "required"),
    ];
    assert_eq!(found, needed);
    assert_eq!(ana.patch(&path(&main), 1, &json!({ "parent_id": null })).await.status(), 200);
}

#[tokio::test]
async fn another_portal_id_of_somebody_who_was_active_needs_a_reason() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = ana.create(json!({ "name": "Ana" })).await;
    let path = path(&created);
    assert_eq!(ana.patch(&path, 1, &json!({ "portal_id": "A-1" })).await.status(), 200);
    activate(&app, &created).await;
    let without = ana.patch(&path, 2, &json!({ "portal_id": "A-2" })).await;
    assert_eq!(wrong_fields(without).await, ["portal_id_reason"]);
    let with = json!({ "portal_id": "A-2", "portal_id_reason": " Asked  for it " });
    let changed: Value = ana.patch(&path, 2, &with).await.json().await.unwrap();
    assert_eq!((&changed["portal_id"], changed.get("portal_id_reason")), (&json!("A-2"), None));
    let history = ana.json(&format!("{path}/history")).await;
    assert_eq!((&history[0]["reason"], &history[1]["reason"]), (&json!("Asked for it"), &Value::Null));
    let edit = format!("/customers/{}/edit", created["id"]);
    let (_, page) = ana.page(&edit).await;
    assert!(page.contains("customer[portal_id_reason]"), "{page}");
    let id = created["id"].to_string();
    let fields = [
        ("id", id.as_str()),
        ("version", "3"),
        ("customer[name]", "Ana"),
        ("customer[portal_id]", "A-3"),
        ("customer[portal_id_reason]", "Typed reason"),
        ("customer[email]", "nobody"),
    ];
    let refused = ana.form("/api/fn/customers/update", &edit, &fields).await;
    let location = refused.headers()["location"].to_str().unwrap();
    let back = location.split_once(&edit).map(|(_, query)| format!("{edit}{query}")).unwrap();
    let (_, page) = ana.page(&back).await;
    assert!(page.contains("Typed reason"), "{page}");
}

#[tokio::test]
async fn a_contact_is_found_by_what_the_record_said_too() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = ana.create(json!({ "name": "Ana", "company_name": "Zebra Zoo" })).await;
    let path = path(&created);
    let contact = ana.post(&format!("{path}/contacts"), &json!({ "name": "Zebra Zoo" })).await;
    assert_eq!(contact.status(), 201);
    assert_eq!(ana.patch(&path, 1, &json!({ "company_name": null })).await.status(), 200);
    assert_eq!(ana.names("query=zebra").await, ["Ana"]);
}

#[tokio::test]
async fn another_place_of_service_is_a_new_version_with_numbers_read_there() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let created = ana.create(json!({ "name": "Ana", "phone": "22 12 34 56", "country": "US" })).await;
    assert_eq!(created["phone_e164"], Value::Null);
    let path = path(&created);
    app.clock.advance(chrono::Duration::seconds(5));
    let oslo = json!({ "line1": "Storgata 1", "city": "Oslo", "country": "NO" });
    assert_eq!(ana.post(&format!("{path}/addresses"), &oslo).await.status(), 201);
    let record = ana.json(&path).await;
    assert_eq!((&record["version"], &record["phone_e164"]), (&json!(2), &json!("+4722123456")));
    assert_eq!((&record["city"], &record["updated_at"]), (&json!("Oslo"), &json!("2026-06-01T09:00:05Z")));
    assert_eq!(refusal(ana.patch(&path, 1, &json!({ "tax_id": "1" })).await).await, (412, "stale".into()));
    assert_eq!(ana.names("query=4722123456").await, ["Ana"]);
    // The same place again leaves the record alone.
    assert_eq!(ana.post(&format!("{path}/addresses"), &oslo).await.status(), 201);
    assert_eq!(ana.json(&path).await["version"], 2);
}

#[tokio::test]
async fn everything_in_the_way_of_a_deletion_is_said_at_once() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let main = ana.create(json!({ "name": "Main" })).await;
    ana.create(json!({ "name": "Child", "parent_id": main["id"] })).await;
    let children = ana.delete(&path(&main), 1).await;
    assert_eq!(refusal(children).await, (409, "has_children".into()));
    activate(&app, &main).await;
    let both: Value = ana.delete(&path(&main), 1).await.json().await.unwrap();
    assert_eq!(both["code"], "not_deletable");
    let detail = both["detail"].as_str().unwrap();
    assert!(detail.contains("is active") && detail.contains("One customer hangs under it."), "{detail}");
    let status: Value = ana.delete(&format!("{}?children=promote", path(&main)), 1).await.json().await.unwrap();
    assert!(!status["detail"].as_str().unwrap().contains("hangs"), "{status}");
}

#[tokio::test]
async fn a_restored_customer_comes_back_under_a_parent_that_the_caller_cannot_see() {
    let app = TestApp::start().await;
    let customers = &app.services.customers;
    let input = PartnerInput { name: "North".into(), ..PartnerInput::default() };
    let north = app.services.places.create_partner(&system(), input).await.unwrap().id;
    let narrow = Actor { scope: Scope { partners: Some(vec![north]), locations: None }, ..system() };
    let of =
        |partner, parent_id| CustomerInput { partner_id: Some(partner), parent_id, ..named("Somebody", None, None) };
    let parent = customers.create(&system(), of(PartnerId(1), None)).await.unwrap();
    let child = customers.create(&system(), of(north, Some(parent.id))).await.unwrap();
    customers.delete(&narrow, child.id, 1, None, None).await.unwrap();
    customers.restore(&narrow, child.id).await.unwrap();
    let restored = customers.get(&system(), child.id).await.unwrap();
    assert_eq!((restored.parent_id, restored.account_level), (Some(parent.id), 2));
}

#[tokio::test]
async fn possible_duplicates_tell_of_custom_fields_what_the_list_does() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for (title, is_listed) in [("Shown", true), ("Kept", false)] {
        let field = json!({ "title": title, "kind": "text", "is_listed": is_listed });
        assert_eq!(ana.post("/api/v1/custom-fields", &field).await.status(), 201);
    }
    ana.create(json!({ "name": "Li Na", "custom_fields": { "shown": "a", "kept": "b" } })).await;
    let found = ana.post("/api/fn/customers/duplicates", &json!({ "customer": { "name": "Li Na" } })).await;
    let found: Value = found.json().await.unwrap();
    assert_eq!(found[0]["customer"]["custom_fields"], json!({ "shown": "a" }));
}
