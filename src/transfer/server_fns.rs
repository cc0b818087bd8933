//! The pages' door to imports. Files come in through REST: a form of a server function cannot carry them.

use leptos::prelude::*;

use super::mapping::{Reading, SavedMapping};
use super::model::{ImportDetails, ImportSummary, Report};
use super::wire::SentMapping;
use crate::jobs::JobView;
use crate::shared::id::{ImportId, JobId};
use crate::shared::problem::Problem;

/// One import; with `reading` its file is looked at in another way.
#[server(prefix = "/api/fn", endpoint = "imports/get")]
pub async fn get_import(id: ImportId, #[server(default)] reading: Reading) -> Result<ImportDetails, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.imports.get(&caller.actor, id, &reading).await
}

/// The latest imports, newest first.
#[server(prefix = "/api/fn", endpoint = "imports/list")]
pub async fn list_imports() -> Result<Vec<ImportSummary>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.imports.list(&caller.actor).await
}

/// Mappings that were saved, by name.
#[server(prefix = "/api/fn", endpoint = "imports/mappings")]
pub async fn list_import_mappings() -> Result<Vec<SavedMapping>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.imports.mappings(&caller.actor).await
}

/// The dry run. With `save_as` the mapping is kept for other files.
#[server(prefix = "/api/fn", endpoint = "imports/check")]
pub async fn check_import(
    id: ImportId,
    mapping: SentMapping,
    #[server(default)] save_as: Option<String>,
) -> Result<Report, Problem> {
    let caller = crate::server::signed_in().await?;
    let report = caller.services.imports.check(&caller.actor, id, Some(mapping.0), save_as).await?;
    crate::server::go_to(&format!("/imports/{id}"));
    Ok(report)
}

/// Starts the job that imports the rows.
#[server(prefix = "/api/fn", endpoint = "imports/commit")]
pub async fn commit_import(id: ImportId) -> Result<JobId, Problem> {
    let caller = crate::server::signed_in().await?;
    let job = caller.services.imports.commit(&caller.actor, id).await?;
    crate::server::go_to(&format!("/imports/{id}"));
    Ok(job)
}

/// Asks for the end of a running import.
#[server(prefix = "/api/fn", endpoint = "imports/cancel")]
pub async fn cancel_import(id: ImportId) -> Result<JobView, Problem> {
    let caller = crate::server::signed_in().await?;
    let job = caller.services.imports.cancel(&caller.actor, id).await?;
    crate::server::go_to(&format!("/imports/{id}"));
    Ok(job)
}
