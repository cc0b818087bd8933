//! What the server knows and the browser need not: phone numbers by region, the list of time zones.

use std::sync::Once;

use crate::shared::validation::split_extension;

/// Patterns of phone numbers kept compiled: about four for each region.
const PATTERNS: usize = 1_000;

/// The E.164 form of a number as it was typed, read in the region unless it begins with `+`; `None`
/// when no such number can exist.
pub(super) fn parse_phone(typed: &str, region: &str) -> Option<String> {
    static ROOM: Once = Once::new();
    // The library keeps a hundred compiled patterns; a file from many countries would compile them over and over.
    ROOM.call_once(|| {
        if let Ok(mut cache) = phonenumber::metadata::DATABASE.cache().lock() {
            cache.set_capacity(PATTERNS);
        }
    });
    let (number, _) = split_extension(typed);
    let region = region.parse::<phonenumber::country::Id>().ok();
    let parsed = phonenumber::parse(region, number).ok()?;
    phonenumber::is_valid(&parsed).then(|| parsed.format().mode(phonenumber::Mode::E164).to_string())
}

/// Is it a name of the IANA time zone database?
pub(super) fn zone_exists(name: &str) -> bool {
    name.parse::<chrono_tz::Tz>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_their_region() {
        assert_eq!(parse_phone("22 12 34 56", "NO").as_deref(), Some("+4722123456"));
        assert_eq!(parse_phone("+44 20 7946 0958 x12", "NO").as_deref(), Some("+442079460958"));
        assert_eq!(parse_phone("043-797-5229", "NO"), None);
        assert_eq!(parse_phone("call me", "US"), None);
    }
}
