//! Rows of the door: accounts as sign-in sees them, failures and one-time links.

use chrono::{DateTime, Utc};

use super::model::SignedIn;
use super::throttle::{Throttle, ThrottleKind};
use super::token::digest;
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::id::StaffId;

/// An account as sign-in sees it; what follows says which one.
const ACCOUNT: &str = "SELECT staff.id, staff.username, staff.email, staff.full_name, staff.password_hash, \
     staff.is_active, second_factors.secret AS factor_secret \
     FROM staff LEFT JOIN second_factors ON second_factors.staff_id = staff.id \
     AND second_factors.confirmed_at IS NOT NULL WHERE ";

/// An account as sign-in sees it.
#[derive(FromRow)]
pub(super) struct AccountRow {
    pub id: StaffId,
    pub username: String,
    pub email: String,
    pub full_name: String,
    pub password_hash: Option<String>,
    pub is_active: bool,
    /// The sealed secret of a second factor that counts.
    pub factor_secret: Option<String>,
}

impl AccountRow {
    /// The stored password, when somebody can sign in with it.
    pub(super) fn usable_password(&self) -> Option<&str> {
        self.password_hash.as_deref().filter(|_| self.is_active)
    }

    /// Tells what is proven at sign-in from whatever takes its place, and nothing else about it: another password
    /// and another second factor have another one. `None` when nobody can sign in.
    pub(super) fn fingerprint(&self) -> Option<String> {
        let password = self.usable_password()?;
        Some(digest(format!("{password} {}", self.factor_secret.as_deref().unwrap_or_default())))
    }

    /// The person whose password was right; `None` when nobody can sign in.
    pub(super) fn into_person(self, awaits_code: bool) -> Option<SignedIn> {
        let fingerprint = self.fingerprint()?;
        Some(SignedIn { staff_id: self.id, name: self.full_name, awaits_code, fingerprint })
    }
}

/// A link that is still good, with the person whom it is for.
#[derive(FromRow)]
pub(super) struct LinkRow {
    pub staff_id: StaffId,
    pub purpose: String,
    pub username: String,
    pub email_key: String,
    pub full_name: String,
}

/// A link to be stored.
pub(super) struct NewLink<'a> {
    pub token_hash: &'a str,
    pub purpose: &'a str,
    pub staff_id: Option<StaffId>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

pub(super) struct AuthRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn auth(&mut self) -> AuthRepository<'_> {
        AuthRepository(self)
    }
}

/// Accounts.
impl AuthRepository<'_> {
    pub(super) async fn staff_exists(&mut self) -> Result<bool, DatabaseError> {
        self.0.query("SELECT EXISTS (SELECT 1 FROM staff)").fetch_value().await
    }

    /// By user name or e-mail address; `key` is folded as in `name_key`.
    pub(super) async fn find_account(&mut self, key: &str) -> Result<Option<AccountRow>, DatabaseError> {
        let mut select = self.0.build(ACCOUNT);
        select.push("staff.username = ").push_bind(key).push(" OR staff.email_key = ").push_bind(key);
        select.finish()?.fetch_optional().await
    }

    pub(super) async fn find_account_by_id(&mut self, id: StaffId) -> Result<Option<AccountRow>, DatabaseError> {
        let mut select = self.0.build(ACCOUNT);
        select.push("staff.id = ").push_bind(id);
        select.finish()?.fetch_optional().await
    }

    pub(super) async fn update_signed_in(&mut self, id: StaffId, at: DateTime<Utc>) -> Result<(), DatabaseError> {
        self.0.query("UPDATE staff SET last_sign_in_at = $2 WHERE id = $1").bind(id).bind(at).execute().await?;
        Ok(())
    }

    /// Stores the same password in another form, unless it was changed meanwhile.
    pub(super) async fn update_hash(&mut self, id: StaffId, verified: &str, hash: &str) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE staff SET password_hash = $3 WHERE id = $1 AND password_hash = $2");
        update.bind(id).bind(verified).bind(hash).execute().await?;
        Ok(())
    }

    /// Stores another password; `false` when the account is closed.
    pub(super) async fn update_password(
        &mut self,
        id: StaffId,
        hash: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DatabaseError> {
        let update = self.0.query(
            "UPDATE staff SET password_hash = $2, updated_at = $3, version = version + 1 WHERE id = $1 AND is_active",
        );
        Ok(update.bind(id).bind(hash).bind(now).execute().await? == 1)
    }
}

/// Failures.
impl AuthRepository<'_> {
    pub(super) async fn find_throttles(
        &mut self,
        account: &str,
        address: Option<&str>,
    ) -> Result<Vec<Throttle>, DatabaseError> {
        self.0
            .query(
                "SELECT failures, window_started_at, locked_until FROM sign_in_throttles \
                 WHERE (kind = 'account' AND key = $1) OR (kind = 'address' AND key = $2)",
            )
            .bind(account)
            .bind(address)
            .fetch_all()
            .await
    }

    pub(super) async fn find_throttle(
        &mut self,
        kind: ThrottleKind,
        key: &str,
    ) -> Result<Option<Throttle>, DatabaseError> {
        let select = self.0.query(
            "SELECT failures, window_started_at, locked_until FROM sign_in_throttles WHERE kind = $1 AND key = $2",
        );
        select.bind(kind.as_str()).bind(key).fetch_optional().await
    }

    /// Those of an account: for everywhere, and for each address that is counted apart.
    pub(super) async fn list_account_throttles(&mut self, key: &str) -> Result<Vec<Throttle>, DatabaseError> {
        let select = self.0.query(
            "SELECT failures, window_started_at, locked_until FROM sign_in_throttles \
             WHERE kind = 'account' AND (key = $1 OR key LIKE $1 || '@%')",
        );
        select.bind(key).fetch_all().await
    }

    /// Was the person let in from this address since then?
    pub(super) async fn has_signed_in(
        &mut self,
        staff: StaffId,
        address: Option<&str>,
        since: DateTime<Utc>,
    ) -> Result<bool, DatabaseError> {
        // The name of the event stands here as it stands in the index.
        let select = self.0.query(
            "SELECT EXISTS (SELECT 1 FROM authentication_events \
             WHERE event = 'sign_in' AND staff_id = $1 AND address = $2 AND at > $3)",
        );
        select.bind(staff).bind(address).bind(since).fetch_value().await
    }

    /// Reads a throttle, made when missing, and holds its row to the end of the transaction.
    pub(super) async fn claim_throttle(
        &mut self,
        kind: ThrottleKind,
        key: &str,
        now: DateTime<Utc>,
    ) -> Result<Throttle, DatabaseError> {
        self.0
            .query(
                "INSERT INTO sign_in_throttles (kind, key, failures, window_started_at) VALUES ($1, $2, 0, $3) \
                 ON CONFLICT (kind, key) DO UPDATE SET failures = sign_in_throttles.failures \
                 RETURNING failures, window_started_at, locked_until",
            )
            .bind(kind.as_str())
            .bind(key)
            .bind(now)
            .fetch_one()
            .await
    }

    pub(super) async fn update_throttle(
        &mut self,
        kind: ThrottleKind,
        key: &str,
        throttle: &Throttle,
    ) -> Result<(), DatabaseError> {
        let update = self.0.query(
            "UPDATE sign_in_throttles SET failures = $3, window_started_at = $4, locked_until = $5 \
             WHERE kind = $1 AND key = $2",
        );
        let update = update.bind(kind.as_str()).bind(key);
        update.bind(throttle.failures).bind(throttle.window_started_at).bind(throttle.locked_until).execute().await?;
        Ok(())
    }

    /// Only this one.
    pub(super) async fn delete_account_throttle(&mut self, key: &str) -> Result<(), DatabaseError> {
        let delete = self.0.query("DELETE FROM sign_in_throttles WHERE kind = 'account' AND key = $1");
        delete.bind(key).execute().await?;
        Ok(())
    }

    /// Those of an account, with each address that is counted apart.
    pub(super) async fn delete_account_throttles(&mut self, key: &str) -> Result<(), DatabaseError> {
        let delete =
            self.0.query("DELETE FROM sign_in_throttles WHERE kind = 'account' AND (key = $1 OR key LIKE $1 || '@%')");
        delete.bind(key).execute().await?;
        Ok(())
    }

    pub(super) async fn delete_old_throttles(&mut self, before: DateTime<Utc>) -> Result<(), DatabaseError> {
        let delete = self.0.query(
            "DELETE FROM sign_in_throttles WHERE window_started_at < $1 \
             AND (locked_until IS NULL OR locked_until < $1)",
        );
        delete.bind(before).execute().await?;
        Ok(())
    }
}

/// Links.
impl AuthRepository<'_> {
    pub(super) async fn insert_link(&mut self, link: &NewLink<'_>) -> Result<(), DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO one_time_links (token_hash, purpose, staff_id, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5)",
        );
        let insert = insert.bind(link.token_hash).bind(link.purpose).bind(link.staff_id);
        insert.bind(link.created_at).bind(link.expires_at).execute().await?;
        Ok(())
    }

    pub(super) async fn link_exists(
        &mut self,
        token_hash: &str,
        purpose: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DatabaseError> {
        self.0
            .query(
                "SELECT EXISTS (SELECT 1 FROM one_time_links \
                 WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3)",
            )
            .bind(token_hash)
            .bind(purpose)
            .bind(now)
            .fetch_value()
            .await
    }

    /// A link that is still good, for somebody whose account is open.
    pub(super) async fn find_link(
        &mut self,
        token_hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<LinkRow>, DatabaseError> {
        self.0
            .query(
                "SELECT staff.id AS staff_id, one_time_links.purpose, staff.username, staff.email_key, \
                 staff.full_name FROM one_time_links JOIN staff ON staff.id = one_time_links.staff_id \
                 WHERE one_time_links.token_hash = $1 AND one_time_links.expires_at > $2 AND staff.is_active",
            )
            .bind(token_hash)
            .bind(now)
            .fetch_optional()
            .await
    }

    /// `true` for exactly one of those who use a link that is still good.
    pub(super) async fn delete_link(
        &mut self,
        token_hash: &str,
        purpose: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DatabaseError> {
        let delete =
            self.0.query("DELETE FROM one_time_links WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3");
        Ok(delete.bind(token_hash).bind(purpose).bind(now).execute().await? == 1)
    }

    pub(super) async fn delete_links_for(&mut self, purpose: &str) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM one_time_links WHERE purpose = $1").bind(purpose).execute().await?;
        Ok(())
    }

    pub(super) async fn delete_links_of(&mut self, staff: StaffId, purpose: &str) -> Result<(), DatabaseError> {
        let delete = self.0.query("DELETE FROM one_time_links WHERE staff_id = $1 AND purpose = $2");
        delete.bind(staff).bind(purpose).execute().await?;
        Ok(())
    }

    pub(super) async fn delete_all_links_of(&mut self, staff: StaffId) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM one_time_links WHERE staff_id = $1").bind(staff).execute().await?;
        Ok(())
    }

    pub(super) async fn delete_expired_links(&mut self, now: DateTime<Utc>) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM one_time_links WHERE expires_at <= $1").bind(now).execute().await?;
        Ok(())
    }
}
