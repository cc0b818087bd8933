//! Members of staff, roles, and what people hand in to make and change them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::auth::{Password, name_key, password_flaw};
use crate::shared::id::{LocationId, PartnerId, RoleId, StaffId};
use crate::shared::permission::{PermissionSet, Scope, ScopeInput};
use crate::shared::problem::Problem;
use crate::shared::validation::{Checks, Flaw, email_flaw};

/// Characters of a person's or a role's name at most.
pub(super) const MAX_NAME_LENGTH: usize = 255;

/// A member of staff as administrators see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StaffMember {
    /// Their id.
    pub id: StaffId,
    /// The name they sign in with.
    pub username: String,
    /// The e-mail address, with which they can sign in too.
    pub email: String,
    /// The full name.
    pub full_name: String,
    /// The key of their role.
    pub role: String,
    /// The name of their role.
    pub role_name: String,
    /// May they sign in?
    pub is_active: bool,
    /// Have they chosen a password yet? Until then their invitation is open.
    pub is_invited: bool,
    /// Do they sign in with a second factor?
    pub has_second_factor: bool,
    /// When they last signed in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
}

/// A member of staff with everything that can be changed about them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StaffDetails {
    /// Who.
    #[serde(flatten)]
    pub member: StaffMember,
    /// BCP 47.
    pub locale: String,
    /// IANA.
    pub timezone: String,
    /// Which customers they see.
    pub scope: ScopeInput,
    /// Are they locked out after failed sign-ins?
    pub is_locked: bool,
    /// May the caller change them? Nobody changes whom they may do less than.
    pub is_within: bool,
    /// Grows with every change.
    pub version: i64,
}

/// What an invitation needs; the person chooses the password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Invitation {
    /// 3 to 64 of `a-z 0-9 . _ -`; unique.
    pub username: String,
    /// Unique ignoring case; the invitation goes there.
    pub email: String,
    /// The full name.
    pub full_name: String,
    /// The key of a role.
    pub role: String,
    /// Which customers they see.
    pub scope: ScopeInput,
}

/// What administrators change about an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StaffChanges {
    /// Unique ignoring case.
    pub email: String,
    /// The full name.
    pub full_name: String,
    /// The key of a role.
    pub role: String,
    /// Which customers they see.
    pub scope: ScopeInput,
}

/// What people change about themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// The full name.
    pub full_name: String,
    /// Unique ignoring case.
    pub email: String,
    /// BCP 47, such as `en` or `pt-BR`.
    pub locale: String,
    /// IANA, such as `Europe/Lisbon`.
    pub timezone: String,
}

/// A role with its place among the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// The key, which never changes.
    pub key: String,
    /// The name for people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The role it inherits from.
    pub parent: Option<RoleId>,
    /// What it grants itself.
    #[schema(value_type = String)]
    pub own_permissions: PermissionSet,
    /// What it grants together with what it inherits.
    #[schema(value_type = String)]
    pub permissions: PermissionSet,
    /// It comes with the product: it can be renamed, not deleted, and its permissions are the product's.
    pub is_system: bool,
    /// It demands a second factor itself.
    pub own_requires_second_factor: bool,
    /// Whoever holds it must sign in with a second factor: it demands one, or a role does that it inherits from.
    pub requires_second_factor: bool,
    /// How many people hold it.
    pub members: i64,
    /// Grows with every change.
    pub version: i64,
}

/// What a role is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RoleInput {
    /// The name for people; the key of a new role is made of it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The role it inherits from.
    pub parent: Option<RoleId>,
    /// What it grants itself: names such as `customers.read`. Left as they are in a system role.
    pub permissions: Vec<String>,
    /// It demands a second factor itself, of those, too, who hold a role that inherits from it.
    pub requires_second_factor: bool,
}

/// What the forms of staff offer to choose from: only what the caller may grant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffChoices {
    /// Key and name of each role.
    pub roles: Vec<(String, String)>,
    /// Id and name of each partner.
    pub partners: Vec<(PartnerId, String)>,
    /// Id and name of each location.
    pub locations: Vec<(LocationId, String)>,
}

/// What a new account needs.
#[derive(Clone, Debug, Default)]
pub struct NewStaff {
    /// 3 to 64 of `a-z 0-9 . _ -`; unique.
    pub username: String,
    /// Unique ignoring case.
    pub email: String,
    /// The full name.
    pub full_name: String,
    /// The first password.
    pub password: Password,
    /// The key of a role, such as `manager`.
    pub role: String,
}

impl NewStaff {
    /// Tidied and checked. Errors: `Invalid` with every wrong field.
    pub fn checked(self, min_password_length: usize) -> Result<Self, Problem> {
        let mut checks = Checks::default();
        let username = checked_username(&mut checks, &self.username);
        let email = checked_email(&mut checks, &self.email);
        let full_name = checks.required("full_name", Some(&self.full_name), MAX_NAME_LENGTH);
        checks.rule("password", password_flaw(self.password.expose(), min_password_length, &[&username]));
        checks.finish()?;
        Ok(Self { username, email, full_name, ..self })
    }
}

impl Invitation {
    /// Tidied and checked. Errors: `Invalid` with every wrong field.
    pub fn checked(self) -> Result<Self, Problem> {
        let mut checks = Checks::default();
        let username = checked_username(&mut checks, &self.username);
        let email = checked_email(&mut checks, &self.email);
        let full_name = checks.required("full_name", Some(&self.full_name), MAX_NAME_LENGTH);
        let role = checks.required("role", Some(&self.role), MAX_NAME_LENGTH);
        checks.finish()?;
        Ok(Self { username, email, full_name, role, ..self })
    }
}

impl StaffChanges {
    /// Tidied and checked. Errors: `Invalid` with every wrong field.
    pub fn checked(self) -> Result<Self, Problem> {
        let mut checks = Checks::default();
        let email = checked_email(&mut checks, &self.email);
        let full_name = checks.required("full_name", Some(&self.full_name), MAX_NAME_LENGTH);
        let role = checks.required("role", Some(&self.role), MAX_NAME_LENGTH);
        checks.finish()?;
        Ok(Self { email, full_name, role, ..self })
    }
}

impl From<StaffDetails> for StaffChanges {
    /// What leaves everything as it is.
    fn from(details: StaffDetails) -> Self {
        let StaffMember { email, full_name, role, .. } = details.member;
        Self { email, full_name, role, scope: details.scope }
    }
}

impl Profile {
    /// Tidied and checked; `zone_exists` knows the IANA names. Errors: `Invalid` with every wrong field.
    pub fn checked(self, zone_exists: fn(&str) -> bool) -> Result<Self, Problem> {
        let mut checks = Checks::default();
        let full_name = checks.required("full_name", Some(&self.full_name), MAX_NAME_LENGTH);
        let email = checked_email(&mut checks, &self.email);
        let locale = checks.required("locale", Some(&self.locale), 35);
        if !locale.is_empty() && !is_locale(&locale) {
            checks.add("locale", "invalid", "Please write a language tag such as en or pt-BR.");
        }
        let timezone = checks.required("timezone", Some(&self.timezone), 64);
        if !timezone.is_empty() && !zone_exists(&timezone) {
            checks.add("timezone", "invalid", "Please write an IANA name such as Europe/Oslo.");
        }
        checks.finish()?;
        Ok(Self { full_name, email, locale, timezone })
    }
}

/// The scope that an input stands for, each id once and in order.
pub fn scope_of(input: ScopeInput) -> Scope {
    fn tidied<T: Ord>(ids: Option<Vec<T>>) -> Option<Vec<T>> {
        ids.map(|ids| std::collections::BTreeSet::from_iter(ids).into_iter().collect())
    }
    let Scope { partners, locations } = input.into();
    Scope { partners: tidied(partners), locations: tidied(locations) }
}

/// Has the text the form of a language tag: `en`, `pt-BR`, `zh-Hant-TW` (BCP 47)?
fn is_locale(text: &str) -> bool {
    let mut subtags = text.split('-');
    let language = subtags.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && subtags.all(|one| (1..=8).contains(&one.len()) && one.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn checked_username(checks: &mut Checks, typed: &str) -> String {
    let username = checks.required("username", Some(&name_key(typed)), 64);
    if !username.is_empty() {
        checks.rule("username", username_flaw(&username));
    }
    username
}

fn checked_email(checks: &mut Checks, typed: &str) -> String {
    let email = checks.required("email", Some(typed), 254);
    if !email.is_empty() {
        checks.rule("email", email_flaw(&email));
    }
    email
}

/// What is wrong with a user name, if anything, besides its greatest length.
pub fn username_flaw(username: &str) -> Option<Flaw> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    if !username.chars().all(allowed) {
        return Some(Flaw::new("invalid", "Only the letters a to z, digits, dots, hyphens and underscores."));
    }
    (username.len() < 3).then(|| Flaw::new("too_short", "At least 3 characters."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> NewStaff {
        NewStaff {
            username: " Ada.L ".into(),
            email: "Ada@Example.net".into(),
            full_name: "Ada  Lovelace".into(),
            password: "correct horse battery".into(),
            role: "manager".into(),
        }
    }

    #[test]
    fn a_new_account_is_tidied() {
        let ada = ada().checked(12).unwrap();
        assert_eq!((ada.username.as_str(), ada.full_name.as_str()), ("ada.l", "Ada Lovelace"));
        assert_eq!(ada.email, "Ada@Example.net");
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let bad = NewStaff {
            username: "a b".into(),
            email: "nobody".into(),
            full_name: " ".into(),
            password: "short".into(),
            ..ada()
        };
        let Err(problem) = bad.checked(12) else { panic!("four errors expected") };
        let fields: Vec<&str> = problem.errors().iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["username", "email", "full_name", "password"]);
    }

    #[test]
    fn user_names_have_a_plain_form() {
        for good in ["ada", "ada.l", "a_1-2"] {
            assert_eq!(username_flaw(good), None, "{good}");
        }
        for bad in ["ad", "Ada", "ada@example.net", "ädä"] {
            assert!(username_flaw(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn an_invitation_and_a_profile_name_every_wrong_field() {
        let Err(problem) = Invitation::default().checked() else { panic!("four errors expected") };
        let fields: Vec<&str> = problem.errors().iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["username", "email", "full_name", "role"]);
        let profile = Profile {
            full_name: "Ada".into(),
            email: "ada@example.net".into(),
            locale: "English".into(),
            timezone: "Mars/Olympus".into(),
        };
        let Err(problem) = profile.clone().checked(|_| false) else { panic!("two errors expected") };
        assert!(problem.field("locale").is_some() && problem.field("timezone").is_some());
        assert!(Profile { locale: "pt-BR".into(), ..profile }.checked(|_| true).is_ok());
    }

    #[test]
    fn a_scope_names_every_place_once() {
        let partners = vec![PartnerId(3), PartnerId(1), PartnerId(3)];
        let scope = scope_of(ScopeInput { partners, all_locations: true, ..ScopeInput::default() });
        assert_eq!(scope, Scope { partners: Some(vec![PartnerId(1), PartnerId(3)]), locations: None });
    }
}
