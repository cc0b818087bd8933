//! What tells people how things stand: tones, badges, banners, empty states, progress.

use super::{Icon, IconName};
use leptos::prelude::*;

/// What a message means. Colour is never alone: every tone has an icon, and the words say it too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Ok,
    /// Attention is needed.
    Warn,
    /// Something failed or is about to be destroyed.
    Danger,
    /// Good to know.
    Info,
    /// Nothing special.
    #[default]
    Neutral,
}

impl Tone {
    /// Every tone.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Warn, Self::Danger, Self::Info, Self::Neutral];

    /// The name in CSS classes: `ok`, `warn`, `danger`, `info`, `neutral`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Danger => "danger",
            Self::Info => "info",
            Self::Neutral => "neutral",
        }
    }

    /// The icon that says the same as the colour.
    pub fn icon(self) -> IconName {
        match self {
            Self::Ok => IconName::Check,
            Self::Warn | Self::Danger => IconName::Warning,
            Self::Info | Self::Neutral => IconName::Info,
        }
    }
}

/// A state in one or two words.
#[component]
pub fn Badge(
    /// What it means.
    #[prop(optional)]
    tone: Tone,
    /// Another icon than the tone's.
    #[prop(optional)]
    icon: Option<IconName>,
    /// The words.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! {
        <span class=format!("badge badge-{}", tone.as_str())>
            <Icon name=icon.unwrap_or_else(|| tone.icon())/>
            <span>{text}</span>
        </span>
    }
}

/// A label in its own colour: a dot beside the name, readable on any colour.
#[component]
pub fn LabelChip(
    /// The name of the label.
    #[prop(into)]
    name: String,
    /// The colour as `#RRGGBB`.
    #[prop(into)]
    colour: String,
) -> impl IntoView {
    view! {
        <span class="label-chip">
            <svg class="label-dot" viewBox="0 0 10 10" aria-hidden="true">
                <circle cx="5" cy="5" r="4.5" fill=colour></circle>
            </svg>
            <span>{name}</span>
        </span>
    }
}

/// A message in the page that stays.
#[component]
pub fn Banner(
    /// What it means.
    tone: Tone,
    /// The message in a few words.
    #[prop(into)]
    title: String,
    /// Details and what to do.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=format!("banner banner-{}", tone.as_str())>
            <Icon name=tone.icon()/>
            <div>
                <p class="banner-title">{title}</p>
                {children.map(|children| children())}
            </div>
        </div>
    }
}

/// What stands where nothing is: why, and what to do about it.
#[component]
pub fn EmptyState(
    /// A picture of what is missing.
    icon: IconName,
    /// What is missing.
    #[prop(into)]
    title: String,
    /// Why, or how it comes to be.
    #[prop(into)]
    text: String,
    /// The first thing to do.
    #[prop(optional, into)]
    actions: Option<ViewFnOnce>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name=icon/>
            <p class="empty-title">{title}</p>
            <p class="muted">{text}</p>
            {actions.map(|actions| view! { <div class="empty-actions">{actions.run()}</div> })}
        </div>
    }
}

/// The shape of lines that are still on their way.
#[component]
pub fn Skeleton(
    /// How many lines.
    #[prop(default = 3)]
    lines: u8,
) -> impl IntoView {
    let lines = (0..lines).map(|_| view! { <span class="skeleton-line"></span> }).collect_view();
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">"Loading"</span>
            {lines}
        </div>
    }
}

/// How much of a known amount is done.
#[component]
pub fn Progress(
    /// How much is done.
    #[prop(into)]
    done: Signal<i64>,
    /// How much there is.
    #[prop(into)]
    total: Signal<i64>,
    /// What is being done.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let name = label.clone();
    view! {
        <div class="progress">
            <p class="progress-label">
                <span>{label}</span>
                <span class="numeric">
                    {move || format!("{} / {}", super::format::count(done.get()), super::format::count(total.get()))}
                </span>
            </p>
            <progress aria-label=name value=move || done.get() max=move || total.get().max(1)></progress>
        </div>
    }
}
