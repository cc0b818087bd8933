//! Demo customers on their way into a database, through the services that write every customer.

use std::ops::Range;

use chrono::{DateTime, Duration, Utc};

use super::generator::{DemoCustomer, DemoCustomers};
use crate::auth::token::new_token;
use crate::customers::search::CustomerFilter;
use crate::server::Services;
use crate::shared::actor::Actor;
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;
use crate::staff::{NewStaff, SUPER_ADMINISTRATOR};

/// Customers of one transaction.
const BATCH: u64 = 500;

/// How to sign in to a system that was filled; shown once, stored nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    /// Always `demo`.
    pub username: String,
    /// Made for this system alone.
    pub password: String,
}

/// Fills an empty system with the first customers of a seed and an administrator `demo`; `progress`
/// is told how many there are so far. Errors: `Conflict("not_empty")` when there are customers already,
/// also deleted ones.
pub async fn fill(
    services: &Services,
    customers: u64,
    seed: u64,
    progress: impl FnMut(u64),
) -> Result<DemoAccount, Problem> {
    require_empty(services).await?;
    let account = add_account(services).await?;
    add_customers(services, seed, 0..customers, BATCH, progress).await?;
    Ok(account)
}

/// Adds the customers of these numbers, `batch` of them in a transaction; an interrupted run can be
/// continued behind the last number that was written. `progress` gets the number of the next one.
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
    let now = services.clock.now();
    let mut checked = Vec::with_capacity(people.len());
    for one in &mut people {
        let opened_on = (now - Duration::days(one.created_days_ago)).date_naive();
        one.input.customer_since.get_or_insert_with(|| opened_on.to_string());
        checked.push(services.customers.check_input(&one.input)?);
    }
    let mut tx = services.database.begin().await?;
    let created = services.customers.create_many(&mut tx, &actor(), checked).await?;
    let customers = created.into_iter().collect::<Result<Vec<_>, _>>()?;
    let placed: Vec<_> = customers
        .iter()
        .zip(&people)
        .map(|(customer, demo)| (customer, demo.status, opened_at(now, demo.created_days_ago, customer.id)))
        .collect();
    services.customers.place(&mut tx, &placed).await?;
    tx.commit().await?;
    Ok(())
}

/// Some moment up to a day before that many days ago, so that not all of a day share one moment.
fn opened_at(now: DateTime<Utc>, days_ago: i64, id: CustomerId) -> DateTime<Utc> {
    now - Duration::days(days_ago) - Duration::seconds(id.0.wrapping_mul(7_919).rem_euclid(86_400))
}

fn actor() -> Actor {
    Actor::system("demo data")
}
