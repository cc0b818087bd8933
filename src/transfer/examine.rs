//! Every row of a file under the rules of customers that need no database, in order: what the dry run and
//! the import have in common.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::mapping::Mapping;
use super::model::{BadRow, Reason};
use super::reader::{Row, Table};
use super::row::{RowReader, reason};
use crate::customers::{CheckedCustomer, CustomerInput, CustomerService};

/// Rows that one transaction imports.
pub(super) const BATCH: usize = 500;

/// What a row turned out to be.
pub(super) enum Finding {
    /// A customer, as far as can be told without the database.
    Good(Box<CheckedCustomer>),
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
    pub good: Vec<(i64, CheckedCustomer)>,
}

/// Looks at the rows of one file. It works hard and without waiting: for threads made for that.
#[derive(Clone)]
pub(super) struct Examiner {
    table: Arc<Table>,
    reader: RowReader,
    customers: CustomerService,
}

impl Examiner {
    /// The mapping has been checked against the headers of the table.
    pub fn new(table: Table, mapping: Mapping, customers: CustomerService) -> Self {
        let reader = RowReader::new(mapping, table.headers());
        Self { table: Arc::new(table), reader, customers }
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
        let Self { table, mut reader, customers } = self;
        let mut first_lines = HashMap::new();
        for (place, row) in table.rows().enumerate() {
            let read = read(&mut reader, &mut first_lines, &row);
            if place < from {
                continue;
            }
            let finding = match read {
                Err(finding) => finding,
                Ok(input) => match customers.check_input(&input) {
                    Ok(checked) => Finding::Good(Box::new(checked)),
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
fn read(reader: &mut RowReader, first_lines: &mut HashMap<String, i64>, row: &Row) -> Result<CustomerInput, Finding> {
    let input = reader.input(&row.fields).map_err(Finding::Bad)?;
    match first_lines.entry(input.external_id.clone().unwrap_or_default()) {
        Entry::Vacant(place) => {
            place.insert(row.line);
            Ok(input)
        }
        Entry::Occupied(_) if !reader.has_id() => Err(Finding::Repeated),
        Entry::Occupied(first) => {
            let message = format!("Line {} has the same ID.", first.get());
            let column = reader.column_of("external_id");
            Err(Finding::Bad(vec![reason(column, "external_id", "repeated", message)]))
        }
    }
}
