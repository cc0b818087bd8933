//! A tree whose branches are loaded when they are opened. Without JavaScript it is a nested list of links whose
//! branches open through the address; with WASM it is a `role="tree"` with one tab stop. One tree on a page.

mod keys;
mod model;
mod rows;
mod state;

use leptos::prelude::*;
use leptos::web_sys::{DragEvent, KeyboardEvent};

use keys::Step;
pub use model::{Forest, Stop, TOP, TreeAnswer, TreeAsk, TreeItem, TreeLevel, TreeQuery};
use model::{Place, Tail};
pub use state::TreeState;

/// Typing that rests for so many milliseconds begins anew.
const PAUSE: f64 = 800.0;
/// Branches that one key opens at most: each is a question to the server.
const AT_ONCE: usize = 50;

/// A row that was dropped on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeDrop {
    /// The row that was dragged.
    pub moved: i64,
    /// The row it was dropped on.
    pub onto: i64,
}

/// A tree with its state, and what its parts need of each other.
#[derive(Clone, Copy)]
struct Trunk {
    state: TreeState,
    /// The address of the tree up to its own parameters: `/hierarchy?`.
    address: Signal<String>,
    load: Callback<TreeAsk>,
    on_drop: Option<Callback<TreeDrop>>,
    current: Option<i64>,
    stop: Memo<Option<Stop>>,
    alive: RwSignal<bool>,
}

/// The tree.
#[component]
pub fn Tree(
    /// What it knows.
    state: TreeState,
    /// What it shows; read out.
    #[prop(into)]
    label: String,
    /// The page with everything of the query that is not the tree's, so that `open=12` can follow: `/hierarchy?`.
    #[prop(into)]
    address: Signal<String>,
    /// Asks for rows; the page answers with [`TreeState::answer`].
    load: Callback<TreeAsk>,
    /// The row of the record that the page is about.
    current: Option<i64>,
    /// Takes a row that was dropped on another one; without it nothing can be dragged.
    on_drop: Option<Callback<TreeDrop>>,
) -> impl IntoView {
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let stop = Memo::new(move |_| {
        let focused = state.focused.get();
        state.forest.with(|forest| forest.tab_stop(focused, current))
    });
    let trunk = Trunk { state, address, load, on_drop, current, stop, alive };
    view! {
        <ul
            class="tree"
            role=move || trunk.once_alive("tree")
            aria-label=label
            on:keydown=move |event: KeyboardEvent| trunk.key_pressed(&event)
        >
            {rows::level(trunk, TOP, 1, None)}
        </ul>
        <div class="visually-hidden" role="status">{move || state.said.get()}</div>
    }
}

impl Trunk {
    /// A value that means something only once the keys work.
    fn once_alive<T>(self, value: T) -> Option<T> {
        self.alive.get().then_some(value)
    }

    /// The address of the tree after a click on the part at `stop`.
    fn href(self, toggled: Option<i64>, longer: Option<i64>, stop: Stop) -> String {
        let query = self.state.forest.with(|forest| forest.query(toggled, longer));
        format!("{}{query}#{}", self.address.get(), stop.id())
    }

    fn tab_index(self, stop: Stop) -> Option<&'static str> {
        self.once_alive(if self.stop.get() == Some(stop) { "0" } else { "-1" })
    }

    /// Opens a branch and loads it if that has not been done.
    fn open(self, key: i64) {
        let known = self.state.forest.try_update(|forest| {
            forest.open.insert(key);
            forest.levels.get(&key).is_some_and(|level| level.failure.is_none())
        });
        if known == Some(false) {
            self.ask(key);
        }
    }

    fn close(self, key: i64) {
        self.state.forest.update(|forest| {
            forest.open.remove(&key);
        });
    }

    fn toggle(self, key: i64) {
        if self.state.forest.with_untracked(|forest| forest.open.contains(&key)) {
            self.close(key);
        } else {
            self.open(key);
        }
        self.state.focus(Stop::Item(key));
    }

    /// Asks for the next rows of a level, unless they are on their way.
    fn ask(self, parent: i64) {
        let ask = self.state.forest.try_update(|forest| {
            let cursor = forest.levels.get(&parent).and_then(|level| level.next.clone());
            forest.begin(parent).then_some(TreeAsk { parent, cursor })
        });
        if let Some(ask) = ask.flatten() {
            self.load.run(ask);
        }
    }

    fn key_pressed(self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let Some(at) = self.stop.get_untracked() else { return };
        let places = self.state.forest.with_untracked(Forest::places);
        let key = event.key();
        let step = keys::step(&places, at, &key).or_else(|| self.typed(&places, at, &key, event.time_stamp()));
        if let Some(step) = step {
            event.prevent_default();
            self.take(step);
        }
    }

    fn typed(self, places: &[Place], at: Stop, key: &str, now: f64) -> Option<Step> {
        if key.chars().count() != 1 {
            return None;
        }
        let typed = self.state.typed.try_update_value(|(typed, last)| {
            if now - *last > PAUSE {
                typed.clear();
            }
            *last = now;
            typed.push_str(&key.to_lowercase());
            typed.clone()
        })?;
        keys::ahead(places, at, &typed).map(Step::To)
    }

    fn take(self, step: Step) {
        match step {
            Step::To(stop) => self.state.focus(stop),
            Step::Open(key) => self.open(key),
            Step::Close(key) => self.close(key),
            Step::OpenAll(parent) => {
                let closed = self.state.forest.with_untracked(|forest| closed_below(forest, parent));
                for key in closed.into_iter().take(AT_ONCE) {
                    self.open(key);
                }
            }
        }
    }

    /// Would the row that is being dragged be taken here?
    fn takes(self, onto: i64) -> bool {
        let moved = self.state.dragged.get_untracked();
        moved.is_some_and(|moved| self.state.forest.with_untracked(|forest| forest.takes(moved, onto)))
    }

    fn dragged_over(self, onto: i64, event: &DragEvent) {
        if self.takes(onto) {
            event.prevent_default();
            self.state.target.set(Some(onto));
        }
    }

    fn dragged_off(self, onto: i64) {
        if self.state.target.get_untracked() == Some(onto) {
            self.state.target.set(None);
        }
    }

    fn dropped(self, onto: i64, event: &DragEvent) {
        if !self.takes(onto) {
            return;
        }
        event.prevent_default();
        let moved = self.state.dragged.get_untracked();
        self.drag_ends();
        if let (Some(on_drop), Some(moved)) = (self.on_drop, moved) {
            on_drop.run(TreeDrop { moved, onto });
        }
    }

    fn drag_ends(self) {
        self.state.dragged.set(None);
        self.state.target.set(None);
    }
}

/// The rows of a level that have others below them and are closed.
fn closed_below(forest: &Forest, parent: i64) -> Vec<i64> {
    let items = forest.levels.get(&parent).map(|level| level.items.as_slice()).unwrap_or_default();
    items.iter().filter(|item| item.children > 0 && !forest.open.contains(&item.key)).map(|item| item.key).collect()
}

/// What stands at the end of a level, in words.
fn tail_words(tail: Option<&Tail>) -> String {
    match tail {
        Some(Tail::More) => "Show 50 more".to_owned(),
        Some(Tail::Failed(why)) => format!("{why} Try again."),
        Some(Tail::Loading) | None => "Loading …".to_owned(),
    }
}
