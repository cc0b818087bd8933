//! The door's own doors: who is signed in, signing in and out, the first administrator.

use leptos::prelude::*;

use super::model::{
    AuthEventPage, EventFilter, LinkInfo, Password, SecondFactor, SessionInfo, SessionSummary, SignInStep,
};
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
    Ok(Some(SessionInfo::from(&actor)))
}

/// Signs in with user name or e-mail address and goes to `next`, a path of this site, or asks for the
/// second factor first.
#[server(prefix = "/api/fn", endpoint = "auth/sign-in")]
pub async fn sign_in(
    username: String,
    password: Password,
    #[server(default)] next: Option<String>,
) -> Result<SignInStep, Problem> {
    let (auth, origin) = (crate::server::services()?.auth.clone(), crate::server::origin());
    let session = crate::server::session()?;
    let person = auth.sign_in(&origin, &super::Credentials { username, password }).await?;
    auth.open_session(&session, &origin, &person).await?;
    let next = super::local_path(next.as_deref());
    if person.awaits_code {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        crate::server::go_to(&format!("/login/code?{query}"));
        return Ok(SignInStep::SecondFactor);
    }
    crate::server::go_to(next);
    Ok(SignInStep::Done)
}

/// The second step of signing in: a code of the second factor, or a recovery code.
#[server(prefix = "/api/fn", endpoint = "auth/sign-in-code")]
pub async fn sign_in_code(code: Password, #[server(default)] next: Option<String>) -> Result<(), Problem> {
    let (auth, origin) = (crate::server::services()?.auth.clone(), crate::server::origin());
    let session = crate::server::session()?;
    auth.sign_in_code(&session, &origin, &code).await?;
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

/// Sends a link to choose a new password, if somebody has this user name or e-mail address. The answer does not tell.
#[server(prefix = "/api/fn", endpoint = "auth/forgot-password")]
pub async fn forgot_password(username: String) -> Result<(), Problem> {
    let (auth, origin) = (crate::server::services()?.auth.clone(), crate::server::origin());
    auth.forgot_password(&origin, &username).await?;
    crate::server::go_to("/forgot-password?done=sent");
    Ok(())
}

/// Whom a one-time link is for. Errors: `Conflict` (`link_expired`).
#[server(prefix = "/api/fn", endpoint = "auth/link")]
pub async fn read_link(token: Password) -> Result<LinkInfo, Problem> {
    crate::server::services()?.auth.read_link(&token).await
}

/// Chooses the password by a one-time link; every session and token of the person ends.
#[server(prefix = "/api/fn", endpoint = "auth/choose-password")]
pub async fn choose_password(token: Password, password: Password) -> Result<(), Problem> {
    let (auth, origin) = (crate::server::services()?.auth.clone(), crate::server::origin());
    auth.choose_password(&origin, &token, &password).await?;
    crate::server::go_to("/login?done=password");
    Ok(())
}

/// Changes one's own password; every other session and every token of the person ends.
#[server(prefix = "/api/fn", endpoint = "account/change-password")]
pub async fn change_password(current_password: Password, new_password: Password) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    let session = crate::server::session()?;
    caller.services.auth.change_password(&caller.actor, &session, &current_password, &new_password).await?;
    crate::server::go_to("/account?done=password");
    Ok(())
}

/// The state of one's own second factor.
#[server(prefix = "/api/fn", endpoint = "account/second-factor")]
pub async fn get_second_factor() -> Result<SecondFactor, Problem> {
    let caller = crate::server::signed_in().await?;
    let session = crate::server::session()?;
    caller.services.auth.second_factor(&caller.actor, &session).await
}

/// Begins to add a device; it counts once its first code was right.
#[server(prefix = "/api/fn", endpoint = "account/start-second-factor")]
pub async fn start_second_factor(password: Password) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.auth.start_second_factor(&caller.actor, &password).await?;
    crate::server::go_to("/account/second-factor");
    Ok(())
}

/// Proves the device by its first code; recovery codes are made, other sessions and all tokens end.
#[server(prefix = "/api/fn", endpoint = "account/confirm-second-factor")]
pub async fn confirm_second_factor(code: Password) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    let session = crate::server::session()?;
    caller.services.auth.confirm_second_factor(&caller.actor, &session, &code).await?;
    crate::server::go_to("/account/second-factor");
    Ok(())
}

/// Makes new recovery codes in place of the old ones; asks for the password and a code again.
#[server(prefix = "/api/fn", endpoint = "account/new-recovery-codes")]
pub async fn new_recovery_codes(password: Password, code: Password) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    let session = crate::server::session()?;
    caller.services.auth.new_recovery_codes(&caller.actor, &session, &password, &code).await?;
    crate::server::go_to("/account/second-factor");
    Ok(())
}

/// The person has kept the new recovery codes: they are not shown again.
#[server(prefix = "/api/fn", endpoint = "account/keep-recovery-codes")]
pub async fn keep_recovery_codes() -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    let session = crate::server::session()?;
    caller.services.auth.keep_recovery_codes(&caller.actor, &session).await?;
    crate::server::go_to("/account/second-factor");
    Ok(())
}

/// Gives the second factor up, where the role allows it; asks for the password and a code again. Other sessions and
/// all tokens end.
#[server(prefix = "/api/fn", endpoint = "account/remove-second-factor")]
pub async fn remove_second_factor(password: Password, code: Password) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    let session = crate::server::session()?;
    caller.services.auth.remove_second_factor(&caller.actor, &session, &password, &code).await?;
    crate::server::go_to("/account/second-factor");
    Ok(())
}

/// One's own sessions, the last used first.
#[server(prefix = "/api/fn", endpoint = "account/sessions")]
pub async fn list_sessions() -> Result<Vec<SessionSummary>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.auth.list_sessions(&caller.actor).await
}

/// Ends one of one's own sessions.
#[server(prefix = "/api/fn", endpoint = "account/end-session")]
pub async fn end_session(id: String) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.auth.end_session(&caller.actor, &id).await?;
    crate::server::go_to("/account/sessions?done=ended");
    Ok(())
}

/// Ends every session of one's own but the one that asks.
#[server(prefix = "/api/fn", endpoint = "account/end-other-sessions")]
pub async fn end_other_sessions() -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.auth.end_other_sessions(&caller.actor).await?;
    crate::server::go_to("/account/sessions?done=ended");
    Ok(())
}

/// What happened at the door, newest first.
#[server(prefix = "/api/fn", endpoint = "authentication-events/search")]
pub async fn search_events(#[server(default)] filter: EventFilter) -> Result<AuthEventPage, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.auth.search_events(&caller.actor, &filter).await
}
