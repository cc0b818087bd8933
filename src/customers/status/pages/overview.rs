//! `/customers/:id/status`: where a customer stands and stood, with every hold.

use leptos::prelude::*;

use crate::app::use_session;
use crate::customers::Customer;
use crate::customers::components::{StatusBadge, read_customer, use_customer_id};
use crate::customers::status::{
    Hold, HoldTable, StatusEntry, StatusMenu, StatusNotices, StatusTimeline, StatusView, customer_status, list_holds,
    status_history,
};
use crate::shared::id::CustomerId;
use crate::shared::permission::PermissionSet;
use crate::shared::problem::Problem;
use crate::ui::{Card, Page, ProblemPage, Skeleton};

/// Everything that the page shows.
type Standing = (Customer, StatusView, Vec<StatusEntry>, Vec<Hold>);

/// The status of one customer, now and before.
#[component]
pub fn StatusPage() -> impl IntoView {
    let id = use_customer_id();
    let permissions = use_session().permissions;
    let standing = Resource::new(move || id.get(), read_standing);
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match standing.await {
                    Ok(standing) => content(standing, permissions),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

async fn read_standing(id: Option<CustomerId>) -> Result<Standing, Problem> {
    let customer = read_customer(id).await?;
    let view = customer_status(customer.id).await?;
    let entries = status_history(customer.id).await?;
    let holds = list_holds(customer.id).await?;
    Ok((customer, view, entries, holds))
}

fn content((customer, view, entries, holds): Standing, permissions: PermissionSet) -> AnyView {
    let status = view.status;
    let back = (format!("/customers/{}", customer.id), customer.name.clone());
    let title = format!("Status of {}", customer.name);
    let menu = view! { <StatusMenu customer=customer.clone() view=view.clone() permissions/> }.into_any();
    view! {
        <Page title=title back=back badges=move || view! { <StatusBadge status=status/> } actions=move || menu>
            <StatusNotices customer view/>
            <Card title="Changes">
                <StatusTimeline entries/>
            </Card>
            <Card title="Holds">
                <HoldTable holds/>
            </Card>
        </Page>
    }
    .into_any()
}
