//! The dice that made-up customers are drawn with.

use std::ops::RangeInclusive;

use rand::distr::uniform::SampleUniform;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use super::names::{Nation, items, nations};

/// What is drawn apart from the customer itself, so that neither changes with the other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Topic {
    Groups,
    Partner,
    Location,
    Labels,
    Values,
    Holds,
    Plans,
    Contacts,
    Addresses,
}

/// The dice of one customer.
pub(super) struct Draw(Xoshiro256PlusPlus);

impl Draw {
    pub(super) fn new(seed: u64, number: u64) -> Self {
        // The constant of the generator's own seeding would make neighbours overlap.
        Self(Xoshiro256PlusPlus::seed_from_u64(seed ^ number.wrapping_mul(0xd1b5_4a32_d192_ed03)))
    }

    /// The dice of one customer for one topic.
    pub(super) fn about(topic: Topic, seed: u64, number: u64) -> Self {
        Self::new(seed ^ (topic as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15), number)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Both ends included.
    pub(super) fn within<T: SampleUniform + PartialOrd>(&mut self, range: RangeInclusive<T>) -> T {
        self.0.random_range(range)
    }

    /// One of several, each with its weight.
    pub(super) fn weighted<T: Copy>(&mut self, choices: &[(T, usize)]) -> T {
        let mut left = self.below(choices.iter().map(|(_, weight)| weight).sum());
        for (choice, weight) in choices {
            if left < *weight {
                return *choice;
            }
            left -= weight;
        }
        choices[0].0
    }

    pub(super) fn nation(&mut self) -> &'static Nation {
        let mut left = self.below(nations().map(|nation| nation.share).sum());
        for nation in nations() {
            if left < nation.share {
                return nation;
            }
            left -= nation.share;
        }
        &super::europe::NATIONS[0]
    }

    /// An item of a list, the one of rank n with a weight of 1/n (Zipf's law).
    pub(super) fn common(&mut self, list: &'static str) -> &'static str {
        let weight = |rank: usize| 1_000_000 / rank;
        let mut left = self.below((1..=items(list).count()).map(weight).sum());
        for (item, rank) in items(list).zip(1..) {
            if left < weight(rank) {
                return item;
            }
            left -= weight(rank);
        }
        list
    }

    /// A name as it is written, and in Latin letters.
    pub(super) fn name(&mut self, list: &'static str, is_woman: bool) -> (&'static str, &'static str) {
        let item = self.common(list);
        let (written, latin) = item.split_once('=').map_or((item, None), |(written, latin)| (written, Some(latin)));
        let written = match written.split_once('/') {
            Some((_, hers)) if is_woman => hers,
            Some((his, _)) => his,
            None => written,
        };
        (written, latin.unwrap_or(written))
    }

    /// One family name or two; in Latin letters only the first.
    pub(super) fn full_family(&mut self, nation: &Nation, is_woman: bool) -> (String, &'static str) {
        let (first, latin) = self.name(nation.family, is_woman);
        let (joiner, percent) = nation.double;
        if !self.chance(percent) {
            return (first.to_owned(), latin);
        }
        let (second, _) = self.name(nation.family, is_woman);
        (format!("{first}{joiner}{second}"), latin)
    }

    pub(super) fn city(&mut self, nation: &Nation) -> (&'static str, &'static str) {
        let item = self.common(nation.cities);
        item.rsplit_once(' ').unwrap_or((item, ""))
    }

    /// A pattern with digits for `#` (any) and `?` (2 to 9), and the area code for `@`.
    pub(super) fn digits(&mut self, pattern: &str, area: &str) -> String {
        let mut filled = String::with_capacity(pattern.len() + area.len());
        for c in pattern.chars() {
            match c {
                '#' => filled.push_str(&self.below(10).to_string()),
                '?' => filled.push_str(&(2 + self.below(8)).to_string()),
                '@' => filled.push_str(area),
                other => filled.push(other),
            }
        }
        filled
    }

    /// A day of these years, both included; never the 29th or later, so that every month has it.
    pub(super) fn day(&mut self, first_year: usize, last_year: usize) -> String {
        let year = first_year + self.below(last_year - first_year + 1);
        format!("{year}-{:02}-{:02}", 1 + self.below(12), 1 + self.below(28))
    }
}
