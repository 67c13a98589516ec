//! What rules did, will do, or must not do by themselves: one row for each rule, conversation and cause.

use super::conversations::json;
use super::{Row, Statement, Store, StoreError};
use hotdash_core::automation::{Automation, Cause};
use hotdash_core::ids::{ConversationId, DeskId, MessageId};

/// Where an automation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutomationState {
    /// It is judged when its time has come.
    Waiting,
    /// It acted.
    Done,
    /// What it waited for came, or its conditions did not hold any more.
    Cancelled,
    /// Nothing of what it does may be done.
    Refused,
}

impl AutomationState {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
        }
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        [Self::Waiting, Self::Done, Self::Cancelled, Self::Refused]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| StoreError::Unreadable(format!("an automation in the state {text}")))
    }
}

/// An automation about to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewAutomation<'a> {
    pub id: &'a str,
    pub desk: DeskId,
    pub conversation: ConversationId,
    pub automation: &'a Automation,
    /// When it is judged; now, unless it waits.
    pub due_at: i64,
    /// The last message that was known.
    pub seen: MessageId,
    pub now: i64,
}

/// A stored automation.
#[derive(Debug, Clone)]
pub struct KeptAutomation {
    pub id: String,
    pub automation: Automation,
    pub state: AutomationState,
    pub outcome: Option<String>,
    pub due_at: i64,
    /// The last message that was known when it ended.
    pub seen: MessageId,
    pub created_at: i64,
    pub settled_at: Option<i64>,
}

/// It waits until its time; one that waits already gets the new time.
pub fn await_automation(new: &NewAutomation<'_>) -> Result<Statement, StoreError> {
    let mut statement = insert(new, AutomationState::Waiting, None)?;
    statement.sql =
        "INSERT INTO automations (id, desk, conversation, rule, cause, state, outcome, body, due_at, seen,
           created_at, settled_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (desk, conversation, rule, cause) DO UPDATE SET due_at = excluded.due_at
         WHERE automations.state = 'waiting' AND automations.due_at <> excluded.due_at";
    Ok(statement)
}

/// It ends without having waited. Fails with a conflict when the rule has had this cause before.
pub fn keep_automation(new: &NewAutomation<'_>, state: AutomationState) -> Result<Statement, StoreError> {
    Ok(insert(new, state, Some(&outcome(new.automation)))?.expect(1))
}

/// The same, but it does not matter if it is there already.
pub fn note_automation(new: &NewAutomation<'_>, state: AutomationState) -> Result<Statement, StoreError> {
    insert(new, state, Some(&outcome(new.automation)))
}

/// One that waited ends. Fails with a conflict when it waits no more.
pub fn end_automation(
    id: &str,
    ended: &NewAutomation<'_>,
    state: AutomationState,
) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "UPDATE automations SET state = $2, outcome = $3, body = $4, seen = $5, settled_at = $6
         WHERE id = $1 AND state = 'waiting'",
        vec![
            id.into(),
            state.as_str().into(),
            outcome(ended.automation).into(),
            json(ended.automation)?.into(),
            ended.seen.0.into(),
            ended.now.into(),
        ],
    )
    .expect(1))
}

/// One that waited waits for nothing any more.
pub fn cancel_automation(id: &str, why: &str, seen: MessageId, now: i64) -> Statement {
    Statement::new(
        "UPDATE automations SET state = 'cancelled', outcome = $2, seen = $3, settled_at = $4
         WHERE id = $1 AND state = 'waiting'",
        vec![id.into(), why.into(), seen.0.into(), now.into()],
    )
}

/// Whatever waits in a conversation that is closed, as it is kept now, waits no more.
pub fn cancel_automations_of_closed(desk: DeskId, conversation: ConversationId, now: i64) -> Statement {
    Statement::new(
        "UPDATE automations SET state = 'cancelled', settled_at = $3,
           outcome = (SELECT CASE c.status WHEN 'snoozed' THEN 'the conversation was snoozed'
                                           ELSE 'the conversation was resolved' END
                      FROM conversations c WHERE c.desk = $1 AND c.id = $2),
           seen = (SELECT CAST(coalesce(max(m.id), 0) AS BIGINT) FROM messages m
                   WHERE m.desk = $1 AND m.conversation = $2)
         WHERE desk = $1 AND conversation = $2 AND state = 'waiting'
           AND EXISTS (SELECT 1 FROM conversations c
                       WHERE c.desk = $1 AND c.id = $2 AND c.status IN ('resolved', 'snoozed'))",
        vec![desk.0.into(), conversation.0.into(), now.into()],
    )
}

fn insert(
    new: &NewAutomation<'_>,
    state: AutomationState,
    outcome: Option<&str>,
) -> Result<Statement, StoreError> {
    let settled = (state != AutomationState::Waiting).then_some(new.now);
    Ok(Statement::new(
        "INSERT INTO automations (id, desk, conversation, rule, cause, state, outcome, body, due_at, seen,
           created_at, settled_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
        vec![
            new.id.into(),
            new.desk.0.into(),
            new.conversation.0.into(),
            new.automation.rule.as_str().into(),
            cause(&new.automation.cause).into(),
            state.as_str().into(),
            outcome.map(str::to_owned).into(),
            json(new.automation)?.into(),
            new.due_at.into(),
            new.seen.0.into(),
            new.now.into(),
            settled.into(),
        ],
    ))
}

fn cause(cause: &Cause) -> String {
    cause.to_string()
}

/// What is told of an end: why it acted, and what it could not do.
fn outcome(automation: &Automation) -> String {
    let mut told = vec![automation.because.clone()];
    told.extend(
        automation.refused.iter().map(|refusal| format!("no {}: {}", refusal.action, refusal.because)),
    );
    told.join("; ")
}

impl Store {
    /// The automations of a conversation, oldest first.
    pub async fn automations(
        &self,
        desk: DeskId,
        conversation: ConversationId,
    ) -> Result<Vec<KeptAutomation>, StoreError> {
        let rows = self
            .read(
                "SELECT id, body, state, outcome, due_at, seen, created_at, settled_at FROM automations
                 WHERE desk = $1 AND conversation = $2 ORDER BY id",
                vec![desk.0.into(), conversation.0.into()],
            )
            .await?;
        rows.iter().map(automation_of).collect()
    }

    /// How many automatic messages were wanted for a customer since then, whether or not they have left yet.
    pub async fn automatic_messages_since(
        &self,
        desk: DeskId,
        conversation: ConversationId,
        since: i64,
    ) -> Result<i64, StoreError> {
        let row = self
            .read_one(
                "SELECT CAST(count(*) AS BIGINT) FROM effects
                 WHERE desk = $1 AND conversation = $2 AND kind = 'template' AND created_at > $3
                   AND state IN ('pending', 'sending', 'done')",
                vec![desk.0.into(), conversation.0.into(), since.into()],
            )
            .await?;
        row.map_or(Ok(0), |row| row.int(0))
    }
}

fn automation_of(row: &Row) -> Result<KeptAutomation, StoreError> {
    Ok(KeptAutomation {
        id: row.text(0)?,
        automation: row.json(1)?,
        state: AutomationState::read(&row.text(2)?)?,
        outcome: row.opt_text(3)?,
        due_at: row.int(4)?,
        seen: MessageId(row.int(5)?),
        created_at: row.int(6)?,
        settled_at: row.opt_int(7)?,
    })
}
