//! Dead letters: what could not be done after all its tries. Each says what it was and why it died; it can begin anew,
//! or be put away.

use super::draft::{Draft, DraftBody};
use super::{automate, decide};
use crate::app::{App, Desk, Notice};
use crate::store::deliveries::{Delivery, receive_again};
use crate::store::drafts::{DraftState, move_draft};
use crate::store::effects::{Change, Effect, want_again};
use crate::store::facts::touch_of_draft;
use crate::store::jobs::{self, DeadJob, revive};
use crate::store::reports::send_letter_again;
use crate::store::{Batch, StoreError};
use hotdash_core::ids::{ConversationId, DeliveryId, DraftId, EffectId, JobId};

/// More than anybody reads at once.
const LISTED: i64 = 200;
/// A batch of this size holds nobody up.
const AT_ONCE: i64 = 1000;

/// Something that was given up.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// What it is replayed by: the delivery, or the job.
    pub id: String,
    pub what: String,
    pub conversation: Option<ConversationId>,
    /// The delivery that could not be read.
    pub delivery: Option<DeliveryId>,
    /// The draft it was about.
    pub draft: Option<DraftId>,
    /// A reply: it begins anew with its draft, where a person looks at it again.
    pub is_reply: bool,
    pub why: String,
    pub attempts: i64,
    pub died_at: i64,
}

/// Why something does not begin anew.
#[derive(Debug, thiserror::Error)]
pub enum NotReplayed {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no such delivery or dead letter")]
    NotFound,
    #[error("it was rejected: its body is not JSON, so there is nothing in it that could be processed")]
    Rejected,
    #[error("it waits to be processed already")]
    Waiting,
    #[error("a reply is sent again from its draft, by a person who looks at it first: /drafts/{0}")]
    Reply(DraftId),
}

/// What came of replaying everything.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    pub begun: usize,
    /// Replies, which wait for a person.
    pub left: usize,
}

/// The dead letters of a desk, the latest first.
pub async fn list(app: &App, desk: &Desk) -> Result<Vec<DeadLetter>, StoreError> {
    let mut letters = Vec::new();
    for job in app.store.dead_jobs(desk.id, LISTED).await? {
        letters.push(letter(app, desk, job).await?);
    }
    Ok(letters)
}

/// A delivery, or a dead letter, goes through once more.
pub async fn replay(app: &App, desk: &Desk, id: &str) -> Result<(), NotReplayed> {
    let batch = match app.store.dead_job(desk.id, &JobId(id.to_owned())).await? {
        Some(job) => again(app, desk, &job).await?,
        None => delivery_again(app, desk, &DeliveryId(id.to_owned())).await?,
    };
    match app.store.commit(batch).await {
        Ok(_) => {}
        // Somebody else did the same a moment ago.
        Err(StoreError::Conflict { .. }) => return Err(NotReplayed::Waiting),
        Err(error) => return Err(error.into()),
    }
    tracing::info!(id, "begins anew");
    app.work.notify_one();
    app.tell(desk.id, Notice::TroubleChanged);
    Ok(())
}

/// Every dead letter of a desk goes through once more.
pub async fn replay_all(app: &App, desk: &Desk) -> Result<Replayed, StoreError> {
    let mut replayed = Replayed::default();
    for job in app.store.dead_jobs(desk.id, AT_ONCE).await? {
        match replay(app, desk, job.id.as_str()).await {
            Ok(()) => replayed.begun += 1,
            Err(NotReplayed::Reply(_)) => replayed.left += 1,
            Err(NotReplayed::Store(error)) => return Err(error),
            // Somebody else did it meanwhile.
            Err(NotReplayed::NotFound | NotReplayed::Waiting | NotReplayed::Rejected) => {}
        }
    }
    Ok(replayed)
}

/// A person looked at a dead letter and wants nothing more of it. A delivery stays as it is, and may be replayed still.
pub async fn put_away(app: &App, desk: &Desk, id: &str) -> Result<(), NotReplayed> {
    let dead = app.store.dead_job(desk.id, &JobId(id.to_owned())).await?;
    let job = match dead {
        Some(job) => job,
        None => app.store.dead_job_of(desk.id, "ingest", id).await?.ok_or(NotReplayed::NotFound)?,
    };
    let mut batch = Batch::from(jobs::put_away(&job));
    if job.kind == "draft"
        && let Some(draft) = app.store.draft::<DraftBody>(&DraftId(job.payload.clone())).await?
        && matches!(draft.state, DraftState::Queued | DraftState::Drafting)
    {
        // Else it would be "being written" for ever, and hold back every other draft of its conversation.
        let why = "it could not be written";
        batch.push(move_draft(&draft.id, draft.state, DraftState::Superseded, Some(why), app.clock.now_ms()));
        batch.push(touch_of_draft(&draft.id, app.clock.now_ms()));
    }
    match app.store.commit(batch).await {
        Ok(_) => app.tell(desk.id, Notice::TroubleChanged),
        Err(StoreError::Conflict { .. }) => return Err(NotReplayed::NotFound),
        Err(error) => return Err(error.into()),
    }
    tracing::info!(id, "was put away");
    Ok(())
}

async fn again(app: &App, desk: &Desk, job: &DeadJob) -> Result<Batch, NotReplayed> {
    let now = app.clock.now_ms();
    // What a desk has one job for keeps its name, so that there are never two.
    let id = if matches!(job.kind.as_str(), "poll" | "backfill" | "watch" | "report_letter") {
        job.id.clone()
    } else {
        JobId(app.clock.new_id())
    };
    let mut batch = Batch::from(revive(job, &id, now));
    match job.kind.as_str() {
        "ingest" => return delivery_again(app, desk, &DeliveryId(job.payload.clone())).await,
        "deliver" | "tell" => match app.store.effect(&EffectId(job.payload.clone())).await? {
            Some(Effect { change: Change::Reply { .. }, draft: Some(draft), .. }) => {
                return Err(NotReplayed::Reply(draft));
            }
            Some(effect) => {
                batch.push(want_again(&effect.id));
            }
            None => {}
        },
        "report_letter" => {
            batch.push(send_letter_again(&job.payload, desk.id));
        }
        _ => {}
    }
    Ok(batch)
}

async fn delivery_again(app: &App, desk: &Desk, id: &DeliveryId) -> Result<Batch, NotReplayed> {
    let delivery = app.store.delivery(id).await?.filter(|delivery| delivery.desk == desk.id);
    let delivery = delivery.ok_or(NotReplayed::NotFound)?;
    match delivery.state.as_str() {
        "rejected" => Err(NotReplayed::Rejected),
        "received" => Err(NotReplayed::Waiting),
        _ => Ok(receive_again(&delivery, JobId(app.clock.new_id()), app.clock.now_ms())),
    }
}

async fn letter(app: &App, desk: &Desk, job: DeadJob) -> Result<DeadLetter, StoreError> {
    let mut letter = DeadLetter {
        id: job.id.0.clone(),
        what: format!("A job of the kind {:?}", job.kind),
        conversation: None,
        delivery: None,
        draft: None,
        is_reply: false,
        why: job.why.clone().unwrap_or_default(),
        attempts: job.attempts,
        died_at: job.died_at,
    };
    match job.kind.as_str() {
        "ingest" => {
            let id = DeliveryId(job.payload.clone());
            let delivery = app.store.delivery(&id).await?;
            letter.what = read_of(delivery.as_ref());
            letter.conversation = delivery.and_then(|delivery| delivery.conversation);
            letter.id.clone_from(&id.0);
            letter.delivery = Some(id);
        }
        "decide" => {
            letter.conversation = decide::about(&job.payload).ok().map(|about| about.conversation);
            "Route and tag a customer's message".clone_into(&mut letter.what);
        }
        "hand_out" => "Find somebody for conversations that wait".clone_into(&mut letter.what),
        "draft" => {
            let draft: Option<Draft> = app.store.draft(&DraftId(job.payload.clone())).await?;
            "Write a draft".clone_into(&mut letter.what);
            letter.conversation = draft.as_ref().map(|draft| draft.conversation);
            letter.draft = draft.map(|draft| draft.id);
        }
        "deliver" | "tell" => {
            if let Some(effect) = app.store.effect(&EffectId(job.payload.clone())).await? {
                letter.what = change_of(&effect.change);
                letter.conversation = Some(effect.conversation);
                letter.is_reply = matches!(effect.change, Change::Reply { .. });
                letter.draft = effect.draft;
            }
        }
        "automate" | "alarm" => {
            "See what rules do by themselves".clone_into(&mut letter.what);
            letter.conversation = automate::about(&job.payload).ok().map(|about| about.conversation);
        }
        "repair" => {
            "Repair what no delivery told".clone_into(&mut letter.what);
            letter.conversation = job.payload.parse().ok().map(ConversationId);
        }
        "report" => "Make a report".clone_into(&mut letter.what),
        "report_letter" => "Mail a report".clone_into(&mut letter.what),
        "poll" => letter.what = format!("Compare {} with what is here", desk.settings.base_url),
        "backfill" => letter.what = format!("Learn the past of {}", desk.settings.base_url),
        "watch" => "Look whether anything is not as usual".clone_into(&mut letter.what),
        _ => {}
    }
    Ok(letter)
}

fn read_of(delivery: Option<&Delivery>) -> String {
    match delivery.and_then(|delivery| delivery.event.as_deref()) {
        Some(event) => format!("Read the delivery {event}"),
        None => "Read a delivery".to_owned(),
    }
}

/// A change on the desk, as something to do.
fn change_of(change: &Change) -> String {
    match change {
        Change::AssignAgent { .. } | Change::AssignTeam { .. } => "Assign the conversation".to_owned(),
        Change::AddLabels { labels } => format!("Add the labels {}", labels.join(", ")),
        Change::SetPriority { .. } => "Set the priority".to_owned(),
        Change::Note { .. } => "Leave the private note".to_owned(),
        Change::Reply { .. } => "Send the approved reply".to_owned(),
        Change::Template { template, .. } => format!("Send the template {template}"),
        Change::Snooze { .. } => "Snooze the conversation".to_owned(),
        Change::Resolve { .. } => "Resolve the conversation".to_owned(),
        Change::Mail { .. } => "Tell the team by mail".to_owned(),
        Change::Chat { .. } => "Tell the team in its chat".to_owned(),
    }
}
