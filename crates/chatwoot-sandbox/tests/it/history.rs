//! A recorded history is served again: whoever reads all of it over HTTP gets what was recorded.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

use chatwoot_sandbox::{Faults, Options, Sandbox};
use serde_json::{Value, json};

use crate::support::{ADA, House, send};

fn recorded() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/chatwoot/4.15.1/history"))
}

fn file(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(recorded().join(name)).unwrap()).unwrap()
}

fn lines(name: &str) -> Vec<Value> {
    let mut text = String::new();
    let file = std::fs::File::open(recorded().join(name)).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn house() -> House {
    let house = House::of(Options::default()).await;
    chatwoot_sandbox::history::load(&house.desk, &recorded()).unwrap();
    house
}

/// Every page until one is not full.
async fn pages(house: &House, path: &str, per_page: usize, list: &str) -> Vec<Value> {
    let (mut all, mut n) = (Vec::new(), 1);
    loop {
        let answer = house.get(ADA, &format!("{path}page={n}")).await;
        let page = answer.pointer(list).unwrap().as_array().unwrap().clone();
        let full = page.len() == per_page;
        all.extend(page);
        if !full {
            return all;
        }
        n += 1;
    }
}

async fn conversations(house: &House) -> Vec<Value> {
    pages(house, "~/conversations?status=all&sort_by=created_at_asc&", 25, "/data/payload").await
}

/// All messages of a conversation, a hundred at a time.
async fn messages(house: &House, id: &Value) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let answer = house.get(ADA, &format!("~/conversations/{id}/messages?after={after}")).await;
        let page = answer["payload"].as_array().unwrap();
        all.extend(page.iter().cloned());
        if page.len() < 100 {
            return all;
        }
        after = page.iter().filter_map(|message| message["id"].as_i64()).max().unwrap();
    }
}

/// Where two values differ, order of keys included.
fn differences(ours: &Value, theirs: &Value, at: &str, found: &mut BTreeSet<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            if !a.keys().eq(b.keys()) {
                found.insert(format!("{at}: keys"));
            }
            for (name, theirs) in b {
                differences(a.get(name).unwrap_or(&Value::Null), theirs, &format!("{at}.{name}"), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (ours, theirs) in a.iter().zip(b) {
                differences(ours, theirs, &format!("{at}[]"), found);
            }
        }
        _ if ours == theirs => {}
        _ => {
            found.insert(at.to_owned());
        }
    }
}

fn compare(what: &str, ours: &Value, theirs: &Value, except: &[&str]) {
    let mut found = BTreeSet::new();
    differences(ours, theirs, what, &mut found);
    let except: BTreeSet<String> = except.iter().map(|&key| key.to_owned()).collect();
    assert_eq!(found, except, "the keys of {what} that differ from the recording");
}

#[tokio::test]
async fn conversations_messages_and_surveys_read_as_recorded() {
    let house = house().await;
    let ours = conversations(&house).await;
    let theirs = lines("conversations.jsonl.gz");
    assert_eq!((ours.len(), theirs.len()), (220, 220));
    compare("conversations", &json!(ours), &json!(theirs), &[]);

    let mut all_messages = Vec::new();
    for conversation in &ours {
        let id = &conversation["id"];
        compare("conversation", &house.get(ADA, &format!("~/conversations/{id}")).await, conversation, &[]);
        all_messages.extend(messages(&house, id).await);
    }
    let recorded = lines("messages.jsonl.gz");
    assert_eq!((all_messages.len(), recorded.len()), (2141, 2141));
    compare("messages", &json!(all_messages), &json!(recorded), &[]);

    let surveys = pages(&house, "~/csat_survey_responses?", 25, "").await;
    assert_eq!(surveys.len(), 65);
    compare("csat", &json!(surveys), &file("csat.json"), &[]);
}

#[tokio::test]
async fn people_places_and_words_read_as_recorded() {
    let house = house().await;
    compare("agents", &house.get(ADA, "~/agents").await, &file("agents.json"), &[]);
    compare("teams", &house.get(ADA, "~/teams").await, &file("teams.json"), &[]);
    compare("labels", &house.get(ADA, "~/labels").await, &file("labels.json"), &[]);
    // The snippet for web pages names this desk's address, in this desk's own words.
    let snippet = "inboxes.payload[].web_widget_script";
    compare("inboxes", &house.get(ADA, "~/inboxes").await, &file("inboxes.json"), &[snippet]);
    for (team, members) in file("team_members.json").as_object().unwrap() {
        let ours = house.get(ADA, &format!("~/teams/{team}/team_members")).await;
        let ids: Vec<&Value> = ours.as_array().unwrap().iter().map(|agent| &agent["id"]).collect();
        assert_eq!(json!(ids), *members, "members of team {team}");
    }
    for (inbox, bot) in file("inbox_agent_bots.json").as_object().unwrap() {
        compare("bot", &house.get(ADA, &format!("~/inboxes/{inbox}/agent_bot")).await, bot, &[]);
        let members = house.get(ADA, &format!("~/inbox_members/{inbox}")).await;
        assert_eq!(members["payload"].as_array().unwrap().len(), 4, "not recorded, so everybody is one");
    }
    let contacts = pages(&house, "~/contacts?", 15, "/payload").await;
    let named: BTreeSet<i64> = lines("conversations.jsonl.gz")
        .iter()
        .filter_map(|conversation| conversation.pointer("/meta/sender/id")?.as_i64())
        .collect();
    let listed: BTreeSet<i64> = contacts.iter().filter_map(|contact| contact["id"].as_i64()).collect();
    assert_eq!(listed, named);
}

#[tokio::test]
async fn a_past_moment_shows_what_had_changed_by_then() {
    let house = house().await;
    let until = file("about.json")["until"].as_i64().unwrap();
    house.desk.clock().set(jiff::Timestamp::from_second(until).unwrap());
    let day = house.get(ADA, "~/conversations?status=all&updated_within=86400").await;
    let ours: BTreeSet<i64> = ids(&day["data"]["payload"]);
    let since = (until - 86_400) as f64;
    let theirs: Vec<Value> = lines("conversations.jsonl.gz");
    let theirs = theirs.into_iter().filter(|c| c["updated_at"].as_f64().unwrap() > since).collect::<Vec<_>>();
    assert!(!ours.is_empty());
    assert_eq!(ours, ids(&json!(theirs)));
    assert_eq!(day["data"]["meta"]["all_count"], 220);

    let query = format!("since={}&until={until}", until - 7 * 86_400);
    let week = house.get(ADA, &format!("~/csat_survey_responses?{query}")).await;
    let csat = file("csat.json");
    let csat = csat.as_array().unwrap().iter();
    let recent = csat.filter(|row| row["created_at"].as_i64().unwrap() >= until - 7 * 86_400);
    assert_eq!(ids(&week), ids(&json!(recent.collect::<Vec<_>>())));
}

fn ids(list: &Value) -> BTreeSet<i64> {
    list.as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn life_goes_on_after_the_recording() {
    let house = house().await;
    let inbox = 1;
    let id = house.desk.customer_says(inbox, ("Customer 49", "c49@example.test"), "Hello again").unwrap();
    assert_eq!(id, 221, "a new conversation has the next id");
    let page = house.get(ADA, "~/conversations/221/messages").await;
    assert_eq!(page["payload"][0]["id"], 2142);
    let body = json!({"content": "One more thing", "private": true});
    let note = house.call(ADA, "POST", "~/conversations/1/messages", body).await.json();
    let shown = house.get(ADA, "~/conversations/1").await;
    assert_eq!(shown["messages"][0]["id"], note["id"], "the newest message is the last");
}

#[tokio::test]
async fn limits_and_the_price_of_lists_hold_for_history_too() {
    let house = house().await;
    house.desk.set_faults(Faults { list_ms_per_conversation: 8, ..Faults::default() });
    let started = std::time::Instant::now();
    house.get(ADA, "~/conversations?status=all&page=1").await;
    assert!(started.elapsed() >= Duration::from_millis(25 * 8));
    house.desk.set_faults(Faults { rate_limits: true, ..Faults::default() });
    let path = "~/conversations/meta";
    let ask = || house.request("GET", path).header("Api-Access-Token", house.token(ADA));
    for _ in 0..30 {
        assert_eq!(send(ask()).await.status, 200);
    }
    assert_eq!(send(ask()).await.status, 429);
}

#[test]
fn a_folder_that_is_no_history_is_refused_with_what_is_missing() {
    let empty = tempfile::tempdir().unwrap();
    let Err(error) = Sandbox::with_history(empty.path()) else { panic!("an empty folder was taken") };
    assert!(format!("{error:#}").contains("inboxes.json"), "{error:#}");
    let sandbox = Sandbox::with_history(&recorded()).unwrap();
    let again = chatwoot_sandbox::history::load(&sandbox, &recorded());
    assert!(format!("{:#}", again.unwrap_err()).contains("already has inboxes"));
}
