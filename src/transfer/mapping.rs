//! How a file is read and what its columns mean.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::shared::problem::Problem;
use crate::shared::text::tidy;
use crate::shared::validation::Checks;
use crate::shared::words::words;

words! {
    /// What stands between two columns.
    Delimiter {
        Comma = "comma", "Comma";
        Semicolon = "semicolon", "Semicolon";
        Tab = "tab", "Tab";
        Pipe = "pipe", "Vertical bar";
    }
}

impl Delimiter {
    /// The character.
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

words! {
    /// How the bytes of a file become text.
    Charset {
        Utf8 = "utf8", "UTF-8";
        Windows1252 = "windows1252", "Windows-1252 (Western European)";
    }
}

words! {
    /// How a file writes a day.
    DateFormat {
        YearMonthDay = "year_month_day", "2026-05-31";
        MonthDayYear = "month_day_year", "5/31/2026 (month first)";
        DayMonthYear = "day_month_year", "31/5/2026 (day first)";
        DayMonthYearDots = "day_month_year_dots", "31.5.2026";
    }
}

impl DateFormat {
    /// The pattern, as chrono reads it.
    pub fn pattern(self) -> &'static str {
        match self {
            Self::YearMonthDay => "%Y-%m-%d",
            Self::MonthDayYear => "%m/%d/%Y",
            Self::DayMonthYear => "%d/%m/%Y",
            Self::DayMonthYearDots => "%d.%m.%Y",
        }
    }
}

words! {
    /// What bad rows mean for the others.
    OnBadRows {
        Skip = "skip", "Import the good rows, leave out the bad ones";
        Stop = "stop", "Import nothing while there is a bad row";
    }
}

words! {
    /// What a column says about a customer: a field of the customer's input, or nothing.
    Target {
        Ignore = "ignore", "Do not import";
        ExternalId = "external_id", "ID in the other system";
        Name = "name", "Full name";
        FirstName = "first_name", "First name";
        LastName = "last_name", "Last name";
        CompanyName = "company_name", "Company";
        Email = "email", "Email address";
        BillingEmail = "billing_email", "Billing email address";
        Phone = "phone", "Phone number";
        Mobile = "mobile", "Mobile number";
        City = "city", "City";
        Country = "country", "Country";
        CustomerSince = "customer_since", "Customer since";
        DateOfBirth = "date_of_birth", "Date of birth";
        Category = "category", "Person or company";
        RegistrationNumber = "registration_number", "Registration number";
        TaxId = "tax_id", "Tax ID";
        Login = "login", "Portal login";
        PortalId = "portal_id", "Portal ID";
        Language = "language", "Language";
        Timezone = "timezone", "Time zone";
        Currency = "currency", "Currency";
        CommunicationMethod = "communication_method", "Preferred contact";
        MarketingConsent = "marketing_consent", "Marketing consent";
        MarketingConsentSource = "marketing_consent_source", "Source of the consent";
        PartnerId = "partner_id", "Partner (number)";
        LocationId = "location_id", "Location (number)";
    }
}

impl Target {
    /// Does it hold a day?
    pub fn is_date(self) -> bool {
        matches!(self, Self::CustomerSince | Self::DateOfBirth)
    }

    /// Can a customer be named by it?
    fn is_name(self) -> bool {
        matches!(self, Self::Name | Self::FirstName | Self::LastName | Self::CompanyName)
    }
}

/// What one column of the file means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnMapping {
    /// The column, as its header says.
    pub column: String,
    /// What it says about a customer.
    pub target: Target,
}

/// How a file is read and what it means. Columns that are not named are not imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// The system the rows come from; together with the id there it makes repeating safe.
    pub source: String,
    /// What stands between two columns.
    pub delimiter: Delimiter,
    /// How the bytes become text.
    pub encoding: Charset,
    /// How days are written.
    pub date_format: DateFormat,
    /// What the columns mean.
    pub columns: Vec<ColumnMapping>,
    /// What bad rows mean for the others.
    pub on_bad_rows: OnBadRows,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            source: String::new(),
            delimiter: Delimiter::Comma,
            encoding: Charset::Utf8,
            date_format: DateFormat::YearMonthDay,
            columns: Vec::new(),
            on_bad_rows: OnBadRows::Skip,
        }
    }
}

impl Mapping {
    /// What a column means.
    pub fn target_of(&self, column: &str) -> Target {
        self.columns.iter().find(|one| one.column == column).map_or(Target::Ignore, |one| one.target)
    }

    /// The column that fills a field of the customer, by the field's name. A name may be made of several
    /// columns; the first of them stands for it.
    pub fn column_of(&self, field: &str) -> Option<&str> {
        let fills = |one: &&ColumnMapping| one.target != Target::Ignore && one.target.as_str() == field;
        let names = |one: &&ColumnMapping| field == "name" && one.target.is_name();
        let found = self.columns.iter().find(fills).or_else(|| self.columns.iter().find(names));
        found.map(|one| one.column.as_str())
    }

    /// The same meaning for a file with other columns.
    #[must_use]
    pub fn for_headers(&self, headers: &[String]) -> Self {
        let columns = headers
            .iter()
            .map(|column| ColumnMapping { column: column.clone(), target: self.target_of(column) })
            .collect();
        Self { columns, ..self.clone() }
    }

    /// The mapping, tidied and proved against the headers of its file. Errors: `Invalid` with every wrong
    /// field; the field of a column is `columns.` and its place, from 0.
    pub fn checked(&self, headers: &[String]) -> Result<Self, Problem> {
        let mut checks = Checks::default();
        let source = checks.optional("source", Some(&self.source), 50);
        if source.is_none() && self.columns.iter().any(|one| one.target == Target::ExternalId) {
            checks.add("source", "required", "Say which system the IDs come from, for example splynx.");
        }
        let mut used: HashMap<Target, &str> = HashMap::new();
        for (place, one) in self.columns.iter().enumerate() {
            let field = format!("columns.{place}");
            if !headers.contains(&tidy(&one.column)) {
                checks.add(&field, "unknown_column", format!("The file has no column {}.", one.column));
            } else if one.target != Target::Ignore
                && let Some(first) = used.insert(one.target, &one.column)
            {
                let what = one.target.label();
                checks.add(
                    &field,
                    "duplicate",
                    format!("{what} is taken from {first} already. Choose one of the two."),
                );
            }
        }
        if !used.keys().any(|target| target.is_name()) {
            checks.add("columns", "required", "Choose the column that holds the name.");
        }
        checks.finish()?;
        let columns =
            self.columns.iter().map(|one| ColumnMapping { column: tidy(&one.column), ..one.clone() }).collect();
        Ok(Self { source: source.unwrap_or_else(|| "csv".to_owned()), columns, ..self.clone() })
    }
}

/// A mapping that was saved under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SavedMapping {
    /// The name.
    pub name: String,
    /// What it says.
    pub mapping: Mapping,
}

/// Another way to look at a file than the one that was found out or stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// The name of a saved mapping.
    pub saved: Option<String>,
    /// What stands between two columns.
    pub delimiter: Option<Delimiter>,
    /// How the bytes become text.
    pub encoding: Option<Charset>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(columns: &[(&str, Target)]) -> Mapping {
        let columns =
            columns.iter().map(|(column, target)| ColumnMapping { column: (*column).into(), target: *target });
        Mapping { source: "crm".into(), columns: columns.collect(), ..Mapping::default() }
    }

    fn fields(problem: &Problem) -> Vec<(&str, &str)> {
        problem.errors().iter().map(|error| (error.field.as_str(), error.code.as_str())).collect()
    }

    #[test]
    fn two_columns_cannot_fill_the_same_field() {
        let headers = ["A", "B", "C"].map(str::to_owned);
        let twice = mapping(&[("A", Target::Name), ("B", Target::Email), ("C", Target::Email)]);
        assert_eq!(fields(&twice.checked(&headers).unwrap_err()), [("columns.2", "duplicate")]);
        let ignored = mapping(&[("A", Target::Name), ("B", Target::Ignore), ("C", Target::Ignore)]);
        assert!(ignored.checked(&headers).is_ok());
    }

    #[test]
    fn ids_need_a_source_and_customers_a_name() {
        let headers = ["Id".to_owned()];
        let nameless = Mapping { source: "  ".into(), ..mapping(&[("Id", Target::ExternalId), ("No", Target::City)]) };
        let problem = nameless.checked(&headers).unwrap_err();
        assert_eq!(
            fields(&problem),
            [("source", "required"), ("columns.1", "unknown_column"), ("columns", "required")]
        );
    }

    #[test]
    fn a_file_without_ids_needs_no_source() {
        let anonymous = Mapping { source: String::new(), ..mapping(&[("Name", Target::Name)]) };
        assert_eq!(anonymous.checked(&["Name".to_owned()]).unwrap().source, "csv");
    }

    #[test]
    fn a_field_knows_its_column() {
        let split = mapping(&[("First", Target::FirstName), ("Last", Target::LastName), ("No", Target::Ignore)]);
        assert_eq!(split.column_of("name"), Some("First"));
        assert_eq!(split.column_of("last_name"), Some("Last"));
        assert_eq!(split.column_of("ignore"), None);
        assert_eq!(split.column_of("email"), None);
    }
}
