//! The mails that let people in, in plain text.

use super::model::StaffMember;
use crate::mail::NewMail;

/// What every letter says: who made it necessary, and the link.
pub(super) struct Letter<'a> {
    pub to: &'a StaffMember,
    pub by: &'a str,
    pub link: &'a str,
}

impl Letter<'_> {
    pub(super) fn invitation(&self) -> NewMail {
        let Self { to, by, link } = self;
        let StaffMember { full_name, username, .. } = to;
        self.mail(
            "Your account in ISP Framework",
            format!(
                "Hello {full_name},\n\n\
                 {by} has made an account for you in ISP Framework. Your user name is {username}.\n\n\
                 Please choose your password here within seven days:\n\n\
                 {link}\n\n\
                 If you did not expect this mail, you can ignore it. Nobody can sign in before a password is chosen.\n"
            ),
        )
    }

    pub(super) fn password_reset(&self) -> NewMail {
        let Self { to, by, link } = self;
        let StaffMember { full_name, username, .. } = to;
        self.mail(
            "Choose a new password for ISP Framework",
            format!(
                "Hello {full_name},\n\n\
                 {by} has sent you this link to choose a new password. Your user name is {username}.\n\n\
                 It works once, within one hour:\n\n\
                 {link}\n\n\
                 Until you use it, your old password stays good. If this surprises you, please ask {by}.\n"
            ),
        )
    }

    fn mail(&self, subject: &str, text: String) -> NewMail {
        NewMail { to: self.to.email.clone(), subject: subject.to_owned(), text }
    }
}

/// Tells the old address of a person that another one has taken its place.
pub(super) fn address_changed(to: &StaffMember, address: &str) -> NewMail {
    let StaffMember { full_name, username, email, .. } = to;
    let text = format!(
        "Hello {full_name},\n\n\
         the e-mail address of your account {username} in ISP Framework is now {address}. No more mails come to \
         this one.\n\n\
         If it was not you who changed it, please tell an administrator at once: somebody knows your password.\n"
    );
    NewMail { to: email.clone(), subject: "Your e-mail address in ISP Framework was changed".to_owned(), text }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::shared::id::StaffId;

    fn ada() -> StaffMember {
        StaffMember {
            id: StaffId(1),
            username: "ada".into(),
            email: "ada@example.net".into(),
            full_name: "Ada Lovelace".into(),
            role: "manager".into(),
            role_name: "Manager".into(),
            is_active: true,
            is_invited: true,
            has_second_factor: false,
            last_sign_in_at: None,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_letter_says_who_caused_it_and_carries_the_link() {
        let to = ada();
        let link = "https://isp.example.net/choose-password?token=abc";
        let letter = Letter { to: &to, by: "Grace Hopper", link };
        for mail in [letter.invitation(), letter.password_reset()] {
            assert_eq!(mail.to, "ada@example.net");
            for word in ["Ada Lovelace", "Grace Hopper", "ada", link] {
                assert!(mail.text.contains(word), "{word}");
            }
        }
    }

    #[test]
    fn the_old_address_hears_of_the_new_one() {
        let mail = address_changed(&ada(), "ada@example.org");
        assert_eq!(mail.to, "ada@example.net");
        assert!(mail.text.contains("is now ada@example.org."), "{}", mail.text);
    }
}
