//! The forms that add and change an address.

use leptos::prelude::*;

use super::AddressFields;
use crate::customers::addresses::{Address, AddressInput, AddressKind, CreateAddress, UpdateAddress};
use crate::customers::contacts::FormCard;
use crate::shared::id::CustomerId;
use crate::ui::{
    ChangedMeanwhile, ErrorSummary, FormActions, Hidden, LinkButton, SubmitButton, TypedValues, is_stale, problem_of,
    typed_about, version_seen,
};

/// The form for a new address.
#[component]
pub fn NewAddressForm(
    /// Whose address it will be.
    customer_id: CustomerId,
    /// The country that is offered.
    country: Option<String>,
    /// What adds it.
    create: ServerAction<CreateAddress>,
    /// What was typed before a failure.
    typed: TypedValues,
) -> impl IntoView {
    let problem = problem_of(create);
    let typed = if problem.with_untracked(Option::is_some) { typed } else { TypedValues::default() };
    let kind = Some(AddressKind::Service.as_str().to_owned());
    let value = AddressInput { kind, country, ..AddressInput::default() };
    view! {
        <FormCard title="New address" problem=problem>
            <ActionForm action=create>
                <div class="form">
                    <ErrorSummary problem=problem/>
                    <Hidden name="customer_id" value=customer_id.to_string()/>
                    <AddressFields value typed problem/>
                    <FormActions>
                        <SubmitButton label="Add address" busy=create.pending()/>
                        <LinkButton href=format!("/customers/{customer_id}/contacts") label="Cancel"/>
                    </FormActions>
                </div>
            </ActionForm>
        </FormCard>
    }
}

/// The form that changes an address.
#[component]
pub fn EditAddressForm(
    /// The address as it is stored.
    address: Address,
    /// What saves it.
    update: ServerAction<UpdateAddress>,
    /// What was typed before a failure.
    typed: TypedValues,
) -> impl IntoView {
    let problem = problem_of(update);
    let failed = problem.with_untracked(Option::is_some);
    let value = address.input();
    let Address { id, customer_id, version, line1, .. } = address;
    let typed = if failed { typed_about(id.0, typed) } else { TypedValues::default() };
    let shown = Signal::derive(move || problem.get().filter(|problem| !is_stale(problem)));
    let version = version_seen(version, &typed);
    let page = format!("/customers/{customer_id}/contacts");
    let here = format!("{page}?address={id}");
    view! {
        <FormCard title=format!("Edit {line1}") problem=problem>
            <ActionForm action=update>
                <div class="form">
                    <ErrorSummary problem=shown/>
                    <ChangedMeanwhile problem href=here/>
                    <Hidden name="customer_id" value=customer_id.to_string()/>
                    <Hidden name="id" value=id.to_string()/>
                    <Hidden name="version" value=version/>
                    <AddressFields value typed problem/>
                    <FormActions>
                        <SubmitButton label="Save address" busy=update.pending()/>
                        <LinkButton href=page label="Cancel"/>
                    </FormActions>
                </div>
            </ActionForm>
        </FormCard>
    }
}
