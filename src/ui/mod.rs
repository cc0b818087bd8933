//! What pages are made of: layout, forms, tables, feedback and their formats. It knows no feature of the product,
//! works before (and without) WASM, and renders the same tree on both sides.

mod action;
mod address;
mod choices;
mod dialog;
mod display;
mod feedback;
mod field;
mod form_parts;
pub mod format;
mod forms;
mod icons;
mod layout;
mod problem_page;
mod shell;
mod story;
mod table;
mod theme;
mod toast;
mod tree;
pub mod typed;

pub use action::*;
pub use address::*;
pub use choices::*;
pub use dialog::*;
pub use display::*;
pub use feedback::*;
pub use field::Check;
pub use form_parts::*;
pub use forms::*;
pub use icons::*;
pub use layout::*;
pub use problem_page::*;
pub use shell::*;
pub use story::*;
pub use table::*;
pub use theme::*;
pub use toast::*;
pub use tree::*;
pub use typed::*;
