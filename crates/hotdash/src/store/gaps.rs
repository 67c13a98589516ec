//! Gaps: what happened on the desk and no delivery told of; and how far each desk was compared with what is here.

use super::conversations::json;
use super::{Row, Statement, Store, StoreError};
use hotdash_core::event::Event;
use hotdash_core::ids::{ConversationId, DeskId, MessageId};

/// A gap about to be stored.
#[derive(Debug, Clone)]
pub struct NewGap<'a> {
    pub id: String,
    pub desk: DeskId,
    pub conversation: ConversationId,
    /// `None`: the conversation itself.
    pub message: Option<MessageId>,
    /// What a delivery would have told.
    pub event: &'a Event,
    pub found_at: i64,
}

/// A gap that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    pub id: String,
    pub conversation: ConversationId,
    pub message: Option<MessageId>,
    pub event: Event,
    pub found_at: i64,
    pub repaired_at: Option<i64>,
}

/// How far a desk was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Poll {
    /// Whatever was touched on the desk before was looked at.
    pub covered_until: i64,
    pub polled_at: i64,
    pub took_ms: i64,
    pub listed: i64,
}

/// Keep a gap, unless the same one waits already to be repaired.
pub fn keep_gap(gap: &NewGap<'_>) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "INSERT INTO gaps (id, desk, conversation, message, event, found_at)
         SELECT $1, $2, $3, CAST($4 AS BIGINT), $5, $6
         WHERE NOT EXISTS (SELECT 1 FROM gaps WHERE desk = $2 AND conversation = $3 AND repaired_at IS NULL
           AND coalesce(message, 0) = coalesce(CAST($4 AS BIGINT), 0))",
        vec![
            gap.id.as_str().into(),
            gap.desk.0.into(),
            gap.conversation.0.into(),
            gap.message.map(|m| m.0).into(),
            json(gap.event)?.into(),
            gap.found_at.into(),
        ],
    ))
}

/// The gap is closed.
pub fn repair_gap(id: &str, at: i64) -> Statement {
    Statement::new(
        "UPDATE gaps SET repaired_at = $2 WHERE id = $1 AND repaired_at IS NULL",
        vec![id.into(), at.into()],
    )
}

/// The conversation was compared as it was at this `updated_at`; look once more at `again_at`.
pub fn keep_verified(
    desk: DeskId,
    conversation: ConversationId,
    seen: i64,
    again_at: Option<i64>,
) -> Statement {
    Statement::new(
        "INSERT INTO verified (desk, conversation, seen, again_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (desk, conversation) DO UPDATE SET seen = excluded.seen, again_at = excluded.again_at",
        vec![desk.0.into(), conversation.0.into(), seen.into(), again_at.into()],
    )
}

/// The desk was compared so far.
pub fn keep_poll(desk: DeskId, poll: Poll) -> Statement {
    Statement::new(
        "INSERT INTO polls (desk, covered_until, polled_at, took_ms, listed) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (desk) DO UPDATE SET covered_until = excluded.covered_until,
           polled_at = excluded.polled_at, took_ms = excluded.took_ms, listed = excluded.listed",
        vec![
            desk.0.into(),
            poll.covered_until.into(),
            poll.polled_at.into(),
            poll.took_ms.into(),
            poll.listed.into(),
        ],
    )
}

impl Store {
    /// How far a desk was compared; `None` before the first time.
    pub async fn poll(&self, desk: DeskId) -> Result<Option<Poll>, StoreError> {
        let sql = "SELECT covered_until, polled_at, took_ms, listed FROM polls WHERE desk = $1";
        let row = self.read_one(sql, vec![desk.0.into()]).await?;
        row.map(|row| {
            Ok(Poll {
                covered_until: row.int(0)?,
                polled_at: row.int(1)?,
                took_ms: row.int(2)?,
                listed: row.int(3)?,
            })
        })
        .transpose()
    }

    /// At which `updated_at` a conversation was compared last.
    pub async fn verified(
        &self,
        desk: DeskId,
        conversation: ConversationId,
    ) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT seen FROM verified WHERE desk = $1 AND conversation = $2";
        let row = self.read_one(sql, vec![desk.0.into(), conversation.0.into()]).await?;
        row.map(|row| row.int(0)).transpose()
    }

    /// Conversations that are to be looked at once more by now, the most overdue first.
    pub async fn due_again(
        &self,
        desk: DeskId,
        now: i64,
        limit: i64,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let rows = self
            .read(
                "SELECT conversation FROM verified WHERE desk = $1 AND again_at <= $2
                 ORDER BY again_at, conversation LIMIT $3",
                vec![desk.0.into(), now.into(), limit.into()],
            )
            .await?;
        rows.iter().map(|row| row.int(0).map(ConversationId)).collect()
    }

    /// The gaps of a conversation that wait to be repaired, in the order in which they happened.
    pub async fn open_gaps(
        &self,
        desk: DeskId,
        conversation: ConversationId,
    ) -> Result<Vec<Gap>, StoreError> {
        let rows = self
            .read(
                "SELECT id, conversation, message, event, found_at, repaired_at FROM gaps
                 WHERE desk = $1 AND conversation = $2 AND repaired_at IS NULL
                 ORDER BY CASE WHEN message IS NULL THEN 1 ELSE 0 END, message, id",
                vec![desk.0.into(), conversation.0.into()],
            )
            .await?;
        rows.iter().map(gap_of).collect()
    }

    /// The latest gaps of a desk, newest first.
    pub async fn gaps(&self, desk: DeskId, limit: i64) -> Result<Vec<Gap>, StoreError> {
        let rows = self
            .read(
                "SELECT id, conversation, message, event, found_at, repaired_at FROM gaps
                 WHERE desk = $1 ORDER BY id DESC LIMIT $2",
                vec![desk.0.into(), limit.into()],
            )
            .await?;
        rows.iter().map(gap_of).collect()
    }

    /// How many gaps there were, and how many of them are not repaired yet.
    pub async fn gap_counts(&self, desk: DeskId) -> Result<(i64, i64), StoreError> {
        let sql = "SELECT CAST(count(*) AS BIGINT), CAST(count(*) - count(repaired_at) AS BIGINT)
                   FROM gaps WHERE desk = $1";
        let row = self.read_one(sql, vec![desk.0.into()]).await?;
        row.map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
    }
}

fn gap_of(row: &Row) -> Result<Gap, StoreError> {
    Ok(Gap {
        id: row.text(0)?,
        conversation: ConversationId(row.int(1)?),
        message: row.opt_int(2)?.map(MessageId),
        event: row.json(3)?,
        found_at: row.int(4)?,
        repaired_at: row.opt_int(5)?,
    })
}
