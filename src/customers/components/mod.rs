//! Pieces that several pages of customers share: the form, the table, filters, facts, and their words.

mod actions;
mod chips;
mod conflict;
mod duplicates;
mod facets;
mod facts;
mod form;
mod links;
mod names;
mod reading;
mod search;
mod table;
mod tabs;
mod words;

pub use actions::*;
pub use chips::*;
pub use conflict::*;
pub use duplicates::*;
pub use facets::*;
pub use facts::*;
pub use form::*;
pub use links::*;
pub use names::*;
pub use reading::*;
pub use search::*;
pub use table::*;
pub use tabs::*;
pub use words::*;
