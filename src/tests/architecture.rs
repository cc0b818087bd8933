//! The rules of the house, read off the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    let relative = |path: PathBuf| path.strip_prefix(&root).unwrap().to_owned();
    found.into_iter().map(|(path, text)| (relative(path), text)).collect()
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

fn is_test(path: &Path) -> bool {
    path.starts_with("tests") || path.starts_with("benches")
}

/// Lines of product code: what stands before the unit tests of a file.
fn product_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split("#[cfg(test)]").next().unwrap_or_default().lines().enumerate().map(|(i, line)| (i + 1, line))
}

fn assert_none(flaws: &[String], rule: &str) {
    assert!(flaws.is_empty(), "{rule}:\n{}", flaws.join("\n"));
}

fn flaws(rule: impl Fn(&Path, &str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in sources().iter().filter(|(path, _)| !is_test(path)) {
        for (line, content) in product_lines(text) {
            if !content.trim_start().starts_with("//") && rule(path, content) {
                found.push(format!("{}:{line}: {}", path.display(), content.trim()));
            }
        }
    }
    found
}

#[test]
fn the_two_programs_part_only_at_the_doors() {
    let doors = ["lib.rs", "main.rs", "mod.rs", "id.rs"];
    let found = flaws(|path, line| {
        (line.contains("cfg(feature") || line.contains("cfg_attr(feature") || line.contains("cfg(not(feature"))
            && !doors.contains(&name(path))
    });
    assert_none(&found, "cfg(feature) outside lib.rs, main.rs, mod.rs and id.rs");
}

#[test]
fn sql_stays_in_repositories() {
    let found = flaws(|path, line| {
        line.contains("sqlx::")
            && !path.starts_with("database")
            && name(path) != "repository.rs"
            && name(path) != "id.rs"
    });
    assert_none(&found, "sqlx outside database/, repositories and ids");
    let found = flaws(|path, line| {
        (line.contains(".query(\"") || line.contains("tx.build(") || line.contains("0.build("))
            && !path.starts_with("database")
            && name(path) != "repository.rs"
    });
    assert_none(&found, "a statement outside a repository");
}

#[test]
fn repositories_are_private_to_their_room() {
    let found =
        flaws(|_, line| line.trim_start().starts_with("pub mod repository") || line.contains("pub use repository"));
    assert_none(&found, "a repository that others can reach");
}

#[test]
fn services_do_not_know_the_server() {
    let found = flaws(|path, line| {
        matches!(name(path), "service.rs" | "repository.rs" | "model.rs") && line.contains("crate::server")
    });
    assert_none(&found, "the server in a service, repository or model");
}

#[test]
fn nothing_stops_the_process_but_tests() {
    let found = flaws(|_, line| {
        [".unwrap()", "todo!(", "unimplemented!(", "dbg!(", "panic!("].iter().any(|word| line.contains(word))
    });
    assert_none(&found, "unwrap and its kin outside tests");
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| !text.trim_start().starts_with("//!"))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert_none(&silent, "modules without a first //! line");
}

#[test]
fn files_stay_readable() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| text.lines().count() > 700)
        .map(|(path, text)| format!("{}: {} lines", path.display(), text.lines().count()))
        .collect();
    assert_none(&long, "files that want to become rooms");
}

/// Rooms from the ground up: a room uses rooms before it only. The process (`server`, `cli`) and the
/// route table (`app`) see everything; doors (`server_fns`, `rest`, `pages`) see the process.
const TIERS: [&str; 14] = [
    "shared",
    "ui",
    "database",
    "audit",
    "settings",
    "mail",
    "jobs",
    "places",
    "auth",
    "staff",
    "oauth",
    "customers",
    "transfer",
    "demo",
];

#[test]
fn rooms_use_lower_rooms_only() {
    let tier = |room: &str| TIERS.iter().position(|one| *one == room);
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in sources().iter().filter(|(path, _)| !is_test(path)) {
        let Some(room) = path.components().next().map(|part| part.as_os_str().to_str().unwrap().to_owned()) else {
            continue;
        };
        for (_, line) in product_lines(text) {
            for used in line.split("crate::").skip(1) {
                let other: String = used.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                if tier(&room).is_some() && tier(&other).is_some() {
                    uses.entry(room.clone()).or_default().insert(other);
                }
            }
        }
    }
    let mut wrong = Vec::new();
    for (room, used) in &uses {
        // What travels between browser and server meets in `shared` and `ui`; problems know the database error.
        let allowed = |other: &&String| tier(other) <= tier(room) || (room == "shared" && *other == "database");
        wrong.extend(used.iter().filter(|other| !allowed(other)).map(|other| format!("{room} uses {other}")));
    }
    assert_none(&wrong, "a room that reaches up");
}
