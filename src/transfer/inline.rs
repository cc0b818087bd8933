//! An import from start to end in one call, in this process: what the command line does.

use std::path::Path;

use super::mapping::{Mapping, Reading};
use super::model::{ImportOutcome, MAX_FILE, Report, file_problem};
use super::service::{ImportService, find};
use crate::server::Services;
use crate::shared::actor::Actor;
use crate::shared::id::ImportId;
use crate::shared::problem::Problem;

/// How a file is meant, where that differs from what is found out.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// The name of a saved mapping or an example.
    pub mapping: Option<String>,
    /// The system the rows come from.
    pub source: Option<String>,
    /// The day the file tells of, `YYYY-MM-DD`.
    pub as_of: Option<String>,
    /// Only check the file.
    pub dry_run: bool,
}

/// Uploads, checks and, unless it is a dry run, imports a file under a saved mapping or the guessed one.
/// `progress` hears how many of how many rows are dealt with. Errors: as those of the single steps.
pub async fn import_file(
    services: &Services,
    path: &Path,
    options: ImportOptions,
    mut progress: impl FnMut(i64, i64) + Send,
) -> Result<ImportOutcome, Problem> {
    let imports = &services.imports;
    let actor = Actor::system("command line");
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let id = imports.upload(&actor, &name, read(path).await?).await?;
    let dry_run = options.dry_run;
    let mapping = imports.mapping_for(&actor, id, options).await?;
    let report = imports.check(&actor, id, Some(mapping), None).await?;
    if !dry_run {
        let job = imports.commit_here(&actor, id).await?;
        let run = Box::pin(imports.run_import(&job, &mut progress));
        let outcome = services.jobs.keep_alive(job.id, run).await;
        services.jobs.settle(job.id, &outcome).await?;
        outcome?;
    }
    imports.outcome(id, report).await
}

impl ImportService {
    async fn mapping_for(&self, actor: &Actor, id: ImportId, options: ImportOptions) -> Result<Mapping, Problem> {
        let ImportOptions { mapping: name, source, as_of, .. } = options;
        if let Some(name) = &name
            && !self.mappings(actor).await?.iter().any(|saved| saved.name == *name)
        {
            return Err(Problem::field_error("mapping", "unknown", format!("There is no saved mapping {name}.")));
        }
        let reading = Reading { saved: name, ..Reading::default() };
        let mapping = self.get(actor, id, &reading).await?.mapping;
        let source = source.unwrap_or_else(|| mapping.source.clone());
        Ok(Mapping { source, as_of: as_of.or_else(|| mapping.as_of.clone()), ..mapping })
    }

    async fn outcome(&self, id: ImportId, report: Report) -> Result<ImportOutcome, Problem> {
        let row = find(&mut self.database.read().await?, id).await?;
        let summary = row.summary()?;
        let (created, skipped, rejected) = (summary.created, summary.skipped, summary.rejected);
        let brought = row.report.map(|report| report.0.brought).unwrap_or_default();
        Ok(ImportOutcome { id, state: summary.state, report, created, skipped, rejected, brought })
    }
}

async fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| {
        Problem::field_error("file", "unreadable", format!("{} cannot be read: {error}.", path.display()))
    };
    let size = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
    if usize::try_from(size).is_ok_and(|size| size > MAX_FILE) {
        return Err(file_problem("too_large").unwrap_or(Problem::Internal));
    }
    tokio::fs::read(path).await.map_err(unreadable)
}
