//! What a contact is: the record, its input and its rules (spec: Customers → Contacts).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::shared::id::{ContactId, CustomerId};
use crate::shared::problem::Problem;
use crate::shared::validation::{Checks, phone_flaw};
use crate::shared::words::words;

words! {
    /// What a contact is for; at most one of a customer is primary.
    ContactKind {
        Primary = "primary", "Primary";
        Billing = "billing", "Billing";
        Technical = "technical", "Technical";
        Emergency = "emergency", "Emergency";
        Legal = "legal", "Legal";
        Other = "other", "Other";
    }
}

words! {
    /// What a contact is told about.
    Notice {
        Billing = "billing", "Billing";
        Technical = "technical", "Technical";
        Outage = "outage", "Outages";
        Marketing = "marketing", "Marketing";
    }
}

words! {
    /// What a contact may do in the portal.
    PortalRole {
        None = "none", "Nothing";
        View = "view", "Look";
        Billing = "billing", "Billing";
        Owner = "owner", "Everything";
    }
}

/// Words that a list of notices takes; a form may send one several times.
const MAX_NOTICES: usize = 20;
/// Wrong ones that are told.
const MAX_ERRORS: usize = 10;

/// Somebody to talk to at a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Contact {
    /// The id; never given twice.
    pub id: ContactId,
    /// Whose contact it is.
    pub customer_id: CustomerId,
    /// Counts the changes; the `ETag` of REST.
    pub version: i64,
    /// What the contact is for.
    pub kind: ContactKind,
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// As typed, extension included.
    pub phone: Option<String>,
    /// The phone as E.164, when it is a real number.
    pub phone_e164: Option<String>,
    /// As typed.
    pub mobile: Option<String>,
    /// The mobile phone as E.164, when it is a real number.
    pub mobile_e164: Option<String>,
    /// The position at the company.
    pub position: Option<String>,
    /// The department there.
    pub department: Option<String>,
    /// What staff should know.
    pub notes: Option<String>,
    /// What the contact is told about.
    pub notices: Vec<Notice>,
    /// What the contact may do in the portal.
    pub portal_role: PortalRole,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub updated_by: String,
}

/// Everything about a contact that a caller may write; unknown fields are refused. Blank means missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContactInput {
    /// `primary`, `billing`, `technical`, `emergency`, `legal`, `other` (default).
    pub kind: Option<String>,
    /// 1–255 characters.
    pub name: Option<String>,
    /// A mailbox.
    pub email: Option<String>,
    /// A phone number, extension allowed.
    pub phone: Option<String>,
    /// A phone number.
    pub mobile: Option<String>,
    /// At most 100 characters.
    pub position: Option<String>,
    /// At most 100 characters.
    pub department: Option<String>,
    /// At most 1,000 characters.
    pub notes: Option<String>,
    /// Any of `billing`, `technical`, `outage`, `marketing`.
    pub notices: Vec<String>,
    /// `none` (default), `view`, `billing`, `owner`; all but `none` need an e-mail address.
    pub portal_role: Option<String>,
}

/// An input that kept all its rules; what the repository writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedContact {
    /// What the contact is for.
    pub kind: ContactKind,
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// As typed.
    pub phone: Option<String>,
    /// As typed.
    pub mobile: Option<String>,
    /// The position at the company.
    pub position: Option<String>,
    /// The department there.
    pub department: Option<String>,
    /// What staff should know.
    pub notes: Option<String>,
    /// In the order of [`Notice::ALL`], each once.
    pub notices: Vec<Notice>,
    /// What the contact may do in the portal.
    pub portal_role: PortalRole,
}

impl Contact {
    /// The record as the input that would lead to it: what an update starts from.
    pub fn input(&self) -> ContactInput {
        ContactInput {
            kind: Some(self.kind.as_str().into()),
            name: Some(self.name.clone()),
            email: self.email.clone(),
            phone: self.phone.clone(),
            mobile: self.mobile.clone(),
            position: self.position.clone(),
            department: self.department.clone(),
            notes: self.notes.clone(),
            notices: self.notices.iter().map(|notice| notice.as_str().to_owned()).collect(),
            portal_role: Some(self.portal_role.as_str().into()),
        }
    }
}

impl ContactInput {
    /// Tidied and checked. Errors: `Invalid` with every wrong field at once.
    pub fn checked(&self) -> Result<CheckedContact, Problem> {
        let mut checks = Checks::default();
        let c = &mut checks;
        let kind = c.choice("kind", self.kind.as_deref(), ContactKind::parse);
        let portal_role = c.choice("portal_role", self.portal_role.as_deref(), PortalRole::parse);
        if self.notices.len() > MAX_NOTICES {
            c.add("notices", "too_many", format!("At most {MAX_NOTICES}."));
        }
        let given = self.notices.iter().take(MAX_NOTICES).filter(|notice| !notice.trim().is_empty());
        let given: Vec<&String> = given.collect();
        for unknown in given.iter().filter(|notice| Notice::parse(notice).is_none()).take(MAX_ERRORS) {
            c.add("notices", "invalid", format!("{unknown} is not one of the choices."));
        }
        let chosen = |notice: &&Notice| given.iter().any(|one| *one == notice.as_str());
        let checked = CheckedContact {
            kind: kind.unwrap_or(ContactKind::Other),
            name: c.required("name", self.name.as_deref(), 255),
            email: c.email("email", self.email.as_deref()),
            phone: phone(c, "phone", self.phone.as_deref()),
            mobile: phone(c, "mobile", self.mobile.as_deref()),
            position: c.optional("position", self.position.as_deref(), 100),
            department: c.optional("department", self.department.as_deref(), 100),
            notes: c.text("notes", self.notes.as_deref(), 1_000),
            notices: Notice::ALL.iter().filter(chosen).copied().collect(),
            portal_role: portal_role.unwrap_or(PortalRole::None),
        };
        if checked.portal_role != PortalRole::None && checked.email.is_none() {
            c.add("email", "required", "Who signs in at the portal needs an e-mail address.");
        }
        checks.finish()?;
        Ok(checked)
    }
}

fn phone(checks: &mut Checks, field: &str, value: Option<&str>) -> Option<String> {
    let value = checks.optional(field, value, 40)?;
    checks.rule(field, phone_flaw(&value));
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_survives_its_own_input() {
        let input = ContactInput {
            kind: Some("technical".into()),
            name: Some(" Ana  Berg ".into()),
            email: Some("ana@example.net".into()),
            notices: vec!["outage".into(), "billing".into(), String::new()],
            portal_role: Some("view".into()),
            ..ContactInput::default()
        };
        let checked = input.checked().expect("good");
        assert_eq!(checked.name, "Ana Berg");
        assert_eq!(checked.notices, [Notice::Billing, Notice::Outage]);
    }

    #[test]
    fn of_many_wrong_notices_ten_are_named() {
        let errors = |number: usize| {
            let notices = vec!["gossip".to_owned(); number];
            let input = ContactInput { name: Some("Ana".into()), notices, ..ContactInput::default() };
            input.checked().map_or_else(|problem| problem.errors().len(), |_| 0)
        };
        assert_eq!((errors(3), errors(20), errors(100_000)), (3, 10, 11));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let input = ContactInput {
            kind: Some("friend".into()),
            phone: Some("call me".into()),
            notices: vec!["gossip".into()],
            portal_role: Some("owner".into()),
            ..ContactInput::default()
        };
        let Err(problem) = input.checked() else { panic!("must be refused") };
        let mut fields: Vec<_> = problem.errors().iter().map(|error| error.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["email", "kind", "name", "notices", "phone"]);
    }
}
