//! `hotdash backfill`: learn a desk's past, with a bar that says how far it is.

use super::desk_named;
use super::since::read_since;
use crate::app::{App, Desk};
use crate::clock::Clock;
use crate::config::Config;
use crate::store::backfills::Backfill;
use crate::work::backfill::{ask, job_id};
use crate::worker::run_this;
use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How long a running `hotdash serve` may take to begin with it, before the command does the work itself.
const SOMEBODY_ELSE: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// The bar counts time in these parts.
const PARTS: u64 = 10_000;

/// Learn a desk's past: conversations, messages, survey answers, agents, inboxes, teams, labels.
///
/// Nothing is decided about it and nobody is answered. It stays below the desk's limits and lets replies and decisions
/// go first. An interrupted backfill goes on where it was when the command is given again; a second one reads only what
/// changed. Where `hotdash serve` runs, that does the work, and goes on when this command is ended.
#[derive(Debug, Args)]
pub(super) struct BackfillCommand {
    /// How far back: a time like 90d, 12 weeks or 36h, or a day like 2026-08-01 (UTC).
    #[arg(long, value_name = "TIME")]
    since: String,
    /// The desk's key in the settings file, where there are several desks.
    #[arg(long)]
    desk: Option<String>,
    /// Print one JSON object at the end instead of a sentence.
    #[arg(long)]
    json: bool,
}

impl BackfillCommand {
    pub(super) async fn run(&self, config: Config) -> anyhow::Result<ExitCode> {
        let app = App::build(config, Clock::real()).await?;
        let desk = Arc::clone(desk_named(&app.desks, |desk| &desk.settings.key, self.desk.as_deref())?);
        let since = read_since(&self.since, app.clock.now())?;
        let walk = ask(&app, &desk, since).await?;
        if walk.page > 0 {
            eprintln!("Going on after page {} of an earlier backfill.", walk.page);
        }
        let working = tokio::spawn(work_if_nobody_does(Arc::clone(&app), Arc::clone(&desk)));
        let ended = tokio::select! {
            walk = watch(&app, &desk) => walk?,
            _ = tokio::signal::ctrl_c() => {
                app.stopping.cancel();
                eprintln!("\nStopped. What is here stays; the same command goes on from here.");
                drop(working.await);
                return Ok(ExitCode::from(130));
            }
        };
        drop(working.await);
        self.print(&app, &desk, &ended).await?;
        Ok(ExitCode::SUCCESS)
    }

    async fn print(&self, app: &App, desk: &Desk, walk: &Backfill) -> anyhow::Result<()> {
        let seconds = (walk.finished_at.unwrap_or(walk.started_at) - walk.started_at) / 1000;
        let roster = app.store.roster_counts(desk.id).await?;
        if self.json {
            let roster: serde_json::Map<String, serde_json::Value> =
                roster.into_iter().map(|(kind, count)| (kind, json!(count))).collect();
            let report = json!({
                "desk": desk.settings.key,
                "since": Timestamp::from_millisecond(walk.since)?,
                "conversations": walk.conversations,
                "messages": walk.messages,
                "surveys": walk.surveys,
                "roster": roster,
                "seconds": seconds,
            });
            println!("{report}");
            return Ok(());
        }
        let listed: Vec<String> = roster.iter().map(|(kind, count)| format!("{count} {kind}s")).collect();
        println!(
            "Read {} conversations with {} messages and {} survey answers in {seconds} s. The desk has {}.",
            walk.conversations,
            walk.messages,
            walk.surveys,
            listed.join(", ").replace("inboxs", "inboxes"),
        );
        Ok(())
    }
}

/// Does the work unless a running hotdash takes it.
async fn work_if_nobody_does(app: Arc<App>, desk: Arc<Desk>) {
    let job = job_id(desk.id);
    tokio::time::sleep(SOMEBODY_ELSE).await;
    while !app.stopping.is_cancelled() {
        if let Err(error) = run_this(&app, &job).await {
            tracing::warn!(%error, "the backfill could not be begun");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = app.stopping.cancelled() => {}
        }
    }
}

/// Shows how far it is until it is finished.
async fn watch(app: &App, desk: &Desk) -> anyhow::Result<Backfill> {
    let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {msg}  about {eta} left")?;
    let bar = ProgressBar::new(PARTS).with_style(style);
    let mut before: Option<(i64, i64)> = None;
    loop {
        let walk = app.store.backfill(desk.id).await?.context("the backfill is gone from the database")?;
        if walk.finished_at.is_some() {
            bar.finish_and_clear();
            app.stopping.cancel();
            return Ok(walk);
        }
        if let Some(why) = app.store.why_dead(&job_id(desk.id)).await? {
            bail!("the backfill ended: {why}");
        }
        let now = app.clock.now_ms();
        let (from, count) = *before.get_or_insert((now, walk.conversations));
        let rate = rate(walk.conversations - count, now - from);
        bar.set_message(format!("{} conversations, {rate:.1} a second", walk.conversations));
        bar.set_position(done_parts(&walk));
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

fn rate(count: i64, ms: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    let (count, seconds) = (count as f64, (ms.max(1) as f64) / 1000.0);
    count / seconds
}

/// How much of the time it walked back through.
fn done_parts(walk: &Backfill) -> u64 {
    let (whole, done) = (walk.started_at - walk.since, walk.started_at - walk.reached);
    let parts = i64::try_from(PARTS).unwrap_or(i64::MAX);
    u64::try_from(done.saturating_mul(parts) / whole.max(1)).unwrap_or(0).min(PARTS)
}

#[cfg(test)]
mod tests;
