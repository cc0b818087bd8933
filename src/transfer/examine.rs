//! Every row of a file under the rules of customers that need no database, in order: what the dry run and
//! the import have in common.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use chrono::NaiveDate;
use tokio::sync::mpsc;

use super::extras::{Incoming, ReadRow};
use super::fields::future;
use super::mapping::Mapping;
use super::model::{BadRow, Reason};
use super::reader::{Row, Table};
use super::row::{RowReader, reason};
use crate::customers::custom_fields::{CustomField, CustomValues, check_values};
use crate::customers::{Category, CheckedCustomer, CustomerInput, CustomerService};
use crate::shared::problem::Problem;

/// Rows that one transaction imports.
pub(super) const BATCH: usize = 500;

/// What a row turned out to be.
pub(super) enum Finding {
    /// A customer, as far as can be told without the database.
    Good(Box<Incoming>),
    /// The same row stood in the file before.
    Repeated,
    /// It cannot be imported.
    Bad(Vec<Reason>),
}

/// A row that was looked at.
pub(super) struct Examined {
    pub line: i64,
    pub finding: Finding,
}

/// What a whole file turned out to be.
#[derive(Default)]
pub(super) struct Survey {
    pub total: i64,
    pub repeated: i64,
    pub bad: Vec<BadRow>,
    pub good: Vec<(i64, Incoming)>,
}

/// Looks at the rows of one file. It works hard and without waiting: for threads made for that.
#[derive(Clone)]
pub(super) struct Examiner {
    table: Arc<Table>,
    reader: RowReader,
    rules: Rules,
}

/// The rules of customers, and custom fields that are not made yet.
#[derive(Clone)]
struct Rules {
    customers: CustomerService,
    future: Arc<[CustomField]>,
}

impl Rules {
    fn checked(&self, mut input: CustomerInput) -> Result<CheckedCustomer, Problem> {
        if self.future.is_empty() {
            return self.customers.check_input(&input, None);
        }
        let is_future = |key: &str| self.future.iter().any(|field| field.key == key);
        let (later, now): (CustomValues, CustomValues) =
            std::mem::take(&mut input.custom_fields).into_iter().partition(|(key, _)| is_future(key));
        input.custom_fields = now;
        let category = input.category.as_deref().and_then(|word| Category::parse(word.trim()));
        let category = category.unwrap_or(Category::Person);
        let values = check_values(&self.future, category, &CustomValues::new(), &later);
        match (self.customers.check_input(&input, None), values) {
            (Ok(mut checked), Ok(values)) => {
                checked.custom_fields.extend(values);
                Ok(checked)
            }
            (checked, values) => {
                let mut errors = checked.err().map(|problem| problem.errors().to_vec()).unwrap_or_default();
                errors.extend(values.err().unwrap_or_default());
                Err(Problem::Invalid(errors))
            }
        }
    }
}

impl Examiner {
    /// The mapping has been checked against the headers of the table.
    pub fn new(table: Table, mapping: Mapping, customers: CustomerService, today: NaiveDate) -> Self {
        let future = future(&mapping, &customers.definitions()).into();
        let reader = RowReader::new(mapping, table.headers(), today);
        Self { table: Arc::new(table), reader, rules: Rules { customers, future } }
    }

    /// Looks at all rows.
    pub fn survey(self) -> Survey {
        let mut survey = Survey::default();
        self.run(0, |row| {
            survey.total += 1;
            match row.finding {
                Finding::Good(customer) => survey.good.push((row.line, *customer)),
                Finding::Repeated => survey.repeated += 1,
                Finding::Bad(reasons) => survey.bad.push(BadRow { line: row.line, reasons }),
            }
            true
        });
        survey
    }

    /// Looks at the rows from the place `from` on, ahead of whoever receives the batches.
    pub fn batches(self, from: usize) -> mpsc::Receiver<Vec<Examined>> {
        let (sender, receiver) = mpsc::channel(2);
        tokio::task::spawn_blocking(move || {
            let mut batch = Vec::with_capacity(BATCH);
            self.run(from, |row| {
                batch.push(row);
                batch.len() < BATCH || sender.blocking_send(std::mem::take(&mut batch)).is_ok()
            });
            if !batch.is_empty() {
                // Nobody waits for it when the import has ended early.
                let _ = sender.blocking_send(batch);
            }
        });
        receiver
    }

    /// Hands every row from the place `from` on to `each`, until it says `false`. Earlier rows are read
    /// as well: later ones may repeat them.
    fn run(self, from: usize, mut each: impl FnMut(Examined) -> bool) {
        let Self { table, mut reader, rules } = self;
        let mut first_lines = HashMap::new();
        for (place, row) in table.rows().enumerate() {
            let read = read(&mut reader, &mut first_lines, &row);
            if place < from {
                continue;
            }
            let finding = match read {
                Err(finding) => finding,
                Ok(ReadRow { input, extras, .. }) => match rules.checked(input) {
                    Ok(customer) => Finding::Good(Box::new(Incoming { customer, extras })),
                    Err(problem) => Finding::Bad(reader.reasons(&problem)),
                },
            };
            if !each(Examined { line: row.line, finding }) {
                return;
            }
        }
    }
}

/// The input of a row, unless it cannot be read or its id stood in the file before.
fn read(reader: &mut RowReader, first_lines: &mut HashMap<String, i64>, row: &Row) -> Result<ReadRow, Finding> {
    let found = reader.input(&row.fields).map_err(Finding::Bad)?;
    match first_lines.entry(found.input.external_id.clone().unwrap_or_default()) {
        Entry::Vacant(place) => {
            place.insert(row.line);
            Ok(found)
        }
        Entry::Occupied(_) if !reader.has_id() => Err(Finding::Repeated),
        Entry::Occupied(first) => {
            let message = format!("Line {} has the same ID.", first.get());
            let column = reader.column_of("external_id");
            Err(Finding::Bad(vec![reason(column, "external_id", "repeated", message)]))
        }
    }
}
