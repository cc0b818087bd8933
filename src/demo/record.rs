//! Made-up customers with everything that a record can have, on their way into a database.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate};

use super::definitions::Definitions;
use super::details::{addresses, contacts};
use super::fill::{Progress, Stage, actor, at, checked, opened};
use super::generator::{DemoCustomer, DemoCustomers};
use super::groups::{Groups, LEVELS};
use super::traits::{DemoHold, Worn, hold, labels, planned, values};
use crate::customers::hierarchy::BillingMode;
use crate::customers::status::Placing;
use crate::customers::{Customer, Status};
use crate::database::Transaction;
use crate::server::Services;
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;

/// Customers of one transaction.
const BATCH: usize = 500;

/// Customers who have what is written one by one, each piece in a transaction of its own.
const DETAILED: u64 = 2_000;

/// What was made for a demo, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Every customer.
    pub customers: u64,
    /// Those who hang under another one.
    pub branches: usize,
    /// Partners there are, the default one included.
    pub partners: usize,
    /// Locations there are, the default one included.
    pub locations: usize,
    /// Labels there are.
    pub labels: usize,
    /// Labels on customers.
    pub worn: usize,
    /// Custom fields there are.
    pub fields: usize,
    /// Customers who have values of them.
    pub with_values: usize,
    /// Holds that are open, each of another customer.
    pub open_holds: usize,
    /// Holds that were released.
    pub released_holds: usize,
    /// Changes of status set for a later day.
    pub planned: usize,
    /// Contacts of companies.
    pub contacts: usize,
    /// Addresses.
    pub addresses: usize,
}

/// One run of filling a system.
pub(super) struct Filler<'s> {
    services: &'s Services,
    definitions: Definitions,
    seed: u64,
    customers: u64,
    groups: Groups,
    /// Those who are needed again: who has branches, and who gets details.
    ids: BTreeMap<u64, CustomerId>,
    /// What was made so far.
    pub made: Made,
}

impl<'s> Filler<'s> {
    pub(super) fn new(services: &'s Services, definitions: Definitions, seed: u64, customers: u64) -> Self {
        let groups = Groups::new(seed, customers);
        let (partners, locations, labels) = definitions.counts();
        let (branches, fields) = (groups.branches(), definitions.fields);
        let made = Made { customers, branches, partners, locations, labels, fields, ..Made::default() };
        Self { services, definitions, seed, customers, groups, ids: BTreeMap::new(), made }
    }

    /// Adds every customer, accounts before those that hang under them.
    pub(super) async fn add_customers(&mut self, progress: &mut impl FnMut(Progress)) -> Result<(), Problem> {
        let (mut done, total) = (0, self.customers);
        for level in 1..=LEVELS {
            let numbers: Vec<u64> = (0..total).filter(|number| self.groups.level(*number) == level).collect();
            for batch in numbers.chunks(BATCH) {
                self.add_batch(batch).await?;
                done += batch.len() as u64;
                progress(Progress { stage: Stage::Customers, done, total });
            }
        }
        Ok(())
    }

    /// Adds what has a transaction of its own.
    pub(super) async fn add_details(&mut self, progress: &mut impl FnMut(Progress)) -> Result<(), Problem> {
        let total = self.customers.min(DETAILED);
        let today = self.today();
        for number in 0..total {
            if let Some(id) = self.ids.get(&number).copied() {
                let demo = self.person(number, today);
                self.add_people_and_places(number, id, &demo).await?;
                self.add_events(number, id, demo.status, today).await?;
            }
            progress(Progress { stage: Stage::Details, done: number + 1, total });
        }
        Ok(())
    }

    fn today(&self) -> NaiveDate {
        self.services.clock.now().date_naive()
    }

    /// The customer of a number, with its place among the others; whoever it hangs under must be there.
    fn person(&self, number: u64, today: NaiveDate) -> DemoCustomer {
        let demo = DemoCustomers::new(self.seed);
        let (seat, is_parent) = (self.groups.seat(number), self.groups.is_parent(number));
        let mut person = match seat {
            Some(seat) => demo.branch(number, &demo.head(seat.head), is_parent),
            None if is_parent => demo.head(number),
            None => demo.customer(number),
        };
        person.input.custom_fields = values(self.seed, number, &person, today);
        // A branch belongs to the partner of its group.
        person.input.partner_id = self.definitions.partner(self.seed, seat.map_or(number, |seat| seat.head));
        person.input.location_id = self.definitions.location(self.seed, number);
        if let Some(seat) = seat {
            person.input.parent_id = self.ids.get(&seat.parent).copied();
            let mode = if seat.is_consolidated { BillingMode::Consolidated } else { BillingMode::Independent };
            person.input.billing_mode = Some(mode.as_str().to_owned());
        }
        person
    }

    /// The hold of a customer; released ones are details.
    fn hold(&self, number: u64, status: Status) -> Option<DemoHold> {
        hold(self.seed, number, status).filter(|hold| hold.is_open || number < DETAILED)
    }

    async fn add_batch(&mut self, numbers: &[u64]) -> Result<(), Problem> {
        let today = self.today();
        let mut people: Vec<DemoCustomer> = numbers.iter().map(|number| self.person(*number, today)).collect();
        let checked = checked(self.services, &mut people)?;
        let mut tx = self.services.database.begin().await?;
        let customers = opened(self.services, &mut tx, checked).await?;
        self.place(&mut tx, numbers, &people, &customers).await?;
        self.put_labels_on(&mut tx, numbers, &people, &customers).await?;
        tx.commit().await?;
        for (number, customer) in numbers.iter().zip(&customers) {
            self.made.with_values += usize::from(!customer.custom_fields.is_empty());
            if *number < DETAILED || self.groups.is_parent(*number) {
                self.ids.insert(*number, customer.id);
            }
        }
        Ok(())
    }

    /// Gives the customers a status and a past; whoever is suspended has an open hold.
    async fn place(
        &mut self,
        tx: &mut Transaction,
        numbers: &[u64],
        people: &[DemoCustomer],
        customers: &[Customer],
    ) -> Result<(), Problem> {
        let (service, now) = (&self.services.customers, self.services.clock.now());
        let mut placed = Vec::with_capacity(customers.len());
        let mut held = Vec::new();
        for ((number, demo), customer) in numbers.iter().zip(people).zip(customers) {
            let (mut status, opened_at) = (demo.status, at(now, demo.created_days_ago, customer.id));
            if let Some(hold) = self.hold(*number, status) {
                status = Status::Active;
                held.push((Customer { status, status_since: opened_at, ..customer.clone() }, hold));
            }
            placed.push((customer, status, opened_at));
        }
        service.place(tx, &placed).await?;
        for (customer, hold) in held {
            let (reason, since) = (hold.reason.as_str(), at(now, hold.days_ago, customer.id));
            let placing = Placing { to: Status::Suspended, reason, note: None, since };
            service.place_status(tx, &actor(), &customer, placing).await?;
            self.made.open_holds += usize::from(hold.is_open);
        }
        Ok(())
    }

    async fn put_labels_on(
        &mut self,
        tx: &mut Transaction,
        numbers: &[u64],
        people: &[DemoCustomer],
        customers: &[Customer],
    ) -> Result<(), Problem> {
        let (service, now) = (&self.services.customers, self.services.clock.now());
        let mut wearers: BTreeMap<Worn, Vec<CustomerId>> = BTreeMap::new();
        for ((number, demo), customer) in numbers.iter().zip(people).zip(customers) {
            for worn in labels(self.seed, *number, demo) {
                wearers.entry(worn).or_default().push(customer.id);
            }
        }
        for (worn, ids) in wearers {
            let Some(label) = self.definitions.label(worn.label) else { continue };
            let expires_at = worn.expires_in.map(|days| now + Duration::days(days));
            self.made.worn += service.assign_step(tx, &actor(), label, &ids, None, expires_at).await?.len();
        }
        Ok(())
    }

    async fn add_people_and_places(&mut self, number: u64, id: CustomerId, demo: &DemoCustomer) -> Result<(), Problem> {
        for contact in contacts(self.seed, number, &demo.input) {
            self.services.customers.add_contact(&actor(), id, contact).await?;
            self.made.contacts += 1;
        }
        for address in addresses(self.seed, number, &demo.input) {
            self.services.customers.add_address(&actor(), id, address).await?;
            self.made.addresses += 1;
        }
        Ok(())
    }

    /// Releases the hold of whoever is active by now, or plans a change for another.
    async fn add_events(
        &mut self,
        number: u64,
        id: CustomerId,
        status: Status,
        today: NaiveDate,
    ) -> Result<(), Problem> {
        let service = &self.services.customers;
        match self.hold(number, status) {
            Some(hold) if !hold.is_open => {
                let note = Some("Settled with the customer.".to_owned());
                service.release_hold(&actor(), id, hold.reason, note).await?;
                self.made.released_holds += 1;
            }
            None if status == Status::Active && !self.groups.is_parent(number) => {
                if let Some(change) = planned(self.seed, number, today) {
                    service.change_status(&actor(), id, &change).await?;
                    self.made.planned += 1;
                }
            }
            _ => {}
        }
        Ok(())
    }
}
