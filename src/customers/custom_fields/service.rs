//! The use cases of custom fields: their definitions. Values are written with the customer.

use std::sync::{Arc, PoisonError};

use serde_json::{Value, json};

use super::super::service::CustomerService;
use super::checks::{CheckedField, key_of_title};
use super::index::{definitions_in, index_values};
use super::keys::text_key;
use super::model::{CustomField, CustomFieldInput, FieldKind};
use super::values::CustomValues;
use crate::audit::Change;
use crate::database::{DatabaseError, OnUnique, Transaction};
use crate::shared::actor::Actor;
use crate::shared::id::{CustomFieldId, CustomerId};
use crate::shared::permission::Permission;
use crate::shared::problem::{FieldError, Problem};

/// Fields at most, and columns of the list among them.
const MAX_FIELDS: usize = 100;
const MAX_LISTED: usize = 5;

/// Customers whose search text is written anew in one transaction.
const REWRITTEN: i64 = 200;

/// Customers whose unique values are written at once.
const KEYED: i64 = 1_000;

impl CustomerService {
    /// Every custom field in its order; with `archived` those that are archived as well. Errors: `Forbidden`.
    pub async fn custom_fields(&self, actor: &Actor, archived: bool) -> Result<Vec<CustomField>, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut fields = self.database.read().await?.custom_fields().list().await?;
        fields.retain(|field| archived || field.archived_at.is_none());
        Ok(fields)
    }

    /// One custom field. Errors: `Forbidden`, `NotFound`.
    pub async fn custom_field(&self, actor: &Actor, id: CustomFieldId) -> Result<CustomField, Problem> {
        actor.require(Permission::CustomersRead)?;
        find(self.database.read().await?.custom_fields().list().await?, id)
    }

    /// How many customers have a value of each field, 10,001 standing for more. It counts beyond the scope of the
    /// caller, so it needs the right to manage fields.
    pub async fn custom_field_usage(&self, actor: &Actor) -> Result<Vec<(CustomFieldId, i64)>, Problem> {
        actor.require(Permission::CustomFieldsManage)?;
        Ok(self.database.read().await?.custom_fields().usage().await?)
    }

    /// Adds a field; its key is made of its title when missing. Errors: `Invalid` with every wrong field,
    /// `Conflict` (`key_taken`, `too_many`).
    pub async fn create_custom_field(&self, actor: &Actor, input: CustomFieldInput) -> Result<CustomField, Problem> {
        actor.require(Permission::CustomFieldsManage)?;
        let checked = input.checked()?;
        let mut tx = self.begin_changes().await?;
        let all = tx.custom_fields().list().await?;
        if all.len() >= MAX_FIELDS {
            let detail = format!("There are {MAX_FIELDS} custom fields already. Delete one that has no values.");
            return Err(Problem::conflict("too_many", detail));
        }
        let key = checked.key.clone().unwrap_or_else(|| key_of_title(&checked.title));
        let taken = || Problem::conflict("key_taken", format!("Another custom field has the key {key}."));
        if all.iter().any(|field| field.key == key) {
            return Err(taken());
        }
        let place = checked.position.unwrap_or(i64::MAX);
        let mut field = CustomField {
            id: CustomFieldId::default(),
            version: 1,
            key: key.clone(),
            updated_at: self.clock.now(),
            updated_by: actor.name.clone(),
            archived_at: None,
            position: 0,
            ..defined(checked)
        };
        require_few_listed(&all, &field)?;
        field.position = self.make_room_for_field(&mut tx, &all, field.id, place).await?;
        field.id = tx.custom_fields().insert(&field).await.on_unique("custom_fields_key_key", taken)?;
        let change = Change::new("custom_field.created", "custom_field", field.id.0);
        self.record(&mut tx, actor, change.between(&json!({}), &facts(&field))).await?;
        self.publish_custom_fields(tx).await?;
        Ok(field)
    }

    /// Saves a field over the version that was read. Errors: `Stale`, `NotFound`, `Invalid`, `Conflict`
    /// (`field_has_values`, `option_in_use`, `values_not_unique`).
    pub async fn update_custom_field(
        &self,
        actor: &Actor,
        id: CustomFieldId,
        version: i64,
        input: CustomFieldInput,
    ) -> Result<CustomField, Problem> {
        actor.require(Permission::CustomFieldsManage)?;
        let mut tx = self.begin_changes().await?;
        let all = tx.custom_fields().list().await?;
        let before = find(all.clone(), id)?;
        if before.version != version {
            return Err(Problem::Stale { version: before.version });
        }
        let checked = input.checked()?;
        if checked.key.as_ref().is_some_and(|key| *key != before.key) {
            return Err(Problem::field_error("key", "fixed", "The key of a field never changes."));
        }
        let place = checked.position.unwrap_or(before.position);
        let after =
            CustomField { position: before.position, ..self.next_custom_field(actor, &before, defined(checked)) };
        require_few_listed(&all, &after)?;
        if facts(&after) == facts(&before) && place == before.position {
            return Ok(before);
        }
        require_possible(&mut tx, &before, &after).await?;
        let position = self.make_room_for_field(&mut tx, &all, id, place).await?;
        self.save_custom_field(tx, actor, "custom_field.updated", &before, CustomField { position, ..after }).await
    }

    /// Applies an RFC 7396 merge patch. Errors as [`Self::update_custom_field`]; unknown fields are `Invalid`.
    pub async fn patch_custom_field(
        &self,
        actor: &Actor,
        id: CustomFieldId,
        version: i64,
        patch: &Value,
    ) -> Result<CustomField, Problem> {
        actor.require(Permission::CustomFieldsManage)?;
        let before = find(self.database.read().await?.custom_fields().list().await?, id)?;
        let mut input = serde_json::to_value(before.input()).unwrap_or_default();
        let (Some(fields), Some(patch)) = (input.as_object_mut(), patch.as_object()) else {
            return Err(Problem::malformed("A merge patch is a JSON object."));
        };
        let unknown = patch.keys().filter(|key| !fields.contains_key(*key));
        let unknown: Vec<FieldError> =
            unknown.map(|key| FieldError::new(key, "unknown_field", format!("There is no field {key}."))).collect();
        if !unknown.is_empty() {
            return Err(Problem::Invalid(unknown));
        }
        fields.extend(patch.iter().map(|(key, value)| (key.clone(), value.clone())));
        fields.retain(|_, value| !value.is_null());
        let input = serde_json::from_value(input).map_err(|error| Problem::malformed(error.to_string()))?;
        self.update_custom_field(actor, id, version, input).await
    }

    /// Archives a field, so that it is asked for no longer, or takes it back; its values are kept.
    /// Errors: `NotFound`, `Invalid` when there would be too many columns of the list.
    pub async fn archive_custom_field(
        &self,
        actor: &Actor,
        id: CustomFieldId,
        archived: bool,
    ) -> Result<CustomField, Problem> {
        actor.require(Permission::CustomFieldsManage)?;
        let mut tx = self.begin_changes().await?;
        let all = tx.custom_fields().list().await?;
        let before = find(all.clone(), id)?;
        if before.archived_at.is_some() == archived {
            return Ok(before);
        }
        let mut after = self.next_custom_field(actor, &before, before.clone());
        after.archived_at = archived.then_some(after.updated_at);
        require_few_listed(&all, &after)?;
        let action = if archived { "custom_field.archived" } else { "custom_field.unarchived" };
        self.save_custom_field(tx, actor, action, &before, after).await
    }

    /// Deletes a field that no customer has a value of. Errors: `NotFound`, `Conflict("field_has_values")`.
    pub async fn delete_custom_field(&self, actor: &Actor, id: CustomFieldId) -> Result<(), Problem> {
        actor.require(Permission::CustomFieldsManage)?;
        let mut tx = self.begin_changes().await?;
        let field = find(tx.custom_fields().list().await?, id)?;
        let count = tx.custom_fields().count(id).await?;
        if count > 0 {
            let detail = format!("Customers with a value of this field: {count}. Archive it instead: values are kept.");
            return Err(Problem::conflict("field_has_values", detail));
        }
        tx.custom_fields().delete(id).await?;
        let change = Change::new("custom_field.deleted", "custom_field", id.0).between(&facts(&field), &json!({}));
        self.record(&mut tx, actor, change).await?;
        self.publish_custom_fields(tx).await
    }

    /// Reads the definitions anew: at the start, after a change, and now and then for those of other processes.
    pub async fn load_custom_fields(&self) -> Result<(), Problem> {
        let fields = Arc::new(self.database.read().await?.custom_fields().list().await?);
        *self.definitions.write().unwrap_or_else(PoisonError::into_inner) = fields;
        Ok(())
    }

    /// Every definition in its order, archived ones included, as they were read last: for reading and for checks ahead
    /// of the lock. Writes take those of their transaction.
    pub fn definitions(&self) -> Arc<Vec<CustomField>> {
        self.definitions.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What `field` becomes of `before`: the next version, by this person, now.
    fn next_custom_field(&self, actor: &Actor, before: &CustomField, field: CustomField) -> CustomField {
        CustomField {
            id: before.id,
            version: before.version + 1,
            key: before.key.clone(),
            updated_at: self.clock.now(),
            updated_by: actor.name.clone(),
            archived_at: before.archived_at,
            ..field
        }
    }

    /// Moves the other fields so that one can stand at `place`, and gives the place it gets.
    async fn make_room_for_field(
        &self,
        tx: &mut Transaction,
        all: &[CustomField],
        id: CustomFieldId,
        place: i64,
    ) -> Result<i64, Problem> {
        let others: Vec<&CustomField> = all.iter().filter(|field| field.id != id).collect();
        let place = place.clamp(0, i64::try_from(others.len()).unwrap_or_default());
        for (rank, other) in (0_i64..).zip(others) {
            let position = if rank < place { rank } else { rank + 1 };
            if other.position != position {
                tx.custom_fields().place(other.id, position).await?;
            }
        }
        Ok(place)
    }

    /// Writes a changed field with what follows from it for the values: uniqueness at once, the search in a while.
    async fn save_custom_field(
        &self,
        mut tx: Transaction,
        actor: &Actor,
        action: &'static str,
        before: &CustomField,
        after: CustomField,
    ) -> Result<CustomField, Problem> {
        if !tx.custom_fields().update(&after).await? {
            return Err(Problem::Stale { version: before.version });
        }
        if before.is_unique != after.is_unique {
            self.set_unique(&mut tx, &after).await?;
        }
        let change = Change::new(action, "custom_field", after.id.0).between(&facts(before), &facts(&after));
        self.record(&mut tx, actor, change).await?;
        self.publish_custom_fields(tx).await?;
        let is_searched = |field: &CustomField| field.is_searchable && field.archived_at.is_none();
        if is_searched(before) != is_searched(&after) {
            self.follow_definition(after.id).await;
        }
        Ok(after)
    }

    /// Lets the search follow a definition that is saved already, to the end even when the caller has hung up. What a
    /// crash or a failure leaves undone is done when the customer is saved next, or the field is switched again.
    async fn follow_definition(&self, id: CustomFieldId) {
        let service = self.clone();
        let rewriting = tokio::spawn(async move { service.rewrite_search_texts(id).await });
        match rewriting.await {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => tracing::error!(%problem, field = id.0, "the search does not follow a custom field"),
            Err(error) => tracing::error!(%error, field = id.0, "the search does not follow a custom field"),
        }
    }

    /// The search text of every customer with a value follows the definitions. Each batch is a transaction of its own,
    /// so that nobody waits for all of them; done twice, it is the same.
    async fn rewrite_search_texts(&self, id: CustomFieldId) -> Result<(), Problem> {
        let mut last = CustomerId::default();
        loop {
            let mut tx = self.begin_changes().await?;
            let customers = tx.custom_fields().customers_after(id, last, false, REWRITTEN).await?;
            let Some(end) = customers.last() else { return Ok(()) };
            last = *end;
            let definitions = definitions_in(&mut tx).await?;
            self.rewrite_search_text(&mut tx, &definitions, &customers).await?;
            tx.commit().await?;
        }
    }

    /// From now on no two customers may share a value of the field, or they may. Errors: `Conflict`
    /// (`values_not_unique`).
    async fn set_unique(&self, tx: &mut Transaction, field: &CustomField) -> Result<(), Problem> {
        match self.put_unique_keys(tx, field).await {
            // The statements can break one rule only; the engines call it by different names.
            Err(DatabaseError::Unique { .. }) => Err(Problem::conflict(
                "values_not_unique",
                "Some customers share a value of this field. Change those values first.",
            )),
            other => Ok(other?),
        }
    }

    /// One statement, within the transaction that saves the field: no value can slip in between. Phone numbers and long
    /// texts are not unique by what they sort by, so theirs follow from the records.
    async fn put_unique_keys(&self, tx: &mut Transaction, field: &CustomField) -> Result<(), DatabaseError> {
        let is_phone = field.kind == FieldKind::Phone;
        if !field.is_unique || !is_phone {
            tx.custom_fields().set_unique(field.id, field.is_unique).await?;
        }
        if !field.is_unique {
            return Ok(());
        }
        let region = self.default_region();
        let mut last = CustomerId::default();
        loop {
            let ids = tx.custom_fields().customers_after(field.id, last, !is_phone, KEYED).await?;
            let Some(end) = ids.last() else { return Ok(()) };
            last = *end;
            let customers = tx.customers().all_of(&ids).await?;
            let rows: Vec<(CustomerId, &CustomValues)> =
                customers.iter().map(|customer| (customer.id, &customer.custom_fields)).collect();
            index_values(tx, std::slice::from_ref(field), &region, &rows, true).await?;
        }
    }

    /// Commits and lets this process know; what cannot be read now is read by the next regular look.
    async fn publish_custom_fields(&self, tx: Transaction) -> Result<(), Problem> {
        tx.commit().await?;
        if let Err(problem) = self.load_custom_fields().await {
            tracing::warn!(%problem, "the definitions of custom fields could not be read anew");
        }
        Ok(())
    }
}

fn find(fields: Vec<CustomField>, id: CustomFieldId) -> Result<CustomField, Problem> {
    fields.into_iter().find(|field| field.id == id).ok_or_else(|| Problem::not_found("custom field"))
}

/// A checked definition as a field without a past.
fn defined(checked: CheckedField) -> CustomField {
    CustomField {
        id: CustomFieldId::default(),
        version: 0,
        key: String::new(),
        title: checked.title,
        kind: checked.kind,
        hint: checked.hint,
        category: checked.category,
        is_required: checked.is_required,
        is_unique: checked.is_unique,
        minimum: checked.minimum,
        maximum: checked.maximum,
        pattern: checked.pattern,
        options: checked.options,
        is_searchable: checked.is_searchable,
        is_listed: checked.is_listed,
        portal: checked.portal,
        position: 0,
        updated_at: chrono::DateTime::default(),
        updated_by: String::new(),
        archived_at: None,
    }
}

/// The list has room for a few columns only.
fn require_few_listed(all: &[CustomField], after: &CustomField) -> Result<(), Problem> {
    let is_shown = |field: &CustomField| field.is_listed && field.archived_at.is_none();
    let others = all.iter().filter(|field| field.id != after.id && is_shown(field)).count();
    if is_shown(after) && others >= MAX_LISTED {
        let message = format!("At most {MAX_LISTED} custom fields can be columns of the list.");
        return Err(Problem::field_error("is_listed", "too_many", message));
    }
    Ok(())
}

/// Values that exist must stay good: their kind stays, and so do the options that somebody has.
async fn require_possible(tx: &mut Transaction, before: &CustomField, after: &CustomField) -> Result<(), Problem> {
    if before.kind != after.kind {
        let count = tx.custom_fields().count(before.id).await?;
        if count > 0 {
            let detail = format!("The kind cannot change: customers with a value of this field: {count}.");
            return Err(Problem::conflict("field_has_values", detail));
        }
    }
    for option in before.options.iter().filter(|option| !after.options.contains(option)) {
        let count = tx.custom_fields().count_key(before.id, &text_key(option)).await?;
        if count > 0 {
            let detail = format!("The option {option} cannot go: customers who have it: {count}.");
            return Err(Problem::conflict("option_in_use", detail));
        }
    }
    Ok(())
}

/// A definition as the audit log compares it.
fn facts(field: &CustomField) -> Value {
    let mut facts = serde_json::to_value(field).unwrap_or_default();
    if let Some(facts) = facts.as_object_mut() {
        for kept_elsewhere in ["id", "version", "updated_at", "updated_by"] {
            facts.remove(kept_elsewhere);
        }
    }
    facts
}
