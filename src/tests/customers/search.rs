//! One corpus, the same answers on both engines.

use isp::shared::actor::Actor;
use isp::shared::id::{LocationId, PartnerId};
use isp::shared::permission::Scope;
use serde_json::{Value, json};

use crate::support::{Person, TestApp, encoded, refusal, wrong_fields};

/// Names from many scripts, and the fields a search must reach.
fn corpus() -> Vec<Value> {
    vec![
        json!({ "name": "Jörg Müller", "email": "jm@example.net", "city": "Köln", "country": "DE" }),
        json!({ "name": "Łukasz Żółć", "city": "Łódź", "country": "PL" }),
        json!({ "name": "Ἀθηνᾶ Παπαδοπούλου", "city": "Αθήνα", "country": "GR" }),
        json!({ "name": "Пётр Ёлкин", "city": "Тверь", "country": "RU" }),
        json!({ "name": "王小明", "city": "上海", "country": "CN" }),
        json!({ "name": "山田 太郎", "city": "大阪", "country": "JP" }),
        json!({ "name": "김철수", "city": "서울", "country": "KR" }),
        json!({ "name": "أحمد مُحَمَّد", "city": "القاهرة", "country": "EG" }),
        json!({ "name": "हिन्दी नाम", "city": "दिल्ली", "country": "IN" }),
        json!({ "name": "שָׁלוֹם כהן", "city": "תל אביב", "country": "IL" }),
        json!({ "name": "50% Off_Shop \\ Co", "category": "company", "company_name": "50% Off_Shop \\ Co", "tax_id": "DE-99 123" }),
        json!({ "name": "Anna Olsen", "phone": "+47 22 12 34 56", "mobile": "(209)172-7124x3651", "city": "Oslo", "country": "NO" }),
        json!({ "name": "Anna Maria Straße", "email": "o'neil+isp@example.org", "login": "straße".replace('ß', "ss"), "city": "oslo" }),
    ]
}

async fn with_corpus() -> (TestApp, Person) {
    let app = TestApp::start().await;
    for customer in corpus() {
        app.clock.advance(chrono::Duration::days(1));
        let input = serde_json::from_value(customer).unwrap();
        app.services.customers.create(&Actor::system("test"), input).await.unwrap();
    }
    let ana = app.administrator().await;
    (app, ana)
}

async fn found(person: &Person, query: &str) -> Vec<String> {
    person.names(&format!("sort=id&query={}", encoded(query))).await
}

#[tokio::test]
async fn words_match_inside_any_field_whatever_the_script_case_and_accents() {
    let (app, ana) = with_corpus().await;
    let cases: &[(&str, &[&str])] = &[
        ("muller", &["Jörg Müller"]),
        ("MÜLL", &["Jörg Müller"]),
        ("lodz", &["Łukasz Żółć"]),
        ("zolc", &["Łukasz Żółć"]),
        ("παπαδοπουλου", &["Ἀθηνᾶ Παπαδοπούλου"]),
        ("αθηνα", &["Ἀθηνᾶ Παπαδοπούλου"]),
        ("елкин", &["Пётр Ёлкин"]),
        ("王小", &["王小明"]),
        ("小明", &["王小明"]),
        ("太郎", &["山田 太郎"]),
        ("김철", &["김철수"]),
        ("محمد", &["أحمد مُحَمَّد"]),
        ("नाम", &["हिन्दी नाम"]),
        ("שלום", &["שָׁלוֹם כהן"]),
        ("strasse", &["Anna Maria Straße"]),
        ("anna oslo", &["Anna Olsen", "Anna Maria Straße"]),
        ("anna olsen", &["Anna Olsen"]),
        ("\"anna maria\"", &["Anna Maria Straße"]),
        ("\"maria anna\"", &[]),
        ("an", &["Anna Olsen", "Anna Maria Straße"]),
        ("ko ln", &["Jörg Müller"]),
        ("o'neil+isp@", &["Anna Maria Straße"]),
        ("o'neil+isp@example.org", &["Anna Maria Straße"]),
        ("o'neil+isp@example.com", &[]),
        ("papadopoulou@example.net", &[]),
        ("Παπαδοπούλου", &["Ἀθηνᾶ Παπαδοπούλου"]),
        ("xyzzy", &[]),
        ("qq", &[]),
    ];
    // First the index is asked for whole words, then for their rarest parts.
    for learnt in [false, true] {
        if learnt {
            app.services.customers.learn_rarity().await.unwrap();
        }
        for (query, names) in cases {
            assert_eq!(&found(&ana, query).await, names, "{query}, learnt: {learnt}");
        }
    }
}

#[tokio::test]
async fn wildcards_quotes_and_operators_are_only_characters() {
    let (_app, ana) = with_corpus().await;
    for query in ["50%", "off_shop", "f_s", "\"\\ co\"", "\"% off\""] {
        assert_eq!(found(&ana, query).await, ["50% Off_Shop \\ Co"], "{query}");
    }
    for query in [
        "%%%",
        "___",
        "anna OR muller",
        "NEAR(anna)",
        "anna*",
        "search_text:anna",
        "'; DROP TABLE customers; --",
        "\"\"\"",
        "%_",
    ] {
        assert!(found(&ana, query).await.is_empty() || query == "\"\"\"", "{query}");
    }
}

#[tokio::test]
async fn phones_are_found_in_any_form() {
    let (_app, ana) = with_corpus().await;
    for query in [
        "22123456",
        "+47 22 12 34 56",
        "\"22 12 34 56\"",
        "4722123456",
        "2212-3456",
        "(209)172-7124",
        "2091727124",
        "209.172.7124",
    ] {
        let query =
            if query.contains(' ') && !query.starts_with('"') { format!("\"{query}\"") } else { query.to_owned() };
        assert_eq!(found(&ana, &query).await, ["Anna Olsen"], "{query}");
    }
}

#[tokio::test]
async fn hashes_and_single_characters_are_exact_ids() {
    let (_app, ana) = with_corpus().await;
    let all = ana.json("/api/v1/customers?sort=id").await;
    let third = &all["customers"][2];
    assert_eq!(found(&ana, &format!("#{}", third["id"])).await, [third["name"].as_str().unwrap()]);
    assert_eq!(found(&ana, "3").await, [third["name"].as_str().unwrap()]);
    assert!(found(&ana, "x").await.is_empty());
    assert!(found(&ana, "#anna").await.is_empty());
}

#[tokio::test]
async fn an_exact_login_address_or_portal_id_comes_first() {
    let (_app, ana) = with_corpus().await;
    ana.create(json!({ "name": "Later", "email": "x.jm@example.net" })).await;
    assert_eq!(ana.names("query=jm@example.net").await, ["Jörg Müller", "Later"]);
    assert_eq!(ana.names("query=jm@example.net&limit=1").await, ["Jörg Müller"]);
    assert_eq!(ana.names("query=jm@example.net&limit=1&offset=1").await, ["Later"]);
    assert_eq!(ana.names("query=c000001").await, ["Jörg Müller"]);
}

#[tokio::test]
async fn filters_narrow_and_are_combined() {
    let (_app, ana) = with_corpus().await;
    assert_eq!(ana.names("category=company").await, ["50% Off_Shop \\ Co"]);
    assert_eq!(ana.names("city=OSLO&sort=id").await, ["Anna Olsen", "Anna Maria Straße"]);
    assert_eq!(ana.names("country=NO&country=DE&sort=id").await, ["Jörg Müller", "Anna Olsen"]);
    assert_eq!(ana.names("country=norway").await, ["Anna Olsen"]);
    assert_eq!(
        ana.names("created_from=2026-06-02&created_to=2026-06-03&sort=id").await,
        ["Jörg Müller", "Łukasz Żółć"]
    );
    assert_eq!(ana.names("query=anna&country=NO").await, ["Anna Olsen"]);
    assert!(ana.names("status=active").await.is_empty());
    assert_eq!(ana.json("/api/v1/customers?status=new&status=active").await["total_count"], 13);
}

#[tokio::test]
async fn every_sort_pages_through_everything_once_by_offset_and_by_cursor() {
    let (_app, ana) = with_corpus().await;
    for sort in [
        "id",
        "-id",
        "name",
        "-name",
        "created_at",
        "-created_at",
        "updated_at",
        "-status",
        "status",
        "status_since",
        "city",
        "-city",
    ] {
        let whole = ana.names(&format!("sort={sort}&limit=100")).await;
        assert_eq!(whole.len(), 13, "{sort}");
        let mut by_offset = Vec::new();
        for offset in (0..13).step_by(4) {
            by_offset.extend(ana.names(&format!("sort={sort}&limit=4&offset={offset}")).await);
        }
        assert_eq!(by_offset, whole, "{sort} by offset");
        let mut by_cursor = Vec::new();
        let mut next = format!("/api/v1/customers?sort={sort}&limit=4");
        loop {
            let page = ana.json(&next).await;
            by_cursor
                .extend(page["customers"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_owned()));
            assert_eq!(page["total_count"], 13);
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            assert_eq!(page["has_more"], true);
            next = format!("/api/v1/customers?sort={sort}&limit=4&cursor={cursor}");
        }
        assert_eq!(by_cursor, whole, "{sort} by cursor");
    }
    let names = ana.names("sort=name&limit=3").await;
    assert_eq!(names, ["50% Off_Shop \\ Co", "Anna Maria Straße", "Anna Olsen"]);
}

#[tokio::test]
async fn many_matches_and_few_give_the_same_order() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let actor = Actor::system("test");
    let mut tx = app.services.database.begin().await.unwrap();
    let inputs = (0..2_500)
        .map(|i| isp::customers::CustomerInput {
            name: Some(format!("Common {:04}", (i * 7919) % 2_500)),
            city: Some(if i % 100 == 0 { "Rare".into() } else { "Usual".into() }),
            ..Default::default()
        })
        .map(|input| app.services.customers.check_input(&input, None).unwrap())
        .collect();
    for answer in app.services.customers.create_many(&mut tx, &actor, inputs).await.unwrap() {
        answer.unwrap();
    }
    tx.commit().await.unwrap();
    // 2,500 matches walk the index of the sort, 25 are gathered: both are sorted and complete.
    for (query, total) in
        [("query=common&sort=name", 2_500), ("query=common&sort=name&city=rare", 25), ("query=co&sort=-name", 2_500)]
    {
        let page = ana.json(&format!("/api/v1/customers?{query}&limit=100")).await;
        assert_eq!(page["total_count"], total, "{query}");
        let names: Vec<&str> =
            page["customers"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        if query.contains("-name") {
            sorted.reverse();
        }
        assert_eq!(names, sorted, "{query}");
    }
    let tail = ana.names("query=common&sort=name&limit=2&offset=2498").await;
    assert_eq!(tail, ["Common 2498", "Common 2499"]);
}

#[tokio::test]
async fn what_is_not_understood_is_refused() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let bad =
        ana.get("/api/v1/customers?status=asleep&sort=shoe_size&limit=0&offset=10001&cursor=x&count=roughly").await;
    assert_eq!(wrong_fields(bad).await, ["count", "cursor", "limit", "offset", "sort", "status"]);
    assert_eq!(wrong_fields(ana.get("/api/v1/customers?colour=red").await).await, ["colour"]);
    assert_eq!(refusal(ana.get("/api/v1/customers?limit=many").await).await, (400, "malformed".into()));
    let posted = ana.post("/api/v1/customers/search", &json!({ "colour": "red" })).await;
    assert_eq!(wrong_fields(posted).await, ["colour"]);
    let long = format!("/api/v1/customers?query={}", "a".repeat(201));
    assert_eq!(wrong_fields(ana.get(&long).await).await, ["query"]);
}

#[tokio::test]
async fn a_lookup_answers_with_one_customer_or_says_why_not() {
    let (app, ana) = with_corpus().await;
    let customer = ana.json("/api/v1/customers/lookup?email=JM@example.net").await;
    assert_eq!(customer["name"], "Jörg Müller");
    assert_eq!(ana.json("/api/v1/customers/lookup?portal_id=C000012").await["name"], "Anna Olsen");
    assert_eq!(ana.json("/api/v1/customers/lookup?phone=%2B47%2022123456").await["name"], "Anna Olsen");
    assert_eq!(refusal(ana.get("/api/v1/customers/lookup?login=nobody").await).await, (404, "not_found".into()));
    assert_eq!(wrong_fields(ana.get("/api/v1/customers/lookup").await).await, [""]);
    ana.create(json!({ "name": "Second", "phone": "+4722123456" })).await;
    let shared = ana.get("/api/v1/customers/lookup?phone=%2B4722123456").await;
    assert_eq!(refusal(shared).await, (409, "ambiguous".into()));
    drop(app);
}

#[tokio::test]
async fn outside_the_scope_a_customer_does_not_exist() {
    let (app, _ana) = with_corpus().await;
    let customers = &app.services.customers;
    let all = Actor::system("test");
    let nothing = Actor { scope: Scope { partners: Some(vec![PartnerId(99)]), locations: None }, ..all.clone() };
    let main = Actor {
        scope: Scope { partners: Some(vec![PartnerId(1)]), locations: Some(vec![LocationId(1)]) },
        ..all.clone()
    };
    for query in [None, Some("anna".to_owned()), Some("an".to_owned()), Some("jm@example.net".to_owned())] {
        let filter = isp::customers::search::CustomerFilter { query, ..Default::default() };
        let hidden = customers.search(&nothing, &filter).await.unwrap();
        assert_eq!((hidden.customers.len(), hidden.total_count), (0, 0));
        let seen = customers.search(&main, &filter).await.unwrap();
        assert_eq!(seen, customers.search(&all, &filter).await.unwrap());
        assert!(seen.total_count > 0);
    }
    let id = isp::shared::id::CustomerId(1);
    assert_eq!(customers.get(&nothing, id).await.unwrap_err().status(), 404);
    assert_eq!(customers.history(&nothing, id, None).await.unwrap_err().status(), 404);
    assert_eq!(customers.delete(&nothing, id, 1, None, None).await.unwrap_err().status(), 404);
    assert_eq!(customers.restore(&nothing, id).await.unwrap_err().status(), 404);
    assert_eq!(customers.patch(&nothing, id, 1, &json!({})).await.unwrap_err().status(), 404);
    let foreign =
        isp::customers::CustomerInput { name: Some("X".into()), partner_id: Some(PartnerId(1)), ..Default::default() };
    assert_eq!(
        customers.create(&nothing, foreign).await.unwrap_err().field("partner_id").map(|e| e.code.as_str()),
        Some("unknown")
    );
}
