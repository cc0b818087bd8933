//! `/imports` of a file whose rows bring labels, custom fields and statuses, by the example that ships.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::imports::{Process, committed, finished, free_port, uploaded, with_worker};
use crate::support::{PASSWORD, Person, new_database, wrong_fields};

const TELCO: &str = include_str!("data/telco-300.csv");
const EXAMPLE: &str = "Telco subscribers (example)";

async fn check(person: &Person, import: &str, mapping: Value) -> Value {
    let response = person.post(&format!("{import}/check"), &json!({ "mapping": mapping })).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    response.json().await.unwrap()
}

/// The dry run under the mapping that was found out.
async fn check_as_found(person: &Person, import: &str) -> Value {
    let response = person.post(&format!("{import}/check"), &json!({})).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    response.json().await.unwrap()
}

async fn total(person: &Person, query: &str) -> i64 {
    person.json(&format!("/api/v1/customers?{query}")).await["total_count"].as_i64().unwrap()
}

/// Every label with the name of its category and how many customers wear it, by name.
async fn labels(person: &Person) -> Vec<(String, String, i64)> {
    let categories = person.json("/api/v1/label-categories").await;
    let category = |id: &Value| {
        let found = categories.as_array().unwrap().iter().find(|one| one["id"] == *id);
        found.map_or_else(String::new, |one| one["name"].as_str().unwrap().to_owned())
    };
    let list = person.json("/api/v1/labels").await;
    let made = list.as_array().unwrap().iter().filter(|label| label["is_system"] == false);
    let mut labels: Vec<_> = made
        .map(|label| {
            let name = label["name"].as_str().unwrap().to_owned();
            (name, category(&label["category_id"]), label["customers"].as_i64().unwrap())
        })
        .collect();
    labels.sort();
    labels
}

fn expected_labels(times: i64) -> Vec<(String, String, i64)> {
    [
        ("DSL", "Internet", 112),
        ("Fiber optic", "Internet", 130),
        ("Month-to-month", "Contract", 167),
        ("No internet", "Internet", 58),
        ("One year", "Contract", 59),
        ("Two year", "Contract", 74),
    ]
    .map(|(name, category, customers)| (name.to_owned(), category.to_owned(), customers * times))
    .into()
}

#[tokio::test]
async fn subscribers_without_names_arrive_with_labels_fields_and_statuses_once() {
    let (_app, ana, stop) = with_worker().await;
    let import = uploaded(&ana, TELCO).await;
    let details = ana.json(&import).await;
    assert_eq!(details["mapping"]["source"], "telco", "the example is proposed for its columns");
    let report = check_as_found(&ana, &import).await;
    assert_eq!((&report["to_create"], &report["bad"]), (&json!(300), &json!(0)), "{report}");
    assert_eq!(
        (report["new_labels"].as_array().unwrap().len(), report["new_fields"].as_array().unwrap().len()),
        (6, 3)
    );
    assert_eq!(report["brings"]["stay_new"], 223);
    assert!(labels(&ana).await.is_empty(), "a dry run makes nothing");
    let (_, page) = ana.page(&import.replace("/api/v1", "")).await;
    assert!(page.contains("6 labels and 3 custom fields will be created"), "{page}");
    assert!(page.contains("223 stay new: no way to contact them"), "{page}");

    let done = committed(&ana, &import).await;
    assert_eq!((&done["state"], &done["created"]), (&json!("done"), &json!(300)));
    let brought = &done["report"]["brought"];
    assert_eq!((&brought["stay_new"], &brought["labelled"]), (&json!(223), &json!(300)));
    assert_eq!(brought["statuses"], json!([{ "status": "terminated", "rows": 77 }]));
    assert_eq!(labels(&ana).await, expected_labels(1));
    assert_eq!((total(&ana, "status=terminated").await, total(&ana, "status=new").await), (77, 223));
    let gone = ana.json("/api/v1/customers/lookup?portal_id=3668-QPYBK").await;
    assert_eq!((&gone["name"], &gone["status"]), (&json!("3668-QPYBK"), &json!("terminated")));
    assert_eq!(gone["customer_since"], "2026-04-01");
    assert!(gone["status_since"].as_str().unwrap().starts_with("2026-06-01T00:00:00"), "{gone}");
    let fields = json!({ "payment_method": "Mailed check", "paperless_billing": true, "monthly_charges": "53.85" });
    assert_eq!(gone["custom_fields"], fields);

    let again = uploaded(&ana, TELCO).await;
    let report = check_as_found(&ana, &again).await;
    assert_eq!((&report["to_create"], &report["known"], &report["new_labels"]), (&json!(0), &json!(300), &json!([])));
    assert_eq!(committed(&ana, &again).await["created"], 0);
    assert_eq!((total(&ana, "").await, labels(&ana).await), (300, expected_labels(1)));
    stop.cancel();
}

#[tokio::test]
async fn what_an_import_makes_needs_the_permission_to_make_it() {
    let (app, ana, stop) = with_worker().await;
    let creator = app.staff("customer-creator").await;
    let import = uploaded(&creator, TELCO).await;
    let refused = creator.post(&format!("{import}/check"), &json!({})).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = refused.text().await.unwrap();
    for permission in ["labels.manage", "custom_fields.manage", "customers.terminate"] {
        assert!(text.contains(permission), "{permission}: {text}");
    }
    let mine = uploaded(&ana, TELCO).await;
    check_as_found(&ana, &mine).await;
    let taken_over = creator.post(&format!("{mine}/commit"), &json!({})).await;
    assert_eq!(taken_over.status(), StatusCode::UNPROCESSABLE_ENTITY, "who commits needs them as well");
    assert_eq!((total(&ana, "").await, labels(&ana).await.len()), (0, 0));
    committed(&ana, &mine).await;
    let report = check_as_found(&creator, &import).await;
    assert_eq!(report["known"], 300, "what exists may be used by everybody");
    stop.cancel();
}

#[tokio::test]
async fn a_field_of_another_kind_is_a_flaw_of_the_mapping() {
    let (_app, ana, stop) = with_worker().await;
    let field = json!({ "key": "payment_method", "title": "Paid by", "kind": "text" });
    assert_eq!(ana.post("/api/v1/custom-fields", &field).await.status(), 201);
    let import = uploaded(&ana, TELCO).await;
    assert_eq!(wrong_fields(ana.post(&format!("{import}/check"), &json!({})).await).await, ["custom_fields.0.kind"]);
    stop.cancel();
}

#[tokio::test]
async fn every_flaw_of_a_mapping_is_named_at_once() {
    let (_app, ana, stop) = with_worker().await;
    let import = uploaded(&ana, "Name,Kind,State,Town\nAna,x,on,Oslo\n").await;
    let columns = json!([
        { "column": "Name", "target": "name" },
        { "column": "Name", "target": "name" },
        { "column": "Kind", "target": "custom_field", "key": "nowhere" },
        { "column": "State", "target": "status", "values": [{ "from": "on", "to": "running" }] },
        { "column": "Town", "target": "address_city" },
        { "column": "Gone", "target": "email" },
    ]);
    let mapping = json!({ "source": "crm", "columns": columns, "as_of": "2026-07-01" });
    let refused = ana.post(&format!("{import}/check"), &json!({ "mapping": mapping })).await;
    let expected = ["as_of", "columns", "columns.1", "columns.2.key", "columns.3.values", "columns.5"];
    assert_eq!(wrong_fields(refused).await, expected);
    stop.cancel();
}

#[tokio::test]
async fn bad_values_come_back_as_rejected_rows() {
    let (_app, ana, stop) = with_worker().await;
    let mut file: Vec<String> = TELCO.lines().take(4).map(str::to_owned).collect();
    file[1] = file[1].replace(",Yes,No,1,No,", ",Yes,No,many,No,").replace("29.85,29.85,No", "29.85,29.85,Maybe");
    file[2] = file[2].replace("Mailed check", "Cash");
    let import = uploaded(&ana, &file.join("\n")).await;
    let report = check_as_found(&ana, &import).await;
    assert_eq!((&report["to_create"], &report["bad"]), (&json!(1), &json!(2)), "{report}");
    let columns = |row: usize| -> Vec<&str> {
        let reasons = report["bad_rows"][row]["reasons"].as_array().unwrap();
        reasons.iter().map(|one| one["column"].as_str().unwrap()).collect()
    };
    assert_eq!(columns(0), ["tenure", "Churn"]);
    assert_eq!(columns(1), ["PaymentMethod"]);
    assert_eq!(committed(&ana, &import).await["rejected"], 2);
    let rejected = ana.get(&format!("{import}/rejected.csv")).await.text().await.unwrap();
    assert!(rejected.contains("7590-VHVEG") && rejected.contains("5575-GNVDE") && !rejected.contains("3668-QPYBK"));
    stop.cancel();
}

#[tokio::test]
async fn statuses_and_addresses_arrive_where_they_may() {
    let (_app, ana, stop) = with_worker().await;
    let file = "Id,Name,Mail,State,Street,Town,Land\n\
                1,Ana,ana@example.net,on,Storgata 1,Oslo,Norway\n\
                2,Bo,,on,,,\n\
                3,Cy,cy@example.net,off,,Bergen,Norway\n";
    let import = uploaded(&ana, file).await;
    let values = json!([{ "from": "ON", "to": "active" }, { "from": "off", "to": "suspended" }]);
    let mapping = json!({ "source": "crm", "columns": [
        { "column": "Id", "target": "external_id" },
        { "column": "Id", "target": "portal_id" },
        { "column": "Name", "target": "name" },
        { "column": "Mail", "target": "email" },
        { "column": "State", "target": "status", "values": values },
        { "column": "Street", "target": "address_line1" },
        { "column": "Town", "target": "city" },
        { "column": "Land", "target": "country" },
    ] });
    check(&ana, &import, mapping).await;
    let done = committed(&ana, &import).await;
    assert_eq!((&done["created"], &done["report"]["brought"]["stay_new"]), (&json!(3), &json!(1)));
    for (portal_id, status) in [("1", "active"), ("2", "new"), ("3", "suspended")] {
        let customer = ana.json(&format!("/api/v1/customers/lookup?portal_id={portal_id}")).await;
        assert_eq!(customer["status"], status, "{portal_id}");
        let addresses = ana.json(&format!("/api/v1/customers/{}/addresses", customer["id"])).await;
        assert_eq!(addresses.as_array().unwrap().len(), usize::from(portal_id == "1"));
    }
    assert_eq!(ana.names("query=storgata").await, ["Ana"]);
    stop.cancel();
}

#[tokio::test]
async fn the_wizard_takes_values_as_lines_without_javascript() {
    let (_app, ana, stop) = with_worker().await;
    let import = uploaded(&ana, "Id,Plan,Left\n1,Gold,Yes\n2,Basic,No\n").await;
    let id = import.rsplit('/').next().unwrap().to_owned();
    let page = format!("/imports/{id}");
    let fields = [
        ("id", id.as_str()),
        ("mapping[delimiter]", "comma"),
        ("mapping[encoding]", "utf8"),
        ("mapping[source]", "crm"),
        ("mapping[as_of]", ""),
        ("mapping[custom_fields]", ""),
        ("mapping[columns][0][column]", "Id"),
        ("mapping[columns][0][target]", "external_id"),
        ("mapping[columns][0][values]", ""),
        ("mapping[columns][0][key]", ""),
        ("mapping[columns][1][column]", "Plan"),
        ("mapping[columns][1][target]", "label"),
        ("mapping[columns][1][values]", "Basic ="),
        ("mapping[columns][2][column]", "Left"),
        ("mapping[columns][2][target]", "status"),
        ("mapping[columns][2][values]", "Yes = terminated\r\nNo = new"),
        ("mapping[columns][3][column]", "Id"),
        ("mapping[columns][3][target]", "name"),
        ("mapping[columns][4][column]", "Plan"),
        ("mapping[columns][4][target]", "ignore"),
    ];
    let answer = ana.form("/api/fn/imports/check", &page, &fields).await;
    assert!(answer.status().is_redirection(), "{}", answer.status());
    let details = ana.json(&import).await;
    assert_eq!((&details["state"], details["mapping"]["columns"].as_array().unwrap().len()), (&json!("checked"), 4));
    assert_eq!(details["report"]["new_labels"], json!(["Gold"]));
    assert_eq!(details["report"]["brings"]["statuses"], json!([{ "status": "terminated", "rows": 1 }]));
    let (_, columns) = ana.page(&format!("{page}?step=columns")).await;
    assert!(columns.contains("Yes = terminated"), "what was chosen is shown again");
    stop.cancel();
}

#[tokio::test]
async fn the_example_is_offered_and_a_saved_mapping_of_its_name_wins() {
    let (_app, ana, stop) = with_worker().await;
    let names = |saved: Value| -> Vec<String> {
        saved.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let list = async || ana.post("/api/fn/imports/mappings", &json!({})).await.json::<Value>().await.unwrap();
    assert_eq!(names(list().await), [EXAMPLE]);
    let import = uploaded(&ana, TELCO).await;
    let mut mapping = ana.json(&import).await["mapping"].clone();
    mapping["source"] = json!("mine");
    let body = json!({ "mapping": mapping, "save_as": EXAMPLE });
    assert_eq!(ana.post(&format!("{import}/check"), &body).await.status(), 200);
    let saved = list().await;
    assert_eq!((names(saved.clone()), &saved[0]["mapping"]["source"]), (vec![EXAMPLE.to_owned()], &json!("mine")));
    assert_eq!(saved[0]["mapping"]["as_of"], Value::Null, "the day of one check is no part of it");
    stop.cancel();
}

/// As many copies of the file as asked for, each with ids of its own.
fn copies(number: usize) -> String {
    let mut lines = TELCO.lines();
    let mut file = format!("{}\n", lines.next().unwrap());
    let rows: Vec<&str> = lines.collect();
    for copy in 0..number {
        for row in &rows {
            let _ = writeln!(file, "{copy}-{row}");
        }
    }
    file
}

#[tokio::test]
async fn a_killed_import_makes_no_label_twice_and_the_command_line_knows_the_example() {
    const COPIES: usize = 10;
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
    let import = uploaded(&ana, &copies(COPIES)).await;
    check_as_found(&ana, &import).await;
    let response = ana.post(&format!("{import}/commit"), &json!({})).await;
    let job = response.headers()["location"].to_str().unwrap().to_owned();
    while ana.json(&job).await["done"] == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(server);

    let server = Process::serve(&database_url, port).await;
    assert_eq!(finished(&ana, &job).await["state"], "done");
    let times = i64::try_from(COPIES).unwrap();
    let details = ana.json(&import).await;
    assert_eq!(details["created"], 300 * times);
    assert_eq!(details["report"]["brought"]["stay_new"], 223 * times);
    assert_eq!(labels(&ana).await, expected_labels(times));
    assert_eq!(total(&ana, "status=terminated").await, 77 * times);
    drop(server);

    let file = folder.path().join("telco.csv");
    std::fs::write(&file, TELCO).unwrap();
    let arguments = ["--mapping", EXAMPLE, "--source", "other", "--as-of", "2026-01-31", "--json"];
    let mut command = Process::command(&database_url, port);
    let output = command.arg("import").arg(&file).args(arguments).stdout(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let outcome: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&outcome["created"], &outcome["brought"]["stay_new"]), (&json!(300), &json!(223)));
    assert_eq!(outcome["report"]["new_labels"], json!([]));
}
