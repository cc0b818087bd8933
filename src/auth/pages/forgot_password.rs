//! `/forgot-password`: asks for a link to choose a new password. The answer does not tell who has an account.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::auth::ForgotPassword;
use crate::shared::problem::Problem;
use crate::ui::{
    Banner, ErrorSummary, FormActions, LinkButton, PublicCard, SubmitButton, TextField, Tone, TypedValues, problem_of,
    recall_form,
};

/// The page for those who cannot sign in any more.
#[component]
pub fn ForgotPasswordPage() -> impl IntoView {
    let problem = problem_of(ServerAction::<ForgotPassword>::new());
    let query = use_query_map();
    let sent = Memo::new(move |_| query.with(|query| query.get_str("done") == Some("sent")));
    let typed = Resource::new(|| (), |()| recall_form("auth/forgot-password".to_owned()));
    view! {
        <PublicCard
            title="Forgot your password?"
            footer=|| view! { <a href="/login">"Back to the sign-in page"</a> }
        >
            <Suspense>
                {move || {
                    let sent = sent.get();
                    Suspend::new(async move {
                        let typed = typed.await.unwrap_or_default();
                        if sent {
                            view! { <Sent/> }.into_any()
                        } else {
                            view! { <AskForm problem typed/> }.into_any()
                        }
                    })
                }}
            </Suspense>
        </PublicCard>
    }
    .into_any()
}

#[component]
fn AskForm(problem: Signal<Option<Problem>>, typed: TypedValues) -> impl IntoView {
    provide_context(typed);
    view! {
        <form class="form" method="post" action=ForgotPassword::url()>
            <p class="muted">"You get a mail with a link to choose a new one."</p>
            <ErrorSummary problem/>
            <TextField
                name="username"
                label="Username or e-mail"
                problem
                required=true
                autofocus=true
                autocomplete="username"
            />
            <FormActions>
                <SubmitButton label="Send the link"/>
            </FormActions>
        </form>
    }
}

/// The same for everybody, so that nothing is told.
#[component]
fn Sent() -> impl IntoView {
    view! {
        <div class="stack">
            <div role="status">
                <Banner tone=Tone::Info title="If an account exists, a mail is on its way.">
                    <p>"The link in it is good for an hour. Look into the folder for unwanted mail, too."</p>
                </Banner>
            </div>
            <FormActions>
                <LinkButton href="/login" label="Sign in" primary=true/>
                <LinkButton href="/forgot-password" label="Ask again"/>
            </FormActions>
        </div>
    }
}
