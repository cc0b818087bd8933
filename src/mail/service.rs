//! Queueing mails as a step of other use cases, and delivering them.

use std::path::PathBuf;

use chrono::{DateTime, Duration, Utc};
use lettre::Address;
use lettre::message::Mailbox;

use super::model::{NewMail, wait_after};
use super::repository::MailRow;
use super::transport::{Letter, Transport};
use crate::database::{Database, Transaction};
use crate::shared::clock::Clock;
use crate::shared::problem::Problem;
use crate::shared::sealer::Sealer;
use crate::shared::text::tidy;

/// How long a mail belongs to the server that claimed it; if that one dies, another tries again.
const CLAIM: Duration = Duration::minutes(5);

/// How long it is remembered that a mail was sent or given up.
const KEEP: Duration = Duration::days(90);

/// What the operator decides about mail.
pub struct MailSettings {
    /// The SMTP server, `smtp://…` or `smtps://…`, with its password; without one, mails go to the outbox.
    pub smtp_url: Option<String>,
    /// Who writes: `Name <name@example.net>`.
    pub from: String,
    /// The folder for mails that cannot be sent.
    pub outbox: PathBuf,
    /// What links begin with; no slash at the end.
    pub base_url: String,
}

/// The post; cheap to clone.
#[derive(Clone, Debug)]
pub struct MailService {
    database: Database,
    clock: Clock,
    sealer: Sealer,
    transport: Transport,
    from: Mailbox,
    base_url: String,
}

impl MailService {
    /// The service on the database of the process. Errors: `Malformed` when the settings name no server or sender.
    pub fn new(database: Database, clock: Clock, sealer: Sealer, settings: MailSettings) -> Result<Self, Problem> {
        let transport = Transport::new(settings.smtp_url.as_deref(), settings.outbox)?;
        let from = settings.from.parse::<Mailbox>();
        let from = from.map_err(|_| Problem::malformed("ISP_MAIL_FROM is not the address of a sender."))?;
        Ok(Self { database, clock, sealer, transport, from, base_url: settings.base_url })
    }

    /// The absolute address of a path of this site, for a link in a mail.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// Queues a mail in the transaction of its cause: it is sent if, and only if, that commits. The text is sealed
    /// until then. Errors: `Invalid` (`email`) when the recipient is not one plain address.
    pub async fn queue(&self, tx: &mut Transaction, now: DateTime<Utc>, mail: &NewMail) -> Result<(), Problem> {
        if mail.to.parse::<Address>().is_err() {
            return Err(Problem::field_error("email", "invalid", "No mail can be sent to this address."));
        }
        let body = self.sealer.seal(&context(&mail.to, now), mail.text.as_bytes())?;
        tx.mails().insert(&mail.to, &tidy(&mail.subject), &body, now).await?;
        Ok(())
    }

    /// Sends what is due, each mail once, and gives how many went out. Several servers may do this at once. What
    /// fails is tried again later, more and more rarely, and given up after a dozen attempts. For the scheduler.
    pub async fn deliver_due(&self) -> Result<u32, Problem> {
        let due = self.clock.now();
        let mut sent = 0;
        while let Some(mail) = self.claim(due).await? {
            sent += u32::from(self.deliver(&mail).await?);
        }
        Ok(sent)
    }

    /// Forgets mails that were sent or given up long ago. For the scheduler.
    pub async fn sweep(&self) -> Result<(), Problem> {
        let mut tx = self.database.begin().await?;
        tx.mails().delete_closed(self.clock.now() - KEEP).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn claim(&self, due: DateTime<Utc>) -> Result<Option<MailRow>, Problem> {
        if !self.database.read().await?.mails().is_due(due).await? {
            return Ok(None);
        }
        let mut tx = self.database.begin().await?;
        let mail = tx.mails().claim(due, self.clock.now() + CLAIM).await?;
        tx.commit().await?;
        Ok(mail)
    }

    /// One attempt, outside of any transaction, and what came of it: did it go out?
    async fn deliver(&self, mail: &MailRow) -> Result<bool, Problem> {
        let outcome = self.send(mail).await;
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        match &outcome {
            Ok(()) => tx.mails().close(mail.id, Some(now), None).await?,
            Err(error) => {
                tracing::warn!(mail = mail.id, attempt = mail.attempts, %error, "a mail could not be sent");
                match wait_after(mail.attempts) {
                    Some(wait) => tx.mails().postpone(mail.id, now + wait, error).await?,
                    None => tx.mails().close(mail.id, None, Some(error)).await?,
                }
            }
        }
        tx.commit().await?;
        Ok(outcome.is_ok())
    }

    async fn send(&self, mail: &MailRow) -> Result<(), String> {
        let text = self.sealer.open(&context(&mail.recipient, mail.created_at), &mail.body).ok();
        let text = text.and_then(|text| String::from_utf8(text).ok());
        let text = text.ok_or("The text does not open: has ISP_SECRET_KEY changed?")?;
        let letter = Letter {
            name: format!("{}-{:08}", mail.created_at.format("%Y%m%dT%H%M%S%6fZ"), mail.id),
            from: &self.from,
            to: &mail.recipient,
            subject: &mail.subject,
            text: &text,
            at: mail.created_at,
        };
        self.transport.send(&letter).await.map_err(|error| tidy(&error).chars().take(300).collect())
    }
}

/// What a text is sealed for: it opens in no mail to anybody else.
fn context(recipient: &str, created_at: DateTime<Utc>) -> String {
    format!("mails.body {} {recipient}", created_at.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::DatabaseError;

    const KEY: &str = "a key for tests only, forty-two characters";

    struct Post {
        folder: tempfile::TempDir,
        database: Database,
        clock: Clock,
        service: MailService,
    }

    impl Post {
        async fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let url = format!("sqlite://{}", folder.path().join("test.db").display());
            let database = Database::connect(&url).await.unwrap();
            database.migrate().await.unwrap();
            let clock = Clock::fixed("2026-06-01T09:00:00Z".parse().unwrap());
            let service = service(&folder, &database, &clock, KEY);
            Self { folder, database, clock, service }
        }

        async fn queue(&self, to: &str) -> Result<(), Problem> {
            let mail = NewMail { to: to.into(), subject: "A\r\nlink".into(), text: "Secret: 4711\n".into() };
            let mut tx = self.database.begin().await?;
            self.service.queue(&mut tx, self.clock.now(), &mail).await?;
            Ok(tx.commit().await?)
        }

        fn outbox(&self) -> Vec<String> {
            let Ok(files) = self.folder.path().join("outbox").read_dir() else { return Vec::new() };
            files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
        }

        /// Body, attempts and last error of the one mail.
        async fn row(&self) -> Result<(String, i64, Option<String>), DatabaseError> {
            self.database.read().await?.query("SELECT body, attempts, last_error FROM mails").fetch_one().await
        }
    }

    fn service(folder: &tempfile::TempDir, database: &Database, clock: &Clock, key: &str) -> MailService {
        let settings = MailSettings {
            smtp_url: None,
            from: "ISP Framework <no-reply@localhost>".into(),
            outbox: folder.path().join("outbox"),
            base_url: "https://isp.example.net".into(),
        };
        MailService::new(database.clone(), clock.clone(), Sealer::new(key), settings).unwrap()
    }

    #[tokio::test]
    async fn a_mail_goes_out_once_and_leaves_no_text_behind() {
        let post = Post::new().await;
        post.queue("ana@example.net").await.unwrap();
        let (body, ..) = post.row().await.unwrap();
        assert!(body.starts_with("v1.") && !body.contains("4711"));
        assert_eq!(post.service.deliver_due().await, Ok(1));
        assert_eq!(post.service.deliver_due().await, Ok(0));
        let outbox = post.outbox();
        assert_eq!(outbox.len(), 1);
        assert!(outbox[0].contains("Subject: A link\r\n") && outbox[0].contains("Secret: 4711"), "{}", outbox[0]);
        assert_eq!(post.row().await.unwrap(), (String::new(), 1, None));
        post.clock.advance(Duration::days(91));
        post.service.sweep().await.unwrap();
        assert!(post.row().await.is_err());
    }

    #[tokio::test]
    async fn what_is_rolled_back_is_not_sent() {
        let post = Post::new().await;
        let mail = NewMail { to: "ana@example.net".into(), subject: "Link".into(), text: "Text".into() };
        let mut tx = post.database.begin().await.unwrap();
        post.service.queue(&mut tx, post.clock.now(), &mail).await.unwrap();
        drop(tx);
        assert_eq!(post.service.deliver_due().await, Ok(0));
    }

    #[tokio::test]
    async fn only_one_plain_address_is_written_to() {
        let post = Post::new().await;
        for to in
            ["", "ana", "a@example.net, b@example.net", "a@example.net\r\nBcc: b@example.net", "A <a@example.net>"]
        {
            assert!(matches!(post.queue(to).await, Err(Problem::Invalid(_))), "{to}");
        }
    }

    #[tokio::test]
    async fn a_claimed_mail_is_left_to_its_server_for_a_while() {
        let post = Post::new().await;
        post.queue("ana@example.net").await.unwrap();
        let due = post.clock.now();
        assert!(post.service.claim(due).await.unwrap().is_some());
        assert_eq!(post.service.deliver_due().await, Ok(0));
        post.clock.advance(CLAIM);
        assert_eq!(post.service.deliver_due().await, Ok(1));
    }

    #[tokio::test]
    async fn a_failing_mail_is_tried_again_and_given_up_in_the_end() {
        let post = Post::new().await;
        std::fs::write(post.folder.path().join("outbox"), "a file where the folder should be").unwrap();
        post.queue("ana@example.net").await.unwrap();
        for attempt in 1..=12 {
            assert_eq!(post.service.deliver_due().await, Ok(0));
            let (body, attempts, error) = post.row().await.unwrap();
            assert_eq!((attempts, body.is_empty()), (attempt, attempt == 12));
            assert!(error.is_some_and(|error| error.starts_with("The outbox refuses it")));
            post.clock.advance(Duration::hours(1));
        }
        std::fs::remove_file(post.folder.path().join("outbox")).unwrap();
        assert_eq!(post.service.deliver_due().await, Ok(0));
    }

    #[tokio::test]
    async fn under_another_key_nothing_is_sent() {
        let post = Post::new().await;
        post.queue("ana@example.net").await.unwrap();
        let stranger = service(&post.folder, &post.database, &post.clock, "another key of some forty characters here");
        assert_eq!(stranger.deliver_due().await, Ok(0));
        assert_eq!(post.outbox(), Vec::<String>::new());
        post.clock.advance(Duration::minutes(1));
        assert_eq!(post.service.deliver_due().await, Ok(1));
    }

    #[tokio::test]
    async fn links_are_absolute() {
        let post = Post::new().await;
        assert_eq!(post.service.link("/setup?token=x"), "https://isp.example.net/setup?token=x");
    }
}
