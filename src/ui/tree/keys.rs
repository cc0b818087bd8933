//! What the keys of a tree do (ARIA Authoring Practices: tree view).

use super::model::{Fold, Place, Stop, TOP};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The focus goes there.
    To(Stop),
    /// The row opens.
    Open(i64),
    /// The row closes.
    Close(i64),
    /// Every row below this one, or [`TOP`], opens.
    OpenAll(i64),
}

/// What a key does at a place; nothing for keys that are not the tree's.
pub(super) fn step(places: &[Place], at: Stop, key: &str) -> Option<Step> {
    let index = places.iter().position(|place| place.stop == at)?;
    let here = &places[index];
    let to = |place: Option<&Place>| place.map(|place| Step::To(place.stop));
    match (key, here.fold, here.stop) {
        ("ArrowDown", ..) => to(places.get(index + 1)),
        ("ArrowUp", ..) => to(index.checked_sub(1).and_then(|before| places.get(before))),
        ("Home", ..) => to(places.first()),
        ("End", ..) => to(places.last()),
        ("ArrowRight", Fold::Closed, Stop::Item(key)) => Some(Step::Open(key)),
        ("ArrowRight", Fold::Open, Stop::Item(key)) => to(places.get(index + 1).filter(|place| place.parent == key)),
        ("ArrowLeft", Fold::Open, Stop::Item(key)) => Some(Step::Close(key)),
        ("ArrowLeft", ..) => (here.parent != TOP).then_some(Step::To(Stop::Item(here.parent))),
        ("*", ..) => Some(Step::OpenAll(here.parent)),
        _ => None,
    }
}

/// The next row whose label begins with what was typed. The same letter again and again goes through all of them.
pub(super) fn ahead(places: &[Place], at: Stop, typed: &str) -> Option<Stop> {
    let typed = typed.trim_start();
    let first = typed.chars().next()?;
    let again = typed.chars().all(|letter| letter == first);
    let wanted = if again { first.to_string() } else { typed.to_owned() };
    let from = places.iter().position(|place| place.stop == at)? + usize::from(again);
    let mut order = places.iter().cycle().skip(from).take(places.len());
    order.find(|place| place.label.to_lowercase().starts_with(&wanted)).map(|place| place.stop)
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::forest;
    use super::*;

    fn at(key: i64, pressed: &str) -> Option<Step> {
        step(&forest().places(), Stop::Item(key), pressed)
    }

    #[test]
    fn arrows_walk_the_tree() {
        assert_eq!(at(1, "ArrowDown"), Some(Step::To(Stop::Item(3))));
        assert_eq!(at(1, "ArrowUp"), None);
        assert_eq!(at(5, "ArrowDown"), Some(Step::To(Stop::Tail(1))));
        assert_eq!(at(2, "ArrowDown"), None);
        assert_eq!(at(3, "End"), Some(Step::To(Stop::Item(2))));
        assert_eq!(at(3, "Home"), Some(Step::To(Stop::Item(1))));
    }

    #[test]
    fn left_and_right_open_close_and_change_the_level() {
        assert_eq!(at(2, "ArrowRight"), Some(Step::Open(2)));
        assert_eq!(at(3, "ArrowRight"), Some(Step::To(Stop::Item(4))));
        assert_eq!(at(4, "ArrowRight"), None);
        assert_eq!(at(3, "ArrowLeft"), Some(Step::Close(3)));
        assert_eq!(at(4, "ArrowLeft"), Some(Step::To(Stop::Item(3))));
        assert_eq!(at(2, "ArrowLeft"), None);
        assert_eq!(at(5, "*"), Some(Step::OpenAll(1)));
        assert_eq!(at(5, "Enter"), None);
    }

    #[test]
    fn typing_finds_names() {
        let places = forest().places();
        assert_eq!(ahead(&places, Stop::Item(1), "b"), Some(Stop::Item(3)));
        assert_eq!(ahead(&places, Stop::Item(3), "bb"), Some(Stop::Item(5)));
        assert_eq!(ahead(&places, Stop::Item(5), "b"), Some(Stop::Item(3)));
        assert_eq!(ahead(&places, Stop::Item(3), "be"), Some(Stop::Item(5)));
        assert_eq!(ahead(&places, Stop::Item(3), " "), None);
        assert_eq!(ahead(&places, Stop::Item(3), "zz"), None);
    }
}
