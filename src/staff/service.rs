//! Keeping staff accounts: nobody does to others what they could not do themselves.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::model::{Invitation, NewStaff, StaffChanges, StaffChoices, StaffDetails, StaffMember, scope_of};
use super::repository::{Account, ChangedRow, NewRow};
use super::roles::{SUPER_ADMINISTRATOR, grantable_role, grantable_roles};
use crate::audit::{AuditLog, Change};
use crate::auth::{AuthService, PasswordHasher, name_key, steps};
use crate::database::{Database, Lock, Transaction};
use crate::mail::MailService;
use crate::places::steps::{self as places, PlaceNames};
use crate::settings::SettingsService;
use crate::shared::actor::Actor;
use crate::shared::clock::Clock;
use crate::shared::id::StaffId;
use crate::shared::permission::{Permission, Scope, ScopeInput};
use crate::shared::problem::{FieldError, Problem, unreadable};

/// Staff accounts and roles; cheap to clone.
#[derive(Clone, Debug)]
pub struct StaffService {
    pub(super) database: Database,
    pub(super) settings: SettingsService,
    pub(super) audit: AuditLog,
    pub(super) clock: Clock,
    pub(super) hasher: PasswordHasher,
    pub(super) mail: MailService,
    pub(super) auth: AuthService,
}

/// A new account, checked and hashed before any transaction began.
pub(super) struct Prepared {
    pub username: String,
    pub email: String,
    pub full_name: String,
    pub role: String,
    pub scope: Scope,
    /// `None` until the person chooses one.
    pub password_hash: Option<String>,
}

impl StaffService {
    /// The service on the database of the process.
    pub fn new(
        database: Database,
        settings: SettingsService,
        audit: AuditLog,
        clock: Clock,
        hasher: PasswordHasher,
        mail: MailService,
        auth: AuthService,
    ) -> Self {
        Self { database, settings, audit, clock, hasher, mail, auth }
    }

    /// Everybody, by user name. Errors: `Forbidden`.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<StaffMember>, Problem> {
        actor.require(Permission::StaffRead)?;
        Ok(self.database.read().await?.staff().list().await?)
    }

    /// One member of staff. Errors: `Forbidden`, `NotFound`.
    pub async fn get(&self, actor: &Actor, id: StaffId) -> Result<StaffDetails, Problem> {
        actor.require(Permission::StaffRead)?;
        let mut tx = self.database.read().await?;
        let account = find(&mut tx, id).await?;
        let names = [account.member.username.as_str(), account.email_key.as_str()];
        let is_locked = steps::is_locked(&mut tx, &names, self.clock.now()).await?;
        let is_within = require_within(actor, &account).is_ok();
        let Account { member, locale, timezone, scope, version, .. } = account;
        Ok(StaffDetails { member, locale, timezone, scope: scope.into(), is_locked, is_within, version })
    }

    /// The id of a user name. Errors: `Forbidden`, `NotFound`.
    pub async fn find_id(&self, actor: &Actor, username: &str) -> Result<StaffId, Problem> {
        actor.require(Permission::StaffRead)?;
        let found = self.database.read().await?.staff().find_id(&name_key(username)).await?;
        found.ok_or_else(not_found)
    }

    /// Roles, partners and locations that the caller may grant. Errors: `Forbidden`.
    pub async fn choices(&self, actor: &Actor) -> Result<StaffChoices, Problem> {
        actor.require(Permission::StaffRead)?;
        let mut tx = self.database.read().await?;
        let roles = grantable_roles(&mut tx, actor).await?;
        let PlaceNames { partners, locations } = places::names(&mut tx, &actor.scope).await?;
        Ok(StaffChoices { roles, partners, locations })
    }

    /// Makes an account that sees everything. Errors: `Invalid` with every wrong field, `Forbidden` when it
    /// may do more than the caller, `Unavailable` when too many passwords wait.
    pub async fn create(&self, actor: &Actor, new: NewStaff) -> Result<StaffId, Problem> {
        actor.require(Permission::StaffManage)?;
        let prepared = self.prepare(new).await?;
        let mut tx = self.database.begin().await?;
        let id = self.insert(&mut tx, actor, &prepared, self.clock.now()).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Makes an account without a password and mails the person a link to choose one. Errors: `Invalid`
    /// with every wrong field, `Forbidden` when it may do more than the caller.
    pub async fn invite(&self, actor: &Actor, invitation: Invitation) -> Result<StaffId, Problem> {
        actor.require(Permission::StaffManage)?;
        let Invitation { username, email, full_name, role, scope } = invitation.checked()?;
        let new = Prepared { username, email, full_name, role, scope: scope_of(scope), password_hash: None };
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        let id = self.insert(&mut tx, actor, &new, now).await?;
        let account = find(&mut tx, id).await?;
        self.send(&mut tx, actor, &account, now).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Changes an account of which `version` was read; a new role or scope holds from the next request on.
    /// Errors: `NotFound`, `Stale`, `Invalid` with every wrong field, `Forbidden` when the account may do
    /// more than the caller, before or after; `Conflict` (`own_account`, `last_super_administrator`).
    pub async fn update(&self, actor: &Actor, id: StaffId, version: i64, changes: StaffChanges) -> Result<(), Problem> {
        actor.require(Permission::StaffManage)?;
        let changes = changes.checked()?;
        let now = self.clock.now();
        let mut tx = self.begin_changes().await?;
        let before = find_within(&mut tx, actor, id).await?;
        if before.version != version {
            return Err(Problem::Stale { version: before.version });
        }
        let scope = scope_of(changes.scope.clone());
        check_move(&mut tx, actor, &before, &changes, &scope).await?;
        let StaffChanges { email, full_name, role, .. } = &changes;
        let role_id = grantable_role(&mut tx, actor, role).await?;
        let email_key = name_key(email);
        check_names(&mut tx, &before.member.username, &email_key, Some(id)).await?;
        let change = Change::new("staff.updated", "staff", id.0);
        let change = change.between(&before.facts(), &facts(email, full_name, role, &scope));
        if change.fields.is_empty() {
            return Ok(());
        }
        let row = ChangedRow { email, email_key: &email_key, full_name, role_id, scope: &scope };
        if !tx.staff().update(id, version, &row, now).await? {
            return Err(Problem::Stale { version: before.version + 1 });
        }
        if *email != before.member.email {
            steps::end_links(&mut tx, id).await?;
        }
        self.audit.record(&mut tx, actor, now, change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Applies an RFC 7396 merge patch. Errors as [`Self::update`]; unknown fields are `Invalid`.
    pub async fn patch(&self, actor: &Actor, id: StaffId, version: i64, patch: &Value) -> Result<(), Problem> {
        actor.require(Permission::StaffManage)?;
        let details = self.get(actor, id).await?;
        if details.version != version {
            return Err(Problem::Stale { version: details.version });
        }
        let Some(patch) = patch.as_object() else {
            return Err(Problem::malformed("A merge patch is a JSON object."));
        };
        let mut changes = serde_json::to_value(StaffChanges::from(details)).unwrap_or_default();
        merge(&mut changes, patch);
        let changes = serde_json::from_value(changes).map_err(|error| unreadable(&error.to_string()))?;
        self.update(actor, id, version, changes).await
    }

    /// Lets somebody sign in again, or no longer: their sessions and tokens end at once. Errors: `NotFound`,
    /// `Forbidden` when they may do more than the caller, `Conflict` (`own_account`, `last_super_administrator`).
    pub async fn set_active(&self, actor: &Actor, id: StaffId, active: bool) -> Result<(), Problem> {
        actor.require(Permission::StaffManage)?;
        let now = self.clock.now();
        let mut tx = self.begin_changes().await?;
        let account = find_within(&mut tx, actor, id).await?;
        if actor.staff_id() == Some(id) {
            return Err(own_account());
        }
        if account.member.is_active == active {
            return Ok(());
        }
        if !active {
            keep_super_administrator(&mut tx, &account).await?;
            steps::end_access(&mut tx, id).await?;
        }
        tx.staff().update_active(id, active, now).await?;
        let action = if active { "staff.activated" } else { "staff.deactivated" };
        let change = Change::new(action, "staff", id.0)
            .between(&json!({ "is_active": !active }), &json!({ "is_active": active }));
        self.audit.record(&mut tx, actor, now, change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A transaction that changes accounts or roles, one at a time.
    pub(super) async fn begin_changes(&self) -> Result<Transaction, Problem> {
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        Ok(tx)
    }

    /// Inserts an account, under [`Lock::Changes`], so that nobody takes the same names meanwhile.
    pub(super) async fn insert(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        new: &Prepared,
        now: DateTime<Utc>,
    ) -> Result<StaffId, Problem> {
        tx.lock(Lock::Changes).await?;
        let role_id = grantable_role(tx, actor, &new.role).await?;
        require_scope(actor, &new.scope)?;
        places::check_scope(tx, &new.scope).await?;
        let email_key = name_key(&new.email);
        check_names(tx, &new.username, &email_key, None).await?;
        let settings = self.settings.current();
        let row = NewRow {
            username: &new.username,
            email: &new.email,
            email_key: &email_key,
            full_name: &new.full_name,
            password_hash: new.password_hash.as_deref(),
            role_id,
            scope: &new.scope,
            locale: &settings.customers.language,
            timezone: &settings.customers.timezone,
        };
        let id = tx.staff().insert(&row, now).await?;
        let mut after = facts(&new.email, &new.full_name, &new.role, &new.scope);
        after["username"] = json!(new.username);
        let change = Change::new("staff.created", "staff", id.0).between(&json!({}), &after);
        self.audit.record(tx, actor, now, change).await?;
        Ok(id)
    }
}

/// Errors: `NotFound`.
async fn find(tx: &mut Transaction, id: StaffId) -> Result<Account, Problem> {
    tx.staff().find(id).await?.ok_or_else(not_found)
}

/// An account that may do no more than the caller. Errors: `NotFound`, `Forbidden`.
pub(super) async fn find_within(tx: &mut Transaction, actor: &Actor, id: StaffId) -> Result<Account, Problem> {
    let account = find(tx, id).await?;
    require_within(actor, &account)?;
    Ok(account)
}

/// Nobody takes over rights that they do not hold.
fn require_within(actor: &Actor, account: &Account) -> Result<(), Problem> {
    actor.require_all(account.permissions)?;
    require_scope(actor, &account.scope)
}

fn require_scope(actor: &Actor, scope: &Scope) -> Result<(), Problem> {
    if scope.is_within(&actor.scope) { Ok(()) } else { Err(Problem::Forbidden { permission: "scope".into() }) }
}

/// May the caller give this account that role, scope and address? The role's permissions are checked where it is found.
async fn check_move(
    tx: &mut Transaction,
    actor: &Actor,
    account: &Account,
    changes: &StaffChanges,
    scope: &Scope,
) -> Result<(), Problem> {
    let (new_role, new_scope) = (changes.role != account.member.role, *scope != account.scope);
    if actor.staff_id() == Some(account.member.id) {
        if new_role || new_scope {
            return Err(own_account());
        }
        if changes.email != account.member.email {
            // Whoever reads the mail of an account can reset its password.
            let detail = "Change your own e-mail address in your profile, which asks for your password.";
            return Err(Problem::conflict("own_account", detail));
        }
    }
    if new_role || *scope != Scope::all() {
        keep_super_administrator(tx, account).await?;
    }
    if new_scope {
        require_scope(actor, scope)?;
        places::check_scope(tx, scope).await?;
    }
    Ok(())
}

/// Errors: `Conflict` when nobody else could sign in who may do and see everything. Under [`Lock::Changes`].
async fn keep_super_administrator(tx: &mut Transaction, account: &Account) -> Result<(), Problem> {
    let StaffMember { id, role, is_active, .. } = &account.member;
    let counts = role == SUPER_ADMINISTRATOR && *is_active && account.scope == Scope::all();
    if !counts || tx.staff().exists_other(SUPER_ADMINISTRATOR, *id).await? {
        return Ok(());
    }
    let detail =
        "Nobody else who can sign in is a super-administrator who sees everything. Make somebody else one first.";
    Err(Problem::conflict("last_super_administrator", detail))
}

/// Errors: `Invalid` with each name that another account has.
pub(super) async fn check_names(
    tx: &mut Transaction,
    username: &str,
    email_key: &str,
    except: Option<StaffId>,
) -> Result<(), Problem> {
    let others = tx.staff().list_names(username, email_key, except).await?;
    let mut errors = Vec::new();
    if others.iter().any(|other| other.username == username) {
        errors.push(FieldError::new("username", "taken", "Somebody has this user name already."));
    }
    if others.iter().any(|other| other.email_key == email_key) {
        errors.push(FieldError::new("email", "taken", "Somebody has this e-mail address already."));
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::Invalid(errors)) }
}

impl Account {
    fn facts(&self) -> Value {
        facts(&self.member.email, &self.member.full_name, &self.member.role, &self.scope)
    }
}

/// What administrators decide about an account, as the audit log compares it.
fn facts(email: &str, full_name: &str, role: &str, scope: &Scope) -> Value {
    json!({ "email": email, "full_name": full_name, "role": role, "scope": ScopeInput::from(scope.clone()) })
}

/// RFC 7396: null removes, objects are merged, everything else replaces.
fn merge(target: &mut Value, patch: &Map<String, Value>) {
    if !target.is_object() {
        *target = json!({});
    }
    let Some(fields) = target.as_object_mut() else { return };
    for (name, value) in patch {
        match value {
            Value::Null => {
                fields.remove(name);
            }
            Value::Object(patch) => merge(fields.entry(name).or_insert(Value::Null), patch),
            other => {
                fields.insert(name.clone(), other.clone());
            }
        }
    }
}

fn not_found() -> Problem {
    Problem::not_found("staff member")
}

pub(super) fn own_account() -> Problem {
    Problem::conflict("own_account", "Nobody changes this about their own account. Please ask another administrator.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_patch_changes_only_what_it_names() {
        let mut target = json!({ "email": "a@example.net", "role": "manager", "scope": { "all_partners": true } });
        let patch = json!({ "role": null, "email": "b@example.net", "scope": { "partners": [1] } });
        merge(&mut target, patch.as_object().unwrap());
        let expected = json!({ "email": "b@example.net", "scope": { "all_partners": true, "partners": [1] } });
        assert_eq!(target, expected);
    }
}
