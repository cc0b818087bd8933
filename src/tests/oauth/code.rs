//! Authorization codes: the request, the consent, the exchange (RFC 6749 §4.1, RFC 7636, RFC 9207).

use chrono::Duration;
use isp::oauth::ClientInput;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    ApiClient, CALLBACK, CHALLENGE, STATE, VERIFIER, answer_of, bear, count_events, decide, invalid_grant, is_alive,
    location, machine, me, oauth_error, ok, query_of, staff_id, system, text, web_app,
};
use crate::support::{Person, TestApp, refusal};

fn with(request: &Value, name: &str, value: &str) -> Value {
    let mut request = request.clone();
    request[name] = json!(value);
    request
}

fn without(request: &Value, name: &str) -> Value {
    let mut request = request.clone();
    request.as_object_mut().unwrap().remove(name);
    request
}

async fn authorize(person: &Person, query: &str) -> reqwest::Response {
    person.get(&format!("/oauth/authorize?{query}")).await
}

/// An exchange whose fields are given, but for the grant.
async fn exchange(client: &ApiClient, fields: &[(&str, &str)]) -> reqwest::Response {
    let mut all = vec![("grant_type", "authorization_code")];
    all.extend_from_slice(fields);
    client.post("/oauth/token", &all).await
}

/// RFC 6749 §4.1, from the request to the token that acts for the person.
#[tokio::test]
async fn a_person_agrees_and_the_client_acts_for_them() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let ana = app.staff("technician").await;
    let query = query_of(&client.request());
    let asked = authorize(&ana, &query).await;
    assert_eq!((asked.status().as_u16(), location(&asked)), (303, format!("/oauth/consent?{query}")));
    let page = ana.get(&location(&asked)).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("form-action 'self' https://app.example.net;"), "{policy}");
    let page = page.text().await.unwrap();
    assert!(page.contains("Field app") && page.contains("https://app.example.net"), "{page}");
    let agreed = decide(&ana, &client.request(), true).await;
    assert_eq!(agreed.status(), 200);
    let back = location(&agreed);
    assert!(back.starts_with("https://app.example.net/back?code="), "{back}");
    let answer = answer_of(&back);
    assert_eq!((answer["state"].as_str(), &answer["iss"]), (STATE, &app.base_url));
    let tokens = ok(client.exchange(&answer["code"]).await).await;
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(tokens["scope"], "customers.read customers.update");
    let bearer = me(&client.http, &text(&tokens, "access_token")).await;
    let person = ana.json("/api/v1/auth/me").await;
    assert_eq!(
        (&bearer["kind"], &bearer["id"], &bearer["username"]),
        (&json!("staff"), &person["id"], &person["username"])
    );
    assert_eq!(bearer["name"], "The technician (via Field app)");
    assert!(client.refresh(&text(&tokens, "refresh_token")).await.status() == 200);
}

/// RFC 6749 §3.1: the person proves who they are before anything is asked.
#[tokio::test]
async fn consent_needs_a_session() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let (visitor, ana) = (app.visitor(), app.staff("technician").await);
    let query = query_of(&client.request());
    let asked = authorize(&visitor, &query).await;
    assert_eq!(asked.status(), 303);
    let page = visitor.request(Method::GET, &location(&asked)).header("accept", "text/html").send().await.unwrap();
    assert_eq!(page.status(), 303);
    assert!(location(&page).starts_with("/login?next=%2Foauth%2Fconsent%3F"), "{}", location(&page));
    assert_eq!(refusal(decide(&visitor, &client.request(), true).await).await.0, 401);
    // A token must not widen itself.
    let token = text(&client.granted(&ana).await, "access_token");
    let body = json!({ "request": client.request(), "allow": true });
    for path in ["/api/fn/oauth/decide", "/api/fn/oauth/consent"] {
        assert_eq!(refusal(bear(&visitor, &token, Method::POST, path, &body).await).await, (403, "forbidden".into()));
    }
}

/// RFC 6749 §4.1.2.1 and RFC 7636 §4.4.1: the client is told what is wrong, with its state.
#[tokio::test]
async fn a_wrong_request_goes_back_to_the_client_as_an_error() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let other = ApiClient::make(&app, ClientInput { redirect_uris: CALLBACK.into(), ..machine() }).await;
    let ana = app.staff("technician").await;
    let good = client.request();
    for (request, error) in [
        (without(&good, "code_challenge"), "invalid_request"),
        (with(&good, "code_challenge", ""), "invalid_request"),
        (with(&good, "code_challenge", "short"), "invalid_request"),
        (without(&good, "code_challenge_method"), "invalid_request"),
        (with(&good, "code_challenge_method", "plain"), "invalid_request"),
        (with(&good, "code_challenge_method", "s256"), "invalid_request"),
        (without(&good, "response_type"), "invalid_request"),
        (with(&good, "response_type", "token"), "unsupported_response_type"),
        (with(&good, "response_type", "code token"), "unsupported_response_type"),
        (with(&good, "scope", "everything"), "invalid_scope"),
        (with(&good, "scope", "staff.read"), "invalid_scope"),
        (other.request(), "unauthorized_client"),
    ] {
        let refused = authorize(&app.visitor(), &query_of(&request)).await;
        assert_eq!(refused.status(), 303, "{request}");
        let back = location(&refused);
        assert!(back.starts_with("https://app.example.net/back?error="), "{back}");
        let answer = answer_of(&back);
        assert_eq!((answer["error"].as_str(), answer["state"].as_str()), (error, STATE), "{request}");
        assert!(answer["iss"] == app.base_url && !answer.contains_key("code"));
        // Whoever goes round the first check meets the same rules at the decision.
        assert_eq!(refusal(decide(&ana, &request, true).await).await.0, 400, "{request}");
    }
    let mut tx = app.services.database.read().await.unwrap();
    let codes: i64 = tx.query("SELECT COUNT(*) FROM authorization_codes").fetch_value().await.unwrap();
    assert_eq!(codes, 0);
}

/// RFC 6749 §3.1 and §3.1.2.4: a repeated parameter is an error, and nothing says which state is meant.
#[tokio::test]
async fn a_repeated_parameter_is_an_error_of_the_client() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let query = query_of(&client.request());
    for (more, state) in [("scope=read&scope=read", Some(STATE)), ("state=other", None), ("x=1&x=2", Some(STATE))] {
        let refused = authorize(&client.http, &format!("{query}&{more}")).await;
        let answer = answer_of(&location(&refused));
        assert_eq!(answer["error"], "invalid_request", "{more}");
        assert_eq!(answer.get("state").map(String::as_str), state, "{more}");
    }
}

/// RFC 6749 §3.1.2.4 and §10.15: without a known client and an exact address nothing is sent anywhere.
#[tokio::test]
async fn an_address_that_is_not_registered_is_never_gone_to() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let two = format!("{CALLBACK}\ncom.example.app:/back");
    let two = ApiClient::make(&app, ClientInput { redirect_uris: two, ..web_app() }).await;
    let closed = ApiClient::make(&app, web_app()).await;
    closed.set_active(&app, false).await;
    let (good, ana) = (client.request(), app.staff("technician").await);
    let mut requests = vec![without(&two.request(), "redirect_uri"), closed.request(), without(&good, "client_id")];
    requests.extend(["isp_nobody", "evil\0", "' OR 1=1"].map(|id| with(&good, "client_id", id)));
    requests.extend(
        [
            "https://app.example.net/back/",
            "https://app.example.net/back?evil=1",
            "https://app.example.net/back#evil",
            "https://app.example.net/Back",
            "https://APP.example.net/back",
            "https://app.example.net/%62ack",
            "https://app.example.net/back ",
            "http://app.example.net/back",
            "https://app.example.net:443/back",
            "https://app.example.net.evil.example/back",
            "https://app.example.net@evil.example/back",
            "https://evil.example/",
            "//evil.example/",
            "javascript:alert('evil')",
        ]
        .map(|uri| with(&good, "redirect_uri", uri)),
    );
    for request in requests {
        let refused = authorize(&ana, &query_of(&request)).await;
        assert_eq!(refused.status(), 400, "{request}");
        assert!(!refused.headers().contains_key("location"), "{request}");
        assert!(!refused.text().await.unwrap().contains("evil"), "{request}");
        let decided = decide(&ana, &request, true).await;
        assert!(!decided.headers().contains_key("location"), "{request}");
        assert_eq!(refusal(decided).await.0, 400, "{request}");
    }
    let query = query_of(&good);
    for more in ["redirect_uri=https%3A%2F%2Fevil.example%2F", "client_id=isp_evil"] {
        let refused = authorize(&ana, &format!("{query}&{more}")).await;
        assert!(refused.status() == 400 && !refused.headers().contains_key("location"), "{more}");
    }
}

/// RFC 6749 §3.1.2: a query that is there stays; §3.1.2.3: a single address need not be named.
#[tokio::test]
async fn the_answer_comes_behind_the_query_of_the_address() {
    let app = TestApp::start().await;
    let uri = format!("{CALLBACK}?tenant=7");
    let client = ApiClient::make(&app, ClientInput { redirect_uris: uri.clone(), ..web_app() }).await;
    let ana = app.staff("technician").await;
    let request = without(&client.request(), "redirect_uri");
    let asked = authorize(&ana, &query_of(&request)).await;
    assert!(location(&asked).starts_with("/oauth/consent?"), "{}", location(&asked));
    let refused = decide(&ana, &request, false).await;
    let back = location(&refused);
    assert!(back.starts_with(&format!("{uri}&error=access_denied&state=")), "{back}");
    let agreed = location(&decide(&ana, &request, true).await);
    assert!(agreed.starts_with(&format!("{uri}&code=")), "{agreed}");
    let code = answer_of(&agreed)["code"].clone();
    ok(exchange(&client, &[("code", code.as_str()), ("code_verifier", VERIFIER)]).await).await;
    let stateless = location(&decide(&ana, &without(&request, "state"), true).await);
    assert!(!answer_of(&stateless).contains_key("state"));
}

/// RFC 6749 §4.1.2.1: `access_denied`.
#[tokio::test]
async fn a_person_who_refuses_sends_no_code() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let ana = app.staff("technician").await;
    let answer = answer_of(&location(&decide(&ana, &client.request(), false).await));
    assert_eq!((answer["error"].as_str(), answer["state"].as_str()), ("access_denied", STATE));
    assert!(!answer.contains_key("code") && answer["iss"] == app.base_url);
    assert_eq!((count_events(&app, "consent_refused").await, count_events(&app, "consent_granted").await), (1, 0));
}

/// RFC 7636 §4.6: only whoever began the request can end it, and has one try.
#[tokio::test]
async fn a_wrong_verifier_gets_nothing_and_uses_the_code_up() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let ana = app.staff("technician").await;
    let long = VERIFIER.repeat(3);
    for verifier in [CHALLENGE, &VERIFIER[1..], &VERIFIER.to_lowercase(), &long, "short"] {
        let code = client.code(&ana).await;
        let fields = [("code", code.as_str()), ("redirect_uri", CALLBACK), ("code_verifier", verifier)];
        assert_eq!(oauth_error(exchange(&client, &fields).await).await, invalid_grant(), "{verifier}");
        assert_eq!(oauth_error(client.exchange(&code).await).await, invalid_grant(), "{verifier}");
    }
    let code = client.code(&ana).await;
    let nothing = exchange(&client, &[("code", code.as_str()), ("redirect_uri", CALLBACK)]).await;
    assert_eq!(oauth_error(nothing).await, (400, "invalid_request".into()));
    ok(client.exchange(&code).await).await;
}

/// RFC 6749 §4.1.2: used a second time, a code takes back what it was exchanged for.
#[tokio::test]
async fn a_code_works_once_and_its_second_use_ends_what_the_first_issued() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let ana = app.staff("technician").await;
    let kept = text(&client.granted(&ana).await, "access_token");
    let code = client.code(&ana).await;
    let first = ok(client.exchange(&code).await).await;
    let second = ok(client.refresh(&text(&first, "refresh_token")).await).await;
    assert!(is_alive(&client.http, &text(&second, "access_token")).await);
    app.clock.advance(Duration::minutes(10));
    assert_eq!(oauth_error(client.exchange(&code).await).await, invalid_grant());
    for tokens in [&first, &second] {
        assert!(!is_alive(&client.http, &text(tokens, "access_token")).await);
        assert_eq!(oauth_error(client.refresh(&text(tokens, "refresh_token")).await).await, invalid_grant());
    }
    assert!(is_alive(&client.http, &kept).await);
    assert_eq!(count_events(&app, "token_revoked").await, 1);
}

/// RFC 6749 §10.5: also when the uses come at once.
#[tokio::test]
async fn of_ten_uses_of_a_code_at_once_one_gets_tokens() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let ana = app.staff("technician").await;
    let code = client.code(&ana).await;
    let answers = futures::future::join_all((0..10).map(|_| client.exchange(&code))).await;
    let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status() == 200);
    assert_eq!((good.len(), bad.len()), (1, 9));
    for answer in bad {
        assert_eq!(oauth_error(answer).await, invalid_grant());
    }
}

/// RFC 6749 §4.1.2 (short-lived) and §4.1.3: for this client and this address only.
#[tokio::test]
async fn a_code_is_good_for_a_minute_for_its_client_and_its_address() {
    let app = TestApp::start().await;
    let uris = format!("{CALLBACK}\nhttps://app.example.net/other");
    let client = ApiClient::make(&app, ClientInput { redirect_uris: uris, ..web_app() }).await;
    let other = ApiClient::make(&app, web_app()).await;
    let ana = app.staff("technician").await;
    let late = client.code(&ana).await;
    app.clock.advance(Duration::seconds(60));
    assert_eq!(oauth_error(client.exchange(&late).await).await, invalid_grant());
    let code = client.code(&ana).await;
    app.clock.advance(Duration::seconds(59));
    assert_eq!(oauth_error(other.exchange(&code).await).await, invalid_grant());
    ok(client.exchange(&code).await).await;
    for uri in [Some("https://app.example.net/other"), Some("https://app.example.net/back/"), None] {
        let code = client.code(&ana).await;
        let mut fields = vec![("code", code.as_str()), ("code_verifier", VERIFIER)];
        fields.extend(uri.map(|uri| ("redirect_uri", uri)));
        assert_eq!(oauth_error(exchange(&client, &fields).await).await, invalid_grant(), "{uri:?}");
    }
}

/// RFC 6749 §2.1 and RFC 8252 §8.1: PKCE stands in for the secret that an app on a phone cannot keep.
#[tokio::test]
async fn a_public_client_needs_no_secret() {
    let app = TestApp::start().await;
    let phone = ClientInput { is_confidential: false, ..web_app() };
    let client = ApiClient::make(&app, phone).await;
    assert!(client.secret.is_none());
    let ana = app.staff("technician").await;
    let tokens = client.granted(&ana).await;
    let next = ok(client.refresh(&text(&tokens, "refresh_token")).await).await;
    let token = text(&next, "access_token");
    assert!(is_alive(&client.http, &token).await);
    client.revoke(&token).await;
    assert!(!is_alive(&client.http, &token).await);
}

/// RFC 6749 §3.3: the person sees what is asked for; what they do not hold the client does not get.
#[tokio::test]
async fn a_client_gets_no_more_than_the_person_holds() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let reader = app.staff("read-only").await;
    let request = with(&client.request(), "scope", "customers.update customers.read staff.manage");
    let consent = ok(reader.post("/api/fn/oauth/consent", &json!({ "request": request })).await).await;
    assert_eq!(
        (&consent["client_name"], &consent["destination"]),
        (&json!("Field app"), &json!("https://app.example.net"))
    );
    let asked: Vec<_> =
        consent["scopes"].as_array().unwrap().iter().map(|one| (text(one, "name"), &one["is_held"])).collect();
    assert_eq!(asked, [("customers.update".to_owned(), &json!(false)), ("customers.read".to_owned(), &json!(true))]);
    let code = answer_of(&location(&decide(&reader, &request, true).await))["code"].clone();
    let tokens = ok(client.exchange(&code).await).await;
    assert_eq!(tokens["scope"], "customers.update customers.read");
    assert_eq!(me(&client.http, &text(&tokens, "access_token")).await["permissions"], json!(["customers.read"]));
}

/// What was agreed to ends with the person or the client, before the code is used.
#[tokio::test]
async fn a_code_dies_with_the_person_and_with_the_client() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let ana = app.staff("technician").await;
    let (id, code) = (staff_id(&ana).await, client.code(&ana).await);
    app.services.staff.set_active(&system(), id, false).await.unwrap();
    app.services.staff.set_active(&system(), id, true).await.unwrap();
    assert_eq!(oauth_error(client.exchange(&code).await).await, invalid_grant());
    let ben = app.staff("technician").await;
    let code = client.code(&ben).await;
    client.set_active(&app, false).await;
    assert_eq!(oauth_error(client.exchange(&code).await).await, (401, "invalid_client".into()));
    client.set_active(&app, true).await;
    assert_eq!(oauth_error(client.exchange(&code).await).await, invalid_grant());
    let code = client.code(&ben).await;
    app.services.oauth.revoke_tokens(&system(), client.row).await.unwrap();
    assert_eq!(oauth_error(client.exchange(&code).await).await, invalid_grant());
}

/// RFC 6749 §1.5: a client without the grant gets no refresh token, and what it has ends by itself.
#[tokio::test]
async fn without_the_grant_there_is_no_refresh_token() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, ClientInput { grants: vec!["authorization_code".into()], ..web_app() }).await;
    let tokens = client.granted(&app.staff("technician").await).await;
    assert!(tokens.get("refresh_token").is_none(), "{tokens}");
    app.clock.advance(Duration::minutes(15));
    assert!(!is_alive(&client.http, &text(&tokens, "access_token")).await);
}
