//! Order and repetition of deliveries make no difference: what is kept ends as the desk itself says.

use crate::chatwoot::recordings::{Delivery, VERSIONS, busy, history, read, scenes_of};
use crate::support::{Database, both_databases};
use flate2::Compression;
use flate2::write::GzEncoder;
use hotdash::chatwoot::event::understand;
use hotdash::clock::Clock;
use hotdash::store::{Batch, Statement, Store};
use hotdash::work::ingest::{Heard, keep};
use hotdash::work::replay::{Report, replay};
use hotdash_core::ids::DeskId;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::process::Command;

both_databases!(a_busy_desk_ends_as_it_says, what_is_not_believed_is_counted_and_left_out);

const DESK: DeskId = DeskId(1);
const NOW: i64 = 1_795_400_000_000;

async fn play(database: &Database, deliveries: &str, secrets: &str, finals: &str) -> Report {
    replay(&database.open().await, &Clock::real(), deliveries, secrets, finals).await.unwrap()
}

async fn a_busy_desk_ends_as_it_says(database: &Database) {
    let finals = read("busy/final.jsonl");
    let report = play(database, &read("busy/deliveries.jsonl"), &read("secrets.json"), &finals).await;
    assert_eq!((report.deliveries, report.conversations, report.equal), (432, 40, 40), "{report:?}");
    assert_eq!(report.undecided, 0, "no read of the desk is needed");
    assert!(report.refused.is_empty() && report.all_equal());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_weeks_end_as_the_desk_says() {
    let mut threads: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
    for message in history("messages") {
        threads.entry(message["conversation_id"].as_i64().unwrap()).or_default().push(message);
    }
    let finals: Vec<String> = history("conversations")
        .into_iter()
        .map(|conversation| {
            let messages = threads.remove(&conversation["id"].as_i64().unwrap());
            json!({ "conversation": conversation, "messages": messages, "unknown key": 1 }).to_string()
        })
        .collect();
    let deliveries = read("history/deliveries.jsonl.gz");
    let report =
        play(&Database::sqlite(), &deliveries, &read("history/about.json"), &finals.join("\n")).await;
    assert!(report.all_equal(), "{:?}", report.different);
    assert_eq!((report.deliveries, report.equal, report.undecided), (4382, 220, 0));
    assert!(report.refused.is_empty(), "{:?}", report.refused);
}

async fn what_is_not_believed_is_counted_and_left_out(database: &Database) {
    let all = read("busy/deliveries.jsonl");
    let mut lines: Vec<String> = all.lines().map(str::to_owned).collect();
    let forged = lines[3].replace("Question 1: where is order Z-1?", "Send me the money");
    let mut foreign: Value = serde_json::from_str(&lines[0]).unwrap();
    foreign["hook"] = json!("a hook that nobody named");
    lines[0] = foreign.to_string();
    foreign["headers"] = json!({});
    lines.extend([forged, lines[3].clone(), foreign.to_string(), "{\"body\":7}".into(), "no JSON".into()]);
    let finals = read("busy/final.jsonl");
    let report = play(database, &lines.join("\n"), &read("secrets.json"), &finals).await;
    assert!(report.all_equal(), "{:?}", report.different);
    let refused: Vec<(&str, usize)> = report.refused.iter().map(|(r, n)| (r.as_str(), *n)).collect();
    let expected = [("bad_signature", 1), ("duplicate", 1), ("missing_signature", 1), ("unreadable_line", 2)];
    assert_eq!((report.deliveries, refused), (437, expected.to_vec()));
}

/// What each delivery says, as the statements that ingest would commit.
fn said(deliveries: &[Delivery]) -> Vec<Batch> {
    let events = deliveries.iter().map(|delivery| understand(delivery.body.as_bytes()).unwrap());
    events.map(|event| keep(DESK, &event, Heard::Told, NOW).unwrap()).collect()
}

/// Everything that is kept once these were said, in this order, and nothing before.
async fn kept<'a>(store: &Store, said: impl Iterator<Item = &'a Batch>) -> (Vec<String>, Vec<String>) {
    let mut batch = Batch::new();
    for sql in ["DELETE FROM conversations", "DELETE FROM messages"] {
        batch.push(Statement::new(sql, vec![]));
    }
    for one in said {
        batch.append(one.clone());
    }
    store.commit(batch).await.unwrap();
    let texts = async |sql| {
        let rows = store.read(sql, vec![]).await.unwrap();
        rows.iter().map(|row| row.text(0).unwrap()).collect::<Vec<_>>()
    };
    let conversations = texts("SELECT state FROM conversations ORDER BY id").await;
    let messages =
        texts("SELECT mover || ':' || coalesce(failure, '') || ':' || body FROM messages ORDER BY id").await;
    (conversations, messages)
}

async fn shuffled_ends_the_same(database: &Database, shuffles: u64) {
    let store = database.open().await;
    let said = said(&busy());
    let recorded = kept(&store, said.iter()).await;
    assert_eq!((recorded.0.len(), recorded.1.len()), (40, 155));
    for seed in 0..shuffles {
        let mut dice = StdRng::seed_from_u64(seed);
        let mut order: Vec<usize> = (0..said.len()).collect();
        order.shuffle(&mut dice);
        let repeats = order[..usize::try_from(seed % 200).unwrap()].to_vec();
        order.extend(repeats);
        order.shuffle(&mut dice);
        let shuffled = kept(&store, order.iter().map(|index| &said[*index])).await;
        assert!(shuffled == recorded, "shuffle {seed} ends differently");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_shuffles_of_a_busy_desk_end_the_same() {
    shuffled_ends_the_same(&Database::sqlite(), 1_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shuffles_end_the_same_on_postgres() {
    if let Some(database) = Database::postgres().await {
        shuffled_ends_the_same(&database, 20).await;
    }
}

/// Of each version every scene alone and all of them at once; the busy desk; and what no recording has.
fn plays() -> Vec<Vec<Batch>> {
    let mut plays = vec![said(&busy()), everybody()];
    for version in VERSIONS {
        let scenes: Vec<_> = scenes_of(version).iter().map(|deliveries| said(deliveries)).collect();
        plays.push(scenes.concat());
        plays.extend(scenes);
    }
    plays
}

/// One conversation in which everybody writes who can, and some of it is deleted, rewritten, delivered or refused:
/// made of recorded bodies.
fn everybody() -> Vec<Batch> {
    let template: Vec<Delivery> = scenes_of("4.15.1").into_iter().flatten().collect();
    let recorded = |test: &dyn Fn(&Value) -> bool| template.iter().map(Delivery::json).find(test).unwrap();
    let created =
        |kind: &'static str| recorded(&|b| b["event"] == "message_created" && b["message_type"] == kind);
    let (incoming, outgoing) = (created("incoming"), created("outgoing"));
    let person = |kind: &str| json!({"sender": {"id": 3, "name": "Somebody", "type": kind}});
    let late = |changes: Value| (json!({"event": "message_updated"}), changes);
    let now = |changes: Value| (json!({}), changes);
    let file = json!([{"id": 9, "message_id": 8, "file_type": "image", "account_id": 1, "data_url": "https://x.test/a.png"}]);
    let csat =
        json!({"submitted_values": {"csat_survey_response": {"rating": 2, "feedback_message": "slow"}}});
    let versions: Vec<(i64, &Value, (Value, Value))> = vec![
        (1, &incoming, now(json!({"content": "Where is it?"}))),
        (1, &incoming, late(json!({"content": "Where is my order?"}))),
        (2, &outgoing, now(person("captain_assistant"))),
        (3, &outgoing, now(person("agent_bot"))),
        (4, &outgoing, now(json!({"sender": null, "content_attributes": {"automation_rule_id": 1}}))),
        (5, &outgoing, now(json!({"additional_attributes": {"campaign_id": 7}}))),
        (6, &outgoing, now(json!({"sender": null, "content_attributes": {"external_echo": true}}))),
        (7, &outgoing, now(json!({"private": true}))),
        (7, &outgoing, late(json!({"private": true, "content_attributes": {"deleted": true}}))),
        (8, &incoming, now(json!({"attachments": file, "content": ""}))),
        (
            9,
            &outgoing,
            now(json!({"sender": null, "message_type": "template", "content_type": "input_csat"})),
        ),
        (
            9,
            &outgoing,
            late(json!({"sender": null, "message_type": "template", "content_type": "input_csat",
            "content_attributes": csat})),
        ),
        (10, &outgoing, now(json!({"content_attributes": {"hotdash": {"id": "e"}}}))),
        (
            10,
            &outgoing,
            late(json!({"content_attributes": {"hotdash": {"id": "e"}, "external_error": "no such number"}})),
        ),
        (10, &outgoing, late(json!({"content_attributes": {}}))),
        (11, &outgoing, now(json!({"source_id": null}))),
        (11, &outgoing, late(json!({"source_id": "mail@x.test"}))),
        (12, &incoming, now(json!({}))),
        (12, &incoming, late(json!({"content_attributes": {"deleted": true}}))),
    ];
    let bodies = (0..).zip(versions).map(|(at, (id, template, (event, changes)))| {
        let mut body = template.clone();
        for (key, value) in event.as_object().unwrap().iter().chain(changes.as_object().unwrap()) {
            body[key] = value.clone();
        }
        body["id"] = json!(id);
        body["conversation"]["id"] = json!(77);
        // Each is built a second after the one before, and shows the message with its own time.
        body["conversation"]["updated_at"] = json!(1_795_400_000 + at);
        body["conversation"]["messages"] = json!([{"id": id, "message_type": 0, "created_at": 1, "status": "sent",
            "updated_at": jiff::Timestamp::from_second(1_795_400_000 + at).unwrap().to_string()}]);
        body
    });
    bodies
        .map(|body| keep(DESK, &understand(body.to_string().as_bytes()).unwrap(), Heard::Told, NOW).unwrap())
        .collect()
}

/// A play, and an order in which everything comes at least once.
fn any_order(lengths: Vec<usize>) -> impl Strategy<Value = (usize, Vec<usize>)> {
    (0..lengths.len()).prop_flat_map(move |play| {
        let length = lengths[play];
        let repeats = prop::collection::vec(0..length.max(1), 0..=length);
        let order = repeats.prop_flat_map(move |repeats| {
            let all: Vec<usize> = (0..length).chain(repeats.into_iter().filter(|_| length > 0)).collect();
            Just(all).prop_shuffle()
        });
        (Just(play), order)
    })
}

#[test]
fn any_order_of_a_scene_ends_in_the_true_state() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = Database::sqlite();
    let store = runtime.block_on(database.open());
    let plays = plays();
    let truth: Vec<_> = plays.iter().map(|play| runtime.block_on(kept(&store, play.iter()))).collect();
    assert_eq!(truth[1].1.len(), 12, "everybody wrote");
    assert!(
        truth.iter().any(|(_, messages)| messages.len() == 46),
        "the scenes of 4.15.1 tell of 46 messages"
    );
    let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&any_order(plays.iter().map(Vec::len).collect()), |(play, order)| {
            let ended = runtime.block_on(kept(&store, order.iter().map(|index| &plays[play][*index])));
            prop_assert_eq!(&ended, &truth[play]);
            Ok(())
        })
        .unwrap();
}

/// `hotdash eval replay` with these texts as files; whether it ended with 0, and what it printed.
fn command(finals: &str, more: &[&str]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let mut packed =
        GzEncoder::new(fs::File::create(file("deliveries.jsonl.gz")).unwrap(), Compression::fast());
    packed.write_all(read("busy/deliveries.jsonl").as_bytes()).unwrap();
    packed.finish().unwrap();
    fs::write(file("secrets.json"), read("secrets.json")).unwrap();
    fs::write(file("final.jsonl"), finals).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_hotdash"))
        .args(["eval", "replay", "--deliveries"])
        .arg(file("deliveries.jsonl.gz"))
        .arg("--secrets")
        .arg(file("secrets.json"))
        .arg("--final")
        .arg(file("final.jsonl"))
        .args(more)
        .output()
        .unwrap();
    (run.status.success(), String::from_utf8(run.stdout).unwrap())
}

#[test]
fn the_command_says_what_is_different() {
    let finals = read("busy/final.jsonl");
    let (equal, text) = command(&finals, &["--json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert!(equal && report["equal"] == 40 && report["different"] == json!([]), "{text}");
    let (equal, table) = command(&finals, &[]);
    assert!(equal && table.contains("40    equal to the desk"), "{table}");
    // REST keeps what deliveries leave out of a text.
    let longer = finals.replace("\"content\": \"more from 1.1\"", "\"content\": \"more \\\\\\nfrom 1.1\\n\"");
    assert_ne!(longer, finals);
    let (_, text) = command(&format!("\u{feff}{longer}"), &["--json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    let theirs = &report["different"][0]["theirs"][0]["text"];
    assert_eq!((&report["equal"], theirs), (&json!(39), &json!("more \nfrom 1.1")), "{text}");
    let longer = finals.replace("\"content\": \"more from 1.1\"", "\"content\": \"more from 1.1\\n\\n\"");
    assert!(command(&longer, &[]).0);

    let mut other: Value = serde_json::from_str(finals.lines().next().unwrap()).unwrap();
    other["conversation"]["status"] = json!("snoozed");
    other["conversation"]["labels"] = json!(["returns", "vip"]);
    other["messages"].as_array_mut().unwrap().retain(|message| message["id"] != 106);
    let mut unknown = other.clone();
    unknown["conversation"]["id"] = json!(4711);
    let (equal, text) = command(&format!("{other}\n\n{unknown}\n"), &["--json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert!(!equal && report["conversations"] == 2 && report["equal"] == 0, "{text}");
    let kind = json!(["incoming", "text"]);
    assert_eq!(
        report["different"],
        json!([
            {"conversation": 11, "what": "status", "ours": "open", "theirs": "snoozed"},
            {"conversation": 11, "what": "labels", "ours": ["orders", "returns"], "theirs": ["returns", "vip"]},
            {"conversation": 11, "what": "messages",
             "ours": [{"id": 106, "kind": kind, "text": "more from 1.1"}], "theirs": []},
            {"conversation": 4711, "what": "conversation", "ours": null, "theirs": 4711},
        ])
    );
}
