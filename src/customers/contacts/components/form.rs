//! The forms that add and change a contact.

use leptos::prelude::*;

use super::{ContactFields, FormCard};
use crate::customers::contacts::{Contact, ContactInput, ContactKind, CreateContact, UpdateContact};
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;
use crate::ui::{
    ChangedMeanwhile, ErrorSummary, FormActions, Hidden, LinkButton, SubmitButton, TypedValues, is_stale, problem_of,
    typed_about, version_seen,
};

/// The form for a new contact; the first one is offered as the primary one.
#[component]
pub fn NewContactForm(
    /// Whose contact it will be.
    customer_id: CustomerId,
    /// Whether the customer has a primary contact.
    has_primary: bool,
    /// What adds it.
    create: ServerAction<CreateContact>,
    /// What was typed before a failure.
    typed: TypedValues,
) -> impl IntoView {
    let problem = about_kind(problem_of(create));
    let typed = if problem.with_untracked(Option::is_some) { typed } else { TypedValues::default() };
    let kind = if has_primary { ContactKind::Other } else { ContactKind::Primary };
    let value = ContactInput { kind: Some(kind.as_str().into()), ..ContactInput::default() };
    view! {
        <FormCard title="New contact" problem=problem>
            <ActionForm action=create>
                <div class="form">
                    <ErrorSummary problem=problem/>
                    <Hidden name="customer_id" value=customer_id.to_string()/>
                    <ContactFields value typed problem/>
                    <FormActions>
                        <SubmitButton label="Add contact" busy=create.pending()/>
                        <LinkButton href=format!("/customers/{customer_id}/contacts") label="Cancel"/>
                    </FormActions>
                </div>
            </ActionForm>
        </FormCard>
    }
}

/// The form that changes a contact.
#[component]
pub fn EditContactForm(
    /// The contact as it is stored.
    contact: Contact,
    /// What saves it.
    update: ServerAction<UpdateContact>,
    /// What was typed before a failure.
    typed: TypedValues,
) -> impl IntoView {
    let problem = about_kind(problem_of(update));
    let failed = problem.with_untracked(Option::is_some);
    let value = contact.input();
    let Contact { id, customer_id, version, name, .. } = contact;
    let typed = if failed { typed_about(id.0, typed) } else { TypedValues::default() };
    let shown = Signal::derive(move || problem.get().filter(|problem| !is_stale(problem)));
    let version = version_seen(version, &typed);
    let page = format!("/customers/{customer_id}/contacts");
    let here = format!("{page}?contact={id}");
    view! {
        <FormCard title=format!("Edit {name}") problem=problem>
            <ActionForm action=update>
                <div class="form">
                    <ErrorSummary problem=shown/>
                    <ChangedMeanwhile problem href=here/>
                    <Hidden name="customer_id" value=customer_id.to_string()/>
                    <Hidden name="id" value=id.to_string()/>
                    <Hidden name="version" value=version/>
                    <ContactFields value typed problem/>
                    <FormActions>
                        <SubmitButton label="Save contact" busy=update.pending()/>
                        <LinkButton href=page label="Cancel"/>
                    </FormActions>
                </div>
            </ActionForm>
        </FormCard>
    }
}

/// That there is a primary contact already belongs to the field where it was chosen.
fn about_kind(problem: Signal<Option<Problem>>) -> Signal<Option<Problem>> {
    Signal::derive(move || {
        let problem = problem.get()?;
        match problem.field("primary") {
            Some(error) => Some(Problem::field_error("kind", "primary_taken", error.message.clone())),
            None => Some(problem),
        }
    })
}
