//! One try to prove who somebody is: under which keys its failure counts, and what a wrong password costs.

use chrono::{DateTime, Utc};

use super::model::{Password, name_key};
use super::password::needs_rehash;
use super::repository::AccountRow;
use super::service::AuthService;
use super::steps::{AuthEvent, Subject, account_key, record_event};
use super::throttle::{ThrottleKind, address_key};
use crate::database::Transaction;
use crate::settings::SignInSettings;
use crate::shared::actor::{Actor, Origin};
use crate::shared::id::StaffId;
use crate::shared::problem::Problem;

/// The subject of failures under a name that no account has.
pub(super) const NOBODY: &str = "(unknown)";

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
    /// The account whose name and password these are; `None` when there is none, which is counted and recorded
    /// as a failure and takes the same time. Errors: `RateLimited` while the name or the address is locked,
    /// `Unavailable` when too many passwords wait.
    pub(super) async fn verify(
        &self,
        attempt: &Attempt<'_>,
        password: &Password,
    ) -> Result<Option<AccountRow>, Problem> {
        let settings = self.settings.current();
        let mut tx = self.database.read().await?;
        let account = tx.auth().find_account(&attempt.name).await?;
        attempt.check(&mut tx, self.clock.now()).await?;
        drop(tx);
        let stored = account.as_ref().and_then(AccountRow::usable_password).map(str::to_owned);
        let is_right = self.hasher.verify(&settings.sign_in, password, stored.as_deref()).await?;
        match (account, stored) {
            (Some(mut account), Some(stored)) if is_right => {
                if needs_rehash(&settings.sign_in, &stored) {
                    account.password_hash = Some(self.rehash(account.id, password, &stored).await?);
                }
                Ok(Some(account))
            }
            (account, _) => {
                let whom = account.as_ref().map(|account| (account.id, account.username.as_str()));
                self.fail(self.begin().await?, attempt, whom, AuthEvent::SignInFailed).await?;
                Ok(None)
            }
        }
    }

    /// The account of somebody who is signed in, once they have typed their password again into `field`. A wrong
    /// one counts like at sign-in: a stolen session must not be worth more guesses. Errors: `Invalid` (`field`),
    /// `RateLimited`, `Unavailable`.
    pub(super) async fn confirm_password(
        &self,
        actor: &Actor,
        field: &str,
        password: &Password,
    ) -> Result<AccountRow, Problem> {
        let attempt = Attempt::new(&actor.username, &actor.origin);
        let Some(account) = self.verify(&attempt, password).await? else {
            return Err(Problem::field_error(field, "wrong", "This is not your password."));
        };
        // Of many guesses at once, those that end after the lock are not answered.
        attempt.check(&mut self.database.read().await?, self.clock.now()).await?;
        Ok(account)
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
