//! The pages' door to the hierarchy.

use leptos::prelude::*;

use super::{HierarchyView, MoveInput, Relative, TreeNode, TreePage};
use crate::customers::Customer;
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;

/// Where a customer hangs in the tree.
#[server(prefix = "/api/fn", endpoint = "hierarchy/get")]
pub async fn customer_hierarchy(customer_id: CustomerId) -> Result<HierarchyView, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.hierarchy(&caller.actor, customer_id).await
}

/// The live children of a customer, by name, 50 at a time; without a customer the main accounts that have children.
#[server(prefix = "/api/fn", endpoint = "hierarchy/children")]
pub async fn list_children(
    #[server(default)] customer_id: Option<CustomerId>,
    #[server(default)] cursor: Option<String>,
) -> Result<TreePage, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.children(&caller.actor, customer_id, cursor.as_deref(), None).await
}

/// One customer as it stands in the tree.
#[server(prefix = "/api/fn", endpoint = "hierarchy/node")]
pub async fn get_tree_node(customer_id: CustomerId) -> Result<TreeNode, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.tree_node(&caller.actor, customer_id).await
}

/// Customers under which this one could move, found by words; at most 20.
#[server(prefix = "/api/fn", endpoint = "hierarchy/parents")]
pub async fn possible_parents(customer_id: Option<CustomerId>, query: String) -> Result<Vec<Relative>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.possible_parents(&caller.actor, customer_id, &query).await
}

/// Moves a customer with everything below it (412 when `version` is not the latest); with `stay` a browser remains on
/// its page.
#[server(prefix = "/api/fn", endpoint = "hierarchy/move")]
pub async fn move_customer(
    customer_id: CustomerId,
    version: i64,
    #[server(default)] to: MoveInput,
    #[server(default)] stay: bool,
) -> Result<Customer, Problem> {
    let caller = crate::server::signed_in().await?;
    let customer = caller.services.customers.move_under(&caller.actor, customer_id, version, &to).await?;
    if !stay {
        crate::server::go_to(&format!("/customers/{customer_id}/hierarchy?done=moved"));
    }
    Ok(customer)
}
