//! `/login`: user name and password, then back to where the visitor came from.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::auth::SignIn;
use crate::shared::problem::Problem;
use crate::ui::{Banner, FormActions, Hidden, PublicCard, SubmitButton, TextField, Tone, TypedValues, recall_form};

/// The page where staff signs in.
#[component]
pub fn LoginPage() -> impl IntoView {
    let action = ServerAction::<SignIn>::new();
    let problem = Signal::derive(move || action.value().get().and_then(Result::err));
    let next = use_query_map().with_untracked(|query| query.get("next"));
    let typed = Resource::new(|| (), |()| recall_form("auth/sign-in".to_owned()));
    view! {
        <PublicCard title="Sign in">
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
    let alert = move || {
        let problem = problem.get()?;
        Some(view! { <div role="alert"><Banner tone=Tone::Danger title=problem.detail()/></div> })
    };
    view! {
        <form class="form" method="post" action=SignIn::url()>
            {alert}
            {next.map(|next| view! { <Hidden name="next" value=next/> })}
            <TextField name="username" label="Username" required=true autofocus=true autocomplete="username"/>
            <TextField name="password" label="Password" kind="password" required=true autocomplete="current-password"/>
            <FormActions>
                <SubmitButton label="Sign in"/>
            </FormActions>
        </form>
    }
}
