//! Choosing a new password: by knowing the old one, or by a one-time link.

use chrono::{DateTime, Utc};
use tower_sessions::Session;

use super::attempt::{Attempt, NOBODY};
use super::model::{LinkInfo, Password, password_flaw};
use super::repository::{AccountRow, LinkRow};
use super::service::{AuthService, renew};
use super::steps::{
    AuthEvent, LinkPurpose, Subject, account_key, end_access, end_links, end_other_access, forget_failures,
    hold_session, make_link, record_event, require_unchanged, signed_in,
};
use super::throttle::ThrottleKind;
use super::token::digest;
use crate::database::{DatabaseError, Transaction};
use crate::mail::NewMail;
use crate::shared::actor::{Actor, Origin};
use crate::shared::problem::Problem;

/// Links to a new password that are sent to one person in an hour at most.
const MAILS_AN_HOUR: i64 = 3;

/// Links that one address may ask for in an hour.
const REQUESTS_AN_HOUR: i64 = 10;

impl AuthService {
    /// Changes one's own password; every other session and every token of the person ends. Errors: `Forbidden` to
    /// all but a browser's session, `Invalid` (`current_password`, `new_password`), `RateLimited`, `Unavailable`.
    pub async fn change_password(
        &self,
        actor: &Actor,
        session: &Session,
        current: &Password,
        new: &Password,
    ) -> Result<(), Problem> {
        actor.require_session()?;
        self.check_new("new_password", new, &actor.username)?;
        if new == current {
            return Err(Problem::field_error("new_password", "same", "This is the password that you have now."));
        }
        let verified = self.confirm_password(actor, "current_password", current).await?;
        let hash = self.hasher.hash(&self.settings.current().sign_in, new).await?;
        let now = self.clock.now();
        let mut tx = self.begin().await?;
        let (staff, id_hash) = hold_session(&mut tx, actor).await?;
        require_unchanged(&mut tx, &verified).await?;
        tx.auth().update_password(staff, &hash, now).await?;
        end_links(&mut tx, staff).await?;
        end_other_access(&mut tx, staff, id_hash).await?;
        let person = signed_in(&mut tx, staff).await?;
        record_event(&mut tx, &self.audit, now, AuthEvent::PasswordChanged, Subject::from(actor)).await?;
        tx.commit().await?;
        renew(session, &person).await
    }

    /// Sends a link to choose a new password to whoever has this user name or e-mail address and can sign in.
    /// Answer and time are the same for everybody else. Errors: `RateLimited` for the address that asks.
    pub async fn forgot_password(&self, origin: &Origin, username: &str) -> Result<(), Problem> {
        let attempt = Attempt::new(username, origin);
        let now = self.clock.now();
        self.check_requests(&attempt, now).await?;
        let mut tx = self.begin().await?;
        if let Some(key) = &attempt.address_key
            && let Err(retry_after) = count_request(&mut tx, ThrottleKind::Address, key, REQUESTS_AN_HOUR, now).await?
        {
            return Err(Problem::RateLimited { retry_after });
        }
        let account = tx.auth().find_account(&attempt.name).await?;
        let account = account.filter(|account| account.usable_password().is_some());
        let key = account.as_ref().map_or(attempt.account_key, |account| account_key(&account.username));
        let is_heard = count_request(&mut tx, ThrottleKind::Account, &key, MAILS_AN_HOUR, now).await?.is_ok();
        if let Some(account) = account.as_ref().filter(|_| is_heard) {
            self.send_reset(&mut tx, account, now).await?;
        }
        let subject = Subject {
            staff_id: account.as_ref().map(|account| account.id),
            client_id: None,
            name: account.as_ref().map_or(NOBODY, |account| account.username.as_str()),
            origin,
        };
        record_event(&mut tx, &self.audit, now, AuthEvent::PasswordResetRequested, subject).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Asked before anything is locked: who sends requests without end must not make others wait. Errors:
    /// `RateLimited`.
    async fn check_requests(&self, attempt: &Attempt<'_>, now: DateTime<Utc>) -> Result<(), Problem> {
        let Some(key) = attempt.address_key.as_deref().map(request_key) else { return Ok(()) };
        let throttle = self.database.read().await?.auth().find_throttle(ThrottleKind::Address, &key).await?;
        match throttle.map(|throttle| throttle.after_request(now, REQUESTS_AN_HOUR)) {
            Some(Err(retry_after)) => Err(Problem::RateLimited { retry_after }),
            _ => Ok(()),
        }
    }

    /// Whom a one-time link is for. Errors: `Conflict` (`link_expired`).
    pub async fn read_link(&self, token: &Password) -> Result<LinkInfo, Problem> {
        let link = find_link(&mut self.database.read().await?, token, self.clock.now()).await?;
        let is_invitation = link.purpose == LinkPurpose::Invitation.as_str();
        Ok(LinkInfo { is_invitation, full_name: link.full_name, username: link.username })
    }

    /// Chooses the password by a one-time link, which works once; every session and every token of the person
    /// ends, and failed sign-ins are forgotten. Errors: `Conflict` (`link_expired`), `Invalid` (`password`),
    /// `Unavailable`.
    pub async fn choose_password(&self, origin: &Origin, token: &Password, new: &Password) -> Result<(), Problem> {
        let link = find_link(&mut self.database.read().await?, token, self.clock.now()).await?;
        self.check_new("password", new, &link.username)?;
        let hash = self.hasher.hash(&self.settings.current().sign_in, new).await?;
        let now = self.clock.now();
        let mut tx = self.begin().await?;
        let is_first = tx.auth().delete_link(&digest(token.expose()), &link.purpose, now).await?;
        if !is_first || !tx.auth().update_password(link.staff_id, &hash, now).await? {
            return Err(link_expired());
        }
        end_access(&mut tx, link.staff_id).await?;
        forget_failures(&mut tx, &[&link.username, &link.email_key]).await?;
        let event = if link.purpose == LinkPurpose::Invitation.as_str() {
            AuthEvent::InvitationAccepted
        } else {
            AuthEvent::PasswordReset
        };
        let subject = Subject { staff_id: Some(link.staff_id), client_id: None, name: &link.full_name, origin };
        record_event(&mut tx, &self.audit, now, event, subject).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Errors: `Invalid` (`field`) when the password breaks a rule.
    fn check_new(&self, field: &str, password: &Password, username: &str) -> Result<(), Problem> {
        let min_length = self.settings.current().sign_in.min_password_length;
        match password_flaw(password.expose(), min_length, &[username]) {
            Some(flaw) => Err(Problem::field_error(field, flaw.code, flaw.message)),
            None => Ok(()),
        }
    }

    async fn send_reset(&self, tx: &mut Transaction, account: &AccountRow, now: DateTime<Utc>) -> Result<(), Problem> {
        let purpose = LinkPurpose::PasswordReset;
        let token = make_link(tx, purpose, account.id, now, purpose.lifetime()).await?;
        let link = self.mail.link(&format!("/choose-password?token={token}"));
        let AccountRow { full_name, username, email, .. } = account;
        let text = format!(
            "Hello {full_name},\n\n\
             somebody, hopefully you, has asked for a new password for the account {username} in ISP Framework.\n\n\
             You can choose it here. The link works once, within one hour:\n\n\
             {link}\n\n\
             If it was not you, you need not do anything: your password stays as it is.\n"
        );
        let mail = NewMail { to: email.clone(), subject: "Choose a new password for ISP Framework".to_owned(), text };
        match self.mail.queue(tx, now, &mail).await {
            // An answer would tell that the account exists.
            Err(Problem::Invalid(_)) => {
                tracing::warn!(staff = account.id.0, "no mail can be sent to the address of this account");
                Ok(())
            }
            queued => queued,
        }
    }
}

/// A link that is still good. Errors: `Conflict` (`link_expired`).
async fn find_link(tx: &mut Transaction, token: &Password, now: DateTime<Utc>) -> Result<LinkRow, Problem> {
    tx.auth().find_link(&digest(token.expose()), now).await?.ok_or_else(link_expired)
}

/// Counts a request for a link, apart from failed sign-ins; the inner error is the seconds to wait when it is one
/// too many.
async fn count_request(
    tx: &mut Transaction,
    kind: ThrottleKind,
    key: &str,
    max: i64,
    now: DateTime<Utc>,
) -> Result<Result<(), u32>, DatabaseError> {
    let key = request_key(key);
    let throttle = tx.auth().claim_throttle(kind, &key, now).await?;
    match throttle.after_request(now, max) {
        Ok(throttle) => tx.auth().update_throttle(kind, &key, &throttle).await.map(Ok),
        Err(retry_after) => Ok(Err(retry_after)),
    }
}

/// The key under which requests are counted, apart from failures.
fn request_key(key: &str) -> String {
    format!("forgot:{key}")
}

fn link_expired() -> Problem {
    Problem::conflict("link_expired", "This link is no longer good: it works once, and only for a while.")
}
