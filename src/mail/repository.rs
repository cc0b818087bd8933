//! The rows of mails.

use chrono::{DateTime, Utc};

use crate::database::{DatabaseError, FromRow, Transaction};

/// A mail that was claimed for an attempt.
#[derive(FromRow)]
pub(super) struct MailRow {
    pub id: i64,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    pub created_at: DateTime<Utc>,
    /// This one included.
    pub attempts: i64,
}

pub(super) struct MailRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn mails(&mut self) -> MailRepository<'_> {
        MailRepository(self)
    }
}

impl MailRepository<'_> {
    pub(super) async fn insert(
        &mut self,
        recipient: &str,
        subject: &str,
        body: &str,
        now: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        self.0
            .query(
                "INSERT INTO mails (recipient, subject, body, created_at, attempts, next_attempt_at) \
                 VALUES ($1, $2, $3, $4, 0, $4)",
            )
            .bind(recipient)
            .bind(subject)
            .bind(body)
            .bind(now)
            .execute()
            .await?;
        Ok(())
    }

    /// Does any mail wait for an attempt at `due` or before? Costs no writer.
    pub(super) async fn is_due(&mut self, due: DateTime<Utc>) -> Result<bool, DatabaseError> {
        let first = self.0.query("SELECT id FROM mails WHERE next_attempt_at <= $1 LIMIT 1").bind(due);
        Ok(first.fetch_optional_value::<i64>().await?.is_some())
    }

    /// The mail that has waited longest, claimed until `until`. Where two claim the same one, the second finds it
    /// claimed and gets none.
    pub(super) async fn claim(
        &mut self,
        due: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<MailRow>, DatabaseError> {
        self.0
            .query(
                "UPDATE mails SET next_attempt_at = $2, attempts = attempts + 1 \
                 WHERE id = (SELECT id FROM mails WHERE next_attempt_at <= $1 ORDER BY next_attempt_at, id LIMIT 1) \
                 AND next_attempt_at <= $1 RETURNING id, recipient, subject, body, created_at, attempts",
            )
            .bind(due)
            .bind(until)
            .fetch_optional()
            .await
    }

    pub(super) async fn postpone(&mut self, id: i64, next: DateTime<Utc>, error: &str) -> Result<(), DatabaseError> {
        let update = self.0.query(
            "UPDATE mails SET next_attempt_at = $2, last_error = $3 WHERE id = $1 AND next_attempt_at IS NOT NULL",
        );
        update.bind(id).bind(next).bind(error).execute().await?;
        Ok(())
    }

    /// Sent, or given up: nothing will be tried again, and the text is gone.
    pub(super) async fn close(
        &mut self,
        id: i64,
        sent_at: Option<DateTime<Utc>>,
        error: Option<&str>,
    ) -> Result<(), DatabaseError> {
        self.0
            .query(
                "UPDATE mails SET sent_at = $2, last_error = $3, next_attempt_at = NULL, body = '' \
                 WHERE id = $1 AND next_attempt_at IS NOT NULL",
            )
            .bind(id)
            .bind(sent_at)
            .bind(error)
            .execute()
            .await?;
        Ok(())
    }

    /// Forgets mails of before `before` that were sent or given up.
    pub(super) async fn delete_closed(&mut self, before: DateTime<Utc>) -> Result<(), DatabaseError> {
        let delete = self.0.query("DELETE FROM mails WHERE next_attempt_at IS NULL AND created_at < $1");
        delete.bind(before).execute().await?;
        Ok(())
    }
}
