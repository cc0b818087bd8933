//! The places of a customer: the record follows the first service address, and the search finds them all.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Person, TestApp, encoded, refusal, wrong_fields};

async fn addresses_of(ana: &Person, customer: Value) -> (String, String) {
    let id = ana.create(customer).await["id"].as_i64().unwrap();
    (format!("/api/v1/customers/{id}"), format!("/api/v1/customers/{id}/addresses"))
}

async fn add(ana: &Person, path: &str, address: Value) -> Value {
    let response = ana.post(path, &address).await;
    assert_eq!(response.status(), 201, "{}", response.text().await.unwrap());
    response.json().await.unwrap()
}

fn oslo() -> Value {
    json!({ "line1": "Storgata 1", "postal_code": "0155", "city": "Oslo", "country": "Norway" })
}

fn place(customer: &Value) -> (Option<&str>, Option<&str>) {
    (customer["city"].as_str(), customer["country"].as_str())
}

#[tokio::test]
async fn an_address_is_added_read_changed_and_removed() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (_, path) = addresses_of(&ana, json!({ "name": "Ana" })).await;
    let mut with_place = oslo();
    with_place["latitude"] = json!("59.9138688");
    with_place["longitude"] = json!(10.752_245);
    let response = ana.post(&path, &with_place).await;
    assert_eq!(response.status(), 201);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let address: Value = response.json().await.unwrap();
    assert_eq!((&address["kind"], &address["country"]), (&json!("service"), &json!("NO")));
    assert_eq!((&address["latitude"], &address["longitude"]), (&json!(59.913_869), &json!(10.752_245)));
    assert_eq!(ana.json(&location).await, address);
    let same = ana.patch(&location, 1, &json!({ "city": " Oslo " })).await;
    assert_eq!(same.headers()["etag"], "\"1\"", "nothing changed is no new version");
    let patch = json!({ "line2": "3rd floor", "latitude": null, "longitude": null });
    let patched: Value = ana.patch(&location, 1, &patch).await.json().await.unwrap();
    assert_eq!((&patched["version"], &patched["line2"]), (&json!(2), &json!("3rd floor")));
    assert_eq!((&patched["city"], &patched["latitude"]), (&json!("Oslo"), &Value::Null));
    let late: Value = ana.patch(&location, 1, &json!({ "city": "Late" })).await.json().await.unwrap();
    assert_eq!((&late["code"], &late["current"]["version"]), (&json!("stale"), &json!(2)));
    let bare = ana.request(Method::DELETE, &location).send().await.unwrap();
    assert_eq!(refusal(bare).await, (428, "precondition_required".into()));
    assert_eq!(refusal(ana.delete(&location, 1).await).await, (412, "stale".into()));
    assert_eq!(ana.delete(&location, 2).await.status(), 204);
    assert_eq!(ana.json(&path).await, json!([]));
}

#[tokio::test]
async fn every_wrong_field_of_an_address_is_named() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (_, path) = addresses_of(&ana, json!({ "name": "Ana" })).await;
    let wrong = json!({ "kind": "holiday", "country": "Atlantis", "latitude": "91", "longitude": "east" });
    let fields = wrong_fields(ana.post(&path, &wrong).await).await;
    assert_eq!(fields, ["city", "country", "kind", "latitude", "line1", "longitude"]);
    assert_eq!(wrong_fields(ana.post(&path, &json!({ "street": "X" })).await).await, ["street"]);
}

#[tokio::test]
async fn city_and_country_follow_the_first_service_address() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (customer, path) = addresses_of(&ana, json!({ "name": "Ana", "city": "Bergen", "country": "NO" })).await;
    let paris = json!({ "kind": "billing", "line1": "1 rue X", "city": "Paris", "country": "FR" });
    add(&ana, &path, paris).await;
    assert_eq!(place(&ana.json(&customer).await), (Some("Bergen"), Some("NO")), "a bill is no service");
    let first = add(&ana, &path, oslo()).await;
    assert_eq!(place(&ana.json(&customer).await), (Some("Oslo"), Some("NO")));
    add(&ana, &path, json!({ "line1": "Torget 2", "city": "Malmö", "country": "SE" })).await;
    assert_eq!(place(&ana.json(&customer).await), (Some("Oslo"), Some("NO")));
    let one = format!("{path}/{}", first["id"]);
    ana.patch(&one, 1, &json!({ "city": "Drammen" })).await;
    assert_eq!(ana.names("city=drammen").await, ["Ana"]);
    ana.delete(&one, 2).await;
    assert_eq!(place(&ana.json(&customer).await), (Some("Malmö"), Some("SE")));
}

#[tokio::test]
async fn the_search_finds_a_customer_by_its_addresses_until_they_are_removed() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (_, path) = addresses_of(&ana, json!({ "name": "Fjord AS" })).await;
    let address = json!({ "kind": "postal", "line1": "Königsallee 27", "line2": "Hinterhaus", "postal_code": "40212",
        "city": "Düsseldorf", "country": "DE" });
    let address = add(&ana, &path, address).await;
    let queries = ["konigsallee", "hinterhaus", "40212", "dusseldorf"];
    for query in queries {
        assert_eq!(ana.names(&format!("query={}", encoded(query))).await, ["Fjord AS"], "{query}");
    }
    ana.delete(&format!("{path}/{}", address["id"]), 1).await;
    for query in queries {
        assert!(ana.names(&format!("query={}", encoded(query))).await.is_empty(), "{query}");
    }
}

#[tokio::test]
async fn the_history_of_the_customer_tells_what_happened_to_an_address() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (customer, path) = addresses_of(&ana, json!({ "name": "Ana" })).await;
    let address = add(&ana, &path, oslo()).await;
    let one = format!("{path}/{}", address["id"]);
    ana.patch(&one, 1, &json!({ "postal_code": "0156" })).await;
    ana.delete(&one, 2).await;
    let history = ana.json(&format!("{customer}/history")).await;
    let actions: Vec<&str> = history.as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["address.removed", "address.changed", "address.added", "customer.created"]);
    assert_eq!(
        history[1]["changes"],
        json!([
            { "field": "id", "before": address["id"], "after": address["id"] },
            { "field": "postal_code", "before": "0155", "after": "0156" }
        ])
    );
}

#[tokio::test]
async fn a_customer_has_at_most_a_hundred_addresses() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (_, path) = addresses_of(&ana, json!({ "name": "Ana" })).await;
    for _ in 0..100 {
        add(&ana, &path, oslo()).await;
    }
    assert_eq!(refusal(ana.post(&path, &oslo()).await).await, (409, "too_many".into()));
}

#[tokio::test]
async fn an_address_belongs_to_its_own_customer_and_scope() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (_, mine) = addresses_of(&ana, json!({ "name": "Mine" })).await;
    let (_, other) = addresses_of(&ana, json!({ "name": "Other" })).await;
    let address = add(&ana, &mine, oslo()).await;
    let eve = app.administrator().await;
    let mut tx = app.services.database.begin().await.unwrap();
    tx.query("UPDATE staff SET scope_partners = '[]' WHERE id = (SELECT MAX(id) FROM staff)").execute().await.unwrap();
    tx.commit().await.unwrap();
    for (person, list) in [(&ana, &other), (&eve, &mine)] {
        let strange = format!("{list}/{}", address["id"]);
        assert_eq!(refusal(person.get(&strange).await).await, (404, "not_found".into()));
        assert_eq!(refusal(person.patch(&strange, 1, &json!({ "city": "X" })).await).await.0, 404);
        assert_eq!(refusal(person.delete(&strange, 1).await).await.0, 404);
    }
    assert_eq!(refusal(eve.get(&mine).await).await.0, 404);
    assert_eq!(refusal(eve.post(&mine, &oslo()).await).await.0, 404);
    assert_eq!(refusal(ana.get(&format!("{mine}/x")).await).await, (404, "not_found".into()));
}

#[tokio::test]
async fn in_the_trash_addresses_are_read_only() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (customer, path) = addresses_of(&ana, json!({ "name": "Ana" })).await;
    let address = add(&ana, &path, oslo()).await;
    let version = ana.json(&customer).await["version"].as_i64().unwrap();
    assert_eq!(ana.delete(&customer, version).await.status(), 204);
    let one = format!("{path}/{}", address["id"]);
    assert_eq!(ana.json(&one).await, address);
    assert_eq!(refusal(ana.post(&path, &oslo()).await).await, (409, "deleted".into()));
    assert_eq!(refusal(ana.patch(&one, 1, &json!({ "city": "X" })).await).await, (409, "deleted".into()));
    assert_eq!(refusal(ana.delete(&one, 1).await).await, (409, "deleted".into()));
}

#[tokio::test]
async fn without_javascript_an_address_is_saved_or_comes_back_as_typed() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let id = ana.create(json!({ "name": "Fjord AS" })).await["id"].to_string();
    let page = format!("/customers/{id}/contacts");
    let new = format!("{page}?address=new");
    let (_, form) = ana.page(&new).await;
    assert!(form.contains("address[line1]") && !form.contains("contact[name]"), "{form}");
    let fields = [("customer_id", id.as_str()), ("address[line1]", "Typed 1"), ("address[latitude]", "north")];
    let failed = ana.form("/api/fn/addresses/create", &new, &fields).await;
    assert!(failed.status().is_redirection());
    let location = failed.headers()["location"].to_str().unwrap();
    let back = location.split_once(&page).map(|(_, query)| format!("{page}{query}")).unwrap();
    let (_, html) = ana.page(&back).await;
    assert!(html.contains("Typed 1") && html.contains("aria-invalid"), "{html}");
    let fields = [
        ("customer_id", id.as_str()),
        ("address[kind]", "service"),
        ("address[line1]", "Storgata 1"),
        ("address[city]", "Oslo"),
        ("address[country]", "NO"),
    ];
    let saved = ana.form("/api/fn/addresses/create", &new, &fields).await;
    assert_eq!(saved.headers()["location"], format!("{page}?done=address-added").as_str());
    let (_, html) = ana.page(&format!("{page}?done=address-added")).await;
    assert!(html.contains("Address added.") && html.contains("Storgata 1") && html.contains("Norway"), "{html}");
}
