//! `/customers/new`: opens an account, with a warning when it may exist already.

use leptos::context::Provider;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::app::use_session;
use crate::customers::components::{CustomerFields, PossibleDuplicates, is_duplicate, last_sent, typed_customer};
use crate::customers::hierarchy::BillingMode;
use crate::customers::{
    CreateCustomer, CustomerChoices, CustomerInput, PossibleDuplicate, get_customer, load_customer_choices,
    possible_duplicates,
};
use crate::shared::id::CustomerId;
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::ui::{
    ErrorSummary, FieldSet, FormActions, Hidden, LinkButton, Page, ProblemPage, RadioGroup, Skeleton, SubmitButton,
    TypedValues, guard_unsaved, problem_of, recalled,
};

/// The form for a new customer.
#[component]
pub fn NewCustomerPage() -> impl IntoView {
    if !use_session().permissions.has(Permission::CustomersCreate) {
        let problem = Problem::Forbidden { permission: Permission::CustomersCreate.as_str().to_owned() };
        return view! { <ProblemPage problem=problem/> }.into_any();
    }
    let create = ServerAction::<CreateCustomer>::new();
    let problem = problem_of(create);
    let typed = recalled(create, "customers/create");
    let choices = Resource::new(|| (), |()| load_customer_choices());
    let parent = use_parent(typed);
    let sent = last_sent(create, |sent: &CreateCustomer| sent.customer.clone());
    let suspects = Resource::new(
        move || (stopped(problem), sent.get()),
        move |(stopped, sent)| async move {
            match (stopped, sent) {
                (false, _) => Vec::new(),
                (true, Some(sent)) => suspects_of(sent).await,
                (true, None) => suspects_of(typed_customer(&typed.await)).await,
            }
        },
    );
    view! {
        <Page title="New customer" back=("/customers", "Customers")>
            <Transition>
                {move || Suspend::new(async move {
                    let suspects = suspects.await;
                    (!suspects.is_empty()).then(|| view! { <PossibleDuplicates suspects=suspects/> })
                })}
            </Transition>
            <Suspense fallback=|| view! { <Skeleton lines=12/> }>
                {move || Suspend::new(async move {
                    let (typed, parent) = (typed.await, parent.await);
                    match choices.await {
                        Ok(choices) => view! { <CreateForm create choices typed parent/> }.into_any(),
                        Err(problem) => view! { <ProblemPage problem=problem/> }.into_any(),
                    }
                })}
            </Suspense>
        </Page>
    }
    .into_any()
}

/// The customer that the new one hangs under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Parent {
    id: CustomerId,
    name: String,
}

/// The parent, by what was typed before or by the address.
fn use_parent(typed: Resource<TypedValues>) -> Resource<Option<Parent>> {
    let query = use_query_map();
    let asked = move || query.with(|query| query.get("parent"));
    Resource::new(asked, move |asked| async move {
        let typed = typed.await.get("customer[parent_id]").map(str::to_owned);
        let id = typed.or(asked)?.parse::<CustomerId>().ok()?;
        let name = get_customer(id).await.map_or_else(|_| format!("customer #{id}"), |customer| customer.name);
        Some(Parent { id, name })
    })
}

fn parent_field(parent: Parent) -> AnyView {
    let Parent { id, name } = parent;
    view! {
        <FieldSet legend="Sub-account">
            <Hidden name="customer[parent_id]" value=id.to_string()/>
            <p>{format!("It will hang under {name}.")}</p>
            <RadioGroup
                name="customer[billing_mode]"
                label="Billing"
                options=BillingMode::options()
                value=BillingMode::Independent.as_str()
            />
        </FieldSet>
    }
    .into_any()
}

/// Did the last try stop at possible duplicates?
fn stopped(problem: Signal<Option<Problem>>) -> bool {
    problem.with(|problem| problem.as_ref().is_some_and(is_duplicate))
}

/// Those that may be the same; a list that cannot be read is not worth a second error.
async fn suspects_of(customer: CustomerInput) -> Vec<PossibleDuplicate> {
    possible_duplicates(customer).await.unwrap_or_default()
}

/// The fields and both ways to send them. The first button of a form is the one that Enter presses: it warns.
#[component]
fn CreateForm(
    create: ServerAction<CreateCustomer>,
    choices: CustomerChoices,
    typed: TypedValues,
    parent: Option<Parent>,
) -> impl IntoView {
    let problem = problem_of(create);
    let shown = Signal::derive(move || problem.get().filter(|problem| !is_duplicate(problem)));
    let changed = RwSignal::new(false);
    guard_unsaved(changed);
    let anyway = move || {
        stopped(problem).then(|| {
            view! {
                <SubmitButton label="Create anyway" secondary=true name="warn" value="false" busy=create.pending()/>
            }
        })
    };
    view! {
        <div on:input=move |_| changed.set(true)>
            <ActionForm action=create>
                <div class="form">
                    <ErrorSummary problem=shown/>
                    <Provider value=typed.clone()>{parent.map(parent_field)}</Provider>
                    <CustomerFields value=choices.defaults.clone() typed=typed problem=problem choices=choices/>
                    <FormActions>
                        <SubmitButton label="Create customer" name="warn" value="true" busy=create.pending()/>
                        {anyway}
                        <LinkButton href="/customers" label="Cancel"/>
                    </FormActions>
                </div>
            </ActionForm>
        </div>
    }
}
