//! `/choose-password?token=…`: the first password after an invitation, or a new one after a reset.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::auth::{ChoosePassword, LinkInfo, Password, read_link};
use crate::settings::SignInSettings;
use crate::shared::problem::Problem;
use crate::ui::{
    Banner, ErrorSummary, FormActions, Hidden, LinkButton, ProblemPage, PublicCard, StatusSetter, SubmitButton,
    TextField, Tone, problem_of,
};

/// The page that a one-time link leads to; gone (410) once the link is used or expired.
#[component]
pub fn ChoosePasswordPage() -> impl IntoView {
    let problem = problem_of(ServerAction::<ChoosePassword>::new());
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let asked = token.clone();
    let link = Resource::new(|| (), move |()| read_link(Password::from(asked.clone())));
    view! {
        <PublicCard title="Choose your password">
            <Suspense>
                {move || {
                    let token = token.clone();
                    Suspend::new(async move {
                        match link.await {
                            Ok(link) => view! { <ChooseForm problem token link/> }.into_any(),
                            Err(problem) if problem.code() == "link_expired" => view! { <Expired/> }.into_any(),
                            Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                        }
                    })
                }}
            </Suspense>
        </PublicCard>
    }
    .into_any()
}

#[component]
fn ChooseForm(problem: Signal<Option<Problem>>, token: String, link: LinkInfo) -> impl IntoView {
    let greeting = if link.is_invitation {
        format!("Welcome, {}. Choose the password that you will sign in with.", link.full_name)
    } else {
        format!(
            "Hello {}. Choose a new password; wherever you are signed in now, you will be signed out.",
            link.full_name
        )
    };
    let hint = format!(
        "At least {} characters; a few words are easier to remember than many signs.",
        SignInSettings::default().min_password_length
    );
    view! {
        <form class="form" method="post" action=ChoosePassword::url()>
            <p class="muted">{greeting}</p>
            <ErrorSummary problem/>
            <Hidden name="token" value=token/>
            // Without a name: it is not sent, but password managers keep it beside the password.
            <div class="field">
                <label for="field-username">"Username"</label>
                <input
                    class="input"
                    id="field-username"
                    type="text"
                    value=link.username
                    readonly=true
                    autocomplete="username"
                />
            </div>
            <TextField
                name="password"
                label="Password"
                kind="password"
                problem
                required=true
                autofocus=true
                autocomplete="new-password"
                hint
            />
            <FormActions>
                <SubmitButton label="Set password"/>
            </FormActions>
        </form>
    }
}

/// The link was used, replaced by a newer one, or is too old.
#[component]
fn Expired() -> impl IntoView {
    if let Some(StatusSetter(set)) = use_context() {
        set(410);
    }
    view! {
        <div class="stack">
            <Banner tone=Tone::Info title="This link is no longer good">
                <p>
                    "It has been used, a newer one was sent, or its time is over. With an account you can ask for a "
                    "new link; after an invitation that was never used, ask the person who invited you."
                </p>
            </Banner>
            <FormActions>
                <LinkButton href="/forgot-password" label="Ask for a new link" primary=true/>
                <LinkButton href="/login" label="Sign in"/>
            </FormActions>
        </div>
    }
}
