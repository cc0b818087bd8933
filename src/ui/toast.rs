//! Short messages that come and go, in one polite live region. They are never the only place of an error.

use super::{Icon, IconName, Tone};
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// How long a message stays; errors stay until they are closed.
const LIFETIME: Duration = Duration::from_secs(8);

/// What undoes the deed a message tells of.
type Undo = Arc<dyn Fn() + Send + Sync>;

/// A message on the screen.
#[derive(Clone)]
struct Toast {
    id: u64,
    tone: Tone,
    text: String,
    undo: Option<Undo>,
}

/// The messages on the screen, with the number of the next one.
#[derive(Default)]
struct Stack {
    next: u64,
    toasts: Vec<Toast>,
}

/// The door to the messages. Fetch it in the body of a component and keep it for handlers.
#[derive(Clone, Copy)]
pub struct Toasts(RwSignal<Stack>);

impl Toasts {
    /// Tells what has been done: `Customer created`.
    pub fn say(self, text: impl Into<String>) {
        self.push(Tone::Ok, text.into(), None);
    }

    /// Tells what failed; it stays until it is closed.
    pub fn fail(self, text: impl Into<String>) {
        self.push(Tone::Danger, text.into(), None);
    }

    /// Tells what has been done and offers to undo it.
    pub fn undoable(self, text: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
        self.push(Tone::Ok, text.into(), Some(Arc::new(undo)));
    }

    fn push(self, tone: Tone, text: String, undo: Option<Undo>) {
        if is_server() {
            return;
        }
        let id = self.0.with_untracked(|stack| stack.next);
        self.0.update(|stack| {
            stack.next += 1;
            stack.toasts.push(Toast { id, tone, text, undo });
        });
        if tone != Tone::Danger {
            set_timeout(move || self.close(id), LIFETIME);
        }
    }

    fn close(self, id: u64) {
        let _ = self.0.try_update(|stack| stack.toasts.retain(|toast| toast.id != id));
    }
}

/// Opens the door to the messages for the whole application; once, at its root.
pub fn provide_toasts() {
    provide_context(Toasts(RwSignal::new(Stack::default())));
}

/// The door to the messages, if the application has opened it.
pub fn use_toasts() -> Option<Toasts> {
    use_context()
}

/// Tells what has been done; for effects and component bodies, where the context can be reached.
pub fn toast(text: impl Into<String>) {
    if let Some(toasts) = use_toasts() {
        toasts.say(text);
    }
}

/// The place of the messages; once, at the end of the page.
#[component]
pub fn ToastArea(
    /// A message of the server about the form that was just sent.
    #[prop(optional, into)]
    flash: Option<String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let each = move || toasts.map(|Toasts(stack)| stack.with(|stack| stack.toasts.clone())).unwrap_or_default();
    view! {
        <div class="toasts" role="status">
            {flash.map(|text| view! { <div class="toast toast-ok"><Icon name=IconName::Check/><p>{text}</p></div> })}
            <For each=each key=|toast| toast.id children=move |toast| toast_view(toast, toasts)/>
        </div>
    }
}

/// One message with its buttons.
fn toast_view(toast: Toast, toasts: Option<Toasts>) -> impl IntoView {
    let Toast { id, tone, text, undo } = toast;
    let close = move || {
        if let Some(toasts) = toasts {
            toasts.close(id);
        }
    };
    let undo = undo.map(|undo| {
        let on_click = move |_| {
            undo();
            close();
        };
        view! { <button class="button button-small" type="button" on:click=on_click>"Undo"</button> }
    });
    view! {
        <div class=format!("toast toast-{}", tone.as_str())>
            <Icon name=tone.icon()/>
            <p>{text}</p>
            {undo}
            <button class="icon-button" type="button" aria-label="Close message" on:click=move |_| close()>
                <Icon name=IconName::Cross/>
            </button>
        </div>
    }
}
