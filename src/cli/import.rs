//! `isp import`: the web wizard's use cases from a terminal.

use std::path::PathBuf;

use super::{Environment, Failure};
use crate::shared::problem::Problem;
use crate::transfer::ImportOptions;

/// Import customers from a CSV file.
#[derive(clap::Args)]
pub(crate) struct Import {
    /// The file
    file: PathBuf,
    /// A mapping that was saved under this name, or an example; else the columns are guessed
    #[arg(long)]
    mapping: Option<String>,
    /// The name of the system the file comes from
    #[arg(long)]
    source: Option<String>,
    /// The day the file tells of, such as 2026-05-31; today when missing
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// Only check the file
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let services = environment.services().await?;
        let bar = super::progress_bar("Importing");
        let progress = |done: i64, total: i64| {
            bar.set_length(total.unsigned_abs());
            bar.set_position(done.unsigned_abs());
        };
        let Self { file, mapping, source, as_of, dry_run } = self;
        let options = ImportOptions { mapping, source, as_of, dry_run };
        let outcome = Box::pin(crate::transfer::import_file(&services, &file, options, progress)).await;
        bar.finish_and_clear();
        let outcome = outcome?;
        if environment.json {
            println!("{}", serde_json::to_string(&outcome).map_err(|_| Problem::Internal)?);
        } else {
            print!("{outcome}");
        }
        Ok(())
    }
}
