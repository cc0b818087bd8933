//! The pages of the hierarchy, one file per address.

mod customer;
mod main_accounts;

pub use customer::CustomerHierarchyPage;
pub use main_accounts::HierarchyPage;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::ui::TreeQuery;

/// What the address says about the tree.
fn use_tree_query() -> Memo<TreeQuery> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| TreeQuery::from_url(|name| query.get_all(name))))
}
