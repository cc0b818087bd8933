//! What a customer is: the record, its row in a list, and everything that its page shows.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::CustomerInput;
use super::addresses::Address;
use super::contacts::Contact;
use super::custom_fields::{CustomField, CustomValues};
use super::hierarchy::{BillingMode, HierarchyView};
use super::labels::{Assignment, LabelChip};
use super::status::StatusView;
use crate::places::Choice;
use crate::shared::id::{CustomerId, LocationId, PartnerId};
use crate::shared::words::words;

words! {
    /// Person or company.
    Category { Person = "person", "Person"; Company = "company", "Company"; }
}

words! {
    /// Where a customer stands; never written by an update of the record.
    Status {
        New = "new", "New";
        Active = "active", "Active";
        Suspended = "suspended", "Suspended";
        Inactive = "inactive", "Inactive";
        Terminated = "terminated", "Terminated";
    }
}

impl Status {
    /// May a customer be deleted from here? (Spec: Customers → Delete.)
    pub fn is_deletable(self) -> bool {
        matches!(self, Self::New | Self::Inactive | Self::Terminated)
    }
}

words! {
    /// How the customer wants to be reached.
    CommunicationMethod {
        Email = "email", "E-mail";
        Sms = "sms", "SMS";
        Phone = "phone", "Phone";
        Post = "post", "Post";
        Portal = "portal", "Portal";
    }
}

/// A customer as staff and machines see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Customer {
    /// The id; never given twice.
    pub id: CustomerId,
    /// Counts the changes; the `ETag` of REST.
    pub version: i64,
    /// The reseller or brand.
    pub partner_id: PartnerId,
    /// The site.
    pub location_id: LocationId,
    /// The customer it hangs under; none for a main account.
    pub parent_id: Option<CustomerId>,
    /// 1 is a main account.
    pub account_level: i64,
    /// How a child is billed.
    pub billing_mode: BillingMode,
    /// The number the customer knows.
    pub portal_id: String,
    /// The name to sign in with at the portal.
    pub login: String,
    /// Person or company.
    pub category: Category,
    /// What lists show.
    pub name: String,
    /// Of a person.
    pub first_name: Option<String>,
    /// Of a person.
    pub last_name: Option<String>,
    /// The company's name; a person may work for one.
    pub company_name: Option<String>,
    /// Of a company, at its register.
    pub registration_number: Option<String>,
    /// Of a company, at the tax office.
    pub tax_id: Option<String>,
    /// The customer's e-mail address.
    pub email: Option<String>,
    /// Where invoices go, if elsewhere.
    pub billing_email: Option<String>,
    /// As typed, extension included.
    pub phone: Option<String>,
    /// The phone as E.164, when it is a real number.
    pub phone_e164: Option<String>,
    /// As typed.
    pub mobile: Option<String>,
    /// The mobile phone as E.164, when it is a real number.
    pub mobile_e164: Option<String>,
    /// Where the customer stands.
    pub status: Status,
    /// Since when.
    pub status_since: DateTime<Utc>,
    /// Where the service is.
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Of a person.
    pub date_of_birth: Option<NaiveDate>,
    /// The day the customer came, also from an earlier system.
    pub customer_since: Option<NaiveDate>,
    /// BCP 47.
    pub language: String,
    /// IANA.
    pub timezone: String,
    /// ISO 4217.
    pub currency: String,
    /// How the customer wants to be reached.
    pub communication_method: CommunicationMethod,
    /// May we send advertising?
    pub marketing_consent: bool,
    /// Since when that is known.
    pub marketing_consent_at: Option<DateTime<Utc>>,
    /// From where that is known.
    pub marketing_consent_source: Option<String>,
    /// Values of custom fields by key, those of archived fields included.
    #[schema(value_type = Object)]
    pub custom_fields: CustomValues,
    /// The system the record was imported from.
    pub source: Option<String>,
    /// Its id there.
    pub external_id: Option<String>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: String,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub updated_by: String,
    /// When it was deleted; a deleted record can be restored.
    pub deleted_at: Option<DateTime<Utc>>,
}

impl Customer {
    /// The record as the input that would lead to it: what an update starts from.
    pub fn input(&self) -> CustomerInput {
        CustomerInput {
            partner_id: Some(self.partner_id),
            location_id: Some(self.location_id),
            parent_id: self.parent_id,
            billing_mode: Some(self.billing_mode.as_str().into()),
            portal_id: Some(self.portal_id.clone()),
            portal_id_reason: None,
            login: Some(self.login.clone()),
            category: Some(self.category.as_str().into()),
            name: Some(self.name.clone()),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            company_name: self.company_name.clone(),
            registration_number: self.registration_number.clone(),
            tax_id: self.tax_id.clone(),
            email: self.email.clone(),
            billing_email: self.billing_email.clone(),
            phone: self.phone.clone(),
            mobile: self.mobile.clone(),
            city: self.city.clone(),
            country: self.country.clone(),
            date_of_birth: self.date_of_birth.map(|day| day.to_string()),
            customer_since: self.customer_since.map(|day| day.to_string()),
            language: Some(self.language.clone()),
            timezone: Some(self.timezone.clone()),
            currency: Some(self.currency.clone()),
            communication_method: Some(self.communication_method.as_str().into()),
            marketing_consent: self.marketing_consent,
            marketing_consent_source: self.marketing_consent_source.clone(),
            custom_fields: self.custom_fields.clone(),
            source: self.source.clone(),
            external_id: self.external_id.clone(),
        }
    }
}

/// One row of a list of customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CustomerSummary {
    /// The id.
    pub id: CustomerId,
    /// The number the customer knows.
    pub portal_id: String,
    /// What lists show.
    pub name: String,
    /// Person or company.
    pub category: Category,
    /// The customer it hangs under.
    pub parent_id: Option<CustomerId>,
    /// Where the customer stands.
    pub status: Status,
    /// The labels it wears, the highest priority first; empty for those who may not see labels.
    pub labels: Vec<LabelChip>,
    /// Values of those custom fields that are columns of the list.
    #[schema(value_type = Object)]
    pub custom_fields: CustomValues,
    /// The e-mail address.
    pub email: Option<String>,
    /// As typed.
    pub phone: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// Two letters.
    pub country: Option<String>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// In the trash since.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// A customer that may be the same as the one being created, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PossibleDuplicate {
    /// The existing customer.
    pub customer: CustomerSummary,
    /// What they share: `email`, `phone`, `tax_id`, `name`.
    pub matches: Vec<String>,
}

/// What the form offers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CustomerChoices {
    /// Partners the caller may see.
    pub partners: Vec<Choice>,
    /// Locations the caller may see.
    pub locations: Vec<Choice>,
    /// Every custom field in its order, archived ones included.
    pub custom_fields: Vec<CustomField>,
    /// An input with the system's defaults.
    pub defaults: CustomerInput,
}

/// Everything that the page of a customer shows, from one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CustomerDetails {
    /// The record.
    pub customer: Customer,
    /// Where it stands, and what the caller may do now.
    pub status: StatusView,
    /// The labels it wears; empty for those who may not see labels.
    pub labels: Vec<Assignment>,
    /// The people to talk to, the primary one first.
    pub contacts: Vec<Contact>,
    /// Its places.
    pub addresses: Vec<Address>,
    /// Where it hangs in the tree.
    pub hierarchy: HierarchyView,
}
