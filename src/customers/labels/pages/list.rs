//! `/labels`: the labels by category; `?new=1`, `?edit=ID` and `?category=new|ID` open a form.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::categories::CategoryCard;
use super::form::LabelForm;
use crate::app::use_session;
use crate::customers::labels::tree::{by_category, full_name};
use crate::customers::labels::{
    ColourChip, CreateLabel, CreateLabelCategory, DeleteLabel, DeleteLabelCategory, Label, LabelCategory, UpdateLabel,
    UpdateLabelCategory, list_label_categories, list_labels,
};
use crate::shared::id::{LabelCategoryId, LabelId};
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::ui::{
    Badge, Card, Columns, DataTable, Done, EmptyState, ErrorSummary, IconName, LinkButton, Page, ProblemPage, Skeleton,
    Tone, TypedValues, format, problem_of, recalled, times_saved,
};

/// What changes labels and categories from this page.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    pub create: ServerAction<CreateLabel>,
    pub update: ServerAction<UpdateLabel>,
    pub delete: ServerAction<DeleteLabel>,
    pub create_category: ServerAction<CreateLabelCategory>,
    pub update_category: ServerAction<UpdateLabelCategory>,
    pub delete_category: ServerAction<DeleteLabelCategory>,
}

/// Which form is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Open {
    pub new: bool,
    pub edit: Option<LabelId>,
    pub new_category: bool,
    pub category: Option<LabelCategoryId>,
}

/// What was typed into the forms of labels and of categories before they failed.
#[derive(Clone)]
struct Typed {
    label: TypedValues,
    category: TypedValues,
}

/// What the page shows.
#[derive(Clone)]
struct Shelf {
    labels: Vec<Label>,
    categories: Vec<LabelCategory>,
    typed: Typed,
    may_manage: bool,
}

/// The list of labels.
#[component]
pub fn LabelListPage() -> impl IntoView {
    let permissions = use_session().permissions;
    if !permissions.has(Permission::LabelsRead) {
        let problem = Problem::Forbidden { permission: Permission::LabelsRead.as_str().to_owned() };
        return view! { <ProblemPage problem/> }.into_any();
    }
    let may_manage = permissions.has(Permission::LabelsManage);
    let actions = Actions {
        create: ServerAction::new(),
        update: ServerAction::new(),
        delete: ServerAction::new(),
        create_category: ServerAction::new(),
        update_category: ServerAction::new(),
        delete_category: ServerAction::new(),
    };
    let found = Resource::new(saves(actions), |_| read());
    let [new, old, new_category, old_category] = recalled_forms(actions);
    let open = use_open();
    let buttons = move || may_manage.then(buttons);
    let problem = problem_of(actions.delete);
    let category_problem = problem_of(actions.delete_category);
    let any = Signal::derive(move || problem.get().or_else(|| category_problem.get()));
    let intro = "Words that you put on customers: who is special, what is going on, what to do.";
    view! {
        <Page title="Labels" intro=intro actions=buttons>
            <Done words=DONE problem=any/>
            <ErrorSummary problem=any/>
            <Transition fallback=|| view! { <Skeleton lines=8/> }>
                {move || Suspend::new(async move {
                    let typed = Typed {
                        label: either(new.await, old.await),
                        category: either(new_category.await, old_category.await),
                    };
                    match found.await {
                        Ok((labels, categories)) => {
                            let shelf = Shelf { labels, categories, typed, may_manage };
                            view! { <Shelves shelf open actions/> }.into_any()
                        }
                        Err(problem) => view! { <ProblemPage problem/> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

/// What has just been done, by the word in the address.
const DONE: &[(&str, &str)] = &[
    ("created", "Label created."),
    ("saved", "Label saved."),
    ("deleted", "Label deleted."),
    ("category-created", "Category created."),
    ("category-saved", "Category saved."),
    ("category-deleted", "Category deleted."),
];

fn buttons() -> AnyView {
    view! {
        <LinkButton href="/labels?category=new" label="New category"/>
        <LinkButton href="/labels?new=1" label="New label" icon=IconName::Plus primary=true/>
    }
    .into_any()
}

async fn read() -> Result<(Vec<Label>, Vec<LabelCategory>), Problem> {
    Ok((list_labels().await?, list_label_categories().await?))
}

/// How often something was saved: then the lists are read again.
fn saves(actions: Actions) -> impl Fn() -> usize + Send + Sync + 'static {
    let counts = [
        times_saved(actions.create),
        times_saved(actions.update),
        times_saved(actions.delete),
        times_saved(actions.create_category),
        times_saved(actions.update_category),
        times_saved(actions.delete_category),
    ];
    move || counts.iter().map(|count| count.get()).sum()
}

/// What was typed, as resources: the last form that failed is the only one that has something.
fn recalled_forms(actions: Actions) -> [Resource<TypedValues>; 4] {
    [
        recalled(actions.create, "labels/create"),
        recalled(actions.update, "labels/update"),
        recalled(actions.create_category, "label-categories/create"),
        recalled(actions.update_category, "label-categories/update"),
    ]
}

/// What was typed into the form of a new record, else into that of an old one.
fn either(new: TypedValues, old: TypedValues) -> TypedValues {
    if new.is_empty() { old } else { new }
}

fn use_open() -> Memo<Open> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| {
            let category = query.get("category");
            Open {
                new: query.get("new").is_some(),
                edit: query.get("edit").and_then(|id| id.parse().ok()),
                new_category: category.as_deref() == Some("new"),
                category: category.and_then(|id| id.parse().ok()),
            }
        })
    })
}

/// The labels, the form that is open, and the categories beside them.
#[component]
fn Shelves(shelf: Shelf, open: Memo<Open>, actions: Actions) -> impl IntoView {
    let Shelf { labels, categories, typed, may_manage } = shelf;
    let form = {
        let (labels, categories, typed) = (labels.clone(), categories.clone(), typed.label);
        move || {
            let open = open.get();
            let label = open.edit.and_then(|id| labels.iter().find(|label| label.id == id).cloned());
            let is_open = may_manage && (open.new || label.is_some());
            is_open.then(|| {
                let (categories, typed) = (categories.clone(), typed.clone());
                view! { <LabelForm label categories typed actions/> }
            })
        }
    };
    let list = list(&labels, &categories, may_manage);
    let aside = view! { <CategoryCard categories labels open typed=typed.category may_manage actions/> };
    view! {
        {form}
        <Columns aside=true>
            <div class="page-body">{list}</div>
            {aside}
        </Columns>
    }
}

fn list(labels: &[Label], categories: &[LabelCategory], may_manage: bool) -> AnyView {
    if labels.is_empty() {
        let text = "A label such as VIP or Fibre planned makes customers easy to spot and to filter.";
        let actions = move || {
            may_manage.then(|| view! { <LinkButton href="/labels?new=1" label="Create the first label" primary=true/> })
        };
        return view! { <EmptyState icon=IconName::Tag title="No labels yet" text=text actions=actions/> }.into_any();
    }
    let groups = by_category(categories, labels).into_iter().filter(|(_, labels)| !labels.is_empty());
    let groups = groups.map(|(category, labels)| {
        let title = match category {
            Some(category) => full_name(categories, category.id),
            None if categories.is_empty() => "All labels".to_owned(),
            None => "Without a category".to_owned(),
        };
        group(title, labels, may_manage)
    });
    groups.collect_view().into_any()
}

fn group(title: String, labels: Vec<Label>, may_manage: bool) -> AnyView {
    let caption = title.clone();
    let head = move || {
        view! {
            <th scope="col">"Label"</th>
            <th scope="col">"What it means"</th>
            <th scope="col" class="numeric">"Customers"</th>
            <th scope="col" class="numeric">"Priority"</th>
            {may_manage.then(|| view! { <th scope="col"><span class="visually-hidden">"Actions"</span></th> })}
        }
    };
    let rows = labels.into_iter().map(|label| row(label, may_manage)).collect_view();
    view! {
        <Card title=title>
            <DataTable caption=caption head=head>
                {rows}
            </DataTable>
        </Card>
    }
    .into_any()
}

fn row(label: Label, may_manage: bool) -> AnyView {
    let system = label.is_system.then(|| view! { <Badge tone=Tone::Neutral icon=IconName::Lock text="System"/> });
    let inactive =
        (!label.is_active).then(|| view! { <Badge tone=Tone::Neutral icon=IconName::Pause text="Inactive"/> });
    let worn = format::count(label.customers);
    let (customers, edit) = (format!("/customers?label={}", label.id), format!("/labels?edit={}", label.id));
    let shown = label.shown().to_owned();
    let name = label.display_name.is_some().then(|| view! { <span class="muted">{label.name.clone()}</span> });
    let change = format!(" {shown}");
    view! {
        <tr>
            <td data-label="Label">
                <div class="cluster">
                    <ColourChip name=shown colour=label.colour/>
                    {name}
                    {system}
                    {inactive}
                </div>
            </td>
            <td data-label="What it means">{label.description}</td>
            <td data-label="Customers" class="numeric"><a href=customers>{worn}</a></td>
            <td data-label="Priority" class="numeric">{label.priority}</td>
            {may_manage.then(|| view! {
                <td><a href=edit>"Edit"<span class="visually-hidden">{change}</span></a></td>
            })}
        </tr>
    }
    .into_any()
}
