//! The load bench: seeds a database, starts the release binary on it and measures it over HTTP.
//!
//! `cargo bench --bench load -- --rows 10000,100000 --engine sqlite` prints a table in Markdown. What
//! counts is the server's CPU for each request: wall time on a shared machine says little.

mod client;
mod measure;
mod prepare;
mod scenario;
mod server;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

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
    print_head();
    for rows in &args.rows {
        measure_size(&args, *rows).await?;
    }
    Ok(())
}

async fn measure_size(args: &Args, rows: u64) -> Result<(), Failure> {
    let url = match (args.engine, &args.database_url) {
        (Engine::Postgres, Some(server)) => prepare::postgres(server, rows).await?,
        _ => prepare::sqlite(rows)?,
    };
    prepare::seed(&url, args.seed, rows).await?;
    let server = Server::start(&args.isp, &url).await?;
    let site = server.sign_in(prepare::USERNAME, prepare::PASSWORD).await?;
    let chosen: &[Scenario] = if args.scenario.is_empty() { Scenario::value_variants() } else { &args.scenario };
    for scenario in chosen {
        let load = Load::new(*scenario, site.clone(), args.seed, rows);
        let measurement = measure(&server, &load, Duration::from_secs(args.seconds)).await?;
        print_row(rows, *scenario, &measurement);
    }
    server.stop().await?;
    if args.engine == Engine::Postgres {
        let (median, slowest) = prepare::searches_on_one_connection(&url, args.seed, rows).await?;
        let ratio = slowest.as_secs_f64() / median.as_secs_f64();
        eprintln!(
            "{rows} rows, 500 searches on one connection: median {}, slowest {}, {ratio:.1} times the median",
            milliseconds(median),
            milliseconds(slowest)
        );
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

fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1_000.0)
}
