//! The chain of the audit log.

use isp::database::Database;
use serde_json::json;

use crate::support::TestApp;

/// Changes something behind the log's back, past the triggers that refuse it.
async fn tamper(app: &TestApp, sqlite: &'static str, postgres: &'static str) {
    match app.database().await {
        Database::Sqlite { writer, .. } => sqlx::raw_sql(sqlite).execute(&writer).await.map(|_| ()).unwrap(),
        Database::Postgres(pool) => sqlx::raw_sql(postgres).execute(&pool).await.map(|_| ()).unwrap(),
    }
}

async fn with_history() -> TestApp {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for name in ["One", "Two", "Three"] {
        ana.create(json!({ "name": name })).await;
    }
    app
}

async fn verify(app: &TestApp) -> isp::audit::ChainReport {
    app.services.audit.verify(&app.services.database, |_| ()).await.unwrap()
}

#[tokio::test]
async fn an_untouched_chain_is_whole() {
    let app = with_history().await;
    let report = verify(&app).await;
    assert!(report.entries >= 4 && report.broken_at.is_none(), "{report:?}");
}

#[tokio::test]
async fn entries_refuse_to_be_changed() {
    let app = with_history().await;
    for sql in ["UPDATE audit_entries SET reason = 'x'", "DELETE FROM audit_entries"] {
        let refused = match app.database().await {
            Database::Sqlite { writer, .. } => sqlx::raw_sql(sql).execute(&writer).await.is_err(),
            Database::Postgres(pool) => sqlx::raw_sql(sql).execute(&pool).await.is_err(),
        };
        assert!(refused, "{sql}");
    }
}

#[tokio::test]
async fn an_edited_a_removed_and_a_cut_off_entry_are_found() {
    for (change, place, reason) in [
        ("UPDATE audit_entries SET actor_name = 'Somebody' WHERE id = 3", 3, "changed"),
        ("DELETE FROM audit_entries WHERE id = 3", 4, "missing"),
        ("DELETE FROM audit_entries WHERE id >= 3", 3, "missing"),
    ] {
        let app = with_history().await;
        let sqlite = format!("DROP TRIGGER audit_entries_no_update; DROP TRIGGER audit_entries_no_delete; {change}");
        let postgres = format!("DROP TRIGGER audit_entries_no_change ON audit_entries; {change}");
        tamper(&app, sqlite.leak(), postgres.leak()).await;
        let (entry, found) = verify(&app).await.broken_at.unwrap();
        assert_eq!(entry, place, "{change}");
        assert!(found.contains(reason), "{change}: {found}");
    }
}

#[tokio::test]
async fn no_password_reaches_the_log_or_the_audit() {
    let app = with_history().await;
    let secrets: i64 = {
        let mut tx = app.services.database.read().await.unwrap();
        let like = format!("%{}%", crate::support::PASSWORD);
        tx.query("SELECT COUNT(*) FROM audit_entries WHERE changes LIKE $1 OR reason LIKE $1")
            .bind(like)
            .fetch_value()
            .await
            .unwrap()
    };
    assert_eq!(secrets, 0);
}
