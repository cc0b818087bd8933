//! Which made-up customers are companies with branches, and which hang under them.

use std::collections::{BTreeMap, BTreeSet};

use super::draw::{Draw, Topic};

/// There is one group among so many customers: about 3 % of the companies have branches.
const BLOCK: u64 = 125;
/// Branches of a group at most.
const LARGEST: u64 = 12;
/// Levels of the largest group.
pub(super) const LEVELS: usize = 3;

/// Where a branch hangs; customers are told by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    /// The main account of the group.
    pub head: u64,
    /// The account right above.
    pub parent: u64,
    /// 2 or 3.
    pub level: usize,
    /// Is it billed with the account above?
    pub is_consolidated: bool,
}

/// The groups among the first customers of a seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Groups {
    seats: BTreeMap<u64, Seat>,
    parents: BTreeSet<u64>,
}

impl Groups {
    pub(super) fn new(seed: u64, customers: u64) -> Self {
        let mut groups = Self::default();
        let mut first = 0;
        while first < customers {
            groups.add(&mut Draw::about(Topic::Groups, seed, first), first, customers);
            first += BLOCK;
        }
        groups
    }

    /// The customers that follow the main account are its branches.
    fn add(&mut self, draw: &mut Draw, first: u64, customers: u64) {
        let head = first + draw.within(0..=BLOCK - 1 - LARGEST);
        let last = head + draw.within(2..=LARGEST);
        let mut middle: Vec<u64> = Vec::new();
        for number in (head + 1..=last).filter(|number| *number < customers) {
            let above = (middle.len() > 1 && draw.chance(40)).then(|| middle[draw.below(middle.len())]);
            if above.is_none() {
                middle.push(number);
            }
            let (parent, level) = (above.unwrap_or(head), if above.is_some() { 3 } else { 2 });
            self.parents.insert(parent);
            self.seats.insert(number, Seat { head, parent, level, is_consolidated: draw.chance(33) });
        }
    }

    /// Where a customer hangs, if it is a branch.
    pub(super) fn seat(&self, number: u64) -> Option<Seat> {
        self.seats.get(&number).copied()
    }

    /// Does anything hang under it?
    pub(super) fn is_parent(&self, number: u64) -> bool {
        self.parents.contains(&number)
    }

    /// 1 for whoever hangs nowhere.
    pub(super) fn level(&self, number: u64) -> usize {
        self.seat(number).map_or(1, |seat| seat.level)
    }

    /// How many branches there are.
    pub(super) fn branches(&self) -> usize {
        self.seats.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_groups_every_time() {
        assert_eq!(Groups::new(7, 10_000), Groups::new(7, 10_000));
        assert_ne!(Groups::new(7, 10_000), Groups::new(8, 10_000));
    }

    #[test]
    fn groups_have_two_to_twelve_branches_on_three_levels_at_most() {
        let groups = Groups::new(7, 10_000);
        let mut sizes: BTreeMap<u64, u64> = BTreeMap::new();
        for (number, seat) in &groups.seats {
            *sizes.entry(seat.head).or_default() += 1;
            assert!(seat.parent < *number && groups.level(seat.parent) == seat.level - 1);
            assert_eq!(groups.seat(seat.parent).map_or(seat.parent, |above| above.head), seat.head);
        }
        assert_eq!(sizes.len(), 80);
        assert!(sizes.values().all(|size| (2..=LARGEST).contains(size)));
        let levels: BTreeSet<usize> = groups.seats.values().map(|seat| seat.level).collect();
        assert_eq!(levels, BTreeSet::from([2, LEVELS]));
    }

    #[test]
    fn no_group_reaches_beyond_the_last_customer() {
        for customers in [0, 1, 50, 130, 260] {
            let groups = Groups::new(7, customers);
            assert!(groups.seats.keys().chain(&groups.parents).all(|number| *number < customers));
        }
    }
}
