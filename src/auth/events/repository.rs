//! Rows of the authentication events.

use chrono::{DateTime, Utc};

use super::model::AuthEvent;
use super::service::Subject;
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::id::StaffId;

#[derive(FromRow)]
pub(super) struct EventRow {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub event: String,
    pub subject: String,
    pub address: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: Option<String>,
}

/// Whom the events are about.
pub(super) enum About<'a> {
    Staff(StaffId),
    Name(&'a str),
}

/// A moment, and the first event that may lie behind it.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    pub at: DateTime<Utc>,
    pub id: i64,
}

/// What is looked for; everything given must hold.
pub(super) struct EventQuery<'a> {
    pub event: Option<AuthEvent>,
    pub about: Option<About<'a>>,
    pub address: Option<&'a str>,
    pub from: Option<Bound>,
    pub until: Option<Bound>,
    pub before: i64,
    pub limit: i64,
}

pub(super) struct EventRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn auth_events(&mut self) -> EventRepository<'_> {
        EventRepository(self)
    }
}

impl EventRepository<'_> {
    pub(super) async fn insert(
        &mut self,
        at: DateTime<Utc>,
        event: AuthEvent,
        subject: Subject<'_>,
    ) -> Result<(), DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO authentication_events \
             (at, event, staff_id, client_id, subject, address, user_agent, request_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        );
        let origin = subject.origin;
        let insert = insert.bind(at).bind(event.as_str()).bind(subject.staff_id).bind(subject.client_id);
        let insert = insert.bind(subject.name).bind(&origin.address).bind(&origin.user_agent);
        insert.bind(&origin.request_id).execute().await?;
        Ok(())
    }

    /// The people who have this user name, e-mail address or full name; two at most.
    pub(super) async fn list_staff_called(
        &mut self,
        name_key: &str,
        full_name: &str,
    ) -> Result<Vec<StaffId>, DatabaseError> {
        self.0
            .query("SELECT id FROM staff WHERE username = $1 OR email_key = $1 OR full_name = $2 LIMIT 2")
            .bind(name_key)
            .bind(full_name)
            .fetch_values()
            .await
    }

    pub(super) async fn last_id(&mut self) -> Result<i64, DatabaseError> {
        self.0.query("SELECT COALESCE(MAX(id), 0) FROM authentication_events").fetch_value().await
    }

    /// Id and time of the first event from an id on.
    pub(super) async fn find_from(&mut self, id: i64) -> Result<Option<(i64, DateTime<Utc>)>, DatabaseError> {
        let select = self.0.query("SELECT id, at FROM authentication_events WHERE id >= $1 ORDER BY id LIMIT 1");
        select.bind(id).fetch_optional().await
    }

    /// Newest first.
    pub(super) async fn list(&mut self, query: &EventQuery<'_>) -> Result<Vec<EventRow>, DatabaseError> {
        let mut select = self.0.build(
            "SELECT id, at, event, subject, address, user_agent, request_id FROM authentication_events WHERE id < ",
        );
        select.push_bind(query.before);
        if let Some(event) = query.event {
            select.push(" AND event = ").push_bind(event.as_str());
        }
        match query.about {
            Some(About::Staff(id)) => {
                select.push(" AND staff_id = ").push_bind(id);
            }
            Some(About::Name(name)) => {
                select.push(" AND subject = ").push_bind(name);
            }
            None => {}
        }
        if let Some(address) = query.address {
            select.push(" AND address = ").push_bind(address);
        }
        if let Some(from) = query.from {
            select.push(" AND id >= ").push_bind(from.id).push(" AND at >= ").push_bind(from.at);
        }
        if let Some(until) = query.until {
            select.push(" AND id < ").push_bind(until.id).push(" AND at < ").push_bind(until.at);
        }
        select.push(" ORDER BY id DESC LIMIT ").push_bind(query.limit);
        select.finish()?.fetch_all().await
    }
}
