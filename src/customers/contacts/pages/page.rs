//! `/customers/:id/contacts`: the people to talk to and the places of a customer.

use leptos::prelude::*;

use super::sections::{AddressSection, ContactSection, Situation};
use super::state::{Actions, Asked, Known, Recalled, Typed, read_addresses, read_contacts, together, use_asked};
use crate::app::use_session;
use crate::customers::Customer;
use crate::customers::components::{CustomerTabs, StatusBadge, read_customer, use_customer_id};
use crate::shared::permission::Permission;
use crate::ui::{Banner, Columns, Done, ErrorSummary, Page, ProblemPage, Skeleton, Tone};

/// Contacts and addresses of one customer.
#[component]
pub fn CustomerContactsPage() -> impl IntoView {
    let id = use_customer_id();
    let (actions, asked) = (Actions::new(), use_asked());
    let typed = Recalled::new(actions);
    actions.forget_with(asked);
    let rounds = actions.rounds();
    let customer = Resource::new(move || (id.get(), rounds()), |(id, _)| read_customer(id));
    let contacts = Resource::new(move || (id.get(), rounds()), |(id, _)| read_contacts(id));
    let addresses = Resource::new(move || (id.get(), rounds()), |(id, _)| read_addresses(id));
    view! {
        <Transition fallback=|| view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                let typed = typed.values().await;
                match together(customer.await, contacts.await, addresses.await) {
                    Ok(known) => view! { <Content known typed actions asked/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Content(known: Known, typed: Typed, actions: Actions, asked: Memo<Option<Asked>>) -> impl IntoView {
    let (customer, contacts, addresses) = known;
    let (id, status) = (customer.id, customer.status);
    let back = (format!("/customers/{id}"), customer.name.clone());
    let title = format!("Contacts of {}", customer.name);
    let may_update = use_session().permissions.has(Permission::CustomersUpdate);
    let situation = Situation { may_edit: may_update && customer.deleted_at.is_none(), actions, asked };
    let in_trash = in_trash(&customer);
    let country = customer.country;
    view! {
        <Page title=title back=back badges=move || view! { <StatusBadge status=status/> }>
            <Done words=DONE problem=actions.any_problem()/>
            <ErrorSummary problem=actions.problem_of_buttons()/>
            {in_trash}
            <CustomerTabs id=id current="contacts"/>
            <Columns>
                <ContactSection id contacts situation typed=typed.clone()/>
                <AddressSection id addresses country situation typed/>
            </Columns>
        </Page>
    }
}

/// What has just been done, by the word in the address.
const DONE: &[(&str, &str)] = &[
    ("contact-added", "Contact added."),
    ("contact-saved", "Contact saved."),
    ("contact-removed", "Contact removed."),
    ("contact-primary", "This is the primary contact now."),
    ("address-added", "Address added."),
    ("address-saved", "Address saved."),
    ("address-removed", "Address removed."),
];

/// Why nothing can be changed here.
fn in_trash(customer: &Customer) -> Option<AnyView> {
    let href = format!("/customers/{}", customer.id);
    customer.deleted_at.map(|_| {
        view! {
            <Banner tone=Tone::Warn title="This customer is in the trash.">
                <p>"Nothing can be changed until " <a href=href>"the customer is restored"</a> "."</p>
            </Banner>
        }
        .into_any()
    })
}
