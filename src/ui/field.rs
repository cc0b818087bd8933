//! What every form field shares: its ids, its hint and the error that belongs to it.

use super::{Icon, IconName, TypedValues};
use crate::shared::problem::Problem;
use leptos::ev::FocusEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;

/// A rule for one text, the same as on the server: the message when it is broken.
pub type Check = fn(&str) -> Option<String>;

/// What the page itself thinks of a text since the server last spoke.
#[derive(Clone, Default, PartialEq)]
enum Verdict {
    #[default]
    Unchecked,
    Fine,
    Wrong(String),
}

/// What ties a control to its label, hint and error.
#[derive(Clone)]
pub(super) struct Control {
    pub(super) id: String,
    hint: Option<String>,
    error: Signal<Option<String>>,
    verdict: RwSignal<Verdict>,
}

impl Control {
    pub(super) fn new(
        name: &str,
        field: Option<String>,
        hint: Option<String>,
        problem: Signal<Option<Problem>>,
    ) -> Self {
        let key = field.unwrap_or_else(|| last_part(name).to_owned());
        let id = format!("field-{key}");
        let verdict = RwSignal::new(Verdict::Unchecked);
        Effect::new(move |_| {
            problem.track();
            verdict.set(Verdict::Unchecked);
        });
        let error = Signal::derive(move || match verdict.get() {
            Verdict::Unchecked => {
                problem.with(|problem| problem.as_ref().and_then(|p| p.field(&key)).map(|error| error.message.clone()))
            }
            Verdict::Fine => None,
            Verdict::Wrong(message) => Some(message),
        });
        Self { id, hint, error, verdict }
    }

    /// The ids of the hint and the error, whichever are shown.
    pub(super) fn described_by(&self) -> Signal<Option<String>> {
        let Self { id, error, .. } = self.clone();
        let hinted = self.hint.is_some();
        Signal::derive(move || match (hinted, error.with(Option::is_some)) {
            (false, false) => None,
            (true, false) => Some(format!("{id}-hint")),
            (false, true) => Some(format!("{id}-error")),
            (true, true) => Some(format!("{id}-hint {id}-error")),
        })
    }

    /// `aria-invalid`, present only with an error.
    pub(super) fn invalid(&self) -> Signal<Option<&'static str>> {
        let error = self.error;
        Signal::derive(move || error.with(Option::is_some).then_some("true"))
    }

    /// On leaving the field: a broken rule is shown; the server's word stays until something is typed. Not on the
    /// way to something that is clicked: a message that appears while it is pressed moves it away from under the pointer.
    pub(super) fn left(&self, check: Option<Check>, event: &FocusEvent) {
        let Some(check) = check.filter(|_| !leads_to_click(event)) else { return };
        match check(&event_target_value(event)) {
            Some(message) => self.verdict.set(Verdict::Wrong(message)),
            None if self.verdict.get_untracked() != Verdict::Unchecked => self.verdict.set(Verdict::Fine),
            None => {}
        }
    }

    /// While typing: an error that is shown is checked again with every key.
    pub(super) fn typed(&self, check: Option<Check>, value: &str) {
        if let Some(check) = check.filter(|_| self.error.with_untracked(Option::is_some)) {
            self.verdict.set(check(value).map_or(Verdict::Fine, Verdict::Wrong));
        }
    }
}

/// Is the focus on its way to anything but another line to type in?
fn leads_to_click(event: &FocusEvent) -> bool {
    let next = event.related_target().and_then(|target| target.dyn_into::<leptos::web_sys::Element>().ok());
    next.is_some_and(|element| match element.tag_name().as_str() {
        "INPUT" => matches!(element.get_attribute("type").as_deref(), Some("checkbox" | "radio" | "file" | "color")),
        "TEXTAREA" | "SELECT" => false,
        _ => true,
    })
}

/// The value a field starts with: what was typed before a failure without JavaScript, else the given one. The page
/// provides [`TypedValues`] as context.
pub(super) fn initial(name: &str, given: String) -> String {
    with_context(|typed: &TypedValues| typed.get(name).map(str::to_owned)).flatten().unwrap_or(given)
}

/// Whether a box starts checked; one that was left unchecked is not among the typed values.
pub(super) fn initially_checked(name: &str, value: &str, given: bool) -> bool {
    with_context(|typed: &TypedValues| (!typed.is_empty()).then(|| typed.get(name) == Some(value)))
        .flatten()
        .unwrap_or(given)
}

/// The key of a field in a problem: `customer[email]` → `email`, `tags[]` → `tags`.
fn last_part(name: &str) -> &str {
    let name = name.trim_end_matches("[]").trim_end_matches(']');
    name.rsplit_once('[').map_or(name, |(_, last)| last)
}

/// The hint under a label.
pub(super) fn hint_view(control: &Control) -> Option<impl IntoView + use<>> {
    let id = format!("{}-hint", control.id);
    control.hint.clone().map(|hint| view! { <p class="field-hint" id=id>{hint}</p> })
}

/// The error under a control.
pub(super) fn error_view(control: &Control) -> impl IntoView + use<> {
    let Control { id, error, .. } = control.clone();
    move || {
        let id = format!("{id}-error");
        error.get().map(|message| {
            view! {
                <p class="field-error" id=id>
                    <Icon name=IconName::Warning/>
                    <span>{message}</span>
                </p>
            }
        })
    }
}

/// A control between its label and its error.
#[component]
pub(super) fn Labelled(control: Control, label: String, required: bool, children: Children) -> impl IntoView {
    let (hint, error) = (hint_view(&control), error_view(&control));
    view! {
        <div class="field">
            <label for=control.id>
                {label} " " {(!required).then(|| view! { <span class="optional">"optional"</span> })}
            </label>
            {hint}
            {children()}
            {error}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::last_part;

    #[test]
    fn the_key_of_a_field_is_the_last_part_of_its_name() {
        let names = ["email", "customer[email]", "customer[address][city]", "tags[]", "customer[tags][]"];
        assert_eq!(names.map(last_part), ["email", "email", "city", "tags", "tags"]);
    }
}
