//! `/account/sessions`: where one is signed in, and how to end it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::AccountNav;
use crate::auth::{EndOtherSessions, EndSession, SessionSummary, SignOut, list_sessions};
use crate::shared::problem::Problem;
use crate::ui::{
    Badge, ConfirmDialog, DataTable, Done, EmptyState, ErrorSummary, FormActions, Hidden, IconName, Page, ProblemPage,
    Skeleton, SubmitButton, Tone, When, problem_of,
};

const DONE: &[(&str, &str)] = &[("ended", "Signed out there.")];

/// What ends sessions from this page.
#[derive(Clone, Copy)]
struct Actions {
    one: ServerAction<EndSession>,
    others: ServerAction<EndOtherSessions>,
}

/// The page of one's own sessions.
#[component]
pub fn SessionsPage() -> impl IntoView {
    let actions = Actions { one: ServerAction::new(), others: ServerAction::new() };
    let (one, others) = (problem_of(actions.one), problem_of(actions.others));
    let problem: Signal<Option<Problem>> = Signal::derive(move || one.get().or_else(|| others.get()));
    let sessions =
        Resource::new(move || (actions.one.version().get(), actions.others.version().get()), |_| list_sessions());
    view! {
        <Page title="Sessions" intro="Where you are signed in. End whatever is not you, then change your password.">
            <AccountNav current="sessions"/>
            <Done words=DONE/>
            <ErrorSummary problem/>
            <Transition fallback=|| view! { <Skeleton lines=6/> }>
                {move || Suspend::new(async move {
                    match sessions.await {
                        Ok(sessions) => list(sessions, actions),
                        Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

fn list(sessions: Vec<SessionSummary>, actions: Actions) -> AnyView {
    if sessions.is_empty() {
        let text = "Every browser that you sign in with is listed here.";
        return view! { <EmptyState icon=IconName::Lock title="No sessions" text=text/> }.into_any();
    }
    let others = sessions.iter().any(|session| !session.is_current).then(|| end_others(actions.others));
    let rows = sessions.into_iter().map(|session| row(session, actions.one)).collect_view();
    let head = || {
        view! {
            <th scope="col">"Device"</th>
            <th scope="col">"Address"</th>
            <th scope="col">"Signed in"</th>
            <th scope="col">"Last used"</th>
            <th scope="col"><span class="visually-hidden">"Actions"</span></th>
        }
    };
    view! {
        <DataTable caption="Your sessions" head=head>
            {rows}
        </DataTable>
        {others.map(|dialog| view! { <div class="cluster">{dialog}</div> })}
    }
    .into_any()
}

/// One session; the one that asks is left by signing out.
fn row(session: SessionSummary, action: ServerAction<EndSession>) -> AnyView {
    let SessionSummary { id, device, address, created_at, last_used_at, is_current } = session;
    let end = if is_current {
        view! {
            <form method="post" action=SignOut::url()>
                <button class="button button-small" type="submit">"Sign out"</button>
            </form>
        }
        .into_any()
    } else {
        let which = format!(" the session of {device}");
        view! {
            <ActionForm action=action>
                <Hidden name="id" value=id/>
                <button class="button button-small" type="submit">
                    <span>"End"<span class="visually-hidden">{which}</span></span>
                </button>
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <tr>
            <td data-label="Device">
                <div class="cluster">
                    <span>{device}</span>
                    {is_current.then(|| view! { <Badge tone=Tone::Ok text="This one"/> })}
                </div>
            </td>
            <td data-label="Address">{address}</td>
            <td data-label="Signed in" class="nowrap"><When at=created_at/></td>
            <td data-label="Last used" class="nowrap"><When at=last_used_at/></td>
            <td>{end}</td>
        </tr>
    }
    .into_any()
}

fn end_others(action: ServerAction<EndOtherSessions>) -> AnyView {
    view! {
        <ConfirmDialog
            id="end-other-sessions"
            title="End all other sessions?"
            trigger_label="End all others"
            tone=Tone::Danger
            icon=IconName::Logout
        >
            <p>
                "Every other browser is signed out at once; whoever uses it has to sign in again. This one stays "
                "signed in, and programs keep their API access."
            </p>
            <ActionForm action=action>
                <FormActions>
                    <SubmitButton label="End all others" danger=true busy=action.pending()/>
                </FormActions>
            </ActionForm>
        </ConfirmDialog>
    }
    .into_any()
}
