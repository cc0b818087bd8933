//! Patterns of custom fields: regular expressions that match in time proportional to the text, compiled once.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use regex::{Regex, RegexBuilder};

/// Bytes that a compiled pattern takes at most.
const SIZE: usize = 2 << 20;

/// Compiled patterns that are kept; there are at most a hundred fields.
const KEPT: usize = 200;

static COMPILED: LazyLock<RwLock<HashMap<String, Option<Regex>>>> = LazyLock::new(RwLock::default);

/// Can the pattern be used?
pub(super) fn is_pattern(pattern: &str) -> bool {
    compiled(pattern).is_some()
}

/// Does the whole text match? One that cannot be used matches nothing.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    if let Some(known) = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(pattern) {
        return known.as_ref().is_some_and(|regex| regex.is_match(text));
    }
    let regex = compiled(pattern);
    let found = regex.as_ref().is_some_and(|regex| regex.is_match(text));
    let mut kept = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(pattern.to_owned(), regex);
    found
}

/// The pattern, tied to both ends of the text. By itself it must be one, too: `a)(b` only is between brackets.
fn compiled(pattern: &str) -> Option<Regex> {
    let build = |pattern: &str| RegexBuilder::new(pattern).size_limit(SIZE).nest_limit(50).build().ok();
    build(pattern)?;
    build(&format!(r"\A(?:{pattern})\z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_text_must_match() {
        for _ in 0..2 {
            assert!(matches("[A-Z]{2}|x", "NO") && matches("[A-Z]{2}|x", "x"));
            assert!(!matches("[A-Z]{2}|x", "NOR") && !matches("[A-Z]{2}|x", "xy"));
        }
    }

    #[test]
    fn what_is_no_pattern_or_too_large_is_refused() {
        assert!(is_pattern(r"\d{3}-\d{4}"));
        for bad in ["(", "a)(b", r"(a)\1", r"\w{1000}{1000}"] {
            assert!(!is_pattern(bad) && !matches(bad, "a"), "{bad}");
        }
    }
}
