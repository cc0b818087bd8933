//! The past of a status: its changes and holds.

use leptos::prelude::*;

use crate::customers::status::{Hold, HoldReason, StatusEntry, TerminationReason};
use crate::ui::{DataTable, EmptyState, Icon, IconName, When, format};

/// A reason of the history in words: a word of the holds or of the reasons for leaving, or a text as it is.
pub fn reason_words(reason: &str) -> String {
    let hold = HoldReason::parse(reason).map(HoldReason::label);
    let leaving = || TerminationReason::parse(reason).map(TerminationReason::label);
    hold.or_else(leaving).map_or_else(|| reason.to_owned(), str::to_owned)
}

/// Changes of status, newest first.
#[component]
pub fn StatusTimeline(
    /// The changes.
    entries: Vec<StatusEntry>,
    /// Is this a later page of them?
    older: bool,
) -> impl IntoView {
    if entries.is_empty() && older {
        return view! { <p class="muted">"There are no older changes."</p> }.into_any();
    }
    if entries.is_empty() {
        let text = "Every change of the status will be listed here, with who made it, when and why.";
        return view! { <EmptyState icon=IconName::History title="No changes yet" text=text/> }.into_any();
    }
    let items: Vec<AnyView> = entries.into_iter().map(entry_item).collect();
    view! { <ol class="timeline">{items}</ol> }.into_any()
}

fn entry_item(entry: StatusEntry) -> AnyView {
    let (from, to) = (entry.from.label().to_lowercase(), entry.to.label().to_lowercase());
    let reason = entry.reason.map(|reason| format!(" · {}", reason_words(&reason)));
    let note = entry.note.map(|note| view! { <p>{note}</p> });
    view! {
        <li class="timeline-item">
            <Icon name=IconName::History/>
            <p><strong>{entry.by}</strong> " changed the status from " {from} " to " <strong>{to}</strong></p>
            <p class="timeline-meta"><When at=entry.at/> {reason}</p>
            {note}
        </li>
    }
    .into_any()
}

/// Holds, open and closed, newest first.
#[component]
pub fn HoldTable(
    /// The holds.
    holds: Vec<Hold>,
    /// Is this a later page of them?
    older: bool,
) -> impl IntoView {
    if holds.is_empty() && older {
        return view! { <p class="muted">"There are no older holds."</p> }.into_any();
    }
    if holds.is_empty() {
        let text = "A hold suspends a customer for a reason until it is released.";
        return view! { <EmptyState icon=IconName::Pause title="No holds" text=text/> }.into_any();
    }
    let rows: Vec<AnyView> = holds.into_iter().map(hold_row).collect();
    let head = || {
        view! {
            <th scope="col">"Reason"</th>
            <th scope="col">"Opened"</th>
            <th scope="col">"Note"</th>
            <th scope="col">"Ends on"</th>
            <th scope="col">"Closed"</th>
        }
    };
    view! { <DataTable caption="Holds" head=head>{rows}</DataTable> }.into_any()
}

fn hold_row(hold: Hold) -> AnyView {
    let ends = hold.resume_on.map_or_else(|| "–".to_owned(), format::date);
    let closing_note = hold.closing_note.map(|note| format!(": {note}"));
    let closed = match (hold.closed_at, hold.closed_by) {
        (Some(at), by) => view! { <When at/> " by " {by} {closing_note} }.into_any(),
        (None, _) => "Open".into_any(),
    };
    view! {
        <tr>
            <th scope="row" data-label="Reason">{hold.reason.label()}</th>
            <td data-label="Opened"><When at=hold.opened_at/> " by " {hold.opened_by}</td>
            <td data-label="Note">{hold.note.unwrap_or_else(|| "–".to_owned())}</td>
            <td data-label="Ends on">{ends}</td>
            <td data-label="Closed">{closed}</td>
        </tr>
    }
    .into_any()
}
