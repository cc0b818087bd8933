//! `/oauth/consent?…`: a person agrees that a program acts for them, or refuses.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_location;

use super::reading::failure;
use crate::app::use_session;
use crate::oauth::{AuthorizationRequest, Consent, ConsentScope, DecideConsent, load_consent};
use crate::shared::problem::Problem;
use crate::ui::{
    ErrorSummary, FormActions, Hidden, Icon, IconName, ProblemPage, PublicCard, Skeleton, SubmitButton, query_parameter,
};

/// The page that an authorization request leads to.
#[component]
pub fn ConsentPage() -> impl IntoView {
    let search = use_location().search;
    let request = Memo::new(move |_| search.with(|search| request_of(search)));
    let consent = Resource::new(move || request.get(), load_consent);
    let refused = Signal::stored(failure::<DecideConsent>());
    view! {
        <Suspense fallback=|| view! { <main id="main" class="public"><Skeleton/></main> }>
            {move || Suspend::new(async move {
                match consent.await {
                    Ok(consent) => {
                        view! { <Agreement consent request=request.get_untracked() problem=refused/> }.into_any()
                    }
                    Err(problem) => view! { <NoAgreement problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// The request as it stands in the address.
fn request_of(search: &str) -> AuthorizationRequest {
    let parameter = |name: &str| query_parameter(search, name);
    AuthorizationRequest {
        response_type: parameter("response_type").unwrap_or_default(),
        client_id: parameter("client_id").unwrap_or_default(),
        redirect_uri: parameter("redirect_uri"),
        scope: parameter("scope"),
        state: parameter("state"),
        code_challenge: parameter("code_challenge"),
        code_challenge_method: parameter("code_challenge_method"),
    }
}

/// The request as fields of the form, unchanged.
fn fields_of(request: AuthorizationRequest) -> Vec<(&'static str, String)> {
    let AuthorizationRequest {
        response_type,
        client_id,
        redirect_uri,
        scope,
        state,
        code_challenge,
        code_challenge_method,
    } = request;
    let fields = [
        ("request[response_type]", Some(response_type)),
        ("request[client_id]", Some(client_id)),
        ("request[redirect_uri]", redirect_uri),
        ("request[scope]", scope),
        ("request[state]", state),
        ("request[code_challenge]", code_challenge),
        ("request[code_challenge_method]", code_challenge_method),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// What is asked, and the two answers.
#[component]
fn Agreement(consent: Consent, request: AuthorizationRequest, problem: Signal<Option<Problem>>) -> impl IntoView {
    let Consent { client_name, client_description, destination, scopes } = consent;
    let title = format!("{client_name} wants access to your account on ISP Framework");
    let session = use_session();
    let description = (!client_description.is_empty()).then(|| {
        view! {
            <p class="muted">"What it is for:"</p>
            <blockquote class="note preserve">{client_description}</blockquote>
        }
    });
    let fields = fields_of(request).into_iter().map(|(name, value)| view! { <Hidden name=name value=value/> });
    let fields = fields.collect_view();
    view! {
        <PublicCard title=title footer=|| view! { <p>"You can end its access at any time under API access."</p> }>
            <div class="stack">
                <ErrorSummary problem=problem/>
                {description}
                {asked(scopes)}
                <p>
                    "You are signed in as " <strong>{session.name}</strong> " (" {session.username}
                    "). Whatever you answer, your browser goes on to " <strong>{destination}</strong> "."
                </p>
                <form method="post" action=DecideConsent::url()>
                    {fields}
                    <FormActions>
                        <SubmitButton label="Allow" name="allow" value="true"/>
                        <SubmitButton label="Refuse" secondary=true/>
                    </FormActions>
                </form>
            </div>
        </PublicCard>
    }
}

/// What the program asks for, with what of it this person has to give.
fn asked(scopes: Vec<ConsentScope>) -> AnyView {
    if scopes.is_empty() {
        return view! { <p>"It asks for no permission; it learns who you are."</p> }.into_any();
    }
    let items = scopes.into_iter().map(|scope| {
        let icon = if scope.is_held { IconName::Check } else { IconName::Lock };
        let lacking = (!scope.is_held).then(|| {
            view! {
                <p class="muted">"You cannot do all of this yourself, so it will not be able to either."</p>
            }
        });
        view! {
            <li>
                <Icon name=icon/>
                <div>
                    <p>{scope.description} " " <code>{scope.name}</code></p>
                    {lacking}
                </div>
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <div class="stack-tight">
            <h2>"It asks to act for you and"</h2>
            <ul class="consent-scopes">{items}</ul>
        </div>
    }
    .into_any()
}

/// A request that cannot be answered: the browser stays here, since nothing in it can be trusted.
#[component]
fn NoAgreement(problem: Problem) -> impl IntoView {
    view! {
        <main id="main" class="public">
            <div class="card public-card">
                <ProblemPage problem=problem/>
            </div>
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_travels_unchanged() {
        let search = "response_type=code&client_id=shop&redirect_uri=https%3A%2F%2Fshop.example%2Fback%3Fa%3D1%26b%3D2\
                      &scope=customers.read+customers.create&state=a%2526b%3D&code_challenge=&__err=x";
        let request = request_of(search);
        assert_eq!(request.redirect_uri.as_deref(), Some("https://shop.example/back?a=1&b=2"));
        assert_eq!(request.scope.as_deref(), Some("customers.read customers.create"));
        assert_eq!(request.state.as_deref(), Some("a%26b="));
        let names: Vec<&str> = fields_of(request).into_iter().map(|(name, _)| name).collect();
        let expected = ["response_type", "client_id", "redirect_uri", "scope", "state"];
        assert_eq!(names, expected.map(|name| format!("request[{name}]")));
    }

    #[test]
    fn what_is_missing_stays_missing() {
        assert_eq!(request_of(""), AuthorizationRequest::default());
    }
}
