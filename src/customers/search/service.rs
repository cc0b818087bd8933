//! Finding customers: a page, its facets, and everybody whom a filter finds.

use std::sync::{Arc, PoisonError};

use super::super::CustomerService;
use super::super::hierarchy::blank_hidden_parents;
use super::super::model::CustomerSummary;
use super::checked::CheckedFilter;
use super::facets::count_facets;
use super::index::{Rarity, sample};
use super::model::{CustomerFilter, CustomerPage, Facets, SortKey};
use super::repository::{Window, cursor_of, find_exact, find_ids, find_page};
use crate::database::Transaction;
use crate::shared::actor::Actor;
use crate::shared::id::CustomerId;
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;

impl CustomerService {
    /// A page of customers and how many there are, all from one moment (spec: Customers → Search). Errors:
    /// `Forbidden`, `Invalid`.
    pub async fn search(&self, actor: &Actor, filter: &CustomerFilter) -> Result<CustomerPage, Problem> {
        actor.require(Permission::CustomersRead)?;
        let filter = self.checked_filter(actor, filter)?;
        let mut tx = self.database.snapshot().await?;
        let exact = match filter.sort {
            SortKey::Relevance => find_exact(&mut tx, &actor.scope, &filter).await?,
            _ => Vec::new(),
        };
        let without: Vec<CustomerId> = exact.iter().map(|row| row.id).collect();
        let first: Vec<CustomerSummary> = match filter.cursor {
            None => exact.into_iter().skip(index(filter.offset)).take(index(filter.limit)).collect(),
            Some(_) => Vec::new(),
        };
        let taken = i64::try_from(first.len()).unwrap_or_default();
        let passed = if filter.cursor.is_some() { 0 } else { i64::try_from(without.len()).unwrap_or_default() };
        let window = Window { offset: (filter.offset - passed).max(0), limit: filter.limit - taken, without: &without };
        let (rest, total) = find_page(&mut tx, &actor.scope, &filter, window, &self.rarity()).await?;
        let mut customers = first;
        customers.extend(rest);
        let has_more = customers.len() > index(filter.limit);
        customers.truncate(index(filter.limit));
        let next_cursor = match customers.last() {
            Some(last) if has_more => Some(next_cursor(&mut tx, &filter, &without, last).await?),
            _ => None,
        };
        self.complete(&mut tx, actor, &filter, &mut customers).await?;
        Ok(CustomerPage {
            customers,
            total_count: total.count,
            total_is_exact: total.exact,
            limit: filter.limit,
            offset: filter.offset,
            has_more,
            next_cursor,
        })
    }

    /// How the customers that a filter finds divide, from one moment; sort and page of the filter do not
    /// count. Errors: `Forbidden`, `Invalid`.
    pub async fn facets(&self, actor: &Actor, filter: &CustomerFilter) -> Result<Facets, Problem> {
        actor.require(Permission::CustomersRead)?;
        let unpaged = CustomerFilter { limit: None, offset: None, cursor: None, ..filter.clone() };
        let filter = CheckedFilter { capped: true, ..self.checked_filter(actor, &unpaged)? };
        let with_labels = actor.permissions.has(Permission::LabelsRead);
        let mut tx = self.database.snapshot().await?;
        Ok(count_facets(&mut tx, &actor.scope, &filter, with_labels, &self.rarity()).await?)
    }

    /// Everybody whom a filter finds, by id; its sort and page do not count. Errors: `Forbidden`, `Invalid`,
    /// `Conflict("too_many")` when they are more than `most`.
    pub async fn find_all_ids(
        &self,
        actor: &Actor,
        filter: &CustomerFilter,
        most: i64,
    ) -> Result<Vec<CustomerId>, Problem> {
        actor.require(Permission::CustomersRead)?;
        let unpaged = CustomerFilter { limit: None, offset: None, cursor: None, ..filter.clone() };
        let filter = CheckedFilter { capped: true, ..self.checked_filter(actor, &unpaged)? };
        let mut tx = self.database.snapshot().await?;
        let mut ids = find_ids(&mut tx, &actor.scope, &filter, most + 1, &self.rarity()).await?;
        if i64::try_from(ids.len()).unwrap_or(i64::MAX) > most {
            return Err(Problem::conflict("too_many", format!("The filter finds more than {most} customers.")));
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// Learns anew which words are rare; the search is right without it, and faster with it.
    pub async fn learn_rarity(&self) -> Result<(), Problem> {
        let learnt = Arc::new(sample(&mut self.database.read().await?).await?);
        *self.rarity.write().unwrap_or_else(PoisonError::into_inner) = learnt;
        Ok(())
    }

    fn rarity(&self) -> Arc<Rarity> {
        self.rarity.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whoever may not see labels does not learn by a filter who wears them. Errors: `Forbidden`, `Invalid`.
    fn checked_filter(&self, actor: &Actor, filter: &CustomerFilter) -> Result<CheckedFilter, Problem> {
        if !filter.labels.is_empty() || filter.labels_mode.is_some() {
            actor.require(Permission::LabelsRead)?;
        }
        filter.checked(&self.definitions(), self.clock.now())
    }

    /// Gives the rows of a page their labels, only those custom fields that are columns of the list, and no parents
    /// that the caller may not see.
    async fn complete(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        filter: &CheckedFilter,
        customers: &mut [CustomerSummary],
    ) -> Result<(), Problem> {
        let definitions = self.definitions();
        let is_listed = |key: &str| {
            definitions.iter().any(|field| field.is_listed && field.archived_at.is_none() && field.key == key)
        };
        for customer in customers.iter_mut() {
            customer.custom_fields.retain(|key, _| is_listed(key));
        }
        blank_hidden_parents(tx, &actor.scope, customers.iter_mut().map(|one| &mut one.parent_id).collect()).await?;
        if customers.is_empty() || !actor.permissions.has(Permission::LabelsRead) {
            return Ok(());
        }
        let ids: Vec<CustomerId> = customers.iter().map(|customer| customer.id).collect();
        for (id, chip) in tx.labels().chips(&ids, filter.now).await? {
            if let Some(customer) = customers.iter_mut().find(|customer| customer.id == id) {
                customer.labels.push(chip);
            }
        }
        Ok(())
    }
}

/// Behind an exact hit, which stands above its place in the order, the rest begins from the top.
async fn next_cursor(
    tx: &mut Transaction,
    filter: &CheckedFilter,
    exact: &[CustomerId],
    last: &CustomerSummary,
) -> Result<String, Problem> {
    let mut cursor = cursor_of(tx, filter, last).await?;
    if exact.contains(&last.id) {
        cursor.id = i64::MAX;
    }
    Ok(cursor.encode())
}

/// A limit or offset as a number of rows.
fn index(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}
