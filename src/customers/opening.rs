//! Opening accounts, one or many: numbers and logins are given, uniqueness is checked, all in a few
//! statements however many there are.

use std::collections::{BTreeMap, HashSet};
use std::mem;

use super::custom_fields::{
    CustomField, CustomValues, UniqueValue, check_values, definitions_in, index_values, taken_values, unique_values,
};
use super::hierarchy::{BillingMode, joined};
use super::input::CheckedCustomer;
use super::model::{Customer, Status};
use super::repository::{Names, PORTAL_IDS, PlaceRow, Places, Standing, Writing, email_key};
use super::service::CustomerService;
use super::steps::{VALUES_KEY, facts, value_taken, values_taken};
use crate::audit::Change;
use crate::database::{OnUnique, Transaction};
use crate::shared::actor::Actor;
use crate::shared::id::{CustomerId, LocationId, PartnerId};
use crate::shared::problem::Problem;

/// A conflict over something that must be unique: `email`, `login`, `portal_id`, `external_id`.
pub(super) fn taken(what: &str) -> Problem {
    let words = match what {
        "email" => "e-mail address",
        "login" => "login",
        "portal_id" => "portal ID",
        _ => "external id",
    };
    Problem::conflict(&format!("{what}_taken"), format!("Another customer has this {words}."))
}

/// One run of opening accounts for one caller.
pub(super) struct Opening<'s> {
    service: &'s CustomerService,
    actor: &'s Actor,
}

/// An account on its way: its place in the answer, the input, and the names it will get.
struct Draft {
    index: usize,
    input: CheckedCustomer,
    level: i64,
    login: String,
    portal_id: String,
}

impl Draft {
    /// Were both names brought along? Then there is nothing to give.
    fn is_named(&self) -> bool {
        self.input.login.is_some() && self.input.portal_id.is_some()
    }
}

/// Rounds of giving names; each skips names that somebody chose by hand.
const ROUNDS: u32 = 50;

/// Inputs whose names are looked up at once.
const AT_ONCE: usize = 2_000;

impl<'s> Opening<'s> {
    pub(super) fn new(service: &'s CustomerService, actor: &'s Actor) -> Self {
        Self { service, actor }
    }

    /// Opens what can be opened. The transaction holds the lock for changes, and the definitions are its own.
    pub(super) async fn run(
        &self,
        tx: &mut Transaction,
        definitions: Vec<CustomField>,
        inputs: Vec<CheckedCustomer>,
    ) -> Result<Vec<Result<Customer, Problem>>, Problem> {
        let mut used = Used::read(self.service, tx, definitions, &inputs).await?;
        let places = mem::take(&mut used.standing.places);
        let mut answers: Vec<Result<Customer, Problem>> = Vec::with_capacity(inputs.len());
        let mut drafts = Vec::new();
        for (index, mut input) in inputs.into_iter().enumerate() {
            let finding = match keep_rules(&used.definitions, &mut input) {
                Ok(()) => self.finding(tx, &input, &places, &mut used).await?,
                Err(problem) => Err(problem),
            };
            answers.push(finding.clone().and(Err(Problem::Internal)));
            if let Ok(level) = finding {
                drafts.push(Draft { index, input, level, login: String::new(), portal_id: String::new() });
            }
        }
        // Names that were brought along come before names that are given.
        drafts.sort_by_key(|draft| u8::from(draft.input.login.is_none()) + u8::from(draft.input.portal_id.is_none()));
        let brought = Brought::of(&drafts);
        for round in 0..ROUNDS {
            if drafts.is_empty() {
                return Ok(answers);
            }
            self.give_names(tx, &mut drafts, &places, round).await?;
            let (unlucky, named) = drafts.into_iter().partition(|draft| brought.has_given_name_of(draft));
            drafts = self.write(tx, named, &places, &used, &mut answers).await?;
            drafts.extend::<Vec<Draft>>(unlucky);
        }
        Err(Problem::Unavailable)
    }

    /// What speaks against each input, without writing.
    pub(super) async fn findings(
        &self,
        tx: &mut Transaction,
        inputs: &[CheckedCustomer],
    ) -> Result<Vec<Option<Problem>>, Problem> {
        let definitions = definitions_in(tx).await?;
        let mut used = Used::read(self.service, tx, definitions, inputs).await?;
        let places = mem::take(&mut used.standing.places);
        let mut findings = Vec::with_capacity(inputs.len());
        for input in inputs {
            findings.push(self.finding(tx, input, &places, &mut used).await?.err());
        }
        Ok(findings)
    }

    /// The level that the account will have, or what speaks against it.
    async fn finding(
        &self,
        tx: &mut Transaction,
        input: &CheckedCustomer,
        places: &Places,
        used: &mut Used,
    ) -> Result<Result<i64, Problem>, Problem> {
        let (partner, location) = self.place_of(input, places);
        if let Some(problem) = self.misplaced(places, partner, location, None) {
            return Ok(Err(problem));
        }
        let mut level = 1;
        if let Some(parent) = input.parent_id {
            match self.service.require_parent(tx, self.actor, parent, partner, None).await {
                Ok(deeper) => level = deeper,
                Err(problem @ (Problem::Internal | Problem::Unavailable)) => return Err(problem),
                Err(problem) => return Ok(Err(problem)),
            }
        }
        Ok(used.claim(input).map_or(Ok(level), Err))
    }

    /// Errors: `Invalid` when the partner or location does not exist for the caller, or takes nobody new.
    pub(super) fn require_place(
        &self,
        places: &Places,
        after: &Customer,
        before: Option<&Customer>,
    ) -> Result<(), Problem> {
        self.misplaced(places, after.partner_id, after.location_id, before).map_or(Ok(()), Err)
    }

    fn misplaced(
        &self,
        places: &Places,
        partner: PartnerId,
        location: LocationId,
        before: Option<&Customer>,
    ) -> Option<Problem> {
        let scope = &self.actor.scope;
        let partner_seen = scope.partners.as_ref().is_none_or(|seen| seen.contains(&partner));
        let stays = before.is_some_and(|before| before.partner_id == partner);
        if let Some(problem) = closed("partner", &places.partners, partner.0, partner_seen, stays) {
            return Some(problem);
        }
        let location_seen = scope.locations.as_ref().is_none_or(|seen| seen.contains(&location));
        let stays = before.is_some_and(|before| before.location_id == location);
        closed("location", &places.locations, location.0, location_seen, stays)
    }

    /// The place that was named, else the first one the caller may see.
    fn place_of(&self, input: &CheckedCustomer, places: &Places) -> (PartnerId, LocationId) {
        let scope = &self.actor.scope;
        let mut partners = places.partners.iter().filter(|one| one.is_active).map(|one| PartnerId(one.id));
        let partner = partners.find(|id| scope.partners.as_ref().is_none_or(|seen| seen.contains(id)));
        let mut locations = places.locations.iter().filter(|one| one.is_active).map(|one| LocationId(one.id));
        let location = locations.find(|id| scope.locations.as_ref().is_none_or(|seen| seen.contains(id)));
        (input.partner_id.or(partner).unwrap_or(PartnerId(1)), input.location_id.or(location).unwrap_or(LocationId(1)))
    }

    /// Gives logins and portal ids to those who brought none. Somebody may have them already.
    /// Numbers that are taken stand together: each round passes over twice as many of them as the one before.
    async fn give_names(
        &self,
        tx: &mut Transaction,
        drafts: &mut [Draft],
        places: &Places,
        round: u32,
    ) -> Result<(), Problem> {
        let mut wanted: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, draft) in drafts.iter().enumerate() {
            if draft.input.login.is_none() {
                wanted.entry(draft.input.login_base()).or_default().push(at);
            }
            if draft.input.portal_id.is_none() {
                wanted.entry(PORTAL_IDS.to_owned()).or_default().push(at);
            }
        }
        let passed = if round < 2 { 0 } else { 1_i64 << round.min(20) };
        let count = |of: &Vec<usize>| i64::try_from(of.len()).unwrap_or(i64::MAX).saturating_add(passed);
        let bases: Vec<(&str, i64)> = wanted.iter().map(|(base, of)| (base.as_str(), count(of))).collect();
        let used = tx.customers().reserve(&bases).await?;
        for (base, of) in &wanted {
            for (next, at) in (used.get(base).copied().unwrap_or_default() + passed..).zip(of) {
                let draft = &mut drafts[*at];
                if base == PORTAL_IDS {
                    draft.portal_id = self.portal_id(&draft.input, places, next + 1);
                } else {
                    draft.login = login(base, next);
                }
            }
        }
        for draft in drafts {
            draft.login = draft.input.login.clone().unwrap_or_else(|| mem::take(&mut draft.login));
            draft.portal_id = draft.input.portal_id.clone().unwrap_or_else(|| mem::take(&mut draft.portal_id));
        }
        Ok(())
    }

    fn portal_id(&self, input: &CheckedCustomer, places: &Places, number: i64) -> String {
        let digits = self.service.settings.current().customers.portal_id_digits;
        let (partner, _) = self.place_of(input, places);
        let prefix = places.partners.iter().find(|one| one.id == partner.0).map_or("", |one| &one.portal_id_prefix);
        format!("{prefix}{number:0digits$}")
    }

    /// Writes the accounts whose names are free, with their audit entries, and gives back the others.
    async fn write(
        &self,
        tx: &mut Transaction,
        drafts: Vec<Draft>,
        places: &Places,
        used: &Used,
        answers: &mut [Result<Customer, Problem>],
    ) -> Result<Vec<Draft>, Problem> {
        let mut customers: Vec<Customer> = drafts.iter().map(|draft| self.opened(draft, places)).collect();
        let writing = |customer| self.service.writing(&used.definitions, customer);
        let writings: Vec<Writing<'_>> = customers.iter().map(writing).collect();
        let mut ids = tx.customers().insert(&writings).await?;
        let mut left = Vec::new();
        let mut changes = Vec::with_capacity(customers.len());
        let fresh: HashSet<CustomerId> = ids.values().copied().collect();
        for (draft, mut customer) in drafts.into_iter().zip(customers.drain(..)) {
            match ids.remove(&(customer.portal_id.clone(), customer.login.clone())) {
                Some(id) => {
                    customer.id = id;
                    let change = Change::new("customer.created", "customer", customer.id.0);
                    changes.push(change.between(&serde_json::Value::Null, &facts(&customer)));
                    answers[draft.index] = Ok(customer);
                }
                None if draft.is_named() => answers[draft.index] = Err(taken("login")),
                None => left.push(draft),
            }
        }
        self.service.audit.record_all(tx, self.actor, self.service.clock.now(), changes).await?;
        let opened: Vec<&Customer> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
        self.connect(tx, used, opened.into_iter().filter(|customer| fresh.contains(&customer.id))).await?;
        Ok(left)
    }

    /// Makes custom values findable, and children count under their parents.
    async fn connect(
        &self,
        tx: &mut Transaction,
        used: &Used,
        customers: impl Iterator<Item = &Customer>,
    ) -> Result<(), Problem> {
        let mut rows: Vec<(CustomerId, &CustomValues)> = Vec::new();
        for customer in customers {
            if !customer.custom_fields.is_empty() {
                rows.push((customer.id, &customer.custom_fields));
            }
            if customer.parent_id.is_some() {
                joined(tx, customer).await?;
            }
        }
        index_values(tx, &used.definitions, &used.region, &rows, true).await.on_unique(VALUES_KEY, values_taken)
    }

    fn opened(&self, draft: &Draft, places: &Places) -> Customer {
        let now = self.service.clock.now();
        let (partner_id, location_id) = self.place_of(&draft.input, places);
        let input = &draft.input;
        let base = Customer {
            id: CustomerId(0),
            version: 1,
            partner_id,
            location_id,
            parent_id: input.parent_id,
            account_level: draft.level,
            billing_mode: input.billing_mode.filter(|_| input.parent_id.is_some()).unwrap_or(BillingMode::Independent),
            portal_id: draft.portal_id.clone(),
            login: draft.login.clone(),
            category: input.category,
            name: String::new(),
            first_name: None,
            last_name: None,
            company_name: None,
            registration_number: None,
            tax_id: None,
            email: None,
            billing_email: None,
            phone: None,
            phone_e164: None,
            mobile: None,
            mobile_e164: None,
            status: Status::New,
            status_since: now,
            city: None,
            country: None,
            date_of_birth: None,
            customer_since: None,
            language: String::new(),
            timezone: String::new(),
            currency: String::new(),
            communication_method: input.communication_method,
            marketing_consent: false,
            marketing_consent_at: input.marketing_consent.then_some(now),
            marketing_consent_source: None,
            custom_fields: CustomValues::new(),
            source: input.source.clone(),
            external_id: input.external_id.clone(),
            created_at: now,
            created_by: self.actor.name.clone(),
            updated_at: now,
            updated_by: self.actor.name.clone(),
            deleted_at: None,
        };
        let mut customer = self.service.compose(input, &base);
        customer.login.clone_from(&draft.login);
        customer.portal_id.clone_from(&draft.portal_id);
        customer
    }
}

/// The login number `next` of a base: the first one gets the plain base, if it is long enough.
fn login(base: &str, next: i64) -> String {
    match next {
        0 if base.len() >= 3 => base.to_owned(),
        _ if base.len() == 1 => format!("{base}{next:02}"),
        _ => format!("{base}{next}"),
    }
}

/// Why nobody can be put there: it does not exist for the caller, or takes nobody new.
fn closed(what: &str, rows: &[PlaceRow], id: i64, seen: bool, stays: bool) -> Option<Problem> {
    let field = format!("{what}_id");
    match rows.iter().find(|row| row.id == id).filter(|_| seen) {
        None => Some(Problem::field_error(&field, "unknown", format!("There is no such {what}."))),
        Some(row) if !row.is_active && !stays => {
            let message = format!("The {what} {} is inactive and takes no new customers.", row.name);
            Some(Problem::field_error(&field, "inactive", message))
        }
        Some(_) => None,
    }
}

/// Values were checked before anybody waited for the lock: they must keep the rules that hold now.
fn keep_rules(definitions: &[CustomField], input: &mut CheckedCustomer) -> Result<(), Problem> {
    let checked = check_values(definitions, input.category, &CustomValues::new(), &input.custom_fields);
    input.custom_fields = checked.map_err(Problem::Invalid)?;
    Ok(())
}

/// Names that somebody of the same run brought along: nobody else is given them.
struct Brought {
    logins: HashSet<String>,
    portal_ids: HashSet<String>,
}

impl Brought {
    fn of(drafts: &[Draft]) -> Self {
        Self {
            logins: drafts.iter().filter_map(|draft| draft.input.login.clone()).collect(),
            portal_ids: drafts.iter().filter_map(|draft| draft.input.portal_id.clone()).collect(),
        }
    }

    fn has_given_name_of(&self, draft: &Draft) -> bool {
        (draft.input.login.is_none() && self.logins.contains(&draft.login))
            || (draft.input.portal_id.is_none() && self.portal_ids.contains(&draft.portal_id))
    }
}

/// What is in use already, in the database and by earlier inputs of the same run.
struct Used {
    definitions: Vec<CustomField>,
    region: String,
    unique_emails: bool,
    standing: Standing,
    external_ids: HashSet<(String, String)>,
    values: HashSet<UniqueValue>,
}

impl Used {
    async fn read(
        service: &CustomerService,
        tx: &mut Transaction,
        definitions: Vec<CustomField>,
        inputs: &[CheckedCustomer],
    ) -> Result<Self, Problem> {
        let unique_emails = service.settings.current().customers.email_policy == crate::settings::EmailPolicy::Unique;
        let mut used = Self {
            definitions,
            region: service.default_region(),
            unique_emails,
            standing: Standing::default(),
            external_ids: HashSet::new(),
            values: HashSet::new(),
        };
        let mut sources: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for input in inputs {
            if let (Some(source), Some(id)) = (&input.source, &input.external_id) {
                sources.entry(source).or_default().push(id.clone());
            }
        }
        let values: Vec<UniqueValue> = inputs
            .iter()
            .flat_map(|input| unique_values(&used.definitions, &used.region, &input.custom_fields))
            .collect();
        used.values = taken_values(tx, &values, CustomerId(0)).await?;
        for (source, ids) in sources {
            let known = service.known_external_ids(tx, source, &ids).await?;
            used.external_ids.extend(known.into_iter().map(|id| (source.to_owned(), id)));
        }
        for chunk in inputs.chunks(AT_ONCE) {
            let emails = chunk.iter().filter_map(|one| one.email.as_deref()).filter(|_| unique_emails).map(email_key);
            let names = Names {
                emails: emails.collect(),
                logins: chunk.iter().filter_map(|one| one.login.as_deref()).collect(),
                portal_ids: chunk.iter().filter_map(|one| one.portal_id.as_deref()).collect(),
                except: CustomerId(0),
            };
            let found = tx.customers().standing(&names).await?;
            used.standing.places = found.places;
            used.standing.emails.extend(found.emails);
            used.standing.logins.extend(found.logins);
            used.standing.portal_ids.extend(found.portal_ids);
        }
        Ok(used)
    }

    /// Claims everything unique of an input, or says what is taken and claims nothing.
    fn claim(&mut self, input: &CheckedCustomer) -> Option<Problem> {
        let email = input.email.as_deref().filter(|_| self.unique_emails).map(email_key);
        let external = input.source.clone().zip(input.external_id.clone());
        let has = |names: &HashSet<String>, name: Option<&String>| name.is_some_and(|name| names.contains(name));
        let conflicts = [
            ("external_id", external.as_ref().is_some_and(|id| self.external_ids.contains(id))),
            ("email", has(&self.standing.emails, email.as_ref())),
            ("login", has(&self.standing.logins, input.login.as_ref())),
            ("portal_id", has(&self.standing.portal_ids, input.portal_id.as_ref())),
        ];
        if let Some((what, _)) = conflicts.into_iter().find(|(_, is_taken)| *is_taken) {
            return Some(taken(what));
        }
        let values = unique_values(&self.definitions, &self.region, &input.custom_fields);
        if let Some((field, _)) = values.iter().find(|value| self.values.contains(*value)) {
            return Some(value_taken(&self.definitions, *field));
        }
        self.values.extend(values);
        self.standing.emails.extend(email);
        self.standing.logins.extend(input.login.clone());
        self.standing.portal_ids.extend(input.portal_id.clone());
        self.external_ids.extend(external);
        None
    }
}
