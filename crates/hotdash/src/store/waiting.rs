//! The line of conversations for which nobody was available.

use super::{Statement, Store, StoreError};
use hotdash_core::ids::{ConversationId, DeskId, MessageId};

/// One that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waits {
    pub conversation: ConversationId,
    /// The customer's last message.
    pub message: MessageId,
    pub since: i64,
    pub because: String,
}

/// Where a walk along the line stands; everything is behind the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    since: i64,
    conversation: i64,
}

impl Place {
    pub const BEGINNING: Self = Self { since: i64::MIN, conversation: i64::MIN };
}

impl Waits {
    /// Its place in the line.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { since: self.since, conversation: self.conversation.0 }
    }
}

/// Stand in line. Whoever stands there already keeps the place, with the newest message.
pub fn stand_in_line(desk: DeskId, waits: &Waits) -> Statement {
    Statement::new(
        "INSERT INTO waiting (desk, conversation, message, since, because) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (desk, conversation) DO UPDATE SET message = excluded.message, because = excluded.because",
        vec![
            desk.0.into(),
            waits.conversation.0.into(),
            waits.message.0.into(),
            waits.since.into(),
            waits.because.as_str().into(),
        ],
    )
}

/// Wait no more, if it did.
pub fn leave_line(desk: DeskId, conversation: ConversationId) -> Statement {
    Statement::new(
        "DELETE FROM waiting WHERE desk = $1 AND conversation = $2",
        vec![desk.0.into(), conversation.0.into()],
    )
}

/// Wait no more with this message. Fails with a conflict when that was settled elsewhere.
pub fn end_of_wait(desk: DeskId, waits: &Waits) -> Statement {
    Statement::new(
        "DELETE FROM waiting WHERE desk = $1 AND conversation = $2 AND message = $3",
        vec![desk.0.into(), waits.conversation.0.into(), waits.message.0.into()],
    )
    .expect(1)
}

impl Store {
    /// Those who wait, the first first, behind a place.
    pub async fn waiting(&self, desk: DeskId, behind: Place, limit: i64) -> Result<Vec<Waits>, StoreError> {
        let rows = self
            .read(
                "SELECT conversation, message, since, because FROM waiting
                 WHERE desk = $1 AND (since, conversation) > ($2, $3) ORDER BY since, conversation LIMIT $4",
                vec![desk.0.into(), behind.since.into(), behind.conversation.into(), limit.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Waits {
                    conversation: ConversationId(row.int(0)?),
                    message: MessageId(row.int(1)?),
                    since: row.int(2)?,
                    because: row.text(3)?,
                })
            })
            .collect()
    }

    /// How many wait, and since when the first of them does.
    pub async fn waiting_count(&self, desk: DeskId) -> Result<(i64, Option<i64>), StoreError> {
        let row = self
            .read_one(
                "SELECT CAST(count(*) AS BIGINT), min(since) FROM waiting WHERE desk = $1",
                vec![desk.0.into()],
            )
            .await?;
        row.map_or(Ok((0, None)), |row| Ok((row.int(0)?, row.opt_int(1)?)))
    }
}
