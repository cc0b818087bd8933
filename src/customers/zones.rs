//! Days where the customer is.

use chrono::{DateTime, NaiveDate, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

/// The day that it is in a time zone; an unknown zone counts as UTC.
pub(super) fn local_today(zone_name: &str, now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&zone(zone_name)).date_naive()
}

/// The moment a day begins in a time zone; where clocks leap over midnight, the first moment there is.
pub(super) fn day_start(zone_name: &str, day: NaiveDate) -> DateTime<Utc> {
    let zone = zone(zone_name);
    let midnight = day.and_time(NaiveTime::MIN);
    if let Some(begin) = zone.from_local_datetime(&midnight).earliest() {
        return begin.to_utc();
    }
    // Before the leap the offset is that of the evening before: with it, midnight is the moment of the leap.
    let before = zone.offset_from_utc_datetime(&(midnight - chrono::TimeDelta::hours(24))).fix();
    before.from_local_datetime(&midnight).earliest().map_or_else(|| midnight.and_utc(), |begin| begin.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_day_begins_where_the_customer_is() {
        assert_eq!(day_start("Pacific/Auckland", day("2026-06-01")).to_rfc3339(), "2026-05-31T12:00:00+00:00");
        assert_eq!(day_start("America/Los_Angeles", day("2026-06-01")).to_rfc3339(), "2026-06-01T07:00:00+00:00");
        assert_eq!(day_start("Nowhere/At_all", day("2026-06-01")).to_rfc3339(), "2026-06-01T00:00:00+00:00");
    }

    #[test]
    fn a_midnight_that_is_leapt_over_begins_with_the_leap() {
        // Clocks in Beirut went from 23:59 to 01:00 in the night to 2021-03-28.
        assert_eq!(day_start("Asia/Beirut", day("2021-03-28")).to_rfc3339(), "2021-03-27T22:00:00+00:00");
    }

    #[test]
    fn today_depends_on_the_zone() {
        let now = "2026-06-01T09:00:00Z".parse().expect("a time");
        assert_eq!(local_today("Pacific/Kiritimati", now), day("2026-06-01"));
        assert_eq!(local_today("Pacific/Pago_Pago", now), day("2026-05-31"));
    }
}
