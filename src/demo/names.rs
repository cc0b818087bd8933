//! What is known of a nation: how its people and companies are called, where they live, how they
//! are reached. Every list is one text, its items separated by `, `, the most common first.

use super::{europe, world};

/// The facts that its customers are made of.
#[derive(Debug)]
pub(super) struct Nation {
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// Language (BCP 47), time zone (IANA) and currency (ISO 4217).
    pub locale: [&'static str; 3],
    /// Its weight among the nations.
    pub share: usize,
    /// Stands between family and given name where the family comes first.
    pub family_first: Option<&'static str>,
    /// What joins two family names, and the percentage of people who have two.
    pub double: (&'static str, usize),
    /// Given names of women, `written=latin` in another script.
    pub women: &'static str,
    /// Given names of men, `written=latin` in another script.
    pub men: &'static str,
    /// Family names, `written=latin` in another script, `his/hers` where they differ.
    pub family: &'static str,
    /// Cities, each with the area code that takes the place of `@` in a phone number.
    pub cities: &'static str,
    /// Patterns of a landline and a mobile number: `#` is any digit, `?` one from 2 to 9.
    pub phones: [&'static str; 2],
    /// Streets with the number of a house, digits as in a phone number.
    pub streets: &'static str,
    /// Pattern of a postal code.
    pub postcode: &'static str,
    /// What a company does.
    pub trades: &'static str,
    /// Company names: `%` is a family, `@` the city, `*` a trade.
    pub companies: &'static str,
    /// Pattern of a company's tax id.
    pub tax_id: &'static str,
}

impl Nation {
    /// The area code of one of its cities.
    pub(super) fn area(&self, city: &str) -> &'static str {
        let mut cities = items(self.cities).filter_map(|item| item.rsplit_once(' '));
        cities.find(|(name, _)| *name == city).map_or("", |(_, area)| area)
    }
}

/// Every nation.
pub(super) fn nations() -> impl Iterator<Item = &'static Nation> {
    europe::NATIONS.iter().chain(world::NATIONS)
}

/// The nation of a country.
pub(super) fn nation_of(country: &str) -> Option<&'static Nation> {
    nations().find(|nation| nation.country == country)
}

/// The items of a list, the most common first.
pub(super) fn items(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(", ")
}
