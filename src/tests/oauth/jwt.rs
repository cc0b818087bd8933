//! JWT access tokens as anybody can read them (RFC 9068), and what ends them.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use isp::auth::token::digest;
use serde_json::{Value, json};

use super::{ApiClient, is_alive, machine, me, part, staff_id, text, web_app, with_jwt};
use crate::support::{TestApp, start_of_time};

/// RFC 9068 §2.1, §2.2 and §4: a resource server can check a token with nothing but the published keys.
#[tokio::test]
async fn a_token_says_what_the_standard_asks_for() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, with_jwt(machine())).await;
    let token = client.own_token().await;
    let jwks = app.visitor().json("/.well-known/jwks.json").await;
    let key = &jwks["keys"][0];
    assert_eq!(part(&token, 0), json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": key["kid"] }));
    let (message, signature) = token.rsplit_once('.').unwrap();
    let public = URL_SAFE_NO_PAD.decode(text(key, "x")).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert!(UnparsedPublicKey::new(&ED25519, public).verify(message.as_bytes(), &signature).is_ok());
    let (claims, issued_at) = (part(&token, 1), start_of_time().timestamp());
    let expected = json!({
        "iss": app.base_url, "aud": app.base_url, "sub": client.id, "client_id": client.id,
        "scope": "customers.read customers.update", "iat": issued_at, "exp": issued_at + 900, "jti": claims["jti"],
    });
    assert_eq!(claims, expected);
    assert!(text(&claims, "jti").len() >= 22, "128 random bits at least");
    let again = client.own_token().await;
    assert_ne!(part(&again, 1)["jti"], claims["jti"]);
}

/// RFC 9068 §2.2: the subject is the person, where one consented.
#[tokio::test]
async fn a_token_for_a_person_names_both() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, with_jwt(web_app())).await;
    let ana = app.staff("technician").await;
    let token = text(&client.granted(&ana).await, "access_token");
    let claims = part(&token, 1);
    assert_eq!(text(&claims, "sub"), format!("staff:{}", staff_id(&ana).await));
    assert_eq!(text(&claims, "client_id"), client.id);
    assert_eq!(me(&client.http, &token).await["name"], "The technician (via Field app)");
}

/// Whoever reads the database cannot make a token of what stands there.
#[tokio::test]
async fn only_the_hash_of_its_name_is_stored() {
    let app = TestApp::start().await;
    let token = ApiClient::make(&app, with_jwt(machine())).await.own_token().await;
    let jti = text(&part(&token, 1), "jti");
    let mut tx = app.services.database.read().await.unwrap();
    let stored: Vec<String> = tx.query("SELECT token_hash FROM access_tokens").fetch_values().await.unwrap();
    assert_eq!(stored, [digest(&jti)]);
}

/// RFC 8725 §3.8 and §3.10: not longer than it says, on any account.
#[tokio::test]
async fn a_token_ends_after_fifteen_minutes() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, with_jwt(machine())).await;
    let token = client.own_token().await;
    app.clock.advance(Duration::seconds(899));
    assert!(is_alive(&client.http, &token).await);
    app.clock.advance(Duration::seconds(1));
    assert!(!is_alive(&client.http, &token).await);
    app.services.tokens.sweep().await.unwrap();
    assert!(!is_alive(&client.http, &token).await);
}

/// The signature of a revoked token is as good as ever, the token is not.
#[tokio::test]
async fn a_revoked_token_is_refused_at_once() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, with_jwt(machine())).await;
    let (token, other) = (client.own_token().await, client.own_token().await);
    client.revoke(&token).await;
    assert!(!is_alive(&client.http, &token).await);
    assert!(is_alive(&client.http, &other).await);
}

/// The name of a JWT is no opaque token, nor the other way round: the kind that is stored must be the kind shown.
#[tokio::test]
async fn the_parts_of_a_token_are_no_tokens() {
    let app = TestApp::start().await;
    let client = ApiClient::make(&app, with_jwt(machine())).await;
    let token = client.own_token().await;
    let claims: Value = part(&token, 1);
    let jti = text(&claims, "jti");
    for part in token.split('.').chain([jti.as_str(), &digest(&jti), &format!("ispa_{jti}")]) {
        assert!(!is_alive(&client.http, part).await, "{part}");
    }
    assert!(is_alive(&client.http, &token).await);
}

/// The kind of token is the client's: a change holds for the next token, the last one lives on.
#[tokio::test]
async fn a_client_can_change_to_the_other_kind() {
    let app = TestApp::start().await;
    let boss = app.administrator().await;
    let client = ApiClient::make(&app, machine()).await;
    let opaque = client.own_token().await;
    let patch = json!({ "token_kind": "jwt" });
    assert_eq!(boss.patch(&format!("/api/v1/oauth-clients/{}", client.row), 1, &patch).await.status(), 200);
    let jwt = client.own_token().await;
    assert!(opaque.starts_with("ispa_") && part(&jwt, 0)["typ"] == "at+jwt");
    assert!(is_alive(&client.http, &opaque).await && is_alive(&client.http, &jwt).await);
}
