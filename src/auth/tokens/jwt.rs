//! JWT access tokens (RFC 9068): the one place that signs and verifies them.
//!
//! Stricter than the library, which ignores `typ`, `crit` and duplicates: one algorithm, one type, no member
//! that is not ours, and the time of our own clock. Whether a good token was revoked is not known here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Header, crypto};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::keys::KeySet;
use super::model::{ACCESS_TOKEN_MINUTES, LEEWAY_SECONDS};
use crate::shared::id::StaffId;
use crate::shared::problem::Problem;

/// Bytes of a token at most; ours have some 600.
const MAX_BYTES: usize = 8 * 1024;

/// The `client_id` of a token pair of a member of staff, which no registered client obtained.
pub(super) const NO_CLIENT: &str = "staff";

/// What a token says (RFC 9068 §2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    pub iss: String,
    pub sub: String,
    pub aud: String,
    pub client_id: String,
    pub scope: String,
    pub iat: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    pub exp: i64,
    pub jti: String,
}

/// All that a header may hold: with `crit`, `jwk`, `jku`, `x5u`, `x5c` or anything twice it cannot be read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    typ: String,
    alg: String,
    kid: String,
}

/// Whom a token acts for: `staff:7`, or the client's own id.
pub(super) fn subject(staff: Option<StaffId>, client_id: Option<&str>) -> String {
    staff.map_or_else(|| client_id.unwrap_or_default().to_owned(), |staff| format!("staff:{staff}"))
}

/// Signs with the key that is active now. Errors: `Unavailable` when there is none.
pub(super) fn sign(claims: &Claims, keys: &KeySet, now: DateTime<Utc>) -> Result<String, Problem> {
    let Some((kid, key)) = keys.signing(now) else {
        tracing::error!("there is no key to sign tokens with");
        return Err(Problem::Unavailable);
    };
    let header = Header { typ: Some("at+jwt".into()), kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) };
    jsonwebtoken::encode(&header, claims, key).map_err(|error| {
        tracing::error!(%error, "a token cannot be signed");
        Problem::Internal
    })
}

/// The key that a token says it was signed with; `None` when its form alone refuses it.
pub(super) fn kid(token: &str) -> Option<String> {
    Some(parts(token)?.header()?.kid)
}

/// What a token says, when one of the keys has signed it for this issuer and it is good now.
pub(super) fn verify(token: &str, keys: &KeySet, issuer: &str, now: DateTime<Utc>) -> Option<Claims> {
    let parts = parts(token)?;
    let key = keys.verifying(&parts.header()?.kid, now)?;
    let is_signed = crypto::verify(parts.signature, parts.message.as_bytes(), key, Algorithm::EdDSA);
    if !is_signed.unwrap_or(false) {
        return None;
    }
    decode::<Claims>(parts.claims).filter(|claims| claims.hold(issuer, now))
}

impl Claims {
    fn hold(&self, issuer: &str, now: DateTime<Utc>) -> bool {
        let (now, leeway) = (now.timestamp(), LEEWAY_SECONDS.cast_signed());
        // A clock that was put back must not lock out those whom it let in just before.
        let ahead = ACCESS_TOKEN_MINUTES * 60;
        self.iss == issuer
            && self.aud == issuer
            && !self.jti.is_empty()
            && now < self.exp.saturating_add(leeway)
            && self.nbf.is_none_or(|nbf| nbf <= now + leeway)
            && self.iat <= self.exp
            && self.iat <= now + ahead + leeway
    }
}

struct Parts<'t> {
    header: &'t str,
    claims: &'t str,
    signature: &'t str,
    /// What is signed: header and claims.
    message: &'t str,
}

fn parts(token: &str) -> Option<Parts<'_>> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    (!claims.contains('.')).then_some(Parts { header, claims, signature, message })
}

impl Parts<'_> {
    fn header(&self) -> Option<StrictHeader> {
        decode::<StrictHeader>(self.header).filter(|header| {
            let is_access_token =
                ["at+jwt", "application/at+jwt"].iter().any(|typ| header.typ.eq_ignore_ascii_case(typ));
            is_access_token && header.alg == "EdDSA"
        })
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use jsonwebtoken::EncodingKey;
    use serde_json::{Value, json};

    use super::*;
    use crate::auth::tokens::keys::tests::key_set;

    const ISSUER: &str = "https://isp.example";

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn keys() -> KeySet {
        key_set(&[(now() - Duration::days(3), None)])
    }

    fn claims() -> Claims {
        Claims {
            iss: ISSUER.into(),
            sub: "staff:7".into(),
            aud: ISSUER.into(),
            client_id: NO_CLIENT.into(),
            scope: "admin".into(),
            iat: now().timestamp(),
            nbf: None,
            exp: now().timestamp() + 900,
            jti: "1".into(),
        }
    }

    fn header(keys: &KeySet) -> Value {
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": keys.signing(now()).unwrap().0 })
    }

    /// Signs whatever is given, as JSON texts.
    fn forge(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = crypto::sign(message.as_bytes(), key, algorithm).unwrap();
        format!("{message}.{signature}")
    }

    /// Signs with our own key.
    fn forge_ours(keys: &KeySet, header: &str, claims: &str) -> String {
        forge(header, claims, keys.signing(now()).unwrap().1, Algorithm::EdDSA)
    }

    fn passes(keys: &KeySet, token: &str) -> bool {
        verify(token, keys, ISSUER, now()).is_some()
    }

    fn with(change: impl FnOnce(&mut Claims)) -> Claims {
        let mut claims = claims();
        change(&mut claims);
        claims
    }

    #[test]
    fn what_is_signed_is_verified() {
        let keys = keys();
        let token = sign(&claims(), &keys, now()).unwrap();
        assert_eq!(verify(&token, &keys, ISSUER, now()), Some(claims()));
        assert_eq!(kid(&token).as_deref(), header(&keys)["kid"].as_str());
        assert!(passes(&keys, &forge_ours(&keys, &header(&keys).to_string(), &json!(claims()).to_string())));
    }

    #[test]
    fn the_type_is_read_in_any_case_and_form() {
        let keys = keys();
        for (typ, good) in
            [("AT+JWT", true), ("application/at+jwt", true), ("JWT", false), ("at+jwt ", false), ("", false)]
        {
            let mut header = header(&keys);
            header["typ"] = typ.into();
            assert_eq!(
                passes(&keys, &forge_ours(&keys, &header.to_string(), &json!(claims()).to_string())),
                good,
                "{typ}"
            );
        }
    }

    #[test]
    fn other_algorithms_are_refused() {
        let keys = keys();
        let (kid, _) = keys.signing(now()).unwrap();
        let body = json!(claims()).to_string();
        let public = keys.jwks(now())["keys"][0]["x"].as_str().unwrap().to_owned();
        for secret in [public.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(&public).unwrap()] {
            let header = json!({ "typ": "at+jwt", "alg": "HS256", "kid": kid }).to_string();
            assert!(!passes(&keys, &forge(&header, &body, &EncodingKey::from_secret(&secret), Algorithm::HS256)));
        }
        for algorithm in ["none", "None", "eddsa", "EdDSA ", "Ed25519", ""] {
            let header = json!({ "typ": "at+jwt", "alg": algorithm, "kid": kid }).to_string();
            let signed = forge_ours(&keys, &header, &body);
            assert!(!passes(&keys, &signed), "{algorithm}");
            let unsigned = signed.rsplit_once('.').unwrap().0;
            assert!(!passes(&keys, &format!("{unsigned}.")) && !passes(&keys, unsigned), "{algorithm}");
        }
    }

    #[test]
    fn other_keys_are_refused() {
        let (ours, theirs) = (keys(), keys());
        let body = json!(claims()).to_string();
        let under_our_name = forge_ours(&theirs, &header(&ours).to_string(), &body);
        assert!(!passes(&ours, &under_our_name));
        assert!(!passes(&ours, &sign(&claims(), &theirs, now()).unwrap()));
        let mut nameless = header(&ours);
        nameless.as_object_mut().unwrap().remove("kid");
        assert!(!passes(&ours, &forge_ours(&ours, &nameless.to_string(), &body)));
    }

    #[test]
    fn a_key_verifies_until_it_expires() {
        let keys = key_set(&[
            (now() - Duration::days(40), Some(now() + Duration::minutes(1))),
            (now() - Duration::days(1), None),
        ]);
        let old = keys.jwks(now())["keys"][0]["kid"].as_str().unwrap().to_owned();
        assert_ne!(keys.signing(now()).unwrap().0, old);
        let header = json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": old }).to_string();
        let token = forge(
            &header,
            &json!(claims()).to_string(),
            keys.signing(now() - Duration::days(2)).unwrap().1,
            Algorithm::EdDSA,
        );
        assert!(verify(&token, &keys, ISSUER, now()).is_some());
        assert!(verify(&token, &keys, ISSUER, now() + Duration::minutes(1)).is_none());
    }

    #[test]
    fn headers_with_more_than_ours_or_anything_twice_are_refused() {
        let keys = keys();
        let body = json!(claims()).to_string();
        for (name, value) in [
            ("crit", json!(["exp"])),
            ("jwk", json!({ "kty": "OKP" })),
            ("jku", json!("https://evil.example/jwks.json")),
            ("x5u", json!("https://evil.example/x.pem")),
            ("x5c", json!([])),
            ("b64", json!(false)),
            ("zip", json!("DEF")),
        ] {
            let mut header = header(&keys);
            header[name] = value;
            assert!(!passes(&keys, &forge_ours(&keys, &header.to_string(), &body)), "{name}");
        }
        let twice = header(&keys).to_string().replacen('{', r#"{"alg":"EdDSA","#, 1);
        assert!(!passes(&keys, &forge_ours(&keys, &twice, &body)));
    }

    #[test]
    fn claims_that_do_not_hold_are_refused() {
        let keys = keys();
        let at = now().timestamp();
        let wrong = [
            ("expired", with(|claims| (claims.iat, claims.exp) = (at - 930, at - 30))),
            ("not yet valid", with(|claims| claims.nbf = Some(at + 31))),
            ("from the future", with(|claims| (claims.iat, claims.exp) = (at + 86_400, at + 87_300))),
            ("issued after its end", with(|claims| claims.iat = at + 901)),
            ("another issuer", with(|claims| claims.iss = format!("{ISSUER}/"))),
            ("another audience", with(|claims| claims.aud = "https://other.example".into())),
            ("without a name", with(|claims| claims.jti.clear())),
            ("far times", with(|claims| (claims.iat, claims.exp) = (i64::MIN, i64::MIN))),
        ];
        for (what, claims) in wrong {
            assert!(!passes(&keys, &sign(&claims, &keys, now()).unwrap()), "{what}");
        }
        let right = [
            with(|claims| (claims.iat, claims.exp) = (at - 929, at - 29)),
            with(|claims| claims.nbf = Some(at + 30)),
            with(|claims| (claims.iat, claims.exp) = (at + 600, at + 1_500)),
            with(|claims| claims.exp = i64::MAX),
        ];
        for claims in right {
            assert!(passes(&keys, &sign(&claims, &keys, now()).unwrap()), "{claims:?}");
        }
    }

    #[test]
    fn claims_that_are_missing_twice_there_or_of_another_type_are_refused() {
        let keys = keys();
        let header = header(&keys).to_string();
        for name in ["iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti"] {
            let mut claims = json!(claims());
            claims.as_object_mut().unwrap().remove(name);
            assert!(!passes(&keys, &forge_ours(&keys, &header, &claims.to_string())), "{name}");
        }
        let good = json!(claims()).to_string();
        for more in [r#"{"sub":"staff:1","#, r#"{"exp":9999999999,"#, r#"{"cnf":{},"#] {
            assert!(!passes(&keys, &forge_ours(&keys, &header, &good.replacen('{', more, 1))), "{more}");
        }
        for (name, value) in [
            ("aud", json!([ISSUER])),
            ("exp", json!("9999999999")),
            ("exp", json!(9.9e9)),
            ("exp", Value::Null),
            ("iat", json!(u64::MAX)),
            ("jti", json!(1)),
        ] {
            let mut claims = json!(claims());
            claims[name] = value;
            assert!(!passes(&keys, &forge_ours(&keys, &header, &claims.to_string())), "{name}");
        }
    }

    #[test]
    fn tokens_of_another_form_are_refused() {
        let keys = keys();
        let token = sign(&claims(), &keys, now()).unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let (head, body) = message.split_once('.').unwrap();
        let long = sign(&with(|claims| claims.scope = "x".repeat(8_000)), &keys, now()).unwrap();
        let other_body = URL_SAFE_NO_PAD.encode(json!(with(|claims| claims.sub = "staff:1".into())).to_string());
        for odd in [
            String::new(),
            ".".into(),
            "..".into(),
            "...".into(),
            "ü.ü.ü".into(),
            long,
            message.into(),
            format!("{message}."),
            format!("{token}."),
            format!("{token}.{signature}"),
            format!("{token}="),
            format!(" {token}"),
            format!("{head}..{signature}"),
            format!("{head}.{other_body}.{signature}"),
            format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode([0; 64])),
        ] {
            assert!(!passes(&keys, &odd), "{odd}");
        }
    }
}
