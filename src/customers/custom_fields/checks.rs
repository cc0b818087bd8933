//! The rules of a definition (spec: Customers → Custom field definitions).

use super::super::model::Category;
use super::keys::{day, text_key};
use super::model::{CustomFieldInput, FieldKind, PortalVisibility};
use super::pattern::is_pattern;
use super::reading::{decimal, integer, limit_size, max_length};
use crate::shared::problem::Problem;
use crate::shared::text::{fold, tidy};
use crate::shared::validation::Checks;

/// Characters of a key, of an option, and of a pattern at most; options of a field at most.
const KEY_LENGTH: usize = 50;
const OPTION_LENGTH: usize = 100;
const PATTERN_LENGTH: usize = 500;
const MAX_OPTIONS: usize = 100;

/// A definition that kept all rules which need no database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedField {
    /// The name in JSON as it was given; `None`: the one it has, or one made of the title.
    pub key: Option<String>,
    /// The name for people.
    pub title: String,
    /// What kind of value it holds.
    pub kind: FieldKind,
    /// A sentence below the field.
    pub hint: Option<String>,
    /// Only customers of this category have it.
    pub category: Option<Category>,
    /// May it not be empty?
    pub is_required: bool,
    /// May no two customers have the same value?
    pub is_unique: bool,
    /// The least number or day, or length of a text.
    pub minimum: Option<String>,
    /// The greatest number or day, or length of a text.
    pub maximum: Option<String>,
    /// What the whole text must match.
    pub pattern: Option<String>,
    /// The values of a select.
    pub options: Vec<String>,
    /// Does the search look into it?
    pub is_searchable: bool,
    /// Is it a column of the customer list?
    pub is_listed: bool,
    /// What the customer may do with it in the portal.
    pub portal: PortalVisibility,
    /// Its place among the fields; `None`: the one it has, or the last.
    pub position: Option<i64>,
}

impl CustomFieldInput {
    /// Applies every rule that needs no database. Errors: `Invalid` with every wrong field at once.
    pub fn checked(&self) -> Result<CheckedField, Problem> {
        let mut checks = Checks::default();
        let c = &mut checks;
        let title = c.required("title", self.title.as_deref(), 100);
        let word = c.required("kind", self.kind.as_deref(), 100);
        let kind = c.choice("kind", Some(&word), FieldKind::parse);
        // Without a kind there is nothing to hold the other rules against.
        let rules = kind.map(|kind| self.rules(c, kind)).unwrap_or_default();
        let checked = CheckedField {
            key: key(c, self.key.as_deref()),
            title,
            kind: kind.unwrap_or(FieldKind::Text),
            hint: c.optional("hint", self.hint.as_deref(), 200),
            category: c.choice("category", self.category.as_deref(), Category::parse),
            is_required: self.is_required,
            is_unique: self.is_unique,
            minimum: rules.minimum,
            maximum: rules.maximum,
            pattern: rules.pattern,
            options: rules.options,
            is_searchable: self.is_searchable,
            is_listed: self.is_listed,
            portal: c
                .choice("portal", self.portal.as_deref(), PortalVisibility::parse)
                .unwrap_or(PortalVisibility::None),
            position: position(c, self.position.as_deref()),
        };
        checks.finish()?;
        Ok(checked)
    }

    /// What depends on the kind.
    fn rules(&self, checks: &mut Checks, kind: FieldKind) -> Rules {
        if self.is_unique && !kind.can_be_unique() {
            not_allowed(checks, "is_unique", kind);
        }
        if self.is_searchable && !kind.can_be_searched() {
            not_allowed(checks, "is_searchable", kind);
        }
        let minimum = limit(checks, "minimum", kind, self.minimum.as_deref());
        let maximum = limit(checks, "maximum", kind, self.maximum.as_deref());
        let size = |written: &Option<String>| written.as_deref().and_then(|written| limit_size(kind, written));
        if let (Some(least), Some(most)) = (size(&minimum), size(&maximum))
            && least > most
        {
            checks.add("maximum", "out_of_range", "The greatest is less than the least.");
        }
        let pattern = pattern(checks, kind, self.pattern.as_deref());
        Rules { minimum, maximum, pattern, options: options(checks, kind, &self.options) }
    }
}

/// The part of a definition that depends on its kind.
#[derive(Default)]
struct Rules {
    minimum: Option<String>,
    maximum: Option<String>,
    pattern: Option<String>,
    options: Vec<String>,
}

fn not_allowed(checks: &mut Checks, field: &str, kind: FieldKind) {
    checks.add(field, "not_allowed", format!("This does not apply to the kind “{}”.", kind.label()));
}

fn key(checks: &mut Checks, key: Option<&str>) -> Option<String> {
    let key = tidy(key.unwrap_or_default());
    if key.is_empty() {
        return None;
    }
    let is_good = key.len() <= KEY_LENGTH
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !is_good {
        checks.add("key", "invalid", "1 to 50 of a–z, 0–9 and the underscore, beginning with a letter.");
    }
    Some(key)
}

/// The key of a field without one: its title in plain letters.
pub(super) fn key_of_title(title: &str) -> String {
    let folded = fold(title);
    let words: Vec<&str> = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let joined = words.join("_");
    let key = if joined.starts_with(|c: char| c.is_ascii_lowercase()) {
        joined
    } else {
        format!("field_{joined}").trim_end_matches('_').to_owned()
    };
    key.chars().take(KEY_LENGTH).collect::<String>().trim_end_matches('_').to_owned()
}

fn limit(checks: &mut Checks, field: &str, kind: FieldKind, written: Option<&str>) -> Option<String> {
    let written = tidy(written.unwrap_or_default());
    if written.is_empty() {
        return None;
    }
    if !kind.takes_limits() {
        not_allowed(checks, field, kind);
        return None;
    }
    let is_length = |length: &i64| usize::try_from(*length).is_ok_and(|length| length <= max_length(kind));
    let read = match kind {
        FieldKind::Date => day(&written).map(|day| day.to_string()),
        FieldKind::Decimal => decimal(&written),
        FieldKind::Integer => integer(&written).map(|number| number.to_string()),
        _ => integer(&written).filter(is_length).map(|length| length.to_string()),
    };
    if read.is_none() {
        let message = match kind {
            FieldKind::Date => "Please write a date such as 2026-05-31.".to_owned(),
            FieldKind::Decimal => "Please write a number such as 12.5.".to_owned(),
            FieldKind::Integer => "Please write a whole number.".to_owned(),
            _ => format!("Please write a number of characters, at most {}.", max_length(kind)),
        };
        checks.add(field, "invalid", message);
    }
    read
}

fn pattern(checks: &mut Checks, kind: FieldKind, pattern: Option<&str>) -> Option<String> {
    let pattern = pattern.unwrap_or_default().trim();
    if pattern.is_empty() {
        return None;
    }
    if !kind.takes_pattern() {
        not_allowed(checks, "pattern", kind);
    } else if pattern.chars().count() > PATTERN_LENGTH {
        checks.add("pattern", "too_long", format!("At most {PATTERN_LENGTH} characters."));
    } else if pattern.contains(char::is_control) || !is_pattern(pattern) {
        checks.add("pattern", "invalid", "Please write a regular expression such as [A-Z]{2}[0-9]{4}.");
    }
    Some(pattern.to_owned())
}

fn options(checks: &mut Checks, kind: FieldKind, written: &[String]) -> Vec<String> {
    let options: Vec<String> = written.iter().map(|option| tidy(option)).filter(|option| !option.is_empty()).collect();
    if !kind.takes_options() {
        if !options.is_empty() {
            not_allowed(checks, "options", kind);
        }
        return Vec::new();
    }
    if options.is_empty() {
        checks.add("options", "required", "Please write the options, one on each line.");
    }
    if options.len() > MAX_OPTIONS {
        checks.add("options", "too_many", format!("At most {MAX_OPTIONS} options."));
    }
    if options.iter().any(|option| option.chars().count() > OPTION_LENGTH) {
        checks.add("options", "too_long", format!("An option has at most {OPTION_LENGTH} characters."));
    }
    // Files write several choices with semicolons between them.
    if options.iter().any(|option| option.contains(';')) {
        checks.add("options", "invalid", "An option cannot have a semicolon.");
    }
    let mut known = std::collections::HashSet::new();
    if let Some(twice) = options.iter().find(|option| !known.insert(text_key(option))) {
        checks.add("options", "duplicate", format!("The option {twice} is there twice."));
    }
    options
}

fn position(checks: &mut Checks, written: Option<&str>) -> Option<i64> {
    let written = tidy(written.unwrap_or_default());
    if written.is_empty() {
        return None;
    }
    let place = integer(&written).filter(|place| *place >= 0);
    if place.is_none() {
        checks.add("position", "invalid", "Please write a number from 0.");
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(kind: &str) -> CustomFieldInput {
        CustomFieldInput { title: Some("Field".into()), kind: Some(kind.into()), ..CustomFieldInput::default() }
    }

    fn wrong(input: &CustomFieldInput) -> Vec<String> {
        let mut fields: Vec<String> = match input.checked() {
            Ok(_) => Vec::new(),
            Err(problem) => problem.errors().iter().map(|error| error.field.clone()).collect(),
        };
        fields.dedup();
        fields
    }

    #[test]
    fn keys_are_made_of_titles() {
        for (title, key) in [
            ("MAC address", "mac_address"),
            ("Größe (m²)", "grosse_m2"),
            ("2nd line", "field_2nd_line"),
            ("客服", "field"),
        ] {
            assert_eq!(key_of_title(title), key);
        }
        assert!(key_of_title(&"ab ".repeat(40)).len() <= 50);
    }

    #[test]
    fn each_kind_has_its_rules() {
        let everything = |kind: &str| CustomFieldInput {
            is_unique: true,
            is_searchable: true,
            minimum: Some("1".into()),
            maximum: Some("5".into()),
            pattern: Some("a+".into()),
            options: vec!["A".into(), "B".into()],
            ..input(kind)
        };
        assert_eq!(wrong(&everything("text")), ["options"]);
        assert_eq!(wrong(&everything("long_text")), ["is_unique", "pattern", "options"]);
        assert_eq!(wrong(&everything("integer")), ["pattern", "options"]);
        assert_eq!(wrong(&everything("date")), ["minimum", "maximum", "pattern", "options"]);
        assert_eq!(wrong(&everything("select")), ["is_unique", "minimum", "maximum", "pattern"]);
        assert_eq!(wrong(&everything("email")), ["minimum", "maximum", "options"]);
        let boolean = wrong(&everything("boolean"));
        assert_eq!(boolean, ["is_unique", "is_searchable", "minimum", "maximum", "pattern", "options"]);
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        assert_eq!(wrong(&CustomFieldInput::default()), ["title", "kind"]);
        let bad = CustomFieldInput {
            key: Some("1st".into()),
            category: Some("robot".into()),
            minimum: Some("10".into()),
            maximum: Some("9".into()),
            pattern: Some("(".into()),
            position: Some("-1".into()),
            portal: Some("own".into()),
            ..input("text")
        };
        assert_eq!(wrong(&bad), ["maximum", "pattern", "key", "category", "portal", "position"]);
        assert_eq!(wrong(&input("select")), ["options"]);
        let twice = CustomFieldInput { options: vec!["Fibre".into(), "FIBRE".into()], ..input("select") };
        assert_eq!(wrong(&twice), ["options"]);
    }

    #[test]
    fn limits_are_kept_in_one_form() {
        let of = |kind: &str, minimum: &str| {
            let input = CustomFieldInput { minimum: Some(minimum.into()), ..input(kind) };
            input.checked().ok().and_then(|checked| checked.minimum)
        };
        assert_eq!(of("decimal", "01.50").as_deref(), Some("1.5"));
        assert_eq!(of("integer", "-07").as_deref(), Some("-7"));
        assert_eq!(of("text", "256"), None);
        assert_eq!(of("long_text", "5000").as_deref(), Some("5000"));
    }
}
