//! From the bytes of a file to rows of text with their lines; what the columns mean is not known here.

use std::borrow::Cow;
use std::collections::HashSet;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{UTF_8, WINDOWS_1252};

use super::mapping::{Charset, Delimiter};
use crate::shared::text::tidy;

/// A file as text, ready to be read as rows.
pub(super) struct Table {
    text: String,
    delimiter: Delimiter,
}

/// A row of the file.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The line where it begins; the header is line 1 unless empty lines stand before it.
    pub line: i64,
    /// What stands in its columns.
    pub fields: StringRecord,
}

impl Table {
    /// The text of a file; bytes that are none in this encoding become U+FFFD.
    pub fn new(bytes: &[u8], encoding: Charset, delimiter: Delimiter) -> Self {
        let text = match encoding {
            Charset::Utf8 => UTF_8.decode_with_bom_removal(bytes).0,
            Charset::Windows1252 => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        };
        Self { text: with_newlines(text), delimiter }
    }

    /// The columns: tidied, and made different where two have the same name or none.
    pub fn headers(&self) -> Vec<String> {
        self.records().next().map(|row| distinct(&row.fields)).unwrap_or_default()
    }

    /// The rows below the header; lines without any text are left out.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.records().skip(1).filter(|row| row.fields.iter().any(|field| !field.trim().is_empty()))
    }

    fn records(&self) -> impl Iterator<Item = Row> {
        let reader = ReaderBuilder::new()
            .delimiter(self.delimiter.byte())
            .has_headers(false)
            .flexible(true)
            .from_reader(self.text.as_bytes());
        // Text in memory can fail neither to be read nor to be UTF-8.
        reader.into_records().map_while(Result::ok).map(|fields| Row { line: self.line_of(&fields), fields })
    }

    /// The reader counts from the end of the row before; empty lines in between are passed here.
    fn line_of(&self, fields: &StringRecord) -> i64 {
        let Some(position) = fields.position() else { return 0 };
        let begin = usize::try_from(position.byte()).unwrap_or(usize::MAX);
        let rest = self.text.as_bytes().get(begin..).unwrap_or_default();
        let empty = rest.iter().take_while(|byte| **byte == b'\n').count();
        i64::try_from(position.line()).unwrap_or_default() + i64::try_from(empty).unwrap_or_default()
    }
}

/// One kind of line break, so that lines can be counted.
fn with_newlines(text: Cow<'_, str>) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.into_owned() }
}

fn distinct(fields: &StringRecord) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut names = Vec::with_capacity(fields.len());
    for (place, field) in fields.iter().enumerate() {
        let tidied = tidy(field);
        let base = if tidied.is_empty() { format!("Column {}", place + 1) } else { tidied };
        let mut name = base.clone();
        let mut count = 1;
        while !seen.insert(name.clone()) {
            count += 1;
            name = format!("{base} ({count})");
        }
        names.push(name);
    }
    names
}

/// UTF-8 when the bytes are, else the encoding of Western European spreadsheets.
pub(super) fn detect_encoding(bytes: &[u8]) -> Charset {
    if std::str::from_utf8(bytes).is_ok() { Charset::Utf8 } else { Charset::Windows1252 }
}

/// The delimiter that cuts the first rows into the most columns, the same number in each.
pub(super) fn detect_delimiter(bytes: &[u8], encoding: Charset) -> Delimiter {
    // The first 64 KB tell enough; a character cut in half at their end changes no count.
    let head = &bytes[..bytes.len().min(64 << 10)];
    let score = |delimiter: Delimiter| {
        let table = Table::new(head, encoding, delimiter);
        let widths: Vec<usize> = table.records().take(20).map(|row| row.fields.len()).collect();
        let width = widths.first().copied().unwrap_or_default();
        let even = widths.iter().filter(|one| **one == width).count();
        if width > 1 { even * 1_000 / widths.len() * 100 + width.min(99) } else { 0 }
    };
    // Of equals the last wins: the comma.
    Delimiter::ALL.iter().copied().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(Delimiter::Comma)
}

/// Is it text at all? Spreadsheets and texts of two bytes a character hold zero bytes.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(text: &str) -> Table {
        Table::new(text.as_bytes(), Charset::Utf8, Delimiter::Comma)
    }

    fn rows(table: &Table) -> Vec<(i64, Vec<String>)> {
        table.rows().map(|row| (row.line, row.fields.iter().map(str::to_owned).collect())).collect()
    }

    #[test]
    fn quotes_keep_commas_line_breaks_and_quotes() {
        let table = table("name,note\n\"Doe, Ana\",\"says \"\"hi\"\"\"\n\"two\nlines\",x\nlast,y\n");
        assert_eq!(table.headers(), ["name", "note"]);
        let found = rows(&table);
        assert_eq!(found[0], (2, vec!["Doe, Ana".to_owned(), "says \"hi\"".to_owned()]));
        assert_eq!(found[1], (3, vec!["two\nlines".to_owned(), "x".to_owned()]));
        assert_eq!(found[2].0, 5);
    }

    #[test]
    fn every_kind_of_line_break_and_empty_lines_are_counted() {
        for text in ["a,b\r\n1,2\r\n\r\n,\r\n3,4\r\n", "a,b\n1,2\n\n,\n3,4", "a,b\r1,2\r\r,\r3,4\r"] {
            let lines: Vec<i64> = table(text).rows().map(|row| row.line).collect();
            assert_eq!(lines, [2, 5], "{text:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_column() {
        let bytes = b"\xef\xbb\xbfName,City\nAna,Oslo\n";
        assert_eq!(detect_encoding(bytes), Charset::Utf8);
        assert_eq!(Table::new(bytes, Charset::Utf8, Delimiter::Comma).headers(), ["Name", "City"]);
    }

    #[test]
    fn western_european_bytes_are_understood() {
        let bytes = b"Name;City\nJ\xfcrgen;M\xfcnchen \x80\n";
        let encoding = detect_encoding(bytes);
        assert_eq!(encoding, Charset::Windows1252);
        assert_eq!(detect_delimiter(bytes, encoding), Delimiter::Semicolon);
        let table = Table::new(bytes, encoding, Delimiter::Semicolon);
        assert_eq!(rows(&table)[0].1, ["Jürgen", "München €"]);
    }

    #[test]
    fn the_delimiter_is_found_out() {
        let detect = |text: &str| detect_delimiter(text.as_bytes(), Charset::Utf8);
        assert_eq!(detect("a,b,c\n1,2,3\n"), Delimiter::Comma);
        assert_eq!(detect("a;b;c\n1,5;2;3\n2,5;1,0;9\n"), Delimiter::Semicolon);
        assert_eq!(detect("a\tb\n1,5\t2\n"), Delimiter::Tab);
        assert_eq!(detect("a|b\nx|y\n"), Delimiter::Pipe);
        assert_eq!(detect("name\nAna\n"), Delimiter::Comma);
    }

    #[test]
    fn columns_of_one_name_or_none_are_told_apart() {
        assert_eq!(table("Phone,Phone, ,Phone\n1,2,3,4\n").headers(), ["Phone", "Phone (2)", "Column 3", "Phone (3)"]);
    }

    proptest! {
        #[test]
        fn what_was_written_as_csv_is_read_again(
            cells in prop::collection::vec(prop::collection::vec("[a-zé,;\"\n ]{0,8}x", 3), 1..20)
        ) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["a", "b", "c"]).unwrap();
            for row in &cells {
                writer.write_record(row).unwrap();
            }
            let bytes = writer.into_inner().unwrap();
            let table = Table::new(&bytes, Charset::Utf8, Delimiter::Comma);
            let read: Vec<Vec<String>> = rows(&table).into_iter().map(|(_, fields)| fields).collect();
            prop_assert_eq!(read, cells);
        }

        #[test]
        fn no_bytes_make_the_reader_fail(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let encoding = detect_encoding(&bytes);
            let table = Table::new(&bytes, encoding, detect_delimiter(&bytes, encoding));
            let _ = table.headers();
            prop_assert!(table.rows().all(|row| row.line >= 1));
        }
    }
}
