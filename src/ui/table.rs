//! Tables with their tools: sorting, paging, filters, the search box.

use super::{Icon, IconName};
use leptos::prelude::*;
use leptos_router::components::Form;

/// The direction a column is sorted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Greatest first.
    Descending,
}

/// A table whose rows become cards in a narrow place: give every cell its column as `data-label`.
#[component]
pub fn DataTable(
    /// What the table lists; read out, not shown.
    #[prop(into)]
    caption: String,
    /// The cells of the head.
    #[prop(into)]
    head: ViewFnOnce,
    children: Children,
) -> impl IntoView {
    let label = caption.clone();
    view! {
        <div class="table-box">
            <div class="table-scroll" role="group" tabindex="0" aria-label=label>
                <table class="table">
                    <caption class="visually-hidden">{caption}</caption>
                    <thead>
                        <tr>{head.run()}</tr>
                    </thead>
                    <tbody>{children()}</tbody>
                </table>
            </div>
        </div>
    }
}

/// A column head that sorts by a link.
#[component]
pub fn SortHeader(
    /// The name of the column.
    #[prop(into)]
    label: String,
    /// The same list, sorted by this column or turned round.
    #[prop(into)]
    href: String,
    /// How the list is sorted by this column now, if it is.
    direction: Option<Direction>,
    /// Whether the column holds numbers.
    #[prop(optional)]
    numeric: bool,
) -> impl IntoView {
    let (sort, icon) = match direction {
        Some(Direction::Ascending) => (Some("ascending"), Some(IconName::SortUp)),
        Some(Direction::Descending) => (Some("descending"), Some(IconName::SortDown)),
        None => (None, None),
    };
    view! {
        <th scope="col" class=numeric.then_some("numeric") aria-sort=sort>
            <a class="sort" href=href>
                <span>{label}</span>
                {icon.map(|name| view! { <Icon name/> })}
            </a>
        </th>
    }
}

/// The page before and after, and where we are.
#[component]
pub fn Pager(
    /// The page before, if there is one.
    previous: Option<String>,
    /// The page after, if there is one.
    next: Option<String>,
    /// Where we are: `25 of 1,234 customers`.
    #[prop(into)]
    summary: String,
) -> impl IntoView {
    view! {
        <nav class="pager" aria-label="Pages">
            <p class="muted">{summary}</p>
            <div class="pager-links">
                {pager_link(previous, "Previous", "prev", IconName::ChevronLeft)}
                {pager_link(next, "Next", "next", IconName::ChevronRight)}
            </div>
        </nav>
    }
}

/// A link to a neighbour, or its greyed word.
fn pager_link(href: Option<String>, label: &'static str, rel: &'static str, icon: IconName) -> AnyView {
    let content = view! {
        <Icon name=icon/>
        <span>{label}</span>
    };
    match href {
        Some(href) => view! { <a class="button" href=href rel=rel>{content}</a> }.into_any(),
        None => view! { <span class="button" aria-disabled="true" role="link">{content}</span> }.into_any(),
    }
}

/// A filter that is set; pressing it removes the filter.
#[component]
pub fn FilterChip(
    /// The filter in words: `Status: active`.
    #[prop(into)]
    label: String,
    /// The list without this filter.
    #[prop(into)]
    remove_href: String,
) -> impl IntoView {
    view! {
        <a class="chip" href=remove_href>
            <span class="visually-hidden">"Remove filter "</span>
            <span>{label}</span>
            <Icon name=IconName::Cross/>
        </a>
    }
}

/// The search box, filters and chips above a list.
#[component]
pub fn FilterBar(children: Children) -> impl IntoView {
    view! { <div class="filter-bar" role="group" aria-label="Filters">{children()}</div> }
}

/// A search form that keeps its text in the URL; hidden fields for the other filters go inside.
#[component]
pub fn SearchBox(
    /// The page that lists what is found.
    #[prop(into)]
    action: String,
    /// What is searched; read out and shown while the box is empty.
    #[prop(into)]
    label: String,
    /// What was searched for.
    #[prop(optional, into)]
    value: String,
    /// The name of the text in the URL.
    #[prop(default = "q".to_owned(), into)]
    name: String,
    /// Further fields of the form.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (region, placeholder) = (label.clone(), label.clone());
    view! {
        <div class="search-box" role="search" aria-label=region>
            <Form method="GET" action=action>
                <Icon name=IconName::Search/>
                <input
                    class="input"
                    type="search"
                    name=name
                    value=value
                    placeholder=placeholder
                    aria-label=label
                    autocomplete="off"
                />
                {children.map(|children| children())}
            </Form>
        </div>
    }
}
