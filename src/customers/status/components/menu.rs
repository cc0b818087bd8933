//! The Actions menu of a customer: what can be done with its status now.

use leptos::prelude::*;

use crate::customers::status::{PossibleAction, StatusAction, StatusView, permission_of};
use crate::customers::{Customer, Status};
use crate::shared::id::CustomerId;
use crate::shared::permission::PermissionSet;
use crate::ui::{Icon, IconName, Menu};

/// What an action is called where the customer stands.
pub fn action_title(action: StatusAction, status: Status) -> &'static str {
    match (action, status) {
        (StatusAction::Suspend, Status::Suspended) => "Add a hold",
        _ => action.label(),
    }
}

/// The picture of an action.
fn action_icon(action: StatusAction) -> IconName {
    match action {
        StatusAction::Activate | StatusAction::Resume => IconName::Play,
        StatusAction::Suspend => IconName::Pause,
        StatusAction::ReleaseHold => IconName::Check,
        StatusAction::Deactivate => IconName::Clock,
        StatusAction::Terminate => IconName::Cross,
        StatusAction::Reinstate => IconName::Restore,
    }
}

/// What this person may do with the status of a customer. What something else than a permission forbids is listed
/// with the reason.
#[component]
pub fn StatusMenu(
    /// Whose status it is.
    customer: Customer,
    /// Where the customer stands.
    view: StatusView,
    /// What this person may do.
    permissions: PermissionSet,
) -> impl IntoView {
    let (id, status) = (customer.id, view.status);
    let permitted = view.actions.into_iter().filter(|one| permissions.has(permission_of(one.action)));
    let items: Vec<AnyView> = permitted.map(|one| item(id, status, one)).collect();
    let rule = (!items.is_empty()).then(|| view! { <hr/> });
    let href = format!("/customers/{id}/status");
    view! {
        <Menu label="Actions">
            {items}
            {rule}
            <a class="menu-item" href=href><Icon name=IconName::History/>"Status and holds"</a>
        </Menu>
    }
}

fn item(id: CustomerId, status: Status, possible: PossibleAction) -> AnyView {
    let action = possible.action;
    let (title, name) = (action_title(action, status), action_icon(action));
    let Some(obstacle) = possible.obstacle else {
        let href = format!("/customers/{id}/status/{}", action.as_str());
        return view! { <a class="menu-item" href=href><Icon name/>{title}</a> }.into_any();
    };
    // In the order of the keyboard, so that the reason is read out there too.
    view! {
        <span class="menu-item" role="link" aria-disabled="true" tabindex="0">
            <Icon name/>
            <span class="stack-tight">
                <span>{title}</span>
                <span class="menu-reason">{obstacle}</span>
            </span>
        </span>
    }
    .into_any()
}
