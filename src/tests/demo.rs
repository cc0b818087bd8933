//! A system filled with made-up customers: every part of the record is there and fits together.

use std::collections::{BTreeMap, BTreeSet};

use isp::demo::{Filled, Made, Stage, add_customers, fill};
use isp::shared::actor::Actor;
use isp::shared::problem::Problem;
use reqwest::StatusCode;
use serde_json::Value;

use crate::support::{Person, TestApp};

const CUSTOMERS: usize = 300;

/// A system with the first customers of a seed, and its administrator.
async fn filled(customers: u64, seed: u64) -> (TestApp, Filled, Person) {
    let app = TestApp::start().await;
    let filled = fill(&app.services, customers, seed, |_| {}).await.unwrap();
    let demo = app.visitor();
    let response = demo.sign_in(&filled.account.username, &filled.account.password).await;
    assert_eq!(response.status(), StatusCode::OK);
    (app, filled, demo)
}

/// How many customers a query of the list finds.
async fn total(person: &Person, query: &str) -> usize {
    let page = person.json(&format!("/api/v1/customers?{query}&limit=1")).await;
    usize::try_from(page["total_count"].as_u64().unwrap()).unwrap()
}

/// Ids of the customers that a query finds, all pages of it.
async fn ids(person: &Person, query: &str) -> Vec<i64> {
    let mut ids = Vec::new();
    loop {
        let page = person.json(&format!("/api/v1/customers?{query}&sort=id&limit=100&offset={}", ids.len())).await;
        ids.extend(page["customers"].as_array().unwrap().iter().map(|customer| customer["id"].as_i64().unwrap()));
        if page["has_more"] == false {
            return ids;
        }
    }
}

async fn details(person: &Person, id: i64) -> Value {
    person.json(&format!("/api/v1/customers/{id}/details")).await
}

#[tokio::test]
async fn three_hundred_customers_show_every_part_of_the_record() {
    let (app, filled, demo) = filled(CUSTOMERS as u64, 1).await;
    let made = filled.made;
    assert_eq!(total(&demo, "deleted=false").await, CUSTOMERS);
    statuses_have_their_holds(&demo, &made).await;
    labels_are_worn(&app, &demo, &made).await;
    values_are_found(&app, &demo, &made).await;
    let records = records(&demo).await;
    people_and_places_are_there(&records, &made);
    branches_hang_under_their_groups(&app, &demo, &records, &made).await;
    let elsewhere = records.values().filter(|record| record["customer"]["partner_id"] != 1);
    assert!((30..=150).contains(&elsewhere.count()));
    let locations: BTreeSet<i64> =
        records.values().map(|record| record["customer"]["location_id"].as_i64().unwrap()).collect();
    assert_eq!(locations.len(), made.locations);
}

/// The details of every customer by id.
async fn records(demo: &Person) -> BTreeMap<i64, Value> {
    let mut records = BTreeMap::new();
    for id in ids(demo, "status=new&status=active&status=suspended&status=inactive&status=terminated").await {
        records.insert(id, details(demo, id).await);
    }
    assert_eq!(records.len(), CUSTOMERS);
    records
}

async fn statuses_have_their_holds(demo: &Person, made: &Made) {
    let suspended = total(demo, "status=suspended").await;
    assert!(suspended > 0);
    assert_eq!(suspended, made.open_holds);
    assert_eq!(total(demo, "open_hold=true").await, suspended);
    assert_eq!(total(demo, "status=suspended&open_hold=true").await, suspended);
}

async fn labels_are_worn(app: &TestApp, demo: &Person, made: &Made) {
    let labels = app.services.customers.labels(&Actor::system("test")).await.unwrap();
    assert_eq!(labels.len(), made.labels);
    let worn: i64 = labels.iter().map(|label| label.customers).sum();
    assert_eq!(usize::try_from(worn).unwrap(), made.worn);
    let any: String =
        labels.iter().fold(String::from("labels_mode=any"), |query, one| format!("{query}&labels={}", one.id));
    let wearers = total(demo, &any).await;
    assert!((CUSTOMERS / 2..=CUSTOMERS * 3 / 4).contains(&wearers), "{wearers}");
}

async fn values_are_found(app: &TestApp, demo: &Person, made: &Made) {
    let usage = app.services.customers.custom_field_usage(&Actor::system("test")).await.unwrap();
    assert_eq!(usage.iter().filter(|(_, customers)| *customers > 0).count(), made.fields);
    assert!((CUSTOMERS * 2 / 5..=CUSTOMERS * 2 / 3).contains(&made.with_values), "{}", made.with_values);
    let listed = demo.json("/api/v1/customers?limit=100").await;
    let mut numbers = listed["customers"].as_array().unwrap().iter().map(|one| &one["custom_fields"]["access_number"]);
    let number = numbers.find_map(Value::as_str).unwrap();
    assert_eq!(total(demo, &format!("query={number}")).await, 1);
}

fn people_and_places_are_there(records: &BTreeMap<i64, Value>, made: &Made) {
    let (mut contacts, mut addresses, mut served, mut planned) = (0, 0, 0, 0);
    for record in records.values() {
        let (people, places) = (record["contacts"].as_array().unwrap(), record["addresses"].as_array().unwrap());
        let is_company = record["customer"]["category"] == "company";
        assert_eq!(!people.is_empty(), is_company);
        assert!(people.iter().all(|contact| contact["kind"] != "primary" || *contact == people[0]));
        assert!(places.iter().all(|place| place["city"] == record["customer"]["city"]));
        contacts += people.len();
        addresses += places.len();
        served += usize::from(places.iter().any(|place| place["kind"] == "service"));
        planned += usize::from(!record["status"]["scheduled"].is_null());
    }
    assert_eq!((contacts, addresses, planned), (made.contacts, made.addresses, made.planned));
    assert!((CUSTOMERS * 3 / 5..=CUSTOMERS * 4 / 5).contains(&served), "{served}");
}

async fn branches_hang_under_their_groups(app: &TestApp, demo: &Person, records: &BTreeMap<i64, Value>, made: &Made) {
    assert_eq!(app.services.customers.verify_hierarchy().await.unwrap(), Vec::<String>::new());
    let branches = ids(demo, "has_parent=true").await;
    assert!(branches.len() >= 4);
    assert_eq!(branches.len(), made.branches);
    for id in branches {
        let branch = &records[&id]["customer"];
        let parent = &records[&branch["parent_id"].as_i64().unwrap()]["customer"];
        assert_eq!(branch["partner_id"], parent["partner_id"]);
        assert_eq!(branch["account_level"].as_i64().unwrap(), parent["account_level"].as_i64().unwrap() + 1);
        assert!(branch["account_level"].as_i64().unwrap() <= 3);
        assert_eq!(parent["category"], "company");
    }
}

#[tokio::test]
async fn a_seed_fills_two_systems_alike_and_none_twice() {
    let (one, first, ana) = filled(60, 7).await;
    let (_other, second, ben) = filled(60, 7).await;
    assert_eq!(first.made, second.made);
    assert_ne!(first.account.password, second.account.password);
    let (mine, yours) = (ids(&ana, "deleted=false").await, ids(&ben, "deleted=false").await);
    assert_eq!(mine, yours);
    for id in mine {
        assert_eq!(facts(&details(&ana, id).await), facts(&details(&ben, id).await));
    }
    let again = fill(&one.services, 1, 7, |_| {}).await;
    assert!(matches!(again, Err(Problem::Conflict { code, .. }) if code == "not_empty"));
}

/// What two systems must have in common.
fn facts(record: &Value) -> Vec<Value> {
    let labels = record["labels"].as_array().unwrap().iter().map(|worn| worn["label"]["name"].clone());
    let contacts = record["contacts"].as_array().unwrap().iter().map(|contact| contact["name"].clone());
    let addresses = record["addresses"].as_array().unwrap().iter().map(|address| address["line1"].clone());
    let customer = &record["customer"];
    let own = ["portal_id", "name", "status", "status_since", "partner_id", "parent_id", "custom_fields"];
    own.iter().map(|field| customer[*field].clone()).chain(labels).chain(contacts).chain(addresses).collect()
}

#[tokio::test]
async fn progress_counts_to_the_end_of_each_stage() {
    let app = TestApp::start().await;
    let mut seen = Vec::new();
    fill(&app.services, 30, 1, |progress| seen.push(progress)).await.unwrap();
    for stage in [Stage::Customers, Stage::Details] {
        let last = seen.iter().rfind(|progress| progress.stage == stage).unwrap();
        assert_eq!((last.done, last.total), (30, 30));
    }
}

#[tokio::test]
async fn customers_for_load_have_the_record_alone() {
    let app = TestApp::start().await;
    add_customers(&app.services, 1, 0..50, 20, |_| {}).await.unwrap();
    let ana = app.administrator().await;
    assert_eq!(total(&ana, "partner_id=1&location_id=1&has_parent=false&open_hold=false").await, 50);
    assert!(app.services.customers.labels(&Actor::system("test")).await.unwrap().is_empty());
}
