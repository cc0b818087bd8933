//! The search box of a list, the dialog with its filters, and the chips of those that are set.

use std::sync::LazyLock;
use std::time::Duration;

use chrono::NaiveDate;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlElement, SubmitEvent};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::{first_page, href, unfiltered};
use crate::customers::search::CustomerFilter;
use crate::customers::{Category, Status};
use crate::shared::country::{country_name, country_options};
use crate::shared::text::squeezed;
use crate::ui::{ConfirmDialog, FilterBar, FilterChip, FormActions, Icon, IconName};

/// How long typing must rest before the list follows it.
const REST: Duration = Duration::from_millis(250);
/// The one form that the box and the fields of the dialog belong to.
const FORM: &str = "customer-filter";
/// The dialog with the filters.
const DIALOG: &str = "customer-filters";

/// Searches and filters the list at `path`; the filter lives in the URL.
#[component]
pub fn CustomerSearch(
    /// The address of the list.
    path: &'static str,
    /// The filter in the URL.
    filter: Memo<CustomerFilter>,
) -> impl IntoView {
    let kept = Memo::new(move |_| filter.with(|filter| CustomerFilter { query: None, ..first_page(filter) }));
    let navigate = use_navigate();
    let apply = move |event: SubmitEvent| {
        let Ok(data) = form_data_from_event(&event) else { return };
        event.prevent_default();
        let filter =
            CustomerFilter::from_url(|name| data.get_all(name).iter().filter_map(|value| value.as_string()).collect());
        close_dialog();
        navigate(&href(path, &filter), staying(false));
    };
    view! {
        <FilterBar>
            <div class="search-box" role="search" aria-label="Search customers">
                <form id=FORM method="get" action=path on:submit=apply>
                    <Icon name=IconName::Search/>
                    <SearchInput path filter/>
                    {move || kept.with(order_fields)}
                </form>
            </div>
            <ConfirmDialog id=DIALOG title="Filter customers" trigger_label="Filters" icon=IconName::Filter>
                {move || kept.with(filter_fields)}
                <FormActions>
                    <button class="button button-primary" type="submit" form=FORM>"Apply filters"</button>
                </FormActions>
            </ConfirmDialog>
            {move || filter.with(|filter| chips_view(path, filter))}
        </FilterBar>
    }
}

/// The box itself: with WASM the list follows the typing, and the box follows the browser's way back.
#[component]
fn SearchInput(path: &'static str, filter: Memo<CustomerFilter>) -> impl IntoView {
    let node = NodeRef::<Input>::new();
    let navigate = use_navigate();
    let query = Memo::new(move |_| filter.with(|filter| filter.query.clone()));
    let initial = query.get_untracked();
    let shown = StoredValue::new(initial.clone());
    // Reads the box anew: by then a link may have emptied it, or the form may have been sent.
    let mut search = debounce(REST, move |()| {
        let Some(input) = node.get_untracked() else { return };
        let query = Some(squeezed(&input.value())).filter(|text| !text.is_empty());
        if filter.with_untracked(|filter| filter.query == query) {
            return;
        }
        shown.set_value(query.clone());
        let filter = filter.with_untracked(|filter| CustomerFilter { query, ..first_page(filter) });
        navigate(&href(path, &filter), staying(true));
    });
    Effect::new(move |_| {
        let query = query.get();
        if shown.get_value() != query
            && let Some(input) = node.get_untracked()
        {
            input.set_value(query.as_deref().unwrap_or_default());
        }
        shown.set_value(query);
    });
    view! {
        <input
            class="input"
            type="search"
            name="q"
            value=initial
            maxlength="200"
            placeholder="Search customers"
            aria-label="Search customers"
            autocomplete="off"
            node_ref=node
            on:input=move |_| search(())
        />
    }
}

/// Navigates without moving the page.
fn staying(replace: bool) -> NavigateOptions {
    NavigateOptions { replace, scroll: false, ..NavigateOptions::default() }
}

fn close_dialog() {
    let dialog = document().get_element_by_id(DIALOG).and_then(|dialog| dialog.dyn_into::<HtmlElement>().ok());
    if let Some(dialog) = dialog {
        let _ = dialog.hide_popover();
    }
}

/// The order and size of the list, which a new search keeps.
fn order_fields(filter: &CustomerFilter) -> AnyView {
    let sort = filter.sort.clone().map(|sort| view! { <input type="hidden" name="sort" value=sort/> });
    let limit = filter.limit.map(|limit| view! { <input type="hidden" name="limit" value=limit.to_string()/> });
    view! {
        {sort}
        {limit}
    }
    .into_any()
}

/// The fields of the dialog.
fn filter_fields(filter: &CustomerFilter) -> AnyView {
    let mut cities = filter.city.iter().cloned();
    let city = cities.next();
    let more_cities =
        cities.map(|city| view! { <input type="hidden" name="city" value=city form=FORM/> }).collect_view();
    let countries = country_choices(filter.country.first().map(String::as_str));
    view! {
        {boxes("status", "Status", Status::options(), &filter.status)}
        {boxes("category", "Category", Category::options(), &filter.category)}
        <div class="field">
            <label for="filter-city">"City"</label>
            <input class="input" id="filter-city" name="city" value=city form=FORM autocomplete="off"/>
            {more_cities}
        </div>
        <div class="field">
            <label for="filter-country">"Country"</label>
            <select class="input" id="filter-country" name="country" form=FORM inner_html=countries></select>
        </div>
        {day("created_from", "Created from", filter.created_from.clone())}
        {day("created_to", "Created to", filter.created_to.clone())}
    }
    .into_any()
}

fn boxes(name: &'static str, label: &'static str, options: Vec<(String, String)>, chosen: &[String]) -> AnyView {
    let boxes = options.into_iter().map(|(value, label)| {
        let checked = chosen.contains(&value);
        view! {
            <label class="choice">
                <input type="checkbox" name=name value=value checked=checked form=FORM/>
                <span>{label}</span>
            </label>
        }
    });
    let boxes = boxes.collect_view();
    view! {
        <fieldset class="field">
            <legend>{label}</legend>
            <div class="choices">{boxes}</div>
        </fieldset>
    }
    .into_any()
}

fn day(name: &'static str, label: &'static str, value: Option<String>) -> AnyView {
    let id = format!("filter-{name}");
    let labelled = id.clone();
    // What is no day cannot stand in the box; the list says what is wrong with it.
    let value = value.filter(|day| day.parse::<NaiveDate>().is_ok());
    view! {
        <div class="field">
            <label for=labelled>{label}</label>
            <input class="input" id=id type="date" name=name value=value form=FORM/>
        </div>
    }
    .into_any()
}

/// Every country as an option. Written once: some 250 elements would be most of the page's cost.
static COUNTRIES: LazyLock<String> = LazyLock::new(|| {
    let options = country_options().into_iter().map(|(code, name)| {
        let name = name.replace('&', "&amp;").replace('<', "&lt;");
        format!("<option value=\"{code}\">{name}</option>")
    });
    format!("<option value=\"\">Any country</option>{}", options.collect::<String>())
});

fn country_choices(chosen: Option<&str>) -> String {
    match chosen {
        Some(code) => COUNTRIES.replacen(&format!("\"{code}\""), &format!("\"{code}\" selected"), 1),
        None => COUNTRIES.clone(),
    }
}

/// What is filtered, with a way back for each.
fn chips_view(path: &str, filter: &CustomerFilter) -> AnyView {
    let chips = chips(filter).into_iter().map(|(label, without)| {
        let href = href(path, &without);
        view! { <FilterChip label=label remove_href=href/> }
    });
    let chips = chips.collect_view();
    let clear = filter.is_narrowed().then(|| {
        let href = href(path, &unfiltered(filter));
        view! { <a href=href>"Clear filters"</a> }
    });
    view! {
        {chips}
        {clear}
    }
    .into_any()
}

type List = fn(&mut CustomerFilter) -> &mut Vec<String>;
type InWords = fn(&str) -> String;

/// The filters of which any value counts: their name, their values, and how a value reads.
const LISTS: [(&str, List, InWords); 4] = [
    ("Status", |filter| &mut filter.status, status_word),
    ("Category", |filter| &mut filter.category, category_word),
    ("City", |filter| &mut filter.city, str::to_owned),
    ("Country", |filter| &mut filter.country, country_name),
];

fn status_word(text: &str) -> String {
    Status::parse(text).map_or_else(|| text.to_owned(), |status| status.label().to_owned())
}

fn category_word(text: &str) -> String {
    Category::parse(text).map_or_else(|| text.to_owned(), |category| category.label().to_owned())
}

/// Every filter that is set in words, with the list without it.
fn chips(filter: &CustomerFilter) -> Vec<(String, CustomerFilter)> {
    let mut chips = Vec::new();
    let base = first_page(filter);
    for (label, values, word) in LISTS {
        for index in 0..values(&mut base.clone()).len() {
            let mut without = base.clone();
            let value = values(&mut without).remove(index);
            chips.push((format!("{label}: {}", word(&value)), without));
        }
    }
    if let Some(day) = &filter.created_from {
        chips.push((format!("Created from: {day}"), CustomerFilter { created_from: None, ..base.clone() }));
    }
    if let Some(day) = &filter.created_to {
        chips.push((format!("Created to: {day}"), CustomerFilter { created_to: None, ..base }));
    }
    chips
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chip_removes_itself() {
        let filter = CustomerFilter {
            query: Some("ana".into()),
            status: vec!["new".into(), "active".into()],
            country: vec!["NO".into()],
            created_to: Some("2026-05-31".into()),
            offset: Some(25),
            ..CustomerFilter::default()
        };
        let chips = chips(&filter);
        let labels: Vec<_> = chips.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(labels, ["Status: New", "Status: Active", "Country: Norway", "Created to: 2026-05-31"]);
        assert_eq!(chips[0].1.status, ["active"]);
        assert!(chips.iter().all(|(_, without)| without.offset.is_none() && without.query.is_some()));
    }

    #[test]
    fn the_chosen_country_is_selected() {
        assert!(country_choices(Some("NO")).contains("\"NO\" selected>Norway<"));
        assert!(!country_choices(None).contains("selected"));
    }
}
