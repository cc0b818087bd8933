//! Partners and locations: the records, their input and its rules.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::shared::id::{LocationId, PartnerId};
use crate::shared::problem::Problem;
use crate::shared::text::fold;
use crate::shared::validation::Checks;

/// A partner or location to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Choice {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// A reseller or brand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Partner {
    /// The id; never given twice.
    pub id: PartnerId,
    /// Counts the changes; the `ETag` of REST.
    pub version: i64,
    /// Unique ignoring case.
    pub name: String,
    /// What the portal ids of its customers begin with.
    pub portal_id_prefix: String,
    /// What it is, for staff.
    pub description: Option<String>,
    /// New customers belong here unless they say otherwise; exactly one is the default.
    pub is_default: bool,
    /// Only active ones take new customers.
    pub is_active: bool,
    /// Live customers that belong here, as far as the caller may see them.
    pub customers: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub updated_by: String,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Location {
    /// The id; never given twice.
    pub id: LocationId,
    /// Counts the changes; the `ETag` of REST.
    pub version: i64,
    /// Unique ignoring case.
    pub name: String,
    /// What it is, for staff.
    pub description: Option<String>,
    /// New customers belong here unless they say otherwise; exactly one is the default.
    pub is_default: bool,
    /// Only active ones take new customers.
    pub is_active: bool,
    /// Live customers that belong here, as far as the caller may see them.
    pub customers: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub updated_by: String,
}

/// Everything about a partner that a caller may write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PartnerInput {
    /// 1–100 characters, unique ignoring case.
    pub name: String,
    /// At most 10 of `A–Z`, `0–9` and hyphen; may be empty.
    pub portal_id_prefix: String,
    /// At most 500 characters.
    pub description: Option<String>,
    /// Makes it the default; the one before is it no longer. The default cannot be taken away, only moved.
    pub is_default: bool,
    /// May new customers belong here? The default must be active.
    pub is_active: bool,
}

/// Everything about a location that a caller may write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LocationInput {
    /// 1–100 characters, unique ignoring case.
    pub name: String,
    /// At most 500 characters.
    pub description: Option<String>,
    /// Makes it the default; the one before is it no longer. The default cannot be taken away, only moved.
    pub is_default: bool,
    /// May new customers belong here? The default must be active.
    pub is_active: bool,
}

impl Default for PartnerInput {
    fn default() -> Self {
        Self {
            name: String::new(),
            portal_id_prefix: String::new(),
            description: None,
            is_default: false,
            is_active: true,
        }
    }
}

impl Default for LocationInput {
    fn default() -> Self {
        Self { name: String::new(), description: None, is_default: false, is_active: true }
    }
}

impl PartnerInput {
    /// Tidied and checked. Errors: `Invalid` with every wrong field.
    pub fn checked(&self) -> Result<Self, Problem> {
        let mut checks = Checks::default();
        let (name, description) = named(&mut checks, &self.name, self.description.as_deref());
        let prefix = checks.optional("portal_id_prefix", Some(&self.portal_id_prefix), 10).unwrap_or_default();
        if !prefix.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-') {
            checks.add("portal_id_prefix", "invalid", "Capital letters A–Z, digits and hyphens only.");
        }
        default_is_active(&mut checks, self.is_default, self.is_active);
        checks.finish()?;
        Ok(Self { name, portal_id_prefix: prefix, description, is_default: self.is_default, is_active: self.is_active })
    }
}

impl LocationInput {
    /// Tidied and checked. Errors: `Invalid` with every wrong field.
    pub fn checked(&self) -> Result<Self, Problem> {
        let mut checks = Checks::default();
        let (name, description) = named(&mut checks, &self.name, self.description.as_deref());
        default_is_active(&mut checks, self.is_default, self.is_active);
        checks.finish()?;
        Ok(Self { name, description, is_default: self.is_default, is_active: self.is_active })
    }
}

fn named(checks: &mut Checks, name: &str, description: Option<&str>) -> (String, Option<String>) {
    (checks.required("name", Some(name), 100), checks.optional("description", description, 500))
}

fn default_is_active(checks: &mut Checks, is_default: bool, is_active: bool) {
    if is_default && !is_active {
        checks.add("is_active", "default", "The default takes new customers: it must be active.");
    }
}

/// A name as it must be unique.
pub fn name_key(name: &str) -> String {
    fold(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named() {
        let input = PartnerInput {
            name: " ".into(),
            portal_id_prefix: "abc".into(),
            is_default: true,
            is_active: false,
            ..PartnerInput::default()
        };
        let Err(problem) = input.checked() else { panic!("three errors expected") };
        let fields: Vec<_> = problem.errors().iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["name", "portal_id_prefix", "is_active"]);
    }
}
