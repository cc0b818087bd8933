//! The use cases of labels.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::model::{CheckedLabel, Label, LabelInput};
use crate::audit::Change;
use crate::customers::CustomerService;
use crate::database::{OnUnique, Transaction};
use crate::shared::actor::Actor;
use crate::shared::id::{LabelCategoryId, LabelId};
use crate::shared::permission::{Permission, Scope};
use crate::shared::problem::{FieldError, Problem};
use crate::shared::text::fold;

impl CustomerService {
    /// Every label, the highest priority first, with how many customers of the caller's scope wear it.
    /// Errors: `Forbidden`.
    pub async fn labels(&self, actor: &Actor) -> Result<Vec<Label>, Problem> {
        actor.require(Permission::LabelsRead)?;
        let mut tx = self.database.snapshot().await?;
        Ok(tx.labels().list(&actor.scope, self.clock.now()).await?)
    }

    /// One label. Errors: `Forbidden`, `NotFound`.
    pub async fn label(&self, actor: &Actor, id: LabelId) -> Result<Label, Problem> {
        let labels = self.labels(actor).await?;
        labels.into_iter().find(|label| label.id == id).ok_or_else(|| Problem::not_found("label"))
    }

    /// Makes a label. Errors: `Forbidden`, `Invalid` with every wrong field, `Conflict("name_taken")`.
    pub async fn create_label(&self, actor: &Actor, input: LabelInput) -> Result<Label, Problem> {
        actor.require(Permission::LabelsManage)?;
        let checked = input.checked()?;
        let mut tx = self.begin_changes().await?;
        let label = self.insert_label(&mut tx, actor, &checked).await?;
        tx.commit().await?;
        Ok(label)
    }

    /// Makes a label as a step of a larger transaction.
    pub(super) async fn insert_label(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        checked: &CheckedLabel,
    ) -> Result<Label, Problem> {
        require_category(tx, checked.category_id).await?;
        let inserted = tx.labels().insert(checked, &fold(&checked.name), self.clock.now(), &actor.name).await;
        let id = inserted.on_unique("labels_name_key_key", || name_taken(&checked.name))?;
        let label = find(tx, id).await?;
        let change = Change::new("label.created", "label", id.0).between(&json!({}), &facts(&label));
        self.record(tx, actor, change).await?;
        Ok(label)
    }

    /// Changes a label of which `version` was read. Errors: `Forbidden`, `NotFound`, `Stale`, `Invalid` with every
    /// wrong field, `Conflict` (`name_taken`, `system_label`).
    pub async fn update_label(
        &self,
        actor: &Actor,
        id: LabelId,
        version: i64,
        input: LabelInput,
    ) -> Result<Label, Problem> {
        actor.require(Permission::LabelsManage)?;
        let mut tx = self.begin_changes().await?;
        let before = self.label_with_usage(&mut tx, actor, id).await?;
        if before.version != version {
            return Err(Problem::Stale { version: before.version });
        }
        let checked = input.checked()?;
        if before.is_system && checked.name != before.name {
            return Err(system_label("This label comes with the product: give it a display name instead."));
        }
        require_category(&mut tx, checked.category_id).await?;
        let mut after = changed(&before, checked);
        if after == before {
            return Ok(before);
        }
        after.version += 1;
        after.updated_at = self.clock.now();
        after.updated_by.clone_from(&actor.name);
        let written = tx.labels().update(&after, &fold(&after.name)).await;
        written.on_unique("labels_name_key_key", || name_taken(&after.name))?;
        let change = Change::new("label.updated", "label", id.0).between(&facts(&before), &facts(&after));
        self.record(&mut tx, actor, change).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Applies an RFC 7396 merge patch. Errors as [`Self::update_label`]; unknown fields are `Invalid`.
    pub async fn patch_label(&self, actor: &Actor, id: LabelId, version: i64, patch: &Value) -> Result<Label, Problem> {
        actor.require(Permission::LabelsManage)?;
        let label = find(&mut self.database.read().await?, id).await?;
        self.update_label(actor, id, version, merged(&label.input(), patch)?).await
    }

    /// Deletes a label that nobody wears and of which `version` was read; what was worn once stays in the history.
    /// Errors: `Forbidden`, `NotFound`, `Stale`, `Conflict` (`system_label`, `label_in_use` with the number of
    /// customers that the caller may see, those in the trash included).
    pub async fn delete_label(&self, actor: &Actor, id: LabelId, version: i64) -> Result<(), Problem> {
        actor.require(Permission::LabelsManage)?;
        let now = self.clock.now();
        let mut tx = self.begin_changes().await?;
        let label = find(&mut tx, id).await?;
        if label.version != version {
            return Err(Problem::Stale { version: label.version });
        }
        if label.is_system {
            return Err(system_label(
                "This label comes with the product: it cannot be deleted. Deactivate it instead.",
            ));
        }
        let wearers = tx.labels().count_wearers(&Scope::all(), id, now).await?;
        if wearers > 0 {
            let seen = tx.labels().count_wearers(&actor.scope, id, now).await?;
            return Err(label_in_use(seen, wearers));
        }
        tx.labels().delete(id, now).await?;
        let change = Change::new("label.deleted", "label", id.0).between(&facts(&label), &json!({}));
        self.record(&mut tx, actor, change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A label with its usage. Errors: `NotFound`.
    async fn label_with_usage(&self, tx: &mut Transaction, actor: &Actor, id: LabelId) -> Result<Label, Problem> {
        let labels = tx.labels().list(&actor.scope, self.clock.now()).await?;
        labels.into_iter().find(|label| label.id == id).ok_or_else(|| Problem::not_found("label"))
    }
}

/// The input that a merge patch (RFC 7396) makes of another. Errors: `Malformed`, `Invalid` naming unknown fields.
pub(super) fn merged<T: Serialize + DeserializeOwned>(input: &T, patch: &Value) -> Result<T, Problem> {
    let mut input = serde_json::to_value(input).unwrap_or_default();
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
    for (key, value) in patch {
        if value.is_null() {
            fields.remove(key);
        } else {
            fields.insert(key.clone(), value.clone());
        }
    }
    serde_json::from_value(input).map_err(|error| Problem::malformed(error.to_string()))
}

pub(super) fn name_taken(name: &str) -> Problem {
    Problem::conflict("name_taken", format!("There is {name} already; upper and lower case and accents do not count."))
}

fn system_label(detail: &str) -> Problem {
    Problem::conflict("system_label", detail)
}

/// How many of all that wear it the caller may see; of the others no more than that there are some.
fn label_in_use(seen: i64, all: i64) -> Problem {
    let who = match seen {
        0 => "Customers that you may not see wear it.".to_owned(),
        seen if seen == all => format!("Customers that wear it, those in the trash included: {seen}."),
        seen => {
            format!("Customers that wear it, those in the trash included: {seen}, and others that you may not see.")
        }
    };
    let detail = format!("{who} Deactivate the label instead, so that nobody gets it any more.");
    Problem::conflict("label_in_use", detail)
}

async fn find(tx: &mut Transaction, id: LabelId) -> Result<Label, Problem> {
    tx.labels().find(id).await?.ok_or_else(|| Problem::not_found("label"))
}

async fn require_category(tx: &mut Transaction, id: Option<LabelCategoryId>) -> Result<(), Problem> {
    let Some(id) = id else { return Ok(()) };
    if tx.labels().categories().await?.iter().any(|category| category.id == id) {
        Ok(())
    } else {
        Err(Problem::field_error("category_id", "unknown", "There is no such category."))
    }
}

/// What an input makes of a label.
fn changed(before: &Label, input: CheckedLabel) -> Label {
    Label {
        category_id: input.category_id,
        name: input.name,
        display_name: input.display_name,
        description: input.description,
        colour: input.colour,
        priority: input.priority,
        is_active: input.is_active,
        ..before.clone()
    }
}

/// A label as the audit log compares it.
fn facts(label: &Label) -> Value {
    json!({
        "category_id": label.category_id,
        "name": label.name,
        "display_name": label.display_name,
        "description": label.description,
        "colour": label.colour,
        "priority": label.priority,
        "is_active": label.is_active,
    })
}
