//! Every filter and operator, with the same answers on both engines.

use isp::customers::CustomerInput;
use isp::customers::addresses::AddressInput;
use isp::customers::contacts::ContactInput;
use isp::customers::custom_fields::CustomFieldInput;
use isp::customers::labels::{AssignmentInput, LabelInput};
use isp::customers::status::{HoldInput, StatusChange};
use isp::shared::actor::Actor;
use isp::shared::id::{CustomerId, LabelId};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Person, TestApp, encoded};

fn somebody() -> Actor {
    Actor::system("test")
}

async fn customer(app: &TestApp, input: Value) -> CustomerId {
    let input: CustomerInput = serde_json::from_value(input).unwrap();
    app.services.customers.create(&somebody(), input).await.unwrap().id
}

async fn field(app: &TestApp, title: &str, kind: &str, options: &[&str]) {
    let input = CustomFieldInput {
        title: Some(title.into()),
        kind: Some(kind.into()),
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        is_searchable: kind == "text",
        ..CustomFieldInput::default()
    };
    app.services.customers.create_custom_field(&somebody(), input).await.unwrap();
}

async fn label(app: &TestApp, name: &str) -> LabelId {
    let input = LabelInput { name: Some(name.into()), ..LabelInput::default() };
    app.services.customers.create_label(&somebody(), input).await.unwrap().id
}

async fn wear(app: &TestApp, id: CustomerId, label: LabelId, expires_on: Option<&str>) {
    let input =
        AssignmentInput { label_id: Some(label), expires_on: expires_on.map(str::to_owned), ..Default::default() };
    app.services.customers.assign_label(&somebody(), id, input).await.unwrap();
}

/// Names found by conditions, by id.
async fn by(person: &Person, conditions: &[&str]) -> Vec<String> {
    let page = person
        .post("/api/v1/customers/search", &json!({ "filters": conditions, "sort": "id", "count": "exact" }))
        .await;
    assert_eq!(page.status(), StatusCode::OK, "{conditions:?}: {}", page.text().await.unwrap());
    let page: Value = page.json().await.unwrap();
    let names: Vec<String> =
        page["customers"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(page["total_count"], names.len(), "{conditions:?}");
    names
}

async fn three(app: &TestApp) {
    field(app, "MAC", "text", &[]).await;
    field(app, "Speed", "integer", &[]).await;
    field(app, "Since", "date", &[]).await;
    field(app, "Fibre", "boolean", &[]).await;
    field(app, "Extras", "multi_select", &["tv", "phone", "backup"]).await;
    customer(
        app,
        json!({ "name": "Ångström", "email": "Ana@Example.net", "city": "Århus", "country": "DK", "tax_id": "DK-99",
            "custom_fields": { "mac": "00:1A:Ff", "speed": 100, "since": "2026-01-31", "fibre": true,
                               "extras": ["tv", "phone"] } }),
    )
    .await;
    app.clock.advance(chrono::Duration::days(1));
    customer(
        app,
        json!({ "name": "Bo", "category": "company", "company_name": "Bo", "city": "Oslo", "country": "NO",
            "marketing_consent": true, "custom_fields": { "mac": "00:2b", "speed": -5, "extras": ["backup"] } }),
    )
    .await;
    app.clock.advance(chrono::Duration::days(1));
    customer(app, json!({ "name": "Cé", "date_of_birth": "1990-05-06" })).await;
}

#[tokio::test]
async fn every_operator_answers_for_every_kind_of_field() {
    let app = TestApp::start().await;
    three(&app).await;
    let ana = app.administrator().await;
    let (a, b, c) = ("Ångström", "Bo", "Cé");
    let cases: &[(&str, &[&str])] = &[
        ("name:eq:angstrom", &[a]),
        ("name:ne:BO", &[a, c]),
        ("name:starts_with:a", &[a]),
        ("name:contains:GSTR", &[a]),
        ("name:gte:b", &[b, c]),
        ("name:between:a|bo", &[a, b]),
        ("city:starts_with:År", &[a]),
        ("city:lt:p", &[a, b]),
        ("city:is_null", &[c]),
        ("city:ne:oslo", &[a, c]),
        ("email:eq:ana@example.NET", &[a]),
        ("email:contains:EXAMPLE", &[a]),
        ("email:contains:%", &[]),
        ("email:starts_with:ana@", &[a]),
        ("email:is_null", &[b, c]),
        ("email:not_null", &[a]),
        ("tax_id:in:dk-99|x", &[a]),
        ("tax_id:nin:dk-99|x", &[b, c]),
        ("id:eq:2", &[b]),
        ("id:in:1|3", &[a, c]),
        ("id:nin:1|3", &[b]),
        ("id:gt:1", &[b, c]),
        ("id:lte:2", &[a, b]),
        ("parent_id:is_null", &[a, b, c]),
        ("category:eq:company", &[b]),
        ("country:in:norway|DK", &[a, b]),
        ("country:ne:NO", &[a, c]),
        ("marketing_consent:eq:true", &[b]),
        ("date_of_birth:eq:1990-05-06", &[c]),
        ("date_of_birth:lt:1990-05-06", &[]),
        ("date_of_birth:ne:1990-05-06", &[a, b]),
        ("created_at:eq:2026-06-02", &[b]),
        ("created_at:ne:2026-06-02", &[a, c]),
        ("created_at:gt:2026-06-02", &[c]),
        ("created_at:lte:2026-06-02", &[a, b]),
        ("created_at:between:2026-06-02|2026-06-03", &[b, c]),
        ("created_at:gte:2026-06-02T09:00:00Z", &[b, c]),
        ("created_at:gt:2026-06-02T09:00:00Z", &[c]),
        ("created_at:eq:2026-06-02T09:00:00Z", &[b]),
        ("custom.mac:eq:00:1a:ff", &[a]),
        ("custom.mac:contains:1A", &[a]),
        ("custom.mac:starts_with:00:", &[a, b]),
        ("custom.mac:ne:00:2b", &[a, c]),
        ("custom.mac:is_null", &[c]),
        ("custom.mac:not_null", &[a, b]),
        ("custom.speed:lt:0", &[b]),
        ("custom.speed:gte:-5", &[a, b]),
        ("custom.speed:between:50|100", &[a]),
        ("custom.since:lte:2026-01-31", &[a]),
        ("custom.fibre:eq:true", &[a]),
        ("custom.fibre:ne:true", &[b, c]),
        ("custom.extras:eq:tv", &[a]),
        ("custom.extras:in:tv|phone", &[a]),
        ("custom.extras:not_null", &[a, b]),
        ("custom.extras:nin:tv|backup", &[c]),
    ];
    for (condition, names) in cases {
        assert_eq!(&by(&ana, &[*condition]).await, names, "{condition}");
    }
    assert_eq!(by(&ana, &["custom.mac:not_null", "email:is_null"]).await, [b]);
    assert_eq!(by(&ana, &["custom.mac:not_null", "name:contains:gst"]).await, [a]);
    // The same through a URL, with words, and in every order.
    for sort in ["id", "-id", "name", "created_at", "-updated_at", "city", "relevance"] {
        let query = format!("query=ang&sort={sort}&filters={}", encoded("custom.speed:gt:1"));
        assert_eq!(ana.names(&query).await, [a], "{sort}");
    }
}

#[tokio::test]
async fn a_condition_that_means_nothing_is_refused_with_the_reason() {
    let app = TestApp::start().await;
    three(&app).await;
    let ana = app.administrator().await;
    for (condition, code) in [
        ("shoe_size:eq:44", "unknown_field"),
        ("custom.shoe_size:eq:44", "unknown_field"),
        ("name:like:a", "unknown_operator"),
        ("created_at:contains:2026", "unknown_operator"),
        ("custom.speed:starts_with:1", "unknown_operator"),
        ("custom.fibre:lt:true", "unknown_operator"),
        ("id:eq:one", "invalid"),
        ("id:between:1", "invalid"),
        ("custom.speed:eq:fast", "invalid"),
        ("email:is_null:x", "invalid"),
    ] {
        let refused = ana.post("/api/v1/customers/search", &json!({ "filters": [condition] })).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{condition}");
        let body: Value = refused.json().await.unwrap();
        assert_eq!(body["errors"][0]["field"], "filters", "{condition}");
        assert_eq!(body["errors"][0]["code"], code, "{condition}");
    }
}

#[tokio::test]
async fn words_reach_contacts_addresses_and_searchable_custom_fields() {
    let app = TestApp::start().await;
    three(&app).await;
    let contact = ContactInput {
        name: Some("Zoë Kowalski".into()),
        email: Some("zoe@other.example".into()),
        phone: Some("+47 22 99 88 77".into()),
        ..ContactInput::default()
    };
    let customers = &app.services.customers;
    customers.add_contact(&somebody(), CustomerId(2), contact).await.unwrap();
    let address = AddressInput {
        line1: Some("Søndre gate 5".into()),
        city: Some("Trondheim".into()),
        postal_code: Some("7011".into()),
        country: Some("NO".into()),
        ..AddressInput::default()
    };
    customers.add_address(&somebody(), CustomerId(3), address).await.unwrap();
    let ana = app.administrator().await;
    let cases: &[(&str, &[&str])] = &[
        ("kowalski", &["Bo"]),
        ("zoe@other", &["Bo"]),
        ("22998877", &["Bo"]),
        ("sondre", &["Cé"]),
        ("7011", &["Cé"]),
        ("trondheim", &["Cé"]),
        ("1a:ff", &["Ångström"]),
        ("\"bo kowalski\"", &[]),
    ];
    for (query, names) in cases {
        assert_eq!(&ana.names(&format!("sort=id&query={}", encoded(query))).await, names, "{query}");
    }
}

#[tokio::test]
async fn labels_are_asked_for_all_any_or_none_and_expire() {
    let app = TestApp::start().await;
    three(&app).await;
    let (vip, slow) = (label(&app, "VIP").await, label(&app, "Slow").await);
    wear(&app, CustomerId(1), vip, None).await;
    wear(&app, CustomerId(1), slow, None).await;
    wear(&app, CustomerId(2), slow, Some("2026-06-10")).await;
    let ana = app.administrator().await;
    let both = format!("sort=id&labels={vip}&labels={slow}");
    assert_eq!(ana.names(&format!("sort=id&labels={slow}")).await, ["Ångström", "Bo"]);
    assert_eq!(ana.names(&both).await, ["Ångström"]);
    assert_eq!(ana.names(&format!("{both}&labels_mode=any")).await, ["Ångström", "Bo"]);
    assert_eq!(ana.names(&format!("{both}&labels_mode=none")).await, ["Cé"]);
    assert_eq!(ana.names(&format!("{both}&labels_mode=any&query=oslo")).await, ["Bo"]);
    let worn = ana.json(&format!("/api/v1/customers?labels={slow}&sort=id")).await;
    assert_eq!(worn["customers"][0]["labels"].as_array().unwrap().len(), 2);
    app.clock.advance(chrono::Duration::days(10));
    for (query, count) in [
        (format!("labels={slow}"), 1),
        (format!("labels={slow}&labels_mode=none"), 2),
        (format!("labels={slow}&status=new"), 1),
        (format!("labels={vip}&labels={slow}&labels_mode=any&sort=name"), 1),
    ] {
        let page = app.administrator().await.json(&format!("/api/v1/customers?{query}")).await;
        assert_eq!(page["total_count"], count, "{query}");
        assert_eq!(page["customers"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn trees_holds_and_dates_narrow() {
    let app = TestApp::start().await;
    let main = customer(&app, json!({ "name": "Main", "email": "main@example.net" })).await;
    let sub = customer(&app, json!({ "name": "Sub", "email": "sub@example.net", "parent_id": main })).await;
    app.clock.advance(chrono::Duration::days(3));
    customer(&app, json!({ "name": "Site", "parent_id": sub })).await;
    let customers = &app.services.customers;
    for id in [main, sub] {
        let active = StatusChange { to: Some("active".into()), ..StatusChange::default() };
        customers.change_status(&somebody(), id, &active).await.unwrap();
    }
    for reason in ["abuse", "technical"] {
        let hold = HoldInput { reason: Some(reason.into()), ..HoldInput::default() };
        customers.open_hold(&somebody(), sub, &hold).await.unwrap();
    }
    let ana = app.administrator().await;
    let cases: &[(&str, &[&str])] = &[
        ("account_level=1", &["Main"]),
        ("account_level=2", &["Sub"]),
        ("account_level=3&account_level=1", &["Main", "Site"]),
        ("account_level=2&account_level=3", &["Sub", "Site"]),
        ("account_level=7", &[]),
        ("parent_id=1", &["Sub"]),
        ("has_parent=true", &["Sub", "Site"]),
        ("has_parent=false", &["Main"]),
        ("has_children=true", &["Main", "Sub"]),
        ("has_children=false", &["Site"]),
        ("open_hold=true", &["Sub"]),
        ("open_hold=false", &["Main", "Site"]),
        ("hold_reason=abuse", &["Sub"]),
        ("hold_reason=abuse&hold_reason=technical", &["Sub"]),
        ("hold_reason=fraud", &[]),
        ("missing_email=true", &["Site"]),
        ("missing_email=false", &["Main", "Sub"]),
        ("status_since_from=2026-06-04&status=active", &["Main"]),
        ("status_since_to=2026-06-03", &[]),
        ("created_to=2026-06-03", &["Main", "Sub"]),
        ("updated_from=2026-06-04&updated_to=2026-06-04", &["Main", "Sub", "Site"]),
        ("partner_id=1&location_id=1&category=person&has_parent=true", &["Sub", "Site"]),
        ("partner_id=2", &[]),
    ];
    for (query, names) in cases {
        for sort in ["id", "created_at"] {
            let page = ana.json(&format!("/api/v1/customers?sort={sort}&{query}")).await;
            let found: Vec<&str> =
                page["customers"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
            assert_eq!((&found, &page["total_count"]), (&names.to_vec(), &json!(names.len())), "{query} by {sort}");
        }
        if query.contains("level=2&") || query.contains("hold") {
            assert!(ana.names(&format!("query=nobody&{query}")).await.is_empty());
        }
    }
    // An exact hit keeps to every filter.
    assert_eq!(ana.names("query=sub@example.net&open_hold=true").await, ["Sub"]);
    assert!(ana.names("query=sub@example.net&open_hold=false").await.is_empty());
}

#[tokio::test]
async fn everybody_is_found_up_to_a_limit() {
    let app = TestApp::start().await;
    three(&app).await;
    let customers = &app.services.customers;
    let all = isp::customers::search::CustomerFilter { limit: Some(1), offset: Some(2), ..Default::default() };
    let ids = customers.find_all_ids(&somebody(), &all, 3).await.unwrap();
    assert_eq!(ids, [CustomerId(1), CustomerId(2), CustomerId(3)]);
    assert_eq!(customers.find_all_ids(&somebody(), &all, 2).await.unwrap_err().status(), 409);
}
