//! How many failures of clients are written down: strangers must not make the log grow without end.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::auth::address_key;
use crate::shared::actor::Origin;

/// Failures of one address that are written down in a minute; the others are answered alike.
const A_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// Addresses that are kept without looking who is quiet.
const MANY: usize = 10_000;

/// The counters of this process; cheap to clone.
#[derive(Clone)]
pub(super) struct Failures(Arc<DefaultKeyedRateLimiter<String>>);

impl Default for Failures {
    fn default() -> Self {
        Self(Arc::new(RateLimiter::keyed(Quota::per_minute(A_MINUTE))))
    }
}

impl fmt::Debug for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failures").finish_non_exhaustive()
    }
}

impl Failures {
    /// Counts a failure; is it to be written down?
    pub(super) fn count(&self, origin: &Origin) -> bool {
        if self.0.len() > MANY {
            self.0.retain_recent();
        }
        let address = origin.address.as_deref().map(address_key).unwrap_or_default();
        self.0.check_key(&address).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_of_an_address_are_written_down() {
        let failures = Failures::default();
        let from = |address: &str| Origin { address: Some(address.to_owned()), ..Origin::default() };
        let written = (0..50).filter(|i| failures.count(&from(&format!("2001:db8:1:2::{i}")))).count();
        assert_eq!(written, 10, "all of one network");
        assert!(failures.count(&from("2001:db8:1:3::1")));
    }
}
