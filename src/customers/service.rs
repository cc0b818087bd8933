//! The use cases of a customer's record: open, read, change, delete, restore, find.

use std::sync::{Arc, RwLock};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::custom_fields::{CustomField, check_values, definitions_in};
use super::hierarchy::{BillingMode, blank_hidden_parents, joined, left};
use super::input::{CheckedCustomer, CustomerInput, name_key};
use super::model::{Category, Customer, CustomerChoices, CustomerDetails, PossibleDuplicate, Status};
use super::opening::Opening;
use super::phones::{parse_phone, zone_exists};
use super::repository::{Likeness, Names, PlaceRow, email_key};
use super::search::Rarity;
use super::status::ChildrenChoice;
use super::steps::{ORIGIN_STAYS, facts};
use crate::audit::{AuditEntry, AuditLog, Change};
use crate::database::{Database, Lock, Transaction};
use crate::places::Choice;
use crate::settings::{EmailPolicy, SettingsService};
use crate::shared::actor::Actor;
use crate::shared::clock::Clock;
use crate::shared::id::{CustomerId, LocationId, PartnerId};
use crate::shared::permission::Permission;
use crate::shared::problem::{FieldError, Problem};
use crate::shared::text::{digits, tidy};

/// Entries of a history on one page.
const HISTORY_PAGE: i64 = 50;

/// What a customer is looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupField {
    /// The name to sign in with.
    Login,
    /// The number the customer knows.
    PortalId,
    /// An e-mail address, ignoring case.
    Email,
    /// A phone or mobile number in any form.
    Phone,
}

/// The use cases of customers; cheap to clone.
#[derive(Clone, Debug)]
pub struct CustomerService {
    pub(in crate::customers) database: Database,
    pub(in crate::customers) settings: SettingsService,
    pub(in crate::customers) audit: AuditLog,
    pub(in crate::customers) clock: Clock,
    pub(in crate::customers) rarity: Arc<RwLock<Arc<Rarity>>>,
    pub(in crate::customers) definitions: Arc<RwLock<Arc<Vec<CustomField>>>>,
}

impl CustomerService {
    /// The service over its neighbours of lower tiers.
    pub fn new(database: Database, settings: SettingsService, audit: AuditLog, clock: Clock) -> Self {
        Self { database, settings, audit, clock, rarity: Arc::default(), definitions: Arc::default() }
    }

    /// One customer, deleted or not. Errors: `Forbidden`, `NotFound`, also outside the scope.
    pub async fn get(&self, actor: &Actor, id: CustomerId) -> Result<Customer, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.snapshot().await?;
        let customer = self.visible(&mut tx, actor, id).await?;
        self.shown(&mut tx, actor, customer).await
    }

    /// A record as this caller sees it: without the id of a parent outside their scope.
    pub(in crate::customers) async fn shown(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        mut customer: Customer,
    ) -> Result<Customer, Problem> {
        blank_hidden_parents(tx, &actor.scope, vec![&mut customer.parent_id]).await?;
        Ok(customer)
    }

    /// Everything that the page of a customer shows, from one moment and in a fixed number of statements.
    /// Errors: `Forbidden`, `NotFound`.
    pub async fn details(&self, actor: &Actor, id: CustomerId) -> Result<CustomerDetails, Problem> {
        actor.require(Permission::CustomersRead)?;
        let now = self.clock.now();
        let mut tx = self.database.snapshot().await?;
        let customer = self.visible(&mut tx, actor, id).await?;
        let labels = if actor.permissions.has(Permission::LabelsRead) {
            self.assignments_of(&mut tx, id, now).await?
        } else {
            Vec::new()
        };
        Ok(CustomerDetails {
            status: self.status_view(&mut tx, actor, &customer).await?,
            labels,
            contacts: tx.contacts().list(id).await?,
            addresses: tx.addresses().list(id).await?,
            hierarchy: self.hierarchy_view(&mut tx, actor, &customer).await?,
            customer: self.shown(&mut tx, actor, customer).await?,
        })
    }

    /// The customer with this login, portal id, e-mail address or phone number.
    /// Errors: `NotFound`; `Conflict("ambiguous")` naming the ids when several share it.
    pub async fn lookup(&self, actor: &Actor, field: LookupField, value: &str) -> Result<Customer, Problem> {
        actor.require(Permission::CustomersRead)?;
        let value = tidy(value);
        let key = match field {
            LookupField::Login => value.to_lowercase(),
            LookupField::PortalId => value,
            LookupField::Email => email_key(&value),
            LookupField::Phone => parse_phone(&value, &self.settings.current().customers.default_region)
                .unwrap_or_else(|| format!("+{}", digits(&value))),
        };
        let mut tx = self.database.read().await?;
        match tx.customers().lookup(&actor.scope, field, &key).await?.as_slice() {
            [] => Err(Problem::not_found("customer")),
            [id] => {
                let customer = self.visible(&mut tx, actor, *id).await?;
                self.shown(&mut tx, actor, customer).await
            }
            several => {
                let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
                Err(Problem::conflict("ambiguous", format!("Several customers share it: {}.", ids.join(", "))))
            }
        }
    }

    /// What happened to a customer, newest first.
    pub async fn history(
        &self,
        actor: &Actor,
        id: CustomerId,
        before: Option<i64>,
    ) -> Result<Vec<AuditEntry>, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.snapshot().await?;
        self.visible(&mut tx, actor, id).await?;
        let hidden = if actor.may(Permission::LabelsRead) { "" } else { "label.%" };
        self.audit.history_without(&mut tx, hidden, ("customer", id.0), before, HISTORY_PAGE).await
    }

    /// What a form offers: partners and locations in the scope, and the system's defaults.
    pub async fn choices(&self, actor: &Actor) -> Result<CustomerChoices, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.read().await?;
        let places = tx.customers().standing(&Names::default()).await?.places;
        let scope = &actor.scope;
        let choices = |rows: Vec<PlaceRow>, seen: &dyn Fn(i64) -> bool| {
            let seen = rows.into_iter().filter(|row| seen(row.id));
            let name = |row: PlaceRow| if row.is_active { row.name } else { format!("{} (inactive)", row.name) };
            seen.map(|row| Choice { id: row.id, name: name(row) }).collect()
        };
        let settings = self.settings.current();
        Ok(CustomerChoices {
            partners: choices(places.partners, &|id| {
                scope.partners.as_ref().is_none_or(|allowed| allowed.contains(&PartnerId(id)))
            }),
            locations: choices(places.locations, &|id| {
                scope.locations.as_ref().is_none_or(|allowed| allowed.contains(&LocationId(id)))
            }),
            custom_fields: self.definitions().to_vec(),
            defaults: CustomerInput {
                category: Some("person".into()),
                language: Some(settings.customers.language.clone()),
                timezone: Some(settings.customers.timezone.clone()),
                currency: Some(settings.customers.currency.clone()),
                communication_method: Some("email".into()),
                ..CustomerInput::default()
            },
        })
    }

    /// Live customers that share the e-mail address, a phone number, the tax id or nearly the name.
    pub async fn possible_duplicates(
        &self,
        actor: &Actor,
        input: &CustomerInput,
    ) -> Result<Vec<PossibleDuplicate>, Problem> {
        actor.require(Permission::CustomersRead)?;
        let checked = self.check_input(input, None)?;
        let mut tx = self.database.read().await?;
        self.duplicates_of(&mut tx, actor, &checked).await
    }

    async fn duplicates_of(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        checked: &CheckedCustomer,
    ) -> Result<Vec<PossibleDuplicate>, Problem> {
        let settings = self.settings.current();
        let region = checked.country.as_deref().unwrap_or(&settings.customers.default_region);
        let phones: Vec<String> = [&checked.phone, &checked.mobile]
            .into_iter()
            .flatten()
            .filter_map(|one| parse_phone(one, region))
            .collect();
        let wanted = settings.customers.email_policy != EmailPolicy::Allow;
        let like = Likeness {
            email: checked.email.as_deref().filter(|_| wanted).map(email_key),
            phones: phones.iter().map(String::as_str).collect(),
            tax_id: checked.tax_id.as_deref(),
            name_key: name_key(&checked.name),
        };
        let definitions = self.definitions();
        let is_listed = |key: &str| {
            definitions.iter().any(|field| field.key == key && field.is_listed && field.archived_at.is_none())
        };
        let mut found: Vec<PossibleDuplicate> = Vec::new();
        for (mut customer, kind) in tx.customers().alike(&actor.scope, &like).await? {
            customer.custom_fields.retain(|key, _| is_listed(key));
            blank_hidden_parents(tx, &actor.scope, vec![&mut customer.parent_id]).await?;
            match found.iter_mut().find(|known| known.customer.id == customer.id) {
                Some(known) if known.matches.iter().any(|one| one == kind) => {}
                Some(known) => known.matches.push(kind.to_owned()),
                None => found.push(PossibleDuplicate { customer, matches: vec![kind.to_owned()] }),
            }
        }
        Ok(found)
    }

    /// Opens an account in the state `new`. Errors: `Invalid` with every field at once, `Forbidden`,
    /// `Conflict` (`email_taken`, `login_taken`, `portal_id_taken`, `external_id_taken`).
    pub async fn create(&self, actor: &Actor, input: CustomerInput) -> Result<Customer, Problem> {
        self.create_unless_duplicate(actor, input, false).await
    }

    /// The same; with `warn` it stops at possible duplicates with `Conflict("possible_duplicates")`.
    pub async fn create_unless_duplicate(
        &self,
        actor: &Actor,
        input: CustomerInput,
        warn: bool,
    ) -> Result<Customer, Problem> {
        actor.require(Permission::CustomersCreate)?;
        let mut tx = self.begin_changes().await?;
        let definitions = definitions_in(&mut tx).await?;
        let checked = self.checked_by(&definitions, &input, None)?;
        if warn && !self.duplicates_of(&mut tx, actor, &checked).await?.is_empty() {
            return Err(Problem::conflict("possible_duplicates", "There may be an account of this customer already."));
        }
        let created = Opening::new(self, actor).run(&mut tx, definitions, vec![checked]).await?.pop();
        let customer = created.unwrap_or(Err(Problem::Internal))?;
        tx.commit().await?;
        Ok(customer)
    }

    /// Every rule of an input, those that need the server's lists included. Custom fields that are absent keep what
    /// they had before. The definitions are those that were read last: whoever writes checks again under the lock.
    pub fn check_input(&self, input: &CustomerInput, before: Option<&Customer>) -> Result<CheckedCustomer, Problem> {
        self.checked_by(&self.definitions(), input, before)
    }

    fn checked_by(
        &self,
        definitions: &[CustomField],
        input: &CustomerInput,
        before: Option<&Customer>,
    ) -> Result<CheckedCustomer, Problem> {
        let checked = input.checked(&self.settings.current().customers, self.today());
        let mut errors = checked.as_ref().err().map(|problem| problem.errors().to_vec()).unwrap_or_default();
        let zone = input.timezone.as_deref().map(str::trim).filter(|zone| !zone.is_empty());
        if !zone.is_none_or(zone_exists) {
            errors.retain(|error| error.field != "timezone");
            errors.push(FieldError::new("timezone", "invalid", "Please write an IANA name such as Europe/Oslo."));
        }
        let category = input.category.as_deref().and_then(|word| Category::parse(word.trim()));
        let category = category.unwrap_or(Category::Person);
        let kept = before.map(|customer| customer.custom_fields.clone()).unwrap_or_default();
        let values = check_values(definitions, category, &kept, &input.custom_fields);
        match (checked, values) {
            (Ok(checked), Ok(custom_fields)) if errors.is_empty() => Ok(CheckedCustomer { custom_fields, ..checked }),
            (_, values) => {
                errors.extend(values.err().unwrap_or_default());
                Err(Problem::Invalid(errors))
            }
        }
    }

    /// Opens accounts as a step of a larger transaction: as many as possible in a few statements.
    /// Each input gets its own answer; a refused one leaves no trace. Custom values are checked once more, by the
    /// definitions that hold now.
    pub async fn create_many(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        inputs: Vec<CheckedCustomer>,
    ) -> Result<Vec<Result<Customer, Problem>>, Problem> {
        actor.require(Permission::CustomersCreate)?;
        tx.lock(Lock::Changes).await?;
        let definitions = definitions_in(tx).await?;
        Opening::new(self, actor).run(tx, definitions, inputs).await
    }

    /// The findings of [`Self::create_many`] without writing anything.
    pub async fn check_many(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        inputs: &[CheckedCustomer],
    ) -> Result<Vec<Option<Problem>>, Problem> {
        actor.require(Permission::CustomersCreate)?;
        Opening::new(self, actor).findings(tx, inputs).await
    }

    /// Which ids of another system are known already; deleted customers count.
    pub async fn known_external_ids(
        &self,
        tx: &mut Transaction,
        source: &str,
        ids: &[String],
    ) -> Result<std::collections::HashSet<String>, Problem> {
        let mut known = std::collections::HashSet::new();
        for chunk in ids.chunks(5_000) {
            known.extend(tx.customers().known_external_ids(source, chunk).await?);
        }
        Ok(known)
    }

    /// Gives seeded customers, created in this transaction, a status and a past.
    pub async fn place(
        &self,
        tx: &mut Transaction,
        placed: &[(&Customer, Status, DateTime<Utc>)],
    ) -> Result<(), Problem> {
        for (customer, status, at) in placed {
            tx.customers().place(customer.id, *status, *at).await?;
        }
        Ok(())
    }

    /// Saves an input over the version that was read. What it does not say about the origin stays; what it says
    /// otherwise is refused. Errors: `Stale`, `NotFound`, `Invalid`, `Forbidden`,
    /// `Conflict` (`email_taken`, `login_taken`, `portal_id_taken`, `portal_id_fixed`, `deleted`).
    pub async fn update(
        &self,
        actor: &Actor,
        id: CustomerId,
        version: i64,
        input: CustomerInput,
    ) -> Result<Customer, Problem> {
        actor.require(Permission::CustomersUpdate)?;
        let mut tx = self.begin_changes().await?;
        let before = self.live(&mut tx, actor, id).await?;
        require_version(&before, version)?;
        let definitions = definitions_in(&mut tx).await?;
        let input = CustomerInput {
            source: input.source.or_else(|| before.source.clone()),
            external_id: input.external_id.or_else(|| before.external_id.clone()),
            ..input
        };
        let checked = self.checked_by(&definitions, &input, Some(&before))?;
        let after = self.changed(&mut tx, actor, &definitions, &before, &checked).await?;
        if facts(&after) == facts(&before) {
            return self.shown(&mut tx, actor, before).await;
        }
        let mut change = Change::new("customer.updated", "customer", id.0);
        if let Some(reason) = checked.portal_id_reason.filter(|_| after.portal_id != before.portal_id) {
            change = change.because(reason);
        }
        let customer = self.save(&mut tx, actor, &definitions, change, &before, after).await?;
        let customer = self.shown(&mut tx, actor, customer).await?;
        tx.commit().await?;
        Ok(customer)
    }

    /// Applies an RFC 7396 merge patch. Errors as [`Self::update`]; unknown fields are `Invalid`, and so is null where
    /// there must be something.
    pub async fn patch(&self, actor: &Actor, id: CustomerId, version: i64, patch: &Value) -> Result<Customer, Problem> {
        actor.require(Permission::CustomersUpdate)?;
        let before = self.get(actor, id).await?;
        let mut input = serde_json::to_value(before.input()).unwrap_or_default();
        let (Some(fields), Some(patch)) = (input.as_object_mut(), patch.as_object()) else {
            return Err(Problem::malformed("A merge patch is a JSON object."));
        };
        let unknown = patch.keys().filter(|key| !fields.contains_key(*key));
        let mut errors: Vec<FieldError> =
            unknown.map(|key| FieldError::new(key, "unknown_field", format!("There is no field {key}."))).collect();
        errors.extend(refused_nulls(&before, patch));
        if !errors.is_empty() {
            return Err(Problem::Invalid(errors));
        }
        fields.extend(patch.iter().filter(|(_, value)| !value.is_null()).map(|(k, v)| (k.clone(), v.clone())));
        fields.retain(|key, _| !patch.get(key).is_some_and(Value::is_null));
        let input = serde_json::from_value(input).map_err(|error| Problem::malformed(error.to_string()))?;
        self.update(actor, id, version, input).await
    }

    /// Puts a customer into the trash; live children need a choice, and for `reparent` their new parent. Errors:
    /// `Stale`, `NotFound`, `Invalid`, `Conflict` (`deleted`, `not_deletable`, `has_children` and others of moves).
    pub async fn delete(
        &self,
        actor: &Actor,
        id: CustomerId,
        version: i64,
        children: Option<&str>,
        new_parent: Option<CustomerId>,
    ) -> Result<(), Problem> {
        actor.require(Permission::CustomersDelete)?;
        let choice = children.filter(|word| !word.trim().is_empty()).map(|word| {
            let unknown = || Problem::field_error("children", "invalid", "Either reparent, promote or terminate.");
            ChildrenChoice::parse(word).ok_or_else(unknown)
        });
        let choice = choice.transpose()?;
        let mut tx = self.begin_changes().await?;
        let before = self.live(&mut tx, actor, id).await?;
        require_version(&before, version)?;
        self.require_deletable(&mut tx, actor, &before, choice).await?;
        self.settle_before_deletion(&mut tx, actor, &before, choice, new_parent).await?;
        let definitions = definitions_in(&mut tx).await?;
        let change = Change::new("customer.deleted", "customer", id.0);
        let after = Customer { deleted_at: Some(self.clock.now()), ..before.clone() };
        self.save(&mut tx, actor, &definitions, change, &before, after).await?;
        left(&mut tx, &before).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Errors: `Conflict("not_deletable")` over the status, with what else stands in the way.
    async fn require_deletable(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        customer: &Customer,
        choice: Option<ChildrenChoice>,
    ) -> Result<(), Problem> {
        if customer.status.is_deletable() {
            return Ok(());
        }
        let mut detail = format!("The customer is {}: terminate or deactivate it first.", customer.status.as_str());
        if choice.is_none() {
            // Without a choice nothing is settled: it only says what there is to choose.
            match self.settle_before_deletion(tx, actor, customer, None, None).await {
                Ok(()) => {}
                Err(Problem::Conflict { detail: children, .. }) => detail = format!("{detail} {children}"),
                Err(other) => return Err(other),
            }
        }
        Err(Problem::conflict("not_deletable", detail))
    }

    /// Takes a customer out of the trash; it comes back as `inactive` (spec: Customers → Delete), under its parent
    /// if that can still have it, else as a main account. Errors: `NotFound`, `Conflict` (`not_deleted`, `email_taken`).
    pub async fn restore(&self, actor: &Actor, id: CustomerId) -> Result<Customer, Problem> {
        actor.require(Permission::CustomersDelete)?;
        let mut tx = self.begin_changes().await?;
        let before = self.visible(&mut tx, actor, id).await?;
        if before.deleted_at.is_none() {
            return Err(Problem::conflict("not_deleted", "The customer is not in the trash."));
        }
        self.require_free_email(&mut tx, &before).await?;
        let parent = self.parent_again(&mut tx, &before).await?;
        let mut after = Customer {
            deleted_at: None,
            status: Status::Inactive,
            status_since: if before.status == Status::Inactive { before.status_since } else { self.clock.now() },
            parent_id: parent.map(|(parent, _)| parent),
            account_level: parent.map_or(1, |(_, level)| level),
            ..before.clone()
        };
        if parent.is_none() {
            after.billing_mode = BillingMode::Independent;
        }
        let definitions = definitions_in(&mut tx).await?;
        let change = Change::new("customer.restored", "customer", id.0);
        let customer = self.save(&mut tx, actor, &definitions, change, &before, after).await?;
        self.note_restored(&mut tx, actor, &before, &customer).await?;
        joined(&mut tx, &customer).await?;
        let customer = self.shown(&mut tx, actor, customer).await?;
        tx.commit().await?;
        Ok(customer)
    }
}

pub(super) fn require_live(customer: &Customer) -> Result<(), Problem> {
    if customer.deleted_at.is_none() {
        Ok(())
    } else {
        Err(Problem::conflict("deleted", "The customer is in the trash. Restore it first."))
    }
}

/// What a merge patch may not empty: what every customer has, its parent, and where it came from.
fn refused_nulls(before: &Customer, patch: &Map<String, Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (field, _) in patch.iter().filter(|(_, value)| value.is_null()) {
        let (code, message) = match field.as_str() {
            "login" | "portal_id" | "partner_id" | "location_id" => {
                ("required", "Every customer has one. Leave the field out to keep it.")
            }
            "parent_id" if before.parent_id.is_some() => {
                ("move", "A customer moves by its own action, not by an update.")
            }
            "source" if before.source.is_some() => ("not_allowed", ORIGIN_STAYS),
            "external_id" if before.external_id.is_some() => ("not_allowed", ORIGIN_STAYS),
            _ => continue,
        };
        errors.push(FieldError::new(field, code, message));
    }
    errors
}

fn require_version(customer: &Customer, version: i64) -> Result<(), Problem> {
    if customer.version == version { Ok(()) } else { Err(Problem::Stale { version: customer.version }) }
}
