//! The world that everybody looks at: 36 customers at three partners and three locations, with trees that cross them.

use chrono::Duration;
use isp::customers::addresses::AddressInput;
use isp::customers::contacts::ContactInput;
use isp::customers::custom_fields::CustomFieldInput;
use isp::customers::labels::{AssignmentInput, LabelInput};
use isp::customers::status::{HoldInput, StatusChange};
use isp::customers::{Customer, CustomerInput, CustomerService};
use isp::places::{LocationInput, PartnerInput};
use isp::settings::{CustomerSettings, EmailPolicy, Settings};
use isp::shared::actor::Actor;
use isp::shared::id::{CustomerId, LabelId, LocationId, PartnerId};
use serde_json::json;

use super::sight::Limits;
use crate::support::TestApp;

const CUSTOMERS: usize = 36;
/// Nobody hangs under these.
const DELETED: [usize; 6] = [18, 22, 28, 29, 30, 33];
const TERMINATED: [usize; 2] = [27, 35];
const INACTIVE: [usize; 3] = [4, 24, 34];

/// A customer and what is around it.
pub(super) struct Fact {
    pub record: Customer,
    /// A word that nobody else has, in everything about the customer.
    pub mark: String,
    /// Words that several have.
    pub words: Vec<&'static str>,
    /// Worn now.
    pub labels: Vec<i64>,
    pub holds: usize,
    pub contact: i64,
    pub address: i64,
}

impl Fact {
    pub(super) fn id(&self) -> i64 {
        self.record.id.0
    }

    pub(super) fn is_live(&self) -> bool {
        self.record.deleted_at.is_none()
    }
}

/// A checked file.
pub(super) struct Import {
    pub id: i64,
    /// A word in its rejected row.
    pub mark: String,
    /// What whoever uploaded it could see.
    pub limits: Limits,
}

/// The labels of the world.
pub(super) struct Labels {
    /// Every second customer.
    pub everywhere: i64,
    /// Customers of partner 2 only.
    pub of_partner: i64,
    /// Customers of one partner at one location only.
    pub of_place: i64,
    /// Came off by itself.
    pub expired: i64,
    /// Nobody.
    pub nobody: i64,
}

/// Everything there is.
pub(super) struct World {
    pub customers: Vec<Fact>,
    pub labels: Labels,
    pub imports: Vec<Import>,
}

fn system() -> Actor {
    Actor::system("test")
}

/// Children of every main account are elsewhere; their children are sometimes at home, sometimes not.
fn parent_of(number: usize) -> Option<usize> {
    match (number / 9, number % 9) {
        (1, place) => Some((place + 4) % 9),
        (2, place) if place % 2 == 0 => Some(9 + place),
        (2, place) => Some(9 + (place + 3) % 9),
        (3, place) if place % 3 == 1 => Some(18 + (place + 1) % 9),
        (3, place) if place % 3 == 2 => Some(place),
        _ => None,
    }
}

fn words_of(number: usize) -> Vec<&'static str> {
    let mut words = vec!["kvist", if number.is_multiple_of(4) { "birch" } else { "cedar" }];
    words.extend(number.is_multiple_of(7).then_some("quentin"));
    words.extend(number.is_multiple_of(11).then_some("fjordgata"));
    words
}

fn mark_of(number: usize) -> String {
    format!("mark{number:02}x")
}

impl World {
    pub(super) async fn build(app: &TestApp) -> Self {
        let customers = &app.services.customers;
        prepare(app).await;
        let labels = make_labels(customers).await;
        let mut ids: Vec<CustomerId> = Vec::new();
        for number in 0..CUSTOMERS {
            let parent = parent_of(number).map(|parent| ids[parent]);
            ids.push(customers.create(&system(), input(number, parent)).await.unwrap().id);
        }
        let mut parts = Vec::new();
        for (number, id) in ids.iter().enumerate() {
            let worn = put_labels(customers, number, *id, &labels).await;
            let (contact, address) = put_parts(customers, number, *id).await;
            parts.push((worn, contact, address, settle(customers, number, *id).await));
        }
        app.clock.advance(Duration::days(5));
        let mut facts = Vec::new();
        for (number, (worn, contact, address, holds)) in parts.into_iter().enumerate() {
            let record = customers.get(&system(), ids[number]).await.unwrap();
            let (mark, words) = (mark_of(number), words_of(number));
            facts.push(Fact { record, mark, words, labels: worn, holds, contact, address });
        }
        Self { customers: facts, labels, imports: Vec::new() }
    }
}

/// Settings, places and a custom field.
async fn prepare(app: &TestApp) {
    let customers = CustomerSettings { email_policy: EmailPolicy::Warn, ..CustomerSettings::default() };
    app.services.settings.update(&system(), Settings { customers, ..Settings::default() }).await.unwrap();
    let places = &app.services.places;
    for name in ["North", "South"] {
        places.create_partner(&system(), PartnerInput { name: name.into(), ..PartnerInput::default() }).await.unwrap();
        places
            .create_location(&system(), LocationInput { name: name.into(), ..LocationInput::default() })
            .await
            .unwrap();
    }
    let field = CustomFieldInput {
        key: Some("contract".into()),
        title: Some("Contract".into()),
        kind: Some("text".into()),
        is_searchable: true,
        is_listed: true,
        ..CustomFieldInput::default()
    };
    app.services.customers.create_custom_field(&system(), field).await.unwrap();
}

async fn make_labels(customers: &CustomerService) -> Labels {
    let mut ids = Vec::new();
    for name in ["Everywhere", "Of a partner", "Of a place", "Expired", "Nobody"] {
        let input = LabelInput { name: Some(name.into()), ..LabelInput::default() };
        ids.push(customers.create_label(&system(), input).await.unwrap().id.0);
    }
    Labels { everywhere: ids[0], of_partner: ids[1], of_place: ids[2], expired: ids[3], nobody: ids[4] }
}

fn input(number: usize, parent_id: Option<CustomerId>) -> CustomerInput {
    let mark = mark_of(number);
    let tree = if number.is_multiple_of(4) { "Birch" } else { "Cedar" };
    let name = format!("{tree} Kvist {mark}");
    let is_company = number % 5 == 1;
    CustomerInput {
        name: Some(name.clone()),
        category: Some(if is_company { "company" } else { "person" }.into()),
        company_name: is_company.then_some(name),
        partner_id: Some(PartnerId(one_of_three(number))),
        location_id: Some(LocationId(one_of_three(number / 3))),
        parent_id,
        // Shared across partners and locations.
        email: Some(format!("shared{}@example.net", number % 12)),
        phone: Some(format!("+1 415 555 26{}", 70 + number % 8)),
        tax_id: Some(format!("TAX{}", number % 10)),
        billing_email: Some(format!("{mark}@example.net")),
        login: Some(mark.clone()),
        custom_fields: [("contract".to_owned(), json!(mark))].into_iter().collect(),
        ..CustomerInput::default()
    }
}

fn one_of_three(number: usize) -> i64 {
    [1, 2, 3][number % 3]
}

/// Gives those that are worn for good.
async fn put_labels(customers: &CustomerService, number: usize, id: CustomerId, labels: &Labels) -> Vec<i64> {
    let everywhere = number.is_multiple_of(2).then_some(labels.everywhere);
    let of_partner = (number % 3 == 1).then_some(labels.of_partner);
    let of_place = (number % 9 == 2).then_some(labels.of_place);
    let expired = number.is_multiple_of(5).then_some(labels.expired);
    let worn: Vec<i64> = [everywhere, of_partner, of_place].into_iter().flatten().collect();
    for label in worn.iter().copied().chain(expired) {
        let expires_on = (label == labels.expired).then(|| "2026-06-02".to_owned());
        let notes = Some(format!("Notes on {}", mark_of(number)));
        let input = AssignmentInput { label_id: Some(LabelId(label)), notes, expires_on };
        customers.assign_label(&system(), id, input).await.unwrap();
    }
    worn
}

/// A contact and an address.
async fn put_parts(customers: &CustomerService, number: usize, id: CustomerId) -> (i64, i64) {
    let mark = mark_of(number);
    let name = if number.is_multiple_of(7) { "Quentin" } else { "Somebody" };
    let contact = ContactInput { name: Some(format!("{name} of {mark}")), ..ContactInput::default() };
    let contact = customers.add_contact(&system(), id, contact).await.unwrap();
    let street = if number.is_multiple_of(11) { "Fjordgata" } else { "Storgata" };
    let address = AddressInput {
        line1: Some(format!("{street} {mark}")),
        city: Some("Oslo".into()),
        country: Some("NO".into()),
        ..AddressInput::default()
    };
    let address = customers.add_address(&system(), id, address).await.unwrap();
    (contact.id.0, address.id.0)
}

/// Brings a customer to its status, or into the trash; gives the open holds.
async fn settle(customers: &CustomerService, number: usize, id: CustomerId) -> usize {
    if DELETED.contains(&number) {
        let version = customers.get(&system(), id).await.unwrap().version;
        customers.delete(&system(), id, version, None, None).await.unwrap();
        return 0;
    }
    if TERMINATED.contains(&number) {
        become_status(customers, id, "terminated", Some("moved")).await;
    } else if number.is_multiple_of(2) {
        become_status(customers, id, "active", None).await;
        if INACTIVE.contains(&number) {
            become_status(customers, id, "inactive", Some("Paused")).await;
        } else if number % 6 == 2 {
            let hold = HoldInput { reason: Some("non_payment".into()), ..HoldInput::default() };
            customers.open_hold(&system(), id, &hold).await.unwrap();
            return 1;
        }
    }
    0
}

async fn become_status(customers: &CustomerService, id: CustomerId, to: &str, reason: Option<&str>) {
    let reason = reason.map(str::to_owned);
    let change = StatusChange { to: Some(to.into()), reason, ..StatusChange::default() };
    customers.change_status(&system(), id, &change).await.unwrap();
}
