//! How failures of one account or one address add up, and when they lock it.
//!
//! Failures drain away one by one (a leaky bucket), so a burst locks at once, a patient guesser gets a
//! hundred tries a day, and the owner is back within a quarter of an hour of the last failure.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};

use crate::settings::SignInSettings;

/// Failures that an account can collect in a day at most (spec: Promises → guessing).
const DAILY_FAILURES: i64 = 100;

/// What is being throttled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ThrottleKind {
    /// A name, whether or not an account has it.
    Account,
    /// The address where the tries come from.
    Address,
}

impl ThrottleKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Address => "address",
        }
    }
}

/// The failures that have not drained away yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, crate::database::FromRow)]
pub(super) struct Throttle {
    pub failures: i64,
    /// Since when they drain.
    pub window_started_at: DateTime<Utc>,
    pub locked_until: Option<DateTime<Utc>>,
}

impl Throttle {
    /// Seconds until a try is heard again; `None` when it is heard now.
    pub(super) fn wait(&self, now: DateTime<Utc>) -> Option<u32> {
        let left = (self.locked_until? - now).num_milliseconds();
        (left > 0).then(|| u32::try_from((left + 999) / 1000).unwrap_or(u32::MAX))
    }

    /// One failure more. Only for tries that were heard: what fails while locked does not count.
    pub(super) fn after_failure(self, now: DateTime<Utc>, limits: &SignInSettings) -> Self {
        let interval = interval(limits);
        let drained = ((now - self.window_started_at).num_seconds() / interval.num_seconds()).max(0);
        let left = (self.failures - drained).max(0);
        let window_started_at = match left {
            0 => now,
            _ => self.window_started_at + Duration::seconds(interval.num_seconds() * drained),
        };
        let locked_until = (left + 1 >= limits.max_failures).then(|| now + interval);
        Self { failures: left + 1, window_started_at, locked_until }
    }

    /// One request more, of `max` in an hour from the first on. Errors: the seconds until that hour is over.
    pub(super) fn after_request(self, now: DateTime<Utc>, max: i64) -> Result<Self, u32> {
        let left = (self.window_started_at + Duration::hours(1) - now).num_seconds();
        if left <= 0 {
            return Ok(Self { failures: 1, window_started_at: now, locked_until: None });
        }
        if self.failures >= max {
            return Err(u32::try_from(left).unwrap_or(u32::MAX));
        }
        Ok(Self { failures: self.failures + 1, ..self })
    }
}

/// How long a lock lasts and one failure takes to drain: the setting, or longer where it would allow more
/// failures a day than promised.
fn interval(limits: &SignInSettings) -> Duration {
    let spare = (DAILY_FAILURES - limits.max_failures).max(1);
    Duration::minutes(limits.lock_minutes.max(24 * 60 / spare).max(1))
}

/// The key under which an address is counted: IPv6 by /64, since one customer owns all of it.
pub fn address_key(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn untouched() -> Throttle {
        Throttle { failures: 0, window_started_at: start(), locked_until: None }
    }

    fn failed(times: i64) -> Throttle {
        (0..times).fold(untouched(), |throttle, _| throttle.after_failure(start(), &SignInSettings::default()))
    }

    #[test]
    fn the_fifth_failure_locks_for_a_quarter_of_an_hour() {
        assert_eq!(failed(4).wait(start()), None);
        assert_eq!(failed(5).wait(start()), Some(900));
        assert_eq!(failed(5).wait(start() + Duration::seconds(899)), Some(1));
        assert_eq!(failed(5).wait(start() + Duration::minutes(15)), None);
    }

    #[test]
    fn a_quiet_hour_gives_four_tries_back() {
        let later = start() + Duration::hours(1);
        let limits = SignInSettings::default();
        let throttle = (0..3).fold(failed(5), |throttle, _| throttle.after_failure(later, &limits));
        assert_eq!(throttle.wait(later), None);
        assert_eq!(throttle.after_failure(later, &limits).wait(later), Some(900));
    }

    #[test]
    fn a_tireless_guesser_gets_a_hundred_tries_a_day() {
        for limits in [
            SignInSettings::default(),
            SignInSettings { max_failures: 10, lock_minutes: 1, ..SignInSettings::default() },
        ] {
            let (mut throttle, mut failures) = (untouched(), 0);
            for second in 0..24 * 60 * 60 {
                let now = start() + Duration::seconds(second);
                if throttle.wait(now).is_none() {
                    throttle = throttle.after_failure(now, &limits);
                    failures += 1;
                }
            }
            assert!((90..=100).contains(&failures), "{failures}");
        }
    }

    #[test]
    fn a_clock_that_goes_back_does_no_harm() {
        let before = start() - Duration::minutes(10);
        assert_eq!(failed(3).after_failure(before, &SignInSettings::default()).failures, 4);
    }

    #[test]
    fn an_hour_has_room_for_so_many_requests() {
        let third = (0..3).try_fold(untouched(), |throttle, _| throttle.after_request(start(), 3)).unwrap();
        assert_eq!(third.after_request(start() + Duration::minutes(10), 3), Err(3000));
        let later = third.after_request(start() + Duration::hours(1), 3).unwrap();
        assert_eq!((later.failures, later.window_started_at), (1, start() + Duration::hours(1)));
    }

    #[test]
    fn addresses_of_one_network_share_a_key() {
        assert_eq!(address_key("2001:db8:1:2:3::4"), address_key("2001:db8:1:2:ffff::1"));
        assert_ne!(address_key("2001:db8:1:2::1"), address_key("2001:db8:1:3::1"));
        assert_eq!(address_key("::ffff:192.0.2.7"), "192.0.2.7");
        assert_ne!(address_key("192.0.2.7"), address_key("192.0.2.8"));
    }
}
