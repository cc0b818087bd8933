//! Opaque tokens: random, recognisable, and refused without a query when they are not ours.
//!
//! A prefix that secret scanners can look for (`ispa_` of access tokens, `ispr_` of refresh tokens), 256
//! random bits as 43 characters of base64url, and a checksum: the first six hexadecimal digits of the
//! SHA-256 of everything before it. The checksum is no secret; it only tells typing errors from tokens.

use crate::auth::token::{digest, new_token};
use crate::shared::problem::Problem;

/// How access tokens begin.
pub(super) const ACCESS: &str = "ispa_";

/// How refresh tokens begin.
pub(super) const REFRESH: &str = "ispr_";

/// Characters of a checksum.
const CHECKSUM: usize = 6;

/// Characters before the checksum.
const BODY: usize = 5 + 43;

/// A new token that begins with one of the prefixes.
pub(super) fn generate(prefix: &str) -> Result<String, Problem> {
    let body = format!("{prefix}{}", new_token()?);
    let checksum = checksum(&body);
    Ok(body + &checksum)
}

/// May it be a token of this prefix? Whoever passes a typing error off as one does not cost a query.
pub(super) fn is_well_formed(prefix: &str, token: &str) -> bool {
    token.len() == BODY + CHECKSUM
        && token.starts_with(prefix)
        && token.split_at_checked(BODY).is_some_and(|(body, end)| checksum(body) == end)
}

fn checksum(body: &str) -> String {
    digest(body).chars().take(CHECKSUM).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_recognised_by_prefix_and_checksum() {
        for prefix in [ACCESS, REFRESH] {
            let token = generate(prefix).unwrap();
            assert_eq!(token.len(), 54);
            assert!(is_well_formed(prefix, &token), "{token}");
        }
        assert!(!is_well_formed(ACCESS, &generate(REFRESH).unwrap()));
    }

    #[test]
    fn every_typing_error_is_noticed() {
        let token = generate(ACCESS).unwrap();
        for place in 0..token.len() {
            let mut typed = token.clone().into_bytes();
            typed[place] = if typed[place] == b'x' { b'y' } else { b'x' };
            assert!(!is_well_formed(ACCESS, &String::from_utf8(typed).unwrap()), "{place}");
        }
    }

    #[test]
    fn odd_tokens_do_no_harm() {
        let long = "ispa_".repeat(10_000);
        let split = format!("ispa_{}ü{}", "a".repeat(42), "b".repeat(5));
        assert_eq!(split.len(), BODY + CHECKSUM);
        for odd in ["", "ispa_", "ü", long.as_str(), split.as_str()] {
            assert!(!is_well_formed(ACCESS, odd), "{odd}");
        }
    }
}
