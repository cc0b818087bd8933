//! Pieces of the hierarchy that pages share: the tree, the way up, facts, and the choice of a parent.

mod branches;
mod facts;
mod move_card;
mod parent_choice;
mod parents;
mod question;
mod tree;
mod words;

pub use branches::*;
pub use facts::*;
pub use move_card::*;
pub use parent_choice::*;
pub use tree::*;
pub use words::counts;
