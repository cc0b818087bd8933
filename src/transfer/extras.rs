//! What a row says about a customer besides its record: labels, a status, an address.

use chrono::{Months, NaiveDate};
use serde_json::Value;

use super::mapping::Target;
use super::model::{Brought, LabelName};
use super::row::{Filling, Unreadable, echo};
use crate::customers::addresses::{AddressInput, CheckedAddress};
use crate::customers::status::takes_holds;
use crate::customers::{CheckedCustomer, CustomerInput, Status};
use crate::shared::text::fold;

/// Characters of a label at most.
const MAX_LABEL: usize = 50;
/// Months as a customer at most: a century.
const MAX_MONTHS: u32 = 1_200;

/// What hangs on a customer that a row describes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Extras {
    pub labels: Vec<LabelName>,
    pub status: Option<Status>,
    pub status_since: Option<NaiveDate>,
    pub address: Option<CheckedAddress>,
}

/// A row as its text describes it.
#[derive(Debug, Default)]
pub(super) struct ReadRow {
    pub input: CustomerInput,
    pub extras: Extras,
    /// The parts of the address, as far as they are read.
    pub address: AddressInput,
}

/// A customer with all that a row says, as far as can be told without the database.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    pub customer: CheckedCustomer,
    pub extras: Extras,
}

/// Where the status of a row leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// It is said to be new, or nothing is said.
    IsNew,
    /// It stays new, because nobody in service may be out of reach.
    StaysNew,
    Becomes(Status),
}

impl Extras {
    /// Counts what the row would bring to this customer.
    pub fn count(&self, customer: &CheckedCustomer, brought: &mut Brought) {
        let ways = [&customer.email, &customer.phone, &customer.mobile];
        match self.destination(ways.into_iter().any(Option::is_some)) {
            Destination::StaysNew => brought.stay_new += 1,
            Destination::Becomes(status) => brought.count(status),
            Destination::IsNew => {}
        }
        brought.labelled += i64::from(!self.labels.is_empty());
        brought.addresses += i64::from(self.address.is_some());
    }

    /// Where the status leads a customer who can or cannot be reached.
    pub fn destination(&self, can_be_reached: bool) -> Destination {
        match self.status {
            None | Some(Status::New) => Destination::IsNew,
            Some(status) if takes_holds(status) && !can_be_reached => Destination::StaysNew,
            Some(status) => Destination::Becomes(status),
        }
    }
}

impl ReadRow {
    /// Takes a value that is no field of the record. `reference` is the day the file tells of.
    pub fn take(&mut self, filling: &Filling, value: &str, reference: NaiveDate) -> Result<(), Unreadable> {
        let text = || Some(value.to_owned());
        match filling.target {
            Target::Label => self.label(filling, value)?,
            Target::Status => self.extras.status = Some(status(value)?),
            Target::TenureMonths => self.input.customer_since = Some(months_before(value, reference)?.to_string()),
            Target::CustomField => {
                let key = filling.key.clone().unwrap_or_default();
                self.input.custom_fields.insert(key, Value::String(value.to_owned()));
            }
            Target::AddressLine1 => self.address.line1 = text(),
            Target::AddressLine2 => self.address.line2 = text(),
            Target::AddressCity => self.address.city = text(),
            Target::AddressState => self.address.state = text(),
            Target::AddressPostalCode => self.address.postal_code = text(),
            Target::AddressCountry => self.address.country = text(),
            _ => {}
        }
        Ok(())
    }

    fn label(&mut self, filling: &Filling, value: &str) -> Result<(), Unreadable> {
        if value.chars().count() > MAX_LABEL {
            return Err(("too_long", format!("A label has at most {MAX_LABEL} characters.")));
        }
        let key = fold(value);
        if !self.extras.labels.iter().any(|one| fold(&one.name) == key) {
            self.extras.labels.push(LabelName { name: value.to_owned(), category: filling.category.clone() });
        }
        Ok(())
    }
}

fn status(value: &str) -> Result<Status, Unreadable> {
    Status::parse(&value.to_lowercase()).ok_or_else(|| {
        let words: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
        ("invalid", format!("{} is no status. Say which it stands for: {}.", echo(value), words.join(", ")))
    })
}

fn months_before(value: &str, reference: NaiveDate) -> Result<NaiveDate, Unreadable> {
    let months = value.parse().ok().filter(|months| *months <= MAX_MONTHS);
    months
        .and_then(|months| reference.checked_sub_months(Months::new(months)))
        .ok_or_else(|| ("invalid", format!("{} is no number of months from 0 to {MAX_MONTHS}.", echo(value))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn months_are_counted_back_from_the_day_of_the_file() {
        assert_eq!(months_before("1", day("2026-03-31")), Ok(day("2026-02-28")));
        assert_eq!(months_before("72", day("2026-06-01")), Ok(day("2020-06-01")));
        assert_eq!(months_before("0", day("2026-06-01")), Ok(day("2026-06-01")));
        for bad in ["-1", "1.5", "many", "1201"] {
            assert!(months_before(bad, day("2026-06-01")).is_err(), "{bad}");
        }
    }

    #[test]
    fn nobody_out_of_reach_is_in_service() {
        let of = |status| Extras { status, ..Extras::default() };
        assert_eq!(of(None).destination(false), Destination::IsNew);
        assert_eq!(of(Some(Status::New)).destination(true), Destination::IsNew);
        assert_eq!(of(Some(Status::Active)).destination(false), Destination::StaysNew);
        assert_eq!(of(Some(Status::Active)).destination(true), Destination::Becomes(Status::Active));
        assert_eq!(of(Some(Status::Terminated)).destination(false), Destination::Becomes(Status::Terminated));
    }

    #[test]
    fn a_status_is_one_of_the_five() {
        assert_eq!(status("Terminated"), Ok(Status::Terminated));
        assert!(status("Yes").is_err_and(|(code, message)| code == "invalid" && message.contains("terminated")));
    }
}
