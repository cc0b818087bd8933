//! How what a list finds divides: tabs of statuses, and finer choices behind a disclosure, each with its count.

use leptos::prelude::*;

use super::{first_page, href};
use crate::customers::search::{CustomerFilter, FacetCount, Facets};
use crate::ui::{Icon, IconName, format};

/// Links that choose a value or take it back; every one is an address.
#[component]
pub fn FacetPanel(
    /// The address of the list.
    path: &'static str,
    /// The filter.
    filter: CustomerFilter,
    /// What it finds, divided.
    facets: Facets,
) -> impl IntoView {
    let statuses = status_tabs(path, &filter, &facets);
    let groups = [
        ("Labels", facets.label, LABEL),
        ("Partners", facets.partner, PARTNER),
        ("Locations", facets.location, LOCATION),
        ("Categories", facets.category, CATEGORY),
    ];
    let open = !(filter.labels.is_empty()
        && filter.partner_id.is_empty()
        && filter.location_id.is_empty()
        && filter.category.is_empty());
    // A choice of one is none.
    let shown = groups.into_iter().filter(|(_, counts, _)| counts.len() > 1 || open && !counts.is_empty());
    let groups: Vec<AnyView> = shown.map(|(title, counts, facet)| group(path, &filter, title, counts, facet)).collect();
    let refine = (!groups.is_empty()).then(|| {
        view! {
            <details class="refine" open=open>
                <summary class="button button-small">
                    <Icon name=IconName::Filter/>
                    <span>"Refine"</span>
                    <Icon name=IconName::ChevronDown/>
                </summary>
                <div class="facets">{groups}</div>
            </details>
        }
    });
    let note = (!facets.is_exact).then(|| view! { <p class="muted">"Counted among the first 10,000."</p> });
    view! {
        <div class="facet-bar">{statuses} {refine}</div>
        {note}
    }
}

/// How a facet changes the filter: is the value chosen, and the filter with it chosen or taken back.
#[derive(Clone, Copy)]
struct Facet {
    is_chosen: fn(&CustomerFilter, &str) -> bool,
    toggle: fn(&mut CustomerFilter, &str),
}

fn toggle<T: PartialEq>(values: &mut Vec<T>, value: T) {
    match values.iter().position(|one| *one == value) {
        Some(place) => {
            values.remove(place);
        }
        None => values.push(value),
    }
}

macro_rules! facet {
    (word $field:ident) => {
        Facet {
            is_chosen: |filter, value| filter.$field.iter().any(|one| one == value),
            toggle: |filter, value| toggle(&mut filter.$field, value.to_owned()),
        }
    };
    (id $field:ident) => {
        Facet {
            is_chosen: |filter, value| value.parse().is_ok_and(|id| filter.$field.contains(&id)),
            toggle: |filter, value| {
                if let Ok(id) = value.parse() {
                    toggle(&mut filter.$field, id);
                }
            },
        }
    };
}

const STATUS: Facet = facet!(word status);
const CATEGORY: Facet = facet!(word category);
const PARTNER: Facet = facet!(id partner_id);
const LOCATION: Facet = facet!(id location_id);
const LABEL: Facet = facet!(id labels);

/// All, then each status: one is chosen in place of the other.
fn status_tabs(path: &str, filter: &CustomerFilter, facets: &Facets) -> AnyView {
    let all = CustomerFilter { status: Vec::new(), ..first_page(filter) };
    let total = facets.status.iter().map(|count| count.count).sum();
    let tab = |filter: CustomerFilter, name: String, count: i64, current: bool| {
        let href = href(path, &filter);
        view! {
            <a class="tab" href=href aria-current=current.then_some("true")>
                {name} " " <span class="tab-count">{format::count(count)}</span>
            </a>
        }
    };
    let first = tab(all.clone(), "All".to_owned(), total, filter.status.is_empty());
    let others = facets.status.iter().map(|count| {
        let only = CustomerFilter { status: vec![count.value.clone()], ..all.clone() };
        tab(only, count.name.clone(), count.count, (STATUS.is_chosen)(filter, &count.value))
    });
    let others = others.collect_view();
    view! { <nav class="tabs tabs-compact" aria-label="Customers by status">{first} {others}</nav> }.into_any()
}

fn group(path: &str, filter: &CustomerFilter, title: &'static str, counts: Vec<FacetCount>, facet: Facet) -> AnyView {
    let items = counts.into_iter().map(|count| {
        let chosen = (facet.is_chosen)(filter, &count.value);
        let mut with = first_page(filter);
        (facet.toggle)(&mut with, &count.value);
        if with.labels.is_empty() {
            with.labels_mode = None;
        }
        let swatch = count.colour.map(|colour| {
            view! {
                <svg class="swatch" aria-hidden="true" viewBox="0 0 10 10">
                    <circle cx="5" cy="5" r="5" fill=colour></circle>
                </svg>
            }
        });
        view! {
            <li>
                <a class="facet" href=href(path, &with) aria-current=chosen.then_some("true")>
                    {swatch}
                    <span>{count.name}</span>
                    <span class="tab-count">{format::count(count.count)}</span>
                    {chosen.then(|| view! { <Icon name=IconName::Cross/> })}
                </a>
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <section class="facet-group">
            <h2>{title}</h2>
            <ul>{items}</ul>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::id::LabelId;

    #[test]
    fn a_facet_is_chosen_and_taken_back() {
        let mut filter = CustomerFilter::default();
        (LABEL.toggle)(&mut filter, "7");
        assert_eq!(filter.labels, [LabelId(7)]);
        assert!((LABEL.is_chosen)(&filter, "7") && !(LABEL.is_chosen)(&filter, "8"));
        (LABEL.toggle)(&mut filter, "7");
        assert!(filter.labels.is_empty());
        (CATEGORY.toggle)(&mut filter, "person");
        assert_eq!(filter.category, ["person"]);
    }
}
