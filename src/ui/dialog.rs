//! Dialogs and menus on the browser's own popover and disclosure: both work without JavaScript.

use super::{Icon, IconName, Tone};
use leptos::html::Details;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{KeyboardEvent, Node};

/// A question before something serious. The body tells the consequences and holds the form; Escape, Cancel or a
/// click beside it closes.
#[component]
pub fn ConfirmDialog(
    /// The id of the dialog, unique in the page.
    #[prop(into)]
    id: String,
    /// The question.
    #[prop(into)]
    title: String,
    /// The words of the button that opens it.
    #[prop(into)]
    trigger_label: String,
    /// How serious it is.
    #[prop(optional)]
    tone: Tone,
    /// An icon on the button that opens it.
    #[prop(optional)]
    icon: Option<IconName>,
    children: Children,
) -> impl IntoView {
    let class = if tone == Tone::Danger { "button button-danger-quiet" } else { "button" };
    let (heading, labelled_by) = (format!("{id}-title"), format!("{id}-title"));
    let (trigger, cancel) = (id.clone(), id.clone());
    view! {
        <button class=class type="button" popovertarget=trigger>
            {icon.map(|name| view! { <Icon name/> })}
            <span>{trigger_label}</span>
        </button>
        <dialog class="dialog" id=id popover="auto" aria-labelledby=labelled_by>
            <h2 id=heading>{title}</h2>
            <div class="dialog-body">{children()}</div>
            <button class="button dialog-cancel" type="button" popovertarget=cancel popovertargetaction="hide">
                "Cancel"
            </button>
        </dialog>
    }
}

/// Further actions behind a button. Escape, a choice or a click elsewhere closes it; opening one closes the others.
#[component]
pub fn Menu(
    /// The words on the button.
    #[prop(into)]
    label: String,
    /// An icon in place of the words, which are then only read out.
    #[prop(optional)]
    icon: Option<IconName>,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<Details>::new();
    let close = move || node.get_untracked().is_some_and(|menu| menu.remove_attribute("open").is_ok());
    Effect::new(move |_| {
        let listener = window_event_listener(leptos::ev::click, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
            if node.get_untracked().is_some_and(|menu| !menu.contains(target.as_ref())) {
                close();
            }
        });
        on_cleanup(move || listener.remove());
    });
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && close() {
            focus_summary(node);
        }
    };
    let button = match icon {
        Some(name) => view! { <Icon name/><span class="visually-hidden">{label}</span> }.into_any(),
        None => view! { <span>{label}</span><Icon name=IconName::ChevronDown/> }.into_any(),
    };
    let class = if icon.is_some() { "icon-button" } else { "button" };
    let on_choice = move |_| {
        close();
    };
    view! {
        <details class="menu" name="menu" node_ref=node on:keydown=on_key>
            <summary class=class>{button}</summary>
            <div class="menu-list" on:click=on_choice>
                {children()}
            </div>
        </details>
    }
}

/// Gives the focus back to the button of a menu.
fn focus_summary(node: NodeRef<Details>) {
    let summary = node.get_untracked().and_then(|menu| menu.first_element_child());
    if let Some(summary) = summary.and_then(|summary| summary.dyn_into::<leptos::web_sys::HtmlElement>().ok()) {
        let _ = summary.focus();
    }
}
