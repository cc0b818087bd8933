//! How people get in, and in again: the first administrator, links, passwords, locks, lost second factors.

use chrono::{DateTime, Utc};

use super::letters::Letter;
use super::model::NewStaff;
use super::repository::Account;
use super::roles::SUPER_ADMINISTRATOR;
use super::service::{Prepared, StaffService, find_within, own_account};
use crate::audit::Change;
use crate::auth::steps::{self, AuthEvent, LinkPurpose, Subject};
use crate::auth::{NewAdministrator, Password, SignedIn, password_flaw};
use crate::database::{Lock, Transaction};
use crate::shared::actor::{Actor, Origin};
use crate::shared::id::StaffId;
use crate::shared::permission::{Permission, Scope};
use crate::shared::problem::Problem;

impl StaffService {
    /// Makes the first administrator from the set-up link. Of several at once exactly one succeeds.
    /// Errors: `Conflict` (`already_set_up`, `link_expired`), `Invalid` with every wrong field.
    pub async fn set_up(&self, origin: &Origin, new: NewAdministrator) -> Result<SignedIn, Problem> {
        let NewAdministrator { token, full_name, username, email, password } = new;
        self.check_set_up(&token).await?;
        let role = SUPER_ADMINISTRATOR.to_owned();
        let prepared = self.prepare(NewStaff { username, email, full_name, password, role }).await?;
        let now = self.clock.now();
        let actor = Actor { origin: origin.clone(), ..Actor::system("set-up") };
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::SetUp).await?;
        if steps::staff_exists(&mut tx).await? {
            return Err(already_set_up());
        }
        if !steps::use_link(&mut tx, LinkPurpose::SetUp, &token, now).await? {
            return Err(link_expired());
        }
        let id = self.insert(&mut tx, &actor, &prepared, now).await?;
        let name = prepared.full_name;
        let subject = Subject { staff_id: Some(id), client_id: None, name: &name, origin };
        steps::record_event(&mut tx, &self.audit, now, AuthEvent::SetUp, subject).await?;
        let person = steps::signed_in(&mut tx, id).await?;
        tx.commit().await?;
        Ok(person)
    }

    /// Sends a link to choose a password: the invitation again until there is one, then a reset. Errors:
    /// `NotFound`, `Forbidden` when the person may do more than the caller, `Conflict` (`inactive`).
    pub async fn send_link(&self, actor: &Actor, id: StaffId) -> Result<(), Problem> {
        actor.require(Permission::StaffManage)?;
        let now = self.clock.now();
        let mut tx = self.begin_changes().await?;
        let account = find_within(&mut tx, actor, id).await?;
        if !account.member.is_active {
            return Err(Problem::conflict("inactive", "This account is not active. Activate it first."));
        }
        self.send(&mut tx, actor, &account, now).await?;
        let change = Change::new("staff.link_sent", "staff", id.0);
        self.audit.record(&mut tx, actor, now, change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sets a new password, ends every session, link and token of that person and unlocks the account. Errors:
    /// `NotFound`, `Invalid`, `Forbidden` when that person may do more than the caller.
    pub async fn reset_password(&self, actor: &Actor, username: &str, new: &Password) -> Result<(), Problem> {
        actor.require(Permission::StaffManage)?;
        let id = self.find_id(actor, username).await?;
        let settings = self.settings.current();
        let limits = &settings.sign_in;
        if let Some(flaw) = password_flaw(new.expose(), limits.min_password_length, &[username.trim()]) {
            return Err(Problem::field_error("password", flaw.code, flaw.message));
        }
        let password_hash = self.hasher.hash(limits, new).await?;
        let now = self.clock.now();
        let mut tx = self.begin_changes().await?;
        let account = find_within(&mut tx, actor, id).await?;
        forget_failures(&mut tx, &account).await?;
        tx.staff().update_password(id, &password_hash, now).await?;
        steps::end_access(&mut tx, id).await?;
        self.record(&mut tx, actor, AuthEvent::PasswordSetByAdministrator, &account, now).await?;
        self.record(&mut tx, actor, AuthEvent::Unlocked, &account, now).await?;
        let change = Change::new("staff.password_reset", "staff", id.0);
        self.audit.record(&mut tx, actor, now, change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Lets a person try again who was locked out. Errors: `NotFound`, `Forbidden` when that person may do
    /// more than the caller.
    pub async fn unlock(&self, actor: &Actor, id: StaffId) -> Result<(), Problem> {
        actor.require(Permission::StaffManage)?;
        let now = self.clock.now();
        let mut tx = self.begin_changes().await?;
        let account = find_within(&mut tx, actor, id).await?;
        forget_failures(&mut tx, &account).await?;
        self.record(&mut tx, actor, AuthEvent::Unlocked, &account, now).await?;
        let change = Change::new("staff.unlocked", "staff", id.0);
        self.audit.record(&mut tx, actor, now, change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a lost second factor away; every session and token of that person ends. Errors: `NotFound`,
    /// `Forbidden` when that person may do more than the caller, `Conflict` (`own_account`, `no_second_factor`).
    pub async fn reset_second_factor(&self, actor: &Actor, id: StaffId) -> Result<(), Problem> {
        actor.require(Permission::StaffManage)?;
        let now = self.clock.now();
        let mut tx = self.begin_changes().await?;
        let account = find_within(&mut tx, actor, id).await?;
        if actor.staff_id() == Some(id) {
            return Err(own_account());
        }
        if !steps::drop_second_factor(&mut tx, id).await? {
            return Err(Problem::conflict("no_second_factor", "This person signs in without a second factor."));
        }
        steps::end_access(&mut tx, id).await?;
        self.record(&mut tx, actor, AuthEvent::SecondFactorReset, &account, now).await?;
        let change = Change::new("staff.second_factor_reset", "staff", id.0);
        self.audit.record(&mut tx, actor, now, change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Makes a link and mails it, as a step of a larger transaction.
    pub(super) async fn send(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        account: &Account,
        now: DateTime<Utc>,
    ) -> Result<(), Problem> {
        let is_invited = account.member.is_invited;
        let (purpose, event) = if is_invited {
            (LinkPurpose::Invitation, AuthEvent::InvitationSent)
        } else {
            (LinkPurpose::PasswordReset, AuthEvent::PasswordResetRequested)
        };
        let token = steps::make_link(tx, purpose, account.member.id, now, purpose.lifetime()).await?;
        let link = self.mail.link(&format!("/choose-password?token={token}"));
        let letter = Letter { to: &account.member, by: &actor.name, link: &link };
        let mail = if is_invited { letter.invitation() } else { letter.password_reset() };
        self.mail.queue(tx, now, &mail).await?;
        self.record(tx, actor, event, account, now).await
    }

    /// A name, an address and a password become an account that sees everything.
    pub(super) async fn prepare(&self, new: NewStaff) -> Result<Prepared, Problem> {
        let settings = self.settings.current();
        let limits = &settings.sign_in;
        let NewStaff { username, email, full_name, password, role } = new.checked(limits.min_password_length)?;
        let password_hash = Some(self.hasher.hash(limits, &password).await?);
        Ok(Prepared { username, email, full_name, role, scope: Scope::all(), password_hash })
    }

    async fn record(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        event: AuthEvent,
        account: &Account,
        now: DateTime<Utc>,
    ) -> Result<(), Problem> {
        let member = &account.member;
        let subject =
            Subject { staff_id: Some(member.id), client_id: None, name: &member.username, origin: &actor.origin };
        steps::record_event(tx, &self.audit, now, event, subject).await
    }

    /// Is set-up open, and the link good? Told before the password is hashed.
    async fn check_set_up(&self, token: &str) -> Result<(), Problem> {
        let mut tx = self.database.read().await?;
        if steps::staff_exists(&mut tx).await? {
            return Err(already_set_up());
        }
        let good = steps::link_is_good(&mut tx, LinkPurpose::SetUp, token, self.clock.now()).await?;
        if good { Ok(()) } else { Err(link_expired()) }
    }
}

/// Unlocks an account under each of its names.
async fn forget_failures(tx: &mut Transaction, account: &Account) -> Result<(), Problem> {
    Ok(steps::forget_failures(tx, &[&account.member.username, &account.email_key]).await?)
}

fn already_set_up() -> Problem {
    Problem::conflict("already_set_up", "An administrator exists already. Please sign in.")
}

fn link_expired() -> Problem {
    Problem::conflict("link_expired", "This link is no longer good. The server prints a new one when it starts.")
}
