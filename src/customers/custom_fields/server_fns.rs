//! The pages' door to the definitions of custom fields. Values travel with the customer.

use leptos::prelude::*;

use super::{CustomField, CustomFieldInput};
use crate::shared::id::CustomFieldId;
use crate::shared::problem::Problem;

/// Every custom field in its order; with `archived` those that are archived as well.
#[server(prefix = "/api/fn", endpoint = "custom-fields/list")]
pub async fn list_custom_fields(#[server(default)] archived: bool) -> Result<Vec<CustomField>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.custom_fields(&caller.actor, archived).await
}

/// One custom field.
#[server(prefix = "/api/fn", endpoint = "custom-fields/get")]
pub async fn get_custom_field(id: CustomFieldId) -> Result<CustomField, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.custom_field(&caller.actor, id).await
}

/// How many customers have a value of each custom field; 10,001 stands for more.
#[server(prefix = "/api/fn", endpoint = "custom-fields/usage")]
pub async fn custom_field_usage() -> Result<Vec<(CustomFieldId, i64)>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.custom_field_usage(&caller.actor).await
}

/// Adds a custom field.
#[server(prefix = "/api/fn", endpoint = "custom-fields/create")]
pub async fn create_custom_field(#[server(default)] field: CustomFieldInput) -> Result<CustomField, Problem> {
    let caller = crate::server::signed_in().await?;
    let field = caller.services.customers.create_custom_field(&caller.actor, field).await?;
    crate::server::go_to("/admin/custom-fields?done=created");
    Ok(field)
}

/// Saves a custom field over the version that was read (412 when it is not the latest).
#[server(prefix = "/api/fn", endpoint = "custom-fields/update")]
pub async fn update_custom_field(
    id: CustomFieldId,
    version: i64,
    #[server(default)] field: CustomFieldInput,
) -> Result<CustomField, Problem> {
    let caller = crate::server::signed_in().await?;
    let field = caller.services.customers.update_custom_field(&caller.actor, id, version, field).await?;
    crate::server::go_to("/admin/custom-fields?done=saved");
    Ok(field)
}

/// Archives a custom field, so that it is asked for no longer, or takes it back. Its values are kept.
#[server(prefix = "/api/fn", endpoint = "custom-fields/archive")]
pub async fn archive_custom_field(id: CustomFieldId, archived: bool) -> Result<CustomField, Problem> {
    let caller = crate::server::signed_in().await?;
    let field = caller.services.customers.archive_custom_field(&caller.actor, id, archived).await?;
    crate::server::go_to(if archived {
        "/admin/custom-fields?done=archived"
    } else {
        "/admin/custom-fields?done=unarchived"
    });
    Ok(field)
}

/// Deletes a custom field that no customer ever had a value of.
#[server(prefix = "/api/fn", endpoint = "custom-fields/delete")]
pub async fn delete_custom_field(id: CustomFieldId) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.delete_custom_field(&caller.actor, id).await?;
    crate::server::go_to("/admin/custom-fields?done=deleted");
    Ok(())
}
