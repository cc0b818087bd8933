//! What the hierarchy costs in a database full of trees: chains, totals, pages of a giant, and moves.

use std::time::Duration;

use isp::customers::CustomerService;
use isp::customers::hierarchy::MoveInput;
use isp::database::Database;
use isp::shared::actor::Actor;
use isp::shared::id::CustomerId;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use tokio::time::Instant;

use crate::{Failure, milliseconds, prepare};

/// Children of the first customer, if there are twice as many customers.
const GIANT: usize = 50_000;
/// Customers of a tree of five levels, four children each.
const TREE: usize = 341;
/// Where the second, third, fourth and fifth level of a tree begin.
const LEVELS: [usize; 4] = [1, 5, 21, 85];
/// Rows of one statement.
const BATCH: usize = 5_000;
/// Times that each operation is measured.
const TIMES: usize = 500;

/// Makes trees of all customers of the database, if that is not done yet, and prints what each operation costs.
pub async fn measure(url: &str, seed: u64, rows: u64) -> Result<(), Failure> {
    let services = prepare::services(url).await?;
    let ids = plant(&services.database).await?;
    services.database.optimize().await?;
    let flaws = services.customers.verify_hierarchy().await?;
    if let Some(flaw) = flaws.first() {
        return Err(format!("{} flaws in the trees, first: {flaw}", flaws.len()).into());
    }
    let rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut forest = Forest { customers: services.customers.clone(), actor: Actor::system("load bench"), ids, rng };
    println!("| rows | hierarchy | p50 | p95 | p99 |");
    println!("|---:|---|---:|---:|---:|");
    for operation in Operation::ALL {
        let [p50, p95, p99] = forest.measure(operation).await?.map(milliseconds);
        println!("| {rows} | {} | {p50} | {p95} | {p99} |", operation.name());
    }
    services.database.close().await;
    Ok(())
}

/// Gives every customer its parent by its place in the order of ids; the ids in that order.
async fn plant(database: &Database) -> Result<Vec<i64>, Failure> {
    let select = "SELECT id FROM customers WHERE deleted_at IS NULL ORDER BY id";
    let ids: Vec<i64> = database.read().await?.query(select).fetch_values().await?;
    let planted: i64 = database.read().await?.query("SELECT COUNT(*) FROM customer_branches").fetch_value().await?;
    if planted > 0 {
        return Ok(ids);
    }
    let giant = giant_of(ids.len());
    let parents: Vec<(i64, i64)> =
        (0..ids.len()).filter_map(|at| Some((ids[at], ids[parent_of(at, giant)?]))).collect();
    for chunk in parents.chunks(BATCH) {
        let mut tx = database.begin().await?;
        let mut update = tx.build("UPDATE customers SET parent_id = v.column2 FROM (VALUES ");
        let mut before = "(";
        for (id, parent) in chunk {
            update.push(before).push_bind(*id).push(", ").push_bind(*parent).push(")");
            before = ", (";
        }
        update.push(") AS v WHERE customers.id = v.column1");
        update.finish()?.execute().await?;
        tx.commit().await?;
    }
    keep_branches(database).await?;
    eprintln!("planted {} customers under others", parents.len());
    Ok(ids)
}

/// How many children the first customer has.
fn giant_of(customers: usize) -> usize {
    GIANT.min(customers / 2)
}

/// The place of the parent in the order of ids: the giant first, then tree by tree.
fn parent_of(at: usize, giant: usize) -> Option<usize> {
    if at <= giant {
        return (at > 0).then_some(0);
    }
    let in_tree = (at - giant - 1) % TREE;
    (in_tree > 0).then(|| at - in_tree + (in_tree - 1) / 4)
}

/// Writes levels and counts as the product would keep them.
async fn keep_branches(database: &Database) -> Result<(), Failure> {
    let mut tx = database.begin().await?;
    tx.query(
        "INSERT INTO customer_branches (customer_id, parent_id, level, sort_name) \
         SELECT p.id, p.parent_id, 1, p.sort_name FROM customers p WHERE p.parent_id IS NULL \
         AND p.id IN (SELECT parent_id FROM customers WHERE parent_id IS NOT NULL AND deleted_at IS NULL)",
    )
    .execute()
    .await?;
    for level in 1..5_i64 {
        tx.query(
            "INSERT INTO customer_branches (customer_id, parent_id, level, sort_name) \
             SELECT c.id, c.parent_id, b.level + 1, c.sort_name \
             FROM customer_branches b JOIN customers c ON c.parent_id = b.customer_id \
             WHERE b.level = $1 \
             AND c.id IN (SELECT parent_id FROM customers WHERE parent_id IS NOT NULL AND deleted_at IS NULL)",
        )
        .bind(level)
        .execute()
        .await?;
    }
    tx.query(
        "WITH RECURSIVE above (ancestor, partner_id, location_id, step) AS ( \
         SELECT parent_id, partner_id, location_id, 1 FROM customers \
         WHERE parent_id IS NOT NULL AND deleted_at IS NULL UNION ALL \
         SELECT c.parent_id, above.partner_id, above.location_id, above.step + 1 \
         FROM above JOIN customers c ON c.id = above.ancestor WHERE c.parent_id IS NOT NULL) \
         INSERT INTO branch_counts (customer_id, partner_id, location_id, children, descendants) \
         SELECT ancestor, partner_id, location_id, \
         CAST(SUM(CASE WHEN step = 1 THEN 1 ELSE 0 END) AS BIGINT), COUNT(*) \
         FROM above GROUP BY ancestor, partner_id, location_id",
    )
    .execute()
    .await?;
    tx.commit().await?;
    Ok(())
}

/// What is measured.
#[derive(Clone, Copy)]
enum Operation {
    Chain,
    Total,
    GiantTotal,
    GiantPage,
    MoveLeaf,
    MoveSubtree,
    JoinGiant,
    LeaveGiant,
    MoveGiant,
}

impl Operation {
    const ALL: [Self; 9] = [
        Self::Chain,
        Self::Total,
        Self::GiantTotal,
        Self::GiantPage,
        Self::MoveLeaf,
        Self::MoveSubtree,
        Self::JoinGiant,
        Self::LeaveGiant,
        Self::MoveGiant,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Chain => "parent chain, five levels",
            Self::Total => "total of a random branch",
            Self::GiantTotal => "total of the giant",
            Self::GiantPage => "first page of the giant's children",
            Self::MoveLeaf => "move a leaf",
            Self::MoveSubtree => "move a subtree",
            Self::JoinGiant => "move a child into the giant",
            Self::LeaveGiant => "move a child out of the giant",
            Self::MoveGiant => "move the giant",
        }
    }
}

/// The trees, and who asks.
struct Forest {
    customers: CustomerService,
    actor: Actor,
    ids: Vec<i64>,
    rng: Xoshiro256PlusPlus,
}

impl Forest {
    /// p50, p95 and p99.
    async fn measure(&mut self, operation: Operation) -> Result<[Duration; 3], Failure> {
        let mut times = Vec::with_capacity(TIMES);
        for _ in 0..TIMES {
            times.push(self.time(operation).await?);
        }
        times.sort_unstable();
        Ok([50, 95, 99].map(|percent| times[times.len() * percent / 100]))
    }

    async fn time(&mut self, operation: Operation) -> Result<Duration, Failure> {
        let giant = CustomerId(self.ids[0]);
        match operation {
            Operation::Chain => {
                let leaf = self.at_level(5);
                let began = Instant::now();
                self.customers.hierarchy(&self.actor, leaf).await?;
                Ok(began.elapsed())
            }
            Operation::Total | Operation::GiantTotal => {
                let id = if matches!(operation, Operation::Total) { self.at_level(2) } else { giant };
                let began = Instant::now();
                self.customers.tree_node(&self.actor, id).await?;
                Ok(began.elapsed())
            }
            Operation::GiantPage => {
                let began = Instant::now();
                self.customers.children(&self.actor, Some(giant), None, None).await?;
                Ok(began.elapsed())
            }
            Operation::MoveLeaf => {
                let (leaf, parent) = (self.at_level(5), self.at_level(3));
                self.move_under(leaf, Some(parent)).await
            }
            Operation::MoveSubtree => {
                let (branch, root) = (self.at_level(3), self.at_level(1));
                self.move_under(branch, Some(root)).await
            }
            Operation::JoinGiant | Operation::LeaveGiant => self.visit(giant, operation).await,
            Operation::MoveGiant => {
                let root = self.at_level(1);
                let time = self.move_under(giant, Some(root)).await?;
                self.move_under(giant, None).await?;
                Ok(time)
            }
        }
    }

    /// A leaf goes under the giant and comes back; the time of one of the two.
    async fn visit(&mut self, giant: CustomerId, measured: Operation) -> Result<Duration, Failure> {
        let leaf = self.at_level(5);
        let home = self.customers.get(&self.actor, leaf).await?.parent_id;
        let there = self.move_under(leaf, Some(giant)).await?;
        let back = self.move_under(leaf, home).await?;
        Ok(if matches!(measured, Operation::JoinGiant) { there } else { back })
    }

    async fn move_under(&self, id: CustomerId, parent_id: Option<CustomerId>) -> Result<Duration, Failure> {
        let version = self.customers.get(&self.actor, id).await?.version;
        let to = MoveInput { parent_id, billing_mode: None };
        let began = Instant::now();
        self.customers.move_under(&self.actor, id, version, &to).await?;
        Ok(began.elapsed())
    }

    /// Somebody whose place was on this level when the trees were planted, outside the giant.
    fn at_level(&mut self, level: usize) -> CustomerId {
        let first = giant_of(self.ids.len()) + 1;
        let trees = ((self.ids.len() - first) / TREE).max(1);
        let bounds = [0, LEVELS[0], LEVELS[1], LEVELS[2], LEVELS[3], TREE];
        let in_tree = self.rng.random_range(bounds[level - 1]..bounds[level]);
        let at = first + self.rng.random_range(0..trees) * TREE + in_tree;
        CustomerId(self.ids[at.min(self.ids.len() - 1)])
    }
}
