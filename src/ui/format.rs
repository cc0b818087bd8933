//! How numbers and times are written: pure functions, the same on both sides.

use chrono::{DateTime, NaiveDate, Utc};

/// A number with groups of three: `1,234,567`.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with its noun: `1 customer`, `1,200 customers`.
pub fn plural(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A day: `23 Nov 2026`.
pub fn date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// An instant: `23 Nov 2026, 11:45 UTC`.
pub fn date_time(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// The distance of an instant from now: `3 minutes ago`, `in 2 days`; a date beyond a month.
pub fn relative(from: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - from).num_seconds();
    let text = match seconds.abs() {
        0..45 => return "just now".to_owned(),
        s @ 45..3_600 => plural((s / 60).max(1), "minute", "minutes"),
        s @ 3_600..86_400 => plural(s / 3_600, "hour", "hours"),
        s @ 86_400..2_592_000 => plural(s / 86_400, "day", "days"),
        _ => return date(from.date_naive()),
    };
    if seconds < 0 { format!("in {text}") } else { format!("{text} ago") }
}

/// The first letters of the first and last word, for an avatar.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    words.next().into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// Text as the content of an element of HTML.
pub(super) fn escape(text: String) -> String {
    if text.contains(['&', '<', '>']) {
        return text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn noon() -> DateTime<Utc> {
        NaiveDate::from_ymd_opt(2026, 11, 23).and_then(|day| day.and_hms_opt(12, 0, 0)).unwrap().and_utc()
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        let texts = [0, 999, 1_000, 123_456, 1_234_567, -1_000].map(count);
        assert_eq!(texts, ["0", "999", "1,000", "123,456", "1,234,567", "-1,000"]);
        assert!(count(i64::MIN).starts_with("-9,223,"));
    }

    #[test]
    fn one_is_singular_and_none_is_plural() {
        assert_eq!(plural(1, "customer", "customers"), "1 customer");
        assert_eq!(plural(0, "customer", "customers"), "0 customers");
        assert_eq!(plural(12_000, "customer", "customers"), "12,000 customers");
    }

    #[test]
    fn dates_are_written_with_the_name_of_the_month() {
        assert_eq!(date(noon().date_naive()), "23 Nov 2026");
        assert_eq!(date_time(noon()), "23 Nov 2026, 12:00 UTC");
    }

    #[test]
    fn distances_are_rounded_down() {
        let ago = |seconds| relative(noon() - TimeDelta::seconds(seconds), noon());
        assert_eq!(ago(10), "just now");
        assert_eq!(ago(50), "1 minute ago");
        assert_eq!(ago(7_300), "2 hours ago");
        assert_eq!(ago(-172_800), "in 2 days");
        assert_eq!(ago(2_592_000), "24 Oct 2026");
    }

    #[test]
    fn initials_take_the_first_and_the_last_word() {
        assert_eq!(initials("Ana Maria de Souza"), "AS");
        assert_eq!(initials("émile"), "É");
        assert_eq!(initials(" "), "");
    }

    #[test]
    fn text_cannot_leave_its_element() {
        assert_eq!(escape("</textarea> & <b>".to_owned()), "&lt;/textarea&gt; &amp; &lt;b&gt;");
    }
}
