//! The living state of a tree: what the page and the tree both see and change.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use super::super::format::plural;
use super::model::{Forest, Stop, TreeAnswer, TreeAsk};

/// The state of a tree. The page fills it, answers its questions and may replace it.
#[derive(Clone, Copy)]
pub struct TreeState {
    pub(super) forest: RwSignal<Forest>,
    /// Where the focus is or was last.
    pub(super) focused: RwSignal<Option<Stop>>,
    /// The row that is being dragged.
    pub(super) dragged: RwSignal<Option<i64>>,
    /// The row it would be dropped on.
    pub(super) target: RwSignal<Option<i64>>,
    /// What a screen reader is told.
    pub(super) said: RwSignal<String>,
    /// The letters that were typed lately, and when the last one was.
    pub(super) typed: StoredValue<(String, f64)>,
}

impl TreeState {
    /// A tree that begins like this.
    pub fn new(forest: Forest) -> Self {
        Self {
            forest: RwSignal::new(forest),
            focused: RwSignal::new(None),
            dragged: RwSignal::new(None),
            target: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            typed: StoredValue::new((String::new(), 0.0)),
        }
    }

    /// The tree as it is now; nothing when its page is gone.
    pub fn now(self) -> Option<Forest> {
        self.forest.try_get_untracked()
    }

    /// Puts another tree in place of this one.
    pub fn replace(self, forest: Forest) {
        let _ = self.forest.try_set(forest);
    }

    /// Answers a question of the tree; the focus is never left on what disappears.
    pub fn answer(self, ask: &TreeAsk, answer: TreeAnswer) {
        let waiting = has_focus(Stop::Tail(ask.parent));
        let said = match &answer {
            Ok((items, _)) => rows_loaded(items.len()),
            Err(why) => why.clone(),
        };
        let stop = self.forest.try_update(|forest| forest.accept(ask, answer)).flatten();
        if let Some(stop) = stop {
            let _ = self.said.try_set(said);
            if waiting {
                self.focus(stop);
            }
        }
    }

    /// Moves the focus to a row, as soon as it is drawn.
    pub fn focus(self, stop: Stop) {
        let _ = self.focused.try_set(Some(stop));
        request_animation_frame(move || {
            let element = document().get_element_by_id(&stop.id());
            if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
                let _ = element.focus();
            }
        });
    }
}

fn rows_loaded(count: usize) -> String {
    plural(i64::try_from(count).unwrap_or(i64::MAX), "row loaded", "rows loaded")
}

fn has_focus(stop: Stop) -> bool {
    document().active_element().is_some_and(|element| element.id() == stop.id())
}
