//! Light, dark, or as the system says: the choice is a cookie, so that the first paint is right.

use super::{Icon, IconName};
use leptos::prelude::*;

/// The colours of the page. The root element carries it as `data-theme`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The name of the cookie.
    pub const COOKIE: &'static str = "theme";

    /// Every choice.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Reads the value of the cookie; anything unknown is the system's choice.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text).unwrap_or_default()
    }

    /// The value of the cookie and of `data-theme`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::System => "Like the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    fn icon(self) -> IconName {
        match self {
            Self::System => IconName::System,
            Self::Light => IconName::Sun,
            Self::Dark => IconName::Moon,
        }
    }
}

/// Three buttons that set the theme by a plain form.
#[component]
pub fn ThemeSwitch(
    /// The theme now.
    #[prop(optional)]
    current: Theme,
) -> impl IntoView {
    let buttons = Theme::ALL.map(|theme| {
        let pressed = if theme == current { "true" } else { "false" };
        view! {
            <button
                class="icon-button"
                name="theme"
                value=theme.as_str()
                title=theme.label()
                aria-label=theme.label()
                aria-pressed=pressed
            >
                <Icon name=theme.icon()/>
            </button>
        }
    });
    view! {
        <form class="theme-switch" method="post" action="/theme" aria-label="Colours">
            {buttons.into_iter().collect_view()}
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::Theme;

    #[test]
    fn an_unknown_cookie_means_the_systems_theme() {
        assert_eq!(Theme::ALL.map(|theme| Theme::parse(theme.as_str())), Theme::ALL);
        assert_eq!(Theme::parse("pink"), Theme::System);
    }
}
