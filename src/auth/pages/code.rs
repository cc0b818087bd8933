//! `/login/code`: the second step of signing in.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_location;
use leptos_router::location::Url;

use super::parts::Alert;
use crate::auth::SignInCode;
use crate::shared::problem::Problem;
use crate::ui::{
    Banner, FormActions, Hidden, LinkButton, PublicCard, SubmitButton, TextField, Tone, problem_of, query_parameter,
};

/// The page that asks for a code after the right password.
#[component]
pub fn CodePage() -> impl IntoView {
    let problem = problem_of(ServerAction::<SignInCode>::new());
    let next = use_location().search.with_untracked(|search| query_parameter(search, "next"));
    let back = next.as_deref().map_or_else(|| "/login".to_owned(), |next| format!("/login?next={}", Url::escape(next)));
    let is_over = problem.with_untracked(|problem| problem.as_ref().is_some_and(|it| *it == Problem::Unauthenticated));
    if is_over {
        return view! { <SignInAgain back/> }.into_any();
    }
    view! {
        <PublicCard
            title="Enter your code"
            intro="Enter the code of your authenticator app."
            footer=move || view! { <a href=back>"Back to the sign-in page"</a> }
        >
            <CodeForm problem next/>
        </PublicCard>
    }
    .into_any()
}

#[component]
fn CodeForm(problem: Signal<Option<Problem>>, next: Option<String>) -> impl IntoView {
    view! {
        <form class="form" method="post" action=SignInCode::url()>
            <Alert problem/>
            {next.map(|next| view! { <Hidden name="next" value=next/> })}
            <TextField
                name="code"
                label="Code"
                hint="The six digits that the app shows now, or one of your recovery codes."
                required=true
                autofocus=true
                autocomplete="one-time-code"
            />
            <FormActions>
                <SubmitButton label="Continue"/>
            </FormActions>
            <details class="disclosure">
                <summary>"Without your device?"</summary>
                <p>
                    "Enter one of the recovery codes that you kept when you set up the second factor; each of them "
                    "works once. When none is left, ask an administrator to reset your second factor."
                </p>
            </details>
        </form>
    }
}

/// The password was right too long ago.
#[component]
fn SignInAgain(back: String) -> impl IntoView {
    view! {
        <PublicCard title="Please start again">
            <div class="stack">
                <div role="alert">
                    <Banner tone=Tone::Info title="This sign-in took too long">
                        <p>"Enter your user name and password once more; the code is asked for after that."</p>
                    </Banner>
                </div>
                <FormActions>
                    <LinkButton href=back label="Back to the sign-in page" primary=true/>
                </FormActions>
            </div>
        </PublicCard>
    }
}
