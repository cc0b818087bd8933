//! `/account`: one's own profile and password.
//!
//! Both forms are plain ones: the name stands in the frame of every page, and a new password ends other sessions. A
//! fresh document knows both.

use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::invite::email_check;
use crate::app::use_session;
use crate::auth::ChangePassword;
use crate::auth::pages::AccountNav;
use crate::settings::SignInSettings;
use crate::shared::problem::{FieldError, Problem};
use crate::staff::{Profile, UpdateProfile, get_profile};
use crate::ui::{
    Card, Done, ErrorSummary, FormActions, Page, ProblemPage, Skeleton, SubmitButton, TextField, TypedValues,
    problem_of, recalled,
};

/// The page of the person who is signed in.
#[component]
pub fn AccountPage() -> impl IntoView {
    let (update, change) = (ServerAction::<UpdateProfile>::new(), ServerAction::<ChangePassword>::new());
    let (profile_problem, password_problem) = (profile_problem(update), problem_of(change));
    let any_problem = Signal::derive(move || profile_problem.get().or_else(|| password_problem.get()));
    let typed = recalled(update, "account/update-profile");
    let profile = Resource::new(|| (), |()| get_profile());
    let username = use_session().username;
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=10/> }>
            {move || {
                let username = username.clone();
                Suspend::new(async move {
                    let typed = typed.await;
                    match profile.await {
                        Ok(profile) => view! {
                            <Page title="Your account">
                                <AccountNav current="account"/>
                                <Done words=DONE problem=any_problem/>
                                <Card title="Profile">
                                    <ProfileForm profile typed problem=profile_problem/>
                                </Card>
                                <Card title="Password">
                                    <PasswordForm username problem=password_problem/>
                                </Card>
                            </Page>
                        }
                        .into_any(),
                        Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                    }
                })
            }}
        </Suspense>
    }
    .into_any()
}

/// The key of the password in the form of the profile: that of a new password has one, too.
const PROFILE_PASSWORD: &str = "profile_password";

/// The last problem of the profile, in which its password is told from that of the other form.
fn profile_problem(update: ServerAction<UpdateProfile>) -> Signal<Option<Problem>> {
    let problem = problem_of(update);
    Signal::derive(move || problem.get().map(with_own_password))
}

fn with_own_password(problem: Problem) -> Problem {
    let Problem::Invalid(errors) = problem else { return problem };
    let renamed = errors.into_iter().map(|error| match error.field.as_str() {
        "current_password" => FieldError { field: PROFILE_PASSWORD.to_owned(), ..error },
        _ => error,
    });
    Problem::Invalid(renamed.collect())
}

/// What has just been done, by the word in the address.
const DONE: &[(&str, &str)] =
    &[("profile", "Profile saved."), ("password", "Password changed. Your other sessions and all tokens have ended.")];

/// Name, address, language and time zone; the password where it is needed.
#[component]
pub fn ProfileForm(
    /// What is stored.
    profile: Profile,
    /// What was typed before a failure; it wins.
    typed: TypedValues,
    /// The last problem of the form.
    #[prop(into)]
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    view! {
        <form class="form" method="post" action=UpdateProfile::url()>
            <ErrorSummary problem/>
            <Provider value=typed>
                <ProfileFields profile problem/>
            </Provider>
            <FormActions>
                <SubmitButton label="Save profile"/>
            </FormActions>
        </form>
    }
}

#[component]
fn ProfileFields(profile: Profile, problem: Signal<Option<Problem>>) -> impl IntoView {
    view! {
        <div class="fields">
            <TextField
                name="profile[full_name]"
                label="Full name"
                value=profile.full_name
                maxlength=255
                autocomplete="name"
                required=true
                problem
            />
            <TextField
                name="profile[email]"
                label="E-mail"
                kind="email"
                value=profile.email
                hint="Links to choose a new password go there, and you can sign in with it."
                maxlength=254
                autocomplete="email"
                check=email_check
                required=true
                problem
            />
            <TextField
                name="profile[locale]"
                label="Language"
                value=profile.locale
                hint="A code such as en or pt-BR."
                maxlength=35
                autocomplete="language"
                required=true
                problem
            />
            <TextField
                name="profile[timezone]"
                label="Time zone"
                value=profile.timezone
                hint="A name such as Europe/Lisbon."
                maxlength=64
                autocomplete="off"
                required=true
                problem
            />
            <TextField
                name="current_password"
                label="Your password"
                kind="password"
                hint="Only needed to change the e-mail address."
                field=PROFILE_PASSWORD
                autocomplete="current-password"
                problem
            />
        </div>
    }
}

/// The old password and a new one.
#[component]
fn PasswordForm(username: String, problem: Signal<Option<Problem>>) -> impl IntoView {
    let hint = format!(
        "At least {} characters; a few words are easier to remember than many signs.",
        SignInSettings::default().min_password_length
    );
    view! {
        <form class="form" method="post" action=ChangePassword::url()>
            <p class="muted">
                "A new password ends your other sessions and every token of yours. This session stays."
            </p>
            <ErrorSummary problem/>
            // Tells password managers whose password it is; without a name it is not sent.
            <input type="text" autocomplete="username" value=username hidden=true/>
            <TextField
                name="current_password"
                label="Current password"
                kind="password"
                required=true
                autocomplete="current-password"
                problem
            />
            <TextField
                name="new_password"
                label="New password"
                kind="password"
                required=true
                autocomplete="new-password"
                hint
                problem
            />
            <FormActions>
                <SubmitButton label="Change password"/>
            </FormActions>
        </form>
    }
}
