//! The index of substrings: what it is asked for, and which of its lists are short.

mod rarity;
mod repository;

pub(in crate::customers) use rarity::Rarity;
pub(super) use repository::{IndexTerms, index_terms, sample};
