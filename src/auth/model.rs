//! What people hand in at the door, what they get, and the rules of good passwords.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::shared::actor::{Actor, Proof};
use crate::shared::id::StaffId;
use crate::shared::permission::PermissionSet;
use crate::shared::text::tidy;
use crate::shared::validation::Flaw;

/// Characters of a password at most (spec: Access → Staff).
pub const MAX_PASSWORD_LENGTH: usize = 128;

/// The passwords that are tried first, one a line, in lower case.
const COMMON_PASSWORDS: &str = include_str!("common_passwords.txt");

/// A password on its way to the hasher; it cannot be printed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// The password itself; only for hashing and for the rules.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Password {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// What a person types to sign in.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user name or the e-mail address, in any case.
    pub username: String,
    /// The password.
    pub password: Password,
}

/// What a right password leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInStep {
    /// The person is in.
    Done,
    /// The second factor is asked for next.
    SecondFactor,
}

/// Who has just signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The member of staff.
    pub staff_id: StaffId,
    /// Their full name.
    pub name: String,
    /// The second factor is still to come.
    pub awaits_code: bool,
    /// What they proved: it is good for as long as password and second factor stay as they are.
    pub(in crate::auth) fingerprint: String,
}

/// What the set-up page asks for.
#[derive(Clone, Debug)]
pub struct NewAdministrator {
    /// The token of the set-up link.
    pub token: String,
    /// The full name.
    pub full_name: String,
    /// The user name.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: Password,
}

/// What the pages know about the person who is signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// The full name.
    pub name: String,
    /// The user name.
    pub username: String,
    /// What they may do.
    pub permissions: PermissionSet,
    /// They must set up a second factor before anything else.
    pub must_enrol: bool,
}

impl From<&Actor> for SessionInfo {
    fn from(actor: &Actor) -> Self {
        Self {
            name: actor.name.clone(),
            username: actor.username.clone(),
            permissions: actor.permissions,
            must_enrol: matches!(actor.proof, Proof::Session { must_enrol: true, .. }),
        }
    }
}

/// What a one-time link leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkInfo {
    /// An invitation; else a password reset.
    pub is_invitation: bool,
    /// The full name of the person.
    pub full_name: String,
    /// The name they sign in with.
    pub username: String,
}

/// The second factor of the person who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// Since when it is asked for at sign-in; `None` when it is not.
    pub enabled_since: Option<DateTime<Utc>>,
    /// Their role asks for one.
    pub is_required: bool,
    /// Recovery codes that are left.
    pub codes_left: i64,
    /// A device that is being added: it counts once its first code was right.
    pub pending: Option<Enrolment>,
    /// Recovery codes that were just made, until the person says that they are kept.
    pub new_codes: Option<Vec<String>>,
}

/// What an authenticator app needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// The secret in base32, in groups of four, for typing.
    pub secret: String,
    /// `otpauth://totp/…`
    pub url: String,
    /// The path data (`d` of one SVG path) of the QR code of the URL, one unit a module.
    pub qr_path: String,
    /// Modules of the QR code on each side, quiet zone included.
    pub qr_size: u32,
}

/// A session of the person who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// What it is ended by.
    pub id: String,
    /// For people: `Firefox on Linux`.
    pub device: String,
    /// From which address it was opened.
    pub address: Option<String>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: DateTime<Utc>,
    /// The one that asks.
    pub is_current: bool,
}

/// What is looked for among the authentication events; everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventFilter {
    /// The name of an event, such as `sign_in_failed`.
    pub event: Option<String>,
    /// Exactly this user name, full name or client name.
    pub subject: Option<String>,
    /// Exactly this address.
    pub address: Option<String>,
    /// On this day or later (UTC).
    pub from: Option<NaiveDate>,
    /// On this day or earlier (UTC).
    pub until: Option<NaiveDate>,
    /// Only what is older than this event.
    pub before: Option<i64>,
    /// How many, 1 to 200; 50 when not given.
    pub limit: Option<i64>,
}

/// Something that happened at the door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuthEventEntry {
    /// Grows with time.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The name of the event, such as `sign_in_failed`.
    pub event: String,
    /// The event for people.
    pub label: String,
    /// Did it succeed?
    pub is_success: bool,
    /// Whom it is about.
    pub subject: String,
    /// From which address.
    pub address: Option<String>,
    /// With which browser or program, for people: `Firefox on Linux`.
    pub device: String,
    /// The same as it named itself.
    pub user_agent: Option<String>,
    /// In which request.
    pub request_id: Option<String>,
}

/// A page of events, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuthEventPage {
    /// The events.
    pub events: Vec<AuthEventEntry>,
    /// What `before` is for the next page; `None` on the last.
    pub next_before: Option<i64>,
}

/// The form in which user names and e-mail addresses are compared: tidied, in lower case.
pub fn name_key(typed: &str) -> String {
    tidy(typed).to_lowercase()
}

/// Reads the permissions of a role: names separated by spaces, or `*` for every permission there is.
pub fn permissions_of(role: &str) -> PermissionSet {
    if role == "*" { PermissionSet::all() } else { PermissionSet::parse(role) }
}

/// Where to go after signing in: `next` when it is a path of this site, else the customers. Anything a
/// browser could read as another host is refused.
pub fn local_path(next: Option<&str>) -> &str {
    next.filter(|next| {
        let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        plain && next.starts_with('/') && !next.starts_with("//")
    })
    .unwrap_or("/customers")
}

/// What is wrong with a new password, if anything; `personal` are words that it must not contain.
pub fn password_flaw(password: &str, min_length: usize, personal: &[&str]) -> Option<Flaw> {
    let length = password.chars().count();
    if length < min_length {
        return Some(Flaw::new("too_short", format!("At least {min_length} characters.")));
    }
    if length > MAX_PASSWORD_LENGTH {
        return Some(Flaw::new("too_long", format!("At most {MAX_PASSWORD_LENGTH} characters.")));
    }
    let lower = password.to_lowercase();
    if is_common(&lower) {
        return Some(Flaw::new("too_common", "This is one of the first passwords that anybody would try."));
    }
    let contains = |word: &&str| word.chars().count() >= 3 && lower.contains(&word.to_lowercase());
    personal.iter().any(contains).then(|| Flaw::new("too_personal", "A password must not contain the user name."))
}

fn is_common(lower: &str) -> bool {
    let stem = without_tail(lower);
    let distinct: BTreeSet<char> = lower.chars().collect();
    distinct.len() <= 3
        || is_run(lower)
        || COMMON_PASSWORDS.lines().any(|common| common == lower || (!stem.is_empty() && without_tail(common) == stem))
}

/// The text without the digits and signs that people append to please a rule.
fn without_tail(text: &str) -> &str {
    text.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation())
}

/// Every character follows the one before it, upwards or downwards: `abcdefghijkl`.
fn is_run(text: &str) -> bool {
    let codes: Vec<u32> = text.chars().map(u32::from).collect();
    codes.windows(2).all(|pair| pair[0] + 1 == pair[1]) || codes.windows(2).all(|pair| pair[1] + 1 == pair[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str) -> Option<&'static str> {
        password_flaw(password, 12, &["ada.l"]).map(|flaw| flaw.code)
    }

    #[test]
    fn good_passwords_pass() {
        for good in ["correct horse battery", "Tr0ub4dor&3 zebra", "ångström-ünder-øre", "9f8e7d6c5b4a3210"] {
            assert_eq!(code(good), None, "{good}");
        }
    }

    #[test]
    fn short_long_common_and_personal_passwords_are_refused() {
        assert_eq!(code("elevenchars"), Some("too_short"));
        assert_eq!(code(&"long enough ".repeat(11)), Some("too_long"));
        for common in
            ["Password123456", "password2026!", "aaaaaaaaaaaa", "abcdefghijkl", "QWERTYUIOP123", "123456789012"]
        {
            assert_eq!(code(common), Some("too_common"), "{common}");
        }
        assert_eq!(code("my name is ADA.L really"), Some("too_personal"));
    }

    #[test]
    fn the_limits_count_characters_not_bytes() {
        assert_eq!(code(&"žluťoučký kůň".repeat(9)), None);
        assert_eq!(code("žluťoučkýkůň"), None);
    }

    #[test]
    fn the_list_is_in_lower_case_and_has_no_short_entries() {
        for line in COMMON_PASSWORDS.lines() {
            assert!(line.len() >= 8 && line == line.to_lowercase() && line == line.trim(), "{line}");
        }
    }

    #[test]
    fn a_password_cannot_be_printed() {
        assert_eq!(format!("{:?}", Password::from("hunter2hunter2")), "[secret]");
    }

    #[test]
    fn only_paths_of_this_site_are_returned_to() {
        for good in ["/", "/customers?status=active", "/customers/7#notes", "/a//b"] {
            assert_eq!(local_path(Some(good)), good);
        }
        for bad in [
            "",
            "customers",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "/ü",
            "/a\r\nb",
        ] {
            assert_eq!(local_path(Some(bad)), "/customers", "{bad:?}");
        }
        assert_eq!(local_path(None), "/customers");
    }

    #[test]
    fn names_are_compared_without_case() {
        assert_eq!(name_key("  Ada@Example.NET "), "ada@example.net");
    }

    #[test]
    fn a_star_is_every_permission() {
        assert_eq!(permissions_of("*"), PermissionSet::all());
        assert_eq!(permissions_of("customers.read no.such"), PermissionSet::parse("customers.read"));
    }
}
