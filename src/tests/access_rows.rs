//! Rows of `access_coverage` for what belongs to a customer's record, and for partners and locations.

use reqwest::Method;
use serde_json::{Value, json};

use crate::access_coverage::Needs::{self, Permission};

const READ: Needs = Permission("customers.read");
const UPDATE: Needs = Permission("customers.update");
const LABELS: Needs = Permission("labels.manage");
const FIELDS: Needs = Permission("custom_fields.manage");

/// Server functions: path under `/api/fn/`, need, arguments that reach the check.
pub fn server_functions() -> Vec<(&'static str, Needs, Value)> {
    let of = json!({ "customer_id": 4711 });
    let mut rows = vec![
        ("customers/facets", READ, json!({ "filter": {} })),
        ("customers/details", READ, json!({ "id": 1 })),
        ("status/get", READ, of.clone()),
        ("status/history", READ, of.clone()),
        ("status/holds", READ, of.clone()),
        (
            "status/change",
            Permission("customers.terminate"),
            json!({ "customer_id": 4711, "change": { "to": "terminated", "reason": "moved" } }),
        ),
        (
            "status/hold",
            Permission("customers.suspend"),
            json!({ "customer_id": 4711, "hold": { "reason": "technical" } }),
        ),
        ("status/release", Permission("customers.release_hold"), json!({ "customer_id": 4711, "reason": "technical" })),
        ("status/cancel", READ, of.clone()),
        ("hierarchy/get", READ, of.clone()),
        ("hierarchy/children", READ, of.clone()),
        ("hierarchy/node", READ, of.clone()),
        ("hierarchy/parents", READ, json!({ "query": "x" })),
        ("hierarchy/move", Permission("customers.move"), json!({ "customer_id": 4711, "version": 1 })),
        ("labels/list", Permission("labels.read"), json!({})),
        ("labels/get", Permission("labels.read"), json!({ "id": 4711 })),
        ("labels/create", LABELS, json!({ "label": { "name": "" } })),
        ("labels/update", LABELS, json!({ "id": 4711, "version": 1, "label": { "name": "x" } })),
        ("labels/delete", LABELS, json!({ "id": 4711, "version": 1 })),
        ("label-categories/list", Permission("labels.read"), json!({})),
        ("label-categories/create", LABELS, json!({ "category": { "name": "" } })),
        ("label-categories/update", LABELS, json!({ "id": 4711, "version": 1, "category": { "name": "x" } })),
        ("label-categories/delete", LABELS, json!({ "id": 4711, "version": 1 })),
        ("labels/of-customer", Permission("labels.read"), of.clone()),
        ("labels/assign", Permission("labels.assign"), json!({ "customer_id": 4711, "assignment": { "label_id": 1 } })),
        ("labels/remove", Permission("labels.assign"), json!({ "customer_id": 4711, "label_id": 1 })),
        ("labels/bulk", Permission("labels.assign"), json!({ "label_id": 4711 })),
        ("labels/bulk-form", Permission("labels.assign"), json!({ "label_id": 4711, "selection": { "ids": [1] } })),
        ("custom-fields/list", READ, json!({})),
        ("custom-fields/get", READ, json!({ "id": 4711 })),
        ("custom-fields/usage", FIELDS, json!({})),
        ("custom-fields/create", FIELDS, json!({ "field": { "title": "" } })),
        ("custom-fields/update", FIELDS, json!({ "id": 4711, "version": 1, "field": { "title": "x" } })),
        ("custom-fields/archive", FIELDS, json!({ "id": 4711, "archived": true })),
        ("custom-fields/delete", FIELDS, json!({ "id": 4711 })),
    ];
    rows.extend(parts_functions());
    rows.extend(place_functions());
    rows
}

/// Contacts and addresses.
fn parts_functions() -> Vec<(&'static str, Needs, Value)> {
    let (contact, address) = (json!({ "name": "X" }), json!({ "line1": "X" }));
    let one = json!({ "customer_id": 4711, "id": 4711, "version": 1 });
    let with = |name: &str, value: &Value| {
        let mut arguments = one.clone();
        arguments[name] = value.clone();
        arguments
    };
    vec![
        ("contacts/list", READ, json!({ "customer_id": 4711 })),
        ("contacts/create", UPDATE, json!({ "customer_id": 4711, "contact": contact })),
        ("contacts/update", UPDATE, with("contact", &contact)),
        ("contacts/make-primary", UPDATE, one.clone()),
        ("contacts/delete", UPDATE, one.clone()),
        ("addresses/list", READ, json!({ "customer_id": 4711 })),
        ("addresses/create", UPDATE, json!({ "customer_id": 4711, "address": address })),
        ("addresses/update", UPDATE, with("address", &address)),
        ("addresses/delete", UPDATE, one.clone()),
    ]
}

fn place_functions() -> Vec<(&'static str, Needs, Value)> {
    let (partners, locations) = (Permission("partners.manage"), Permission("locations.manage"));
    vec![
        ("partners/list", READ, json!({})),
        ("partners/create", partners, json!({ "partner": { "name": "" } })),
        ("partners/update", partners, json!({ "id": 4711, "version": 1, "partner": { "name": "x" } })),
        ("partners/delete", partners, json!({ "id": 4711, "version": 1 })),
        ("locations/list", READ, json!({})),
        ("locations/create", locations, json!({ "location": { "name": "" } })),
        ("locations/update", locations, json!({ "id": 4711, "version": 1, "location": { "name": "x" } })),
        ("locations/delete", locations, json!({ "id": 4711, "version": 1 })),
    ]
}

/// REST operations: method, path of the description, need, body.
pub fn rest_operations() -> Vec<(Method, &'static str, Needs, Value)> {
    let (get, post, delete) = (Method::GET, Method::POST, Method::DELETE);
    let leaving = json!({ "to": "terminated", "reason": "moved" });
    let mut rows = vec![
        (get.clone(), "/api/v1/customers/facets", READ, Value::Null),
        (get.clone(), "/api/v1/customers/{id}/details", READ, Value::Null),
        (get.clone(), "/api/v1/customers/{id}/status", READ, Value::Null),
        (post.clone(), "/api/v1/customers/{id}/status", Permission("customers.terminate"), leaving),
        (delete.clone(), "/api/v1/customers/{id}/status/scheduled", READ, Value::Null),
        (get.clone(), "/api/v1/customers/{id}/status/history", READ, Value::Null),
        (get.clone(), "/api/v1/customers/{id}/holds", READ, Value::Null),
        (
            post.clone(),
            "/api/v1/customers/{id}/holds",
            Permission("customers.suspend"),
            json!({ "reason": "technical" }),
        ),
        (delete.clone(), "/api/v1/customers/{id}/holds/{reason}", Permission("customers.release_hold"), Value::Null),
        (get.clone(), "/api/v1/customers/{id}/hierarchy", READ, Value::Null),
        (get.clone(), "/api/v1/customers/{id}/children", READ, Value::Null),
        (get.clone(), "/api/v1/hierarchy", READ, Value::Null),
        (Method::PUT, "/api/v1/customers/{id}/parent", Permission("customers.move"), json!({})),
        (get.clone(), "/api/v1/customers/{id}/labels", Permission("labels.read"), Value::Null),
        (post.clone(), "/api/v1/customers/{id}/labels", Permission("labels.assign"), json!({ "label_id": 4711 })),
        (delete, "/api/v1/customers/{id}/labels/{label_id}", Permission("labels.assign"), Value::Null),
        (
            post.clone(),
            "/api/v1/bulk/labels",
            Permission("labels.assign"),
            json!({ "label_id": 4711, "selection": { "ids": [1] } }),
        ),
        (post.clone(), "/api/v1/custom-fields/{id}/archive", FIELDS, Value::Null),
        (post, "/api/v1/custom-fields/{id}/unarchive", FIELDS, Value::Null),
    ];
    rows.extend(parts());
    rows.extend(collections());
    rows
}

/// Contacts and addresses.
fn parts() -> Vec<(Method, &'static str, Needs, Value)> {
    let address = json!({ "line1": "X", "city": "Oslo", "country": "NO" });
    vec![
        (Method::GET, "/api/v1/customers/{id}/contacts", READ, Value::Null),
        (Method::POST, "/api/v1/customers/{id}/contacts", UPDATE, json!({ "name": "X" })),
        (Method::GET, "/api/v1/customers/{id}/contacts/{contact_id}", READ, Value::Null),
        (Method::PATCH, "/api/v1/customers/{id}/contacts/{contact_id}", UPDATE, json!({})),
        (Method::DELETE, "/api/v1/customers/{id}/contacts/{contact_id}", UPDATE, Value::Null),
        (Method::GET, "/api/v1/customers/{id}/addresses", READ, Value::Null),
        (Method::POST, "/api/v1/customers/{id}/addresses", UPDATE, address),
        (Method::GET, "/api/v1/customers/{id}/addresses/{address_id}", READ, Value::Null),
        (Method::PATCH, "/api/v1/customers/{id}/addresses/{address_id}", UPDATE, json!({})),
        (Method::DELETE, "/api/v1/customers/{id}/addresses/{address_id}", UPDATE, Value::Null),
    ]
}

/// Collections of definitions: list, create, read, change, delete.
fn collections() -> Vec<(Method, &'static str, Needs, Value)> {
    let labels = Permission("labels.read");
    let collections = [
        ("/api/v1/labels", "/api/v1/labels/{id}", labels, LABELS, Method::PATCH, "name"),
        ("/api/v1/label-categories", "/api/v1/label-categories/{id}", labels, LABELS, Method::PATCH, "name"),
        ("/api/v1/custom-fields", "/api/v1/custom-fields/{id}", READ, FIELDS, Method::PATCH, "title"),
        ("/api/v1/partners", "/api/v1/partners/{id}", READ, Permission("partners.manage"), Method::PUT, "name"),
        ("/api/v1/locations", "/api/v1/locations/{id}", READ, Permission("locations.manage"), Method::PUT, "name"),
    ];
    let mut rows = Vec::new();
    for (all, one, read, write, change, name) in collections {
        rows.extend([
            (Method::GET, all, read, Value::Null),
            (Method::POST, all, write, json!({ name: "" })),
            (Method::GET, one, read, Value::Null),
            (change, one, write, json!({ name: "x" })),
            (Method::DELETE, one, write, Value::Null),
        ]);
    }
    rows
}
