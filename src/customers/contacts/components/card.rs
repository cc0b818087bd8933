//! The contacts in short, for the overview of a customer.

use leptos::prelude::*;

use super::ContactKindBadge;
use super::reach::{call_href, link, mail_href};
use crate::customers::contacts::Contact;
use crate::shared::id::CustomerId;
use crate::ui::{Card, IconName, LinkButton};

/// Contacts shown in short.
const SHOWN: usize = 3;

/// The first contacts of a customer, the primary one on top, and the way to all of them.
#[component]
pub fn ContactsCard(
    /// Every contact of the customer.
    contacts: Vec<Contact>,
    /// Whose they are.
    customer_id: CustomerId,
    /// Whether the reader may add some.
    may_edit: bool,
) -> impl IntoView {
    let all = format!("/customers/{customer_id}/contacts");
    let new = format!("{all}?contact=new");
    let actions = move || may_edit.then(|| view! { <LinkButton href=new label="Add contact" icon=IconName::Plus/> });
    let count = contacts.len();
    let more = (count > SHOWN).then(|| view! { <p><a href=all>{format!("All contacts ({count})")}</a></p> });
    let items = contacts.into_iter().take(SHOWN).map(item).collect_view();
    let content = if count == 0 {
        view! { <p class="muted">"Nobody to talk to is known yet."</p> }.into_any()
    } else {
        view! { <ul class="list">{items}</ul> }.into_any()
    };
    view! {
        <Card title="Contacts" actions=actions>
            {content}
            {more}
        </Card>
    }
}

fn item(contact: Contact) -> AnyView {
    let mail = mail_href(&contact);
    let number = contact.phone.map(|phone| (phone, contact.phone_e164));
    let number = number.or_else(|| contact.mobile.map(|mobile| (mobile, contact.mobile_e164)));
    let email = contact.email.map(|email| link(email, mail));
    let phone = number.map(|(number, e164)| {
        let number = link(number, call_href(e164.as_deref()));
        view! { <span class="nowrap">{number}</span> }
    });
    let position = contact.position.map(|position| view! { <span class="muted">{position}</span> });
    view! {
        <li>
            <div class="stack-tight">
                <div class="cluster">
                    <span class="contact-name">{contact.name}</span>
                    {position}
                </div>
                <div class="cluster">
                    {email}
                    {phone}
                </div>
            </div>
            <ContactKindBadge kind=contact.kind/>
        </li>
    }
    .into_any()
}
