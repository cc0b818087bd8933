//! Opening accounts, one or many: numbers and logins are given, uniqueness is checked, all in a few
//! statements however many there are.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::model::{CheckedCustomer, Customer, Status};
use super::repository::{Places, Writing, email_key};
use super::service::{CustomerService, facts};
use crate::audit::Change;
use crate::database::{Lock, OnUnique, Sequence, Transaction};
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
    login: Option<String>,
    portal_id: Option<String>,
}

impl<'s> Opening<'s> {
    pub(super) fn new(service: &'s CustomerService, actor: &'s Actor) -> Self {
        Self { service, actor }
    }

    /// Opens what can be opened.
    pub(super) async fn run(
        &self,
        tx: &mut Transaction,
        inputs: Vec<CheckedCustomer>,
    ) -> Result<Vec<Result<Customer, Problem>>, Problem> {
        tx.lock(Lock::Changes).await?;
        let places = tx.customers().places().await?;
        let findings = self.findings_with(tx, &inputs, &places).await?;
        let mut drafts = Vec::new();
        let mut answers: Vec<Result<Customer, Problem>> = Vec::with_capacity(inputs.len());
        for (index, (input, finding)) in inputs.into_iter().zip(findings).enumerate() {
            answers.push(Err(finding.clone().unwrap_or(Problem::Internal)));
            if finding.is_none() {
                let (login, portal_id) = (input.login.clone(), input.portal_id.clone());
                drafts.push(Draft { index, input, login, portal_id });
            }
        }
        self.give_names(tx, &mut drafts, &places).await?;
        let indexes: Vec<usize> = drafts.iter().map(|draft| draft.index).collect();
        for (index, customer) in indexes.into_iter().zip(self.write(tx, drafts, &places).await?) {
            answers[index] = Ok(customer);
        }
        Ok(answers)
    }

    /// What speaks against each input, without writing.
    pub(super) async fn findings(
        &self,
        tx: &mut Transaction,
        inputs: &[CheckedCustomer],
    ) -> Result<Vec<Option<Problem>>, Problem> {
        let places = tx.customers().places().await?;
        self.findings_with(tx, inputs, &places).await
    }

    /// Errors: `Invalid` when the partner or location does not exist for the caller.
    pub(super) async fn require_place(
        &self,
        tx: &mut Transaction,
        partner: PartnerId,
        location: LocationId,
    ) -> Result<(), Problem> {
        let places = tx.customers().places().await?;
        self.misplaced(&places, partner, location).map_or(Ok(()), Err)
    }

    fn misplaced(&self, places: &Places, partner: PartnerId, location: LocationId) -> Option<Problem> {
        let scope = &self.actor.scope;
        let partner_seen = scope.partners.as_ref().is_none_or(|seen| seen.contains(&partner));
        if !partner_seen || !places.partners.iter().any(|one| one.id == partner.0) {
            return Some(Problem::field_error("partner_id", "unknown", "There is no such partner."));
        }
        let location_seen = scope.locations.as_ref().is_none_or(|seen| seen.contains(&location));
        (!location_seen || !places.locations.iter().any(|one| one.id == location.0))
            .then(|| Problem::field_error("location_id", "unknown", "There is no such location."))
    }

    async fn findings_with(
        &self,
        tx: &mut Transaction,
        inputs: &[CheckedCustomer],
        places: &Places,
    ) -> Result<Vec<Option<Problem>>, Problem> {
        let mut used = Used::read(self.service, tx, inputs).await?;
        Ok(inputs
            .iter()
            .map(|input| {
                let (partner, location) = self.place_of(input, places);
                self.misplaced(places, partner, location).or_else(|| used.claim(input))
            })
            .collect())
    }

    /// The place that was named, else the first one the caller may see.
    fn place_of(&self, input: &CheckedCustomer, places: &Places) -> (PartnerId, LocationId) {
        let scope = &self.actor.scope;
        let mut partners = places.partners.iter().map(|one| PartnerId(one.id));
        let partner = partners.find(|id| scope.partners.as_ref().is_none_or(|seen| seen.contains(id)));
        let mut locations = places.locations.iter().map(|one| LocationId(one.id));
        let location = locations.find(|id| scope.locations.as_ref().is_none_or(|seen| seen.contains(id)));
        (input.partner_id.or(partner).unwrap_or(PartnerId(1)), input.location_id.or(location).unwrap_or(LocationId(1)))
    }

    /// Gives logins and portal ids to those who brought none, until every one is free.
    async fn give_names(&self, tx: &mut Transaction, drafts: &mut [Draft], places: &Places) -> Result<(), Problem> {
        let digits = self.service.settings.current().customers.portal_id_digits;
        let mut claimed: HashSet<String> = drafts.iter().filter_map(|draft| draft.login.clone()).collect();
        let mut numbered: HashSet<String> = drafts.iter().filter_map(|draft| draft.portal_id.clone()).collect();
        loop {
            let mut new_logins = Vec::new();
            let mut new_numbers = Vec::new();
            self.propose_logins(tx, drafts, &mut new_logins).await?;
            self.propose_numbers(tx, drafts, places, digits, &mut new_numbers).await?;
            if new_logins.is_empty() && new_numbers.is_empty() {
                return Ok(());
            }
            let logins: Vec<&str> = new_logins.iter().map(|(_, login)| login.as_str()).collect();
            let numbers: Vec<&str> = new_numbers.iter().map(|(_, number)| number.as_str()).collect();
            let taken = tx.customers().taken_names(&logins, &numbers, CustomerId(0)).await?;
            claimed.extend(taken.iter().map(|row| row.login.clone()));
            numbered.extend(taken.into_iter().map(|row| row.portal_id));
            for (at, login) in new_logins {
                drafts[at].login = claimed.insert(login.clone()).then_some(login);
            }
            for (at, number) in new_numbers {
                drafts[at].portal_id = numbered.insert(number.clone()).then_some(number);
            }
        }
    }

    async fn propose_logins(
        &self,
        tx: &mut Transaction,
        drafts: &[Draft],
        proposed: &mut Vec<(usize, String)>,
    ) -> Result<(), Problem> {
        let mut wanted: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| draft.login.is_none()) {
            wanted.entry(draft.input.login_base()).or_default().push(at);
        }
        let bases: Vec<(&str, i64)> =
            wanted.iter().map(|(base, of)| (base.as_str(), i64::try_from(of.len()).unwrap_or(i64::MAX))).collect();
        let used = tx.customers().reserve_logins(&bases).await?;
        for (base, of) in &wanted {
            for (next, at) in (used.get(base).copied().unwrap_or_default()..).zip(of) {
                // The first one gets the plain base, if it is long enough to be a login.
                let login = match next {
                    0 if base.len() >= 3 => base.clone(),
                    _ if base.len() == 1 => format!("{base}{next:02}"),
                    _ => format!("{base}{next}"),
                };
                proposed.push((*at, login));
            }
        }
        Ok(())
    }

    async fn propose_numbers(
        &self,
        tx: &mut Transaction,
        drafts: &[Draft],
        places: &Places,
        digits: usize,
        proposed: &mut Vec<(usize, String)>,
    ) -> Result<(), Problem> {
        let wanted: Vec<usize> =
            drafts.iter().enumerate().filter(|(_, draft)| draft.portal_id.is_none()).map(|(at, _)| at).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let prefixes: HashMap<PartnerId, &str> =
            places.partners.iter().map(|one| (PartnerId(one.id), one.portal_id_prefix.as_str())).collect();
        let mut number = tx.draw(Sequence::PortalId, i64::try_from(wanted.len()).unwrap_or(i64::MAX)).await?;
        for at in wanted {
            let (partner, _) = self.place_of(&drafts[at].input, places);
            let prefix = prefixes.get(&partner).copied().unwrap_or_default();
            proposed.push((at, format!("{prefix}{number:0digits$}")));
            number += 1;
        }
        Ok(())
    }

    async fn write(&self, tx: &mut Transaction, drafts: Vec<Draft>, places: &Places) -> Result<Vec<Customer>, Problem> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<String> = drafts.iter().map(|draft| draft.input.name_key()).collect();
        let mut customers: Vec<Customer> = drafts.into_iter().map(|draft| self.opened(draft, places)).collect();
        let writings: Vec<Writing<'_>> = customers
            .iter()
            .zip(keys)
            .map(|(customer, name_key)| Writing {
                customer,
                name_key,
                email_unique: self.service.unique_email(customer),
            })
            .collect();
        let ids = tx.customers().insert(&writings).await.on_unique("customers_email_unique_key", || taken("email"))?;
        for customer in &mut customers {
            customer.id = ids.get(&customer.portal_id).copied().ok_or(Problem::Internal)?;
        }
        let now = self.service.clock.now();
        let changes = customers
            .iter()
            .map(|customer| {
                Change::new("customer.created", "customer", customer.id.0)
                    .between(&serde_json::Value::Null, &facts(customer))
            })
            .collect();
        self.service.audit.record_all(tx, self.actor, now, changes).await?;
        let counts = customers.iter().map(|c| ((c.partner_id, c.location_id, c.status), 1)).collect();
        self.service.count(tx, counts).await?;
        Ok(customers)
    }

    fn opened(&self, draft: Draft, places: &Places) -> Customer {
        let now = self.service.clock.now();
        let (partner_id, location_id) = self.place_of(&draft.input, places);
        let input = draft.input;
        let base = Customer {
            id: CustomerId(0),
            version: 1,
            partner_id,
            location_id,
            portal_id: draft.portal_id.unwrap_or_default(),
            login: draft.login.unwrap_or_default(),
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
            source: input.source.clone(),
            external_id: input.external_id.clone(),
            created_at: now,
            created_by: self.actor.name.clone(),
            updated_at: now,
            updated_by: self.actor.name.clone(),
            deleted_at: None,
        };
        self.service.compose(&input, &base)
    }
}

/// What is in use already, in the database and by earlier inputs of the same run.
struct Used {
    unique_emails: bool,
    emails: HashSet<String>,
    logins: HashSet<String>,
    portal_ids: HashSet<String>,
    external_ids: HashSet<(String, String)>,
}

impl Used {
    async fn read(
        service: &CustomerService,
        tx: &mut Transaction,
        inputs: &[CheckedCustomer],
    ) -> Result<Self, Problem> {
        let unique_emails = service.settings.current().customers.email_policy == crate::settings::EmailPolicy::Unique;
        let mut used = Self {
            unique_emails,
            emails: HashSet::new(),
            logins: HashSet::new(),
            portal_ids: HashSet::new(),
            external_ids: HashSet::new(),
        };
        let mut sources: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for input in inputs {
            if let (Some(source), Some(id)) = (&input.source, &input.external_id) {
                sources.entry(source).or_default().push(id.clone());
            }
        }
        for (source, ids) in sources {
            let known = service.known_external_ids(tx, source, &ids).await?;
            used.external_ids.extend(known.into_iter().map(|id| (source.to_owned(), id)));
        }
        for chunk in inputs.chunks(2_000) {
            if unique_emails {
                let keys: Vec<String> = chunk.iter().filter_map(|c| c.email.as_deref()).map(email_key).collect();
                used.emails.extend(tx.customers().taken_emails(&keys, CustomerId(0)).await?);
            }
            let logins: Vec<&str> = chunk.iter().filter_map(|c| c.login.as_deref()).collect();
            let portal_ids: Vec<&str> = chunk.iter().filter_map(|c| c.portal_id.as_deref()).collect();
            for row in tx.customers().taken_names(&logins, &portal_ids, CustomerId(0)).await? {
                used.logins.insert(row.login);
                used.portal_ids.insert(row.portal_id);
            }
        }
        Ok(used)
    }

    /// Claims everything unique of an input, or says what is taken and claims nothing.
    fn claim(&mut self, input: &CheckedCustomer) -> Option<Problem> {
        let email = input.email.as_deref().filter(|_| self.unique_emails).map(email_key);
        let external = input.source.clone().zip(input.external_id.clone());
        if external.as_ref().is_some_and(|id| self.external_ids.contains(id)) {
            return Some(taken("external_id"));
        }
        if email.as_ref().is_some_and(|email| self.emails.contains(email)) {
            return Some(taken("email"));
        }
        if input.login.as_ref().is_some_and(|login| self.logins.contains(login)) {
            return Some(taken("login"));
        }
        if input.portal_id.as_ref().is_some_and(|id| self.portal_ids.contains(id)) {
            return Some(taken("portal_id"));
        }
        self.emails.extend(email);
        self.logins.extend(input.login.clone());
        self.portal_ids.extend(input.portal_id.clone());
        self.external_ids.extend(external);
        None
    }
}
