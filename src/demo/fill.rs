//! Demo customers on their way into a database, through the services that write every customer.

use std::ops::Range;

use chrono::{DateTime, Duration, Utc};

use super::definitions::Definitions;
use super::generator::{DemoCustomer, DemoCustomers};
use super::record::{Filler, Made};
use crate::auth::token::new_token;
use crate::customers::search::CustomerFilter;
use crate::customers::{CheckedCustomer, Customer};
use crate::database::Transaction;
use crate::server::Services;
use crate::shared::actor::Actor;
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;
use crate::staff::{NewStaff, SUPER_ADMINISTRATOR};

/// How to sign in to a system that was filled; shown once, stored nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    /// Always `demo`.
    pub username: String,
    /// Made for this system alone.
    pub password: String,
}

/// What is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The customers themselves.
    Customers,
    /// Contacts, addresses, released holds and changes set for a later day.
    Details,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being made.
    pub stage: Stage,
    /// Customers that are done with this.
    pub done: u64,
    /// Customers that will be.
    pub total: u64,
}

/// What a filled system has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// How to sign in.
    pub account: DemoAccount,
    /// What was made.
    pub made: Made,
}

/// Fills an empty system with the first customers of a seed, with everything that belongs to a record, and with an
/// administrator `demo`. Contacts, addresses, released holds and planned changes are written one by one: only the
/// first 2,000 customers have them. Errors: `Conflict("not_empty")` when there are customers already, also deleted
/// ones.
pub async fn fill(
    services: &Services,
    customers: u64,
    seed: u64,
    mut progress: impl FnMut(Progress),
) -> Result<Filled, Problem> {
    require_empty(services).await?;
    let definitions = Definitions::create(services, &actor()).await?;
    let account = add_account(services).await?;
    let mut filler = Filler::new(services, definitions, seed, customers);
    filler.add_customers(&mut progress).await?;
    filler.add_details(&mut progress).await?;
    Ok(Filled { account, made: filler.made })
}

/// Adds the customers of these numbers, the record alone, as fast as it goes: `batch` of them in a transaction. An
/// interrupted run can be continued behind the last number that was written. `progress` gets the number of the next
/// one.
pub async fn add_customers(
    services: &Services,
    seed: u64,
    numbers: Range<u64>,
    batch: u64,
    mut progress: impl FnMut(u64),
) -> Result<(), Problem> {
    let demo = DemoCustomers::new(seed);
    let mut from = numbers.start;
    while from < numbers.end {
        let to = numbers.end.min(from + batch.max(1));
        add_batch(services, (from..to).map(|number| demo.customer(number)).collect()).await?;
        progress(to);
        from = to;
    }
    Ok(())
}

async fn require_empty(services: &Services) -> Result<(), Problem> {
    for deleted in [false, true] {
        let filter =
            CustomerFilter { deleted, limit: Some(1), count: Some("capped".to_owned()), ..CustomerFilter::default() };
        if services.customers.search(&actor(), &filter).await?.total_count > 0 {
            return Err(Problem::conflict(
                "not_empty",
                "There are customers already; demo data needs an empty system.",
            ));
        }
    }
    Ok(())
}

async fn add_account(services: &Services) -> Result<DemoAccount, Problem> {
    // Not from the seed, which is no secret.
    let password = new_token()?.chars().take(16).collect();
    let account = DemoAccount { username: "demo".to_owned(), password };
    let staff = NewStaff {
        username: account.username.clone(),
        email: "demo@example.com".to_owned(),
        full_name: "Demo Administrator".to_owned(),
        password: account.password.as_str().into(),
        role: SUPER_ADMINISTRATOR.to_owned(),
    };
    services.staff.create(&actor(), staff).await?;
    Ok(account)
}

async fn add_batch(services: &Services, mut people: Vec<DemoCustomer>) -> Result<(), Problem> {
    let checked = checked(services, &mut people)?;
    let mut tx = services.database.begin().await?;
    let customers = opened(services, &mut tx, checked).await?;
    let now = services.clock.now();
    let placed: Vec<_> = customers
        .iter()
        .zip(&people)
        .map(|(customer, demo)| (customer, demo.status, at(now, demo.created_days_ago, customer.id)))
        .collect();
    services.customers.place(&mut tx, &placed).await?;
    tx.commit().await?;
    Ok(())
}

/// The inputs ready to be written; who says no day became a customer on the day of the account.
pub(super) fn checked(services: &Services, people: &mut [DemoCustomer]) -> Result<Vec<CheckedCustomer>, Problem> {
    let now = services.clock.now();
    let mut checked = Vec::with_capacity(people.len());
    for one in people {
        let opened_on = (now - Duration::days(one.created_days_ago)).date_naive();
        one.input.customer_since.get_or_insert_with(|| opened_on.to_string());
        checked.push(services.customers.check_input(&one.input, None)?);
    }
    Ok(checked)
}

/// Opens the accounts, none of which may be refused.
pub(super) async fn opened(
    services: &Services,
    tx: &mut Transaction,
    checked: Vec<CheckedCustomer>,
) -> Result<Vec<Customer>, Problem> {
    let created = services.customers.create_many(tx, &actor(), checked).await?;
    created.into_iter().collect()
}

/// Some moment up to a day before that many days ago, so that not all of a day share one moment.
pub(super) fn at(now: DateTime<Utc>, days_ago: i64, id: CustomerId) -> DateTime<Utc> {
    now - Duration::days(days_ago) - Duration::seconds(id.0.wrapping_mul(7_919).rem_euclid(86_400))
}

pub(super) fn actor() -> Actor {
    Actor::system("demo data")
}
