//! What can be told of a file before anybody has said what it means.

use super::guess::guess;
use super::mapping::{Mapping, Reading, SavedMapping};
use super::model::{MAX_FILE, MAX_ROWS, file_problem};
use super::reader::{Table, detect_delimiter, detect_encoding, is_text};
use crate::shared::problem::Problem;
use crate::shared::text::tidy;

/// Rows shown beside the columns.
const SAMPLES: usize = 5;
/// Rows that the form of days is guessed from.
const GUESSED_FROM: usize = 1_000;

/// How a file that was just uploaded is probably meant: as a known mapping says that is made for its columns, else as
/// their names suggest.
pub(super) fn understood(bytes: &[u8], known: &[SavedMapping]) -> Result<Mapping, Problem> {
    let refused = |code| Err(file_problem(code).unwrap_or(Problem::Internal));
    if bytes.len() > MAX_FILE {
        return refused("too_large");
    }
    if !is_text(bytes) {
        return refused("not_csv");
    }
    let encoding = detect_encoding(bytes);
    let delimiter = detect_delimiter(bytes, encoding);
    let table = Table::new(bytes, encoding, delimiter);
    let samples: Vec<_> = table.rows().take(GUESSED_FROM).collect();
    if samples.is_empty() {
        return refused("empty");
    }
    if samples.len() == GUESSED_FROM && table.rows().count() > MAX_ROWS {
        return refused("too_many_rows");
    }
    let headers = table.headers();
    let made_for = known.iter().find(|saved| saved.mapping.is_for(&headers));
    let mapping = made_for.map_or_else(|| guess(&headers, &samples), |saved| saved.mapping.for_headers(&headers));
    Ok(Mapping { delimiter, encoding, ..mapping })
}

/// Columns, first rows and meaning of a file, of which only the beginning is needed. A saved mapping says
/// what columns mean, not how this file is cut into them.
pub(super) fn seen(
    head: &[u8],
    stored: &Mapping,
    saved: Option<&Mapping>,
    reading: &Reading,
) -> (Vec<String>, Vec<Vec<String>>, Mapping) {
    let delimiter = reading.delimiter.unwrap_or(stored.delimiter);
    let encoding = reading.encoding.unwrap_or(stored.encoding);
    let table = Table::new(head, encoding, delimiter);
    let headers = table.headers();
    let rows: Vec<_> = table.rows().take(SAMPLES).collect();
    let cut_anew = delimiter != stored.delimiter || encoding != stored.encoding;
    let mapping = match saved {
        Some(saved) => saved.for_headers(&headers),
        None if cut_anew => guess(&headers, &rows),
        None => stored.for_headers(&headers),
    };
    let samples = rows.iter().map(|row| row.fields.iter().map(str::to_owned).collect()).collect();
    (headers, samples, Mapping { delimiter, encoding, ..mapping })
}

/// The name of a file without the folders that some browsers send along.
pub(super) fn plain_name(name: &str) -> String {
    let name: String = tidy(name.rsplit(['/', '\\']).next().unwrap_or_default()).chars().take(255).collect();
    if name.is_empty() { "upload.csv".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::super::mapping::{ColumnMapping, Delimiter, Target};
    use super::*;

    fn code(bytes: &[u8]) -> String {
        understood(bytes, &[]).map_or_else(|problem| problem.errors()[0].code.clone(), |_| "fine".to_owned())
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert_eq!(code(b""), "empty");
        assert_eq!(code(b"Name,Email\n"), "empty");
        assert_eq!(code(b"PK\x03\x04\x00\x00"), "not_csv");
        assert_eq!(code(b"Name,Email\nAna,a@example.net\n"), "fine");
        assert_eq!(code(&"a\n".repeat(MAX_ROWS + 2).into_bytes()), "too_many_rows");
    }

    #[test]
    fn a_mapping_made_for_these_columns_comes_before_a_guess() {
        let columns = vec![ColumnMapping::new("Id", Target::Name), ColumnMapping::new("Name", Target::Ignore)];
        let mapping = Mapping { source: "odd".into(), columns, ..Mapping::default() };
        let known = [SavedMapping { name: "Odd".into(), mapping }];
        let source = |bytes: &[u8]| understood(bytes, &known).map(|mapping| mapping.source).unwrap_or_default();
        assert_eq!(source(b"Name,Id\nAna,1\n"), "odd");
        assert_eq!(source(b"Name,Id,City\nAna,1,Oslo\n"), "csv");
    }

    #[test]
    fn another_delimiter_cuts_and_guesses_anew() {
        let head = b"Name;Email\nAna;a@example.net\n";
        let reading = Reading { delimiter: Some(Delimiter::Semicolon), ..Reading::default() };
        let (headers, samples, mapping) = seen(head, &Mapping::default(), None, &reading);
        assert_eq!(headers, ["Name", "Email"]);
        assert_eq!(samples, [["Ana", "a@example.net"]]);
        assert_eq!(mapping.target_of("Email"), Target::Email);
        assert_eq!(mapping.delimiter, Delimiter::Semicolon);
    }

    #[test]
    fn a_saved_mapping_keeps_how_the_file_is_cut() {
        let head = b"Name;Mail\nAna;a@example.net\n";
        let column = |column: &str, target| ColumnMapping::new(column, target);
        let saved = Mapping { columns: vec![column("Mail", Target::Email)], ..Mapping::default() };
        let stored = Mapping { delimiter: Delimiter::Semicolon, ..Mapping::default() };
        let (_, _, mapping) = seen(head, &stored, Some(&saved), &Reading::default());
        assert_eq!(mapping.delimiter, Delimiter::Semicolon);
        assert_eq!(mapping.columns, [column("Name", Target::Ignore), column("Mail", Target::Email)]);
    }

    #[test]
    fn folders_are_no_part_of_a_name() {
        assert_eq!(plain_name("C:\\files\\a.csv"), "a.csv");
        assert_eq!(plain_name("../../etc/passwd"), "passwd");
        assert_eq!(plain_name(" "), "upload.csv");
    }
}
