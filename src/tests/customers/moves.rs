//! Many moves at once: whatever happens in whatever order, the tree stays a tree and what is kept about it true.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use isp::customers::hierarchy::MoveInput;
use isp::customers::{Customer, CustomerInput, CustomerService};
use isp::shared::actor::Actor;
use isp::shared::id::{CustomerId, PartnerId};
use isp::shared::problem::Problem;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;

use crate::support::{TestApp, start_of_time};

const CUSTOMERS: u64 = 60;
const TASKS: u64 = 16;
const STEPS: u64 = 25;

/// What a move, deletion or restoration may be refused for.
const REFUSALS: [&str; 9] = [
    "stale",
    "hierarchy_cycle",
    "hierarchy_depth_exceeded",
    "parent_not_linkable",
    "deleted",
    "not_deleted",
    "has_children",
    "not_deletable",
    "too_many",
];

fn system() -> Actor {
    Actor::system("test")
}

/// One of those who move customers at the same time.
struct Mover {
    customers: CustomerService,
    known: Arc<Mutex<Vec<CustomerId>>>,
    rng: Xoshiro256PlusPlus,
}

impl Mover {
    fn anybody(&mut self) -> CustomerId {
        let known = self.known.lock().unwrap();
        known[self.rng.random_range(0..known.len())]
    }

    /// Under somebody, or sometimes under nobody.
    fn somewhere(&mut self) -> Option<CustomerId> {
        let parent = self.anybody();
        self.rng.random_bool(0.85).then_some(parent)
    }

    async fn current(&self, id: CustomerId) -> Customer {
        self.customers.get(&system(), id).await.unwrap()
    }

    async fn move_somebody(&mut self) -> Result<(), Problem> {
        let (id, parent_id) = (self.anybody(), self.somewhere());
        let billing_mode = self.rng.random_bool(0.5).then(|| "consolidated".to_owned());
        let version = self.current(id).await.version;
        self.customers.move_under(&system(), id, version, &MoveInput { parent_id, billing_mode }).await.map(drop)
    }

    async fn open(&mut self) -> Result<(), Problem> {
        let input =
            CustomerInput { name: Some("Somebody".into()), parent_id: self.somewhere(), ..CustomerInput::default() };
        let created = self.customers.create(&system(), input).await?;
        self.known.lock().unwrap().push(created.id);
        Ok(())
    }

    async fn delete_somebody(&mut self) -> Result<(), Problem> {
        let (id, new_parent) = (self.anybody(), self.anybody());
        let choice = [None, Some("reparent"), Some("promote"), Some("terminate")][self.rng.random_range(0..4)];
        let version = self.current(id).await.version;
        self.customers.delete(&system(), id, version, choice, Some(new_parent)).await
    }

    async fn change_place(&mut self) -> Result<(), Problem> {
        let id = self.anybody();
        let customer = self.current(id).await;
        let partner = PartnerId(self.rng.random_range(1..3));
        let name = format!("Somebody {}", self.rng.random_range(0..100));
        let input = CustomerInput { partner_id: Some(partner), name: Some(name), ..customer.input() };
        self.customers.update(&system(), id, customer.version, input).await.map(drop)
    }

    async fn anything(&mut self) -> Result<(), Problem> {
        match self.rng.random_range(0..10) {
            0 => self.open().await,
            1 | 2 => self.delete_somebody().await,
            3 => {
                let id = self.anybody();
                self.customers.restore(&system(), id).await.map(drop)
            }
            4 => self.change_place().await,
            _ => self.move_somebody().await,
        }
    }
}

async fn second_partner(app: &TestApp) {
    let mut tx = app.services.database.begin().await.unwrap();
    let insert = tx.query(
        "INSERT INTO partners (name, name_key, portal_id_prefix, created_at) VALUES ('North', 'north', 'N', $1)",
    );
    insert.bind(start_of_time()).execute().await.unwrap();
    tx.commit().await.unwrap();
}

async fn run(app: &TestApp, seed: u64, only_moves: bool) {
    second_partner(app).await;
    let customers = &app.services.customers;
    let mut first = Vec::new();
    for _ in 0..CUSTOMERS {
        let input = CustomerInput { name: Some("Somebody".into()), ..CustomerInput::default() };
        first.push(customers.create(&system(), input).await.unwrap().id);
    }
    let known = Arc::new(Mutex::new(first));
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let rng = Xoshiro256PlusPlus::seed_from_u64(seed * TASKS + task);
        let mut mover = Mover { customers: customers.clone(), known: known.clone(), rng };
        tasks.spawn(async move {
            let mut done = 0_u64;
            for _ in 0..STEPS {
                let answer = if only_moves { mover.move_somebody().await } else { mover.anything().await };
                match answer {
                    Ok(()) => done += 1,
                    Err(problem) => assert!(REFUSALS.contains(&problem.code().as_str()), "{problem:?}"),
                }
            }
            done
        });
    }
    let done: u64 = tasks.join_all().await.into_iter().sum();
    assert!(done > TASKS, "hardly anything was possible: {done}");
    let known = known.lock().unwrap().clone();
    assert_is_tree(customers, &known).await;
}

/// No cycle, every level the number of steps to the top, everything that is kept right.
async fn assert_is_tree(customers: &CustomerService, known: &[CustomerId]) {
    assert_eq!(customers.verify_hierarchy().await.unwrap(), Vec::<String>::new());
    let mut all = HashMap::new();
    for id in known {
        all.insert(*id, customers.get(&system(), *id).await.unwrap());
    }
    for customer in all.values().filter(|customer| customer.deleted_at.is_none()) {
        let mut level = 1;
        let mut above = customer.parent_id;
        while let Some(parent) = above {
            level += 1;
            assert!(level <= 5, "{} hangs in a cycle or too deep", customer.id);
            above = all[&parent].parent_id;
        }
        assert_eq!(customer.account_level, level, "{}", customer.id);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_people_who_move_customers_at_once_leave_a_tree() {
    let app = TestApp::start().await;
    run(&app, 1, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_tree_stays_a_tree_while_customers_come_go_and_change_partners() {
    let app = TestApp::start().await;
    run(&app, 2, false).await;
}
