//! Finding customers: the filter, the words of a query, and the plan that stays flat at a million rows.

mod condition;
mod model;
#[cfg(feature = "ssr")]
mod rarity;
#[cfg(feature = "ssr")]
mod repository;
mod words;

pub use condition::FieldCondition;
pub use model::*;
#[cfg(feature = "ssr")]
pub(in crate::customers) use rarity::Rarity;
#[cfg(feature = "ssr")]
pub(in crate::customers) use repository::{Window, cursor_of, find_exact, find_page, sample};
pub use words::{MAX_WORDS, Word, parse_words, search_text};
