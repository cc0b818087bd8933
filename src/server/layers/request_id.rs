//! Every request has an id, an address, a span in the log and a place in the metrics.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue};
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

fn client_address(request: &Request, config: &Config) -> Option<IpAddr> {
    let peer = request.extensions().get::<Peer>()?.0.ip().to_canonical();
    Some(behind_proxies(peer, request.headers(), &config.trusted_proxies))
}

/// The nearest address of `X-Forwarded-For` that is not a trusted proxy, when a trusted proxy asks. What stands behind
/// an entry that cannot be read was written by nobody we trust: then it is the proxy itself.
fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|proxy| proxy.to_canonical() == address);
    if !is_trusted(peer) {
        return peer;
    }
    let values = headers.get_all("x-forwarded-for").iter().rev();
    let entries = values.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
    let nearest = entries.map(address_of).find(|address| address.is_none_or(|address| !is_trusted(address)));
    nearest.flatten().unwrap_or(peer)
}

/// Reads `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]` and `[2001:db8::7]:4711`.
fn address_of(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let with_port = || entry.parse().ok().map(|address: SocketAddr| address.ip());
    bare.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "10.0.0.1";

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn found(peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
        }
        let trusted = [address(PROXY), address("::ffff:10.0.0.2"), address("2001:db8::1")];
        behind_proxies(address(peer), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(found("192.0.2.9", &["203.0.113.7"]), "192.0.2.9");
        assert_eq!(found(PROXY, &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(found("2001:db8::1", &["203.0.113.7"]), "203.0.113.7");
    }

    #[test]
    fn the_nearest_address_that_is_no_proxy_counts() {
        assert_eq!(found(PROXY, &["1.1.1.1, 203.0.113.7, 10.0.0.2 , 2001:db8::1"]), "203.0.113.7");
        assert_eq!(found(PROXY, &["1.1.1.1, 2.2.2.2", "203.0.113.7,10.0.0.2"]), "203.0.113.7");
        assert_eq!(found(PROXY, &["10.0.0.2"]), PROXY);
        assert_eq!(found(PROXY, &[]), PROXY);
    }

    #[test]
    fn what_cannot_be_read_hides_what_stands_behind_it() {
        for line in ["203.0.113.7, unknown", "203.0.113.7, ", "203.0.113.7, _hidden, 10.0.0.2", "203.0.113.7:http", ""]
        {
            assert_eq!(found(PROXY, &[line]), PROXY, "{line}");
        }
        assert_eq!(found(PROXY, &["nonsense, 203.0.113.7"]), "203.0.113.7");
    }

    #[test]
    fn addresses_come_with_ports_and_brackets() {
        for (entry, read) in [
            ("203.0.113.7:4711", "203.0.113.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("[::ffff:10.0.0.2]:443", PROXY),
        ] {
            assert_eq!(found(PROXY, &[entry]), read, "{entry}");
        }
    }
}
