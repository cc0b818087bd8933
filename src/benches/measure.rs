//! How a scenario is measured: as fast as it goes for the rate, at half of that for the latency.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::Failure;
use crate::scenario::Load;
use crate::server::Server;

/// Connections that are busy at the same time, step by step.
pub const CONNECTIONS: [usize; 3] = [1, 4, 16];

/// Connections that share a paced load; more than can be busy at half of the highest rate.
const PACED_CONNECTIONS: u32 = 32;

/// What was found out about one scenario.
pub struct Measurement {
    /// The server's CPU time, user and system, over all steps.
    pub cpu_per_request: Duration,
    /// Requests per second for each of [`CONNECTIONS`].
    pub rates: [f64; 3],
    /// p50, p95 and p99 at half of the highest rate.
    pub percentiles: [Duration; 3],
}

/// Runs every step of a scenario, each for this long.
pub async fn measure(server: &Server, load: &Load, duration: Duration) -> Result<Measurement, Failure> {
    at_full_speed(load, CONNECTIONS[1], duration / 4).await?;
    let cpu_before = server.cpu()?;
    let mut requests = 0_u32;
    let mut rates = [0.0; 3];
    for (rate, connections) in rates.iter_mut().zip(CONNECTIONS) {
        let started = Instant::now();
        let done = at_full_speed(load, connections, duration).await?;
        *rate = f64::from(done) / started.elapsed().as_secs_f64();
        requests += done;
    }
    let cpu = server.cpu()?.saturating_sub(cpu_before);
    let highest = rates.iter().copied().fold(0.0, f64::max);
    let percentiles = paced(load, PACED_CONNECTIONS, highest / 2.0, duration).await?;
    Ok(Measurement { cpu_per_request: cpu / requests.max(1), rates, percentiles })
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted.get(sorted.len() * percent / 100).copied().unwrap_or_default()
}

/// Every connection sends its next request as soon as it has the answer; gives the number of answers.
async fn at_full_speed(load: &Load, connections: usize, duration: Duration) -> Result<u32, Failure> {
    let end = Instant::now() + duration;
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        let mut worker = load.worker().await?;
        workers.spawn(async move {
            let mut done = 0_u32;
            while Instant::now() < end {
                worker.call().await?;
                done += 1;
            }
            Ok::<_, Failure>(done)
        });
    }
    workers.join_all().await.into_iter().sum()
}

/// Requests are due at a steady rate whether or not earlier ones are answered. One that had to wait
/// for a connection counts from the moment it was due, so that a slow server hides nothing. Gives p50, p95 and p99.
pub async fn paced(load: &Load, connections: u32, rate: f64, duration: Duration) -> Result<[Duration; 3], Failure> {
    let step = Duration::from_secs_f64(1.0 / rate.max(1.0));
    let mut workers = JoinSet::new();
    let start = Instant::now() + Duration::from_millis(50);
    for number in 0..connections {
        let mut worker = load.worker().await?;
        workers.spawn(async move {
            let mut latencies = Vec::new();
            let mut due = start + step * number;
            while due < start + duration {
                let mut began = due;
                if Instant::now() < due {
                    sleep_until(due).await;
                    // The timer wakes up to a millisecond late, which is not the server's fault.
                    began = Instant::now();
                }
                worker.call().await?;
                latencies.push(began.elapsed());
                due += step * connections;
            }
            Ok::<_, Failure>(latencies)
        });
    }
    let latencies: Result<Vec<_>, Failure> = workers.join_all().await.into_iter().collect();
    let mut latencies = latencies?.concat();
    latencies.sort_unstable();
    Ok([50, 95, 99].map(|percent| percentile(&latencies, percent)))
}
