//! Every request has an id, an address, a span in the log and a place in the metrics.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use super::super::{AppState, Config};

/// The id of a request: taken from `X-Request-Id` when that is harmless, else made here.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The client's address, with trusted proxies resolved.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct ClientAddress(pub IpAddr);

/// The other end of the connection; set by the accept loop.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct Peer(pub SocketAddr);

/// Gives the request its id and address, and writes one log line and one measurement at the end.
pub(in crate::server) async fn trace(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let id = given_id(&request).unwrap_or_else(new_id);
    let address = client_address(&request, &state.services.config);
    request.extensions_mut().insert(RequestId(id.clone()));
    if let Some(address) = address {
        request.extensions_mut().insert(ClientAddress(address));
    }
    let method = request.method().as_str().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or("other", |path| path.as_str()).to_owned();
    let span = tracing::info_span!("request", id = %id, %method, path = %request.uri().path());
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| {
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        if status >= 500 {
            tracing::warn!(status, micros, "answered");
        } else {
            tracing::debug!(status, micros, "answered");
        }
    });
    metrics::histogram!("http_request_duration_seconds", "method" => method, "route" => route, "status" => status.to_string())
        .record(elapsed.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

fn new_id() -> String {
    crate::auth::token::random_bytes::<12>().map(hex::encode).unwrap_or_default()
}

fn given_id(request: &Request) -> Option<String> {
    let id = request.headers().get("x-request-id")?.to_str().ok()?;
    let harmless = (8..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    harmless.then(|| id.to_owned())
}

/// The last address of `X-Forwarded-For` that is not a trusted proxy, when a trusted proxy asks.
fn client_address(request: &Request, config: &Config) -> Option<IpAddr> {
    let peer = request.extensions().get::<Peer>()?.0.ip().to_canonical();
    if !config.trusted_proxies.contains(&peer) {
        return Some(peer);
    }
    let forwarded = request.headers().get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let chain: Vec<IpAddr> =
        forwarded.flat_map(|value| value.split(',')).filter_map(|one| one.trim().parse().ok()).collect();
    Some(chain.into_iter().rev().find(|address| !config.trusted_proxies.contains(address)).unwrap_or(peer))
}
