//! The question that a drop in the tree asks before anything moves, the move, and its undo.

use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::tree::Scene;
use super::words::{company, plainly};
use crate::customers::hierarchy::{MoveInput, TreeNode, move_customer};
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;
use crate::ui::{Banner, Tone};

const DIALOG: &str = "move-question";

/// A move that somebody has in mind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) moved: TreeNode,
    pub(super) onto: TreeNode,
    /// The parent it has now.
    pub(super) from: Option<CustomerId>,
}

/// The state of the dialog.
#[derive(Clone, Copy)]
struct Asking {
    scene: Scene,
    asked: RwSignal<Option<Question>>,
    dialog: NodeRef<Dialog>,
    busy: RwSignal<bool>,
    problem: RwSignal<Option<Problem>>,
}

impl Asking {
    fn show(self) {
        if self.asked.with(Option::is_some)
            && let Some(dialog) = self.dialog.get()
        {
            self.problem.set(None);
            let _ = dialog.show_popover();
        }
    }

    fn confirm(self) {
        let Some(question) = self.asked.get_untracked().filter(|_| !self.busy.get_untracked()) else { return };
        self.busy.set(true);
        spawn_local(async move {
            let done = carry_out(self.scene, question).await;
            let _ = self.busy.try_set(false);
            match done {
                Ok(()) => close(self.dialog),
                Err(refused) => {
                    let _ = self.problem.try_set(Some(refused));
                }
            }
        });
    }
}

/// Asks whether a customer should move, and moves it.
#[component]
pub(super) fn MoveQuestion(scene: Scene, asked: RwSignal<Option<Question>>) -> impl IntoView {
    let (dialog, busy, problem) = (NodeRef::<Dialog>::new(), RwSignal::new(false), RwSignal::new(None::<Problem>));
    let asking = Asking { scene, asked, dialog, busy, problem };
    Effect::new(move |_| asking.show());
    let question = move || asked.with(|asked| asked.as_ref().map(title));
    let along = move || asked.with(|asked| asked.as_ref().map(|asked| company(asked.moved.descendants)));
    view! {
        <dialog class="dialog" id=DIALOG popover="auto" aria-labelledby="move-question-title" node_ref=dialog>
            <h2 id="move-question-title">{question}</h2>
            <div class="dialog-body">
                <div role="alert">{move || problem.with(|problem| problem.as_ref().map(refusal))}</div>
                <p>{along}</p>
                <div class="form-actions">
                    <button
                        class="button button-primary"
                        type="button"
                        autofocus=true
                        aria-busy=move || busy.get().then_some("true")
                        on:click=move |_| asking.confirm()
                    >
                        "Move customer"
                    </button>
                </div>
            </div>
            <button class="button dialog-cancel" type="button" popovertarget=DIALOG popovertargetaction="hide">
                "Cancel"
            </button>
        </dialog>
    }
}

fn refusal(problem: &Problem) -> AnyView {
    let (title, detail) = (problem.title(), problem.detail());
    view! {
        <Banner tone=Tone::Danger title=title>
            <p>{detail}</p>
        </Banner>
    }
    .into_any()
}

fn title(question: &Question) -> String {
    format!("Move {} under {}?", question.moved.name, question.onto.name)
}

fn close(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.try_get_untracked().flatten() {
        let _ = dialog.hide_popover();
    }
}

/// Where a customer goes; it stays billed as it is.
fn input(moved: &TreeNode, parent_id: Option<CustomerId>) -> MoveInput {
    MoveInput { parent_id, billing_mode: Some(moved.billing_mode.as_str().to_owned()) }
}

/// Moves the customer, shows it at its new place and offers to undo it.
async fn carry_out(scene: Scene, question: Question) -> Result<(), Problem> {
    let Question { moved, onto, from } = question;
    let to = input(&moved, Some(onto.id));
    let customer = move_customer(moved.id, moved.version, to, true).await.map_err(plainly)?;
    scene.reload(Some(onto.id), moved.id).await;
    if let Some(toasts) = scene.toasts {
        let version = customer.version;
        let text = format!("{} was moved under {}.", moved.name, onto.name);
        toasts.undoable(text, move || spawn_local(move_back(scene, moved.clone(), version, from)));
    }
    Ok(())
}

async fn move_back(scene: Scene, moved: TreeNode, version: i64, from: Option<CustomerId>) {
    match move_customer(moved.id, version, input(&moved, from), true).await.map_err(plainly) {
        Ok(_) => {
            scene.reload(from, moved.id).await;
            if let Some(toasts) = scene.toasts {
                toasts.say(format!("{} is back at its old place.", moved.name));
            }
        }
        Err(problem) => scene.fail(&problem),
    }
}
