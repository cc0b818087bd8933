//! `/login`: user name and password, then the second factor or back to where the visitor came from.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_location;

use super::parts::Alert;
use crate::auth::SignIn;
use crate::shared::problem::Problem;
use crate::ui::{
    Done, FormActions, Hidden, PublicCard, SubmitButton, TextField, TypedValues, problem_of, query_parameter,
    recall_form,
};

const DONE: &[(&str, &str)] = &[("password", "Your password is set. Sign in with it.")];

/// The page where staff signs in.
#[component]
pub fn LoginPage() -> impl IntoView {
    let problem = problem_of(ServerAction::<SignIn>::new());
    let next = use_location().search.with_untracked(|search| query_parameter(search, "next"));
    let typed = Resource::new(|| (), |()| recall_form("auth/sign-in".to_owned()));
    view! {
        <PublicCard title="Sign in" footer=|| view! { <a href="/forgot-password">"Forgot your password?"</a> }>
            <Suspense>
                {move || {
                    let next = next.clone();
                    Suspend::new(async move {
                        let typed = typed.await.unwrap_or_default();
                        view! { <SignInForm problem next typed/> }
                    })
                }}
            </Suspense>
        </PublicCard>
    }
    .into_any()
}

/// The form; everything typed but the password is kept after a failure.
#[component]
fn SignInForm(problem: Signal<Option<Problem>>, next: Option<String>, typed: TypedValues) -> impl IntoView {
    provide_context(typed);
    view! {
        <form class="form" method="post" action=SignIn::url()>
            <Done words=DONE/>
            <Alert problem/>
            {next.map(|next| view! { <Hidden name="next" value=next/> })}
            <TextField
                name="username"
                label="Username"
                hint="Or your e-mail address."
                required=true
                autofocus=true
                autocomplete="username"
            />
            <TextField name="password" label="Password" kind="password" required=true autocomplete="current-password"/>
            <FormActions>
                <SubmitButton label="Sign in"/>
            </FormActions>
        </form>
    }
}
