//! What everybody who opens a customer should know about its status: open holds, a change that waits for its day.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::app::use_session;
use crate::customers::status::{
    CancelScheduledChange, Hold, ScheduledChange, StatusView, may_close, may_reach, name_reasons,
};
use crate::customers::{Customer, Status};
use crate::shared::id::CustomerId;
use crate::shared::permission::PermissionSet;
use crate::ui::{Banner, ErrorSummary, Hidden, SubmitButton, Tone, When, format, problem_of};

/// Banners about open holds and a change that waits for its day; nothing when there are none.
#[component]
pub fn StatusNotices(
    /// Whose status it is.
    customer: Customer,
    /// Where the customer stands.
    view: StatusView,
) -> impl IntoView {
    let permissions = use_session().permissions;
    let problem = problem_of(ServerAction::<CancelScheduledChange>::new());
    let live = customer.deleted_at.is_none();
    let status = view.status;
    let holds = (!view.holds.is_empty()).then(|| held(customer.id, status, view.holds, permissions, live));
    let scheduled = view.scheduled.map(|change| waiting(customer.id, change, permissions));
    view! {
        <ErrorSummary problem/>
        {holds}
        {scheduled}
    }
}

/// The open holds, each with the way to close it.
fn held(id: CustomerId, status: Status, holds: Vec<Hold>, permissions: PermissionSet, live: bool) -> AnyView {
    let reasons = name_reasons(holds.iter().map(|hold| hold.reason));
    let title = match status {
        Status::Suspended => format!("Suspended: {reasons}"),
        Status::Terminated => format!("Still held, should this customer come back: {reasons}"),
        _ => format!("Activating this customer will suspend it: {reasons}"),
    };
    let items: Vec<AnyView> = holds.into_iter().map(|hold| held_item(id, hold, permissions, live)).collect();
    view! {
        <Banner tone=Tone::Warn title=title>
            <ul>{items}</ul>
        </Banner>
    }
    .into_any()
}

fn held_item(id: CustomerId, hold: Hold, permissions: PermissionSet, live: bool) -> AnyView {
    let ends = hold.resume_on.map(|day| format!(" Ends by itself on {}.", format::date(day)));
    let note = hold.note.map(|note| format!(" {note}"));
    let release = (live && may_close(hold.reason, permissions)).then(|| {
        let href = format!("/customers/{id}/status/release_hold?reason={}", hold.reason.as_str());
        let label = format!("Release the hold “{}”", hold.reason.label());
        view! {
            " "
            <a href=href aria-label=label>"Release"</a>
        }
    });
    view! {
        <li>
            <strong>{hold.reason.label()}</strong>
            " since " <When at=hold.opened_at/> " by " {hold.opened_by} "."
            {note}
            {ends}
            {release}
        </li>
    }
    .into_any()
}

/// The change that waits, with the way to cancel it.
fn waiting(id: CustomerId, scheduled: ScheduledChange, permissions: PermissionSet) -> AnyView {
    let day = format::date(scheduled.effective_on);
    let title = format!("Becomes {} on {day}", scheduled.to.label().to_lowercase());
    let note = scheduled.change.note.map(|note| view! { <p>{note}</p> });
    // A plain form: what is shown elsewhere on the page changes too.
    let cancel = may_reach(scheduled.to, permissions).then(|| {
        view! {
            <form method="post" action=CancelScheduledChange::url()>
                <Hidden name="customer_id" value=id.to_string()/>
                <SubmitButton label="Cancel this change" secondary=true/>
            </form>
        }
    });
    view! {
        <Banner tone=Tone::Info title=title>
            <p>"Set " <When at=scheduled.created_at/> " by " {scheduled.created_by} "."</p>
            {note}
            {cancel}
        </Banner>
    }
    .into_any()
}
