//! The tree of customers, with moving by drag and drop for those who may move.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::branches::{Branch, forest_of, read_tree, tree_item};
use super::question::{MoveQuestion, Question};
use crate::customers::hierarchy::{TreeNode, TreePage, list_children};
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;
use crate::ui::{Stop, TOP, Toasts, Tree, TreeAsk, TreeDrop, TreeQuery, TreeState, use_toasts};

/// A tree on its page: its state, and the customers as they were read.
#[derive(Clone, Copy)]
pub(super) struct Scene {
    state: TreeState,
    seen: StoredValue<BTreeMap<i64, TreeNode>>,
    root: Option<CustomerId>,
    pub(super) toasts: Option<Toasts>,
}

impl Scene {
    fn new(root: Option<CustomerId>, branches: &[Branch]) -> Self {
        let nodes = branches.iter().flat_map(|branch| &branch.nodes).map(|node| (node.id.0, node.clone()));
        Self {
            state: TreeState::new(forest_of(branches, root)),
            seen: StoredValue::new(nodes.collect()),
            root,
            toasts: use_toasts(),
        }
    }

    fn see(self, nodes: &[TreeNode]) {
        let _ = self.seen.try_update_value(|seen| seen.extend(nodes.iter().map(|node| (node.id.0, node.clone()))));
    }

    async fn load(self, ask: TreeAsk) {
        let parent = Some(ask.parent).filter(|key| *key != TOP).map(CustomerId);
        let answer = list_children(parent, ask.cursor.clone()).await;
        let answer = answer.map(|TreePage { nodes, next_cursor }| {
            self.see(&nodes);
            (nodes.iter().map(|node| tree_item(node, false)).collect(), next_cursor)
        });
        self.state.answer(&ask, answer.map_err(|problem| problem.detail()));
    }

    /// Reads the tree anew, with `open` open as well, and moves the focus to `focus`.
    pub(super) async fn reload(self, open: Option<CustomerId>, focus: CustomerId) {
        let Some(forest) = self.state.now() else { return };
        let mut query = TreeQuery::of(&forest);
        query.open.get_or_insert_default().extend(open.map(|CustomerId(id)| id));
        match read_tree(self.root, query).await {
            Ok(branches) => {
                for branch in &branches {
                    self.see(&branch.nodes);
                }
                self.state.replace(forest_of(&branches, self.root));
                self.state.focus(Stop::Item(focus.0));
            }
            Err(problem) => self.fail(&problem),
        }
    }

    pub(super) fn fail(self, problem: &Problem) {
        if let Some(toasts) = self.toasts {
            toasts.fail(format!("{}: {}", problem.title(), problem.detail()));
        }
    }

    /// What to ask about a row that was dropped; nothing when it is no longer there.
    fn question(self, dropped: TreeDrop) -> Option<Question> {
        let forest = self.state.now()?;
        let from = forest.parent_of(dropped.moved)?;
        let node = |key| self.seen.try_with_value(|seen| seen.get(&key).cloned()).flatten();
        let from = Some(from).filter(|key| *key != TOP).map(CustomerId);
        Some(Question { moved: node(dropped.moved)?, onto: node(dropped.onto)?, from })
    }
}

/// Customers as a tree.
#[component]
pub fn CustomerTree(
    /// The customer at its root; none for all main accounts.
    root: Option<CustomerId>,
    /// What was read.
    branches: Vec<Branch>,
    /// The page, up to the parameters of the tree: `/hierarchy?`.
    #[prop(into)]
    address: String,
    /// What the tree shows; read out.
    #[prop(into)]
    label: String,
    /// Whether customers may be dragged elsewhere.
    may_move: bool,
) -> impl IntoView {
    let scene = Scene::new(root, &branches);
    let asked = RwSignal::new(None::<Question>);
    let load = Callback::new(move |ask: TreeAsk| spawn_local(scene.load(ask)));
    let on_drop = may_move.then(|| Callback::new(move |dropped: TreeDrop| asked.set(scene.question(dropped))));
    let question = may_move.then(|| view! { <MoveQuestion scene=scene asked=asked/> });
    let current = root.map(|CustomerId(id)| id);
    view! {
        <Tree state=scene.state label=label address=address load=load current=current on_drop=on_drop/>
        {question}
    }
}
