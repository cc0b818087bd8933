//! Is the process alive, can it work, what does it measure, which version is it?

use std::sync::LazyLock;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::AppState;

/// Bounds of the latency histogram in seconds.
const BUCKETS: [f64; 11] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

static RECORDER: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("http_request_duration_seconds".into()), &BUCKETS)
        .ok()?;
    builder.install_recorder().ok()
});

/// Starts measuring; once per process.
pub(super) fn start_metrics() {
    LazyLock::force(&RECORDER);
}

/// `GET /health`: the process is alive.
pub(super) async fn health() -> &'static str {
    "ok"
}

/// `GET /ready`: the database answers and has the schema of this program; 503 otherwise.
pub(super) async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.services.database.is_migrated().await {
        Ok(true) => (StatusCode::OK, "ready"),
        Ok(false) => (StatusCode::SERVICE_UNAVAILABLE, "migrations are missing"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer"),
    }
}

/// `GET /metrics`: for Prometheus.
pub(super) async fn prometheus(State(state): State<AppState>) -> String {
    let (used, open) = state.services.database.connections();
    metrics::gauge!("database_connections_used").set(f64::from(used));
    metrics::gauge!("database_connections_open").set(f64::from(open));
    RECORDER.as_ref().map(PrometheusHandle::render).unwrap_or_default()
}

/// `GET /version`.
pub(super) async fn version() -> Json<serde_json::Value> {
    Json(serde_json::json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") }))
}
