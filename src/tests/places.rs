//! `/api/v1/partners` and `/api/v1/locations`, and their pages under `/admin`.

use isp::shared::actor::Actor;
use reqwest::header::HeaderValue;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Person, TestApp, refusal, wrong_fields};

/// Makes a partner or location, which must be accepted.
async fn make(ana: &Person, kind: &str, record: Value) -> Value {
    let response = ana.post(&format!("/api/v1/{kind}"), &record).await;
    assert_eq!(response.status(), StatusCode::CREATED, "{}", response.text().await.unwrap());
    response.json().await.unwrap()
}

/// Puts a record in place of the version that was read: as it was, but for what `change` names.
async fn replace(person: &Person, kind: &str, record: &Value, change: Value) -> Response {
    let mut input = json!({});
    for field in ["name", "portal_id_prefix", "description", "is_default", "is_active"] {
        if let Some(value) = record.get(field) {
            input[field] = value.clone();
        }
    }
    for (field, value) in change.as_object().unwrap() {
        input[field.as_str()] = value.clone();
    }
    let request = person.request(Method::PUT, &format!("/api/v1/{kind}/{}", record["id"]));
    request.header("if-match", format!("\"{}\"", record["version"])).json(&input).send().await.unwrap()
}

async fn read(person: &Person, kind: &str, id: &Value) -> Value {
    person.json(&format!("/api/v1/{kind}/{id}")).await
}

/// Deletes the version that is stored.
async fn delete(person: &Person, kind: &str, id: &Value) -> Response {
    let path = format!("/api/v1/{kind}/{id}");
    let tag = person.get(&path).await.headers().get("etag").cloned();
    let tag = tag.unwrap_or_else(|| HeaderValue::from_static("\"1\""));
    person.request(Method::DELETE, &path).header("if-match", tag).send().await.unwrap()
}

/// An administrator who sees customers of one partner only.
async fn limited(app: &TestApp, ana: &Person, partner: &Value) -> Person {
    app.create_staff("ben", "administrator").await;
    let id = app.services.staff.find_id(&Actor::system("test"), "ben").await.unwrap();
    let scope = json!({ "scope": { "all_partners": false, "partners": [partner], "all_locations": true } });
    assert_eq!(ana.patch(&format!("/api/v1/staff/{id}"), 1, &scope).await.status(), 200);
    let ben = app.visitor();
    assert_eq!(ben.sign_in("ben", PASSWORD).await.status(), 200);
    ben
}

/// What the audit log says about a record: action and changed fields, oldest first.
async fn audited(app: &TestApp, entity: &str, id: &Value) -> Vec<(String, Vec<String>)> {
    let mut tx = app.services.database.read().await.unwrap();
    let entries = app.services.audit.history(&mut tx, entity, id.as_i64().unwrap(), None, 50).await.unwrap();
    let described = entries.into_iter().rev().map(|entry| {
        let mut fields: Vec<String> = entry.changes.into_iter().map(|change| change.field).collect();
        fields.sort();
        (entry.action, fields)
    });
    described.collect()
}

#[tokio::test]
async fn partners_and_locations_are_kept_through_rest() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for (kind, entity) in [("partners", "partner"), ("locations", "location")] {
        let response = ana.post(&format!("/api/v1/{kind}"), &json!({ "name": "  North  West " })).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        assert_eq!(response.headers()["etag"], "\"1\"");
        let location = response.headers()["location"].to_str().unwrap().to_owned();
        let north: Value = response.json().await.unwrap();
        assert_eq!((&north["name"], &north["is_active"]), (&json!("North West"), &json!(true)));
        assert_eq!(north["updated_by"], "The super-administrator");
        assert_eq!(ana.json(&location).await, north);
        let known = ana.request(Method::GET, &location).header("if-none-match", "\"1\"").send().await.unwrap();
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
        let renamed = replace(&ana, kind, &north, json!({ "name": "North", "description": "Beyond the river" })).await;
        assert_eq!(renamed.status(), StatusCode::OK);
        assert_eq!(renamed.headers()["etag"], "\"2\"");
        let late = replace(&ana, kind, &north, json!({ "name": "Late" })).await;
        assert_eq!(late.status(), StatusCode::PRECONDITION_FAILED);
        let body: Value = late.json().await.unwrap();
        assert_eq!((&body["code"], &body["current"]["name"]), (&json!("stale"), &json!("North")));
        let bare = ana.request(Method::PUT, &location).json(&json!({ "name": "X" })).send().await.unwrap();
        assert_eq!(refusal(bare).await.0, 428);
        let bare = ana.request(Method::DELETE, &location).send().await.unwrap();
        assert_eq!(refusal(bare).await, (428, "precondition_required".into()));
        assert_eq!(refusal(ana.delete(&location, 1).await).await, (412, "stale".into()));
        assert_eq!(delete(&ana, kind, &north["id"]).await.status(), StatusCode::NO_CONTENT);
        assert_eq!(refusal(ana.get(&location).await).await, (404, "not_found".into()));
        assert_eq!(refusal(delete(&ana, kind, &json!("x")).await).await, (404, "not_found".into()));
        let actions: Vec<String> =
            audited(&app, entity, &north["id"]).await.into_iter().map(|(action, _)| action).collect();
        assert_eq!(actions, ["created", "updated", "deleted"].map(|verb| format!("{entity}.{verb}")));
    }
}

#[tokio::test]
async fn a_save_that_changes_nothing_is_no_new_version() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let main = read(&ana, "partners", &json!(1)).await;
    let same = replace(&ana, "partners", &main, json!({ "name": " Main " })).await;
    assert_eq!(same.headers()["etag"], format!("\"{}\"", main["version"]));
    assert!(audited(&app, "partner", &json!(1)).await.is_empty());
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let bad = json!({ "name": " ", "portal_id_prefix": "no", "is_default": true, "is_active": false });
    let fields = wrong_fields(ana.post("/api/v1/partners", &bad).await).await;
    assert_eq!(fields, ["is_active", "name", "portal_id_prefix"]);
    let unknown = ana.post("/api/v1/locations", &json!({ "name": "X", "portal_id_prefix": "X" })).await;
    assert_eq!(wrong_fields(unknown).await, ["portal_id_prefix"]);
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_case() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for kind in ["partners", "locations"] {
        let other = make(&ana, kind, json!({ "name": "Élan" })).await;
        for name in ["Main", "MAIN", "elan"] {
            let taken = ana.post(&format!("/api/v1/{kind}"), &json!({ "name": name })).await;
            assert_eq!(refusal(taken).await, (409, "name_taken".into()), "{kind} {name}");
        }
        let taken = replace(&ana, kind, &other, json!({ "name": "main" })).await;
        assert_eq!(refusal(taken).await, (409, "name_taken".into()));
        assert_eq!(replace(&ana, kind, &other, json!({ "name": "ÉLAN" })).await.status(), 200);
    }
}

#[tokio::test]
async fn the_default_moves_and_is_never_lost() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for (kind, entity, column) in [("partners", "partner", "partner_id"), ("locations", "location", "location_id")] {
        let main = read(&ana, kind, &json!(1)).await;
        assert_eq!(main["is_default"], true);
        let none = replace(&ana, kind, &main, json!({ "is_default": false })).await;
        assert_eq!(wrong_fields(none).await, ["is_default"]);
        let asleep = replace(&ana, kind, &main, json!({ "is_active": false })).await;
        assert_eq!(wrong_fields(asleep).await, ["is_active"]);
        let refused = delete(&ana, kind, &main["id"]).await;
        assert_eq!(refusal(refused).await, (409, format!("default_{entity}")));
        let second = make(&ana, kind, json!({ "name": "Second" })).await;
        assert_eq!(replace(&ana, kind, &second, json!({ "is_default": true })).await.status(), 200);
        let before = read(&ana, kind, &main["id"]).await;
        assert_eq!(before["is_default"], false);
        assert_ne!(before["version"], main["version"]);
        let new = ana.create(json!({ "name": "Somebody new" })).await;
        assert_eq!(new[column], second["id"]);
        let third = make(&ana, kind, json!({ "name": "Third", "is_default": true })).await;
        let defaults: Vec<Value> = ana.json(&format!("/api/v1/{kind}")).await.as_array().unwrap().clone();
        let defaults: Vec<&Value> = defaults.iter().filter(|one| one["is_default"] == true).collect();
        assert_eq!(defaults.iter().map(|one| &one["id"]).collect::<Vec<_>>(), [&third["id"]]);
        let moved = (format!("{entity}.updated"), vec!["is_default".to_owned()]);
        assert_eq!(audited(&app, entity, &main["id"]).await, [moved]);
    }
}

#[tokio::test]
async fn of_many_who_make_theirs_the_default_the_last_one_wins() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let makers = (0..8).map(|number| {
        let ana = ana.clone();
        async move {
            let partner = json!({ "name": format!("Partner {number}"), "is_default": true });
            ana.post("/api/v1/partners", &partner).await.status().as_u16()
        }
    });
    assert_eq!(futures::future::join_all(makers).await, [201; 8]);
    let partners = ana.json("/api/v1/partners").await;
    assert_eq!(partners.as_array().unwrap().iter().filter(|one| one["is_default"] == true).count(), 1);
}

#[tokio::test]
async fn an_inactive_one_keeps_its_customers_and_takes_no_new_ones() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let north = make(&ana, "partners", json!({ "name": "North", "portal_id_prefix": "N" })).await;
    let nora = ana.create(json!({ "name": "Nora", "partner_id": north["id"] })).await;
    assert!(nora["portal_id"].as_str().unwrap().starts_with('N'), "{nora}");
    assert_eq!(replace(&ana, "partners", &north, json!({ "is_active": false })).await.status(), 200);
    let refused = ana.post("/api/v1/customers", &json!({ "name": "Late", "partner_id": north["id"] })).await;
    assert_eq!(wrong_fields(refused).await, ["partner_id"]);
    let path = format!("/api/v1/customers/{}", nora["id"]);
    assert_eq!(ana.patch(&path, 1, &json!({ "tax_id": "7" })).await.status(), 200);
    assert_eq!(read(&ana, "partners", &north["id"]).await["customers"], 1);
}

#[tokio::test]
async fn none_is_deleted_while_customers_belong_to_it() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for (kind, entity, column) in [("partners", "partner", "partner_id"), ("locations", "location", "location_id")] {
        let north = make(&ana, kind, json!({ "name": "North" })).await;
        let mut customer = json!({ "name": "Nora" });
        customer[column] = north["id"].clone();
        let nora = ana.create(customer).await;
        let path = format!("/api/v1/customers/{}", nora["id"]);
        let refused = delete(&ana, kind, &north["id"]).await;
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        let body: Value = refused.json().await.unwrap();
        assert_eq!(body["code"], format!("{entity}_in_use"));
        let detail = body["detail"].as_str().unwrap();
        assert!(detail.contains("1 customer ") && detail.contains("inactive"), "{detail}");
        // In the trash it still belongs there.
        assert_eq!(ana.delete(&path, 1).await.status(), StatusCode::NO_CONTENT);
        assert_eq!(read(&ana, kind, &north["id"]).await["customers"], 0);
        let refused = delete(&ana, kind, &north["id"]).await;
        assert_eq!(refusal(refused).await, (409, format!("{entity}_in_use")));
    }
}

#[tokio::test]
async fn one_whose_customers_all_went_elsewhere_can_be_deleted() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let north = make(&ana, "locations", json!({ "name": "North" })).await;
    let nora = ana.create(json!({ "name": "Nora", "location_id": north["id"] })).await;
    let path = format!("/api/v1/customers/{}", nora["id"]);
    assert_eq!(ana.patch(&path, 1, &json!({ "location_id": 1 })).await.status(), 200);
    assert_eq!(delete(&ana, "locations", &north["id"]).await.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn whoever_sees_one_partner_keeps_that_one_only() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let north = make(&ana, "partners", json!({ "name": "North" })).await;
    ana.create(json!({ "name": "Mia" })).await;
    ana.create(json!({ "name": "Nora", "partner_id": north["id"] })).await;
    let ben = limited(&app, &ana, &north["id"]).await;
    let seen = ben.json("/api/v1/partners").await;
    assert_eq!(seen.as_array().unwrap().len(), 1);
    assert_eq!((&seen[0]["name"], &seen[0]["customers"]), (&json!("North"), &json!(1)));
    // Both customers are at the same location; only one exists for them.
    assert_eq!(ben.json("/api/v1/locations").await[0]["customers"], 1);
    assert_eq!(ana.json("/api/v1/locations").await[0]["customers"], 2);
    assert_eq!(refusal(ben.get("/api/v1/partners/1").await).await, (404, "not_found".into()));
    let north = read(&ben, "partners", &north["id"]).await;
    for refused in [
        ben.post("/api/v1/partners", &json!({ "name": "South" })).await,
        replace(&ben, "partners", &north, json!({ "is_default": true })).await,
        delete(&ben, "partners", &north["id"]).await,
    ] {
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        let body: Value = refused.json().await.unwrap();
        assert_eq!(body["permission"], "partners.manage on every partner");
    }
    assert_eq!(replace(&ben, "partners", &north, json!({ "name": "North-East" })).await.status(), 200);
    // Locations are not limited for them.
    make(&ben, "locations", json!({ "name": "Harbour" })).await;
    let (_, page) = ben.page("/admin/partners").await;
    assert!(page.contains("North-East cannot be deleted") && !page.contains("Main cannot be deleted"), "{page}");
}

#[tokio::test]
async fn choices_offer_the_active_ones_in_the_scope() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    make(&ana, "partners", json!({ "name": "zebra" })).await;
    make(&ana, "partners", json!({ "name": "Ant", "is_active": false })).await;
    make(&ana, "partners", json!({ "name": "Bee" })).await;
    let mut tx = app.services.database.read().await.unwrap();
    let scope = Actor::system("test").scope;
    let (partners, locations) = app.services.places.choices(&mut tx, &scope).await.unwrap();
    let names: Vec<&str> = partners.iter().map(|choice| choice.name.as_str()).collect();
    assert_eq!(names, ["Main", "Bee", "zebra"]);
    assert_eq!(locations.len(), 1);
}

#[tokio::test]
async fn the_pages_have_everything_in_the_first_html() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for (kind, word, title) in [("partners", "partner", "Partners"), ("locations", "location", "Locations")] {
        let record =
            make(&ana, kind, json!({ "name": "North <b>", "description": "Beyond", "is_active": false })).await;
        let page = format!("/admin/{kind}");
        let (status, list) = ana.page(&page).await;
        assert_eq!(status, 200);
        let customers = format!("/customers?{word}=1");
        for text in [title, "Default", "Inactive", "Beyond", customers.as_str(), "Main cannot be deleted"] {
            assert!(list.contains(text), "{page} lacks {text}");
        }
        assert!(!list.contains("North <b>"), "{page} is not escaped");
        assert!(!list.contains(&format!("{word}[name]")), "no form is open");
        let (_, new) = ana.page(&format!("{page}?new=1")).await;
        assert!(new.contains(&format!("{word}[name]")) && new.contains("Add "), "{new}");
        let (_, edit) = ana.page(&format!("{page}?edit={}", record["id"])).await;
        assert!(edit.contains("Save changes") && edit.contains("North &lt;b"), "{edit}");
        assert_eq!(ana.page(&format!("{page}?edit=4711")).await.0, 404);
        let (_, done) = ana.page(&format!("{page}?done=saved")).await;
        assert!(done.contains(" saved."), "{done}");
    }
    let reader = app.staff("read-only").await;
    let (status, page) = reader.page("/admin/partners?new=1").await;
    assert_eq!(status, 200);
    assert!(page.contains("Main") && !page.contains("New partner") && !page.contains("partner[name]"), "{page}");
}

#[tokio::test]
async fn forms_work_without_javascript_and_keep_what_was_typed() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let north = [
        ("partner[name]", "North"),
        ("partner[portal_id_prefix]", "N"),
        ("partner[description]", ""),
        ("partner[is_active]", "false"),
    ];
    let created = ana.form("/api/fn/partners/create", "/admin/partners?new=1", &north).await;
    assert_eq!(created.status(), 302);
    assert_eq!(created.headers()["location"], "/admin/partners?done=created");
    let partner = ana.json("/api/v1/partners").await[1].clone();
    assert_eq!((&partner["name"], &partner["is_active"]), (&json!("North"), &json!(false)));
    let id = partner["id"].to_string();
    let edit = format!("/admin/partners?edit={id}");
    let typed = [
        ("id", id.as_str()),
        ("version", "1"),
        ("partner[name]", "MAIN"),
        ("partner[portal_id_prefix]", "N"),
        ("partner[description]", "Typed by hand"),
        ("partner[is_active]", "true"),
    ];
    let refused = ana.form("/api/fn/partners/update", &edit, &typed).await;
    assert_eq!(refused.status(), 302);
    let location = refused.headers()["location"].to_str().unwrap();
    let back = &location[location.find("/admin/partners").unwrap()..];
    let (status, page) = ana.page(back).await;
    assert_eq!(status, 200);
    for text in ["Typed by hand", "MAIN", "aria-invalid", "Another partner has this name already."] {
        assert!(page.contains(text), "{text} is missing in {page}");
    }
    let deleted =
        ana.form("/api/fn/partners/delete", "/admin/partners", &[("id", id.as_str()), ("version", "1")]).await;
    assert_eq!(deleted.headers()["location"], "/admin/partners?done=deleted");
    let kept = ana.form("/api/fn/partners/delete", "/admin/partners", &[("id", "1"), ("version", "1")]).await;
    let location = kept.headers()["location"].to_str().unwrap();
    let (_, page) = ana.page(&location[location.find("/admin/partners").unwrap()..]).await;
    assert!(page.contains("Make another one the default first."), "{page}");
}
