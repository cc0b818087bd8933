//! The two halves of the page: contacts and addresses, each with its form while one is open.

use leptos::prelude::*;

use super::state::{Actions, Asked, Typed};
use crate::customers::addresses::{Address, EditAddressForm, NewAddressForm, address_entry};
use crate::customers::contacts::{Contact, ContactKind, EditContactForm, NewContactForm, contact_entry};
use crate::shared::id::CustomerId;
use crate::ui::{Card, EmptyState, IconName, LinkButton};

/// What both halves go by.
#[derive(Clone, Copy)]
pub(super) struct Situation {
    /// May the reader change anything here?
    pub(super) may_edit: bool,
    /// What changes records.
    pub(super) actions: Actions,
    /// The form that is asked for.
    pub(super) asked: Memo<Option<Asked>>,
}

impl Situation {
    /// While a form is open everything else keeps still, so that nothing typed is lost.
    fn offers_more(self) -> bool {
        self.may_edit && self.asked.with(Option::is_none)
    }
}

/// The people to talk to.
#[component]
pub(super) fn ContactSection(
    id: CustomerId,
    contacts: Vec<Contact>,
    situation: Situation,
    typed: Typed,
) -> impl IntoView {
    let (all, none) = (contacts.clone(), contacts.is_empty());
    let form = move || contact_form(id, &all, situation, &typed);
    let list = move || {
        let actions = situation.offers_more().then(|| situation.actions.of_contact());
        contacts.iter().map(|contact| contact_entry(contact, actions)).collect_view()
    };
    let new = format!("/customers/{id}/contacts?contact=new");
    let content =
        if none { nobody(new.clone(), situation) } else { view! { <ul class="contact-cards">{list}</ul> }.into_any() };
    let add = move || {
        let href = new.clone();
        (!none && situation.offers_more())
            .then(|| view! { <LinkButton href=href label="Add contact" icon=IconName::Plus primary=true/> })
    };
    view! {
        <Card title="Contacts" actions=move || add>
            {form}
            {content}
        </Card>
    }
}

fn contact_form(id: CustomerId, contacts: &[Contact], situation: Situation, typed: &Typed) -> Option<AnyView> {
    let asked = situation.asked.get().filter(|_| situation.may_edit)?;
    let Actions { create_contact: create, update_contact: update, .. } = situation.actions;
    match asked {
        Asked::NewContact => {
            let has_primary = contacts.iter().any(|contact| contact.kind == ContactKind::Primary);
            let typed = typed.new_contact.clone();
            Some(view! { <NewContactForm customer_id=id has_primary create typed/> }.into_any())
        }
        Asked::Contact(wanted) => {
            let Some(contact) = contacts.iter().find(|contact| contact.id == wanted).cloned() else {
                return Some(gone(id, "This contact is not here any more."));
            };
            let typed = typed.contact.clone();
            Some(view! { <EditContactForm contact update typed/> }.into_any())
        }
        Asked::NewAddress | Asked::Address(_) => None,
    }
}

fn nobody(new: String, situation: Situation) -> AnyView {
    let nobody = move || {
        let href = new.clone();
        let action = situation
            .offers_more()
            .then(|| view! { <LinkButton href=href label="Add contact" icon=IconName::Plus primary=true/> });
        situation.asked.with(|asked| !matches!(asked, Some(Asked::NewContact))).then(|| {
            let text = "Whom to call or write to about bills, outages and everything else.";
            view! { <EmptyState icon=IconName::Person title="No contacts yet" text=text actions=move || action/> }
        })
    };
    nobody.into_any()
}

/// The places.
#[component]
pub(super) fn AddressSection(
    id: CustomerId,
    addresses: Vec<Address>,
    country: Option<String>,
    situation: Situation,
    typed: Typed,
) -> impl IntoView {
    let (all, none) = (addresses.clone(), addresses.is_empty());
    let form = move || address_form(id, &all, country.as_ref(), situation, &typed);
    let list = move || {
        let remove = situation.offers_more().then_some(situation.actions.remove_address);
        addresses.iter().map(|address| address_entry(address, remove)).collect_view()
    };
    let new = format!("/customers/{id}/contacts?address=new");
    let content =
        if none { nowhere(new.clone(), situation) } else { view! { <ul class="contact-cards">{list}</ul> }.into_any() };
    let add = move || {
        let href = new.clone();
        (!none && situation.offers_more())
            .then(|| view! { <LinkButton href=href label="Add address" icon=IconName::Plus primary=true/> })
    };
    view! {
        <Card title="Addresses" actions=move || add>
            {form}
            {content}
        </Card>
    }
}

fn address_form(
    id: CustomerId,
    addresses: &[Address],
    country: Option<&String>,
    situation: Situation,
    typed: &Typed,
) -> Option<AnyView> {
    let asked = situation.asked.get().filter(|_| situation.may_edit)?;
    let Actions { create_address: create, update_address: update, .. } = situation.actions;
    match asked {
        Asked::NewAddress => {
            let (country, typed) = (country.cloned(), typed.new_address.clone());
            Some(view! { <NewAddressForm customer_id=id country create typed/> }.into_any())
        }
        Asked::Address(wanted) => {
            let Some(address) = addresses.iter().find(|address| address.id == wanted).cloned() else {
                return Some(gone(id, "This address is not here any more."));
            };
            let typed = typed.address.clone();
            Some(view! { <EditAddressForm address update typed/> }.into_any())
        }
        Asked::NewContact | Asked::Contact(_) => None,
    }
}

fn nowhere(new: String, situation: Situation) -> AnyView {
    let nowhere = move || {
        let href = new.clone();
        let action = situation
            .offers_more()
            .then(|| view! { <LinkButton href=href label="Add address" icon=IconName::Plus primary=true/> });
        situation.asked.with(|asked| !matches!(asked, Some(Asked::NewAddress))).then(|| {
            let text = "Where the service is, where bills go, where letters go.";
            view! { <EmptyState icon=IconName::MapPin title="No addresses yet" text=text actions=move || action/> }
        })
    };
    nowhere.into_any()
}

/// What was to be changed has been removed meanwhile.
fn gone(id: CustomerId, text: &'static str) -> AnyView {
    view! {
        <div class="contact-card" role="status">
            <p>{text} " " <a href=format!("/customers/{id}/contacts")>"See what there is"</a></p>
        </div>
    }
    .into_any()
}
