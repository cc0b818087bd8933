//! Steps of the use cases of a record that several share, and that the sub-rooms join.

use chrono::NaiveDate;
use serde_json::Value;

use super::custom_fields::{CustomField, definitions_in, index_values, searchable_texts, taken_values, unique_values};
use super::hierarchy::place_changed;
use super::input::{CheckedCustomer, name_key};
use super::model::Customer;
use super::opening::Opening;
use super::phones::parse_phone;
use super::repository::{Names, Writing, email_key};
use super::search::{more_text, own_text};
use super::service::{CustomerService, require_live};
use crate::audit::Change;
use crate::database::{Lock, OnUnique, Transaction};
use crate::settings::EmailPolicy;
use crate::shared::actor::Actor;
use crate::shared::id::{CustomFieldId, CustomerId};
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::shared::validation::Checks;

impl CustomerService {
    /// The customer that an input makes of the one before, uniqueness and permissions checked. The definitions are
    /// those of the transaction.
    pub(super) async fn changed(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        definitions: &[CustomField],
        before: &Customer,
        checked: &CheckedCustomer,
    ) -> Result<Customer, Problem> {
        let mut after = self.compose(checked, before);
        require_same_parent(before, checked)?;
        require_same_origin(before, checked)?;
        self.require_same_place(tx, before, &after).await?;
        if after.partner_id != before.partner_id {
            actor.require(Permission::CustomersCrossPartner)?;
        }
        let emails = match self.unique_email(&after) {
            Some(email) if Some(&email) != before.email.as_deref().map(email_key).as_ref() => vec![email],
            _ => Vec::new(),
        };
        let names = Names { emails, logins: vec![&after.login], portal_ids: vec![&after.portal_id], except: before.id };
        let standing = tx.customers().standing(&names).await?;
        Opening::new(self, actor).require_place(&standing.places, &after, Some(before))?;
        if after.portal_id != before.portal_id && tx.customers().was_active(before.id).await? {
            actor.require(Permission::CustomersChangePortalId)?;
            require_reason(checked)?;
        }
        if after.marketing_consent != before.marketing_consent {
            after.marketing_consent_at = Some(self.clock.now());
        }
        let taken = [
            ("login", standing.logins.contains(&after.login)),
            ("portal_id", standing.portal_ids.contains(&after.portal_id)),
            ("email", !standing.emails.is_empty()),
        ];
        let values = unique_values(definitions, &self.default_region(), &after.custom_fields);
        if let Some((field, _)) = taken_values(tx, &values, before.id).await?.into_iter().next() {
            return Err(value_taken(definitions, field));
        }
        match taken.into_iter().find(|(_, is_taken)| *is_taken) {
            Some((what, _)) => Err(super::opening::taken(what)),
            None => Ok(after),
        }
    }

    pub(super) async fn require_free_email(&self, tx: &mut Transaction, customer: &Customer) -> Result<(), Problem> {
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

    /// Writes the record with an audit entry, which tells of the change what differs; the kept counts follow by
    /// themselves. The definitions are those of the transaction.
    pub(super) async fn save(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        definitions: &[CustomField],
        change: Change,
        before: &Customer,
        mut after: Customer,
    ) -> Result<Customer, Problem> {
        let now = self.clock.now();
        after.version = before.version + 1;
        after.updated_at = now;
        after.updated_by.clone_from(&actor.name);
        let writing = self.writing(definitions, &after);
        let written = tx
            .customers()
            .update(&writing)
            .await
            .on_unique("customers_email_unique_key", || super::opening::taken("email"))?;
        if !written {
            return Err(Problem::Stale { version: before.version });
        }
        if after.custom_fields != before.custom_fields {
            self.index_custom_values(tx, definitions, &after).await?;
        }
        if after.timezone != before.timezone {
            self.zone_changed(tx, &after).await?;
        }
        if after.deleted_at.is_none() && before.deleted_at.is_none() {
            place_changed(tx, before, &after).await?;
        }
        let change = change.between(&facts(before), &facts(&after));
        self.audit.record(tx, actor, now, change).await?;
        Ok(after)
    }

    /// What `checked` says, with everything that an input cannot say taken from `base`.
    pub(super) fn compose(&self, checked: &CheckedCustomer, base: &Customer) -> Customer {
        let c = checked.clone();
        let mut customer = Customer {
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
            phone: c.phone,
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
            custom_fields: c.custom_fields,
            source: base.source.clone(),
            external_id: base.external_id.clone(),
            ..base.clone()
        };
        self.read_phones(&mut customer);
        customer
    }

    /// Reads the phone numbers in the country of the customer, or in the system's region.
    fn read_phones(&self, customer: &mut Customer) {
        let region = customer.country.clone().unwrap_or_else(|| self.default_region());
        let e164 = |typed: &Option<String>| typed.as_deref().and_then(|typed| parse_phone(typed, &region));
        (customer.phone_e164, customer.mobile_e164) = (e164(&customer.phone), e164(&customer.mobile));
    }

    /// Where phone numbers without a country code are read when nothing else says where.
    pub(in crate::customers) fn default_region(&self) -> String {
        self.settings.current().customers.default_region.clone()
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.clock.now().date_naive()
    }

    /// The record ready to be written.
    pub(super) fn writing<'c>(&self, definitions: &[CustomField], customer: &'c Customer) -> Writing<'c> {
        Writing {
            customer,
            name_key: name_key(&customer.name),
            email_unique: self.unique_email(customer),
            own_text: text_of(definitions, customer),
        }
    }

    /// Makes the values of custom fields findable.
    async fn index_custom_values(
        &self,
        tx: &mut Transaction,
        definitions: &[CustomField],
        customer: &Customer,
    ) -> Result<(), Problem> {
        let rows = [(customer.id, &customer.custom_fields)];
        let region = self.default_region();
        index_values(tx, definitions, &region, &rows, false).await.on_unique(VALUES_KEY, values_taken)
    }

    /// City and country follow the first service address once there is one.
    async fn require_same_place(
        &self,
        tx: &mut Transaction,
        before: &Customer,
        after: &Customer,
    ) -> Result<(), Problem> {
        if (&before.city, &before.country) == (&after.city, &after.country) {
            return Ok(());
        }
        if tx.addresses().first_service(before.id).await?.is_none() {
            return Ok(());
        }
        let field = if before.city == after.city { "country" } else { "city" };
        Err(Problem::field_error(field, "follows_address", "It follows the service address. Change it there."))
    }

    /// The parent that a restored customer comes back under, with its level there.
    pub(super) async fn parent_again(
        &self,
        tx: &mut Transaction,
        customer: &Customer,
    ) -> Result<Option<(CustomerId, i64)>, Problem> {
        let Some(parent) = customer.parent_id else { return Ok(None) };
        // Where it was it may be again, whether or not the caller sees the parent.
        match self.require_parent(tx, &Actor::system("restore"), parent, customer.partner_id, None).await {
            Ok(level) => Ok(Some((parent, level))),
            Err(Problem::Conflict { .. } | Problem::Invalid(_) | Problem::Forbidden { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Begins a transaction that changes records: one at a time.
    pub(in crate::customers) async fn begin_changes(&self) -> Result<Transaction, Problem> {
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        Ok(tx)
    }

    /// A customer in the caller's scope, also one in the trash. Errors: `NotFound`.
    pub(in crate::customers) async fn visible(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        id: CustomerId,
    ) -> Result<Customer, Problem> {
        tx.customers().find(&actor.scope, id).await?.ok_or_else(|| Problem::not_found("customer"))
    }

    /// A customer in the caller's scope that is not in the trash. Errors: `NotFound`, `Conflict("deleted")`.
    pub(in crate::customers) async fn live(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        id: CustomerId,
    ) -> Result<Customer, Problem> {
        let customer = self.visible(tx, actor, id).await?;
        require_live(&customer)?;
        Ok(customer)
    }

    /// Writes down what was done, now.
    pub(in crate::customers) async fn record(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        change: Change,
    ) -> Result<(), Problem> {
        self.audit.record(tx, actor, self.clock.now(), change).await
    }

    /// Makes the customer findable by what its contacts and addresses say now.
    pub(in crate::customers) async fn refresh_search_more(
        &self,
        tx: &mut Transaction,
        customer: &Customer,
    ) -> Result<(), Problem> {
        let mut lines = tx.contacts().search_lines(customer.id).await?;
        lines.extend(tx.addresses().search_lines(customer.id).await?);
        let own = text_of(&definitions_in(tx).await?, customer);
        tx.customers().put_search_more(customer.id, &own, &more_text(&lines)).await?;
        Ok(())
    }

    /// City and country of the record follow the first service address, which is a new version of the record, and its
    /// phone numbers are read where it is now; the search follows all addresses.
    pub(in crate::customers) async fn follow_address(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        customer: &Customer,
    ) -> Result<(), Problem> {
        let mut followed = customer.clone();
        if let Some((city, country)) = tx.addresses().first_service(customer.id).await? {
            (followed.city, followed.country) = (Some(city), Some(country));
        }
        if (&followed.city, &followed.country) != (&customer.city, &customer.country) {
            if followed.country != customer.country {
                self.read_phones(&mut followed);
            }
            followed.updated_at = self.clock.now();
            followed.updated_by.clone_from(&actor.name);
            tx.customers().put_place(&followed).await?;
        }
        self.refresh_search_more(tx, &followed).await
    }

    /// Makes customers findable by what their own record says now: the definitions of its fields changed.
    pub(in crate::customers) async fn rewrite_search_text(
        &self,
        tx: &mut Transaction,
        definitions: &[CustomField],
        ids: &[CustomerId],
    ) -> Result<(), Problem> {
        for customer in tx.customers().all_of(ids).await? {
            tx.customers().put_own_text(customer.id, &text_of(definitions, &customer)).await?;
        }
        Ok(())
    }
}

/// What the record itself is found by.
fn text_of(definitions: &[CustomField], customer: &Customer) -> String {
    own_text(customer, &searchable_texts(definitions, &customer.custom_fields))
}

/// A conflict over the value of a custom field.
pub(super) fn value_taken(definitions: &[CustomField], field: CustomFieldId) -> Problem {
    let key = definitions.iter().find(|one| one.id == field).map_or("", |one| one.key.as_str());
    Problem::conflict(&format!("custom_fields.{key}_taken"), "Another customer has the same value of this field.")
}

/// Behind what is asked of the index before, the database holds it as well.
pub(super) const VALUES_KEY: &str = "custom_field_values_field_id_unique_key_key";

/// A broken uniqueness of custom values, in words.
pub(super) fn values_taken() -> Problem {
    Problem::conflict("custom_fields_taken", "Another customer has the same value of a unique field.")
}

/// Why the origin of a record cannot be another one.
pub(super) const ORIGIN_STAYS: &str = "It says where the record was imported from and does not change.";

/// Parents change by moving.
fn require_same_parent(before: &Customer, checked: &CheckedCustomer) -> Result<(), Problem> {
    let mut checks = Checks::default();
    if checked.parent_id.is_some_and(|parent| Some(parent) != before.parent_id) {
        checks.add("parent_id", "move", "A customer moves by its own action, not by an update.");
    }
    if checked.billing_mode.is_some_and(|mode| mode != before.billing_mode) {
        checks.add("billing_mode", "move", "The billing mode changes by moving, not by an update.");
    }
    checks.finish()
}

/// Somebody may know a customer by its portal id who was ever active: the history says why it is another one now.
fn require_reason(checked: &CheckedCustomer) -> Result<(), Problem> {
    match checked.portal_id_reason {
        Some(_) => Ok(()),
        None => Err(Problem::field_error("portal_id_reason", "required", "Please say why the portal ID changes.")),
    }
}

/// Where a record came from does not change.
fn require_same_origin(before: &Customer, checked: &CheckedCustomer) -> Result<(), Problem> {
    let mut checks = Checks::default();
    for (field, given, stored) in
        [("source", &checked.source, &before.source), ("external_id", &checked.external_id, &before.external_id)]
    {
        if given.is_some() && given != stored {
            checks.add(field, "not_allowed", ORIGIN_STAYS);
        }
    }
    checks.finish()
}

/// The record as the audit log compares it: without bookkeeping and what follows from elsewhere.
pub(super) fn facts(customer: &Customer) -> Value {
    let mut value = serde_json::to_value(customer).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        let custom = fields.remove("custom_fields");
        for (key, value) in custom.as_ref().and_then(Value::as_object).into_iter().flatten() {
            fields.insert(format!("custom_fields.{key}"), value.clone());
        }
        for bookkeeping in
            ["id", "version", "account_level", "status_since", "created_at", "created_by", "updated_at", "updated_by"]
        {
            fields.remove(bookkeeping);
        }
    }
    value
}
