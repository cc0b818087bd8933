//! Rows of second factors and recovery codes.

use chrono::{DateTime, Utc};

use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::id::StaffId;

/// The second factor of a person, and what their role asks for.
#[derive(FromRow)]
pub(super) struct FactorRow {
    pub is_required: bool,
    /// Sealed.
    pub secret: Option<String>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub codes_left: i64,
}

impl FactorRow {
    /// The sealed secret of a device that is being added.
    pub(super) fn pending(&self) -> Option<&str> {
        self.secret.as_deref().filter(|_| self.confirmed_at.is_none())
    }
}

pub(super) struct FactorRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn second_factors(&mut self) -> FactorRepository<'_> {
        FactorRepository(self)
    }
}

impl FactorRepository<'_> {
    /// A device that never proved itself is left out when another session adds it, or it was begun before
    /// `pending_since`.
    pub(super) async fn find(
        &mut self,
        staff: StaffId,
        session_hash: &str,
        pending_since: DateTime<Utc>,
    ) -> Result<FactorRow, DatabaseError> {
        self.0
            .query(
                "SELECT roles.requires_second_factor AS is_required, second_factors.secret, \
                 second_factors.confirmed_at, \
                 (SELECT COUNT(*) FROM recovery_codes WHERE recovery_codes.staff_id = staff.id) AS codes_left \
                 FROM staff JOIN roles ON roles.id = staff.role_id \
                 LEFT JOIN second_factors ON second_factors.staff_id = staff.id \
                 AND (second_factors.confirmed_at IS NOT NULL \
                 OR (second_factors.session_hash = $2 AND second_factors.created_at > $3)) \
                 WHERE staff.id = $1",
            )
            .bind(staff)
            .bind(session_hash)
            .bind(pending_since)
            .fetch_one()
            .await
    }

    /// Puts a device in place of one that never proved itself; `false` when one has.
    pub(super) async fn put_pending(
        &mut self,
        staff: StaffId,
        session_hash: &str,
        secret: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DatabaseError> {
        let put = self.0.query(
            "INSERT INTO second_factors (staff_id, session_hash, secret, created_at, last_step) \
             VALUES ($1, $2, $3, $4, 0) ON CONFLICT (staff_id) DO UPDATE SET session_hash = excluded.session_hash, \
             secret = excluded.secret, created_at = excluded.created_at WHERE second_factors.confirmed_at IS NULL",
        );
        Ok(put.bind(staff).bind(session_hash).bind(secret).bind(now).execute().await? == 1)
    }

    /// `false` when it was confirmed or replaced meanwhile.
    pub(super) async fn confirm(
        &mut self,
        staff: StaffId,
        secret: &str,
        step: i64,
        now: DateTime<Utc>,
    ) -> Result<bool, DatabaseError> {
        let update = self.0.query(
            "UPDATE second_factors SET confirmed_at = $4, last_step = $3, session_hash = NULL \
             WHERE staff_id = $1 AND secret = $2 AND confirmed_at IS NULL",
        );
        Ok(update.bind(staff).bind(secret).bind(step).bind(now).execute().await? == 1)
    }

    /// `true` for exactly one of those who use the code of a time step; older ones are used up with it.
    pub(super) async fn use_step(&mut self, staff: StaffId, step: i64) -> Result<bool, DatabaseError> {
        let update = self.0.query(
            "UPDATE second_factors SET last_step = $2 \
             WHERE staff_id = $1 AND last_step < $2 AND confirmed_at IS NOT NULL",
        );
        Ok(update.bind(staff).bind(step).execute().await? == 1)
    }

    /// `true` for exactly one of those who use a recovery code.
    pub(super) async fn delete_code(&mut self, staff: StaffId, code_hash: &str) -> Result<bool, DatabaseError> {
        let delete = self.0.query("DELETE FROM recovery_codes WHERE staff_id = $1 AND code_hash = $2");
        Ok(delete.bind(staff).bind(code_hash).execute().await? == 1)
    }

    /// Puts recovery codes in place of those that are left.
    pub(super) async fn replace_codes(
        &mut self,
        staff: StaffId,
        hashes: &[String],
        now: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM recovery_codes WHERE staff_id = $1").bind(staff).execute().await?;
        let mut insert = self.0.build("INSERT INTO recovery_codes (staff_id, code_hash, created_at) VALUES ");
        for (i, hash) in hashes.iter().enumerate() {
            insert.push(if i == 0 { "(" } else { ", (" }).push_bind(staff).push(", ").push_bind(hash);
            insert.push(", ").push_bind(now).push(")");
        }
        insert.finish()?.execute().await?;
        Ok(())
    }

    /// Takes the device and its recovery codes away; `false` when there was none that counted.
    pub(super) async fn delete(&mut self, staff: StaffId) -> Result<bool, DatabaseError> {
        self.0.query("DELETE FROM recovery_codes WHERE staff_id = $1").bind(staff).execute().await?;
        let delete = self.0.query("DELETE FROM second_factors WHERE staff_id = $1 RETURNING confirmed_at IS NOT NULL");
        Ok(delete.bind(staff).fetch_optional_value().await?.unwrap_or(false))
    }
}
