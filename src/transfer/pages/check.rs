//! What the dry run found, and the button that imports.

use leptos::prelude::*;

use super::told;
use crate::transfer::{BadRow, CommitImport, ImportDetails, OnBadRows, Report, sentences};
use crate::ui::{
    Banner, Card, DataTable, ErrorSummary, Figure, Figures, FormActions, Hidden, Icon, IconName, LinkButton,
    SubmitButton, Tone, format,
};

/// The third step.
#[component]
pub(super) fn CheckStep(import: ImportDetails, commit: ServerAction<CommitImport>) -> impl IntoView {
    let id = import.summary.id;
    let stops = import.mapping.on_bad_rows == OnBadRows::Stop;
    let report = import.report.unwrap_or_default();
    let problem = Signal::derive(move || commit.value().get().and_then(Result::err));
    let blocked = stops && report.bad > 0;
    let label = match report.to_create {
        0 => "Import anyway".to_owned(),
        rows => format!("Import {}", format::plural(rows, "customer", "customers")),
    };
    let button = (!blocked).then(|| view! { <SubmitButton label busy=commit.pending()/> });
    let (counts, verdict, brings) = (counts(&report), verdict(&report, blocked), brings(&report));
    let bad_rows = (report.bad > 0).then(|| {
        view! { <BadRows report href=format!("/api/v1/imports/{id}/rejected.csv")/> }
    });
    view! {
        <Card title="What the check found">
            {counts}
            {verdict}
            {brings}
            <ActionForm action=commit>
                <ErrorSummary problem/>
                <Hidden name="id" value=id.to_string()/>
                <FormActions>
                    {button}
                    <LinkButton href=format!("/imports/{id}?step=columns") label="Change the columns"/>
                </FormActions>
            </ActionForm>
        </Card>
        {bad_rows}
    }
}

fn counts(report: &Report) -> impl IntoView + use<> {
    let [total, fresh, known, bad] = [report.total, report.to_create, report.known, report.bad].map(format::count);
    view! {
        <Figures>
            <Figure label="Rows in the file" value=total/>
            <Figure label="New customers" value=fresh/>
            <Figure label="Already there" value=known hint="left as they are"/>
            <Figure label="Bad rows" value=bad/>
        </Figures>
    }
}

/// What is made first, and what the rows bring to their customers.
fn brings(report: &Report) -> Option<impl IntoView + use<>> {
    let made = report.made().map(|made| {
        let names: Vec<&str> = report.new_labels.iter().chain(&report.new_fields).map(String::as_str).collect();
        format!("{made} will be created: {}.", names.join(", "))
    });
    told(made.into_iter().chain(report.brings.sentences()).collect())
}

fn verdict(report: &Report, blocked: bool) -> AnyView {
    if blocked {
        return view! {
            <Banner tone=Tone::Danger title="Nothing can be imported yet">
                <p>"Mend the bad rows in the file and upload it again, or choose to leave bad rows out."</p>
            </Banner>
        }
        .into_any();
    }
    if report.bad > 0 {
        let title = format!("{} cannot be imported", format::plural(report.bad, "row", "rows"));
        return view! {
            <Banner tone=Tone::Warn title>
                <p>"They are left out. Afterwards they can be downloaded, mended and imported."</p>
            </Banner>
        }
        .into_any();
    }
    if report.to_create == 0 {
        return view! {
            <Banner tone=Tone::Info title="There is nothing new in this file">
                <p>"Every row has been imported before."</p>
            </Banner>
        }
        .into_any();
    }
    view! { <Banner tone=Tone::Ok title="Every row is good"/> }.into_any()
}

/// The bad rows, as far as a page can show them.
#[component]
fn BadRows(report: Report, href: String) -> impl IntoView {
    let shown = i64::try_from(report.bad_rows.len()).unwrap_or(i64::MAX);
    let rest = (shown < report.bad).then(|| {
        let text = format!("The first {} of {} are shown.", format::count(shown), format::count(report.bad));
        view! { <p class="muted">{text}" The file to download has them all."</p> }
    });
    let download = move || {
        view! {
            <a class="button" href=href rel="external" download="">
                <Icon name=IconName::Download/>
                <span>"Download bad rows"</span>
            </a>
        }
    };
    let head = || {
        view! {
            <th scope="col" class="numeric">"Line"</th>
            <th scope="col">"Column"</th>
            <th scope="col">"Reason"</th>
        }
    };
    let rows = report.bad_rows.iter().map(bad_row).collect_view();
    view! {
        <Card title="Bad rows" actions=download>
            {rest}
            <DataTable caption="Bad rows" head>{rows}</DataTable>
        </Card>
    }
}

fn bad_row(row: &BadRow) -> impl IntoView + use<> {
    let line = row.line;
    let columns: Vec<&str> = row.reasons.iter().map(|one| one.column.as_str()).filter(|one| !one.is_empty()).collect();
    let columns = if columns.is_empty() { "–".to_owned() } else { columns.join(", ") };
    let reasons = match row.reasons.as_slice() {
        [one] => one.message.clone(),
        several => sentences(several),
    };
    view! {
        <tr>
            <td data-label="Line" class="numeric">{line}</td>
            <td data-label="Column">{columns}</td>
            <td data-label="Reason">{reasons}</td>
        </tr>
    }
}
