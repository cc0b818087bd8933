//! The settings and their defaults; stored under one key each, missing keys take the default.

use serde::{Deserialize, Serialize};

/// Everything that can be set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Defaults and policies of customers.
    pub customers: CustomerSettings,
    /// Limits of sign-in and sessions.
    pub sign_in: SignInSettings,
}

/// What to do about two customers of one e-mail address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailPolicy {
    /// Refuse the second.
    #[default]
    Unique,
    /// Warn while creating.
    Warn,
    /// Say nothing.
    Allow,
}

/// Defaults and policies of customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomerSettings {
    /// What to do about two customers of one e-mail address.
    pub email_policy: EmailPolicy,
    /// ISO 3166 region of phone numbers without a country code, for customers without a country.
    pub default_region: String,
    /// BCP 47.
    pub language: String,
    /// IANA.
    pub timezone: String,
    /// ISO 4217.
    pub currency: String,
    /// Digits of the number in a portal id.
    pub portal_id_digits: usize,
    /// Account levels at most: 1 is the main account alone.
    pub max_account_level: i64,
    /// Days within which a terminated customer can be taken back.
    pub reinstate_days: i64,
}

impl Default for CustomerSettings {
    fn default() -> Self {
        Self {
            email_policy: EmailPolicy::default(),
            default_region: "US".into(),
            language: "en".into(),
            timezone: "UTC".into(),
            currency: "USD".into(),
            portal_id_digits: 6,
            max_account_level: 5,
            reinstate_days: 365,
        }
    }
}

/// Limits of sign-in and sessions (spec: Access → Staff).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInSettings {
    /// Failures before an account or an address is locked.
    pub max_failures: i64,
    /// Minutes that the lock lasts.
    pub lock_minutes: i64,
    /// Minutes without a request after which a session ends.
    pub idle_minutes: i64,
    /// Hours after which a session ends whatever happens.
    pub absolute_hours: i64,
    /// Characters of a staff password at least.
    pub min_password_length: usize,
    /// Argon2id memory in KiB.
    pub argon2_memory_kib: u32,
    /// Argon2id passes.
    pub argon2_passes: u32,
    /// Argon2id lanes.
    pub argon2_lanes: u32,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            max_failures: 5,
            lock_minutes: 15,
            idle_minutes: 30,
            absolute_hours: 12,
            min_password_length: 12,
            argon2_memory_kib: 19_456,
            argon2_passes: 2,
            argon2_lanes: 1,
        }
    }
}
