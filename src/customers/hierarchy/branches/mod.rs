//! What is kept about customers with live children, so that no question walks a whole subtree: their levels and
//! counts, how these change, and the proof that they are right.

mod repository;
mod verify;

pub(super) use repository::Share;
