//! Rules that change while hotdash runs, on both databases: versions, switches, a candidate in the shadow, and decisions
//! that can be made again.

mod command;
mod recorded;
mod taught;

use crate::support::house::{House, Person};
use crate::support::{Database, both_databases};
use hotdash::app::App;
use hotdash::clock::Clock;
use hotdash::store::rulebooks::{UNEDITED, Version, activate};
use hotdash::store::users::Role;
use hotdash::work::rules::explain::{Again, explain, replay};
use hotdash::work::rules::{Edit, RulesError, edit, follow, go_back, shadow, switch};
use hotdash_core::backtest::Change;
use hotdash_core::ids::{ConversationId, DeskId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

both_databases!(
    decisions_come_out_the_same_although_the_rules_moved_on,
    an_edit_decides_here_at_once_and_elsewhere_within_seconds,
    a_bad_edit_is_refused_and_the_live_rules_stay,
    a_rule_may_name_an_inbox_as_the_desk_does,
    a_rule_is_switched_off_and_on_from_the_list,
    one_step_back_and_another,
    of_two_edits_at_once_one_is_told,
    a_candidate_in_the_shadow_changes_nothing,
    what_a_program_puts_is_what_people_see,
    versions_belong_to_their_desk,
);

const ANN: (&str, &str) = ("Ann Customer", "ann@example.test");
const NORWAY: &str = "[[rule]]\nid = \"norway\"\nname = \"Norway\"\ngroup = \"tags\"\npriority = 70\n\
    why = \"The customs papers take a while.\"\nwhen = { type = \"keyword\", contains = \"norway\" }\n\
    then = { tag = [\"abroad\"] }\n";

async fn says(house: &House, text: &str) -> i64 {
    let conversation = house.desk.customer_says(house.website, ANN, text).unwrap();
    house.settle().await;
    conversation
}

fn labels(house: &House, conversation: i64) -> Vec<String> {
    house.desk.read(|desk| desk.conversation(conversation).unwrap().labels.clone())
}

fn edit_of(text: &str, based_on: i64) -> Edit {
    Edit { text: text.to_owned(), based_on, note: "a test".to_owned(), author: "Ada".to_owned() }
}

async fn decisions_come_out_the_same_although_the_rules_moved_on(database: &Database) {
    let house = House::start(database).await;
    let desk = &house.app.desks[0];
    let first = says(&house, "Do you ship to Norway? 😊").await;
    edit(&house.app, desk, &edit_of(NORWAY, UNEDITED)).await.unwrap();
    let second = says(&house, "Ich möchte nach Norway liefern lassen, sofort!").await;
    assert!(!labels(&house, first).contains(&"abroad".to_owned()));
    assert!(labels(&house, second).contains(&"abroad".to_owned()));
    switch(&house.app, desk, "vip", false, 1, "Ada").await.unwrap();
    says(&house, "I am a VIP customer and I will sue you").await;
    house.desk.customer_replies(second, "Hello? I am a platinum member!").unwrap();
    house.settle().await;

    let again = replay(&house.app.store, desk.id, 0).await.unwrap();
    assert_eq!((again.decisions, again.same, again.rules_gone), (4, 4, 0), "{again:?}");
    let today = desk.rulebook.load();
    let told = explain(&house.app.store, desk.id, ConversationId(first), &today).await.unwrap();
    assert_eq!((told.len(), &told[0].again, told[0].version), (1, &Again::Same, None));
    let change = &told[0].today[0];
    assert_eq!((change.what.as_str(), change.after.contains("abroad")), ("labels", true), "{change:?}");
    let told = explain(&house.app.store, desk.id, ConversationId(second), &today).await.unwrap();
    assert_eq!((told.len(), told[0].version, told[1].version), (2, Some(2), Some(1)));
    let norway = told[1].rules.iter().find(|rule| rule.rule.as_str() == "norway").unwrap();
    assert!(norway.matched && norway.because.to_lowercase().contains("“norway”"), "{norway:?}");
    assert!(
        told[1].saw.iter().any(|(what, value)| *what == "language" && value == "de"),
        "{:?}",
        told[1].saw
    );
    house.close().await;
}

async fn a_rule_may_name_an_inbox_as_the_desk_does(database: &Database) {
    let house = House::start(database).await;
    let desk = &house.app.desks[0];
    let inboxes = desk.inboxes(&house.app.clock).await.unwrap();
    let name = &inboxes.iter().find(|inbox| inbox.id.0 == house.website).unwrap().name;
    let keyword = "type = \"keyword\", contains = \"norway\"";
    let named = NORWAY.replace(keyword, &format!("type = \"inbox\", equals = \"{name}\""));
    edit(&house.app, desk, &edit_of(&named, UNEDITED)).await.unwrap();
    let conversation = says(&house, "Where is my order?").await;
    assert!(labels(&house, conversation).contains(&"abroad".to_owned()), "{name}");
    house.close().await;
}

async fn an_edit_decides_here_at_once_and_elsewhere_within_seconds(database: &Database) {
    let house = House::start(database).await;
    let other = App::build(house.app.config.clone(), Clock::real()).await.unwrap();
    let stop = CancellationToken::new();
    let following = tokio::spawn(follow(Arc::clone(&other), stop.clone()));
    let before = other.desks[0].rulebook.load().hash().to_owned();
    // Customers go on writing meanwhile.
    let mut conversations = Vec::new();
    for number in 0..4 {
        let text = format!("Do you ship to Norway? It is question {number}.");
        conversations.push(house.desk.customer_says(house.website, ANN, &text).unwrap());
    }
    let number = edit(&house.app, &house.app.desks[0], &edit_of(NORWAY, UNEDITED)).await.unwrap();
    let here = house.app.desks[0].rulebook.load().hash().to_owned();
    assert_ne!(here, before, "at once");
    for text in ["Norway again", "And once more Norway"] {
        conversations.push(house.desk.customer_says(house.website, ANN, text).unwrap());
    }
    let started = Instant::now();
    while other.desks[0].rulebook.load().hash() != here {
        assert!(started.elapsed() < Duration::from_secs(20), "the other process does not follow");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!((number, other.desks[0].rules_version()), (1, 1));
    house.settle().await;
    let desk = &house.app.desks[0];
    for (at, conversation) in conversations.iter().enumerate() {
        let told =
            explain(&house.app.store, desk.id, ConversationId(*conversation), &desk.rulebook.load()).await;
        let told = told.unwrap();
        assert_eq!(told.len(), 1, "decided exactly once");
        assert!(at < 4 || told[0].rulebook == here, "what came after the edit is decided by it");
    }
    stop.cancel();
    following.await.unwrap();
    house.close().await;
}

async fn a_bad_edit_is_refused_and_the_live_rules_stay(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let live = house.app.desks[0].rulebook.load().hash().to_owned();
    let bad = NORWAY.replace("contains", "contians");
    let form = [("text", bad.as_str()), ("version", "0"), ("do", "activate")];
    let (status, page) = ada.post_for_page("/rules/edit", &form).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("contians") && page.contains("<b>contains</b>"),
        "the text is kept, the word is offered"
    );
    assert!(page.contains("line 7"), "{page}");
    let (status, told) =
        ada.send_json(Method::PUT, "/api/rules", &json!({ "text": bad, "version": 0 })).await;
    assert_eq!(
        (status, &told["problems"][0]["nearest"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("contains"))
    );
    assert_eq!(house.app.desks[0].rulebook.load().hash(), live);
    assert_eq!(house.app.store.rule_versions(house.app.desks[0].id, 9).await.unwrap(), []);

    let eve = house.sign_in("Eve", Role::Reviewer).await;
    assert_eq!(eve.get("/rules/edit").await.0, StatusCode::OK, "reading is for everybody");
    let form = [("text", NORWAY), ("version", "0"), ("do", "activate")];
    assert_eq!(eve.post("/rules/edit", &form).await, StatusCode::FORBIDDEN);
    let put = eve.send_json(Method::PUT, "/api/rules", &json!({ "text": NORWAY, "version": 0 })).await;
    assert_eq!(put.0, StatusCode::FORBIDDEN);
    assert_eq!(house.app.desks[0].rulebook.load().hash(), live);
    house.close().await;
}

async fn press(ada: &Person, rule: &str, on: bool, version: &str) -> (StatusCode, String) {
    let on = if on { "1" } else { "0" };
    ada.post_for_page("/rules/switch", &[("rule", rule), ("on", on), ("version", version)]).await
}

async fn a_rule_is_switched_off_and_on_from_the_list(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let vip = says(&house, "I am a VIP customer").await;
    assert!(labels(&house, vip).contains(&"vip".to_owned()));
    let (_, page) = ada.get("/rules").await;
    let last = format!("/rules/explain/{vip}#");
    assert!(page.contains("1 match in 7 days") && page.contains(&last), "{page}");
    assert!(press(&ada, "vip", false, "0").await.0.is_redirection());
    let other = says(&house, "I am a VIP customer too").await;
    assert!(!labels(&house, other).contains(&"vip".to_owned()));
    let (_, page) = ada.get("/rules").await;
    assert!(
        page.contains("Switched off “VIP”") && page.contains("Switch on<span class=\"sr\"> VIP"),
        "{page}"
    );

    let (status, page) = press(&ada, "urgent", false, "0").await;
    assert_eq!(status, StatusCode::CONFLICT, "the page was old");
    assert!(page.contains("somebody else changed the rules"), "{page}");
    let (status, page) = press(&ada, "vipp", false, "1").await;
    assert_eq!((status, page.contains("no rule vipp")), (StatusCode::CONFLICT, true));
    assert!(press(&ada, "vip", true, "1").await.0.is_redirection());
    let third = says(&house, "As a VIP customer I ask").await;
    assert!(labels(&house, third).contains(&"vip".to_owned()));
    house.close().await;
}

async fn one_step_back_and_another(database: &Database) {
    let house = House::start(database).await;
    let (app, desk) = (&house.app, &house.app.desks[0]);
    let back = || go_back(&app.store, &app.clock, desk.id, &desk.layers, "Ben");
    assert!(matches!(back().await, Err(RulesError::NothingToReturnTo)));
    let shipped = desk.rulebook.load().hash().to_owned();
    edit(app, desk, &edit_of(NORWAY, 0)).await.unwrap();
    let norway = desk.rulebook.load().hash().to_owned();
    edit(app, desk, &edit_of(&NORWAY.replace("abroad", "far"), 1)).await.unwrap();
    for (number, hash, note) in
        [(3, &norway, "Back to version 1"), (4, &shipped, "Back to the rules before any edit")]
    {
        assert_eq!(back().await.unwrap(), number);
        desk.take_up_rules(&app.store, app.clock.now_ms()).await.unwrap();
        assert_eq!(desk.rulebook.load().hash(), hash.as_str());
        let newest = app.store.rule_versions(desk.id, 1).await.unwrap().remove(0);
        assert_eq!((newest.note.as_str(), newest.author.as_str(), newest.active), (note, "Ben", true));
    }
    assert!(matches!(back().await, Err(RulesError::NothingToReturnTo)));
    // Whoever starts now starts with what is active.
    let other = App::build(app.config.clone(), Clock::real()).await.unwrap();
    assert_eq!(
        (other.desks[0].rulebook.load().hash(), other.desks[0].rules_version()),
        (shipped.as_str(), 4)
    );
    house.close().await;
}

async fn of_two_edits_at_once_one_is_told(database: &Database) {
    let house = House::start(database).await;
    let (app, desk) = (&house.app, &house.app.desks[0]);
    let texts = [NORWAY.to_owned(), NORWAY.replace("abroad", "far")].map(|text| edit_of(&text, 0));
    let (one, two) = tokio::join!(edit(app, desk, &texts[0]), edit(app, desk, &texts[1]));
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(won.unwrap(), 1);
    assert!(matches!(lost, Err(RulesError::Moved { active: 1 })), "{lost:?}");
    let version = app.store.active_rule_version(desk.id).await.unwrap().unwrap();
    assert_eq!((version.hash.as_str(), version.number), (desk.rulebook.load().hash(), 1));
    house.close().await;
}

async fn a_candidate_in_the_shadow_changes_nothing(database: &Database) {
    let house = House::start(database).await;
    let (app, desk) = (&house.app, &house.app.desks[0]);
    let ada = house.sign_in("Ada", Role::Lead).await;
    let live = desk.rulebook.load().hash().to_owned();
    let form = [("text", NORWAY), ("version", "0"), ("do", "shadow")];
    assert!(ada.post("/rules/edit", &form).await.is_redirection());
    let there = says(&house, "Do you ship to Norway?").await;
    says(&house, "Hello there").await;
    assert!(!labels(&house, there).contains(&"abroad".to_owned()));
    assert_eq!(desk.rulebook.load().hash(), live);
    let kept = app.store.shadow(desk.id).await.unwrap().unwrap();
    let counts = app.store.shadow_counts(desk.id, &kept.hash).await.unwrap();
    assert_eq!((counts.decided, counts.different), (2, 1));
    let told = app.store.shadow_differences::<Vec<Change>>(desk.id, &kept.hash, 9).await.unwrap();
    assert_eq!((told.len(), told[0].conversation), (1, ConversationId(there)));
    assert_eq!(told[0].changes[0].after, "abroad, shipping");
    let (_, page) = ada.get("/rules").await;
    assert!(page.contains("In the shadow") && page.contains("1 otherwise"), "{page}");

    assert!(ada.post("/rules/shadow/off", &[]).await.is_redirection());
    says(&house, "Norway once more").await;
    let counts = app.store.shadow_counts(desk.id, &kept.hash).await.unwrap();
    assert_eq!(counts.decided, 2, "it does not decide any more");
    let refused = shadow(&app.store, &app.clock, desk.id, &desk.layers, "[[rule]]", "Ada").await;
    assert!(matches!(refused, Err(RulesError::Problems(_))));
    house.close().await;
}

async fn what_a_program_puts_is_what_people_see(database: &Database) {
    let house = House::start(database).await;
    let ada = house.sign_in("Ada", Role::Lead).await;
    let (status, told) = ada
        .send_json(Method::PUT, "/api/rules", &json!({ "text": NORWAY, "version": 0, "note": "by hand" }))
        .await;
    assert_eq!((status, &told["version"]), (StatusCode::OK, &json!(1)), "{told}");
    let (_, told) = ada.get("/api/rules").await;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["version"], &told["text"]), (&json!(1), &json!(NORWAY)));
    assert!(told["rules"].as_array().unwrap().iter().any(|rule| rule["id"] == "norway"), "{told}");
    let moved = ada.send_json(Method::PUT, "/api/rules", &json!({ "text": "", "version": 0 })).await;
    assert_eq!(moved.0, StatusCode::CONFLICT);
    let unsaid = ada.send_json(Method::PUT, "/api/rules", &json!({ "text": "" })).await;
    assert_eq!(unsaid.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, told) = ada.send_json(Method::POST, "/api/rules/check", &json!({ "text": "[[rule" })).await;
    assert_eq!((status, told["problems"].as_array().unwrap().len()), (StatusCode::OK, 1));
    let guide = json!([{
        "id": "refunds", "name": "Refunds", "priority": 60, "enabled": true,
        "conditions": [{ "type": "keyword", "operator": "contains", "value": "refund" }],
        "action": { "type": "tag", "target": "refund" },
    }]);
    let pasted = json!({ "rules": guide, "version": 1 });
    let (status, told) = ada.send_json(Method::PUT, "/api/rules", &pasted).await;
    assert_eq!((status, &told["version"]), (StatusCode::OK, &json!(2)), "{told}");
    let (_, told) = ada.get("/api/rules").await;
    assert!(
        told.contains("[[rule]]") && told.contains("Refunds"),
        "it is kept in the grammar's own words: {told}"
    );
    let norway = json!({ "text": NORWAY, "version": 2, "note": "by hand" });
    assert_eq!(ada.send_json(Method::PUT, "/api/rules", &norway).await.0, StatusCode::OK);
    let (_, page) = ada.get("/rules").await;
    assert!(page.contains("by hand") && page.contains("The customs papers take a while."), "{page}");

    says(&house, "Do you ship to Norway?").await;
    let candidate = NORWAY.replace("abroad", "far");
    let form = [("text", candidate.as_str()), ("version", "3"), ("do", "backtest")];
    let (status, page) = ada.post_for_page("/rules/edit", &form).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("<b>1 of 1</b>") && page.contains("abroad, shipping"), "{page}");
    let (_, page) = ada.get("/rules/backtest?days=7").await;
    assert!(page.contains("<b>0 of 1</b>"), "the active rules change nothing: {page}");
    house.close().await;
}

async fn versions_belong_to_their_desk(database: &Database) {
    let store = database.open().await;
    let (north, south) = (DeskId(1), DeskId(2));
    let version = |number| Version {
        number,
        origin: number,
        hash: format!("h{number}"),
        text: NORWAY.to_owned(),
        author: "Ada".to_owned(),
        note: String::new(),
        active: true,
        created_at: 7,
    };
    store.commit(activate(north, &version(1), UNEDITED)).await.unwrap();
    store.commit(activate(north, &version(2), 1)).await.unwrap();
    assert_eq!(store.active_rule_version(north).await.unwrap(), Some(version(2)));
    assert_eq!(store.active_rule_version(south).await.unwrap(), None);
    assert!(store.commit(activate(north, &version(2), 1)).await.is_err(), "1 is not active any more");
    assert!(store.commit(activate(north, &version(3), UNEDITED)).await.is_err(), "one is active at a time");
    store.commit(activate(south, &version(1), UNEDITED)).await.unwrap();
    assert_eq!(store.rule_versions(north, 9).await.unwrap().len(), 2);
    assert_eq!(store.rule_versions(south, 9).await.unwrap(), [version(1)]);
}
