//! The rules of a family: what a refresh token is good for, whoever shows it and however often.

use chrono::{DateTime, Utc};

use crate::shared::id::OAuthClientId;
use crate::shared::permission::{scope_permissions, scopes_permissions};

/// All that decides what showing a refresh token leads to.
#[derive(Clone, Copy, Debug)]
pub(super) struct RefreshState {
    /// The client of the family; `None` for the token pair of a member of staff.
    pub client: Option<OAuthClientId>,
    pub is_used: bool,
    pub expires_at: DateTime<Utc>,
    pub family_is_revoked: bool,
    pub family_expires_at: DateTime<Utc>,
}

/// What showing a refresh token leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Redemption {
    /// New tokens; this one is used up.
    Grant,
    /// Two hold the same token, one of them a thief: the family ends.
    Reuse,
    /// Nothing, and nothing changes.
    Refuse,
}

impl RefreshState {
    /// Decides for the client that shows the token. Another client's token is not its to use up or to end,
    /// so that comes first.
    pub(super) fn redemption(&self, client: Option<OAuthClientId>, now: DateTime<Utc>) -> Redemption {
        if client != self.client || self.family_is_revoked || self.family_expires_at <= now {
            Redemption::Refuse
        } else if self.is_used {
            Redemption::Reuse
        } else if self.expires_at <= now {
            Redemption::Refuse
        } else {
            Redemption::Grant
        }
    }
}

/// The scope of a new access token: what was granted, or the part of it that is asked for (RFC 6749 §6);
/// `None` when something else is asked for, or nothing.
pub(super) fn narrowed(granted: &str, requested: Option<&str>) -> Option<String> {
    let Some(requested) = requested else { return Some(granted.to_owned()) };
    let permissions = scopes_permissions(granted);
    let mut values: Vec<&str> = Vec::new();
    for value in requested.split_ascii_whitespace() {
        if !permissions.contains(scope_permissions(value)?) {
            return None;
        }
        if !values.contains(&value) {
            values.push(value);
        }
    }
    (!values.is_empty()).then(|| values.join(" "))
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use proptest::prelude::*;

    use super::*;

    const OURS: Option<OAuthClientId> = Some(OAuthClientId(1));

    /// A family as it is stored, on which the rules are tried.
    struct Family {
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
        is_revoked: bool,
        tokens: Vec<(bool, DateTime<Utc>)>,
    }

    impl Family {
        fn begin() -> Self {
            let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
            let mut family = Self { now, expires_at: now + Duration::days(90), is_revoked: false, tokens: Vec::new() };
            family.add();
            family
        }

        fn add(&mut self) {
            self.tokens.push((false, (self.now + Duration::days(30)).min(self.expires_at)));
        }

        fn redeem(&mut self, token: usize, client: Option<OAuthClientId>) -> Redemption {
            let (is_used, expires_at) = self.tokens[token];
            let (family_is_revoked, family_expires_at) = (self.is_revoked, self.expires_at);
            let state = RefreshState { client: OURS, is_used, expires_at, family_is_revoked, family_expires_at };
            let redemption = state.redemption(client, self.now);
            match redemption {
                Redemption::Grant => {
                    self.tokens[token].0 = true;
                    self.add();
                }
                Redemption::Reuse => self.is_revoked = true,
                Redemption::Refuse => {}
            }
            redemption
        }

        fn living(&self) -> usize {
            self.tokens.iter().filter(|(is_used, _)| !is_used).count()
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        /// Shows the token that was issued so many tokens before the last.
        Redeem {
            back: usize,
            client: Option<OAuthClientId>,
        },
        Revoke,
        Wait {
            hours: i64,
        },
    }

    fn step() -> impl Strategy<Value = Step> {
        let client = prop_oneof![6 => Just(OURS), 1 => Just(Some(OAuthClientId(2))), 1 => Just(None::<OAuthClientId>)];
        prop_oneof![
            12 => (prop_oneof![8 => Just(0_usize), 1 => 1_usize..4], client)
                .prop_map(|(back, client)| Step::Redeem { back, client }),
            1 => Just(Step::Revoke),
            6 => (0_i64..24 * 40).prop_map(|hours| Step::Wait { hours }),
        ]
    }

    proptest! {
        #[test]
        fn a_family_grants_once_a_token_and_never_after_its_end(steps in prop::collection::vec(step(), 1..60)) {
            let mut family = Family::begin();
            let mut over = false;
            for step in steps {
                match step {
                    Step::Wait { hours } => family.now += Duration::hours(hours),
                    Step::Revoke => {
                        family.is_revoked = true;
                        over = true;
                    }
                    Step::Redeem { back, client } => {
                        let token = family.tokens.len().saturating_sub(1 + back);
                        let (was_used, expires_at) = family.tokens[token];
                        let before = (family.tokens.clone(), family.is_revoked);
                        let redemption = family.redeem(token, client);
                        if client != OURS || over || family.now >= family.expires_at {
                            prop_assert_eq!(redemption, Redemption::Refuse);
                        } else if was_used {
                            prop_assert_eq!(redemption, Redemption::Reuse);
                        } else {
                            prop_assert_eq!(redemption == Redemption::Grant, family.now < expires_at);
                        }
                        if redemption == Redemption::Refuse {
                            prop_assert_eq!(before, (family.tokens.clone(), family.is_revoked));
                        }
                        over |= redemption == Redemption::Reuse;
                    }
                }
                prop_assert_eq!(family.living(), 1);
                prop_assert!(family.tokens.iter().all(|(_, expires_at)| *expires_at <= family.expires_at));
            }
        }
    }

    #[test]
    fn a_scope_can_only_become_narrower() {
        assert_eq!(narrowed("read", None).as_deref(), Some("read"));
        assert_eq!(narrowed("read", Some("customers.read  customers.read")).as_deref(), Some("customers.read"));
        assert_eq!(narrowed("admin", Some("write read")).as_deref(), Some("write read"));
        for (granted, requested) in [
            ("read", "write"),
            ("customers.read", "read"),
            ("admin", "nonsense"),
            ("admin", "customers.read openid"),
            ("admin", " "),
        ] {
            assert_eq!(narrowed(granted, Some(requested)), None, "{granted}: {requested}");
        }
    }
}
