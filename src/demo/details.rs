//! The people to talk to at made-up companies, and the places of made-up customers.

use super::draw::{Draw, Topic};
use super::generator::mailbox_word;
use super::names::{Nation, nation_of};
use crate::customers::CustomerInput;
use crate::customers::addresses::{AddressInput, AddressKind};
use crate::customers::contacts::{ContactInput, ContactKind};

/// The contacts of a company: a primary one, sometimes others. Persons have none.
pub(super) fn contacts(seed: u64, number: u64, customer: &CustomerInput) -> Vec<ContactInput> {
    let Some(nation) = customer.country.as_deref().and_then(nation_of) else { return Vec::new() };
    if customer.category.is_none() {
        return Vec::new();
    }
    let mut draw = Draw::about(Topic::Contacts, seed, number);
    let area = nation.area(customer.city.as_deref().unwrap_or_default());
    let kinds = [(ContactKind::Primary, 100), (ContactKind::Billing, 35), (ContactKind::Technical, 25)];
    let mut contacts = Vec::new();
    for (kind, percent) in kinds {
        if draw.chance(percent) {
            contacts.push(contact(&mut draw, nation, area, number, kind));
        }
    }
    contacts
}

fn contact(draw: &mut Draw, nation: &Nation, area: &str, number: u64, kind: ContactKind) -> ContactInput {
    let is_woman = draw.chance(50);
    let (given, given_latin) = draw.name(if is_woman { nation.women } else { nation.men }, is_woman);
    let (family, family_latin) = draw.full_family(nation, is_woman);
    let name = match nation.family_first {
        Some(between) => format!("{family}{between}{given}"),
        None => format!("{given} {family}"),
    };
    let mailbox = format!("{}.{}{}", mailbox_word(given_latin), mailbox_word(family_latin), number + 1);
    let (positions, notices, role) = match kind {
        ContactKind::Billing => ("Accountant, Head of finance", "billing", "billing"),
        ContactKind::Technical => ("IT manager, Network engineer", "technical, outage", "view"),
        _ => ("Managing director, Office manager, Owner", "outage", "owner"),
    };
    let [landline, mobile] = nation.phones;
    ContactInput {
        kind: Some(kind.as_str().to_owned()),
        name: Some(name),
        email: Some(format!("{mailbox}@example.com")),
        phone: draw.chance(70).then(|| draw.digits(landline, area)),
        mobile: draw.chance(50).then(|| draw.digits(mobile, area)),
        position: Some(draw.common(positions).to_owned()),
        notices: notices.split(", ").map(str::to_owned).collect(),
        portal_role: Some(role.to_owned()),
        ..ContactInput::default()
    }
}

/// The addresses of a customer: most have one where they are served, some another for invoices.
pub(super) fn addresses(seed: u64, number: u64, customer: &CustomerInput) -> Vec<AddressInput> {
    let Some(nation) = customer.country.as_deref().and_then(nation_of) else { return Vec::new() };
    let mut draw = Draw::about(Topic::Addresses, seed, number);
    let billed_elsewhere = if customer.category.is_some() { 30 } else { 8 };
    let mut addresses = Vec::new();
    for (kind, percent) in [(AddressKind::Service, 70), (AddressKind::Billing, billed_elsewhere)] {
        if !draw.chance(percent) {
            continue;
        }
        let street = draw.common(nation.streets);
        addresses.push(AddressInput {
            kind: Some(kind.as_str().to_owned()),
            line1: Some(draw.digits(street, "")),
            city: customer.city.clone(),
            postal_code: Some(draw.digits(nation.postcode, "")),
            country: customer.country.clone(),
            ..AddressInput::default()
        });
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::super::generator::DemoCustomers;
    use super::*;

    #[test]
    fn contacts_and_addresses_keep_the_rules() {
        let mut served = 0;
        for (number, one) in (0..).zip(DemoCustomers::new(7)).take(5_000) {
            let contacts = contacts(7, number, &one.input);
            assert_eq!(contacts.is_empty(), one.input.category.is_none());
            for contact in contacts {
                assert!(contact.checked().is_ok(), "{contact:?}");
            }
            for address in addresses(7, number, &one.input) {
                assert!(address.checked().is_ok(), "{address:?}");
                assert!(!address.line1.is_some_and(|line| line.contains(['#', '?', '@'])));
                served += usize::from(address.kind.as_deref() == Some("service"));
            }
        }
        assert!((3_300..=3_700).contains(&served), "{served}");
    }
}
