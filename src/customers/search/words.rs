//! The words of a query and the text they are looked for in; the same on both engines.

use super::super::model::Customer;
use crate::shared::text::{digits, fold, tidy};

/// Words of a query at most (spec: Customers → Search).
pub const MAX_WORDS: usize = 8;

/// One word or quoted phrase of a query, as the search sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// `#123`, or a single character: an exact id, if it is a number at all.
    Id(Option<i64>),
    /// A substring; `digits` also matches when punctuation between digits is left out.
    Part {
        /// Folded, at least two characters.
        text: String,
        /// Four digits or more, when they differ from the text.
        digits: Option<String>,
    },
}

/// Splits a query at white space; double quotes keep a phrase together.
pub fn parse_words(query: &str) -> Vec<Word> {
    let tidied = tidy(query);
    let mut words = Vec::new();
    for (i, piece) in tidied.split('"').enumerate() {
        if i % 2 == 1 {
            words.extend(word(piece));
        } else {
            words.extend(piece.split_whitespace().filter_map(word));
        }
    }
    words
}

fn word(text: &str) -> Option<Word> {
    if let Some(number) = text.strip_prefix('#') {
        return Some(Word::Id(number.parse().ok()));
    }
    let folded = fold(text);
    match folded.chars().count() {
        0 => None,
        1 => Some(Word::Id(folded.parse().ok())),
        _ => {
            let digits =
                Some(digits(&folded)).filter(|digits| digits.len() >= 4 && *digits != folded && is_number(&folded));
            Some(Word::Part { text: folded, digits })
        }
    }
}

/// Digits and the punctuation of phone numbers only: `(567)135-1918`, not `flat4u2000`.
fn is_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || c.is_ascii_punctuation() || c == ' ')
}

/// What the record itself is found by, one line a field, folded; `searchable` are the texts of its custom
/// fields. Every line ends in a line break, so that no match spans two fields and the last two characters
/// of a field begin a trigram too.
pub fn own_text(customer: &Customer, searchable: &[String]) -> String {
    let c = customer;
    let fields = [
        Some(&c.name),
        c.first_name.as_ref(),
        c.last_name.as_ref(),
        c.company_name.as_ref(),
        c.email.as_ref(),
        c.billing_email.as_ref(),
        Some(&c.login),
        Some(&c.portal_id),
        c.phone.as_ref(),
        c.mobile.as_ref(),
        c.city.as_ref(),
        c.tax_id.as_ref(),
        c.external_id.as_ref(),
    ];
    let numbers = [&c.phone, &c.phone_e164, &c.mobile, &c.mobile_e164];
    let lines = fields.into_iter().flatten().chain(searchable).map(|text| fold(text));
    new_lines(lines.chain(numbers.into_iter().flatten().map(|number| digits(number))))
}

/// What contacts and addresses add to it: their lines, and the digits of lines that are phone numbers. What the
/// record itself says as well is not left out: it may say something else tomorrow.
pub fn more_text(lines: &[String]) -> String {
    let numbers = lines.iter().filter(|line| is_number(line)).map(|line| digits(line)).filter(|it| it.len() >= 4);
    new_lines(lines.iter().map(|line| fold(line)).chain(numbers))
}

/// Lines that stand in none before them: such a line finds nothing new.
fn new_lines(lines: impl Iterator<Item = String>) -> String {
    let mut text = String::with_capacity(256);
    for line in lines {
        if !line.is_empty() && !text.lines().any(|earlier| earlier.contains(&line)) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str, digits: Option<&str>) -> Word {
        Word::Part { text: text.into(), digits: digits.map(str::to_owned) }
    }

    #[test]
    fn quotes_keep_a_phrase_and_numbers_lose_their_punctuation() {
        assert_eq!(parse_words("  Ana \"de la Cruz\" "), [part("ana", None), part("de la cruz", None)]);
        assert_eq!(parse_words("(567)135-1918"), [part("(567)135-1918", Some("5671351918"))]);
        assert_eq!(parse_words("5671351918"), [part("5671351918", None)]);
        assert_eq!(parse_words("flat4u2000"), [part("flat4u2000", None)]);
        assert_eq!(parse_words("\"unclosed phrase"), [part("unclosed phrase", None)]);
    }

    #[test]
    fn single_characters_and_hashes_are_ids() {
        assert_eq!(parse_words("#42 7 x"), [Word::Id(Some(42)), Word::Id(Some(7)), Word::Id(None)]);
        assert!(parse_words(" \" \" ").is_empty());
    }

    #[test]
    fn contacts_and_addresses_add_every_line_once() {
        let lines = ["Bo Öst".into(), "+47 22 12 34 56".into(), "bo@example.net".into(), "BO".into()];
        assert_eq!(more_text(&lines), "bo ost\n+47 22 12 34 56\nbo@example.net\n4722123456\n");
        assert_eq!(more_text(&["12 34 56 78".to_owned()]), "12 34 56 78\n12345678\n");
        assert_eq!(more_text(&[]), "");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_query(text in "\\PC{0,200}") {
            for word in parse_words(&text) {
                if let Word::Part { text, .. } = word {
                    proptest::prop_assert!(text.chars().count() >= 2);
                }
            }
        }
    }
}
