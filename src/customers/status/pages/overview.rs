//! `/customers/:id/status`: where a customer stands and stood, with every hold.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::app::use_session;
use crate::customers::Customer;
use crate::customers::components::{StatusBadge, read_customer, use_customer_id};
use crate::customers::status::{
    Hold, HoldTable, STATUS_PAGE, StatusEntry, StatusMenu, StatusNotices, StatusTimeline, StatusView, customer_status,
    list_holds, status_history,
};
use crate::shared::id::CustomerId;
use crate::shared::permission::PermissionSet;
use crate::shared::problem::Problem;
use crate::ui::{Card, LinkButton, Page, ProblemPage, Skeleton};

/// Everything that the page shows.
type Standing = (Customer, StatusView, Vec<StatusEntry>, Vec<Hold>);

/// Which part of both lists is shown: what is older than these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Part {
    changes: Option<i64>,
    holds: Option<i64>,
}

impl Part {
    fn href(self, id: CustomerId) -> String {
        let named = [("changes_before", self.changes), ("holds_before", self.holds)];
        let named = named.into_iter().filter_map(|(name, before)| Some(format!("{name}={}", before?)));
        let query = named.collect::<Vec<_>>().join("&");
        if query.is_empty() { format!("/customers/{id}/status") } else { format!("/customers/{id}/status?{query}") }
    }
}

/// The status of one customer, now and before.
#[component]
pub fn StatusPage() -> impl IntoView {
    let (id, query) = (use_customer_id(), use_query_map());
    let permissions = use_session().permissions;
    let part = Memo::new(move |_| {
        query.with(|query| {
            let before = |name: &str| query.get_str(name).and_then(|id| id.parse::<i64>().ok());
            Part { changes: before("changes_before"), holds: before("holds_before") }
        })
    });
    let standing = Resource::new(move || (id.get(), part.get()), |(id, part)| read_standing(id, part));
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match standing.await {
                    Ok(standing) => content(standing, part.get_untracked(), permissions),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

async fn read_standing(id: Option<CustomerId>, part: Part) -> Result<Standing, Problem> {
    let customer = read_customer(id).await?;
    let view = customer_status(customer.id).await?;
    let entries = status_history(customer.id, part.changes).await?;
    let holds = list_holds(customer.id, part.holds).await?;
    Ok((customer, view, entries, holds))
}

fn content((customer, view, entries, holds): Standing, part: Part, permissions: PermissionSet) -> AnyView {
    let (id, status) = (customer.id, view.status);
    let back = (format!("/customers/{id}"), customer.name.clone());
    let title = format!("Status of {}", customer.name);
    let menu = view! { <StatusMenu customer=customer.clone() view=view.clone() permissions/> }.into_any();
    let older_changes = entries.last().filter(|_| is_full(entries.len())).map(|entry| entry.id);
    let older_holds = holds.last().filter(|_| is_full(holds.len())).map(|hold| hold.id.0);
    let changes_pager = pager(
        part.changes.map(|_| Part { changes: None, ..part }.href(id)),
        older_changes.map(|last| Part { changes: Some(last), ..part }.href(id)),
    );
    let holds_pager = pager(
        part.holds.map(|_| Part { holds: None, ..part }.href(id)),
        older_holds.map(|last| Part { holds: Some(last), ..part }.href(id)),
    );
    view! {
        <Page title=title back=back badges=move || view! { <StatusBadge status=status/> } actions=move || menu>
            <StatusNotices customer view/>
            <Card title="Changes">
                <StatusTimeline entries older=part.changes.is_some()/>
                {changes_pager}
            </Card>
            <Card title="Holds">
                <HoldTable holds older=part.holds.is_some()/>
                {holds_pager}
            </Card>
        </Page>
    }
    .into_any()
}

/// May there be more than these?
fn is_full(length: usize) -> bool {
    i64::try_from(length).is_ok_and(|length| length >= STATUS_PAGE)
}

/// The ways to the newest and to older ones, where they lead anywhere.
fn pager(newest: Option<String>, more: Option<String>) -> Option<AnyView> {
    if newest.is_none() && more.is_none() {
        return None;
    }
    let newest = newest.map(|href| view! { <LinkButton href=href label="Back to the newest"/> });
    let more = more.map(|href| view! { <LinkButton href=href label="Load more"/> });
    Some(view! { <div class="cluster">{newest} {more}</div> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_is_paged_on_its_own() {
        let id = CustomerId(7);
        assert_eq!(Part::default().href(id), "/customers/7/status");
        assert_eq!(Part { changes: None, holds: Some(3) }.href(id), "/customers/7/status?holds_before=3");
        let both = Part { changes: Some(9), holds: Some(3) };
        assert_eq!(both.href(id), "/customers/7/status?changes_before=9&holds_before=3");
    }
}
