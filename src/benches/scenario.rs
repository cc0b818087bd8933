//! What is asked of the server: one scenario for each kind of request that matters.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::ValueEnum;
use isp::auth::tokens::TokenKind;
use isp::customers::CustomerInput;
use isp::demo::DemoCustomers;
use isp::shared::clock::Clock;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use crate::Failure;
use crate::client::{Connection, JSON, Site, encode};

/// Given names that many customers have, in full or in part.
const COMMON: [&str; 6] = ["maria", "anna", "james", "john", "mary", "emma"];

/// Pages that a reader leafs through behind the last offset.
const DEEP_PAGES: u32 = 9;

/// A kind of request. The one that writes comes last, so that the others see the rows they were promised.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// A route that does nothing: what HTTP costs.
    Trivial,
    /// Who am I, asked with the cookie of a session: with the two below, what telling who asks costs.
    AuthSession,
    /// The same with an opaque token of an API client.
    AuthOpaque,
    /// The same with a JWT of an API client.
    AuthJwt,
    /// A customer by a random id.
    Read,
    /// 60 % rare, 30 % medium, 10 % common words.
    SearchMix,
    /// A whole e-mail address, or a rare family name and a city.
    SearchRare,
    /// A common given name.
    SearchCommon,
    /// The last page that an offset reaches, and those behind it by cursor.
    DeepPage,
    /// The list as a page.
    ListHtml,
    /// A new customer.
    Create,
}

impl Scenario {
    /// The token that it asks with; `None` for the session.
    pub fn token_kind(self) -> Option<TokenKind> {
        match self {
            Self::AuthOpaque => Some(TokenKind::Opaque),
            Self::AuthJwt => Some(TokenKind::Jwt),
            _ => None,
        }
    }
}

/// A scenario on its way to a server.
pub struct Load {
    scenario: Scenario,
    site: Site,
    seed: u64,
    rows: u64,
    workers: AtomicU64,
    newcomers: Arc<AtomicU64>,
}

impl Load {
    /// A scenario over `rows` customers of a seed.
    pub fn new(scenario: Scenario, site: Site, seed: u64, rows: u64) -> Self {
        // Numbers of this size are beyond every seeded one, and a later run has later ones.
        let now = Clock::system().now().timestamp_micros().unsigned_abs();
        Self { scenario, site, seed, rows, workers: AtomicU64::new(0), newcomers: Arc::new(AtomicU64::new(now)) }
    }

    /// A connection of its own, with questions that no other asks.
    pub async fn worker(&self) -> Result<Worker, Failure> {
        let number = self.workers.fetch_add(1, Ordering::Relaxed);
        Ok(Worker {
            scenario: self.scenario,
            connection: Connection::open(self.site.address).await?,
            site: self.site.clone(),
            questions: Questions::new(self.seed, self.rows, number),
            newcomers: Arc::clone(&self.newcomers),
            cursor: None,
            pages: 0,
        })
    }
}

/// One of several clients at the same time.
pub struct Worker {
    scenario: Scenario,
    connection: Connection,
    site: Site,
    questions: Questions,
    newcomers: Arc<AtomicU64>,
    cursor: Option<String>,
    pages: u32,
}

impl Worker {
    /// Sends the next request. Errors: any answer but success.
    pub async fn call(&mut self) -> Result<(), Failure> {
        let request = self.request()?;
        let response = self.connection.send(&request).await?.ok()?;
        if self.scenario == Scenario::DeepPage {
            self.turn_page(&response.body)?;
        }
        Ok(())
    }

    fn request(&mut self) -> Result<String, Failure> {
        let path = match self.scenario {
            Scenario::Trivial => "/health".to_owned(),
            Scenario::AuthSession | Scenario::AuthOpaque | Scenario::AuthJwt => "/api/v1/auth/me".to_owned(),
            Scenario::Read => format!("/api/v1/customers/{}", 1 + self.questions.number()),
            Scenario::SearchMix => search_path(&self.questions.mixed()),
            Scenario::SearchRare => search_path(&self.questions.rare()),
            Scenario::SearchCommon => search_path(&self.questions.common()),
            Scenario::DeepPage => match &self.cursor {
                None => "/api/v1/customers?limit=25&offset=9950".to_owned(),
                Some(cursor) => format!("/api/v1/customers?limit=25&cursor={}", encode(cursor)),
            },
            Scenario::ListHtml => return Ok(self.site.get("/customers", "text/html")),
            Scenario::Create => {
                let number = self.newcomers.fetch_add(1, Ordering::Relaxed);
                let body = serde_json::to_string(&self.questions.demo.customer(number).input)?;
                return Ok(self.site.post("/api/v1/customers", JSON, &body));
            }
        };
        Ok(self.site.get(&path, JSON))
    }

    fn turn_page(&mut self, body: &[u8]) -> Result<(), Failure> {
        let page: serde_json::Value = serde_json::from_slice(body)?;
        self.pages = (self.pages + 1) % (DEEP_PAGES + 1);
        self.cursor = page["next_cursor"].as_str().filter(|_| self.pages > 0).map(str::to_owned);
        Ok(())
    }
}

fn search_path(query: &str) -> String {
    format!("/api/v1/customers?limit=25&count=capped&query={}", encode(query))
}

/// Questions about customers that exist, the same in every run.
pub struct Questions {
    demo: DemoCustomers,
    rows: u64,
    dice: Xoshiro256PlusPlus,
}

impl Questions {
    /// Questions about the first `rows` customers of a seed; another `stream` asks others.
    pub fn new(seed: u64, rows: u64, stream: u64) -> Self {
        Self { demo: DemoCustomers::new(seed), rows, dice: Xoshiro256PlusPlus::seed_from_u64(!seed ^ (stream << 32)) }
    }

    /// The number of a customer.
    fn number(&mut self) -> u64 {
        self.dice.random_range(0..self.rows)
    }

    fn anybody(&mut self) -> CustomerInput {
        let number = self.number();
        self.demo.customer(number).input
    }

    /// 60 % rare, 30 % medium, 10 % common words.
    pub fn mixed(&mut self) -> String {
        match self.dice.random_range(0..10_u32) {
            0..6 => self.rare(),
            6..9 => self.medium(),
            _ => self.common(),
        }
    }

    fn rare(&mut self) -> String {
        let wants_email = self.dice.random_range(0..2_u32) == 0;
        loop {
            let CustomerInput { email, last_name, city, .. } = self.anybody();
            match (email, last_name, city) {
                (Some(email), ..) if wants_email => return email,
                (_, Some(family), Some(city)) if family.contains(['-', ' ']) => {
                    return format!("\"{family}\" \"{city}\"");
                }
                _ => {}
            }
        }
    }

    fn medium(&mut self) -> String {
        loop {
            // A word of one character is an id, and two family names are rare.
            let family = self.anybody().last_name.unwrap_or_default();
            if family.chars().count() > 1 && !family.contains(['-', ' ']) {
                return family;
            }
        }
    }

    fn common(&mut self) -> String {
        COMMON[self.dice.random_range(0..COMMON.len())].to_owned()
    }
}
