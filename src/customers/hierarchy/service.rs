//! The use cases of the hierarchy: look up and down, find a parent, move (spec: Customers → Hierarchy).

use super::super::model::{Customer, CustomerSummary, Status};
use super::super::search::CustomerFilter;
use super::super::service::CustomerService;
use super::repository::{NodeRow, RelativeRow};
use super::steps::{joined, left, place_in_tree};
use super::{BillingMode, HierarchyView, MoveInput, Relative, TreeNode, TreePage};
use crate::audit::Change;
use crate::database::Transaction;
use crate::shared::actor::Actor;
use crate::shared::id::CustomerId;
use crate::shared::page::Cursor;
use crate::shared::permission::{Permission, Scope};
use crate::shared::problem::Problem;
use crate::shared::validation::Checks;

/// Nodes on a page unless asked otherwise.
const PAGE: i64 = 50;

/// Possible parents that are offered at once.
const PARENTS: usize = 20;

/// The sort that cursors of the tree belong to.
const SORT: &str = "tree";

impl CustomerService {
    /// Where a customer hangs. Errors: `Forbidden`, `NotFound`.
    pub async fn hierarchy(&self, actor: &Actor, id: CustomerId) -> Result<HierarchyView, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.snapshot().await?;
        let customer = self.visible(&mut tx, actor, id).await?;
        self.hierarchy_view(&mut tx, actor, &customer).await
    }

    /// The same as a part of a larger read.
    pub(in crate::customers) async fn hierarchy_view(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        customer: &Customer,
    ) -> Result<HierarchyView, Problem> {
        let above = match customer.parent_id {
            Some(parent) => tx.hierarchy().chain(parent).await?,
            None => Vec::new(),
        };
        let all = above.len();
        let seen: Vec<RelativeRow> = above.into_iter().filter(|row| shows(&actor.scope, row)).collect();
        let below = tx.hierarchy().count_of(&actor.scope, customer.id).await?;
        Ok(HierarchyView {
            ancestors_hidden: seen.len() < all,
            ancestors: seen.into_iter().map(Relative::try_from).collect::<Result<_, _>>()?,
            account_level: i64::try_from(all).unwrap_or(i64::MAX - 1) + 1,
            max_account_level: self.settings.current().customers.max_account_level,
            children: below.children,
            descendants: below.descendants,
        })
    }

    /// A page of live children by name; without a customer the main accounts that have children. `limit` is 1–100,
    /// 50 unless given. Errors: `Forbidden`, `NotFound`, `Invalid` (`cursor`, `limit`).
    pub async fn children(
        &self,
        actor: &Actor,
        id: Option<CustomerId>,
        cursor: Option<&str>,
        limit: Option<i64>,
    ) -> Result<TreePage, Problem> {
        actor.require(Permission::CustomersRead)?;
        let after = cursor.filter(|text| !text.is_empty()).map(Cursor::decode);
        let limit = limit.unwrap_or(PAGE);
        let mut checks = Checks::default();
        if after.as_ref().is_some_and(|after| after.as_ref().is_none_or(|cursor| cursor.sort != SORT)) {
            checks.add("cursor", "invalid", "This cursor is not of this list.");
        }
        if !(1..=100).contains(&limit) {
            checks.add("limit", "out_of_range", "A number from 1 to 100.");
        }
        checks.finish()?;
        let after = after.flatten();
        let mut tx = self.database.snapshot().await?;
        let rows = match id {
            Some(id) => {
                self.visible(&mut tx, actor, id).await?;
                tx.hierarchy().children(&actor.scope, id, after.as_ref(), limit + 1).await?
            }
            None => tx.hierarchy().roots(&actor.scope, after.as_ref(), limit + 1).await?,
        };
        page_of(&mut tx, &actor.scope, rows, limit).await
    }

    /// One customer as it stands in the tree. Errors: `Forbidden`, `NotFound`.
    pub async fn tree_node(&self, actor: &Actor, id: CustomerId) -> Result<TreeNode, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.snapshot().await?;
        let row = tx.hierarchy().node(&actor.scope, id).await?.ok_or_else(|| Problem::not_found("customer"))?;
        let below = tx.hierarchy().count_of(&actor.scope, id).await?;
        Ok(row.node(below)?)
    }

    /// Customers that `id` (or a new customer) could hang under, found by words; at most 20.
    pub async fn possible_parents(
        &self,
        actor: &Actor,
        id: Option<CustomerId>,
        query: &str,
    ) -> Result<Vec<Relative>, Problem> {
        actor.require(Permission::CustomersRead)?;
        let mut tx = self.database.snapshot().await?;
        let (moving, height) = match id {
            Some(id) => (Some(self.visible(&mut tx, actor, id).await?), tx.hierarchy().height(id).await?),
            None => (None, 1),
        };
        let deepest = self.settings.current().customers.max_account_level - height;
        if deepest < 1 {
            return Ok(Vec::new());
        }
        let own_partner = moving.filter(|_| !actor.may(Permission::CustomersCrossPartner)).map(|it| it.partner_id);
        let linkable = Status::ALL.iter().filter(|status| **status != Status::Terminated);
        let filter = CustomerFilter {
            query: Some(query.to_owned()),
            status: linkable.map(|status| status.as_str().to_owned()).collect(),
            partner_id: own_partner.into_iter().collect(),
            account_level: (1..=deepest).collect(),
            // Some may lie below the customer itself.
            limit: Some(if id.is_some() { 100 } else { 20 }),
            count: Some("capped".to_owned()),
            ..CustomerFilter::default()
        };
        // The search reads a moment of its own.
        drop(tx);
        let mut found = self.search(actor, &filter).await?.customers;
        if let Some(id) = id {
            let candidates: Vec<CustomerId> = found.iter().map(|one| one.id).collect();
            let within = self.database.read().await?.hierarchy().within(id, &candidates).await?;
            found.retain(|one| !within.contains(&one.id));
        }
        Ok(found.into_iter().take(PARENTS).map(relative).collect())
    }

    /// Moves a customer with everything below it; the same place again changes nothing. Errors: `Forbidden`,
    /// `NotFound`, `Stale`, `Invalid` (`parent_id`, `billing_mode`), `Conflict` (`deleted`, `hierarchy_cycle`,
    /// `hierarchy_depth_exceeded`, `parent_not_linkable`).
    pub async fn move_under(
        &self,
        actor: &Actor,
        id: CustomerId,
        version: i64,
        to: &MoveInput,
    ) -> Result<Customer, Problem> {
        actor.require(Permission::CustomersMove)?;
        let billing_mode = billing_mode_of(to)?;
        let mut tx = self.begin_changes().await?;
        let before = self.live(&mut tx, actor, id).await?;
        if before.version != version {
            return Err(Problem::Stale { version: before.version });
        }
        if let Some(parent) = to.parent_id.filter(|_| to.parent_id == before.parent_id) {
            // A parent outside the scope cannot be guessed.
            self.named_parent(&mut tx, actor, parent).await?;
        }
        if (before.parent_id, before.billing_mode) == (to.parent_id, billing_mode) {
            return Ok(before);
        }
        let account_level = match to.parent_id {
            same if same == before.parent_id => before.account_level,
            Some(parent) => self.require_parent(&mut tx, actor, parent, before.partner_id, Some(&before)).await?,
            None => 1,
        };
        let after = Customer {
            parent_id: to.parent_id,
            billing_mode,
            account_level,
            version: before.version + 1,
            updated_at: self.clock.now(),
            updated_by: actor.name.clone(),
            ..before.clone()
        };
        self.put_place(&mut tx, actor, &before, &after).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Writes a move: the record, the counts above on both sides, the levels below, the audit entry.
    async fn put_place(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        before: &Customer,
        after: &Customer,
    ) -> Result<(), Problem> {
        if !tx.hierarchy().put_parent(after).await? {
            return Err(Problem::Stale { version: before.version });
        }
        if before.parent_id != after.parent_id {
            left(tx, before).await?;
            joined(tx, after).await?;
            tx.hierarchy().shift_levels(after.id, after.account_level - before.account_level).await?;
            tx.hierarchy().put_branch_parent(after.id, after.parent_id).await?;
        }
        let change = Change::new("customer.moved", "customer", after.id.0).between(
            &place_in_tree(before.parent_id, before.billing_mode),
            &place_in_tree(after.parent_id, after.billing_mode),
        );
        self.record(tx, actor, change).await
    }
}

/// A main account is billed by itself, whatever was asked for.
fn billing_mode_of(to: &MoveInput) -> Result<BillingMode, Problem> {
    let word = to.billing_mode.as_deref().map(str::trim).filter(|word| !word.is_empty());
    let invalid = || Problem::field_error("billing_mode", "invalid", "Either independent or consolidated.");
    let asked = word.map_or(Ok(BillingMode::Independent), |word| BillingMode::parse(word).ok_or_else(invalid))?;
    Ok(if to.parent_id.is_some() { asked } else { BillingMode::Independent })
}

fn shows(scope: &Scope, row: &RelativeRow) -> bool {
    scope.partners.as_ref().is_none_or(|seen| seen.contains(&row.partner_id))
        && scope.locations.as_ref().is_none_or(|seen| seen.contains(&row.location_id))
}

/// The page of one row more than asked for, which tells whether there is a next one.
async fn page_of(tx: &mut Transaction, scope: &Scope, mut rows: Vec<NodeRow>, limit: i64) -> Result<TreePage, Problem> {
    let limit = usize::try_from(limit).unwrap_or_default();
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| has_more).map(|last| {
        let cursor = Cursor { sort: SORT.to_owned(), key: last.sort_name.clone(), id: last.id.0 };
        cursor.encode()
    });
    let ids: Vec<CustomerId> = rows.iter().map(|row| row.id).collect();
    let counts = tx.hierarchy().counts(scope, &ids).await?;
    let mut nodes = Vec::with_capacity(rows.len());
    for row in rows {
        let below = counts.get(&row.id).copied().unwrap_or_default();
        nodes.push(row.node(below)?);
    }
    Ok(TreePage { nodes, next_cursor })
}

fn relative(summary: CustomerSummary) -> Relative {
    Relative { id: summary.id, portal_id: summary.portal_id, name: summary.name, status: summary.status }
}
