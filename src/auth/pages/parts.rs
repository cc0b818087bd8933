//! What several of these pages show: what is wrong with a form, and what has just been done.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::shared::problem::Problem;
use crate::ui::{Banner, Tone};

/// The last problem of a form.
pub(super) fn problem_of<S>(action: ServerAction<S>) -> Signal<Option<Problem>>
where
    S: ServerFn<Error = Problem> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let value = action.value();
    Signal::derive(move || value.with(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned())))
}

/// What went wrong, in one sentence: for forms that must not tell which field it was.
#[component]
pub(super) fn Alert(problem: Signal<Option<Problem>>) -> impl IntoView {
    move || {
        let problem = problem.get()?;
        Some(view! { <div role="alert"><Banner tone=Tone::Danger title=problem.detail()/></div> })
    }
}

/// What has just been done, by the word after `?done=`.
#[component]
pub(super) fn Done(
    /// Every word of the page with its sentence.
    words: &'static [(&'static str, &'static str)],
) -> impl IntoView {
    let query = use_query_map();
    let banner = move || {
        let done = query.with(|query| query.get("done"))?;
        let (_, title) = words.iter().find(|(word, _)| *word == done)?;
        Some(view! { <Banner tone=Tone::Ok title=*title/> })
    };
    view! { <div role="status">{banner}</div> }
}
