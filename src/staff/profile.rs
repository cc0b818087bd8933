//! What people see and change about themselves, in a browser only.

use chrono::{DateTime, Utc};
use serde_json::to_value;

use super::letters::address_changed;
use super::model::{Profile, StaffMember};
use super::service::{StaffService, check_names};
use crate::audit::Change;
use crate::auth::{Password, SignedIn, name_key, steps};
use crate::database::Transaction;
use crate::shared::actor::Actor;
use crate::shared::id::StaffId;
use crate::shared::problem::Problem;

impl StaffService {
    /// One's own profile. Errors: `Forbidden` without a session.
    pub async fn profile(&self, actor: &Actor) -> Result<Profile, Problem> {
        let (id, _) = actor.require_session()?;
        Ok(find_profile(&mut self.database.read().await?, id).await?.1)
    }

    /// Changes one's own profile. Another e-mail address opens the account, so it needs the current password, and
    /// the old address hears of it. Errors: `Forbidden` without a session, `Invalid` with every wrong field,
    /// `RateLimited` after too many wrong passwords.
    pub async fn update_profile(
        &self,
        actor: &Actor,
        profile: Profile,
        current_password: Option<&Password>,
    ) -> Result<(), Problem> {
        let (id, _) = actor.require_session()?;
        let after = profile.checked(zone_exists)?;
        let owner = self.owner_of_address(actor, id, &after.email, current_password).await?;
        let email_key = name_key(&after.email);
        let now = self.clock.now();
        let mut tx = self.begin_changes().await?;
        steps::hold_session(&mut tx, actor).await?;
        let (member, before) = find_profile(&mut tx, id).await?;
        if after == before {
            return Ok(());
        }
        check_names(&mut tx, &member.username, &email_key, Some(id)).await?;
        if after.email != before.email {
            let owner = owner.ok_or_else(password_required)?;
            self.move_address(&mut tx, &owner, &member, &after.email, now).await?;
        }
        tx.staff().update_profile(id, &after, &email_key, now).await?;
        let (before, after) = (to_value(before).unwrap_or_default(), to_value(after).unwrap_or_default());
        let change = Change::new("staff.profile_updated", "staff", id.0).between(&before, &after);
        self.audit.record(&mut tx, actor, now, change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The person who wants another e-mail address, once their password was right; `None` when it stays.
    async fn owner_of_address(
        &self,
        actor: &Actor,
        id: StaffId,
        email: &str,
        password: Option<&Password>,
    ) -> Result<Option<SignedIn>, Problem> {
        let (_, stored) = find_profile(&mut self.database.read().await?, id).await?;
        if stored.email == email {
            return Ok(None);
        }
        let password = password.filter(|password| !password.expose().is_empty()).ok_or_else(password_required)?;
        self.auth.confirm_password(actor, "current_password", password).await.map(Some)
    }

    /// Links that were sent to the old address are good no longer, and it hears of the new one.
    async fn move_address(
        &self,
        tx: &mut Transaction,
        owner: &SignedIn,
        member: &StaffMember,
        email: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Problem> {
        steps::require_unchanged(tx, owner).await?;
        steps::end_links(tx, member.id).await?;
        match self.mail.queue(tx, now, &address_changed(member, email)).await {
            // An address that takes no mail is a reason to change it.
            Err(Problem::Invalid(_)) => Ok(()),
            queued => queued,
        }
    }
}

/// The account and what its owner may change.
async fn find_profile(tx: &mut Transaction, id: StaffId) -> Result<(StaffMember, Profile), Problem> {
    let account = tx.staff().find(id).await?.ok_or(Problem::Unauthenticated)?;
    let member = account.member;
    let profile = Profile {
        full_name: member.full_name.clone(),
        email: member.email.clone(),
        locale: account.locale,
        timezone: account.timezone,
    };
    Ok((member, profile))
}

fn password_required() -> Problem {
    Problem::field_error("current_password", "required", "Please enter your password to change the e-mail address.")
}

/// Is it a name of the IANA time zone database?
fn zone_exists(name: &str) -> bool {
    name.parse::<chrono_tz::Tz>().is_ok()
}
