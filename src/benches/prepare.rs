//! The databases of the bench: one for each number of customers, seeded once and kept.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use isp::customers::search::CustomerFilter;
use isp::database::Database;
use isp::demo::add_customers;
use isp::server::{Config, Services};
use isp::shared::actor::Actor;
use isp::shared::clock::Clock;
use isp::shared::id::StaffId;
use isp::shared::problem::Problem;
use isp::staff::NewStaff;

use crate::Failure;
use crate::access;
use crate::scenario::Questions;

/// Who signs in.
pub const USERNAME: &str = "load";
/// It opens nothing but databases full of made-up customers.
pub const PASSWORD: &str = "made-up customers only";
/// Of every server that the bench starts.
pub const SECRET_KEY: &str = "the load bench has no secrets to keep";

/// Customers of one transaction while seeding.
const BATCH: u64 = 2_000;

/// Where the files of the bench are.
pub fn folder() -> Result<PathBuf, Failure> {
    let folder = std::env::current_dir()?.join("target/load");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The URL of the SQLite file for this many customers.
pub fn sqlite(rows: u64) -> Result<String, Failure> {
    Ok(format!("sqlite://{}", folder()?.join(format!("{rows}.db")).display()))
}

/// The URL of the database for this many customers, created beside `neighbour` when it is missing.
pub async fn postgres(neighbour: &str, rows: u64) -> Result<String, Failure> {
    let name = format!("isp_load_{rows}");
    let database = Database::connect(neighbour).await?;
    let mut connection = database.read().await?;
    let known: i64 = connection
        .query("SELECT COUNT(*) FROM pg_database WHERE datname = $1")
        .bind(name.as_str())
        .fetch_value()
        .await?;
    if known == 0 {
        // The name of a database cannot be bound; this one is ours to the last letter.
        connection.query(format!("CREATE DATABASE {name}").leak()).execute().await?;
    }
    drop(connection);
    database.close().await;
    let (address, parameters) =
        neighbour.split_once('?').map_or((neighbour, String::new()), |(address, rest)| (address, format!("?{rest}")));
    let (server, _) = address.rsplit_once('/').ok_or("write the URL with a database: postgres://host/postgres")?;
    Ok(format!("{server}/{name}{parameters}"))
}

/// Brings the database to this many customers and this many live tokens and sessions; goes on where an earlier run
/// was interrupted.
pub async fn seed(url: &str, seed: u64, rows: u64, tokens: u32) -> Result<(), Failure> {
    let services = services(url).await?;
    let account = add_account(&services).await?;
    let filter = CustomerFilter { limit: Some(1), ..CustomerFilter::default() };
    let there = services.customers.search(&actor(), &filter).await?.total_count.unsigned_abs();
    if there < rows {
        let began = Instant::now();
        add_customers(&services, seed, there..rows, BATCH, |done| report(done, rows)).await?;
        services.database.optimize().await?;
        eprintln!("seeded {} customers in {:.0} s", rows - there, began.elapsed().as_secs_f64());
    }
    access::fill(&services, account, tokens).await?;
    services.database.close().await;
    Ok(())
}

fn report(done: u64, rows: u64) {
    if done.is_multiple_of(BATCH * 10) {
        eprintln!("{done} of {rows} customers");
    }
}

pub async fn services(url: &str) -> Result<Services, Failure> {
    let flags = BTreeMap::from([("DATABASE_URL", url.to_owned()), ("ISP_SECRET_KEY", SECRET_KEY.to_owned())]);
    let database = Database::connect(url).await?;
    database.migrate().await?;
    Ok(Services::build(Config::load(&flags, true)?, database, Clock::system()).await?)
}

async fn add_account(services: &Services) -> Result<StaffId, Failure> {
    let staff = NewStaff {
        username: USERNAME.to_owned(),
        email: "load@example.com".to_owned(),
        full_name: "Load Bench".to_owned(),
        password: PASSWORD.into(),
        role: "administrator".to_owned(),
    };
    match services.staff.create(&actor(), staff).await {
        Ok(id) => Ok(id),
        // The account of an earlier run.
        Err(Problem::Conflict { .. } | Problem::Invalid(_)) => Ok(services.staff.find_id(&actor(), USERNAME).await?),
        Err(problem) => Err(problem.into()),
    }
}

/// Median and slowest of 500 searches in a row. The pool opens its second connection when the first
/// is busy, so all of them run on one, and with the statements that it has prepared.
pub async fn searches_on_one_connection(url: &str, seed: u64, rows: u64) -> Result<(Duration, Duration), Failure> {
    let services = services(url).await?;
    let mut questions = Questions::new(seed, rows, u64::MAX);
    let mut times = Vec::new();
    for _ in 0..500 {
        let filter = CustomerFilter {
            query: Some(questions.mixed()),
            limit: Some(25),
            count: Some("capped".to_owned()),
            ..CustomerFilter::default()
        };
        let began = Instant::now();
        services.customers.search(&actor(), &filter).await?;
        times.push(began.elapsed());
    }
    services.database.close().await;
    times.sort_unstable();
    Ok((times[times.len() / 2], times[times.len() - 1]))
}

fn actor() -> Actor {
    Actor::system("load bench")
}
