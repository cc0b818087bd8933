//! What can happen at the door: the one list, with its names on the wire and for people.

macro_rules! events {
    ($($name:ident = $text:literal, $label:literal;)*) => {
        /// What can happen at the door.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AuthEvent { $(#[doc = $label] $name,)* }

        impl AuthEvent {
            /// Every event there is, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name on the wire: `sign_in_failed`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The event for people.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label),* }
            }

            /// The action in the audit log: `auth.sign_in_failed`.
            pub fn action(self) -> &'static str {
                match self { $(Self::$name => concat!("auth.", $text)),* }
            }

            /// Reads a name such as `sign_in_failed`.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

events! {
    SignIn = "sign_in", "Signed in";
    CodeAwaited = "code_awaited", "Password right, code awaited";
    SignInFailed = "sign_in_failed", "Wrong user name or password";
    Locked = "locked", "Locked after too many failures";
    SignOut = "sign_out", "Signed out";
    SetUp = "set_up", "First administrator created";
    SecondFactorFailed = "second_factor_failed", "Wrong code";
    RecoveryCodeUsed = "recovery_code_used", "Recovery code used";
    SecondFactorEnabled = "second_factor_enabled", "Second factor set up";
    SecondFactorRemoved = "second_factor_removed", "Second factor removed";
    SecondFactorReset = "second_factor_reset", "Second factor reset by an administrator";
    RecoveryCodesMade = "recovery_codes_made", "New recovery codes made";
    PasswordChanged = "password_changed", "Password changed";
    PasswordResetRequested = "password_reset_requested", "Link to reset the password asked for";
    PasswordReset = "password_reset", "Password reset by a link";
    PasswordSetByAdministrator = "password_set_by_administrator", "Password set by an administrator";
    InvitationSent = "invitation_sent", "Invitation sent";
    InvitationAccepted = "invitation_accepted", "Invitation accepted";
    SessionEnded = "session_ended", "Session ended";
    Unlocked = "unlocked", "Unlocked by an administrator";
    TokenIssued = "token_issued", "Token issued";
    TokenRefreshed = "token_refreshed", "Token refreshed";
    RefreshReused = "refresh_reused", "Refresh token used twice";
    TokenRevoked = "token_revoked", "Token revoked";
    ClientFailed = "client_failed", "API client could not prove itself";
    ConsentGranted = "consent_granted", "Access for an application granted";
    ConsentRefused = "consent_refused", "Access for an application refused";
}

impl AuthEvent {
    /// Did what was tried succeed?
    pub fn is_success(self) -> bool {
        !matches!(
            self,
            Self::SignInFailed
                | Self::Locked
                | Self::SecondFactorFailed
                | Self::RefreshReused
                | Self::ClientFailed
                | Self::ConsentRefused
        )
    }

    /// Was the one whom the event is about really there? Else somebody used the name, or had nothing but the
    /// password, or an administrator acted.
    pub fn is_proven(self) -> bool {
        let is_open = matches!(self, Self::PasswordResetRequested | Self::CodeAwaited);
        let is_refusal = !self.is_success() && self != Self::ConsentRefused;
        !(is_open || is_refusal || self.is_by_administrator())
    }

    /// Something that an administrator does to somebody else.
    pub fn is_by_administrator(self) -> bool {
        matches!(
            self,
            Self::SecondFactorReset | Self::PasswordSetByAdministrator | Self::InvitationSent | Self::Unlocked
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_differ() {
        for event in AuthEvent::ALL {
            assert_eq!(AuthEvent::parse(event.as_str()), Some(*event));
            assert_eq!(event.action(), format!("auth.{}", event.as_str()));
        }
        assert_eq!(AuthEvent::parse("no_such_event"), None);
    }

    #[test]
    fn a_name_that_was_only_typed_proves_nobody() {
        for event in [
            AuthEvent::SignInFailed,
            AuthEvent::CodeAwaited,
            AuthEvent::PasswordResetRequested,
            AuthEvent::PasswordSetByAdministrator,
            AuthEvent::Unlocked,
        ] {
            assert!(!event.is_proven(), "{event:?}");
        }
        for event in [AuthEvent::SignIn, AuthEvent::ConsentRefused, AuthEvent::TokenIssued] {
            assert!(event.is_proven(), "{event:?}");
        }
    }
}
