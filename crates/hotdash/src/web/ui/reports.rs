//! Reports: the archive, one report as a page, its files, and whether it would say the same if it were made now.
//!
//! What compares people is shown to leads only, in every form; whoever else reads a report gets it without that section.

use super::error::UiError;
use super::layout::{Framed, Nav, Shell, page};
use super::words::{Moment, Times};
use crate::app::App;
use crate::store::StoreError;
use crate::store::reports::{KeptReport, LetterState, ReportLetter};
use crate::store::users::Role;
use crate::web::auth::{Lead, Seat, Viewer};
use crate::work::report::html::{class, usual, word};
use crate::work::report::{Format, Rebuilt, ask, kept, rebuild, send_again, write};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use hotdash_core::figures::desk::Period;
use hotdash_core::report::{Bars, Kind, Line, Number, Part, Question, Report, Tone, days};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::sync::Arc;

/// Two years of days and weeks.
const LISTED: i64 = 850;
/// Longer periods are made on the command line.
const LONGEST_DAYS: i32 = 366;

#[derive(Template)]
#[template(path = "reports/index.html")]
struct ArchivePage {
    shell: Shell,
    rows: Vec<Entry>,
    may_ask: bool,
    schedule: String,
    told: Option<&'static str>,
    problem: Option<String>,
    asked: AskForm,
}

impl Framed for ArchivePage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

/// One line of the archive.
struct Entry {
    id: String,
    kind: &'static str,
    days: String,
    /// `None`: it is being made.
    made: Option<Moment>,
    mailed: bool,
}

#[derive(Template)]
#[template(path = "reports/show.html")]
struct ReportPage {
    shell: Shell,
    id: String,
    report: Report,
    made: Option<Moment>,
    letters: Vec<LetterView>,
    is_lead: bool,
    formats: Vec<(&'static str, &'static str)>,
    rebuilt: Option<Again>,
}

impl Framed for ReportPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
}

impl ReportPage {
    fn class(&self, tone: &Tone) -> &'static str {
        class(*tone)
    }

    fn word(&self, tone: &Tone) -> &'static str {
        word(*tone)
    }

    fn usual(&self, line: &Line) -> Option<String> {
        usual(line)
    }

    /// Within hotdash: where it is reached may have changed since.
    fn link(&self, number: &Number) -> Option<String> {
        number.link.as_ref().map(Question::path)
    }

    /// The longest value of a chart, for the bars' scale.
    fn longest(&self, bars: &Bars) -> f64 {
        bars.bars.iter().filter_map(|bar| bar.number.value).fold(0.0, f64::max)
    }
}

enum Again {
    Same,
    Different(Vec<Changed>),
}

struct Changed {
    class: &'static str,
    text: String,
}

struct LetterView {
    id: String,
    recipient: String,
    state: &'static str,
    class: &'static str,
    outcome: Option<String>,
    at: Option<Moment>,
    may_send_again: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Told {
    done: String,
}

pub(super) async fn index(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Query(told): Query<Told>,
) -> Result<Response, UiError> {
    archive(&app, &seat, &told.done, None, AskForm::default()).await
}

async fn archive(
    app: &App,
    seat: &Seat,
    done: &str,
    problem: Option<String>,
    asked: AskForm,
) -> Result<Response, UiError> {
    let zone = TimeZone::get(&seat.desk.settings.timezone).unwrap_or(TimeZone::UTC);
    let times = Times::new(&seat.desk.settings.timezone, app.clock.now_ms());
    let reports = app.store.reports(seat.desk.id, LISTED).await?;
    page(&ArchivePage {
        shell: Shell::inside(app, seat, Nav::Reports).await?,
        rows: reports.iter().map(|kept| entry(kept, &zone, &times)).collect(),
        may_ask: seat.user.role >= Role::Lead,
        schedule: schedule(seat),
        told: (done == "asked").then_some("The report is being made. It appears here in a moment."),
        problem,
        asked,
    })
}

fn entry(kept: &KeptReport, zone: &TimeZone, times: &Times) -> Entry {
    Entry {
        id: kept.id.clone(),
        kind: match kept.kind {
            Kind::Daily => "Daily",
            Kind::Weekly => "Weekly",
            Kind::Period => "Period",
        },
        days: days(kept.since, kept.until, zone),
        made: kept.made_at.map(|at| times.at_ms(at)),
        mailed: kept.mailed,
    }
}

/// When reports are made, and who gets them.
fn schedule(seat: &Seat) -> String {
    let wanted = &seat.desk.settings.reports;
    let when = match (&wanted.daily, &wanted.weekly) {
        (Some(_), Some(_)) => "Made every day and every week by themselves",
        (Some(_), None) => "Made every day by themselves",
        (None, Some(_)) => "Made every week by themselves",
        (None, None) => "None is made by itself",
    };
    let whom = match wanted.to.len() {
        0 => "nobody gets them by mail".to_owned(),
        1 => "one address gets them by mail".to_owned(),
        many => format!("{many} addresses get them by mail"),
    };
    format!("{when}; {whom}.")
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct AskForm {
    pub(super) from: String,
    pub(super) to: String,
}

/// A lead wants the report of some days.
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    Lead(seat): Lead,
    Form(form): Form<AskForm>,
) -> Result<Response, UiError> {
    match read_days(&form, &seat.desk.settings.timezone) {
        Ok(period) => {
            ask(&app, &seat.desk, Kind::Period, period, false).await?;
            Ok(Redirect::to("/reports?done=asked").into_response())
        }
        Err(problem) => {
            let mut answer = archive(&app, &seat, "", Some(problem.to_owned()), form).await?;
            *answer.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

pub(super) fn read_days(form: &AskForm, zone: &str) -> Result<Period, &'static str> {
    let day = |text: &str| text.trim().parse::<Date>();
    let (Ok(first), Ok(last)) = (day(&form.from), day(&form.to)) else {
        return Err("Write both days like 2026-11-16.");
    };
    if last < first {
        return Err("The last day is before the first.");
    }
    if first.saturating_add(LONGEST_DAYS.days()) < last {
        return Err("That is more than a year; `hotdash report --since … --until …` takes longer periods.");
    }
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let second = |day: Date| day.to_zoned(zone.clone()).map(|at| at.timestamp().as_second());
    let end = last.tomorrow().unwrap_or(last);
    match (second(first), second(end)) {
        (Ok(since), Ok(until)) => Ok(Period { since, until }),
        _ => Err("These days are too far away."),
    }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Path(id): Path<String>,
) -> Result<Response, UiError> {
    render(&app, &seat, &id, None).await
}

/// The same, and whether it would be the same if it were made now.
pub(super) async fn show_again(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Path(id): Path<String>,
) -> Result<Response, UiError> {
    let rebuilt = rebuild(&app, &seat.desk, &id).await?.ok_or(UiError::NotFound)?;
    let again = match rebuilt {
        Rebuilt::Same => Again::Same,
        // Lines of the whole report: for leads only.
        Rebuilt::Different(_) if seat.user.role < Role::Lead => Again::Different(Vec::new()),
        Rebuilt::Different(changes) => Again::Different(changes.lines().filter_map(changed).collect()),
    };
    render(&app, &seat, &id, Some(again)).await
}

fn changed(line: &str) -> Option<Changed> {
    if line.starts_with("@@") || line.starts_with("\\") {
        return None;
    }
    let class = if line.starts_with('-') { "out" } else { "in" };
    Some(Changed { class, text: line.to_owned() })
}

async fn render(app: &App, seat: &Seat, id: &str, rebuilt: Option<Again>) -> Result<Response, UiError> {
    let (kept, report) = kept(app, &seat.desk, id).await?.ok_or(UiError::NotFound)?;
    let times = Times::new(&seat.desk.settings.timezone, app.clock.now_ms());
    let is_lead = seat.user.role >= Role::Lead;
    let letters = if is_lead { app.store.report_letters(seat.desk.id, id).await? } else { Vec::new() };
    page(&ReportPage {
        shell: Shell::inside(app, seat, Nav::Reports).await?,
        id: kept.id,
        report: if is_lead { report } else { report.for_everybody() },
        made: kept.made_at.map(|at| times.at_ms(at)),
        letters: letters.into_iter().map(|letter| letter_view(letter, &times)).collect(),
        is_lead,
        formats: Format::ALL.map(|format| (format.name(), format.ending())).into(),
        rebuilt,
    })
}

fn letter_view(letter: ReportLetter, times: &Times) -> LetterView {
    let (state, class) = match letter.state {
        LetterState::Pending => ("waits", ""),
        LetterState::Sending => ("being sent", ""),
        LetterState::Sent => ("sent", "ok"),
        LetterState::Refused => ("not sent", "danger"),
        LetterState::Unclear => ("unclear", "warn"),
    };
    LetterView {
        id: letter.id,
        recipient: letter.recipient,
        state,
        class,
        outcome: letter.outcome.filter(|_| letter.state != LetterState::Sent),
        at: letter.settled_at.map(|at| times.at_ms(at)),
        may_send_again: matches!(letter.state, LetterState::Refused | LetterState::Unclear),
    }
}

/// A report as a file.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    Viewer(seat): Viewer,
    Path((id, format)): Path<(String, String)>,
) -> Result<Response, UiError> {
    let format = Format::named(&format).ok_or(UiError::NotFound)?;
    let (kept, report) = kept(&app, &seat.desk, &id).await?.ok_or(UiError::NotFound)?;
    let report = if seat.user.role >= Role::Lead { report } else { report.for_everybody() };
    let day = days(kept.since, kept.until, &TimeZone::get(&report.zone).unwrap_or(TimeZone::UTC));
    let name = format!("{}-{}.{}", kept.kind.name(), day.replace(' ', "-").replace(':', ""), format.ending());
    let headers = [
        (header::CONTENT_TYPE, format.content_type().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, write(&report, format)?).into_response())
}

/// A lead wants a letter sent that was refused, or of which nobody knows.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    Lead(seat): Lead,
    Path((id, letter)): Path<(String, String)>,
) -> Result<Redirect, UiError> {
    match send_again(&app, &seat.desk, &letter).await {
        // Somebody else did it a moment ago.
        Ok(()) | Err(StoreError::Conflict { .. }) => Ok(Redirect::to(&format!("/reports/{id}"))),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn back_to(Path((id, _)): Path<(String, String)>) -> Redirect {
    Redirect::to(&format!("/reports/{id}"))
}
