//! A random walk over families of tokens beside a small model of them: 300 steps, the same ones every time.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use isp::oauth::ClientInput;
use isp::shared::id::StaffId;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::{ApiClient, bear, invalid_grant, is_alive, oauth_error, ok, system, text, web_app, with_jwt};
use crate::support::{PASSWORD, Person, TestApp};

/// The owner of a token pair, beside the clients, which are numbered.
const PAIR: usize = 2;

struct Refresh {
    token: String,
    is_used: bool,
    ends: DateTime<Utc>,
}

struct Access {
    token: String,
    is_revoked: bool,
    ends: DateTime<Utc>,
}

/// What was granted once, as it should be.
struct Family {
    owner: usize,
    person: usize,
    ends: DateTime<Utc>,
    has_ended: bool,
    refresh: Vec<Refresh>,
    access: Vec<Access>,
}

impl Family {
    fn lives(&self, now: DateTime<Utc>) -> bool {
        !self.has_ended && now < self.ends
    }

    fn add(&mut self, tokens: &Value, now: DateTime<Utc>) {
        let ends = |lifetime: Duration| self.ends.min(now + lifetime);
        let (refresh, access) = (ends(Duration::days(30)), ends(Duration::minutes(15)));
        assert_eq!(tokens["expires_in"], json!((access - now).num_seconds()));
        self.refresh.push(Refresh { token: text(tokens, "refresh_token"), is_used: false, ends: refresh });
        self.access.push(Access { token: text(tokens, "access_token"), is_revoked: false, ends: access });
    }

    /// Shows a refresh token; does it give the next tokens?
    fn redeem(&mut self, token: usize, by: usize, now: DateTime<Utc>) -> &'static str {
        let lives = self.lives(now);
        let token = &mut self.refresh[token];
        if by != self.owner {
            "foreign"
        } else if !lives {
            "over"
        } else if token.is_used {
            self.has_ended = true;
            "reused"
        } else if token.ends <= now {
            "expired"
        } else {
            token.is_used = true;
            "refreshed"
        }
    }

    fn is_good(&self, access: usize, now: DateTime<Utc>) -> bool {
        let access = &self.access[access];
        !self.has_ended && !access.is_revoked && now < access.ends
    }
}

struct Walk {
    app: TestApp,
    http: Person,
    random: Xoshiro256PlusPlus,
    clients: Vec<ApiClient>,
    people: Vec<(String, StaffId)>,
    families: Vec<Family>,
    /// How often each thing happened.
    seen: BTreeMap<&'static str, u32>,
}

impl Walk {
    async fn begin() -> Self {
        let app = TestApp::start().await;
        let public = ClientInput { is_confidential: false, ..with_jwt(web_app()) };
        let clients = vec![ApiClient::make(&app, web_app()).await, ApiClient::make(&app, public).await];
        let mut people = Vec::new();
        for name in ["ana", "ben"] {
            app.create_staff(name, "technician").await;
            people.push((name.to_owned(), app.services.staff.find_id(&system(), name).await.unwrap()));
        }
        let (http, random) = (app.visitor(), Xoshiro256PlusPlus::seed_from_u64(9));
        Self { app, http, random, clients, people, families: Vec::new(), seen: BTreeMap::new() }
    }

    fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    fn draw(&mut self, below: usize) -> usize {
        self.random.random_range(0..below)
    }

    fn saw(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    /// One of the last four families: what goes on with them is worth looking at.
    fn draw_family(&mut self) -> usize {
        let count = self.families.len();
        count - 1 - self.draw(count.min(4))
    }

    /// Mostly the owner.
    fn draw_caller(&mut self, family: usize) -> usize {
        if self.draw(6) == 0 { self.draw(3) } else { self.families[family].owner }
    }

    async fn step(&mut self) {
        let family = match self.draw(100) {
            _ if self.families.is_empty() => self.grant().await,
            0..12 => self.grant().await,
            12..62 => self.refresh().await,
            62..68 => self.revoke_refresh().await,
            68..73 => self.revoke_access().await,
            73..79 => self.log_out().await,
            79..97 => self.wait().await,
            97 => self.close_client().await,
            _ => self.close_person().await,
        };
        let last = self.families[family].access.len() - 1;
        self.look(family, last).await;
        let other = self.draw_family();
        let access = self.draw(self.families[other].access.len());
        self.look(other, access).await;
    }

    /// Is the token as good as it should be?
    async fn look(&mut self, family: usize, access: usize) {
        let family = &self.families[family];
        let expected = family.is_good(access, self.now());
        assert_eq!(is_alive(&self.http, &family.access[access].token).await, expected, "{:?}", self.seen);
        self.saw(if expected { "alive" } else { "dead" });
    }

    async fn grant(&mut self) -> usize {
        let (owner, person) = (self.draw(3), self.draw(2));
        let username = self.people[person].0.clone();
        let tokens = if owner == PAIR {
            let pair = json!({ "username": username, "password": PASSWORD });
            ok(self.http.post("/api/v1/auth/token", &pair).await).await
        } else {
            let browser = self.app.visitor();
            assert_eq!(browser.sign_in(&username, PASSWORD).await.status(), 200);
            self.clients[owner].granted(&browser).await
        };
        let now = self.now();
        let ends = now + Duration::days(90);
        let (refresh, access) = (Vec::new(), Vec::new());
        let mut family = Family { owner, person, ends, has_ended: false, refresh, access };
        family.add(&tokens, now);
        self.families.push(family);
        self.saw("granted");
        self.families.len() - 1
    }

    async fn redeem(&self, by: usize, token: &str) -> Response {
        if by == PAIR {
            self.http.post("/api/v1/auth/refresh", &json!({ "refresh_token": token })).await
        } else {
            self.clients[by].refresh(token).await
        }
    }

    async fn refresh(&mut self) -> usize {
        let family = self.draw_family();
        let count = self.families[family].refresh.len();
        let token = if self.draw(5) == 0 { self.draw(count) } else { count - 1 };
        let by = self.draw_caller(family);
        let shown = self.families[family].refresh[token].token.clone();
        let response = self.redeem(by, &shown).await;
        let now = self.now();
        let outcome = self.families[family].redeem(token, by, now);
        if outcome == "refreshed" {
            let tokens = ok(response).await;
            self.families[family].add(&tokens, now);
        } else if by == PAIR {
            assert_eq!(response.status(), 401, "{outcome}");
        } else {
            assert_eq!(oauth_error(response).await, invalid_grant(), "{outcome}");
        }
        self.saw(outcome);
        family
    }

    async fn revoke_refresh(&mut self) -> usize {
        let family = self.draw_family();
        let by = self.draw_caller(family) % PAIR;
        let token = self.draw(self.families[family].refresh.len());
        let family_ends = by == self.families[family].owner;
        self.clients[by].revoke(&self.families[family].refresh[token].token).await;
        self.families[family].has_ended |= family_ends;
        self.saw(if family_ends { "family revoked" } else { "revoked in vain" });
        family
    }

    async fn revoke_access(&mut self) -> usize {
        let family = self.draw_family();
        let by = self.draw_caller(family) % PAIR;
        let access = self.draw(self.families[family].access.len());
        let is_own = by == self.families[family].owner;
        self.clients[by].revoke(&self.families[family].access[access].token).await;
        self.families[family].access[access].is_revoked |= is_own;
        self.saw(if is_own { "access revoked" } else { "revoked in vain" });
        family
    }

    async fn log_out(&mut self) -> usize {
        let family = self.draw_family();
        let access = self.draw(self.families[family].access.len());
        let is_good = self.families[family].is_good(access, self.now());
        let token = self.families[family].access[access].token.clone();
        let response = bear(&self.http, &token, Method::POST, "/api/v1/auth/logout", &Value::Null).await;
        assert_eq!(response.status(), if is_good { 204 } else { 401 });
        self.families[family].has_ended |= is_good;
        self.saw(if is_good { "logged out" } else { "logged out in vain" });
        family
    }

    /// Mostly minutes, sometimes days, with what the server does meanwhile on its own.
    async fn wait(&mut self) -> usize {
        let minutes = match self.draw(8) {
            0 => 60 * 24 * self.random.random_range(1..35_i64),
            1 => 15,
            _ => self.random.random_range(1..20_i64),
        };
        self.app.clock.advance(Duration::minutes(minutes));
        self.app.services.tokens.ensure_keys().await.unwrap();
        self.saw("waited");
        self.draw_family()
    }

    async fn close_client(&mut self) -> usize {
        let client = self.draw(2);
        self.clients[client].set_active(&self.app, false).await;
        self.clients[client].set_active(&self.app, true).await;
        self.families.iter_mut().filter(|family| family.owner == client).for_each(|family| family.has_ended = true);
        self.saw("client closed");
        self.draw_family()
    }

    async fn close_person(&mut self) -> usize {
        let person = self.draw(2);
        for active in [false, true] {
            self.app.services.staff.set_active(&system(), self.people[person].1, active).await.unwrap();
        }
        self.families.iter_mut().filter(|family| family.person == person).for_each(|family| family.has_ended = true);
        self.saw("person closed");
        self.draw_family()
    }
}

/// RFC 6749 §6 and §10.4, RFC 7009 §2.1, RFC 9700 §4.14: whatever happens in whatever order, a token is good exactly
/// when it should be.
#[tokio::test]
async fn on_a_random_walk_every_token_is_as_good_as_it_should_be() {
    let mut walk = Walk::begin().await;
    for _ in 0..300 {
        walk.step().await;
    }
    for family in 0..walk.families.len() {
        for access in 0..walk.families[family].access.len() {
            walk.look(family, access).await;
        }
    }
    for what in ["granted", "refreshed", "reused", "foreign", "family revoked", "access revoked", "logged out", "alive"]
    {
        assert!(walk.seen.contains_key(what), "the walk never came to {what}: {:?}", walk.seen);
    }
}
