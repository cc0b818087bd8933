//! Keeping partners and locations: exactly one of each is the default, and none goes while customers belong to it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::kind::{DEFAULT_STAYS, Kind, in_use};
use super::model::{Choice, Location, LocationInput, Partner, PartnerInput, name_key};
use super::repository::{Facts, PlaceRow};
use super::steps;
use crate::audit::{AuditLog, Change};
use crate::database::{Database, DatabaseError, Lock, Transaction};
use crate::shared::actor::Actor;
use crate::shared::clock::Clock;
use crate::shared::id::{LocationId, PartnerId};
use crate::shared::permission::{Permission, Scope};
use crate::shared::problem::Problem;

/// Partners and locations; cheap to clone.
#[derive(Clone, Debug)]
pub struct PlaceService {
    database: Database,
    audit: AuditLog,
    clock: Clock,
}

impl PlaceService {
    /// The service on the database of the process.
    pub fn new(database: Database, audit: AuditLog, clock: Clock) -> Self {
        Self { database, audit, clock }
    }

    /// The partners in the caller's scope, by name. Errors: `Forbidden`.
    pub async fn partners(&self, actor: &Actor) -> Result<Vec<Partner>, Problem> {
        self.list(actor, Kind::Partner).await
    }

    /// The locations in the caller's scope, by name. Errors: `Forbidden`.
    pub async fn locations(&self, actor: &Actor) -> Result<Vec<Location>, Problem> {
        self.list(actor, Kind::Location).await
    }

    /// One partner. Errors: `Forbidden`, `NotFound`, also outside the scope.
    pub async fn partner(&self, actor: &Actor, id: PartnerId) -> Result<Partner, Problem> {
        self.get(actor, Kind::Partner, id.0).await
    }

    /// One location. Errors: `Forbidden`, `NotFound`, also outside the scope.
    pub async fn location(&self, actor: &Actor, id: LocationId) -> Result<Location, Problem> {
        self.get(actor, Kind::Location, id.0).await
    }

    /// Adds a partner. Errors: `Invalid` with every wrong field, `Forbidden` also when the caller does not see
    /// every partner, `Conflict` (`name_taken`).
    pub async fn create_partner(&self, actor: &Actor, input: PartnerInput) -> Result<Partner, Problem> {
        require(actor, Kind::Partner)?;
        Ok(self.create(actor, Kind::Partner, input.checked()?.into()).await?.into())
    }

    /// Adds a location. Errors as [`Self::create_partner`].
    pub async fn create_location(&self, actor: &Actor, input: LocationInput) -> Result<Location, Problem> {
        require(actor, Kind::Location)?;
        Ok(self.create(actor, Kind::Location, input.checked()?.into()).await?.into())
    }

    /// Saves a partner over the version that was read. Errors: `NotFound`, `Stale`, `Invalid` with every wrong
    /// field, also when the default would be none, `Forbidden` also when somebody makes it the default who does
    /// not see every partner, `Conflict` (`name_taken`).
    pub async fn update_partner(
        &self,
        actor: &Actor,
        id: PartnerId,
        version: i64,
        input: PartnerInput,
    ) -> Result<Partner, Problem> {
        require(actor, Kind::Partner)?;
        Ok(self.update(actor, Kind::Partner, (id.0, version), input.checked()?.into()).await?.into())
    }

    /// Saves a location over the version that was read. Errors as [`Self::update_partner`].
    pub async fn update_location(
        &self,
        actor: &Actor,
        id: LocationId,
        version: i64,
        input: LocationInput,
    ) -> Result<Location, Problem> {
        require(actor, Kind::Location)?;
        Ok(self.update(actor, Kind::Location, (id.0, version), input.checked()?.into()).await?.into())
    }

    /// Deletes a partner without customers, of which `version` was read. Errors: `NotFound`, `Stale`, `Forbidden` also
    /// when the caller does not see every partner, `Conflict` (`default_partner`, `partner_in_use`).
    pub async fn delete_partner(&self, actor: &Actor, id: PartnerId, version: i64) -> Result<(), Problem> {
        self.delete(actor, Kind::Partner, id.0, version).await
    }

    /// Deletes a location without customers, of which `version` was read. Errors: `NotFound`, `Stale`, `Forbidden` also
    /// when the caller does not see every location, `Conflict` (`default_location`, `location_in_use`).
    pub async fn delete_location(&self, actor: &Actor, id: LocationId, version: i64) -> Result<(), Problem> {
        self.delete(actor, Kind::Location, id.0, version).await
    }

    /// The active partners and locations in a scope, for new customers: the default first, then by name.
    pub async fn choices(&self, tx: &mut Transaction, scope: &Scope) -> Result<(Vec<Choice>, Vec<Choice>), Problem> {
        let (mut partners, mut locations) = (Vec::new(), Vec::new());
        for row in steps::listed(tx, scope).await?.into_iter().filter(|row| row.is_active) {
            let list = if row.is_partner { &mut partners } else { &mut locations };
            list.push(Choice { id: row.id, name: row.name });
        }
        Ok((partners, locations))
    }

    async fn list<T: From<PlaceRow>>(&self, actor: &Actor, kind: Kind) -> Result<Vec<T>, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut rows = self.database.read().await?.places().list(kind, &actor.scope).await?;
        rows.sort_by_cached_key(|row| (name_key(&row.facts().name), row.id));
        Ok(rows.into_iter().map(T::from).collect())
    }

    async fn get<T: From<PlaceRow>>(&self, actor: &Actor, kind: Kind, id: i64) -> Result<T, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.read().await?;
        Ok(find(&mut tx, actor, kind, id).await?.into())
    }

    async fn create(&self, actor: &Actor, kind: Kind, facts: Facts) -> Result<PlaceRow, Problem> {
        require_every(actor, kind)?;
        let now = self.clock.now();
        let mut tx = self.begin_changes().await?;
        let mut changes = Vec::new();
        if facts.is_default {
            changes.extend(take_default(&mut tx, actor, kind, now).await?);
        }
        let inserted = tx.places().insert(kind, &facts, &actor.name, now).await;
        let id = inserted.map_err(|error| name_taken(kind, error))?;
        let change = Change::new(kind.pick("partner.created", "location.created"), kind.name(), id);
        changes.push(change.between(&json!({}), &compared(&facts)));
        self.audit.record_all(&mut tx, actor, now, changes).await?;
        let row = find(&mut tx, actor, kind, id).await?;
        tx.commit().await?;
        Ok(row)
    }

    async fn update(
        &self,
        actor: &Actor,
        kind: Kind,
        (id, version): (i64, i64),
        after: Facts,
    ) -> Result<PlaceRow, Problem> {
        let now = self.clock.now();
        let mut tx = self.begin_changes().await?;
        let row = find(&mut tx, actor, kind, id).await?;
        if row.version != version {
            return Err(Problem::Stale { version: row.version });
        }
        let before = row.facts();
        if before == after {
            return Ok(row);
        }
        let moved = move_default(&mut tx, actor, kind, (&before, &after), now).await?;
        let saved = tx.places().update(kind, id, version, &after, &actor.name, now).await;
        if !saved.map_err(|error| name_taken(kind, error))? {
            return Err(Problem::Stale { version: version + 1 });
        }
        let change = Change::new(updated(kind), kind.name(), id).between(&compared(&before), &compared(&after));
        self.audit.record_all(&mut tx, actor, now, moved.into_iter().chain([change]).collect()).await?;
        let row = find(&mut tx, actor, kind, id).await?;
        tx.commit().await?;
        Ok(row)
    }

    async fn delete(&self, actor: &Actor, kind: Kind, id: i64, version: i64) -> Result<(), Problem> {
        actor.require(kind.permission())?;
        require_every(actor, kind)?;
        let mut tx = self.begin_changes().await?;
        let row = find(&mut tx, actor, kind, id).await?;
        if row.version != version {
            return Err(Problem::Stale { version: row.version });
        }
        if row.is_default {
            return Err(Problem::conflict(kind.pick("default_partner", "default_location"), DEFAULT_STAYS));
        }
        let kept = || Problem::conflict(kind.pick("partner_in_use", "location_in_use"), in_use(row.customers));
        if tx.places().has_customers(kind, id).await? {
            return Err(kept());
        }
        match tx.places().delete(kind, id).await {
            Err(DatabaseError::ForeignKey) => return Err(kept()),
            deleted => deleted?,
        }
        let change = Change::new(kind.pick("partner.deleted", "location.deleted"), kind.name(), id);
        let change = change.between(&compared(&row.facts()), &json!({}));
        self.audit.record(&mut tx, actor, self.clock.now(), change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A transaction that changes partners or locations, one at a time.
    async fn begin_changes(&self) -> Result<Transaction, Problem> {
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        Ok(tx)
    }
}

/// What writing needs; the answer shows the record with its customers, so reading is asked as well.
fn require(actor: &Actor, kind: Kind) -> Result<(), Problem> {
    actor.require(kind.permission())?;
    actor.require(Permission::CustomersRead)
}

/// Errors: `Forbidden` for whoever sees only some of them: what touches the others is not theirs to decide.
fn require_every(actor: &Actor, kind: Kind) -> Result<(), Problem> {
    if kind.seen(&actor.scope).is_none() {
        return Ok(());
    }
    Err(Problem::Forbidden { permission: format!("{} on every {}", kind.permission().as_str(), kind.name()) })
}

async fn find(tx: &mut Transaction, actor: &Actor, kind: Kind, id: i64) -> Result<PlaceRow, Problem> {
    tx.places().find(kind, &actor.scope, id).await?.ok_or_else(|| Problem::not_found(kind.name()))
}

/// Settles which one is the default, and tells what that changes about the one before. Errors: `Invalid` when it
/// would be none, `Forbidden` when the caller does not see every one.
async fn move_default(
    tx: &mut Transaction,
    actor: &Actor,
    kind: Kind,
    (before, after): (&Facts, &Facts),
    now: DateTime<Utc>,
) -> Result<Option<Change>, Problem> {
    match (before.is_default, after.is_default) {
        (true, false) => Err(Problem::field_error("is_default", "default", "Make another one the default instead.")),
        (false, true) => {
            require_every(actor, kind)?;
            take_default(tx, actor, kind, now).await
        }
        _ => Ok(None),
    }
}

/// Takes the default away from the one that has it, before another gets it.
async fn take_default(
    tx: &mut Transaction,
    actor: &Actor,
    kind: Kind,
    now: DateTime<Utc>,
) -> Result<Option<Change>, Problem> {
    let cleared = tx.places().clear_default(kind, &actor.name, now).await?;
    Ok(cleared.map(|id| {
        let change = Change::new(updated(kind), kind.name(), id).because("Another one was made the default.");
        change.between(&json!({ "is_default": true }), &json!({ "is_default": false }))
    }))
}

fn updated(kind: Kind) -> &'static str {
    kind.pick("partner.updated", "location.updated")
}

/// Facts as the audit log compares them.
fn compared(facts: &Facts) -> Value {
    serde_json::to_value(facts).unwrap_or_default()
}

/// A name must be unique, as it stands and folded.
fn name_taken(kind: Kind, error: DatabaseError) -> Problem {
    let rule = kind.pick("partners_name_key", "locations_name_key");
    match error {
        DatabaseError::Unique { constraint } if constraint.starts_with(rule) => {
            Problem::conflict("name_taken", format!("Another {} has this name already.", kind.name()))
        }
        other => other.into(),
    }
}
