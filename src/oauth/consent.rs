//! Authorization requests: checked at the endpoint, on the consent page and at the decision, each time anew.

use chrono::Duration;

use super::model::{AuthorizationRequest, Consent, ConsentScope, GrantType};
use super::protocol::{OAuthError, Parameters, consented_scope, is_challenge, is_client_id};
use super::redirect::{destination, with_answer};
use super::repository::{KnownClient, NewCode};
use super::service::OAuthService;
use crate::auth::steps::{AuthEvent, Subject, hold_session, record_event};
use crate::auth::token::{digest, new_token};
use crate::database::DatabaseError;
use crate::shared::actor::{Actor, Proof};
use crate::shared::id::StaffId;
use crate::shared::permission::{Permission, SCOPE_SHORTHANDS, scope_permissions};
use crate::shared::problem::Problem;

/// Seconds that a client has to fetch its tokens (spec: Access → OAuth 2.0).
const CODE_SECONDS: i64 = 60;

/// Why an authorization request is not answered with a code.
pub(super) enum Refusal {
    /// It is not certain whose request it is: only the person is told.
    Person(&'static str),
    /// The client is told, by sending the browser there.
    Client {
        /// Where to, with the answer.
        location: String,
        /// Why, when a person sees it first.
        description: &'static str,
    },
    /// It could not be looked at.
    Failed(Problem),
}

impl From<DatabaseError> for Refusal {
    fn from(error: DatabaseError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Person(text) | Refusal::Client { description: text, .. } => Self::malformed(text),
            Refusal::Failed(problem) => problem,
        }
    }
}

/// A request that a person may be asked about.
struct Checked {
    client: KnownClient,
    redirect_uri: String,
    scope: String,
    code_challenge: String,
}

/// What a person agrees to.
impl OAuthService {
    /// May the request be put before a person? Gives the redirect URI that it will be answered at.
    pub(super) async fn authorize(&self, parameters: &Parameters) -> Result<String, Refusal> {
        if parameters.repeats("client_id") || parameters.repeats("redirect_uri") {
            return Err(Refusal::Person("The application asks twice in one request."));
        }
        let request = request_of(parameters);
        if parameters.repeats_any() {
            let (_, redirect_uri) = self.client_of(&request).await?;
            let error = OAuthError::invalid_request("A parameter is there more than once.");
            // Which of two states is meant nobody knows.
            let state = request.state.as_deref().filter(|_| !parameters.repeats("state"));
            return Err(self.back(&redirect_uri, state, &error));
        }
        Ok(self.check(&request).await?.redirect_uri)
    }

    /// What the request asks the person to agree to. Errors: `Malformed` with the reason, `Forbidden` without
    /// a session or with a second factor still to be set up.
    pub async fn consent(&self, actor: &Actor, request: &AuthorizationRequest) -> Result<Consent, Problem> {
        consenting(actor)?;
        let Checked { client, redirect_uri, scope, .. } = self.check(request).await?;
        let scopes = scope.split_ascii_whitespace().map(|name| ConsentScope {
            name: name.to_owned(),
            description: meaning(name).to_owned(),
            is_held: scope_permissions(name).is_some_and(|set| actor.permissions.contains(set)),
        });
        Ok(Consent {
            client_name: client.name,
            client_description: client.description,
            destination: destination(&redirect_uri),
            scopes: scopes.collect(),
        })
    }

    /// Agrees or refuses; gives the address that the browser takes the answer to. Errors: as [`Self::consent`], and
    /// `Unauthenticated` when the session was ended meanwhile.
    pub async fn decide(&self, actor: &Actor, request: &AuthorizationRequest, allow: bool) -> Result<String, Problem> {
        let staff = consenting(actor)?;
        let checked = self.check(request).await?;
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        hold_session(&mut tx, actor).await?;
        let code = if allow { Some(format!("ispc_{}", new_token()?)) } else { None };
        if let Some(code) = &code {
            let code = NewCode {
                code_hash: &digest(code),
                client: checked.client.id,
                staff,
                redirect_uri: &checked.redirect_uri,
                scope: &checked.scope,
                code_challenge: &checked.code_challenge,
                expires_at: now + Duration::seconds(CODE_SECONDS),
            };
            tx.oauth().insert_code(&code).await?;
        }
        let event = if allow { AuthEvent::ConsentGranted } else { AuthEvent::ConsentRefused };
        let (client_id, name, origin) = (Some(checked.client.id), actor.name.as_str(), &actor.origin);
        let subject = Subject { staff_id: Some(staff), client_id, name, origin };
        record_event(&mut tx, &self.audit, now, event, subject).await?;
        tx.commit().await?;
        let answer = code.as_deref().map_or(("error", "access_denied"), |code| ("code", code));
        Ok(self.answer(&checked.redirect_uri, request.state.as_deref(), &[answer]))
    }

    /// Every rule of a request. What is wrong with client or redirect URI comes first: until both are certain,
    /// nothing is sent anywhere.
    async fn check(&self, request: &AuthorizationRequest) -> Result<Checked, Refusal> {
        let (client, redirect_uri) = self.client_of(request).await?;
        let back = |error: &OAuthError| self.back(&redirect_uri, request.state.as_deref(), error);
        if !client.grants.contains(&GrantType::AuthorizationCode) {
            return Err(back(&OAuthError::new("unauthorized_client", "The client may not use this grant.")));
        }
        let code_challenge = checked_challenge(request).map_err(|error| back(&error))?;
        let asked = given(request.scope.as_deref());
        let scope = consented_scope(asked, &client.scopes).map_err(|error| back(&error))?;
        Ok(Checked { client, redirect_uri, scope, code_challenge })
    }

    /// The client and the address that it asks from; only exactly the ones it registered are good.
    async fn client_of(&self, request: &AuthorizationRequest) -> Result<(KnownClient, String), Refusal> {
        let client_id = if is_client_id(&request.client_id) { request.client_id.as_str() } else { "" };
        let found = self.database.read().await?.oauth().find_known(client_id).await?;
        let Some(client) = found.filter(|client| client.is_active) else {
            return Err(Refusal::Person("The application that sent you here is not known."));
        };
        let redirect_uri = match (given(request.redirect_uri.as_deref()), client.redirect_uris.as_slice()) {
            (Some(uri), known) => known.iter().find(|one| *one == uri),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        match redirect_uri.cloned() {
            Some(uri) => Ok((client, uri)),
            None => Err(Refusal::Person("The application wants its answer at an address that it has not registered.")),
        }
    }

    fn back(&self, redirect_uri: &str, state: Option<&str>, error: &OAuthError) -> Refusal {
        let description = error.error_description;
        let answer = [("error", error.error), ("error_description", description)];
        Refusal::Client { location: self.answer(redirect_uri, state, &answer), description }
    }

    /// The redirect URI with an answer, the state as it came, and who answers (RFC 9207).
    fn answer(&self, redirect_uri: &str, state: Option<&str>, answer: &[(&str, &str)]) -> String {
        let mut answer = answer.to_vec();
        answer.extend(given(state).map(|state| ("state", state)));
        answer.push(("iss", self.issuer.as_str()));
        with_answer(redirect_uri, &answer)
    }
}

/// The person in a browser who can agree to something. Errors: `Forbidden`.
fn consenting(actor: &Actor) -> Result<StaffId, Problem> {
    let (staff, _) = actor.require_session()?;
    match actor.proof {
        Proof::Session { must_enrol: true, .. } => Err(Problem::Forbidden { permission: "second-factor".into() }),
        _ => Ok(staff),
    }
}

fn request_of(parameters: &Parameters) -> AuthorizationRequest {
    let get = |name: &str| parameters.get(name).map(str::to_owned);
    AuthorizationRequest {
        response_type: get("response_type").unwrap_or_default(),
        client_id: get("client_id").unwrap_or_default(),
        redirect_uri: get("redirect_uri"),
        scope: get("scope"),
        state: get("state"),
        code_challenge: get("code_challenge"),
        code_challenge_method: get("code_challenge_method"),
    }
}

/// A field of a form without a value is the same as none.
fn given(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}

fn checked_challenge(request: &AuthorizationRequest) -> Result<String, OAuthError> {
    match request.response_type.as_str() {
        "code" => {}
        "" => return Err(OAuthError::invalid_request("response_type is missing.")),
        _ => return Err(OAuthError::new("unsupported_response_type", "There is only code.")),
    }
    let Some(challenge) = given(request.code_challenge.as_deref()) else {
        return Err(OAuthError::invalid_request("code_challenge is missing: PKCE is required (RFC 7636)."));
    };
    if request.code_challenge_method.as_deref() != Some("S256") {
        return Err(OAuthError::invalid_request("code_challenge_method must be S256."));
    }
    if !is_challenge(challenge) {
        return Err(OAuthError::invalid_request("code_challenge is not one of S256."));
    }
    Ok(challenge.to_owned())
}

/// What a scope value allows, for people.
fn meaning(scope: &str) -> &'static str {
    let shorthand = SCOPE_SHORTHANDS.into_iter().find(|(name, _)| *name == scope).map(|(_, meaning)| meaning);
    shorthand.or_else(|| Permission::parse(scope).map(Permission::describe)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(response_type: &str, challenge: Option<&str>, method: Option<&str>) -> Result<String, &'static str> {
        let request = AuthorizationRequest {
            response_type: response_type.into(),
            code_challenge: challenge.map(str::to_owned),
            code_challenge_method: method.map(str::to_owned),
            ..AuthorizationRequest::default()
        };
        checked_challenge(&request).map_err(|error| error.error)
    }

    #[test]
    fn a_request_needs_pkce_with_s256() {
        let good = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(challenge("code", Some(good), Some("S256")), Ok(good.to_owned()));
        assert_eq!(challenge("code", None, Some("S256")), Err("invalid_request"));
        assert_eq!(challenge("code", Some(good), None), Err("invalid_request"));
        assert_eq!(challenge("code", Some(good), Some("plain")), Err("invalid_request"));
        assert_eq!(challenge("code", Some("short"), Some("S256")), Err("invalid_request"));
        assert_eq!(challenge("", Some(good), Some("S256")), Err("invalid_request"));
        assert_eq!(challenge("token", Some(good), Some("S256")), Err("unsupported_response_type"));
    }

    #[test]
    fn every_scope_value_has_a_meaning() {
        assert_eq!(meaning("read"), "See everything");
        assert!(Permission::ALL.iter().all(|permission| !meaning(permission.as_str()).is_empty()));
    }
}
