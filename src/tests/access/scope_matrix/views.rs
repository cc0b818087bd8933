//! Every view of customers: what is asked, what of the answer counts, and what it should be.
#![expect(clippy::redundant_closure_for_method_calls, reason = "the methods are not general over the world's lifetime")]

use reqwest::Method;
use serde_json::{Value, json};

use super::answers::{
    choices, customers, details, duplicates, facet_counts, hierarchy, ids, is_any, items, label_ids, length, node,
    nodes, outcome, own_id, page, sheets, status, usage, usage_above_nothing,
};
use super::sight::{Asked, Sight};
use super::world::{Fact, World};
use crate::support::encoded;

/// One thing to look at.
pub(super) struct View {
    pub name: String,
    pub method: Method,
    pub path: String,
    pub body: Value,
    /// What of a good answer counts.
    read: fn(&Value) -> Value,
    pub expect: Box<dyn Fn(&Sight<'_>) -> Value>,
}

impl View {
    /// What counts of an answer; of a refusal the status, and what it says unless nothing is there.
    pub(super) fn answer(&self, status: u16, text: &str) -> Value {
        let body = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
        match status {
            200 => (self.read)(&body),
            404 => json!(404),
            other => json!([other, body["code"], body["detail"]]),
        }
    }
}

fn get(path: impl Into<String>, read: fn(&Value) -> Value, expect: impl Fn(&Sight<'_>) -> Value + 'static) -> View {
    let path = path.into();
    let name = format!("GET {path}");
    View { name, method: Method::GET, path, body: Value::Null, read, expect: Box::new(expect) }
}

fn post(path: &str, body: Value, read: fn(&Value) -> Value, expect: impl Fn(&Sight<'_>) -> Value + 'static) -> View {
    let name = format!("POST {path} {body}");
    View { name, method: Method::POST, path: path.to_owned(), body, read, expect: Box::new(expect) }
}

/// A list by REST with a filter that is written out.
fn list(query: &str, is_it: impl Fn(&Fact) -> bool + 'static) -> View {
    let path = format!("/api/v1/customers?{query}&limit=100&sort=id");
    get(path, page, move |sight| sight.list(|fact| fact.is_live() && is_it(fact)))
}

fn found(asked: &Asked) -> View {
    let asked = asked.clone();
    let path = format!("/api/v1/customers?{}&limit=100&sort=id", asked.query());
    get(path.replace("?&", "?"), page, move |sight| sight.found(&asked))
}

fn facets(asked: &Asked) -> View {
    let asked = asked.clone();
    get(format!("/api/v1/customers/facets?{}", asked.query()), facet_counts, move |sight| sight.facets(&asked))
}

fn lookup(field: &str, value: &str, is_it: impl Fn(&Fact) -> bool + 'static) -> View {
    let path = format!("/api/v1/customers/lookup?{field}={}", encoded(value));
    get(path, own_id, move |sight| sight.lookup(&is_it))
}

/// A part of one customer.
fn part(
    (number, fact): (usize, &Fact),
    path: &str,
    read: fn(&Value) -> Value,
    what: impl Fn(&Sight<'_>, &Fact) -> Value + 'static,
) -> View {
    let path = format!("/api/v1/customers/{}{path}", fact.id());
    get(path, read, move |sight| sight.of(number, |fact| what(sight, fact)))
}

/// Everything that there is to look at.
pub(super) fn views(world: &World) -> Vec<View> {
    let mut views = lists(world);
    views.extend(counts(world));
    for one in world.customers.iter().enumerate() {
        views.extend(of_everybody(one));
    }
    for (number, fact) in sample(world) {
        views.extend(of_customer((number, fact)));
        views.extend(strangers(world, (number, fact)));
        views.extend(lookups(fact));
    }
    views.extend(tree());
    views.extend(bulk(world));
    views.extend(imports(world));
    views
}

/// One customer of each place.
fn sample(world: &World) -> impl Iterator<Item = (usize, &Fact)> {
    (0..9).map(|place| 9 * (place % 4) + place).map(move |number| (number, &world.customers[number]))
}

fn filters(world: &World) -> Vec<Asked> {
    let labels = &world.labels;
    let mut filters = vec![
        Asked::default(),
        Asked { status: Some("active"), ..Asked::default() },
        Asked { status: Some("suspended"), category: Some("person"), ..Asked::default() },
        Asked { category: Some("company"), ..Asked::default() },
        Asked { word: Some("birch"), ..Asked::default() },
        Asked { word: Some("quentin"), ..Asked::default() },
        Asked { word: Some("fjordgata"), status: Some("new"), ..Asked::default() },
        Asked { word: Some("kvist"), partner: Some(2), ..Asked::default() },
        Asked { partner: Some(3), location: Some(1), ..Asked::default() },
    ];
    let all_labels = [labels.everywhere, labels.of_partner, labels.of_place, labels.expired, labels.nobody];
    filters.extend(all_labels.map(|label| Asked { label: Some(label), ..Asked::default() }));
    filters.extend([1, 2, 3].map(|id| Asked { partner: Some(id), ..Asked::default() }));
    filters.extend([1, 2, 3].map(|id| Asked { location: Some(id), ..Asked::default() }));
    let parents = sample(world).map(|(_, fact)| Asked { parent: Some(fact.id()), ..Asked::default() });
    filters.extend(parents);
    filters
}

/// Lists, searches and their facets.
fn lists(world: &World) -> Vec<View> {
    let asked = filters(world);
    let mut views: Vec<View> = asked.iter().map(found).chain(asked.iter().map(facets)).collect();
    let trash = "/api/v1/customers?deleted=true&limit=100&sort=id";
    views.extend([
        get(trash, page, |sight| sight.list(|fact| !fact.is_live())),
        list("has_parent=true", |fact| fact.record.parent_id.is_some()),
        list("account_level=2&account_level=3", |fact| [2, 3].contains(&fact.record.account_level)),
        list("open_hold=true", |fact| fact.holds > 0),
        list("hold_reason=non_payment", |fact| fact.holds > 0),
        list("filters=custom.contract:not_null", |_| true),
        get("/api/v1/customers?has_children=true&limit=100&sort=id", page, |sight| {
            sight.list(|fact| fact.is_live() && sight.has_children(fact))
        }),
        post("/api/v1/customers/search", json!({ "limit": 100, "sort": "id" }), page, |sight| {
            sight.list(Fact::is_live)
        }),
        post("/api/fn/customers/search", json!({ "filter": { "limit": 100, "sort": "name" } }), page, |sight| {
            sight.list(Fact::is_live)
        }),
    ]);
    for (number, fact) in sample(world) {
        let contract = format!("filters=custom.contract:eq:{}", fact.mark);
        for query in [format!("query={}", fact.mark), contract] {
            let id = fact.id();
            views.push(list(&query, move |one| one.id() == id));
        }
        let input = json!({ "name": "Nobody Such", "email": fact.record.email, "phone": fact.record.phone,
            "tax_id": fact.record.tax_id });
        views.push(post("/api/fn/customers/duplicates", json!({ "customer": input }), duplicates, move |sight| {
            let like = &sight.world.customers[number].record;
            json!(sight.ids(|fact| {
                let one = &fact.record;
                one.email == like.email || one.phone == like.phone || one.tax_id == like.tax_id
            }))
        }));
    }
    views
}

/// What counts customers without listing them, and what a form offers.
fn counts(world: &World) -> Vec<View> {
    let labels = &world.labels;
    let mut views = vec![
        get("/api/v1/labels", usage_above_nothing, |sight| sight.label_usage()),
        get("/api/v1/partners", usage, |sight| sight.partners()),
        get("/api/v1/locations", usage, |sight| sight.locations()),
        post("/api/fn/customers/choices", json!({}), choices, |sight| sight.choices()),
    ];
    for label in [labels.everywhere, labels.of_partner, labels.of_place, labels.expired, labels.nobody] {
        views.push(get(format!("/api/v1/labels/{label}"), customers, move |sight| {
            json!(sight.ids(|fact| fact.labels.contains(&label)).len())
        }));
    }
    for id in 1..=3 {
        views.push(get(format!("/api/v1/partners/{id}"), customers, move |sight| {
            let number = sight.ids(|fact| fact.record.partner_id.0 == id).len();
            if sight.shows_partner(id) { json!(number) } else { json!(404) }
        }));
        views.push(get(format!("/api/v1/locations/{id}"), customers, move |sight| {
            let number = sight.ids(|fact| fact.record.location_id.0 == id).len();
            if sight.shows_location(id) { json!(number) } else { json!(404) }
        }));
    }
    views
}

/// What is asked of each of the 36.
fn of_everybody(one: (usize, &Fact)) -> Vec<View> {
    vec![
        part(one, "", own_id, |_, fact| json!(fact.id())),
        part(one, "/hierarchy", hierarchy, |sight, fact| sight.hierarchy(fact)),
        part(one, "/children?limit=100", nodes, |sight, fact| sight.children(fact)),
    ]
}

/// Every part of one customer.
fn of_customer(one: (usize, &Fact)) -> Vec<View> {
    let (number, fact) = one;
    let (contact, address) = (format!("/contacts/{}", fact.contact), format!("/addresses/{}", fact.address));
    let argument = json!({ "customer_id": fact.id() });
    vec![
        part(one, "/details", details, |sight, fact| {
            let (labels, hierarchy) = (sorted(&fact.labels), sight.hierarchy(fact));
            json!([fact.id(), fact.holds, labels, [fact.contact], [fact.address], hierarchy])
        }),
        part(one, "/history", is_any, |_, _| json!(true)),
        part(one, "/contacts", ids, |_, fact| json!([fact.contact])),
        part(one, &contact, own_id, |_, fact| json!(fact.contact)),
        part(one, "/addresses", ids, |_, fact| json!([fact.address])),
        part(one, &address, own_id, |_, fact| json!(fact.address)),
        part(one, "/labels", label_ids, |_, fact| json!(sorted(&fact.labels))),
        part(one, "/labels?removed=true", is_any, move |_, fact| {
            json!(!fact.labels.is_empty() || number.is_multiple_of(5))
        }),
        part(one, "/status", status, |_, fact| json!([fact.record.status.as_str(), fact.holds])),
        part(one, "/status/history", is_any, |_, fact| json!(fact.record.status.as_str() != "new")),
        part(one, "/holds", length, |_, fact| json!(fact.holds)),
        post("/api/fn/hierarchy/node", argument, node, move |sight| {
            sight.of(number, |fact| {
                let place = sight.hierarchy(fact);
                json!([fact.id(), place[3], place[4]])
            })
        }),
    ]
}

fn sorted(numbers: &[i64]) -> Vec<i64> {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers
}

/// Parts of another customer are not found under this one, whoever may see which.
fn strangers(world: &World, (number, fact): (usize, &Fact)) -> Vec<View> {
    let other = &world.customers[(number + 1) % world.customers.len()];
    let paths = [format!("contacts/{}", other.contact), format!("addresses/{}", other.address)];
    paths.map(|path| get(format!("/api/v1/customers/{}/{path}", fact.id()), own_id, |_| json!(404))).into()
}

fn lookups(fact: &Fact) -> Vec<View> {
    let record = &fact.record;
    let (email, phone) = (record.email.clone(), record.phone.clone());
    let (login, portal_id) = (record.login.clone(), record.portal_id.clone());
    vec![
        lookup("email", &email.clone().unwrap_or_default(), move |one| one.record.email == email),
        lookup("phone", &phone.clone().unwrap_or_default(), move |one| one.record.phone == phone),
        lookup("login", &record.login, move |one| one.record.login == login),
        lookup("portal_id", &record.portal_id, move |one| one.record.portal_id == portal_id),
    ]
}

/// Main accounts, and who could be a parent of whom.
fn tree() -> Vec<View> {
    let mut views = vec![get("/api/v1/hierarchy?limit=100", nodes, |sight| sight.roots())];
    let anybody = json!({ "customer_id": null, "query": "birch" });
    views.push(post("/api/fn/hierarchy/parents", anybody, ids, |sight| sight.possible_parents("birch", None)));
    views
}

/// A label that nobody wears, taken off: whom was it about?
fn bulk(world: &World) -> Vec<View> {
    let label = world.labels.nobody;
    let everybody: Vec<i64> = world.customers.iter().map(Fact::id).collect();
    let mut views: Vec<View> = sample(world)
        .map(|(number, fact)| {
            let argument = json!({ "customer_id": fact.id(), "query": "birch" });
            post("/api/fn/hierarchy/parents", argument, ids, move |sight| {
                sight.of(number, |fact| sight.possible_parents("birch", Some(fact)))
            })
        })
        .collect();
    let off = |selection: Value| json!({ "label_id": label, "remove": true, "selection": selection });
    views.push(post("/api/v1/bulk/labels", off(json!({ "ids": everybody })), outcome, |sight| {
        let result = |fact: &Fact| if fact.is_live() && sight.shows(fact) { "unchanged" } else { "not_found" };
        json!(sight.world.customers.iter().map(|fact| json!([fact.id(), result(fact)])).collect::<Vec<_>>())
    }));
    for asked in [Asked::default(), Asked { word: Some("birch"), ..Asked::default() }] {
        let filter = asked.word.map_or_else(|| json!({}), |word| json!({ "query": word }));
        views.push(post("/api/v1/bulk/labels", off(json!({ "filter": filter })), outcome, move |sight| {
            let found = sight.found(&asked);
            json!(items(&found["ids"]).iter().map(|id| json!([id, "unchanged"])).collect::<Vec<_>>())
        }));
    }
    views
}

/// Files of others, and what was rejected of them.
fn imports(world: &World) -> Vec<View> {
    let mut views = vec![get("/api/v1/imports", ids, |sight| {
        let seen = sight.world.imports.iter().filter(|import| sight.shows_import(import));
        json!(seen.map(|import| import.id).collect::<Vec<_>>())
    })];
    for (number, import) in world.imports.iter().enumerate() {
        let path = format!("/api/v1/imports/{}", import.id);
        views.push(get(format!("{path}/rejected.csv"), sheets, move |sight| {
            let import = &sight.world.imports[number];
            if sight.shows_import(import) { json!([import.mark]) } else { json!(404) }
        }));
        views.push(get(path, own_id, move |sight| {
            let import = &sight.world.imports[number];
            if sight.shows_import(import) { json!(import.id) } else { json!(404) }
        }));
    }
    views
}
