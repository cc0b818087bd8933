//! The data scope follows a caller everywhere: every caller looks at every view of one world, and sees exactly what a
//! plain function over that world says. A new view is one line in `views.rs`.

mod answers;
mod callers;
mod sight;
mod views;
mod world;

use futures::future::join_all;

use crate::support::TestApp;
use callers::callers;
use world::World;

/// Failures that are told; the rest is mostly the same.
const TOLD: usize = 40;

#[tokio::test]
async fn the_scope_follows_every_caller_into_every_view() {
    let app = TestApp::start().await;
    let mut world = World::build(&app).await;
    let callers = callers(&app).await;
    for (number, caller) in callers.iter().enumerate() {
        let import = caller.import(number).await;
        world.imports.push(import);
    }
    let views = views::views(&world);
    let looks = callers.iter().map(|caller| caller.look_around(&world, &views));
    let failures: Vec<String> = join_all(looks).await.concat();
    let told: Vec<&str> = failures.iter().take(TOLD).map(String::as_str).collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), told.join("\n"));
}
