//! What came of an import.

use leptos::prelude::*;

use super::told;
use crate::transfer::{ImportDetails, ImportState, ImportSummary};
use crate::ui::{Banner, Card, Figure, Figures, FormActions, Icon, IconName, LinkButton, Tone, format};

/// The end of the wizard.
#[component]
pub(super) fn OutcomeStep(import: ImportDetails) -> impl IntoView {
    let ImportSummary { id, state, created, skipped, rejected, .. } = import.summary;
    let report = import.report.unwrap_or_default();
    let made = report.made().filter(|_| created > 0).map(|made| format!("{made} created."));
    let brought = told(made.into_iter().chain(report.brought.sentences()).collect());
    let error = import.job.and_then(|job| job.error);
    let again = matches!(state, ImportState::Cancelled | ImportState::Failed);
    let download = (rejected > 0).then(|| {
        view! {
            <a class="button" href=format!("/api/v1/imports/{id}/rejected.csv") rel="external" download="">
                <Icon name=IconName::Download/>
                <span>"Download rejected rows"</span>
            </a>
        }
    });
    let go_on = again.then(|| {
        view! { <LinkButton href=format!("/imports/{id}?step=columns") label="Check the file again"/> }
    });
    view! {
        <Card title="Outcome">
            {verdict(state, created, error)}
            <Figures>
                <Figure label="Customers created" value=format::count(created)/>
                <Figure label="Already there" value=format::count(skipped) hint="left as they are"/>
                <Figure label="Rejected rows" value=format::count(rejected)/>
            </Figures>
            {brought}
            <FormActions>
                <LinkButton href="/customers" label="See the customers" primary=true/>
                {download}
                {go_on}
                <LinkButton href="/customers/import" label="Import another file"/>
            </FormActions>
        </Card>
    }
}

fn verdict(state: ImportState, created: i64, error: Option<String>) -> AnyView {
    let customers = format!("{} created.", format::plural(created, "customer", "customers"));
    let (tone, title, text) = match state {
        ImportState::Done => (Tone::Ok, "The import is done", customers),
        ImportState::Cancelled => (Tone::Warn, "The import was cancelled", format!("{customers} They stay.")),
        _ => (
            Tone::Danger,
            "The import has failed",
            format!("{} {customers} They stay.", error.unwrap_or_else(|| "It ended early.".to_owned())),
        ),
    };
    view! { <Banner tone title><p>{text}</p></Banner> }.into_any()
}
