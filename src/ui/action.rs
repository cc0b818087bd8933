//! What a form knows of its server function: why it failed, what was typed, how often it was saved, what was done.

use std::str::FromStr;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{Banner, Tone, TypedValues, recalled_after};
use crate::shared::problem::Problem;

/// The last problem of a form; one about something that is taken belongs to its field.
pub fn problem_of<S>(action: ServerAction<S>) -> Signal<Option<Problem>>
where
    S: ServerFn<Error = Problem> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let value = action.value();
    Signal::derive(move || {
        value.with(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned())).map(tied_to_field)
    })
}

fn tied_to_field(problem: Problem) -> Problem {
    match &problem {
        Problem::Conflict { code, detail } => match code.strip_suffix("_taken") {
            Some(field) => Problem::field_error(field, "taken", detail.clone()),
            None => problem,
        },
        _ => problem,
    }
}

/// How often a form was saved. What is shown is read anew then, and not after a failure: it would replace what was
/// typed.
pub fn times_saved<S>(action: ServerAction<S>) -> Memo<usize>
where
    S: ServerFn<Error = Problem> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let (version, value) = (action.version(), action.value());
    Memo::new(move |before: Option<&usize>| {
        let version = version.get();
        let is_saved = value.with(|value| matches!(value, Some(Ok(_))));
        if is_saved { version } else { before.copied().unwrap_or_default() }
    })
}

/// What was typed into the form of a server function such as `staff/invite` before the failure that this page
/// reports; else nothing.
pub fn recalled<S>(action: ServerAction<S>, form: &'static str) -> Resource<TypedValues>
where
    S: ServerFn<Error = Problem> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    recalled_after(problem_of(action).get_untracked().is_some(), form)
}

/// The typed values, if they were typed into the form of this very record.
pub fn typed_about(id: i64, typed: TypedValues) -> TypedValues {
    if typed.get("id") == Some(id.to_string().as_str()) { typed } else { TypedValues::default() }
}

/// The version that a form sends: the one that was read when the values were typed, else the one that is stored.
pub fn version_seen(stored: i64, typed: &TypedValues) -> String {
    typed.get("version").map_or_else(|| stored.to_string(), str::to_owned)
}

/// Has somebody else saved in the meantime?
pub fn is_stale(problem: &Problem) -> bool {
    matches!(problem, Problem::Stale { .. })
}

/// The id in the path; `None` when it is none.
pub fn use_id<T>() -> Memo<Option<T>>
where
    T: FromStr + PartialEq + Send + Sync + 'static,
{
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str("id").and_then(|id| id.parse().ok())))
}

/// Asks before typed text is lost by leaving the page.
pub fn guard_unsaved(changed: RwSignal<bool>) {
    Effect::new(move |_| {
        let listener = window_event_listener(leptos::ev::beforeunload, move |event| {
            if changed.try_get_untracked().unwrap_or_default() {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// What has just been done, by the word after `?done=`; it gives way to a problem.
#[component]
pub fn Done(
    /// Every word of the page with its sentence.
    words: &'static [(&'static str, &'static str)],
    /// The last problem of the page.
    #[prop(optional, into)]
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let query = use_query_map();
    let banner = move || {
        let done = query.with(|query| query.get("done"))?;
        let (_, title) = words.iter().find(|(word, _)| *word == done)?;
        problem.with(Option::is_none).then(|| view! { <Banner tone=Tone::Ok title=*title/> })
    };
    view! { <div role="status">{banner}</div> }
}

/// Somebody else was faster: what to do about it.
#[component]
pub fn ChangedMeanwhile(
    /// The last problem of the form.
    #[prop(into)]
    problem: Signal<Option<Problem>>,
    /// The page to read again.
    #[prop(into)]
    href: String,
) -> impl IntoView {
    let stale = Memo::new(move |_| problem.with(|problem| problem.as_ref().is_some_and(is_stale)));
    move || {
        let href = href.clone();
        stale.get().then(|| {
            view! {
                <div role="alert">
                    <Banner tone=Tone::Warn title="Somebody else saved a change since you opened this">
                        <p>
                            "Nothing of yours was saved. "
                            // A fresh page: the fields start from what is stored.
                            <a href=href rel="external">"Reload the page"</a>
                            " to see what is stored now, then make your change again."
                        </p>
                    </Banner>
                </div>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(id: &str) -> TypedValues {
        TypedValues([("id".to_owned(), id.to_owned()), ("version".to_owned(), "3".to_owned())].into())
    }

    #[test]
    fn what_is_taken_belongs_to_its_field() {
        let problem = tied_to_field(Problem::conflict("username_taken", "Somebody has this username."));
        assert_eq!(problem.field("username").map(|error| error.code.as_str()), Some("taken"));
        let other = Problem::conflict("last_administrator", "Somebody must be left.");
        assert_eq!(tied_to_field(other.clone()), other);
    }

    #[test]
    fn typed_values_count_for_their_own_record_only() {
        assert_eq!(version_seen(5, &typed_about(7, typed("7"))), "3");
        assert_eq!(version_seen(5, &typed_about(7, typed("8"))), "5");
    }
}
