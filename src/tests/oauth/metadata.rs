//! What is well known: server metadata (RFC 8414), keys (RFC 7517, RFC 7638, RFC 8037) and their rotation.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{ApiClient, is_alive, machine, part, text, with_jwt};
use crate::support::TestApp;

/// The ids of the published keys, in their order.
async fn published(app: &TestApp) -> Vec<String> {
    let jwks = app.visitor().json("/.well-known/jwks.json").await;
    jwks["keys"].as_array().unwrap().iter().map(|key| text(key, "kid")).collect()
}

fn kid(token: &str) -> String {
    text(&part(token, 0), "kid")
}

/// RFC 8414 §2 and §3: everybody may read it, and what it announces is there.
#[tokio::test]
async fn the_server_says_what_it_serves() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let response = visitor.get("/.well-known/oauth-authorization-server").await;
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["cache-control"], "public, max-age=300");
    let metadata: Value = response.json().await.unwrap();
    assert_eq!(metadata["issuer"], json!(app.base_url));
    assert_eq!(metadata["response_types_supported"], json!(["code"]));
    assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
    let grants = json!(["client_credentials", "authorization_code", "refresh_token"]);
    assert_eq!(metadata["grant_types_supported"], grants);
    let methods = json!(["client_secret_basic", "client_secret_post", "none"]);
    assert_eq!(metadata["token_endpoint_auth_methods_supported"], methods);
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
    let scopes = metadata["scopes_supported"].as_array().unwrap();
    assert!(["read", "write", "admin", "customers.read"].iter().all(|scope| scopes.contains(&json!(scope))));
    for (name, method, status) in [
        ("authorization_endpoint", Method::GET, 400),
        ("token_endpoint", Method::POST, 400),
        ("revocation_endpoint", Method::POST, 400),
        ("introspection_endpoint", Method::POST, 400),
        ("jwks_uri", Method::GET, 200),
    ] {
        let address = text(&metadata, name);
        let path = address.strip_prefix(&app.base_url).unwrap();
        let answer = visitor.request(method, path).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{name}");
    }
}

/// RFC 7517 §4, RFC 8037 §2 and RFC 7638 §3.
#[tokio::test]
async fn keys_are_published_under_their_thumbprint_without_their_private_parts() {
    let app = TestApp::start().await;
    let response = app.visitor().get("/.well-known/jwks.json").await;
    assert_eq!(response.headers()["content-type"], "application/json");
    let jwks: Value = response.json().await.unwrap();
    let [key] = jwks["keys"].as_array().unwrap().as_slice() else { panic!("one key at first: {jwks}") };
    let mut members: Vec<&String> = key.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
    for (name, value) in [("kty", "OKP"), ("crv", "Ed25519"), ("alg", "EdDSA"), ("use", "sig")] {
        assert_eq!(key[name], value);
    }
    let x = text(key, "x");
    assert_eq!(URL_SAFE_NO_PAD.decode(&x).unwrap().len(), 32);
    let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
    assert_eq!(text(key, "kid"), URL_SAFE_NO_PAD.encode(thumbprint));
    let token = ApiClient::make(&app, with_jwt(machine())).await.own_token().await;
    assert_eq!(kid(&token), text(key, "kid"));
}

/// The next key is known to all before it signs; the last one verifies until nothing of its can be alive.
#[tokio::test]
async fn keys_are_announced_take_over_and_leave() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, with_jwt(machine())).await;
    let first = published(&app).await;
    app.clock.advance(Duration::days(29) - Duration::seconds(1));
    app.services.tokens.ensure_keys().await.unwrap();
    assert_eq!(published(&app).await, first);
    app.clock.advance(Duration::seconds(1));
    app.services.tokens.ensure_keys().await.unwrap();
    let both = published(&app).await;
    assert_eq!((both.len(), &both[0]), (2, &first[0]));
    assert_eq!(kid(&client.own_token().await), first[0], "announced, not yet in use");
    app.clock.advance(Duration::hours(24) - Duration::minutes(5));
    app.services.tokens.ensure_keys().await.unwrap();
    assert_eq!(published(&app).await, both);
    let last = client.own_token().await;
    assert_eq!(kid(&last), first[0]);
    app.clock.advance(Duration::minutes(5));
    app.services.tokens.ensure_keys().await.unwrap();
    let next = client.own_token().await;
    assert_eq!(kid(&next), both[1]);
    assert_eq!(published(&app).await, both, "the old key still verifies");
    app.clock.advance(Duration::minutes(9));
    app.services.tokens.ensure_keys().await.unwrap();
    assert!(is_alive(&client.http, &last).await && is_alive(&client.http, &next).await);
    app.clock.advance(Duration::minutes(7));
    assert!(!is_alive(&client.http, &last).await && !is_alive(&client.http, &next).await);
    app.services.tokens.ensure_keys().await.unwrap();
    assert_eq!(published(&app).await, both[1..]);
    let mut tx = app.services.database.read().await.unwrap();
    let stored: Vec<String> = tx.query("SELECT kid FROM signing_keys").fetch_values().await.unwrap();
    assert_eq!(stored, both[1..], "what is over is forgotten");
    assert_eq!(kid(&client.own_token().await), both[1]);
}

/// The private key is sealed under the secret of the configuration, not merely encoded.
#[tokio::test]
async fn private_keys_are_sealed_at_rest() {
    // How every PKCS#8 of Ed25519 goes on after its length and version (RFC 8410 §7).
    const OID: [u8; 7] = [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];
    let has_oid = |bytes: &[u8]| bytes.windows(OID.len()).any(|window| window == OID);
    let app = TestApp::start().await;
    let mut tx = app.services.database.read().await.unwrap();
    let stored: String = tx.query("SELECT private_key FROM signing_keys").fetch_value().await.unwrap();
    assert!(!has_oid(stored.as_bytes()));
    for piece in stored.split(|c: char| !(c.is_ascii_alphanumeric() || "+/-_=".contains(c))) {
        for bytes in [URL_SAFE_NO_PAD.decode(piece), STANDARD.decode(piece)] {
            assert!(!bytes.is_ok_and(|bytes| has_oid(&bytes)), "a key that anybody can read");
        }
    }
}
