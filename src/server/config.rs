//! The configuration: flag, environment, `.env`, `config.toml`, default, in this order.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use super::Secret;

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
    /// Signs session cookies; at least 32 characters.
    pub secret_key: Secret,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// `RUST_LOG`.
    pub log_filter: String,
    /// Bring the schema up to date at the start?
    pub migrate_at_start: bool,
}

const KEYS: [&str; 8] = [
    "DATABASE_URL",
    "LEPTOS_SITE_ADDR",
    "ISP_BASE_URL",
    "ISP_SECRET_KEY",
    "ISP_TRUSTED_PROXIES",
    "LOG_FORMAT",
    "RUST_LOG",
    "ISP_MIGRATE_AT_START",
];

impl Config {
    /// Reads the configuration; `signs` says whether cookies will be signed, which needs a key and makes
    /// one at the first start. Errors: one line per wrong value, saying what to write instead.
    pub fn load(flags: &BTreeMap<&'static str, String>, signs: bool) -> Result<Self, String> {
        let _ = dotenvy::dotenv();
        let file = read_file(Path::new("config.toml"))?;
        let mut source = Source { flags, file, flaws: String::new() };
        let database_url = source.get("DATABASE_URL").unwrap_or_else(|| "sqlite://data/isp.db".into());
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| database_url.starts_with(scheme)) {
            source.flaw("DATABASE_URL", "sqlite://path/to/file.db or postgres://user:password@host/database");
        }
        let listen = source.parsed("LEPTOS_SITE_ADDR", "127.0.0.1:3000", "an address such as 0.0.0.0:3000");
        let listen = listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)));
        let base_url = source.get("ISP_BASE_URL").unwrap_or_else(|| format!("http://{listen}"));
        if !base_url.starts_with("http://") && !base_url.starts_with("https://") {
            source.flaw("ISP_BASE_URL", "a URL such as https://isp.example.net");
        }
        let log_format = match source.get("LOG_FORMAT").as_deref() {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(_) => {
                source.flaw("LOG_FORMAT", "text or json");
                LogFormat::Text
            }
        };
        let trusted_proxies = source.proxies();
        let secret_key = if signs { source.secret_key(&database_url) } else { Secret::new(String::new()) };
        let migrate = source.parsed("ISP_MIGRATE_AT_START", "true", "true or false");
        let log_filter = source.get("RUST_LOG").unwrap_or_else(|| "info,sqlx=warn".into());
        if !source.flaws.is_empty() {
            return Err(source.flaws);
        }
        Ok(Self {
            database_url: Secret::new(database_url),
            listen,
            base_url: base_url.trim_end_matches('/').to_owned(),
            secret_key,
            trusted_proxies,
            log_format,
            log_filter,
            migrate_at_start: migrate.unwrap_or(true),
        })
    }

    /// Is the public address https?
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// The result for people, secrets masked.
    pub fn describe(&self) -> String {
        let url = self.database_url.expose();
        let database = match (url.find("://"), url.rfind('@')) {
            (Some(scheme), Some(at)) => format!("{}***{}", &url[..scheme + 3], &url[at..]),
            _ => url.to_owned(),
        };
        let proxies: Vec<String> = self.trusted_proxies.iter().map(ToString::to_string).collect();
        format!(
            "DATABASE_URL={database}\nLEPTOS_SITE_ADDR={}\nISP_BASE_URL={}\nISP_SECRET_KEY=***\n\
             ISP_TRUSTED_PROXIES={}\nLOG_FORMAT={:?}\nRUST_LOG={}\nISP_MIGRATE_AT_START={}\n",
            self.listen,
            self.base_url,
            proxies.join(","),
            self.log_format,
            self.log_filter,
            self.migrate_at_start
        )
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
        let Some(path) = key_path(database_url) else {
            self.flaw("ISP_SECRET_KEY", "at least 32 random characters, the same for every server of this database");
            return Secret::new(String::new());
        };
        match read_or_create_key(&path) {
            Ok(key) => Secret::new(key),
            Err(error) => {
                let _ = writeln!(self.flaws, "{} cannot be written: {error}.", path.display());
                Secret::new(String::new())
            }
        }
    }
}

fn key_path(database_url: &str) -> Option<PathBuf> {
    let path = database_url.strip_prefix("sqlite:")?.trim_start_matches("//").split('?').next()?;
    Some(Path::new(path).parent()?.join("secret.key"))
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
