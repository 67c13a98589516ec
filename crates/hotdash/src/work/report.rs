//! Reports: noticed when they are due, made once, kept for ever, mailed once to each person.
//!
//! A run of the schedule is noticed by whichever replica comes first: the row of its desk, kind and period is unique and
//! is committed together with the job that makes it. The job keeps the report together with a letter for each recipient
//! and the letters' jobs. So neither a restart nor a second replica makes or mails one twice.
//!
//! What was missed while nobody served is made up for: all of the last month's days and the last nine weeks are kept, and
//! only the latest of each kind is mailed.

pub mod html;
pub mod letter;

use super::facts::{refresh, settings_of};
use super::measures::counting;
use super::{JobError, Step, job, nothing};
use crate::app::{App, Desk, Notice};
use crate::store::jobs::{Job, NewJob, enqueue, forget_dead};
use crate::store::reports::{
    KeptReport, NewReport, keep_report, send_letter_again, want_letter, want_report, want_scheduled,
};
use crate::store::{Batch, StoreError};
use hotdash_core::figures::desk::Period;
use hotdash_core::figures::measured::Measured;
use hotdash_core::ids::{ConversationId, JobId};
use hotdash_core::report::schedule::{Due, Schedule};
use hotdash_core::report::{
    Kind, Report, Sources, format_report_as_csv, format_report_as_markdown, format_report_as_text,
    generate_report,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use similar::TextDiff;
use std::time::Duration;

/// Conversations that are read at once.
const PAGE: i64 = 2_000;

/// Notice every run that is due; answers when the next is.
pub async fn give_due(app: &App) -> Result<Option<i64>, StoreError> {
    let now = app.clock.now();
    let mut next: Option<Timestamp> = None;
    for desk in &app.desks {
        let zone = zone_of(desk);
        for (kind, schedule) in schedules(desk) {
            for due in due(app, desk, kind, schedule, now).await? {
                notice(app, desk, due).await?;
            }
            next = next.into_iter().chain(schedule.next(now, &zone)).min();
        }
    }
    Ok(next.map(Timestamp::as_millisecond))
}

fn schedules(desk: &Desk) -> impl Iterator<Item = (Kind, &Schedule)> {
    let wanted = &desk.settings.reports;
    let daily = wanted.daily.as_ref().map(|schedule| (Kind::Daily, schedule));
    daily.into_iter().chain(wanted.weekly.as_ref().map(|schedule| (Kind::Weekly, schedule)))
}

fn zone_of(desk: &Desk) -> TimeZone {
    TimeZone::get(&desk.settings.timezone).unwrap_or(TimeZone::UTC)
}

async fn due(
    app: &App,
    desk: &Desk,
    kind: Kind,
    schedule: &Schedule,
    now: Timestamp,
) -> Result<Vec<Due>, StoreError> {
    // Of the time before this desk was served nobody expects a report.
    let (last_run, last_since) =
        app.store.last_report_run(desk.id, kind).await?.unwrap_or((desk.since, i64::MIN));
    let last_run = Timestamp::from_millisecond(last_run).unwrap_or(now);
    let mut due = schedule.due(kind, last_run, now, &zone_of(desk));
    due.retain(|due| due.since > last_since);
    Ok(due)
}

async fn notice(app: &App, desk: &Desk, due: Due) -> Result<(), StoreError> {
    let new = NewReport {
        id: app.clock.new_id(),
        desk: desk.id,
        kind: due.kind,
        since: due.since,
        until: due.until,
        run_at: Some(due.run_at),
        mailed: due.is_latest,
        now: app.clock.now_ms(),
    };
    let mut batch = Batch::from(want_scheduled(&new));
    batch.push(enqueue(making(app, &new)));
    match app.store.commit(batch).await {
        Ok(_) => {
            app.work.notify_one();
            Ok(())
        }
        // Another replica was faster.
        Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The job that makes a report; its payload names the period, because one that a person asked for has another id.
fn making(app: &App, new: &NewReport) -> NewJob {
    let payload = format!("{} {} {}", new.kind.name(), new.since, new.until);
    job(app, "report", new.desk, format!("report:{}", new.desk), payload, Duration::ZERO)
}

/// A report that a person asked for, and the job that makes it or has it mailed.
#[derive(Debug, Clone)]
pub struct Asked {
    pub report: String,
    pub job: JobId,
}

/// A person wants a report; mailed to whoever the settings name, or only kept.
pub async fn ask(
    app: &App,
    desk: &Desk,
    kind: Kind,
    period: Period,
    mailed: bool,
) -> Result<Asked, StoreError> {
    let new = NewReport {
        id: app.clock.new_id(),
        desk: desk.id,
        kind,
        since: period.since,
        until: period.until,
        run_at: None,
        mailed,
        now: app.clock.now_ms(),
    };
    let making = making(app, &new);
    let job = making.id.clone();
    let mut batch = Batch::from(want_report(&new));
    batch.push(enqueue(making));
    app.store.commit(batch).await?;
    app.work.notify_one();
    let kept = app.store.report_of(desk.id, kind, period.since, period.until).await?;
    let kept = kept.ok_or_else(|| StoreError::Unreadable("a report is gone".to_owned()))?;
    Ok(Asked { report: kept.id, job })
}

/// Run the job that makes a report and has it mailed.
pub async fn run(app: &App, desk: &Desk, job: &Job) -> Result<Step, JobError> {
    let Some((kind, period)) = read_payload(&job.payload) else { return Ok(nothing()) };
    let Some(kept) = app.store.report_of(desk.id, kind, period.since, period.until).await? else {
        return Ok(nothing());
    };
    let mut batch = Batch::new();
    if kept.made_at.is_none() {
        let report = make(app, desk, kind, period).await?;
        batch.push(keep_report(&kept.id, &report, app.clock.now_ms())?);
    }
    if kept.mailed {
        for recipient in &desk.settings.reports.to {
            batch.append(letter::wanted(app, desk, &kept.id, recipient).await?);
        }
    }
    Ok(Step::Done(batch, vec![Notice::ReportsChanged]))
}

fn read_payload(payload: &str) -> Option<(Kind, Period)> {
    let mut words = payload.split(' ');
    let kind = Kind::named(words.next()?)?;
    let (since, until) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((kind, Period { since, until }))
}

/// Make a report of what is known by now.
pub async fn make(app: &App, desk: &Desk, kind: Kind, period: Period) -> Result<Report, StoreError> {
    let home = app.config.public_url.as_str();
    make_as(
        app,
        desk,
        kind,
        period,
        &Told { zone: &desk.settings.timezone, team: &desk.settings.shop_name, home },
    )
    .await
}

/// What is not measured but told.
struct Told<'a> {
    zone: &'a str,
    team: &'a str,
    home: &'a str,
}

async fn make_as(
    app: &App,
    desk: &Desk,
    kind: Kind,
    period: Period,
    told: &Told<'_>,
) -> Result<Report, StoreError> {
    let measured = measured(app, desk).await?;
    let settings = settings_of(&app.store, desk.id).await?;
    let link = desk.link_to(ConversationId(0));
    let sources = Sources {
        measured: &measured,
        settings: &settings,
        zone: told.zone,
        desk: told.team,
        home: told.home,
        conversations: link.trim_end_matches('0'),
    };
    Ok(generate_report(&sources, kind, period))
}

/// Everything measured of a desk.
async fn measured(app: &App, desk: &Desk) -> Result<Vec<Measured>, StoreError> {
    refresh(&app.store, desk.id, app.clock.now_ms()).await?;
    let counting = counting(app, desk);
    let mut all: Vec<Measured> = Vec::new();
    loop {
        let after = all.last().map_or(ConversationId(i64::MIN), |last| last.facts.conversation);
        let page = app.store.measured_after(desk.id, after, PAGE, counting).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// What a report of the same period says when it is made now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rebuilt {
    /// Byte by byte the same.
    Same,
    /// Something came later that belongs into its period, or was changed: lines of Markdown, with `-` as it was kept and
    /// `+` as it would be.
    Different(String),
}

/// Make a kept report once more, without keeping it. `None` where there is none.
pub async fn rebuild(app: &App, desk: &Desk, id: &str) -> Result<Option<Rebuilt>, StoreError> {
    let Some(kept) = app.store.report(desk.id, id).await? else { return Ok(None) };
    let Some(body) = app.store.report_body(desk.id, id).await? else { return Ok(None) };
    let before = read(&body)?;
    let told = Told { zone: &before.zone, team: &before.desk, home: &before.home };
    let again = make_as(app, desk, kept.kind, Period { since: kept.since, until: kept.until }, &told).await?;
    if written(&again)? == body {
        return Ok(Some(Rebuilt::Same));
    }
    let (before, again) = (format_report_as_markdown(&before), format_report_as_markdown(&again));
    let changes = TextDiff::from_lines(&before, &again).unified_diff().context_radius(0).to_string();
    Ok(Some(Rebuilt::Different(changes)))
}

/// A kept report.
pub async fn kept(app: &App, desk: &Desk, id: &str) -> Result<Option<(KeptReport, Report)>, StoreError> {
    let Some(kept) = app.store.report(desk.id, id).await? else { return Ok(None) };
    let Some(body) = app.store.report_body(desk.id, id).await? else { return Ok(None) };
    Ok(Some((kept, read(&body)?)))
}

fn read(body: &str) -> Result<Report, StoreError> {
    serde_json::from_str(body).map_err(|error| StoreError::Unreadable(format!("a report: {error}")))
}

fn written(report: &Report) -> Result<String, StoreError> {
    serde_json::to_string(report).map_err(|error| StoreError::Unreadable(format!("a report: {error}")))
}

/// As what a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Markdown,
    Html,
    Text,
    Json,
    Csv,
}

impl Format {
    pub const ALL: [Self; 5] = [Self::Markdown, Self::Html, Self::Text, Self::Json, Self::Csv];

    /// As in addresses and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Text => "text",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// How a file of it ends.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Text => "txt",
            other => other.name(),
        }
    }

    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Write a report.
pub fn write(report: &Report, format: Format) -> Result<String, StoreError> {
    Ok(match format {
        Format::Markdown => format_report_as_markdown(report),
        Format::Html => html::letter(report),
        Format::Text => format_report_as_text(report),
        Format::Json => written(report)?,
        Format::Csv => format_report_as_csv(report),
    })
}

/// Letters of a report that a person wants sent again.
pub async fn send_again(app: &App, desk: &Desk, letter: &str) -> Result<(), StoreError> {
    let mut batch = Batch::from(send_letter_again(letter, desk.id));
    batch.push(forget_dead(&letter::job_of(letter)));
    batch.push(letter::sending(app, desk, letter));
    app.store.commit(batch).await?;
    app.work.notify_one();
    Ok(())
}

/// A letter for somebody, with its job.
fn new_letter(app: &App, desk: &Desk, report: &str, recipient: &str) -> Batch {
    let id = app.clock.new_id();
    let mut batch = Batch::from(want_letter(&id, desk.id, report, recipient, app.clock.now_ms()));
    batch.push(letter::sending(app, desk, &id));
    batch
}
