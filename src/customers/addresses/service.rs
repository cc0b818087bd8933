//! The places of a customer: adding, changing, removing. City and country of the record follow.

use serde_json::{Value, json};

use super::model::{Address, AddressInput, CheckedAddress, degrees_of};
use crate::audit::{Change, FieldChange};
use crate::customers::contacts::merge_patch;
use crate::customers::{Customer, CustomerService};
use crate::database::Transaction;
use crate::shared::actor::Actor;
use crate::shared::id::{AddressId, CustomerId};
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;

/// Addresses of one customer at most.
const MAX_ADDRESSES: i64 = 100;

impl CustomerService {
    /// The addresses of a customer: service, billing, postal, each in the order they were added.
    /// Errors: `Forbidden`, `NotFound`.
    pub async fn addresses(&self, actor: &Actor, customer_id: CustomerId) -> Result<Vec<Address>, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.snapshot().await?;
        self.visible(&mut tx, actor, customer_id).await?;
        Ok(tx.addresses().list(customer_id).await?)
    }

    /// One address of a customer. Errors: `Forbidden`, `NotFound`, also for an address of another customer.
    pub async fn address(&self, actor: &Actor, customer_id: CustomerId, id: AddressId) -> Result<Address, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.snapshot().await?;
        self.visible(&mut tx, actor, customer_id).await?;
        find(&mut tx, customer_id, id).await
    }

    /// Adds an address. Errors: `Forbidden`, `NotFound`, `Invalid` with every wrong field, `Conflict` (`deleted`,
    /// `too_many`).
    pub async fn add_address(
        &self,
        actor: &Actor,
        customer_id: CustomerId,
        input: AddressInput,
    ) -> Result<Address, Problem> {
        actor.require(Permission::CustomersUpdate)?;
        let mut tx = self.begin_changes().await?;
        let customer = self.live(&mut tx, actor, customer_id).await?;
        let mut address = self.address_of(actor, customer_id, input.checked()?);
        if tx.addresses().count(customer_id).await? >= MAX_ADDRESSES {
            let detail = format!("A customer has at most {MAX_ADDRESSES} addresses. Remove one first.");
            return Err(Problem::conflict("too_many", detail));
        }
        address.id = tx.addresses().insert(&address).await?;
        let change = Change::new("address.added", "customer", customer_id.0).between(&Value::Null, &facts(&address));
        self.record(&mut tx, actor, change).await?;
        self.follow_address(&mut tx, actor, &customer).await?;
        tx.commit().await?;
        Ok(address)
    }

    /// Adds the first addresses of customers that were created in this transaction, for imports.
    pub async fn add_addresses_step(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        addresses: &[(&Customer, &CheckedAddress)],
    ) -> Result<(), Problem> {
        let mut changes = Vec::with_capacity(addresses.len());
        for (customer, checked) in addresses {
            let mut address = self.address_of(actor, customer.id, (*checked).clone());
            address.id = tx.addresses().insert(&address).await?;
            let change = Change::new("address.added", "customer", customer.id.0);
            changes.push(change.between(&Value::Null, &facts(&address)));
            self.follow_address(tx, actor, customer).await?;
        }
        self.audit.record_all(tx, actor, self.clock.now(), changes).await
    }

    /// Saves an input over the version that was read. Errors: `Forbidden`, `NotFound`, `Stale`, `Invalid` with every
    /// wrong field, `Conflict` (`deleted`).
    pub async fn update_address(
        &self,
        actor: &Actor,
        customer_id: CustomerId,
        id: AddressId,
        version: i64,
        input: AddressInput,
    ) -> Result<Address, Problem> {
        self.save_address(actor, customer_id, id, version, |_| Ok(input)).await
    }

    /// Applies a merge patch. Errors as [`Self::update_address`]; unknown fields are `Invalid`.
    pub async fn patch_address(
        &self,
        actor: &Actor,
        customer_id: CustomerId,
        id: AddressId,
        version: i64,
        patch: &Value,
    ) -> Result<Address, Problem> {
        self.save_address(actor, customer_id, id, version, |before| merge_patch(&before.input(), patch)).await
    }

    async fn save_address(
        &self,
        actor: &Actor,
        customer_id: CustomerId,
        id: AddressId,
        version: i64,
        input: impl FnOnce(&Address) -> Result<AddressInput, Problem> + Send,
    ) -> Result<Address, Problem> {
        actor.require(Permission::CustomersUpdate)?;
        let mut tx = self.begin_changes().await?;
        let customer = self.live(&mut tx, actor, customer_id).await?;
        let before = find_version(&mut tx, customer_id, id, version).await?;
        let checked = input(&before)?.checked()?;
        let after = Address { id, version: version + 1, ..self.address_of(actor, customer_id, checked) };
        if after.input() == before.input() {
            return Ok(before);
        }
        if !tx.addresses().update(&after).await? {
            return Err(Problem::Stale { version });
        }
        let change = Change::new("address.changed", "customer", customer_id.0);
        let mut change = change.between(&facts(&before), &facts(&after));
        // It tells which address it was, though it is the same before and after.
        change.fields.insert(0, FieldChange { field: "id".into(), before: json!(id), after: json!(id) });
        self.record(&mut tx, actor, change).await?;
        self.follow_address(&mut tx, actor, &customer).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Removes an address. Errors: `Forbidden`, `NotFound`, `Stale`, `Conflict` (`deleted`).
    pub async fn remove_address(
        &self,
        actor: &Actor,
        customer_id: CustomerId,
        id: AddressId,
        version: i64,
    ) -> Result<(), Problem> {
        actor.require(Permission::CustomersUpdate)?;
        let mut tx = self.begin_changes().await?;
        let customer = self.live(&mut tx, actor, customer_id).await?;
        let before = find_version(&mut tx, customer_id, id, version).await?;
        tx.addresses().delete(id).await?;
        let change = Change::new("address.removed", "customer", customer_id.0).between(&facts(&before), &Value::Null);
        self.record(&mut tx, actor, change).await?;
        self.follow_address(&mut tx, actor, &customer).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A new address as the input describes it.
    fn address_of(&self, actor: &Actor, customer_id: CustomerId, checked: CheckedAddress) -> Address {
        Address {
            id: AddressId::default(),
            customer_id,
            version: 1,
            kind: checked.kind,
            line1: checked.line1,
            line2: checked.line2,
            city: checked.city,
            state: checked.state,
            postal_code: checked.postal_code,
            country: checked.country,
            latitude: checked.latitude.map(degrees_of),
            longitude: checked.longitude.map(degrees_of),
            updated_at: self.clock.now(),
            updated_by: actor.name.clone(),
        }
    }
}

async fn find(tx: &mut Transaction, customer_id: CustomerId, id: AddressId) -> Result<Address, Problem> {
    tx.addresses().find(customer_id, id).await?.ok_or_else(|| Problem::not_found("address"))
}

async fn find_version(
    tx: &mut Transaction,
    customer_id: CustomerId,
    id: AddressId,
    version: i64,
) -> Result<Address, Problem> {
    let address = find(tx, customer_id, id).await?;
    if address.version == version { Ok(address) } else { Err(Problem::Stale { version: address.version }) }
}

/// An address as the audit log compares it.
fn facts(address: &Address) -> Value {
    let mut value = serde_json::to_value(address.input()).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("id".into(), json!(address.id));
    }
    value
}
