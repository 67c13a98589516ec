//! What is known of a conversation's past, and what a delivery adds to it.

use crate::conversation::{Conversation, Message, Status, SurveyAnswer};
use crate::event::{Change, Event};
use crate::ids::{AgentId, ConversationId, MessageId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that is known of a conversation. The order of messages and of what was told does not matter.
#[derive(Debug, Clone)]
pub struct History {
    /// As it was last seen.
    pub conversation: Conversation,
    pub messages: Vec<TimedMessage>,
    /// What deliveries told of its past.
    pub told: Vec<Told>,
    /// Answers as the desk lists them.
    pub surveys: Vec<SurveyAnswer>,
}

/// A message with the most exact instant at which it is known to have been made.
#[derive(Debug, Clone)]
pub struct TimedMessage {
    pub message: Message,
    /// Microseconds since 1970; REST tells whole seconds, deliveries milliseconds.
    pub at: i64,
}

/// Something that happened to a conversation and that its state does not show any more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Told {
    /// Microseconds since 1970.
    pub at: i64,
    #[serde(flatten)]
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// The exact instant of its creation: everywhere else it is cut to the second.
    Began,
    /// It had this status, and the wait began then (microseconds since 1970).
    Status { before: Option<StatusWord>, now: StatusWord, waiting_since: Option<i64> },
    /// It came from one person to another; `None` is nobody, or a bot.
    Assignee { before: Option<AgentId>, now: Option<AgentId> },
    /// A wait that ended had begun then.
    Waited,
    /// A survey was answered.
    Answered { message: MessageId },
}

/// [`Status`] with an order, so that what was told can be sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusWord {
    Open,
    Resolved,
    Pending,
    Snoozed,
}

impl From<Status> for StatusWord {
    fn from(status: Status) -> Self {
        match status {
            Status::Open => Self::Open,
            Status::Resolved => Self::Resolved,
            Status::Pending => Self::Pending,
            Status::Snoozed => Self::Snoozed,
        }
    }
}

/// What an event tells of a conversation's past, beside the state that it shows. In whatever order and however often
/// events are heard, the set of what they told is the same.
#[must_use]
pub fn told_by(event: &Event) -> Option<(ConversationId, Vec<Told>)> {
    let conversation = event.conversation()?;
    let mut told = Vec::new();
    let created = conversation.created_at.as_second();
    let updated = conversation.updated_at.map(Timestamp::as_microsecond);
    match event {
        Event::ConversationCreated { .. } => {
            let fraction = conversation.updated_at.filter(|at| at.as_second() == created);
            told.extend(fraction.map(|at| Told { at: at.as_microsecond(), what: What::Began }));
            told.extend(updated.map(|at| status(at, None, conversation)));
        }
        Event::ConversationStatusChanged { .. } => {
            told.extend(updated.map(|at| status(at, None, conversation)));
        }
        Event::ConversationUpdated { changes, .. } => {
            let at = changed_at(changes).or(updated);
            told.extend(changes.iter().filter_map(|change| of_change(change, at, updated, conversation)));
        }
        Event::MessageUpdated { message, changed, .. } if message.marks.csat.is_some() => {
            // Without its own instant it is at least as late as itself.
            let at = changed.unwrap_or(message.created_at).as_microsecond();
            told.push(Told { at, what: What::Answered { message: message.id } });
        }
        _ => {}
    }
    Some((conversation.id, told))
}

fn status(at: i64, before: Option<StatusWord>, shown: &Conversation) -> Told {
    let waiting_since = shown.waiting_since.map(Timestamp::as_microsecond);
    Told { at, what: What::Status { before, now: shown.status.into(), waiting_since } }
}

fn of_change(change: &Change, at: Option<i64>, shown_at: Option<i64>, shown: &Conversation) -> Option<Told> {
    // A body that was made later shows what came after; its wait is not the one of this change.
    let is_same = shown_at.zip(at).is_none_or(|(shown, at)| shown / 1000 == at / 1000);
    // To the microsecond where the body is of the same moment: it is the order of what one action changed.
    let at = if is_same { shown_at.or(at) } else { at };
    match change.column.as_str() {
        "status" => {
            let (before, now) = (word(&change.before), word(&change.after)?);
            let waiting_since = shown.waiting_since.filter(|_| is_same).map(Timestamp::as_microsecond);
            Some(Told { at: at?, what: What::Status { before, now, waiting_since } })
        }
        "assignee_id" => {
            let (before, now) = (number(&change.before), number(&change.after));
            Some(Told { at: at?, what: What::Assignee { before, now } })
        }
        "waiting_since" => {
            let began: Timestamp = change.before.as_str()?.parse().ok()?;
            // The first wait begins with the conversation.
            let is_first = began.as_second() == shown.created_at.as_second();
            let what = if is_first { What::Began } else { What::Waited };
            Some(Told { at: began.as_microsecond(), what })
        }
        _ => None,
    }
}

/// When the save was made that the changes are of.
fn changed_at(changes: &[Change]) -> Option<i64> {
    let change = changes.iter().find(|change| change.column == "updated_at")?;
    let at: Timestamp = change.after.as_str()?.parse().ok()?;
    Some(at.as_microsecond())
}

fn number(value: &Value) -> Option<AgentId> {
    value.as_i64().map(AgentId)
}

fn word(value: &Value) -> Option<StatusWord> {
    match value.as_str()? {
        "open" => Some(StatusWord::Open),
        "resolved" => Some(StatusWord::Resolved),
        "pending" => Some(StatusWord::Pending),
        "snoozed" => Some(StatusWord::Snoozed),
        _ => None,
    }
}
