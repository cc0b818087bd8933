//! The edge of the world: an SMTP server, or a folder where an operator can read what would have been sent.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Body, Mailbox};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use crate::shared::problem::Problem;

/// How long a server may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// How long sending a mail may take in all; well below the time for which it is claimed.
const SEND_TIMEOUT: Duration = Duration::from_mins(1);

/// A mail as it leaves; it is the same at every attempt.
pub(super) struct Letter<'a> {
    /// Unlike that of any other mail, and sorting by time: the name of the file and part of the Message-ID.
    pub name: String,
    pub from: &'a Mailbox,
    pub to: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    pub at: DateTime<Utc>,
}

/// Where mails go.
#[derive(Clone, Debug)]
pub(super) enum Transport {
    /// To a server, on a connection of its own for each mail.
    Smtp(Arc<AsyncSmtpTransport<Tokio1Executor>>),
    /// Into a folder, one file each.
    Outbox(PathBuf),
}

/// Is it the address of a mail server: `smtps://user:password@host`, `smtp://host:port?tls=required`?
pub fn is_smtp_url(url: &str) -> bool {
    AsyncSmtpTransport::<Tokio1Executor>::from_url(url).is_ok()
}

/// Is it somebody whom mail can come from: `Name <name@example.net>`?
pub fn is_sender(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

impl Transport {
    /// To the server, where there is one. Errors: `Malformed`.
    pub(super) fn new(smtp_url: Option<&str>, outbox: PathBuf) -> Result<Self, Problem> {
        let Some(url) = smtp_url else { return Ok(Self::Outbox(outbox)) };
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| Problem::malformed("ISP_SMTP_URL is not the address of a mail server."))?;
        Ok(Self::Smtp(Arc::new(server.timeout(Some(CONNECT_TIMEOUT)).build())))
    }

    /// Hands a mail over. The error is a sentence for the operator, without anything of the text.
    pub(super) async fn send(&self, letter: &Letter<'_>) -> Result<(), String> {
        let message = self.compose(letter)?;
        match self {
            Self::Smtp(server) => match tokio::time::timeout(SEND_TIMEOUT, server.send(message)).await {
                Ok(sent) => sent.map(|_| ()).map_err(|error| error.to_string()),
                Err(_) => Err("The mail server did not answer in time.".to_owned()),
            },
            Self::Outbox(folder) => {
                let (folder, name) = (folder.clone(), letter.name.clone());
                let written = tokio::task::spawn_blocking(move || write(&folder, &name, &message.formatted())).await;
                written.map_err(io::Error::other).flatten().map_err(|error| format!("The outbox refuses it: {error}"))
            }
        }
    }

    fn compose(&self, letter: &Letter<'_>) -> Result<Message, String> {
        let to = letter.to.parse::<Address>().map_err(|error| error.to_string())?;
        // Nobody's holiday notice comes back (RFC 3834).
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        Message::builder()
            .from(letter.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .date(SystemTime::from(letter.at))
            .message_id(Some(format!("<{}@{}>", letter.name, letter.from.email.domain())))
            .raw_header(automatic)
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .body(self.body(letter.text))
            .map_err(|error| error.to_string())
    }

    /// Encoded for any server; in the outbox left as it is, so that links stay in one piece.
    fn body(&self, text: &str) -> Body {
        let encoded = || Body::new(text.to_owned());
        match self {
            Self::Smtp(_) => encoded(),
            Self::Outbox(_) => {
                Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::Binary).unwrap_or_else(|_| encoded())
            }
        }
    }
}

/// Writes the file for its owner only; it appears whole or not at all.
fn write(folder: &Path, name: &str, message: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let unfinished = folder.join(format!(".{name}.tmp"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(message)?;
    file.sync_all()?;
    std::fs::rename(unfinished, folder.join(format!("{name}.eml")))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn letter<'a>(from: &'a Mailbox, text: &'a str) -> Letter<'a> {
        Letter {
            name: "20260601T090000000000Z-00000007".into(),
            from,
            to: "ana@example.net",
            subject: "Willkommen, Žofie",
            text,
            at: DateTime::from_timestamp(1_780_304_400, 0).unwrap(),
        }
    }

    fn sender() -> Mailbox {
        "ISP Framework <no-reply@isp.example.net>".parse().unwrap()
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn the_outbox_holds_one_whole_file_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = folder.path().join("outbox");
        let transport = Transport::new(None, outbox.clone()).unwrap();
        let link = format!("https://isp.example.net/choose-password?token={}", "x".repeat(80));
        let (from, text) = (sender(), format!("Dobrý den,\n\n{link}\n"));
        for _ in 0..2 {
            transport.send(&letter(&from, &text)).await.unwrap();
        }
        let files: Vec<PathBuf> = outbox.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files, [outbox.join("20260601T090000000000Z-00000007.eml")]);
        assert_eq!((mode(&outbox), mode(&files[0])), (0o700, 0o600));
        let message = std::fs::read_to_string(&files[0]).unwrap();
        assert!(message.contains(&format!("Dobrý den,\r\n\r\n{link}\r\n")), "{message}");
    }

    #[test]
    fn a_mail_says_who_when_and_which() {
        let (from, transport) = (sender(), Transport::Outbox(PathBuf::new()));
        let message = transport.compose(&letter(&from, "Hello.")).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        for line in [
            "To: ana@example.net",
            "Date: Mon, 01 Jun 2026 09:00:00 +0000",
            "Message-ID: <20260601T090000000000Z-00000007@isp.example.net>",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Auto-Submitted: auto-generated",
        ] {
            assert!(text.contains(&format!("{line}\r\n")), "{line} in {text}");
        }
        assert!(text.contains("no-reply@isp.example.net"), "{text}");
    }

    #[test]
    fn an_address_cannot_bring_a_header_along() {
        let (from, transport) = (sender(), Transport::Outbox(PathBuf::new()));
        for to in
            ["ana@example.net\r\nBcc: eve@example.net", "ana@example.net, eve@example.net", "Ana <ana@example.net>"]
        {
            assert!(transport.compose(&Letter { to, ..letter(&from, "Hello.") }).is_err(), "{to}");
        }
    }

    #[test]
    fn a_server_gets_plain_ascii() {
        let (from, transport) = (sender(), Transport::new(Some("smtp://localhost:2525"), PathBuf::new()).unwrap());
        assert!(transport.compose(&letter(&from, "Dobrý den")).unwrap().formatted().is_ascii());
    }

    #[test]
    fn mail_servers_and_senders_have_a_form() {
        for good in
            ["smtp://localhost:2525", "smtps://user:password@mail.example.net", "smtp://mail.example.net?tls=required"]
        {
            assert!(is_smtp_url(good), "{good}");
        }
        for bad in ["mail.example.net", "https://mail.example.net", "smtp://mail.example.net?tls=never"] {
            assert!(!is_smtp_url(bad), "{bad}");
        }
        assert!(is_sender("ISP Framework <no-reply@localhost>") && is_sender("no-reply@example.net"));
        assert!(!is_sender("ISP Framework") && !is_sender("a@example.net, b@example.net"));
    }
}
