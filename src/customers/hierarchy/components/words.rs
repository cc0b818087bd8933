//! The hierarchy in words: counts, what a move means, why one was refused.

use crate::shared::problem::Problem;
use crate::ui::format::{count, plural};

/// Children, and everybody below when that is more: `3 children · 17 below`.
pub fn counts(children: i64, descendants: i64) -> String {
    let direct = plural(children, "child", "children");
    match (children, descendants) {
        (0, 0) => String::new(),
        _ if descendants > children => format!("{direct} · {} below", count(descendants)),
        _ => direct,
    }
}

/// Who comes along when a customer moves.
pub fn company(descendants: i64) -> String {
    match descendants {
        0 => "Nobody is below it.".to_owned(),
        1 => "1 customer below it moves along.".to_owned(),
        more => format!("{} customers below it move along.", count(more)),
    }
}

/// What a move means: who comes along, and the level when it is known.
pub fn consequence(descendants: i64, level: Option<i64>, max_level: i64) -> String {
    let along = company(descendants);
    match level {
        Some(level) => format!("{along} It will be at level {level} of {max_level}."),
        None => format!("{along} It will be one level below its new parent; {max_level} levels are allowed."),
    }
}

/// A problem of a move, said plainly.
pub fn plainly(problem: Problem) -> Problem {
    let Problem::Conflict { code, detail } = problem else { return problem };
    let detail = match code.as_str() {
        "hierarchy_cycle" => "A customer cannot be moved under itself or under one of its own sub-accounts.".to_owned(),
        "hierarchy_depth_exceeded" if detail.is_empty() => {
            "There would be too many levels: choose a parent further up.".to_owned()
        }
        "parent_not_linkable" if detail.is_empty() => {
            "Nothing can hang under that customer: it is terminated, in the trash, or of another partner.".to_owned()
        }
        _ => detail,
    };
    Problem::Conflict { code, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_as_short_as_they_can_be() {
        assert_eq!(counts(0, 0), "");
        assert_eq!(counts(1, 1), "1 child");
        assert_eq!(counts(3, 1_017), "3 children · 1,017 below");
    }

    #[test]
    fn consequences_are_sentences() {
        assert_eq!(consequence(12, Some(3), 5), "12 customers below it move along. It will be at level 3 of 5.");
        assert!(consequence(0, None, 5).starts_with("Nobody is below it. It will be one level below"));
    }

    #[test]
    fn a_cycle_is_said_plainly() {
        let problem = plainly(Problem::conflict("hierarchy_cycle", "cycle"));
        assert!(problem.detail().contains("its own sub-accounts"));
        assert_eq!(plainly(Problem::Internal), Problem::Internal);
    }
}
