//! `/customers`: search, filter, sort and page through customers; all of it is in the URL.

use leptos::prelude::*;

use crate::app::use_session;
use crate::customers::components::{
    CustomerResults, CustomerSearch, FacetPanel, FilterChips, FilterNames, FilterProblem, asked, filter_names,
    first_page, href, unfiltered, use_filter,
};
use crate::customers::labels::{BulkBar, BulkDone, LabelMany};
use crate::customers::search::{CustomerFilter, CustomerPage, Facets};
use crate::customers::{customer_facets, search_customers};
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;
use crate::ui::{EmptyState, IconName, LinkButton, Page, Skeleton, times_saved};

const PATH: &str = "/customers";

/// The list of customers.
#[component]
pub fn CustomerListPage() -> impl IntoView {
    let permissions = use_session().permissions;
    let filter = use_filter(false);
    let bulk = ServerAction::<LabelMany>::new();
    let done = times_saved(bulk);
    let found = Resource::new(move || (asked(filter.get()), done.get()), |(filter, _)| search_customers(filter));
    // Sorting and paging divide nothing anew.
    let divided =
        Memo::new(move |_| filter.with(|filter| CustomerFilter { sort: None, limit: None, ..first_page(filter) }));
    let facets = Resource::new(move || (divided.get(), done.get()), |(filter, _)| customer_facets(filter));
    let names = filter_names(permissions);
    view! {
        <Page title="Customers" actions=move || actions(permissions)>
            <CustomerSearch path=PATH filter=filter names=names/>
            <BulkDone action=bulk/>
            <Transition fallback=|| view! { <Skeleton lines=8/> }>
                {move || Suspend::new(async move {
                    let (names, facets, found) = (names.await, facets.await, found.await);
                    results(found, facets, names, filter.get_untracked(), permissions, bulk)
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

/// What can be done with the list, as far as that is allowed.
fn actions(permissions: PermissionSet) -> AnyView {
    let trash = permissions.has(Permission::CustomersDelete);
    let import = permissions.has(Permission::CustomersImport);
    let create = permissions.has(Permission::CustomersCreate);
    view! {
        {trash.then(|| view! { <LinkButton href="/customers/trash" label="Trash" icon=IconName::Trash/> })}
        {import.then(|| view! { <LinkButton href="/customers/import" label="Import" icon=IconName::Import/> })}
        {create.then(|| {
            view! { <LinkButton href="/customers/new" label="New customer" icon=IconName::Plus primary=true/> }
        })}
    }
    .into_any()
}

fn results(
    found: Result<CustomerPage, Problem>,
    facets: Result<Facets, Problem>,
    names: FilterNames,
    filter: CustomerFilter,
    permissions: PermissionSet,
    bulk: ServerAction<LabelMany>,
) -> AnyView {
    let page = match found {
        Ok(page) => page,
        Err(problem) => return view! { <FilterProblem problem=problem clear=PATH.to_owned()/> }.into_any(),
    };
    let is_first_use = page.customers.is_empty() && !filter.is_narrowed();
    let panel = facets.ok().filter(|_| !is_first_use);
    let panel = panel.map(|facets| view! { <FacetPanel path=PATH filter=filter.clone() facets=facets/> });
    let fields = names.listed();
    let labels = names.labels.clone();
    let chips = view! { <FilterChips path=PATH filter=filter.clone() names=names/> };
    if page.customers.is_empty() {
        return view! { {panel} {chips} {nothing(&filter, page.total_count, permissions)} }.into_any();
    }
    let selectable = permissions.has(Permission::LabelsAssign) && !labels.is_empty();
    let total = page.total_count;
    let asked = filter.clone();
    let bar = selectable.then(|| view! { <BulkBar total=total labels=labels filter=asked path=PATH action=bulk/> });
    view! {
        {panel}
        {chips}
        {bar}
        <CustomerResults path=PATH filter=filter page=page restore=None fields=fields selectable=selectable/>
    }
    .into_any()
}

/// Why the list is empty: nobody is there yet, nobody matches, or this page lies behind the last one.
fn nothing(filter: &CustomerFilter, total: i64, permissions: PermissionSet) -> AnyView {
    if total > 0 || (!filter.is_narrowed() && (filter.offset.is_some() || filter.cursor.is_some())) {
        let first = href(PATH, &first_page(filter));
        let actions = move || view! { <LinkButton href=first label="Go to the first page" primary=true/> };
        let text = "The list is shorter than this page's place in it.";
        return view! { <EmptyState icon=IconName::Customers title="No more customers" text=text actions=actions/> }
            .into_any();
    }
    if filter.is_narrowed() {
        let all = href(PATH, &unfiltered(filter));
        let actions = move || view! { <LinkButton href=all label="Clear filters" primary=true/> };
        let text = "Check the spelling, try fewer words, or clear the filters.";
        return view! { <EmptyState icon=IconName::Search title="No customer matches" text=text actions=actions/> }
            .into_any();
    }
    let text = "Add the first one, or bring them from another system as a CSV file.";
    let actions = move || {
        let import = permissions.has(Permission::CustomersImport);
        let create = permissions.has(Permission::CustomersCreate);
        view! {
            {create.then(|| view! { <LinkButton href="/customers/new" label="New customer" primary=true/> })}
            {import.then(|| view! { <LinkButton href="/customers/import" label="Import customers"/> })}
        }
    };
    view! { <EmptyState icon=IconName::Customers title="No customers yet" text=text actions=actions/> }.into_any()
}
