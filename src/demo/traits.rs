//! What made-up customers wear, what is noted about their lines, what happened to them and what is planned.

use chrono::{Duration, NaiveDate};
use serde_json::Value;

use super::definitions::routers;
use super::draw::{Draw, Topic};
use super::generator::DemoCustomer;
use crate::customers::Status;
use crate::customers::custom_fields::CustomValues;
use crate::customers::status::{HoldReason, StatusChange};

/// A label on a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Worn {
    /// The name of the label.
    pub label: &'static str,
    /// Days until it comes off by itself.
    pub expires_in: Option<i64>,
}

/// A hold that was opened some days ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DemoHold {
    pub reason: HoldReason,
    pub days_ago: i64,
    /// Does it keep the customer suspended still?
    pub is_open: bool,
}

/// The labels of a customer: one of each category at most.
pub(super) fn labels(seed: u64, number: u64, customer: &DemoCustomer) -> Vec<Worn> {
    let mut draw = Draw::about(Topic::Labels, seed, number);
    let segment = if customer.input.category.is_some() {
        draw.weighted(&[("Enterprise", 24), ("Non-profit", 8), ("VIP", 3), ("", 65)])
    } else {
        draw.weighted(&[("VIP", 6), ("", 94)])
    };
    let technology = draw.weighted(&[("Fibre", 22), ("DSL", 13), ("Wireless", 9), ("LTE", 5), ("", 51)]);
    let care = draw.weighted(&[("Churn risk", 6), ("Payment plan", 5), ("Complaint open", 4), ("", 85)]);
    let expires_in = draw.weighted(&[(None, 60), (Some(14), 15), (Some(30), 15), (Some(90), 10)]);
    let worn = [(segment, None), (technology, None), (care, expires_in)];
    let worn = worn.into_iter().filter(|(label, _)| !label.is_empty());
    worn.map(|(label, expires_in)| Worn { label, expires_in }).collect()
}

/// Values of custom fields, for about half of the customers.
pub(super) fn values(seed: u64, number: u64, customer: &DemoCustomer, today: NaiveDate) -> CustomValues {
    let mut draw = Draw::about(Topic::Values, seed, number);
    let mut values = CustomValues::new();
    if customer.status == Status::New || !draw.chance(55) {
        return values;
    }
    let installed = today - Duration::days(customer.created_days_ago - draw.within(0_i64..=21));
    values.insert("installation_date".to_owned(), Value::from(installed.to_string()));
    // 7,919 shares no factor with the modulus: the numbers of different customers differ.
    let line = number.wrapping_mul(7_919) % 100_000_000;
    values.insert("access_number".to_owned(), Value::from(format!("LN-{line:08}")));
    if draw.chance(80) {
        let months = draw.weighted(&[(24_i64, 45), (12, 30), (36, 15), (0, 10)]);
        values.insert("contract_months".to_owned(), Value::from(months));
    }
    if draw.chance(85) {
        values.insert("router_model".to_owned(), Value::from(draw.weighted(&routers())));
    }
    if draw.chance(70) {
        let percent = if customer.input.category.is_some() { 45 } else { 7 };
        values.insert("static_ip".to_owned(), Value::from(draw.chance(percent)));
    }
    values
}

/// The hold of whoever is suspended; some active ones had one.
pub(super) fn hold(seed: u64, number: u64, status: Status) -> Option<DemoHold> {
    let mut draw = Draw::about(Topic::Holds, seed, number);
    let is_open = match status {
        Status::Suspended => true,
        Status::Active if draw.chance(3) => false,
        _ => return None,
    };
    let reasons = [
        (HoldReason::NonPayment, 62),
        (HoldReason::CustomerRequest, 16),
        (HoldReason::Technical, 9),
        (HoldReason::Admin, 6),
        (HoldReason::Abuse, 4),
        (HoldReason::Fraud, 3),
    ];
    // Whoever was ever in service came more than 30 days ago.
    Some(DemoHold { reason: draw.weighted(&reasons), days_ago: draw.within(1..=30), is_open })
}

/// A change of status that an active customer without branches waits for; a few have one.
pub(super) fn planned(seed: u64, number: u64, today: NaiveDate) -> Option<StatusChange> {
    let mut draw = Draw::about(Topic::Plans, seed, number);
    if !draw.chance(3) {
        return None;
    }
    let days = draw.within(3_i64..=60);
    let day = |days: i64| Some((today + Duration::days(days)).to_string());
    let said = |text: &str| Some(text.to_owned());
    let change = StatusChange { effective_on: day(days), ..StatusChange::default() };
    Some(match draw.below(3) {
        0 => StatusChange {
            to: said("terminated"),
            reason: said(draw.weighted(&[("moved", 40), ("competitor", 35), ("customer_request", 25)])),
            note: said("Notice was given in writing."),
            ..change
        },
        1 => StatusChange { to: said("inactive"), reason: said("Moves house and comes back"), ..change },
        _ => StatusChange {
            to: said("suspended"),
            hold: said("customer_request"),
            resume_on: day(days + draw.within(14_i64..=90)),
            note: said("Away for a while."),
            ..change
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::generator::DemoCustomers;
    use super::*;

    const COUNT: usize = 10_000;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, 1).unwrap_or_default()
    }

    fn people() -> impl Iterator<Item = (u64, DemoCustomer)> {
        (0..).zip(DemoCustomers::new(7)).take(COUNT)
    }

    fn percent(of: impl Fn(u64, &DemoCustomer) -> bool) -> usize {
        people().filter(|(number, one)| of(*number, one)).count() * 100 / COUNT
    }

    #[test]
    fn most_wear_labels_and_half_have_values() {
        let labelled = percent(|number, one| !labels(7, number, one).is_empty());
        assert!((55..=68).contains(&labelled), "{labelled} %");
        let with_values = percent(|number, one| !values(7, number, one, today()).is_empty());
        assert!((45..=58).contains(&with_values), "{with_values} %");
        assert!(people().any(|(number, one)| labels(7, number, &one).iter().any(|worn| worn.expires_in.is_some())));
    }

    #[test]
    fn access_numbers_differ() {
        let numbers = people().filter_map(|(number, one)| values(7, number, &one, today()).remove("access_number"));
        let mut known = HashSet::new();
        assert!(numbers.map(|number| number.to_string()).all(|number| known.insert(number)));
    }

    #[test]
    fn whoever_is_suspended_has_an_open_hold_and_nobody_else() {
        for (number, one) in people() {
            let is_open = hold(7, number, one.status).is_some_and(|hold| hold.is_open);
            assert_eq!(is_open, one.status == Status::Suspended);
        }
    }

    #[test]
    fn planned_changes_keep_the_rules() {
        let changes: Vec<StatusChange> = (0..2_000).filter_map(|number| planned(7, number, today())).collect();
        assert!((20..=110).contains(&changes.len()), "{}", changes.len());
        for change in changes {
            assert!(change.checked(today()).is_ok(), "{change:?}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_every_time() {
        for (number, one) in people().take(200) {
            assert_eq!(labels(7, number, &one), labels(7, number, &one));
            assert_eq!(values(7, number, &one, today()), values(7, number, &one, today()));
            assert_eq!(planned(7, number, today()), planned(7, number, today()));
        }
        let of = |seed| people().map(|(number, one)| labels(seed, number, &one)).collect::<Vec<_>>();
        assert_ne!(of(7), of(8));
    }
}
