//! The load bench: seeds a database, starts the release binary on it and measures it over HTTP.
//!
//! `cargo bench --bench load -- --rows 10000,100000 --engine sqlite` prints a table in Markdown. What
//! counts is the server's CPU for each request: wall time on a shared machine says little. With `--flood`
//! it prints what a flood of bad sign-ins costs everybody else.

mod access;
mod client;
mod flood;
mod measure;
mod prepare;
mod scenario;
mod server;
mod tree;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use flood::{Flood, Outcome};
use measure::{CONNECTIONS, Measurement, measure};
use scenario::{Load, Scenario};
use server::Server;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    Sqlite,
    Postgres,
}

/// Measures the release binary at several sizes of the database.
#[derive(Parser)]
struct Args {
    /// Numbers of customers; each has a database of its own, seeded when it is not there yet
    #[arg(long, value_delimiter = ',', default_value = "10000")]
    rows: Vec<u64>,
    /// SQLite in target/load/, or the PostgreSQL server of --database-url
    #[arg(long, value_enum, default_value = "sqlite")]
    engine: Engine,
    /// Any database of a PostgreSQL server, beside which `isp_load_<rows>` is created
    #[arg(long, required_if_eq("engine", "postgres"))]
    database_url: Option<String>,
    /// Seconds for each step of a scenario
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Only these scenarios
    #[arg(long, value_enum, value_delimiter = ',')]
    scenario: Vec<Scenario>,
    /// Live access tokens, and as many sessions, among which authentication has to find its own
    #[arg(long, default_value_t = 0)]
    tokens: u32,
    /// Instead of the scenarios: what a flood of bad sign-ins costs everybody else
    #[arg(long, conflicts_with = "scenario")]
    flood: bool,
    /// Instead of the scenarios: what the hierarchy costs, in trees over all customers and one parent of 50,000
    #[arg(long, conflicts_with_all = ["scenario", "flood"])]
    trees: bool,
    /// The seed of the customers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The binary to measure
    #[arg(long, default_value = env!("CARGO_BIN_EXE_isp"))]
    isp: PathBuf,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let args = Args::parse();
    if !args.bench {
        println!("Nothing is measured without optimisation; run: cargo bench --bench load");
        return Ok(());
    }
    // A second installation would fail, and there is none.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    if args.flood {
        print_flood_head();
    } else if !args.trees {
        print_head();
    }
    for rows in &args.rows {
        let url = database(&args, *rows).await?;
        if args.flood {
            measure_floods(&args, &url, *rows).await?;
        } else if args.trees {
            tree::measure(&url, args.seed, *rows).await?;
        } else {
            measure_size(&args, &url, *rows).await?;
        }
    }
    Ok(())
}

/// The URL of the database for this many customers, with everything in it.
async fn database(args: &Args, rows: u64) -> Result<String, Failure> {
    let url = match (args.engine, &args.database_url) {
        (Engine::Postgres, Some(server)) => prepare::postgres(server, rows).await?,
        _ => prepare::sqlite(rows)?,
    };
    prepare::seed(&url, args.seed, rows, args.tokens).await?;
    Ok(url)
}

async fn measure_size(args: &Args, url: &str, rows: u64) -> Result<(), Failure> {
    let server = Server::start(&args.isp, url).await?;
    let site = server.sign_in(prepare::USERNAME, prepare::PASSWORD).await?;
    let chosen: &[Scenario] = if args.scenario.is_empty() { Scenario::value_variants() } else { &args.scenario };
    for scenario in chosen {
        // Access tokens are short-lived: each scenario gets a fresh one.
        let caller = match scenario.token_kind() {
            Some(kind) => access::as_client(&site, kind).await?,
            None => site.clone(),
        };
        let load = Load::new(*scenario, caller, args.seed, rows);
        let measurement = measure(&server, &load, Duration::from_secs(args.seconds)).await?;
        print_row(rows, *scenario, &measurement);
    }
    server.stop().await?;
    if args.engine == Engine::Postgres {
        let (median, slowest) = prepare::searches_on_one_connection(url, args.seed, rows).await?;
        let ratio = slowest.as_secs_f64() / median.as_secs_f64();
        eprintln!(
            "{rows} rows, 500 searches on one connection: median {}, slowest {}, {ratio:.1} times the median",
            milliseconds(median),
            milliseconds(slowest)
        );
    }
    Ok(())
}

/// Each flood meets a server of its own, so that the peak of its memory is that flood's.
async fn measure_floods(args: &Args, url: &str, rows: u64) -> Result<(), Failure> {
    for flood in Flood::ALL {
        let server = Server::start(&args.isp, url).await?;
        let site = server.sign_in(prepare::USERNAME, prepare::PASSWORD).await?;
        let read = Load::new(Scenario::Read, site.clone(), args.seed, rows);
        let health = Load::new(Scenario::Trivial, site.clone(), args.seed, rows);
        let outcome = flood::measure(flood, site.address, [&read, &health], Duration::from_secs(args.seconds)).await?;
        print_flood_row(rows, flood, &outcome, server.peak_memory()?);
        server.stop().await?;
    }
    Ok(())
}

fn print_head() {
    let [one, few, many] = CONNECTIONS;
    println!("| rows | scenario | CPU µs/request | req/s at {one} | at {few} | at {many} | p50 | p95 | p99 |");
    println!("|---:|---|---:|---:|---:|---:|---:|---:|---:|");
}

fn print_row(rows: u64, scenario: Scenario, measured: &Measurement) {
    let name = scenario.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let [one, few, many] = measured.rates;
    let [p50, p95, p99] = measured.percentiles.map(milliseconds);
    let cpu = measured.cpu_per_request.as_micros();
    println!("| {rows} | {name} | {cpu} | {one:.0} | {few:.0} | {many:.0} | {p50} | {p95} | {p99} |");
}

fn print_flood_head() {
    println!(
        "| rows | bad sign-ins from | heard/s | refused/s | read p50 | p95 | p99 | health p50 | p95 | p99 | peak |"
    );
    println!("|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
}

fn print_flood_row(rows: u64, flood: Flood, outcome: &Outcome, peak_memory: u64) {
    let Outcome { heard, refused, read, health } = outcome;
    let [read, health] = [read, health].map(|percentiles| percentiles.map(milliseconds).join(" | "));
    let (name, mebibytes) = (flood.name(), peak_memory / 1_024);
    println!("| {rows} | {name} | {heard:.0} | {refused:.0} | {read} | {health} | {mebibytes} MiB |");
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1_000.0)
}
