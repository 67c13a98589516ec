//! What the desk shows and no delivery has told. Pure: no store, no desk.

use hotdash_core::conversation::{Conversation, DeliveryStatus, Direction, Message};
use hotdash_core::event::Event;
use hotdash_core::ids::MessageId;
use std::collections::BTreeMap;

/// What came of a comparison.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Found {
    /// What deliveries should have told, in the order of the thread; `None` = of the conversation itself.
    pub(super) gaps: Vec<(Option<MessageId>, Event)>,
    /// Messages from before the desk was served: kept, but nothing follows from them.
    pub(super) history: Vec<Message>,
    /// Something is so new that its delivery may still be on its way.
    pub(super) unsettled: bool,
}

/// Compare what was read of a conversation with what is known, each message with whether an event told of it. What
/// happened before `since` is history; what happened after `missing_before` is not missed yet. Both in milliseconds.
pub(super) fn compare(
    conversation: &Conversation,
    state: Option<&Conversation>,
    read: impl Iterator<Item = Message>,
    known: Vec<(Message, bool)>,
    since: i64,
    missing_before: i64,
) -> Found {
    let known: BTreeMap<MessageId, (Message, bool)> =
        known.into_iter().map(|(message, told)| (message.id, (message, told))).collect();
    let mut found = Found::default();
    // The desk's own lines ("Ben assigned…") are never told.
    for message in read.filter(|message| message.direction != Direction::Activity) {
        let created_ms = message.created_at.as_millisecond();
        let id = Some(message.id);
        match known.get(&message.id) {
            Some((before, true)) => {
                if is_further(&message, before) {
                    found.gaps.push((id, updated(message, conversation)));
                }
            }
            _ if created_ms < since => found.history.push(message),
            _ if created_ms > missing_before => found.unsettled = true,
            _ => found.gaps.push((id, created(message, conversation))),
        }
    }
    let changed_ms = conversation.updated_at.map_or(0, |at| at.as_millisecond());
    if state.is_none() && found.gaps.is_empty() && conversation.created_at.as_millisecond() >= since {
        if conversation.created_at.as_millisecond() > missing_before {
            found.unsettled = true;
        } else {
            let conversation = Box::new(conversation.clone());
            found.gaps.push((None, Event::ConversationCreated { conversation }));
        }
    }
    // Old desks do not tell when; there the state is taken over without calling it a gap.
    if let Some(state) = state.filter(|state| state.updated_at < conversation.updated_at)
        && facts(state) != facts(conversation)
    {
        if changed_ms > missing_before {
            found.unsettled = true;
        } else {
            let conversation = Box::new(conversation.clone());
            found.gaps.push((None, Event::ConversationUpdated { conversation, changes: Vec::new() }));
        }
    }
    found
}

fn created(message: Message, conversation: &Conversation) -> Event {
    Event::MessageCreated { message, conversation: Box::new(conversation.clone()), changed: None }
}

fn updated(message: Message, conversation: &Conversation) -> Event {
    Event::MessageUpdated { message, conversation: Box::new(conversation.clone()), changed: None }
}

/// Whether something happened to a message that cannot be undone. Its text is not compared: desks and channels show the
/// same text in several forms.
fn is_further(now: &Message, before: &Message) -> bool {
    let failed = |m: &Message| m.marks.external_error.is_some() || m.delivery == Some(DeliveryStatus::Failed);
    let steps = |m: &Message| (m.marks.deleted, m.marks.csat.is_some(), failed(m));
    let (now, before) = (steps(now), steps(before));
    (now.0 && !before.0) || (now.1 && !before.1) || now.2 != before.2
}

/// What a delivery tells whenever it changes.
fn facts(c: &Conversation) -> impl PartialEq {
    let assignee = c.assignee.as_ref().map(|assignee| (assignee.id, assignee.is_bot));
    let mut labels = c.labels.clone();
    labels.sort();
    (c.status, assignee, c.team.as_ref().map(|team| team.id), labels, c.priority, c.snoozed_until)
}

#[cfg(test)]
mod tests;
