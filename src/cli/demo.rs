//! `isp demo`: made-up customers for a first look, for screenshots and for load.

use super::{Environment, Failure};
use crate::shared::problem::Problem;

/// Fill an empty database with made-up customers.
#[derive(clap::Args)]
pub(crate) struct Demo {
    /// How many
    #[arg(long, default_value_t = 1_000)]
    customers: u64,
    /// The same seed gives the same customers
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Demo {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let services = environment.services().await?;
        let bar = super::progress_bar("Filling");
        bar.set_length(self.customers);
        let filled = crate::demo::fill(&services, self.customers, self.seed, |done| bar.set_position(done)).await;
        bar.finish_and_clear();
        match filled {
            Ok(account) => {
                services.database.optimize().await.map_err(Problem::from)?;
                println!("{} demo customers are there.", self.customers);
                println!("Sign in as {} with the password {}", account.username, account.password);
                Ok(())
            }
            Err(Problem::Conflict { code, .. }) if code == "not_empty" => {
                println!(
                    "There are customers already; nothing was added. A lost password: isp staff reset-password demo"
                );
                Ok(())
            }
            Err(problem) => Err(problem.into()),
        }
    }
}
