//! Reading a delivery: what happened, what is true now, and whether somebody must decide.

use super::{JobError, Step, decide, nothing};
use crate::app::{App, Notice};
use crate::chatwoot::event::understand;
use crate::store::conversations::keep_conversation;
use crate::store::deliveries::{bury_delivery, settle_delivery};
use crate::store::drafts::{end_drafts, end_drafts_of_closed, supersede_drafts};
use crate::store::effects::{Change, Effect};
use crate::store::jobs::{Job, enqueue};
use crate::store::messages::{Mover, Sight, draft_follows_message, keep_message};
use crate::store::{Batch, Store, StoreError};
use hotdash_core::conversation::{Conversation, Direction, Message, Status};
use hotdash_core::draft::liquid_safe;
use hotdash_core::event::Event;
use hotdash_core::ids::{DeliveryId, DeskId};
use std::time::Duration;

/// A message that may be our own waits for the end of the call that may have made it, this often and this long.
const OURS_OR_NOT: Duration = Duration::from_millis(200);
const OURS_OR_NOT_MS: i64 = 60_000;

/// What a stored delivery turned out to be.
pub enum Told {
    /// It is not here.
    Nothing,
    /// Nobody can understand it: this buries it.
    Unreadable(Batch),
    Event(Box<Event>),
}

/// Run the job of one delivery.
pub async fn run(app: &App, job: &Job) -> Result<Step, JobError> {
    let id = DeliveryId(job.payload.clone());
    let now = app.clock.now_ms();
    let event = match told(&app.store, &id, now).await? {
        Told::Nothing => return Ok(nothing()),
        Told::Unreadable(batch) => return Ok(Step::Done(batch, Vec::new())),
        Told::Event(event) => event,
    };
    let Some(origin) = origin(app, job, &event).await? else {
        return Ok(Step::Later(OURS_OR_NOT, "it may be the reply that is being sent"));
    };
    let mut batch = keep(job.desk, &event, now)?;
    let what = match &*event {
        Event::MessageCreated { message, conversation, .. } if origin.is_ours() => {
            tracing::debug!(message = %message.id, conversation = %conversation.id, "our own message");
            Some("our own message")
        }
        Event::MessageCreated { message, conversation, .. } => {
            moved(app, job.desk, conversation, message, &mut batch);
            None
        }
        Event::Other { .. } => Some("unknown event"),
        _ => None,
    };
    batch.push(settle_delivery(&id, what, now));
    let mut notices: Vec<Notice> =
        event.conversation_id().map(Notice::ConversationChanged).into_iter().collect();
    if let (Event::MessageUpdated { .. }, Origin::Effect(effect)) = (&*event, origin)
        && let Some(draft) = effect.draft
    {
        notices.extend([Notice::QueueChanged, Notice::DraftChanged(draft)]);
    }
    Ok(Step::Done(batch, notices))
}

/// Read a stored delivery.
pub async fn told(store: &Store, id: &DeliveryId, now: i64) -> Result<Told, StoreError> {
    let Some(delivery) = store.delivery(id).await? else { return Ok(Told::Nothing) };
    Ok(match understand(&delivery.body) {
        Ok(event) => Told::Event(Box::new(event)),
        Err(misread) => {
            tracing::warn!(delivery = %id, event = delivery.event, %misread, "a delivery cannot be understood");
            Told::Unreadable(bury_delivery(id, &misread.to_string(), now).into())
        }
    })
}

/// What is true now, according to an event. The order and the repetition of events make no difference to what is kept
/// in the end.
pub fn keep(desk: DeskId, event: &Event, now: i64) -> Result<Batch, StoreError> {
    let mut batch = Batch::new();
    if let Some(conversation) = event.conversation() {
        batch.push(keep_conversation(desk, conversation)?);
        if matches!(conversation.status, Status::Resolved | Status::Snoozed) {
            batch.append(end_drafts_of_closed(desk, conversation.id, now));
        }
    }
    if let Event::MessageCreated { message, conversation, changed }
    | Event::MessageUpdated { message, conversation, changed } = event
    {
        batch.append(keep_message(desk, message, Sight::delivered(conversation, *changed))?);
        if message.direction == Direction::Outgoing && !message.private {
            batch.push(draft_follows_message(desk, message.id, now));
        }
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
        if under_way.iter().any(|effect| may_be(effect, message)) {
            return Ok(None);
        }
    }
    Ok(Some(Origin::Theirs))
}

/// Whether a message without our mark may be what this effect made.
fn may_be(effect: &Effect, message: &Message) -> bool {
    let Change::Reply { text, answers, .. } = &effect.change else { return false };
    let content = message.content.as_deref().unwrap_or_default().trim();
    let same = content == text.trim() || content == liquid_safe(text).trim();
    message.id > *answers && (message.marks.deleted || same)
}

/// A new message moves the thread: waiting drafts become outdated, a customer's message needs a decision.
fn moved(app: &App, desk: DeskId, conversation: &Conversation, message: &Message, batch: &mut Batch) {
    let now = app.clock.now_ms();
    match Mover::of(message) {
        Mover::Customer => {
            let reason = "the customer wrote again";
            batch.append(supersede_drafts(desk, conversation.id, message.id, reason, now));
            batch.push(enqueue(decide::job_for(app, desk, conversation.id, message.id)));
        }
        Mover::Human => {
            let reason = "a person answered";
            batch.append(end_drafts(desk, conversation.id, message.id, reason, now));
        }
        Mover::Ours | Mover::Other => {}
    }
}
