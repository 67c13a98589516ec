//! Who may call whom (ARCHITECTURE.md, "Floors").

use super::{Page, assert_none, pattern, root, rust_pages};
use std::fs;

/// The rooms of the shell, ground floor first. A room uses lower floors only; rooms of the ports' floor never know each
/// other; use-cases may call each other, and so may doors.
const FLOORS: [(&str, &[&str]); 5] = [
    ("ground", &["clock", "config", "retry_after"]),
    ("ports", &["chat_hook", "chatwoot", "knowledge", "mail", "model", "store"]),
    ("use-cases", &["app", "work"]),
    ("doors", &["cli", "web", "worker"]),
    ("roof", &["lib", "main"]),
];
const PORTS: usize = 1;
const DOORS: usize = 3;

/// Doors do not speak to the outside themselves. These do, each for its reason.
const DOORS_THAT_MAY: [(&str, &str, &str); 3] = [
    ("web/hook.rs", "chatwoot", "origin is proven before anything else may see the bytes"),
    ("cli/demo.rs", "chatwoot", "registers itself on the desk it brings along, before there is an app"),
    ("worker.rs", "chatwoot", "how a call failed decides whether its job is tried again"),
];

const SHELL: &str = "crates/hotdash/src/";

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|(_, rooms)| rooms.contains(&room))
}

/// The path below `src`, and its room.
fn place(page: &Page) -> Option<(&str, &str)> {
    let path = page.path.strip_prefix(SHELL)?;
    let room = path.split(['/', '.']).next()?;
    Some((path, room))
}

/// The rooms that a file names: `crate::store::…` and `crate::{web, worker}`.
fn rooms_named(page: &Page) -> Vec<(usize, String)> {
    let named = pattern(r"\bcrate::(?:\{([^;]*)\}|([a-z_0-9]+))");
    let mut rooms = Vec::new();
    for (number, line) in page.lines().filter(|(_, line)| !line.trim_start().starts_with("//")) {
        for found in named.captures_iter(line) {
            let list = found.get(1).or(found.get(2)).unwrap().as_str();
            rooms.extend(first_words(list).map(|room| (number, room)));
        }
    }
    rooms
}

/// `web, work::{a, b}, clock::Clock` names web, work and clock.
fn first_words(list: &str) -> impl Iterator<Item = String> {
    let mut depth = 0_u32;
    let parts: Vec<String> = list
        .split(|c| {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == ',' && depth == 0
        })
        .map(|part| part.trim().split("::").next().unwrap_or_default().to_owned())
        .collect();
    // A name that begins with a capital letter is a type of the crate's root, not a room.
    parts.into_iter().filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[test]
fn a_room_uses_lower_floors_only() {
    let mut breaches = Vec::new();
    let mut used = Vec::new();
    for page in rust_pages().iter().filter(|page| !page.is_test()) {
        let Some((path, room)) = place(page) else { continue };
        let Some(from) = floor_of(room) else {
            breaches.push(format!("{path}: say in house/floors.rs on which floor `{room}` stands"));
            continue;
        };
        for (line, named) in rooms_named(page).into_iter().filter(|(_, named)| named != room) {
            let Some(to) = floor_of(&named) else { continue };
            let excused = DOORS_THAT_MAY.iter().find(|(p, r, _)| *p == path && *r == named);
            used.extend(excused);
            let is_outside = matches!(named.as_str(), "chat_hook" | "chatwoot" | "mail" | "model");
            let allowed = if from == DOORS && is_outside {
                excused.is_some()
            } else {
                to < from || (to == from && from != PORTS)
            };
            if !allowed {
                breaches.push(format!("{SHELL}{path}:{line}: {room} ({}) uses {named}", FLOORS[from].0));
            }
        }
    }
    for (path, room, _) in DOORS_THAT_MAY.iter().filter(|exception| !used.contains(exception)) {
        breaches.push(format!("{path} does not use {room} any more: take the exception away"));
    }
    assert_none("A room uses lower floors only; ports never know each other.", &breaches);
}

#[test]
fn only_the_store_holds_sql() {
    let sql = pattern(
        r#""\s*(SELECT\s.+\sFROM\s|INSERT INTO\s|UPDATE\s+[a-z_]+\s+SET\s|DELETE FROM\s|CREATE TABLE\s)"#,
    );
    let mut breaches = Vec::new();
    for page in rust_pages().iter().filter(|page| !page.is_test()) {
        let at_home = place(page).is_some_and(|(_, room)| room == "store");
        if !at_home && page.path.starts_with("crates/hotdash") && sql.is_match(&page.text) {
            breaches.push(page.path.clone());
        }
    }
    assert_none("Only store/ holds SQL.", &breaches);
}

#[test]
fn only_one_room_knows_the_desks_json() {
    let words = ["content_attributes", "/api/v1/accounts", "message_type", "api_access_token", "x-chatwoot-"];
    let mut breaches = Vec::new();
    for page in rust_pages().iter().filter(|page| !page.is_test()) {
        let Some((path, room)) = place(page) else { continue };
        for (line, text) in page.lines().filter(|(_, text)| !text.trim_start().starts_with("//")) {
            let knows = words.iter().find(|word| text.contains(**word));
            if let Some(word) = knows.filter(|_| room != "chatwoot") {
                breaches.push(format!("{SHELL}{path}:{line}: {word}"));
            }
        }
    }
    assert_none("Only chatwoot/ knows the desk's JSON and its addresses.", &breaches);
}

#[test]
fn the_core_is_pure_and_the_sandbox_knows_nobody() {
    let dependencies = |member: &str| {
        let text = fs::read_to_string(root().join("crates").join(member).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        let names = |table: &str| -> Vec<String> {
            manifest
                .get(table)
                .and_then(toml::Value::as_table)
                .into_iter()
                .flat_map(|t| t.keys().cloned())
                .collect()
        };
        [names("dependencies"), names("dev-dependencies"), names("build-dependencies")].concat()
    };
    let impure = [
        "async-openai",
        "axum",
        "deadpool-postgres",
        "hyper",
        "rand",
        "reqwest",
        "rusqlite",
        "tokio",
        "tokio-postgres",
        "tower",
        "tower-http",
        "tracing",
        "uuid",
    ];
    let core = dependencies("hotdash-core");
    assert!(core.len() > 3, "{core:?}");
    let mut breaches: Vec<String> = core
        .iter()
        .filter(|name| impure.contains(&name.as_str()))
        .map(|name| format!("the core has {name}"))
        .collect();
    let sandbox = dependencies("chatwoot-sandbox");
    breaches.extend(
        sandbox.iter().filter(|name| name.contains("hotdash")).map(|name| format!("the sandbox has {name}")),
    );

    let reading =
        ["std::fs", "std::env", "std::net", "std::process", "SystemTime", "Instant::now", "Timestamp::now"];
    for page in rust_pages() {
        let lines = page.lines().filter(|(_, line)| !line.trim_start().starts_with("//"));
        for (number, line) in lines {
            if page.path.starts_with("crates/hotdash-core/src/") && !page.is_test() {
                let found = reading.iter().find(|word| line.contains(**word));
                breaches.extend(found.map(|word| format!("{}:{number}: {word}", page.path)));
            }
            if page.path.starts_with("crates/chatwoot-sandbox/") && line.to_lowercase().contains("hotdash") {
                breaches.push(format!("{}:{number}: the sandbox names hotdash", page.path));
            }
        }
    }
    assert_none(
        "The core has no I/O, clock or environment; the sandbox knows nothing of hotdash.",
        &breaches,
    );
}
