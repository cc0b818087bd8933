//! The categories beside the labels: the tree, and the form of one.

use leptos::context::Provider;
use leptos::prelude::*;

use super::list::{Actions, Open};
use crate::customers::labels::tree::{full_name, in_tree_order, parent_flaw};
use crate::customers::labels::{DeleteLabelCategory, Label, LabelCategory};
use crate::shared::id::LabelCategoryId;
use crate::shared::problem::Problem;
use crate::ui::{
    Card, ChangedMeanwhile, ConfirmDialog, ErrorSummary, FormActions, Hidden, IconName, LinkButton, Select,
    SubmitButton, TextField, Tone, TypedValues, is_stale, problem_of, typed_about, version_seen,
};

/// Every category, and the form that is open.
#[component]
pub(super) fn CategoryCard(
    /// Every category.
    categories: Vec<LabelCategory>,
    /// Every label.
    labels: Vec<Label>,
    /// Which form is open.
    open: Memo<Open>,
    /// What was typed before a failure.
    typed: TypedValues,
    /// Whether categories can be changed.
    may_manage: bool,
    /// What saves.
    actions: Actions,
) -> impl IntoView {
    let items = in_tree_order(&categories).into_iter().map(|(_, category)| {
        let name = full_name(&categories, category.id);
        let href = format!("/labels?category={}", category.id);
        if may_manage {
            view! { <li><a href=href>{name}</a></li> }.into_any()
        } else {
            view! { <li>{name}</li> }.into_any()
        }
    });
    let items = items.collect_view();
    let none = categories.is_empty().then(|| {
        view! { <p class="muted">"No categories yet. They keep many labels in order."</p> }
    });
    let form = move || {
        let open = open.get();
        let category = open.category.and_then(|id| categories.iter().find(|one| one.id == id).cloned());
        let is_open = may_manage && (open.new_category || category.is_some());
        is_open.then(|| {
            let (typed, options) = (typed.clone(), parents(&categories, category.as_ref().map(|one| one.id)));
            let is_empty = category.as_ref().is_some_and(|category| is_empty(category.id, &categories, &labels));
            view! { <CategoryForm category options is_empty typed actions/> }
        })
    };
    view! {
        <Card title="Categories">
            {none}
            <ul>{items}</ul>
            {form}
        </Card>
    }
}

/// Id and name of the categories that a category can lie in.
fn parents(categories: &[LabelCategory], category: Option<LabelCategoryId>) -> Vec<(String, String)> {
    let possible = in_tree_order(categories).into_iter().map(|(_, one)| one.id);
    let possible = possible.filter(|id| parent_flaw(categories, category, *id).is_none());
    possible.map(|id| (id.to_string(), full_name(categories, id))).collect()
}

fn is_empty(id: LabelCategoryId, categories: &[LabelCategory], labels: &[Label]) -> bool {
    categories.iter().all(|one| one.parent_id != Some(id)) && labels.iter().all(|label| label.category_id != Some(id))
}

/// The form of a new category, or of a stored one with what deletes it.
#[component]
fn CategoryForm(
    category: Option<LabelCategory>,
    options: Vec<(String, String)>,
    is_empty: bool,
    typed: TypedValues,
    actions: Actions,
) -> impl IntoView {
    let Some(category) = category else {
        let problem = problem_of(actions.create_category);
        return view! {
            <ActionForm action=actions.create_category>
                <div class="form">
                    <h3>"New category"</h3>
                    <ErrorSummary problem/>
                    <CategoryFields name=String::new() parent=String::new() options typed problem/>
                    <FormActions>
                        <SubmitButton label="Create category" busy=actions.create_category.pending()/>
                        <LinkButton href="/labels" label="Cancel"/>
                    </FormActions>
                </div>
            </ActionForm>
        }
        .into_any();
    };
    let problem = problem_of(actions.update_category);
    let shown = Signal::derive(move || problem.get().filter(|problem| !is_stale(problem)));
    let typed = typed_about(category.id.0, typed);
    let (id, version) = (category.id.to_string(), version_seen(category.version, &typed));
    let (title, again) = (format!("Edit {}", category.name), format!("/labels?category={id}"));
    let parent = category.parent_id.map(|id| id.to_string()).unwrap_or_default();
    let delete = delete_part(&category, is_empty, actions.delete_category);
    view! {
        <ActionForm action=actions.update_category>
            <div class="form">
                <h3>{title}</h3>
                <ErrorSummary problem=shown/>
                <ChangedMeanwhile problem href=again/>
                <Hidden name="id" value=id/>
                <Hidden name="version" value=version/>
                <CategoryFields name=category.name parent options typed problem/>
                <FormActions>
                    <SubmitButton label="Save category" busy=actions.update_category.pending()/>
                    <LinkButton href="/labels" label="Cancel"/>
                </FormActions>
            </div>
        </ActionForm>
        <div class="cluster">{delete}</div>
    }
    .into_any()
}

#[component]
fn CategoryFields(
    name: String,
    parent: String,
    options: Vec<(String, String)>,
    typed: TypedValues,
    #[prop(into)] problem: Signal<Option<Problem>>,
) -> impl IntoView {
    view! {
        <Provider value=typed>
            <TextField
                name="category[name]"
                label="Name of the category"
                value=name
                required=true
                maxlength=50
                autocomplete="off"
                problem
            />
            <Select
                name="category[parent_id]"
                label="Belongs to"
                options
                value=parent
                empty="No other category"
                hint="At most three lie in each other."
                problem
            />
        </Provider>
    }
}

fn delete_part(category: &LabelCategory, is_empty: bool, action: ServerAction<DeleteLabelCategory>) -> AnyView {
    if !is_empty {
        return view! { <p class="muted">"It holds labels or categories, so it cannot be deleted."</p> }.into_any();
    }
    let (id, version) = (category.id.to_string(), category.version.to_string());
    let title = format!("Delete the category {}?", category.name);
    view! {
        <ConfirmDialog id="delete-category" title=title trigger_label="Delete" tone=Tone::Danger icon=IconName::Trash>
            <p>"It holds nothing. It cannot be brought back."</p>
            <ActionForm action=action>
                <Hidden name="id" value=id/>
                <Hidden name="version" value=version/>
                <FormActions>
                    <SubmitButton label="Delete category" danger=true busy=action.pending()/>
                </FormActions>
            </ActionForm>
        </ConfirmDialog>
    }
    .into_any()
}
