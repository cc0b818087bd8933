//! `/customers/:id`: everything about a customer and what can be done with it now.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::app::use_session;
use crate::customers::components::{
    CustomerFacts, CustomerTabs, StatusBadge, names_of_choices, read_customer, use_customer_id,
};
use crate::customers::{Customer, CustomerChoices, DeleteCustomer, RestoreCustomer};
use crate::shared::id::CustomerId;
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;
use crate::ui::{
    Banner, ConfirmDialog, CopyButton, ErrorSummary, FormActions, Hidden, Icon, IconName, LinkButton, Page,
    ProblemPage, Skeleton, SubmitButton, Tone, When, problem_of,
};

/// What changes a customer from its page.
#[derive(Clone, Copy)]
struct Actions {
    delete: ServerAction<DeleteCustomer>,
    restore: ServerAction<RestoreCustomer>,
}

/// The page of one customer.
#[component]
pub fn CustomerPage() -> impl IntoView {
    let id = use_customer_id();
    let actions = Actions { delete: ServerAction::new(), restore: ServerAction::new() };
    let customer = Resource::new(
        move || (id.get(), actions.delete.version().get(), actions.restore.version().get()),
        |(id, ..)| read_customer(id),
    );
    let choices = names_of_choices();
    let permissions = use_session().permissions;
    view! {
        <Transition fallback=|| view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                let choices = choices.await;
                match customer.await {
                    Ok(customer) => view! { <Details customer choices actions permissions/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem=problem/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Details(
    customer: Customer,
    choices: CustomerChoices,
    actions: Actions,
    permissions: PermissionSet,
) -> impl IntoView {
    let (title, id) = (customer.name.clone(), customer.id);
    let (badges, buttons) = (badges(&customer), buttons(&customer, permissions, actions));
    let notice = notices(&customer, permissions, actions.restore);
    view! {
        <Page title=title back=("/customers", "Customers") badges={move || badges} actions={move || buttons}>
            <Problems actions/>
            {notice}
            <CustomerTabs id=id history=false/>
            <CustomerFacts customer choices/>
        </Page>
    }
}

/// What could not be done.
#[component]
fn Problems(actions: Actions) -> impl IntoView {
    let (delete, restore) = (problem_of(actions.delete), problem_of(actions.restore));
    let last: Signal<Option<Problem>> = Signal::derive(move || delete.get().or_else(|| restore.get()));
    view! { <ErrorSummary problem=last/> }
}

/// What tells the customer from others, beside the name.
fn badges(customer: &Customer) -> AnyView {
    let portal_id = customer.portal_id.clone();
    let shown = portal_id.clone();
    view! {
        <StatusBadge status=customer.status/>
        <span class="muted">{customer.category.label()}</span>
        <span class="muted nowrap">{shown} " " <CopyButton text=portal_id label="Copy portal ID"/></span>
    }
    .into_any()
}

/// What this person may do with this customer now.
fn buttons(customer: &Customer, permissions: PermissionSet, actions: Actions) -> AnyView {
    if customer.deleted_at.is_some() {
        return ().into_any();
    }
    let edit = permissions.has(Permission::CustomersUpdate).then(|| {
        let href = format!("/customers/{}/edit", customer.id);
        view! { <LinkButton href=href label="Edit" icon=IconName::Edit primary=true/> }
    });
    let delete = permissions.has(Permission::CustomersDelete).then(|| {
        if customer.status.is_deletable() { delete_dialog(customer, actions.delete) } else { not_deletable(customer) }
    });
    view! {
        {edit}
        {delete}
    }
    .into_any()
}

fn delete_dialog(customer: &Customer, action: ServerAction<DeleteCustomer>) -> AnyView {
    let (id, version) = (customer.id.to_string(), customer.version.to_string());
    let title = format!("Delete {}?", customer.name);
    view! {
        <ConfirmDialog id="delete-customer" title=title trigger_label="Delete" tone=Tone::Danger icon=IconName::Trash>
            <p>
                "The customer leaves every list and search and goes to the trash. The record and its history are kept. "
                "It can be restored from there and then comes back as inactive."
            </p>
            <ActionForm action=action>
                <Hidden name="id" value=id/>
                <Hidden name="version" value=version/>
                <FormActions>
                    <SubmitButton label="Delete customer" danger=true busy=action.pending()/>
                </FormActions>
            </ActionForm>
        </ConfirmDialog>
    }
    .into_any()
}

/// The button stays in sight, with the reason why it cannot be pressed.
fn not_deletable(customer: &Customer) -> AnyView {
    let status = customer.status.label().to_lowercase();
    let reason = format!("Only a new, inactive or terminated customer can be deleted; this one is {status}.");
    let title = reason.clone();
    view! {
        <button class="button" type="button" aria-disabled="true" aria-describedby="not-deletable" title=title>
            <Icon name=IconName::Trash/>
            <span>"Delete"</span>
        </button>
        <span id="not-deletable" class="visually-hidden">{reason}</span>
    }
    .into_any()
}

/// What has just been done, and whether the customer is in the trash.
fn notices(customer: &Customer, permissions: PermissionSet, restore: ServerAction<RestoreCustomer>) -> AnyView {
    let query = use_query_map();
    let (id, deleted_at) = (customer.id, customer.deleted_at);
    let may_restore = permissions.has(Permission::CustomersDelete);
    let notice = move || {
        let done = query.with(|query| query.get("done")).unwrap_or_default();
        match (deleted_at, done.as_str()) {
            (Some(at), done) => Some(in_trash(id, at, done == "deleted", may_restore.then_some(restore))),
            (None, "created") => Some(done_banner("Customer created.")),
            (None, "updated") => Some(done_banner("Customer updated.")),
            (None, "restored") => Some(done_banner("Customer restored.")),
            _ => None,
        }
    };
    view! { <div role="status">{notice}</div> }.into_any()
}

fn done_banner(title: &'static str) -> AnyView {
    view! { <Banner tone=Tone::Ok title=title/> }.into_any()
}

/// The way back out of the trash; right after deleting it is the undo.
fn in_trash(
    id: CustomerId,
    since: DateTime<Utc>,
    just_now: bool,
    restore: Option<ServerAction<RestoreCustomer>>,
) -> AnyView {
    let (tone, title, label) = if just_now {
        (Tone::Ok, "Customer deleted.", "Undo")
    } else {
        (Tone::Warn, "This customer is in the trash.", "Restore")
    };
    let form = restore.map(|action| {
        view! {
            <ActionForm action=action>
                <Hidden name="id" value=id.to_string()/>
                <SubmitButton label=label secondary=true busy=action.pending()/>
            </ActionForm>
        }
    });
    view! {
        <Banner tone=tone title=title>
            <p>"In the trash since " <When at=since/> "."</p>
            {form}
        </Banner>
    }
    .into_any()
}
