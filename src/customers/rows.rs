//! Rows of the customer record and how they are read.

use chrono::{DateTime, NaiveDate, Utc};

use super::custom_fields::CustomValues;
use super::hierarchy::BillingMode;
use super::model::{Category, CommunicationMethod, Customer, CustomerSummary, Status};
use crate::database::{DatabaseError, FromRow, Json};
use crate::shared::id::{CustomerId, LocationId, PartnerId};

/// The columns of a list row of `customers c`.
pub(super) const SELECT_SUMMARY: &str = "SELECT c.id, c.portal_id, c.name, c.category, c.parent_id, c.status, \
     c.custom_fields, c.email, c.phone, c.city, c.country, c.created_at, c.deleted_at";

/// The columns of a record.
pub(super) const SELECT_CUSTOMER: &str = "SELECT c.id, c.version, c.partner_id, c.location_id, c.parent_id, \
     1 + COALESCE(parent.level, 0) AS account_level, c.billing_mode, c.portal_id, c.login, c.category, \
     c.name, c.first_name, c.last_name, c.company_name, c.registration_number, c.tax_id, c.email, c.billing_email, \
     c.phone, c.phone_e164, c.mobile, c.mobile_e164, c.status, c.status_since, c.city, c.country, c.date_of_birth, \
     c.customer_since, c.language, c.timezone, c.currency, c.communication_method, c.marketing_consent, \
     c.marketing_consent_at, c.marketing_consent_source, c.custom_fields, c.source, c.external_id, c.created_at, c.created_by, \
     c.updated_at, c.updated_by, c.deleted_at \
     FROM customers c LEFT JOIN customer_branches parent ON parent.customer_id = c.parent_id";

#[derive(FromRow)]
pub(super) struct CustomerRow {
    id: CustomerId,
    version: i64,
    partner_id: PartnerId,
    location_id: LocationId,
    parent_id: Option<CustomerId>,
    account_level: i64,
    billing_mode: String,
    portal_id: String,
    login: String,
    category: String,
    name: String,
    first_name: Option<String>,
    last_name: Option<String>,
    company_name: Option<String>,
    registration_number: Option<String>,
    tax_id: Option<String>,
    email: Option<String>,
    billing_email: Option<String>,
    phone: Option<String>,
    phone_e164: Option<String>,
    mobile: Option<String>,
    mobile_e164: Option<String>,
    status: String,
    status_since: DateTime<Utc>,
    city: Option<String>,
    country: Option<String>,
    date_of_birth: Option<NaiveDate>,
    customer_since: Option<NaiveDate>,
    language: String,
    timezone: String,
    currency: String,
    communication_method: String,
    marketing_consent: bool,
    marketing_consent_at: Option<DateTime<Utc>>,
    marketing_consent_source: Option<String>,
    custom_fields: Json<CustomValues>,
    source: Option<String>,
    external_id: Option<String>,
    created_at: DateTime<Utc>,
    created_by: String,
    updated_at: DateTime<Utc>,
    updated_by: String,
    deleted_at: Option<DateTime<Utc>>,
}

impl TryFrom<CustomerRow> for Customer {
    type Error = DatabaseError;

    fn try_from(row: CustomerRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: row.id,
            version: row.version,
            partner_id: row.partner_id,
            location_id: row.location_id,
            parent_id: row.parent_id,
            account_level: row.account_level,
            billing_mode: word("billing_mode", row.billing_mode, BillingMode::parse)?,
            portal_id: row.portal_id,
            login: row.login,
            category: word("category", row.category, Category::parse)?,
            name: row.name,
            first_name: row.first_name,
            last_name: row.last_name,
            company_name: row.company_name,
            registration_number: row.registration_number,
            tax_id: row.tax_id,
            email: row.email,
            billing_email: row.billing_email,
            phone: row.phone,
            phone_e164: row.phone_e164,
            mobile: row.mobile,
            mobile_e164: row.mobile_e164,
            status: word("status", row.status, Status::parse)?,
            status_since: row.status_since,
            city: row.city,
            country: row.country,
            date_of_birth: row.date_of_birth,
            customer_since: row.customer_since,
            language: row.language,
            timezone: row.timezone,
            currency: row.currency,
            communication_method: word("communication_method", row.communication_method, CommunicationMethod::parse)?,
            marketing_consent: row.marketing_consent,
            marketing_consent_at: row.marketing_consent_at,
            marketing_consent_source: row.marketing_consent_source,
            custom_fields: row.custom_fields.0,
            source: row.source,
            external_id: row.external_id,
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
            deleted_at: row.deleted_at,
        })
    }
}

/// Columns of a list row, the same order everywhere.
#[derive(FromRow)]
pub(super) struct SummaryRow {
    id: CustomerId,
    portal_id: String,
    name: String,
    category: String,
    parent_id: Option<CustomerId>,
    status: String,
    custom_fields: Json<CustomValues>,
    email: Option<String>,
    phone: Option<String>,
    city: Option<String>,
    country: Option<String>,
    created_at: DateTime<Utc>,
    deleted_at: Option<DateTime<Utc>>,
}

impl TryFrom<SummaryRow> for CustomerSummary {
    type Error = DatabaseError;

    fn try_from(row: SummaryRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: row.id,
            portal_id: row.portal_id,
            name: row.name,
            category: word("category", row.category, Category::parse)?,
            parent_id: row.parent_id,
            labels: Vec::new(),
            custom_fields: row.custom_fields.0,
            status: word("status", row.status, Status::parse)?,
            email: row.email,
            phone: row.phone,
            city: row.city,
            country: row.country,
            created_at: row.created_at,
            deleted_at: row.deleted_at,
        })
    }
}

fn word<T>(column: &'static str, value: String, parse: fn(&str) -> Option<T>) -> Result<T, DatabaseError> {
    parse(&value).ok_or(DatabaseError::Corrupt { table: "customers", column, value })
}
