//! `/customers/:id`: everything about a customer and what can be done with it now.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::app::use_session;
use crate::customers::addresses::AddressesCard;
use crate::customers::components::{CustomerFacts, CustomerTabs, StatusBadge, names_of_choices, use_customer_id};
use crate::customers::contacts::ContactsCard;
use crate::customers::hierarchy::{HierarchyCard, HierarchyView, ParentTrail};
use crate::customers::labels::{Assignment, Label, LabelChips, LabelForms, LabelsCard, label_forms, list_labels};
use crate::customers::status::{StatusMenu, StatusNotices};
use crate::customers::{
    Customer, CustomerChoices, CustomerDetails, DeleteCustomer, RestoreCustomer, load_customer_details,
};
use crate::shared::id::CustomerId;
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;
use crate::ui::{
    Banner, Columns, ConfirmDialog, CopyButton, ErrorSummary, FormActions, Hidden, Icon, IconName, LinkButton, Page,
    ProblemPage, RadioGroup, Skeleton, SubmitButton, Tone, When, format, problem_of,
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
    let details = Resource::new(
        move || (id.get(), actions.delete.version().get(), actions.restore.version().get()),
        |(id, ..)| async move {
            match id {
                Some(id) => load_customer_details(id).await,
                None => Err(Problem::not_found("customer")),
            }
        },
    );
    let choices = names_of_choices();
    let permissions = use_session().permissions;
    let (labels, forms) = (labels_to_choose(permissions), label_forms());
    view! {
        <Transition fallback=|| view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                let (choices, labels) = (choices.await, labels.await);
                match details.await {
                    Ok(details) => view! { <Details details choices labels forms actions permissions/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem=problem/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// Labels for those who may put them on; none for others.
fn labels_to_choose(permissions: PermissionSet) -> Resource<Vec<Label>> {
    let may = permissions.has(Permission::LabelsAssign) && permissions.has(Permission::LabelsRead);
    Resource::new(
        || (),
        move |()| async move { if may { list_labels().await.unwrap_or_default() } else { Vec::new() } },
    )
}

#[component]
fn Details(
    details: CustomerDetails,
    choices: CustomerChoices,
    labels: Vec<Label>,
    forms: LabelForms,
    actions: Actions,
    permissions: PermissionSet,
) -> impl IntoView {
    let customer = details.customer.clone();
    let (title, id) = (customer.name.clone(), customer.id);
    let worn = RwSignal::new(details.labels.clone());
    let badges = badges(&customer, worn);
    let buttons = buttons(&details, permissions, actions);
    let notice = notices(&customer, permissions, actions.restore);
    let (hierarchy, current) = (details.hierarchy.clone(), customer.name.clone());
    let trail = customer.parent_id.is_some().then(|| view! { <ParentTrail hierarchy current/> });
    let standing = view! { <StatusNotices customer=customer.clone() view=details.status.clone()/> };
    let aside = aside(&details, worn, labels, forms, permissions);
    view! {
        <Page title=title back=("/customers", "Customers") badges={move || badges} actions={move || buttons}>
            <Problems actions/>
            {notice}
            {standing}
            {trail}
            <CustomerTabs id=id current="overview"/>
            <Columns aside=true>
                <div class="fact-cards"><CustomerFacts customer choices/></div>
                <div class="stack">{aside}</div>
            </Columns>
        </Page>
    }
}

/// What hangs on the customer.
fn aside(
    details: &CustomerDetails,
    worn: RwSignal<Vec<Assignment>>,
    labels: Vec<Label>,
    forms: LabelForms,
    permissions: PermissionSet,
) -> AnyView {
    let customer = &details.customer;
    let id = customer.id;
    let live = customer.deleted_at.is_none();
    let may_edit = live && permissions.has(Permission::CustomersUpdate);
    let may_assign = live && permissions.has(Permission::LabelsAssign);
    let card = permissions
        .has(Permission::LabelsRead)
        .then(|| view! { <LabelsCard customer_id=id worn labels forms may_assign/> });
    view! {
        {card}
        <ContactsCard contacts=details.contacts.clone() customer_id=id may_edit=may_edit/>
        <AddressesCard addresses=details.addresses.clone() customer_id=id may_edit=may_edit/>
        <HierarchyCard customer=customer.clone() hierarchy=details.hierarchy.clone()/>
    }
    .into_any()
}

/// What could not be done.
#[component]
fn Problems(actions: Actions) -> impl IntoView {
    let (delete, restore) = (problem_of(actions.delete), problem_of(actions.restore));
    let last: Signal<Option<Problem>> = Signal::derive(move || delete.get().or_else(|| restore.get()));
    view! { <ErrorSummary problem=last/> }
}

/// What tells the customer from others, beside the name.
fn badges(customer: &Customer, worn: RwSignal<Vec<Assignment>>) -> AnyView {
    let labels = move || {
        let labels = worn.with(|worn| worn.iter().map(|assignment| assignment.label.clone()).collect::<Vec<_>>());
        view! { <LabelChips labels/> }
    };
    let portal_id = customer.portal_id.clone();
    let shown = portal_id.clone();
    view! {
        <StatusBadge status=customer.status/>
        <span class="muted">{customer.category.label()}</span>
        <span class="muted nowrap">{shown} " " <CopyButton text=portal_id label="Copy portal ID"/></span>
        {labels}
    }
    .into_any()
}

/// What this person may do with this customer now.
fn buttons(details: &CustomerDetails, permissions: PermissionSet, actions: Actions) -> AnyView {
    let customer = &details.customer;
    if customer.deleted_at.is_some() {
        return ().into_any();
    }
    let edit = permissions.has(Permission::CustomersUpdate).then(|| {
        let href = format!("/customers/{}/edit", customer.id);
        view! { <LinkButton href=href label="Edit" icon=IconName::Edit primary=true/> }
    });
    let delete = permissions.has(Permission::CustomersDelete).then(|| {
        if customer.status.is_deletable() {
            delete_dialog(customer, &details.hierarchy, actions.delete)
        } else {
            not_deletable(customer)
        }
    });
    view! {
        {edit}
        <StatusMenu customer=customer.clone() view=details.status.clone() permissions=permissions/>
        {delete}
    }
    .into_any()
}

fn delete_dialog(customer: &Customer, hierarchy: &HierarchyView, action: ServerAction<DeleteCustomer>) -> AnyView {
    let (id, version) = (customer.id.to_string(), customer.version.to_string());
    let title = format!("Delete {}?", customer.name);
    let children = (hierarchy.children > 0).then(|| children_choice(hierarchy.children));
    view! {
        <ConfirmDialog id="delete-customer" title=title trigger_label="Delete" tone=Tone::Danger icon=IconName::Trash>
            <p>
                "The customer leaves every list and search and goes to the trash. The record and its history are kept. "
                "It can be restored from there and then comes back as inactive."
            </p>
            <ActionForm action=action>
                <Hidden name="id" value=id/>
                <Hidden name="version" value=version/>
                {children}
                <FormActions>
                    <SubmitButton label="Delete customer" danger=true busy=action.pending()/>
                </FormActions>
            </ActionForm>
        </ConfirmDialog>
    }
    .into_any()
}

/// Sub-accounts need somewhere to go. Moving them under another customer is done on the hierarchy page first.
fn children_choice(children: i64) -> AnyView {
    let label = format!("What becomes of {}?", format::plural(children, "sub-account", "sub-accounts"));
    let options = vec![
        ("promote".to_owned(), "Make them main accounts".to_owned()),
        ("terminate".to_owned(), "Terminate them and everything below them".to_owned()),
    ];
    view! { <RadioGroup name="children" label=label options=options value="promote"/> }.into_any()
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
            (None, done) => DONE.iter().find(|(word, _)| *word == done).map(|(_, title)| done_banner(title)),
        }
    };
    view! { <div role="status">{notice}</div> }.into_any()
}

/// What has just been done, by the word in the address.
const DONE: &[(&str, &str)] = &[
    ("created", "Customer created."),
    ("updated", "Customer updated."),
    ("restored", "Customer restored."),
    ("active", "Customer activated."),
    ("suspended", "Customer suspended."),
    ("inactive", "Customer deactivated."),
    ("terminated", "Customer terminated."),
    ("scheduled", "The change of status is set for its day."),
    ("cancelled", "The change of status is cancelled."),
    ("held", "Hold opened."),
    ("released", "Hold closed."),
    ("labelled", "Label added."),
    ("unlabelled", "Label removed."),
];

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
