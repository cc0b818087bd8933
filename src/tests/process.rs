//! Health, readiness, metrics, slow clients and the end of the process.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::TestApp;

#[tokio::test]
async fn the_process_says_how_it_is() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    assert_eq!(visitor.get("/health").await.text().await.unwrap(), "ok");
    assert_eq!(visitor.get("/ready").await.text().await.unwrap(), "ready");
    assert_eq!(visitor.json("/version").await["version"], env!("CARGO_PKG_VERSION"));
    let metrics = visitor.get("/metrics").await.text().await.unwrap();
    assert!(
        metrics.contains("http_request_duration_seconds_bucket") && metrics.contains("database_connections_open"),
        "{metrics}"
    );
}

#[tokio::test]
async fn without_its_database_the_process_is_alive_but_not_ready() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    app.services.database.close().await;
    assert_eq!(ana.get("/health").await.status(), 200);
    assert_eq!(ana.get("/ready").await.status(), 503);
    let refused = ana.get("/api/v1/customers").await;
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(crate::support::refusal(refused).await, (503, "unavailable".into()));
}

/// How the server ends a connection that sends this and no more.
async fn ends_within(app: &TestApp, sent: &[u8], limit: Duration) -> bool {
    let mut stream = TcpStream::connect(app.services.config.listen).await.unwrap();
    stream.write_all(sent).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(limit, stream.read_to_end(&mut answer)).await.is_ok()
}

#[tokio::test]
async fn clients_that_do_not_finish_their_request_are_cut_off() {
    let app = TestApp::start().await;
    let limit = Duration::from_secs(14);
    let (silent, partial) = tokio::join!(
        ends_within(&app, b"", limit),
        ends_within(&app, b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ", limit),
    );
    assert!(silent && partial, "silent {silent}, partial {partial}");
}

#[tokio::test]
async fn answers_leave_without_waiting_for_the_clients_acknowledgement() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    visitor.page("/login").await;
    let started = std::time::Instant::now();
    for _ in 0..10 {
        visitor.page("/login").await;
    }
    // Nagle's algorithm alone would cost ten times 40 ms; the bound is far from what a page takes.
    assert!(started.elapsed() < Duration::from_millis(10 * 40), "{:?}", started.elapsed());
}
