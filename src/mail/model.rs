//! A mail to one person, and when to try again.

use std::fmt;

use chrono::Duration;

/// A mail in plain text. It cannot be printed: the text often holds a link that lets somebody in.
#[derive(Clone, PartialEq, Eq)]
pub struct NewMail {
    /// The address of the one recipient.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The text, lines separated by `\n`.
    pub text: String,
}

impl fmt::Debug for NewMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewMail").field("to", &self.to).field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// How long to wait after this many attempts; `None` gives up, some eight hours after the first.
pub(super) fn wait_after(attempts: i64) -> Option<Duration> {
    let minutes = match attempts {
        ..=1 => 1,
        2 => 5,
        3 => 15,
        4..12 => 60,
        12.. => return None,
    };
    Some(Duration::minutes(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_grow_rare_and_end() {
        let waits: Vec<Option<i64>> =
            (1..=12).map(|attempts| wait_after(attempts).map(|wait| wait.num_minutes())).collect();
        let expected = [1, 5, 15, 60, 60, 60, 60, 60, 60, 60, 60].map(Some);
        assert_eq!(waits, [expected.as_slice(), &[None]].concat());
    }

    #[test]
    fn the_text_of_a_mail_cannot_be_printed() {
        let mail = NewMail { to: "ana@example.net".into(), subject: "Welcome".into(), text: "a secret link".into() };
        assert!(!format!("{mail:?}").contains("secret"));
    }
}
