//! `bench sla`: many running clocks in one database, some of whose warnings fall due while we look; how long after its
//! instant each is given, beside the two seconds that are promised. Half of them fall on one instant, as a Monday's do.

use crate::load::count_as_f64;
use crate::rounded;
use anyhow::{Context, bail};
use clap::Args;
use hdrhistogram::Histogram;
use hotdash::app::{App, Notice};
use hotdash::clock::Clock as Hands;
use hotdash::config::Config;
use hotdash::store::Batch;
use hotdash::store::sla::keep_clock;
use hotdash::worker;
use hotdash_core::hours::Hours;
use hotdash_core::ids::{ConversationId, DeskId};
use hotdash_core::sla::{About, Clock, Happened, History, Mark};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast;

const LIMIT_MS: f64 = 2_000.0;
/// One commit holds so many clocks while they are made.
const AT_ONCE: i64 = 1_000;
/// More than are given between two looks; what is seen a look later counts as later.
const LOOK: i64 = 3_000;
/// How long after the last instant warnings are waited for.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
pub(crate) struct Sla {
    /// Print exactly one JSON object.
    #[arg(long)]
    json: bool,
    /// Clocks that run.
    #[arg(long, default_value_t = 100_000)]
    clocks: i64,
    /// Of them, those whose next warning falls due while we look.
    #[arg(long, default_value_t = 4_000)]
    warnings: i64,
    /// For how long we look.
    #[arg(long, default_value_t = 30)]
    seconds: i64,
}

impl Sla {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        if self.warnings > self.clocks || self.warnings < 2 || self.seconds < 2 {
            bail!("at least two warnings in two seconds, and no more than there are clocks");
        }
        let home = tempfile::tempdir()?;
        let app = app(&format!("sqlite:{}", home.path().join("hotdash.sqlite").display())).await?;
        eprintln!("{} clocks are made", self.clocks);
        let first = app.clock.now() + self.time_to_make();
        self.make(&app, first).await?;
        if app.clock.now() >= first {
            bail!("making the clocks took longer than was allowed; try with fewer");
        }
        app.store.begin_work().await?;
        let stop = app.stopping.clone();
        let mut news = app.notices.subscribe();
        let working = tokio::spawn(worker::run(Arc::clone(&app), stop.clone()));
        let wait = first.duration_since(app.clock.now()) + SignedDuration::from_secs(self.seconds);
        eprintln!("{} warnings fall due within {} s", self.warnings, self.seconds);
        let until = Instant::now() + Duration::try_from(wait)? + PATIENCE;
        let lateness = self.watch(&app, &mut news, until).await?;
        stop.cancel();
        working.await??;
        self.report(&lateness)
    }

    /// How long after its instant each warning was seen in the database, in milliseconds: the commit is part of it.
    async fn watch(
        &self,
        app: &App,
        news: &mut broadcast::Receiver<(DeskId, Notice)>,
        until: Instant,
    ) -> anyhow::Result<Vec<i64>> {
        let (mut seen, mut lateness) = (HashSet::new(), Vec::new());
        while i64::try_from(lateness.len())? < self.warnings {
            // Whoever fell behind looks too; a quiet second ends with a look as well.
            let _ = tokio::time::timeout(Duration::from_secs(1), news.recv()).await;
            for warning in app.store.last_sla_warnings(app.desks[0].id, LOOK).await? {
                if seen.insert(warning.id) {
                    lateness.push(app.clock.now_ms() - warning.due_at);
                }
            }
            if Instant::now() > until {
                bail!("{} of {} warnings were given", lateness.len(), self.warnings);
            }
        }
        Ok(lateness)
    }

    /// About 20,000 clocks a second can be made; a slow machine gets more time.
    fn time_to_make(&self) -> SignedDuration {
        SignedDuration::from_secs(5 + self.clocks / 5_000)
    }

    /// Clocks of a first response, begun so that their next warning falls where it is wanted.
    async fn make(&self, app: &App, first: Timestamp) -> anyhow::Result<()> {
        let desk = &app.desks[0];
        let step = self.seconds * 1000 / (self.warnings / 2);
        let mut batch = Batch::new();
        for number in 0..self.clocks {
            let warns_at = if number >= self.warnings {
                // Later than we look, spread over hours.
                first + SignedDuration::from_secs(self.seconds + 600 + number % 20_000)
            } else if number % 2 == 0 {
                first + SignedDuration::from_millis(number / 2 * step)
            } else {
                first + SignedDuration::from_millis(self.seconds * 500)
            };
            // 50 % of 30 minutes.
            let start = warns_at - SignedDuration::from_mins(15);
            let history: History =
                [(start, Happened::CustomerWrote), (start, Happened::Open)].into_iter().collect();
            let clocks = Clock::all(&history, &About::default(), start, &desk.sla, &Hours::shipped());
            let clock = clocks.first().context("nothing is promised")?;
            let next: Option<Mark> = clock.marks.first().copied();
            batch.push(keep_clock(desk.id, ConversationId(number + 1), clock, next)?);
            if number % AT_ONCE == AT_ONCE - 1 {
                app.store.commit(std::mem::take(&mut batch)).await?;
            }
        }
        app.store.commit(batch).await?;
        Ok(())
    }

    fn report(&self, lateness: &[i64]) -> anyhow::Result<()> {
        let mut histogram = Histogram::<u64>::new(3)?;
        for late in lateness {
            histogram.record(u64::try_from(*late).context("a warning was given before its instant")?)?;
        }
        let at = |quantile| count_as_f64(histogram.value_at_quantile(quantile));
        let max = count_as_f64(lateness.iter().max().copied().unwrap_or(0).unsigned_abs());
        let (p50, p99) = (at(0.5), at(0.99));
        let ratio = rounded(max / LIMIT_MS, 4);
        if self.json {
            let report = json!({
                "clocks": self.clocks,
                "warnings": lateness.len(),
                "p50_ms": p50,
                "p99_ms": p99,
                "max_ms": max,
                "limit_ms": LIMIT_MS,
                "ratio": ratio,
            });
            println!("{report}");
        } else {
            println!(
                "{} running clocks, {} warnings, half of them at one instant",
                self.clocks,
                lateness.len()
            );
            println!(
                "given after {p50} ms (half), {p99} ms (99 %), {max} ms (the last); the limit is {LIMIT_MS} ms"
            );
        }
        if max > LIMIT_MS {
            bail!("a warning was given too late");
        }
        Ok(())
    }
}

async fn app(database: &str) -> anyhow::Result<Arc<App>> {
    let environment: BTreeMap<String, String> = [
        ("CHATWOOT_BASE_URL", "http://127.0.0.1:9"),
        ("CHATWOOT_TOKEN", "nobody"),
        ("CHATWOOT_ACCOUNT_ID", "1"),
        ("CHATWOOT_SLA_MINUTES", "30"),
        ("DATABASE_URL", database),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    // Clocks begin before hotdash does: the desk is served since an hour ago.
    let early = Hands::manual(Hands::real().now() - SignedDuration::from_hours(1));
    App::build(Config::from_sources(None, &environment)?, early).await?;
    Ok(App::build(Config::from_sources(None, &environment)?, Hands::real()).await?)
}
