//! The addresses in short, for the overview of a customer.

use leptos::prelude::*;

use super::{AddressKindBadge, address_lines};
use crate::customers::addresses::Address;
use crate::shared::id::CustomerId;
use crate::ui::{Card, IconName, LinkButton};

/// Addresses shown in short.
const SHOWN: usize = 3;

/// The first addresses of a customer, and the way to all of them.
#[component]
pub fn AddressesCard(
    /// Every address of the customer.
    addresses: Vec<Address>,
    /// Whose they are.
    customer_id: CustomerId,
    /// Whether the reader may add some.
    may_edit: bool,
) -> impl IntoView {
    let all = format!("/customers/{customer_id}/contacts");
    let new = format!("{all}?address=new");
    let actions = move || may_edit.then(|| view! { <LinkButton href=new label="Add address" icon=IconName::Plus/> });
    let count = addresses.len();
    let more = (count > SHOWN).then(|| view! { <p><a href=all>{format!("All addresses ({count})")}</a></p> });
    let items = addresses.into_iter().take(SHOWN).map(|address| item(&address)).collect_view();
    let content = if count == 0 {
        view! { <p class="muted">"No address is known yet."</p> }.into_any()
    } else {
        view! { <ul class="list">{items}</ul> }.into_any()
    };
    view! {
        <Card title="Addresses" actions=actions>
            {content}
            {more}
        </Card>
    }
}

fn item(address: &Address) -> AnyView {
    let kind = address.kind;
    view! {
        <li>
            <span>{address_lines(address).join(", ")}</span>
            <AddressKindBadge kind/>
        </li>
    }
    .into_any()
}
