//! Text as people type it and as the search sees it.

use unicode_normalization::UnicodeNormalization;

/// Tidies a line of input: NFC, trimmed, inner white space folded to single spaces, control
/// characters removed (spec: Customers → common to every record).
pub fn tidy(input: &str) -> String {
    let words: Vec<String> = input
        .nfc()
        .collect::<String>()
        .split_whitespace()
        .map(|word| word.chars().filter(|c| !c.is_control()).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// Trimmed, inner white space folded to single spaces: what a browser needs of [`tidy`], without the
/// tables of Unicode.
pub fn squeezed(input: &str) -> String {
    input.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Folds text for comparison and search: compatibility forms, case and accents disappear, so
/// that `muller` equals `Müller` and `strasse` equals `Straße`. Marks that carry meaning, as in
/// Indic scripts, stay.
pub fn fold(input: &str) -> String {
    if input.is_ascii() {
        return squeezed(&input.to_ascii_lowercase());
    }
    let mut folded = String::with_capacity(input.len());
    for c in input.nfkd().filter(|c| !is_accent(*c)) {
        for lower in c.to_lowercase() {
            match lower {
                'ß' => folded.push_str("ss"),
                'æ' => folded.push_str("ae"),
                'œ' => folded.push_str("oe"),
                'þ' => folded.push_str("th"),
                'ø' => folded.push('o'),
                'đ' | 'ð' => folded.push('d'),
                'ł' => folded.push('l'),
                'ħ' => folded.push('h'),
                'ı' => folded.push('i'),
                'ς' => folded.push('σ'),
                '\u{0307}' => {}
                other => folded.push(other),
            }
        }
    }
    squeezed(&folded.nfc().collect::<String>())
}

/// Diacritics of Latin, Greek and Cyrillic, Hebrew points and Arabic vowel signs.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{0591}'..='\u{05c7}' | '\u{064b}'..='\u{065f}' | '\u{0670}')
}

/// The decimal digits of a text, whatever stands between them.
pub fn digits(input: &str) -> String {
    input.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| char::from_digit(d, 10)).collect()
}

/// Escapes `%`, `_` and `\` for `LIKE … ESCAPE '\'`.
pub fn escape_like(input: &str) -> String {
    let mut escaped = String::with_capacity(input.len());
    for c in input.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_disappear() {
        assert_eq!(fold("Müller"), "muller");
        assert_eq!(fold("Straße  Łódź"), "strasse lodz");
        assert_eq!(fold("İSTANBUL"), fold("istanbul"));
        assert_eq!(fold("ΟΔΟΣ"), fold("οδός"));
        assert_eq!(fold("Ёлкина"), fold("елкина"));
        assert_eq!(fold("ｶﾅ"), fold("カナ"));
        assert_eq!(fold("王小明"), "王小明");
    }

    #[test]
    fn input_is_tidied() {
        assert_eq!(tidy("  Ana\u{0} \t María\n"), "Ana María");
        assert_eq!(tidy("e\u{301}"), "é");
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["Ǆ", "ŉ", "한국어", "हिन्दी", "ﬁ", "Å", "ẞ"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }
}
