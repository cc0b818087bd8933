//! The door's own doors: who is signed in, signing in and out, the first administrator.

use leptos::prelude::*;

use super::model::{Password, SessionInfo};
use crate::shared::problem::Problem;

/// Who is signed in; `None` when nobody is.
#[server(prefix = "/api/fn", endpoint = "auth/session")]
pub async fn current_session() -> Result<Option<SessionInfo>, Problem> {
    let caller = match crate::server::signed_in().await {
        Ok(caller) => caller,
        Err(Problem::Unauthenticated) => return Ok(None),
        Err(problem) => return Err(problem),
    };
    let actor = caller.actor;
    Ok(Some(SessionInfo { name: actor.name, username: actor.username, permissions: actor.permissions }))
}

/// Signs in with user name or e-mail address and goes to `next`, a path of this site.
#[server(prefix = "/api/fn", endpoint = "auth/sign-in")]
pub async fn sign_in(
    username: String,
    password: Password,
    #[server(default)] next: Option<String>,
) -> Result<(), Problem> {
    let (auth, origin) = (crate::server::services()?.auth.clone(), crate::server::origin());
    let session = crate::server::session()?;
    let person = auth.sign_in(&origin, &super::Credentials { username, password }).await?;
    auth.open_session(&session, &origin, &person).await?;
    crate::server::go_to(super::local_path(next.as_deref()));
    Ok(())
}

/// Signs out; also when the sign-in has ended already.
#[server(prefix = "/api/fn", endpoint = "auth/sign-out")]
pub async fn sign_out() -> Result<(), Problem> {
    let (auth, session) = (crate::server::services()?.auth.clone(), crate::server::session()?);
    let caller = crate::server::signed_in().await.ok();
    auth.sign_out(&session, caller.as_ref().map(|caller| &caller.actor)).await?;
    crate::server::go_to("/login");
    Ok(())
}

/// May the first administrator still be made?
#[server(prefix = "/api/fn", endpoint = "auth/set-up-is-open")]
pub async fn set_up_is_open() -> Result<bool, Problem> {
    crate::server::services()?.auth.set_up_is_open().await
}

/// Makes the first administrator from the set-up link and signs them in.
#[server(prefix = "/api/fn", endpoint = "auth/set-up")]
pub async fn set_up(
    token: String,
    full_name: String,
    username: String,
    email: String,
    password: Password,
) -> Result<(), Problem> {
    let (services, origin) = (crate::server::services()?, crate::server::origin());
    let session = crate::server::session()?;
    let new = super::NewAdministrator { token, full_name, username, email, password };
    let person = services.staff.set_up(&origin, new).await?;
    services.auth.open_session(&session, &origin, &person).await?;
    crate::server::go_to("/customers");
    Ok(())
}
