//! Codes as they are made, typed and compared.

use chrono::{DateTime, Utc};
use totp_rs::{Builder, Totp, TotpError};

use crate::auth::token::{digest, random_bytes};
use crate::shared::id::StaffId;
use crate::shared::problem::Problem;

/// Recovery codes that a person gets at once.
pub(super) const RECOVERY_CODES: usize = 10;

/// Characters of a recovery code, five bits each.
const RECOVERY_LENGTH: usize = 16;

/// Crockford's base 32: no letter in it is taken for a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What somebody typed where a code is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TypedCode {
    /// Six digits of an app.
    OneTime(String),
    /// A recovery code in the form in which it is stored.
    Recovery(String),
}

impl TypedCode {
    /// Reads a code, whatever spaces and hyphens it was typed with; `None` when it cannot be one.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let plain: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(unambiguous).collect();
        if plain.len() == 6 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::OneTime(plain));
        }
        let is_recovery = plain.len() == RECOVERY_LENGTH && plain.bytes().all(|byte| ALPHABET.contains(&byte));
        is_recovery.then_some(Self::Recovery(plain))
    }
}

/// The character that was meant: nobody can tell an `O` on paper from a zero.
fn unambiguous(c: char) -> char {
    match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    }
}

/// New recovery codes of 80 random bits each, as they are shown: `xxxxxxxx-xxxxxxxx`.
pub(super) fn new_recovery_codes() -> Result<Vec<String>, Problem> {
    (0..RECOVERY_CODES).map(|_| new_recovery_code()).collect()
}

fn new_recovery_code() -> Result<String, Problem> {
    let bytes = random_bytes::<RECOVERY_LENGTH>()?;
    let code: String = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    let (left, right) = code.split_at(RECOVERY_LENGTH / 2);
    Ok(format!("{left}-{right}"))
}

/// The form in which a recovery code is stored; different for each person, so that no table serves for all.
pub(super) fn recovery_digest(staff: StaffId, plain: &str) -> String {
    digest(format!("{staff}:{plain}"))
}

/// The digests of codes that were just made.
pub(super) fn recovery_digests(staff: StaffId, codes: &[String]) -> Vec<String> {
    codes.iter().map(|code| recovery_digest(staff, &code.replace('-', ""))).collect()
}

/// SHA-1, six digits, thirty seconds, one step of tolerance: what every app understands (RFC 6238 §5.2).
pub(super) fn totp(secret: &[u8], username: &str) -> Result<Totp, Problem> {
    let builder = Builder::new().with_secret(secret.to_vec()).with_issuer(Some("ISP Framework"));
    builder.with_account_name(username).build().map_err(|error| impossible(&error))
}

/// The time step to which a one-time code belongs, compared in constant time; `None` when it is wrong or old.
pub(super) fn matching_step(secret: &[u8], code: &str, now: DateTime<Utc>) -> Result<Option<i64>, Problem> {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let step = totp(secret, "")?.check(code, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

pub(super) fn impossible(error: &TotpError) -> Problem {
    tracing::error!(%error, "a second factor cannot be used");
    Problem::Internal
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(matching_step(SECRET, code, at(seconds)), Ok(Some(seconds / 30)));
        }
    }

    #[test]
    fn a_code_is_good_one_step_early_and_late() {
        let step = |seconds: i64| matching_step(SECRET, "081804", at(1_111_111_109 + seconds)).unwrap();
        assert_eq!(step(-30), Some(37_037_036));
        assert_eq!(step(30), Some(37_037_036));
        assert_eq!((step(-60), step(60)), (None, None));
    }

    #[test]
    fn recovery_codes_are_read_without_case_spaces_and_hyphens() {
        let codes = new_recovery_codes().unwrap();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), RECOVERY_CODES);
        for code in codes {
            let typed = format!(" {} ", code.to_uppercase().replace('-', " ").replace('0', "O").replace('1', "I"));
            assert_eq!(TypedCode::parse(&typed), Some(TypedCode::Recovery(code.replace('-', ""))));
        }
    }

    #[test]
    fn anything_else_is_no_code() {
        assert_eq!(TypedCode::parse("123 456"), Some(TypedCode::OneTime("123456".into())));
        for typed in ["", "12345", "1234567", "12345a", "abcdefgh-jkmnpqr", "abcdefgh-jkmnpqru", "ａｂｃ", "äääää"]
        {
            assert_eq!(TypedCode::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_same_code_of_two_people_is_stored_differently() {
        assert_ne!(recovery_digest(StaffId(1), "0123456789"), recovery_digest(StaffId(2), "0123456789"));
    }
}
