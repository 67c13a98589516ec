//! A report on its way to one person: never twice by itself.
//!
//! Before the letter is handed over it is marked as being sent. A server that cannot be reached, or says no, surely did not
//! take it, and it is tried again. When the connection breaks off after that, or hotdash ends in the middle, nobody can
//! know whether it was taken: it is kept as unclear and not sent again, until a lead asks for it on the page of the report.

use super::{new_letter, read};
use crate::app::{App, Desk, Notice};
use crate::mail::{Letter, MailError};
use crate::store::jobs::{Job, NewJob, enqueue, still_leased};
use crate::store::reports::{LetterState, ReportLetter, begin_letter, settle_letter, unsend_letter};
use crate::store::{Batch, Statement, StoreError};
use crate::work::{JobError, Step, job, millis, nothing};
use hotdash_core::ids::JobId;
use hotdash_core::report::format_report_as_text;
use std::time::Duration;

/// A letter for a recipient who has none yet.
pub(super) async fn wanted(
    app: &App,
    desk: &Desk,
    report: &str,
    recipient: &str,
) -> Result<Batch, StoreError> {
    let letters = app.store.report_letters(desk.id, report).await?;
    Ok(match letters.iter().any(|letter| letter.recipient == recipient) {
        true => Batch::new(),
        false => new_letter(app, desk, report, recipient),
    })
}

pub(super) fn sending(app: &App, desk: &Desk, letter: &str) -> Statement {
    let lane = format!("report_letter:{letter}");
    let job = job(app, "report_letter", desk.id, lane, letter.to_owned(), Duration::ZERO);
    enqueue(NewJob { id: job_of(letter), ..job })
}

/// The job of a letter: there is one at a time.
#[must_use]
pub fn job_of(letter: &str) -> JobId {
    JobId(format!("report_letter:{letter}"))
}

/// Run the job of one letter.
pub async fn run(app: &App, desk: &Desk, job: &Job) -> Result<Step, JobError> {
    let Some(letter) = app.store.report_letter(desk.id, &job.payload).await? else { return Ok(nothing()) };
    match letter.state {
        LetterState::Pending => send(app, desk, job, &letter).await,
        LetterState::Sending => Ok(ended(
            app,
            &letter.id,
            LetterState::Unclear,
            "hotdash ended while it was being sent; the mail server may have taken it",
        )),
        LetterState::Sent | LetterState::Refused | LetterState::Unclear => Ok(nothing()),
    }
}

async fn send(app: &App, desk: &Desk, job: &Job, letter: &ReportLetter) -> Result<Step, JobError> {
    let Some(mail) = &app.mail else {
        let why = "not_configured: set SMTP_URL to have mail sent";
        return Ok(ended(app, &letter.id, LetterState::Refused, why));
    };
    let body = app.store.report_body(desk.id, &letter.report).await?;
    let report = body.as_deref().map(read).transpose()?;
    let Some(report) = report else { return Ok(nothing()) };
    let (subject, text, html) = (
        format!("{}: {}", report.desk, report.title),
        format_report_as_text(&report),
        super::html::letter(&report),
    );
    // Whatever is wrong by now is surely before the letter.
    if let Err(error) = mail.greet().await {
        return not_sent(app, letter, error);
    }
    let mut begin = Batch::from(still_leased(job, app.clock.now_ms() + millis(app.config.lease)));
    begin.push(begin_letter(&letter.id, app.clock.now_ms()));
    app.store.commit(begin).await?;
    let written = Letter {
        id: &letter.id,
        at: app.clock.now(),
        to: &letter.recipient,
        subject: &subject,
        text: &text,
        html: Some(&html),
        inline: &[],
    };
    match mail.send(&written).await {
        Ok(()) => Ok(ended(app, &letter.id, LetterState::Sent, "sent")),
        Err(error) if error.is_unclear() => {
            tracing::warn!(letter = %letter.id, %error, "unclear whether the mail server took a report");
            Ok(ended(app, &letter.id, LetterState::Unclear, &format!("{}: {error}", error.code())))
        }
        Err(error) => {
            app.store.commit(unsend_letter(&letter.id).into()).await?;
            not_sent(app, letter, error)
        }
    }
}

/// It surely did not leave: later, or never.
fn not_sent(app: &App, letter: &ReportLetter, error: MailError) -> Result<Step, JobError> {
    if error.is_worth_retrying() {
        return Err(error.into());
    }
    tracing::warn!(letter = %letter.id, %error, "a report cannot be mailed");
    Ok(ended(app, &letter.id, LetterState::Refused, &format!("{}: {error}", error.code())))
}

fn ended(app: &App, letter: &str, state: LetterState, outcome: &str) -> Step {
    let batch = Batch::from(settle_letter(letter, state, outcome, app.clock.now_ms()));
    Step::Done(batch, vec![Notice::ReportsChanged])
}

/// The last try failed for good: say so where people look.
pub fn give_up(app: &App, job: &Job, why: &str) -> Batch {
    settle_letter(&job.payload, LetterState::Refused, why, app.clock.now_ms()).into()
}
