//! A whole server for one test: own database, own clock, real HTTP.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use isp::database::Database;
use isp::server::{AppState, Config, LogFormat, Secret, Services, router, serve};
use isp::shared::actor::Actor;
use isp::shared::clock::Clock;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The password of every account that a test makes.
pub const PASSWORD: &str = "correct horse battery staple";

/// When every test begins.
pub fn start_of_time() -> DateTime<Utc> {
    "2026-06-01T09:00:00Z".parse().unwrap()
}

/// A running server with its database; everything ends with it.
pub struct TestApp {
    pub services: Services,
    pub clock: Clock,
    pub base_url: String,
    shutdown: CancellationToken,
    _folder: tempfile::TempDir,
    database_url: String,
}

impl TestApp {
    /// A server on an empty database with the current schema.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with another configuration.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = new_database(&folder).await;
        Self::start_on(folder, database_url, change).await
    }

    async fn start_on(folder: tempfile::TempDir, database_url: String, change: impl FnOnce(&mut Config)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listen = listener.local_addr().unwrap();
        let clock = Clock::fixed(start_of_time());
        let mut config = Config { mail_outbox: folder.path().join("outbox"), ..config(&database_url, listen) };
        change(&mut config);
        let base_url = config.base_url.clone();
        let database = Database::connect(&database_url).await.unwrap();
        database.migrate().await.unwrap();
        let services = Services::build(config, database, clock.clone()).await.unwrap();
        services.tokens.ensure_keys().await.unwrap();
        let shutdown = CancellationToken::new();
        tokio::spawn(serve(listener, router(AppState::new(services.clone())), shutdown.clone()));
        Self { services, clock, base_url, shutdown, _folder: folder, database_url }
    }

    /// A second connection to the same database, for looking behind the scenes.
    pub async fn database(&self) -> Database {
        Database::connect(&self.database_url).await.unwrap()
    }

    /// Somebody who is not signed in.
    pub fn visitor(&self) -> Person {
        Person::at(&self.base_url)
    }

    /// Somebody signed in with this role; a new account each time.
    pub async fn staff(&self, role: &str) -> Person {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let username = format!("{role}.{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.create_staff(&username, role).await;
        let person = self.visitor();
        let response = person.sign_in(&username, PASSWORD).await;
        assert_eq!(response.status(), StatusCode::OK, "{}", response.text().await.unwrap());
        person
    }

    /// A super-administrator.
    pub async fn administrator(&self) -> Person {
        self.staff("super-administrator").await
    }

    /// An account without a sign-in.
    pub async fn create_staff(&self, username: &str, role: &str) {
        let new = isp::staff::NewStaff {
            username: username.to_owned(),
            email: format!("{username}@example.net"),
            full_name: format!("The {role}"),
            password: PASSWORD.into(),
            role: role.to_owned(),
        };
        self.services.staff.create(&Actor::system("test"), new).await.unwrap();
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// A configuration for tests.
pub fn config(database_url: &str, listen: SocketAddr) -> Config {
    Config {
        database_url: Secret::new(database_url),
        listen,
        base_url: format!("http://{listen}"),
        secret_key: Secret::new("a key for tests only, forty-two characters"),
        trusted_proxies: Vec::new(),
        log_format: LogFormat::Text,
        log_filter: "warn".into(),
        migrate_at_start: true,
        smtp_url: None,
        mail_from: "ISP Framework <no-reply@localhost>".into(),
        mail_outbox: "outbox".into(),
        max_api_requests: std::num::NonZeroU32::MAX,
        security_contact: None,
    }
}

/// An empty database on the engine under test.
pub async fn new_database(folder: &tempfile::TempDir) -> String {
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
        return format!("sqlite://{}", folder.path().join("test.db").display());
    };
    let name = format!("test_{}", isp::auth::token::new_token().unwrap()[..20].to_lowercase().replace(['-', '_'], "x"));
    let database = Database::connect(&server).await.unwrap();
    let Database::Postgres(pool) = &database else { panic!("TEST_DATABASE_URL must be postgres://…") };
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(pool).await.unwrap();
    database.close().await;
    let (base, query) = server.split_once('?').map_or((server.as_str(), String::new()), |(b, q)| (b, format!("?{q}")));
    let (base, _) = base.rsplit_once('/').unwrap();
    format!("{base}/{name}{query}")
}

/// A browser or machine with its own cookies.
#[derive(Clone)]
pub struct Person {
    client: Client,
    base_url: String,
}

impl Person {
    /// Somebody who talks to the server at this address.
    pub fn at(base_url: &str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        let client = Client::builder()
            .cookie_store(true)
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { client, base_url: base_url.to_owned() }
    }

    /// A request that a test wants to shape itself.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base_url))
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// The page as a browser asks for it.
    pub async fn page(&self, path: &str) -> (StatusCode, String) {
        let response = self.request(Method::GET, path).header("accept", "text/html").send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    }

    pub async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path).json(body).send().await.unwrap()
    }

    /// A plain HTML form, as without JavaScript.
    pub async fn form(&self, path: &str, referer: &str, fields: &[(&str, &str)]) -> Response {
        self.request(Method::POST, path)
            .header("accept", "text/html")
            .header("referer", format!("{}{referer}", self.base_url))
            .form(fields)
            .send()
            .await
            .unwrap()
    }

    pub async fn patch(&self, path: &str, version: i64, body: &Value) -> Response {
        self.request(Method::PATCH, path).header("if-match", format!("\"{version}\"")).json(body).send().await.unwrap()
    }

    pub async fn delete(&self, path: &str, version: i64) -> Response {
        self.request(Method::DELETE, path).header("if-match", format!("\"{version}\"")).send().await.unwrap()
    }

    pub async fn sign_in(&self, username: &str, password: &str) -> Response {
        self.post("/api/fn/auth/sign-in", &json!({ "username": username, "password": password })).await
    }

    /// Creates a customer that must be accepted.
    pub async fn create(&self, customer: Value) -> Value {
        let response = self.post("/api/v1/customers", &customer).await;
        assert_eq!(response.status(), StatusCode::CREATED, "{}", response.text().await.unwrap());
        response.json().await.unwrap()
    }

    /// Names found by a query of the REST list, in its order.
    pub async fn names(&self, query: &str) -> Vec<String> {
        let page = self.json(&format!("/api/v1/customers?{query}")).await;
        page["customers"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect()
    }
}

/// Every byte percent-encoded: for a value in a query.
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02X}"))
}

/// Status and problem code of a refused request.
pub async fn refusal(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["status"], status);
    assert!(body["request_id"].is_string() && body["timestamp"].is_string());
    (status, body["code"].as_str().unwrap().to_owned())
}

/// The fields that a 422 names, sorted.
pub async fn wrong_fields(response: Response) -> Vec<String> {
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let body: Value = response.json().await.unwrap();
    let mut fields: Vec<String> =
        body["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect();
    fields.sort();
    fields
}
