//! Which members of staff a list shows; all of it is in the URL.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::location::Url;

use crate::shared::text::squeezed;
use crate::staff::StaffMember;
use crate::ui::{Badge, IconName, Tone};

/// The address of the list.
pub(super) const PATH: &str = "/staff";

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// They can sign in.
    Active,
    /// They have not chosen a password yet.
    Invited,
    /// They may not sign in.
    Deactivated,
}

impl State {
    /// Every state in its usual order.
    pub(super) const ALL: [Self; 3] = [Self::Active, Self::Invited, Self::Deactivated];

    /// The state of an account.
    pub(super) fn of(member: &StaffMember) -> Self {
        match (member.is_active, member.is_invited) {
            (false, _) => Self::Deactivated,
            (true, true) => Self::Invited,
            (true, false) => Self::Active,
        }
    }

    /// The word in the URL.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Invited => "invited",
            Self::Deactivated => "deactivated",
        }
    }

    /// The word for people.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Invited => "Invited",
            Self::Deactivated => "Deactivated",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Where an account stands, as a badge.
pub(super) fn state_badge(state: State) -> AnyView {
    let (tone, icon) = match state {
        State::Active => (Tone::Ok, IconName::Check),
        State::Invited => (Tone::Info, IconName::Mail),
        State::Deactivated => (Tone::Neutral, IconName::Pause),
    };
    view! { <Badge tone icon text=state.label()/> }.into_any()
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StaffFilter {
    /// Words that must occur in a name, an address or the role.
    pub(super) text: String,
    /// The state, if only one is wanted.
    pub(super) state: Option<State>,
}

impl StaffFilter {
    /// Does it leave anybody out?
    pub(super) fn is_narrowed(&self) -> bool {
        *self != Self::default()
    }

    /// Do all words occur in what is known of the account?
    pub(super) fn has_words_of(&self, member: &StaffMember) -> bool {
        let StaffMember { username, email, full_name, role_name, .. } = member;
        let known = format!("{full_name}\n{username}\n{email}\n{role_name}").to_lowercase();
        self.text.to_lowercase().split(' ').all(|word| known.contains(word))
    }

    /// Is the account to be shown?
    pub(super) fn shows(&self, member: &StaffMember) -> bool {
        self.state.is_none_or(|state| state == State::of(member)) && self.has_words_of(member)
    }

    /// The list with this filter.
    pub(super) fn href(&self) -> String {
        let text = (!self.text.is_empty()).then(|| format!("q={}", Url::escape(&self.text)));
        let state = self.state.map(|state| format!("state={}", state.as_str()));
        let query = text.into_iter().chain(state).collect::<Vec<_>>().join("&");
        if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
    }
}

/// The filter in the URL; what it does not know is left out.
pub(super) fn use_staff_filter() -> Memo<StaffFilter> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| StaffFilter {
            text: squeezed(query.get_str("q").unwrap_or_default()),
            state: query.get_str("state").and_then(State::parse),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::id::StaffId;
    use chrono::DateTime;

    fn ada() -> StaffMember {
        StaffMember {
            id: StaffId(1),
            username: "ada.l".into(),
            email: "ada@example.net".into(),
            full_name: "Ada Lovelace".into(),
            role: "manager".into(),
            role_name: "Manager".into(),
            is_active: true,
            is_invited: false,
            has_second_factor: false,
            last_sign_in_at: None,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    fn filter(text: &str, state: Option<State>) -> StaffFilter {
        StaffFilter { text: text.into(), state }
    }

    #[test]
    fn every_word_must_occur_somewhere() {
        for found in ["", "LOVE", "ada manager", "example.net lace"] {
            assert!(filter(found, None).shows(&ada()), "{found}");
        }
        assert!(!filter("ada engineer", None).shows(&ada()));
    }

    #[test]
    fn whoever_is_deactivated_is_no_longer_invited() {
        let gone = StaffMember { is_active: false, is_invited: true, ..ada() };
        assert_eq!(State::of(&gone), State::Deactivated);
        assert!(!filter("", Some(State::Invited)).shows(&gone));
    }

    #[test]
    fn the_filter_is_in_the_address() {
        assert_eq!(filter("", None).href(), "/staff");
        assert_eq!(filter("", Some(State::Invited)).href(), "/staff?state=invited");
        assert_eq!(filter("ada l", Some(State::Active)).href(), "/staff?q=ada%20l&state=active");
    }
}
