//! The people to talk to: one primary, found by the search, changed by versions, kept to their customer.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Person, TestApp, encoded, refusal, wrong_fields};

/// A new customer's address of contacts.
async fn contacts_of(ana: &Person, customer: Value) -> (i64, String) {
    let id = ana.create(customer).await["id"].as_i64().unwrap();
    (id, format!("/api/v1/customers/{id}/contacts"))
}

async fn add(ana: &Person, path: &str, contact: Value) -> Value {
    let response = ana.post(path, &contact).await;
    assert_eq!(response.status(), 201, "{}", response.text().await.unwrap());
    response.json().await.unwrap()
}

fn names(contacts: &Value) -> Vec<&str> {
    contacts.as_array().unwrap().iter().map(|contact| contact["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_contact_is_added_read_and_listed_with_the_primary_one_first() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (_, path) = contacts_of(&ana, json!({ "name": "Fjord AS", "country": "NO" })).await;
    add(&ana, &path, json!({ "name": "Third" })).await;
    add(&ana, &path, json!({ "name": "Second", "kind": "billing" })).await;
    let response = ana
        .post(
            &path,
            &json!({ "kind": "primary", "name": "  Zoë   Berg ", "email": "zoe@example.net", "phone": "22 12 34 56",
            "notices": ["outage", "billing"], "portal_role": "owner", "notes": "Calls\nafter nine" }),
        )
        .await;
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["etag"], "\"1\"");
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let zoe: Value = response.json().await.unwrap();
    assert_eq!((&zoe["name"], &zoe["phone_e164"]), (&json!("Zoë Berg"), &json!("+4722123456")));
    assert_eq!((&zoe["notices"], &zoe["notes"]), (&json!(["billing", "outage"]), &json!("Calls\nafter nine")));
    assert_eq!(ana.json(&location).await, zoe);
    assert_eq!(names(&ana.json(&path).await), ["Zoë Berg", "Second", "Third"]);
    let known = ana.request(Method::GET, &location).header("if-none-match", "\"1\"").send().await.unwrap();
    assert_eq!(known.status(), 304);
}

#[tokio::test]
async fn numbers_without_a_country_are_read_in_the_default_region() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (_, path) = contacts_of(&ana, json!({ "name": "Ana" })).await;
    let contact = add(&ana, &path, json!({ "name": "Ben", "mobile": "(202) 456-1111", "phone": "1234" })).await;
    assert_eq!((&contact["mobile_e164"], &contact["phone_e164"]), (&json!("+12024561111"), &Value::Null));
}

#[tokio::test]
async fn every_wrong_field_of_a_contact_is_named_and_nothing_is_added() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (id, path) = contacts_of(&ana, json!({ "name": "Ana" })).await;
    let wrong = json!({ "kind": "friend", "email": "nobody", "phone": "call me", "notices": ["gossip"] });
    assert_eq!(wrong_fields(ana.post(&path, &wrong).await).await, ["email", "kind", "name", "notices", "phone"]);
    assert_eq!(wrong_fields(ana.post(&path, &json!({ "name": "Ben", "wings": 2 })).await).await, ["wings"]);
    let in_portal = ana.post(&path, &json!({ "name": "Ben", "portal_role": "view" })).await;
    assert_eq!(wrong_fields(in_portal).await, ["email"]);
    let by_page = ana.post("/api/fn/contacts/create", &json!({ "customer_id": id })).await;
    assert_eq!(wrong_fields(by_page).await, ["name"]);
    assert_eq!(ana.json(&path).await, json!([]));
}

#[tokio::test]
async fn a_patch_of_a_contact_needs_the_latest_version() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (_, path) = contacts_of(&ana, json!({ "name": "Ana" })).await;
    let ben = add(&ana, &path, json!({ "name": "Ben", "email": "ben@example.net", "notices": ["billing"] })).await;
    let one = format!("{path}/{}", ben["id"]);
    let patched = ana.patch(&one, 1, &json!({ "position": "Director", "email": null, "notices": [] })).await;
    assert_eq!((patched.status().as_u16(), patched.headers()["etag"].to_str().unwrap()), (200, "\"2\""));
    let patched: Value = patched.json().await.unwrap();
    assert_eq!((&patched["name"], &patched["position"]), (&json!("Ben"), &json!("Director")));
    assert_eq!((&patched["email"], &patched["notices"]), (&Value::Null, &json!([])));
    let late: Value = ana.patch(&one, 1, &json!({ "name": "Late" })).await.json().await.unwrap();
    assert_eq!(
        (&late["code"], &late["version"], &late["current"]["name"]),
        (&json!("stale"), &json!(2), &json!("Ben"))
    );
    assert_eq!(refusal(ana.delete(&one, 1).await).await, (412, "stale".into()));
    for method in [Method::PATCH, Method::DELETE] {
        let bare = ana.request(method, &one).json(&json!({})).send().await.unwrap();
        assert_eq!(refusal(bare).await, (428, "precondition_required".into()));
    }
    assert_eq!(wrong_fields(ana.patch(&one, 2, &json!({ "id": 5 })).await).await, ["id"]);
    assert_eq!(refusal(ana.patch(&one, 2, &json!([1])).await).await, (400, "malformed".into()));
    assert_eq!(ana.delete(&one, 2).await.status(), 204);
    assert_eq!(refusal(ana.get(&one).await).await, (404, "not_found".into()));
}

#[tokio::test]
async fn the_history_of_the_customer_tells_what_happened_to_a_contact() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (id, path) = contacts_of(&ana, json!({ "name": "Ana" })).await;
    let ben = add(&ana, &path, json!({ "name": "Ben" })).await;
    let one = format!("{path}/{}", ben["id"]);
    let same = ana.patch(&one, 1, &json!({ "name": " Ben " })).await;
    assert_eq!(same.headers()["etag"], "\"1\"", "nothing changed is no new version");
    ana.patch(&one, 1, &json!({ "department": "Sales" })).await;
    ana.delete(&one, 2).await;
    let history = ana.json(&format!("/api/v1/customers/{id}/history")).await;
    let actions: Vec<&str> = history.as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["contact.removed", "contact.changed", "contact.added", "customer.created"]);
    assert_eq!(
        history[1]["changes"],
        json!([
            { "field": "id", "before": ben["id"], "after": ben["id"] },
            { "field": "department", "before": null, "after": "Sales" }
        ])
    );
    let added = history[2]["changes"].as_array().unwrap();
    assert!(added.contains(&json!({ "field": "name", "before": null, "after": "Ben" })), "{added:?}");
    assert!(added.contains(&json!({ "field": "id", "before": null, "after": ben["id"] })), "{added:?}");
}

#[tokio::test]
async fn there_is_one_primary_contact_and_another_can_take_its_place() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (id, path) = contacts_of(&ana, json!({ "name": "Ana" })).await;
    let first = add(&ana, &path, json!({ "name": "First", "kind": "primary" })).await;
    let second = add(&ana, &path, json!({ "name": "Second", "kind": "legal" })).await;
    let taken = ana.post(&path, &json!({ "name": "Third", "kind": "primary" })).await;
    assert_eq!(refusal(taken).await, (409, "primary_taken".into()));
    let patched = ana.patch(&format!("{path}/{}", second["id"]), 1, &json!({ "kind": "primary" })).await;
    assert_eq!(refusal(patched).await, (409, "primary_taken".into()));
    let make = |version: i64| json!({ "customer_id": id, "id": second["id"], "version": version });
    let made = ana.post("/api/fn/contacts/make-primary", &make(1)).await;
    assert_eq!(made.status(), 200, "{}", made.text().await.unwrap());
    let contacts = ana.json(&path).await;
    assert_eq!(names(&contacts), ["Second", "First"]);
    assert_eq!((&contacts[1]["kind"], &contacts[1]["version"]), (&json!("other"), &json!(2)));
    let history = ana.json(&format!("/api/v1/customers/{id}/history")).await;
    assert_eq!((&history[0]["action"], &history[1]["action"]), (&json!("contact.changed"), &json!("contact.changed")));
    let late = ana.post("/api/fn/contacts/make-primary", &make(1)).await;
    assert_eq!(refusal(late).await, (412, "stale".into()));
    assert_eq!(ana.post("/api/fn/contacts/make-primary", &make(2)).await.status(), 200);
    assert_eq!(ana.json(&path).await[0]["version"], 2, "it is the primary one already");
    assert_eq!(ana.delete(&format!("{path}/{}", first["id"]), 2).await.status(), 204);
}

#[tokio::test]
async fn of_twenty_primary_contacts_at_once_one_is_kept() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (_, path) = contacts_of(&ana, json!({ "name": "Ana" })).await;
    let tries = (0..20).map(|number| {
        let (ana, path) = (ana.clone(), path.clone());
        async move { ana.post(&path, &json!({ "name": format!("Contact {number}"), "kind": "primary" })).await }
    });
    let mut statuses: Vec<u16> =
        futures::future::join_all(tries).await.iter().map(|answer| answer.status().as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [[201_u16].as_slice(), [409_u16; 19].as_slice()].concat());
    assert_eq!(ana.json(&path).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_customer_has_at_most_a_hundred_contacts() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (_, path) = contacts_of(&ana, json!({ "name": "Ana" })).await;
    for number in 0..100 {
        add(&ana, &path, json!({ "name": format!("Contact {number}") })).await;
    }
    assert_eq!(refusal(ana.post(&path, &json!({ "name": "One more" })).await).await, (409, "too_many".into()));
}

#[tokio::test]
async fn the_search_finds_a_customer_by_its_contacts_until_they_are_removed() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (_, path) = contacts_of(&ana, json!({ "name": "Fjord AS", "country": "NO" })).await;
    let contact = json!({ "name": "Jörg Weiß", "email": "j.weiss@example.org", "phone": "22 12 34 56",
        "mobile": "+47 912 34 567" });
    let contact = add(&ana, &path, contact).await;
    let queries = ["jorg weiss", "Jörg", "j.weiss@example.org", "4722123456", "91234567"];
    for query in queries {
        assert_eq!(ana.names(&format!("query={}", encoded(query))).await, ["Fjord AS"], "{query}");
    }
    let one = format!("{path}/{}", contact["id"]);
    ana.patch(&one, 1, &json!({ "name": "Åse Lund" })).await;
    assert_eq!(ana.names("query=ase").await, ["Fjord AS"]);
    assert!(ana.names("query=jorg").await.is_empty());
    ana.delete(&one, 2).await;
    for query in queries.into_iter().chain(["ase"]) {
        assert!(ana.names(&format!("query={}", encoded(query))).await.is_empty(), "{query}");
    }
}

#[tokio::test]
async fn a_contact_belongs_to_its_own_customer() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (_, mine) = contacts_of(&ana, json!({ "name": "Mine" })).await;
    let (other_id, other) = contacts_of(&ana, json!({ "name": "Other" })).await;
    let ben = add(&ana, &mine, json!({ "name": "Ben" })).await;
    let strange = format!("{other}/{}", ben["id"]);
    assert_eq!(refusal(ana.get(&strange).await).await, (404, "not_found".into()));
    assert_eq!(refusal(ana.patch(&strange, 1, &json!({ "name": "X" })).await).await, (404, "not_found".into()));
    assert_eq!(refusal(ana.delete(&strange, 1).await).await, (404, "not_found".into()));
    let primary = json!({ "customer_id": other_id, "id": ben["id"], "version": 1 });
    assert_eq!(refusal(ana.post("/api/fn/contacts/make-primary", &primary).await).await.0, 404);
    for path in ["/api/v1/customers/4711/contacts", "/api/v1/customers/x/contacts/1"] {
        assert_eq!(refusal(ana.get(path).await).await, (404, "not_found".into()), "{path}");
    }
    assert_eq!(refusal(ana.get(&format!("{mine}/x")).await).await, (404, "not_found".into()));
    assert_eq!(names(&ana.json(&mine).await), ["Ben"]);
}

#[tokio::test]
async fn contacts_outside_the_scope_look_missing() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (id, path) = contacts_of(&ana, json!({ "name": "Ana" })).await;
    let ben = add(&ana, &path, json!({ "name": "Ben" })).await;
    let eve = app.administrator().await;
    let mut tx = app.services.database.begin().await.unwrap();
    tx.query("UPDATE staff SET scope_partners = '[]' WHERE id = (SELECT MAX(id) FROM staff)").execute().await.unwrap();
    tx.commit().await.unwrap();
    let one = format!("{path}/{}", ben["id"]);
    assert_eq!(refusal(eve.get(&path).await).await, (404, "not_found".into()));
    assert_eq!(refusal(eve.get(&one).await).await, (404, "not_found".into()));
    assert_eq!(refusal(eve.post(&path, &json!({ "name": "Eve" })).await).await, (404, "not_found".into()));
    assert_eq!(refusal(eve.patch(&one, 1, &json!({ "name": "X" })).await).await, (404, "not_found".into()));
    assert_eq!(refusal(eve.delete(&one, 1).await).await, (404, "not_found".into()));
    let listed = eve.post("/api/fn/contacts/list", &json!({ "customer_id": id })).await;
    assert_eq!(refusal(listed).await, (404, "not_found".into()));
    assert_eq!(eve.page(&format!("/customers/{id}/contacts")).await.0, 404);
}

#[tokio::test]
async fn in_the_trash_contacts_are_read_only() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (id, path) = contacts_of(&ana, json!({ "name": "Ana" })).await;
    let ben = add(&ana, &path, json!({ "name": "Ben", "kind": "billing" })).await;
    assert_eq!(ana.delete(&format!("/api/v1/customers/{id}"), 1).await.status(), 204);
    let one = format!("{path}/{}", ben["id"]);
    assert_eq!(names(&ana.json(&path).await), ["Ben"]);
    assert_eq!(refusal(ana.post(&path, &json!({ "name": "X" })).await).await, (409, "deleted".into()));
    assert_eq!(refusal(ana.patch(&one, 1, &json!({ "name": "X" })).await).await, (409, "deleted".into()));
    assert_eq!(refusal(ana.delete(&one, 1).await).await, (409, "deleted".into()));
    let (status, page) = ana.page(&format!("/customers/{id}/contacts?contact=new")).await;
    assert_eq!(status, 200);
    assert!(page.contains("Ben") && page.contains("in the trash"), "{page}");
    assert!(!page.contains("contact[name]") && !page.contains("Add contact"), "{page}");
}

#[tokio::test]
async fn the_page_shows_everything_in_the_first_html_and_names_whom_it_removes() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (id, path) = contacts_of(&ana, json!({ "name": "Fjord AS" })).await;
    let page_path = format!("/customers/{id}/contacts");
    let (_, empty) = ana.page(&page_path).await;
    assert!(empty.contains("No contacts yet") && empty.contains("No addresses yet"), "{empty}");
    add(&ana, &path, json!({ "name": "<b>Ben</b>", "email": "ben@example.net", "position": "Director" })).await;
    let (status, page) = ana.page(&page_path).await;
    assert_eq!(status, 200);
    for text in ["mailto:ben@example.net", "Director", "Make primary", "Remove &lt;b&gt;Ben&lt;/b&gt;?"] {
        assert!(page.contains(text), "{text} is missing");
    }
    assert!(!page.contains("<b>Ben</b>"), "names are not escaped");
    let (_, gone) = ana.page(&format!("{page_path}?contact=987654")).await;
    assert!(gone.contains("not here any more"), "{gone}");
}

#[tokio::test]
async fn whoever_only_reads_sees_no_buttons() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (id, path) = contacts_of(&ana, json!({ "name": "Fjord AS" })).await;
    add(&ana, &path, json!({ "name": "Ben" })).await;
    let reader = app.staff("read-only").await;
    let (status, page) = reader.page(&format!("/customers/{id}/contacts?contact=new")).await;
    assert_eq!(status, 200);
    assert!(page.contains("Ben"), "{page}");
    for button in ["Add contact", "Make primary", "Remove", "contact[name]"] {
        assert!(!page.contains(button), "{button}");
    }
}

#[tokio::test]
async fn without_javascript_a_form_leads_on_or_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (id, path) = contacts_of(&ana, json!({ "name": "Fjord AS" })).await;
    let (page, id) = (format!("/customers/{id}/contacts"), id.to_string());
    let new = format!("{page}?contact=new");
    let fields = [("customer_id", id.as_str()), ("contact[name]", "Ben Typed"), ("contact[email]", "not an address")];
    let failed = ana.form("/api/fn/contacts/create", &new, &fields).await;
    assert!(failed.status().is_redirection());
    let location = failed.headers()["location"].to_str().unwrap();
    let back = location.split_once(&page).map(|(_, query)| format!("{page}{query}")).unwrap();
    let (status, html) = ana.page(&back).await;
    assert_eq!(status, 200);
    assert!(html.contains("Ben Typed") && html.contains("not an address") && html.contains("aria-invalid"), "{html}");
    let fields = [
        ("customer_id", id.as_str()),
        ("contact[name]", "Ben"),
        ("contact[kind]", "technical"),
        ("contact[notices][1]", "technical"),
        ("contact[notices][3]", "marketing"),
    ];
    let saved = ana.form("/api/fn/contacts/create", &new, &fields).await;
    assert!(saved.status().is_redirection());
    assert_eq!(saved.headers()["location"], format!("{page}?done=contact-added").as_str());
    assert!(ana.page(&format!("{page}?done=contact-added")).await.1.contains("Contact added."));
    let contacts = ana.json(&path).await;
    let ben = &contacts[0];
    assert_eq!((&ben["kind"], &ben["notices"]), (&json!("technical"), &json!(["technical", "marketing"])));
    edit_too_late(&ana, &page, &id, ben).await;
}

/// The one who saves second is told, and what was typed is still there.
async fn edit_too_late(ana: &Person, page: &str, customer_id: &str, contact: &Value) {
    let id = contact["id"].to_string();
    let edit = format!("{page}?contact={id}");
    let save = async |name: &str| {
        let fields = [("customer_id", customer_id), ("id", id.as_str()), ("version", "1"), ("contact[name]", name)];
        let answer = ana.form("/api/fn/contacts/update", &edit, &fields).await;
        answer.headers()["location"].to_str().unwrap().to_owned()
    };
    assert_eq!(save("Ben First").await, format!("{page}?done=contact-saved"));
    let location = save("Ben Second").await;
    let back = location.split_once(page).map(|(_, query)| format!("{page}{query}")).unwrap();
    let (_, html) = ana.page(&back).await;
    assert!(html.contains("Somebody else saved a change") && html.contains("Ben Second"), "{html}");
}
