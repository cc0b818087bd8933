//! Accounts under accounts: chains, levels, pages of children, counts, and what may hang where.

use isp::customers::CustomerInput;
use isp::customers::hierarchy::{MoveInput, TreePage};
use isp::settings::{CustomerSettings, Settings};
use isp::shared::actor::Actor;
use isp::shared::id::{CustomerId, LocationId, PartnerId};
use isp::shared::permission::{Permission, PermissionSet, Scope};
use isp::shared::problem::Problem;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Person, TestApp, refusal, start_of_time, wrong_fields};

fn system() -> Actor {
    Actor::system("test")
}

fn id_of(customer: &Value) -> CustomerId {
    CustomerId(customer["id"].as_i64().unwrap())
}

pub(super) async fn create(ana: &Person, name: &str, parent: Option<&Value>) -> Value {
    ana.create(json!({ "name": name, "parent_id": parent.map(|parent| &parent["id"]) })).await
}

/// A chain of accounts, each under the one before.
pub(super) async fn chain(ana: &Person, names: &[&str]) -> Vec<Value> {
    let mut chain: Vec<Value> = Vec::new();
    for name in names {
        let next = create(ana, name, chain.last()).await;
        chain.push(next);
    }
    chain
}

async fn put_parent(ana: &Person, customer: &Value, version: i64, to: &Value) -> Response {
    let path = format!("/api/v1/customers/{}/parent", customer["id"]);
    ana.request(Method::PUT, &path).header("if-match", format!("\"{version}\"")).json(to).send().await.unwrap()
}

pub(super) async fn now(ana: &Person, customer: &Value) -> Value {
    ana.json(&format!("/api/v1/customers/{}", customer["id"])).await
}

pub(super) async fn view(ana: &Person, customer: &Value) -> Value {
    ana.json(&format!("/api/v1/customers/{}/hierarchy", customer["id"])).await
}

/// Everything that is kept is what the parents say.
pub(super) async fn assert_sound(app: &TestApp) {
    assert_eq!(app.services.customers.verify_hierarchy().await.unwrap(), Vec::<String>::new());
}

async fn second_partner(app: &TestApp) -> PartnerId {
    let mut tx = app.services.database.begin().await.unwrap();
    let insert = tx.query(
        "INSERT INTO partners (name, name_key, portal_id_prefix, created_at) VALUES ('North', 'north', 'N', $1) \
         RETURNING id",
    );
    let id: i64 = insert.bind(start_of_time()).fetch_value().await.unwrap();
    tx.commit().await.unwrap();
    PartnerId(id)
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_customer_knows_everybody_above_and_how_many_hang_below() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let chain = chain(&ana, &["Main", "Sub", "Site"]).await;
    create(&ana, "Second sub", Some(&chain[0])).await;
    let site = view(&ana, &chain[2]).await;
    assert_eq!(names(&site["ancestors"]), ["Main", "Sub"]);
    assert_eq!((&site["account_level"], &site["max_account_level"]), (&json!(3), &json!(5)));
    assert_eq!((&site["children"], &site["ancestors_hidden"]), (&json!(0), &json!(false)));
    let main = view(&ana, &chain[0]).await;
    assert_eq!((&main["children"], &main["descendants"], &main["account_level"]), (&json!(2), &json!(3), &json!(1)));
    assert_eq!(now(&ana, &chain[2]).await["account_level"], 3);
    assert_sound(&app).await;
}

#[tokio::test]
async fn a_subtree_moves_with_its_levels_and_counts() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let first = chain(&ana, &["A", "B", "C", "D"]).await;
    let second = chain(&ana, &["X", "Y"]).await;
    let moved = put_parent(&ana, &first[1], 1, &json!({ "parent_id": second[1]["id"] })).await;
    assert_eq!(moved.status(), 200);
    assert_eq!(moved.headers()["etag"], "\"2\"");
    let moved: Value = moved.json().await.unwrap();
    assert_eq!((&moved["account_level"], &moved["parent_id"]), (&json!(3), &second[1]["id"]));
    assert_eq!(names(&view(&ana, &first[3]).await["ancestors"]), ["X", "Y", "B", "C"]);
    assert_eq!(now(&ana, &first[3]).await["account_level"], 5);
    assert_eq!(view(&ana, &first[0]).await["descendants"], 0);
    assert_eq!(view(&ana, &second[0]).await["descendants"], 4);
    assert_sound(&app).await;
    let main = put_parent(&ana, &first[1], 2, &json!({ "parent_id": null, "billing_mode": "consolidated" })).await;
    let main: Value = main.json().await.unwrap();
    assert_eq!((&main["account_level"], &main["billing_mode"]), (&json!(1), &json!("independent")));
    assert_eq!(now(&ana, &first[3]).await["account_level"], 3);
    assert_sound(&app).await;
    let history = ana.json(&format!("/api/v1/customers/{}/history", first[1]["id"])).await;
    assert_eq!(history[0]["action"], "customer.moved");
    assert_eq!(history[0]["changes"][0]["before"], second[1]["id"]);
}

#[tokio::test]
async fn a_move_to_the_same_place_changes_nothing_and_the_billing_mode_alone_does() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let chain = chain(&ana, &["Main", "Sub"]).await;
    let same = put_parent(&ana, &chain[1], 1, &json!({ "parent_id": chain[0]["id"] })).await;
    assert_eq!(same.headers()["etag"], "\"1\"");
    let to = json!({ "parent_id": chain[0]["id"], "billing_mode": "consolidated" });
    let billed: Value = put_parent(&ana, &chain[1], 1, &to).await.json().await.unwrap();
    assert_eq!((&billed["version"], &billed["billing_mode"]), (&json!(2), &json!("consolidated")));
    let wrong = json!({ "parent_id": chain[0]["id"], "billing_mode": "never" });
    assert_eq!(wrong_fields(put_parent(&ana, &chain[1], 2, &wrong).await).await, ["billing_mode"]);
    assert_sound(&app).await;
}

#[tokio::test]
async fn a_stale_version_moves_nothing_and_shows_what_is_stored() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let chain = chain(&ana, &["Main", "Sub"]).await;
    assert_eq!(put_parent(&ana, &chain[1], 1, &json!({})).await.status(), 200);
    let stale = put_parent(&ana, &chain[1], 1, &json!({ "parent_id": chain[0]["id"] })).await;
    assert_eq!(stale.status(), 412);
    let stale: Value = stale.json().await.unwrap();
    assert_eq!((&stale["code"], &stale["current"]["version"]), (&json!("stale"), &json!(2)));
    let path = format!("/api/v1/customers/{}/parent", chain[1]["id"]);
    let bare = ana.request(Method::PUT, &path).json(&json!({})).send().await.unwrap();
    assert_eq!(refusal(bare).await, (428, "precondition_required".into()));
    let unknown = put_parent(&ana, &chain[1], 2, &json!({ "parent": 1 })).await;
    assert_eq!(wrong_fields(unknown).await, ["parent"]);
}

#[tokio::test]
async fn a_parent_cannot_become_its_own_grandchild_nor_its_own_child() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let chain = chain(&ana, &["A", "B", "C"]).await;
    for under in [&chain[0], &chain[1], &chain[2]] {
        let refused = put_parent(&ana, &chain[0], 1, &json!({ "parent_id": under["id"] })).await;
        assert_eq!(refusal(refused).await, (409, "hierarchy_cycle".into()));
    }
    let nobody = put_parent(&ana, &chain[0], 1, &json!({ "parent_id": 4711 })).await;
    assert_eq!(wrong_fields(nobody).await, ["parent_id"]);
    assert_sound(&app).await;
}

#[tokio::test]
async fn no_subtree_grows_deeper_than_the_setting() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let customers = CustomerSettings { max_account_level: 3, ..CustomerSettings::default() };
    app.services.settings.update(&system(), Settings { customers, ..Settings::default() }).await.unwrap();
    let deep = chain(&ana, &["A", "B", "C"]).await;
    let refused = ana.post("/api/v1/customers", &json!({ "name": "D", "parent_id": deep[2]["id"] })).await;
    assert_eq!(refusal(refused).await, (409, "hierarchy_depth_exceeded".into()));
    let pair = chain(&ana, &["X", "Y"]).await;
    let refused = put_parent(&ana, &pair[0], 1, &json!({ "parent_id": deep[1]["id"] })).await;
    assert_eq!(refusal(refused).await, (409, "hierarchy_depth_exceeded".into()));
    assert_eq!(put_parent(&ana, &pair[0], 1, &json!({ "parent_id": deep[0]["id"] })).await.status(), 200);
    assert_sound(&app).await;
}

#[tokio::test]
async fn nothing_hangs_under_a_terminated_or_deleted_customer() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (gone, left, child) =
        (create(&ana, "Gone", None).await, create(&ana, "Left", None).await, create(&ana, "Child", None).await);
    assert_eq!(ana.delete(&format!("/api/v1/customers/{}", gone["id"]), 1).await.status(), 204);
    let terminated = json!({ "to": "terminated", "reason": "moved" });
    let response = ana.post(&format!("/api/v1/customers/{}/status", left["id"]), &terminated).await;
    assert_eq!(response.status(), 200);
    for parent in [&gone, &left] {
        let refused = put_parent(&ana, &child, 1, &json!({ "parent_id": parent["id"] })).await;
        assert_eq!(refusal(refused).await, (409, "parent_not_linkable".into()));
    }
    // What left may hang under what stays.
    let version = now(&ana, &left).await["version"].as_i64().unwrap();
    assert_eq!(put_parent(&ana, &left, version, &json!({ "parent_id": child["id"] })).await.status(), 200);
    assert_eq!(refusal(put_parent(&ana, &gone, 2, &json!({})).await).await, (409, "deleted".into()));
    assert_sound(&app).await;
}

#[tokio::test]
async fn children_come_in_pages_although_all_have_one_name() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let parent = id_of(&create(&ana, "Main", None).await);
    let input = CustomerInput { name: Some("Li Na".into()), parent_id: Some(parent), ..CustomerInput::default() };
    let customers = &app.services.customers;
    let inputs = (0..120).map(|_| customers.check_input(&input, None).unwrap()).collect();
    let mut tx = app.services.database.begin().await.unwrap();
    for created in customers.create_many(&mut tx, &system(), inputs).await.unwrap() {
        created.unwrap();
    }
    tx.commit().await.unwrap();
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let path = format!("/api/v1/customers/{parent}/children?cursor={cursor}");
        let page: TreePage = serde_json::from_value(ana.json(&path).await).unwrap();
        found.extend(page.nodes.iter().map(|node| node.id));
        pages += 1;
        let Some(next) = page.next_cursor else { break };
        cursor = next;
    }
    let mut unique = found.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!((found.len(), unique.len(), pages), (120, 120, 3));
    assert_eq!(ana.json(&format!("/api/v1/customers/{parent}/hierarchy")).await["children"], 120);
    for (query, field) in [("cursor=junk", "cursor"), ("limit=0", "limit"), ("limit=101", "limit"), ("x=1", "x")] {
        let refused = ana.get(&format!("/api/v1/customers/{parent}/children?{query}")).await;
        assert_eq!(wrong_fields(refused).await, [field]);
    }
    assert_sound(&app).await;
}

#[tokio::test]
async fn main_accounts_with_children_are_listed_by_name() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for name in ["Cedar", "Äpfel", "Birch"] {
        chain(&ana, &[name, "Child", "Grandchild"]).await;
    }
    create(&ana, "Alone", None).await;
    let first = ana.json("/api/v1/hierarchy?limit=2").await;
    assert_eq!(names(&first["nodes"]), ["Äpfel", "Birch"]);
    assert_eq!((&first["nodes"][0]["children"], &first["nodes"][0]["descendants"]), (&json!(1), &json!(2)));
    let next = first["next_cursor"].as_str().unwrap();
    let second = ana.json(&format!("/api/v1/hierarchy?limit=2&cursor={next}")).await;
    assert_eq!((names(&second["nodes"]), &second["next_cursor"]), (vec!["Cedar"], &Value::Null));
    let id = &second["nodes"][0]["id"];
    assert_eq!(ana.patch(&format!("/api/v1/customers/{id}"), 1, &json!({ "name": "Aspen" })).await.status(), 200);
    assert_eq!(names(&ana.json("/api/v1/hierarchy").await["nodes"]), ["Äpfel", "Aspen", "Birch"]);
    assert_sound(&app).await;
}

#[tokio::test]
async fn a_scope_hides_ancestors_children_and_totals() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let north = second_partner(&app).await;
    let main = create(&ana, "Main", None).await;
    let of_north = |name: &str, parent: &Value| json!({ "name": name, "parent_id": parent["id"], "partner_id": north });
    let sub = ana.create(of_north("Sub", &main)).await;
    ana.create(of_north("Northern site", &sub)).await;
    create(&ana, "Southern site", Some(&sub)).await;
    let narrow = Actor { scope: Scope { partners: Some(vec![north]), locations: None }, ..system() };
    let customers = &app.services.customers;
    let seen = customers.hierarchy(&narrow, id_of(&sub)).await.unwrap();
    assert_eq!((seen.ancestors.len(), seen.ancestors_hidden, seen.account_level), (0, true, 2));
    assert_eq!((seen.children, seen.descendants), (1, 1));
    let page = customers.children(&narrow, Some(id_of(&sub)), None, None).await.unwrap();
    assert_eq!(page.nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(), ["Northern site"]);
    let hidden = customers.children(&narrow, Some(id_of(&main)), None, None).await;
    assert_eq!(hidden.unwrap_err(), Problem::not_found("customer"));
    assert!(customers.children(&narrow, None, None, None).await.unwrap().nodes.is_empty());
    let all = customers.hierarchy(&system(), id_of(&main)).await.unwrap();
    assert_eq!((all.children, all.descendants), (1, 3));
    // A parent outside the scope does not exist, and children outside of it are nobody's to settle.
    let to = MoveInput { parent_id: Some(id_of(&main)), ..MoveInput::default() };
    let refused = customers.move_under(&narrow, page.nodes[0].id, 1, &to).await.unwrap_err();
    assert_eq!(refused.errors()[0].field, "parent_id");
    let refused = customers.delete(&narrow, id_of(&sub), 1, Some("promote"), None).await.unwrap_err();
    assert_eq!(refused.code(), "has_children");
    assert_sound(&app).await;
}

#[tokio::test]
async fn counts_follow_a_customer_to_another_partner_and_location() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let north = second_partner(&app).await;
    let chain = chain(&ana, &["A", "B", "C"]).await;
    let path = format!("/api/v1/customers/{}", chain[1]["id"]);
    assert_eq!(ana.patch(&path, 1, &json!({ "partner_id": north })).await.status(), 200);
    assert_sound(&app).await;
    let narrow =
        Actor { scope: Scope { partners: Some(vec![north]), locations: Some(vec![LocationId(1)]) }, ..system() };
    let narrow_main = Actor { scope: Scope { partners: Some(vec![PartnerId(1)]), locations: None }, ..system() };
    let customers = &app.services.customers;
    assert_eq!(customers.tree_node(&narrow, id_of(&chain[1])).await.unwrap().children, 0);
    let main = customers.tree_node(&narrow_main, id_of(&chain[0])).await.unwrap();
    assert_eq!((main.children, main.descendants), (0, 1));
}

#[tokio::test]
async fn another_partners_customer_is_a_parent_only_with_the_permission() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let north = second_partner(&app).await;
    let main = create(&ana, "Main", None).await;
    let foreign = ana.create(json!({ "name": "Foreign", "partner_id": north })).await;
    let few: PermissionSet =
        [Permission::CustomersRead, Permission::CustomersMove, Permission::CustomersCreate].into_iter().collect();
    let mover = Actor { permissions: few, ..system() };
    let customers = &app.services.customers;
    let to = MoveInput { parent_id: Some(id_of(&main)), ..MoveInput::default() };
    let refused = customers.move_under(&mover, id_of(&foreign), 1, &to).await.unwrap_err();
    assert_eq!(refused, Problem::Forbidden { permission: "customers.cross_partner".into() });
    assert!(customers.possible_parents(&mover, Some(id_of(&foreign)), "main").await.unwrap().is_empty());
    let reader = Actor { permissions: [Permission::CustomersRead].into_iter().collect(), ..system() };
    let refused = customers.move_under(&reader, id_of(&foreign), 1, &to).await.unwrap_err();
    assert_eq!(refused, Problem::Forbidden { permission: "customers.move".into() });
    assert_eq!(customers.move_under(&system(), id_of(&foreign), 1, &to).await.unwrap().account_level, 2);
    assert_sound(&app).await;
}

#[tokio::test]
async fn possible_parents_leave_out_whoever_cannot_be_one() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let chain = chain(&ana, &["Tree A", "Tree B", "Tree C", "Tree D", "Tree E"]).await;
    let other = create(&ana, "Tree X", None).await;
    let gone = create(&ana, "Tree gone", None).await;
    ana.delete(&format!("/api/v1/customers/{}", gone["id"]), 1).await;
    let found = |customer: Option<&Value>| {
        let arguments = json!({ "customer_id": customer.map(|one| &one["id"]), "query": "tree" });
        let ana = ana.clone();
        async move {
            let found: Value = ana.post("/api/fn/hierarchy/parents", &arguments).await.json().await.unwrap();
            let mut found: Vec<String> = names(&found).into_iter().map(str::to_owned).collect();
            found.sort();
            found
        }
    };
    assert_eq!(found(None).await, ["Tree A", "Tree B", "Tree C", "Tree D", "Tree X"]);
    assert_eq!(found(Some(&other)).await, ["Tree A", "Tree B", "Tree C", "Tree D"]);
    assert_eq!(found(Some(&chain[1])).await, ["Tree A", "Tree X"]);
    assert!(found(Some(&chain[0])).await.is_empty());
}
