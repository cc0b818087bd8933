//! `/account/second-factor`: sets the second factor up, shows how it stands, makes new recovery codes, gives it up.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::AccountNav;
use super::enrolment::{EnrolmentCard, PasswordForm, RecoveryCodes};
use crate::auth::{
    ConfirmSecondFactor, KeepRecoveryCodes, NewRecoveryCodes, RemoveSecondFactor, SecondFactor, StartSecondFactor,
    get_second_factor,
};
use crate::shared::problem::{FieldError, Problem};
use crate::ui::{
    Badge, Banner, Card, Columns, ErrorSummary, Fact, Facts, Page, ProblemPage, Skeleton, Tone, When, format,
    problem_of,
};

/// With so few recovery codes left it is time for new ones.
const FEW_CODES: i64 = 3;

/// What tells the fields of the form that removes from those of its neighbour.
const REMOVE: &str = "remove_";

/// What is wrong with each form of the page.
#[derive(Clone, Copy)]
struct Problems {
    start: Signal<Option<Problem>>,
    confirm: Signal<Option<Problem>>,
    codes: Signal<Option<Problem>>,
    keep: Signal<Option<Problem>>,
    remove: Signal<Option<Problem>>,
}

/// The page of one's own second factor.
#[component]
pub fn SecondFactorPage() -> impl IntoView {
    let remove = problem_of(ServerAction::<RemoveSecondFactor>::new());
    let problems = Problems {
        start: problem_of(ServerAction::<StartSecondFactor>::new()),
        confirm: problem_of(ServerAction::<ConfirmSecondFactor>::new()),
        codes: problem_of(ServerAction::<NewRecoveryCodes>::new()),
        keep: problem_of(ServerAction::<KeepRecoveryCodes>::new()),
        remove: Signal::derive(move || remove.get().map(|problem| with_prefix(problem, REMOVE))),
    };
    let factor = Resource::new(|| (), |()| get_second_factor());
    view! {
        <Page title="Second factor" intro="A code from your phone beside your password, whenever you sign in.">
            <AccountNav current="second-factor"/>
            <Suspense fallback=|| view! { <Skeleton lines=8/> }>
                {move || Suspend::new(async move {
                    match factor.await {
                        Ok(factor) => state(factor, problems),
                        Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                    }
                })}
            </Suspense>
        </Page>
    }
    .into_any()
}

/// The problem of a form whose fields have other ids than those of its neighbour.
fn with_prefix(problem: Problem, prefix: &str) -> Problem {
    let Problem::Invalid(errors) = problem else { return problem };
    let renamed = errors.into_iter().map(|error| {
        let field = format!("{prefix}{}", error.field);
        FieldError { field, ..error }
    });
    Problem::Invalid(renamed.collect())
}

/// The step that the person is at.
fn state(factor: SecondFactor, problems: Problems) -> AnyView {
    let SecondFactor { enabled_since, is_required, codes_left, pending, new_codes } = factor;
    if let Some(codes) = new_codes {
        return view! {
            <ErrorSummary problem=problems.keep/>
            <RecoveryCodes codes/>
        }
        .into_any();
    }
    let required = (is_required && enabled_since.is_none()).then(|| view! { <RequiredBanner/> });
    let step = match (pending, enabled_since) {
        (Some(enrolment), _) => {
            view! { <EnrolmentCard enrolment confirm=problems.confirm start=problems.start/> }.into_any()
        }
        (None, Some(since)) => view! { <Enabled since codes_left is_required problems/> }.into_any(),
        (None, None) => view! { <Off problem=problems.start/> }.into_any(),
    };
    view! {
        {required}
        {step}
    }
    .into_any()
}

/// Nothing else is open to this person yet.
#[component]
fn RequiredBanner() -> impl IntoView {
    view! {
        <Banner tone=Tone::Warn title="Your role asks for a second factor">
            <p>"Set it up before anything else: every other page of the product stays closed until then."</p>
        </Banner>
    }
}

/// Not set up yet: why it is worth it, and the first step.
#[component]
fn Off(problem: Signal<Option<Problem>>) -> impl IntoView {
    view! {
        <Card title="Set up the second factor">
            <div class="prose">
                <p>
                    "A password can be guessed, seen or stolen. With a second factor it is not enough: at sign-in you "
                    "also enter six digits that an authenticator app on your phone shows."
                </p>
                <p>"You need such an app, any one for time-based codes. Confirm your password to begin."</p>
            </div>
            <PasswordForm action=StartSecondFactor::url() problem label="Set up"/>
        </Card>
    }
}

/// In use: since when, with how many codes, and what can be done about it.
#[component]
fn Enabled(since: DateTime<Utc>, codes_left: i64, is_required: bool, problems: Problems) -> impl IntoView {
    let remove = if is_required {
        view! {
            <p>
                "Your role asks for a second factor, so it cannot be removed. To move to another phone, ask an "
                "administrator to reset it: you set the new one up when you sign in next."
            </p>
        }
        .into_any()
    } else {
        view! { <RemoveForm problem=problems.remove/> }.into_any()
    };
    view! {
        <Card title="How it stands">
            <Facts>
                <Fact label="Second factor">
                    <Badge tone=Tone::Ok text="On"/>
                    " since "
                    <When at=since/>
                </Fact>
                <Fact label="Recovery codes left">{format::count(codes_left)}</Fact>
            </Facts>
            {(codes_left <= FEW_CODES).then(|| view! { <FewCodes codes_left/> })}
        </Card>
        <Columns>
            <Card title="New recovery codes">
                <p>"Ten new codes take the place of those you have; the old ones no longer work."</p>
                <PasswordForm
                    action=NewRecoveryCodes::url()
                    problem=problems.codes
                    with_code=true
                    label="Make new codes"
                />
            </Card>
            <Card title="Remove the second factor">{remove}</Card>
        </Columns>
    }
}

/// The last way in without the phone is about to be used up.
#[component]
fn FewCodes(codes_left: i64) -> impl IntoView {
    let title = match codes_left {
        0 => "You have no recovery code left".to_owned(),
        left => format!("You have only {} left", format::plural(left, "recovery code", "recovery codes")),
    };
    view! {
        <Banner tone=Tone::Warn title=title>
            <p>"Without a code and without your phone only an administrator can let you in. Make new codes below."</p>
        </Banner>
    }
}

/// Password and code are the confirmation.
#[component]
fn RemoveForm(problem: Signal<Option<Problem>>) -> impl IntoView {
    view! {
        <p>
            "From then on your password alone opens your account. Your recovery codes stop working, and everywhere "
            "else you and your programs are signed out."
        </p>
        <PasswordForm
            action=RemoveSecondFactor::url()
            problem
            prefix=REMOVE
            with_code=true
            label="Remove second factor"
            danger=true
        />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_field_follows_it() {
        let problem = Problem::field_error("password", "wrong", "This is not your password.");
        let renamed = with_prefix(problem, REMOVE);
        assert_eq!(renamed.field("remove_password").map(|error| error.code.as_str()), Some("wrong"));
        assert_eq!(with_prefix(Problem::Unavailable, REMOVE), Problem::Unavailable);
    }
}
