//! Rules over what a desk's own model says: what is decided live is decided again, and the past is read with the same model.

use super::{edit_of, labels, says};
use crate::support::house::House;
use crate::support::{Database, both_databases};
use hotdash::app::{App, models_folder};
use hotdash::clock::Clock;
use hotdash::store::conversations::keep_conversation;
use hotdash::store::messages::{Sight, keep_message};
use hotdash::store::rulebooks::UNEDITED;
use hotdash::work::rules::backtest::run;
use hotdash::work::rules::edit;
use hotdash::work::rules::explain::replay;
use hotdash::work::rules::past::on_record;
use hotdash_core::analysis::Analyzer;
use hotdash_core::backtest::Model;
use hotdash_core::cases::ordinary;
use hotdash_core::ids::{ConversationId, MessageId};
use hotdash_core::learn::{Row, Task, learn};
use std::fs;
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

both_databases!(
    what_a_taught_model_decided_is_decided_again,
    rules_ask_for_intents_that_a_model_of_ones_own_tells,
);

/// A data directory with a model that was taught these labels, each with words of its own in forty sentences.
fn taught(task: Task, labels: &[(&str, [&str; 4])]) -> TempDir {
    let frames =
        ["where is my {}", "I want to know about the {}", "{} please", "is the {} ok?", "the {}, hello?"];
    let sentences = |label: &str, things: &[&str; 4]| {
        let texts = things.iter().flat_map(|thing| frames.map(|frame| frame.replace("{}", thing)));
        texts.map(|text| Row { line: 0, text, label: label.to_owned() }).collect::<Vec<_>>()
    };
    let rows: Vec<Row> = labels.iter().flat_map(|(label, things)| sentences(label, things)).collect();
    let learned = learn(Analyzer::shipped(), task, &rows, 0.0).unwrap();
    let home = tempfile::tempdir().unwrap();
    let folder = models_folder(home.path());
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{}.json", task.name())), learned.model.to_json().unwrap()).unwrap();
    home
}

async fn what_a_taught_model_decided_is_decided_again(database: &Database) {
    let home = taught(
        Task::Category,
        &[
            ("parts", ["gasket", "spark plug", "jet", "brake pad"]),
            ("money", ["invoice", "refund", "bill", "receipt"]),
        ],
    );
    let house =
        House::start_with(database, &[("HOTDASH_DATA_DIR", &home.path().display().to_string())]).await;
    let desk = &house.app.desks[0];
    let mut decided = Vec::new();
    for text in ["where is my gasket", "I want to know about the invoice", "Ich möchte die jet"] {
        decided.push(says(&house, text).await);
    }
    assert!(labels(&house, decided[0]).contains(&"parts".to_owned()), "the model decides");
    // A conversation of the past in which nobody decided.
    let (mut past, mut asked) = ordinary("is the brake pad ok?", house.app.clock.now());
    past.id = ConversationId(4_000);
    (asked.id, asked.conversation) = (MessageId(4_000), past.id);
    let sight = Sight::delivered(&past, None);
    house.app.store.commit(keep_conversation(desk.id, &past).unwrap().into()).await.unwrap();
    house.app.store.commit(keep_message(desk.id, &asked, sight).unwrap()).await.unwrap();

    let again = replay(&house.app.store, desk.id, 0).await.unwrap();
    assert_eq!((again.decisions, again.same), (3, 3), "{again:?}");
    let hours = Arc::new(desk.hours.clone());
    let past = on_record(&house.app.store, desk.id, house.app.analyzer(), &hours, 0).await.unwrap();
    assert_eq!(past.len(), 4);
    let unasked = past.iter().find(|one| one.record.conversation.id.0 == 4_000).unwrap();
    let named = |analysis: &hotdash_core::analysis::Analysis| {
        analysis.categories.iter().map(|tag| tag.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(named(&unasked.analysis), ["parts"], "nobody decided, the desk's model reads it");
    assert!(!named(&Analyzer::shipped().analyze("is the brake pad ok?")).contains(&"parts".to_owned()));
    // The live rules over the past change nothing: each is exactly the decision on record.
    let live = Arc::clone(&desk.rulebook.load());
    let model = Model { handling_s: 600, target_s: 1_800 };
    let report = run(Arc::new(past), Some(Arc::clone(&live)), live, model).await.unwrap();
    assert_eq!((report.decisions, report.changed), (4, 0), "{:?}", report.differences);
    house.close().await;
}

/// Two finer intents.
const INTENTS: [(&str, [&str; 4]); 2] = [
    ("track_order", ["parcel", "shipment", "delivery", "tracking number"]),
    ("get_invoice", ["invoice", "bill", "receipt", "paper for my taxes"]),
];

fn asks_for(intent: &str) -> String {
    format!(
        "[[rule]]\nid = 'fine'\ngroup = 'tags'\nwhy = 'It goes to those who know.'\n\
         when = {{ type = 'intent', equals = '{intent}' }}\nthen = {{ tag = ['fine'] }}\n"
    )
}

async fn rules_ask_for_intents_that_a_model_of_ones_own_tells(database: &Database) {
    let home = taught(Task::Intent, &INTENTS);
    let house =
        House::start_with(database, &[("HOTDASH_DATA_DIR", &home.path().display().to_string())]).await;
    let desk = &house.app.desks[0];
    let refused =
        edit(&house.app, desk, &edit_of(&asks_for("trak_order"), UNEDITED)).await.unwrap_err().to_string();
    assert!(refused.ends_with("get_invoice, track_order; did you mean “track_order”?"), "{refused}");
    edit(&house.app, desk, &edit_of(&asks_for("track_order"), UNEDITED)).await.unwrap();
    let asked = says(&house, "where is my parcel").await;
    let other = says(&house, "the invoice, hello?").await;
    assert!(labels(&house, asked).contains(&"fine".to_owned()));
    assert!(!labels(&house, other).contains(&"fine".to_owned()));
    let again = replay(&house.app.store, desk.id, 0).await.unwrap();
    assert_eq!((again.decisions, again.same, again.rules_gone), (2, 2, 0), "{again:?}");
    // Without the model the rule could never match: the start says so.
    let mut config = house.app.config.clone();
    config.data_dir = home.path().join("elsewhere");
    let Err(refused) = App::build(config, Clock::real()).await else { panic!("it started") };
    assert!(refused.to_string().contains("“track_order” is not known"), "{refused}");
    house.close().await;
}

#[test]
fn check_knows_the_intents_of_a_model_that_is_named() {
    let home = taught(Task::Intent, &INTENTS);
    let (rules, model) = (home.path().join("rules.toml"), models_folder(home.path()).join("intent.json"));
    fs::write(&rules, asks_for("track_order")).unwrap();
    let check = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hotdash"));
        let checked =
            command.env_clear().args(["rules", "check", rules.to_str().unwrap()]).args(more).output();
        let checked = checked.unwrap();
        (checked.status.success(), String::from_utf8(checked.stdout).unwrap())
    };
    let (sound, told) = check(&[]);
    assert!(!sound && told.contains("“track_order” is not known; possible: question,"), "{told}");
    let (sound, told) = check(&["--model", model.to_str().unwrap()]);
    assert!(sound, "{told}");
}
