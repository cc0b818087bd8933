//! The wire of OAuth 2.0: parameters, client credentials, PKCE, scope values and the errors of RFC 6749.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Serialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use crate::database::DatabaseError;
use crate::shared::permission::{PermissionSet, scope_permissions, scopes_permissions};
use crate::shared::problem::Problem;

/// Why an endpoint or a client's redirect gets an error (RFC 6749 §5.2 and §4.1.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct OAuthError {
    /// The code of the standard.
    pub error: &'static str,
    /// A sentence for developers; never what the request said.
    pub error_description: &'static str,
}

impl OAuthError {
    /// An error with the code of the standard and a sentence for developers.
    pub(super) fn new(error: &'static str, error_description: &'static str) -> Self {
        Self { error, error_description }
    }

    pub(super) fn invalid_request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    /// The same for unknown clients, wrong secrets and clients that were deactivated.
    pub(super) fn invalid_client() -> Self {
        Self::new("invalid_client", "Client authentication failed.")
    }

    pub(super) fn invalid_grant() -> Self {
        Self::new("invalid_grant", "The code or token is unknown, used up, over, or was not issued for this request.")
    }

    pub(super) fn invalid_scope() -> Self {
        Self::new("invalid_scope", "The scope is unknown or more than the client may ask for.")
    }

    /// The HTTP status that goes with it.
    pub(super) fn status(&self) -> u16 {
        match self.error {
            "invalid_client" => 401,
            "temporarily_unavailable" => 503,
            "server_error" => 500,
            _ => 400,
        }
    }
}

impl From<Problem> for OAuthError {
    fn from(problem: Problem) -> Self {
        match problem {
            // Whoever the tokens were for may not have them any more.
            Problem::Unauthenticated => Self::invalid_grant(),
            Problem::Unavailable | Problem::RateLimited { .. } => {
                Self::new("temporarily_unavailable", "The server cannot answer now; please try again later.")
            }
            _ => Self::new("server_error", "Something went wrong on the server."),
        }
    }
}

impl From<DatabaseError> for OAuthError {
    fn from(error: DatabaseError) -> Self {
        Problem::from(error).into()
    }
}

/// The parameters of a request. One without a value is the same as none (RFC 6749 §3.1).
pub(super) struct Parameters {
    values: BTreeMap<String, String>,
    repeated: BTreeSet<String>,
}

impl Parameters {
    /// Reads a query or a form.
    pub(super) fn parse(text: &[u8]) -> Self {
        let mut parameters = Self { values: BTreeMap::new(), repeated: BTreeSet::new() };
        for (name, value) in form_urlencoded::parse(text).into_owned() {
            if let Some(earlier) = parameters.values.insert(name.clone(), value) {
                parameters.values.insert(name.clone(), earlier);
                parameters.repeated.insert(name);
            }
        }
        parameters
    }

    /// Errors: `invalid_request` when a parameter is there more than once.
    pub(super) fn once(self) -> Result<Self, OAuthError> {
        if self.repeated.is_empty() {
            Ok(self)
        } else {
            Err(OAuthError::invalid_request("A parameter is there more than once."))
        }
    }

    /// Is the parameter there more than once?
    pub(super) fn repeats(&self, name: &str) -> bool {
        self.repeated.contains(name)
    }

    /// Is any parameter there more than once?
    pub(super) fn repeats_any(&self) -> bool {
        !self.repeated.is_empty()
    }

    /// The value, if there is one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value. Errors: `invalid_request` with the sentence.
    pub(super) fn required(&self, name: &str, otherwise: &'static str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| OAuthError::invalid_request(otherwise))
    }
}

/// By what a client says who it is; a public client has no secret.
#[derive(PartialEq, Eq)]
pub(super) struct ClientCredentials {
    pub client_id: String,
    pub client_secret: Option<String>,
}

impl ClientCredentials {
    /// From the header (`client_secret_basic`) or the form (`client_secret_post`, `none`), never both.
    /// Errors: `invalid_client` when they are missing or unreadable, `invalid_request` when they contradict.
    pub(super) fn of(authorization: Option<&str>, form: &Parameters) -> Result<Self, OAuthError> {
        let (client_id, client_secret) = (form.get("client_id"), form.get("client_secret"));
        let Some(authorization) = authorization else {
            let client_id = client_id.ok_or_else(OAuthError::invalid_client)?.to_owned();
            return Ok(Self { client_id, client_secret: client_secret.map(str::to_owned) });
        };
        let basic = basic_credentials(authorization).ok_or_else(OAuthError::invalid_client)?;
        if client_secret.is_some() || client_id.is_some_and(|other| other != basic.client_id) {
            return Err(OAuthError::invalid_request("The client authenticates in more than one way."));
        }
        Ok(basic)
    }
}

/// Reads `Basic` and the base64 of two form-encoded halves (RFC 6749 §2.3.1).
fn basic_credentials(header: &str) -> Option<ClientCredentials> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (client_id, secret) = text.split_once(':')?;
    Some(ClientCredentials { client_id: form_decoded(client_id)?, client_secret: Some(form_decoded(secret)?) })
}

fn form_decoded(text: &str) -> Option<String> {
    if text.contains(['=', '&']) {
        return None;
    }
    form_urlencoded::parse(text.as_bytes()).next().map(|(decoded, _)| decoded.into_owned())
}

/// Does it have the form of a client id? Nothing else is looked up.
pub(super) fn is_client_id(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Does it have the form of an S256 challenge: SHA-256 in base64url (RFC 7636 §4.2)?
pub(super) fn is_challenge(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|hash| hash.len() == 32)
}

/// Does the verifier belong to the S256 challenge (RFC 7636 §4.6)?
pub(super) fn verifies(verifier: &str, challenge: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_formed = (43..=128).contains(&verifier.len()) && verifier.bytes().all(is_unreserved);
    let computed = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    is_formed && bool::from(computed.as_bytes().ct_eq(challenge.as_bytes()))
}

/// The scope that a client gets for itself: what it asks for, as long as it may have all of it; without a
/// word, everything it may have. Errors: `invalid_scope`.
pub(super) fn requested_scope(asked: Option<&str>, allowed: &[String]) -> Result<String, OAuthError> {
    let Some(asked) = asked else { return Ok(allowed.join(" ")) };
    let limit = permissions_of(allowed);
    let within = |value: &str| scope_permissions(value).is_some_and(|permissions| limit.contains(permissions));
    let values = distinct(asked.split_ascii_whitespace().map(str::to_owned));
    if values.is_empty() || !values.iter().all(|value| within(value)) {
        return Err(OAuthError::invalid_scope());
    }
    Ok(values.join(" "))
}

/// The scope that a person is asked to consent to: what is asked for and the client may have; without a word,
/// everything it may have. Errors: `invalid_scope` when nothing is left.
pub(super) fn consented_scope(asked: Option<&str>, allowed: &[String]) -> Result<String, OAuthError> {
    let Some(asked) = asked else { return Ok(allowed.join(" ")) };
    let limit = permissions_of(allowed);
    let narrowed = |value: &str| match scope_permissions(value) {
        Some(permissions) if limit.contains(permissions) => vec![value.to_owned()],
        Some(permissions) => permissions.intersection(limit).iter().map(|one| one.as_str().to_owned()).collect(),
        None => Vec::new(),
    };
    let values = distinct(asked.split_ascii_whitespace().flat_map(narrowed));
    if values.is_empty() { Err(OAuthError::invalid_scope()) } else { Ok(values.join(" ")) }
}

fn permissions_of(scopes: &[String]) -> PermissionSet {
    scopes_permissions(&scopes.join(" "))
}

/// Each value once, in the order in which they came.
pub(super) fn distinct(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    values.filter(|value| seen.insert(value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Parameters {
        Parameters::parse(text.as_bytes())
    }

    fn given(header: Option<&str>, text: &str) -> Result<(String, Option<String>), &'static str> {
        let credentials = ClientCredentials::of(header, &form(text)).map_err(|error| error.error)?;
        Ok((credentials.client_id, credentials.client_secret))
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn parameters_come_once_and_empty_ones_not_at_all() {
        let parameters = form("a=1&b=&c=x%20y+z");
        assert_eq!((parameters.get("a"), parameters.get("b"), parameters.get("d")), (Some("1"), None, None));
        assert_eq!(parameters.get("c"), Some("x y z"));
        assert!(parameters.once().is_ok());
        let twice = form("a=1&b=2&a=3");
        assert!(twice.repeats("a") && twice.repeats_any() && !twice.repeats("b"));
        assert_eq!(twice.once().map(|_| ()).map_err(|error| error.error), Err("invalid_request"));
    }

    #[test]
    fn the_header_is_decoded_twice() {
        let ada = Ok(("isp_a".to_owned(), Some("isps_b-c".to_owned())));
        assert_eq!(given(Some(&basic("isp_a:isps_b-c")), ""), ada);
        assert_eq!(given(Some(&basic("isp%5Fa:isps_b%2Dc")), ""), ada);
        assert_eq!(given(Some(&basic("isp_a:isps_b-c").replace("Basic", "bAsIc")), ""), ada);
        assert_eq!(given(Some(&basic("a:b:c")), ""), Ok(("a".into(), Some("b:c".into()))));
    }

    #[test]
    fn unreadable_headers_and_two_ways_at_once_are_refused() {
        for bad in ["Basic", "Basic !!", "Bearer abc"] {
            assert_eq!(given(Some(bad), ""), Err("invalid_client"), "{bad}");
        }
        for bad in ["no colon", "a:b&c", ":b", "a:"] {
            assert_eq!(given(Some(&basic(bad)), ""), Err("invalid_client"), "{bad}");
        }
        assert_eq!(given(None, ""), Err("invalid_client"));
        assert_eq!(given(Some(&basic("a:b")), "client_id=a&client_secret=b"), Err("invalid_request"));
        assert_eq!(given(Some(&basic("a:b")), "client_id=c"), Err("invalid_request"));
        assert_eq!(given(Some(&basic("a:b")), "client_id=a"), Ok(("a".into(), Some("b".into()))));
        assert_eq!(given(None, "client_id=a"), Ok(("a".into(), None)));
    }

    #[test]
    fn pkce_as_in_rfc_7636_appendix_b() {
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(verifies(verifier, challenge) && is_challenge(challenge));
        assert!(!verifies(challenge, verifier));
        assert!(!verifies(&verifier[..42], &URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier[..42]))));
        let long = "a".repeat(129);
        assert!(!verifies(&long, &URL_SAFE_NO_PAD.encode(Sha256::digest(&long))));
        let odd = format!("{}!", "a".repeat(43));
        assert!(!verifies(&odd, &URL_SAFE_NO_PAD.encode(Sha256::digest(&odd))));
        assert!(!is_challenge("short") && !is_challenge(&"=".repeat(43)));
    }

    #[test]
    fn a_client_gets_what_it_asks_for_or_nothing() {
        let allowed = ["customers.read".to_owned(), "customers.update".to_owned()];
        let of = |asked| requested_scope(asked, &allowed).ok();
        assert_eq!(of(None).as_deref(), Some("customers.read customers.update"));
        assert_eq!(of(Some("customers.read customers.read")).as_deref(), Some("customers.read"));
        assert_eq!(of(Some("read")), None);
        assert_eq!(of(Some("customers.read staff.read")), None);
        assert_eq!(of(Some("nonsense")), None);
        assert_eq!(of(Some(" ")), None);
        assert_eq!(requested_scope(Some("staff.read"), &["read".to_owned()]).ok().as_deref(), Some("staff.read"));
    }

    #[test]
    fn consent_narrows_to_what_the_client_may_have() {
        let allowed = ["customers.read".to_owned(), "customers.update".to_owned()];
        let of = |asked| consented_scope(asked, &allowed).ok();
        assert_eq!(of(None).as_deref(), Some("customers.read customers.update"));
        assert_eq!(of(Some("read nonsense")).as_deref(), Some("customers.read"));
        assert_eq!(of(Some("staff.read customers.update")).as_deref(), Some("customers.update"));
        assert_eq!(of(Some("staff.read")), None);
        assert_eq!(consented_scope(Some("read"), &["admin".to_owned()]).ok().as_deref(), Some("read"));
    }

    #[test]
    fn errors_have_their_status() {
        assert_eq!(OAuthError::invalid_client().status(), 401);
        assert_eq!(OAuthError::invalid_grant().status(), 400);
        assert_eq!(OAuthError::from(Problem::Unavailable).status(), 503);
        assert_eq!(OAuthError::from(Problem::Internal).status(), 500);
        assert_eq!(OAuthError::from(Problem::Unauthenticated), OAuthError::invalid_grant());
    }
}
