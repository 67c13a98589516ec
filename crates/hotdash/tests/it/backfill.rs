//! Learning a desk's past: from four recorded weeks, served by the sandbox.

use crate::chatwoot::recordings::{history, read};
use crate::support::{Database, both_databases};
use chatwoot_sandbox::{Faults, Sandbox, Server};
use hotdash::app::App;
use hotdash::clock::Clock;
use hotdash::config::Config;
use hotdash::store::Store;
use hotdash::store::backfills::Backfill;
use hotdash::work::backfill::{ask, job_id};
use hotdash::work::measures::{Asked, take_up};
use hotdash::work::replay::replay;
use hotdash::worker::{self, run_this};
use hotdash_core::analysis::Analyzer;
use hotdash_core::conversation::{Direction, Message};
use hotdash_core::figures::desk::Period;
use hotdash_core::figures::product::{self, Slice};
use hotdash_core::ids::{ConversationId, DeskId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

both_databases!(
    the_past_is_the_same_from_the_desk_and_from_its_deliveries,
    an_interrupted_backfill_goes_on_and_a_second_one_reads_only_what_changed,
    a_desk_that_answers_429_loses_nothing,
    nothing_is_decided_about_the_past,
    what_was_only_read_counts_among_the_issues,
    a_running_hotdash_does_the_work,
);

/// The first second of the recording, from `history/about.json`.
const SINCE: i64 = 1_792_886_400;

struct Archive {
    desk: Sandbox,
    app: Arc<App>,
    server: Server,
}

impl Archive {
    async fn open(database: &Database) -> Self {
        let files = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/chatwoot/4.15.1/history"));
        let desk = Sandbox::with_history(files).unwrap();
        let server = desk.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
        let app = Self::app(database, &desk, &server).await;
        Self { desk, app, server }
    }

    /// A process that begins anew with the same database.
    async fn app(database: &Database, desk: &Sandbox, server: &Server) -> Arc<App> {
        let environment: BTreeMap<String, String> = [
            ("CHATWOOT_BASE_URL", server.url()),
            ("CHATWOOT_TOKEN", desk.token(1).unwrap()),
            ("CHATWOOT_ACCOUNT_ID", "1".to_owned()),
            ("DATABASE_URL", database.url.clone()),
            ("HOTDASH_RETRY_PAUSE_MS", "50".to_owned()),
            // The desk's limit does not hold on the same machine, and 260 calls would take five seconds.
            ("HOTDASH_DESK_CALLS_PER_MINUTE", "1000000".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        App::build(Config::from_sources(None, &environment).unwrap(), Clock::real()).await.unwrap()
    }

    fn id(&self) -> DeskId {
        self.app.desks[0].id
    }

    async fn ask(&self) -> Backfill {
        ask(&self.app, &self.app.desks[0], Timestamp::from_second(SINCE).unwrap()).await.unwrap()
    }

    async fn walk(&self) -> Backfill {
        self.app.store.backfill(self.id()).await.unwrap().unwrap()
    }

    /// Work until it is finished.
    async fn finish(&self) -> Backfill {
        let started = Instant::now();
        loop {
            run_this(&self.app, &job_id(self.id())).await.unwrap();
            let walk = self.walk().await;
            if walk.finished_at.is_some() {
                return walk;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "{walk:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn close(self) {
        self.server.shut_down().await;
    }
}

/// What is kept of a desk's conversations: facts and messages, without the desk's own lines, which no delivery tells.
async fn kept(store: &Store, desk: DeskId) -> Vec<Value> {
    let mut all = Vec::new();
    for recorded in history("conversations") {
        let id = ConversationId(recorded["id"].as_i64().unwrap());
        let c = store.conversation(desk, id).await.unwrap().unwrap_or_else(|| panic!("{id} is unknown"));
        let thread = store.thread(desk, id, 10_000).await.unwrap();
        let told = thread.iter().filter(|m| m.direction != Direction::Activity);
        let mut labels = c.labels.clone();
        labels.sort();
        all.push(json!({
            "id": c.id, "inbox": c.inbox, "channel": c.channel, "status": c.status, "priority": c.priority,
            "labels": labels, "contact": c.contact.id, "assignee": c.assignee, "team": c.team,
            "waiting_since": second(c.waiting_since), "first_reply_at": second(c.first_reply_at),
            "created_at": c.created_at.as_second(),
            "messages": told.map(fact).collect::<Vec<_>>(),
        }));
    }
    all
}

fn fact(m: &Message) -> Value {
    // A survey's words are made anew for whoever asks: with its link in deliveries, without it in REST.
    let text = m.content.as_ref().filter(|_| m.content_type != "input_csat");
    json!([m.id, m.direction, m.private, m.author, m.created_at.as_second(), text, m.content_type, m.marks])
}

/// REST tells whole seconds where deliveries tell milliseconds.
fn second(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_second)
}

async fn the_past_is_the_same_from_the_desk_and_from_its_deliveries(database: &Database) {
    let archive = Archive::open(database).await;
    archive.ask().await;
    let walk = archive.finish().await;
    assert_eq!((walk.conversations, walk.messages), (220, 2141));
    let surveys = archive.app.store.surveys(archive.id()).await.unwrap();
    assert_eq!((walk.surveys, surveys.len()), (65, 65));
    let roster = archive.app.store.roster_counts(archive.id()).await.unwrap();
    let roster: Vec<(&str, i64)> = roster.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(roster, [("agent", 4), ("inbox", 3), ("label", 7), ("team", 2)]);
    let from_the_desk = kept(&archive.app.store, archive.id()).await;
    archive.close().await;

    let other = Database::sqlite();
    let store = other.open().await;
    let deliveries = read("history/deliveries.jsonl.gz");
    replay(&store, &Clock::real(), &deliveries, &read("history/about.json"), "").await.unwrap();
    let from_deliveries = kept(&store, DeskId(1)).await;
    for (ours, theirs) in from_the_desk.iter().zip(&from_deliveries) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(from_the_desk.len(), from_deliveries.len());
    // Each answer stands in its message too.
    for survey in surveys {
        let message = store.message(DeskId(1), survey.message).await.unwrap().unwrap();
        assert_eq!(message.marks.csat.map(|csat| csat.rating), Some(survey.rating), "survey {}", survey.id);
    }
}

async fn an_interrupted_backfill_goes_on_and_a_second_one_reads_only_what_changed(database: &Database) {
    let archive = Archive::open(database).await;
    archive.ask().await;
    // The process is asked to stop at once: it ends after a page.
    archive.app.stopping.cancel();
    run_this(&archive.app, &job_id(archive.id())).await.unwrap();
    let stopped = archive.walk().await;
    assert_eq!((stopped.page, stopped.finished_at), (1, None));
    assert!((1..=25).contains(&stopped.conversations), "{stopped:?}");

    let app = Archive::app(database, &archive.desk, &archive.server).await;
    let again = Archive { app, ..archive };
    let resumed = again.ask().await;
    assert_eq!((resumed.page, resumed.started_at), (1, stopped.started_at), "it goes on where it was");
    let done = again.finish().await;
    assert_eq!((done.conversations, done.messages, done.surveys), (220, 2141, 65));

    let quiet = again.desk.read(|desk| desk.conversations.keys().copied().next().unwrap());
    again.desk.agent_notes(quiet, 1, "One thing has changed.").unwrap();
    again.ask().await;
    let second = again.finish().await;
    assert_eq!(second.conversations, 1, "only the one that changed is read");
    again.close().await;
}

async fn a_desk_that_answers_429_loses_nothing(database: &Database) {
    let archive = Archive::open(database).await;
    archive.ask().await;
    // Once for a list or a thread: the budget then pauses until the desk's minute ends, which takes up to a minute.
    archive.desk.set_faults(Faults { latency_ms: 2, ..Faults::default() });
    let faults = archive.desk.clone();
    let refusing = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        faults.set_faults(Faults { rate_limited: 3, latency_ms: 2, ..Faults::default() });
    });
    let walk = archive.finish().await;
    refusing.await.unwrap();
    assert_eq!(archive.desk.faults().rate_limited, 0, "the desk did refuse");
    assert_eq!((walk.conversations, walk.messages, walk.surveys), (220, 2141, 65));
    archive.close().await;
}

async fn nothing_is_decided_about_the_past(database: &Database) {
    let archive = Archive::open(database).await;
    archive.ask().await;
    archive.finish().await;
    let jobs = archive.app.store.read("SELECT kind FROM jobs", vec![]).await.unwrap();
    assert!(jobs.is_empty(), "{jobs:?}");
    for table in ["SELECT id FROM decisions", "SELECT id FROM effects", "SELECT id FROM drafts"] {
        assert!(archive.app.store.read(table, vec![]).await.unwrap().is_empty(), "{table}");
    }
    archive.close().await;
}

async fn a_running_hotdash_does_the_work(database: &Database) {
    let archive = Archive::open(database).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(worker::run(Arc::clone(&archive.app), stop.clone()));
    // Another process asks, and only looks on.
    let asking = Archive::app(database, &archive.desk, &archive.server).await;
    ask(&asking, &asking.desks[0], Timestamp::from_second(SINCE).unwrap()).await.unwrap();
    let started = Instant::now();
    while archive.walk().await.finished_at.is_none() {
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", archive.walk().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(archive.walk().await.conversations, 220);
    stop.cancel();
    running.await.unwrap().unwrap();
    archive.close().await;
}

async fn what_was_only_read_counts_among_the_issues(database: &Database) {
    let archive = Archive::open(database).await;
    archive.ask().await;
    archive.finish().await;
    let (app, desk) = (&archive.app, &archive.app.desks[0]);
    take_up(app, desk).await.unwrap();
    let asked = Asked {
        key: String::new(),
        period: Period { since: 0, until: 4_000_000_000 },
        slice: Slice::default(),
        clock: product::Clock::Wall,
        zone: TimeZone::UTC,
        now: app.clock.now(),
    };
    let (counted, any) = desk.measures.answer(&asked, |answers| answers.categories());

    // The same found again in what customers wrote.
    let least = desk.rulebook.load().labels_from().unwrap();
    let sql = "SELECT conversation, body FROM messages WHERE mover = 'customer'";
    let mut seen: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for row in app.store.read(sql, vec![]).await.unwrap() {
        let message: Message = row.json(1).unwrap();
        for tag in Analyzer::shipped().analyze(message.text()).categories {
            if tag.confidence >= least {
                seen.entry(tag.name).or_default().insert(row.int(0).unwrap());
            }
        }
    }
    let everywhere: BTreeSet<i64> = seen.values().flatten().copied().collect();
    let theirs: Vec<(String, usize)> = seen.into_iter().map(|(name, all)| (name, all.len())).collect();
    assert_eq!((counted, any), (theirs, everywhere.len()));
    assert!(any > 50, "{any}");
    // Words are the customers'; only names are kept.
    let kept = app.store.read("SELECT categories FROM read_categories", vec![]).await.unwrap();
    let kept: Vec<Value> = kept.iter().map(|row| row.json(0).unwrap()).collect();
    let keys =
        kept.iter().flat_map(|all| all.as_array().unwrap()).flat_map(|one| one.as_object().unwrap().keys());
    assert_eq!(keys.collect::<BTreeSet<_>>(), BTreeSet::from([&"confidence".to_owned(), &"name".to_owned()]));
    archive.close().await;
}
