//! `hotdash figures`: our figures beside the desk's own reports, and facts made anew.

use super::desk_named;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::Store;
use crate::work::facts::rebuild;
use crate::work::figures::live;
use crate::work::figures::recording::Recording;
use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use flate2::read::MultiGzDecoder;
use hotdash_core::figures::check::{Check, Source};
use hotdash_core::figures::desk::Period;
use jiff::{Span, Timestamp, tz::TimeZone};
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Figures {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Put our figures beside the desk's own reports and explain each difference.
    ///
    /// Asks the desk for its reports of a period and compares them with what hotdash has measured. With --history it
    /// does the same offline on a recording (a folder with deliveries.jsonl, conversations.jsonl, messages.jsonl,
    /// csat.json, agents.json, inboxes.json, inbox_agent_bots.json, teams.json, labels.json and reports.json, each plain
    /// or gzipped): once from the deliveries alone and once from what a backfill would read. Ends with 0 only when every
    /// figure is equal or its difference is explained.
    Check(CheckFigures),
    /// Measure every conversation anew from what is stored. The result is the same to the byte; it is of use after the
    /// working hours of an inbox were changed on the desk.
    Rebuild(Rebuild),
}

#[derive(Debug, Args)]
struct CheckFigures {
    /// A recorded desk instead of a real one; needs no settings and touches no database but a temporary one.
    #[arg(long, value_name = "DIR")]
    history: Option<PathBuf>,
    /// From what the recording is measured.
    #[arg(long, value_enum, default_value = "both", requires = "history")]
    from: From,
    /// The beginning of the period: a time ago like 28d, a day like 2026-08-01 (UTC), or an instant.
    #[arg(long, value_name = "TIME", default_value = "28d", conflicts_with = "history")]
    since: String,
    /// Its end, likewise; without it, now.
    #[arg(long, value_name = "TIME", conflicts_with = "history")]
    until: Option<String>,
    /// The desk's key in the settings file, where there are several desks.
    #[arg(long, conflicts_with = "history")]
    desk: Option<String>,
    /// Print one JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum From {
    Deliveries,
    Backfill,
    Both,
}

#[derive(Debug, Args)]
struct Rebuild {
    /// The desk's key in the settings file, where there are several desks.
    #[arg(long)]
    desk: Option<String>,
}

impl Figures {
    pub(super) async fn run(
        &self,
        config: impl FnOnce() -> anyhow::Result<Config>,
    ) -> anyhow::Result<ExitCode> {
        match &self.what {
            What::Check(asked) => {
                let check = match &asked.history {
                    Some(folder) => offline(folder, asked.from).await?,
                    None => online(asked, config()?).await?,
                };
                if asked.json {
                    writeln!(io::stdout(), "{}", serde_json::to_string(&check)?)?;
                } else {
                    print(&check, &mut io::stdout().lock())?;
                }
                Ok(if check.is_explained() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
            What::Rebuild(asked) => {
                let app = App::build(config()?, Clock::real()).await?;
                let desk = desk_named(&app.desks, |desk| &desk.settings.key, asked.desk.as_deref())?;
                let measured = rebuild(&app.store, desk.id, app.clock.now_ms()).await?;
                writeln!(io::stdout(), "Measured {measured} conversations anew.")?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

async fn offline(folder: &Path, from: From) -> anyhow::Result<Check> {
    if !folder.is_dir() {
        bail!("--history {} is no folder", folder.display());
    }
    let recording = Recording { text: |name: &str| file(folder, name) };
    let temporary = tempfile::tempdir().context("no temporary folder can be made")?;
    let store = Store::open(&format!("sqlite:{}", temporary.path().join("figures.db").display())).await?;
    let mut played = Vec::new();
    if from != From::Backfill {
        played.push(recording.play(&store, Source::Deliveries).await?);
    }
    if from != From::Deliveries {
        played.push(recording.play(&store, Source::Backfill).await?);
    }
    Ok(recording.check(&played)?)
}

async fn online(asked: &CheckFigures, config: Config) -> anyhow::Result<Check> {
    let app = App::build(config, Clock::real()).await?;
    let desk = desk_named(&app.desks, |desk| &desk.settings.key, asked.desk.as_deref())?;
    let now = app.clock.now();
    let until = asked.until.as_deref().map_or(Ok(now), |until| instant("--until", until, now))?;
    let since = instant("--since", &asked.since, now)?;
    if since >= until {
        bail!("--since {} is not before --until", asked.since);
    }
    let period = Period { since: since.as_second(), until: until.as_second() };
    Ok(live::check(&app, desk, period).await?)
}

fn instant(name: &str, text: &str, now: Timestamp) -> anyhow::Result<Timestamp> {
    let text = text.trim();
    if let Ok(span) = text.parse::<Span>() {
        let before = now.to_zoned(TimeZone::UTC).checked_sub(span.abs());
        return Ok(before.with_context(|| format!("{name} {text:?} is too long ago"))?.timestamp());
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    if let Ok(day) = text.parse::<jiff::civil::Date>() {
        return Ok(day.to_zoned(TimeZone::UTC)?.timestamp());
    }
    bail!(
        "{name} {text:?} is neither a time ago like 28d, a day like 2026-08-01, nor an instant like 2026-08-01T08:00Z"
    )
}

/// A file of the recording by its name, plain or gzipped, as JSON or as lines of it.
fn file(folder: &Path, name: &str) -> Option<String> {
    let endings = ["json", "jsonl", "json.gz", "jsonl.gz"];
    let bytes = endings.iter().find_map(|ending| fs::read(folder.join(format!("{name}.{ending}"))).ok())?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return String::from_utf8(bytes).ok();
    }
    let mut plain = String::new();
    MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut plain).ok()?;
    Some(plain)
}

fn print(check: &Check, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{:>7}  figures compared", check.compared)?;
    writeln!(out, "{:>7}    equal to the desk", check.equal)?;
    for difference in &check.different {
        let from = format!("{:?}", difference.from).to_lowercase();
        writeln!(out, "{}: {} (from {from})", difference.report, difference.figure)?;
        writeln!(out, "    ours    {}\n    theirs  {}", difference.ours, difference.theirs)?;
        writeln!(out, "    why     {}", difference.why)?;
    }
    for skipped in &check.skipped {
        writeln!(out, "{}: not compared, {}", skipped.report, skipped.why)?;
    }
    Ok(())
}
