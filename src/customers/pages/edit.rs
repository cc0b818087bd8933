//! `/customers/:id/edit`: changes a customer; when somebody else was faster, both versions are shown side by side.

use leptos::prelude::*;

use crate::app::use_session;
use crate::customers::components::{
    Conflict, ConflictPanel, CustomerFields, last_sent, names_of_choices, read_customer, typed_customer,
    use_customer_id,
};
use crate::customers::{Customer, CustomerChoices, CustomerInput, Status, UpdateCustomer, get_customer};
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;
use crate::ui::{
    ErrorSummary, FormActions, Hidden, LinkButton, Page, ProblemPage, Skeleton, SubmitButton, TypedValues,
    guard_unsaved, problem_of, recalled,
};

/// The form for changing a customer.
#[component]
pub fn EditCustomerPage() -> impl IntoView {
    let permissions = use_session().permissions;
    if !permissions.has(Permission::CustomersUpdate) {
        let problem = Problem::Forbidden { permission: Permission::CustomersUpdate.as_str().to_owned() };
        return view! { <ProblemPage problem=problem/> }.into_any();
    }
    let id = use_customer_id();
    let update = ServerAction::<UpdateCustomer>::new();
    let typed = recalled(update, "customers/update");
    let customer = Resource::new(move || id.get(), read_customer);
    let choices = names_of_choices();
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                let (typed, choices) = (typed.await, choices.await);
                match customer.await {
                    Ok(customer) => view! { <EditForm update customer choices typed permissions/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem=problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

fn is_stale(problem: &Problem) -> bool {
    matches!(problem, Problem::Stale { .. })
}

/// The page around the form.
#[component]
fn EditForm(
    update: ServerAction<UpdateCustomer>,
    customer: Customer,
    choices: CustomerChoices,
    typed: TypedValues,
    permissions: PermissionSet,
) -> impl IntoView {
    let (title, record) = (format!("Edit {}", customer.name), format!("/customers/{}", customer.id));
    let back = (record.clone(), customer.name.clone());
    let typed = if typed.get("id") == Some(customer.id.to_string().as_str()) { typed } else { TypedValues::default() };
    let fixed = customer.status != Status::New && !permissions.has(Permission::CustomersChangePortalId);
    let changed = RwSignal::new(false);
    guard_unsaved(changed);
    view! {
        <Page title=title back=back>
            <div on:input=move |_| changed.set(true)>
                <ActionForm action=update>
                    <div class="form">
                        <EditFields update customer choices typed portal_id_fixed=fixed/>
                        <FormActions>
                            <SubmitButton label="Save changes" busy=update.pending()/>
                            <LinkButton href=record label="Cancel"/>
                        </FormActions>
                    </div>
                </ActionForm>
            </div>
        </Page>
    }
}

/// The fields with what is stored, or with what was typed into this very form before it failed; above them what went
/// wrong.
#[component]
fn EditFields(
    update: ServerAction<UpdateCustomer>,
    customer: Customer,
    choices: CustomerChoices,
    typed: TypedValues,
    portal_id_fixed: bool,
) -> impl IntoView {
    let problem = problem_of(update);
    let shown = Signal::derive(move || problem.get().filter(|problem| !is_stale(problem)));
    let conflict = conflict_of(update, &customer, &typed);
    let names = choices.clone();
    let panel = move || {
        conflict.get().map(|conflict| {
            let rows = conflict.rows(&names);
            view! { <ConflictPanel conflict=conflict rows=rows busy=update.pending()/> }
        })
    };
    // What was compared is what may be overwritten.
    let version = customer.version;
    let seen = move || conflict.with(|conflict| conflict.as_ref().map_or(version, |conflict| conflict.theirs.version));
    let (id, value) = (customer.id.to_string(), customer.input());
    view! {
        <ErrorSummary problem=shown/>
        {panel}
        <Hidden name="id" value=id/>
        <input type="hidden" name="version" value=move || seen().to_string()/>
        <CustomerFields value=value typed=typed problem=problem choices=choices portal_id_fixed=portal_id_fixed/>
    }
}

/// Both versions, after a save that came too late. Without JavaScript the page itself was read anew and what was typed
/// came back with it; else the record is read again.
fn conflict_of(
    update: ServerAction<UpdateCustomer>,
    customer: &Customer,
    typed: &TypedValues,
) -> Signal<Option<Conflict>> {
    let problem = problem_of(update);
    let id = customer.id;
    let stale = move || problem.with(|problem| problem.as_ref().is_some_and(is_stale));
    let loaded = (untrack(stale) && !typed.is_empty())
        .then(|| Conflict { mine: typed_customer(typed), theirs: customer.clone() });
    let sent = last_sent(update, |sent: &UpdateCustomer| sent.customer.clone());
    let compare = Action::new(move |mine: &CustomerInput| {
        let mine = mine.clone();
        async move { get_customer(id).await.ok().map(|theirs| Conflict { mine, theirs }) }
    });
    Effect::new(move |_| {
        if stale()
            && let Some(mine) = sent.get_untracked()
        {
            compare.dispatch(mine);
        }
    });
    Signal::derive(move || {
        if !stale() {
            return None;
        }
        compare.value().get().flatten().or_else(|| loaded.clone())
    })
}
