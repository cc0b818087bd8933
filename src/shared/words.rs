//! Enums that are one word on the wire, in the database and in a form.

/// Declares an enum whose values are words: `words! { /// Doc. Name { Variant = "variant", "Label"; } }`.
/// The word is the variant in `snake_case`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal, $label:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $(#[doc = $label] $variant,)* }

        impl $name {
            /// Every value in its usual order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word on the wire and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The word for people.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),* }
            }

            /// Reads the word of the wire.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($word => Some(Self::$variant),)* _ => None }
            }

            /// Value and label of every choice, for a select.
            pub fn options() -> Vec<(String, String)> {
                Self::ALL.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect()
            }
        }
    };
}

pub(crate) use words;
