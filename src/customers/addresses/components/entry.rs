//! One address on the page of contacts, with what can be done with it.

use leptos::prelude::*;

use crate::customers::addresses::{Address, AddressKind, DeleteAddress};
use crate::shared::country::country_name;
use crate::ui::{Badge, ConfirmDialog, CopyButton, FormActions, Hidden, IconName, LinkButton, SubmitButton, Tone};

/// What an address is for.
#[component]
pub fn AddressKindBadge(
    /// The kind.
    kind: AddressKind,
) -> impl IntoView {
    let tone = if kind == AddressKind::Service { Tone::Info } else { Tone::Neutral };
    view! { <Badge tone=tone icon=IconName::MapPin text=kind.label()/> }
}

/// The lines as they stand on an envelope.
pub fn address_lines(address: &Address) -> Vec<String> {
    let town: Vec<&str> = [address.postal_code.as_deref(), Some(address.city.as_str()), address.state.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let lines = [Some(address.line1.clone()), address.line2.clone(), Some(town.join(" "))];
    lines.into_iter().flatten().chain([country_name(&address.country)]).collect()
}

/// Everything about one address; without an action for those who only read.
pub fn address_entry(address: &Address, remove: Option<ServerAction<DeleteAddress>>) -> AnyView {
    let (mut lines, kind) = (address_lines(address), address.kind);
    let whole = lines.join("\n");
    let first = lines.remove(0);
    let copy = format!("Copy the address {first}");
    let lines = lines.into_iter().map(|line| view! { <span>{line}</span> }).collect_view();
    let coordinates = coordinates(address, &first);
    let buttons = remove.map(|remove| buttons(address, remove));
    view! {
        <li class="contact-card">
            <div class="contact-head">
                <h3>{first}</h3>
                <AddressKindBadge kind/>
            </div>
            <div class="contact-head">
                <div class="contact-lines">{lines}</div>
                <CopyButton text=whole label=copy/>
            </div>
            {coordinates}
            {buttons}
        </li>
    }
    .into_any()
}

/// Where it is on a map: the numbers, to be pasted into whichever map people use.
fn coordinates(address: &Address, name: &str) -> Option<AnyView> {
    let (latitude, longitude) = address.latitude.zip(address.longitude)?;
    let text = format!("{latitude}, {longitude}");
    let (shown, label) = (text.clone(), format!("Copy the coordinates of {name}"));
    let coordinates = view! {
        <div class="cluster">
            <span class="muted">"Coordinates " <span class="nowrap">{shown}</span></span>
            <CopyButton text=text label=label/>
        </div>
    };
    Some(coordinates.into_any())
}

fn buttons(address: &Address, remove: ServerAction<DeleteAddress>) -> AnyView {
    let edit = format!("/customers/{}/contacts?address={}", address.customer_id, address.id);
    let remove = remove_dialog(address, remove);
    view! {
        <div class="cluster">
            <LinkButton href=edit label="Edit" icon=IconName::Edit/>
            {remove}
        </div>
    }
    .into_any()
}

fn remove_dialog(address: &Address, action: ServerAction<DeleteAddress>) -> AnyView {
    let (dialog, title) = (format!("remove-address-{}", address.id), format!("Remove {}?", address.line1));
    let (customer_id, id, version) =
        (address.customer_id.to_string(), address.id.to_string(), address.version.to_string());
    let consequence = if address.kind == AddressKind::Service {
        "City and country of the customer then follow the next service address, if there is one. The history keeps \
         this one."
    } else {
        "The history keeps it."
    };
    view! {
        <ConfirmDialog id=dialog title=title trigger_label="Remove" tone=Tone::Danger icon=IconName::Trash>
            <p>{consequence}</p>
            <ActionForm action=action>
                <Hidden name="customer_id" value=customer_id/>
                <Hidden name="id" value=id/>
                <Hidden name="version" value=version/>
                <FormActions>
                    <SubmitButton label="Remove address" danger=true busy=action.pending()/>
                </FormActions>
            </ActionForm>
        </ConfirmDialog>
    }
    .into_any()
}
