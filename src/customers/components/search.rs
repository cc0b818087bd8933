//! The search box of a list and the dialog with its filters.

use std::sync::LazyLock;
use std::time::Duration;

use chrono::NaiveDate;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlElement, SubmitEvent};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::{FilterNames, OPERATORS, field_label, first_page, href};
use crate::customers::search::CustomerFilter;
use crate::customers::status::HoldReason;
use crate::customers::{Category, Status};
use crate::places::Choice;
use crate::shared::country::country_options;
use crate::shared::text::squeezed;
use crate::ui::{ConfirmDialog, FilterBar, FormActions, Icon, IconName};

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
    /// Names behind its ids.
    names: Resource<FilterNames>,
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
                <Transition>
                    {move || Suspend::new(async move {
                        let names = names.await;
                        kept.with(|filter| filter_fields(filter, &names))
                    })}
                </Transition>
                <FormActions>
                    <button class="button button-primary" type="submit" form=FORM>"Apply filters"</button>
                </FormActions>
            </ConfirmDialog>
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
fn filter_fields(filter: &CustomerFilter, names: &FilterNames) -> AnyView {
    let mut cities = filter.city.iter().cloned();
    let city = cities.next();
    let more_cities =
        cities.map(|city| view! { <input type="hidden" name="city" value=city form=FORM/> }).collect_view();
    let countries = country_choices(filter.country.first().map(String::as_str));
    view! {
        {boxes("status", "Status", Status::options(), &filter.status)}
        {boxes("category", "Category", Category::options(), &filter.category)}
        {belonging(filter, names)}
        <div class="field">
            <label for="filter-city">"City"</label>
            <input class="input" id="filter-city" name="city" value=city form=FORM autocomplete="off"/>
            {more_cities}
        </div>
        <div class="field">
            <label for="filter-country">"Country"</label>
            <select class="input" id="filter-country" name="country" form=FORM inner_html=countries></select>
        </div>
        {answers(filter)}
        {boxes("hold", "Open hold", HoldReason::options(), &filter.hold_reason)}
        {days(filter)}
        {conditions(filter, names)}
    }
    .into_any()
}

/// Partners, locations and labels, as far as there is a choice, and what else the URL holds of the tree.
fn belonging(filter: &CustomerFilter, names: &FilterNames) -> AnyView {
    let options = |choices: &[Choice]| choices.iter().map(|one| (one.id.to_string(), one.name.clone())).collect();
    let texts = |ids: &mut dyn Iterator<Item = i64>| ids.map(|id| id.to_string()).collect::<Vec<_>>();
    let partners = texts(&mut filter.partner_id.iter().map(|id| id.0));
    let locations = texts(&mut filter.location_id.iter().map(|id| id.0));
    let labels = texts(&mut filter.labels.iter().map(|id| id.0));
    let label_options = names.labels.iter().map(|label| (label.id.to_string(), label.shown().to_owned())).collect();
    let mode = filter.labels_mode.clone().unwrap_or_else(|| "all".to_owned());
    let modes = [("all", "All of them"), ("any", "Any of them"), ("none", "None of them")];
    let modes = modes.map(|(key, label)| (key.to_owned(), label.to_owned())).to_vec();
    let levels = texts(&mut filter.account_level.iter().copied());
    let level_options = (1..=5).map(|level| (level.to_string(), level.to_string())).collect();
    let parent =
        filter.parent_id.map(|id| view! { <input type="hidden" name="parent" value=id.to_string() form=FORM/> });
    view! {
        {(names.partners.len() > 1).then(|| boxes("partner", "Partner", options(&names.partners), &partners))}
        {(names.locations.len() > 1).then(|| boxes("location", "Location", options(&names.locations), &locations))}
        {(!names.labels.is_empty()).then(|| {
            view! {
                {boxes("label", "Labels", label_options, &labels)}
                {select("labels_mode", "Of these labels", modes, &mode)}
            }
        })}
        {boxes("level", "Account level", level_options, &levels)}
        {parent}
    }
    .into_any()
}

/// Questions with yes and no.
fn answers(filter: &CustomerFilter) -> AnyView {
    let question = |name: &'static str, label: &'static str, answer: Option<bool>| {
        let options = [("", "Either"), ("true", "Yes"), ("false", "No")];
        let options = options.map(|(key, label)| (key.to_owned(), label.to_owned())).to_vec();
        select(name, label, options, &answer.map(|yes| yes.to_string()).unwrap_or_default())
    };
    view! {
        {question("has_parent", "Is a sub-account", filter.has_parent)}
        {question("has_children", "Has sub-accounts", filter.has_children)}
        {question("open_hold", "Has an open hold", filter.open_hold)}
        {question("missing_email", "E-mail is missing", filter.missing_email)}
    }
    .into_any()
}

fn days(filter: &CustomerFilter) -> AnyView {
    view! {
        {day("created_from", "Created from", filter.created_from.clone())}
        {day("created_to", "Created to", filter.created_to.clone())}
        {day("updated_from", "Changed from", filter.updated_from.clone())}
        {day("updated_to", "Changed to", filter.updated_to.clone())}
        {day("status_since_from", "In its status from", filter.status_since_from.clone())}
        {day("status_since_to", "In its status to", filter.status_since_to.clone())}
    }
    .into_any()
}

/// Conditions that are set, kept, and the parts of one more.
fn conditions(filter: &CustomerFilter, names: &FilterNames) -> AnyView {
    let kept = filter.filters.iter().map(|condition| {
        view! { <input type="hidden" name="filter" value=condition.to_string() form=FORM/> }
    });
    let kept = kept.collect_view();
    let own = CONDITION_FIELDS.iter().map(|field| ((*field).to_owned(), field_label(field).to_owned()));
    let custom = names.fields.iter().filter(|field| field.archived_at.is_none());
    let custom = custom.map(|field| (format!("custom.{}", field.key), field.title.clone()));
    let none = (String::new(), "No further condition".to_owned());
    let fields = std::iter::once(none).chain(own).chain(custom).collect();
    let operators = OPERATORS.map(|(op, words)| (op.to_owned(), words.to_owned())).to_vec();
    view! {
        {kept}
        <fieldset class="field">
            <legend>"Condition on any field"</legend>
            <div class="condition">
                {select("condition_field", "Field", fields, "")}
                {select("condition_op", "Comparison", operators, "eq")}
                <div class="field">
                    <label for="filter-condition_value">"Value"</label>
                    <input class="input" id="filter-condition_value" name="condition_value" form=FORM autocomplete="off"/>
                </div>
            </div>
        </fieldset>
    }
    .into_any()
}

/// The fields of the record that a condition is offered for.
const CONDITION_FIELDS: [&str; 22] = [
    "name",
    "first_name",
    "last_name",
    "company_name",
    "email",
    "billing_email",
    "phone",
    "mobile",
    "login",
    "portal_id",
    "city",
    "country",
    "registration_number",
    "tax_id",
    "customer_since",
    "date_of_birth",
    "language",
    "currency",
    "communication_method",
    "marketing_consent",
    "source",
    "external_id",
];

fn select(name: &'static str, label: &'static str, options: Vec<(String, String)>, chosen: &str) -> AnyView {
    let id = format!("filter-{name}");
    let labelled = id.clone();
    let options = options.into_iter().map(|(value, label)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{label}</option> }
    });
    let options = options.collect_view();
    view! {
        <div class="field">
            <label for=labelled>{label}</label>
            <select class="input" id=id name=name form=FORM>{options}</select>
        </div>
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_country_is_selected() {
        assert!(country_choices(Some("NO")).contains("\"NO\" selected>Norway<"));
        assert!(!country_choices(None).contains("selected"));
    }
}
