//! Reading a delivery: what happened, what is true now, and whether somebody must decide.

use super::{JobError, Step, automate, decide, nothing, opened, ours, sla};
use crate::app::{App, Notice};
use crate::chatwoot::event::{Misread, understand};
use crate::store::automations::cancel_automations_of_closed;
use crate::store::conversations::keep_conversation;
use crate::store::decisions::Cause;
use crate::store::deliveries::{bury_delivery, settle_delivery};
use crate::store::drafts::{DraftState, end_drafts, end_drafts_of_closed, supersede_drafts};
use crate::store::effects::Effect;
use crate::store::facts::{keep_told, want_facts};
use crate::store::gaps::repair_gap;
use crate::store::jobs::{Job, enqueue};
use crate::store::messages::{Mover, Sight, draft_follows_message, keep_message, message_told};
use crate::store::{Batch, Store, StoreError};
use hotdash_core::automation::Trigger;
use hotdash_core::conversation::{Conversation, Direction, Message, Status};
use hotdash_core::event::Event;
use hotdash_core::facts::told_by;
use hotdash_core::ids::{ConversationId, DeliveryId, DeskId, MessageId};
use serde_json::Value;
use std::time::Duration;

/// A message that may be our own waits for the end of the call that may have made it, this often and this long.
const OURS_OR_NOT: Duration = Duration::from_millis(200);
const OURS_OR_NOT_MS: i64 = 60_000;

/// What a stored delivery turned out to be.
pub enum Told {
    /// It is not here.
    Nothing,
    /// Nobody can understand it.
    Unreadable(Misread),
    Event(Box<Event>),
}

/// Run the job of one delivery.
pub async fn run(app: &App, job: &Job) -> Result<Step, JobError> {
    let id = DeliveryId(job.payload.clone());
    let now = app.clock.now_ms();
    let event = match told(&app.store, &id).await? {
        Told::Nothing => return Ok(nothing()),
        Told::Unreadable(misread) => return Err(JobError::Hopeless { why: misread.to_string() }),
        Told::Event(event) => event,
    };
    let Some(Consequences { mut batch, note, mut notices }) =
        consequences(app, job, &event, Heard::Told).await?
    else {
        return Ok(Step::Later(OURS_OR_NOT, "it may be the reply that is being sent"));
    };
    if let (Some(desk), Some(conversation)) = (app.desk(job.desk), event.conversation_id()) {
        notices.extend(sla::follow(app, desk, conversation, &[(&event, Heard::Told)], &mut batch).await?);
    }
    batch.push(settle_delivery(&id, note, now));
    Ok(Step::Done(batch, notices))
}

/// Run the job that repairs the gaps of a conversation: what no delivery told goes the way of what one tells.
pub async fn repair(app: &App, job: &Job) -> Result<Step, JobError> {
    let unreadable = |e| JobError::Hopeless { why: format!("unreadable job: {e}") };
    let conversation = ConversationId(job.payload.parse().map_err(unreadable)?);
    let (mut batch, mut notices) = (Batch::new(), Vec::new());
    notices.push(Notice::TroubleChanged);
    // All at once: whoever decides about the first must know whether the last has answered it.
    let gaps = app.store.open_gaps(job.desk, conversation).await?;
    for gap in &gaps {
        let heard = Heard::Read { at: gap.found_at };
        let Some(consequences) = consequences(app, job, &gap.event, heard).await? else {
            return Ok(Step::Later(OURS_OR_NOT, "it may be the reply that is being sent"));
        };
        batch.append(consequences.batch);
        batch.push(repair_gap(&gap.id, app.clock.now_ms()));
        notices.extend(consequences.notices);
    }
    if let Some(desk) = app.desk(job.desk) {
        let told: Vec<_> = gaps.iter().map(|gap| (&gap.event, Heard::Read { at: gap.found_at })).collect();
        notices.extend(sla::follow(app, desk, conversation, &told, &mut batch).await?);
    }
    Ok(Step::Done(batch, notices))
}

/// How an event came to us.
#[derive(Debug, Clone, Copy)]
pub enum Heard {
    /// A delivery told it.
    Told,
    /// The desk was read.
    Read { at: i64 },
}

/// What follows from an event.
struct Consequences {
    batch: Batch,
    /// A word on what it was.
    note: Option<&'static str>,
    notices: Vec<Notice>,
}

/// `None`: a call of ours must end first.
async fn consequences(
    app: &App,
    job: &Job,
    event: &Event,
    heard: Heard,
) -> Result<Option<Consequences>, JobError> {
    let Some(origin) = origin(app, job, event).await? else { return Ok(None) };
    let mut batch = keep(job.desk, event, heard, app.clock.now_ms())?;
    batch.append(opened::again(app, job.desk, event).await?);
    let note = match event {
        Event::MessageCreated { message, conversation, .. } if origin.is_ours() => {
            tracing::debug!(message = %message.id, conversation = %conversation.id, "our own message");
            if message.is_human_reply() {
                batch.append(looked_at(app, job.desk, conversation, message, Trigger::Reply));
            }
            Some("our own message")
        }
        Event::MessageCreated { message, conversation, .. } => {
            // Told again: its draft may have given way to one for an earlier message, because it was deleted.
            if !app.store.is_decided(job.desk, message.id, Cause::Message).await? {
                moved(app, job.desk, conversation, message, &mut batch);
            }
            None
        }
        Event::MessageUpdated { message, .. } => {
            batch.append(changed(app, job.desk, message).await?);
            None
        }
        Event::Other { .. } => Some("unknown event"),
        _ => None,
    };
    let mut notices: Vec<Notice> =
        event.conversation_id().map(Notice::ConversationChanged).into_iter().collect();
    if let (Event::MessageUpdated { .. }, Origin::Effect(effect)) = (event, origin)
        && let Some(draft) = effect.draft
    {
        notices.extend([Notice::QueueChanged, Notice::DraftChanged(draft)]);
    }
    Ok(Some(Consequences { batch, note, notices }))
}

/// Read a stored delivery.
pub async fn told(store: &Store, id: &DeliveryId) -> Result<Told, StoreError> {
    let Some(delivery) = store.delivery(id).await? else { return Ok(Told::Nothing) };
    Ok(understand(&delivery.body).map_or_else(Told::Unreadable, |event| Told::Event(Box::new(event))))
}

/// What is true now, according to an event. The order and the repetition of events make no difference to what is kept
/// in the end.
pub fn keep(desk: DeskId, event: &Event, heard: Heard, now: i64) -> Result<Batch, StoreError> {
    let mut batch = Batch::new();
    if let Some(conversation) = event.conversation() {
        batch.push(keep_conversation(desk, conversation)?);
        if matches!(conversation.status, Status::Resolved | Status::Snoozed) {
            batch.append(end_drafts_of_closed(desk, conversation.id, now));
            batch.push(cancel_automations_of_closed(desk, conversation.id, now));
        }
    }
    if let Event::MessageCreated { message, conversation, changed }
    | Event::MessageUpdated { message, conversation, changed } = event
    {
        let sight = match heard {
            Heard::Told => Sight::delivered(conversation, *changed),
            Heard::Read { at } => Sight::read(conversation, at),
        };
        batch.append(keep_message(desk, message, sight)?);
        batch.push(message_told(desk, message.id));
        if message.direction == Direction::Outgoing && !message.private {
            batch.push(draft_follows_message(desk, message.id, now));
        }
    }
    if let Some((conversation, told)) = told_by(event) {
        for told in &told {
            batch.push(keep_told(desk, conversation, told)?);
        }
        batch.push(want_facts(desk, conversation));
    }
    Ok(batch)
}

/// The delivery cannot be worked off: it stays visible and can be replayed.
pub fn give_up(app: &App, job: &Job, why: &str) -> Batch {
    bury_delivery(&DeliveryId(job.payload.clone()), why, app.clock.now_ms()).into()
}

/// Where the message of an event comes from.
enum Origin {
    /// It carries our mark, or a call of ours was answered with it.
    Effect(Box<Effect>),
    /// It carries our mark, but of another life: the database was replaced.
    Marked,
    Theirs,
}

impl Origin {
    fn is_ours(&self) -> bool {
        !matches!(self, Self::Theirs)
    }
}

/// Our own messages come back as deliveries, often before the call that makes them is answered, and without our mark
/// when somebody deleted or retried them meanwhile. `None`: it cannot be told before that call has ended.
async fn origin(app: &App, job: &Job, event: &Event) -> Result<Option<Origin>, StoreError> {
    let (Event::MessageCreated { message, .. } | Event::MessageUpdated { message, .. }) = event else {
        return Ok(Some(Origin::Theirs));
    };
    if let Some(id) = &message.marks.effect {
        let effect = app.store.effect(id).await?;
        return Ok(Some(effect.map_or(Origin::Marked, |effect| Origin::Effect(Box::new(effect)))));
    }
    if Mover::of(message) != Mover::Human {
        return Ok(Some(Origin::Theirs));
    }
    if let Some(effect) = app.store.effect_of_message(job.desk, message.id).await? {
        return Ok(Some(Origin::Effect(Box::new(effect))));
    }
    if app.clock.now_ms() - job.created_at < OURS_OR_NOT_MS {
        let under_way = app.store.replies_under_way(job.desk, message.conversation).await?;
        if under_way.iter().any(|effect| ours::may_be(effect, message)) {
            return Ok(None);
        }
    }
    Ok(Some(Origin::Theirs))
}

/// A new message moves the thread: waiting drafts become outdated, a customer's message needs a decision.
pub(super) fn moved(
    app: &App,
    desk: DeskId,
    conversation: &Conversation,
    message: &Message,
    batch: &mut Batch,
) {
    let now = app.clock.now_ms();
    match Mover::of(message) {
        Mover::Customer => {
            let reason = "the customer wrote again";
            batch.append(supersede_drafts(desk, conversation.id, message.id, reason, now));
            batch.push(enqueue(decide::job_for(app, desk, conversation.id, message.id)));
            let trigger = Trigger::CustomerMessage;
            batch.append(looked_at(app, desk, conversation, message, trigger));
        }
        Mover::Human => {
            let reason = "a person answered";
            batch.append(end_drafts(desk, conversation.id, message.id, reason, now));
            batch.append(looked_at(app, desk, conversation, message, Trigger::Reply));
        }
        Mover::Ours | Mover::Other => {}
    }
}

/// After it was decided about: what rules do by themselves.
fn looked_at(
    app: &App,
    desk: DeskId,
    conversation: &Conversation,
    message: &Message,
    trigger: Trigger,
) -> Batch {
    let job = automate::job_after(app, desk, conversation.id, message.id, trigger);
    job.map_or_else(Batch::new, |job| enqueue(job).into())
}

/// A customer's message that a draft answers was deleted or rewritten: what waits answers something else.
async fn changed(app: &App, desk: DeskId, message: &Message) -> Result<Batch, StoreError> {
    if Mover::of(message) != Mover::Customer {
        return Ok(Batch::new());
    }
    let Some(before) = app.store.message(desk, message.id).await? else { return Ok(Batch::new()) };
    let reason = match message.marks.deleted {
        true if !before.marks.deleted => "the customer's message was deleted",
        false if !before.marks.deleted && !before.says_the_same(message) => {
            "the customer changed the message"
        }
        _ => return Ok(Batch::new()),
    };
    let drafts = app.store.drafts_of::<Value>(desk, message.conversation).await?;
    // One that is queued reads the thread when it begins.
    let made = |state| {
        matches!(state, DraftState::Drafting | DraftState::Ready | DraftState::Held | DraftState::Approved)
    };
    let Some(draft) = drafts.iter().find(|draft| draft.answers == message.id && made(draft.state)) else {
        return Ok(Batch::new());
    };
    let after = MessageId(message.id.0.saturating_add(1));
    let mut batch = supersede_drafts(desk, message.conversation, after, reason, app.clock.now_ms());
    batch.append(decide::ask_for_draft(app, desk, message.conversation, message.id, draft.hold));
    Ok(batch)
}
