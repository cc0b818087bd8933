//! `/customers/:id/history`: every change of a customer, newest first, from the audit log.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::audit::AuditEntry;
use crate::customers::components::{
    CustomerTabs, StatusBadge, diff_rows, field_label, names_of_choices, read_customer, use_customer_id,
};
use crate::customers::{Customer, CustomerChoices, customer_history};
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;
use crate::ui::{DiffTable, EmptyState, Icon, IconName, LinkButton, Page, ProblemPage, Skeleton, When};

/// What opens an account, and so ends its history.
const CREATED: &str = "customer.created";

/// The history of one customer.
#[component]
pub fn CustomerHistoryPage() -> impl IntoView {
    let id = use_customer_id();
    let query = use_query_map();
    let before = Memo::new(move |_| query.with(|query| query.get_str("before").and_then(|id| id.parse::<i64>().ok())));
    let customer = Resource::new(move || id.get(), read_customer);
    let entries = Resource::new(move || (id.get(), before.get()), |(id, before)| read_history(id, before));
    let choices = names_of_choices();
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                let (customer, entries, choices) = (customer.await, entries.await, choices.await);
                match customer.and_then(|customer| entries.map(|entries| (customer, entries))) {
                    Ok((customer, entries)) => history(&customer, entries, &choices, before.get_untracked().is_some()),
                    Err(problem) => view! { <ProblemPage problem=problem/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

async fn read_history(id: Option<CustomerId>, before: Option<i64>) -> Result<Vec<AuditEntry>, Problem> {
    match id {
        Some(id) => customer_history(id, before).await,
        None => Err(Problem::not_found("customer")),
    }
}

fn history(customer: &Customer, entries: Vec<AuditEntry>, choices: &CustomerChoices, older: bool) -> AnyView {
    let id = customer.id;
    let address = format!("/customers/{id}/history");
    let more = entries
        .last()
        .filter(|entry| entry.action != CREATED)
        .map(|entry| format!("{address}?before={}", entry.id))
        .map(|href| view! { <LinkButton href=href label="Load more"/> });
    let newest = older.then(|| view! { <LinkButton href=address label="Back to the newest"/> });
    let status = customer.status;
    let back = (format!("/customers/{id}"), customer.name.clone());
    let timeline = timeline(entries, choices);
    view! {
        <Page
            title=format!("History of {}", customer.name)
            back=back
            badges=move || view! { <StatusBadge status=status/> }
        >
            <CustomerTabs id=id current="history"/>
            {timeline}
            <div class="cluster">{newest} {more}</div>
        </Page>
    }
    .into_any()
}

fn timeline(entries: Vec<AuditEntry>, choices: &CustomerChoices) -> AnyView {
    if entries.is_empty() {
        let text = "Every change of this customer is listed here, with who made it and when.";
        return view! { <EmptyState icon=IconName::History title="No older changes" text=text/> }.into_any();
    }
    let items = entries.into_iter().map(|entry| item(entry, choices)).collect_view();
    view! { <ol class="timeline">{items}</ol> }.into_any()
}

/// One change: who, what in plain words, when, and the values before and after.
fn item(entry: AuditEntry, choices: &CustomerChoices) -> AnyView {
    // The international forms follow from the numbers as typed.
    let changes: Vec<_> = entry.changes.into_iter().filter(|change| !change.field.ends_with("_e164")).collect();
    let rows = diff_rows(&changes, choices);
    let fields = changes.iter().map(|change| field_label(&change.field)).collect::<Vec<_>>().join(", ");
    let (deed, icon) = deed(&entry.action, &fields);
    let open = entry.action == "customer.updated";
    let rows = (!rows.is_empty()).then(|| {
        view! {
            <details open=open>
                <summary>"Before and after"</summary>
                <DiffTable rows=rows/>
            </details>
        }
    });
    view! {
        <li class="timeline-item">
            <Icon name=icon/>
            <p><strong>{entry.actor_name}</strong> " " {deed}</p>
            <p class="timeline-meta">
                <When at=entry.at/>
                {entry.reason.map(|reason| format!(" · {reason}"))}
            </p>
            {rows}
        </li>
    }
    .into_any()
}

/// What was done in plain words, and its picture.
fn deed(action: &str, fields: &str) -> (String, IconName) {
    match action {
        CREATED => ("created the customer".to_owned(), IconName::Plus),
        "customer.updated" => (format!("changed {fields}"), IconName::Edit),
        "customer.deleted" => ("moved the customer to the trash".to_owned(), IconName::Trash),
        "customer.restored" => ("restored the customer".to_owned(), IconName::Restore),
        other => match DEEDS.iter().find(|(known, ..)| *known == other) {
            Some((_, sentence, icon)) => ((*sentence).to_owned(), *icon),
            None => (other.strip_prefix("customer.").unwrap_or(other).replace(['_', '.'], " "), IconName::History),
        },
    }
}

/// Deeds whose sentence names no field.
const DEEDS: [(&str, &str, IconName); 20] = [
    ("customer.moved", "moved the customer in the hierarchy", IconName::Tree),
    ("customer.activated", "activated the customer", IconName::Play),
    ("customer.suspended", "suspended the customer", IconName::Pause),
    ("customer.resumed", "resumed the customer", IconName::Play),
    ("customer.deactivated", "deactivated the customer", IconName::Pause),
    ("customer.terminated", "terminated the customer", IconName::Cross),
    ("customer.reinstated", "reinstated the customer", IconName::Restore),
    ("customer.hold_opened", "opened a hold", IconName::Lock),
    ("customer.hold_closed", "closed a hold", IconName::Lock),
    ("customer.change_scheduled", "set a change of status for later", IconName::Calendar),
    ("customer.change_cancelled", "cancelled a change of status", IconName::Calendar),
    ("customer.change_failed", "could not carry out a change of status", IconName::Warning),
    ("contact.added", "added a contact", IconName::Person),
    ("contact.changed", "changed a contact", IconName::Person),
    ("contact.removed", "removed a contact", IconName::Person),
    ("address.added", "added an address", IconName::MapPin),
    ("address.changed", "changed an address", IconName::MapPin),
    ("address.removed", "removed an address", IconName::MapPin),
    ("label.assigned", "put on a label", IconName::Tag),
    ("label.removed", "took off a label", IconName::Tag),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deeds_read_like_sentences() {
        assert_eq!(deed("customer.updated", "E-mail, City").0, "changed E-mail, City");
        assert_eq!(deed("customer.portal_id_changed", "").0, "portal id changed");
    }
}
