//! `POST /oauth/token`: client authentication, client credentials and every error (RFC 6749 §2.3, §4.4, §5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use isp::oauth::ClientInput;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::{ApiClient, bear, count_events, invalid_grant, is_alive, machine, me, oauth_error, ok, text, web_app};
use crate::support::{TestApp, refusal};

const GRANT: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// A request without anything that authenticates it.
async fn post(client: &ApiClient, authorization: Option<&str>, fields: &[(&str, &str)]) -> Response {
    let mut request = client.http.request(Method::POST, "/oauth/token").form(fields);
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    request.send().await.unwrap()
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// RFC 6749 §4.4.3 and §5.1.
#[tokio::test]
async fn a_client_gets_a_token_for_itself_that_nobody_on_the_way_keeps() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, machine()).await;
    let response = client.post("/oauth/token", &GRANT).await;
    assert_eq!(response.status(), 200);
    for (name, value) in [("content-type", "application/json"), ("cache-control", "no-store"), ("pragma", "no-cache")] {
        assert_eq!(response.headers()[name], value);
    }
    let tokens: Value = response.json().await.unwrap();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(tokens["scope"], "customers.read customers.update");
    // RFC 6749 §4.4.3: a refresh token should not be included.
    assert!(tokens.get("refresh_token").is_none(), "{tokens}");
    let me = me(&client.http, &text(&tokens, "access_token")).await;
    assert_eq!(
        (&me["kind"], &me["username"], &me["name"]),
        (&json!("client"), &json!(client.id), &json!("Billing export"))
    );
    assert_eq!(me["permissions"], json!(["customers.read", "customers.update"]));
    assert_eq!(count_events(&app, "token_issued").await, 1);
}

/// RFC 6749 §2.3.1: by header, whose halves are form-encoded, or in the body.
#[tokio::test]
async fn a_client_authenticates_by_header_or_by_form() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, machine()).await;
    let (id, secret) = (client.id.as_str(), client.secret.as_deref().unwrap());
    let in_form = [GRANT[0], ("client_id", id), ("client_secret", secret)];
    ok(post(&client, None, &in_form).await).await;
    let plain = basic(id, secret);
    let escaped = basic(&id.replace('_', "%5F"), &secret.replace('_', "%5f").replace('-', "%2D"));
    for header in [plain.as_str(), &plain.replacen("Basic", "bAsIc", 1), &escaped] {
        ok(post(&client, Some(header), &GRANT).await).await;
    }
    ok(post(&client, Some(&plain), &[GRANT[0], ("client_id", id)]).await).await;
}

/// RFC 6749 §2.3: not more than one method in each request.
#[tokio::test]
async fn a_client_that_authenticates_in_two_ways_is_refused() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, machine()).await;
    let (id, secret) = (client.id.as_str(), client.secret.as_deref().unwrap());
    let header = basic(id, secret);
    for fields in [
        vec![GRANT[0], ("client_id", id), ("client_secret", secret)],
        vec![GRANT[0], ("client_secret", secret)],
        vec![GRANT[0], ("client_id", "isp_somebody_else")],
    ] {
        let refused = oauth_error(post(&client, Some(&header), &fields).await).await;
        assert_eq!(refused, (400, "invalid_request".into()), "{fields:?}");
    }
}

/// All that an answer tells but the moment and the request.
async fn told(response: Response) -> (u16, Vec<(String, String)>, String) {
    let status = response.status().as_u16();
    let changes = ["date", "x-request-id", "ratelimit"];
    let headers = response.headers().iter().filter(|(name, _)| !changes.contains(&name.as_str()));
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    (status, headers, response.text().await.unwrap())
}

/// RFC 6749 §5.2: `invalid_client` is 401 with the scheme, and does not tell what is wrong.
#[tokio::test]
async fn an_unknown_client_and_a_wrong_secret_look_the_same() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, machine()).await;
    let public = ApiClient::make(&app, ClientInput { is_confidential: false, ..web_app() }).await;
    let closed = ApiClient::make(&app, machine()).await;
    closed.set_active(&app, false).await;
    let (id, secret) = (client.id.as_str(), client.secret.as_deref().unwrap());
    let wrong = told(post(&client, Some(&basic(id, "isps_wrong")), &GRANT).await).await;
    assert_eq!(wrong.0, 401);
    assert!(wrong.1.contains(&("www-authenticate".into(), "Basic realm=\"isp\"".into())), "{wrong:?}");
    assert_eq!(serde_json::from_str::<Value>(&wrong.2).unwrap()["error"], "invalid_client");
    for header in [
        basic("isp_nobody", secret),
        basic("'; DROP TABLE oauth_clients; --", secret),
        basic("isp_nobody", ""),
        basic(id, ""),
        basic(&id.to_uppercase(), secret),
        basic(id, closed.secret.as_deref().unwrap()),
        basic(&closed.id, closed.secret.as_deref().unwrap()),
        basic(&public.id, secret),
        "Basic !!!".to_owned(),
        "Digest username=x".to_owned(),
    ] {
        assert_eq!(told(post(&client, Some(&header), &GRANT).await).await, wrong, "{header}");
    }
    let in_forms = [
        vec![GRANT[0]],
        vec![GRANT[0], ("client_id", id)],
        vec![GRANT[0], ("client_id", id), ("client_secret", "isps_wrong")],
        vec![GRANT[0], ("client_id", "isp_nobody"), ("client_secret", secret)],
        vec![GRANT[0], ("client_id", public.id.as_str()), ("client_secret", secret)],
        vec![GRANT[0], ("client_secret", secret)],
    ];
    for fields in in_forms {
        assert_eq!(told(post(&client, None, &fields).await).await, wrong, "{fields:?}");
    }
    assert!(count_events(&app, "client_failed").await >= 6);
    assert_eq!(count_events(&app, "token_issued").await, 0);
}

/// RFC 6749 §2.3.1: the credentials must not be included in the URI.
#[tokio::test]
async fn credentials_in_the_address_are_not_read() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, machine()).await;
    let path = format!("/oauth/token?client_id={}&client_secret={}", client.id, client.secret.as_deref().unwrap());
    let response = client.http.request(Method::POST, &path).form(&GRANT).send().await.unwrap();
    assert_eq!(oauth_error(response).await, (401, "invalid_client".into()));
}

/// RFC 6749 §5.2, each error.
#[tokio::test]
async fn every_wrong_request_gets_the_error_of_the_standard() {
    let app = TestApp::start().await;
    let (machine, app_for_people) = (ApiClient::make(&app, machine()).await, ApiClient::make(&app, web_app()).await);
    let code = [("grant_type", "authorization_code"), ("code", "ispc_x"), ("code_verifier", super::VERIFIER)];
    let unknown_refresh = [("grant_type", "refresh_token"), ("refresh_token", "ispr_x")];
    for (client, fields, error) in [
        (&machine, vec![], "invalid_request"),
        (&machine, vec![("grant_type", "")], "invalid_request"),
        (&machine, vec![("grant_type", "password"), ("username", "a"), ("password", "b")], "unsupported_grant_type"),
        (&machine, vec![("grant_type", "CLIENT_CREDENTIALS")], "unsupported_grant_type"),
        (&machine, code.to_vec(), "unauthorized_client"),
        (&machine, unknown_refresh.to_vec(), "unauthorized_client"),
        (&app_for_people, GRANT.to_vec(), "unauthorized_client"),
        (&app_for_people, code.to_vec(), "invalid_grant"),
        (&app_for_people, unknown_refresh.to_vec(), "invalid_grant"),
        (&app_for_people, vec![code[0], code[2]], "invalid_request"),
        (&app_for_people, vec![code[0], code[1]], "invalid_request"),
        (&app_for_people, vec![unknown_refresh[0]], "invalid_request"),
        (&machine, vec![GRANT[0], ("scope", "staff.read")], "invalid_scope"),
        (&machine, vec![GRANT[0], ("scope", "customers.read staff.read")], "invalid_scope"),
        (&machine, vec![GRANT[0], ("scope", "everything")], "invalid_scope"),
        (&machine, vec![GRANT[0], ("scope", " ")], "invalid_scope"),
    ] {
        let refused = oauth_error(client.post("/oauth/token", &fields).await).await;
        assert_eq!(refused, (400, error.into()), "{fields:?}");
    }
}

/// RFC 6749 §3.2: parameters must not be included more than once.
#[tokio::test]
async fn a_repeated_parameter_is_refused() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, machine()).await;
    for again in [GRANT[0], ("scope", "customers.read"), ("unknown", "x")] {
        let response = client.post("/oauth/token", &[GRANT[0], again, again]).await;
        assert_eq!(oauth_error(response).await, (400, "invalid_request".into()), "{again:?}");
    }
    // Unrecognised ones are passed over.
    ok(client.post("/oauth/token", &[GRANT[0], ("unknown", "x"), ("audience", "y")]).await).await;
}

/// RFC 6749 §3.2: POST only, and forms only (appendix B).
#[tokio::test]
async fn only_posted_forms_are_read() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, machine()).await;
    let (id, secret) = (client.id.as_str(), client.secret.as_deref());
    let form = "grant_type=client_credentials";
    for kind in [None, Some("application/json"), Some("text/plain"), Some("multipart/form-data; boundary=x")] {
        let request = client.http.request(Method::POST, "/oauth/token").basic_auth(id, secret).body(form);
        let request = match kind {
            Some(kind) => request.header("content-type", kind),
            None => request,
        };
        let refused = oauth_error(request.send().await.unwrap()).await;
        assert_eq!(refused, (400, "invalid_request".into()), "{kind:?}");
    }
    let charset = "Application/X-WWW-Form-Urlencoded; charset=UTF-8";
    let request = client.http.request(Method::POST, "/oauth/token").basic_auth(id, secret).body(form);
    ok(request.header("content-type", charset).send().await.unwrap()).await;
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let request = client.http.request(method, &format!("/oauth/token?{form}")).basic_auth(id, secret);
        assert_eq!(refusal(request.send().await.unwrap()).await, (405, "method_not_allowed".into()));
    }
}

/// RFC 6749 §3.3: less than everything, in the words of the request.
#[tokio::test]
async fn a_client_may_ask_for_less_and_then_has_less() {
    let app = TestApp::start().await;
    let ana = app.administrator().await;
    let customer = ana.create(json!({ "name": "Ana" })).await;
    let path = format!("/api/v1/customers/{}", customer["id"]);
    let client = ApiClient::make(&app, machine()).await;
    let whole = client.own_token().await;
    let asked = [GRANT[0], ("scope", "customers.read customers.read")];
    let narrow = ok(client.post("/oauth/token", &asked).await).await;
    assert_eq!(narrow["scope"], "customers.read");
    let narrow = text(&narrow, "access_token");
    assert_eq!(me(&client.http, &narrow).await["scopes"], json!(["customers.read"]));
    for (token, status) in [(&narrow, 403), (&whole, 200)] {
        let request = client.http.request(Method::PATCH, &path).bearer_auth(token).header("if-match", "\"1\"");
        assert_eq!(request.json(&json!({ "city": "Oslo" })).send().await.unwrap().status(), status);
    }
    let empty = ok(client.post("/oauth/token", &[GRANT[0], ("scope", "")]).await).await;
    assert_eq!(empty["scope"], "customers.read customers.update");
}

/// RFC 6749 §3.3: `read` within `admin`, one permission within `read`; never the other way round.
#[tokio::test]
async fn shorthands_hold_what_they_stand_for() {
    let app = TestApp::start().await;
    let reader = ApiClient::make(&app, ClientInput { scopes: vec!["read".into()], ..machine() }).await;
    let fields = |scope| [GRANT[0], ("scope", scope)];
    assert_eq!(ok(reader.post("/oauth/token", &fields("staff.read")).await).await["scope"], "staff.read");
    for more in ["admin", "write", "customers.update"] {
        let refused = oauth_error(reader.post("/oauth/token", &fields(more)).await).await;
        assert_eq!(refused, (400, "invalid_scope".into()), "{more}");
    }
    let token = reader.own_token().await;
    let permissions = me(&reader.http, &token).await["permissions"].clone();
    assert!(
        permissions.as_array().unwrap().iter().all(|one| one
            .as_str()
            .unwrap()
            .rsplit_once('.')
            .is_some_and(|(_, action)| action == "read")),
        "{permissions}"
    );
}

/// A token that was given for one address works until it ends, wherever the form came from: no cookie is looked at.
#[tokio::test]
async fn the_endpoint_of_machines_asks_for_no_origin() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, machine()).await;
    let request = client.http.request(Method::POST, "/oauth/token").header("sec-fetch-site", "cross-site");
    let request = request.header("origin", "https://app.example.net").basic_auth(&client.id, client.secret.as_ref());
    let tokens = ok(request.form(&GRANT).send().await.unwrap()).await;
    let token = text(&tokens, "access_token");
    app.clock.advance(chrono::Duration::seconds(899));
    assert!(is_alive(&client.http, &token).await);
    app.clock.advance(chrono::Duration::seconds(1));
    assert!(!is_alive(&client.http, &token).await);
}

/// RFC 6749 §10.3: tokens are confidential, so what is stored does not give them away.
#[tokio::test]
async fn only_hashes_of_tokens_are_stored() {
    let app = TestApp::start().await;
    let ana = app.staff("technician").await;
    let (client, machine) = (ApiClient::make(&app, web_app()).await, ApiClient::make(&app, machine()).await);
    let tokens = client.granted(&ana).await;
    let secrets = [text(&tokens, "access_token"), text(&tokens, "refresh_token"), machine.own_token().await];
    assert!(secrets[0].starts_with("ispa_") && secrets[1].starts_with("ispr_"));
    let mut tx = app.services.database.read().await.unwrap();
    let mut stored: Vec<String> = tx.query("SELECT token_hash FROM access_tokens").fetch_values().await.unwrap();
    stored.extend(tx.query("SELECT token_hash FROM refresh_tokens").fetch_values::<String>().await.unwrap());
    stored.extend(tx.query("SELECT code_hash FROM authorization_codes").fetch_values::<String>().await.unwrap());
    stored.extend(tx.query("SELECT changes FROM audit_entries").fetch_values::<String>().await.unwrap());
    assert!(stored.len() >= 4);
    for secret in secrets.iter().chain(client.secret.as_ref()).chain(machine.secret.as_ref()) {
        assert!(!stored.iter().any(|row| row.contains(secret.as_str())), "{secret}");
    }
}

/// A refused try costs nobody anything: the token of the same client stays as it is.
#[tokio::test]
async fn what_fails_ends_nothing() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, web_app()).await;
    let ana = app.staff("technician").await;
    let token = text(&client.granted(&ana).await, "access_token");
    assert_eq!(oauth_error(client.refresh("ispr_nonsense").await).await, invalid_grant());
    assert_eq!(oauth_error(client.refresh(&token).await).await, invalid_grant());
    let search = bear(&client.http, &token, Method::POST, "/api/fn/customers/search", &json!({ "filter": {} })).await;
    assert_eq!(search.status(), 200);
}
