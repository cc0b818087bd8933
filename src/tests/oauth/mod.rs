//! OAuth 2.0 and bearer tokens, RFC by RFC: what clients, people and thieves can do with them over HTTP.

mod attacks;
mod bearer;
mod clients;
mod code;
mod families;
mod introspect;
mod jwt;
mod metadata;
mod origin;
mod pair;
mod rate_limit;
mod refresh;
mod revoke;
mod rights;
mod servers;
mod token;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isp::auth::tokens::TokenKind;
use isp::oauth::ClientInput;
use isp::shared::actor::Actor;
use isp::shared::id::{OAuthClientId, StaffId};
use isp::shared::permission::ScopeInput;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Person, TestApp, encoded};

/// Where the codes of every client are sent.
const CALLBACK: &str = "https://app.example.net/back";

/// The verifier and its S256 challenge of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Given back unchanged, whatever is in it (RFC 6749 §4.1.2).
const STATE: &str = "a b&c=%2F#é+";

/// What a request with a bad token is told (RFC 6750 §3.1).
const INVALID_TOKEN: &str = "Bearer realm=\"isp\", error=\"invalid_token\"";

/// A client that acts for itself.
fn machine() -> ClientInput {
    ClientInput {
        name: "Billing export".into(),
        is_confidential: true,
        grants: vec!["client_credentials".into()],
        scopes: vec!["customers.read".into(), "customers.update".into()],
        scope: ScopeInput::all(),
        ..ClientInput::default()
    }
}

/// A client that acts for people.
fn web_app() -> ClientInput {
    ClientInput {
        name: "Field app".into(),
        grants: vec!["authorization_code".into(), "refresh_token".into()],
        redirect_uris: CALLBACK.into(),
        ..machine()
    }
}

/// The same client with JWTs.
fn with_jwt(input: ClientInput) -> ClientInput {
    ClientInput { token_kind: TokenKind::Jwt, ..input }
}

fn system() -> Actor {
    Actor::system("test")
}

/// An API client as its developers know it.
#[derive(Clone)]
struct ApiClient {
    row: OAuthClientId,
    id: String,
    secret: Option<String>,
    http: Person,
}

impl ApiClient {
    async fn make(app: &TestApp, input: ClientInput) -> Self {
        let made = app.services.oauth.create(&system(), input).await.unwrap();
        Self { row: made.id, id: made.client_id, secret: made.client_secret, http: app.visitor() }
    }

    /// A request to an endpoint by `client_secret_basic`, or with the id alone by a public client.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.http.request(Method::POST, path);
        let request = if let Some(secret) = &self.secret {
            request.basic_auth(&self.id, Some(secret)).form(fields)
        } else {
            let mut fields = fields.to_vec();
            fields.push(("client_id", self.id.as_str()));
            request.form(&fields)
        };
        request.send().await.unwrap()
    }

    /// The access token that it gets for itself.
    async fn own_token(&self) -> String {
        let tokens = ok(self.post("/oauth/token", &[("grant_type", "client_credentials")]).await).await;
        text(&tokens, "access_token")
    }

    /// What it asks a person for.
    fn request(&self) -> Value {
        json!({
            "response_type": "code", "client_id": self.id, "redirect_uri": CALLBACK, "state": STATE,
            "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        })
    }

    /// The code that it is sent when a person agrees.
    async fn code(&self, person: &Person) -> String {
        let response = decide(person, &self.request(), true).await;
        assert_eq!(response.status(), 200);
        answer_of(&location(&response))["code"].clone()
    }

    async fn exchange(&self, code: &str) -> Response {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.post("/oauth/token", &fields).await
    }

    /// The tokens that it gets when a person agrees.
    async fn granted(&self, person: &Person) -> Value {
        let code = self.code(person).await;
        ok(self.exchange(&code).await).await
    }

    async fn refresh(&self, refresh_token: &str) -> Response {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        self.post("/oauth/token", &fields).await
    }

    /// Ends a token; the answer is the same for every token (RFC 7009 §2.2).
    async fn revoke(&self, token: &str) {
        assert_eq!(self.post("/oauth/revoke", &[("token", token)]).await.status(), 200);
    }

    async fn introspect(&self, token: &str) -> Value {
        ok(self.post("/oauth/introspect", &[("token", token)]).await).await
    }

    async fn set_active(&self, app: &TestApp, active: bool) {
        app.services.oauth.set_active(&system(), self.row, active).await.unwrap();
    }
}

/// Agrees or refuses on the consent page.
async fn decide(person: &Person, request: &Value, allow: bool) -> Response {
    person.post("/api/fn/oauth/decide", &json!({ "request": request, "allow": allow })).await
}

/// The request as the query of an address.
fn query_of(request: &Value) -> String {
    let fields = request.as_object().unwrap().iter();
    fields.map(|(name, value)| format!("{name}={}", encoded(value.as_str().unwrap()))).collect::<Vec<_>>().join("&")
}

fn location(response: &Response) -> String {
    response.headers()["location"].to_str().unwrap().to_owned()
}

/// The parameters of an answer at a redirect URI.
fn answer_of(location: &str) -> BTreeMap<String, String> {
    url::Url::parse(location).unwrap().query_pairs().into_owned().collect()
}

/// The JSON of an answer that must be 200.
async fn ok(response: Response) -> Value {
    let (status, body) = (response.status(), response.text().await.unwrap());
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

/// Status and error of a refused request, which is JSON that nobody keeps (RFC 6749 §5.2).
async fn oauth_error(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    for (name, value) in [("content-type", "application/json"), ("cache-control", "no-store"), ("pragma", "no-cache")] {
        assert_eq!(response.headers()[name], value);
    }
    assert_eq!(status == 401, response.headers().contains_key("www-authenticate"));
    let body: Value = response.json().await.unwrap();
    assert!(body["error_description"].is_string(), "{body}");
    (status, text(&body, "error"))
}

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".into())
}

/// A request that bears a token.
async fn bear(http: &Person, token: &str, method: Method, path: &str, body: &Value) -> Response {
    let request = http.request(method, path).bearer_auth(token);
    let request = if body.is_null() { request } else { request.json(body) };
    request.send().await.unwrap()
}

async fn bear_get(http: &Person, token: &str, path: &str) -> Response {
    bear(http, token, Method::GET, path, &Value::Null).await
}

/// Who the server takes the bearer of a token for.
async fn me(http: &Person, token: &str) -> Value {
    ok(bear_get(http, token, "/api/v1/auth/me").await).await
}

/// Is the token good now?
async fn is_alive(http: &Person, token: &str) -> bool {
    let response = bear_get(http, token, "/api/v1/auth/me").await;
    match response.status().as_u16() {
        200 => true,
        401 => {
            assert_eq!(response.headers()["www-authenticate"], INVALID_TOKEN);
            false
        }
        other => panic!("neither good nor bad: {other}"),
    }
}

/// The id of somebody who is signed in.
async fn staff_id(person: &Person) -> StaffId {
    StaffId(person.json("/api/v1/auth/me").await["id"].as_i64().unwrap())
}

/// A role with these permissions.
async fn role(boss: &Person, name: &str, permissions: &[&str]) -> Value {
    let response = boss.post("/api/v1/roles", &json!({ "name": name, "permissions": permissions })).await;
    assert_eq!(response.status(), 201, "{}", response.text().await.unwrap());
    response.json().await.unwrap()
}

/// How often something happened at the door.
async fn count_events(app: &TestApp, event: &str) -> i64 {
    let mut tx = app.services.database.read().await.unwrap();
    let select = tx.query("SELECT COUNT(*) FROM authentication_events WHERE event = $1");
    select.bind(event).fetch_value().await.unwrap()
}

/// Header (0) or claims (1) of a JWT.
fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
