//! Customers under which something could hang, found while somebody types.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::customers::hierarchy::{Relative, possible_parents};
use crate::shared::id::CustomerId;
use crate::shared::text::squeezed;

/// How long typing must rest before the search follows it.
pub(super) const REST: Duration = Duration::from_millis(250);

/// A search for a parent: only the answer to the last question counts.
#[derive(Clone, Copy)]
pub(super) struct ParentSearch {
    child: Option<CustomerId>,
    pub(super) found: RwSignal<Vec<Relative>>,
    /// What the customers were found by.
    pub(super) words: RwSignal<String>,
    /// Why the last search failed.
    pub(super) failure: RwSignal<Option<String>>,
    questions: StoredValue<u64>,
}

impl ParentSearch {
    pub(super) fn new(child: Option<CustomerId>, words: String, found: Vec<Relative>) -> Self {
        Self {
            child,
            found: RwSignal::new(found),
            words: RwSignal::new(words),
            failure: RwSignal::new(None),
            questions: StoredValue::new(0),
        }
    }

    /// Searches; nothing typed finds nobody.
    pub(super) fn ask(self, typed: &str) {
        let words = squeezed(typed);
        let question = self.questions.try_update_value(|count| {
            *count += 1;
            *count
        });
        let Some(question) = question else { return };
        if words.is_empty() {
            return self.show(words, Vec::new());
        }
        spawn_local(async move {
            let answer = possible_parents(self.child, words.clone()).await;
            if self.questions.try_with_value(|latest| *latest) != Some(question) {
                return;
            }
            match answer {
                Ok(found) => self.show(words, found),
                Err(problem) => {
                    let _ = self.failure.try_set(Some(problem.detail()));
                }
            }
        });
    }

    fn show(self, words: String, found: Vec<Relative>) {
        let _ = self.words.try_set(words);
        let _ = self.failure.try_set(None);
        let _ = self.found.try_set(found);
    }

    /// Why there is nothing to choose from; nothing when there is.
    pub(super) fn why_empty(self) -> Option<String> {
        if let Some(failure) = self.failure.get() {
            return Some(failure);
        }
        let words = self.words.get();
        match (self.found.with(Vec::is_empty), words.is_empty()) {
            (false, _) => None,
            (true, true) => Some("Type a name, a portal ID or an e-mail address to search.".to_owned()),
            (true, false) => Some(format!("No customer that could be the parent matches “{words}”.")),
        }
    }
}
