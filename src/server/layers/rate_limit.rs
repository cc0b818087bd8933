//! Requests a minute: of each API client, and of each address at the endpoints where secrets are tried and wherever
//! strangers make the server work.
//!
//! Failed sign-ins are counted elsewhere, in the database: those limits survive a restart (`auth`).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::super::context::Authenticated;
use super::super::{ApiProblem, AppState, Config};
use super::MACHINES;
use crate::auth::address_key;
use crate::shared::actor::{ActorKind, Proof};
use crate::shared::problem::Problem;

type Limiter = RateLimiter<Key, DashMapStateStore<Key>, DefaultClock, StateInformationMiddleware>;

/// Counters that are kept without looking who is quiet.
const MANY: usize = 10_000;

/// Whose requests are counted together.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Client(i64),
    Address(String),
}

impl Key {
    fn policy(&self) -> &'static str {
        match self {
            Self::Client(_) => "client",
            Self::Address(_) => "address",
        }
    }
}

/// The counters of this process.
#[derive(Clone)]
pub(in crate::server) struct RateLimits {
    limiter: Arc<Limiter>,
    clock: DefaultClock,
    quota: u32,
}

impl RateLimits {
    /// Counters with the limit of the configuration.
    pub(in crate::server) fn new(config: &Config) -> Self {
        let quota = Quota::per_minute(config.max_api_requests);
        let limiter = RateLimiter::dashmap(quota).with_middleware::<StateInformationMiddleware>();
        Self { limiter: Arc::new(limiter), clock: DefaultClock::default(), quota: config.max_api_requests.get() }
    }

    /// Forgets who has long been quiet, when there are many.
    fn sweep(&self) {
        if self.limiter.len() > MANY {
            self.limiter.retain_recent();
        }
    }
}

/// Counts the request and answers 429 beyond the limit.
pub(in crate::server) async fn rate_limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Some(key) = key_of(&request) else { return next.run(request).await };
    let limits = &state.limits;
    limits.sweep();
    let (remaining, wait) = match limits.limiter.check_key(&key) {
        Ok(snapshot) => (snapshot.remaining_burst_capacity(), None),
        Err(not_until) => (0, Some(not_until.wait_time_from(limits.clock.now()).as_secs() + 1)),
    };
    let mut response = match wait {
        None => next.run(request).await,
        Some(seconds) => {
            let retry_after = u32::try_from(seconds).unwrap_or(u32::MAX);
            ApiProblem(Problem::RateLimited { retry_after }).into_response()
        }
    };
    tell(response.headers_mut(), key.policy(), limits.quota, remaining, wait.unwrap_or_default());
    response
}

/// API clients by themselves; by address everybody at an endpoint that takes secrets, and who calls a server function
/// without being signed in.
fn key_of(request: &Request) -> Option<Key> {
    let path = request.uri().path();
    let actor = request.extensions().get::<Authenticated>().and_then(|found| found.0.as_ref());
    let is_stranger = actor.is_none() && request.method() == Method::POST && path.starts_with("/api/fn/");
    if is_stranger || MACHINES.contains(&path) {
        return Some(Key::Address(origin_of_request(request)?));
    }
    let actor = actor?;
    match (&actor.kind, &actor.proof) {
        (ActorKind::Client(id), _) | (_, Proof::Token { client: Some(id), .. }) => Some(Key::Client(id.0)),
        _ => None,
    }
}

fn origin_of_request(request: &Request) -> Option<String> {
    request.extensions().get::<super::ClientAddress>().map(|address| address_key(&address.0.to_string()))
}

/// `RateLimit` and `RateLimit-Policy` as the IETF's HTTPAPI group defines them.
fn tell(headers: &mut HeaderMap, policy: &str, quota: u32, remaining: u32, reset: u64) {
    let limits = [
        ("ratelimit-policy", format!("\"{policy}\";q={quota};w=60")),
        ("ratelimit", format!("\"{policy}\";r={remaining};t={reset}")),
    ];
    for (name, value) in limits {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}
