//! How categories lie in each other: at most three deep, and never in themselves.

use super::model::{Label, LabelCategory};
use crate::shared::id::LabelCategoryId;
use crate::shared::validation::Flaw;

/// Categories that lie in each other at most.
pub const MAX_CATEGORY_DEPTH: usize = 3;

/// Every category after the one it belongs to, siblings by name, with its depth from 0.
pub fn in_tree_order(categories: &[LabelCategory]) -> Vec<(usize, LabelCategory)> {
    fn add(
        categories: &[LabelCategory],
        parent: Option<LabelCategoryId>,
        depth: usize,
        into: &mut Vec<(usize, LabelCategory)>,
    ) {
        for category in categories.iter().filter(|category| category.parent_id == parent) {
            into.push((depth, category.clone()));
            if depth < MAX_CATEGORY_DEPTH {
                add(categories, Some(category.id), depth + 1, into);
            }
        }
    }
    let mut ordered = Vec::with_capacity(categories.len());
    add(categories, None, 0, &mut ordered);
    ordered
}

/// What is wrong with putting a category (a new one when `None`) under a parent, if anything.
pub fn parent_flaw(
    categories: &[LabelCategory],
    category: Option<LabelCategoryId>,
    parent: LabelCategoryId,
) -> Option<Flaw> {
    if !categories.iter().any(|one| one.id == parent) {
        return Some(Flaw::new("unknown", "There is no such category."));
    }
    let above = line(categories, parent);
    if category.is_some_and(|category| above.contains(&category)) {
        return Some(Flaw::new("cycle", "A category cannot lie in itself."));
    }
    let below = category.map_or(1, |category| height(categories, category, 0));
    (above.len() + below > MAX_CATEGORY_DEPTH)
        .then(|| Flaw::new("too_deep", "At most three categories can lie in each other."))
}

/// The name of a category after those above it: `Service › Access`.
pub fn full_name(categories: &[LabelCategory], id: LabelCategoryId) -> String {
    let mut names: Vec<&str> = line(categories, id)
        .into_iter()
        .filter_map(|id| categories.iter().find(|one| one.id == id))
        .map(|category| category.name.as_str())
        .collect();
    names.reverse();
    names.join(" › ")
}

/// Labels by category in the order of the tree, those without one first; categories without labels included.
pub fn by_category(categories: &[LabelCategory], labels: &[Label]) -> Vec<(Option<LabelCategory>, Vec<Label>)> {
    let of = |id: Option<LabelCategoryId>| labels.iter().filter(|label| label.category_id == id).cloned().collect();
    let mut groups = vec![(None, of(None))];
    groups.extend(in_tree_order(categories).into_iter().map(|(_, category)| {
        let labels = of(Some(category.id));
        (Some(category), labels)
    }));
    groups
}

/// A category and those above it, upwards.
fn line(categories: &[LabelCategory], id: LabelCategoryId) -> Vec<LabelCategoryId> {
    let mut line = Vec::new();
    let mut next = Some(id);
    while let Some(id) = next.filter(|id| !line.contains(id)) {
        line.push(id);
        next = categories.iter().find(|one| one.id == id).and_then(|one| one.parent_id);
    }
    line
}

/// How many levels a category and what lies in it take.
fn height(categories: &[LabelCategory], id: LabelCategoryId, seen: usize) -> usize {
    let below = categories.iter().filter(|one| one.parent_id == Some(id) && seen < categories.len());
    1 + below.map(|one| height(categories, one.id, seen + 1)).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(id: i64, parent: Option<i64>) -> LabelCategory {
        LabelCategory {
            id: LabelCategoryId(id),
            version: 1,
            name: format!("C{id}"),
            parent_id: parent.map(LabelCategoryId),
            updated_at: chrono::DateTime::UNIX_EPOCH,
            updated_by: "test".into(),
        }
    }

    fn code(categories: &[LabelCategory], id: Option<i64>, parent: i64) -> Option<&'static str> {
        parent_flaw(categories, id.map(LabelCategoryId), LabelCategoryId(parent)).map(|flaw| flaw.code)
    }

    #[test]
    fn categories_lie_at_most_three_deep() {
        let all =
            [category(1, None), category(2, Some(1)), category(3, Some(2)), category(4, None), category(5, Some(4))];
        assert_eq!(code(&all, None, 2), None);
        assert_eq!(code(&all, None, 3), Some("too_deep"));
        assert_eq!(code(&all, Some(4), 1), None);
        assert_eq!(code(&all, Some(4), 2), Some("too_deep"));
        assert_eq!(code(&all, None, 9), Some("unknown"));
    }

    #[test]
    fn no_category_lies_in_itself() {
        let all = [category(1, None), category(2, Some(1))];
        assert_eq!(code(&all, Some(1), 1), Some("cycle"));
        assert_eq!(code(&all, Some(1), 2), Some("cycle"));
    }

    #[test]
    fn the_tree_is_listed_from_the_top() {
        let all = [category(3, Some(2)), category(1, None), category(2, Some(1)), category(4, None)];
        let order: Vec<(usize, i64)> = in_tree_order(&all).into_iter().map(|(depth, one)| (depth, one.id.0)).collect();
        assert_eq!(order, [(0, 1), (1, 2), (2, 3), (0, 4)]);
        assert_eq!(full_name(&all, LabelCategoryId(3)), "C1 › C2 › C3");
    }
}
