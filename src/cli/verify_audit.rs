//! `isp verify-audit`: recomputes the whole chain.

use super::{Environment, Failure};
use crate::shared::problem::Problem;

pub(super) async fn run(environment: &Environment) -> Result<(), Failure> {
    let services = environment.services().await?;
    let bar = super::progress_bar("Verifying");
    let report = services.audit.verify(&services.database, |done| bar.set_position(done.unsigned_abs())).await?;
    bar.finish_and_clear();
    if environment.json {
        println!("{}", serde_json::to_string(&report).map_err(|_| Problem::Internal)?);
    }
    match report.broken_at {
        None => {
            if !environment.json {
                println!("The audit log is whole: {} entries.", report.entries);
            }
            Ok(())
        }
        Some((entry, reason)) => Err(Failure(format!("The audit log is broken at entry {entry}: {reason}."))),
    }
}
