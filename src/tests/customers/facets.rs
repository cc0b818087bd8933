//! Facets against the searches that they promise.

use isp::customers::CustomerInput;
use isp::customers::labels::{AssignmentInput, LabelInput};
use isp::customers::search::{CustomerFilter, FacetCount};
use isp::customers::status::StatusChange;
use isp::places::{LocationInput, PartnerInput};
use isp::shared::actor::Actor;
use isp::shared::id::{LabelId, LocationId, PartnerId};
use isp::shared::permission::{Permission, Scope};

use crate::support::TestApp;

/// The same numbers every time, without any order in them.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

async fn with_customers() -> (TestApp, Vec<LabelId>) {
    let app = TestApp::start().await;
    let actor = Actor::system("test");
    let (customers, places) = (&app.services.customers, &app.services.places);
    for name in ["North", "South"] {
        places.create_partner(&actor, PartnerInput { name: name.into(), ..PartnerInput::default() }).await.unwrap();
        places.create_location(&actor, LocationInput { name: name.into(), ..LocationInput::default() }).await.unwrap();
    }
    let mut labels = Vec::new();
    for name in ["VIP", "Slow", "New roof", "Unused"] {
        let input = LabelInput { name: Some(name.into()), ..LabelInput::default() };
        labels.push(customers.create_label(&actor, input).await.unwrap().id);
    }
    let mut dice = Dice(7);
    for i in 0..60 {
        let company = dice.below(3) == 0;
        let input = CustomerInput {
            name: Some(format!("Customer {i}")),
            category: Some(if company { "company" } else { "person" }.into()),
            company_name: company.then(|| format!("Customer {i}")),
            email: Some(format!("c{i}@example.net")),
            city: Some(["Oslo", "Bergen"][dice.below(2)].into()),
            partner_id: Some(PartnerId(i64::try_from(dice.below(3)).unwrap() + 1)),
            location_id: Some(LocationId(i64::try_from(dice.below(3)).unwrap() + 1)),
            ..CustomerInput::default()
        };
        let customer = customers.create(&actor, input).await.unwrap();
        if dice.below(2) == 0 {
            let active = StatusChange { to: Some("active".into()), ..StatusChange::default() };
            customers.change_status(&actor, customer.id, &active).await.unwrap();
        }
        for label in &labels[..3] {
            if dice.below(3) == 0 {
                let expires_on = (dice.below(4) == 0).then(|| "2026-06-02".to_owned());
                let input = AssignmentInput { label_id: Some(*label), expires_on, ..AssignmentInput::default() };
                customers.assign_label(&actor, customer.id, input).await.unwrap();
            }
        }
    }
    app.clock.advance(chrono::Duration::days(5));
    (app, labels)
}

fn filters(labels: &[LabelId]) -> Vec<CustomerFilter> {
    let none = CustomerFilter::default;
    let both = labels[..2].to_vec();
    vec![
        none(),
        CustomerFilter { status: vec!["active".into()], ..none() },
        CustomerFilter { category: vec!["person".into()], partner_id: vec![PartnerId(1), PartnerId(3)], ..none() },
        CustomerFilter { location_id: vec![LocationId(2)], status: vec!["new".into(), "active".into()], ..none() },
        CustomerFilter { query: Some("customer".into()), ..none() },
        CustomerFilter { city: vec!["oslo".into()], status: vec!["new".into()], ..none() },
        CustomerFilter { labels: both.clone(), ..none() },
        CustomerFilter { labels: labels[..1].to_vec(), category: vec!["company".into()], ..none() },
        CustomerFilter { labels: both.clone(), labels_mode: Some("any".into()), ..none() },
        CustomerFilter { labels: both, labels_mode: Some("none".into()), query: Some("bergen".into()), ..none() },
        CustomerFilter { query: Some("nobody".into()), ..none() },
    ]
}

/// Every count is the total of the search that chooses this value alone.
async fn check(app: &TestApp, actor: &Actor, filter: &CustomerFilter) {
    let customers = &app.services.customers;
    let facets = customers.facets(actor, filter).await.unwrap();
    assert!(facets.is_exact);
    let is_all = filter.labels_mode.is_none() && !filter.labels.is_empty();
    let with_label = |value: &str| {
        let mut labels = if is_all { filter.labels.clone() } else { Vec::new() };
        labels.push(value.parse().unwrap());
        CustomerFilter { labels, labels_mode: None, ..filter.clone() }
    };
    let chosen = |facet: &str, value: &str| match facet {
        "status" => CustomerFilter { status: vec![value.into()], ..filter.clone() },
        "category" => CustomerFilter { category: vec![value.into()], ..filter.clone() },
        "partner" => CustomerFilter { partner_id: vec![value.parse().unwrap()], ..filter.clone() },
        "location" => CustomerFilter { location_id: vec![value.parse().unwrap()], ..filter.clone() },
        _ => with_label(value),
    };
    let every: [(&str, &[FacetCount]); 5] = [
        ("status", &facets.status),
        ("category", &facets.category),
        ("partner", &facets.partner),
        ("location", &facets.location),
        ("label", &facets.label),
    ];
    for (facet, counts) in every {
        for count in counts {
            let page = customers.search(actor, &chosen(facet, &count.value)).await.unwrap();
            assert_eq!(page.total_count, count.count, "{facet} {} of {filter:?}", count.name);
            assert!(!count.name.is_empty());
        }
    }
    assert_eq!((facets.status.len(), facets.category.len()), (5, 2));
    for counts in [&facets.partner, &facets.location, &facets.label] {
        assert!(counts.iter().all(|one| one.count > 0), "{filter:?}");
        assert!(counts.windows(2).all(|two| two[0].count >= two[1].count), "{filter:?}");
    }
    for id in 1..=3 {
        let page = customers.search(actor, &chosen("partner", &id.to_string())).await.unwrap();
        let listed = facets.partner.iter().any(|one| one.value == id.to_string());
        assert_eq!(page.total_count > 0, listed, "partner {id} of {filter:?}");
    }
}

#[tokio::test]
async fn a_facet_counts_what_its_value_would_find() {
    let (app, labels) = with_customers().await;
    let actor = Actor::system("test");
    for filter in filters(&labels) {
        check(&app, &actor, &filter).await;
    }
    // Counts that are kept know of labels that have come off by themselves, swept or not.
    let label = &app.services.customers.facets(&actor, &CustomerFilter::default()).await.unwrap().label;
    assert_eq!(label.len(), 3);
    assert!(label.iter().all(|one| one.colour.is_some()));
}

#[tokio::test]
async fn facets_keep_to_the_scope_and_to_the_right_to_see_labels() {
    let (app, labels) = with_customers().await;
    let scope = Scope { partners: Some(vec![PartnerId(2)]), locations: Some(vec![LocationId(1), LocationId(3)]) };
    let actor = Actor { scope, ..Actor::system("test") };
    for filter in filters(&labels) {
        check(&app, &actor, &filter).await;
        let facets = app.services.customers.facets(&actor, &filter).await.unwrap();
        assert!(facets.partner.iter().all(|one| one.value == "2"));
        assert!(facets.location.iter().all(|one| one.value != "2"));
    }
    let reader = Actor { permissions: [Permission::CustomersRead].into_iter().collect(), ..Actor::system("test") };
    let facets = app.services.customers.facets(&reader, &CustomerFilter::default()).await.unwrap();
    assert!(facets.label.is_empty() && facets.is_exact);
}

#[tokio::test]
async fn a_deleted_customer_leaves_every_facet() {
    let (app, _) = with_customers().await;
    let actor = Actor::system("test");
    let customers = &app.services.customers;
    let new = CustomerFilter { status: vec!["new".into()], limit: Some(1), ..CustomerFilter::default() };
    let first = customers.search(&actor, &new).await.unwrap().customers[0].id;
    let version = customers.get(&actor, first).await.unwrap().version;
    customers.delete(&actor, first, version, None, None).await.unwrap();
    check(&app, &actor, &CustomerFilter::default()).await;
    check(&app, &actor, &CustomerFilter { deleted: true, ..CustomerFilter::default() }).await;
}
