//! Trying an effect on the desk, exactly once where twice would be seen.
//!
//! Before a message is posted, and before every further try, the thread is read: if our message is there already, an
//! earlier try got through; if the thread moved on, a reply is not sent at all. After an unclear outcome, and after a
//! crash in the middle, we wait until the desk has surely finished before we look.

mod automatic;

use super::draft::DraftBody;
use super::{JobError, Step, nothing, ours};
use crate::app::{App, Desk, Notice};
use crate::chatwoot::api::{CallError, NewMessage};
use crate::store::Batch;
use crate::store::StoreError;
use crate::store::conversations::keep_conversation;
use crate::store::drafts::{DraftState, begin_sending_draft, note_of_draft, settle_draft, take_back_draft};
use crate::store::effects::{Change, Effect, EffectState, begin_sending, settle_effect, unsend};
use crate::store::facts::touch_of_draft;
use crate::store::jobs::{Job, still_leased};
use crate::store::messages::{Mover, Sight, draft_follows_message, keep_message};
use hotdash_core::conversation::{Conversation, Message, Status};
use hotdash_core::draft::liquid_safe;
use hotdash_core::ids::{DraftId, EffectId, MessageId};
use std::time::Duration;

/// Why a reply that came too late was not sent.
pub const WINDOW_CLOSED: &str = "the channel's window is closed";

/// Run the job of one effect.
pub async fn run(app: &App, desk: &Desk, job: &Job) -> Result<Step, JobError> {
    let id = EffectId(job.payload.clone());
    let Some(effect) = app.store.effect(&id).await? else { return Ok(nothing()) };
    match effect.state {
        EffectState::Pending | EffectState::Sending => {}
        EffectState::Done | EffectState::Refused | EffectState::Dropped => return Ok(nothing()),
    }
    let outcome = match &effect.change {
        Change::Note { text } => write_note(app, desk, job, &effect, text).await,
        Change::Reply { text, copies, answers, .. } => {
            send_reply(app, desk, job, &effect, &Reply { text, copies, answers: *answers }).await
        }
        Change::Template { .. } | Change::Snooze { .. } | Change::Resolve { .. } => {
            automatic::run(app, desk, job, &effect).await
        }
        set => set_on_desk(app, desk, &effect, set).await,
    };
    match outcome {
        Ok(step) => Ok(step),
        Err(JobError::Call(error)) if !error.is_worth_retrying() && !is_for_a_person(&error) => {
            Ok(refused(app, &effect, &error))
        }
        Err(error) => Err(error),
    }
}

/// The last try failed for good: say so where people look.
pub async fn give_up(app: &App, job: &Job, why: &str) -> Result<(Batch, Vec<Notice>), StoreError> {
    let Some(effect) = app.store.effect(&EffectId(job.payload.clone())).await? else {
        return Ok((Batch::new(), Vec::new()));
    };
    Ok(end(app, &effect, EffectState::Refused, why, None, DraftState::Failed))
}

/// Setting the same value twice changes nothing, so these need no look; but what a person did meanwhile is respected.
async fn set_on_desk(app: &App, desk: &Desk, effect: &Effect, change: &Change) -> Result<Step, JobError> {
    let id = effect.conversation;
    let outcome = match change {
        Change::AssignAgent { agent } => {
            let now = desk.chatwoot.conversation(id).await?;
            match now.assignee {
                Some(there) if there.id == *agent => "was so already",
                // The desk's own auto-assignment or a person was faster: no tug-of-war.
                Some(_) => "somebody else has it",
                None => {
                    desk.chatwoot.assign_agent(id, *agent).await?;
                    "assigned"
                }
            }
        }
        Change::AssignTeam { team } => {
            desk.chatwoot.assign_team(id, *team).await?;
            "assigned"
        }
        Change::AddLabels { labels } => {
            desk.chatwoot.add_labels(id, labels).await?;
            "labelled"
        }
        Change::SetPriority { priority } => {
            let now = desk.chatwoot.conversation(id).await?;
            if now.priority >= Some(*priority) {
                "was at least so high already"
            } else {
                desk.chatwoot.set_priority(id, Some(*priority)).await?;
                "set"
            }
        }
        // Messages, and what looks at the thread first.
        _ => "",
    };
    Ok(done(app, effect, outcome))
}

async fn write_note(
    app: &App,
    desk: &Desk,
    job: &Job,
    effect: &Effect,
    text: &str,
) -> Result<Step, JobError> {
    if let Some(pause) = must_wait(app, effect) {
        return Ok(Step::Later(pause, "the desk may still be busy with an earlier try"));
    }
    let again = effect.state == EffectState::Sending;
    app.store.commit(begin_sending(&effect.id, app.clock.now_ms()).into()).await?;
    if again && let Some(message) = find(app, desk, effect, None).await? {
        return Ok(posted(app, effect, &message)?);
    }
    post(app, desk, job, effect, text, Form::Note).await
}

/// What was approved.
struct Reply<'a> {
    text: &'a str,
    copies: &'a [String],
    answers: MessageId,
}

async fn send_reply(
    app: &App,
    desk: &Desk,
    job: &Job,
    effect: &Effect,
    reply: &Reply<'_>,
) -> Result<Step, JobError> {
    let Some(draft) = effect.draft.clone() else {
        return Err(JobError::Hopeless { why: "a reply without a draft".into() });
    };
    let state = app.store.draft::<DraftBody>(&draft).await?.map(|draft| draft.state);
    if !matches!(state, Some(DraftState::Approved | DraftState::Sending)) {
        let (batch, notices) =
            end(app, effect, EffectState::Dropped, "outdated", None, DraftState::Superseded);
        return Ok(Step::Done(batch, notices));
    }
    if let Some(pause) = must_wait(app, effect) {
        return Ok(Step::Later(pause, "the desk may still be busy with an earlier try"));
    }
    // From here on it cannot be taken back. A conflict means that it just was: the next try finds it dropped.
    let mut begin = Batch::from(begin_sending(&effect.id, app.clock.now_ms()));
    begin.push(begin_sending_draft(&draft));
    app.store.commit(begin).await?;
    match look(app, desk, effect, reply.answers).await {
        Ok(Seen::AlreadyThere(message)) => Ok(posted(app, effect, &message)?),
        Ok(Seen::MovedOn(reason, now)) => moved_on(app, effect, reason, DraftState::Superseded, &now),
        Ok(Seen::Closed(now)) => moved_on(app, effect, WINDOW_CLOSED, DraftState::Expired, &now),
        Ok(Seen::Waiting) => post(app, desk, job, effect, reply.text, Form::Reply(reply.copies)).await,
        // Only reading failed. What an earlier try did is still unknown; without one nothing was sent.
        Err(error) => {
            if effect.state == EffectState::Pending {
                take_back(app, effect, &draft).await?;
            }
            Err(error)
        }
    }
}

enum Seen {
    /// An earlier try got through.
    AlreadyThere(Box<Message>),
    MovedOn(&'static str, Box<ThreadNow>),
    /// The channel's messaging window is over. The desk would take the reply, and the channel refuse it.
    Closed(Box<ThreadNow>),
    /// The customer still waits for exactly this.
    Waiting,
}

/// What the desk showed when we looked.
struct ThreadNow {
    conversation: Conversation,
    messages: Vec<Message>,
    read_at: i64,
}

async fn look(app: &App, desk: &Desk, effect: &Effect, answers: MessageId) -> Result<Seen, JobError> {
    let chatwoot = desk.chatwoot.for_sending();
    let after = chatwoot.thread_since(effect.conversation, Some(answers)).await?;
    if let Some(ours) = ours::made_by(app, desk, effect, &after).await? {
        return Ok(Seen::AlreadyThere(Box::new(ours)));
    }
    let conversation: Conversation = chatwoot.conversation(effect.conversation).await?;
    let reason = if after.iter().any(Message::is_from_customer) {
        "the customer wrote again"
    } else if after.iter().any(|message| Mover::of(message) == Mover::Human) {
        "a person answered"
    } else {
        match conversation.status {
            Status::Resolved => "the conversation was resolved",
            Status::Snoozed => "the conversation was snoozed",
            Status::Open | Status::Pending if conversation.can_reply => return Ok(Seen::Waiting),
            Status::Open | Status::Pending => {
                let now = ThreadNow { conversation, messages: after, read_at: app.clock.now_ms() };
                return Ok(Seen::Closed(Box::new(now)));
            }
        }
    };
    let now = ThreadNow { conversation, messages: after, read_at: app.clock.now_ms() };
    Ok(Seen::MovedOn(reason, Box::new(now)))
}

fn moved_on(
    app: &App,
    effect: &Effect,
    reason: &'static str,
    draft: DraftState,
    now: &ThreadNow,
) -> Result<Step, JobError> {
    let (mut batch, notices) = end(app, effect, EffectState::Dropped, reason, None, draft);
    batch.push(keep_conversation(effect.desk, &now.conversation)?);
    let sight = Sight::read(&now.conversation, now.read_at);
    for message in &now.messages {
        batch.append(keep_message(effect.desk, message, sight)?);
    }
    Ok(Step::Done(batch, notices))
}

/// As what a text is posted.
#[derive(Clone, Copy)]
enum Form<'a> {
    Note,
    /// With whoever gets a copy.
    Reply(&'a [String]),
    /// A rule's message to the customer.
    Automatic,
}

/// Post it, in one attempt, as long as the job is ours.
async fn post(
    app: &App,
    desk: &Desk,
    job: &Job,
    effect: &Effect,
    text: &str,
    form: Form<'_>,
) -> Result<Step, JobError> {
    let until = app.clock.now_ms() + i64::try_from(app.config.lease.as_millis()).unwrap_or(i64::MAX / 2);
    app.store.commit(still_leased(job, until).into()).await?;
    let message = NewMessage {
        content: liquid_safe(text),
        private: matches!(form, Form::Note),
        copies: if let Form::Reply(copies) = form { copies.to_vec() } else { Vec::new() },
        effect: effect.id.clone(),
        automatic: matches!(form, Form::Automatic),
    };
    match desk.chatwoot.create_message(effect.conversation, &message, None).await {
        Ok(message) => Ok(posted(app, effect, &message)?),
        Err(error) if error.is_unclear() => {
            tracing::warn!(effect = %effect.id, %error, "unclear whether the desk took it: looking later");
            Ok(Step::Later(app.config.unclear_wait, "unclear whether the desk took it"))
        }
        Err(error) => {
            match &effect.draft {
                Some(draft) if matches!(form, Form::Reply(_)) => take_back(app, effect, draft).await?,
                _ => app.store.commit(unsend(&effect.id).into()).await.map(drop)?,
            }
            Err(error.into())
        }
    }
}

/// The desk surely did not take it: it waits again, and can be taken back again.
async fn take_back(app: &App, effect: &Effect, draft: &DraftId) -> Result<(), StoreError> {
    let mut batch = Batch::from(unsend(&effect.id));
    batch.push(take_back_draft(draft));
    app.store.commit(batch).await.map(drop)
}

/// An earlier try has no known outcome: how long the desk may still be busy with it.
fn must_wait(app: &App, effect: &Effect) -> Option<Duration> {
    let tried = effect.tried_at.filter(|_| effect.state == EffectState::Sending)?;
    let age = u64::try_from(app.clock.now_ms() - tried).unwrap_or(0);
    app.config.unclear_wait.checked_sub(Duration::from_millis(age)).filter(|left| !left.is_zero())
}

/// What an earlier try of this effect made, if it is in the thread.
async fn find(
    app: &App,
    desk: &Desk,
    effect: &Effect,
    after: Option<MessageId>,
) -> Result<Option<Message>, JobError> {
    let thread = desk.chatwoot.for_sending().thread_since(effect.conversation, after).await?;
    ours::made_by(app, desk, effect, &thread).await
}

fn posted(app: &App, effect: &Effect, message: &Message) -> Result<Step, StoreError> {
    let (mut batch, notices) =
        end(app, effect, EffectState::Done, "sent", Some(message.id), DraftState::Sent);
    // Kept at once, so that the page shows it before the desk's own delivery arrives.
    batch.append(keep_message(effect.desk, message, Sight::first())?);
    // Unless that was here first, and said that the channel refused it.
    batch.push(draft_follows_message(effect.desk, message.id, app.clock.now_ms()));
    Ok(Step::Done(batch, notices))
}

fn done(app: &App, effect: &Effect, outcome: &str) -> Step {
    let (batch, notices) = end(app, effect, EffectState::Done, outcome, None, DraftState::Sent);
    Step::Done(batch, notices)
}

fn refused(app: &App, effect: &Effect, error: &CallError) -> Step {
    tracing::warn!(effect = %effect.id, kind = effect.change.kind(), %error, "the desk refused an effect");
    let why = format!("{}: {error}", error.code());
    let (batch, notices) = end(app, effect, EffectState::Refused, &why, None, DraftState::Failed);
    Step::Done(batch, notices)
}

/// A wrong or expired token is mended by a person; until then the effect waits.
fn is_for_a_person(error: &CallError) -> bool {
    matches!(
        error,
        CallError::BadToken { .. }
            | CallError::MissingToken { .. }
            | CallError::AccountSuspended { .. }
            | CallError::DashboardRoute { .. }
            | CallError::Redirected { .. }
    )
}

/// The end of an effect, and of the draft behind a reply.
pub(super) fn end(
    app: &App,
    effect: &Effect,
    state: EffectState,
    outcome: &str,
    message: Option<MessageId>,
    draft_state: DraftState,
) -> (Batch, Vec<Notice>) {
    let now = app.clock.now_ms();
    let mut batch = Batch::from(settle_effect(&effect.id, state, outcome, message, now));
    let mut notices = vec![Notice::ConversationChanged(effect.conversation)];
    if let Some(draft) = &effect.draft {
        match (&effect.change, message) {
            (Change::Reply { .. }, _) => {
                let reason = (draft_state != DraftState::Sent).then_some(outcome);
                batch.push(settle_draft(draft, draft_state, reason, now));
                batch.push(touch_of_draft(draft, now));
            }
            (_, Some(message)) => {
                batch.push(note_of_draft(draft, message));
            }
            _ => {}
        }
        notices.extend([Notice::QueueChanged, Notice::DraftChanged(draft.clone())]);
    }
    (batch, notices)
}
