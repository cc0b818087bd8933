//! Forged, bent and odd tokens (RFC 8725, RFC 9068 §4): each is 401, none is more than a refused request.
//!
//! The key of the server is not known here; what a well-signed but wrong token meets stands beside its code.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};

use super::{ApiClient, INVALID_TOKEN, is_alive, machine, part, text, web_app, with_jwt};
use crate::support::{TestApp, refusal, start_of_time};

/// A server, a good token of its to bend, and a key of an attacker.
struct Scene {
    app: TestApp,
    client: ApiClient,
    good: String,
    key: Ed25519KeyPair,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::start().await;
        let client = ApiClient::make(&app, with_jwt(machine())).await;
        let good = client.own_token().await;
        Self { app, client, good, key: Ed25519KeyPair::generate().unwrap() }
    }

    /// The header of the good token, changed.
    fn header(&self, changes: &Value) -> Value {
        changed(part(&self.good, 0), changes)
    }

    /// The claims of the good token, changed.
    fn claims(&self, changes: &Value) -> Value {
        changed(part(&self.good, 1), changes)
    }

    /// Signed with the attacker's key.
    fn forged(&self, header: &str, claims: &str) -> String {
        let message = message(header, claims);
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(self.key.sign(message.as_bytes())))
    }

    fn forged_with(&self, header: &Value, claims: &Value) -> String {
        self.forged(&self.header(header).to_string(), &self.claims(claims).to_string())
    }

    /// The token gets nobody in anywhere, and the server stays calm.
    async fn is_refused(&self, token: &str, what: &str) {
        let authorization = format!("Bearer {token}");
        for (method, path) in [(Method::GET, "/api/v1/customers"), (Method::POST, "/api/fn/customers/search")] {
            let request = self.client.http.request(method, path).header("authorization", &authorization);
            let response = request.json(&json!({ "filter": {} })).send().await.unwrap();
            assert_eq!(response.status(), 401, "{what} at {path}");
            assert_eq!(response.headers()["www-authenticate"], INVALID_TOKEN, "{what} at {path}");
            assert_eq!(refusal(response).await, (401, "unauthenticated".into()));
        }
        assert_eq!(self.client.introspect(token).await, json!({ "active": false }), "{what}");
    }

    async fn good_one_still_works(&self) {
        assert!(is_alive(&self.client.http, &self.good).await);
    }
}

fn changed(mut value: Value, changes: &Value) -> Value {
    for (name, change) in changes.as_object().unwrap() {
        if change.is_null() {
            value.as_object_mut().unwrap().remove(name);
        } else {
            value[name.as_str()] = change.clone();
        }
    }
    value
}

fn message(header: &str, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

fn parts(token: &str) -> [&str; 3] {
    let mut parts = token.split('.');
    [parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap()]
}

/// RFC 8725 §2.1 and §3.1: the attacker does not choose the algorithm.
#[tokio::test]
async fn an_unsigned_token_is_refused() {
    let scene = Scene::set().await;
    let [_, body, signature] = parts(&scene.good);
    for algorithm in ["none", "None", "NONE", "nOnE", "", "null"] {
        let head = URL_SAFE_NO_PAD.encode(scene.header(&json!({ "alg": algorithm })).to_string());
        for token in [format!("{head}.{body}."), format!("{head}.{body}"), format!("{head}.{body}.{signature}")] {
            scene.is_refused(&token, algorithm).await;
        }
    }
    let without = URL_SAFE_NO_PAD.encode(scene.header(&json!({ "alg": null })).to_string());
    scene.is_refused(&format!("{without}.{body}.{signature}"), "no alg").await;
    scene.good_one_still_works().await;
}

/// RFC 8725 §2.1: the public key must not pass for a shared secret.
#[tokio::test]
async fn a_public_key_is_no_secret() {
    let scene = Scene::set().await;
    let jwks = scene.app.visitor().json("/.well-known/jwks.json").await;
    let key = &jwks["keys"][0];
    let x = text(key, "x");
    let secrets = [URL_SAFE_NO_PAD.decode(&x).unwrap(), x.into_bytes(), key.to_string().into_bytes(), vec![0]];
    for (name, algorithm) in [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
    {
        for secret in &secrets {
            let header = scene.header(&json!({ "alg": name })).to_string();
            let message = message(&header, &scene.claims(&json!({})).to_string());
            let tag = hmac::sign(&hmac::Key::new(algorithm, secret), message.as_bytes());
            scene.is_refused(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag)), name).await;
        }
    }
}

/// RFC 8725 §3.1 and §3.10: neither a foreign key nor one that the token itself points at.
#[tokio::test]
async fn a_token_of_another_key_is_refused_whatever_its_header_says() {
    let scene = Scene::set().await;
    let own = URL_SAFE_NO_PAD.encode(scene.key.public_key());
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": own, "kid": part(&scene.good, 0)["kid"] });
    for header in [
        json!({}),
        json!({ "kid": null }),
        json!({ "kid": "" }),
        json!({ "kid": "unknown" }),
        json!({ "kid": "../../dev/null" }),
        json!({ "kid": "' UNION SELECT 'x' --" }),
        json!({ "kid": ["a"] }),
        json!({ "jwk": jwk }),
        json!({ "jwk": jwk, "kid": null }),
        json!({ "jku": "https://evil.example/jwks.json" }),
        json!({ "x5u": "https://evil.example/x.pem", "kid": "unknown" }),
        json!({ "x5c": ["MIIB"] }),
        json!({ "crit": ["exp"] }),
        json!({ "crit": [] }),
        json!({ "b64": false, "crit": ["b64"] }),
        json!({ "typ": "JWT" }),
        json!({ "typ": null }),
        json!({ "typ": "at+jwt; x" }),
        json!({ "alg": "ES256" }),
        json!({ "alg": "RS256" }),
        json!({ "alg": "Ed25519" }),
    ] {
        scene.is_refused(&scene.forged_with(&header, &json!({})), &header.to_string()).await;
    }
    scene.good_one_still_works().await;
}

/// RFC 9068 §4: issuer, audience and time, under whatever signature.
#[tokio::test]
async fn claims_of_a_forged_token_change_nothing() {
    let scene = Scene::set().await;
    let now = start_of_time().timestamp();
    for claims in [
        json!({ "iss": "https://evil.example" }),
        json!({ "aud": "https://other.example" }),
        json!({ "aud": null }),
        json!({ "iat": now - 1_800, "exp": now - 900 }),
        json!({ "nbf": now + 3_600 }),
        json!({ "exp": i64::MAX }),
        json!({ "exp": null }),
        json!({ "exp": "never" }),
        json!({ "exp": 1e300 }),
        json!({ "scope": "admin" }),
        json!({ "sub": "staff:1" }),
        json!({ "jti": null }),
    ] {
        scene.is_refused(&scene.forged_with(&json!({}), &claims), &claims.to_string()).await;
    }
}

/// RFC 7515 §5.2: one changed bit, and the signature no longer fits.
#[tokio::test]
async fn a_good_token_that_was_bent_is_refused() {
    let scene = Scene::set().await;
    let [head, body, signature] = parts(&scene.good);
    for claims in [
        json!({ "scope": "admin" }),
        json!({ "sub": "staff:1" }),
        json!({ "client_id": "isp_other" }),
        json!({ "exp": i64::from(u32::MAX) }),
        json!({ "jti": "x" }),
        json!({ "more": true }),
    ] {
        let bent = URL_SAFE_NO_PAD.encode(scene.claims(&claims).to_string());
        scene.is_refused(&format!("{head}.{bent}.{signature}"), &claims.to_string()).await;
    }
    for header in [json!({ "typ": "JWT" }), json!({ "more": 1 }), json!({ "crit": ["x"] }), json!({ "kid": "x" })] {
        let bent = URL_SAFE_NO_PAD.encode(scene.header(&header).to_string());
        scene.is_refused(&format!("{bent}.{body}.{signature}"), &header.to_string()).await;
    }
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    for place in [0, 31, 32, 63] {
        bytes[place] ^= 1;
        let bent = URL_SAFE_NO_PAD.encode(&bytes);
        scene.is_refused(&format!("{head}.{body}.{bent}"), "a changed bit").await;
        bytes[place] ^= 1;
    }
    let mut longer = bytes.clone();
    longer.push(0);
    let others: [&[u8]; 5] = [&bytes[..63], &bytes[..32], &[0; 64], &[0xff; 64], &longer];
    for bent in others {
        let bent = URL_SAFE_NO_PAD.encode(bent);
        scene.is_refused(&format!("{head}.{body}.{bent}"), "another length or form").await;
    }
    scene.good_one_still_works().await;
}

/// RFC 8032 §8.4: a signature has one form; the same plus the order of the group is another.
#[tokio::test]
async fn a_signature_in_a_second_form_is_refused() {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let scene = Scene::set().await;
    let [head, body, signature] = parts(&scene.good);
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut carry = 0;
    for (byte, order) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    scene.is_refused(&format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode(bytes)), "malleable").await;
}

/// RFC 8725 §3.4 and RFC 8259 §4: names that stand there twice mean two things to two readers.
#[tokio::test]
async fn a_token_that_says_something_twice_is_refused() {
    let scene = Scene::set().await;
    let (header, claims) = (scene.header(&json!({})).to_string(), scene.claims(&json!({})).to_string());
    for more in [r#"{"sub":"staff:1","#, r#"{"exp":9999999999,"#, r#"{"scope":"admin","#] {
        scene.is_refused(&scene.forged(&header, &claims.replacen('{', more, 1)), more).await;
    }
    for more in [r#"{"alg":"none","#, r#"{"alg":"EdDSA","#, r#"{"kid":"x","#, r#"{"typ":"JWT","#] {
        scene.is_refused(&scene.forged(&header.replacen('{', more, 1), &claims), more).await;
    }
}

/// RFC 7515 §7.1: three parts in base64url without padding, and no more than anybody needs.
#[tokio::test]
async fn what_has_not_the_form_of_a_token_is_refused() {
    let scene = Scene::set().await;
    let good = scene.good.as_str();
    let [head, body, signature] = parts(good);
    let padded = URL_SAFE.encode(URL_SAFE_NO_PAD.decode(body).unwrap());
    let header = part(good, 0).to_string();
    let deep = format!("{}{}", "[".repeat(3_000), "]".repeat(3_000));
    let long = scene.forged_with(&json!({}), &json!({ "scope": "x".repeat(9_000) }));
    let odd = [
        "x".to_owned(),
        ".".into(),
        "..".into(),
        "...".into(),
        head.to_owned(),
        format!("{head}.{body}"),
        format!("{head}.{body}."),
        format!("{head}..{signature}"),
        format!(".{body}.{signature}"),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.{signature}"),
        format!("{head}.{body}.{signature}.{body}.{signature}"),
        format!("{good}="),
        format!("{head}.{}.{signature}", if padded.ends_with('=') { padded } else { format!("{body}=") }),
        format!("{head}.{body}!.{signature}"),
        format!("{head}.{body}.{}", STANDARD.encode([0xfb; 64])),
        format!("{head}.{body}.{}", STANDARD_NO_PAD.encode([0xff; 64])),
        format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode("not JSON")),
        format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode("[]")),
        format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode([0xff, 0xfe])),
        scene.forged(&deep, "{}"),
        scene.forged(&header, "{}"),
        scene.forged(&header, "[]"),
        scene.forged(&header, ""),
        long,
        format!("{good}{}", "A".repeat(8 * 1_024)),
        format!("{head}{}.{body}.{signature}", "A".repeat(20_000)),
    ];
    for token in odd {
        scene.is_refused(&token, &token.chars().take(100).collect::<String>()).await;
    }
    scene.good_one_still_works().await;
}

/// Opaque tokens: one wrong character, another prefix, another secret of the same client.
#[tokio::test]
async fn an_opaque_token_that_was_bent_is_refused() {
    let scene = Scene::set().await;
    let client = ApiClient::make(&scene.app, web_app()).await;
    let ana = scene.app.staff("technician").await;
    let tokens = client.granted(&ana).await;
    let (token, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let code = client.code(&ana).await;
    let other = |c: char| if c == 'x' { 'y' } else { 'x' };
    for place in [0, 5, 20, 47, 48, 53] {
        let bent: String = token.chars().enumerate().map(|(i, c)| if i == place { other(c) } else { c }).collect();
        scene.is_refused(&bent, "a changed character").await;
    }
    let odd = [
        token[..53].to_owned(),
        format!("{token}0"),
        token.to_uppercase(),
        token.replacen("ispa_", "ispr_", 1),
        refresh.replacen("ispr_", "ispa_", 1),
        code,
        client.secret.clone().unwrap(),
        client.id.clone(),
        isp::auth::token::digest(&token),
    ];
    for token in odd {
        scene.is_refused(&token, &token).await;
    }
    assert!(is_alive(&client.http, &token).await);
}
