//! A field of a form that names another customer: a box for the id, which with WASM finds customers by name.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::web_sys::KeyboardEvent;

use super::parents::{ParentSearch, REST};
use crate::customers::hierarchy::Relative;
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;
use crate::ui::{Icon, IconName, TypedValues};

/// The state of the field.
#[derive(Clone, Copy)]
struct Field {
    /// The key in a problem, and in the ids.
    key: &'static str,
    search: ParentSearch,
    /// The id that is sent.
    value: RwSignal<String>,
    /// The suggestion that Enter takes.
    active: RwSignal<usize>,
    is_open: RwSignal<bool>,
    /// Are names found while typing? Until then the box takes the id itself.
    alive: RwSignal<bool>,
    input: NodeRef<Input>,
}

impl Field {
    fn new(key: &'static str, child: Option<CustomerId>, value: String) -> Self {
        Self {
            key,
            search: ParentSearch::new(child, String::new(), Vec::new()),
            value: RwSignal::new(value),
            active: RwSignal::new(0),
            is_open: RwSignal::new(false),
            alive: RwSignal::new(false),
            input: NodeRef::new(),
        }
    }

    /// From now on names are found; the one that was chosen before takes the place of its id.
    fn comes_alive(self, named: Option<&Relative>) {
        self.alive.set(true);
        if let (Some(input), Some(parent)) = (self.input.get_untracked(), named) {
            input.set_value(&shown(parent));
        }
    }

    fn id(self, part: &str) -> String {
        format!("field-{}{part}", self.key)
    }

    fn count(self) -> usize {
        self.search.found.with_untracked(Vec::len)
    }

    fn choose(self, parent: &Relative) {
        self.value.set(parent.id.to_string());
        self.is_open.set(false);
        if let Some(input) = self.input.get_untracked() {
            input.set_value(&shown(parent));
            input.set_custom_validity("");
        }
    }

    /// What is typed is nobody until it is chosen, and a form with it is not sent.
    fn typed(self, text: &str) {
        self.value.set(String::new());
        self.is_open.set(true);
        let complaint = if text.trim().is_empty() { "" } else { "Choose one of the customers that are found." };
        if let Some(input) = self.input.get_untracked() {
            input.set_custom_validity(complaint);
        }
    }

    fn key_pressed(self, event: &KeyboardEvent) {
        let (active, count) = (self.active.get_untracked(), self.count());
        if !self.is_open.get_untracked() || count == 0 {
            return;
        }
        match event.key().as_str() {
            "ArrowDown" => self.active.set((active + 1) % count),
            "ArrowUp" => self.active.set((active + count - 1) % count),
            "Enter" => {
                if let Some(parent) = self.search.found.with_untracked(|found| found.get(active).cloned()) {
                    self.choose(&parent);
                }
            }
            "Escape" => self.is_open.set(false),
            _ => return,
        }
        event.prevent_default();
    }
}

fn shown(parent: &Relative) -> String {
    format!("{} ({})", parent.name, parent.portal_id)
}

/// Chooses a customer to hang something under.
#[component]
pub fn ParentChoice(
    /// The name in the form.
    #[prop(into)]
    name: String,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// The customer chosen at first.
    chosen: Option<Relative>,
    /// The customer that would hang under the chosen one; none for a new one.
    #[prop(optional)]
    child: Option<CustomerId>,
    /// The key in a problem.
    #[prop(default = "parent_id")]
    field: &'static str,
    /// The last problem of the form.
    #[prop(optional, into)]
    problem: Signal<Option<Problem>>,
    /// How to choose.
    #[prop(optional, into)]
    hint: Option<String>,
) -> impl IntoView {
    let typed = with_context(|typed: &TypedValues| typed.get(&name).map(str::to_owned)).flatten();
    let known = chosen.as_ref().map(|chosen| chosen.id.to_string());
    let value = typed.or_else(|| known.clone()).unwrap_or_default();
    let state = Field::new(field, child, value.clone());
    let named = chosen.filter(|_| known.as_deref() == Some(value.as_str()));
    Effect::new(move |_| state.comes_alive(named.as_ref()));
    let error: Signal<Option<String>> = Signal::derive(move || {
        problem.with(|problem| problem.as_ref()?.field(field).map(|error| error.message.clone()))
    });
    let hint = hint.map(|hint| view! { <p class="field-hint">{hint}</p> });
    let hidden_name = name.clone();
    view! {
        <div class="field tree-choice">
            <label for=state.id("")>{label}</label>
            {hint}
            <input
                type="hidden"
                name=move || state.alive.get().then(|| hidden_name.clone())
                value=move || state.value.get()
            />
            {text_box(state, name, value, error)}
            {suggestions(state)}
            {error_view(state, error)}
        </div>
    }
}

/// The box: it takes an id until names can be found.
fn text_box(state: Field, name: String, value: String, error: Signal<Option<String>>) -> AnyView {
    let mut follow = debounce(REST, move |typed: String| {
        let _ = state.active.try_set(0);
        state.search.ask(&typed);
    });
    let active = move || (state.alive.get() && is_shown(state)).then(|| option_id(state, state.active.get()));
    let placeholder =
        move || if state.alive.get() { "Name, portal ID or e-mail" } else { "ID, as in the address of its page" };
    let expanded = move || state.alive.get().then(|| is_shown(state).to_string());
    view! {
        <input
            class="input"
            id=state.id("")
            type="text"
            name=move || (!state.alive.get()).then(|| name.clone())
            value=value
            autocomplete="off"
            placeholder=placeholder
            role=move || state.alive.get().then_some("combobox")
            aria-autocomplete=move || state.alive.get().then_some("list")
            aria-expanded=expanded
            aria-controls=state.id("-list")
            aria-activedescendant=active
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            aria-describedby=move || error.with(Option::is_some).then(|| state.id("-error"))
            node_ref=state.input
            on:input=move |event| {
                let text = event_target_value(&event);
                state.typed(&text);
                follow(text);
            }
            on:keydown=move |event: KeyboardEvent| state.key_pressed(&event)
            on:blur=move |_| state.is_open.set(false)
        />
    }
    .into_any()
}

fn is_shown(state: Field) -> bool {
    state.is_open.get() && !state.search.found.with(Vec::is_empty)
}

fn option_id(state: Field, index: usize) -> String {
    state.id(&format!("-option-{index}"))
}

/// The customers found by what is typed.
fn suggestions(state: Field) -> AnyView {
    let options = move || {
        let found = state.search.found.get();
        found.into_iter().enumerate().map(|(index, parent)| suggestion(state, index, parent)).collect_view()
    };
    let message = move || {
        let asked = state.is_open.get() && !state.search.words.with(String::is_empty);
        asked.then(|| state.search.why_empty()).flatten()
    };
    view! {
        <ul
            class="tree-options"
            role="listbox"
            id=state.id("-list")
            aria-label="Customers"
            hidden=move || !is_shown(state)
        >
            {options}
        </ul>
        <p class="field-hint" role="status">{message}</p>
    }
    .into_any()
}

fn suggestion(state: Field, index: usize, parent: Relative) -> AnyView {
    let text = format!("{} · {}", shown(&parent), parent.status.label());
    view! {
        <li
            class="tree-option"
            role="option"
            id=option_id(state, index)
            aria-selected=move || (state.active.get() == index).to_string()
            // The box keeps the focus.
            on:mousedown=move |event| event.prevent_default()
            on:click=move |_| state.choose(&parent)
        >
            {text}
        </li>
    }
    .into_any()
}

fn error_view(state: Field, error: Signal<Option<String>>) -> AnyView {
    let view = move || {
        error.get().map(|message| {
            view! {
                <p class="field-error" id=state.id("-error")>
                    <Icon name=IconName::Warning/>
                    <span>{message}</span>
                </p>
            }
        })
    };
    view.into_any()
}
