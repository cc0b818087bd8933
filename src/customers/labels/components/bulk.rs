//! One label for many customers of a list: the bar above the table, and what came of it.
//!
//! The rows bring `<input type="checkbox" name="selection[ids][]" form="bulk">`. Without WASM the form is posted as it
//! is; with WASM the page also offers everybody whom the filter finds.

use leptos::ev::SubmitEvent;
use leptos::form::FromFormData as _;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlInputElement;
use leptos_router::hooks::use_query_map;

use crate::customers::components::href;
use crate::customers::labels::{
    BulkItem, BulkOutcome, Label, LabelMany, LabelSelected, MAX_BULK, Selection, no_label_chosen,
};
use crate::customers::search::CustomerFilter;
use crate::shared::problem::Problem;
use crate::ui::{
    Banner, ConfirmDialog, ErrorSummary, Hidden, Select, SubmitButton, TextArea, Tone, format, problem_of,
};

/// The name of the boxes in the rows.
const BOXES: &str = "selection[ids][]";

/// Failures that are listed one by one.
const MAX_LISTED: usize = 50;

/// What the bar knows of the rows below it.
#[derive(Clone, Copy)]
struct Chosen {
    /// Rows on the page.
    rows: RwSignal<i64>,
    /// Rows that are ticked.
    ticked: RwSignal<i64>,
    /// Everybody whom the filter finds instead.
    everybody: RwSignal<bool>,
}

impl Chosen {
    fn count(self) {
        let boxes = boxes();
        let number = |boxes: usize| i64::try_from(boxes).unwrap_or_default();
        let _ = self.rows.try_set(number(boxes.len()));
        let _ = self.ticked.try_set(number(boxes.iter().filter(|one| one.checked()).count()));
    }

    fn tick_all(self, checked: bool) {
        for one in boxes() {
            one.set_checked(checked);
        }
        self.count();
    }
}

/// The boxes in the rows.
fn boxes() -> Vec<HtmlInputElement> {
    let inputs = document().get_elements_by_tag_name("input");
    (0..inputs.length())
        .filter_map(|index| inputs.item(index))
        .filter_map(|element| element.dyn_into::<HtmlInputElement>().ok())
        .filter(|input| input.name() == BOXES)
        .collect()
}

/// The form above a list of customers that labels those who are ticked, or all that the filter finds.
#[component]
pub fn BulkBar(
    /// How many customers the filter finds.
    total: i64,
    /// Every label.
    labels: Vec<Label>,
    /// What the list asked for.
    filter: CustomerFilter,
    /// The address of the list.
    path: &'static str,
    /// What labels many; the list is read again when it succeeds.
    action: ServerAction<LabelMany>,
) -> impl IntoView {
    let chosen = Chosen { rows: RwSignal::new(0), ticked: RwSignal::new(0), everybody: RwSignal::new(false) };
    let refused = RwSignal::new(None::<Problem>);
    let (by_page, by_form) = (problem_of(action), problem_of(ServerAction::<LabelSelected>::new()));
    let problem = Signal::derive(move || refused.get().or_else(|| by_page.get()).or_else(|| by_form.get()));
    Effect::new(move |_| {
        chosen.count();
        let listener = window_event_listener(leptos::ev::change, move |_| chosen.count());
        on_cleanup(move || listener.remove());
    });
    let back = href(path, &filter);
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        refused.set(None);
        let Ok(asked) = LabelSelected::from_event(&event) else { return };
        let LabelSelected { label_id, is_removal, mut selection, note, .. } = asked;
        let Some(label_id) = label_id else {
            refused.set(Some(no_label_chosen()));
            return;
        };
        if chosen.everybody.get_untracked() {
            // A count, which says nothing here, so that a filter without conditions is sent as well.
            let filter = CustomerFilter { count: Some("exact".to_owned()), ..filter.clone() };
            selection = Selection { ids: Vec::new(), filter: Some(filter) };
            chosen.everybody.set(false);
        }
        action.dispatch(LabelMany { label_id, is_removal, selection, note });
    };
    view! {
        <form id="bulk" class="label-bulk" method="post" action=LabelSelected::url() on:submit=on_submit>
            <ErrorSummary problem/>
            <Hidden name="back" value=back/>
            <div class="cluster">
                <Selected chosen total/>
            </div>
            <BulkFields labels problem/>
            <div class="cluster">
                <BulkButtons chosen total action/>
            </div>
        </form>
    }
}

/// How many are selected, and the ways to select more; the boxes alone do without WASM.
#[component]
fn Selected(chosen: Chosen, total: i64) -> impl IntoView {
    let text = move || {
        if chosen.everybody.get() {
            return format!("All {} selected", format::plural(total, "customer", "customers"));
        }
        match chosen.ticked.get() {
            0 => "Tick customers to label them".to_owned(),
            ticked => format!("{} selected", format::count(ticked)),
        }
    };
    let page = move || {
        let all = chosen.rows.get() > 0 && chosen.ticked.get() == chosen.rows.get();
        let label = if all { "Clear selection" } else { "Select page" };
        (chosen.rows.get() > 0 && !chosen.everybody.get()).then(|| {
            view! {
                <button class="button button-small" type="button" on:click=move |_| chosen.tick_all(!all)>
                    {label}
                </button>
            }
        })
    };
    let few = usize::try_from(total).is_ok_and(|total| total <= MAX_BULK);
    let everybody = move || {
        let rows = chosen.rows.get();
        if rows == 0 || total <= rows {
            return None;
        }
        if !few {
            let text = format!("At most {} can be labelled at once.", format::count(i64::try_from(MAX_BULK).ok()?));
            return Some(view! { <span class="muted">{text}</span> }.into_any());
        }
        let is_on = chosen.everybody.get();
        let label = if is_on {
            "Only the ticked ones".to_owned()
        } else {
            format!("Select all {} matching", format::count(total))
        };
        Some(
            view! {
                <button class="button button-small" type="button" on:click=move |_| chosen.everybody.set(!is_on)>
                    {label}
                </button>
            }
            .into_any(),
        )
    };
    view! {
        <span class="bulk-count" role="status">{text}</span>
        {page}
        {everybody}
    }
}

#[component]
fn BulkFields(labels: Vec<Label>, #[prop(into)] problem: Signal<Option<Problem>>) -> impl IntoView {
    let option = |label: Label| {
        let inactive = if label.is_active { "" } else { " (inactive)" };
        (label.id.to_string(), format!("{}{inactive}", label.shown()))
    };
    let options = labels.into_iter().map(option).collect::<Vec<_>>();
    view! {
        <div class="label-bulk-fields">
            <Select name="label_id" label="Label" options empty="Choose a label" required=true problem/>
            <details class="label-details">
                <summary>"Note"</summary>
                <TextArea name="note" label="Note" rows=2 maxlength=1000 problem/>
            </details>
        </div>
    }
}

/// Adding and removing; for everybody whom the filter finds only after a question that tells the number. A button named
/// `remove` would stand in for the form's own method of that name, with which it leaves the page.
#[component]
fn BulkButtons(chosen: Chosen, total: i64, action: ServerAction<LabelMany>) -> impl IntoView {
    move || {
        if !chosen.everybody.get() {
            return view! {
                <SubmitButton label="Add label" name="is_removal" value="false" secondary=true busy=action.pending()/>
                <SubmitButton label="Remove label" name="is_removal" value="true" secondary=true busy=action.pending()/>
            }
            .into_any();
        }
        let people = format::plural(total, "customer", "customers");
        let (add, remove) = (format!("Add to {people}"), format!("Remove from {people}"));
        let (may_add, may_remove) = (format!("Add the label to {people}?"), format!("Remove the label from {people}?"));
        view! {
            <ConfirmDialog id="bulk-add" title=may_add trigger_label="Add label">
                <p>"Everybody whom the filter finds gets the label, also those on other pages."</p>
                <SubmitButton label=add name="is_removal" value="false"/>
            </ConfirmDialog>
            <ConfirmDialog id="bulk-remove" title=may_remove trigger_label="Remove label">
                <p>"It comes off everybody whom the filter finds, also those on other pages."</p>
                <SubmitButton label=remove name="is_removal" value="true"/>
            </ConfirmDialog>
        }
        .into_any()
    }
}

/// What labelling many came to: from the action, or from the address of the page without WASM.
#[component]
pub fn BulkDone(
    /// What labels many.
    action: ServerAction<LabelMany>,
) -> impl IntoView {
    let value = action.value();
    let query = use_query_map();
    let outcome = move || {
        let by_page = value.with(|value| value.as_ref().and_then(|result| result.as_ref().ok().cloned()));
        by_page.or_else(|| {
            query.with(|query| {
                let number = |name: &str| query.get(name).and_then(|text| text.parse().ok()).unwrap_or_default();
                (query.get("done").as_deref() == Some("labelled")).then(|| BulkOutcome {
                    changed: number("changed"),
                    unchanged: number("unchanged"),
                    failed: number("failed"),
                    items: Vec::new(),
                })
            })
        })
    };
    view! { <div role="status">{move || outcome().map(|outcome| outcome_view(&outcome))}</div> }
}

fn outcome_view(outcome: &BulkOutcome) -> AnyView {
    let BulkOutcome { changed, unchanged, failed, items } = outcome;
    let tone = if *failed > 0 { Tone::Warn } else { Tone::Ok };
    let title = format::plural(*changed, "customer changed", "customers changed");
    let unchanged = (*unchanged > 0).then(|| {
        let text = format!("{} so already.", format::plural(*unchanged, "customer was", "customers were"));
        view! { <p>{text}</p> }
    });
    let failures = (*failed > 0).then(|| {
        let text = format!("{} could not be changed.", format::plural(*failed, "customer", "customers"));
        let failed = items.iter().filter(|item| !["changed", "unchanged"].contains(&item.result.as_str()));
        let list = failed.take(MAX_LISTED).map(failure_view).collect_view();
        view! {
            <p>{text}</p>
            <ul>{list}</ul>
        }
    });
    view! {
        <Banner tone title>
            {unchanged}
            {failures}
        </Banner>
    }
    .into_any()
}

fn failure_view(item: &BulkItem) -> impl IntoView + use<> {
    let (name, address) = (format!("Customer {}", item.customer_id), format!("/customers/{}", item.customer_id));
    view! {
        <li>
            <a href=address>{name}</a>
            ": "
            {item.detail.clone()}
        </li>
    }
}
