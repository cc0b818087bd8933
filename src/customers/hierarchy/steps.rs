//! Steps of the hierarchy that other use cases join: may it hang there, what counts where, who settles the children.

use serde_json::{Value, json};

use super::super::model::{Customer, Status};
use super::super::service::CustomerService;
use super::super::status::{ChildrenChoice, TerminationReason};
use super::BillingMode;
use super::branches::Share;
use super::repository::{Below, ChildRow};
use crate::audit::Change;
use crate::database::{DatabaseError, Transaction};
use crate::shared::actor::Actor;
use crate::shared::id::{CustomerId, PartnerId};
use crate::shared::permission::{Permission, Scope};
use crate::shared::problem::Problem;
use crate::shared::text::fold;

/// Customers that one choice about children may change.
const MAX_SETTLED: i64 = 1_000;

/// A live customer with its subtree now counts under its parent.
pub(in crate::customers) async fn joined(tx: &mut Transaction, customer: &Customer) -> Result<(), DatabaseError> {
    let Some(parent) = customer.parent_id else { return Ok(()) };
    tx.hierarchy().ensure_branch(parent).await?;
    tx.hierarchy().add_share(parent, whole(customer), 1).await
}

/// A customer with its subtree no longer counts under the parent it names.
pub(in crate::customers) async fn left(tx: &mut Transaction, customer: &Customer) -> Result<(), DatabaseError> {
    let Some(parent) = customer.parent_id else { return Ok(()) };
    tx.hierarchy().add_share(parent, whole(customer), -1).await?;
    tx.hierarchy().sweep(parent).await
}

/// Partner, location or name of a live customer changed: its own share above, and the name its branch sorts by.
pub(in crate::customers) async fn place_changed(
    tx: &mut Transaction,
    before: &Customer,
    after: &Customer,
) -> Result<(), DatabaseError> {
    if before.name != after.name {
        tx.hierarchy().put_sort_name(after.id, &fold(&after.name)).await?;
    }
    let (old, new) = ((before.partner_id, before.location_id), (after.partner_id, after.location_id));
    let Some(parent) = after.parent_id.filter(|_| old != new) else { return Ok(()) };
    let own = |place| Share { own: Some(place), ..Share::default() };
    // The new share first: an only child must not take the branch away for a moment.
    tx.hierarchy().add_share(parent, own(new), 1).await?;
    tx.hierarchy().add_share(parent, own(old), -1).await?;
    tx.hierarchy().sweep(parent).await
}

/// Leaves out the parents that the scope does not show, in one statement; `parents` are those of records that are
/// shown and not written.
pub(in crate::customers) async fn blank_hidden_parents(
    tx: &mut Transaction,
    scope: &Scope,
    parents: Vec<&mut Option<CustomerId>>,
) -> Result<(), DatabaseError> {
    let ids: Vec<CustomerId> = parents.iter().filter_map(|parent| **parent).collect();
    if *scope == Scope::all() || ids.is_empty() {
        return Ok(());
    }
    let seen = tx.hierarchy().seen(scope, &ids).await?;
    for parent in parents {
        *parent = parent.filter(|id| seen.contains(id));
    }
    Ok(())
}

/// The customer itself and everything below it.
fn whole(customer: &Customer) -> Share {
    Share { own: Some((customer.partner_id, customer.location_id)), below: Some(customer.id), children: false }
}

/// What the audit log says about a place in the tree.
pub(super) fn place_in_tree(parent: Option<CustomerId>, mode: BillingMode) -> Value {
    json!({ "parent_id": parent, "billing_mode": mode })
}

/// Something that wants to hang under a parent.
struct Hanging<'a> {
    /// The partners of those that become children.
    partners: &'a [PartnerId],
    /// Who may not stand above the new parent, nor be it.
    root: Option<CustomerId>,
    /// Levels it takes.
    height: i64,
}

impl CustomerService {
    /// The level of a child of `partner` under this parent; `moving` is the customer that comes with its subtree.
    /// Errors: `Invalid` (`parent_id` `unknown`), `Forbidden` when the parent is another partner's, `Conflict`
    /// (`parent_not_linkable`, `hierarchy_cycle`, `hierarchy_depth_exceeded`).
    pub(in crate::customers) async fn require_parent(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        parent: CustomerId,
        partner: PartnerId,
        moving: Option<&Customer>,
    ) -> Result<i64, Problem> {
        let height = match moving {
            Some(customer) => tx.hierarchy().height(customer.id).await?,
            None => 1,
        };
        let hanging = Hanging { partners: &[partner], root: moving.map(|customer| customer.id), height };
        self.require_link(tx, actor, parent, &hanging).await
    }

    /// The level right below the parent, if all of it may hang there.
    async fn require_link(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        parent: CustomerId,
        hanging: &Hanging<'_>,
    ) -> Result<i64, Problem> {
        let parent = self.named_parent(tx, actor, parent).await?;
        if let Some(root) = hanging.root
            && tx.hierarchy().chain(parent.id).await?.iter().any(|above| above.id == root)
        {
            let detail = format!("{} is the customer itself or hangs below it.", parent.name);
            return Err(Problem::conflict("hierarchy_cycle", detail));
        }
        if parent.deleted_at.is_some() || parent.status == Status::Terminated {
            let what = if parent.deleted_at.is_some() { "in the trash" } else { "terminated" };
            let detail = format!("{} is {what}: nothing can hang under it.", parent.name);
            return Err(Problem::conflict("parent_not_linkable", detail));
        }
        if hanging.partners.iter().any(|partner| *partner != parent.partner_id) {
            actor.require(Permission::CustomersCrossPartner)?;
        }
        let (level, most) = (parent.account_level + 1, self.settings.current().customers.max_account_level);
        if level + hanging.height - 1 > most {
            let detail = format!("There would be {} levels; at most {most} are allowed.", level + hanging.height - 1);
            return Err(Problem::conflict("hierarchy_depth_exceeded", detail));
        }
        Ok(level)
    }

    /// The customer that somebody names as a parent. Errors: `Invalid` (`parent_id` `unknown`), also outside the scope.
    pub(super) async fn named_parent(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        id: CustomerId,
    ) -> Result<Customer, Problem> {
        self.visible(tx, actor, id).await.map_err(|problem| match problem {
            Problem::NotFound { .. } => Problem::field_error("parent_id", "unknown", "There is no such customer."),
            other => other,
        })
    }

    /// Before a customer is terminated: what becomes of its children. Nothing is asked when all of them are
    /// terminated already. Errors: `Conflict` (`has_children` without a choice or when some are hidden from the
    /// caller, `too_many`, and those of [`Self::require_parent`]), `Invalid` (`new_parent`), `Forbidden`.
    pub(in crate::customers) async fn settle_children(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        parent: &Customer,
        choice: Option<ChildrenChoice>,
        new_parent: Option<CustomerId>,
    ) -> Result<(), Problem> {
        if !tx.hierarchy().has_open_child(parent.id).await? {
            return Ok(());
        }
        self.settle(tx, actor, parent, choice, new_parent).await
    }

    /// Before a customer is deleted: the same, but terminated children count as well, since nothing hangs under a
    /// deleted customer. Children that are terminated with it become main accounts. Errors as before.
    pub(in crate::customers) async fn settle_before_deletion(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        parent: &Customer,
        choice: Option<ChildrenChoice>,
        new_parent: Option<CustomerId>,
    ) -> Result<(), Problem> {
        if tx.hierarchy().count_of(&Scope::all(), parent.id).await?.children == 0 {
            return Ok(());
        }
        self.settle(tx, actor, parent, choice, new_parent).await?;
        if choice == Some(ChildrenChoice::Terminate) {
            self.hang_children(tx, actor, parent, None).await?;
        }
        Ok(())
    }

    async fn settle(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        parent: &Customer,
        choice: Option<ChildrenChoice>,
        new_parent: Option<CustomerId>,
    ) -> Result<(), Problem> {
        let all = tx.hierarchy().count_of(&Scope::all(), parent.id).await?;
        let seen = tx.hierarchy().count_of(&actor.scope, parent.id).await?;
        let Some(choice) = choice else { return Err(has_children(all, seen)) };
        require_settleable(choice, all, seen)?;
        match choice {
            ChildrenChoice::Terminate => self.terminate_subtree(tx, actor, parent).await,
            ChildrenChoice::Promote => {
                actor.require(Permission::CustomersMove)?;
                self.hang_children(tx, actor, parent, None).await
            }
            ChildrenChoice::Reparent => {
                actor.require(Permission::CustomersMove)?;
                let missing = || Problem::field_error("new_parent", "required", "Choose the new parent.");
                self.hang_children(tx, actor, parent, Some(new_parent.ok_or_else(missing)?)).await
            }
        }
    }

    /// Terminates everybody below, the deepest first.
    async fn terminate_subtree(&self, tx: &mut Transaction, actor: &Actor, root: &Customer) -> Result<(), Problem> {
        actor.require(Permission::CustomersTerminate)?;
        // Whoever reads it need not be allowed to see which one.
        let note = "Together with the account above it.";
        for id in tx.hierarchy().open_subtree(root.id).await? {
            let customer = self.visible(tx, actor, id).await?;
            self.terminate_step(tx, actor, &customer, TerminationReason::Other, Some(note)).await?;
        }
        Ok(())
    }

    /// Hangs every live child elsewhere, or makes them main accounts.
    async fn hang_children(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        parent: &Customer,
        new_parent: Option<CustomerId>,
    ) -> Result<(), Problem> {
        let children = tx.hierarchy().children_of(parent.id, MAX_SETTLED + 1).await?;
        let level = match new_parent {
            Some(id) => self.level_for_children(tx, actor, parent, &children, id).await?,
            None => 1,
        };
        let below = Share { below: Some(parent.id), children: true, ..Share::default() };
        if let Some(id) = new_parent {
            tx.hierarchy().ensure_branch(id).await?;
            tx.hierarchy().add_share(id, below, 1).await?;
        }
        // The branch of the parent itself is shifted too, and gone a moment later.
        tx.hierarchy().shift_levels(parent.id, level - (parent.account_level + 1)).await?;
        tx.hierarchy().put_branch_parents(parent.id, new_parent).await?;
        tx.hierarchy().put_parents(parent.id, new_parent, self.clock.now(), &actor.name).await?;
        tx.hierarchy().add_share(parent.id, below, -1).await?;
        tx.hierarchy().sweep(parent.id).await?;
        let mut changes = Vec::with_capacity(children.len());
        for child in &children {
            changes.push(moved(child, parent.id, new_parent)?);
        }
        self.audit.record_all(tx, actor, self.clock.now(), changes).await
    }

    async fn level_for_children(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        parent: &Customer,
        children: &[ChildRow],
        new_parent: CustomerId,
    ) -> Result<i64, Problem> {
        let partners: Vec<PartnerId> = children.iter().map(|child| child.partner_id).collect();
        let height = tx.hierarchy().height(parent.id).await? - 1;
        let hanging = Hanging { partners: &partners, root: Some(parent.id), height };
        self.require_link(tx, actor, new_parent, &hanging).await.map_err(|problem| match problem {
            Problem::Invalid(_) => Problem::field_error("new_parent", "unknown", "There is no such customer."),
            other => other,
        })
    }
}

/// What is said of those whom the caller may not see; never how many they are.
const HIDDEN_BELOW: &str = "Some customers below are outside what you may see.";

/// Nothing was chosen for the children.
fn has_children(all: Below, seen: Below) -> Problem {
    let detail = match seen.children {
        _ if all.children > seen.children => HIDDEN_BELOW.to_owned(),
        1 => "One customer hangs under it. Choose what becomes of it.".to_owned(),
        several => format!("{several} customers hang under it. Choose what becomes of them."),
    };
    Problem::conflict("has_children", detail)
}

/// All of those that change must be seen, and not be too many.
fn require_settleable(choice: ChildrenChoice, all: Below, seen: Below) -> Result<(), Problem> {
    let (touched, hidden) = match choice {
        ChildrenChoice::Terminate => (all.descendants, all.descendants - seen.descendants),
        ChildrenChoice::Reparent | ChildrenChoice::Promote => (all.children, all.children - seen.children),
    };
    if hidden > 0 {
        return Err(Problem::conflict("has_children", HIDDEN_BELOW));
    }
    if touched > MAX_SETTLED {
        let detail = format!("{touched} customers would change; at most 1,000 can at once. Move some of them first.");
        return Err(Problem::conflict("too_many", detail));
    }
    Ok(())
}

fn moved(child: &ChildRow, from: CustomerId, to: Option<CustomerId>) -> Result<Change, DatabaseError> {
    let before = child.billing_mode()?;
    let after = if to.is_some() { before } else { BillingMode::Independent };
    Ok(Change::new("customer.moved", "customer", child.id.0)
        .between(&place_in_tree(Some(from), before), &place_in_tree(to, after)))
}
