//! The rules of what a client is made of; every wrong field at once.

use super::model::{ClientInput, GrantType};
use super::protocol::distinct;
use super::redirect::redirect_uri_flaw;
use crate::shared::permission::{ScopeInput, scope_permissions};
use crate::shared::problem::Problem;
use crate::shared::validation::Checks;

/// Redirect URIs of one client at most.
const MAX_REDIRECT_URIS: usize = 10;

impl ClientInput {
    /// Tidied and checked. Errors: `Invalid` with every wrong field.
    pub(super) fn checked(self) -> Result<Self, Problem> {
        let mut checks = Checks::default();
        let name = checks.required("name", Some(&self.name), 100);
        let description = checks.optional("description", Some(&self.description), 500).unwrap_or_default();
        let grants = checked_grants(&mut checks, &self);
        let redirect_uris = checked_redirect_uris(&mut checks, &self);
        let scopes = checked_scopes(&mut checks, &self.scopes);
        checks.finish()?;
        Ok(Self { name, description, grants, redirect_uris, scopes, scope: tidied(self.scope), ..self })
    }

    fn has(&self, grant: GrantType) -> bool {
        self.grants.iter().any(|name| name.trim() == grant.as_str())
    }
}

fn checked_grants(checks: &mut Checks, input: &ClientInput) -> Vec<String> {
    let mut given = input.grants.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).peekable();
    if given.peek().is_none() {
        checks.add("grants", "required", "Please choose how the client may obtain tokens.");
    }
    if given.any(|name| GrantType::parse(name).is_none()) {
        checks.add("grants", "unknown", "There are client_credentials, authorization_code and refresh_token.");
    }
    if input.has(GrantType::ClientCredentials) && !input.is_confidential {
        checks.add("grants", "needs_secret", "Only a client with a secret can act for itself.");
    }
    if input.has(GrantType::RefreshToken) && !input.has(GrantType::AuthorizationCode) {
        checks.add("grants", "needs_code", "Refresh tokens come with authorization codes only.");
    }
    GrantType::ALL.into_iter().filter(|grant| input.has(*grant)).map(|grant| grant.as_str().to_owned()).collect()
}

fn checked_redirect_uris(checks: &mut Checks, input: &ClientInput) -> String {
    let lines = input.redirect_uris.lines().map(str::trim).filter(|line| !line.is_empty());
    let uris = distinct(lines.map(str::to_owned));
    if uris.is_empty() && input.has(GrantType::AuthorizationCode) {
        checks.add("redirect_uris", "required", "Authorization codes need an address to be sent to.");
    }
    if uris.len() > MAX_REDIRECT_URIS {
        checks.add("redirect_uris", "too_many", format!("At most {MAX_REDIRECT_URIS} addresses."));
    }
    for (i, uri) in uris.iter().enumerate() {
        if let Some(flaw) = redirect_uri_flaw(uri) {
            checks.add("redirect_uris", "invalid", format!("Address {}: {flaw}", i + 1));
        }
    }
    uris.join("\n")
}

fn checked_scopes(checks: &mut Checks, scopes: &[String]) -> Vec<String> {
    let scopes = distinct(scopes.iter().map(|scope| scope.trim().to_owned()).filter(|scope| !scope.is_empty()));
    if scopes.is_empty() {
        checks.add("scopes", "required", "Please choose what the client may ask for.");
    }
    if scopes.iter().any(|scope| scope_permissions(scope).is_none()) {
        checks.add("scopes", "unknown", "There are permissions and the shorthands read, write and admin.");
    }
    scopes
}

fn tidied(mut scope: ScopeInput) -> ScopeInput {
    if scope.all_partners {
        scope.partners.clear();
    }
    if scope.all_locations {
        scope.locations.clear();
    }
    scope.partners.sort_unstable();
    scope.partners.dedup();
    scope.locations.sort_unstable();
    scope.locations.dedup();
    scope
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> ClientInput {
        ClientInput {
            name: "  Billing  export ".into(),
            is_confidential: true,
            grants: vec!["client_credentials".into()],
            scopes: vec!["customers.read".into(), "customers.read".into()],
            scope: ScopeInput::all(),
            ..ClientInput::default()
        }
    }

    fn codes(input: ClientInput) -> Vec<(String, String)> {
        let errors = input.checked().err().map(|problem| problem.errors().to_vec()).unwrap_or_default();
        errors.into_iter().map(|error| (error.field, error.code)).collect()
    }

    fn named(wrong: &[(&str, &str)]) -> Vec<(String, String)> {
        wrong.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
    }

    #[test]
    fn a_client_is_tidied() {
        let checked = machine().checked().unwrap();
        assert_eq!(checked.name, "Billing export");
        assert_eq!(checked.scopes, ["customers.read"]);
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = named(&[("name", "required"), ("grants", "required"), ("scopes", "required")]);
        assert_eq!(codes(ClientInput::default()), wrong);
        let bad = ClientInput {
            name: "x".repeat(101),
            grants: vec!["password".into(), "authorization_code".into()],
            scopes: vec!["everything".into()],
            ..ClientInput::default()
        };
        let wrong =
            named(&[("name", "too_long"), ("grants", "unknown"), ("redirect_uris", "required"), ("scopes", "unknown")]);
        assert_eq!(codes(bad), wrong);
    }

    #[test]
    fn grants_fit_together() {
        let public = ClientInput { is_confidential: false, ..machine() };
        assert_eq!(codes(public), named(&[("grants", "needs_secret")]));
        let refresh = ClientInput { grants: vec!["refresh_token".into()], ..machine() };
        assert_eq!(codes(refresh), named(&[("grants", "needs_code")]));
        let app = ClientInput {
            is_confidential: false,
            grants: vec!["refresh_token".into(), "authorization_code".into()],
            redirect_uris: "\r\n https://app.example.net/back \r\ncom.example.app:/back\n".into(),
            ..machine()
        };
        let app = app.checked().unwrap();
        assert_eq!(app.grants, ["authorization_code", "refresh_token"]);
        assert_eq!(app.redirect_uris, "https://app.example.net/back\ncom.example.app:/back");
    }

    #[test]
    fn addresses_are_few_and_each_is_checked() {
        let many: Vec<String> = (0..11).map(|i| format!("https://app.example.net/{i}")).collect();
        let input = ClientInput { redirect_uris: many.join("\n"), ..machine() };
        assert_eq!(codes(input), named(&[("redirect_uris", "too_many")]));
        let input = ClientInput { redirect_uris: "https://a.example/\nhttp://b.example/".into(), ..machine() };
        assert_eq!(codes(input), named(&[("redirect_uris", "invalid")]));
    }
}
