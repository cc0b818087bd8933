//! The form that moves a customer: the search for a parent, the choice, and what the move means.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::SubmitEvent;
use serde::{Deserialize, Serialize};

use super::parents::{ParentSearch, REST};
use super::words::{consequence, plainly};
use crate::customers::components::StatusBadge;
use crate::customers::hierarchy::{BillingMode, HierarchyView, MoveCustomer, Relative, customer_hierarchy};
use crate::shared::id::CustomerId;
use crate::ui::{
    Card, ChangedMeanwhile, ErrorSummary, FormActions, Hidden, LinkButton, RadioGroup, SubmitButton, TypedValues,
    is_stale, problem_of, version_seen,
};

/// The name of the choice in the form.
const PARENT: &str = "to[parent_id]";

/// The customer that moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mover {
    /// The id.
    pub id: CustomerId,
    /// The version that was read.
    pub version: i64,
    /// What lists show.
    pub name: String,
    /// Whether it hangs under somebody.
    pub has_parent: bool,
    /// How it is billed now.
    pub billing_mode: BillingMode,
}

/// What was chosen, and the level that follows from it as soon as it is known.
#[derive(Clone, Copy)]
struct Choice {
    /// The value of the form: an id, or nothing for a main account; none before a choice.
    value: RwSignal<Option<String>>,
    /// Stays in sight when the search finds others.
    parent: RwSignal<Option<Relative>>,
    level: RwSignal<Option<i64>>,
}

impl Choice {
    fn choose(self, parent: Option<Relative>) {
        let value = parent.as_ref().map(|parent| parent.id.to_string()).unwrap_or_default();
        self.value.set(Some(value.clone()));
        self.level.set(parent.is_none().then_some(1));
        let Some(id) = parent.as_ref().map(|parent| parent.id) else { return };
        self.parent.set(parent);
        spawn_local(async move {
            let level = customer_hierarchy(id).await.ok().map(|above| above.account_level + 1);
            if self.value.try_get_untracked().flatten() == Some(value) {
                let _ = self.level.try_set(level);
            }
        });
    }
}

/// Moves a customer under another one, or makes it a main account.
#[component]
pub fn MoveCard(
    /// The customer.
    mover: Mover,
    /// Where it hangs now.
    hierarchy: HierarchyView,
    /// What was searched for.
    words: String,
    /// What was found.
    found: Vec<Relative>,
    /// What was typed before a failure.
    typed: TypedValues,
    /// What moves it.
    action: ServerAction<MoveCustomer>,
) -> impl IntoView {
    let is_about = typed.get("customer_id") == Some(mover.id.to_string().as_str());
    let typed = if is_about { typed } else { TypedValues::default() };
    let search = ParentSearch::new(Some(mover.id), words, found);
    let choice = Choice {
        value: RwSignal::new(typed.get(PARENT).map(str::to_owned)),
        parent: RwSignal::new(None),
        level: RwSignal::new(None),
    };
    let (below, max_level) = (hierarchy.descendants, hierarchy.max_account_level);
    let meaning = move || consequence(below, choice.level.get(), max_level);
    let title = format!("Move {}", mover.name);
    view! {
        <Card title=title>
            <p role="status">{meaning}</p>
            {search_form(mover.id, search)}
            {move_form(mover, search, choice, typed, action)}
        </Card>
    }
}

/// The search, which works as a page of its own; with WASM the choices follow the typing.
fn search_form(id: CustomerId, search: ParentSearch) -> AnyView {
    let words = search.words.get_untracked();
    let mut follow = debounce(REST, move |typed: String| search.ask(&typed));
    let action = format!("/customers/{id}/hierarchy");
    view! {
        <form method="get" action=action on:submit=move |event: SubmitEvent| event.prevent_default()>
            <Hidden name="move" value="1"/>
            <div class="field">
                <label for="parent-search">"Search for the new parent"</label>
                <div class="cluster">
                    <input
                        class="input tree-search"
                        id="parent-search"
                        type="search"
                        name="parent_q"
                        value=words
                        maxlength="200"
                        autocomplete="off"
                        on:input=move |event| follow(event_target_value(&event))
                    />
                    <button class="button" type="submit">"Search"</button>
                </div>
            </div>
        </form>
    }
    .into_any()
}

fn move_form(
    mover: Mover,
    search: ParentSearch,
    choice: Choice,
    typed: TypedValues,
    action: ServerAction<MoveCustomer>,
) -> AnyView {
    let failed = problem_of(action);
    let problem = Signal::derive(move || failed.get().map(plainly));
    let shown = Signal::derive(move || problem.get().filter(|problem| !is_stale(problem)));
    let page = format!("/customers/{}/hierarchy", mover.id);
    let again = format!("{page}?move=1");
    let billing = typed.get("to[billing_mode]").unwrap_or(mover.billing_mode.as_str()).to_owned();
    let (id, version, has_parent) = (mover.id.to_string(), version_seen(mover.version, &typed), mover.has_parent);
    let nothing = move || !has_parent && search.found.with(Vec::is_empty) && choice.parent.with(Option::is_none);
    let submit = move || (!nothing()).then(|| view! { <SubmitButton label="Move customer" busy=action.pending()/> });
    view! {
        <ActionForm action=action>
            <div class="form">
                <ChangedMeanwhile problem=problem href=again/>
                <ErrorSummary problem=shown/>
                <Hidden name="customer_id" value=id/>
                <Hidden name="version" value=version/>
                {parents_view(search, choice, has_parent)}
                <RadioGroup
                    name="to[billing_mode]"
                    label="Billing"
                    options=BillingMode::options()
                    value=billing
                    problem=problem
                    hint="A main account is always billed by itself."
                />
                <FormActions>
                    {submit}
                    <LinkButton href=page label="Cancel"/>
                </FormActions>
            </div>
        </ActionForm>
    }
    .into_any()
}

/// The places it could move to.
fn parents_view(search: ParentSearch, choice: Choice, has_parent: bool) -> AnyView {
    let main = has_parent.then(|| {
        let checked = choice.value.with_untracked(|value| value.as_deref() == Some(""));
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name=PARENT
                    value=""
                    checked=checked
                    required=true
                    on:change=move |_| choice.choose(None)
                />
                <span>"Nobody: make it a main account"</span>
            </label>
        }
    });
    let parents = move || {
        let kept = choice.parent.get_untracked();
        let found = search.found.get();
        let kept = kept.filter(|kept| found.iter().all(|parent| parent.id != kept.id));
        kept.into_iter().chain(found).map(|parent| parent_radio(parent, choice)).collect_view()
    };
    view! {
        <fieldset class="field" id="field-parent_id" tabindex="-1">
            <legend>"New parent"</legend>
            <div class="tree-parents">
                {main}
                {parents}
            </div>
            <p class="field-hint" role="status">{move || search.why_empty()}</p>
        </fieldset>
    }
    .into_any()
}

fn parent_radio(parent: Relative, choice: Choice) -> AnyView {
    let value = parent.id.to_string();
    let checked = choice.value.with_untracked(|chosen| chosen.as_deref() == Some(value.as_str()));
    let (name, portal_id, status) = (parent.name.clone(), parent.portal_id.clone(), parent.status);
    view! {
        <label class="choice">
            <input
                type="radio"
                name=PARENT
                value=value
                checked=checked
                required=true
                on:change=move |_| choice.choose(Some(parent.clone()))
            />
            <span>{name} " " <span class="muted">{portal_id}</span> " " <StatusBadge status=status/></span>
        </label>
    }
    .into_any()
}
