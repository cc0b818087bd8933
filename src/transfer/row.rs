//! From a row of text to the input of a customer: pure, the same in the dry run and in the import.

use std::collections::HashMap;
use std::mem;
use std::str::FromStr;
use std::sync::Arc;

use chrono::NaiveDate;
use csv::StringRecord;
use sha2::{Digest, Sha256};

use super::extras::ReadRow;
use super::mapping::{ColumnMapping, DateFormat, Mapping, Target};
use super::model::Reason;
use super::rejected::unguarded;
use crate::customers::addresses::AddressInput;
use crate::customers::{CustomerInput, Status};
use crate::shared::country::country_code;
use crate::shared::problem::Problem;
use crate::shared::text::{fold, tidy};

/// Characters of a value that a message repeats.
const ECHO: usize = 60;

/// Why a value cannot be taken: a stable code and a sentence.
pub(super) type Unreadable = (&'static str, String);

/// One of the things that a column says.
#[derive(Debug)]
pub(super) struct Filling {
    pub target: Target,
    /// Of a custom field.
    pub key: Option<String>,
    /// Of labels.
    pub category: Option<String>,
    /// As problems name it.
    field: String,
    /// What folded values stand for.
    values: HashMap<String, String>,
}

impl From<&ColumnMapping> for Filling {
    fn from(column: &ColumnMapping) -> Self {
        Self {
            target: column.target,
            key: column.key.clone(),
            category: column.category.clone(),
            field: column.field(),
            values: column.values.iter().map(|one| (fold(&one.from), tidy(&one.to))).collect(),
        }
    }
}

impl Filling {
    /// What a value stands for.
    fn meant<'v>(&'v self, value: &'v str) -> &'v str {
        if self.values.is_empty() { value } else { self.values.get(&fold(value)).map_or(value, String::as_str) }
    }
}

/// Reads rows under one mapping.
#[derive(Clone)]
pub(super) struct RowReader {
    mapping: Mapping,
    headers: Vec<String>,
    /// What each column says.
    fillings: Arc<[Vec<Filling>]>,
    countries: HashMap<String, String>,
    today: NaiveDate,
    /// The day the file tells of.
    reference: NaiveDate,
}

impl RowReader {
    /// The mapping has been checked against the headers.
    pub fn new(mapping: Mapping, headers: Vec<String>, today: NaiveDate) -> Self {
        let said = |column: &String| -> Vec<Filling> {
            mapping.of_column(column).filter(|one| one.target != Target::Ignore).map(Filling::from).collect()
        };
        let fillings = headers.iter().map(said).collect();
        let reference = mapping.reference_day(today);
        Self { mapping, headers, fillings, countries: HashMap::new(), today, reference }
    }

    /// The customer that a row describes. Errors: everything that cannot be read, by column.
    pub fn input(&mut self, fields: &StringRecord) -> Result<ReadRow, Vec<Reason>> {
        if fields.len() != self.headers.len() {
            let message = format!("The row has {} columns, the header has {}.", fields.len(), self.headers.len());
            return Err(vec![reason("", "", "columns", message)]);
        }
        let mut row = ReadRow::default();
        row.input.source = Some(self.mapping.source.clone());
        let mut reasons = Vec::new();
        let fillings = Arc::clone(&self.fillings);
        for (place, (field, fillings)) in fields.iter().zip(fillings.iter()).enumerate() {
            let value = if fillings.is_empty() { String::new() } else { tidy(unguarded(field)) };
            for filling in fillings {
                let value = filling.meant(&value);
                let taken = readable(filling.target, value).and_then(|()| self.take(&mut row, filling, value));
                if let Err((code, message)) = taken {
                    reasons.push(reason(&self.headers[place], &filling.field, code, message));
                }
            }
        }
        self.complete(&mut row, &mut reasons);
        if !reasons.is_empty() {
            return Err(reasons);
        }
        if !self.has_id() {
            row.input.external_id = Some(fingerprint(fields));
        }
        Ok(row)
    }

    /// What follows from several columns together.
    fn complete(&self, row: &mut ReadRow, reasons: &mut Vec<Reason>) {
        if row.input.category.is_none() && is_company(&row.input) {
            row.input.category = Some("company".into());
        }
        if row.extras.status == Some(Status::Terminated) && row.extras.status_since.is_none() {
            row.extras.status_since = Some(self.reference);
        }
        // Without a street the other parts are no address.
        if row.address.line1.is_none() {
            return;
        }
        let parts = mem::take(&mut row.address);
        let address = AddressInput {
            city: parts.city.or_else(|| row.input.city.clone()),
            country: parts.country.or_else(|| row.input.country.clone()),
            ..parts
        };
        match address.checked() {
            Ok(address) => {
                row.input.city = Some(address.city.clone());
                row.input.country = Some(address.country.clone());
                row.extras.address = Some(address);
            }
            Err(problem) => reasons.extend(problem.errors().iter().map(|error| {
                let field = format!("address_{}", error.field);
                reason(self.column_of(&field), &field, &error.code, error.message.clone())
            })),
        }
    }

    /// Are the ids those of another system, and not made from the rows themselves?
    pub fn has_id(&self) -> bool {
        self.mapping.has(Target::ExternalId)
    }

    /// The column that fills a field of the customer; empty when there is none.
    pub fn column_of(&self, field: &str) -> &str {
        self.mapping.column_of(field).unwrap_or_default()
    }

    /// What speaks against a row, told by the columns of the file.
    pub fn reasons(&self, problem: &Problem) -> Vec<Reason> {
        reasons_of(&self.mapping, problem)
    }

    fn take(&mut self, row: &mut ReadRow, filling: &Filling, value: &str) -> Result<(), Unreadable> {
        if value.is_empty() {
            return Ok(());
        }
        let text = || Some(value.to_owned());
        let input = &mut row.input;
        match filling.target {
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
            Target::CustomerSince => input.customer_since = self.day(value)?.map(|day| day.to_string()),
            Target::DateOfBirth => input.date_of_birth = self.day(value)?.map(|day| day.to_string()),
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
            Target::StatusSince => row.extras.status_since = self.past_day(value)?,
            _ => return row.take(filling, value, self.reference),
        }
        Ok(())
    }

    fn day(&self, value: &str) -> Result<Option<NaiveDate>, Unreadable> {
        let format = self.mapping.date_format;
        parse_day(value, format)
            .map_err(|()| ("invalid", format!("{} is not a date such as {}.", echo(value), format.label())))
    }

    fn past_day(&self, value: &str) -> Result<Option<NaiveDate>, Unreadable> {
        let day = self.day(value)?;
        if day.is_some_and(|day| day > self.today) {
            return Err(("out_of_range", format!("{} has not come yet.", echo(value))));
        }
        Ok(day)
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

/// A value as a message repeats it.
pub(super) fn echo(value: &str) -> String {
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
    use super::super::mapping::ValueMapping;
    use super::*;

    fn reader(columns: &[(&str, Target)]) -> RowReader {
        let mapping = Mapping {
            source: "crm".into(),
            date_format: DateFormat::MonthDayYear,
            columns: columns.iter().map(|(column, target)| ColumnMapping::new(*column, *target)).collect(),
            ..Mapping::default()
        };
        of_mapping(mapping)
    }

    fn of_mapping(mapping: Mapping) -> RowReader {
        let mut headers: Vec<String> = mapping.columns.iter().map(|one| one.column.clone()).collect();
        headers.dedup();
        RowReader::new(mapping, headers, NaiveDate::from_ymd_opt(2026, 6, 1).unwrap())
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
        let input = reader.input(&row).unwrap().input;
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
        let mut id = |values: &[&str]| reader.input(&fields(values)).unwrap().input.external_id.unwrap();
        let first = id(&["Ana", "a"]);
        assert!(first.starts_with("sha256:") && first.len() <= 100);
        assert_eq!(first, id(&["Ana ", "a"]));
        assert_ne!(first, id(&["Ana", "b"]));
        assert_ne!(id(&["ab", "c"]), id(&["a", "bc"]));
    }

    #[test]
    fn a_row_with_nothing_but_a_company_is_a_company() {
        let mut reader = reader(&[("First", Target::FirstName), ("Company", Target::CompanyName)]);
        assert_eq!(reader.input(&fields(&["", "Acme"])).unwrap().input.category.as_deref(), Some("company"));
        assert_eq!(reader.input(&fields(&["Ana", "Acme"])).unwrap().input.category, None);
    }

    #[test]
    fn a_column_fills_several_fields_and_values_stand_for_others() {
        let value = |from: &str, to: &str| ValueMapping { from: from.into(), to: to.into() };
        let churn = vec![value("yes", "terminated"), value("No", "")];
        let net = vec![value("No", "No internet")];
        let columns = vec![
            ColumnMapping::new("Id", Target::ExternalId),
            ColumnMapping::new("Id", Target::Name),
            ColumnMapping { values: churn, ..ColumnMapping::new("Churn", Target::Status) },
            ColumnMapping { values: net, category: Some("Net".into()), ..ColumnMapping::new("Net", Target::Label) },
            ColumnMapping::new("Tenure", Target::TenureMonths),
            ColumnMapping { key: Some("fee".into()), ..ColumnMapping::new("Fee", Target::CustomField) },
        ];
        let as_of = Some("2026-03-31".to_owned());
        let mut reader = of_mapping(Mapping { source: "crm".into(), columns, as_of, ..Mapping::default() });
        let gone = reader.input(&fields(&["7", "Yes", "DSL", "1", "29.85"])).unwrap();
        assert_eq!((gone.input.external_id.as_deref(), gone.input.name.as_deref()), (Some("7"), Some("7")));
        assert_eq!(gone.extras.status, Some(Status::Terminated));
        assert_eq!(gone.extras.status_since.map(|day| day.to_string()).as_deref(), Some("2026-03-31"));
        assert_eq!(gone.input.customer_since.as_deref(), Some("2026-02-28"));
        assert_eq!(gone.input.custom_fields["fee"], "29.85");
        let here = reader.input(&fields(&["8", "No", "no", "0", ""])).unwrap();
        assert_eq!((here.extras.status, here.extras.status_since), (None, None));
        assert_eq!((here.extras.labels[0].name.as_str(), here.input.custom_fields.len()), ("No internet", 0));
    }

    #[test]
    fn an_address_needs_a_street_and_takes_what_else_is_known() {
        let mut reader = reader(&[
            ("Name", Target::Name),
            ("Street", Target::AddressLine1),
            ("City", Target::City),
            ("Land", Target::AddressCountry),
        ]);
        let whole = reader.input(&fields(&["Ana", "Storgata 1", "Oslo", "Norway"])).unwrap();
        assert_eq!(whole.input.country.as_deref(), Some("NO"));
        assert_eq!(whole.extras.address.map(|address| address.city).as_deref(), Some("Oslo"));
        assert_eq!(reader.input(&fields(&["Ana", "", "Oslo", "Norway"])).unwrap().extras.address, None);
        let reasons = reader.input(&fields(&["Ana", "Storgata 1", "Oslo", "Atlantis"])).unwrap_err();
        assert_eq!((reasons[0].column.as_str(), reasons[0].field.as_str()), ("Land", "address_country"));
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
