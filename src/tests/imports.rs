//! `/imports`: from a file to customers, twice, with bad rows, cancelled and killed.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use isp::server::Background;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{PASSWORD, Person, TestApp, new_database, refusal, wrong_fields};

const REAL_FILE: &str = include_str!("data/customers-300.csv");

async fn upload(person: &Person, name: &str, content: &str) -> Response {
    let file = Part::text(content.to_owned()).file_name(name.to_owned());
    person.request(Method::POST, "/api/v1/imports").multipart(Form::new().part("file", file)).send().await.unwrap()
}

/// Uploads a file that must be accepted, and gives the import's path.
pub(crate) async fn uploaded(person: &Person, content: &str) -> String {
    let response = upload(person, "customers.csv", content).await;
    assert_eq!(response.status(), 201, "{}", response.text().await.unwrap());
    response.headers()["location"].to_str().unwrap().to_owned()
}

/// The dry run under the guessed mapping, the rows named after `source`.
async fn checked(person: &Person, import: &str, source: &str) -> Value {
    let mut mapping = person.json(import).await["mapping"].clone();
    mapping["source"] = json!(source);
    let response = person.post(&format!("{import}/check"), &json!({ "mapping": mapping })).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    response.json().await.unwrap()
}

/// Commits and waits for the end of the job.
pub(crate) async fn committed(person: &Person, import: &str) -> Value {
    let response = person.post(&format!("{import}/commit"), &json!({})).await;
    assert_eq!(response.status(), 202, "{}", response.text().await.unwrap());
    let job = response.headers()["location"].to_str().unwrap().to_owned();
    finished(person, &job).await;
    person.json(import).await
}

pub(crate) async fn finished(person: &Person, job: &str) -> Value {
    for _ in 0..600 {
        let view = person.json(job).await;
        if ["done", "failed", "cancelled"].contains(&view["state"].as_str().unwrap()) {
            return view;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{job} did not end");
}

/// A server with its job worker.
pub(crate) async fn with_worker() -> (TestApp, Person, CancellationToken) {
    let app = TestApp::start().await;
    let shutdown = CancellationToken::new();
    drop(Background::start(&app.services, &shutdown));
    let ana = app.administrator().await;
    (app, ana, shutdown)
}

fn made_up(rows: usize) -> String {
    let mut csv = String::from("id,name,email,city\n");
    for i in 0..rows {
        let _ = writeln!(csv, "{i},Person {i},person{i}@example.net,City {}", i % 50);
    }
    csv
}

#[tokio::test]
async fn a_real_file_is_guessed_checked_and_imported_once() {
    let (_app, ana, stop) = with_worker().await;
    let import = uploaded(&ana, REAL_FILE).await;
    let details = ana.json(&import).await;
    let target = |column: &str| {
        let columns = details["mapping"]["columns"].as_array().unwrap();
        columns.iter().find(|one| one["column"] == column).map(|one| one["target"].clone()).unwrap()
    };
    for (column, expected) in [
        ("First Name", "first_name"),
        ("Last Name", "last_name"),
        ("Company", "company_name"),
        ("City", "city"),
        ("Country", "country"),
        ("Phone 1", "phone"),
        ("Phone 2", "mobile"),
        ("Email", "email"),
        ("Subscription Date", "customer_since"),
        ("Customer Id", "external_id"),
        ("Website", "ignore"),
    ] {
        assert_eq!(target(column), expected, "{column}");
    }
    assert_eq!(details["mapping"]["date_format"], "month_day_year");
    let report = checked(&ana, &import, "legacy").await;
    assert_eq!((&report["total"], &report["to_create"], &report["bad"]), (&json!(300), &json!(299), &json!(1)));
    // The one bad row of the file has a phone number of three digits.
    assert_eq!(
        (&report["bad_rows"][0]["line"], &report["bad_rows"][0]["reasons"][0]["field"]),
        (&json!(171), &json!("phone"))
    );
    assert_eq!(ana.json("/api/v1/customers").await["total_count"], 0, "a dry run writes nothing");
    let done = committed(&ana, &import).await;
    assert_eq!((&done["state"], &done["created"]), (&json!("done"), &json!(299)));
    let first = ana.json("/api/v1/customers/lookup?email=urangel@espinoza-francis.net").await;
    assert_eq!(
        (&first["name"], &first["country"], &first["customer_since"], &first["external_id"]),
        (&json!("Heather Callahan"), &json!("NO"), &json!("2020-08-26"), &json!("EB54EF1154C3A78"))
    );
    assert_eq!(ana.names("query=2091727124").await, ["Kristina Ferrell"]);

    let again = uploaded(&ana, REAL_FILE).await;
    let report = checked(&ana, &again, "legacy").await;
    assert_eq!((&report["to_create"], &report["known"]), (&json!(0), &json!(299)));
    assert_eq!(committed(&ana, &again).await["created"], 0);
    assert_eq!(ana.json("/api/v1/customers").await["total_count"], 299);
    stop.cancel();
}

#[tokio::test]
async fn every_bad_row_is_listed_and_comes_back_as_a_file() {
    let (_app, ana, stop) = with_worker().await;
    ana.create(json!({ "name": "Taken", "email": "taken@example.net" })).await;
    let file = "Name,E-mail,Country,Phone\n\
                Good,good@example.net,Norway,\n\
                Bad country,a@example.net,Atlantis,\n\
                \"Two\nlines\",not an address,Norway,call me\n\
                ,,,\n\
                Twice,good@example.net,Norway,\n\
                Taken,TAKEN@example.net,Norway,\n\
                =HYPERLINK(1),broken,Norway,\n\
                Too,many,columns,1,2,3\n";
    let import = uploaded(&ana, file).await;
    let report = checked(&ana, &import, "crm").await;
    assert_eq!((&report["total"], &report["to_create"]), (&json!(7), &json!(1)), "{report}");
    let bad = report["bad_rows"].as_array().unwrap();
    let lines: Vec<i64> = bad.iter().map(|row| row["line"].as_i64().unwrap()).collect();
    assert_eq!(lines, [3, 4, 7, 8, 9, 10], "{report}");
    assert!(bad[1].to_string().contains("E-mail") && bad[1].to_string().contains("Phone"), "{}", bad[1]);
    let done = committed(&ana, &import).await;
    assert_eq!((&done["created"], &done["rejected"]), (&json!(1), &json!(6)));
    let rejected = ana.get(&format!("{import}/rejected.csv")).await;
    assert!(rejected.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let text = rejected.text().await.unwrap();
    assert!(text.contains("Atlantis") && text.contains("'=HYPERLINK(1)"), "{text}");
    stop.cancel();
}

#[tokio::test]
async fn files_and_mappings_that_cannot_work_are_refused() {
    let (_app, ana, stop) = with_worker().await;
    for content in ["", "name\n", "\u{0}\u{1}\u{2}"] {
        assert_eq!(wrong_fields(upload(&ana, "x.csv", content).await).await, ["file"], "{content:?}");
    }
    let import = uploaded(&ana, "a,b\n1,2\n").await;
    let twice = json!({ "mapping": { "source": "x", "columns": [{ "column": "a", "target": "name" }, { "column": "b", "target": "name" }] } });
    assert_eq!(ana.post(&format!("{import}/check"), &twice).await.status(), 422);
    let early = ana.post(&format!("{import}/commit"), &json!({})).await;
    assert_eq!(refusal(early).await.0, 409);
    assert_eq!(refusal(ana.get("/api/v1/imports/4711").await).await.0, 404);
    stop.cancel();
}

#[tokio::test]
async fn a_mapping_is_saved_under_a_name_and_a_running_import_can_be_cancelled() {
    let (app, ana, stop) = with_worker().await;
    let import = uploaded(&ana, &made_up(3_000)).await;
    let mapping = ana.json(&import).await["mapping"].clone();
    let body = json!({ "mapping": mapping, "save_as": "Old CRM" });
    assert_eq!(ana.post(&format!("{import}/check"), &body).await.status(), 200);
    let saved: Value = ana.post("/api/fn/imports/mappings", &json!({})).await.json().await.unwrap();
    assert_eq!(saved[0]["name"], "Old CRM");
    let response = ana.post(&format!("{import}/commit"), &json!({})).await;
    let job = response.headers()["location"].to_str().unwrap().to_owned();
    assert!(ana.post(&format!("{job}/cancel"), &json!({})).await.status().is_success());
    assert_eq!(finished(&ana, &job).await["state"], "cancelled");
    let created = ana.json(&import).await["created"].as_i64().unwrap();
    assert!(created < 3_000 && created % 500 == 0, "{created}");
    assert_eq!(ana.json("/api/v1/customers").await["total_count"], created);
    drop(app);
    stop.cancel();
}

#[tokio::test]
async fn progress_is_an_event_stream_that_ends_with_the_job() {
    let (_app, ana, stop) = with_worker().await;
    let import = uploaded(&ana, &made_up(1_000)).await;
    checked(&ana, &import, "crm").await;
    let response = ana.post(&format!("{import}/commit"), &json!({})).await;
    let job = response.headers()["location"].to_str().unwrap().to_owned();
    let events = ana.get(&format!("{job}/events")).await;
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let text = tokio::time::timeout(Duration::from_secs(30), events.text()).await.unwrap().unwrap();
    assert!(text.contains("\"done\":1000") && text.contains("\"state\":\"done\""), "{text}");
    stop.cancel();
}

/// The real program in a process of its own.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn command(database_url: &str, port: u16) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_isp"));
        command
            .env("DATABASE_URL", database_url)
            .env("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}"))
            .env("ISP_SECRET_KEY", "a key for tests only, forty-two characters")
            .env("RUST_LOG", "warn")
            .stdout(Stdio::null());
        command
    }

    pub(crate) async fn serve(database_url: &str, port: u16) -> Self {
        let server = Self(Self::command(database_url, port).arg("serve").spawn().unwrap());
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server did not start");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn a_killed_import_is_finished_after_the_restart_without_duplicate_or_gap() {
    const ROWS: usize = 6_000;
    let folder = tempfile::tempdir().unwrap();
    let database_url = new_database(&folder).await;
    let port = free_port();
    let mut create = Process::command(&database_url, port)
        .args(["staff", "create", "--username", "ana", "--email", "ana@example.net", "--name", "Ana"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(create.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    assert!(create.wait().unwrap().success());

    let server = Process::serve(&database_url, port).await;
    let ana = Person::at(&format!("http://127.0.0.1:{port}"));
    assert_eq!(ana.sign_in("ana", PASSWORD).await.status(), 200);
    let import = uploaded(&ana, &made_up(ROWS)).await;
    checked(&ana, &import, "crm").await;
    let response = ana.post(&format!("{import}/commit"), &json!({})).await;
    let job = response.headers()["location"].to_str().unwrap().to_owned();
    let before = loop {
        let done = ana.json(&job).await["done"].as_i64().unwrap();
        if done > 0 {
            break done;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    // SIGKILL: nothing is handed back, nothing is said.
    drop(server);
    assert!(before < i64::try_from(ROWS).unwrap(), "the import was too fast to be killed");

    let _server = Process::serve(&database_url, port).await;
    assert_eq!(finished(&ana, &job).await["state"], "done");
    let details = ana.json(&import).await;
    assert_eq!(details["created"], ROWS);
    assert_eq!(ana.json("/api/v1/customers").await["total_count"], ROWS);
    assert_eq!(ana.json("/api/v1/customers?query=person").await["total_count"], ROWS, "the index has them all");
}
