//! `/customers/import`: choose a file, and the imports before.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::steps;
use crate::shared::problem::Problem;
use crate::transfer::{ImportState, ImportSummary, file_problem, list_imports};
use crate::ui::{
    Badge, Card, DataTable, EmptyState, ErrorSummary, FileField, FormActions, IconName, LinkButton, Page, ProblemPage,
    Skeleton, SubmitButton, Tone, When, format,
};

/// The page that takes a file.
#[component]
pub fn ImportStartPage() -> impl IntoView {
    let query = use_query_map();
    let problem = Signal::derive(move || query.with(|query| query.get("problem").and_then(|code| file_problem(&code))));
    let imports = Resource::new(|| (), |()| list_imports());
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match imports.await {
                    Ok(imports) => view! { <Start imports problem/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Start(imports: Vec<ImportSummary>, problem: Signal<Option<Problem>>) -> impl IntoView {
    let template = || view! { <a href="/api/v1/imports/template.csv" rel="external">"Download a template"</a> };
    view! {
        <Page
            title="Import customers"
            intro="Bring customers in from another system: upload its CSV export, say what the columns mean, check, import."
            back=("/customers", "Customers")
        >
            {steps(0)}
            <Card title="Choose a file" actions=template>
                <form class="form" method="post" action="/api/v1/imports" enctype="multipart/form-data">
                    <ErrorSummary problem/>
                    <FileField
                        name="file"
                        label="CSV file"
                        accept=".csv,.txt,text/csv,text/plain"
                        required=true
                        hint="The first line names the columns. At most 32 MB and 500,000 rows."
                        problem
                    />
                    <FormActions>
                        <SubmitButton label="Upload"/>
                    </FormActions>
                </form>
            </Card>
            <Card title="Earlier imports">{earlier(imports)}</Card>
        </Page>
    }
}

fn earlier(imports: Vec<ImportSummary>) -> AnyView {
    if imports.is_empty() {
        return view! {
            <EmptyState
                icon=IconName::Import
                title="Nothing imported yet"
                text="Files that you upload are listed here with what came of them."
                actions=|| view! { <LinkButton href="/customers/new" label="Add one customer by hand"/> }
            />
        }
        .into_any();
    }
    let head = || {
        view! {
            <th scope="col">"File"</th>
            <th scope="col">"State"</th>
            <th scope="col" class="numeric">"Created"</th>
            <th scope="col" class="numeric">"Rejected"</th>
            <th scope="col">"Uploaded"</th>
            <th scope="col">"By"</th>
        }
    };
    let rows = imports.into_iter().map(row).collect_view();
    view! { <DataTable caption="Earlier imports" head>{rows}</DataTable> }.into_any()
}

fn row(import: ImportSummary) -> impl IntoView {
    let href = format!("/imports/{}", import.id);
    view! {
        <tr>
            <td data-label="File"><a href=href>{import.file_name}</a></td>
            <td data-label="State"><Badge tone=tone(import.state) text=import.state.label()/></td>
            <td data-label="Created" class="numeric">{format::count(import.created)}</td>
            <td data-label="Rejected" class="numeric">{format::count(import.rejected)}</td>
            <td data-label="Uploaded"><When at=import.created_at/></td>
            <td data-label="By">{import.created_by}</td>
        </tr>
    }
}

fn tone(state: ImportState) -> Tone {
    match state {
        ImportState::Uploaded | ImportState::Checked => Tone::Neutral,
        ImportState::Committing => Tone::Info,
        ImportState::Done => Tone::Ok,
        ImportState::Cancelled => Tone::Warn,
        ImportState::Failed => Tone::Danger,
    }
}
