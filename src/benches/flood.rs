//! A flood of bad sign-ins, and what everybody else notices of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use isp::auth::token::random_bytes;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::Failure;
use crate::client::{Connection, JSON, Site};
use crate::measure::paced;
use crate::scenario::Load;

/// Connections that sign in, each as fast as it is answered.
const CONNECTIONS: usize = 8;

/// Requests a second of each of the two connections that are measured meanwhile.
const RATE: f64 = 100.0;

/// Where bad sign-ins come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flood {
    /// Nowhere: what the others are compared with.
    Nowhere,
    /// One address, which is locked after a few.
    OneAddress,
    /// Each from another address, so that every password is hashed.
    ManyAddresses,
}

impl Flood {
    /// Every flood, the calmest first.
    pub const ALL: [Self; 3] = [Self::Nowhere, Self::OneAddress, Self::ManyAddresses];

    /// What the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nowhere => "nowhere",
            Self::OneAddress => "one address",
            Self::ManyAddresses => "many addresses",
        }
    }
}

/// What came of a flood.
pub struct Outcome {
    /// Sign-ins a second whose password was hashed.
    pub heard: f64,
    /// Sign-ins a second that were turned away without.
    pub refused: f64,
    /// p50, p95 and p99 of reading a customer.
    pub read: [Duration; 3],
    /// The same of a route that does nothing.
    pub health: [Duration; 3],
}

/// Signs in for this long while two more connections, of which each has a load of its own, are measured.
pub async fn measure(
    flood: Flood,
    address: SocketAddr,
    [read, health]: [&Load; 2],
    duration: Duration,
) -> Result<Outcome, Failure> {
    let began = Instant::now();
    let (answers, read, health) = tokio::try_join!(
        sign_in(flood, address, began + duration),
        paced(read, 1, RATE, duration),
        paced(health, 1, RATE, duration),
    )?;
    let rate = |number: u32| f64::from(number) / duration.as_secs_f64();
    Ok(Outcome { heard: rate(answers.heard), refused: rate(answers.refused), read, health })
}

/// How sign-ins were answered.
#[derive(Default)]
struct Answers {
    heard: u32,
    refused: u32,
}

async fn sign_in(flood: Flood, address: SocketAddr, end: Instant) -> Result<Answers, Failure> {
    // Strangers of an earlier run may be locked still.
    let first = u32::from_le_bytes(random_bytes()?);
    let strangers = Arc::new(AtomicU32::new(first));
    let home = (flood == Flood::OneAddress).then_some(first);
    let connections = if flood == Flood::Nowhere { 0 } else { CONNECTIONS };
    let mut clients = JoinSet::new();
    for _ in 0..connections {
        clients.spawn(sign_in_until(end, address, Arc::clone(&strangers), home));
    }
    let mut total = Answers::default();
    for answers in clients.join_all().await {
        let Answers { heard, refused } = answers?;
        total.heard += heard;
        total.refused += refused;
    }
    Ok(total)
}

/// Every try is another stranger's, at their own address or all at one.
async fn sign_in_until(
    end: Instant,
    address: SocketAddr,
    strangers: Arc<AtomicU32>,
    home: Option<u32>,
) -> Result<Answers, Failure> {
    let mut connection = Connection::open(address).await?;
    let mut answers = Answers::default();
    while Instant::now() < end {
        let stranger = strangers.fetch_add(1, Ordering::Relaxed);
        let response = connection.send(&bad_sign_in(address, stranger, home.unwrap_or(stranger))).await?;
        match response.status {
            422 => answers.heard += 1,
            429 | 503 => answers.refused += 1,
            status => {
                response.ok()?;
                return Err(format!("a stranger was answered {status}").into());
            }
        }
    }
    Ok(answers)
}

/// A network of its own for each home: IPv6 addresses are counted by /64.
fn bad_sign_in(address: SocketAddr, stranger: u32, home: u32) -> String {
    let headers = format!("X-Forwarded-For: 2001:db8:{:x}:{:x}::1\r\n", home >> 16, home & 0xffff);
    let name = format!("stranger-{stranger}");
    let body = serde_json::json!({ "username": name, "password": "not the password" }).to_string();
    Site { address, headers }.post("/api/fn/auth/sign-in", JSON, &body)
}
