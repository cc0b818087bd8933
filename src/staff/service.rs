//! Making and keeping staff accounts.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::model::{NewStaff, SUPER_ADMINISTRATOR, SYSTEM_ROLES, StaffMember};
use super::repository::{AccountRow, NewStaffRow};
use crate::audit::{AuditLog, Change};
use crate::auth::steps::{self, AuthEvent, LinkPurpose, Subject};
use crate::auth::{NewAdministrator, Password, PasswordHasher, SignedIn, name_key, password_flaw, permissions_of};
use crate::database::{Database, Lock, Transaction};
use crate::settings::SettingsService;
use crate::shared::actor::{Actor, Origin};
use crate::shared::clock::Clock;
use crate::shared::id::StaffId;
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::{FieldError, Problem};

/// Staff accounts; cheap to clone.
#[derive(Clone, Debug)]
pub struct StaffService {
    database: Database,
    settings: SettingsService,
    audit: AuditLog,
    clock: Clock,
    hasher: PasswordHasher,
}

/// An account that was checked and whose password was hashed, before any transaction began.
struct Prepared {
    new: NewStaff,
    email_key: String,
    password_hash: String,
}

impl StaffService {
    /// The service on the database of the process.
    pub fn new(
        database: Database,
        settings: SettingsService,
        audit: AuditLog,
        clock: Clock,
        hasher: PasswordHasher,
    ) -> Self {
        Self { database, settings, audit, clock, hasher }
    }

    /// Adds the roles that come with the product and brings their permissions up to date. At every start.
    pub async fn ensure_roles(&self) -> Result<(), Problem> {
        let mut tx = self.database.begin().await?;
        for role in &SYSTEM_ROLES {
            tx.staff().put_role(role).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Everybody, by user name. Errors: `Forbidden`.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<StaffMember>, Problem> {
        actor.require(Permission::StaffRead)?;
        Ok(self.database.read().await?.staff().list().await?)
    }

    /// Makes an account. Errors: `Invalid` with every wrong field, `Forbidden` when the role holds more
    /// than the caller, `Unavailable` when too many passwords wait.
    pub async fn create(&self, actor: &Actor, new: NewStaff) -> Result<StaffId, Problem> {
        actor.require(Permission::StaffManage)?;
        let prepared = self.prepare(new).await?;
        let mut tx = self.database.begin().await?;
        let id = self.create_step(&mut tx, actor, &prepared, self.clock.now()).await?;
        tx.commit().await?;
        Ok(id)
    }

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
        let id = self.create_step(&mut tx, &actor, &prepared, now).await?;
        let name = prepared.new.full_name;
        let subject = Subject { staff_id: Some(id), name: &name, origin };
        steps::record_event(&mut tx, &self.audit, now, AuthEvent::SetUp, subject).await?;
        tx.commit().await?;
        Ok(SignedIn { staff_id: id, name })
    }

    /// Sets a new password, ends every session of that person and unlocks the account. Errors:
    /// `NotFound`, `Invalid`, `Forbidden` also when that person may do more than the caller.
    pub async fn reset_password(&self, actor: &Actor, username: &str, new: &Password) -> Result<(), Problem> {
        actor.require(Permission::StaffManage)?;
        let settings = self.settings.current();
        let limits = &settings.sign_in;
        let username = name_key(username);
        if let Some(flaw) = password_flaw(new.expose(), limits.min_password_length, &[&username]) {
            return Err(Problem::field_error("password", flaw.code, flaw.message));
        }
        let password_hash = self.hasher.hash(limits, new).await?;
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        let account = find_within(&mut tx, actor, &username).await?;
        steps::forget_failures(&mut tx, &[&account.username, &account.email_key]).await?;
        tx.staff().update_password(account.id, &password_hash, now).await?;
        steps::end_sessions(&mut tx, account.id).await?;
        let change = Change::new("staff.password_reset", "staff", account.id.0);
        self.audit.record(&mut tx, actor, now, change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Lets a person try again who was locked out. Errors: `NotFound`, `Forbidden`.
    pub async fn unlock(&self, actor: &Actor, username: &str) -> Result<(), Problem> {
        actor.require(Permission::StaffManage)?;
        let mut tx = self.database.begin().await?;
        let account = find_within(&mut tx, actor, &name_key(username)).await?;
        steps::forget_failures(&mut tx, &[&account.username, &account.email_key]).await?;
        let change = Change::new("staff.unlocked", "staff", account.id.0);
        self.audit.record(&mut tx, actor, self.clock.now(), change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn prepare(&self, new: NewStaff) -> Result<Prepared, Problem> {
        let settings = self.settings.current();
        let limits = &settings.sign_in;
        let new = new.checked(limits.min_password_length)?;
        let password_hash = self.hasher.hash(limits, &new.password).await?;
        Ok(Prepared { email_key: name_key(&new.email), new, password_hash })
    }

    /// Inserts the account. Under [`Lock::Changes`], so that nobody takes the same names meanwhile.
    async fn create_step(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        prepared: &Prepared,
        now: DateTime<Utc>,
    ) -> Result<StaffId, Problem> {
        let Prepared { new, email_key, password_hash } = prepared;
        tx.lock(Lock::Changes).await?;
        let Some(role) = tx.staff().find_role(&new.role).await? else {
            return Err(Problem::field_error("role", "unknown", "There is no such role."));
        };
        require_all(actor, permissions_of(&role.permissions))?;
        check_names(tx, &new.username, email_key).await?;
        let settings = self.settings.current();
        let row = NewStaffRow {
            new,
            email_key,
            password_hash,
            role_id: role.id,
            locale: &settings.customers.language,
            timezone: &settings.customers.timezone,
        };
        let id = tx.staff().insert(&row, now).await?;
        let after = json!({
            "username": new.username, "email": new.email, "full_name": new.full_name, "role": new.role,
        });
        let change = Change::new("staff.created", "staff", id.0).between(&json!({}), &after);
        self.audit.record(tx, actor, now, change).await?;
        Ok(id)
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

/// Errors: `Invalid` with each name that another account has.
async fn check_names(tx: &mut Transaction, username: &str, email_key: &str) -> Result<(), Problem> {
    let others = tx.staff().list_names(username, email_key).await?;
    let mut errors = Vec::new();
    if others.iter().any(|other| other.username == username) {
        errors.push(FieldError::new("username", "taken", "Somebody has this user name already."));
    }
    if others.iter().any(|other| other.email_key == email_key) {
        errors.push(FieldError::new("email", "taken", "Somebody has this e-mail address already."));
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::Invalid(errors)) }
}

/// An account whose rights do not exceed the caller's. Errors: `NotFound`, `Forbidden`.
async fn find_within(tx: &mut Transaction, actor: &Actor, username: &str) -> Result<AccountRow, Problem> {
    let account = tx.staff().find(username).await?.ok_or_else(|| Problem::not_found("staff member"))?;
    require_all(actor, permissions_of(&account.permissions))?;
    Ok(account)
}

/// Nobody grants or takes over rights that they do not hold.
fn require_all(actor: &Actor, permissions: PermissionSet) -> Result<(), Problem> {
    permissions.iter().try_for_each(|permission| actor.require(permission))
}

fn already_set_up() -> Problem {
    Problem::conflict("already_set_up", "An administrator exists already. Please sign in.")
}

fn link_expired() -> Problem {
    Problem::conflict("link_expired", "This link is no longer good. The server prints a new one when it starts.")
}
