//! What a tree knows: its levels as far as they are loaded, which branches are open, and the address of that.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Tone;

/// What stands above the rows of the top level.
pub const TOP: i64 = 0;
/// Levels that are drawn at most: a tree that changes while it is read could seem to hold itself.
pub(super) const DEEPEST: usize = 32;

/// A row of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeItem {
    /// Tells the row from every other one of the tree; never [`TOP`].
    pub key: i64,
    /// What it is called; typing jumps to it.
    pub label: String,
    /// The page it opens.
    pub href: String,
    /// What else tells it from others: a number.
    pub mark: String,
    /// Its state.
    pub badge: Option<(Tone, &'static str)>,
    /// More about it, such as counts.
    pub note: String,
    /// How many rows are directly below it.
    pub children: i64,
    /// Whether it may be dragged.
    pub movable: bool,
    /// Whether others may be dropped on it.
    pub accepts: bool,
}

impl TreeItem {
    /// What is drawn; a row whose face changes is drawn anew.
    pub(super) fn face(&self) -> (i64, i64, String) {
        let badge = self.badge.map_or("", |(_, text)| text);
        (self.key, self.children, [self.label.as_str(), &self.mark, badge, &self.note].join("\n"))
    }
}

/// The rows directly below another row, as far as they are loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeLevel {
    /// The rows.
    pub items: Vec<TreeItem>,
    /// Where the rows begin that are not loaded yet.
    pub next: Option<String>,
    /// How many pages are loaded.
    pub pages: i64,
    /// Why the last try to load failed.
    pub failure: Option<String>,
    /// Is something on its way?
    pub loading: bool,
}

/// What stands at the end of a level that is not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    More,
    Loading,
    Failed(String),
}

impl TreeLevel {
    pub(super) fn tail(&self) -> Option<Tail> {
        match (&self.failure, &self.next) {
            _ if self.loading => Some(Tail::Loading),
            (Some(why), _) => Some(Tail::Failed(why.clone())),
            (None, Some(_)) => Some(Tail::More),
            (None, None) => None,
        }
    }

    /// `aria-setsize`: how many rows the level has; -1 as long as nobody knows.
    pub(super) fn size(&self, known: Option<i64>) -> i64 {
        let loaded = i64::try_from(self.items.len()).unwrap_or(i64::MAX);
        match known {
            _ if self.next.is_none() => loaded,
            Some(known) => known.max(loaded),
            None => -1,
        }
    }
}

/// What is asked for: the rows below `parent` from `cursor` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeAsk {
    /// The key of the row above, or [`TOP`].
    pub parent: i64,
    /// Where the rows begin; none for the first page.
    pub cursor: Option<String>,
}

/// Rows with the place where the next ones begin, or why there are none.
pub type TreeAnswer = Result<(Vec<TreeItem>, Option<String>), String>;

/// Where the focus can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// On a row.
    Item(i64),
    /// On what stands at the end of the level below a row or [`TOP`].
    Tail(i64),
}

impl Stop {
    /// The id of its element.
    pub fn id(self) -> String {
        match self {
            Self::Item(key) => format!("tree-{key}"),
            Self::Tail(parent) => format!("tree-{parent}-more"),
        }
    }
}

/// Does a row have rows below it, and are they shown?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    Leaf,
    Closed,
    Open,
}

/// A row that is shown, from above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) stop: Stop,
    pub(super) parent: i64,
    pub(super) label: String,
    pub(super) fold: Fold,
}

/// A tree as far as it is loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forest {
    /// The levels by the key of the row above, or [`TOP`].
    pub levels: BTreeMap<i64, TreeLevel>,
    /// The rows whose level is shown.
    pub open: BTreeSet<i64>,
}

impl Forest {
    /// A row, if it is loaded.
    pub fn item(&self, key: i64) -> Option<&TreeItem> {
        self.levels.values().flat_map(|level| &level.items).find(|item| item.key == key)
    }

    /// The row above a row that is loaded, or [`TOP`].
    pub fn parent_of(&self, key: i64) -> Option<i64> {
        let holds = |level: &TreeLevel| level.items.iter().any(|item| item.key == key);
        self.levels.iter().find(|(_, level)| holds(level)).map(|(parent, _)| *parent)
    }

    /// Is the row `key` the row `above`, or somewhere below it?
    fn is_within(&self, key: i64, above: i64) -> bool {
        let mut at = Some(key);
        for _ in 0..DEEPEST {
            match at {
                Some(key) if key == above => return true,
                Some(key) => at = self.parent_of(key),
                None => return false,
            }
        }
        true
    }

    /// May the row `moved` be dropped on the row `onto`? Not on itself, below itself, or where it is already.
    pub fn takes(&self, moved: i64, onto: i64) -> bool {
        self.item(onto).is_some_and(|item| item.accepts)
            && !self.is_within(onto, moved)
            && self.parent_of(moved) != Some(onto)
    }

    /// Every row that is shown, from above.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        self.walk(TOP, 1, &mut places);
        places
    }

    fn walk(&self, parent: i64, depth: usize, places: &mut Vec<Place>) {
        let Some(level) = self.levels.get(&parent) else { return };
        for item in &level.items {
            let fold = match (item.children > 0, self.open.contains(&item.key) && depth < DEEPEST) {
                (false, _) => Fold::Leaf,
                (true, false) => Fold::Closed,
                (true, true) => Fold::Open,
            };
            places.push(Place { stop: Stop::Item(item.key), parent, label: item.label.clone(), fold });
            if fold == Fold::Open {
                self.walk(item.key, depth + 1, places);
            }
        }
        if level.tail().is_some() {
            places.push(Place { stop: Stop::Tail(parent), parent, label: String::new(), fold: Fold::Leaf });
        }
    }

    /// The one stop of the Tab key: where the focus was last, else the current row, else the first one.
    pub(super) fn tab_stop(&self, focused: Option<Stop>, current: Option<i64>) -> Option<Stop> {
        let places = self.places();
        let shown = |stop: &Stop| places.iter().any(|place| place.stop == *stop);
        let first = places.first().map(|place| place.stop);
        focused.filter(shown).or_else(|| current.map(Stop::Item).filter(shown)).or(first)
    }

    /// Takes note that something was asked for; false when the same level is being loaded already.
    pub(super) fn begin(&mut self, parent: i64) -> bool {
        let level = self.levels.entry(parent).or_default();
        level.failure = None;
        !std::mem::replace(&mut level.loading, true)
    }

    /// Takes an answer and tells where the focus belongs if it was on the end of the level. An answer to a question
    /// that nobody waits for any more is dropped.
    pub(super) fn accept(&mut self, ask: &TreeAsk, answer: TreeAnswer) -> Option<Stop> {
        let level = self.levels.get_mut(&ask.parent).filter(|level| level.loading && level.next == ask.cursor)?;
        level.loading = false;
        match answer {
            Ok((items, next)) => {
                let first = items.first().map(|item| Stop::Item(item.key));
                level.items.extend(items);
                level.next = next;
                level.pages += 1;
                first.or((ask.parent != TOP).then_some(Stop::Item(ask.parent)))
            }
            Err(why) => {
                level.failure = Some(why);
                Some(Stop::Tail(ask.parent))
            }
        }
    }

    /// What follows the question mark of the tree's address when one more branch is opened or closed, or when one
    /// more page of a level is shown.
    pub(super) fn query(&self, toggled: Option<i64>, longer: Option<i64>) -> String {
        let kept = self.open.iter().copied().filter(|key| Some(*key) != toggled);
        let opened = toggled.filter(|key| !self.open.contains(key));
        let open = kept.chain(opened).map(|key| key.to_string()).collect::<Vec<_>>();
        let more = self.levels.iter().filter_map(|(parent, level)| {
            let pages = level.pages + i64::from(longer == Some(*parent));
            (pages > 1).then(|| format!("{parent}:{pages}"))
        });
        let more = more.collect::<Vec<_>>().join(",");
        let open = format!("open={}", open.join(","));
        if more.is_empty() { open } else { format!("{open}&more={more}") }
    }
}

/// What the address of a tree asks for: `?open=12,45&more=12:3`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeQuery {
    /// The rows to open; none when the address does not say.
    pub open: Option<BTreeSet<i64>>,
    /// How many pages of a level to show, when it is more than one.
    pub more: BTreeMap<i64, i64>,
}

impl TreeQuery {
    /// Reads the address by its parameters; what cannot be read is left out.
    pub fn from_url(values: impl Fn(&str) -> Option<Vec<String>>) -> Self {
        let open = values("open").map(|lists| {
            lists.iter().flat_map(|list| list.split(',')).filter_map(|key| key.trim().parse().ok()).collect()
        });
        let pairs = values("more").unwrap_or_default();
        let pairs = pairs.iter().flat_map(|list| list.split(',')).filter_map(|pair| pair.split_once(':'));
        let more = pairs.filter_map(|(key, pages)| Some((key.parse().ok()?, pages.parse().ok()?))).collect();
        Self { open, more }
    }

    /// The question that leads to a tree as it is now.
    pub fn of(forest: &Forest) -> Self {
        let pages = forest.levels.iter().map(|(parent, level)| (*parent, level.pages));
        Self { open: Some(forest.open.clone()), more: pages.filter(|(_, pages)| *pages > 1).collect() }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn item(key: i64, label: &str, children: i64) -> TreeItem {
        let (href, mark, note) = (format!("/{key}"), String::new(), String::new());
        TreeItem { key, label: label.into(), href, mark, badge: None, note, children, movable: true, accepts: true }
    }

    fn level(items: Vec<TreeItem>, next: Option<&str>) -> TreeLevel {
        TreeLevel { items, next: next.map(str::to_owned), pages: 1, ..TreeLevel::default() }
    }

    /// Ann (1) with Bo (3), who has Cy (4), and Bea (5); then Dan (2), closed; more after Bea.
    pub(in super::super) fn forest() -> Forest {
        let levels = [
            (TOP, level(vec![item(1, "Ann", 60), item(2, "Dan", 1)], None)),
            (1, level(vec![item(3, "Bo", 1), item(5, "Bea", 0)], Some("next"))),
            (3, level(vec![item(4, "Cy", 0)], None)),
        ];
        Forest { levels: levels.into(), open: [1, 3].into() }
    }

    #[test]
    fn what_is_shown_is_counted_from_above() {
        let stops: Vec<_> = forest().places().into_iter().map(|place| place.stop).collect();
        let expected = [1, 3, 4, 5].map(Stop::Item).into_iter().chain([Stop::Tail(1), Stop::Item(2)]);
        assert_eq!(stops, expected.collect::<Vec<_>>());
    }

    #[test]
    fn the_tab_key_finds_what_is_shown() {
        let mut forest = forest();
        assert_eq!(forest.tab_stop(None, None), Some(Stop::Item(1)));
        assert_eq!(forest.tab_stop(None, Some(5)), Some(Stop::Item(5)));
        assert_eq!(forest.tab_stop(Some(Stop::Item(4)), Some(5)), Some(Stop::Item(4)));
        forest.open.remove(&3);
        assert_eq!(forest.tab_stop(Some(Stop::Item(4)), None), Some(Stop::Item(1)));
    }

    #[test]
    fn nothing_is_dropped_below_itself_or_where_it_is() {
        let forest = forest();
        assert!(forest.takes(4, 5) && forest.takes(3, 2) && forest.takes(2, 4));
        assert!(!forest.takes(3, 3) && !forest.takes(1, 4) && !forest.takes(4, 3) && !forest.takes(4, 99));
    }

    #[test]
    fn answers_that_nobody_waits_for_are_dropped() {
        let mut forest = forest();
        let ask = TreeAsk { parent: 1, cursor: Some("next".into()) };
        let rows = || Ok((vec![item(6, "Eve", 0)], None));
        assert_eq!(forest.accept(&ask, rows()), None);
        assert!(forest.begin(1) && !forest.begin(1));
        assert_eq!(forest.accept(&ask, Err("No net.".into())), Some(Stop::Tail(1)));
        assert_eq!(forest.levels[&1].tail(), Some(Tail::Failed("No net.".into())));
        assert!(forest.begin(1));
        assert_eq!(forest.accept(&ask, rows()), Some(Stop::Item(6)));
        assert_eq!(forest.levels[&1].items.len(), 3);
        assert_eq!(forest.levels[&1].tail(), None);
    }

    #[test]
    fn the_address_tells_the_tree() {
        let forest = forest();
        assert_eq!(forest.query(Some(3), None), "open=1");
        assert_eq!(forest.query(Some(2), Some(1)), "open=1,3,2&more=1:2");
        let asked = TreeQuery::from_url(|name| match name {
            "open" => Some(vec!["1,x".into(), "3".into()]),
            _ => Some(vec!["1:2,0:3,7".into()]),
        });
        assert_eq!(asked.open, Some([1, 3].into()));
        assert_eq!(asked.more, [(1, 2), (0, 3)].into());
        assert_eq!(TreeQuery::from_url(|_| None), TreeQuery::default());
    }

    #[test]
    fn sizes_are_told_where_they_are_known() {
        let forest = forest();
        assert_eq!(forest.levels[&1].size(Some(60)), 60);
        assert_eq!(forest.levels[&1].size(None), -1);
        assert_eq!(forest.levels[&TOP].size(None), 2);
    }
}
