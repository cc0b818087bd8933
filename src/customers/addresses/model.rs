//! What an address is: the record, its input and its rules (spec: Customers → Customer).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use crate::shared::country::country_code;
use crate::shared::id::{AddressId, CustomerId};
use crate::shared::problem::Problem;
use crate::shared::text::tidy;
use crate::shared::validation::Checks;
use crate::shared::words::words;

words! {
    /// What an address is for.
    AddressKind {
        Service = "service", "Service";
        Billing = "billing", "Billing";
        Postal = "postal", "Postal";
    }
}

/// A place of a customer. City and country of the record follow the first service address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Address {
    /// The id; never given twice.
    pub id: AddressId,
    /// Whose address it is.
    pub customer_id: CustomerId,
    /// Counts the changes; the `ETag` of REST.
    pub version: i64,
    /// What it is for.
    pub kind: AddressKind,
    /// Street and number.
    pub line1: String,
    /// Flat, floor, building.
    pub line2: Option<String>,
    /// The city.
    pub city: String,
    /// State or province.
    pub state: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Degrees north, −90 … 90, to six places.
    pub latitude: Option<f64>,
    /// Degrees east, −180 … 180, to six places.
    pub longitude: Option<f64>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub updated_by: String,
}

/// Everything about an address that a caller may write; unknown fields are refused. Blank means missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AddressInput {
    /// `service` (default), `billing`, `postal`.
    pub kind: Option<String>,
    /// 1–255 characters.
    pub line1: Option<String>,
    /// At most 255 characters.
    pub line2: Option<String>,
    /// 1–100 characters.
    pub city: Option<String>,
    /// At most 100 characters.
    pub state: Option<String>,
    /// At most 20 characters.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2 code or the country's English name.
    pub country: Option<String>,
    /// Degrees north, such as `59.913868`; forms send them as text.
    #[serde(deserialize_with = "number_or_text")]
    #[schema(value_type = Option<f64>)]
    pub latitude: Option<String>,
    /// Degrees east, such as `10.752245`; forms send them as text.
    #[serde(deserialize_with = "number_or_text")]
    #[schema(value_type = Option<f64>)]
    pub longitude: Option<String>,
}

/// Machines send a number, forms a text.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Wire {
        Number(f64),
        Text(String),
    }
    Ok(Option::<Wire>::deserialize(deserializer)?.map(|wire| match wire {
        Wire::Number(number) => number.to_string(),
        Wire::Text(text) => text,
    }))
}

/// An input that kept all its rules; what the repository writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedAddress {
    /// What it is for.
    pub kind: AddressKind,
    /// Street and number.
    pub line1: String,
    /// Flat, floor, building.
    pub line2: Option<String>,
    /// The city.
    pub city: String,
    /// State or province.
    pub state: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// Two letters.
    pub country: String,
    /// Millionths of a degree.
    pub latitude: Option<i64>,
    /// Millionths of a degree.
    pub longitude: Option<i64>,
}

impl Address {
    /// The record as the input that would lead to it: what an update starts from.
    pub fn input(&self) -> AddressInput {
        AddressInput {
            kind: Some(self.kind.as_str().into()),
            line1: Some(self.line1.clone()),
            line2: self.line2.clone(),
            city: Some(self.city.clone()),
            state: self.state.clone(),
            postal_code: self.postal_code.clone(),
            country: Some(self.country.clone()),
            latitude: self.latitude.map(|degrees| degrees.to_string()),
            longitude: self.longitude.map(|degrees| degrees.to_string()),
        }
    }
}

impl AddressInput {
    /// Tidied and checked. Errors: `Invalid` with every wrong field at once.
    pub fn checked(&self) -> Result<CheckedAddress, Problem> {
        let mut checks = Checks::default();
        let c = &mut checks;
        let checked = CheckedAddress {
            kind: c.choice("kind", self.kind.as_deref(), AddressKind::parse).unwrap_or(AddressKind::Service),
            line1: c.required("line1", self.line1.as_deref(), 255),
            line2: c.optional("line2", self.line2.as_deref(), 255),
            city: c.required("city", self.city.as_deref(), 100),
            state: c.optional("state", self.state.as_deref(), 100),
            postal_code: c.optional("postal_code", self.postal_code.as_deref(), 20),
            country: country(c, self.country.as_deref()),
            latitude: degrees(c, "latitude", self.latitude.as_deref(), 90),
            longitude: degrees(c, "longitude", self.longitude.as_deref(), 180),
        };
        if checked.latitude.is_some() != checked.longitude.is_some() && checks.is_clean() {
            checks.add("longitude", "incomplete", "Latitude and longitude belong together.");
        }
        checks.finish()?;
        Ok(checked)
    }
}

fn country(checks: &mut Checks, value: Option<&str>) -> String {
    let typed = checks.required("country", value, 100);
    let found = country_code(&typed);
    if found.is_none() && !typed.is_empty() {
        checks.add("country", "invalid", format!("{typed} is not a country."));
    }
    found.unwrap_or_default()
}

/// Millionths of a degree, at most `limit` degrees to either side.
fn degrees(checks: &mut Checks, field: &str, value: Option<&str>, limit: i64) -> Option<i64> {
    let typed = tidy(value.unwrap_or_default());
    if typed.is_empty() {
        return None;
    }
    let millionths = typed.parse::<f64>().ok().filter(|degrees| degrees.is_finite()).map(millionths_of);
    if millionths.is_none_or(|number| number.abs() > limit * 1_000_000) {
        checks.add(field, "out_of_range", format!("A number from −{limit} to {limit}."));
    }
    millionths
}

/// A coordinate as it is stored.
#[expect(clippy::cast_possible_truncation, reason = "what is beyond the globe is refused before it is stored")]
pub fn millionths_of(degrees: f64) -> i64 {
    (degrees * 1e6).round() as i64
}

/// A stored coordinate as people and maps write it.
pub fn degrees_of(millionths: i64) -> f64 {
    i32::try_from(millionths).map(f64::from).unwrap_or_default() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> AddressInput {
        AddressInput {
            line1: Some("Storgata 1".into()),
            city: Some("Oslo".into()),
            country: Some("Norway".into()),
            ..AddressInput::default()
        }
    }

    #[test]
    fn a_place_on_the_map_is_kept_to_six_places() {
        let input = AddressInput { latitude: Some("59.9138688".into()), longitude: Some("-0.5".into()), ..address() };
        let checked = input.checked().expect("good");
        assert_eq!((checked.latitude, checked.longitude), (Some(59_913_869), Some(-500_000)));
        assert_eq!((checked.country.as_str(), checked.kind), ("NO", AddressKind::Service));
    }

    #[test]
    fn a_coordinate_may_be_a_number_or_a_text() {
        for json in [r#"{"latitude":59.913868,"longitude":-7}"#, r#"{"latitude":"59.913868","longitude":"-7"}"#] {
            let input: AddressInput = serde_json::from_str(json).expect("readable");
            let checked = AddressInput { latitude: input.latitude, longitude: input.longitude, ..address() }.checked();
            let checked = checked.expect("good");
            assert_eq!((checked.latitude, checked.longitude), (Some(59_913_868), Some(-7_000_000)));
        }
        let none: AddressInput = serde_json::from_str(r#"{"latitude":null}"#).expect("readable");
        assert_eq!((none.latitude, none.longitude), (None, None));
    }

    #[test]
    fn a_coordinate_survives_being_stored() {
        for number in [0, 1, 59_913_869, -500_000, 180_000_000, -180_000_000, 10_752_245] {
            assert_eq!(millionths_of(degrees_of(number)), number);
        }
        assert_eq!(degrees_of(59_913_869).to_string(), "59.913869");
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = AddressInput {
            kind: Some("holiday".into()),
            country: Some("Atlantis".into()),
            latitude: Some("91".into()),
            longitude: Some("east".into()),
            ..AddressInput::default()
        };
        let Err(problem) = wrong.checked() else { panic!("must be refused") };
        let mut fields: Vec<_> = problem.errors().iter().map(|error| error.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["city", "country", "kind", "latitude", "line1", "longitude"]);
        let half = AddressInput { latitude: Some("1".into()), ..address() };
        assert!(half.checked().is_err_and(|problem| problem.field("longitude").is_some()));
    }
}
