//! What can be done with an account besides changing it.

use leptos::prelude::*;

use crate::shared::problem::Problem;
use crate::staff::{
    ResetStaffSecondFactor, SendStaffLink, SetStaffActive, StaffDetails, StaffMember, UnlockStaff, UpdateStaff,
};
use crate::ui::{Card, ConfirmDialog, FormActions, Hidden, IconName, SubmitButton, Tone, problem_of, times_saved};

/// What changes an account from its page.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    pub(super) update: ServerAction<UpdateStaff>,
    set_active: ServerAction<SetStaffActive>,
    unlock: ServerAction<UnlockStaff>,
    send_link: ServerAction<SendStaffLink>,
    reset_second_factor: ServerAction<ResetStaffSecondFactor>,
}

impl Actions {
    pub(super) fn new() -> Self {
        Self {
            update: ServerAction::new(),
            set_active: ServerAction::new(),
            unlock: ServerAction::new(),
            send_link: ServerAction::new(),
            reset_second_factor: ServerAction::new(),
        }
    }

    /// How often each of them succeeded: the account is read anew then.
    pub(super) fn times_done(self) -> Memo<[usize; 5]> {
        let counts = [
            times_saved(self.update),
            times_saved(self.set_active),
            times_saved(self.unlock),
            times_saved(self.send_link),
            times_saved(self.reset_second_factor),
        ];
        Memo::new(move |_| counts.map(|count| count.get()))
    }

    /// The last problem of the card; the form has its own.
    pub(super) fn problem(self) -> Signal<Option<Problem>> {
        let problems = [
            problem_of(self.set_active),
            problem_of(self.unlock),
            problem_of(self.send_link),
            problem_of(self.reset_second_factor),
        ];
        Signal::derive(move || problems.iter().find_map(|problem| problem.get()))
    }
}

/// The card with what can be done with the account now.
pub(super) fn actions_card(staff: &StaffDetails, actions: Actions) -> AnyView {
    let member = &staff.member;
    let link = member.is_active.then(|| link_entry(member, actions));
    let unlock = staff.is_locked.then(|| unlock_entry(member, actions));
    let second_factor = member.has_second_factor.then(|| second_factor_entry(member, actions));
    let active = if member.is_active { deactivate_entry(member, actions) } else { activate_entry(member, actions) };
    view! {
        <Card title="Actions">
            <ul class="list">
                {unlock}
                {link}
                {second_factor}
                {active}
            </ul>
        </Card>
    }
    .into_any()
}

/// A line of the card: what it is, what will happen, and the button.
fn entry(title: &'static str, text: String, control: AnyView) -> AnyView {
    view! {
        <li>
            <div class="stack-tight">
                <strong>{title}</strong>
                <p class="muted">{text}</p>
            </div>
            <div>{control}</div>
        </li>
    }
    .into_any()
}

fn link_entry(member: &StaffMember, actions: Actions) -> AnyView {
    let (title, text, label) = if member.is_invited {
        let text = format!(
            "A new link to choose a password goes to {}. It is good for 7 days; the one before stops working.",
            member.email
        );
        ("Invitation", text, "Send again")
    } else {
        let text = format!(
            "A link to choose a new password goes to {}. It is good for an hour; until then the present one stays.",
            member.email
        );
        ("Password", text, "Send reset link")
    };
    let (id, action) = (member.id.to_string(), actions.send_link);
    let form = view! {
        <ActionForm action=action>
            <Hidden name="id" value=id/>
            <SubmitButton label=label secondary=true busy=action.pending()/>
        </ActionForm>
    };
    entry(title, text, form.into_any())
}

fn unlock_entry(member: &StaffMember, actions: Actions) -> AnyView {
    let (id, action) = (member.id.to_string(), actions.unlock);
    let text = "Too many sign-ins failed. Unlocking forgets them, so that they can try again at once.";
    let form = view! {
        <ActionForm action=action>
            <Hidden name="id" value=id/>
            <SubmitButton label="Unlock" secondary=true busy=action.pending()/>
        </ActionForm>
    };
    entry("Locked out", text.to_owned(), form.into_any())
}

fn second_factor_entry(member: &StaffMember, actions: Actions) -> AnyView {
    let (id, action) = (member.id.to_string(), actions.reset_second_factor);
    let title = format!("Reset the second factor of {}?", member.full_name);
    let dialog = view! {
        <ConfirmDialog id="reset-second-factor" title=title trigger_label="Reset" tone=Tone::Danger icon=IconName::Key>
            <p>
                "The device and the recovery codes stop working. Until a new one is set up, the password alone lets "
                "them in: be sure that it is really they who ask. Ends every session and token at once."
            </p>
            <ActionForm action=action>
                <Hidden name="id" value=id/>
                <FormActions>
                    <SubmitButton label="Reset second factor" danger=true busy=action.pending()/>
                </FormActions>
            </ActionForm>
        </ConfirmDialog>
    };
    entry("Second factor", "For a lost device.".to_owned(), dialog.into_any())
}

fn deactivate_entry(member: &StaffMember, actions: Actions) -> AnyView {
    let (id, action) = (member.id.to_string(), actions.set_active);
    let title = format!("Deactivate {}?", member.full_name);
    let dialog = view! {
        <ConfirmDialog id="deactivate" title=title trigger_label="Deactivate" tone=Tone::Danger icon=IconName::Pause>
            <p>
                "They can no longer sign in. Ends every session and token at once. "
                "What they did stays in the histories under their name. The account can be activated again."
            </p>
            <ActionForm action=action>
                <Hidden name="id" value=id/>
                <Hidden name="active" value="false"/>
                <FormActions>
                    <SubmitButton label="Deactivate account" danger=true busy=action.pending()/>
                </FormActions>
            </ActionForm>
        </ConfirmDialog>
    };
    entry("Account", "Whoever leaves must not be able to sign in.".to_owned(), dialog.into_any())
}

fn activate_entry(member: &StaffMember, actions: Actions) -> AnyView {
    let (id, action) = (member.id.to_string(), actions.set_active);
    let form = view! {
        <ActionForm action=action>
            <Hidden name="id" value=id/>
            <Hidden name="active" value="true"/>
            <SubmitButton label="Activate" secondary=true busy=action.pending()/>
        </ActionForm>
    };
    entry("Account", "They can sign in again, as before.".to_owned(), form.into_any())
}
