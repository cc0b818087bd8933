//! Icons from the one sprite `public/icons.svg`.

use leptos::prelude::*;

/// Names every icon once: its variant and its id in the sprite.
macro_rules! icons {
    ($($variant:ident $id:literal),+ $(,)?) => {
        /// An icon of the sprite.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum IconName {
            $(#[doc = concat!("The icon `", $id, "`.")] $variant),+
        }

        impl IconName {
            /// Every icon, in the order of the sprite.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The address of the icon inside the sprite.
            pub fn href(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!("/icons.svg#", $id)),+
                }
            }
        }
    };
}

icons! {
    Customers "customers", Dashboard "dashboard", Search "search", Plus "plus", Import "import", User "user",
    Logout "logout", Settings "settings", Check "check", Cross "x", Warning "warning", Info "info",
    ChevronLeft "chevron-left", ChevronRight "chevron-right", ChevronUp "chevron-up", ChevronDown "chevron-down",
    ArrowLeft "arrow-left", Edit "edit", Trash "trash", Restore "restore", Copy "copy", History "history",
    Download "download", Upload "upload", Sun "sun", Moon "moon", System "system", Menu "menu", More "more",
    SortUp "sort-up", SortDown "sort-down", Filter "filter", Building "building", Person "person", Phone "phone",
    Mail "mail", Calendar "calendar", MapPin "map-pin", External "external", Lock "lock", Key "key", Note "note",
    Document "document", Tag "tag", Card "card", Tree "tree", Bell "bell", Shield "shield", Clock "clock",
    Pause "pause", Play "play", Question "question",
}

/// An icon beside a word; it says nothing on its own and is hidden from screen readers.
#[component]
pub fn Icon(
    /// Which icon.
    name: IconName,
) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use_ href=name.href()></use_>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_in_the_sprite() {
        let sprite = include_str!("../../public/icons.svg");
        for icon in IconName::ALL {
            let id = icon.href().trim_start_matches("/icons.svg#");
            assert!(sprite.contains(&format!("id=\"{id}\"")), "{id} is missing");
        }
    }
}
