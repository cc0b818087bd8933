//! The pages' door to labels, their categories, and who wears them.

use leptos::prelude::*;

use super::{
    Assignment, AssignmentInput, BulkOutcome, Label, LabelCategory, LabelCategoryInput, LabelInput, Selection,
};
use crate::shared::id::{CustomerId, LabelCategoryId, LabelId};
use crate::shared::problem::Problem;

/// Every label with its usage, the highest priority first.
#[server(prefix = "/api/fn", endpoint = "labels/list")]
pub async fn list_labels() -> Result<Vec<Label>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.labels(&caller.actor).await
}

/// One label.
#[server(prefix = "/api/fn", endpoint = "labels/get")]
pub async fn get_label(id: LabelId) -> Result<Label, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.label(&caller.actor, id).await
}

/// Makes a label; a `swatch` is a colour chosen from the suggested ones, which goes before the one in the input.
#[server(prefix = "/api/fn", endpoint = "labels/create")]
pub async fn create_label(
    #[server(default)] label: LabelInput,
    #[server(default)] swatch: Option<String>,
) -> Result<Label, Problem> {
    let caller = crate::server::signed_in().await?;
    let label = label.with_swatch(swatch);
    let label = caller.services.customers.create_label(&caller.actor, label).await?;
    crate::server::go_to("/labels?done=created");
    Ok(label)
}

/// Saves a label over the version that was read (412 when it is not the latest); `swatch` as for a new one.
#[server(prefix = "/api/fn", endpoint = "labels/update")]
pub async fn update_label(
    id: LabelId,
    version: i64,
    #[server(default)] label: LabelInput,
    #[server(default)] swatch: Option<String>,
) -> Result<Label, Problem> {
    let caller = crate::server::signed_in().await?;
    let label = label.with_swatch(swatch);
    let label = caller.services.customers.update_label(&caller.actor, id, version, label).await?;
    crate::server::go_to("/labels?done=saved");
    Ok(label)
}

/// Deletes a label that nobody wears (409 `label_in_use` with the count; 412 when `version` is not the latest).
#[server(prefix = "/api/fn", endpoint = "labels/delete")]
pub async fn delete_label(id: LabelId, version: i64) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.delete_label(&caller.actor, id, version).await?;
    crate::server::go_to("/labels?done=deleted");
    Ok(())
}

/// Every category, each after the one it belongs to.
#[server(prefix = "/api/fn", endpoint = "label-categories/list")]
pub async fn list_label_categories() -> Result<Vec<LabelCategory>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.label_categories(&caller.actor).await
}

/// Makes a category.
#[server(prefix = "/api/fn", endpoint = "label-categories/create")]
pub async fn create_label_category(#[server(default)] category: LabelCategoryInput) -> Result<LabelCategory, Problem> {
    let caller = crate::server::signed_in().await?;
    let category = caller.services.customers.create_label_category(&caller.actor, category).await?;
    crate::server::go_to("/labels?done=category-created");
    Ok(category)
}

/// Saves a category over the version that was read (412 when it is not the latest).
#[server(prefix = "/api/fn", endpoint = "label-categories/update")]
pub async fn update_label_category(
    id: LabelCategoryId,
    version: i64,
    #[server(default)] category: LabelCategoryInput,
) -> Result<LabelCategory, Problem> {
    let caller = crate::server::signed_in().await?;
    let category = caller.services.customers.update_label_category(&caller.actor, id, version, category).await?;
    crate::server::go_to("/labels?done=category-saved");
    Ok(category)
}

/// Deletes a category that holds neither labels nor categories (412 when `version` is not the latest).
#[server(prefix = "/api/fn", endpoint = "label-categories/delete")]
pub async fn delete_label_category(id: LabelCategoryId, version: i64) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.delete_label_category(&caller.actor, id, version).await?;
    crate::server::go_to("/labels?done=category-deleted");
    Ok(())
}

/// The labels of a customer; with `removed` those that came off as well, newest first.
#[server(prefix = "/api/fn", endpoint = "labels/of-customer")]
pub async fn labels_of_customer(
    customer_id: CustomerId,
    #[server(default)] removed: bool,
) -> Result<Vec<Assignment>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.assignments(&caller.actor, customer_id, removed).await
}

/// Puts a label on a customer; one that is there already stays as it is. The answer is what the customer wears then,
/// only this label for those who may not see labels.
#[server(prefix = "/api/fn", endpoint = "labels/assign")]
pub async fn assign_label(
    customer_id: CustomerId,
    #[server(default)] assignment: AssignmentInput,
) -> Result<Vec<Assignment>, Problem> {
    let caller = crate::server::signed_in().await?;
    let assignments = caller.services.customers.assign_label(&caller.actor, customer_id, assignment).await?;
    crate::server::go_to(&format!("/customers/{customer_id}?done=labelled"));
    Ok(assignments)
}

/// Takes a label off a customer. The answer is what the customer wears then, nothing for those who may not see labels.
#[server(prefix = "/api/fn", endpoint = "labels/remove")]
pub async fn remove_label(
    customer_id: CustomerId,
    label_id: LabelId,
    #[server(default)] reason: Option<String>,
) -> Result<Vec<Assignment>, Problem> {
    let caller = crate::server::signed_in().await?;
    let assignments = caller.services.customers.remove_label(&caller.actor, customer_id, label_id, reason).await?;
    crate::server::go_to(&format!("/customers/{customer_id}?done=unlabelled"));
    Ok(assignments)
}

/// Puts a label on many customers, or takes it off, with a result for each.
#[server(prefix = "/api/fn", endpoint = "labels/bulk")]
pub async fn label_many(
    label_id: LabelId,
    #[server(default)] is_removal: bool,
    #[server(default)] selection: Selection,
    #[server(default)] note: Option<String>,
) -> Result<BulkOutcome, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.label_many(&caller.actor, label_id, is_removal, &selection, note).await
}

/// The same from the list of customers without WASM: the outcome is in the address of the list, which is `back`.
#[server(prefix = "/api/fn", endpoint = "labels/bulk-form")]
pub async fn label_selected(
    #[server(default)] label_id: Option<LabelId>,
    #[server(default)] is_removal: bool,
    #[server(default)] selection: Selection,
    #[server(default)] note: Option<String>,
    #[server(default)] back: String,
) -> Result<BulkOutcome, Problem> {
    let caller = crate::server::signed_in().await?;
    let label_id = label_id.ok_or_else(super::no_label_chosen)?;
    let done = caller.services.customers.label_many(&caller.actor, label_id, is_removal, &selection, note).await?;
    crate::server::go_to(&super::outcome_href(&back, &done));
    Ok(done)
}
