//! Checks of input that are the same for every kind of record; all errors of one input at once.

use super::problem::{FieldError, Problem};
use super::text::tidy;

/// Collects what is wrong with an input, field by field.
#[derive(Debug, Default)]
pub struct Checks {
    errors: Vec<FieldError>,
}

impl Checks {
    /// Adds an error of `field`.
    pub fn add(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.errors.push(FieldError::new(field, code, message));
    }

    /// Adds the error that a rule found, if any, under the rule's own code.
    pub fn rule(&mut self, field: &str, found: Option<Flaw>) {
        if let Some(flaw) = found {
            self.add(field, flaw.code, flaw.message);
        }
    }

    /// Tidies an optional line; blank means missing; longer than `max` characters is an error.
    pub fn optional(&mut self, field: &str, value: Option<&str>, max: usize) -> Option<String> {
        let value = tidy(value.unwrap_or_default());
        if value.is_empty() {
            return None;
        }
        if value.chars().count() > max {
            self.add(field, "too_long", format!("At most {max} characters."));
        }
        Some(value)
    }

    /// Tidies a required line of at most `max` characters.
    pub fn required(&mut self, field: &str, value: Option<&str>, max: usize) -> String {
        self.optional(field, value, max).unwrap_or_else(|| {
            self.add(field, "required", "Please fill this in.");
            String::new()
        })
    }

    /// Tidies an optional e-mail address and checks its form.
    pub fn email(&mut self, field: &str, value: Option<&str>) -> Option<String> {
        let value = self.optional(field, value, 254)?;
        self.rule(field, email_flaw(&value));
        Some(value)
    }

    /// Reads one of several words; blank means missing.
    pub fn choice<T>(&mut self, field: &str, value: Option<&str>, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = tidy(value.unwrap_or_default());
        if value.is_empty() {
            return None;
        }
        let parsed = parse(&value);
        if parsed.is_none() {
            self.add(field, "invalid", format!("{value} is not one of the choices."));
        }
        parsed
    }

    /// Tidies an optional text of several lines, each on its own; blank means missing.
    pub fn text(&mut self, field: &str, value: Option<&str>, max: usize) -> Option<String> {
        let lines: Vec<String> = value.unwrap_or_default().lines().map(tidy).collect();
        let text = lines.join("\n").trim().to_owned();
        if text.is_empty() {
            return None;
        }
        if text.chars().count() > max {
            self.add(field, "too_long", format!("At most {max} characters."));
        }
        Some(text)
    }

    /// Is nothing wrong so far?
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Ok when nothing is wrong, else every error.
    pub fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::Invalid(self.errors)) }
    }
}

/// What a rule found wrong with one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// A stable code.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

impl Flaw {
    /// A flaw with a stable code and a sentence.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Is this a mailbox such as `ana@example.net`? At most 254 characters (RFC 5321 §4.5.3).
pub fn email_flaw(value: &str) -> Option<Flaw> {
    let options = email_address::Options::default().with_required_tld().without_display_text().without_domain_literal();
    match email_address::EmailAddress::parse_with_options(value, options) {
        Ok(_) => None,
        Err(_) => Some(Flaw::new("invalid", "Please write an address such as ana@example.net.")),
    }
}

/// Does this look like a phone number: 4 to 20 digits with the usual punctuation and an optional extension?
pub fn phone_flaw(value: &str) -> Option<Flaw> {
    let (number, extension) = split_extension(value);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let usual =
        number.chars().enumerate().all(|(i, c)| c.is_ascii_digit() || " -.()/".contains(c) || (c == '+' && i == 0));
    let good = usual && (4..=20).contains(&digits) && extension.is_none_or(|e| (1..=8).contains(&e.len()));
    (!good).then(|| Flaw::new("invalid", "Please write a phone number such as +47 22 12 34 56 x7."))
}

/// Splits `(209)172-7124x3651` or `555 0100 ext. 7` into the number and the extension's digits.
pub fn split_extension(value: &str) -> (&str, Option<&str>) {
    let Some(at) = value.find(|c: char| c.is_alphabetic() || c == '#') else { return (value.trim(), None) };
    let (number, rest) = value.split_at(at);
    let digits = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
    let marker = rest.trim_end_matches(digits).trim().trim_end_matches('.').trim().to_ascii_lowercase();
    let known = matches!(marker.as_str(), "x" | "ext" | "extension" | "#");
    if known && !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) {
        (number.trim(), Some(digits))
    } else {
        (value, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes() {
        for good in ["ana@example.net", "o'neil+isp@sub.example.co.uk", "jürgen@bücher.example"] {
            assert_eq!(email_flaw(good), None, "{good}");
        }
        for bad in ["ana", "ana@", "@example.net", "a b@example.net", "ana@example", "Ana <ana@example.net>"] {
            assert!(email_flaw(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn phones_with_and_without_extension() {
        assert_eq!(split_extension("(209)172-7124x3651"), ("(209)172-7124", Some("3651")));
        assert_eq!(split_extension("555 0100 ext. 7"), ("555 0100", Some("7")));
        assert_eq!(split_extension("043-797-5229"), ("043-797-5229", None));
        for good in ["+47 22 12 34 56", "001-234-567-8901x12", "915.112.1727", "8352752061"] {
            assert_eq!(phone_flaw(good), None, "{good}");
        }
        for bad in ["call me", "12", "+", "555 0100 7+7", "1x", "123456789012345678901"] {
            assert!(phone_flaw(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn every_error_at_once() {
        let mut checks = Checks::default();
        checks.required("name", Some("  "), 255);
        checks.email("email", Some("nobody"));
        let Err(problem) = checks.finish() else { panic!("two errors expected") };
        assert_eq!(problem.errors().len(), 2);
    }
}
