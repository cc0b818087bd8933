//! The labels on the page of a customer: what it wears, taking one off, putting one on.

use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::ColourChip;
use crate::customers::labels::{AssignLabel, Assignment, Label, RemoveLabel};
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;
use crate::ui::{
    Card, ErrorSummary, FormActions, Hidden, Icon, IconName, Select, SubmitButton, TextArea, TextField, TypedValues,
    When, problem_of, recalled,
};

/// What puts labels on and takes them off. The page makes it before it waits for anything: what is built after waiting
/// may be built twice, and what was typed is told once.
#[derive(Clone, Copy)]
pub struct LabelForms {
    assign: ServerAction<AssignLabel>,
    remove: ServerAction<RemoveLabel>,
    typed: Resource<TypedValues>,
}

/// The forms of a page.
pub fn label_forms() -> LabelForms {
    let assign = ServerAction::new();
    LabelForms { assign, remove: ServerAction::new(), typed: recalled(assign, "labels/assign") }
}

/// What a customer wears, with what can be done about it.
#[component]
pub fn LabelsCard(
    /// Whose labels they are.
    customer_id: CustomerId,
    /// What the customer wears; follows each change.
    worn: RwSignal<Vec<Assignment>>,
    /// Every label to choose from.
    labels: Vec<Label>,
    /// What changes them.
    forms: LabelForms,
    /// Whether labels can be put on and taken off.
    may_assign: bool,
) -> impl IntoView {
    let LabelForms { assign, remove, typed } = forms;
    follow(assign, worn);
    follow(remove, worn);
    let add = may_assign.then(move || {
        view! {
            <Suspense>
                {move || {
                    let labels = labels.clone();
                    Suspend::new(async move {
                        let typed = typed.await;
                        view! { <AddLabel customer_id worn labels assign typed/> }
                    })
                }}
            </Suspense>
        }
    });
    view! {
        <Card title="Labels">
            <ErrorSummary problem=problem_of(remove)/>
            <Worn customer_id worn remove may_assign/>
            {add}
        </Card>
    }
}

/// Shows what the server says a customer wears after each change.
fn follow<S>(action: ServerAction<S>, worn: RwSignal<Vec<Assignment>>)
where
    S: ServerFn<Output = Vec<Assignment>, Error = Problem> + Clone + Send + Sync + 'static,
{
    let value = action.value();
    Effect::watch(
        move || value.get(),
        move |now, _, _| {
            if let Some(Ok(now)) = now {
                worn.set(now.clone());
            }
        },
        false,
    );
}

#[component]
fn Worn(
    customer_id: CustomerId,
    worn: RwSignal<Vec<Assignment>>,
    remove: ServerAction<RemoveLabel>,
    may_assign: bool,
) -> impl IntoView {
    let empty = move || worn.with(Vec::is_empty).then(|| view! { <p class="muted">"No labels."</p> });
    view! {
        {empty}
        <ul class="labels-worn">
            <For
                each=move || worn.get()
                key=|assignment| assignment.id
                children=move |assignment| {
                    let form = may_assign.then(|| remove_form(customer_id, &assignment, remove));
                    worn_view(assignment, form)
                }
            />
        </ul>
    }
}

/// One label with its notes, its expiry and its history.
fn worn_view(assignment: Assignment, form: Option<AnyView>) -> AnyView {
    let until = assignment.expires_at.map(|at| view! { <span>"Comes off " <When at/></span> });
    let notes = assignment.notes.map(|notes| view! { <p class="label-notes">{notes}</p> });
    let (name, colour) = (assignment.label.name, assignment.label.colour);
    view! {
        <li>
            <div class="cluster">
                <ColourChip name colour/>
                {form}
            </div>
            {notes}
            <p class="muted label-since">
                <span>{assignment.assigned_by} ", " <When at=assignment.assigned_at/></span>
                {until}
            </p>
        </li>
    }
    .into_any()
}

fn remove_form(customer: CustomerId, assignment: &Assignment, remove: ServerAction<RemoveLabel>) -> AnyView {
    let (label, name) = (assignment.label.id.to_string(), format!("Remove {}", assignment.label.name));
    let title = name.clone();
    view! {
        <ActionForm action=remove>
            <Hidden name="customer_id" value=customer.to_string()/>
            <Hidden name="label_id" value=label/>
            <button class="icon-button" type="submit" title=title>
                <Icon name=IconName::Cross/>
                <span class="visually-hidden">{name}</span>
            </button>
        </ActionForm>
    }
    .into_any()
}

/// The form that puts on a label which is not worn yet.
#[component]
fn AddLabel(
    customer_id: CustomerId,
    worn: RwSignal<Vec<Assignment>>,
    labels: Vec<Label>,
    assign: ServerAction<AssignLabel>,
    typed: TypedValues,
) -> impl IntoView {
    let id = customer_id.to_string();
    let typed = if typed.get("customer_id") == Some(id.as_str()) { typed } else { TypedValues::default() };
    move || {
        let options = worn.with(|worn| free(&labels, worn));
        if options.is_empty() {
            return ().into_any();
        }
        let (typed, id) = (typed.clone(), id.clone());
        view! {
            <ActionForm action=assign>
                <Provider value=typed>
                    <AddFields id options assign/>
                </Provider>
            </ActionForm>
        }
        .into_any()
    }
}

#[component]
fn AddFields(id: String, options: Vec<(String, String)>, assign: ServerAction<AssignLabel>) -> impl IntoView {
    let problem = problem_of(assign);
    let detailed =
        move || problem.with(|p| p.as_ref().is_some_and(|p| p.field("notes").or(p.field("expires_on")).is_some()));
    view! {
        <div class="form">
            <ErrorSummary problem/>
            <Hidden name="customer_id" value=id/>
            <Select
                name="assignment[label_id]"
                label="Add a label"
                options
                empty="Choose a label"
                required=true
                problem
            />
            <details class="label-details" open=detailed>
                <summary>"Notes and expiry"</summary>
                <div class="fields">
                    <TextArea name="assignment[notes]" label="Notes" rows=2 maxlength=1000 problem/>
                    <TextField
                        name="assignment[expires_on]"
                        label="Last day"
                        kind="date"
                        hint="It comes off by itself at the end of this day, where the customer is."
                        problem
                    />
                </div>
            </details>
            <FormActions>
                <SubmitButton label="Add label" secondary=true busy=assign.pending()/>
            </FormActions>
        </div>
    }
}

/// Id and name of the active labels that are not worn yet.
fn free(labels: &[Label], worn: &[Assignment]) -> Vec<(String, String)> {
    let is_worn = |label: &Label| worn.iter().any(|assignment| assignment.label.id == label.id);
    let free = labels.iter().filter(|label| label.is_active && !is_worn(label));
    free.map(|label| (label.id.to_string(), label.shown().to_owned())).collect()
}
