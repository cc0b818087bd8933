//! From a row of text to the input of a customer: pure, the same in the dry run and in the import.

use std::collections::HashMap;
use std::str::FromStr;

use chrono::NaiveDate;
use csv::StringRecord;
use sha2::{Digest, Sha256};

use super::mapping::{DateFormat, Mapping, Target};
use super::model::Reason;
use super::rejected::unguarded;
use crate::customers::CustomerInput;
use crate::shared::country::country_code;
use crate::shared::problem::Problem;
use crate::shared::text::tidy;

/// Characters of a value that a message repeats.
const ECHO: usize = 60;

/// Why a value cannot be taken: a stable code and a sentence.
type Unreadable = (&'static str, String);

/// Reads rows under one mapping.
#[derive(Clone)]
pub(super) struct RowReader {
    mapping: Mapping,
    headers: Vec<String>,
    targets: Vec<Target>,
    countries: HashMap<String, String>,
}

impl RowReader {
    /// The mapping has been checked against the headers.
    pub fn new(mapping: Mapping, headers: Vec<String>) -> Self {
        let targets = headers.iter().map(|column| mapping.target_of(column)).collect();
        Self { mapping, headers, targets, countries: HashMap::new() }
    }

    /// The customer that a row describes. Errors: everything that cannot be read, by column.
    pub fn input(&mut self, fields: &StringRecord) -> Result<CustomerInput, Vec<Reason>> {
        if fields.len() != self.headers.len() {
            let message = format!("The row has {} columns, the header has {}.", fields.len(), self.headers.len());
            return Err(vec![reason("", "", "columns", message)]);
        }
        let mut input = CustomerInput { source: Some(self.mapping.source.clone()), ..CustomerInput::default() };
        let mut reasons = Vec::new();
        for (place, field) in fields.iter().enumerate() {
            let target = self.targets[place];
            let value = if target == Target::Ignore { String::new() } else { tidy(unguarded(field)) };
            let taken = readable(target, &value).and_then(|()| self.take(&mut input, target, &value));
            if let Err((code, message)) = taken {
                reasons.push(reason(&self.headers[place], target.as_str(), code, message));
            }
        }
        if !reasons.is_empty() {
            return Err(reasons);
        }
        if input.category.is_none() && is_company(&input) {
            input.category = Some("company".into());
        }
        if !self.has_id() {
            input.external_id = Some(fingerprint(fields));
        }
        Ok(input)
    }

    /// Are the ids those of another system, and not made from the rows themselves?
    pub fn has_id(&self) -> bool {
        self.targets.contains(&Target::ExternalId)
    }

    /// The column that fills a field of the customer; empty when there is none.
    pub fn column_of(&self, field: &str) -> &str {
        self.mapping.column_of(field).unwrap_or_default()
    }

    /// What speaks against a row, told by the columns of the file.
    pub fn reasons(&self, problem: &Problem) -> Vec<Reason> {
        reasons_of(&self.mapping, problem)
    }

    fn take(&mut self, input: &mut CustomerInput, target: Target, value: &str) -> Result<(), Unreadable> {
        if value.is_empty() {
            return Ok(());
        }
        let text = || Some(value.to_owned());
        match target {
            Target::Ignore => {}
            Target::ExternalId => input.external_id = text(),
            Target::Name => input.name = text(),
            Target::FirstName => input.first_name = text(),
            Target::LastName => input.last_name = text(),
            Target::CompanyName => input.company_name = text(),
            Target::Email => input.email = text(),
            Target::BillingEmail => input.billing_email = text(),
            Target::Phone => input.phone = text(),
            Target::Mobile => input.mobile = text(),
            Target::City => input.city = text(),
            Target::Country => input.country = Some(self.country(value)),
            Target::CustomerSince => input.customer_since = self.day(value)?,
            Target::DateOfBirth => input.date_of_birth = self.day(value)?,
            Target::Category => input.category = Some(category(value)),
            Target::RegistrationNumber => input.registration_number = text(),
            Target::TaxId => input.tax_id = text(),
            Target::Login => input.login = text(),
            Target::PortalId => input.portal_id = text(),
            Target::Language => input.language = text(),
            Target::Timezone => input.timezone = text(),
            Target::Currency => input.currency = Some(value.to_uppercase()),
            Target::CommunicationMethod => input.communication_method = Some(value.to_lowercase()),
            Target::MarketingConsent => input.marketing_consent = yes_or_no(value)?,
            Target::MarketingConsentSource => input.marketing_consent_source = text(),
            Target::PartnerId => input.partner_id = Some(number(value)?),
            Target::LocationId => input.location_id = Some(number(value)?),
        }
        Ok(())
    }

    fn day(&self, value: &str) -> Result<Option<String>, Unreadable> {
        let format = self.mapping.date_format;
        match parse_day(value, format) {
            Ok(day) => Ok(day.map(|day| day.to_string())),
            Err(()) => Err(("invalid", format!("{} is not a date such as {}.", echo(value), format.label()))),
        }
    }

    /// Names of countries are compared with all there are: once for each name, not for each row.
    fn country(&mut self, value: &str) -> String {
        if let Some(code) = self.countries.get(value) {
            return code.clone();
        }
        let code = country_code(value).unwrap_or_else(|| value.to_owned());
        self.countries.insert(value.to_owned(), code.clone());
        code
    }
}

/// A problem of a customer as reasons that name the columns of the file.
pub(super) fn reasons_of(mapping: &Mapping, problem: &Problem) -> Vec<Reason> {
    let named = |field: &str, code: &str, message: &str| {
        reason(mapping.column_of(field).unwrap_or_default(), field, code, message.to_owned())
    };
    match problem {
        Problem::Invalid(errors) => errors.iter().map(|e| named(&e.field, &e.code, &e.message)).collect(),
        Problem::Conflict { code, detail } => {
            vec![named(code.strip_suffix("_taken").unwrap_or_default(), code, detail)]
        }
        other => vec![named("", &other.code(), &other.detail())],
    }
}

/// A reason in the words of the file.
pub(super) fn reason(column: &str, field: &str, code: &str, message: String) -> Reason {
    Reason { column: column.to_owned(), field: field.to_owned(), code: code.to_owned(), message }
}

/// The day of a value; `None` for the "no day" of some databases. A time behind the day is left out.
pub(super) fn parse_day(value: &str, format: DateFormat) -> Result<Option<NaiveDate>, ()> {
    let day = value.split([' ', 'T']).find(|part| !part.is_empty()).unwrap_or_default();
    if day.is_empty() || day == "0000-00-00" {
        return Ok(None);
    }
    let parsed = NaiveDate::parse_from_str(day, format.pattern()).map_err(drop)?;
    // A year of two digits would be one of the first century.
    if parsed < NaiveDate::from_ymd_opt(1_000, 1, 1).unwrap_or_default() { Err(()) } else { Ok(Some(parsed)) }
}

fn readable(target: Target, value: &str) -> Result<(), Unreadable> {
    if value.is_empty() && target == Target::ExternalId {
        return Err(("required", "The ID is missing.".into()));
    }
    if value.contains('\u{fffd}') {
        return Err(("encoding", "Some characters cannot be read. Choose another encoding.".into()));
    }
    Ok(())
}

/// A row about a company and no person.
fn is_company(input: &CustomerInput) -> bool {
    input.company_name.is_some() && input.name.is_none() && input.first_name.is_none() && input.last_name.is_none()
}

fn category(value: &str) -> String {
    let word = value.to_lowercase();
    match word.as_str() {
        "residential" | "individual" | "private" => "person".to_owned(),
        "business" | "commercial" | "corporate" => "company".to_owned(),
        _ => word,
    }
}

fn yes_or_no(value: &str) -> Result<bool, Unreadable> {
    match value.to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "x" | "on" => Ok(true),
        "no" | "n" | "false" | "0" | "off" => Ok(false),
        _ => Err(("invalid", format!("{} is neither yes nor no.", echo(value)))),
    }
}

fn number<T: FromStr>(value: &str) -> Result<T, Unreadable> {
    value.parse().map_err(|_| ("invalid", format!("{} is not a number.", echo(value))))
}

fn echo(value: &str) -> String {
    if value.chars().count() <= ECHO {
        return value.to_owned();
    }
    value.chars().take(ECHO - 1).chain(['…']).collect()
}

/// Stands for an id where the file has none: the same row is the same customer.
fn fingerprint(fields: &StringRecord) -> String {
    let mut hash = Sha256::new();
    for field in fields {
        hash.update(tidy(unguarded(field)).as_bytes());
        hash.update(b"\x1f");
    }
    format!("sha256:{}", hex::encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::super::mapping::ColumnMapping;
    use super::*;

    fn reader(columns: &[(&str, Target)]) -> RowReader {
        let mapping = Mapping {
            source: "crm".into(),
            date_format: DateFormat::MonthDayYear,
            columns: columns.iter().map(|(c, t)| ColumnMapping { column: (*c).into(), target: *t }).collect(),
            ..Mapping::default()
        };
        RowReader::new(mapping, columns.iter().map(|(column, _)| (*column).to_owned()).collect())
    }

    fn fields(values: &[&str]) -> StringRecord {
        StringRecord::from(values)
    }

    #[test]
    fn a_row_becomes_an_input() {
        let mut reader = reader(&[
            ("Id", Target::ExternalId),
            ("First", Target::FirstName),
            ("Since", Target::CustomerSince),
            ("Land", Target::Country),
            ("Skip", Target::Ignore),
            ("Tel", Target::Phone),
        ]);
        let row = fields(&["7", " Ana ", "8/26/2020", "Norway", "?", "'+47 22 12 34 56"]);
        let input = reader.input(&row).unwrap();
        assert_eq!(input.external_id.as_deref(), Some("7"));
        assert_eq!(input.source.as_deref(), Some("crm"));
        assert_eq!(input.first_name.as_deref(), Some("Ana"));
        assert_eq!(input.customer_since.as_deref(), Some("2020-08-26"));
        assert_eq!(input.country.as_deref(), Some("NO"));
        assert_eq!(input.phone.as_deref(), Some("+47 22 12 34 56"));
    }

    #[test]
    fn what_cannot_be_read_is_told_by_column_all_at_once() {
        let mut reader =
            reader(&[("No", Target::ExternalId), ("Since", Target::CustomerSince), ("Ok?", Target::MarketingConsent)]);
        let reasons = reader.input(&fields(&["", "26/8/2020", "perhaps"])).unwrap_err();
        let columns: Vec<&str> = reasons.iter().map(|one| one.column.as_str()).collect();
        assert_eq!(columns, ["No", "Since", "Ok?"]);
        let short = reader.input(&fields(&["1", "2"])).unwrap_err();
        assert_eq!(short[0].code, "columns");
    }

    #[test]
    fn rows_without_an_id_are_known_by_their_content() {
        let mut reader = reader(&[("Name", Target::Name), ("Note", Target::Ignore)]);
        let mut id = |values: &[&str]| reader.input(&fields(values)).unwrap().external_id.unwrap();
        let first = id(&["Ana", "a"]);
        assert!(first.starts_with("sha256:") && first.len() <= 100);
        assert_eq!(first, id(&["Ana ", "a"]));
        assert_ne!(first, id(&["Ana", "b"]));
        assert_ne!(id(&["ab", "c"]), id(&["a", "bc"]));
    }

    #[test]
    fn a_row_with_nothing_but_a_company_is_a_company() {
        let mut reader = reader(&[("First", Target::FirstName), ("Company", Target::CompanyName)]);
        assert_eq!(reader.input(&fields(&["", "Acme"])).unwrap().category.as_deref(), Some("company"));
        assert_eq!(reader.input(&fields(&["Ana", "Acme"])).unwrap().category, None);
    }

    #[test]
    fn problems_of_a_customer_name_the_column_of_the_file() {
        let reader = reader(&[("Mail", Target::Email), ("First", Target::FirstName)]);
        let taken = reader.reasons(&Problem::conflict("email_taken", "Taken."));
        assert_eq!((taken[0].column.as_str(), taken[0].field.as_str()), ("Mail", "email"));
        let nameless = reader.reasons(&Problem::field_error("name", "required", "Please fill this in."));
        assert_eq!(nameless[0].column, "First");
    }

    #[test]
    fn days_are_read_in_the_form_of_the_file() {
        let cases = [
            ("2020-08-26", DateFormat::YearMonthDay),
            ("2020-08-26T10:00:00Z", DateFormat::YearMonthDay),
            ("8/26/2020", DateFormat::MonthDayYear),
            ("26/08/2020 10:30", DateFormat::DayMonthYear),
            ("26.8.2020", DateFormat::DayMonthYearDots),
        ];
        for (text, format) in cases {
            assert_eq!(parse_day(text, format), Ok(NaiveDate::from_ymd_opt(2020, 8, 26)), "{text}");
        }
        assert_eq!(parse_day("0000-00-00 00:00:00", DateFormat::MonthDayYear), Ok(None));
        for bad in ["2/30/2020", "26/8/2020", "8/26/20", "soon"] {
            assert_eq!(parse_day(bad, DateFormat::MonthDayYear), Err(()), "{bad}");
        }
    }

    #[test]
    fn long_values_are_cut_in_messages() {
        assert_eq!(echo(&"é".repeat(80)).chars().count(), ECHO);
        assert_eq!(echo("short"), "short");
    }
}
