//! Conversations and messages as the desk last showed them.

use super::{Statement, Store, StoreError};
use hotdash_core::conversation::{Conversation, Message, Status};
use hotdash_core::ids::{ContactId, ConversationId, DeskId, MessageId};

/// Who moved a thread with a message: what makes a waiting draft outdated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mover {
    /// The customer wrote (not an automatic reply).
    Customer,
    /// A person of the desk answered publicly.
    Human,
    /// We sent it to the customer.
    Ours,
    /// Notes, bots, templates, automatic replies.
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
        if message.marks.effect.is_some() && !message.private {
            Self::Ours
        } else if message.is_from_customer() {
            Self::Customer
        } else if message.is_human_reply() {
            Self::Human
        } else {
            Self::Other
        }
    }
}

/// Keep the state, unless a newer one is here already.
pub fn keep_conversation(desk: DeskId, c: &Conversation) -> Result<Statement, StoreError> {
    let ms = |t: Option<jiff::Timestamp>| t.map(jiff::Timestamp::as_millisecond);
    Ok(Statement::new(
        "INSERT INTO conversations
           (desk, id, contact, status, assignee, seen, state, waiting_since, last_activity_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (desk, id) DO UPDATE SET
           contact = excluded.contact, status = excluded.status, assignee = excluded.assignee,
           seen = excluded.seen, state = excluded.state, waiting_since = excluded.waiting_since,
           last_activity_at = excluded.last_activity_at
         WHERE excluded.seen >= conversations.seen",
        vec![
            desk.0.into(),
            c.id.0.into(),
            c.contact.id.0.into(),
            status_name(c.status).into(),
            c.assignee.as_ref().map(|a| a.id.0).into(),
            c.updated_at.map_or(0, jiff::Timestamp::as_microsecond).into(),
            json(c)?.into(),
            ms(c.waiting_since).into(),
            ms(c.last_activity_at).into(),
            c.created_at.as_millisecond().into(),
        ],
    ))
}

/// Keep a new message; one that is here already (perhaps in a later version) stays.
pub fn keep_new_message(desk: DeskId, m: &Message) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "INSERT INTO messages (desk, id, conversation, mover, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (desk, id) DO NOTHING",
        message_args(desk, m)?,
    ))
}

/// Keep the message as it is now, whatever was here before.
pub fn keep_changed_message(desk: DeskId, m: &Message) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "INSERT INTO messages (desk, id, conversation, mover, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (desk, id) DO UPDATE SET body = excluded.body,
           mover = CASE WHEN messages.mover = 'ours' THEN 'ours' ELSE excluded.mover END",
        message_args(desk, m)?,
    ))
}

fn message_args(desk: DeskId, m: &Message) -> Result<Vec<super::Value>, StoreError> {
    Ok(vec![
        desk.0.into(),
        m.id.0.into(),
        m.conversation.0.into(),
        Mover::of(m).as_str().into(),
        json(m)?.into(),
        m.created_at.as_millisecond().into(),
    ])
}

impl Store {
    pub async fn conversation(
        &self,
        desk: DeskId,
        id: ConversationId,
    ) -> Result<Option<Conversation>, StoreError> {
        let row = self
            .read_one(
                "SELECT state FROM conversations WHERE desk = $1 AND id = $2",
                vec![desk.0.into(), id.0.into()],
            )
            .await?;
        row.map(|row| row.json(0)).transpose()
    }

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

    /// Other conversations of a contact, newest first.
    pub async fn conversations_of(
        &self,
        desk: DeskId,
        contact: ContactId,
        except: ConversationId,
    ) -> Result<Vec<Conversation>, StoreError> {
        let rows = self
            .read(
                "SELECT state FROM conversations WHERE desk = $1 AND contact = $2 AND id <> $3
                 ORDER BY created_at DESC LIMIT 20",
                vec![desk.0.into(), contact.0.into(), except.0.into()],
            )
            .await?;
        rows.iter().map(|row| row.json(0)).collect()
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Resolved => "resolved",
        Status::Pending => "pending",
        Status::Snoozed => "snoozed",
    }
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Query(format!("a value cannot be stored: {e}")))
}
