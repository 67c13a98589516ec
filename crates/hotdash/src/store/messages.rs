//! Messages as the desk last showed them, and who moved the thread with each.

use super::conversations::json;
use super::{Batch, Statement, Store, StoreError};
use hotdash_core::conversation::{Author, Conversation, DeliveryStatus, Direction, Message};
use hotdash_core::ids::{ConversationId, DeskId, MessageId};
use jiff::Timestamp;

/// Who moved a thread with a message: what makes a waiting draft outdated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mover {
    /// The customer wrote (not an automatic reply).
    Customer,
    /// A person of the desk answered publicly.
    Human,
    /// We sent it to the customer.
    Ours,
    /// Notes, bots, templates, automatic messages of anybody.
    Other,
}

impl Mover {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Human => "human",
            Self::Ours => "ours",
            Self::Other => "other",
        }
    }

    /// Read it off the message.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        let is_automatic = matches!(message.author, Author::Automation { .. });
        if message.marks.effect.is_some() && !message.private && !is_automatic {
            Self::Ours
        } else if message.is_from_customer() {
            Self::Customer
        } else if message.is_human_reply() || is_by_somebody(message) {
            Self::Human
        } else {
            Self::Other
        }
    }
}

/// A public answer of nobody we know: of somebody who was deleted since, or, on older desks, out of the channel's own
/// app. The customer has read it in any case.
fn is_by_somebody(message: &Message) -> bool {
    message.author == Author::Unknown && message.direction == Direction::Outgoing && !message.private
}

/// When a version of a message was true, as far as can be told; later sights win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Sight {
    /// `updated_at` of the conversation shown with it: microseconds, comparable within a conversation.
    seen: i64,
    /// `updated_at` of the message itself, 0 where it was not told.
    changed: i64,
}

impl Sight {
    /// Shown in a delivery's body, which tells the message's own time only while it is the last public one.
    #[must_use]
    pub fn delivered(conversation: &Conversation, changed: Option<Timestamp>) -> Self {
        Self { seen: micros(conversation.updated_at), changed: micros(changed) }
    }

    /// Read from the desk: true at that moment. The conversation must have been read with it.
    #[must_use]
    pub fn read(conversation: &Conversation, now_ms: i64) -> Self {
        Self { seen: micros(conversation.updated_at), changed: now_ms.saturating_mul(1000) }
    }

    /// The answer of the call that made it: whatever else tells of this message is later.
    #[must_use]
    pub fn first() -> Self {
        Self::default()
    }
}

fn micros(moment: Option<Timestamp>) -> i64 {
    moment.map_or(0, Timestamp::as_microsecond)
}

/// What cannot be undone, in the only order in which it can happen: it decides before any time does, because neither
/// a deletion nor a survey's answer touches the conversation.
fn progress(message: &Message) -> i64 {
    if message.marks.deleted {
        3
    } else if message.marks.csat.is_some() {
        2
    } else {
        i64::from(message.source_id.is_some())
    }
}

/// Why the channel did not deliver it, as this version tells.
fn failure(message: &Message) -> Option<&str> {
    match (&message.marks.external_error, message.delivery) {
        (Some(error), _) => Some(error),
        (None, Some(DeliveryStatus::Failed)) => Some("the channel did not say why"),
        (None, _) => None,
    }
}

/// Keep this version of a message, unless a later one is here already. In whatever order versions come, and however
/// often, the same one stays.
///
/// That it is ours is never forgotten: deleting and retrying on the desk wipe our mark, so an effect that made the
/// message says it too.
pub fn keep_message(desk: DeskId, m: &Message, sight: Sight) -> Result<Batch, StoreError> {
    let mover = Mover::of(m);
    let mut batch = Batch::from(Statement::new(
        "INSERT INTO messages
           (desk, id, conversation, mover, body, progress, seen, changed, failure, created_at)
         VALUES ($1, $2, $3,
           CASE WHEN $4 = 'human' AND EXISTS (SELECT 1 FROM effects e
             WHERE e.desk = $1 AND e.desk_message = $2 AND e.kind = 'reply') THEN 'ours' ELSE $4 END,
           $5, $6, $7, $8, $9, $10)
         ON CONFLICT (desk, id) DO UPDATE SET
           mover = CASE WHEN messages.mover = 'ours' THEN 'ours' ELSE excluded.mover END,
           body = excluded.body, progress = excluded.progress, seen = excluded.seen,
           changed = excluded.changed, failure = excluded.failure
         WHERE (excluded.progress, excluded.seen, excluded.changed, excluded.body)
            >= (messages.progress, messages.seen, messages.changed, messages.body)",
        vec![
            desk.0.into(),
            m.id.0.into(),
            m.conversation.0.into(),
            mover.as_str().into(),
            json(m)?.into(),
            progress(m).into(),
            sight.seen.into(),
            sight.changed.into(),
            failure(m).into(),
            m.created_at.as_millisecond().into(),
        ],
    ));
    let created = m.created_at.as_millisecond();
    if created % 1000 != 0 {
        // Only deliveries tell its fractions of a second; a read may have been first.
        batch.push(Statement::new(
            "UPDATE messages SET created_at = $3 WHERE desk = $1 AND id = $2 AND created_at < $3",
            vec![desk.0.into(), m.id.0.into(), created.into()],
        ));
    }
    if mover == Mover::Ours {
        // An early version may come after a late one that has lost the mark.
        batch.push(Statement::new(
            "UPDATE messages SET mover = 'ours' WHERE desk = $1 AND id = $2 AND mover <> 'ours'",
            vec![desk.0.into(), m.id.0.into()],
        ));
    }
    Ok(batch)
}

/// An event told us of the message, and what follows from it was done.
pub fn message_told(desk: DeskId, message: MessageId) -> Statement {
    Statement::new(
        "UPDATE messages SET told = 1 WHERE desk = $1 AND id = $2 AND told = 0",
        vec![desk.0.into(), message.0.into()],
    )
}

/// The draft behind a message of ours is sent or failed as the message, as it is kept now, was delivered or not.
///
/// Belongs behind whatever may have learned of either: the channel's refusal can overtake the end of our own call.
pub fn draft_follows_message(desk: DeskId, message: MessageId, at: i64) -> Statement {
    Statement::new(
        "UPDATE drafts SET
           state = CASE WHEN (SELECT m.failure FROM messages m WHERE m.desk = $1 AND m.id = $2) IS NULL
             THEN 'sent' ELSE 'failed' END,
           reason = (SELECT m.failure FROM messages m WHERE m.desk = $1 AND m.id = $2),
           settled_at = $3
         WHERE id = (SELECT e.draft FROM effects e WHERE e.desk = $1 AND e.desk_message = $2
             AND e.kind = 'reply' AND e.state = 'done')
           AND state IN ('sent', 'failed')
           AND EXISTS (SELECT 1 FROM messages m WHERE m.desk = $1 AND m.id = $2
             AND (m.failure IS NULL) = (drafts.state = 'failed'))",
        vec![desk.0.into(), message.0.into(), at.into()],
    )
}

impl Store {
    pub async fn message(&self, desk: DeskId, id: MessageId) -> Result<Option<Message>, StoreError> {
        let row = self
            .read_one(
                "SELECT body FROM messages WHERE desk = $1 AND id = $2",
                vec![desk.0.into(), id.0.into()],
            )
            .await?;
        row.map(|row| row.json(0)).transpose()
    }

    /// The last `limit` messages, oldest first.
    pub async fn thread(
        &self,
        desk: DeskId,
        conversation: ConversationId,
        limit: i64,
    ) -> Result<Vec<Message>, StoreError> {
        let rows = self
            .read(
                "SELECT body FROM messages WHERE desk = $1 AND conversation = $2 ORDER BY id DESC LIMIT $3",
                vec![desk.0.into(), conversation.0.into(), limit.into()],
            )
            .await?;
        rows.iter().rev().map(|row| row.json(0)).collect()
    }

    /// What is known of the messages from this one on, and whether an event told of each.
    pub async fn known_from(
        &self,
        desk: DeskId,
        conversation: ConversationId,
        first: MessageId,
    ) -> Result<Vec<(Message, bool)>, StoreError> {
        let rows = self
            .read(
                "SELECT body, told FROM messages WHERE desk = $1 AND conversation = $2 AND id >= $3",
                vec![desk.0.into(), conversation.0.into(), first.0.into()],
            )
            .await?;
        rows.iter().map(|row| Ok((row.json(0)?, row.int(1)? == 1))).collect()
    }

    /// Whether a person of the desk answered publicly after this message.
    pub async fn is_answered_after(
        &self,
        desk: DeskId,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<bool, StoreError> {
        let row = self
            .read_one(
                "SELECT id FROM messages
                 WHERE desk = $1 AND conversation = $2 AND id > $3 AND mover IN ('human', 'ours') LIMIT 1",
                vec![desk.0.into(), conversation.0.into(), message.0.into()],
            )
            .await?;
        Ok(row.is_some())
    }
}
