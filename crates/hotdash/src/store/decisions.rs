//! What the rulebook concluded, with its reasons; and the rotation that the conclusions move forward.

use super::{Batch, Statement, Store, StoreError};
use hotdash_core::ids::{AgentId, ConversationId, DecisionId, DeskId, MessageId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// What a decision was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The customer's message arrived.
    Message,
    /// Nobody was there when it arrived; now somebody is.
    Offer,
    /// A bot had the conversation when it arrived; now people have it.
    Opening,
}

impl Cause {
    fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Offer => "offer",
            Self::Opening => "opening",
        }
    }
}

/// A decision about to be stored. `A`, `D` and `S` are the core's analysis, decision and record of what was seen.
#[derive(Debug, Clone)]
pub struct NewDecision<'a, A, D, S> {
    pub id: &'a DecisionId,
    pub desk: DeskId,
    pub conversation: ConversationId,
    pub message: MessageId,
    pub cause: Cause,
    pub rulebook: &'a str,
    pub analysis: &'a A,
    pub body: &'a D,
    pub seen: &'a S,
    pub decided_at: i64,
}

/// A stored decision.
#[derive(Debug, Clone)]
pub struct KeptDecision<A, D> {
    pub id: DecisionId,
    pub message: MessageId,
    pub rulebook: String,
    pub analysis: A,
    pub body: D,
    pub decided_at: i64,
}

/// A stored decision with what it saw.
#[derive(Debug, Clone)]
pub struct RecordedDecision<A, D, S> {
    pub id: DecisionId,
    pub conversation: ConversationId,
    pub rulebook: String,
    pub analysis: A,
    pub body: D,
    pub seen: S,
    pub decided_at: i64,
}

/// Keep the decision; fails with a conflict when the message was decided before.
pub fn keep_decision<A: Serialize, D: Serialize, S: Serialize>(
    d: &NewDecision<'_, A, D, S>,
) -> Result<Statement, StoreError> {
    let json = |v: Result<String, serde_json::Error>| {
        v.map_err(|e| StoreError::Query(format!("a decision cannot be stored: {e}")))
    };
    Ok(Statement::new(
        "INSERT INTO decisions (id, desk, conversation, message, cause, rulebook, analysis, body, decided_at, seen)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        vec![
            d.id.as_str().into(),
            d.desk.0.into(),
            d.conversation.0.into(),
            d.message.0.into(),
            d.cause.as_str().into(),
            d.rulebook.into(),
            json(serde_json::to_string(d.analysis))?.into(),
            json(serde_json::to_string(d.body))?.into(),
            d.decided_at.into(),
            json(compact(d.seen))?.into(),
        ],
    )
    .expect(1))
}

/// Without what is absent: most of a conversation's fields are, most of the time.
fn compact<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    fn strip(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(fields) => {
                fields.retain(|_, field| !field.is_null());
                fields.values_mut().for_each(strip);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(value)?;
    strip(&mut value);
    serde_json::to_string(&value)
}

/// The state of a desk's rotation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rotation {
    /// How many turns were given out.
    pub turn: i64,
    /// The last turn of each agent who ever got one.
    pub last: BTreeMap<AgentId, i64>,
}

/// Give the next turn to this agent; fails with a conflict when another replica gave it out first.
pub fn take_turn(desk: DeskId, rotation: &Rotation, agent: AgentId) -> Batch {
    let next = rotation.turn + 1;
    let mut batch = Batch::from(
        Statement::new(
            "UPDATE desks SET turn = $2 WHERE id = $1 AND turn = $3",
            vec![desk.0.into(), next.into(), rotation.turn.into()],
        )
        .expect(1)
        .shared(),
    );
    batch.push(Statement::new(
        "INSERT INTO turns (desk, agent, turn) VALUES ($1, $2, $3)
         ON CONFLICT (desk, agent) DO UPDATE SET turn = excluded.turn",
        vec![desk.0.into(), agent.0.into(), next.into()],
    ));
    batch
}

impl Store {
    pub async fn rotation(&self, desk: DeskId) -> Result<Rotation, StoreError> {
        // One statement, so that both halves are of the same instant.
        let rows = self
            .read(
                "SELECT d.turn, t.agent, t.turn FROM desks d LEFT JOIN turns t ON t.desk = d.id WHERE d.id = $1",
                vec![desk.0.into()],
            )
            .await?;
        let mut rotation = Rotation::default();
        for row in rows {
            rotation.turn = row.int(0)?;
            if let Some(agent) = row.opt_int(1)? {
                rotation.last.insert(AgentId(agent), row.int(2)?);
            }
        }
        Ok(rotation)
    }

    pub async fn is_decided(
        &self,
        desk: DeskId,
        message: MessageId,
        cause: Cause,
    ) -> Result<bool, StoreError> {
        let row = self
            .read_one(
                "SELECT id FROM decisions WHERE desk = $1 AND message = $2 AND cause = $3",
                vec![desk.0.into(), message.0.into(), cause.as_str().into()],
            )
            .await?;
        Ok(row.is_some())
    }

    /// Decisions with what they saw, of a conversation or of all, in the order in which they were made: after the given one,
    /// as many as asked for.
    pub async fn recorded_decisions<A, D, S>(
        &self,
        desk: DeskId,
        of: Option<ConversationId>,
        after: &str,
        limit: i64,
    ) -> Result<Vec<RecordedDecision<A, D, S>>, StoreError>
    where
        A: DeserializeOwned,
        D: DeserializeOwned,
        S: DeserializeOwned,
    {
        let rows = match of {
            Some(conversation) => {
                self.read(
                    "SELECT id, conversation, rulebook, analysis, body, seen, decided_at FROM decisions
                     WHERE desk = $1 AND conversation = $2 AND id > $3 ORDER BY id LIMIT $4",
                    vec![desk.0.into(), conversation.0.into(), after.into(), limit.into()],
                )
                .await?
            }
            None => {
                self.read(
                    "SELECT id, conversation, rulebook, analysis, body, seen, decided_at FROM decisions
                     WHERE desk = $1 AND id > $2 ORDER BY id LIMIT $3",
                    vec![desk.0.into(), after.into(), limit.into()],
                )
                .await?
            }
        };
        rows.iter()
            .map(|row| {
                Ok(RecordedDecision {
                    id: DecisionId(row.text(0)?),
                    conversation: ConversationId(row.int(1)?),
                    rulebook: row.text(2)?,
                    analysis: row.json(3)?,
                    body: row.json(4)?,
                    seen: row.json(5)?,
                    decided_at: row.int(6)?,
                })
            })
            .collect()
    }

    /// The decisions of a conversation, newest first.
    pub async fn decisions<A: DeserializeOwned, D: DeserializeOwned>(
        &self,
        desk: DeskId,
        conversation: ConversationId,
        limit: i64,
    ) -> Result<Vec<KeptDecision<A, D>>, StoreError> {
        let rows = self
            .read(
                "SELECT id, message, rulebook, analysis, body, decided_at FROM decisions
                 WHERE desk = $1 AND conversation = $2 ORDER BY id DESC LIMIT $3",
                vec![desk.0.into(), conversation.0.into(), limit.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(KeptDecision {
                    id: DecisionId(row.text(0)?),
                    message: MessageId(row.int(1)?),
                    rulebook: row.text(2)?,
                    analysis: row.json(3)?,
                    body: row.json(4)?,
                    decided_at: row.int(5)?,
                })
            })
            .collect()
    }
}
