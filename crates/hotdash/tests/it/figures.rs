//! What hotdash measures, beside what a real desk reported and measured itself.

use crate::chatwoot::recordings::{history_file, read};
use crate::support::{Database, both_databases};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hotdash::app::App;
use hotdash::chatwoot::event::understand;
use hotdash::chatwoot::recording::Recorded;
use hotdash::clock::Clock;
use hotdash::config::Config;
use hotdash::store::{Batch, Store};
use hotdash::work::facts::{rebuild, refresh};
use hotdash::work::figures::live;
use hotdash::work::figures::recording::{Played, Recording};
use hotdash::work::ingest::{Heard, keep};
use hotdash_core::event::Event;
use hotdash_core::facts::FactKind;
use hotdash_core::figures::check::{Check, Source};
use hotdash_core::figures::definition::Definition;
use hotdash_core::figures::desk::Period;
use hotdash_core::figures::{CATALOGUE, Entry};
use hotdash_core::ids::{ConversationId, DeskId};
use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tokio::net::TcpListener;

both_databases!(every_figure_is_as_the_desk_reports_it, facts_kept_up_to_date_are_those_made_anew,);

/// Every number of every recorded report.
const FIGURES: usize = 1375;

/// The four recorded weeks.
fn recording() -> Recording<impl Fn(&str) -> Option<String>> {
    let text = |name: &str| {
        let zipped = ["deliveries", "conversations", "messages"].contains(&name);
        Some(history_file(&if zipped { format!("{name}.jsonl.gz") } else { format!("{name}.json") }))
    };
    Recording { text }
}

fn check(played: Played) -> Check {
    recording().check(&[played]).unwrap()
}

async fn every_figure_is_as_the_desk_reports_it(database: &Database) {
    let store = database.open().await;
    for source in [Source::Deliveries, Source::Store] {
        let told = check(recording().play(&store, source).await.unwrap());
        assert_eq!((told.different, told.skipped), (vec![], vec![]), "{source:?}");
        assert_eq!((told.compared, told.equal), (FIGURES, FIGURES), "{source:?}");
    }
    let read = check(recording().play(&store, Source::Backfill).await.unwrap());
    assert_eq!(read.compared, FIGURES);
    // REST tells whole seconds, and the desk counts working time in fractions of them.
    for different in &read.different {
        assert!(different.report.ends_with("-business"), "{different:?}");
        let apart = different.ours.as_f64().unwrap() - different.theirs.as_f64().unwrap();
        assert!(apart.abs() < 1.0 && different.why.contains("whole seconds"), "{different:?}");
    }
    assert!(read.equal > 1200 && read.is_explained());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_span_is_as_the_desk_measured_it() {
    let database = Database::sqlite();
    let played = recording().play(&database.open().await, Source::Deliveries).await.unwrap();
    let mut ours: Vec<Value> = Vec::new();
    for c in &played.facts {
        for fact in &c.facts {
            let name = match fact.kind {
                FactKind::FirstResponse => "first_response",
                FactKind::ReplyTime => "reply_time",
                FactKind::Resolved => "conversation_resolved",
                FactKind::BotResolved => "conversation_bot_resolved",
                FactKind::BotHandoff => "conversation_bot_handoff",
                FactKind::Opened => "conversation_opened",
                _ => continue,
            };
            ours.push(json!([
                c.conversation,
                name,
                fact.at / 1000,
                fact.from.map(|from| from / 1000),
                fact.seconds,
                fact.business,
                fact.agent,
                c.inbox
            ]));
        }
    }
    let ms =
        |row: &Value, key: &str| row[key].as_str().unwrap().parse::<Timestamp>().unwrap().as_millisecond();
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
    let whole = |row: &Value, key: &str| row[key].as_f64().unwrap() as i64;
    let text = history_file("reporting_events.jsonl");
    let theirs = text.lines().map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        json!([
            row["conversation"],
            row["name"],
            ms(&row, "event_end_time"),
            ms(&row, "event_start_time"),
            whole(&row, "value"),
            whole(&row, "value_in_business_hours"),
            row["user_id"],
            row["inbox_id"]
        ])
    });
    let mut theirs: Vec<Value> = theirs.collect();
    assert_eq!(theirs.len(), 713);
    ours.sort_by_key(Value::to_string);
    theirs.sort_by_key(Value::to_string);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), theirs.len());
}

fn events(deliveries: &str) -> Vec<Event> {
    deliveries.lines().map(|line| understand(Recorded::read(line).unwrap().body()).unwrap()).collect()
}

/// Hear events, measuring in between whenever so many were heard.
async fn hear(store: &Store, desk: DeskId, events: &[Event], often: usize) -> Vec<(ConversationId, String)> {
    for some in events.chunks(often) {
        let mut batch = Batch::new();
        for event in some {
            batch.append(keep(desk, event, Heard::Told, 0).unwrap());
        }
        store.commit(batch).await.unwrap();
        refresh(store, desk, 0).await.unwrap();
    }
    store.stored_facts(desk).await.unwrap()
}

async fn facts_kept_up_to_date_are_those_made_anew(database: &Database) {
    let store = database.open().await;
    let mut events = events(&read("busy/deliveries.jsonl"));
    let once = hear(&store, DeskId(1), &events, 7).await;
    assert_eq!(once.len(), 40);
    assert_eq!(rebuild(&store, DeskId(1), 0).await.unwrap(), 40);
    assert_eq!(store.stored_facts(DeskId(1)).await.unwrap(), once);
    assert_eq!(refresh(&store, DeskId(1), 0).await.unwrap(), 0, "nothing is left to do");
    // In any order, and some of it twice.
    let mut dice = StdRng::seed_from_u64(6);
    for desk in 2..6 {
        let twice = events.iter().take(100).cloned().collect::<Vec<_>>();
        events.extend(twice);
        events.shuffle(&mut dice);
        assert_eq!(hear(&store, DeskId(desk), &events, 61).await, once);
    }
    assert_eq!(store.stored_facts(DeskId(1)).await.unwrap(), once, "each desk has its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_read_first_and_told_later_is_as_exact_as_what_was_told() {
    let database = Database::sqlite();
    let store = database.open().await;
    recording().take(&store, DeskId(1), Source::Backfill).await.unwrap();
    refresh(&store, DeskId(1), 0).await.unwrap();
    recording().take(&store, DeskId(1), Source::Deliveries).await.unwrap();
    let facts = hotdash::work::facts::facts(&store, DeskId(1), 0).await.unwrap();
    let settings = hotdash::work::facts::settings_of(&store, DeskId(1)).await.unwrap();
    let check = check(Played { source: Source::Store, facts, settings });
    assert_eq!(check.different, []);
}

/// A desk that answers what the real one answered, to the recorded questions and no others.
async fn desk_of_answers() -> String {
    fn key(path: &str) -> String {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut query: Vec<&str> = query.split('&').collect();
        query.sort_unstable();
        format!("{path}?{}", query.join("&"))
    }
    async fn answer(State(answers): State<Arc<BTreeMap<String, Value>>>, request: Request) -> Response {
        let asked = request.uri().path_and_query().map_or("", |path| path.as_str());
        match answers.get(&key(asked)) {
            Some(answer) => axum::Json(answer).into_response(),
            None => {
                let refusal = axum::Json(json!({ "error": "Resource could not be found" }));
                (StatusCode::NOT_FOUND, refusal).into_response()
            }
        }
    }
    let reports = recording().reports().unwrap();
    let answers: BTreeMap<String, Value> =
        reports.into_iter().map(|(_, path, answer)| (key(&path), answer)).collect();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(answer).with_state(Arc::new(answers));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_is_asked_for_its_own_reports() {
    let database = Database::sqlite();
    let environment: BTreeMap<String, String> = [
        ("CHATWOOT_BASE_URL", desk_of_answers().await),
        ("CHATWOOT_TOKEN", "token".to_owned()),
        ("CHATWOOT_ACCOUNT_ID", "1".to_owned()),
        ("DATABASE_URL", database.url.clone()),
        ("HOTDASH_DESK_CALLS_PER_MINUTE", "1000000".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let app = App::build(Config::from_sources(None, &environment).unwrap(), Clock::real()).await.unwrap();
    let desk = Arc::clone(&app.desks[0]);
    let period = Period { since: 1_792_886_400, until: 1_795_305_600 };
    let unknown = live::check(&app, &desk, period).await.unwrap_err();
    assert!(unknown.to_string().contains("hotdash backfill"), "{unknown}");
    recording().take(&app.store, desk.id, Source::Deliveries).await.unwrap();
    let check = live::check(&app, &desk, period).await.unwrap();
    assert_eq!(check.different, []);
    assert!(check.compared > 600 && check.compared == check.equal, "{} {}", check.compared, check.equal);
    // Nobody recorded days in UTC, nor the summary of somebody without conversations.
    let skipped: Vec<&str> = check.skipped.iter().map(|skipped| skipped.report.as_str()).collect();
    assert!(skipped.iter().all(|name| name.starts_with("daily-") || name.contains("agent-1")), "{skipped:?}");
}

#[test]
fn the_command_checks_a_recording_without_database_or_desk() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/chatwoot/4.15.1/history");
    let run = |from: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hotdash"));
        command.args(["figures", "check", "--history", folder, "--from", from, "--json"]);
        let ran = command.env_clear().output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        serde_json::from_slice::<Value>(&ran.stdout).unwrap()
    };
    let told = run("deliveries");
    assert_eq!(
        (&told["compared"], &told["equal"], &told["different"]),
        (&json!(FIGURES), &json!(FIGURES), &json!([]))
    );
    let both = run("both");
    assert_eq!(both["compared"], 2 * FIGURES);
    let different = &both["different"][0];
    for key in ["report", "figure", "ours", "theirs", "why"] {
        assert!(!different[key].is_null(), "{different}");
    }
    assert_eq!(different["from"], "backfill");
}

#[test]
fn a_recording_without_reports_is_refused_with_the_missing_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_hotdash"));
    let ran =
        command.args(["figures", "check", "--history"]).arg(folder.path()).env_clear().output().unwrap();
    assert!(!ran.status.success());
    assert!(String::from_utf8_lossy(&ran.stderr).contains("is not there"), "{ran:?}");
}

#[test]
fn the_document_defines_each_figure_as_the_code_does() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/figures.md"));
    let document = std::fs::read_to_string(path).unwrap();
    let table = document.split("## Figures").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let rows = |name: &str| table.lines().filter(|line| line.starts_with(&format!("| {name} |"))).count();
    for Entry { name, unit, formula } in CATALOGUE {
        assert_eq!(rows(name), 1, "docs/figures.md has no row, or several, for {name:?}");
        let row = format!("| {name} | {unit} | {formula} |");
        assert!(table.contains(&row), "docs/figures.md says something else than {row}");
    }
    let listed = table.lines().filter(|line| line.starts_with("| ")).count() - 1;
    assert_eq!(listed, CATALOGUE.len(), "docs/figures.md has a figure that the code does not have");
}

#[test]
fn every_number_stands_under_its_id_in_the_document() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/figures.md"));
    let text = std::fs::read_to_string(path).unwrap();
    for figure in Definition::all() {
        let unit = serde_json::to_value(figure.unit).unwrap();
        let row =
            format!("| `{}` | {} | {} | {} |", figure.id, figure.label, unit.as_str().unwrap(), figure.entry);
        assert!(text.contains(&row), "docs/figures.md has no row {row}");
        assert!(CATALOGUE.iter().any(|entry| entry.name == figure.entry), "{} is of no entry", figure.id);
    }
    let listed = text.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(listed, Definition::all().count(), "docs/figures.md has an id that the code does not have");
}
