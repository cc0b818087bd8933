//! One contact on the page of contacts, with what can be done with it.

use leptos::prelude::*;

use super::reach::{call_href, mail_href};
use super::{ContactKindBadge, Reach};
use crate::customers::contacts::{Contact, ContactKind, DeleteContact, MakeContactPrimary, PortalRole};
use crate::ui::{ConfirmDialog, Fact, Facts, FormActions, Hidden, IconName, LinkButton, SubmitButton, Tone};

/// What changes contacts without a form of their own.
#[derive(Clone, Copy)]
pub struct ContactActions {
    /// Removes one.
    pub remove: ServerAction<DeleteContact>,
    /// Makes one the primary contact.
    pub make_primary: ServerAction<MakeContactPrimary>,
}

/// Everything about one contact; without actions for those who only read.
pub fn contact_entry(contact: &Contact, actions: Option<ContactActions>) -> AnyView {
    let (name, kind) = (contact.name.clone(), contact.kind);
    let role: Vec<String> = [contact.position.clone(), contact.department.clone()].into_iter().flatten().collect();
    let role = (!role.is_empty()).then(|| view! { <p class="muted">{role.join(" · ")}</p> });
    let facts = facts(contact);
    let buttons = actions.map(|actions| buttons(contact, actions));
    view! {
        <li class="contact-card">
            <div class="contact-head">
                <h3>{name}</h3>
                <ContactKindBadge kind/>
            </div>
            {role}
            {facts}
            {buttons}
        </li>
    }
    .into_any()
}

fn facts(contact: &Contact) -> AnyView {
    let ways = [
        ("E-mail", contact.email.clone(), mail_href(contact)),
        ("Phone", contact.phone.clone(), call_href(contact.phone_e164.as_deref())),
        ("Mobile", contact.mobile.clone(), call_href(contact.mobile_e164.as_deref())),
    ];
    let mut facts = Vec::new();
    for (label, value, href) in ways {
        let Some(value) = value else { continue };
        let copy = format!("Copy {} of {}", label.to_lowercase(), contact.name);
        facts.push(view! { <Reach label value copy href/> }.into_any());
    }
    let notices: Vec<&str> = contact.notices.iter().map(|notice| notice.label()).collect();
    if !notices.is_empty() {
        let notices = notices.join(", ");
        facts.push(view! { <Fact label="Told about">{notices}</Fact> }.into_any());
    }
    if contact.portal_role != PortalRole::None {
        let role = contact.portal_role.label();
        facts.push(view! { <Fact label="In the portal">{role}</Fact> }.into_any());
    }
    if let Some(notes) = contact.notes.clone() {
        facts.push(view! { <Fact label="Notes"><span class="contact-notes">{notes}</span></Fact> }.into_any());
    }
    if facts.is_empty() { ().into_any() } else { view! { <Facts>{facts}</Facts> }.into_any() }
}

fn buttons(contact: &Contact, actions: ContactActions) -> AnyView {
    let edit = format!("/customers/{}/contacts?contact={}", contact.customer_id, contact.id);
    let primary = (contact.kind != ContactKind::Primary).then(|| primary_form(contact, actions.make_primary));
    let remove = remove_dialog(contact, actions.remove);
    view! {
        <div class="cluster">
            <LinkButton href=edit label="Edit" icon=IconName::Edit/>
            {primary}
            {remove}
        </div>
    }
    .into_any()
}

fn primary_form(contact: &Contact, action: ServerAction<MakeContactPrimary>) -> AnyView {
    let names = hidden(contact);
    view! {
        <ActionForm action=action>
            {names}
            <SubmitButton label="Make primary" secondary=true busy=action.pending()/>
        </ActionForm>
    }
    .into_any()
}

fn remove_dialog(contact: &Contact, action: ServerAction<DeleteContact>) -> AnyView {
    let (id, title) = (format!("remove-contact-{}", contact.id), format!("Remove {}?", contact.name));
    let names = hidden(contact);
    let consequence = match (contact.kind, contact.portal_role) {
        (_, PortalRole::View | PortalRole::Billing | PortalRole::Owner) => {
            "They are told nothing more and can no longer use the portal. The history keeps what is known of them."
        }
        (ContactKind::Primary, PortalRole::None) => {
            "The customer is left without a primary contact until you choose another one. The history keeps what is \
             known of this one."
        }
        _ => "They are told nothing more. The history keeps what is known of them.",
    };
    view! {
        <ConfirmDialog id=id title=title trigger_label="Remove" tone=Tone::Danger icon=IconName::Trash>
            <p>{consequence}</p>
            <ActionForm action=action>
                {names}
                <FormActions>
                    <SubmitButton label="Remove contact" danger=true busy=action.pending()/>
                </FormActions>
            </ActionForm>
        </ConfirmDialog>
    }
    .into_any()
}

/// Which contact, and the version that is shown.
fn hidden(contact: &Contact) -> AnyView {
    let (customer_id, id) = (contact.customer_id.to_string(), contact.id.to_string());
    let version = contact.version.to_string();
    view! {
        <Hidden name="customer_id" value=customer_id/>
        <Hidden name="id" value=id/>
        <Hidden name="version" value=version/>
    }
    .into_any()
}
