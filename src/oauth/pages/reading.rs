//! What the pages read: the client of the path, why a form failed, and what was typed into it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::{use_location, use_params_map};

use crate::oauth::{NewSecret, OAuthClient, get_client, new_client_secret};
use crate::shared::id::OAuthClientId;
use crate::shared::problem::Problem;
use crate::ui::BaseUrl;

/// The id in the path; `None` when it is none.
pub(super) fn use_client_id() -> Memo<Option<OAuthClientId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str("id").and_then(|id| id.parse().ok())))
}

/// The client of the path. Errors: as [`get_client`]; `NotFound` when the path holds no id.
pub(super) async fn read_client(id: Option<OAuthClientId>) -> Result<OAuthClient, Problem> {
    match id {
        Some(id) => get_client(id).await,
        None => Err(Problem::not_found("API client")),
    }
}

/// The secret that this person has just made and not yet put away.
pub(super) async fn read_new_secret(id: Option<OAuthClientId>) -> Option<NewSecret> {
    new_client_secret(id?).await.ok().flatten()
}

/// The address of this server, without a slash at its end; empty when it is not known.
pub(super) fn base_url() -> String {
    use_context().map(|BaseUrl(base)| base.trim_end_matches('/').to_owned()).unwrap_or_default()
}

/// Why the form of a server function failed, when the address says that it did. The browser remembers the failure of
/// its first document on every later page, so the address decides.
pub(super) fn failure<S>() -> Option<Problem>
where
    S: ServerFn<Error = Problem> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let is_answer = use_location().search.with_untracked(|search| search.contains("__err="));
    let value = ServerAction::<S>::new().value();
    value.with_untracked(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned())).filter(|_| is_answer)
}
