//! `/imports/:id`: one import, at the step where it stands.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use leptos_router::params::ParamsMap;

use super::check::CheckStep;
use super::columns::ColumnsStep;
use super::outcome::OutcomeStep;
use super::running::RunningStep;
use super::steps;
use crate::shared::id::ImportId;
use crate::shared::problem::Problem;
use crate::transfer::{
    CancelImport, Charset, CheckImport, CommitImport, Delimiter, ImportDetails, ImportState, Reading, SavedMapping,
    get_import, list_import_mappings,
};
use crate::ui::{Page, ProblemPage, Skeleton, TypedValues, recall_form};

/// What can be done with an import.
#[derive(Clone, Copy)]
struct Actions {
    check: ServerAction<CheckImport>,
    commit: ServerAction<CommitImport>,
    cancel: ServerAction<CancelImport>,
}

/// One import, from its columns to its outcome.
#[component]
pub fn ImportPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let actions = Actions { check: ServerAction::new(), commit: ServerAction::new(), cancel: ServerAction::new() };
    let versions =
        move || (actions.check.version().get(), actions.commit.version().get(), actions.cancel.version().get());
    let id = move || params.with(|params| params.get("id").and_then(|id| id.parse::<ImportId>().ok()));
    let import = Resource::new(move || (id(), query.with(reading), versions()), |(id, reading, _)| fetch(id, reading));
    let saved = Resource::new(versions, |_| list_import_mappings());
    let typed = Resource::new(|| (), |()| recall_form("imports/check".to_owned()));
    let choosing = Memo::new(move |_| query.with(|query| query.get("step").as_deref() == Some("columns")));
    let refetch = Callback::new(move |()| import.refetch());
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || {
                let choosing = choosing.get();
                Suspend::new(async move {
                    let (saved, typed) = (saved.await.unwrap_or_default(), typed.await.unwrap_or_default());
                    match import.await {
                        Ok(import) => view! { <Wizard import saved typed actions choosing refetch/> }.into_any(),
                        Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

async fn fetch(id: Option<ImportId>, reading: Reading) -> Result<ImportDetails, Problem> {
    match id {
        Some(id) => get_import(id, reading).await,
        None => Err(Problem::not_found("import")),
    }
}

/// The way to look at the file that the URL asks for.
fn reading(query: &ParamsMap) -> Reading {
    let given = |name| query.get(name).filter(|value| !value.is_empty());
    Reading {
        saved: given("saved"),
        delimiter: given("delimiter").and_then(|word| Delimiter::parse(&word)),
        encoding: given("encoding").and_then(|word| Charset::parse(&word)),
    }
}

#[component]
fn Wizard(
    import: ImportDetails,
    saved: Vec<SavedMapping>,
    typed: TypedValues,
    actions: Actions,
    choosing: bool,
    refetch: Callback<()>,
) -> impl IntoView {
    let Actions { check, commit, cancel } = actions;
    let title = format!("Import of {}", import.summary.file_name);
    let is_over = import.job.as_ref().is_some_and(|job| job.state.is_over());
    let (step, content) = match import.summary.state {
        ImportState::Checked if !choosing => (2, view! { <CheckStep import commit/> }.into_any()),
        ImportState::Committing if !is_over => (3, view! { <RunningStep import cancel refetch/> }.into_any()),
        ImportState::Done | ImportState::Committing => (4, view! { <OutcomeStep import/> }.into_any()),
        ImportState::Cancelled | ImportState::Failed if !choosing => (3, view! { <OutcomeStep import/> }.into_any()),
        _ => (1, view! { <ColumnsStep import saved typed check/> }.into_any()),
    };
    view! {
        <Page title=title back=("/customers/import", "Imports")>
            {steps(step)}
            {content}
        </Page>
    }
}
