//! What a caller may write of a customer, and the rules that need no database.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::custom_fields::CustomValues;
use super::hierarchy::BillingMode;
use super::model::{Category, CommunicationMethod};
use crate::settings::CustomerSettings;
use crate::shared::country::country_code;
use crate::shared::id::{CustomerId, LocationId, PartnerId};
use crate::shared::problem::Problem;
use crate::shared::text::{fold, tidy};
use crate::shared::validation::{Checks, Flaw, phone_flaw};

/// Everything that a caller may write; unknown fields are refused. Blank means missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CustomerInput {
    /// The reseller or brand; the default one when missing.
    pub partner_id: Option<PartnerId>,
    /// The site; the default one when missing.
    pub location_id: Option<LocationId>,
    /// The customer it hangs under. Only when it is created: later it moves (`…/parent`).
    pub parent_id: Option<CustomerId>,
    /// `independent` (default) or `consolidated`. Only when it is created.
    pub billing_mode: Option<String>,
    /// Given by the system when missing.
    pub portal_id: Option<String>,
    /// Why the portal id changes, 1–200 characters: needed once the customer was ever active. It is written to the
    /// history and never read back.
    pub portal_id_reason: Option<String>,
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
    /// Values of custom fields by key: absent is unchanged, null and blank are empty.
    #[schema(value_type = Object)]
    pub custom_fields: CustomValues,
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
    /// The customer it hangs under.
    pub parent_id: Option<CustomerId>,
    /// How a child is billed; `None`: as it was, or by itself.
    pub billing_mode: Option<BillingMode>,
    /// `None`: to be given.
    pub portal_id: Option<String>,
    /// Why it changes.
    pub portal_id_reason: Option<String>,
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
    /// Values as given; the definitions of the fields check them.
    pub custom_fields: CustomValues,
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
        let category = c.choice("category", self.category.as_deref(), Category::parse).unwrap_or(Category::Person);
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
            parent_id: self.parent_id,
            billing_mode: c.choice("billing_mode", self.billing_mode.as_deref(), BillingMode::parse),
            portal_id: c.optional("portal_id", self.portal_id.as_deref(), 50),
            portal_id_reason: c.optional("portal_id_reason", self.portal_id_reason.as_deref(), 200),
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
            communication_method: c
                .choice("communication_method", self.communication_method.as_deref(), CommunicationMethod::parse)
                .unwrap_or(CommunicationMethod::Email),
            marketing_consent: self.marketing_consent,
            marketing_consent_source: c.optional(
                "marketing_consent_source",
                self.marketing_consent_source.as_deref(),
                100,
            ),
            custom_fields: self.custom_fields.clone(),
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
}

/// Words of a name in alphabetical order without punctuation and doubled letters: equal for names that a person
/// would take for the same.
pub fn name_key(name: &str) -> String {
    let folded = fold(name);
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
