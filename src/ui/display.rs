//! Small values as people read them: times, names, keys, differences, text to copy.

use super::{Icon, IconName, format};
use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Array, Date, Function, Reflect};

/// An instant: in UTC as it comes from the server, in the viewer's zone once the page is alive. The exact time is in
/// the title.
#[component]
pub fn When(
    /// The instant.
    at: DateTime<Utc>,
) -> impl IntoView {
    let text = RwSignal::new(format::date_time(at));
    Effect::new(move |_| text.set(viewers_time(at)));
    view! {
        <time datetime=at.to_rfc3339() title=at.format("%Y-%m-%d %H:%M:%S UTC").to_string()>
            {move || text.get()}
        </time>
    }
}

/// An instant on the clock of the browser; daylight saving is that of the instant, not of today.
fn viewers_time(at: DateTime<Utc>) -> String {
    let offset = Date::new(&JsValue::from_str(&at.to_rfc3339())).get_timezone_offset();
    if !offset.is_finite() || offset == 0.0 {
        return format::date_time(at);
    }
    #[expect(clippy::cast_possible_truncation, reason = "offsets are whole minutes within a day")]
    let local = at - TimeDelta::minutes(offset as i64);
    format::date_time(local).trim_end_matches(" UTC").to_owned()
}

/// A button that copies a text; shown only where it can work.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: String,
    /// What it is: `Copy email address`.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let alive = RwSignal::new(false);
    let copied = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let title = label.clone();
    let icon = move || {
        let name = if copied.get() { IconName::Check } else { IconName::Copy };
        view! { <Icon name/> }
    };
    view! {
        <button
            class="icon-button copy"
            type="button"
            title=title
            hidden=move || !alive.get()
            on:click=move |_| copied.set(write_clipboard(&text).is_some())
        >
            {icon}
            <span class="visually-hidden" role="status">
                {move || if copied.get() { "Copied".to_owned() } else { label.clone() }}
            </span>
        </button>
    }
}

/// Hands a text to the clipboard; nothing on pages that are not secure.
fn write_clipboard(text: &str) -> Option<()> {
    let navigator = Reflect::get(&window(), &JsValue::from_str("navigator")).ok()?;
    let clipboard = Reflect::get(&navigator, &JsValue::from_str("clipboard")).ok()?;
    let write = Reflect::get(&clipboard, &JsValue::from_str("writeText")).ok()?.dyn_into::<Function>().ok()?;
    let arguments = Array::new();
    arguments.push(&JsValue::from_str(text));
    Reflect::apply(&write, &clipboard, &arguments).ok().map(drop)
}

/// A row of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffRow {
    /// The field.
    pub label: String,
    /// The value on the left; empty for none.
    pub before: String,
    /// The value on the right; empty for none.
    pub after: String,
}

/// Two versions of a record, field by field.
#[component]
pub fn DiffTable(
    /// The fields that differ.
    rows: Vec<DiffRow>,
    /// What the table compares; read out, not shown.
    #[prop(default = "Changes".to_owned(), into)]
    caption: String,
    /// The head of the left version.
    #[prop(default = "Before".to_owned(), into)]
    before: String,
    /// The head of the right version.
    #[prop(default = "After".to_owned(), into)]
    after: String,
) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row">{row.label}</th>
                    <td data-label=before.clone()><del>{or_dash(row.before)}</del></td>
                    <td data-label=after.clone()><ins>{or_dash(row.after)}</ins></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table conflict">
            <caption class="visually-hidden">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Field"</th>
                    <th scope="col">{before}</th>
                    <th scope="col">{after}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// A value, or a dash where there is none.
fn or_dash(value: String) -> String {
    if value.is_empty() { "–".to_owned() } else { value }
}

/// A key of the keyboard.
#[component]
pub fn Kbd(
    /// The key as it is printed on it.
    #[prop(into)]
    key: String,
) -> impl IntoView {
    view! { <kbd>{key}</kbd> }
}

/// The initials of a person or company; the name itself stands beside it.
#[component]
pub fn Avatar(
    /// The name.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    let colour = name.bytes().fold(0_u8, u8::wrapping_add) % 6 + 1;
    view! { <span class=format!("avatar avatar-{colour}") aria-hidden="true">{move || format::initials(&name)}</span> }
}
