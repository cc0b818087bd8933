//! What several of these pages show: what is wrong with a form.

use leptos::prelude::*;

use crate::shared::problem::Problem;
use crate::ui::{Banner, Tone};

/// What went wrong, in one sentence: for forms that must not tell which field it was.
#[component]
pub(super) fn Alert(problem: Signal<Option<Problem>>) -> impl IntoView {
    move || {
        let problem = problem.get()?;
        Some(view! { <div role="alert"><Banner tone=Tone::Danger title=problem.detail()/></div> })
    }
}
