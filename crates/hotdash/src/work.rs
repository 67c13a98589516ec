//! The use-cases: the only place where the store and the outside meet.
//!
//! A job's verb decides what is to be written and returns it; the worker commits that together with the end of the
//! job. So whatever a job does happens once, however often it is tried.

pub mod accept;
pub mod advice;
pub mod automate;
pub mod backfill;
pub mod dead_letters;
pub mod decide;
pub mod deliver;
pub mod doctor;
pub mod draft;
pub mod facts;
pub mod figures;
pub mod ingest;
pub mod line;
pub mod measures;
mod opened;
mod ours;
pub mod people;
pub mod recheck;
pub mod reconcile;
pub mod replay;
pub mod report;
pub mod review;
pub mod rules;
pub mod sla;
pub mod tell;
pub mod topics;
pub mod view;
pub mod watch;
pub mod widget;

use crate::app::{App, Notice};
use crate::chat_hook::ChatError;
use crate::chatwoot::api::CallError;
use crate::mail::MailError;
use crate::store::effects::{Change, NewEffect, want};
use crate::store::jobs::{NewJob, enqueue};
use crate::store::{Batch, StoreError};
use hotdash_core::action::Action;
use hotdash_core::ids::{DeskId, JobId};
use std::time::Duration;

/// What came of a job.
pub enum Step {
    /// Commit this with the end of the job, then tell the open pages.
    Done(Batch, Vec<Notice>),
    /// Not yet: try again after this pause. Not a failure.
    Later(Duration, &'static str),
}

/// Why a job did not get through.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error(transparent)]
    Chat(#[from] ChatError),
    /// Trying again cannot help.
    #[error("{why}")]
    Hopeless { why: String },
}

impl JobError {
    /// Whether the same job may succeed later.
    #[must_use]
    pub fn is_worth_retrying(&self) -> bool {
        match self {
            Self::Store(error) => !matches!(error, StoreError::Unreadable(_) | StoreError::Query(_)),
            // A wrong token or address is mended by a person, and then the job must still be there.
            Self::Call(CallError::NoSuchThing { .. }) => false,
            Self::Call(_) => true,
            Self::Mail(error) => error.is_worth_retrying(),
            Self::Chat(error) => error.is_worth_retrying(),
            Self::Hopeless { .. } => false,
        }
    }

    /// How long the other side asked us to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Call(error) => error.retry_after(),
            Self::Chat(error) => error.retry_after(),
            _ => None,
        }
    }
}

/// A job that has nothing to do.
fn nothing() -> Step {
    Step::Done(Batch::new(), Vec::new())
}

/// A job of the given kind, due after a pause.
fn job(
    app: &App,
    kind: &'static str,
    desk: DeskId,
    lane: String,
    payload: String,
    pause: Duration,
) -> NewJob {
    let now = app.clock.now_ms();
    NewJob {
        id: JobId(app.clock.new_id()),
        kind,
        desk,
        lane,
        payload,
        run_at: now + millis(pause),
        created_at: now,
    }
}

/// What an action changes on the desk.
fn change_for(action: &Action) -> Option<Change> {
    Some(match action {
        Action::AssignAgent { agent, .. } => Change::AssignAgent { agent: *agent },
        Action::AssignTeam { team } => Change::AssignTeam { team: *team },
        Action::AddLabels { labels } => Change::AddLabels { labels: labels.clone() },
        Action::SetPriority { priority } => Change::SetPriority { priority: *priority },
        Action::Note { text } => Change::Note { text: text.clone() },
        // Nothing on the desk: the first is a job, the second a property of the draft.
        Action::AwaitAgent | Action::HoldForSecond => return None,
        // `automate` turns these into effects.
        Action::Notify { .. } | Action::Snooze { .. } | Action::Resolve | Action::SendTemplate { .. } => {
            return None;
        }
    })
}

/// Store an effect together with the job that will try it after a pause.
fn want_soon(app: &App, effect: &NewEffect, pause: Duration) -> Result<Batch, StoreError> {
    // Messages keep their own order; a label that cannot be set must not hold up a reply.
    let (kind, lane) = match effect.change.kind() {
        "note" => ("deliver", format!("note:{}:{}", effect.desk, effect.conversation)),
        // What is said to the customer is said before the conversation is put away.
        "reply" | "template" | "snooze" | "resolve" => {
            ("deliver", format!("reply:{}:{}", effect.desk, effect.conversation))
        }
        "mail" | "chat" => ("tell", format!("tell:{}", effect.id)),
        _ => ("deliver", format!("set:{}:{}", effect.desk, effect.conversation)),
    };
    let mut batch = Batch::from(want(effect)?);
    batch.push(enqueue(job(app, kind, effect.desk, lane, effect.id.0.clone(), pause)));
    Ok(batch)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}
