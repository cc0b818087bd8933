//! What made-up customers belong to and wear: partners, locations, labels and custom fields.

use std::collections::BTreeMap;

use super::draw::{Draw, Topic};
use crate::customers::custom_fields::CustomFieldInput;
use crate::customers::labels::{LabelCategoryInput, LabelInput};
use crate::places::{LocationInput, PartnerInput};
use crate::server::Services;
use crate::shared::actor::Actor;
use crate::shared::id::{LabelId, LocationId, PartnerId};
use crate::shared::problem::Problem;

/// Name, prefix of portal ids and description of each partner besides the default one.
const PARTNERS: [(&str, &str, &str); 2] = [
    ("Northlight Telecom", "NL-", "Reseller: sells our lines under our name and bills for us."),
    ("Breeze Internet", "BRZ-", "Our brand for young people: online only, no contract term."),
];

/// Name and description of each location besides the default one.
const LOCATIONS: [(&str, &str); 4] = [
    ("Riverside", "Fibre ring along the river, exchange at the old mill."),
    ("Harbour District", "Offices and warehouses; wireless links from the crane tower."),
    ("Hillcrest", "Suburb on copper lines; fibre is being built."),
    ("Airport Business Park", "Business customers with redundant lines."),
];

/// A label of the demo.
struct DemoLabel {
    category: &'static str,
    name: &'static str,
    colour: &'static str,
    priority: i64,
    description: &'static str,
}

const fn label(
    category: &'static str,
    name: &'static str,
    colour: &'static str,
    priority: i64,
    description: &'static str,
) -> DemoLabel {
    DemoLabel { category, name, colour, priority, description }
}

const LABELS: [DemoLabel; 10] = [
    label("Segment", "VIP", "#b45309", 900, "Answer first; an account manager knows the customer."),
    label("Segment", "Enterprise", "#1d4ed8", 800, "A contract of its own, with agreed service levels."),
    label("Segment", "Non-profit", "#0f766e", 700, "Pays the reduced price."),
    label("Technology", "Fibre", "#7c3aed", 400, "Connected by fibre."),
    label("Technology", "DSL", "#475569", 300, "Connected by a copper line."),
    label("Technology", "Wireless", "#15803d", 200, "Connected by a radio link."),
    label("Technology", "LTE", "#be185d", 100, "Connected by the mobile network."),
    label("Care", "Complaint open", "#dc2626", 1_000, "Do not sell anything before it is settled."),
    label("Care", "Churn risk", "#ea580c", 950, "Offer the loyalty price when the customer calls."),
    label("Care", "Payment plan", "#facc15", 600, "Pays in instalments: no reminders."),
];

const ROUTERS: [&str; 5] = ["Aria One", "Aria Pro", "Lumen X2", "Lumen X4", "Customer's own"];

/// The router models, the most common first, each with its weight.
pub(super) fn routers() -> Vec<(&'static str, usize)> {
    ROUTERS.into_iter().zip([38, 22, 20, 12, 8]).collect()
}

/// What was made for the customers; the places have the default one first.
#[derive(Clone, Debug)]
pub(super) struct Definitions {
    partners: Vec<PartnerId>,
    locations: Vec<LocationId>,
    labels: BTreeMap<&'static str, LabelId>,
    /// How many custom fields there are.
    pub fields: usize,
}

impl Definitions {
    /// Makes everything. Errors: `Conflict` when some of it is there already.
    pub(super) async fn create(services: &Services, actor: &Actor) -> Result<Self, Problem> {
        let (partners, locations) = create_places(services, actor).await?;
        let labels = create_labels(services, actor).await?;
        let fields = fields();
        let count = fields.len();
        for field in fields {
            services.customers.create_custom_field(actor, field).await?;
        }
        Ok(Self { partners, locations, labels, fields: count })
    }

    /// The partner of a customer; branches ask with the number of their main account.
    pub(super) fn partner(&self, seed: u64, number: u64) -> Option<PartnerId> {
        let at = Draw::about(Topic::Partner, seed, number).weighted(&[(0_usize, 75), (1, 15), (2, 10)]);
        self.partners.get(at).copied()
    }

    /// The location of a customer.
    pub(super) fn location(&self, seed: u64, number: u64) -> Option<LocationId> {
        let choices = [(0_usize, 75), (1, 8), (2, 7), (3, 6), (4, 4)];
        let at = Draw::about(Topic::Location, seed, number).weighted(&choices);
        self.locations.get(at).copied()
    }

    /// The label of this name.
    pub(super) fn label(&self, name: &str) -> Option<LabelId> {
        self.labels.get(name).copied()
    }

    /// How many partners, locations and labels there are.
    pub(super) fn counts(&self) -> (usize, usize, usize) {
        (self.partners.len(), self.locations.len(), self.labels.len())
    }
}

async fn create_places(services: &Services, actor: &Actor) -> Result<(Vec<PartnerId>, Vec<LocationId>), Problem> {
    let places = &services.places;
    let partners = places.partners(actor).await?.into_iter().filter(|partner| partner.is_default);
    let mut partners: Vec<PartnerId> = partners.map(|partner| partner.id).collect();
    for (name, prefix, description) in PARTNERS {
        let input = PartnerInput {
            name: name.to_owned(),
            portal_id_prefix: prefix.to_owned(),
            description: Some(description.to_owned()),
            ..PartnerInput::default()
        };
        partners.push(places.create_partner(actor, input).await?.id);
    }
    let locations = places.locations(actor).await?.into_iter().filter(|location| location.is_default);
    let mut locations: Vec<LocationId> = locations.map(|location| location.id).collect();
    for (name, description) in LOCATIONS {
        let input = LocationInput {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            ..LocationInput::default()
        };
        locations.push(places.create_location(actor, input).await?.id);
    }
    Ok((partners, locations))
}

async fn create_labels(services: &Services, actor: &Actor) -> Result<BTreeMap<&'static str, LabelId>, Problem> {
    let customers = &services.customers;
    let mut categories = BTreeMap::new();
    for category in ["Segment", "Technology", "Care"] {
        let input = LabelCategoryInput { name: Some(category.to_owned()), parent_id: None };
        categories.insert(category, customers.create_label_category(actor, input).await?.id);
    }
    let mut labels = BTreeMap::new();
    for one in LABELS {
        let input = LabelInput {
            category_id: categories.get(one.category).copied(),
            name: Some(one.name.to_owned()),
            description: Some(one.description.to_owned()),
            colour: Some(one.colour.to_owned()),
            priority: Some(one.priority.to_string()),
            ..LabelInput::default()
        };
        labels.insert(one.name, customers.create_label(actor, input).await?.id);
    }
    Ok(labels)
}

/// The fields of the demo.
fn fields() -> Vec<CustomFieldInput> {
    let field = |key: &str, title: &str, kind: &str, hint: &str| CustomFieldInput {
        key: Some(key.to_owned()),
        title: Some(title.to_owned()),
        kind: Some(kind.to_owned()),
        hint: Some(hint.to_owned()),
        ..CustomFieldInput::default()
    };
    vec![
        field("installation_date", "Installation date", "date", "The day the line went into service."),
        CustomFieldInput {
            is_unique: true,
            is_searchable: true,
            is_listed: true,
            portal: Some("view".to_owned()),
            ..field("access_number", "Access number", "text", "The number of the line at the network operator.")
        },
        CustomFieldInput {
            minimum: Some("0".to_owned()),
            maximum: Some("60".to_owned()),
            ..field("contract_months", "Contract term", "integer", "Months; 0 means that it can end any month.")
        },
        CustomFieldInput {
            options: ROUTERS.map(str::to_owned).to_vec(),
            is_listed: true,
            ..field("router_model", "Router", "select", "What stands at the customer's end of the line.")
        },
        field("static_ip", "Static IP address", "boolean", "Does the line keep its address?"),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_definition_keeps_the_rules() {
        for field in fields() {
            assert!(field.checked().is_ok(), "{field:?}");
        }
        for one in LABELS {
            let colour = Some(one.colour.to_owned());
            let priority = Some(one.priority.to_string());
            let input = LabelInput { name: Some(one.name.to_owned()), colour, priority, ..LabelInput::default() };
            assert!(input.checked().is_ok(), "{}", one.name);
        }
    }

    #[test]
    fn labels_can_be_told_apart() {
        assert_eq!(LABELS.iter().map(|one| one.colour).collect::<HashSet<_>>().len(), LABELS.len());
        assert_eq!(LABELS.iter().map(|one| one.priority).collect::<HashSet<_>>().len(), LABELS.len());
    }
}
