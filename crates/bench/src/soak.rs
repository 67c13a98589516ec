//! `bench soak`: the shipped binary beside a sandbox desk, for half an hour, with everything going wrong that a desk and
//! its network can do, and a look at the end whether anything was lost, sent twice, or sent without a person's leave.

mod checks;
mod desk;
mod faults;
mod figures;
mod house;
mod reviewers;

use crate::postgres::Schema;
use crate::rounded;
use anyhow::bail;
use chatwoot_sandbox::Faults;
use clap::Args;
use desk::Desk;
use faults::{Phase, Trouble};
use figures::{load_average, size_of};
use hotdash::app::AROUND_THE_CLOCK;
use hotdash::clock::Clock;
use hotdash::store::Store;
use hotdash_core::ids::{DeskId, DraftId};
use house::House;
use reqwest::StatusCode;
use reviewers::Reviewer;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{Instant, sleep_until};

/// A deletion whose delivery was lost is found by a look ten minutes later; everything else settles much sooner.
const SETTLING: Duration = Duration::from_secs(11 * 60 + 30);
/// Nothing is called settled before a lost delivery had its time to be missed.
const AT_LEAST: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_secs(2);
/// A process has met some work and filled its caches.
const WARM: Duration = Duration::from_secs(60);
/// Where a knowledge base is needed, it is the demo's.
const KNOWLEDGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../hotdash/defaults/knowledge");

#[derive(Debug, Args)]
pub(crate) struct Soak {
    /// Print exactly one JSON object.
    #[arg(long)]
    json: bool,
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
    /// Names the plan of faults and what people do; what comes of it depends on the machine's speed, too.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often a minute somebody does something; four in five times it is a customer who writes.
    #[arg(long, default_value_t = 60)]
    per_minute: u32,
    /// Keep the data in PostgreSQL instead of SQLite.
    #[arg(long)]
    postgres: bool,
    /// A server with fsync on; a schema of its own is made in it and dropped.
    #[arg(long, env = "HOTDASH_BENCH_POSTGRES", value_name = "URL")]
    server: Option<String>,
    /// The binary; without it the one beside this program.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// Where its files are put; they stay when a check fails.
    #[arg(long, default_value = "target")]
    dir: PathBuf,
}

/// What everybody in the soak knows.
struct Shared {
    desk: Desk,
    store: Store,
    desk_id: DeskId,
    clock: Clock,
    noted: Mutex<Noted>,
}

#[derive(Default)]
struct Noted {
    /// When a customer's message was written.
    wrote: BTreeMap<i64, i64>,
    /// The words that reviewers approved, by draft.
    submitted: BTreeMap<DraftId, BTreeSet<String>>,
    reviews: BTreeMap<u16, u64>,
    /// From when to when something was wrong or had its consequences.
    troubled: Vec<(i64, i64)>,
    outages: u64,
    at_5_minutes_mb: Option<f64>,
}

impl Shared {
    fn wrote(&self, message: i64, at: i64) {
        self.noted().wrote.insert(message, at);
    }

    fn submitted(&self, draft: &DraftId, text: &str) {
        self.noted().submitted.entry(draft.clone()).or_default().insert(text.to_owned());
    }

    fn was_submitted(&self, draft: &DraftId, text: &str) -> bool {
        self.noted().submitted.get(draft).is_some_and(|texts| texts.contains(text))
    }

    fn count_review(&self, status: StatusCode) {
        *self.noted().reviews.entry(status.as_u16()).or_default() += 1;
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Opened = (Arc<Shared>, Arc<House>, Vec<Reviewer>);

impl Soak {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let home = tempfile::Builder::new().prefix("bench-soak-").tempdir_in(&self.dir)?;
        let schema = match (self.postgres, &self.server) {
            (false, _) => None,
            (true, Some(server)) => Some(Schema::create(server).await?),
            (true, None) => bail!("name a PostgreSQL server: HOTDASH_BENCH_POSTGRES=postgres://…"),
        };
        let file = home.path().join("hotdash.sqlite");
        let url = schema.as_ref().map_or_else(|| format!("sqlite:{}", file.display()), |s| s.url.clone());
        let (shared, house, people) = self.open(&url, &home).await?;
        let begun = load_average();
        let settled_after = self.live(&shared, &house, people).await?;
        let checked = checks::check(&shared).await?;
        let database_bytes = match &schema {
            Some(schema) => schema.bytes().await?,
            None => size_of(&file),
        };
        let load = [begun, load_average()];
        let mut report = json!({
            "minutes": self.minutes,
            "seed": self.seed,
            "database": if self.postgres { "postgres" } else { "sqlite" },
            "settled_after_s": settled_after.map(|took| rounded(took.as_secs_f64(), 0)),
            "load": load,
        });
        let figures = figures::figures(&shared, &house, &checked, database_bytes).await?;
        if let (Some(report), Value::Object(figures)) = (report.as_object_mut(), figures) {
            report.extend(figures);
        }
        let mut problems = checked.problems;
        problems.extend(house.died());
        drop(house);
        if let Some(schema) = schema {
            schema.drop().await?;
        }
        self.print(&report);
        if problems.is_empty() {
            return Ok(());
        }
        for problem in problems.iter().take(50) {
            eprintln!("{problem}");
        }
        let kept = home.keep();
        bail!(
            "{} things are not as they must be; what hotdash kept and logged is in {}",
            problems.len(),
            kept.display()
        );
    }

    async fn open(&self, database_url: &str, home: &TempDir) -> anyhow::Result<Opened> {
        let binary = match &self.binary {
            Some(binary) => binary.clone(),
            None => std::env::current_exe()?.with_file_name("hotdash"),
        };
        let desk = Desk::open().await?;
        let mut house = House::new(binary, home.path().join("hotdash.log")).await?;
        let secret = desk.register(&format!("{}/api/webhooks/chatwoot", house.url)).await?;
        let hours = home.path().join("hours.toml");
        std::fs::write(&hours, AROUND_THE_CLOCK)?;
        let settings = [
            ("CHATWOOT_BASE_URL", desk.server.url()),
            ("CHATWOOT_TOKEN", desk.token.clone()),
            ("CHATWOOT_ACCOUNT_ID", "1".to_owned()),
            ("CHATWOOT_WEBHOOK_SECRET", secret),
            ("DATABASE_URL", database_url.to_owned()),
            ("HOTDASH_HOURS_FILE", hours.display().to_string()),
            ("HOTDASH_KNOWLEDGE_DIR", KNOWLEDGE.to_owned()),
            ("HOTDASH_UNDO_SECONDS", "2".to_owned()),
            ("HOTDASH_DEBOUNCE_MS", "1000".to_owned()),
            ("HOTDASH_UNCLEAR_WAIT_MS", "5000".to_owned()),
            ("HOTDASH_POLL_MS", "2000".to_owned()),
            ("HOTDASH_GAP_AFTER_MS", "10000".to_owned()),
            ("HOTDASH_LEASE_MS", "5000".to_owned()),
            ("HOTDASH_LOG", "info".to_owned()),
        ];
        for (name, value) in settings {
            house.set(name, value);
        }
        // The first command makes the tables and the desk's row.
        let mut links = Vec::new();
        for (name, role) in [("Ada", "lead"), ("Grace", "reviewer")] {
            let address = format!("{}@acme.test", name.to_lowercase());
            links.push(house.command(&["user", "add", &address, "--name", name, "--role", role])?);
        }
        let store = Store::open(database_url).await?;
        let shared =
            Shared { desk, store, desk_id: DeskId(1), clock: Clock::real(), noted: Mutex::default() };
        house.spawn()?;
        house.wait_until_it_answers().await?;
        let mut people = Vec::new();
        for link in &links {
            people.push(Reviewer::by_link(&house.url, link).await?);
        }
        Ok((Arc::new(shared), Arc::new(house), people))
    }

    fn length(&self) -> Duration {
        Duration::from_secs_f64(self.minutes * 60.0)
    }

    /// The soak itself, and the time until everything is settled; says how long that took.
    async fn live(
        &self,
        shared: &Arc<Shared>,
        house: &Arc<House>,
        people: Vec<Reviewer>,
    ) -> anyhow::Result<Option<Duration>> {
        let begin = Instant::now();
        let until = begin + self.length();
        let reviewing =
            tokio::spawn(reviewers::review_until(Arc::clone(shared), people, self.seed + 2, until));
        let acting =
            tokio::spawn(desk::act_until(Arc::clone(shared), self.seed + 1, self.per_minute, self.length()));
        let watching = tokio::spawn(watch(Arc::clone(shared), Arc::clone(house)));
        for phase in faults::plan(self.seed, self.length()) {
            trouble(shared, house, begin, &phase).await?;
        }
        acting.await??;
        reviewing.await??;
        eprintln!("faults are off, nobody writes any more: waiting until everything is settled");
        shared.desk.sandbox.set_faults(Faults::default());
        let quiet = Instant::now();
        let mut settled = None;
        while quiet.elapsed() < SETTLING {
            tokio::time::sleep(LOOK).await;
            if quiet.elapsed() < AT_LEAST {
                continue;
            }
            shared.desk.sandbox.settled().await;
            let problems = checks::check(shared).await?.problems;
            if problems.is_empty() {
                settled = Some(quiet.elapsed());
                break;
            }
            eprintln!(
                "{:.0} s: {} things to settle, e.g. {}",
                quiet.elapsed().as_secs_f64(),
                problems.len(),
                problems[0]
            );
        }
        watching.abort();
        Ok(settled)
    }

    fn print(&self, report: &Value) {
        if self.json {
            println!("{report}");
            return;
        }
        for (name, value) in report.as_object().into_iter().flatten() {
            println!("{name:20} {value}");
        }
    }
}

/// One time of trouble, from its beginning to its end.
async fn trouble(shared: &Shared, house: &House, begin: Instant, phase: &Phase) -> anyhow::Result<()> {
    sleep_until(begin + phase.begins).await;
    let (lasts, kill) = (phase.ends - phase.begins, phase.kill.map(|_| " and a kill").unwrap_or_default());
    eprintln!("{:>5} s: {:?} for {} s{kill}", phase.begins.as_secs(), phase.trouble, lasts.as_secs());
    let from = shared.clock.now_ms();
    shared.desk.sandbox.set_faults(phase.faults.clone());
    if let Some((at, away)) = phase.kill {
        sleep_until(begin + at).await;
        house.kill()?;
        tokio::time::sleep(away).await;
        house.spawn()?;
    }
    sleep_until(begin + phase.ends).await;
    shared.desk.sandbox.set_faults(Faults::default());
    if phase.kill.is_some() {
        house.wait_until_it_answers().await?;
    }
    let until = shared.clock.now_ms() + i64::try_from(phase.trouble.aftermath().as_millis())?;
    let mut noted = shared.noted();
    noted.troubled.push((from, until));
    noted.outages += u64::from(matches!(phase.trouble, Trouble::Unavailable | Trouble::Closed));
    Ok(())
}

/// Looks after the process as long as it is not stopped.
async fn watch(shared: Arc<Shared>, house: Arc<House>) -> anyhow::Result<()> {
    let begin = Instant::now();
    loop {
        tokio::time::sleep(LOOK).await;
        let resident = house.look(WARM)?;
        if begin.elapsed() >= Duration::from_secs(300) {
            let mut noted = shared.noted();
            noted.at_5_minutes_mb = noted.at_5_minutes_mb.or(resident);
        }
    }
}
