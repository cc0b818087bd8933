//! The use cases of categories of labels.

use serde_json::{Value, json};

use super::model::{LabelCategory, LabelCategoryInput};
use super::service::{merged, name_taken};
use super::tree::{in_tree_order, parent_flaw};
use crate::audit::Change;
use crate::customers::CustomerService;
use crate::database::{OnUnique, Transaction};
use crate::shared::actor::Actor;
use crate::shared::id::LabelCategoryId;
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::shared::text::fold;

impl CustomerService {
    /// Every category after the one it belongs to. Errors: `Forbidden`.
    pub async fn label_categories(&self, actor: &Actor) -> Result<Vec<LabelCategory>, Problem> {
        actor.require(Permission::LabelsRead)?;
        let categories = self.database.read().await?.labels().categories().await?;
        Ok(in_tree_order(&categories).into_iter().map(|(_, category)| category).collect())
    }

    /// One category. Errors: `Forbidden`, `NotFound`.
    pub async fn label_category(&self, actor: &Actor, id: LabelCategoryId) -> Result<LabelCategory, Problem> {
        actor.require(Permission::LabelsRead)?;
        find(&self.database.read().await?.labels().categories().await?, id)
    }

    /// Makes a category. Errors: `Forbidden`, `Invalid` (the name; `parent_id`: `unknown`, `too_deep`),
    /// `Conflict("name_taken")`.
    pub async fn create_label_category(
        &self,
        actor: &Actor,
        input: LabelCategoryInput,
    ) -> Result<LabelCategory, Problem> {
        actor.require(Permission::LabelsManage)?;
        let mut tx = self.begin_changes().await?;
        let category = self.insert_category(&mut tx, actor, &input).await?;
        tx.commit().await?;
        Ok(category)
    }

    /// Makes a category as a step of a larger transaction.
    pub(super) async fn insert_category(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        input: &LabelCategoryInput,
    ) -> Result<LabelCategory, Problem> {
        let name = input.checked_name()?;
        check_parent(&tx.labels().categories().await?, None, input.parent_id)?;
        let (key, now) = (fold(&name), self.clock.now());
        let inserted =
            tx.labels().insert_category((name.as_str(), key.as_str()), input.parent_id, now, &actor.name).await;
        let id = inserted.on_unique("label_categories_name_key_key", || name_taken(&name))?;
        let category = find(&tx.labels().categories().await?, id)?;
        let change =
            Change::new("label_category.created", "label_category", id.0).between(&json!({}), &facts(&category));
        self.record(tx, actor, change).await?;
        Ok(category)
    }

    /// Changes a category of which `version` was read. Errors: `Forbidden`, `NotFound`, `Stale`, `Invalid` (the name;
    /// `parent_id`: `unknown`, `too_deep`, `cycle`), `Conflict("name_taken")`.
    pub async fn update_label_category(
        &self,
        actor: &Actor,
        id: LabelCategoryId,
        version: i64,
        input: LabelCategoryInput,
    ) -> Result<LabelCategory, Problem> {
        actor.require(Permission::LabelsManage)?;
        let mut tx = self.begin_changes().await?;
        let categories = tx.labels().categories().await?;
        let before = find(&categories, id)?;
        if before.version != version {
            return Err(Problem::Stale { version: before.version });
        }
        let name = input.checked_name()?;
        check_parent(&categories, Some(id), input.parent_id)?;
        let mut after = LabelCategory { name, parent_id: input.parent_id, ..before.clone() };
        if after == before {
            return Ok(before);
        }
        after.version += 1;
        after.updated_at = self.clock.now();
        after.updated_by.clone_from(&actor.name);
        let written = tx.labels().update_category(&after, &fold(&after.name)).await;
        written.on_unique("label_categories_name_key_key", || name_taken(&after.name))?;
        let change =
            Change::new("label_category.updated", "label_category", id.0).between(&facts(&before), &facts(&after));
        self.record(&mut tx, actor, change).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Applies an RFC 7396 merge patch. Errors as [`Self::update_label_category`]; unknown fields are `Invalid`.
    pub async fn patch_label_category(
        &self,
        actor: &Actor,
        id: LabelCategoryId,
        version: i64,
        patch: &Value,
    ) -> Result<LabelCategory, Problem> {
        actor.require(Permission::LabelsManage)?;
        let category = find(&self.database.read().await?.labels().categories().await?, id)?;
        self.update_label_category(actor, id, version, merged(&category.input(), patch)?).await
    }

    /// Deletes a category that holds nothing and of which `version` was read. Errors: `Forbidden`, `NotFound`, `Stale`,
    /// `Conflict("category_in_use")`.
    pub async fn delete_label_category(&self, actor: &Actor, id: LabelCategoryId, version: i64) -> Result<(), Problem> {
        actor.require(Permission::LabelsManage)?;
        let mut tx = self.begin_changes().await?;
        let categories = tx.labels().categories().await?;
        let category = find(&categories, id)?;
        if category.version != version {
            return Err(Problem::Stale { version: category.version });
        }
        let children = categories.iter().filter(|one| one.parent_id == Some(id)).count();
        let labels = tx.labels().count_in_category(id).await?;
        if labels > 0 || children > 0 {
            let detail = format!("Labels in it: {labels}. Categories in it: {children}. Move them first.");
            return Err(Problem::conflict("category_in_use", detail));
        }
        tx.labels().delete_category(id).await?;
        let change =
            Change::new("label_category.deleted", "label_category", id.0).between(&facts(&category), &json!({}));
        self.record(&mut tx, actor, change).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn find(categories: &[LabelCategory], id: LabelCategoryId) -> Result<LabelCategory, Problem> {
    categories.iter().find(|one| one.id == id).cloned().ok_or_else(|| Problem::not_found("label category"))
}

fn check_parent(
    categories: &[LabelCategory],
    category: Option<LabelCategoryId>,
    parent: Option<LabelCategoryId>,
) -> Result<(), Problem> {
    match parent.and_then(|parent| parent_flaw(categories, category, parent)) {
        Some(flaw) => Err(Problem::field_error("parent_id", flaw.code, flaw.message)),
        None => Ok(()),
    }
}

/// A category as the audit log compares it.
fn facts(category: &LabelCategory) -> Value {
    json!({ "name": category.name, "parent_id": category.parent_id })
}
