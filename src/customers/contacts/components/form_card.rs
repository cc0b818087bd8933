//! A form that opens in the page: it takes the focus, and nothing typed is lost by leaving.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use crate::shared::problem::Problem;
use crate::ui::guard_unsaved;

/// A form in a card of its own; the field with `autofocus` gets the focus unless there is a problem to read first.
#[component]
pub fn FormCard(
    /// What the form is for.
    #[prop(into)]
    title: String,
    /// The last problem of the form.
    #[prop(into)]
    problem: Signal<Option<Problem>>,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<Div>::new();
    let changed = RwSignal::new(false);
    guard_unsaved(changed);
    Effect::new(move |_| {
        let Some(card) = node.get() else { return };
        let field = card.query_selector("[autofocus]").ok().flatten();
        let field = field.and_then(|field| field.dyn_into::<HtmlElement>().ok());
        if problem.with_untracked(Option::is_none)
            && let Some(field) = field
        {
            let _ = field.focus();
        }
    });
    view! {
        <div class="contact-card contact-form" node_ref=node on:input=move |_| changed.set(true)>
            <h3>{title}</h3>
            {children()}
        </div>
    }
}
