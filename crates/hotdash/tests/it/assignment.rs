//! Who gets a conversation, in whole journeys: two replicas on one database, a line of those who wait, a desk that
//! assigns by itself, and leads who are told.

mod members;
mod notices;

use crate::support::house::House;
use crate::support::{Database, both_databases};
use chatwoot_sandbox::Options;
use chatwoot_sandbox::model::{Assignee, Availability, Status};
use hotdash::app::{App, StartError};
use hotdash::clock::Clock;
use hotdash::config::Config;
use hotdash::store::decisions::Cause;
use hotdash::store::effects::{Change, Effect, EffectState};
use hotdash::store::waiting::{Place, Waits};
use hotdash::work::rules::fairness::since;
use hotdash::worker;
use hotdash_core::analysis::Analysis;
use hotdash_core::decide::Decision;
use hotdash_core::ids::ConversationId;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

both_databases!(
    two_replicas_share_fairly_and_never_beyond_capacity,
    whoever_waits_is_offered_in_turn_as_soon_as_somebody_has_room,
    a_desk_that_assigns_by_itself_is_left_to_it,
    what_a_person_does_with_it_afterwards_stays,
    a_second_message_before_the_assignment_is_done_assigns_nobody_else,
);

const ADA: i64 = 1;
const BEN: i64 = 2;
const CLEO: i64 = 3;
/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Files of settings, with the variables that name them.
struct Files {
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
}

impl Files {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), settings: Vec::new() }
    }

    fn with(mut self, variable: &'static str, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        self.settings.push((variable, path.display().to_string()));
        self
    }

    fn agents(self, text: &str) -> Self {
        self.with("HOTDASH_AGENTS_FILE", "agents.toml", text)
    }

    fn rules(self, text: &str) -> Self {
        self.with("HOTDASH_RULES_FILE", "rules.toml", text)
    }

    fn settings(&self) -> Vec<(&str, &str)> {
        self.settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }
}

fn person(house: &House, conversation: i64) -> Option<i64> {
    match house.desk.assignee(conversation).unwrap() {
        Some(Assignee::User(user)) => Some(user),
        _ => None,
    }
}

fn new_conversation(house: &House, number: usize) -> i64 {
    let (name, email) = (format!("Customer {number}"), format!("customer{number}@example.test"));
    house.desk.customer_says(house.website, (name.as_str(), email.as_str()), "Hello, where is it?").unwrap()
}

async fn line(house: &House) -> Vec<Waits> {
    house.app.store.waiting(house.app.desks[0].id, Place::BEGINNING, 1_000).await.unwrap()
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < PATIENCE, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn assignments(house: &House, conversation: i64) -> Vec<Effect> {
    let desk = house.app.desks[0].id;
    let all = house.app.store.effects(desk, ConversationId(conversation)).await.unwrap();
    all.into_iter().filter(|effect| matches!(effect.change, Change::AssignAgent { .. })).collect()
}

async fn two_replicas_share_fairly_and_never_beyond_capacity(database: &Database) {
    let files = Files::new().agents("[default]\ncapacity = 4\n");
    let house = House::start_with(database, &files.settings()).await;
    house.desk.set_availability(ADA, Availability::Online).unwrap();
    let other = App::build(house.app.config.clone(), Clock::real()).await.unwrap();
    let stop = CancellationToken::new();
    let beside = tokio::spawn(worker::run(Arc::clone(&other), stop.clone()));

    let desk = house.app.desks[0].id;
    let mut conversations: Vec<i64> = (0..10).map(|number| new_conversation(&house, number)).collect();
    house.settle().await;
    let told = since(&house.app.store, desk, 0).await.unwrap();
    assert_eq!(told.assignments, 10);
    assert!(told.spread < 1.0 + 1e-9, "while everybody has room: {told:?}");
    conversations.extend((10..15).map(|number| new_conversation(&house, number)));
    house.settle().await;
    let mut given: BTreeMap<i64, usize> = BTreeMap::new();
    for conversation in &conversations {
        if let Some(who) = person(&house, *conversation) {
            *given.entry(who).or_default() += 1;
        }
        assert!(assignments(&house, *conversation).await.len() <= 1, "once at most");
    }
    assert_eq!(given, BTreeMap::from([(ADA, 4), (BEN, 4), (CLEO, 4)]), "nobody has more than four");
    let waits = line(&house).await;
    assert_eq!(waits.len(), 3, "nothing is dropped: {waits:?}");
    assert!(waits[0].because.contains("is at capacity (4 of 4)"), "{waits:?}");

    assert_eq!(since(&house.app.store, desk, 0).await.unwrap().assignments, 12);
    stop.cancel();
    beside.await.unwrap().unwrap();
    house.close().await;
}

async fn whoever_waits_is_offered_in_turn_as_soon_as_somebody_has_room(database: &Database) {
    let files = Files::new().agents("[[agent]]\nwho = 'ben@acme.test'\ncapacity = 2\n");
    let house = House::start_with(database, &files.settings()).await;
    for user in [ADA, BEN, CLEO] {
        house.desk.set_availability(user, Availability::Offline).unwrap();
    }
    let mut conversations = Vec::new();
    for number in 0..3 {
        conversations.push(new_conversation(&house, number));
        house.settle().await;
    }
    let waits: Vec<i64> = line(&house).await.iter().map(|waits| waits.conversation.0).collect();
    assert_eq!(waits, conversations, "in the order in which they came");
    assert!(conversations.iter().all(|one| person(&house, *one).is_none()));

    house.desk.set_availability(BEN, Availability::Online).unwrap();
    until("Ben takes two", async || person(&house, conversations[1]) == Some(BEN)).await;
    assert_eq!(person(&house, conversations[0]), Some(BEN), "the first first");
    house.settle().await;
    assert_eq!(person(&house, conversations[2]), None, "there is no room for a third");
    assert_eq!(line(&house).await.len(), 1);

    house.desk.resolve(conversations[0], BEN).unwrap();
    until("Ben has room again", async || person(&house, conversations[2]) == Some(BEN)).await;
    house.settle().await;
    assert_eq!(line(&house).await, []);
    let id = ConversationId(conversations[2]);
    let kept = house.app.store.decisions::<Analysis, Decision>(house.app.desks[0].id, id, 5).await.unwrap();
    assert_eq!(kept.len(), 2, "one that it waits, one that it does not");
    let choice = kept[0].body.assignment.as_ref().unwrap();
    assert_eq!((choice.candidates[0].open, choice.candidates[0].capacity), (1, Some(2)), "{choice:?}");
    house.close().await;
}

async fn a_desk_that_assigns_by_itself_is_left_to_it(database: &Database) {
    let options = Options { auto_assignment: true, ..Options::default() };
    let house = House::open(database, &[], Clock::real(), options).await;
    let conversations: Vec<i64> = (0..6).map(|number| new_conversation(&house, number)).collect();
    house.settle().await;
    let before: Vec<Option<i64>> = conversations.iter().map(|one| person(&house, *one)).collect();
    assert!(before.iter().all(Option::is_some), "{before:?}");
    for conversation in &conversations {
        let got = assignments(&house, *conversation).await;
        let ours = got.iter().filter(|effect| effect.outcome.as_deref() == Some("assigned"));
        assert_eq!(ours.count(), 0, "the desk was first: {got:?}");
        house.desk.customer_replies(*conversation, "Is anybody there?").unwrap();
    }
    house.settle().await;
    let after: Vec<Option<i64>> = conversations.iter().map(|one| person(&house, *one)).collect();
    assert_eq!(before, after, "no tug-of-war");
    let told = since(&house.app.store, house.app.desks[0].id, 0).await.unwrap();
    assert_eq!(told.assignments, 0, "nothing was ours to share: {told:?}");
    house.close().await;
}

async fn what_a_person_does_with_it_afterwards_stays(database: &Database) {
    let rules = "[[rule]]\nid = 'wholesale'\ngroup = 'assignment'\npriority = 90\n\
        when = { type = 'keyword', contains = 'wholesale' }\nthen = { assign = { strategy = 'least_loaded', team = 1 } }\n";
    let files = Files::new().rules(rules);
    let house = House::start_with(database, &files.settings()).await;
    let conversation = new_conversation(&house, 1);
    house.settle().await;
    let first = person(&house, conversation).unwrap();
    let other = if first == BEN { CLEO } else { BEN };
    house.desk.assign(conversation, Some(other), ADA).unwrap();
    house.settle().await;
    house.desk.customer_replies(conversation, "And what about wholesale?").unwrap();
    house.settle().await;
    assert_eq!(person(&house, conversation), Some(other), "whoever a person gave it to keeps it");
    // Closed and opened again it is still theirs.
    house.desk.set_status(conversation, other, Status::Resolved).unwrap();
    house.settle().await;
    house.desk.customer_replies(conversation, "One more thing").unwrap();
    house.settle().await;
    assert_eq!(person(&house, conversation), Some(other));
    assert_eq!(assignments(&house, conversation).await.len(), 1, "it was given away once");
    house.close().await;
}

async fn a_second_message_before_the_assignment_is_done_assigns_nobody_else(database: &Database) {
    let house = House::start(database).await;
    for number in 0..8 {
        let conversation = new_conversation(&house, number);
        for words in ["Hello?", "It is about the carburettor.", "Order A-17."] {
            house.desk.customer_replies(conversation, words).unwrap();
        }
    }
    house.settle().await;
    let desk = house.app.desks[0].id;
    let mut turns = 0;
    for conversation in 1..=8 {
        let got = assignments(&house, conversation).await;
        assert_eq!(got.len(), 1, "{got:?}");
        assert_eq!((got[0].state, got[0].outcome.as_deref()), (EffectState::Done, Some("assigned")));
        turns += 1;
    }
    assert_eq!(house.app.store.rotation(desk).await.unwrap().turn, turns);
    let told = since(&house.app.store, desk, 0).await.unwrap();
    assert!(told.spread < 1.0 + 1e-9, "{told:?}");
    assert!(!house.app.store.is_decided(desk, hotdash_core::ids::MessageId(0), Cause::Offer).await.unwrap());
    house.close().await;
}

#[tokio::test]
async fn a_file_with_a_slip_of_the_pen_stops_the_start_and_says_where() {
    let files = Files::new().agents("[[agent]]\nwho = 'ben@acme.test'\ncapcity = 5\n");
    let database = Database::sqlite();
    let mut environment: BTreeMap<String, String> = [
        ("CHATWOOT_BASE_URL", "http://127.0.0.1:9"),
        ("CHATWOOT_TOKEN", "token"),
        ("CHATWOOT_ACCOUNT_ID", "1"),
        ("DATABASE_URL", &database.url),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    environment.extend(files.settings().iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    let config = Config::from_sources(None, &environment).unwrap();
    let Err(StartError::Desk { error, .. }) = App::build(config, Clock::real()).await else {
        panic!("it started");
    };
    let told = error.to_string();
    assert!(
        told.starts_with("HOTDASH_AGENTS_FILE: ")
            && told.contains("agents.toml, agent ben@acme.test, capcity"),
        "{told}"
    );
    assert!(told.ends_with("did you mean “capacity”?"), "{told}");
}
