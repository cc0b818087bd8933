//! How a file is read and what its columns mean.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::wire::{field_list, value_list};
use crate::customers::custom_fields::CustomFieldInput;
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
    /// What a column says about a customer: a field of the record, something that hangs on it, or nothing.
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
        Label = "label", "Label";
        Status = "status", "Status";
        StatusSince = "status_since", "Status since";
        TenureMonths = "tenure_months", "Months as a customer";
        CustomField = "custom_field", "Custom field";
        AddressLine1 = "address_line1", "Address: street and number";
        AddressLine2 = "address_line2", "Address: second line";
        AddressCity = "address_city", "Address: city";
        AddressState = "address_state", "Address: state";
        AddressPostalCode = "address_postal_code", "Address: postal code";
        AddressCountry = "address_country", "Address: country";
    }
}

impl Target {
    /// Does it hold a day?
    pub fn is_date(self) -> bool {
        matches!(self, Self::CustomerSince | Self::DateOfBirth | Self::StatusSince)
    }

    /// Is it a part of the first service address?
    pub fn is_address(self) -> bool {
        self.as_str().starts_with("address_")
    }

    /// Does its name alone say what to write into the column, without more of the mapping?
    pub fn stands_alone(self) -> bool {
        !matches!(
            self,
            Self::Ignore | Self::Label | Self::Status | Self::StatusSince | Self::TenureMonths | Self::CustomField
        )
    }

    /// Can a customer be named by it?
    pub fn is_name(self) -> bool {
        matches!(self, Self::Name | Self::FirstName | Self::LastName | Self::CompanyName)
    }
}

/// What a value of a column stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueMapping {
    /// The value in the file; upper and lower case and accents do not count.
    pub from: String,
    /// What is imported instead; nothing when empty.
    #[serde(default)]
    pub to: String,
}

/// What one column of the file means. A column that means several things is named several times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnMapping {
    /// The column, as its header says.
    pub column: String,
    /// What it says about a customer.
    pub target: Target,
    /// The key of the custom field it fills.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The category of labels that are made of its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What its values stand for; others are imported as they are. Forms send a text, `Yes = terminated` on each line.
    #[serde(default, deserialize_with = "value_list", skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ValueMapping>,
}

impl ColumnMapping {
    /// A column that means this and no more.
    pub fn new(column: impl Into<String>, target: Target) -> Self {
        Self { column: column.into(), target, key: None, category: None, values: Vec::new() }
    }

    /// What it fills, as problems name it: the field of a customer, `custom_fields.` and the key.
    pub fn field(&self) -> String {
        match (self.target, &self.key) {
            (Target::CustomField, Some(key)) => format!("custom_fields.{key}"),
            (target, _) => target.as_str().to_owned(),
        }
    }
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
    /// The day the file tells of, `YYYY-MM-DD`: months as a customer are counted back from it, and customers were
    /// terminated on it who have no day of their own. The day of the check when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Custom fields that are made before the first row if they do not exist.
    #[serde(deserialize_with = "field_list", skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomFieldInput>,
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
            as_of: None,
            custom_fields: Vec::new(),
        }
    }
}

impl Mapping {
    /// The first that a column means.
    pub fn target_of(&self, column: &str) -> Target {
        self.of_column(column).next().map_or(Target::Ignore, |one| one.target)
    }

    /// Everything that a column means.
    pub fn of_column(&self, column: &str) -> impl Iterator<Item = &ColumnMapping> {
        self.columns.iter().filter(move |one| one.column == column)
    }

    /// The column that fills a field of the customer, by the field's name. A name may be made of several
    /// columns; the first of them stands for it.
    pub fn column_of(&self, field: &str) -> Option<&str> {
        let fills = |one: &&ColumnMapping| one.target != Target::Ignore && one.field() == field;
        let names = |one: &&ColumnMapping| field == "name" && one.target.is_name();
        let found = self.columns.iter().find(fills).or_else(|| self.columns.iter().find(names));
        found.map(|one| one.column.as_str())
    }

    /// Does any column mean this?
    pub fn has(&self, target: Target) -> bool {
        self.columns.iter().any(|one| one.target == target)
    }

    /// Does the day count on which the file is read?
    pub fn needs_day(&self) -> bool {
        self.has(Target::TenureMonths) || self.has(Target::Status)
    }

    /// The day the file tells of.
    pub fn reference_day(&self, today: NaiveDate) -> NaiveDate {
        self.as_of.as_deref().and_then(|day| day.trim().parse().ok()).unwrap_or(today)
    }

    /// Is it made for a file with exactly these columns?
    pub fn is_for(&self, headers: &[String]) -> bool {
        !headers.is_empty()
            && headers.iter().all(|header| self.of_column(header).next().is_some())
            && self.columns.iter().all(|one| headers.contains(&one.column))
    }

    /// The same meaning for a file with other columns.
    #[must_use]
    pub fn for_headers(&self, headers: &[String]) -> Self {
        let columns = headers.iter().flat_map(|column| {
            let mut known: Vec<ColumnMapping> = self.of_column(column).cloned().collect();
            if known.is_empty() {
                known.push(ColumnMapping::new(column, Target::Ignore));
            }
            known
        });
        Self { columns: columns.collect(), ..self.clone() }
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

    #[test]
    fn a_field_knows_its_column() {
        let columns = [("First", Target::FirstName), ("Last", Target::LastName), ("No", Target::Ignore)];
        let mut columns: Vec<_> = columns.map(|(column, target)| ColumnMapping::new(column, target)).into();
        columns.push(ColumnMapping { key: Some("mac".into()), ..ColumnMapping::new("Box", Target::CustomField) });
        let split = Mapping { columns, ..Mapping::default() };
        assert_eq!(split.column_of("name"), Some("First"));
        assert_eq!(split.column_of("last_name"), Some("Last"));
        assert_eq!(split.column_of("custom_fields.mac"), Some("Box"));
        assert_eq!(split.column_of("ignore"), None);
        assert_eq!(split.column_of("email"), None);
    }

    #[test]
    fn a_column_keeps_all_its_meanings_in_another_file() {
        let twice = [Target::ExternalId, Target::Name].map(|target| ColumnMapping::new("Id", target));
        let mapping = Mapping { columns: twice.into(), ..Mapping::default() };
        let other = mapping.for_headers(&["New".to_owned(), "Id".to_owned()]);
        let targets: Vec<Target> = other.columns.iter().map(|one| one.target).collect();
        assert_eq!(targets, [Target::Ignore, Target::ExternalId, Target::Name]);
        assert!(mapping.is_for(&["Id".to_owned()]) && !mapping.is_for(&["Id".to_owned(), "New".to_owned()]));
    }

    #[test]
    fn what_was_saved_before_is_still_read() {
        let old = r#"{"source":"crm","delimiter":"comma","encoding":"utf8","date_format":"year_month_day",
            "columns":[{"column":"Name","target":"name"}],"on_bad_rows":"skip"}"#;
        let mapping: Mapping = serde_json::from_str(old).expect("readable");
        assert_eq!(mapping.columns, [ColumnMapping::new("Name", Target::Name)]);
        assert_eq!((mapping.as_of.as_deref(), mapping.custom_fields.len()), (None, 0));
    }
}
