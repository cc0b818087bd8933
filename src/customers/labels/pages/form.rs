//! The form of a label: new or stored, with the colour to choose and its look.

use leptos::context::Provider;
use leptos::prelude::*;

use super::list::Actions;
use crate::customers::labels::tree::{full_name, in_tree_order};
use crate::customers::labels::{
    ColourChip, DEFAULT_COLOUR, DeleteLabel, Label, LabelCategory, SUGGESTED_COLOURS, colour_flaw,
};
use crate::shared::problem::Problem;
use crate::ui::{
    Card, ChangedMeanwhile, ConfirmDialog, ErrorSummary, FieldSet, FormActions, Hidden, Icon, IconName, LinkButton,
    RadioGroup, Select, SubmitButton, TextArea, TextField, Tone, TypedValues, format, is_stale, problem_of,
    typed_about, version_seen,
};

/// The form of a new label, or of a stored one with what deletes it.
#[component]
pub(super) fn LabelForm(
    /// The label to change; a new one when missing.
    label: Option<Label>,
    /// Every category.
    categories: Vec<LabelCategory>,
    /// What was typed before a failure.
    typed: TypedValues,
    /// What saves.
    actions: Actions,
) -> impl IntoView {
    let Some(label) = label else {
        let problem = problem_of(actions.create);
        return view! {
            <Card title="New label">
                <ActionForm action=actions.create>
                    <div class="form">
                        <ErrorSummary problem/>
                        <Fields label=None categories typed problem/>
                        <FormActions>
                            <SubmitButton label="Create label" busy=actions.create.pending()/>
                            <LinkButton href="/labels" label="Cancel"/>
                        </FormActions>
                    </div>
                </ActionForm>
            </Card>
        }
        .into_any();
    };
    let problem = problem_of(actions.update);
    let shown = Signal::derive(move || problem.get().filter(|problem| !is_stale(problem)));
    let typed = typed_about(label.id.0, typed);
    let (id, version) = (label.id.to_string(), version_seen(label.version, &typed));
    let (title, again) = (format!("Edit {}", label.shown()), format!("/labels?edit={id}"));
    let delete = delete_part(&label, actions.delete);
    view! {
        <Card title=title>
            <ActionForm action=actions.update>
                <div class="form">
                    <ErrorSummary problem=shown/>
                    <ChangedMeanwhile problem href=again/>
                    <Hidden name="id" value=id/>
                    <Hidden name="version" value=version/>
                    <Fields label=Some(label) categories typed problem/>
                    <FormActions>
                        <SubmitButton label="Save label" busy=actions.update.pending()/>
                        <LinkButton href="/labels" label="Cancel"/>
                    </FormActions>
                </div>
            </ActionForm>
            <div class="cluster">{delete}</div>
        </Card>
    }
    .into_any()
}

/// The fields with what was typed, else with what is stored.
#[component]
fn Fields(
    label: Option<Label>,
    categories: Vec<LabelCategory>,
    typed: TypedValues,
    #[prop(into)] problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let is_system = label.as_ref().is_some_and(|label| label.is_system);
    let stored = label.map(|label| label.input()).unwrap_or_default();
    let options = in_tree_order(&categories).into_iter();
    let options: Vec<_> = options.map(|(_, one)| (one.id.to_string(), full_name(&categories, one.id))).collect();
    let category = stored.category_id.map(|id| id.to_string()).unwrap_or_default();
    let swatch = typed.get("swatch").filter(|swatch| !swatch.is_empty());
    let colour = swatch.or_else(|| typed.get("label[colour]")).map(str::to_owned).or(stored.colour);
    let colour = colour.filter(|colour| !colour.is_empty()).unwrap_or_else(|| DEFAULT_COLOUR.to_owned());
    let name = stored.name.unwrap_or_default();
    let sample = typed.get("label[name]").map_or_else(|| name.clone(), str::to_owned);
    let name_hint = if is_system { "It came with the product and keeps its name." } else { "Up to 50 characters." };
    let states = [("true", "Active"), ("false", "Inactive: stays where it is, but is not put on any more")];
    let states = states.map(|(value, label)| (value.to_owned(), label.to_owned())).to_vec();
    view! {
        <Provider value=typed>
            <FieldSet legend="Label">
                <TextField
                    name="label[name]"
                    label="Name"
                    value=name
                    hint=name_hint
                    required=true
                    readonly=is_system
                    maxlength=50
                    autocomplete="off"
                    problem
                />
                <TextField
                    name="label[display_name]"
                    label="Shown as"
                    value=stored.display_name.unwrap_or_default()
                    hint="Instead of the name, on customers and in lists."
                    maxlength=50
                    problem
                />
                <div class="field-wide">
                    <TextArea
                        name="label[description]"
                        label="What it means"
                        value=stored.description.unwrap_or_default()
                        rows=2
                        maxlength=500
                        problem
                    />
                </div>
                <Select name="label[category_id]" label="Category" options value=category empty="No category" problem/>
                <TextField
                    name="label[priority]"
                    label="Priority"
                    kind="number"
                    min="0"
                    max="1000"
                    value=stored.priority.unwrap_or_else(|| "0".to_owned())
                    hint="0 to 1,000; the highest is shown first."
                    problem
                />
                <div class="field-wide"><ColourField colour sample problem/></div>
                <RadioGroup
                    name="label[is_active]"
                    label="State"
                    options=states
                    value=stored.is_active.to_string()
                    problem
                />
            </FieldSet>
        </Provider>
    }
}

/// The suggested colours, any other, and how the label will look.
#[component]
fn ColourField(
    /// The colour at first.
    colour: String,
    /// What the sample says.
    sample: String,
    /// The last problem of the form.
    #[prop(into)]
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let chosen = RwSignal::new(colour.clone());
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let is_other = SUGGESTED_COLOURS.iter().all(|(one, _)| *one != colour);
    let swatches = SUGGESTED_COLOURS.map(|(one, name)| swatch(one, name, &colour, chosen)).into_iter().collect_view();
    let error = move || problem.with(|problem| Some(problem.as_ref()?.field("colour")?.message.clone()));
    let sample = if sample.is_empty() { "Label".to_owned() } else { sample };
    let picked =
        move || chosen.with(|text| if colour_flaw(text).is_none() { text.clone() } else { DEFAULT_COLOUR.into() });
    let preview = Signal::derive(picked);
    let other = move || chosen.with(|text| SUGGESTED_COLOURS.iter().all(|(one, _)| one != text));
    view! {
        <fieldset class="field" id="field-colour" tabindex="-1">
            <legend>"Colour"</legend>
            <div class="label-swatches">
                {swatches}
                <label class="choice">
                    <input type="radio" name="swatch" value="" checked=is_other prop:checked=other/>
                    <span>"Another colour"</span>
                </label>
            </div>
            <div class="cluster">
                <input
                    class="input label-hex"
                    name="label[colour]"
                    value=colour
                    prop:value=move || chosen.get()
                    maxlength="7"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label="Another colour, such as #2563eb"
                    aria-invalid=move || error().is_some().then_some("true")
                    on:input=move |event| chosen.set(event_target_value(&event).to_lowercase())
                />
                <input
                    type="color"
                    hidden=move || !alive.get()
                    aria-label="Pick another colour"
                    prop:value=move || preview.get()
                    on:input=move |event| chosen.set(event_target_value(&event))
                />
                <span class="muted">"Looks like "</span>
                <ColourChip name=sample colour=preview/>
            </div>
            {move || error().map(|message| view! {
                <p class="field-error"><Icon name=IconName::Warning/><span>{message}</span></p>
            })}
        </fieldset>
    }
}

/// One of the suggested colours.
fn swatch(colour: &'static str, name: &'static str, first: &str, chosen: RwSignal<String>) -> AnyView {
    let is_first = colour == first;
    view! {
        <label class="label-swatch" title=name>
            <input
                class="visually-hidden"
                type="radio"
                name="swatch"
                value=colour
                checked=is_first
                prop:checked=move || chosen.with(|chosen| chosen == colour)
                on:change=move |_| chosen.set(colour.to_owned())
            />
            <svg viewBox="0 0 1 1" aria-hidden="true" focusable="false" preserveAspectRatio="none">
                <rect width="1" height="1" fill=colour></rect>
            </svg>
            <span class="visually-hidden">{name}</span>
        </label>
    }
    .into_any()
}

/// What deletes the label, or why that cannot be done.
fn delete_part(label: &Label, action: ServerAction<DeleteLabel>) -> AnyView {
    let kept = if label.is_system {
        Some("It came with the product and cannot be deleted. Make it inactive instead.".to_owned())
    } else if label.customers > 0 {
        let people = format::plural(label.customers, "customer wears", "customers wear");
        Some(format!("{people} it, so it cannot be deleted. Make it inactive instead."))
    } else {
        None
    };
    if let Some(reason) = kept {
        return view! {
            <button class="button" type="button" aria-disabled="true" aria-describedby="not-deletable">
                <Icon name=IconName::Trash/>
                <span>"Delete"</span>
            </button>
            <span id="not-deletable" class="muted">{reason}</span>
        }
        .into_any();
    }
    let (id, version) = (label.id.to_string(), label.version.to_string());
    let title = format!("Delete the label {}?", label.shown());
    view! {
        <ConfirmDialog id="delete-label" title=title trigger_label="Delete" tone=Tone::Danger icon=IconName::Trash>
            <p>"Nobody wears it now. Histories of customers who wore it keep it."</p>
            <ActionForm action=action>
                <Hidden name="id" value=id/>
                <Hidden name="version" value=version/>
                <FormActions>
                    <SubmitButton label="Delete label" danger=true busy=action.pending()/>
                </FormActions>
            </ActionForm>
        </ConfirmDialog>
    }
    .into_any()
}
