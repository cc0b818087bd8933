//! `/staff/:id`: one account, with what can be changed and done.

use leptos::context::Provider;
use leptos::prelude::*;

use super::access::{AccessFields, locations_text, partners_text};
use super::actions::{Actions, actions_card};
use super::filter::{State, state_badge};
use super::invite::email_check;
use super::parts::{role_ids, role_link};
use crate::app::use_session;
use crate::shared::id::{RoleId, StaffId};
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::staff::{StaffChoices, StaffDetails, StaffMember, UpdateStaff, get_staff, load_staff_choices};
use crate::ui::{
    Badge, Card, ChangedMeanwhile, Columns, CopyButton, Done, ErrorSummary, Fact, Facts, FieldSet, FormActions, Hidden,
    IconName, Page, ProblemPage, Skeleton, SubmitButton, TextField, Tone, TypedValues, When, is_stale, problem_of,
    recalled, times_saved, typed_about, use_id, version_seen,
};

/// What the page knows besides the account itself.
struct Surroundings {
    choices: StaffChoices,
    roles: Vec<(String, RoleId)>,
    typed: TypedValues,
}

/// The page of one account.
#[component]
pub fn StaffPage() -> impl IntoView {
    let permissions = use_session().permissions;
    let may_manage = permissions.has(Permission::StaffManage);
    let id = use_id::<StaffId>();
    let actions = Actions::new();
    let done = actions.times_done();
    let staff = Resource::new(move || (id.get(), done.get()), |(id, _)| read_staff(id));
    let typed = recalled(actions.update, "staff/update");
    let saved = times_saved(actions.update);
    let roles = role_ids(permissions);
    let choices = Resource::new(
        || (),
        move |()| async move { if may_manage { load_staff_choices().await } else { Ok(StaffChoices::default()) } },
    );
    view! {
        <Transition fallback=|| view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                let (typed, roles, choices) = (typed.await, roles.await, choices.await);
                // What was typed once is no longer of use after a save.
                let typed = if saved.get_untracked() == 0 { typed } else { TypedValues::default() };
                let known = choices.map(|choices| Surroundings { choices, roles, typed });
                match staff.await.and_then(|staff| known.map(|known| (staff, known))) {
                    Ok((staff, known)) => view! { <Details staff known actions/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

async fn read_staff(id: Option<StaffId>) -> Result<StaffDetails, Problem> {
    match id {
        Some(id) => get_staff(id).await,
        None => Err(Problem::not_found("member of staff")),
    }
}

#[component]
fn Details(staff: StaffDetails, known: Surroundings, actions: Actions) -> impl IntoView {
    let session = use_session();
    let fixed = fixed_because(&staff, session.permissions.has(Permission::StaffManage), &session.username);
    let (problem, failed) = (problem_of(actions.update), actions.problem());
    let any_problem = Signal::derive(move || problem.get().or_else(|| failed.get()));
    let (title, badges, facts) = (staff.member.full_name.clone(), badges(&staff), facts(&staff, &known));
    let card = fixed.is_none().then(|| actions_card(&staff, actions));
    let change = match fixed {
        Some(reason) => reason_view(reason),
        None => view! { <ChangeForm staff known update=actions.update/> }.into_any(),
    };
    view! {
        <Page title=title back=("/staff", "Staff") badges=move || badges>
            <Done words=DONE problem=any_problem/>
            <ErrorSummary problem=failed/>
            <Columns aside=true>
                <div class="stack">
                    <Card title="Account">{facts}</Card>
                    {change}
                </div>
                {card}
            </Columns>
        </Page>
    }
}

/// What has just been done, by the word in the address.
const DONE: &[(&str, &str)] = &[
    ("invited", "Invitation sent."),
    ("saved", "Changes saved."),
    ("activated", "Account activated."),
    ("deactivated", "Account deactivated. Every session and token has ended."),
    ("unlocked", "Account unlocked."),
    ("sent", "Link sent."),
    ("second-factor", "Second factor reset. Every session and token has ended."),
];

/// Why an account cannot be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fixed {
    /// It is one's own.
    Own,
    /// The permission is missing.
    NotAllowed,
    /// The account may do or see more.
    Beyond,
}

/// Why this account cannot be changed by the reader, if so.
fn fixed_because(staff: &StaffDetails, may_manage: bool, reader: &str) -> Option<Fixed> {
    if staff.member.username == reader {
        Some(Fixed::Own)
    } else if !may_manage {
        Some(Fixed::NotAllowed)
    } else {
        (!staff.is_within).then_some(Fixed::Beyond)
    }
}

fn reason_view(reason: Fixed) -> AnyView {
    match reason {
        Fixed::Own => view! {
            <p class="muted">
                "This is your own account. Change your name, e-mail and password on "
                <a href="/account">"your account page"</a>
                "; your role and data scope are changed by another administrator."
            </p>
        }
        .into_any(),
        Fixed::NotAllowed => {
            let text = format!("To change accounts you need the permission {}.", Permission::StaffManage.as_str());
            view! { <p class="muted">{text}</p> }.into_any()
        }
        Fixed::Beyond => view! {
            <p class="muted">
                "This account may do or see more than yours, so you cannot change it. "
                "Ask somebody with at least the same rights."
            </p>
        }
        .into_any(),
    }
}

fn badges(staff: &StaffDetails) -> AnyView {
    let locked = staff.is_locked.then(|| view! { <Badge tone=Tone::Warn icon=IconName::Lock text="Locked out"/> });
    view! {
        {state_badge(State::of(&staff.member))}
        {locked}
        <span class="muted">{staff.member.username.clone()}</span>
    }
    .into_any()
}

fn facts(staff: &StaffDetails, known: &Surroundings) -> AnyView {
    let member = &staff.member;
    let role = role_link(&member.role, member.role_name.clone(), &known.roles);
    let last = match member.last_sign_in_at {
        Some(at) => view! { <When at/> }.into_any(),
        None => "Never".into_any(),
    };
    let second_factor = if member.has_second_factor { "Set up" } else { "Not set up" };
    let (partners, locations) =
        (partners_text(&staff.scope, &known.choices), locations_text(&staff.scope, &known.choices));
    let StaffDetails { locale, timezone, .. } = staff.clone();
    let StaffMember { username, email, created_at, .. } = member.clone();
    let copied = email.clone();
    view! {
        <Facts>
            <Fact label="Username">{username}</Fact>
            <Fact label="E-mail">{email} " " <CopyButton text=copied label="Copy e-mail"/></Fact>
            <Fact label="Role">{role}</Fact>
            <Fact label="Partners">{partners}</Fact>
            <Fact label="Locations">{locations}</Fact>
            <Fact label="Second factor">{second_factor}</Fact>
            <Fact label="Language">{locale}</Fact>
            <Fact label="Time zone">{timezone}</Fact>
            <Fact label="Last sign-in">{last}</Fact>
            <Fact label="Created"><When at=created_at/></Fact>
        </Facts>
    }
    .into_any()
}

/// The form with what is stored, or with what was typed into this very form before it failed.
#[component]
fn ChangeForm(staff: StaffDetails, known: Surroundings, update: ServerAction<UpdateStaff>) -> impl IntoView {
    let StaffDetails { member, scope, version, .. } = staff;
    let Surroundings { mut choices, typed, .. } = known;
    if !choices.roles.iter().any(|(key, _)| *key == member.role) {
        choices.roles.push((member.role.clone(), member.role_name.clone()));
    }
    let typed = typed_about(member.id.0, typed);
    let problem = problem_of(update);
    let shown = Signal::derive(move || problem.get().filter(|problem| !is_stale(problem)));
    let version = version_seen(version, &typed);
    let id = member.id.to_string();
    view! {
        <Card title="Change">
            <ActionForm action=update>
                <div class="form">
                    <ErrorSummary problem=shown/>
                    <ChangedMeanwhile problem href=format!("/staff/{id}")/>
                    <Hidden name="id" value=id/>
                    <Hidden name="version" value=version/>
                    <Provider value=typed>
                        <Person full_name=member.full_name email=member.email problem/>
                        <AccessFields form="staff" role=member.role scope choices problem/>
                    </Provider>
                    <FormActions>
                        <SubmitButton label="Save changes" busy=update.pending()/>
                    </FormActions>
                </div>
            </ActionForm>
        </Card>
    }
}

/// Who it is; the username stays.
#[component]
fn Person(full_name: String, email: String, problem: Signal<Option<Problem>>) -> impl IntoView {
    view! {
        <FieldSet legend="Person">
            <TextField
                name="staff[full_name]"
                label="Full name"
                value=full_name
                maxlength=255
                autocomplete="off"
                required=true
                problem
            />
            <TextField
                name="staff[email]"
                label="E-mail"
                kind="email"
                value=email
                maxlength=254
                autocomplete="off"
                check=email_check
                required=true
                problem
            />
        </FieldSet>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::permission::ScopeInput;
    use chrono::DateTime;

    #[test]
    fn nobody_changes_themselves_or_whoever_may_do_more() {
        let member = StaffMember {
            id: StaffId(1),
            username: "ada".into(),
            email: "ada@example.net".into(),
            full_name: "Ada Lovelace".into(),
            role: "manager".into(),
            role_name: "Manager".into(),
            is_active: true,
            is_invited: false,
            has_second_factor: false,
            last_sign_in_at: None,
            created_at: DateTime::UNIX_EPOCH,
        };
        let ada = StaffDetails {
            member,
            locale: "en".into(),
            timezone: "UTC".into(),
            scope: ScopeInput::all(),
            is_locked: false,
            is_within: true,
            version: 1,
        };
        assert_eq!(fixed_because(&ada, true, "grace"), None);
        assert_eq!(fixed_because(&ada, true, "ada"), Some(Fixed::Own));
        assert_eq!(fixed_because(&ada, false, "grace"), Some(Fixed::NotAllowed));
        let beyond = StaffDetails { is_within: false, ..ada };
        assert_eq!(fixed_because(&beyond, true, "grace"), Some(Fixed::Beyond));
    }
}
