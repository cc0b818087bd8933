//! What somebody should see, worked out from the world without any of the product's own means.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::world::{Fact, Import, World};

/// A scope in plain numbers; `None` is no limit.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub name: &'static str,
    pub partners: Option<&'static [i64]>,
    pub locations: Option<&'static [i64]>,
}

fn within(inner: Option<&[i64]>, outer: Option<&[i64]>) -> bool {
    match (inner, outer) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(inner), Some(outer)) => inner.iter().all(|id| outer.contains(id)),
    }
}

/// What customers are divided by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Facet {
    Status,
    Category,
    Partner,
    Location,
}

/// A filter as the oracle understands it.
#[derive(Clone, Default)]
pub(super) struct Asked {
    pub word: Option<&'static str>,
    pub status: Option<&'static str>,
    pub category: Option<&'static str>,
    pub partner: Option<i64>,
    pub location: Option<i64>,
    pub label: Option<i64>,
    pub parent: Option<i64>,
}

impl Asked {
    /// The same as the query of an address.
    pub(super) fn query(&self) -> String {
        let number = |id: Option<i64>| id.map(|id| id.to_string());
        let word = |word: Option<&str>| word.map(str::to_owned);
        let pairs = [
            ("query", word(self.word)),
            ("status", word(self.status)),
            ("category", word(self.category)),
            ("partner_id", number(self.partner)),
            ("location_id", number(self.location)),
            ("labels", number(self.label)),
            ("parent_id", number(self.parent)),
        ];
        let given = pairs.into_iter().filter_map(|(name, value)| value.map(|value| format!("{name}={value}")));
        given.collect::<Vec<_>>().join("&")
    }

    /// Does a customer meet it, but for the choice of one facet?
    fn fits(&self, fact: &Fact, but: Option<Facet>) -> bool {
        let record = &fact.record;
        let other = |facet: Facet| but != Some(facet);
        self.word.is_none_or(|word| fact.words.contains(&word))
            && self.label.is_none_or(|label| fact.labels.contains(&label))
            && self.parent.is_none_or(|parent| record.parent_id.is_some_and(|id| id.0 == parent))
            && !(other(Facet::Status) && self.status.is_some_and(|status| status != record.status.as_str()))
            && !(other(Facet::Category) && self.category.is_some_and(|one| one != record.category.as_str()))
            && !(other(Facet::Partner) && self.partner.is_some_and(|id| id != record.partner_id.0))
            && !(other(Facet::Location) && self.location.is_some_and(|id| id != record.location_id.0))
    }
}

/// The world through a scope.
pub(super) struct Sight<'w> {
    pub world: &'w World,
    pub limits: Limits,
}

impl<'w> Sight<'w> {
    pub(super) fn shows(&self, fact: &Fact) -> bool {
        self.shows_partner(fact.record.partner_id.0) && self.shows_location(fact.record.location_id.0)
    }

    pub(super) fn shows_partner(&self, id: i64) -> bool {
        self.limits.partners.is_none_or(|ids| ids.contains(&id))
    }

    pub(super) fn shows_location(&self, id: i64) -> bool {
        self.limits.locations.is_none_or(|ids| ids.contains(&id))
    }

    /// A parent outside the scope has no children.
    fn sees_parent(&self, asked: &Asked) -> bool {
        asked.parent.is_none_or(|id| self.find(id).is_some_and(|fact| self.shows(fact)))
    }

    /// Everybody in the scope, the trash included.
    fn everybody(&self) -> impl Iterator<Item = &'w Fact> {
        self.world.customers.iter().filter(move |fact| self.shows(fact))
    }

    /// Everybody in the scope who is not in the trash.
    pub(super) fn live(&self) -> impl Iterator<Item = &'w Fact> {
        self.everybody().filter(|fact| fact.is_live())
    }

    /// Total and ids of a list of everybody of a kind, alive or in the trash.
    pub(super) fn list(&self, is_it: impl Fn(&Fact) -> bool) -> Value {
        let ids: Vec<i64> = self.everybody().filter(|fact| is_it(fact)).map(Fact::id).collect();
        json!({ "total": ids.len(), "ids": ids })
    }

    /// Ids of those in the scope who are not in the trash.
    pub(super) fn ids(&self, is_it: impl Fn(&Fact) -> bool) -> Vec<i64> {
        self.live().filter(|fact| is_it(fact)).map(Fact::id).collect()
    }

    /// Total and ids of what a filter finds.
    pub(super) fn found(&self, asked: &Asked) -> Value {
        self.list(|fact| fact.is_live() && self.sees_parent(asked) && asked.fits(fact, None))
    }

    /// How many each value of each facet has, nothing left out but nothing.
    pub(super) fn facets(&self, asked: &Asked) -> Value {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        let mut count = |key: String| *counts.entry(key).or_default() += 1;
        for fact in self.live() {
            let record = &fact.record;
            for (facet, key) in [
                (Facet::Status, format!("status:{}", record.status.as_str())),
                (Facet::Category, format!("category:{}", record.category.as_str())),
                (Facet::Partner, format!("partner:{}", record.partner_id)),
                (Facet::Location, format!("location:{}", record.location_id)),
            ] {
                if self.sees_parent(asked) && asked.fits(fact, Some(facet)) {
                    count(key);
                }
            }
            if self.sees_parent(asked) && asked.fits(fact, None) {
                for label in &fact.labels {
                    count(format!("label:{label}"));
                }
            }
        }
        json!(counts)
    }

    /// How many wear each label that somebody wears: pairs of id and number.
    pub(super) fn label_usage(&self) -> Value {
        let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
        for label in self.live().flat_map(|fact| &fact.labels) {
            *counts.entry(*label).or_default() += 1;
        }
        json!(counts.into_iter().collect::<Vec<_>>())
    }

    /// Pairs of partner and the number of its customers.
    pub(super) fn partners(&self) -> Value {
        let seen = (1..=3).filter(|id| self.shows_partner(*id));
        json!(seen.map(|id| (id, self.ids(|fact| fact.record.partner_id.0 == id).len())).collect::<Vec<_>>())
    }

    /// Pairs of location and the number of its customers.
    pub(super) fn locations(&self) -> Value {
        let seen = (1..=3).filter(|id| self.shows_location(*id));
        json!(seen.map(|id| (id, self.ids(|fact| fact.record.location_id.0 == id).len())).collect::<Vec<_>>())
    }

    /// Partners and locations that a form offers.
    pub(super) fn choices(&self) -> Value {
        let partners: Vec<i64> = (1..=3).filter(|id| self.shows_partner(*id)).collect();
        let locations: Vec<i64> = (1..=3).filter(|id| self.shows_location(*id)).collect();
        json!([partners, locations])
    }

    /// The one whom a look-up finds, 404, or the conflict that names everybody whom it finds.
    pub(super) fn lookup(&self, is_it: impl Fn(&Fact) -> bool) -> Value {
        match self.ids(is_it).as_slice() {
            [] => json!(404),
            [id] => json!(id),
            several => {
                let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
                json!([409, "ambiguous", format!("Several customers share it: {}.", ids.join(", "))])
            }
        }
    }

    /// Something about a customer, or 404 outside the scope.
    pub(super) fn of(&self, number: usize, what: impl Fn(&'w Fact) -> Value) -> Value {
        let fact = &self.world.customers[number];
        if self.shows(fact) { what(fact) } else { json!(404) }
    }

    fn find(&self, id: i64) -> Option<&'w Fact> {
        self.world.customers.iter().find(|fact| fact.id() == id)
    }

    fn parent(&self, fact: &Fact) -> Option<&'w Fact> {
        fact.record.parent_id.and_then(|id| self.find(id.0))
    }

    /// Everybody above, the main account first, whoever may see them.
    fn above(&self, fact: &Fact) -> Vec<&'w Fact> {
        let mut above: Vec<&Fact> = std::iter::successors(self.parent(fact), |one| self.parent(one)).collect();
        above.reverse();
        above
    }

    fn is_child(fact: &Fact, of: i64) -> bool {
        fact.record.parent_id.is_some_and(|id| id.0 == of)
    }

    /// Live children and live customers at any depth, as far as they are seen.
    fn below(&self, id: i64) -> (usize, usize) {
        let children = self.live().filter(|fact| Self::is_child(fact, id)).count();
        let descendants = self.live().filter(|fact| self.above(fact).iter().any(|above| above.id() == id)).count();
        (children, descendants)
    }

    /// Levels that a customer takes with everybody below it, seen or not.
    fn height(&self, id: i64) -> i64 {
        let live = self.world.customers.iter().filter(|fact| fact.is_live() && Self::is_child(fact, id));
        1 + live.map(|child| self.height(child.id())).max().unwrap_or_default()
    }

    /// Where a customer hangs.
    pub(super) fn hierarchy(&self, fact: &Fact) -> Value {
        let above = self.above(fact);
        let seen: Vec<i64> = above.iter().filter(|one| self.shows(one)).map(|one| one.id()).collect();
        let (children, descendants) = self.below(fact.id());
        json!([seen, seen.len() < above.len(), above.len() + 1, children, descendants])
    }

    /// A page of the tree: id, children and descendants of each, by id.
    fn nodes(&self, is_it: impl Fn(&Fact) -> bool) -> Value {
        let node = |fact: &Fact| {
            let (children, descendants) = self.below(fact.id());
            json!([fact.id(), children, descendants])
        };
        json!(self.live().filter(|fact| is_it(fact)).map(node).collect::<Vec<_>>())
    }

    pub(super) fn children(&self, of: &Fact) -> Value {
        self.nodes(|fact| Self::is_child(fact, of.id()))
    }

    /// Main accounts with somebody below who is seen.
    pub(super) fn roots(&self) -> Value {
        self.nodes(|fact| fact.record.parent_id.is_none() && self.below(fact.id()).1 > 0)
    }

    /// Has a customer children that are seen?
    pub(super) fn has_children(&self, fact: &Fact) -> bool {
        self.below(fact.id()).0 > 0
    }

    /// Those of a word under whom a customer, or a new one, could hang.
    pub(super) fn possible_parents(&self, word: &str, moving: Option<&Fact>) -> Value {
        let height = moving.map_or(1, |fact| self.height(fact.id()));
        let own = moving.map(Fact::id);
        json!(self.ids(|fact| {
            fact.words.contains(&word)
                && fact.record.status.as_str() != "terminated"
                && self.above(fact).len() + 1 + usize::try_from(height).unwrap() <= 5
                && Some(fact.id()) != own
                && self.above(fact).iter().all(|above| Some(above.id()) != own)
        }))
    }

    pub(super) fn shows_import(&self, import: &Import) -> bool {
        within(import.limits.partners, self.limits.partners) && within(import.limits.locations, self.limits.locations)
    }

    /// The marks in a text of those who are not seen.
    pub(super) fn foreign_marks(&self, text: &str) -> Vec<&'w str> {
        let foreign = self.world.customers.iter().filter(|fact| !self.shows(fact));
        let customers = foreign.map(|fact| fact.mark.as_str());
        let files = self.world.imports.iter().filter(|import| !self.shows_import(import));
        customers.chain(files.map(|import| import.mark.as_str())).filter(|mark| text.contains(*mark)).collect()
    }

    /// Pages of a browser, and whom each must name.
    pub(super) fn pages(&self) -> Vec<(String, Vec<&'w str>)> {
        let live: Vec<&str> = self.live().map(|fact| fact.mark.as_str()).collect();
        let trash: Vec<&str> = self.everybody().filter(|fact| !fact.is_live()).map(|fact| fact.mark.as_str()).collect();
        let mut pages = vec![
            ("/customers?limit=100".to_owned(), live),
            ("/customers/trash".to_owned(), trash),
            ("/hierarchy".to_owned(), Vec::new()),
            ("/customers/new".to_owned(), Vec::new()),
            ("/customers/import".to_owned(), Vec::new()),
        ];
        for fact in self.world.customers.iter().skip(9).step_by(13) {
            let own: Vec<&str> = if self.shows(fact) { vec![fact.mark.as_str()] } else { Vec::new() };
            let parts = ["", "/hierarchy", "/history"];
            pages.extend(parts.map(|part| (format!("/customers/{}{part}", fact.id()), own.clone())));
        }
        pages
    }
}
