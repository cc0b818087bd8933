//! `/authentication-events`: what happened at the door, newest first; the filter is in the URL.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;
use leptos_router::location::Url;
use leptos_router::params::ParamsMap;

use crate::app::use_session;
use crate::auth::{AuthEvent, AuthEventEntry, AuthEventPage, EventFilter, search_events};
use crate::shared::permission::Permission;
use crate::shared::problem::{FieldError, Problem};
use crate::shared::text::tidy;
use crate::ui::{
    Badge, Banner, CopyButton, DataTable, EmptyState, IconName, LinkButton, Page, ProblemPage, Skeleton, StatusSetter,
    SubmitButton, Tone, When,
};

const PATH: &str = "/authentication-events";

/// The record of what happened at the door.
#[component]
pub fn AuthEventsPage() -> impl IntoView {
    if !use_session().permissions.has(Permission::AuditRead) {
        let problem = Problem::Forbidden { permission: Permission::AuditRead.as_str().to_owned() };
        return view! { <ProblemPage problem/> }.into_any();
    }
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(read_filter));
    let filter = Memo::new(move |_| asked.with(|(filter, _)| filter.clone()));
    let found = Resource::new(
        move || asked.get(),
        |(filter, errors)| async move {
            if errors.is_empty() { search_events(filter).await } else { Err(Problem::Invalid(errors)) }
        },
    );
    let intro = "Sign-ins, failures, locks, second factors, links and tokens: who, from where, and when.";
    view! {
        <Page title="Authentication events" intro=intro>
            <FilterForm filter/>
            <Transition fallback=|| view! { <Skeleton lines=8/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Ok(page) => results(page, &filter.get_untracked()),
                        Err(problem) => wrong_filter(problem),
                    }
                })}
            </Transition>
        </Page>
    }
    .into_any()
}

/// The filter in the URL, and what in it cannot be read.
fn read_filter(query: &ParamsMap) -> (EventFilter, Vec<FieldError>) {
    let text = |name: &str| query.get_str(name).map(tidy).filter(|value| !value.is_empty());
    let mut errors = Vec::new();
    let mut day = |name: &str| {
        let day = text(name)?.parse::<NaiveDate>();
        if day.is_err() {
            errors.push(FieldError::new(name, "invalid", "Enter a day such as 2026-05-31."));
        }
        day.ok()
    };
    let (from, until) = (day("from"), day("until"));
    let number = |name: &str| text(name).and_then(|value| value.parse().ok());
    let filter = EventFilter {
        event: text("event"),
        subject: text("subject"),
        address: text("address"),
        from,
        until,
        before: number("before"),
        limit: number("limit"),
    };
    (filter, errors)
}

/// The page with the filter in its query.
fn href(filter: &EventFilter) -> String {
    let pairs = [
        ("event", filter.event.clone()),
        ("subject", filter.subject.clone()),
        ("address", filter.address.clone()),
        ("from", filter.from.map(|day| day.to_string())),
        ("until", filter.until.map(|day| day.to_string())),
        ("before", filter.before.map(|id| id.to_string())),
        ("limit", filter.limit.map(|limit| limit.to_string())),
    ];
    let pair = |(name, value): (&str, Option<String>)| Some(format!("{name}={}", Url::escape(&value?)));
    let query: Vec<String> = pairs.into_iter().filter_map(pair).collect();
    if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{}", query.join("&")) }
}

/// The same filter, from the newest event on.
fn newest(filter: &EventFilter) -> EventFilter {
    EventFilter { before: None, ..filter.clone() }
}

/// Is anything filtered?
fn is_narrowed(filter: &EventFilter) -> bool {
    EventFilter { limit: None, ..newest(filter) } != EventFilter::default()
}

/// The filter as a form. Its fields are made anew with the URL: what was typed into the old ones is sent by then.
#[component]
fn FilterForm(filter: Memo<EventFilter>) -> impl IntoView {
    let clear = move || filter.with(is_narrowed).then(|| view! { <a href=PATH>"Clear filters"</a> });
    let each = move || Some(newest(&filter.get()));
    view! {
        <Form method="GET" action=PATH>
            <div class="stack">
                <div class="fields">
                    <For each=each key=href children=|filter: EventFilter| fields(&filter)/>
                </div>
                <div class="cluster">
                    <SubmitButton label="Filter" secondary=true/>
                    {clear}
                </div>
            </div>
        </Form>
    }
}

fn fields(filter: &EventFilter) -> AnyView {
    let event = filter.event.clone().unwrap_or_default();
    let options = AuthEvent::ALL.iter().map(|one| {
        let selected = one.as_str() == event;
        view! { <option value=one.as_str() selected=selected>{one.label()}</option> }
    });
    let options = options.collect_view();
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    view! {
        <div class="field">
            <label for="filter-event">"Event"</label>
            <select class="input" id="filter-event" name="event">
                <option value="">"Any event"</option>
                {options}
            </select>
        </div>
        {field("subject", "User name, full name or client", "text", filter.subject.clone())}
        {field("address", "Address", "text", filter.address.clone())}
        {field("from", "From (UTC)", "date", day(filter.from))}
        {field("until", "Until (UTC)", "date", day(filter.until))}
    }
    .into_any()
}

fn field(name: &'static str, label: &'static str, kind: &'static str, value: Option<String>) -> AnyView {
    let id = format!("filter-{name}");
    let labelled = id.clone();
    view! {
        <div class="field">
            <label for=labelled>{label}</label>
            <input class="input" id=id type=kind name=name value=value autocomplete="off"/>
        </div>
    }
    .into_any()
}

fn results(page: AuthEventPage, filter: &EventFilter) -> AnyView {
    if page.events.is_empty() {
        return nothing(filter);
    }
    let older = page.next_before.map(|before| href(&EventFilter { before: Some(before), ..filter.clone() }));
    let newest = filter.before.is_some().then(|| href(&newest(filter)));
    let rows = page.events.into_iter().map(row).collect_view();
    let head = || {
        view! {
            <th scope="col">"When"</th>
            <th scope="col">"Event"</th>
            <th scope="col">"Who"</th>
            <th scope="col">"Address"</th>
            <th scope="col">"Browser or program"</th>
            <th scope="col">"Request"</th>
        }
    };
    view! {
        <DataTable caption="Authentication events" head=head>
            {rows}
        </DataTable>
        <nav class="cluster" aria-label="Pages">
            {newest.map(|href| view! { <LinkButton href=href label="Back to the newest"/> })}
            {older.map(|href| view! { <LinkButton href=href label="Older"/> })}
        </nav>
    }
    .into_any()
}

/// Why the list is empty: nothing older, nothing that matches, or nothing at all.
fn nothing(filter: &EventFilter) -> AnyView {
    let (title, text, link) = if filter.before.is_some() {
        ("No older events", "The record begins here.", Some((href(&newest(filter)), "Back to the newest")))
    } else if is_narrowed(filter) {
        let text = "Names and addresses must be given in full. Try fewer conditions.";
        ("No event matches", text, Some((PATH.to_owned(), "Clear filters")))
    } else {
        ("Nothing has happened yet", "Every sign-in and every failure is listed here.", None)
    };
    let actions = move || link.map(|(href, label)| view! { <LinkButton href=href label=label primary=true/> });
    view! { <EmptyState icon=IconName::Shield title=title text=text actions=actions/> }.into_any()
}

/// A filter that cannot be used, with every reason; the answer keeps the status of the problem.
fn wrong_filter(problem: Problem) -> AnyView {
    if problem.errors().is_empty() {
        return view! { <ProblemPage problem/> }.into_any();
    }
    if let Some(StatusSetter(set)) = use_context() {
        set(problem.status());
    }
    let errors = problem.errors().iter().map(|error| {
        let text = format!("{}: {}", label_of(&error.field), error.message);
        view! { <li>{text}</li> }
    });
    let errors = errors.collect_view();
    view! {
        <Banner tone=Tone::Danger title="The list cannot be filtered like this">
            <ul>{errors}</ul>
            <p><a href=PATH>"Clear filters"</a></p>
        </Banner>
    }
    .into_any()
}

/// A part of the filter for people.
fn label_of(field: &str) -> &str {
    match field {
        "event" => "Event",
        "from" => "From",
        "until" => "Until",
        "limit" => "Events on a page",
        other => other,
    }
}

/// One event; who and from where lead to everything of that person or address.
fn row(entry: AuthEventEntry) -> AnyView {
    let tone = if entry.is_success { Tone::Ok } else { Tone::Danger };
    let subject = if entry.subject.is_empty() {
        view! { <span class="muted">"Unknown"</span> }.into_any()
    } else {
        let filter = EventFilter { subject: Some(entry.subject.clone()), ..EventFilter::default() };
        view! { <a href=href(&filter)>{entry.subject}</a> }.into_any()
    };
    let address = entry.address.map(|address| {
        let filter = EventFilter { address: Some(address.clone()), ..EventFilter::default() };
        view! { <a href=href(&filter)>{address}</a> }
    });
    let request = entry.request_id.map(|id| {
        let short: String = id.chars().take(8).collect();
        view! { <span><code title=id.clone()>{short}</code> " " <CopyButton text=id label="Copy request id"/></span> }
    });
    view! {
        <tr>
            <td data-label="When" class="nowrap"><When at=entry.at/></td>
            <td data-label="Event"><Badge tone text=entry.label/></td>
            <td data-label="Who">{subject}</td>
            <td data-label="Address" class="nowrap">{address}</td>
            <td data-label="Browser or program" title=entry.user_agent>{entry.device}</td>
            <td data-label="Request" class="nowrap">{request}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&'static str, &str)]) -> ParamsMap {
        pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
    }

    #[test]
    fn the_filter_goes_into_the_url_and_comes_back() {
        let filter = EventFilter {
            event: Some("sign_in_failed".into()),
            subject: Some("ada & bob".into()),
            from: NaiveDate::from_ymd_opt(2026, 5, 31),
            before: Some(7),
            ..EventFilter::default()
        };
        let href = href(&filter);
        assert!(href.starts_with("/authentication-events?event="), "{href}");
        let pairs: ParamsMap = href
            .split_once('?')
            .map(|(_, query)| query)
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        assert_eq!(read_filter(&pairs), (filter, Vec::new()));
    }

    #[test]
    fn blank_fields_filter_nothing() {
        let (filter, errors) = read_filter(&query(&[("event", ""), ("subject", " "), ("from", ""), ("limit", "50")]));
        assert!(errors.is_empty() && !is_narrowed(&filter));
        assert_eq!(href(&newest(&EventFilter::default())), PATH);
    }

    #[test]
    fn what_is_no_day_is_said() {
        let (filter, errors) = read_filter(&query(&[("from", "yesterday"), ("until", "2026-05-31")]));
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["from"]);
        assert!(filter.from.is_none() && filter.until.is_some());
    }
}
