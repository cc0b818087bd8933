//! `/setup?token=…`: the first administrator, once.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::auth::{SetUp, set_up_is_open};
use crate::settings::SignInSettings;
use crate::shared::problem::Problem;
use crate::ui::{
    Banner, ErrorSummary, FormActions, Hidden, LinkButton, ProblemPage, PublicCard, StatusSetter, SubmitButton,
    TextField, Tone, TypedValues, recall_form,
};

/// The page that the set-up link leads to; gone (410) once there is an administrator.
#[component]
pub fn SetUpPage() -> impl IntoView {
    let action = ServerAction::<SetUp>::new();
    let problem = Signal::derive(move || action.value().get().and_then(Result::err));
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let open = Resource::new(|| (), |()| set_up_is_open());
    let typed = Resource::new(|| (), |()| recall_form("auth/set-up".to_owned()));
    view! {
        <PublicCard title="Set up">
            <Suspense>
                {move || {
                    let token = token.clone();
                    Suspend::new(async move {
                        let typed = typed.await.unwrap_or_default();
                        match open.await {
                            Ok(true) if token.is_empty() => view! { <LinkNeeded/> }.into_any(),
                            Ok(true) => view! { <SetUpForm problem token typed/> }.into_any(),
                            Ok(false) => view! { <AlreadySetUp/> }.into_any(),
                            Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                        }
                    })
                }}
            </Suspense>
        </PublicCard>
    }
    .into_any()
}

/// The form; everything typed but the password is kept after a failure.
#[component]
fn SetUpForm(problem: Signal<Option<Problem>>, token: String, typed: TypedValues) -> impl IntoView {
    provide_context(typed);
    let hint = format!(
        "At least {} characters; a few words are easier to remember than many signs.",
        SignInSettings::default().min_password_length
    );
    view! {
        <form class="form" method="post" action=SetUp::url()>
            <p class="muted">"Make the first administrator. The others are invited later."</p>
            <ErrorSummary problem/>
            <Hidden name="token" value=token/>
            <TextField name="full_name" label="Full name" problem required=true autofocus=true autocomplete="name"/>
            <TextField
                name="username"
                label="Username"
                problem
                required=true
                autocomplete="username"
                hint="3 to 64 of the letters a to z, digits, dots, hyphens and underscores."
            />
            <TextField name="email" label="E-mail" kind="email" problem required=true autocomplete="email"/>
            <TextField
                name="password"
                label="Password"
                kind="password"
                problem
                required=true
                autocomplete="new-password"
                hint
            />
            <FormActions>
                <SubmitButton label="Create administrator"/>
            </FormActions>
        </form>
    }
}

/// Set-up is over.
#[component]
fn AlreadySetUp() -> impl IntoView {
    if let Some(StatusSetter(set)) = use_context() {
        set(410);
    }
    view! {
        <Banner tone=Tone::Info title="Set-up is done">
            <p>"An administrator exists already, so this link is no longer good."</p>
        </Banner>
        <FormActions>
            <LinkButton href="/login" label="Sign in" primary=true/>
        </FormActions>
    }
}

/// Set-up is open, but the address lacks its token.
#[component]
fn LinkNeeded() -> impl IntoView {
    view! {
        <Banner tone=Tone::Info title="Open the set-up link">
            <p>"The server prints a link to this page when it starts. It is good for 24 hours."</p>
        </Banner>
    }
}
