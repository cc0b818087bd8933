//! Customers made of a seed and a number: the same pair always gives the same customer.

use super::draw::Draw;
use super::names::{Nation, nation_of};
use crate::customers::{CustomerInput, Status};
use crate::shared::text::fold;

/// A customer that never was.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoCustomer {
    /// What somebody would have typed.
    pub input: CustomerInput,
    /// Where the customer stands by now.
    pub status: Status,
    /// How long ago the account was opened.
    pub created_days_ago: i64,
}

/// Customers without end; any of them can be asked for by its number.
#[derive(Clone, Debug)]
pub struct DemoCustomers {
    seed: u64,
    next: u64,
}

impl DemoCustomers {
    /// The customers of a seed, from number 0 on.
    pub fn new(seed: u64) -> Self {
        Self { seed, next: 0 }
    }

    /// The customer of a number. E-mail addresses of different numbers differ.
    pub fn customer(&self, number: u64) -> DemoCustomer {
        let mut draw = Draw::new(self.seed, number);
        let nation = draw.nation();
        made(&mut draw, nation, number, false)
    }

    /// The company of a number that has branches: it is in service.
    pub(super) fn head(&self, number: u64) -> DemoCustomer {
        let mut draw = Draw::new(self.seed, number);
        let nation = draw.nation();
        in_service(made(&mut draw, nation, number, true))
    }

    /// A branch of a company, in the same country, opened no earlier; one that has branches itself is in service.
    pub(super) fn branch(&self, number: u64, head: &DemoCustomer, has_branches: bool) -> DemoCustomer {
        let mut draw = Draw::new(self.seed, number);
        let drawn = draw.nation();
        let nation = head.input.country.as_deref().and_then(nation_of).unwrap_or(drawn);
        let mut branch = made(&mut draw, nation, number, true);
        let (company, city) = (head.input.company_name.as_deref(), branch.input.city.as_deref());
        branch.input.company_name = Some(format!("{} – {}", company.unwrap_or_default(), city.unwrap_or_default()));
        branch.input.customer_since = None;
        branch.created_days_ago = branch.created_days_ago.min(head.created_days_ago);
        if has_branches {
            branch = in_service(branch);
            branch.created_days_ago = head.created_days_ago;
        }
        branch
    }
}

/// What nobody could open an account under otherwise.
fn in_service(mut company: DemoCustomer) -> DemoCustomer {
    if company.status == Status::New {
        company.created_days_ago += 31;
    }
    company.status = Status::Active;
    company
}

fn made(draw: &mut Draw, nation: &Nation, number: u64, is_company: bool) -> DemoCustomer {
    let [language, timezone, currency] = nation.locale;
    let (city, area) = draw.city(nation);
    let mut input = CustomerInput {
        city: Some(city.to_owned()),
        country: Some(nation.country.to_owned()),
        language: Some(language.to_owned()),
        timezone: Some(timezone.to_owned()),
        currency: Some(currency.to_owned()),
        ..CustomerInput::default()
    };
    let mailbox = if draw.chance(22) || is_company {
        company(draw, nation, city, &mut input)
    } else {
        person(draw, nation, &mut input)
    };
    contact(draw, nation, area, &format!("{mailbox}{}", number + 1), &mut input);
    if draw.chance(25) {
        input.customer_since = Some(draw.day(2008, 2018));
    }
    let status = status(draw);
    let created_days_ago = if status == Status::New { draw.below(31) } else { 31 + draw.below(1_770) };
    DemoCustomer { input, status, created_days_ago: i64::try_from(created_days_ago).unwrap_or_default() }
}

impl Iterator for DemoCustomers {
    type Item = DemoCustomer;

    fn next(&mut self) -> Option<DemoCustomer> {
        let customer = self.customer(self.next);
        self.next += 1;
        Some(customer)
    }
}

/// Names a person; gives the words of the mailbox.
fn person(draw: &mut Draw, nation: &Nation, input: &mut CustomerInput) -> String {
    let is_woman = draw.chance(50);
    let (given, given_latin) = draw.name(if is_woman { nation.women } else { nation.men }, is_woman);
    let (family, family_latin) = draw.full_family(nation, is_woman);
    if let Some(between) = nation.family_first {
        input.name = Some(format!("{family}{between}{given}"));
    }
    let mailbox = format!("{}.{}", mailbox_word(given_latin), mailbox_word(family_latin));
    input.first_name = Some(given.to_owned());
    input.last_name = Some(family);
    if draw.chance(70) {
        input.date_of_birth = Some(draw.day(1940, 2005));
    }
    mailbox
}

/// Names a company; gives the word of the mailbox.
fn company(draw: &mut Draw, nation: &Nation, city: &str, input: &mut CustomerInput) -> String {
    let mut name = String::new();
    for c in draw.common(nation.companies).chars() {
        match c {
            '%' => name.push_str(draw.name(nation.family, false).0),
            '@' => name.push_str(city),
            '*' => name.push_str(draw.common(nation.trades)),
            other => name.push(other),
        }
    }
    input.category = Some("company".to_owned());
    input.company_name = Some(name);
    input.tax_id = draw.chance(85).then(|| draw.digits(nation.tax_id, ""));
    draw.common("info, office, contact, hello, sales").to_owned()
}

/// Ways to reach the customer: at least one of e-mail address and phone number.
fn contact(draw: &mut Draw, nation: &Nation, area: &str, mailbox: &str, input: &mut CustomerInput) {
    let is_company = input.category.is_some();
    let domain = draw.common("example.com, example.net, example.org");
    let [landline, mobile] = nation.phones;
    let has_email = draw.chance(96);
    if has_email {
        input.email = Some(format!("{mailbox}@{domain}"));
    }
    if !has_email || draw.chance(60) {
        let extension = if is_company && draw.chance(15) { draw.digits(" x??#", "") } else { String::new() };
        input.phone = Some(format!("{}{extension}", draw.digits(landline, area)));
    }
    if draw.chance(if is_company { 30 } else { 75 }) {
        input.mobile = Some(draw.digits(mobile, area));
    }
    if is_company && draw.chance(40) {
        input.billing_email = Some(format!("billing.{mailbox}@{domain}"));
    }
    let methods = match (has_email, &input.mobile) {
        (true, Some(_)) => "email, sms, portal, phone, post",
        (true, None) => "email, portal, post",
        (false, _) => "phone, post",
    };
    input.communication_method = Some(draw.common(methods).to_owned());
    if draw.chance(35) {
        input.marketing_consent = true;
        input.marketing_consent_source = Some(draw.common("web form, contract, phone call").to_owned());
    }
}

fn status(draw: &mut Draw) -> Status {
    match draw.below(100) {
        0..78 => Status::Active,
        78..84 => Status::New,
        84..89 => Status::Suspended,
        89..93 => Status::Inactive,
        _ => Status::Terminated,
    }
}

/// The letters of a name that a mailbox can have.
pub(super) fn mailbox_word(latin: &str) -> String {
    fold(latin).chars().filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use chrono::NaiveDate;

    use super::super::names::{items, nations};
    use super::*;
    use crate::settings::CustomerSettings;
    use crate::shared::validation::split_extension;

    fn people(count: usize) -> Vec<DemoCustomer> {
        DemoCustomers::new(7).take(count).collect()
    }

    #[test]
    fn a_seed_gives_the_same_customers_every_time() {
        assert_eq!(people(100), people(100));
        assert_eq!(DemoCustomers::new(7).customer(42), people(43)[42]);
        assert_ne!(DemoCustomers::new(8).take(100).collect::<Vec<_>>(), people(100));
    }

    #[test]
    fn ten_thousand_keep_every_rule_and_share_no_address() {
        let today = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap_or_default();
        let mut emails = HashSet::new();
        for one in people(10_000) {
            let checked = one.input.checked(&CustomerSettings::default(), today);
            assert!(checked.is_ok(), "{checked:?} {:?}", one.input);
            assert!(one.input.email.is_some() || one.input.phone.is_some());
            assert!(one.input.email.is_none_or(|email| email.is_ascii() && emails.insert(email)));
        }
    }

    #[test]
    fn branches_follow_their_company() {
        let (demo, settings) = (DemoCustomers::new(7), CustomerSettings::default());
        let today = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap_or_default();
        for number in 0..500 {
            let head = demo.head(number);
            assert_eq!((head.status, head.created_days_ago > 30), (Status::Active, true));
            for has_branches in [false, true] {
                let branch = demo.branch(number + 1, &head, has_branches);
                assert!(branch.input.checked(&settings, today).is_ok(), "{branch:?}");
                assert_eq!(branch.input.country, head.input.country);
                assert!(branch.created_days_ago <= head.created_days_ago);
                assert!(branch.status == Status::New || branch.created_days_ago > 30);
                assert!(!has_branches || branch.status == Status::Active);
            }
        }
    }

    #[test]
    fn there_are_enough_names_and_nations() {
        fn distinct(lists: fn(&Nation) -> Vec<&'static str>) -> usize {
            nations().flat_map(lists).flat_map(items).collect::<HashSet<_>>().len()
        }
        assert!(distinct(|nation| vec![nation.women, nation.men]) >= 200);
        assert!(distinct(|nation| vec![nation.family]) >= 300);
        let countries: HashSet<_> = people(1_000).into_iter().filter_map(|one| one.input.country).collect();
        assert_eq!(countries.len(), nations().count());
    }

    #[test]
    fn statuses_are_as_common_as_in_life() {
        let people = people(10_000);
        let share = |status| people.iter().filter(|one| one.status == status).count();
        for (status, percent) in Status::ALL.iter().zip([6_usize, 78, 5, 4, 7]) {
            assert!(share(*status).abs_diff(percent * 100) < 200, "{status:?}: {}", share(*status));
        }
    }

    #[test]
    fn nearly_every_phone_number_is_a_real_one() {
        let people = people(2_000);
        let numbers = people.iter().flat_map(|one| {
            let region =
                one.input.country.as_deref().and_then(|country| country.parse::<phonenumber::country::Id>().ok());
            [&one.input.phone, &one.input.mobile].into_iter().flatten().map(move |number| (region, number))
        });
        let (real, unreal): (Vec<_>, Vec<_>) = numbers.partition(|(region, number)| {
            phonenumber::parse(*region, split_extension(number).0).is_ok_and(|parsed| phonenumber::is_valid(&parsed))
        });
        assert!(unreal.len() * 20 < real.len(), "{unreal:?}");
    }
}
