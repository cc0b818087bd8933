//! The people to talk to: adding, changing, removing, and who of them is the primary one.

use serde_json::{Value, json};

use super::merge::merge_patch;
use super::model::{CheckedContact, Contact, ContactInput, ContactKind};
use crate::audit::{Change, FieldChange};
use crate::customers::phones::parse_phone;
use crate::customers::{Customer, CustomerService};
use crate::database::Transaction;
use crate::shared::actor::Actor;
use crate::shared::id::{ContactId, CustomerId};
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;

/// Contacts of one customer at most.
const MAX_CONTACTS: usize = 100;

impl CustomerService {
    /// The contacts of a customer, the primary one first. Errors: `Forbidden`, `NotFound`.
    pub async fn contacts(&self, actor: &Actor, customer_id: CustomerId) -> Result<Vec<Contact>, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.snapshot().await?;
        self.visible(&mut tx, actor, customer_id).await?;
        Ok(tx.contacts().list(customer_id).await?)
    }

    /// One contact of a customer. Errors: `Forbidden`, `NotFound`, also for a contact of another customer.
    pub async fn contact(&self, actor: &Actor, customer_id: CustomerId, id: ContactId) -> Result<Contact, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.snapshot().await?;
        self.visible(&mut tx, actor, customer_id).await?;
        find(&mut tx, customer_id, id).await
    }

    /// Adds a contact. Errors: `Forbidden`, `NotFound`, `Invalid` with every wrong field, `Conflict`
    /// (`deleted`, `primary_taken`, `too_many`).
    pub async fn add_contact(
        &self,
        actor: &Actor,
        customer_id: CustomerId,
        input: ContactInput,
    ) -> Result<Contact, Problem> {
        actor.require(Permission::CustomersUpdate)?;
        let mut tx = self.begin_changes().await?;
        let customer = self.live(&mut tx, actor, customer_id).await?;
        let checked = input.checked()?;
        let standing = tx.contacts().list(customer_id).await?;
        if standing.len() >= MAX_CONTACTS {
            let detail = format!("A customer has at most {MAX_CONTACTS} contacts. Remove one first.");
            return Err(Problem::conflict("too_many", detail));
        }
        let mut contact = self.contact_of(actor, &customer, checked);
        require_one_primary(&standing, &contact)?;
        contact.id = tx.contacts().insert(&contact).await?;
        let change = Change::new("contact.added", "customer", customer_id.0).between(&Value::Null, &facts(&contact));
        self.record(&mut tx, actor, change).await?;
        self.refresh_search_more(&mut tx, &customer).await?;
        tx.commit().await?;
        Ok(contact)
    }

    /// Saves an input over the version that was read. Errors: `Forbidden`, `NotFound`, `Stale`, `Invalid` with every
    /// wrong field, `Conflict` (`deleted`, `primary_taken`).
    pub async fn update_contact(
        &self,
        actor: &Actor,
        customer_id: CustomerId,
        id: ContactId,
        version: i64,
        input: ContactInput,
    ) -> Result<Contact, Problem> {
        self.save_contact(actor, customer_id, id, version, |_| Ok(input)).await
    }

    /// Applies a merge patch. Errors as [`Self::update_contact`]; unknown fields are `Invalid`.
    pub async fn patch_contact(
        &self,
        actor: &Actor,
        customer_id: CustomerId,
        id: ContactId,
        version: i64,
        patch: &Value,
    ) -> Result<Contact, Problem> {
        self.save_contact(actor, customer_id, id, version, |before| merge_patch(&before.input(), patch)).await
    }

    async fn save_contact(
        &self,
        actor: &Actor,
        customer_id: CustomerId,
        id: ContactId,
        version: i64,
        input: impl FnOnce(&Contact) -> Result<ContactInput, Problem> + Send,
    ) -> Result<Contact, Problem> {
        actor.require(Permission::CustomersUpdate)?;
        let mut tx = self.begin_changes().await?;
        let customer = self.live(&mut tx, actor, customer_id).await?;
        let before = find_version(&mut tx, customer_id, id, version).await?;
        let checked = input(&before)?.checked()?;
        let after = Contact { id, version: version + 1, ..self.contact_of(actor, &customer, checked) };
        if after.input() == before.input() {
            return Ok(before);
        }
        require_one_primary(&tx.contacts().list(customer_id).await?, &after)?;
        self.change_contact(&mut tx, actor, &before, &after).await?;
        self.refresh_search_more(&mut tx, &customer).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Makes a contact the primary one; the one that was primary becomes one of the others. Errors: `Forbidden`,
    /// `NotFound`, `Stale`, `Conflict` (`deleted`).
    pub async fn make_primary(
        &self,
        actor: &Actor,
        customer_id: CustomerId,
        id: ContactId,
        version: i64,
    ) -> Result<Contact, Problem> {
        actor.require(Permission::CustomersUpdate)?;
        let mut tx = self.begin_changes().await?;
        self.live(&mut tx, actor, customer_id).await?;
        let before = find_version(&mut tx, customer_id, id, version).await?;
        if before.kind == ContactKind::Primary {
            return Ok(before);
        }
        let standing = tx.contacts().list(customer_id).await?;
        // First the old one: the database holds that there is never a second.
        for old in standing.iter().filter(|contact| contact.kind == ContactKind::Primary) {
            self.change_contact(&mut tx, actor, old, &self.with_kind(actor, old, ContactKind::Other)).await?;
        }
        let after = self.with_kind(actor, &before, ContactKind::Primary);
        self.change_contact(&mut tx, actor, &before, &after).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Removes a contact. Errors: `Forbidden`, `NotFound`, `Stale`, `Conflict` (`deleted`).
    pub async fn remove_contact(
        &self,
        actor: &Actor,
        customer_id: CustomerId,
        id: ContactId,
        version: i64,
    ) -> Result<(), Problem> {
        actor.require(Permission::CustomersUpdate)?;
        let mut tx = self.begin_changes().await?;
        let customer = self.live(&mut tx, actor, customer_id).await?;
        let before = find_version(&mut tx, customer_id, id, version).await?;
        tx.contacts().delete(id).await?;
        let change = Change::new("contact.removed", "customer", customer_id.0).between(&facts(&before), &Value::Null);
        self.record(&mut tx, actor, change).await?;
        self.refresh_search_more(&mut tx, &customer).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes a change with its audit entry.
    async fn change_contact(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        before: &Contact,
        after: &Contact,
    ) -> Result<(), Problem> {
        if !tx.contacts().update(after).await? {
            return Err(Problem::Stale { version: before.version });
        }
        let change = Change::new("contact.changed", "customer", after.customer_id.0);
        let mut change = change.between(&facts(before), &facts(after));
        // It tells which contact it was, though it is the same before and after.
        change.fields.insert(0, FieldChange { field: "id".into(), before: json!(before.id), after: json!(after.id) });
        self.record(tx, actor, change).await
    }

    /// A new contact as the input describes it; its numbers are read where the customer is.
    fn contact_of(&self, actor: &Actor, customer: &Customer, checked: CheckedContact) -> Contact {
        let settings = self.settings.current();
        let region = customer.country.as_deref().unwrap_or(&settings.customers.default_region);
        let e164 = |typed: Option<&str>| typed.and_then(|typed| parse_phone(typed, region));
        Contact {
            id: ContactId::default(),
            customer_id: customer.id,
            version: 1,
            kind: checked.kind,
            name: checked.name,
            email: checked.email,
            phone_e164: e164(checked.phone.as_deref()),
            phone: checked.phone,
            mobile_e164: e164(checked.mobile.as_deref()),
            mobile: checked.mobile,
            position: checked.position,
            department: checked.department,
            notes: checked.notes,
            notices: checked.notices,
            portal_role: checked.portal_role,
            updated_at: self.clock.now(),
            updated_by: actor.name.clone(),
        }
    }

    fn with_kind(&self, actor: &Actor, contact: &Contact, kind: ContactKind) -> Contact {
        Contact {
            kind,
            version: contact.version + 1,
            updated_at: self.clock.now(),
            updated_by: actor.name.clone(),
            ..contact.clone()
        }
    }
}

async fn find(tx: &mut Transaction, customer_id: CustomerId, id: ContactId) -> Result<Contact, Problem> {
    tx.contacts().find(customer_id, id).await?.ok_or_else(|| Problem::not_found("contact"))
}

async fn find_version(
    tx: &mut Transaction,
    customer_id: CustomerId,
    id: ContactId,
    version: i64,
) -> Result<Contact, Problem> {
    let contact = find(tx, customer_id, id).await?;
    if contact.version == version { Ok(contact) } else { Err(Problem::Stale { version: contact.version }) }
}

/// Changes come one at a time, so that what stands here still stands when the contact is written.
fn require_one_primary(standing: &[Contact], contact: &Contact) -> Result<(), Problem> {
    let mut others = standing.iter().filter(|other| other.id != contact.id);
    match others.find(|other| other.kind == ContactKind::Primary) {
        Some(primary) if contact.kind == ContactKind::Primary => {
            let detail = format!("{} is the primary contact. There is only one.", primary.name);
            Err(Problem::conflict("primary_taken", detail))
        }
        _ => Ok(()),
    }
}

/// A contact as the audit log compares it; nothing is noted as missing.
fn facts(contact: &Contact) -> Value {
    let mut value = serde_json::to_value(contact.input()).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("id".into(), json!(contact.id));
        fields.retain(|_, value| value.as_array().is_none_or(|items| !items.is_empty()));
    }
    value
}
