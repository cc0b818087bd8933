//! The command line: one file per command. Exit codes: 0 done, 1 refused or failed, 2 used wrongly.

mod demo;
mod import;
mod serve;
mod staff;
mod verify_audit;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::database::Database;
use crate::server::{Config, Services, openapi_document, telemetry};
use crate::shared::clock::Clock;
use crate::shared::problem::Problem;

/// ISP Framework: the system of record of an internet service provider.
#[derive(Parser)]
#[command(
    name = "isp",
    version,
    about,
    after_help = "Examples:\n  isp serve\n  isp import customers.csv --source crm\n  isp staff create --username ana --email ana@example.net --name \"Ana\""
)]
struct Cli {
    /// Where the data is: `sqlite://path` or `postgres://user:password@host/database`
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Write machine-readable JSON where a command has a result
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site, the API and the jobs
    Serve(serve::Serve),
    /// Bring the schema up to date
    Migrate,
    /// Create and repair staff accounts
    #[command(subcommand)]
    Staff(staff::Staff),
    /// Import customers from a CSV file
    Import(import::Import),
    /// Fill an empty database with made-up customers
    Demo(demo::Demo),
    /// Prove that no audit entry was changed or removed
    VerifyAudit,
    /// Print the OpenAPI description of the REST interface
    Openapi,
    /// Print the configuration in force, secrets masked
    Config,
}

/// What a command may need.
pub(crate) struct Environment {
    config: Config,
    json: bool,
}

impl Environment {
    /// Connects, brings the schema up to date and builds every service.
    async fn services(&self) -> Result<Services, Failure> {
        let database = Database::connect(self.config.database_url.expose()).await.map_err(|error| unusable(&error))?;
        if self.config.migrate_at_start {
            database.migrate().await.map_err(|error| unusable(&error))?;
        }
        Ok(Services::build(self.config.clone(), database, Clock::system()).await?)
    }
}

fn unusable(error: &crate::database::DatabaseError) -> Failure {
    Failure(format!("The database cannot be used: {error}"))
}

/// Why a command did not do what it should; one message for people.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let fields: Vec<String> = problem
            .errors()
            .iter()
            .map(|error| format!("{}{}{}", error.field, if error.field.is_empty() { "" } else { ": " }, error.message))
            .collect();
        Self(if fields.is_empty() { format!("{}. {}", problem.title(), problem.detail()) } else { fields.join("\n") })
    }
}

/// Runs the command of the process's arguments.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let mut flags = BTreeMap::new();
    flags.extend(cli.database_url.clone().map(|url| ("DATABASE_URL", url)));
    if let Command::Serve(serve) = &cli.command {
        flags.extend(serve.listen.clone().map(|listen| ("LEPTOS_SITE_ADDR", listen)));
    }
    let config =
        match Config::load(&flags, !matches!(cli.command, Command::Migrate | Command::Openapi | Command::Config)) {
            Ok(config) => config,
            Err(complaint) => {
                eprint!("{complaint}");
                return ExitCode::from(2);
            }
        };
    telemetry::start(&config);
    // One crypto provider for the whole program; a second call would only say that it is there.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).max(2);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(cores).enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(dispatch(cli.command, Environment { config, json: cli.json })),
        Err(error) => Err(Failure(format!("The process cannot start its threads: {error}"))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(message)) => {
            eprintln!("{}", message.trim_end());
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(command: Command, environment: Environment) -> Result<(), Failure> {
    match command {
        Command::Serve(serve) => serve.run(&environment).await,
        Command::Migrate => {
            let database =
                Database::connect(environment.config.database_url.expose()).await.map_err(|error| unusable(&error))?;
            database.migrate().await.map_err(|error| unusable(&error))?;
            println!("The schema is up to date.");
            Ok(())
        }
        Command::Staff(staff) => staff.run(&environment).await,
        Command::Import(import) => Box::pin(import.run(&environment)).await,
        Command::Demo(demo) => demo.run(&environment).await,
        Command::VerifyAudit => verify_audit::run(&environment).await,
        Command::Openapi => {
            let text = openapi_document().to_pretty_json().map_err(|error| Failure(error.to_string()))?;
            println!("{text}");
            Ok(())
        }
        Command::Config => {
            print!("{}", environment.config.describe());
            Ok(())
        }
    }
}

/// A secret: typed unseen at a terminal, else the first line of standard input.
fn read_secret(prompt: &str) -> Result<String, Failure> {
    let read = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(format!("{prompt}: "))
    } else {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line.trim_end_matches(['\r', '\n']).to_owned())
    };
    read.map_err(|error| Failure(error.to_string()))
}

/// A progress bar on a terminal; silent elsewhere.
fn progress_bar(what: &'static str) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(0);
    if let Ok(style) = indicatif::ProgressStyle::with_template("{msg} {bar:40} {human_pos}/{human_len} {per_sec}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar
}
