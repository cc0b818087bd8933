//! What a file most likely means: columns by their names, the form of days by the values.

use std::collections::HashSet;

use super::mapping::{ColumnMapping, DateFormat, Mapping, Target};
use super::reader::Row;
use super::row::parse_day;
use crate::shared::text::fold;

/// Names of columns without case, accents and punctuation, as people and other systems use them.
const NAMES: &[(Target, &[&str])] = &[
    (
        Target::ExternalId,
        &["customerid", "clientid", "id", "externalid", "accountid", "useridentification", "userident"],
    ),
    (Target::Name, &["name", "fullname", "customername", "clientname", "displayname", "customer", "client"]),
    (Target::FirstName, &["firstname", "givenname", "forename", "fname", "vorname"]),
    (Target::LastName, &["lastname", "surname", "familyname", "lname", "nachname"]),
    (Target::CompanyName, &["company", "companyname", "organization", "organisation", "business", "firma"]),
    (Target::Email, &["email", "emailaddress", "mail", "email1", "contactemail", "primaryemail"]),
    (Target::BillingEmail, &["billingemail", "billingemailaddress", "invoiceemail"]),
    (Target::Phone, &["phone", "phone1", "phonenumber", "telephone", "tel", "contactphone", "landline"]),
    (Target::Mobile, &["mobile", "phone2", "mobilephone", "mobilenumber", "cell", "cellphone"]),
    (Target::City, &["city", "town", "ort", "servicecity"]),
    (Target::Country, &["country", "countryname", "countrycode", "land"]),
    (
        Target::CustomerSince,
        &["subscriptiondate", "dateadd", "customersince", "registrationdate", "registered", "signupdate", "startdate"],
    ),
    (Target::DateOfBirth, &["dateofbirth", "birthdate", "birthday", "dob"]),
    (Target::Category, &["category", "customertype", "clienttype", "personorcompany"]),
    (Target::RegistrationNumber, &["registrationnumber", "companyregistrationnumber", "companyid"]),
    (Target::TaxId, &["taxid", "companytaxid", "vatid", "vat", "vatnumber"]),
    (Target::Login, &["login", "username", "portallogin"]),
    (Target::PortalId, &["portalid"]),
    (Target::Language, &["language", "lang"]),
    (Target::Timezone, &["timezone"]),
    (Target::Currency, &["currency", "currencycode"]),
    (Target::CommunicationMethod, &["communicationmethod", "preferredcontact"]),
    (Target::MarketingConsent, &["marketingconsent", "newsletter"]),
    // Those of the template only: an address needs all of its parts, which other systems may lack.
    (Target::AddressLine1, &["addressline1"]),
    (Target::AddressLine2, &["addressline2"]),
    (Target::AddressCity, &["addresscity"]),
    (Target::AddressState, &["addressstate"]),
    (Target::AddressPostalCode, &["addresspostalcode"]),
    (Target::AddressCountry, &["addresscountry"]),
];

/// The meaning that the names of the columns suggest. Delimiter and encoding are not guessed here.
pub(super) fn guess(headers: &[String], samples: &[Row]) -> Mapping {
    let mut used = HashSet::new();
    let columns: Vec<ColumnMapping> = headers
        .iter()
        .map(|column| {
            let found = target_of(column).filter(|target| used.insert(*target));
            ColumnMapping::new(column, found.unwrap_or(Target::Ignore))
        })
        .collect();
    let date_format = guess_date_format(&columns, samples);
    Mapping { source: guess_source(headers).to_owned(), date_format, columns, ..Mapping::default() }
}

fn target_of(column: &str) -> Option<Target> {
    let key = key(column);
    NAMES.iter().find(|(_, names)| names.contains(&key.as_str())).map(|(target, _)| *target)
}

fn key(column: &str) -> String {
    fold(column).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The system that writes files with such columns.
fn guess_source(headers: &[String]) -> &'static str {
    let keys: HashSet<String> = headers.iter().map(|header| key(header)).collect();
    let has = |names: &[&str]| names.iter().all(|name| keys.contains(*name));
    if has(&["id", "login", "dateadd"]) || has(&["login", "street1", "zipcode"]) {
        "splynx"
    } else if has(&["clientid", "firstname", "companyname"]) {
        "uisp"
    } else {
        "csv"
    }
}

/// The first form in which every day of the samples can be read; with month first before day first.
fn guess_date_format(columns: &[ColumnMapping], samples: &[Row]) -> DateFormat {
    let places: Vec<usize> =
        columns.iter().enumerate().filter(|(_, column)| column.target.is_date()).map(|(place, _)| place).collect();
    let fits = |format: DateFormat| {
        samples.iter().all(|row| {
            places.iter().filter_map(|place| row.fields.get(*place)).all(|day| parse_day(day, format).is_ok())
        })
    };
    DateFormat::ALL.iter().copied().find(|format| fits(*format)).unwrap_or(DateFormat::YearMonthDay)
}

#[cfg(test)]
mod tests {
    use super::super::mapping::{Charset, Delimiter};
    use super::super::reader::Table;
    use super::*;

    fn guessed(text: &str) -> Mapping {
        let table = Table::new(text.as_bytes(), Charset::Utf8, Delimiter::Comma);
        guess(&table.headers(), &table.rows().collect::<Vec<_>>())
    }

    fn targets(mapping: &Mapping) -> Vec<Target> {
        mapping.columns.iter().map(|column| column.target).collect()
    }

    #[test]
    fn a_list_of_customers_is_understood() {
        use Target::{
            City, CompanyName, Country, CustomerSince, Email, ExternalId, FirstName, Ignore, LastName, Mobile, Phone,
        };
        let mapping = guessed(include_str!("../tests/data/customers-300.csv"));
        let expected = [
            Ignore,
            ExternalId,
            FirstName,
            LastName,
            CompanyName,
            City,
            Country,
            Phone,
            Mobile,
            Email,
            CustomerSince,
            Ignore,
        ];
        assert_eq!(targets(&mapping), expected);
        assert_eq!((mapping.source.as_str(), mapping.date_format), ("csv", DateFormat::MonthDayYear));
    }

    #[test]
    fn an_export_of_splynx_is_understood() {
        let head = "id,login,status,name,email,phone,street_1,city,zip_code,date_add";
        let mapping = guessed(&format!("{head}\n7,ana,active,Ana,,,,,,2024-02-29\n"));
        assert_eq!(mapping.source, "splynx");
        assert_eq!(mapping.date_format, DateFormat::YearMonthDay);
        assert_eq!(mapping.target_of("id"), Target::ExternalId);
        assert_eq!(mapping.target_of("login"), Target::Login);
        assert_eq!(mapping.target_of("date_add"), Target::CustomerSince);
        assert_eq!(mapping.target_of("status"), Target::Ignore);
    }

    #[test]
    fn an_export_of_uisp_is_understood() {
        use Target::{CompanyName, Email, ExternalId, FirstName, LastName, Phone};
        let mapping = guessed("Client ID,First name,Last name,Company name,Email,Phone\n1,A,B,,a@example.net,\n");
        assert_eq!(mapping.source, "uisp");
        assert_eq!(targets(&mapping), [ExternalId, FirstName, LastName, CompanyName, Email, Phone]);
    }

    #[test]
    fn a_field_is_given_to_the_first_of_its_columns() {
        assert_eq!(targets(&guessed("Name,Full Name\nA,B\n")), [Target::Name, Target::Ignore]);
    }

    #[test]
    fn the_form_of_days_is_the_one_that_fits_all() {
        let format = |days: &str| guessed(&format!("Name,Start date\n{days}")).date_format;
        assert_eq!(format("A,1/2/2024\nB,13/2/2024\n"), DateFormat::DayMonthYear);
        assert_eq!(format("A,1/2/2024\nB,2/13/2024\n"), DateFormat::MonthDayYear);
        assert_eq!(format("A,1.2.2024\n"), DateFormat::DayMonthYearDots);
        assert_eq!(format("A,\n"), DateFormat::YearMonthDay);
    }

    #[test]
    fn no_label_of_a_field_is_taken_for_another_field() {
        for target in Target::ALL {
            assert!(target_of(target.label()).is_none_or(|found| found == *target), "{}", target.label());
        }
    }
}
