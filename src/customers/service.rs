//! The use cases of a customer's record: open, read, change, delete, restore, find.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::model::{
    CheckedCustomer, Choice, Customer, CustomerChoices, CustomerInput, CustomerSummary, PossibleDuplicate, Status,
};
use super::opening::Opening;
use super::phones::{parse_phone, zone_exists};
use super::repository::{Likeness, Names, PlaceRow, Writing, email_key};
use super::search::{
    CheckedFilter, CustomerFilter, CustomerPage, Rarity, SortKey, Window, cursor_of, find_exact, find_page, sample,
};
use crate::audit::{AuditEntry, AuditLog, Change};
use crate::database::{Database, OnUnique, Transaction};
use crate::settings::{EmailPolicy, Settings, SettingsService};
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
    pub(super) database: Database,
    pub(super) settings: SettingsService,
    pub(super) audit: AuditLog,
    pub(super) clock: Clock,
    rarity: Arc<RwLock<Arc<Rarity>>>,
}

impl CustomerService {
    /// The service over its neighbours of lower tiers.
    pub fn new(database: Database, settings: SettingsService, audit: AuditLog, clock: Clock) -> Self {
        Self { database, settings, audit, clock, rarity: Arc::default() }
    }

    /// One customer, deleted or not. Errors: `Forbidden`, `NotFound`, also outside the scope.
    pub async fn get(&self, actor: &Actor, id: CustomerId) -> Result<Customer, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.read().await?;
        self.find(&mut tx, actor, id).await
    }

    async fn find(&self, tx: &mut Transaction, actor: &Actor, id: CustomerId) -> Result<Customer, Problem> {
        tx.customers().find(&actor.scope, id).await?.ok_or_else(|| Problem::not_found("customer"))
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
            [id] => self.find(&mut tx, actor, *id).await,
            several => {
                let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
                Err(Problem::conflict("ambiguous", format!("Several customers share it: {}.", ids.join(", "))))
            }
        }
    }

    /// A page of customers and how many there are, all from one moment (spec: Customers → Search).
    pub async fn search(&self, actor: &Actor, filter: &CustomerFilter) -> Result<CustomerPage, Problem> {
        actor.require(Permission::CustomersRead)?;
        let filter = filter.checked()?;
        let mut tx = self.database.snapshot().await?;
        let exact = match filter.sort {
            SortKey::Relevance => find_exact(&mut tx, &actor.scope, &filter).await?,
            _ => Vec::new(),
        };
        let without: Vec<CustomerId> = exact.iter().map(|row| row.id).collect();
        let first: Vec<CustomerSummary> = match filter.cursor {
            None => exact.into_iter().skip(index(filter.offset)).take(index(filter.limit)).collect(),
            Some(_) => Vec::new(),
        };
        let taken = i64::try_from(first.len()).unwrap_or_default();
        let passed = if filter.cursor.is_some() { 0 } else { i64::try_from(without.len()).unwrap_or_default() };
        let window = Window { offset: (filter.offset - passed).max(0), limit: filter.limit - taken, without: &without };
        let (rest, total) = find_page(&mut tx, &actor.scope, &filter, window, &self.rarity()).await?;
        let mut customers = first;
        customers.extend(rest);
        let has_more = customers.len() > index(filter.limit);
        customers.truncate(index(filter.limit));
        let next_cursor = match customers.last() {
            Some(last) if has_more => Some(self.next_cursor(&mut tx, &filter, &without, last).await?),
            _ => None,
        };
        Ok(CustomerPage {
            customers,
            total_count: total.count,
            total_is_exact: total.exact,
            limit: filter.limit,
            offset: filter.offset,
            has_more,
            next_cursor,
        })
    }

    /// Learns anew which words are rare; the search is right without it, and faster with it.
    pub async fn learn_rarity(&self) -> Result<(), Problem> {
        let learnt = Arc::new(sample(&mut self.database.read().await?).await?);
        *self.rarity.write().unwrap_or_else(PoisonError::into_inner) = learnt;
        Ok(())
    }

    fn rarity(&self) -> Arc<Rarity> {
        self.rarity.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Behind an exact hit, which stands above its place in the order, the rest begins from the top.
    async fn next_cursor(
        &self,
        tx: &mut Transaction,
        filter: &CheckedFilter,
        exact: &[CustomerId],
        last: &CustomerSummary,
    ) -> Result<String, Problem> {
        let mut cursor = cursor_of(tx, filter, last).await?;
        if exact.contains(&last.id) {
            cursor.id = i64::MAX;
        }
        Ok(cursor.encode())
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
        self.find(&mut tx, actor, id).await?;
        self.audit.history(&mut tx, "customer", id.0, before, HISTORY_PAGE).await
    }

    /// What a form offers: partners and locations in the scope, and the system's defaults.
    pub async fn choices(&self, actor: &Actor) -> Result<CustomerChoices, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.read().await?;
        let places = tx.customers().standing(&Names::default()).await?.places;
        let scope = &actor.scope;
        let choices = |rows: Vec<PlaceRow>, seen: &dyn Fn(i64) -> bool| {
            let seen = rows.into_iter().filter(|row| seen(row.id));
            seen.map(|row| Choice { id: row.id, name: row.name }).collect()
        };
        let settings = self.settings.current();
        Ok(CustomerChoices {
            partners: choices(places.partners, &|id| {
                scope.partners.as_ref().is_none_or(|allowed| allowed.contains(&PartnerId(id)))
            }),
            locations: choices(places.locations, &|id| {
                scope.locations.as_ref().is_none_or(|allowed| allowed.contains(&LocationId(id)))
            }),
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
        let checked = self.check_input(input)?;
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
            name_key: checked.name_key(),
        };
        let mut found: Vec<PossibleDuplicate> = Vec::new();
        for (customer, kind) in tx.customers().alike(&actor.scope, &like).await? {
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
        let checked = self.check_input(&input)?;
        let mut tx = self.database.begin().await?;
        if warn && !self.duplicates_of(&mut tx, actor, &checked).await?.is_empty() {
            return Err(Problem::conflict("possible_duplicates", "There may be an account of this customer already."));
        }
        let created = self.create_many(&mut tx, actor, vec![checked]).await?.pop();
        let customer = created.unwrap_or(Err(Problem::Internal))?;
        tx.commit().await?;
        Ok(customer)
    }

    /// Every rule of an input, those that need the server's lists included.
    pub fn check_input(&self, input: &CustomerInput) -> Result<CheckedCustomer, Problem> {
        let settings = self.settings.current();
        let checked = input.checked(&settings.customers, self.today());
        let zone = input.timezone.as_deref().map(str::trim).filter(|zone| !zone.is_empty());
        if zone.is_none_or(zone_exists) {
            return checked;
        }
        let unknown = FieldError::new("timezone", "invalid", "Please write an IANA name such as Europe/Oslo.");
        let mut errors = checked.err().map(|problem| problem.errors().to_vec()).unwrap_or_default();
        errors.retain(|error| error.field != "timezone");
        errors.push(unknown);
        Err(Problem::Invalid(errors))
    }

    /// Opens accounts as a step of a larger transaction: as many as possible in a few statements.
    /// Each input gets its own answer; a refused one leaves no trace.
    pub async fn create_many(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        inputs: Vec<CheckedCustomer>,
    ) -> Result<Vec<Result<Customer, Problem>>, Problem> {
        actor.require(Permission::CustomersCreate)?;
        Opening::new(self, actor).run(tx, inputs).await
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

    /// Saves an input over the version that was read. Errors: `Stale`, `NotFound`, `Invalid`, `Forbidden`,
    /// `Conflict` (`email_taken`, `login_taken`, `portal_id_taken`, `portal_id_fixed`, `deleted`).
    pub async fn update(
        &self,
        actor: &Actor,
        id: CustomerId,
        version: i64,
        input: CustomerInput,
    ) -> Result<Customer, Problem> {
        actor.require(Permission::CustomersUpdate)?;
        let mut tx = self.database.begin().await?;
        tx.lock(crate::database::Lock::Changes).await?;
        let before = self.find(&mut tx, actor, id).await?;
        require_live(&before)?;
        require_version(&before, version)?;
        let checked = self.check_input(&input)?;
        let after = self.changed(&mut tx, actor, &before, &checked).await?;
        if facts(&after) == facts(&before) {
            return Ok(before);
        }
        let customer = self.save(&mut tx, actor, "customer.updated", &before, after, checked.name_key()).await?;
        tx.commit().await?;
        Ok(customer)
    }

    /// Applies an RFC 7396 merge patch. Errors as [`Self::update`]; unknown fields are `Invalid`.
    pub async fn patch(&self, actor: &Actor, id: CustomerId, version: i64, patch: &Value) -> Result<Customer, Problem> {
        actor.require(Permission::CustomersUpdate)?;
        let mut input = serde_json::to_value(self.get(actor, id).await?.input()).unwrap_or_default();
        let (Some(fields), Some(patch)) = (input.as_object_mut(), patch.as_object()) else {
            return Err(Problem::malformed("A merge patch is a JSON object."));
        };
        let unknown: Vec<FieldError> = patch
            .keys()
            .filter(|key| !fields.contains_key(*key))
            .map(|key| FieldError::new(key, "unknown_field", format!("There is no field {key}.")))
            .collect();
        if !unknown.is_empty() {
            return Err(Problem::Invalid(unknown));
        }
        fields.extend(patch.iter().filter(|(_, value)| !value.is_null()).map(|(k, v)| (k.clone(), v.clone())));
        fields.retain(|key, _| !patch.get(key).is_some_and(Value::is_null));
        let input = serde_json::from_value(input).map_err(|error| Problem::malformed(error.to_string()))?;
        self.update(actor, id, version, input).await
    }

    /// Puts a customer into the trash. Errors: `Stale`, `NotFound`, `Conflict("not_deletable")`.
    pub async fn delete(&self, actor: &Actor, id: CustomerId, version: i64) -> Result<(), Problem> {
        actor.require(Permission::CustomersDelete)?;
        let mut tx = self.database.begin().await?;
        tx.lock(crate::database::Lock::Changes).await?;
        let before = self.find(&mut tx, actor, id).await?;
        require_live(&before)?;
        require_version(&before, version)?;
        if !before.status.is_deletable() {
            let detail = format!("The customer is {}: terminate or deactivate it first.", before.status.as_str());
            return Err(Problem::conflict("not_deletable", detail));
        }
        let after = Customer { deleted_at: Some(self.clock.now()), ..before.clone() };
        let name_key = self.check_input(&before.input())?.name_key();
        self.save(&mut tx, actor, "customer.deleted", &before, after, name_key).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a customer out of the trash; it comes back as `inactive` (spec: Customers → Delete).
    /// Errors: `NotFound`, `Conflict` (`not_deleted`, `email_taken`).
    pub async fn restore(&self, actor: &Actor, id: CustomerId) -> Result<Customer, Problem> {
        actor.require(Permission::CustomersDelete)?;
        let mut tx = self.database.begin().await?;
        tx.lock(crate::database::Lock::Changes).await?;
        let before = self.find(&mut tx, actor, id).await?;
        if before.deleted_at.is_none() {
            return Err(Problem::conflict("not_deleted", "The customer is not in the trash."));
        }
        self.require_free_email(&mut tx, &before).await?;
        let after =
            Customer { deleted_at: None, status: Status::Inactive, status_since: self.clock.now(), ..before.clone() };
        let name_key = self.check_input(&before.input())?.name_key();
        let customer = self.save(&mut tx, actor, "customer.restored", &before, after, name_key).await?;
        tx.commit().await?;
        Ok(customer)
    }

    /// The customer that an input makes of the one before, uniqueness and permissions checked.
    async fn changed(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        before: &Customer,
        checked: &CheckedCustomer,
    ) -> Result<Customer, Problem> {
        let mut after = self.compose(checked, before);
        if after.partner_id != before.partner_id {
            actor.require(Permission::CustomersCrossPartner)?;
        }
        let emails = match self.unique_email(&after) {
            Some(email) if Some(&email) != before.email.as_deref().map(email_key).as_ref() => vec![email],
            _ => Vec::new(),
        };
        let names = Names { emails, logins: vec![&after.login], portal_ids: vec![&after.portal_id], except: before.id };
        let standing = tx.customers().standing(&names).await?;
        Opening::new(self, actor).require_place(&standing.places, after.partner_id, after.location_id)?;
        if after.portal_id != before.portal_id && tx.customers().was_active(before.id).await? {
            actor.require(Permission::CustomersChangePortalId)?;
        }
        if after.marketing_consent != before.marketing_consent {
            after.marketing_consent_at = Some(self.clock.now());
        }
        let taken = [
            ("login", standing.logins.contains(&after.login)),
            ("portal_id", standing.portal_ids.contains(&after.portal_id)),
            ("email", !standing.emails.is_empty()),
        ];
        match taken.into_iter().find(|(_, is_taken)| *is_taken) {
            Some((what, _)) => Err(super::opening::taken(what)),
            None => Ok(after),
        }
    }

    async fn require_free_email(&self, tx: &mut Transaction, customer: &Customer) -> Result<(), Problem> {
        let Some(email) = self.unique_email(customer) else { return Ok(()) };
        let names = Names { emails: vec![email], except: customer.id, ..Names::default() };
        if tx.customers().standing(&names).await?.emails.is_empty() {
            Ok(())
        } else {
            Err(super::opening::taken("email"))
        }
    }

    /// The address as it must be unique; `None` when the policy allows several.
    pub(super) fn unique_email(&self, customer: &Customer) -> Option<String> {
        let unique = self.settings.current().customers.email_policy == EmailPolicy::Unique;
        customer.email.as_deref().filter(|_| unique).map(email_key)
    }

    /// Writes the change with its audit entry; the kept counts follow by themselves.
    async fn save(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        action: &'static str,
        before: &Customer,
        mut after: Customer,
        name_key: String,
    ) -> Result<Customer, Problem> {
        let now = self.clock.now();
        after.version = before.version + 1;
        after.updated_at = now;
        after.updated_by.clone_from(&actor.name);
        let writing = Writing { customer: &after, name_key, email_unique: self.unique_email(&after) };
        let written = tx
            .customers()
            .update(&writing)
            .await
            .on_unique("customers_email_unique_key", || super::opening::taken("email"))?;
        if !written {
            return Err(Problem::Stale { version: before.version });
        }
        let change = Change::new(action, "customer", after.id.0).between(&facts(before), &facts(&after));
        self.audit.record(tx, actor, now, change).await?;
        Ok(after)
    }

    /// What `checked` says, with everything that an input cannot say taken from `base`.
    pub(super) fn compose(&self, checked: &CheckedCustomer, base: &Customer) -> Customer {
        let settings: Arc<Settings> = self.settings.current();
        let region = checked.country.as_deref().unwrap_or(&settings.customers.default_region);
        let e164 = |typed: &Option<String>| typed.as_deref().and_then(|typed| parse_phone(typed, region));
        let c = checked.clone();
        Customer {
            partner_id: c.partner_id.unwrap_or(base.partner_id),
            location_id: c.location_id.unwrap_or(base.location_id),
            portal_id: c.portal_id.unwrap_or_else(|| base.portal_id.clone()),
            login: c.login.unwrap_or_else(|| base.login.clone()),
            category: c.category,
            name: c.name,
            first_name: c.first_name,
            last_name: c.last_name,
            company_name: c.company_name,
            registration_number: c.registration_number,
            tax_id: c.tax_id,
            email: c.email,
            billing_email: c.billing_email,
            phone_e164: e164(&c.phone),
            phone: c.phone,
            mobile_e164: e164(&c.mobile),
            mobile: c.mobile,
            city: c.city,
            country: c.country,
            date_of_birth: c.date_of_birth,
            customer_since: c.customer_since,
            language: c.language,
            timezone: c.timezone,
            currency: c.currency,
            communication_method: c.communication_method,
            marketing_consent: c.marketing_consent,
            marketing_consent_source: c.marketing_consent_source,
            source: base.source.clone(),
            external_id: base.external_id.clone(),
            ..base.clone()
        }
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.clock.now().date_naive()
    }
}

fn index(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

fn require_live(customer: &Customer) -> Result<(), Problem> {
    if customer.deleted_at.is_none() {
        Ok(())
    } else {
        Err(Problem::conflict("deleted", "The customer is in the trash. Restore it first."))
    }
}

fn require_version(customer: &Customer, version: i64) -> Result<(), Problem> {
    if customer.version == version { Ok(()) } else { Err(Problem::Stale { version: customer.version }) }
}

/// The record as the audit log compares it: without bookkeeping.
pub(super) fn facts(customer: &Customer) -> Value {
    let mut value = serde_json::to_value(customer).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        for bookkeeping in ["id", "version", "status_since", "created_at", "created_by", "updated_at", "updated_by"] {
            fields.remove(bookkeeping);
        }
    }
    value
}
