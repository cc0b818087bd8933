//! The import wizard: the page that takes a file, and the page of one import from its columns to its outcome.

mod check;
mod columns;
mod import;
mod meanings;
mod outcome;
mod running;
mod start;

pub use import::ImportPage;
pub use start::ImportStartPage;

use leptos::prelude::*;

use crate::ui::Steps;

/// The steps of the wizard, with the one that is open.
fn steps(current: usize) -> impl IntoView {
    let items = ["File", "Columns", "Check", "Import"].map(str::to_owned).to_vec();
    view! { <Steps items current/> }
}

/// Sentences about an import, each in a line of its own; nothing when there are none.
fn told(sentences: Vec<String>) -> Option<impl IntoView> {
    let lines = sentences.iter().map(|sentence| view! { <li>{sentence.clone()}</li> }).collect_view();
    (!sentences.is_empty()).then(|| view! { <ul>{lines}</ul> })
}
