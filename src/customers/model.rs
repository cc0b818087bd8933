//! What a customer is: the record, its input and the rules that need no database.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::settings::CustomerSettings;
use crate::shared::country::country_code;
use crate::shared::id::{CustomerId, LocationId, PartnerId};
use crate::shared::problem::Problem;
use crate::shared::text::{fold, tidy};
use crate::shared::validation::{Checks, Flaw, phone_flaw};
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
            portal_id: Some(self.portal_id.clone()),
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
            source: self.source.clone(),
            external_id: self.external_id.clone(),
        }
    }
}

/// Everything that a caller may write; unknown fields are refused. Blank means missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CustomerInput {
    /// The reseller or brand; the default one when missing.
    pub partner_id: Option<PartnerId>,
    /// The site; the default one when missing.
    pub location_id: Option<LocationId>,
    /// Given by the system when missing.
    pub portal_id: Option<String>,
    /// Made from the e-mail address or the name when missing.
    pub login: Option<String>,
    /// `person` (default) or `company`.
    pub category: Option<String>,
    /// What lists show; made from the other names when missing.
    pub name: Option<String>,
    /// Of a person.
    pub first_name: Option<String>,
    /// Of a person.
    pub last_name: Option<String>,
    /// Required for a company.
    pub company_name: Option<String>,
    /// At most 100 characters.
    pub registration_number: Option<String>,
    /// At most 50 characters.
    pub tax_id: Option<String>,
    /// A mailbox.
    pub email: Option<String>,
    /// A mailbox.
    pub billing_email: Option<String>,
    /// A phone number, extension allowed.
    pub phone: Option<String>,
    /// A phone number.
    pub mobile: Option<String>,
    /// The city of the service.
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2 code or the country's English name.
    pub country: Option<String>,
    /// `YYYY-MM-DD`, 1900-01-01 … today; persons only.
    pub date_of_birth: Option<String>,
    /// `YYYY-MM-DD`.
    pub customer_since: Option<String>,
    /// BCP 47; the system's when missing.
    pub language: Option<String>,
    /// IANA; the system's when missing.
    pub timezone: Option<String>,
    /// ISO 4217; the system's when missing.
    pub currency: Option<String>,
    /// `email` (default), `sms`, `phone`, `post`, `portal`.
    pub communication_method: Option<String>,
    /// May we send advertising?
    pub marketing_consent: bool,
    /// From where that is known.
    pub marketing_consent_source: Option<String>,
    /// The system the record comes from.
    pub source: Option<String>,
    /// Its id there; needs `source`.
    pub external_id: Option<String>,
}

/// An input that kept all rules which need no database; what the repository writes.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedCustomer {
    /// The reseller or brand; `None`: the default one.
    pub partner_id: Option<PartnerId>,
    /// The site; `None`: the default one.
    pub location_id: Option<LocationId>,
    /// `None`: to be given.
    pub portal_id: Option<String>,
    /// `None`: to be made from `login_base`.
    pub login: Option<String>,
    /// Person or company.
    pub category: Category,
    /// What lists show.
    pub name: String,
    /// Of a person.
    pub first_name: Option<String>,
    /// Of a person.
    pub last_name: Option<String>,
    /// The company.
    pub company_name: Option<String>,
    /// At its register.
    pub registration_number: Option<String>,
    /// At the tax office.
    pub tax_id: Option<String>,
    /// A mailbox.
    pub email: Option<String>,
    /// A mailbox.
    pub billing_email: Option<String>,
    /// As typed.
    pub phone: Option<String>,
    /// As typed.
    pub mobile: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// Two letters.
    pub country: Option<String>,
    /// Persons only.
    pub date_of_birth: Option<NaiveDate>,
    /// The day the customer came.
    pub customer_since: Option<NaiveDate>,
    /// BCP 47.
    pub language: String,
    /// IANA.
    pub timezone: String,
    /// ISO 4217.
    pub currency: String,
    /// How to reach them.
    pub communication_method: CommunicationMethod,
    /// May we send advertising?
    pub marketing_consent: bool,
    /// From where that is known.
    pub marketing_consent_source: Option<String>,
    /// The system of origin.
    pub source: Option<String>,
    /// The id there.
    pub external_id: Option<String>,
}

impl CustomerInput {
    /// Applies every rule that needs no database (spec: Customers → Customer) and fills the defaults.
    /// Errors: `Invalid` with every wrong field at once.
    pub fn checked(&self, settings: &CustomerSettings, today: NaiveDate) -> Result<CheckedCustomer, Problem> {
        let mut checks = Checks::default();
        let c = &mut checks;
        let category = choice(c, "category", self.category.as_deref(), Category::parse).unwrap_or(Category::Person);
        let first_name = c.optional("first_name", self.first_name.as_deref(), 100);
        let last_name = c.optional("last_name", self.last_name.as_deref(), 100);
        let company_name = if category == Category::Company {
            let company = self.company_name.as_deref().filter(|name| !tidy(name).is_empty());
            Some(c.required("company_name", company.or(self.name.as_deref()), 255))
        } else {
            c.optional("company_name", self.company_name.as_deref(), 255)
        };
        let composed = composed_name(category, first_name.as_deref(), last_name.as_deref(), company_name.as_deref());
        let name =
            c.required("name", self.name.as_deref().filter(|n| !tidy(n).is_empty()).or(composed.as_deref()), 255);
        let date_of_birth = day(c, "date_of_birth", self.date_of_birth.as_deref(), today);
        if category == Category::Company && date_of_birth.is_some() {
            c.add("date_of_birth", "not_allowed", "Only a person has a date of birth.");
        }
        let checked = CheckedCustomer {
            partner_id: self.partner_id,
            location_id: self.location_id,
            portal_id: c.optional("portal_id", self.portal_id.as_deref(), 50),
            login: login(c, self.login.as_deref()),
            category,
            name,
            first_name,
            last_name,
            company_name,
            registration_number: c.optional("registration_number", self.registration_number.as_deref(), 100),
            tax_id: c.optional("tax_id", self.tax_id.as_deref(), 50),
            email: c.email("email", self.email.as_deref()),
            billing_email: c.email("billing_email", self.billing_email.as_deref()),
            phone: phone(c, "phone", self.phone.as_deref()),
            mobile: phone(c, "mobile", self.mobile.as_deref()),
            city: c.optional("city", self.city.as_deref(), 100),
            country: country(c, "country", self.country.as_deref()),
            date_of_birth,
            customer_since: day(c, "customer_since", self.customer_since.as_deref(), today),
            language: code(c, "language", self.language.as_deref(), &settings.language, is_language),
            timezone: code(c, "timezone", self.timezone.as_deref(), &settings.timezone, is_timezone),
            currency: code(c, "currency", self.currency.as_deref(), &settings.currency, is_currency),
            communication_method: choice(
                c,
                "communication_method",
                self.communication_method.as_deref(),
                CommunicationMethod::parse,
            )
            .unwrap_or(CommunicationMethod::Email),
            marketing_consent: self.marketing_consent,
            marketing_consent_source: c.optional(
                "marketing_consent_source",
                self.marketing_consent_source.as_deref(),
                100,
            ),
            source: c.optional("source", self.source.as_deref(), 50),
            external_id: c.optional("external_id", self.external_id.as_deref(), 100),
        };
        if checked.source.is_some() != checked.external_id.is_some() {
            c.add("external_id", "incomplete", "Source and external id belong together.");
        }
        checks.finish()?;
        Ok(checked)
    }
}

impl CheckedCustomer {
    /// What a generated login begins with: the local part of the address, else the name, stripped to
    /// `[a-z0-9._@-]` (spec: Customers → login).
    pub fn login_base(&self) -> String {
        let local = self.email.as_deref().and_then(|email| email.split('@').next());
        let base = strip_login(local.unwrap_or_default());
        let base = if base.is_empty() { strip_login(&self.name.replace(' ', ".")) } else { base };
        if base.is_empty() { "customer".into() } else { base.chars().take(50).collect() }
    }

    /// Words of the name in alphabetical order without punctuation and doubled letters: equal for
    /// names that a person would take for the same.
    pub fn name_key(&self) -> String {
        let folded = fold(&self.name);
        let mut words: Vec<String> = folded
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| {
                let mut letters: Vec<char> = word.chars().collect();
                letters.dedup();
                letters.into_iter().collect()
            })
            .collect();
        words.sort();
        words.join(" ")
    }
}

fn composed_name(category: Category, first: Option<&str>, last: Option<&str>, company: Option<&str>) -> Option<String> {
    if category == Category::Company {
        return company.map(str::to_owned);
    }
    let full = [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ");
    if full.is_empty() { company.map(str::to_owned) } else { Some(full) }
}

fn strip_login(text: &str) -> String {
    let stripped: String = fold(text).chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect();
    stripped.trim_matches(['.', '-', '_']).to_owned()
}

fn choice<T>(checks: &mut Checks, field: &str, value: Option<&str>, parse: fn(&str) -> Option<T>) -> Option<T> {
    let value = tidy(value.unwrap_or_default());
    if value.is_empty() {
        return None;
    }
    let parsed = parse(&value);
    if parsed.is_none() {
        checks.add(field, "invalid", format!("{value} is not one of the choices."));
    }
    parsed
}

fn login(checks: &mut Checks, value: Option<&str>) -> Option<String> {
    let value = tidy(value.unwrap_or_default()).to_lowercase();
    if value.is_empty() {
        return None;
    }
    checks.rule("login", login_flaw(&value));
    Some(value)
}

/// Is it a login: 3–64 of `[a-z0-9._@-]`?
pub fn login_flaw(value: &str) -> Option<Flaw> {
    let good = (3..=64).contains(&value.len())
        && value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._@-".contains(c));
    (!good).then(|| Flaw::new("invalid", "3 to 64 of the characters a–z, 0–9, dot, hyphen, underscore and @."))
}

fn phone(checks: &mut Checks, field: &str, value: Option<&str>) -> Option<String> {
    let value = checks.optional(field, value, 40)?;
    checks.rule(field, phone_flaw(&value));
    Some(value)
}

fn country(checks: &mut Checks, field: &str, value: Option<&str>) -> Option<String> {
    let value = tidy(value.unwrap_or_default());
    if value.is_empty() {
        return None;
    }
    let found = country_code(&value);
    if found.is_none() {
        checks.add(field, "invalid", format!("{value} is not a country."));
    }
    found
}

fn day(checks: &mut Checks, field: &str, value: Option<&str>, today: NaiveDate) -> Option<NaiveDate> {
    let value = tidy(value.unwrap_or_default());
    if value.is_empty() {
        return None;
    }
    let Ok(day) = value.parse::<NaiveDate>() else {
        checks.add(field, "invalid", "Please write a date such as 2026-05-31.");
        return None;
    };
    if day > today || NaiveDate::from_ymd_opt(1900, 1, 1).is_some_and(|first| day < first) {
        checks.add(field, "out_of_range", "A day from 1900-01-01 to today.");
    }
    Some(day)
}

fn code(checks: &mut Checks, field: &str, value: Option<&str>, default: &str, good: fn(&str) -> bool) -> String {
    let value = tidy(value.unwrap_or_default());
    if value.is_empty() {
        return default.to_owned();
    }
    if !good(&value) {
        checks.add(field, "invalid", format!("{value} is not known."));
    }
    value
}

/// `en`, `pt-BR`, `zh-Hant-TW`: letters first, parts of at most eight (BCP 47).
pub fn is_language(value: &str) -> bool {
    let mut parts = value.split('-');
    parts.next().is_some_and(|first| (2..=3).contains(&first.len()) && first.chars().all(|c| c.is_ascii_alphabetic()))
        && parts.all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Three capital letters (ISO 4217).
pub fn is_currency(value: &str) -> bool {
    value.len() == 3 && value.chars().all(|c| c.is_ascii_uppercase())
}

/// The form of an IANA name; the server knows the list and checks it as well.
pub fn is_timezone(value: &str) -> bool {
    value.len() <= 50 && value.chars().all(|c| c.is_ascii_alphanumeric() || "/_+-".contains(c))
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
    /// Where the customer stands.
    pub status: Status,
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

/// A partner or location to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Choice {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
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
    /// An input with the system's defaults.
    pub defaults: CustomerInput,
}
