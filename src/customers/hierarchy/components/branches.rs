//! What a tree of customers reads: the levels that its address asks for, each as the list of its customers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::words::counts;
use crate::customers::Status;
use crate::customers::components::status_tone;
use crate::customers::hierarchy::{BillingMode, TreeNode, TreePage, get_tree_node, list_children};
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;
use crate::ui::{Forest, TOP, TreeItem, TreeLevel, TreeQuery};

/// Pages of one level that an address may ask for.
const MOST_PAGES: i64 = 20;
/// Branches that an address may open.
const MOST_BRANCHES: usize = 100;

/// The customers below one, as far as they were read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// The customer above; none for the top of the tree.
    pub parent: Option<CustomerId>,
    /// The customers.
    pub nodes: Vec<TreeNode>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// How many pages were read.
    pub pages: i64,
    /// Why not all was read.
    pub problem: Option<Problem>,
}

/// Reads a tree: the customer `root`, or all main accounts that have children, and every branch that is open.
pub async fn read_tree(root: Option<CustomerId>, query: TreeQuery) -> Result<Vec<Branch>, Problem> {
    let open = query.open.clone().unwrap_or_else(|| root.map(|CustomerId(id)| id).into_iter().collect());
    let top = match root {
        Some(root) => Branch { nodes: vec![get_tree_node(root).await?], pages: 1, ..Branch::default() },
        None => read_branch(None, &query).await,
    };
    if let (true, Some(problem)) = (top.nodes.is_empty(), &top.problem) {
        return Err(problem.clone());
    }
    let mut branches = vec![top];
    let mut next = 0;
    while let Some(parents) = branches.get(next).map(|branch| open_nodes(branch, &open)) {
        for parent in parents {
            if branches.len() < MOST_BRANCHES {
                branches.push(read_branch(Some(parent), &query).await);
            }
        }
        next += 1;
    }
    Ok(branches)
}

fn open_nodes(branch: &Branch, open: &BTreeSet<i64>) -> Vec<CustomerId> {
    let nodes = branch.nodes.iter().filter(|node| node.children > 0 && open.contains(&node.id.0));
    nodes.map(|node| node.id).collect()
}

/// As many pages of a level as the address asks for; what was read before a failure stays.
async fn read_branch(parent: Option<CustomerId>, query: &TreeQuery) -> Branch {
    let wanted = query.more.get(&key_of(parent)).copied().unwrap_or(1).clamp(1, MOST_PAGES);
    let mut branch = Branch { parent, ..Branch::default() };
    while branch.pages < wanted {
        match list_children(parent, branch.next_cursor.clone()).await {
            Ok(TreePage { nodes, next_cursor }) => {
                branch.nodes.extend(nodes);
                branch.next_cursor = next_cursor;
                branch.pages += 1;
            }
            Err(problem) => {
                branch.problem = Some(problem);
                break;
            }
        }
        if branch.next_cursor.is_none() {
            break;
        }
    }
    branch
}

/// The key of a level in a tree.
fn key_of(parent: Option<CustomerId>) -> i64 {
    parent.map_or(TOP, |CustomerId(id)| id)
}

/// A row of the tree. The root stays where it is: what is above it is not in the tree.
pub(super) fn tree_item(node: &TreeNode, is_root: bool) -> TreeItem {
    let mut note = counts(node.children, node.descendants);
    if node.billing_mode == BillingMode::Consolidated && !is_root {
        let billing = "billed with its parent";
        note = if note.is_empty() { billing.to_owned() } else { format!("{note} · {billing}") };
    }
    TreeItem {
        key: node.id.0,
        label: node.name.clone(),
        href: format!("/customers/{}", node.id),
        mark: node.portal_id.clone(),
        badge: Some((status_tone(node.status), node.status.label())),
        note,
        children: node.children,
        movable: !is_root,
        accepts: node.status != Status::Terminated,
    }
}

/// The tree that the branches make.
pub(super) fn forest_of(branches: &[Branch], root: Option<CustomerId>) -> Forest {
    let open = branches.iter().filter_map(|branch| branch.parent).map(|CustomerId(id)| id).collect();
    let levels = branches.iter().map(|branch| {
        let level = TreeLevel {
            items: branch.nodes.iter().map(|node| tree_item(node, Some(node.id) == root)).collect(),
            next: branch.next_cursor.clone(),
            pages: branch.pages,
            failure: branch.problem.as_ref().map(Problem::detail),
            loading: false,
        };
        (key_of(branch.parent), level)
    });
    Forest { levels: levels.collect(), open }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: i64, children: i64, status: Status) -> TreeNode {
        TreeNode {
            id: CustomerId(id),
            version: 1,
            portal_id: format!("C{id}"),
            name: format!("Customer {id}"),
            status,
            billing_mode: BillingMode::Consolidated,
            children,
            descendants: children,
        }
    }

    #[test]
    fn branches_make_a_tree_in_which_the_root_stays() {
        let root = CustomerId(1);
        let top = Branch { nodes: vec![node(1, 2, Status::Active)], pages: 1, ..Branch::default() };
        let children = vec![node(2, 0, Status::Terminated), node(3, 0, Status::New)];
        let below = Branch { parent: Some(root), nodes: children, pages: 1, ..Branch::default() };
        let forest = forest_of(&[top, below], Some(root));
        assert_eq!(forest.open, [1].into());
        assert!(!forest.levels[&TOP].items[0].movable && forest.levels[&1].items[0].movable);
        assert_eq!(forest.levels[&TOP].items[0].note, "2 children");
        assert_eq!(forest.levels[&1].items[0].note, "billed with its parent");
        assert!(!forest.takes(3, 2), "nothing moves below a terminated customer");
    }
}
