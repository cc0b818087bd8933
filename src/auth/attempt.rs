//! One try to prove who somebody is: under which keys its failure counts, and what a wrong password costs.

use chrono::{DateTime, Duration, Utc};

use super::model::{Password, SignedIn, name_key};
use super::password::needs_rehash;
use super::repository::AccountRow;
use super::service::AuthService;
use super::steps::{AuthEvent, Subject, account_key, record_event};
use super::throttle::{ThrottleKind, address_key};
use super::token::digest;
use crate::database::{DatabaseError, Transaction};
use crate::settings::SignInSettings;
use crate::shared::actor::{Actor, Origin};
use crate::shared::id::StaffId;
use crate::shared::problem::Problem;

/// The subject of failures under a name that no account has.
pub(super) const NOBODY: &str = "(unknown)";

/// For how long the address is remembered from which somebody was let in.
const KNOWN_FOR: Duration = Duration::days(90);

/// One try, under the keys that its failure counts for.
pub(super) struct Attempt<'a> {
    /// The name as it was typed, folded.
    pub name: String,
    pub account_key: String,
    pub address_key: Option<String>,
    pub origin: &'a Origin,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(name: &str, origin: &'a Origin) -> Self {
        let address_key = origin.address.as_deref().map(address_key);
        Self { name: name_key(name), account_key: account_key(name), address_key, origin }
    }

    /// Counts the try for the account, whichever of its names was typed. From an address where this person was let
    /// in before it is counted apart: who guesses elsewhere must not keep the owner out. Nobody's names take the
    /// same way.
    pub(super) async fn aim(
        &mut self,
        tx: &mut Transaction,
        account: Option<&AccountRow>,
        now: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        let staff = account.map(|account| account.id).unwrap_or_default();
        let address = self.origin.address.as_deref();
        let is_known = tx.auth().has_signed_in(staff, address, now - KNOWN_FOR).await?;
        let key = account_key(account.map_or(self.name.as_str(), |account| account.username.as_str()));
        self.account_key = match self.address_key.as_deref().filter(|_| is_known) {
            Some(address) => format!("{key}@{}", digest(address)),
            None => key,
        };
        Ok(())
    }

    /// Errors: `RateLimited` while the name or the address is locked.
    pub(super) async fn check(&self, tx: &mut Transaction, now: DateTime<Utc>) -> Result<(), Problem> {
        let throttles = tx.auth().find_throttles(&self.account_key, self.address_key.as_deref()).await?;
        match throttles.iter().filter_map(|throttle| throttle.wait(now)).max() {
            Some(retry_after) => Err(Problem::RateLimited { retry_after }),
            None => Ok(()),
        }
    }

    /// Counts a failure; `true` when it locked the name or the address. Errors: `RateLimited` when others did
    /// so meanwhile: what fails while locked does not count.
    async fn count(&self, tx: &mut Transaction, limits: &SignInSettings, now: DateTime<Utc>) -> Result<bool, Problem> {
        let address = self.address_key.as_deref().map(|key| (ThrottleKind::Address, key));
        let mut locked = false;
        for (kind, key) in std::iter::once((ThrottleKind::Account, self.account_key.as_str())).chain(address) {
            let throttle = tx.auth().claim_throttle(kind, key, now).await?;
            if let Some(retry_after) = throttle.wait(now) {
                return Err(Problem::RateLimited { retry_after });
            }
            let throttle = throttle.after_failure(now, limits);
            locked |= throttle.locked_until.is_some();
            tx.auth().update_throttle(kind, key, &throttle).await?;
        }
        Ok(locked)
    }
}

impl AuthService {
    /// The person whose name and password these are, whatever else they have to prove; `None` when there is none,
    /// which is counted and recorded as a failure and takes the same time. Errors: `RateLimited` while the name or
    /// the address is locked, `Unavailable` when too many passwords wait.
    pub(super) async fn verify(
        &self,
        attempt: &mut Attempt<'_>,
        password: &Password,
    ) -> Result<Option<SignedIn>, Problem> {
        let (settings, now) = (self.settings.current(), self.clock.now());
        let mut tx = self.database.read().await?;
        let account = tx.auth().find_account(&attempt.name).await?;
        attempt.aim(&mut tx, account.as_ref(), now).await?;
        attempt.check(&mut tx, now).await?;
        drop(tx);
        let stored = account.as_ref().and_then(AccountRow::usable_password).map(str::to_owned);
        let is_right = self.hasher.verify(&settings.sign_in, password, stored.as_deref()).await?;
        match (account, stored) {
            (Some(mut account), Some(stored)) if is_right => {
                if needs_rehash(&settings.sign_in, &stored) {
                    account.password_hash = Some(self.rehash(account.id, password, &stored).await?);
                }
                Ok(account.into_person(true))
            }
            (account, _) => {
                let whom = account.as_ref().map(|account| (account.id, account.username.as_str()));
                self.fail(self.begin().await?, attempt, whom, AuthEvent::SignInFailed).await?;
                Ok(None)
            }
        }
    }

    /// Somebody who is signed in and has typed their password again into `field`; what comes of it asks
    /// [`super::steps::require_unchanged`]. A wrong one counts like at sign-in: a stolen session must not be worth
    /// more guesses. Errors: `Invalid` (`field`), `RateLimited`, `Unavailable`.
    pub async fn confirm_password(&self, actor: &Actor, field: &str, password: &Password) -> Result<SignedIn, Problem> {
        let mut attempt = Attempt::new(&actor.username, &actor.origin);
        let Some(person) = self.verify(&mut attempt, password).await? else {
            return Err(Problem::field_error(field, "wrong", "This is not your password."));
        };
        // Of many guesses at once, those that end after the lock are not answered.
        attempt.check(&mut self.database.read().await?, self.clock.now()).await?;
        Ok(person)
    }

    /// Counts and records a failure, and commits. Errors: `RateLimited` when the name or the address was locked
    /// meanwhile.
    pub(super) async fn fail(
        &self,
        mut tx: Transaction,
        attempt: &Attempt<'_>,
        whom: Option<(StaffId, &str)>,
        event: AuthEvent,
    ) -> Result<(), Problem> {
        let settings = self.settings.current();
        let now = self.clock.now();
        let locked = attempt.count(&mut tx, &settings.sign_in, now).await?;
        let subject = Subject {
            staff_id: whom.map(|(id, _)| id),
            client_id: None,
            name: whom.map_or(NOBODY, |(_, username)| username),
            origin: attempt.origin,
        };
        record_event(&mut tx, &self.audit, now, event, subject).await?;
        if locked {
            record_event(&mut tx, &self.audit, now, AuthEvent::Locked, subject).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Stores a password that was just verified under the current parameters.
    async fn rehash(&self, id: StaffId, password: &Password, stored: &str) -> Result<String, Problem> {
        let hash = self.hasher.hash(&self.settings.current().sign_in, password).await?;
        let mut tx = self.begin().await?;
        tx.auth().update_hash(id, stored, &hash).await?;
        tx.commit().await?;
        Ok(hash)
    }
}
