//! `/admin/custom-fields/:id`: one custom field, to be read, changed, archived or deleted.

use leptos::context::Provider;
use leptos::prelude::*;

use super::fields::DefinitionFields;
use super::list::badges;
use crate::app::use_session;
use crate::customers::Category;
use crate::customers::custom_fields::{
    ArchiveCustomField, CustomField, DeleteCustomField, UpdateCustomField, get_custom_field,
};
use crate::shared::id::CustomFieldId;
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::ui::{
    Card, ChangedMeanwhile, ConfirmDialog, ErrorSummary, Fact, Facts, FormActions, Hidden, IconName, Page, ProblemPage,
    Skeleton, SubmitButton, Tone, TypedValues, When, is_stale, problem_of, recalled, typed_about, use_id, version_seen,
};

/// What changes a field from its page.
#[derive(Clone, Copy)]
struct Actions {
    update: ServerAction<UpdateCustomField>,
    archive: ServerAction<ArchiveCustomField>,
    delete: ServerAction<DeleteCustomField>,
}

/// The page of one custom field.
#[component]
pub fn CustomFieldPage() -> impl IntoView {
    let may_manage = use_session().permissions.has(Permission::CustomFieldsManage);
    let id = use_id::<CustomFieldId>();
    let actions = Actions { update: ServerAction::new(), archive: ServerAction::new(), delete: ServerAction::new() };
    let typed = recalled(actions.update, "custom-fields/update");
    let field = Resource::new(move || id.get(), read_field);
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                let typed = typed.await;
                match field.await {
                    Ok(field) => view! { <Details field typed actions may_manage/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

async fn read_field(id: Option<CustomFieldId>) -> Result<CustomField, Problem> {
    match id {
        Some(id) => get_custom_field(id).await,
        None => Err(Problem::not_found("custom field")),
    }
}

#[component]
fn Details(field: CustomField, typed: TypedValues, actions: Actions, may_manage: bool) -> impl IntoView {
    let (archiving, deleting) = (problem_of(actions.archive), problem_of(actions.delete));
    let (title, badges, facts) = (field.title.clone(), badges(&field), facts(&field));
    let changes = if may_manage {
        let (archive, delete) = (archive_form(&field, actions.archive), delete_dialog(&field, actions.delete));
        view! {
            <ChangeForm field typed update=actions.update/>
            <Card title="Archive or delete">
                <p class="muted">
                    "An archived field is asked for no longer, and its values are kept. Only a field that no customer \
                     has a value of can be deleted."
                </p>
                <div class="cluster">{archive} {delete}</div>
            </Card>
        }
        .into_any()
    } else {
        let text =
            format!("To change custom fields you need the permission {}.", Permission::CustomFieldsManage.as_str());
        view! { <p class="muted">{text}</p> }.into_any()
    };
    view! {
        <Page title=title back=("/admin/custom-fields", "Custom fields") badges=move || badges>
            <ErrorSummary problem=archiving/>
            <ErrorSummary problem=deleting/>
            <Card title="Custom field">{facts}</Card>
            {changes}
        </Page>
    }
}

fn facts(field: &CustomField) -> AnyView {
    let (key, kind) = (field.key.clone(), field.kind.label());
    let category = field.category.map_or("All", Category::label);
    let (at, by) = (field.updated_at, field.updated_by.clone());
    let archived = field.archived_at.map(|at| view! { <Fact label="Archived"><When at=at/></Fact> });
    view! {
        <Facts>
            <Fact label="Key"><code>{key}</code></Fact>
            <Fact label="Kind">{kind}</Fact>
            <Fact label="Customers who have it">{category}</Fact>
            <Fact label="Last change"><When at=at/> " by " {by}</Fact>
            {archived}
        </Facts>
    }
    .into_any()
}

/// The form with what is stored, or with what was typed into this very form before it failed.
#[component]
fn ChangeForm(field: CustomField, typed: TypedValues, update: ServerAction<UpdateCustomField>) -> impl IntoView {
    let typed = typed_about(field.id.0, typed);
    let problem = problem_of(update);
    let shown = Signal::derive(move || problem.get().filter(|problem| !is_stale(problem)));
    let version = version_seen(field.version, &typed);
    let (id, href) = (field.id.to_string(), format!("/admin/custom-fields/{}", field.id));
    let value = field.input();
    view! {
        <Card title="Change">
            <ActionForm action=update>
                <div class="form">
                    <ErrorSummary problem=shown/>
                    <ChangedMeanwhile problem href/>
                    <Hidden name="id" value=id/>
                    <Hidden name="version" value=version/>
                    <Provider value=typed>
                        <DefinitionFields value problem/>
                    </Provider>
                    <FormActions>
                        <SubmitButton label="Save changes" busy=update.pending()/>
                    </FormActions>
                </div>
            </ActionForm>
        </Card>
    }
}

fn archive_form(field: &CustomField, action: ServerAction<ArchiveCustomField>) -> AnyView {
    let (id, is_archived) = (field.id.to_string(), field.archived_at.is_some());
    let label = if is_archived { "Take back from the archive" } else { "Archive" };
    view! {
        <ActionForm action=action>
            <Hidden name="id" value=id/>
            <Hidden name="archived" value=(!is_archived).to_string()/>
            <SubmitButton label=label secondary=true busy=action.pending()/>
        </ActionForm>
    }
    .into_any()
}

fn delete_dialog(field: &CustomField, action: ServerAction<DeleteCustomField>) -> AnyView {
    let (id, title) = (field.id.to_string(), format!("Delete the custom field {}?", field.title));
    view! {
        <ConfirmDialog id="delete-field" title=title trigger_label="Delete" tone=Tone::Danger icon=IconName::Trash>
            <p>"It can be deleted as long as no customer has a value of it. It cannot be brought back."</p>
            <ActionForm action=action>
                <Hidden name="id" value=id/>
                <FormActions>
                    <SubmitButton label="Delete custom field" danger=true busy=action.pending()/>
                </FormActions>
            </ActionForm>
        </ConfirmDialog>
    }
    .into_any()
}
