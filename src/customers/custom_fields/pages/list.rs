//! `/admin/custom-fields`: the fields that were added to the record, and those that are archived.

use leptos::prelude::*;

use crate::app::use_session;
use crate::customers::Category;
use crate::customers::custom_fields::{CustomField, PortalVisibility, custom_field_usage, list_custom_fields};
use crate::shared::id::CustomFieldId;
use crate::shared::permission::Permission;
use crate::ui::{
    Badge, Card, DataTable, Done, EmptyState, IconName, LinkButton, Page, ProblemPage, Skeleton, Tone, format,
};

/// How many customers have a value of each field; nothing for those who may not know.
type Usage = Vec<(CustomFieldId, i64)>;

/// What has just been done, by the word in the address.
const DONE: &[(&str, &str)] = &[
    ("created", "Custom field created."),
    ("saved", "Changes saved."),
    ("archived", "Custom field archived. Its values are kept."),
    ("unarchived", "Custom field taken back from the archive, with its values."),
    ("deleted", "Custom field deleted."),
];

/// The list of custom fields.
#[component]
pub fn CustomFieldListPage() -> impl IntoView {
    let may_manage = use_session().permissions.has(Permission::CustomFieldsManage);
    let fields = Resource::new(|| (), |()| list_custom_fields(true));
    let usage = Resource::new(
        || (),
        move |()| async move { if may_manage { custom_field_usage().await.unwrap_or_default() } else { Usage::new() } },
    );
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=12/> }>
            {move || Suspend::new(async move {
                let usage = usage.await;
                match fields.await {
                    Ok(fields) => view! { <FieldList fields usage may_manage/> }.into_any(),
                    Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn FieldList(fields: Vec<CustomField>, usage: Usage, may_manage: bool) -> impl IntoView {
    let actions = move || {
        may_manage.then(|| {
            view! {
                <LinkButton
                    href="/admin/custom-fields/new"
                    label="New custom field"
                    icon=IconName::Plus
                    primary=true
                />
            }
        })
    };
    let (archived, current): (Vec<_>, Vec<_>) = fields.into_iter().partition(|field| field.archived_at.is_some());
    let content = if current.is_empty() {
        let text = "A custom field keeps what you need to know of customers and this product does not ask, \
                    such as the number of a contract.";
        view! { <EmptyState icon=IconName::Tag title="No custom fields yet" text=text/> }.into_any()
    } else {
        let table = table("Custom fields", &current, &usage, may_manage);
        view! { <Card>{table}</Card> }.into_any()
    };
    let archived = (!archived.is_empty()).then(|| {
        let table = table("Archived custom fields", &archived, &usage, may_manage);
        view! { <Card title="Archived">{table}</Card> }
    });
    view! {
        <Page title="Custom fields" intro="Fields that you added to the record of a customer." actions=actions>
            <Done words=DONE/>
            {content}
            {archived}
        </Page>
    }
}

fn table(caption: &'static str, fields: &[CustomField], usage: &[(CustomFieldId, i64)], may_manage: bool) -> AnyView {
    let head = move || {
        view! {
            <th scope="col">"Title"</th>
            <th scope="col">"Key"</th>
            <th scope="col">"Kind"</th>
            <th scope="col">"Customers"</th>
            <th scope="col">"Rules"</th>
            {may_manage.then(|| view! { <th scope="col" class="numeric">"In use by"</th> })}
        }
    };
    let rows = fields.iter().map(|field| row(field, usage, may_manage)).collect_view();
    view! {
        <DataTable caption=caption head=head>
            {rows}
        </DataTable>
    }
    .into_any()
}

fn row(field: &CustomField, usage: &[(CustomFieldId, i64)], may_manage: bool) -> AnyView {
    let href = format!("/admin/custom-fields/{}", field.id);
    let used = usage.iter().find(|(id, _)| *id == field.id).map_or(0, |(_, used)| *used);
    let used = if used > 10_000 { "more than 10,000".to_owned() } else { format::count(used) };
    let used = may_manage.then(|| view! { <td data-label="In use by" class="numeric">{used}</td> });
    view! {
        <tr>
            <td data-label="Title"><a href=href>{field.title.clone()}</a></td>
            <td data-label="Key"><code>{field.key.clone()}</code></td>
            <td data-label="Kind">{field.kind.label()}</td>
            <td data-label="Customers">{field.category.map_or("All", Category::label)}</td>
            <td data-label="Rules"><div class="cluster">{badges(field)}</div></td>
            {used}
        </tr>
    }
    .into_any()
}

/// What holds of the field, in a word each.
pub(super) fn badges(field: &CustomField) -> AnyView {
    let portal = match field.portal {
        PortalVisibility::None => None,
        PortalVisibility::View => Some("In the portal"),
        PortalVisibility::Edit => Some("Changed in the portal"),
    };
    let words = [
        field.archived_at.map(|_| "Archived"),
        field.is_required.then_some("Required"),
        field.is_unique.then_some("Unique"),
        field.is_searchable.then_some("Searched"),
        field.is_listed.then_some("In the list"),
        portal,
    ];
    words.into_iter().flatten().map(|text| view! { <Badge tone=Tone::Neutral text=text/> }).collect_view().into_any()
}
