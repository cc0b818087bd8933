//! `isp demo`: made-up customers for a first look, for screenshots and for load.

use super::{Environment, Failure};
use crate::demo::{Made, Progress, Stage};
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
        let bar = super::progress_bar("Customers");
        bar.set_length(self.customers);
        let show = |progress: Progress| {
            if progress.stage == Stage::Details {
                bar.set_message("Details");
            }
            bar.set_length(progress.total);
            bar.set_position(progress.done);
        };
        let filled = crate::demo::fill(&services, self.customers, self.seed, show).await;
        bar.finish_and_clear();
        match filled {
            Ok(filled) => {
                services.database.optimize().await.map_err(Problem::from)?;
                println!("{}", told(&filled.made));
                println!("Sign in as {} with the password {}", filled.account.username, filled.account.password);
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

/// What was made, a line for each part of the record.
fn told(made: &Made) -> String {
    let Made { customers, branches, partners, locations, labels, worn, fields, with_values, .. } = made;
    let Made { open_holds, released_holds, planned, contacts, addresses, .. } = made;
    [
        format!("{customers} demo customers are there."),
        format!("  {partners} partners and {locations} locations; {branches} sub-accounts under main accounts"),
        format!("  {labels} labels, put on customers {worn} times"),
        format!("  {fields} custom fields, with values of {with_values} customers"),
        format!("  {open_holds} open holds, {released_holds} released ones, {planned} changes of status set for later"),
        format!("  {contacts} contacts, {addresses} addresses"),
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_told() {
        let made = Made {
            customers: 101,
            branches: 102,
            partners: 103,
            locations: 104,
            labels: 105,
            worn: 106,
            fields: 107,
            with_values: 108,
            open_holds: 109,
            released_holds: 110,
            planned: 111,
            contacts: 112,
            addresses: 113,
        };
        let told = told(&made);
        assert!((101..=113).all(|number: u64| told.contains(&number.to_string())), "{told}");
    }
}
