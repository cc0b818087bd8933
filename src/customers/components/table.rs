//! A page of customers as a table, with sorting, paging and the size of the page.

use leptos::prelude::*;

use super::{StatusBadge, first_page, href, next_page, previous_page, sorted};
use crate::customers::custom_fields::{CustomField, shown};
use crate::customers::labels::LabelChips;
use crate::customers::search::{CustomerFilter, CustomerPage};
use crate::customers::{CustomerSummary, RestoreCustomer};
use crate::shared::country::country_name;
use crate::shared::problem::Problem;
use crate::ui::{
    Banner, DataTable, Hidden, Icon, IconName, Pager, ProblemPage, SortHeader, StatusSetter, Tone, When, format,
};

/// What a search found: the table and its pages. The trash tells when a row was deleted, and may offer to restore it.
#[component]
pub fn CustomerResults(
    /// The address of the list.
    path: &'static str,
    /// What was asked for.
    filter: CustomerFilter,
    /// What was found.
    page: CustomerPage,
    /// What restores a row, if that is allowed.
    restore: Option<ServerAction<RestoreCustomer>>,
    /// Custom fields that are columns.
    #[prop(optional)]
    fields: Vec<CustomField>,
    /// Whether rows can be selected for the form `bulk`.
    #[prop(optional)]
    selectable: bool,
) -> impl IntoView {
    let (previous, next) = (previous_page(path, &filter, &page), next_page(path, &filter, &page));
    let (summary, sizes) = (summary(&filter, &page), page_sizes(path, &filter, page.limit));
    let first = filter.cursor.is_some().then(|| href(path, &first_page(&filter)));
    let columns = Columns { trash: filter.deleted, fields, selectable, restore };
    let rows = page.customers.into_iter().map(|customer| row(customer, &columns)).collect_view();
    let head = move || head(path, &filter, &columns);
    view! {
        <DataTable caption="Customers" head=head>
            {rows}
        </DataTable>
        <Pager previous=previous next=next summary=summary/>
        <nav class="cluster muted" aria-label="Size of the page">
            <span>"Rows on a page:"</span>
            {sizes}
            {first.map(|href| view! { <a href=href>"Back to the first page"</a> })}
        </nav>
    }
}

/// What a row shows beside the record.
struct Columns {
    trash: bool,
    fields: Vec<CustomField>,
    selectable: bool,
    restore: Option<ServerAction<RestoreCustomer>>,
}

/// The cells of the head.
fn head(path: &'static str, filter: &CustomerFilter, columns: &Columns) -> AnyView {
    let header = |label: &'static str, key: &'static str, greatest_first: bool| {
        let (href, direction) = sorted(path, filter, key, greatest_first);
        view! { <SortHeader label=label href=href direction=direction/> }.into_any()
    };
    let time = if columns.trash {
        view! { <th scope="col">"Deleted"</th> }.into_any()
    } else {
        header("Created", "created_at", true)
    };
    let custom = columns.fields.iter().map(|field| view! { <th scope="col">{field.title.clone()}</th> });
    let custom = custom.collect_view();
    let hidden = |text: &'static str| view! { <th scope="col"><span class="visually-hidden">{text}</span></th> };
    view! {
        {columns.selectable.then(|| hidden("Select"))}
        {header("Name", "name", false)}
        {header("Status", "status", false)}
        <th scope="col">"E-mail"</th>
        <th scope="col">"Phone"</th>
        {header("City", "city", false)}
        <th scope="col">"Country"</th>
        {custom}
        {time}
        {columns.restore.is_some().then(|| hidden("Actions"))}
    }
    .into_any()
}

/// One customer.
fn row(customer: CustomerSummary, columns: &Columns) -> AnyView {
    let time = if columns.trash {
        customer.deleted_at.map(|at| view! { <When at/> }.into_any())
    } else {
        let at = customer.created_at;
        let day = format::date(at.date_naive());
        Some(view! { <time datetime=at.to_rfc3339() title=format::date_time(at)>{day}</time> }.into_any())
    };
    let time_label = if columns.trash { "Deleted" } else { "Created" };
    let id = customer.id.to_string();
    let custom = columns.fields.iter().map(|field| {
        let value = customer.custom_fields.get(&field.key).map(|value| shown(field, value));
        view! { <td data-label=field.title.clone()>{value}</td> }
    });
    let custom = custom.collect_view();
    let select = columns.selectable.then(|| view! { <td class="select-cell">{select_box(&id, &customer.name)}</td> });
    let restore = columns.restore.map(|action| view! { <td>{restore_form(action, id.clone(), &customer.name)}</td> });
    view! {
        <tr>
            {select}
            <td data-label="Name">{entry(&customer)}</td>
            <td data-label="Status"><StatusBadge status=customer.status/></td>
            <td data-label="E-mail">{customer.email}</td>
            <td data-label="Phone" class="nowrap">{customer.phone}</td>
            <td data-label="City">{customer.city}</td>
            <td data-label="Country">{customer.country.map(|code| country_name(&code))}</td>
            {custom}
            <td data-label=time_label class="nowrap">{time}</td>
            {restore}
        </tr>
    }
    .into_any()
}

/// Name, number and labels.
fn entry(customer: &CustomerSummary) -> AnyView {
    let (href, name) = (format!("/customers/{}", customer.id), customer.name.clone());
    let (portal_id, labels) = (customer.portal_id.clone(), customer.labels.clone());
    let labels = (!labels.is_empty()).then(|| view! { <LabelChips labels/> });
    view! {
        <div class="entry">
            <a href=href>{name}</a>
            <span class="muted nowrap">{portal_id}</span>
            {labels}
        </div>
    }
    .into_any()
}

/// Takes part in what is done with the selected customers.
fn select_box(id: &str, name: &str) -> AnyView {
    let label = format!("Select {name}");
    let id = id.to_owned();
    view! { <input type="checkbox" name="selection[ids][]" value=id form="bulk" aria-label=label/> }.into_any()
}

/// A button that takes one customer out of the trash.
fn restore_form(action: ServerAction<RestoreCustomer>, id: String, name: &str) -> AnyView {
    let whom = format!(" {name}");
    view! {
        <ActionForm action=action>
            <Hidden name="id" value=id/>
            <button class="button button-small" type="submit">
                <Icon name=IconName::Restore/>
                <span>"Restore"<span class="visually-hidden">{whom}</span></span>
            </button>
        </ActionForm>
    }
    .into_any()
}

/// `26–50 of 1,234 customers`; behind a cursor only how many there are.
fn summary(filter: &CustomerFilter, page: &CustomerPage) -> String {
    let total = total_text(page);
    if filter.cursor.is_some() {
        return total;
    }
    let last = page.offset + i64::try_from(page.customers.len()).unwrap_or_default();
    format!("{}–{} of {total}", format::count(page.offset + 1), format::count(last))
}

/// `1,234 customers`, or `more than 10,000 customers` when counting stopped there.
fn total_text(page: &CustomerPage) -> String {
    let total = format::plural(page.total_count, "customer", "customers");
    if page.total_is_exact { total } else { format!("more than {total}") }
}

/// Links to the same list in pages of another size.
fn page_sizes(path: &str, filter: &CustomerFilter, limit: i64) -> AnyView {
    let link = |size: i64| {
        let href = href(path, &CustomerFilter { limit: Some(size), ..first_page(filter) });
        view! { <a href=href aria-current=(size == limit).then_some("true")>{size.to_string()}</a> }
    };
    [25, 50, 100].map(link).into_iter().collect_view().into_any()
}

/// A filter that cannot be used, with every reason; the answer keeps the status of the problem.
#[component]
pub fn FilterProblem(
    /// What is wrong.
    problem: Problem,
    /// The list without a filter.
    clear: String,
) -> impl IntoView {
    if problem.errors().is_empty() {
        return view! { <ProblemPage problem/> }.into_any();
    }
    if let Some(StatusSetter(set)) = use_context() {
        set(problem.status());
    }
    let errors = problem.errors().iter().map(|error| {
        let text = format!("{}: {}", super::field_label(&error.field), error.message);
        view! { <li>{text}</li> }
    });
    let errors = errors.collect_view();
    view! {
        <Banner tone=Tone::Danger title="The list cannot be filtered like this">
            <ul>{errors}</ul>
            <p><a href=clear>"Clear filters"</a></p>
        </Banner>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_say_where_counting_stopped() {
        let page = CustomerPage { total_count: 1_234, total_is_exact: true, ..CustomerPage::default() };
        assert_eq!(total_text(&page), "1,234 customers");
        let capped = CustomerPage { total_count: 10_000, total_is_exact: false, ..CustomerPage::default() };
        assert_eq!(total_text(&capped), "more than 10,000 customers");
    }
}
