//! What people see and change about themselves, in a browser only.

use serde_json::to_value;

use super::model::Profile;
use super::service::{StaffService, check_names};
use crate::audit::Change;
use crate::auth::name_key;
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

    /// Changes one's own profile. Errors: `Forbidden` without a session, `Invalid` with every wrong field.
    pub async fn update_profile(&self, actor: &Actor, profile: Profile) -> Result<(), Problem> {
        let (id, _) = actor.require_session()?;
        let after = profile.checked(zone_exists)?;
        let email_key = name_key(&after.email);
        let now = self.clock.now();
        let mut tx = self.begin_changes().await?;
        let (username, before) = find_profile(&mut tx, id).await?;
        if after == before {
            return Ok(());
        }
        check_names(&mut tx, &username, &email_key, Some(id)).await?;
        tx.staff().update_profile(id, &after, &email_key, now).await?;
        let (before, after) = (to_value(before).unwrap_or_default(), to_value(after).unwrap_or_default());
        let change = Change::new("staff.profile_updated", "staff", id.0).between(&before, &after);
        self.audit.record(&mut tx, actor, now, change).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The user name and the profile.
async fn find_profile(tx: &mut Transaction, id: StaffId) -> Result<(String, Profile), Problem> {
    let account = tx.staff().find(id).await?.ok_or(Problem::Unauthenticated)?;
    let member = account.member;
    let profile = Profile {
        full_name: member.full_name,
        email: member.email,
        locale: account.locale,
        timezone: account.timezone,
    };
    Ok((member.username, profile))
}

/// Is it a name of the IANA time zone database?
fn zone_exists(name: &str) -> bool {
    name.parse::<chrono_tz::Tz>().is_ok()
}
