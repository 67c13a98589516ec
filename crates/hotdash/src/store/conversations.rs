//! Conversations as the desk last showed them.

use super::{Statement, Store, StoreError};
use hotdash_core::conversation::{Conversation, Message, Status};
use hotdash_core::ids::{ContactId, ConversationId, DeskId};
use std::collections::BTreeMap;

/// Keep the state, unless a newer one is here already. In whatever order states come, and however often, the same one
/// stays: of one instant the one with the latest activity, then the one that tells more of its consequences, then the
/// greater text. Only desks that tell no instant
/// (before 4.0.2) leave nothing but the order of arrival.
pub fn keep_conversation(desk: DeskId, c: &Conversation) -> Result<Statement, StoreError> {
    let ms = |t: Option<jiff::Timestamp>| t.map(jiff::Timestamp::as_millisecond);
    Ok(Statement::new(
        "INSERT INTO conversations
           (desk, id, contact, status, assignee, seen, state, waiting_since, last_activity_at, created_at,
            settled, priority)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (desk, id) DO UPDATE SET
           contact = excluded.contact, status = excluded.status, assignee = excluded.assignee, priority = excluded.priority,
           seen = excluded.seen, settled = excluded.settled, state = excluded.state, waiting_since = excluded.waiting_since,
           last_activity_at = excluded.last_activity_at
         WHERE excluded.seen = 0
            OR (excluded.seen, coalesce(excluded.last_activity_at, 0), excluded.settled, excluded.state)
               >= (conversations.seen, coalesce(conversations.last_activity_at, 0), conversations.settled,
                   conversations.state)",
        vec![
            desk.0.into(),
            c.id.0.into(),
            c.contact.id.0.into(),
            status_name(c.status).into(),
            c.assignee.as_ref().filter(|a| !a.is_bot).map(|a| a.id.0).into(),
            c.updated_at.map_or(0, jiff::Timestamp::as_microsecond).into(),
            json(c)?.into(),
            ms(c.waiting_since).into(),
            ms(c.last_activity_at).into(),
            c.created_at.as_millisecond().into(),
            settled(c).into(),
            c.priority.map(|priority| priority.name().to_owned()).into(),
        ],
    ))
}

/// Chatwoot changes what follows from a message (who waits since when, the first reply) without touching `updated_at`.
/// A customer's message begins a wait at that moment; a person's reply ends an older one.
fn settled(c: &Conversation) -> i64 {
    let wait = match (c.waiting_since, c.last_activity_at) {
        (Some(since), Some(active)) if since.as_second() >= active.as_second() => 2,
        (None, _) => 1,
        (Some(_), _) => 0,
    };
    wait + if c.first_reply_at.is_some() { 3 } else { 0 }
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

impl Store {
    /// Seconds from the beginning of each conversation to the first public answer of a person; without those that nobody
    /// answered.
    pub async fn first_answers(&self, desk: DeskId) -> Result<BTreeMap<ConversationId, i64>, StoreError> {
        let rows = self
            .read(
                "SELECT c.id, min(m.created_at) - min(c.created_at) FROM conversations c
                 JOIN messages m ON m.desk = c.desk AND m.conversation = c.id AND m.mover IN ('human', 'ours')
                 WHERE c.desk = $1 GROUP BY c.id",
                vec![desk.0.into()],
            )
            .await?;
        rows.iter().map(|row| Ok((ConversationId(row.int(0)?), row.int(1)? / 1000))).collect()
    }

    /// The first message of each conversation in which no rules decided since then, with the conversation as it is now.
    pub async fn undecided(
        &self,
        desk: DeskId,
        since_ms: i64,
    ) -> Result<Vec<(Conversation, Message)>, StoreError> {
        let rows = self
            .read(
                "SELECT c.state, m.body FROM conversations c
                 JOIN messages m ON m.desk = c.desk AND m.id =
                   (SELECT min(f.id) FROM messages f
                    WHERE f.desk = c.desk AND f.conversation = c.id AND f.mover = 'customer')
                 WHERE c.desk = $1 AND m.created_at >= $2
                   AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.desk = c.desk AND d.conversation = c.id)
                 ORDER BY m.id",
                vec![desk.0.into(), since_ms.into()],
            )
            .await?;
        rows.iter().map(|row| Ok((row.json(0)?, row.json(1)?))).collect()
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

pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Query(format!("a value cannot be stored: {e}")))
}
