//! `/staff/new`: invites somebody; the person chooses the password by a link.

use leptos::context::Provider;
use leptos::prelude::*;

use super::access::AccessFields;
use super::parts::forbidden;
use crate::app::use_session;
use crate::shared::permission::{Permission, ScopeInput};
use crate::shared::problem::Problem;
use crate::shared::text::squeezed;
use crate::shared::validation::{Flaw, email_flaw};
use crate::staff::{InviteStaff, StaffChoices, load_staff_choices, username_flaw};
use crate::ui::{
    ErrorSummary, FieldSet, FormActions, LinkButton, Page, ProblemPage, Skeleton, SubmitButton, TextField, TypedValues,
    problem_of, recalled,
};

/// The form for a new account.
#[component]
pub fn InviteStaffPage() -> impl IntoView {
    if !use_session().permissions.has(Permission::StaffManage) {
        return forbidden(Permission::StaffManage);
    }
    let invite = ServerAction::<InviteStaff>::new();
    let typed = recalled(invite, "staff/invite");
    let choices = Resource::new(|| (), |()| load_staff_choices());
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=10/> }>
            {move || Suspend::new(async move {
                let typed = typed.await;
                match choices.await {
                    Ok(choices) => view! { <InviteForm invite choices typed/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn InviteForm(invite: ServerAction<InviteStaff>, choices: StaffChoices, typed: TypedValues) -> impl IntoView {
    let problem = problem_of(invite);
    let role = String::new();
    view! {
        <Page
            title="Invite somebody"
            intro="They get a link by e-mail to choose their password. It is good for 7 days and can be sent again."
            back=("/staff", "Staff")
        >
            <ActionForm action=invite>
                <div class="form">
                    <ErrorSummary problem/>
                    <Provider value=typed>
                        <Person problem/>
                        // Unless something else is chosen they see everything their role lets them see.
                        <AccessFields form="invitation" role scope=ScopeInput::all() choices problem/>
                    </Provider>
                    <FormActions>
                        <SubmitButton label="Send invitation" busy=invite.pending()/>
                        <LinkButton href="/staff" label="Cancel"/>
                    </FormActions>
                </div>
            </ActionForm>
        </Page>
    }
}

/// Who it is.
#[component]
fn Person(problem: Signal<Option<Problem>>) -> impl IntoView {
    view! {
        <FieldSet legend="Person">
            <TextField
                name="invitation[full_name]"
                label="Full name"
                maxlength=255
                autocomplete="off"
                required=true
                autofocus=true
                problem
            />
            <TextField
                name="invitation[username]"
                label="Username"
                hint="They sign in with it. 3 to 64 of the letters a to z, digits, dots, hyphens and underscores."
                maxlength=64
                autocomplete="off"
                check=username_check
                required=true
                problem
            />
            <TextField
                name="invitation[email]"
                label="E-mail"
                kind="email"
                hint="The invitation goes there."
                maxlength=254
                autocomplete="off"
                check=email_check
                required=true
                problem
            />
        </FieldSet>
    }
}

fn username_check(typed: &str) -> Option<String> {
    checked(&typed.to_lowercase(), username_flaw)
}

/// The rule of an e-mail address, as a field checks it.
pub(super) fn email_check(typed: &str) -> Option<String> {
    checked(typed, email_flaw)
}

/// Applies a rule as the server does: to the tidied text, and not to an empty one.
fn checked(typed: &str, flaw: fn(&str) -> Option<Flaw>) -> Option<String> {
    let value = squeezed(typed);
    if value.is_empty() { None } else { flaw(&value).map(|flaw| flaw.message) }
}
