//! Ways round the doors: what strangers leave behind, what a narrow scope hides, what a thief of a session cannot do.

use chrono::Duration;
use isp::server::Background;
use isp::shared::actor::Actor;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use super::{
    NEW_PASSWORD, account, answer, begin_enrolment, call, done, enrol, find_role, forget_failures, mailed_token, mails,
    make_role, recovery_codes, replace_role, signed_in, status, token_pair,
};
use crate::support::{PASSWORD, Person, TestApp, refusal, wrong_fields};

/// Where codes are sent; the verifier and its S256 challenge of RFC 7636, appendix B; a client's own grant.
const BACK: &str = "https://app.example.net/back";
const KEY: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// Somebody at the door of the integrators, with a cookie or with a token.
struct Caller(Person, Option<String>);

impl Caller {
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.0.request(method, path);
        if let Some(token) = &self.1 { request.bearer_auth(token) } else { request }
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Response {
        self.request(method, path).json(body).send().await.unwrap()
    }

    async fn json(&self, path: &str) -> Value {
        let response = self.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    /// Uploads, checks and commits a file with one customer; gives the paths of the import and of its job.
    async fn import(&self) -> (String, String) {
        let file = Part::text("name,email\nSigrid,sigrid@example.net\n").file_name("customers.csv");
        let upload = self.request(Method::POST, "/api/v1/imports").multipart(Form::new().part("file", file));
        let import = location(&upload.send().await.unwrap());
        let mut mapping = self.json(&import).await["mapping"].clone();
        mapping["source"] = json!("crm");
        self.send(Method::POST, &format!("{import}/check"), &json!({ "mapping": mapping })).await;
        let committed = self.send(Method::POST, &format!("{import}/commit"), &json!({})).await;
        (import, location(&committed))
    }

    /// There is no such import and no such job, whatever this caller tries with them.
    async fn assert_blind(&self, import: &str, job: &str) {
        let gets = [import.to_owned(), format!("{import}/rejected.csv"), job.to_owned(), format!("{job}/events")];
        let posts = ["check", "commit", "cancel"].map(|step| format!("{import}/{step}"));
        let posts = posts.into_iter().chain([format!("{job}/cancel")]).map(|path| (Method::POST, path));
        for (method, path) in gets.into_iter().map(|path| (Method::GET, path)).chain(posts) {
            let refused = self.send(method, &path, &json!({})).await;
            assert_eq!(refusal(refused).await, (404, "not_found".into()), "{path}");
        }
        assert_eq!(self.json("/api/v1/imports").await, json!([]));
    }
}

fn location(response: &Response) -> String {
    response.headers()["location"].to_str().unwrap().to_owned()
}

async fn second_partner(app: &TestApp) -> i64 {
    let mut tx = app.services.database.begin().await.unwrap();
    let insert = tx.query("INSERT INTO partners (name, portal_id_prefix, created_at) VALUES ($1, $2, $3) RETURNING id");
    let id: i64 = insert.bind("Second").bind("S").bind(app.clock.now()).fetch_value().await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// An API client that acts for itself and for people; limited to one partner, or not.
async fn make_client(boss: &Person, partner: Option<i64>) -> Value {
    let scope = json!({ "all_partners": partner.is_none(), "partners": partner.as_slice(), "all_locations": true });
    let client = json!({
        "name": "Sync", "is_confidential": true, "grants": ["client_credentials", "authorization_code"],
        "redirect_uris": BACK, "scopes": ["customers.read", "customers.import"], "scope": scope,
    });
    boss.post("/api/v1/oauth-clients", &client).await.json().await.unwrap()
}

/// A client with the token that it gets.
async fn obtain(app: &TestApp, client: &Value, grant: &[(&str, &str)]) -> Caller {
    let request = app.visitor().request(Method::POST, "/oauth/token");
    let request = request.basic_auth(client["client_id"].as_str().unwrap(), client["client_secret"].as_str());
    let tokens: Value = request.form(grant).send().await.unwrap().json().await.unwrap();
    Caller(app.visitor(), Some(tokens["access_token"].as_str().unwrap().to_owned()))
}

async fn behind_proxy() -> TestApp {
    TestApp::with(|config| config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]).await
}

/// The status of a sign-in behind our proxy.
async fn sign_in_from(app: &TestApp, address: &str, name: &str, password: &str) -> u16 {
    let request = app.visitor().request(Method::POST, "/api/fn/auth/sign-in").header("x-forwarded-for", address);
    request.json(&json!({ "username": name, "password": password })).send().await.unwrap().status().as_u16()
}

/// Five strangers guess once each, by these names in turn.
async fn strangers_guess(app: &TestApp, names: [&str; 2]) {
    for guess in 1..=5_usize {
        let address = format!("203.0.113.{guess}");
        assert_eq!(sign_in_from(app, &address, names[guess % 2], "wrong password").await, 422, "{address}");
    }
}

/// The token of a link that a person has just asked for.
async fn asked_link(app: &TestApp, username: &str) -> String {
    answer(&app.visitor(), "auth/forgot-password", json!({ "username": username })).await;
    mailed_token(app, &format!("{username}@example.net")).await
}

async fn is_open(app: &TestApp, link: &str) -> bool {
    call(&app.visitor(), "auth/link", json!({ "token": link })).await.status() == 200
}

#[tokio::test]
async fn a_stranger_s_failing_form_leaves_little_or_nothing_behind() {
    let app = TestApp::start().await;
    let long = "x".repeat(4_000);
    for function in ["customers/create", "account/change-password", "auth/choose-password", "auth/sign-in-code"] {
        let fields = [("customer[name]", long.as_str()), ("username", "ana"), ("token", "x"), ("password", "x")];
        let failed = app.visitor().form(&format!("/api/fn/{function}"), "/login", &fields).await;
        assert!(location(&failed).contains("__err=") && !failed.headers().contains_key("set-cookie"), "{function}");
    }
    let fields = [("username", long.as_str()), ("note", "keep me"), ("password", "wrong password")];
    app.visitor().form("/api/fn/auth/sign-in", "/login", &fields).await;
    let mut tx = app.services.database.read().await.unwrap();
    let stored: Vec<String> = tx.query("SELECT data FROM sessions").fetch_values().await.unwrap();
    assert!(stored.len() == 1 && stored[0].contains("xxx") && stored[0].len() < 500, "{stored:?}");
    assert!(!stored[0].contains("keep me") && !stored[0].contains("wrong password"), "{stored:?}");
}

#[tokio::test]
async fn an_error_in_an_address_is_shown_only_to_whom_our_own_page_sent_there() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let fields = [("username", "ana"), ("password", "wrong password")];
    let failed = visitor.form("/api/fn/auth/sign-in", "/login?next=%2Fcustomers", &fields).await;
    let back = location(&failed).split_off(app.base_url.len());
    let (status, page) = visitor.page(&back).await;
    assert!(status == 200 && page.contains("Username or password is wrong."), "{page}");
    for site in ["cross-site", "same-site", "none"] {
        let request = app.visitor().request(Method::GET, &back).header("accept", "text/html");
        let stranger = request.header("sec-fetch-site", site).send().await.unwrap();
        assert!(stranger.status() == 303 && location(&stranger) == "/login?next=%2Fcustomers", "{site}");
    }
}

#[tokio::test]
async fn an_import_of_somebody_who_sees_all_is_hidden_from_who_sees_one_partner() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let partner = second_partner(&app).await;
    let id = account(&app, "ben", "manager").await;
    let scope = json!({ "scope": { "all_partners": false, "partners": [partner] } });
    assert_eq!(ana.patch(&format!("/api/v1/staff/{id}"), 1, &scope).await.status(), 200);
    let ben = Caller(signed_in(&app, "ben").await, None);
    let client = obtain(&app, &make_client(&ana, Some(partner)).await, &OWN).await;
    let owner = Caller(app.staff("manager").await, None);
    let colleague = Caller(app.staff("customer-creator").await, None);
    let (import, job) = owner.import().await;
    ben.assert_blind(&import, &job).await;
    client.assert_blind(&import, &job).await;
    for seeing in [&owner, &colleague] {
        let details = seeing.json(&import).await;
        assert_eq!((&details["job"]["state"], &details["job"]["cancel_requested"]), (&json!("queued"), &json!(false)));
        assert_eq!(seeing.json("/api/v1/imports").await.as_array().unwrap().len(), 1);
        for path in [format!("{import}/rejected.csv"), job.clone(), format!("{job}/events")] {
            assert_eq!(seeing.request(Method::GET, &path).send().await.unwrap().status(), 200, "{path}");
        }
    }
    ben.import().await;
    assert_eq!(client.json("/api/v1/imports").await.as_array().unwrap().len(), 1, "both see that partner only");
    assert_eq!(colleague.send(Method::POST, &format!("{import}/cancel"), &json!({})).await.status(), 200);
}

#[tokio::test]
async fn what_a_client_imports_is_in_the_audit_log_as_the_client_s() {
    let app = TestApp::start().await;
    let stop = tokio_util::sync::CancellationToken::new();
    drop(Background::start(&app.services, &stop));
    let sync = obtain(&app, &make_client(&app.administrator().await, None).await, &OWN).await;
    let (import, job) = sync.import().await;
    // The stream ends with the job.
    sync.request(Method::GET, &format!("{job}/events")).send().await.unwrap().text().await.unwrap();
    assert_eq!(sync.json(&import).await["created"], 1);
    let mut tx = app.services.database.read().await.unwrap();
    let select = tx.query("SELECT actor_kind FROM audit_entries WHERE entity IN ('import', 'customer')");
    let kinds: Vec<String> = select.fetch_values().await.unwrap();
    assert_eq!(kinds, ["client", "client"]);
    stop.cancel();
}

#[tokio::test]
async fn a_role_inherits_the_demand_for_a_second_factor() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let base = make_role(&ana, json!({ "name": "Base", "permissions": ["customers.read"] })).await;
    make_role(&ana, json!({ "name": "Child", "parent": base["id"] })).await;
    account(&app, "ben", "child").await;
    let ben = signed_in(&app, "ben").await;
    for (demands, expected) in [(false, 200), (true, 403), (false, 200)] {
        let base = find_role(&ana, "base").await;
        replace_role(&ana, &base, json!({ "requires_second_factor": demands })).await;
        let child = find_role(&ana, "child").await;
        assert_eq!(child["own_requires_second_factor"], false);
        assert_eq!(child["requires_second_factor"], demands);
        assert_eq!(answer(&ben, "auth/session", json!({})).await["must_enrol"], demands);
        assert_eq!(status(&ben, "/api/v1/customers").await, expected);
    }
}

#[tokio::test]
async fn one_s_own_address_changes_with_the_password_only_and_the_old_one_hears_of_it() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let ben = signed_in(&app, "ben").await;
    let link = asked_link(&app, "ben").await;
    let mut profile = answer(&ben, "account/profile", json!({})).await;
    profile["full_name"] = json!("Ben Olsen");
    answer(&ben, "account/update-profile", json!({ "profile": profile })).await;
    profile["email"] = json!("elsewhere@example.net");
    for password in [Value::Null, json!(""), json!("wrong password")] {
        let arguments = json!({ "profile": profile, "current_password": password });
        let refused = call(&ben, "account/update-profile", arguments).await;
        assert_eq!(wrong_fields(refused).await, ["current_password"], "{password}");
    }
    assert_eq!(answer(&ben, "account/profile", json!({})).await["email"], "ben@example.net");
    assert!(is_open(&app, &link).await);
    answer(&ben, "account/update-profile", json!({ "profile": profile, "current_password": PASSWORD })).await;
    assert_eq!(answer(&ben, "account/profile", json!({})).await, profile);
    assert!(!is_open(&app, &link).await);
    let letter = mails(&app).await.pop().unwrap();
    assert!(letter.contains("To: ben@example.net\r\n") && letter.contains("elsewhere@example.net"), "{letter}");
}

#[tokio::test]
async fn an_open_link_ends_with_another_address_another_password_and_deactivation() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let path = format!("/api/v1/staff/{}", account(&app, "ben", "manager").await);
    let link = asked_link(&app, "ben").await;
    assert_eq!(ana.patch(&path, 1, &json!({ "full_name": "Ben Olsen" })).await.status(), 200);
    assert!(is_open(&app, &link).await);
    assert_eq!(ana.patch(&path, 2, &json!({ "email": "elsewhere@example.net" })).await.status(), 200);
    assert!(!is_open(&app, &link).await);
    account(&app, "cleo", "manager").await;
    let link = asked_link(&app, "cleo").await;
    app.services.staff.reset_password(&Actor::system("test"), "cleo", &NEW_PASSWORD.into()).await.unwrap();
    assert!(!is_open(&app, &link).await);
    let path = format!("/api/v1/staff/{}", account(&app, "dora", "manager").await);
    let link = asked_link(&app, "dora").await;
    done(&ana, &format!("{path}/deactivate")).await;
    done(&ana, &format!("{path}/activate")).await;
    assert!(!is_open(&app, &link).await);
}

#[tokio::test]
async fn user_name_and_address_of_an_account_share_one_budget_of_failures() {
    for names in [["ben", "BEN@example.net"], ["ben", "ben"], ["ben@example.net", "ben@example.net"]] {
        let app = behind_proxy().await;
        account(&app, "ben", "manager").await;
        strangers_guess(&app, names).await;
        for name in ["ben", "ben@example.net"] {
            assert_eq!(sign_in_from(&app, "203.0.113.9", name, PASSWORD).await, 429, "{names:?} {name}");
        }
        assert_eq!(sign_in_from(&app, "203.0.113.9", "nobody", PASSWORD).await, 422);
    }
}

#[tokio::test]
async fn strangers_who_lock_an_account_do_not_keep_its_owner_out_where_they_were_in_before() {
    const HOME: &str = "198.51.100.7";
    let app = behind_proxy().await;
    account(&app, "ben", "manager").await;
    assert_eq!(sign_in_from(&app, HOME, "ben", PASSWORD).await, 200);
    strangers_guess(&app, ["ben", "ben@example.net"]).await;
    assert_eq!(sign_in_from(&app, HOME, "ben@example.net", PASSWORD).await, 200);
    assert_eq!(sign_in_from(&app, "203.0.113.9", "ben", PASSWORD).await, 429);
    app.clock.advance(Duration::days(91));
    strangers_guess(&app, ["ben", "ben@example.net"]).await;
    assert_eq!(sign_in_from(&app, HOME, "ben", PASSWORD).await, 429, "an address is known for ninety days");
}

#[tokio::test]
async fn a_device_that_one_session_begins_to_add_is_nothing_to_another() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let (ben, thief) = (signed_in(&app, "ben").await, signed_in(&app, "ben").await);
    let device = begin_enrolment(&ben).await;
    assert_eq!(answer(&thief, "account/second-factor", json!({})).await["pending"], Value::Null);
    let code = json!({ "code": device.code(&app) });
    let refused = call(&thief, "account/confirm-second-factor", code.clone()).await;
    assert_eq!(refusal(refused).await, (409, "not_started".into()));
    answer(&ben, "account/confirm-second-factor", code).await;
    assert_eq!(status(&thief, "/api/v1/customers").await, 401);
}

#[tokio::test]
async fn new_recovery_codes_and_removal_need_the_password_and_a_code() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let ben = signed_in(&app, "ben").await;
    let (device, old) = enrol(&app, &ben).await;
    let used = device.code(&app);
    for function in ["account/new-recovery-codes", "account/remove-second-factor"] {
        for (password, code, field) in
            [("wrong password", old[0].as_str(), "password"), (PASSWORD, used.as_str(), "code"), (PASSWORD, "", "code")]
        {
            let refused = call(&ben, function, json!({ "password": password, "code": code })).await;
            assert_eq!(wrong_fields(refused).await, [field], "{function}");
        }
        forget_failures(&app).await;
    }
    assert_eq!(answer(&ben, "account/second-factor", json!({})).await["codes_left"], 10);
    let code = device.next_code(&app);
    answer(&ben, "account/new-recovery-codes", json!({ "password": PASSWORD, "code": code })).await;
    let code = recovery_codes(&ben).await.remove(0);
    answer(&ben, "account/remove-second-factor", json!({ "password": PASSWORD, "code": code })).await;
    assert_eq!(answer(&ben, "account/second-factor", json!({})).await["enabled_since"], Value::Null);
}

#[tokio::test]
async fn a_nul_byte_is_never_a_failure_of_the_server() {
    const API: &str = "customers?query=a%00b customers?city=%00 customers?status=%00 customers/%00 staff/%00 jobs/%00 \
        customers/lookup?login=%00 customers/lookup?portal_id=%00 customers/lookup?email=%00 imports/%00 \
        authentication-events?subject=%00a authentication-events?address=%00";
    const PAGES: &str = "customers?city=%00 customers/%00 imports/1?saved=%00 choose-password?token=%00 \
        login?next=%00 oauth/authorize?client_id=%00&state=%00";
    let app = TestApp::start().await;
    let (ana, visitor) = (app.administrator().await, app.visitor());
    Caller(ana.clone(), None).import().await;
    let api = API.split(' ').map(|path| format!("/api/v1/{path}"));
    for path in api.chain(PAGES.split(' ').map(|path| format!("/{path}"))) {
        let status = ana.page(&path).await.0;
        assert!(!status.is_server_error(), "{path}: {status}");
    }
    for (person, path, body) in [
        (&visitor, "/api/fn/auth/sign-in", json!({ "username": "\0", "password": "\0" })),
        (&visitor, "/api/fn/auth/forgot-password", json!({ "username": "a\0b" })),
        (&visitor, "/api/fn/auth/link", json!({ "token": "\0" })),
        (&visitor, "/api/fn/auth/choose-password", json!({ "token": "\0", "password": NEW_PASSWORD })),
        (&visitor, "/api/v1/auth/token", json!({ "username": "\0", "password": "\0", "code": "\0" })),
        (&visitor, "/api/v1/auth/refresh", json!({ "refresh_token": "\0" })),
        (&ana, "/api/fn/account/end-session", json!({ "id": "\0" })),
        (&ana, "/api/fn/account/update-profile", json!({ "profile": { "full_name": "\0", "email": "\0" } })),
        (&ana, "/api/fn/customers/search", json!({ "filter": { "query": "\0", "city": ["\0"], "cursor": "\0" } })),
        (&ana, "/api/fn/imports/get", json!({ "id": 1, "reading": { "saved": "\0" } })),
        (&ana, "/api/fn/oauth/decide", json!({ "request": { "client_id": "\0", "state": "\0" }, "allow": true })),
        (&ana, "/api/v1/customers", json!({ "name": "A\0b", "login": "\0x", "city": "\0", "phone": "\0" })),
        (&ana, "/api/v1/roles", json!({ "name": "Night\0", "description": "\0", "permissions": ["\0"] })),
        (&ana, "/api/v1/oauth-clients", json!({ "name": "\0", "grants": ["\0"], "redirect_uris": "\0" })),
        (&ana, "/api/v1/staff", json!({ "username": "a\0b", "full_name": "\0", "email": "\0", "role": "\0" })),
    ] {
        let status = person.post(path, &body).await.status();
        assert!(!status.is_server_error(), "{path}: {status}");
    }
    let request = visitor.request(Method::POST, "/oauth/token").form(&[("client_id", "\0"), ("code", "\0")]);
    assert!(!request.send().await.unwrap().status().is_server_error());
}

#[tokio::test]
async fn a_bearer_header_does_not_get_in_the_way_where_tokens_are_obtained() {
    let app = TestApp::start().await;
    account(&app, "ben", "manager").await;
    let refresh = json!({ "refresh_token": token_pair(&app, "ben").await["refresh_token"] });
    let request = app.visitor().request(Method::POST, "/api/v1/auth/refresh").bearer_auth("over");
    assert_eq!(request.json(&refresh).send().await.unwrap().status(), 200);
    let client = make_client(&app.administrator().await, None).await;
    let request = app.visitor().request(Method::POST, "/oauth/token").form(&OWN);
    let request = request.basic_auth(client["client_id"].as_str().unwrap(), client["client_secret"].as_str());
    assert_eq!(request.header("authorization", "Bearer over").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_client_of_one_partner_sees_no_more_when_somebody_agrees_who_sees_all() {
    let app = TestApp::start().await;
    let (boss, partner) = (app.administrator().await, second_partner(&app).await);
    boss.create(json!({ "name": "Of the first" })).await;
    boss.create(json!({ "name": "Of the second", "partner_id": partner })).await;
    let client = make_client(&boss, Some(partner)).await;
    let request = json!({
        "response_type": "code", "client_id": client["client_id"], "redirect_uri": BACK, "state": "x",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    });
    let agreed = call(&boss, "oauth/decide", json!({ "request": request, "allow": true })).await;
    let url = url::Url::parse(&location(&agreed)).unwrap();
    let code = url.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let form = [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", BACK), ("code_verifier", KEY)];
    let seen = obtain(&app, &client, &form).await.json("/api/v1/customers").await;
    assert_eq!((&seen["total_count"], &seen["customers"][0]["name"]), (&json!(1), &json!("Of the second")));
}
