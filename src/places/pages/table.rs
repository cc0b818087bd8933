//! The table of partners or locations.

use leptos::prelude::*;

use super::parts::{Forms, Place, path};
use crate::places::kind::{DEFAULT_STAYS, Kind, in_use};
use crate::ui::{Badge, ConfirmDialog, DataTable, FormActions, Hidden, Icon, IconName, SubmitButton, Tone, format};

/// Every record with what can be done about it.
pub(super) fn table(forms: Forms, places: Vec<Place>, may_manage: bool) -> AnyView {
    let kind = forms.kind;
    let head = move || {
        view! {
            <th scope="col">"Name"</th>
            {(kind == Kind::Partner).then(|| view! { <th scope="col">"Portal ID prefix"</th> })}
            <th scope="col" class="numeric">"Customers"</th>
            <th scope="col">"Description"</th>
            {may_manage.then(|| view! { <th scope="col"><span class="visually-hidden">"Actions"</span></th> })}
        }
    };
    let rows = places.into_iter().map(|place| row(forms, place, may_manage)).collect_view();
    view! {
        <DataTable caption=kind.pick("Partners", "Locations") head=head>
            {rows}
        </DataTable>
    }
    .into_any()
}

fn row(forms: Forms, place: Place, may_manage: bool) -> AnyView {
    let kind = forms.kind;
    let default = place.is_default.then(|| view! { <Badge tone=Tone::Info text="Default"/> });
    let inactive = (!place.is_active).then(|| view! { <Badge icon=IconName::Pause text="Inactive"/> });
    let customers = format!("/customers?{}={}", kind.name(), place.id);
    let actions = may_manage.then(|| actions(forms, &place));
    let prefix = (kind == Kind::Partner).then(|| {
        view! { <td data-label="Portal ID prefix">{place.portal_id_prefix}</td> }
    });
    view! {
        <tr>
            <td data-label="Name">
                <div class="cluster">
                    <span>{place.name}</span>
                    {default}
                    {inactive}
                </div>
            </td>
            {prefix}
            <td data-label="Customers" class="numeric">
                <a href=customers>{format::count(place.customers)}</a>
            </td>
            <td data-label="Description">{place.description}</td>
            {actions}
        </tr>
    }
    .into_any()
}

fn actions(forms: Forms, place: &Place) -> AnyView {
    let (href, name) = (format!("{}?edit={}", path(forms.kind), place.id), place.name.clone());
    let delete = delete_dialog(forms, place);
    // A fresh page: what was typed into another form must not linger in this one.
    view! {
        <td>
            <div class="cluster">
                <a class="button" href=href rel="external">
                    <Icon name=IconName::Edit/>
                    <span>"Edit" <span class="visually-hidden">" " {name}</span></span>
                </a>
                {delete}
            </div>
        </td>
    }
    .into_any()
}

/// Why it cannot be deleted now, as far as the page knows.
fn kept_because(place: &Place) -> Option<String> {
    if place.is_default {
        return Some(DEFAULT_STAYS.to_owned());
    }
    (place.customers > 0).then(|| in_use(place.customers))
}

/// Asks before deleting, or tells why that cannot be.
fn delete_dialog(forms: Forms, place: &Place) -> AnyView {
    let dialog = format!("delete-{}", place.id);
    let (title, body) = match kept_because(place) {
        Some(reason) => (format!("{} cannot be deleted", place.name), view! { <p>{reason}</p> }.into_any()),
        None => (format!("Delete {}?", place.name), delete_form(forms, place)),
    };
    view! {
        <ConfirmDialog id=dialog title=title trigger_label="Delete" tone=Tone::Danger icon=IconName::Trash>
            {body}
        </ConfirmDialog>
    }
    .into_any()
}

fn delete_form(forms: Forms, place: &Place) -> AnyView {
    let (url, id, version) = (forms.delete.url, place.id.to_string(), place.version.to_string());
    let label = forms.kind.pick("Delete partner", "Delete location");
    view! {
        <p>"No customer belongs to it. It cannot be brought back."</p>
        <form method="post" action=url>
            <Hidden name="id" value=id/>
            <Hidden name="version" value=version/>
            <FormActions>
                <SubmitButton label=label danger=true/>
            </FormActions>
        </form>
    }
    .into_any()
}
