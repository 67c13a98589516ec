//! `hotdash report`: a report on the terminal, in a file, by mail; or whether a kept one would come out the same.

use super::desk_named;
use crate::app::{App, Desk};
use crate::clock::Clock;
use crate::config::Config;
use crate::store::reports::{LetterState, ReportLetter};
use crate::work::report::letter::job_of;
use crate::work::report::{Format, Rebuilt, ask, make, rebuild, write};
use crate::worker::run_this;
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use hotdash_core::figures::desk::Period;
use hotdash_core::report::Kind;
use hotdash_core::report::schedule::period;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How long a mail server that cannot be reached is waited for; a running `hotdash serve` goes on trying.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// A report of a day, a week or any period: how it went, whether that is usual, and what to do.
///
/// Without --send nothing is kept or mailed. `hotdash serve` makes daily and weekly reports by itself, keeps them and
/// mails them (HOTDASH_REPORT_DAILY, HOTDASH_REPORT_WEEKLY, HOTDASH_REPORT_TO).
#[derive(Debug, Args)]
pub(super) struct ReportCommand {
    /// The day before, or the week before from Monday to Sunday, in the desk's zone; or name a period.
    #[arg(value_enum, required_unless_present = "since")]
    kind: Option<Which>,
    /// Another day or week: one that holds this day, like 2026-11-16.
    #[arg(long, value_name = "DAY", requires = "kind")]
    on: Option<Date>,
    /// The beginning of a period: a time ago like 14d, a day like 2026-11-01 in the desk's zone, or an instant.
    #[arg(long, value_name = "TIME", conflicts_with = "kind")]
    since: Option<String>,
    /// Its end, likewise: the first day that is no part of it; without it, now.
    #[arg(long, value_name = "TIME", requires = "since")]
    until: Option<String>,
    /// As what it is printed.
    #[arg(long, value_enum, default_value = "markdown")]
    format: As,
    /// Keep it in the archive and mail it to whoever HOTDASH_REPORT_TO names; nobody gets it twice.
    #[arg(long, conflicts_with = "again")]
    send: bool,
    /// Make the kept report of this period once more and say what differs. Ends with 0 when it is the same to the byte.
    #[arg(long)]
    again: bool,
    /// The desk's key in the settings file, where there are several desks.
    #[arg(long)]
    desk: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Which {
    Daily,
    Weekly,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum As {
    Markdown,
    Html,
    Text,
    Json,
    Csv,
}

impl ReportCommand {
    pub(super) async fn run(&self, config: Config) -> anyhow::Result<ExitCode> {
        let app = App::build(config, Clock::real()).await?;
        let desk = desk_named(&app.desks, |desk| &desk.settings.key, self.desk.as_deref())?;
        let (kind, period) = self.period(app.clock.now(), &desk.settings.timezone)?;
        if self.again {
            return compare(&app, desk, kind, period).await;
        }
        if self.send {
            return send(&app, desk, kind, period).await;
        }
        let report = make(&app, desk, kind, period).await?;
        let format = match self.format {
            As::Markdown => Format::Markdown,
            As::Html => Format::Html,
            As::Text => Format::Text,
            As::Json => Format::Json,
            As::Csv => Format::Csv,
        };
        let text = write(&report, format)?;
        let end = if text.ends_with('\n') { "" } else { "\n" };
        write!(io::stdout(), "{text}{end}")?;
        Ok(ExitCode::SUCCESS)
    }

    fn period(&self, now: Timestamp, zone: &str) -> anyhow::Result<(Kind, Period)> {
        let zone = TimeZone::get(zone)?;
        let kind = match self.kind {
            Some(Which::Daily) => Kind::Daily,
            Some(Which::Weekly) => Kind::Weekly,
            None => Kind::Period,
        };
        if kind == Kind::Period {
            let since = instant("--since", self.since.as_deref().unwrap_or_default(), now, &zone)?;
            let until = self.until.as_deref().map_or(Ok(now), |text| instant("--until", text, now, &zone))?;
            if since >= until {
                bail!("--since is not before --until");
            }
            return Ok((kind, Period { since: since.as_second(), until: until.as_second() }));
        }
        let before = match self.on {
            // The first instant at which the asked-for one is the last whole one.
            Some(day) if kind == Kind::Daily => day.checked_add(1.day())?.to_zoned(zone.clone())?.timestamp(),
            Some(day) => day.checked_add(7.days())?.to_zoned(zone.clone())?.timestamp(),
            None => now,
        };
        let (since, until) = period(kind, before, &zone).context("that day is too far away")?;
        if until > now.as_second() {
            bail!("that {} is not over yet", if kind == Kind::Daily { "day" } else { "week" });
        }
        Ok((kind, Period { since, until }))
    }
}

fn instant(name: &str, text: &str, now: Timestamp, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    let text = text.trim();
    if let Ok(span) = text.parse::<Span>() {
        let before = now.to_zoned(zone.clone()).checked_sub(span.abs());
        return Ok(before.with_context(|| format!("{name} {text:?} is too long ago"))?.timestamp());
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    if let Ok(day) = text.parse::<Date>() {
        return Ok(day.to_zoned(zone.clone())?.timestamp());
    }
    bail!(
        "{name} {text:?} is neither a time ago like 14d, a day like 2026-11-01, nor an instant like 2026-11-01T08:00Z"
    )
}

async fn compare(app: &App, desk: &Desk, kind: Kind, period: Period) -> anyhow::Result<ExitCode> {
    let kept = app.store.report_of(desk.id, kind, period.since, period.until).await?;
    let kept = kept.context("no report of this period is in the archive")?;
    match rebuild(app, desk, &kept.id).await?.context("it is being made at the moment")? {
        Rebuilt::Same => {
            writeln!(io::stdout(), "The same, byte by byte.")?;
            Ok(ExitCode::SUCCESS)
        }
        Rebuilt::Different(changes) => {
            write!(io::stdout(), "Made now it would say something else:\n{changes}")?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Keep it, and wait until each letter is settled; where no `hotdash serve` does the work, it is done here.
async fn send(app: &App, desk: &Desk, kind: Kind, period: Period) -> anyhow::Result<ExitCode> {
    if desk.settings.reports.to.is_empty() {
        bail!("nobody is to get it: name mail addresses in HOTDASH_REPORT_TO");
    }
    let asked = ask(app, desk, kind, period, true).await?;
    run_this(app, &asked.job).await?;
    let started = Instant::now();
    loop {
        let letters = app.store.report_letters(desk.id, &asked.report).await?;
        let waiting: Vec<&ReportLetter> = letters
            .iter()
            .filter(|letter| matches!(letter.state, LetterState::Pending | LetterState::Sending))
            .collect();
        if !letters.is_empty() && waiting.is_empty() || started.elapsed() > PATIENCE {
            return print(&letters);
        }
        for letter in waiting {
            run_this(app, &job_of(&letter.id)).await?;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

fn print(letters: &[ReportLetter]) -> anyhow::Result<ExitCode> {
    for letter in letters {
        let outcome = letter.outcome.as_deref().unwrap_or("not sent yet; hotdash serve goes on trying");
        writeln!(io::stdout(), "{}: {outcome}", letter.recipient)?;
    }
    let all_sent = letters.iter().all(|letter| letter.state == LetterState::Sent);
    Ok(if all_sent { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
