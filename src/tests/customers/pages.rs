//! Pages as a browser without JavaScript gets them.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn every_page_has_its_data_in_the_first_html() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let (_, empty) = ana.page("/customers").await;
    assert!(empty.contains("New customer") && empty.contains("Import"), "{empty}");
    let created = ana.create(json!({ "name": "Jörg <b>Müller</b>", "city": "Köln" })).await;
    let id = &created["id"];
    for (path, text) in [
        ("/customers".to_owned(), "Köln"),
        ("/customers?q=mull".to_owned(), "Köln"),
        (format!("/customers/{id}"), "C000001"),
        (format!("/customers/{id}/edit"), "Köln"),
        (format!("/customers/{id}/history"), "The super-administrator"),
        ("/customers/new".to_owned(), "First name"),
        ("/customers/trash".to_owned(), "Trash"),
    ] {
        let (status, page) = ana.page(&path).await;
        assert_eq!(status, 200, "{path}");
        assert!(page.contains(text), "{path} lacks {text}");
        assert!(!page.contains("<b>Müller</b>"), "{path} is not escaped");
    }
}

#[tokio::test]
async fn a_page_is_built_once_and_carries_its_rows_once() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    ana.create(json!({ "name": "Only Once", "email": "only.once@example.net" })).await;
    let (_, page) = ana.page("/customers").await;
    // Once in the table, once in the data for the browser.
    assert_eq!(page.matches("only.once@example.net").count(), 2, "{page}");
}

#[tokio::test]
async fn missing_pages_and_records_say_so_with_the_right_status() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    for path in ["/customers/4711", "/customers/4711/edit", "/customers/4711/history", "/nowhere"] {
        let (status, page) = ana.page(path).await;
        assert_eq!(status, 404, "{path}");
        assert!(page.contains("Not found"), "{path}");
    }
    let (status, page) = ana.page("/customers?status=asleep").await;
    assert_eq!(status, 422);
    assert!(page.contains("asleep"));
}
