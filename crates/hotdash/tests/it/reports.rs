//! Reports: made once, mailed once, from figures that are true.

mod numbers;
mod pages;
mod schedule;

use crate::chatwoot::recordings::history_file;
use crate::support::Database;
use crate::support::mailbox::Mailbox;
use hotdash::app::{App, Desk};
use hotdash::clock::Clock;
use hotdash::config::Config;
use hotdash::store::reports::{LetterState, ReportLetter};
use hotdash::work::figures::recording::Recording;
use hotdash::worker;
use hotdash_core::figures::check::Source;
use hotdash_core::ids::DeskId;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The recorded four weeks, as deliveries told them.
async fn take_history(app: &App) {
    let text = |name: &str| {
        let zipped = ["deliveries", "conversations", "messages"].contains(&name);
        Some(history_file(&if zipped { format!("{name}.jsonl.gz") } else { format!("{name}.json") }))
    };
    Recording { text }.take(&app.store, app.desks[0].id, Source::Deliveries).await.unwrap();
}

/// A replica, as it is configured; nothing of it works until [`Working::begin`].
async fn replica(
    database: &Database,
    clock: &Clock,
    mailbox: Option<&Mailbox>,
    more: &[(&str, &str)],
) -> Arc<App> {
    let mut environment: BTreeMap<String, String> = [
        ("CHATWOOT_BASE_URL", "http://desk.test"),
        ("CHATWOOT_TOKEN", "token"),
        ("CHATWOOT_ACCOUNT_ID", "1"),
        ("DATABASE_URL", &database.url),
        ("HOTDASH_PUBLIC_URL", "https://hotdash.test"),
        ("HOTDASH_SHOP_NAME", "Hot Rodan"),
        ("HOTDASH_TIMEZONE", "Europe/Berlin"),
        ("HOTDASH_RETRY_PAUSE_MS", "20"),
        ("HOTDASH_REPORT_TO", "ada@acme.test, cleo@acme.test"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    environment.extend(mailbox.map(|mailbox| ("SMTP_URL".to_owned(), mailbox.url())));
    environment.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let config = Config::from_sources(None, &environment).unwrap();
    App::build(config, clock.clone()).await.unwrap()
}

/// A clock of which the test holds the hands.
fn clock(at: &str) -> Clock {
    Clock::manual(instant(at))
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn set(clock: &Clock, at: &str) {
    clock.advance(instant(at).as_millisecond() - clock.now_ms());
}

/// A replica's worker, until it is stopped.
struct Working {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Working {
    fn begin(app: &Arc<App>) -> Self {
        let stop = CancellationToken::new();
        let (app, stopped) = (Arc::clone(app), stop.clone());
        Self { stop, task: tokio::spawn(async move { worker::run(app, stopped).await.unwrap() }) }
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

/// Every letter of a desk, by the periods of the reports.
async fn letters(app: &App) -> Vec<ReportLetter> {
    let desk: &Desk = &app.desks[0];
    let mut letters = Vec::new();
    for report in app.store.reports(desk.id, 100).await.unwrap() {
        letters.extend(app.store.report_letters(desk.id, &report.id).await.unwrap());
    }
    letters
}

/// Wait until so many letters ended.
async fn settled(app: &App, count: usize) -> Vec<ReportLetter> {
    let started = Instant::now();
    loop {
        let letters = letters(app).await;
        let over = letters.iter().filter(|l| !matches!(l.state, LetterState::Pending | LetterState::Sending));
        if over.count() >= count {
            return letters;
        }
        assert!(started.elapsed() < PATIENCE, "{letters:?}, jobs: {:?}", jobs(app).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Wait until nothing is left to do.
async fn idle(app: &App) {
    let started = Instant::now();
    let mut quiet = 0;
    while quiet < 3 {
        assert!(started.elapsed() < PATIENCE, "jobs: {:?}", jobs(app).await);
        // Longer than the schedule is looked at.
        tokio::time::sleep(Duration::from_millis(250)).await;
        let idle = app.store.queue_counts(app.clock.now_ms()).await.unwrap().living == 0;
        quiet = if idle { quiet + 1 } else { 0 };
    }
}

async fn jobs(app: &App) -> Vec<hotdash::store::Row> {
    let sql = "SELECT kind, lane, state, attempts, last_error FROM jobs ORDER BY id";
    app.store.read(sql, vec![]).await.unwrap()
}

fn desk_of(app: &App) -> DeskId {
    app.desks[0].id
}
