//! The page that stands for a problem: what happened and what to do.

use super::{EmptyState, IconName};
use crate::shared::problem::Problem;
use leptos::prelude::*;
use leptos_meta::Title;
use std::sync::Arc;

/// Sets the status of the response; the server provides it as context, the browser has none.
#[derive(Clone)]
pub struct StatusSetter(pub Arc<dyn Fn(u16) + Send + Sync>);

/// A problem in place of a page. On the server it also sets the status of the response.
#[component]
pub fn ProblemPage(
    /// What went wrong.
    problem: Problem,
    /// The id under which the log knows more.
    #[prop(optional, into)]
    request_id: Option<String>,
    /// Where to sign in.
    #[prop(default = "/login".to_owned(), into)]
    sign_in: String,
    /// Where to start again.
    #[prop(default = "/".to_owned(), into)]
    home: String,
) -> impl IntoView {
    if let Some(StatusSetter(set)) = use_context() {
        set(problem.status());
    }
    let title = problem.title();
    let text = format!("{} {}", problem.detail(), advice(&problem));
    let icon = icon(&problem);
    let way_out = move || {
        let (href, label) = match problem {
            Problem::Unauthenticated => (sign_in, "Sign in"),
            Problem::Stale { .. } | Problem::RateLimited { .. } | Problem::Unavailable | Problem::Internal => {
                (String::new(), "Try again")
            }
            _ => (home, "Go to the start page"),
        };
        // Left to the browser: after a problem a fresh page is the safest start.
        view! { <a class="button button-primary" href=href rel="external">{label}</a> }
    };
    view! {
        <Title text=title/>
        <h1 class="visually-hidden">{title}</h1>
        <EmptyState icon title text=text.trim_end() actions=way_out/>
        {request_id.map(|id| view! { <p class="request-id muted">"Request " <code>{id}</code></p> })}
    }
}

/// What the reader can do.
fn advice(problem: &Problem) -> &'static str {
    match problem {
        Problem::Unauthenticated => "Sign in to continue; you come back to this page.",
        Problem::Forbidden { .. } => "Ask an administrator of your company for it.",
        Problem::NotFound { .. } => "It may have been deleted, or the address may be mistyped.",
        Problem::Stale { .. } => "Reload the page to see the latest version.",
        Problem::TooLarge => "Send less at once.",
        Problem::Internal => "Try again; if it happens again, tell an administrator the request id.",
        _ => "",
    }
}

/// A picture of the problem.
fn icon(problem: &Problem) -> IconName {
    match problem {
        Problem::Unauthenticated | Problem::Forbidden { .. } => IconName::Lock,
        Problem::NotFound { .. } => IconName::Search,
        Problem::RateLimited { .. } | Problem::Unavailable => IconName::Clock,
        Problem::Stale { .. } => IconName::History,
        _ => IconName::Warning,
    }
}
