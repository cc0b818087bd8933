//! `/admin/custom-fields/new`: adds a custom field.

use leptos::context::Provider;
use leptos::prelude::*;

use super::fields::DefinitionFields;
use crate::app::use_session;
use crate::customers::custom_fields::{CreateCustomField, CustomFieldInput, FieldKind};
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::ui::{
    ErrorSummary, FormActions, LinkButton, Page, ProblemPage, Skeleton, SubmitButton, TypedValues, problem_of, recalled,
};

/// The form for a new custom field.
#[component]
pub fn NewCustomFieldPage() -> impl IntoView {
    if !use_session().permissions.has(Permission::CustomFieldsManage) {
        let problem = Problem::Forbidden { permission: Permission::CustomFieldsManage.as_str().to_owned() };
        return view! { <ProblemPage problem/> }.into_any();
    }
    let create = ServerAction::<CreateCustomField>::new();
    let typed = recalled(create, "custom-fields/create");
    view! {
        <Page title="New custom field" back=("/admin/custom-fields", "Custom fields")>
            <Suspense fallback=|| view! { <Skeleton lines=12/> }>
                {move || Suspend::new(async move {
                    let typed = typed.await;
                    view! { <NewField create typed/> }
                })}
            </Suspense>
        </Page>
    }
    .into_any()
}

#[component]
fn NewField(create: ServerAction<CreateCustomField>, typed: TypedValues) -> impl IntoView {
    let problem = problem_of(create);
    let value = CustomFieldInput { kind: Some(FieldKind::Text.as_str().to_owned()), ..CustomFieldInput::default() };
    view! {
        <ActionForm action=create>
            <div class="form">
                <ErrorSummary problem/>
                <Provider value=typed>
                    <DefinitionFields value problem is_new=true/>
                </Provider>
                <FormActions>
                    <SubmitButton label="Create custom field" busy=create.pending()/>
                    <LinkButton href="/admin/custom-fields" label="Cancel"/>
                </FormActions>
            </div>
        </ActionForm>
    }
}
