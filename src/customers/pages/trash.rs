//! `/customers/trash`: deleted customers, to be found and restored.

use leptos::prelude::*;

use crate::app::use_session;
use crate::customers::components::{
    CustomerResults, CustomerSearch, FilterChips, FilterNames, FilterProblem, asked, filter_names, first_page, href,
    use_filter,
};
use crate::customers::search::{CustomerFilter, CustomerPage};
use crate::customers::{RestoreCustomer, search_customers};
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::ui::{EmptyState, ErrorSummary, IconName, LinkButton, Page, Skeleton, problem_of};

const PATH: &str = "/customers/trash";

/// The customers in the trash.
#[component]
pub fn CustomerTrashPage() -> impl IntoView {
    let action = ServerAction::<RestoreCustomer>::new();
    let restore = use_session().permissions.has(Permission::CustomersDelete).then_some(action);
    let filter = use_filter(true);
    let names = filter_names(use_session().permissions);
    let found =
        Resource::new(move || (asked(filter.get()), action.version().get()), |(filter, _)| search_customers(filter));
    view! {
        <Page title="Trash" intro="A restored customer comes back as inactive." back=("/customers", "Customers")>
            <ErrorSummary problem=problem_of(action)/>
            <CustomerSearch path=PATH filter=filter names=names/>
            <Transition fallback=|| view! { <Skeleton lines=8/> }>
                {move || Suspend::new(async move {
                    let (names, found) = (names.await, found.await);
                    results(found, names, filter.get_untracked(), restore)
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

fn results(
    found: Result<CustomerPage, Problem>,
    names: FilterNames,
    filter: CustomerFilter,
    restore: Option<ServerAction<RestoreCustomer>>,
) -> AnyView {
    let chips = view! { <FilterChips path=PATH filter=filter.clone() names=names/> };
    match found {
        Ok(page) if page.customers.is_empty() => view! { {chips} {nothing(&filter)} }.into_any(),
        Ok(page) => view! { {chips} <CustomerResults path=PATH filter=filter page=page restore=restore/> }.into_any(),
        Err(problem) => view! { <FilterProblem problem=problem clear=PATH.to_owned()/> }.into_any(),
    }
}

fn nothing(filter: &CustomerFilter) -> AnyView {
    let elsewhere = filter.offset.is_some() || filter.cursor.is_some();
    let (title, text, link) = if filter.is_narrowed() {
        let text = "Check the spelling, try fewer words, or clear the filters.";
        ("No deleted customer matches", text, Some((PATH.to_owned(), "Clear filters")))
    } else if elsewhere {
        let first = href(PATH, &first_page(filter));
        (
            "No more customers",
            "The list is shorter than this page's place in it.",
            Some((first, "Go to the first page")),
        )
    } else {
        ("The trash is empty", "Customers that are deleted wait here and can be restored.", None)
    };
    let actions = move || link.map(|(href, label)| view! { <LinkButton href=href label=label primary=true/> });
    view! { <EmptyState icon=IconName::Trash title=title text=text actions=actions/> }.into_any()
}
