//! The configuration: flag, environment, `.env`, `config.toml`, default, in this order.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use super::Secret;
use crate::mail::{MailSettings, is_sender, is_smtp_url};

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Everything that the operator decides before the start.
#[derive(Clone, Debug)]
pub struct Config {
    /// `sqlite://…` or `postgres://…`.
    pub database_url: Secret,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// How people reach it; `https` makes cookies secure.
    pub base_url: String,
    /// Signs session cookies and seals secrets at rest; at least 32 characters. Empty for commands that need none.
    pub secret_key: Secret,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// `RUST_LOG`.
    pub log_filter: String,
    /// Bring the schema up to date at the start?
    pub migrate_at_start: bool,
    /// The mail server with its password; without one, mails go to the outbox.
    pub smtp_url: Option<Secret>,
    /// Whom mails come from.
    pub mail_from: String,
    /// The folder for mails that cannot be sent.
    pub mail_outbox: PathBuf,
    /// Requests a minute of each API client, and of each address where secrets are tried or server functions are
    /// called without a sign-in.
    pub max_api_requests: NonZeroU32,
    /// Where people report vulnerabilities: a `mailto:` or `https:` URI for `security.txt`.
    pub security_contact: Option<String>,
}

const KEYS: [&str; 13] = [
    "DATABASE_URL",
    "LEPTOS_SITE_ADDR",
    "ISP_BASE_URL",
    "ISP_SECRET_KEY",
    "ISP_TRUSTED_PROXIES",
    "LOG_FORMAT",
    "RUST_LOG",
    "ISP_MIGRATE_AT_START",
    "ISP_SMTP_URL",
    "ISP_MAIL_FROM",
    "ISP_MAIL_OUTBOX",
    "ISP_MAX_API_REQUESTS",
    "ISP_SECURITY_CONTACT",
];

impl Config {
    /// Reads the configuration; `needs_key` says whether the command signs cookies or seals secrets, which needs a
    /// key and makes one at the first start. Errors: one line per wrong value, saying what to write instead.
    pub fn load(flags: &BTreeMap<&'static str, String>, needs_key: bool) -> Result<Self, String> {
        let _ = dotenvy::dotenv();
        let file = read_file(Path::new("config.toml"))?;
        let mut source = Source { flags, file, flaws: String::new() };
        let config = Self::read(&mut source, needs_key);
        if source.flaws.is_empty() { Ok(config) } else { Err(source.flaws) }
    }

    /// Every value, wrong ones replaced by any that will do: the source has noted them.
    fn read(source: &mut Source<'_>, needs_key: bool) -> Self {
        let database_url = source.database_url();
        let listen = source.parsed("LEPTOS_SITE_ADDR", "127.0.0.1:3000", "an address such as 0.0.0.0:3000");
        let listen = listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)));
        let base_url = source.base_url(listen);
        Self {
            listen,
            secret_key: if needs_key { source.secret_key(&database_url) } else { Secret::new("") },
            trusted_proxies: source.proxies(),
            log_format: source.log_format(),
            log_filter: source.get("RUST_LOG").unwrap_or_else(|| "info,sqlx=warn".into()),
            migrate_at_start: source.parsed("ISP_MIGRATE_AT_START", "true", "true or false").unwrap_or(true),
            smtp_url: source.smtp_url(),
            mail_from: source.mail_from(&base_url),
            mail_outbox: source.get("ISP_MAIL_OUTBOX").map_or_else(|| beside(&database_url, "outbox"), PathBuf::from),
            max_api_requests: source
                .parsed("ISP_MAX_API_REQUESTS", "600", "a number above 0")
                .unwrap_or(NonZeroU32::MIN),
            security_contact: source.security_contact(),
            database_url: Secret::new(database_url),
            base_url,
        }
    }

    /// What the post needs to know.
    pub fn mail(&self) -> MailSettings {
        MailSettings {
            smtp_url: self.smtp_url.as_ref().map(|url| url.expose().to_owned()),
            from: self.mail_from.clone(),
            outbox: self.mail_outbox.clone(),
            base_url: self.base_url.clone(),
        }
    }

    /// Is the public address https?
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// The result for people, secrets masked.
    pub fn describe(&self) -> String {
        let proxies: Vec<String> = self.trusted_proxies.iter().map(ToString::to_string).collect();
        let smtp_url = self.smtp_url.as_ref().map(masked).unwrap_or_default();
        format!(
            "DATABASE_URL={}\nLEPTOS_SITE_ADDR={}\nISP_BASE_URL={}\nISP_SECRET_KEY=***\n\
             ISP_TRUSTED_PROXIES={}\nLOG_FORMAT={:?}\nRUST_LOG={}\nISP_MIGRATE_AT_START={}\n\
             ISP_SMTP_URL={smtp_url}\nISP_MAIL_FROM={}\nISP_MAIL_OUTBOX={}\nISP_MAX_API_REQUESTS={}\n\
             ISP_SECURITY_CONTACT={}\n",
            masked(&self.database_url),
            self.listen,
            self.base_url,
            proxies.join(","),
            self.log_format,
            self.log_filter,
            self.migrate_at_start,
            self.mail_from,
            self.mail_outbox.display(),
            self.max_api_requests,
            self.security_contact.as_deref().unwrap_or_default(),
        )
    }
}

/// A URL without user and password.
fn masked(url: &Secret) -> String {
    let url = url.expose();
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) => format!("{}***{}", &url[..scheme + 3], &url[at..]),
        _ => url.to_owned(),
    }
}

struct Source<'f> {
    flags: &'f BTreeMap<&'static str, String>,
    file: BTreeMap<String, String>,
    flaws: String,
}

impl Source<'_> {
    fn flaw(&mut self, key: &str, instead: &str) {
        let _ = writeln!(self.flaws, "{key} is wrong. Write {instead}.");
    }

    /// The value of a key; `KEY_FILE` names a file that holds it.
    fn get(&mut self, key: &'static str) -> Option<String> {
        if let Some(flag) = self.flags.get(key) {
            return Some(flag.clone());
        }
        if let Ok(path) = std::env::var(format!("{key}_FILE")) {
            return match std::fs::read_to_string(&path) {
                Ok(text) => Some(text.trim().to_owned()),
                Err(error) => {
                    let _ = writeln!(self.flaws, "{key}_FILE: {path} cannot be read: {error}.");
                    None
                }
            };
        }
        let found = std::env::var(key).ok().or_else(|| self.file.get(key).cloned());
        found.filter(|value| !value.trim().is_empty())
    }

    fn parsed<T: std::str::FromStr>(&mut self, key: &'static str, default: &str, instead: &str) -> Option<T> {
        let text = self.get(key).unwrap_or_else(|| default.to_owned());
        let parsed = text.trim().parse().ok();
        if parsed.is_none() {
            self.flaw(key, instead);
        }
        parsed
    }

    fn database_url(&mut self) -> String {
        let url = self.get("DATABASE_URL").unwrap_or_else(|| "sqlite://data/isp.db".into());
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme)) {
            self.flaw("DATABASE_URL", "sqlite://path/to/file.db or postgres://user:password@host/database");
        }
        url
    }

    fn base_url(&mut self, listen: SocketAddr) -> String {
        let url = self.get("ISP_BASE_URL").unwrap_or_else(|| format!("http://{listen}"));
        if !url.starts_with("http://") && !url.starts_with("https://") {
            self.flaw("ISP_BASE_URL", "a URL such as https://isp.example.net");
        }
        url.trim_end_matches('/').to_owned()
    }

    fn log_format(&mut self) -> LogFormat {
        match self.get("LOG_FORMAT").as_deref() {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(_) => {
                self.flaw("LOG_FORMAT", "text or json");
                LogFormat::Text
            }
        }
    }

    fn smtp_url(&mut self) -> Option<Secret> {
        let url = self.get("ISP_SMTP_URL")?;
        if !is_smtp_url(&url) {
            self.flaw("ISP_SMTP_URL", "smtps://user:password@host or smtp://user:password@host?tls=required");
        }
        Some(Secret::new(url))
    }

    /// The sender that was set, else one at the host of the public address.
    fn mail_from(&mut self, base_url: &str) -> String {
        let Some(from) = self.get("ISP_MAIL_FROM") else {
            return format!("ISP Framework <no-reply@{}>", mail_host(base_url));
        };
        if !is_sender(&from) {
            self.flaw("ISP_MAIL_FROM", "an address such as ISP Framework <no-reply@isp.example.net>");
        }
        from
    }

    fn security_contact(&mut self) -> Option<String> {
        let contact = self.get("ISP_SECURITY_CONTACT")?.trim().to_owned();
        let rest = contact.strip_prefix("mailto:").or_else(|| contact.strip_prefix("https://"));
        if rest.is_none_or(str::is_empty) || !contact.bytes().all(|byte| byte.is_ascii_graphic()) {
            self.flaw("ISP_SECURITY_CONTACT", "mailto:security@example.net or the https:// address of a page");
        }
        Some(contact)
    }

    fn proxies(&mut self) -> Vec<IpAddr> {
        let text = self.get("ISP_TRUSTED_PROXIES").unwrap_or_default();
        let parsed: Result<Vec<IpAddr>, _> =
            text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::parse).collect();
        parsed.unwrap_or_else(|_| {
            self.flaw("ISP_TRUSTED_PROXIES", "addresses separated by commas");
            Vec::new()
        })
    }

    /// The key that was set, else one made at the first start and kept beside the SQLite file.
    fn secret_key(&mut self, database_url: &str) -> Secret {
        if let Some(key) = self.get("ISP_SECRET_KEY") {
            if key.len() < 32 {
                self.flaw("ISP_SECRET_KEY", "at least 32 random characters");
            }
            return Secret::new(key);
        }
        let Some(path) = sqlite_folder(database_url).map(|folder| folder.join("secret.key")) else {
            self.flaw("ISP_SECRET_KEY", "at least 32 random characters, the same for every server of this database");
            return Secret::new("");
        };
        match read_or_create_key(&path) {
            Ok(key) if key.len() >= 32 => Secret::new(key),
            Ok(_) => {
                let _ = writeln!(
                    self.flaws,
                    "{} is cut off. Put the key back, or delete it before the first start.",
                    path.display()
                );
                Secret::new("")
            }
            Err(error) => {
                let _ = writeln!(self.flaws, "{} cannot be written: {error}.", path.display());
                Secret::new("")
            }
        }
    }
}

/// The folder of the SQLite file; `None` for PostgreSQL.
fn sqlite_folder(database_url: &str) -> Option<&Path> {
    let path = database_url.strip_prefix("sqlite:")?.trim_start_matches("//").split('?').next()?;
    Path::new(path).parent()
}

/// A name beside the SQLite file, else in the working folder.
fn beside(database_url: &str, name: &str) -> PathBuf {
    sqlite_folder(database_url).map_or_else(|| PathBuf::from(name), |folder| folder.join(name))
}

/// The host of the public address where that is a name, else `localhost`: mail comes from no bare address.
fn mail_host(base_url: &str) -> &str {
    let authority = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let is_name = host.parse::<IpAddr>().is_err() && is_sender(&format!("no-reply@{host}"));
    if is_name { host } else { "localhost" }
}

fn read_or_create_key(path: &Path) -> std::io::Result<String> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let key = crate::auth::token::new_token().map_err(std::io::Error::other)?;
            file.write_all(key.as_bytes())?;
            file.sync_all()?;
            Ok(key)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Ok(std::fs::read_to_string(path)?.trim().to_owned())
        }
        Err(error) => Err(error),
    }
}

fn read_file(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let Ok(text) = std::fs::read_to_string(path) else { return Ok(BTreeMap::new()) };
    let table: toml::Table = text.parse().map_err(|error| {
        format!("config.toml cannot be read: {error}\nWrite lines such as DATABASE_URL = \"sqlite://data/isp.db\".\n")
    })?;
    let mut values = BTreeMap::new();
    for (key, value) in table {
        if !KEYS.contains(&key.as_str()) {
            return Err(format!("config.toml: there is no setting {key}. There are {}.\n", KEYS.join(", ")));
        }
        values.insert(key, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_comes_from_the_host_of_the_public_address() {
        for (base_url, host) in [
            ("https://isp.example.net", "isp.example.net"),
            ("https://isp.example.net:8443/portal", "isp.example.net"),
            ("http://localhost:3000", "localhost"),
            ("http://127.0.0.1:3000", "localhost"),
            ("http://[::1]:3000", "localhost"),
            ("http://", "localhost"),
        ] {
            assert_eq!(mail_host(base_url), host, "{base_url}");
        }
    }

    #[test]
    fn the_outbox_lies_beside_the_sqlite_file() {
        assert_eq!(beside("sqlite://data/isp.db", "outbox"), Path::new("data/outbox"));
        assert_eq!(beside("sqlite:isp.db?mode=rwc", "outbox"), Path::new("outbox"));
        assert_eq!(beside("postgres://db.example.net/isp", "outbox"), Path::new("outbox"));
    }

    #[test]
    fn urls_are_shown_without_their_password() {
        let masked = |url: &str| masked(&Secret::new(url));
        assert_eq!(masked("smtps://isp:p@ss@mail.example.net:465"), "smtps://***@mail.example.net:465");
        assert_eq!(masked("smtp://localhost:2525"), "smtp://localhost:2525");
    }

    #[test]
    fn wrong_values_say_what_to_write_instead() {
        let flags = BTreeMap::from([
            ("ISP_SMTP_URL", "mail.example.net".to_owned()),
            ("ISP_MAIL_FROM", "nobody".to_owned()),
            ("ISP_MAX_API_REQUESTS", "0".to_owned()),
            ("ISP_SECURITY_CONTACT", "security@example.net".to_owned()),
        ]);
        let mut source = Source { flags: &flags, file: BTreeMap::new(), flaws: String::new() };
        Config::read(&mut source, false);
        let wrong: Vec<&str> =
            source.flaws.lines().filter_map(|line| line.split_once(" is wrong")).map(|line| line.0).collect();
        assert_eq!(wrong, ["ISP_SMTP_URL", "ISP_MAIL_FROM", "ISP_MAX_API_REQUESTS", "ISP_SECURITY_CONTACT"]);
    }
}
