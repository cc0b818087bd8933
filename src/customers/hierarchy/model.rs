//! The words of the hierarchy: relatives, branches of the tree, moves (spec: Customers → Hierarchy).

use serde::{Deserialize, Serialize};

use super::super::model::Status;
use crate::shared::id::CustomerId;
use crate::shared::words::words;

words! {
    /// How a child is billed.
    BillingMode {
        Independent = "independent", "By itself";
        Consolidated = "consolidated", "With its parent";
    }
}

/// Somebody above a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Relative {
    /// The id.
    pub id: CustomerId,
    /// The number the customer knows.
    pub portal_id: String,
    /// What lists show.
    pub name: String,
    /// Where the customer stands.
    pub status: Status,
}

/// Where a customer hangs in the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HierarchyView {
    /// Everybody above, the main account first; those outside the caller's scope are left out.
    pub ancestors: Vec<Relative>,
    /// Is somebody above left out, because the caller may not see them?
    pub ancestors_hidden: bool,
    /// 1 is a main account.
    pub account_level: i64,
    /// Levels at most, a setting.
    pub max_account_level: i64,
    /// Live children that the caller may see.
    pub children: i64,
    /// Live customers below, at any depth, that the caller may see.
    pub descendants: i64,
}

/// One customer in the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TreeNode {
    /// The id.
    pub id: CustomerId,
    /// Counts the changes; a move is based on it.
    pub version: i64,
    /// The number the customer knows.
    pub portal_id: String,
    /// What lists show.
    pub name: String,
    /// Where the customer stands.
    pub status: Status,
    /// How it is billed; means nothing for a main account.
    pub billing_mode: BillingMode,
    /// Live children that the caller may see.
    pub children: i64,
    /// Live customers below, at any depth, that the caller may see.
    pub descendants: i64,
}

/// A page of brothers and sisters, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TreePage {
    /// The customers.
    pub nodes: Vec<TreeNode>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// Where a customer moves to. Unknown fields are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MoveInput {
    /// The new parent; none makes it a main account.
    pub parent_id: Option<CustomerId>,
    /// `independent` (default) or `consolidated`; a main account is always independent.
    pub billing_mode: Option<String>,
}
