//! Recording what happens at the door, and searching it.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Utc};

use super::model::AuthEvent;
use super::repository::{About, Bound, EventQuery, EventRow};
use crate::audit::{AuditLog, Change};
use crate::auth::device_of;
use crate::auth::model::{AuthEventEntry, AuthEventPage, EventFilter, name_key};
use crate::auth::service::AuthService;
use crate::database::{DatabaseError, Transaction};
use crate::shared::actor::{Actor, ActorKind, Origin};
use crate::shared::id::{OAuthClientId, StaffId};
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::shared::text::tidy;
use crate::shared::validation::Checks;

/// Events on a page at most.
const MAX_LIMIT: i64 = 200;

/// Events on a page unless asked otherwise.
const LIMIT: i64 = 50;

/// How far the clocks of two servers may be apart: by so much may an event stand out of order.
const SLACK: Duration = Duration::minutes(10);

/// Whom an event is about. Names that no account has are not kept: people type passwords there.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The account, when there is one.
    pub staff_id: Option<StaffId>,
    /// The API client, when there is one.
    pub client_id: Option<OAuthClientId>,
    /// Its user name, full name or client name.
    pub name: &'a str,
    /// Where it happened.
    pub origin: &'a Origin,
}

impl<'a> From<&'a Actor> for Subject<'a> {
    fn from(actor: &'a Actor) -> Self {
        let client_id = match actor.kind {
            ActorKind::Client(id) => Some(id),
            ActorKind::Staff(_) | ActorKind::System => None,
        };
        Self { staff_id: actor.staff_id(), client_id, name: &actor.name, origin: &actor.origin }
    }
}

/// Records an event, to be searched and, in the audit log, to be proven. What an administrator does to somebody
/// stands in the audit log under the administrator's name already: the use case puts it there.
pub async fn record_event(
    tx: &mut Transaction,
    audit: &AuditLog,
    at: DateTime<Utc>,
    event: AuthEvent,
    subject: Subject<'_>,
) -> Result<(), Problem> {
    tx.auth_events().insert(at, event, subject).await?;
    if event.is_by_administrator() {
        return Ok(());
    }
    let Subject { staff_id, client_id, name, origin } = subject;
    let mut actor = Actor { origin: origin.clone(), ..Actor::system("sign-in") };
    let kind = staff_id.map(ActorKind::Staff).or(client_id.map(ActorKind::Client));
    if let Some(kind) = kind.filter(|_| event.is_proven()) {
        actor.kind = kind;
        name.clone_into(&mut actor.name);
    }
    let (entity, entity_id) = match (staff_id, client_id) {
        (None, Some(client)) => ("oauth_client", Some(client.0)),
        (staff, _) => ("staff", staff.map(|id| id.0)),
    };
    audit.record(tx, &actor, at, Change { entity_id, ..Change::new(event.action(), entity, 0) }).await
}

impl AuthService {
    /// What happened at the door, newest first. Errors: `Forbidden`, `Invalid`.
    pub async fn search_events(&self, actor: &Actor, filter: &EventFilter) -> Result<AuthEventPage, Problem> {
        actor.require(Permission::AuditRead)?;
        let event = checked(filter)?;
        let limit = filter.limit.unwrap_or(LIMIT);
        let mut tx = self.database.read().await?;
        let (subject, address) = (given(filter.subject.as_deref()), given(filter.address.as_deref()));
        let about = match &subject {
            Some(subject) => Some(about(&mut tx, subject).await?),
            None => None,
        };
        let from = bound(&mut tx, filter.from, -SLACK).await?;
        let until = bound(&mut tx, filter.until.and_then(|day| day.succ_opt()), SLACK).await?;
        let address = address.as_deref();
        let before = filter.before.unwrap_or(i64::MAX);
        let query = EventQuery { event, about, address, from, until, before, limit: limit + 1 };
        let mut rows = tx.auth_events().list(&query).await?;
        let is_last = i64::try_from(rows.len()).unwrap_or(i64::MAX) <= limit;
        rows.truncate(usize::try_from(limit).unwrap_or_default());
        let next_before = rows.last().map(|row| row.id).filter(|_| !is_last);
        Ok(AuthEventPage { events: rows.into_iter().map(AuthEventEntry::from).collect(), next_before })
    }
}

impl From<EventRow> for AuthEventEntry {
    fn from(row: EventRow) -> Self {
        let event = AuthEvent::parse(&row.event);
        Self {
            id: row.id,
            at: row.at,
            label: event.map_or_else(|| row.event.clone(), |event| event.label().to_owned()),
            is_success: event.is_none_or(AuthEvent::is_success),
            event: row.event,
            subject: row.subject,
            address: row.address,
            device: device_of(row.user_agent.as_deref()),
            user_agent: row.user_agent,
            request_id: row.request_id,
        }
    }
}

/// What was written into a field of the filter, if anything, without what no database takes.
fn given(text: Option<&str>) -> Option<String> {
    text.map(tidy).filter(|text| !text.is_empty())
}

/// The event that is asked for. Errors: `Invalid` with every wrong field.
fn checked(filter: &EventFilter) -> Result<Option<AuthEvent>, Problem> {
    let mut checks = Checks::default();
    let name = given(filter.event.as_deref());
    let event = name.as_deref().and_then(AuthEvent::parse);
    if name.is_some() && event.is_none() {
        checks.add("event", "unknown", "There is no such event.");
    }
    for (field, day) in [("from", filter.from), ("until", filter.until)] {
        if day.is_some_and(|day| !(1970..3000).contains(&day.year())) {
            checks.add(field, "invalid", "Please give a day between 1970 and 2999.");
        }
    }
    if filter.limit.is_some_and(|limit| !(1..=MAX_LIMIT).contains(&limit)) {
        checks.add("limit", "invalid", format!("Between 1 and {MAX_LIMIT}."));
    }
    checks.finish()?;
    Ok(event)
}

/// A person by any of their names, under which their events stand; else the name as it was recorded.
async fn about<'a>(tx: &mut Transaction, subject: &'a str) -> Result<About<'a>, DatabaseError> {
    let staff = tx.auth_events().list_staff_called(&name_key(subject), subject).await?;
    Ok(match staff.as_slice() {
        [one] => About::Staff(*one),
        _ => About::Name(subject),
    })
}

/// The start of a day, and the first event that was recorded then, give or take `slack`. Ids grow with time, so
/// that it is found by halving: a day's page costs the same however many events there are, without an index.
async fn bound(tx: &mut Transaction, day: Option<NaiveDate>, slack: Duration) -> Result<Option<Bound>, DatabaseError> {
    let Some(at) = day.map(|day| day.and_time(NaiveTime::MIN).and_utc()) else { return Ok(None) };
    let mut older = 0;
    let mut id = tx.auth_events().last_id().await? + 1;
    while id - older > 1 {
        let middle = older + (id - older) / 2;
        match tx.auth_events().find_from(middle).await? {
            Some((found, time)) if found < id && time < at + slack => older = found,
            _ => id = middle,
        }
    }
    Ok(Some(Bound { at, id }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_part_of_a_filter_is_named() {
        let filter = EventFilter {
            event: Some("breakfast".into()),
            from: NaiveDate::from_ymd_opt(-4000, 1, 1),
            limit: Some(201),
            ..EventFilter::default()
        };
        let Err(problem) = checked(&filter) else { panic!("three errors expected") };
        let fields: Vec<&str> = problem.errors().iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["event", "from", "limit"]);
    }

    #[test]
    fn empty_parts_of_a_filter_ask_for_nothing() {
        let filter = EventFilter { event: Some(" \0".into()), ..EventFilter::default() };
        assert_eq!(checked(&filter), Ok(None));
    }
}
