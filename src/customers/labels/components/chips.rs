//! Labels as coloured chips. The colour is an attribute of an SVG behind the text: no style attribute is needed.

use leptos::prelude::*;

use crate::customers::labels::{LabelChip, is_dark};

/// One label in its colour, with text that can be read on it.
#[component]
pub fn ColourChip(
    /// What it says.
    #[prop(into)]
    name: Signal<String>,
    /// The colour as `#RRGGBB`.
    #[prop(into)]
    colour: Signal<String>,
) -> impl IntoView {
    let class = move || colour.with(|colour| chip_class(colour));
    view! {
        <span class=class>
            <svg class="label-fill" aria-hidden="true" focusable="false" preserveAspectRatio="none" viewBox="0 0 1 1">
                <rect width="1" height="1" fill=move || colour.get()></rect>
            </svg>
            <span class="label-text">{move || name.get()}</span>
        </span>
    }
}

fn chip_class(colour: &str) -> &'static str {
    if is_dark(colour) { "label-chip label-on-dark" } else { "label-chip label-on-light" }
}

/// The labels of a customer; nothing when there are none.
#[component]
pub fn LabelChips(
    /// The labels in their order.
    labels: Vec<LabelChip>,
) -> impl IntoView {
    if labels.is_empty() {
        return None;
    }
    let chips = labels.into_iter().map(|label| {
        let class = chip_class(&label.colour);
        view! {
            <li>
                <span class=class>
                    <svg
                        class="label-fill"
                        aria-hidden="true"
                        focusable="false"
                        preserveAspectRatio="none"
                        viewBox="0 0 1 1"
                    >
                        <rect width="1" height="1" fill=label.colour></rect>
                    </svg>
                    <span class="label-text">{label.name}</span>
                </span>
            </li>
        }
    });
    let chips = chips.collect_view();
    Some(view! { <ul class="label-chips" aria-label="Labels">{chips}</ul> })
}
