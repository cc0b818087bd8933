//! The fields of a change of status, by what is done.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::customers::hierarchy::Relative;
use crate::customers::status::{ChildrenChoice, HoldReason, StatusAction, StatusView, TerminationReason, may_close};
use crate::customers::{Customer, Status};
use crate::shared::permission::PermissionSet;
use crate::shared::problem::Problem;
use crate::ui::{FieldSet, RadioGroup, Select, TextArea, TextField, format};

/// What is asked for, and what the page needs to know for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    /// What is to be done.
    pub action: StatusAction,
    /// To whom.
    pub customer: Customer,
    /// Where the customer stands.
    pub view: StatusView,
    /// Live children that this person sees; asked for only before terminating.
    pub children: i64,
    /// The words by which a new parent was looked for.
    pub search: String,
    /// What they found.
    pub parents: Vec<Relative>,
}

impl Asked {
    /// The status that the form asks for; none when it closes a hold.
    pub(super) fn to(&self) -> Option<Status> {
        match self.action {
            StatusAction::Activate | StatusAction::Resume => Some(Status::Active),
            StatusAction::Suspend => Some(Status::Suspended),
            StatusAction::ReleaseHold => None,
            StatusAction::Deactivate | StatusAction::Reinstate => Some(Status::Inactive),
            StatusAction::Terminate => Some(Status::Terminated),
        }
    }

    /// What the change means, in plain words.
    pub(super) fn consequences(&self) -> &'static str {
        match self.action {
            StatusAction::Activate => "The customer is in service from then on. Open holds suspend it at once.",
            StatusAction::Resume => "Every open hold is closed and the customer is in service again.",
            StatusAction::Suspend => {
                "Service stops until the hold is released. The customer can still sign in to the portal to see why."
            }
            StatusAction::ReleaseHold => {
                "Holds never release each other. With the last one the customer is in service again."
            }
            StatusAction::Deactivate => {
                "The customer is out of service for now and can be activated again. Open holds stay open."
            }
            StatusAction::Terminate => {
                "The customer leaves. Open holds are closed, except those for abuse, fraud and by the administration, \
                 which await a customer that comes back. A change set for a later day is cancelled. The record stays, \
                 and the customer can be reinstated for a limited time."
            }
            StatusAction::Reinstate => {
                "The customer comes back as inactive and can then be activated. Open holds stay open."
            }
        }
    }
}

/// The fields of one action. The page provides what was typed as context.
#[component]
pub(super) fn ActionFields(
    asked: Asked,
    /// The reason of the hold that a link chose.
    reason: String,
    permissions: PermissionSet,
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let is_release = asked.action == StatusAction::ReleaseHold;
    let note = if is_release { "note" } else { "change[note]" };
    let own = match asked.action {
        StatusAction::Activate | StatusAction::Resume => ().into_any(),
        StatusAction::Suspend => hold_fields(&asked.view, problem),
        StatusAction::ReleaseHold => release_field(&asked.view, reason, permissions, problem),
        StatusAction::Deactivate | StatusAction::Reinstate => reason_field(problem),
        StatusAction::Terminate => terminate_fields(&asked, problem),
    };
    let when = (!is_release).then(|| when_field(asked, problem));
    view! {
        {own}
        <TextArea name=note label="Note" rows=3 maxlength=1000 problem/>
        {when}
    }
}

/// The reasons of which no hold is open, and the day on which the new one ends.
fn hold_fields(view: &StatusView, problem: Signal<Option<Problem>>) -> AnyView {
    let is_open = |reason: &str| view.holds.iter().any(|hold| hold.reason.as_str() == reason);
    let options: Vec<_> = HoldReason::options().into_iter().filter(|(word, _)| !is_open(word)).collect();
    let hint = "On this day the hold ends by itself. Leave it empty to release it by hand.";
    view! {
        <Select name="change[hold]" label="Reason" options empty="Choose a reason" required=true problem/>
        <TextField name="change[resume_on]" label="Until" kind="date" hint=hint problem/>
    }
    .into_any()
}

/// The open holds that this person may close.
fn release_field(
    view: &StatusView,
    reason: String,
    permissions: PermissionSet,
    problem: Signal<Option<Problem>>,
) -> AnyView {
    let open = view.holds.iter().map(|hold| hold.reason).filter(|reason| may_close(*reason, permissions));
    let options: Vec<_> = open.map(|reason| (reason.as_str().to_owned(), reason.label().to_owned())).collect();
    view! {
        <Select name="reason" label="Hold" options value=reason empty="Choose a hold" required=true problem/>
    }
    .into_any()
}

fn reason_field(problem: Signal<Option<Problem>>) -> AnyView {
    view! { <TextField name="change[reason]" label="Reason" required=true maxlength=200 problem/> }.into_any()
}

fn terminate_fields(asked: &Asked, problem: Signal<Option<Problem>>) -> AnyView {
    // Children that this person does not see are told of by the refusal.
    let refused = problem.with_untracked(|problem| problem.as_ref().is_some_and(|one| one.code() == "has_children"));
    let children = (asked.children > 0 || refused).then(|| children_fields(asked, problem));
    let options = TerminationReason::options();
    view! {
        <Select name="change[reason]" label="Reason" options empty="Choose a reason" required=true problem/>
        {children}
    }
    .into_any()
}

/// What becomes of the children.
fn children_fields(asked: &Asked, problem: Signal<Option<Problem>>) -> AnyView {
    let hint = match asked.children {
        0 => "There are customers under this one.".to_owned(),
        number => format!("{} under this one.", format::plural(number, "customer is", "customers are")),
    };
    let parent = parent_field(asked, problem);
    view! {
        <FieldSet legend="Customers under this one" hint=hint>
            <RadioGroup
                name="change[children]"
                label="What becomes of them"
                options=ChildrenChoice::options()
                problem
            />
            {parent}
        </FieldSet>
    }
    .into_any()
}

/// The new parent: one of those that were found, else its number.
fn parent_field(asked: &Asked, problem: Signal<Option<Problem>>) -> AnyView {
    let name = "change[new_parent]";
    if asked.parents.is_empty() {
        let hint = "Only to move them: search for the customer above, or write the id of its record.";
        return view! { <TextField name=name label="New parent" kind="number" min="1" hint=hint problem/> }.into_any();
    }
    let words = |one: &Relative| (one.id.to_string(), format!("{} ({})", one.name, one.portal_id));
    let options: Vec<_> = asked.parents.iter().map(words).collect();
    view! { <Select name=name label="New parent" options empty="None" hint="Only to move them." problem/> }.into_any()
}

/// Now, or on a day.
fn when_field(asked: Asked, problem: Signal<Option<Problem>>) -> AnyView {
    if let Some(waiting) = &asked.view.scheduled {
        let day = format::date(waiting.effective_on);
        let text = format!("This happens now. A change is set for {day} already, so none can be set for another day.");
        return view! { <p class="muted">{text}</p> }.into_any();
    }
    let zone = asked.customer.timezone;
    let hint = format!("Leave it empty to do it now. A later day begins where the customer is ({zone}).");
    view! { <TextField name="change[effective_on]" label="On a later day" kind="date" hint=hint problem/> }.into_any()
}
