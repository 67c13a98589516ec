//! A conversation that opens: a bot hands it over, or it was closed while a customer had no answer, or slept for a
//! while. Somebody waits again, and no new message says so.

use super::decide;
use crate::app::App;
use crate::store::drafts::DraftState;
use crate::store::jobs::enqueue;
use crate::store::messages::Mover;
use crate::store::{Batch, StoreError};
use hotdash_core::analysis::Analysis;
use hotdash_core::conversation::{Conversation, Message, Status};
use hotdash_core::decide::Decision;
use hotdash_core::event::Event;
use hotdash_core::ids::DeskId;
use serde_json::Value;

/// Among so many messages the customer's last one is looked for.
const LAST: i64 = 100;

/// What follows when an event shows a conversation open that is not known to be.
pub(super) async fn again(app: &App, desk: DeskId, event: &Event) -> Result<Batch, StoreError> {
    // Whoever writes is decided about, or has answered.
    if let Event::MessageCreated { message, .. } = event
        && Mover::of(message) != Mover::Other
    {
        return Ok(Batch::new());
    }
    let Some(now) = event.conversation().filter(|now| now.status == Status::Open) else {
        return Ok(Batch::new());
    };
    let before = app.store.conversation(desk, now.id).await?;
    let Some(before) = before.filter(|before| before.status != Status::Open && is_later(now, before)) else {
        return Ok(Batch::new());
    };
    let Some(unanswered) = unanswered(app, desk, now).await? else { return Ok(Batch::new()) };
    let drafts = app.store.drafts_of::<Value>(desk, now.id).await?;
    // Where a person decided about the last one, or still may, nothing more is wanted.
    let last = drafts.first();
    if last.is_some_and(|d| d.answers >= unanswered.id && d.state != DraftState::Superseded) {
        return Ok(Batch::new());
    }
    let decisions = app.store.decisions::<Analysis, Decision>(desk, now.id, LAST).await?;
    let mut about = decisions.iter().filter(|decision| decision.message == unanswered.id);
    Ok(match about.clone().find(|decision| decision.body.draft) {
        Some(decided) => {
            let held = drafts.iter().any(|d| d.answers == unanswered.id && d.hold);
            let hold = decided.body.hold || held || decide::is_escalated(now);
            decide::ask_for_draft(app, desk, now.id, unanswered.id, hold)
        }
        // It was left to the bot.
        None if before.status == Status::Pending && about.next().is_some() => {
            enqueue(decide::job_at_opening(app, desk, now.id, unanswered.id)).into()
        }
        None => Batch::new(),
    })
}

/// Old desks do not tell when a conversation changed; there only the order of arrival is left.
fn is_later(now: &Conversation, before: &Conversation) -> bool {
    now.updated_at.is_none() || now.updated_at > before.updated_at
}

/// The customer's last message, if no person has answered it.
async fn unanswered(app: &App, desk: DeskId, now: &Conversation) -> Result<Option<Message>, StoreError> {
    let thread = app.store.thread(desk, now.id, LAST).await?;
    let last = thread.into_iter().rev().find(|m| m.is_from_customer() && !m.marks.deleted);
    let Some(last) = last else { return Ok(None) };
    let answered = app.store.is_answered_after(desk, now.id, last.id).await?;
    Ok((!answered).then_some(last))
}
