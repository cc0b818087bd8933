//! Words of API clients for people: their state, grants and scopes, and which customers they see.

use std::fmt::Display;

use leptos::prelude::*;

use crate::auth::tokens::{FAMILY_DAYS, REFRESH_TOKEN_DAYS, TokenKind};
use crate::oauth::{ClientChoices, GrantType};
use crate::shared::permission::{Permission, SCOPE_SHORTHANDS, ScopeInput};
use crate::ui::{Badge, IconName, Tone};

/// Whether a client may obtain and use tokens.
#[component]
pub(super) fn StateBadge(is_active: bool) -> impl IntoView {
    if is_active {
        view! { <Badge tone=Tone::Ok text="Active"/> }.into_any()
    } else {
        view! { <Badge tone=Tone::Warn icon=IconName::Pause text="Deactivated"/> }.into_any()
    }
}

/// `Confidential` or `Public`.
pub(super) fn client_type(is_confidential: bool) -> &'static str {
    if is_confidential { "Confidential" } else { "Public" }
}

/// The kind of access tokens in a word or two.
pub(super) fn token_kind(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Opaque => "opaque tokens",
        TokenKind::Jwt => "JWT",
    }
}

/// For whom a grant is.
pub(super) fn grant_label(grant: GrantType) -> &'static str {
    match grant {
        GrantType::ClientCredentials => "For itself",
        GrantType::AuthorizationCode => "For a person",
        GrantType::RefreshToken => "Again without asking",
    }
}

/// How a grant goes, with its name in RFC 6749.
pub(super) fn grant_meaning(grant: GrantType) -> String {
    let meaning = match grant {
        GrantType::ClientCredentials => {
            "It asks with its secret and acts under its own name; no person takes part.".to_owned()
        }
        GrantType::AuthorizationCode => {
            "It sends a member of staff here, who agrees; then it acts for them, with no more rights than theirs."
                .to_owned()
        }
        GrantType::RefreshToken => format!(
            "Once a person has agreed, it renews its tokens by itself: for {FAMILY_DAYS} days, as long as no \
             {REFRESH_TOKEN_DAYS} days pass between."
        ),
    };
    format!("{meaning} ({})", grant.as_str())
}

/// Grants in words, in the order of the list.
pub(super) fn grants_text(grants: &[GrantType]) -> String {
    let labels = GrantType::ALL.into_iter().filter(|grant| grants.contains(grant)).map(grant_label);
    labels.collect::<Vec<_>>().join(", ")
}

/// What a scope value allows; one of another version stands for itself.
pub(super) fn scope_meaning(name: &str) -> &str {
    let shorthand = SCOPE_SHORTHANDS.iter().find(|(shorthand, _)| *shorthand == name).map(|(_, meaning)| *meaning);
    shorthand.or_else(|| Permission::parse(name).map(Permission::describe)).unwrap_or(name)
}

/// The heading over the permissions for one kind of record; empty stands for the shorthands.
pub(super) fn resource_title(resource: &str) -> String {
    match resource {
        "" => "Much at once".to_owned(),
        "audit" => "Audit log".to_owned(),
        "clients" => "API clients".to_owned(),
        other => {
            let mut letters = other.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
        }
    }
}

/// The partners that a scope covers.
pub(super) fn partners_text(scope: &ScopeInput, choices: &ClientChoices) -> String {
    if scope.all_partners { "Every partner".to_owned() } else { names(&scope.partners, &choices.partners) }
}

/// The locations that a scope covers.
pub(super) fn locations_text(scope: &ScopeInput, choices: &ClientChoices) -> String {
    if scope.all_locations { "Every location".to_owned() } else { names(&scope.locations, &choices.locations) }
}

/// Names of records; the number of one that this person may not see.
fn names<I: PartialEq + Display>(ids: &[I], choices: &[(I, String)]) -> String {
    if ids.is_empty() {
        return "None".to_owned();
    }
    let name = |id: &I| {
        choices.iter().find(|(known, _)| known == id).map_or_else(|| format!("#{id}"), |(_, name)| name.clone())
    };
    let mut names: Vec<String> = ids.iter().map(name).collect();
    names.sort();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::id::PartnerId;

    #[test]
    fn scopes_read_like_words() {
        assert_eq!(scope_meaning("read"), "See everything");
        assert_eq!(scope_meaning("customers.read"), "See customers");
        assert_eq!(scope_meaning("weather.read"), "weather.read");
        assert_eq!(["", "clients", "roles"].map(resource_title), ["Much at once", "API clients", "Roles"]);
    }

    #[test]
    fn who_is_not_among_the_choices_keeps_a_number() {
        let choices = ClientChoices { partners: vec![(PartnerId(1), "Main".to_owned())], ..ClientChoices::default() };
        let scope = ScopeInput { partners: vec![PartnerId(1), PartnerId(7)], ..ScopeInput::default() };
        assert_eq!(partners_text(&scope, &choices), "#7, Main");
        assert_eq!(locations_text(&scope, &choices), "None");
        assert_eq!(partners_text(&ScopeInput::all(), &choices), "Every partner");
    }

    #[test]
    fn grants_keep_their_order() {
        let grants = [GrantType::RefreshToken, GrantType::AuthorizationCode];
        assert_eq!(grants_text(&grants), "For a person, Again without asking");
    }
}
