//! Reading a delivery: what happened, what is true now, and whether somebody must decide.

use super::{JobError, Step, decide, nothing};
use crate::app::{App, Notice};
use crate::chatwoot::event::understand;
use crate::store::Batch;
use crate::store::conversations::{Mover, keep_changed_message, keep_conversation, keep_new_message};
use crate::store::deliveries::{bury_delivery, settle_delivery};
use crate::store::drafts::{end_drafts, end_drafts_of_closed, supersede_drafts};
use crate::store::jobs::{Job, enqueue};
use hotdash_core::conversation::{Conversation, Message};
use hotdash_core::event::Event;
use hotdash_core::ids::{DeliveryId, DeskId};

/// Run the job of one delivery.
pub async fn run(app: &App, job: &Job) -> Result<Step, JobError> {
    let id = DeliveryId(job.payload.clone());
    let Some(delivery) = app.store.delivery(&id).await? else { return Ok(nothing()) };
    let now = app.clock.now_ms();
    let event = match understand(&delivery.body) {
        Ok(event) => event,
        Err(misread) => {
            tracing::warn!(delivery = %id, event = delivery.event, %misread, "a delivery cannot be understood");
            let batch = bury_delivery(&id, &misread.to_string(), now).into();
            return Ok(Step::Done(batch, Vec::new()));
        }
    };
    let (mut batch, what) = effects_of(app, job.desk, &event)?;
    batch.push(settle_delivery(&id, what, now));
    let notices = event.conversation_id().map(Notice::ConversationChanged).into_iter().collect();
    Ok(Step::Done(batch, notices))
}

/// The delivery cannot be worked off: it stays visible and can be replayed.
pub fn give_up(app: &App, job: &Job, why: &str) -> Batch {
    bury_delivery(&DeliveryId(job.payload.clone()), why, app.clock.now_ms()).into()
}

/// What an event means for the store; and in a word what it was, where that is not obvious.
fn effects_of(app: &App, desk: DeskId, event: &Event) -> Result<(Batch, Option<&'static str>), JobError> {
    let mut batch = Batch::new();
    if let Some(conversation) = event.conversation() {
        batch.push(keep_conversation(desk, conversation)?);
        batch.append(end_drafts_of_closed(desk, conversation.id, app.clock.now_ms()));
    }
    let what = match event {
        Event::MessageCreated { message, conversation } => {
            batch.push(keep_new_message(desk, message)?);
            moved(app, desk, conversation, message, &mut batch)
        }
        Event::MessageUpdated { message, .. } => {
            batch.push(keep_changed_message(desk, message)?);
            None
        }
        Event::Other { .. } => Some("unknown event"),
        _ => None,
    };
    Ok((batch, what))
}

/// A new message moves the thread: waiting drafts become outdated, a customer's message needs a decision.
fn moved(
    app: &App,
    desk: DeskId,
    conversation: &Conversation,
    message: &Message,
    batch: &mut Batch,
) -> Option<&'static str> {
    let now = app.clock.now_ms();
    if message.marks.effect.is_some() {
        return Some("our own message");
    }
    match Mover::of(message) {
        Mover::Customer => {
            let reason = "the customer wrote again";
            batch.append(supersede_drafts(desk, conversation.id, message.id, reason, now));
            batch.push(enqueue(decide::job_for(app, desk, conversation.id, message.id)));
            None
        }
        Mover::Human => {
            let reason = "a person answered";
            batch.append(end_drafts(desk, conversation.id, message.id, reason, now));
            None
        }
        Mover::Ours | Mover::Other => None,
    }
}
