//! Finding customers: the filter, the words of a query, and the plan that stays flat at a million rows.
//!
//! A filter is read (`model`), checked (`checked`, `fields`), turned into conditions (`conditions`), given
//! something small to start from (`drivers`, `index`) and answered by a plan (`repository`) or counted
//! (`facets`).

#[cfg(feature = "ssr")]
mod checked;
mod condition;
#[cfg(feature = "ssr")]
mod conditions;
#[cfg(feature = "ssr")]
mod drivers;
#[cfg(feature = "ssr")]
mod facets;
#[cfg(feature = "ssr")]
mod fields;
#[cfg(feature = "ssr")]
mod index;
mod model;
#[cfg(feature = "ssr")]
mod repository;
#[cfg(feature = "ssr")]
mod service;
mod words;

#[cfg(feature = "ssr")]
pub use checked::CheckedFilter;
pub use condition::FieldCondition;
#[cfg(feature = "ssr")]
pub(in crate::customers) use index::Rarity;
pub use model::*;
pub use words::{MAX_WORDS, Word, more_text, own_text, parse_words};
