//! What makes a mapping good for a file: every flaw at once.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::fields::key_of;
use super::mapping::{ColumnMapping, Mapping, Target, ValueMapping};
use crate::customers::Status;
use crate::customers::custom_fields::{CustomField, CustomFieldInput};
use crate::shared::problem::Problem;
use crate::shared::text::tidy;
use crate::shared::validation::Checks;

/// Characters of the name of a label's category at most.
const MAX_CATEGORY: usize = 50;

impl Mapping {
    /// The mapping, tidied and proved against the headers of its file and the custom fields there are. Errors:
    /// `Invalid` with every wrong field; the field of a column is `columns.` and its place, from 0.
    pub(super) fn checked(
        &self,
        headers: &[String],
        definitions: &[CustomField],
        today: NaiveDate,
    ) -> Result<Self, Problem> {
        let mut checks = Checks::default();
        let source = checks.optional("source", Some(&self.source), 50);
        if source.is_none() && self.has(Target::ExternalId) {
            checks.add("source", "required", "Say which system the IDs come from, for example splynx.");
        }
        let columns: Vec<ColumnMapping> = self.columns.iter().map(tidied).collect();
        let mut used = HashMap::new();
        for (place, column) in columns.iter().enumerate() {
            let field = format!("columns.{place}");
            if headers.contains(&column.column) {
                self.check_column(&mut checks, &field, column, definitions);
                claim(&mut checks, &field, column, &mut used);
            } else {
                checks.add(&field, "unknown_column", format!("The file has no column {}.", column.column));
            }
        }
        if !columns.iter().any(|one| one.target.is_name()) {
            checks.add("columns", "required", "Choose the column that holds the name.");
        }
        self.check_together(&mut checks);
        self.check_fields(&mut checks, definitions);
        let as_of = day(&mut checks, self.as_of.as_deref(), today);
        checks.finish()?;
        let columns = without_spare(columns);
        Ok(Self { source: source.unwrap_or_else(|| "csv".to_owned()), columns, as_of, ..self.clone() })
    }

    /// What a single column says.
    fn check_column(&self, checks: &mut Checks, field: &str, column: &ColumnMapping, definitions: &[CustomField]) {
        match column.target {
            Target::CustomField => self.check_key(checks, field, column.key.as_deref(), definitions),
            Target::Label if column.category.as_ref().is_some_and(|name| name.chars().count() > MAX_CATEGORY) => {
                checks.add(
                    &format!("{field}.category"),
                    "too_long",
                    format!("A category has at most {MAX_CATEGORY} characters."),
                );
            }
            Target::Status => {
                let is_status = |word: &str| word.is_empty() || Status::parse(&word.to_lowercase()).is_some();
                for value in column.values.iter().filter(|value| !is_status(&value.to)) {
                    let message = format!("{} is no status: new, active, suspended, inactive or terminated.", value.to);
                    checks.add(&format!("{field}.values"), "invalid", message);
                }
            }
            _ => {}
        }
    }

    /// The custom field of a column: one that exists, or that the mapping brings along.
    fn check_key(&self, checks: &mut Checks, field: &str, key: Option<&str>, definitions: &[CustomField]) {
        let field = format!("{field}.key");
        let Some(key) = key else {
            checks.add(&field, "required", "Say which custom field it fills, by its key.");
            return;
        };
        match definitions.iter().find(|one| one.key == key) {
            Some(known) if known.archived_at.is_some() => {
                checks.add(&field, "archived", format!("The custom field {key} is archived."));
            }
            None if !self.custom_fields.iter().any(|one| key_of(one) == key) => {
                checks.add(&field, "unknown", format!("There is no custom field {key}."));
            }
            _ => {}
        }
    }

    /// What columns need of each other.
    fn check_together(&self, checks: &mut Checks) {
        if self.has(Target::StatusSince) && !self.has(Target::Status) {
            checks.add("columns", "required", "Choose the column that holds the status as well as its day.");
        }
        let has_parts = self.columns.iter().any(|one| one.target.is_address());
        if has_parts && !self.has(Target::AddressLine1) {
            checks.add("columns", "required", "Choose the column that holds street and number of the address.");
        }
    }

    /// The custom fields that the mapping brings along. One that exists is used as it is, if its kind is the same.
    fn check_fields(&self, checks: &mut Checks, definitions: &[CustomField]) {
        let mut keys = HashSet::new();
        for (place, input) in self.custom_fields.iter().enumerate() {
            let field = format!("custom_fields.{place}");
            for error in input.checked().err().iter().flat_map(Problem::errors) {
                checks.add(&format!("{field}.{}", error.field), &error.code, &error.message);
            }
            let key = key_of(input);
            if key.is_empty() {
                checks.add(&format!("{field}.key"), "required", "A custom field of a mapping needs a key.");
            } else if !keys.insert(key) {
                checks.add(&format!("{field}.key"), "duplicate", "This custom field is there twice.");
            }
            if let Some(message) = other_kind(input, definitions) {
                checks.add(&format!("{field}.kind"), "other_kind", message);
            }
        }
    }
}

fn other_kind(input: &CustomFieldInput, definitions: &[CustomField]) -> Option<String> {
    let key = key_of(input);
    let known = definitions.iter().find(|field| field.key == key)?;
    let is_same = input.kind.as_deref().map(tidy).as_deref() == Some(known.kind.as_str());
    let kind = known.kind.label();
    (!is_same).then(|| format!("The custom field {key} exists with another kind: {}.", kind.to_lowercase()))
}

/// A field is filled once; only labels come from several columns.
fn claim<'c>(
    checks: &mut Checks,
    field: &str,
    column: &'c ColumnMapping,
    used: &mut HashMap<String, (&'c str, &'static str)>,
) {
    let what = match column.target {
        Target::Ignore => return,
        Target::Label => format!("label of {}", column.column),
        // Both say since when somebody is a customer.
        Target::TenureMonths => Target::CustomerSince.as_str().to_owned(),
        _ => column.field(),
    };
    let Some((first, label)) = used.insert(what, (&column.column, column.target.label())) else { return };
    let message = format!("{label} is taken from {first} already. Choose one of the two.");
    checks.add(field, "duplicate", message);
}

fn tidied(column: &ColumnMapping) -> ColumnMapping {
    let line = |text: &Option<String>| text.as_deref().map(tidy).filter(|text| !text.is_empty());
    let value = |one: &ValueMapping| ValueMapping { from: tidy(&one.from), to: tidy(&one.to) };
    ColumnMapping {
        column: tidy(&column.column),
        target: column.target,
        key: line(&column.key),
        category: line(&column.category),
        values: column.values.iter().map(value).filter(|one| !one.from.is_empty()).collect(),
    }
}

/// Without entries that say nothing about a column which means something, or which is there already.
fn without_spare(mut columns: Vec<ColumnMapping>) -> Vec<ColumnMapping> {
    let meant = columns.iter().filter(|one| one.target != Target::Ignore).map(|one| one.column.clone());
    let mut seen: HashSet<String> = meant.collect();
    columns.retain(|one| one.target != Target::Ignore || seen.insert(one.column.clone()));
    columns
}

fn day(checks: &mut Checks, written: Option<&str>, today: NaiveDate) -> Option<String> {
    let written = tidy(written.unwrap_or_default());
    if written.is_empty() {
        return None;
    }
    match written.parse::<NaiveDate>() {
        Err(_) => checks.add("as_of", "invalid", "Please write a date such as 2026-05-31."),
        Ok(day) if day > today => checks.add("as_of", "out_of_range", "Please choose a day that has come."),
        Ok(_) => {}
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(columns: &[(&str, Target)]) -> Mapping {
        let columns = columns.iter().map(|(column, target)| ColumnMapping::new(*column, *target));
        Mapping { source: "crm".into(), columns: columns.collect(), ..Mapping::default() }
    }

    fn checked(mapping: &Mapping, headers: &[&str]) -> Result<Mapping, Problem> {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        mapping.checked(&headers, &[], "2026-06-01".parse().unwrap())
    }

    fn fields(problem: &Problem) -> Vec<(&str, &str)> {
        problem.errors().iter().map(|error| (error.field.as_str(), error.code.as_str())).collect()
    }

    #[test]
    fn two_columns_cannot_fill_the_same_field() {
        let headers = ["A", "B", "C"];
        let twice = mapping(&[("A", Target::Name), ("B", Target::Email), ("C", Target::Email)]);
        assert_eq!(fields(&checked(&twice, &headers).unwrap_err()), [("columns.2", "duplicate")]);
        let ignored = mapping(&[("A", Target::Name), ("B", Target::Ignore), ("C", Target::Ignore)]);
        assert!(checked(&ignored, &headers).is_ok());
        let since = mapping(&[("A", Target::Name), ("B", Target::CustomerSince), ("C", Target::TenureMonths)]);
        assert_eq!(fields(&checked(&since, &headers).unwrap_err()), [("columns.2", "duplicate")]);
    }

    #[test]
    fn one_column_fills_several_fields_and_several_columns_give_labels() {
        let several = mapping(&[
            ("A", Target::Name),
            ("A", Target::PortalId),
            ("A", Target::Ignore),
            ("B", Target::Label),
            ("C", Target::Label),
        ]);
        assert_eq!(checked(&several, &["A", "B", "C"]).unwrap().columns.len(), 4);
        let twice = mapping(&[("A", Target::Name), ("A", Target::Name)]);
        assert_eq!(fields(&checked(&twice, &["A"]).unwrap_err()), [("columns.1", "duplicate")]);
    }

    #[test]
    fn ids_need_a_source_and_customers_a_name() {
        let nameless = Mapping { source: "  ".into(), ..mapping(&[("Id", Target::ExternalId), ("No", Target::City)]) };
        let problem = checked(&nameless, &["Id"]).unwrap_err();
        assert_eq!(
            fields(&problem),
            [("source", "required"), ("columns.1", "unknown_column"), ("columns", "required")]
        );
    }

    #[test]
    fn a_file_without_ids_needs_no_source() {
        let anonymous = Mapping { source: String::new(), ..mapping(&[("Name", Target::Name)]) };
        assert_eq!(checked(&anonymous, &["Name"]).unwrap().source, "csv");
    }

    #[test]
    fn every_flaw_is_named_at_once() {
        let mut wrong = mapping(&[
            ("Name", Target::Name),
            ("Field", Target::CustomField),
            ("Status", Target::Status),
            ("City", Target::AddressCity),
        ]);
        wrong.columns[2].values = vec![ValueMapping { from: "Yes".into(), to: "gone".into() }];
        wrong.as_of = Some("2026-06-02".into());
        wrong.custom_fields = vec![CustomFieldInput { title: Some("Fee".into()), ..CustomFieldInput::default() }];
        let problem = checked(&wrong, &["Name", "Field", "Status", "City"]).unwrap_err();
        let expected = [
            ("columns.1.key", "required"),
            ("columns.2.values", "invalid"),
            ("columns", "required"),
            ("custom_fields.0.kind", "required"),
            ("custom_fields.0.key", "required"),
            ("as_of", "out_of_range"),
        ];
        assert_eq!(fields(&problem), expected);
    }
}
