//! Rejected rows as a CSV that can be mended and imported again, safe to open in a spreadsheet.

use std::collections::HashMap;

use csv::{Terminator, WriterBuilder};

use super::mapping::Target;
use super::model::{Reason, sentences};
use super::reader::Table;

/// What makes a spreadsheet take a text for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// A byte order mark tells spreadsheets that it is UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The rows with these lines: the columns of the file, the line and every reason.
pub(super) fn rejected_csv(table: &Table, reasons: &HashMap<i64, Vec<Reason>>) -> Vec<u8> {
    let mut writer = WriterBuilder::new().flexible(true).terminator(Terminator::CRLF).from_writer(BOM.to_vec());
    let headers = table.headers();
    let mut head: Vec<String> = headers.iter().map(|header| guarded(header)).collect();
    head.extend(["line".to_owned(), "reason".to_owned()]);
    // Writing to memory cannot fail.
    let _ = writer.write_record(&head);
    for row in table.rows() {
        let Some(reasons) = reasons.get(&row.line) else { continue };
        let mut cells: Vec<String> = row.fields.iter().map(guarded).collect();
        if cells.len() < headers.len() {
            cells.resize(headers.len(), String::new());
        }
        cells.push(row.line.to_string());
        cells.push(guarded(&sentences(reasons)));
        let _ = writer.write_record(&cells);
    }
    writer.into_inner().unwrap_or_default()
}

/// An empty file with every column that explains itself.
pub(super) fn template_csv() -> Vec<u8> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(BOM.to_vec());
    let columns = Target::ALL.iter().filter(|target| target.stands_alone()).map(|target| target.as_str());
    let _ = writer.write_record(columns);
    writer.into_inner().unwrap_or_default()
}

/// A cell that no spreadsheet takes for a formula: an apostrophe says that it is text.
fn guarded(cell: &str) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell.to_owned() }
}

/// A cell without the apostrophe that guards it.
pub(super) fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::super::guess::guess;
    use super::super::mapping::{Charset, Delimiter};
    use super::super::row::reason;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_rejected_rows_come_back_with_line_and_reason() {
        let text = "Name,Email\nAna,a@example.net\n=cmd(),\"two\nlines\"\nshort\n";
        let table = Table::new(text.as_bytes(), Charset::Utf8, Delimiter::Comma);
        let bad = |column: &str| vec![reason(column, "email", "invalid", "Not an address.".into())];
        let reasons = HashMap::from([(3, bad("Email")), (5, bad(""))]);
        let csv = String::from_utf8(rejected_csv(&table, &reasons)).unwrap();
        let expected = "\u{feff}Name,Email,line,reason\r\n'=cmd(),\"two\nlines\",3,Email: Not an address.\r\n\
                        short,,5,Not an address.\r\n";
        assert_eq!(csv, expected);
    }

    #[test]
    fn the_template_is_understood_without_help() {
        let table = Table::new(&template_csv(), Charset::Utf8, Delimiter::Comma);
        let mapping = guess(&table.headers(), &[]);
        assert_eq!(mapping.target_of("first_name"), Target::FirstName);
        assert_eq!(mapping.target_of("external_id"), Target::ExternalId);
        assert_eq!(mapping.target_of("customer_since"), Target::CustomerSince);
    }

    proptest! {
        #[test]
        fn a_guarded_cell_is_no_formula_and_comes_back(cell in "[=+@\\-\t'a-z0-9 ]{0,12}") {
            let safe = guarded(&cell);
            prop_assert!(!safe.starts_with(FORMULA));
            if !cell.starts_with('\'') {
                prop_assert_eq!(unguarded(&safe), cell.as_str());
            }
        }
    }
}
