//! What the pages of this room share: the state of their forms, the banner of what is done, the id in the path.

use std::str::FromStr;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::shared::id::RoleId;
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;
use crate::staff::list_roles;
use crate::ui::{Banner, ProblemPage, Tone, TypedValues, recalled_after};

/// The last problem of a form; one about something that is taken belongs to its field.
pub(super) fn problem_of<S>(action: ServerAction<S>) -> Signal<Option<Problem>>
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
pub(super) fn times_saved<S>(action: ServerAction<S>) -> Memo<usize>
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
pub(super) fn recalled<S>(action: ServerAction<S>, form: &'static str) -> Resource<TypedValues>
where
    S: ServerFn<Error = Problem> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    recalled_after(problem_of(action).get_untracked().is_some(), form)
}

/// The typed values, if they were typed into the form of this very record.
pub(super) fn typed_about(id: i64, typed: TypedValues) -> TypedValues {
    if typed.get("id") == Some(id.to_string().as_str()) { typed } else { TypedValues::default() }
}

/// The version that a form sends: the one that was read when the values were typed, else the one that is stored.
pub(super) fn version_seen(stored: i64, typed: &TypedValues) -> String {
    typed.get("version").map_or_else(|| stored.to_string(), str::to_owned)
}

/// Has somebody else saved in the meantime?
pub(super) fn is_stale(problem: &Problem) -> bool {
    matches!(problem, Problem::Stale { .. })
}

/// The id in the path; `None` when it is none.
pub(super) fn use_id<T>() -> Memo<Option<T>>
where
    T: FromStr + PartialEq + Send + Sync + 'static,
{
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str("id").and_then(|id| id.parse().ok())))
}

/// What stands in place of a page that needs a permission.
pub(super) fn forbidden(permission: Permission) -> AnyView {
    let problem = Problem::Forbidden { permission: permission.as_str().to_owned() };
    view! { <ProblemPage problem/> }.into_any()
}

/// Key and id of every role, for links to them; none for those who may not see roles.
pub(super) fn role_ids(permissions: PermissionSet) -> Resource<Vec<(String, RoleId)>> {
    Resource::new(
        || (),
        move |()| async move {
            let may_read = permissions.has(Permission::RolesRead);
            let roles = if may_read { list_roles().await.unwrap_or_default() } else { Vec::new() };
            roles.into_iter().map(|role| (role.key, role.id)).collect()
        },
    )
}

/// The name of a role, as a link where the reader may follow it.
pub(super) fn role_link(key: &str, name: String, ids: &[(String, RoleId)]) -> AnyView {
    match ids.iter().find(|(known, _)| known == key) {
        Some((_, id)) => view! { <a href=format!("/roles/{id}")>{name}</a> }.into_any(),
        None => name.into_any(),
    }
}

/// What has just been done, by the word in `?done=`; it gives way to a problem.
#[component]
pub(super) fn Done(
    /// The sentence for a word.
    sentence: fn(&str) -> Option<&'static str>,
    /// The last problem of the page.
    #[prop(optional, into)]
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let query = use_query_map();
    let banner = move || {
        let title = query.with(|query| query.get_str("done").and_then(sentence))?;
        problem.with(Option::is_none).then(|| view! { <Banner tone=Tone::Ok title=title/> })
    };
    view! { <div role="status">{banner}</div> }
}

/// Somebody else was faster: what to do about it.
#[component]
pub(super) fn ChangedMeanwhile(
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
