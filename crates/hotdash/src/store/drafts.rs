//! Drafts: one living one for a conversation, moved from state to state by compare-and-set.

use super::{Batch, Row, Statement, Store, StoreError};
use hotdash_core::ids::{ConversationId, DeskId, DraftId, MessageId, UserId};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Where a draft stands. A state that ended is never left again, but `sent` and `failed` follow what the channel says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftState {
    Queued,
    Drafting,
    Ready,
    /// One person approved; a second, different one must too.
    Held,
    /// Approved; may still be taken back until it leaves.
    Approved,
    Sending,
    Sent,
    Rejected,
    Superseded,
    /// It came too late: the channel takes no answer any more.
    Expired,
    Failed,
}

const STATES: [(DraftState, &str); 11] = [
    (DraftState::Queued, "queued"),
    (DraftState::Drafting, "drafting"),
    (DraftState::Ready, "ready"),
    (DraftState::Held, "held"),
    (DraftState::Approved, "approved"),
    (DraftState::Sending, "sending"),
    (DraftState::Sent, "sent"),
    (DraftState::Rejected, "rejected"),
    (DraftState::Superseded, "superseded"),
    (DraftState::Expired, "expired"),
    (DraftState::Failed, "failed"),
];

impl DraftState {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        STATES
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(state, _)| *state)
            .ok_or_else(|| StoreError::Unreadable(format!("a draft in the state {text}")))
    }

    /// A person can decide about it now.
    #[must_use]
    pub fn awaits_person(self) -> bool {
        matches!(self, Self::Ready | Self::Held)
    }
}

/// A stored draft. `B` is what the drafter says about the text: language, evidence, findings.
#[derive(Debug, Clone)]
pub struct Draft<B> {
    pub id: DraftId,
    pub desk: DeskId,
    pub conversation: ConversationId,
    pub answers: MessageId,
    pub state: DraftState,
    /// Needs two different people.
    pub hold: bool,
    pub version: i64,
    /// The drafter's own words.
    pub drafted: String,
    /// What would be sent now.
    pub text: String,
    pub text_hash: String,
    pub author: String,
    pub body: Option<B>,
    pub reason: Option<String>,
    pub note_message: Option<MessageId>,
    pub claimed_by: Option<UserId>,
    pub created_at: i64,
    pub ready_at: Option<i64>,
    pub decided_at: Option<i64>,
    pub settled_at: Option<i64>,
}

/// What the drafter made.
#[derive(Debug, Clone)]
pub struct Drafted<'a, B> {
    pub answers: MessageId,
    pub text: &'a str,
    pub text_hash: &'a str,
    pub author: &'a str,
    pub body: &'a B,
    /// What a model used for it, where one answered.
    pub usage: Option<&'a Usage>,
    pub ready_at: i64,
}

/// What a model used, as it told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    pub model: String,
    pub prompt_tokens: Option<i64>,
    pub completion_tokens: Option<i64>,
}

/// What an approval must find unchanged.
#[derive(Debug, Clone)]
pub struct Expected<'a> {
    pub draft: &'a DraftId,
    pub version: i64,
    pub text_hash: &'a str,
    pub answers: MessageId,
}

/// Ask for a draft, unless one is being made or waits to be made already (it will answer the newest message).
pub fn queue_draft(
    id: &DraftId,
    desk: DeskId,
    conversation: ConversationId,
    answers: MessageId,
    hold: bool,
    at: i64,
) -> Statement {
    Statement::new(
        "INSERT INTO drafts
           (id, desk, conversation, answers, state, hold, version, drafted, text, text_hash, author, body, created_at)
         VALUES ($1, $2, $3, $4, 'queued', $5, 0, '', '', '', '', 'null', $6)
         ON CONFLICT DO NOTHING",
        vec![
            id.as_str().into(),
            desk.0.into(),
            conversation.0.into(),
            answers.0.into(),
            hold.into(),
            at.into(),
        ],
    )
}

/// Begin to write it. A try that crashed begins again.
pub fn begin_drafting(id: &DraftId) -> Statement {
    Statement::new(
        "UPDATE drafts SET state = 'drafting' WHERE id = $1 AND state IN ('queued', 'drafting')",
        vec![id.as_str().into()],
    )
    .expect(1)
}

/// It will answer this message: whatever tells of that one once more does not outdate it.
pub fn answer_message(id: &DraftId, answers: MessageId) -> Statement {
    Statement::new(
        "UPDATE drafts SET answers = $2 WHERE id = $1 AND state = 'drafting'",
        vec![id.as_str().into(), answers.0.into()],
    )
}

/// Here it is. Fails with a conflict when it was superseded while it was written.
pub fn make_ready<B: Serialize>(id: &DraftId, drafted: &Drafted<'_, B>) -> Result<Statement, StoreError> {
    let body = serde_json::to_string(drafted.body)
        .map_err(|e| StoreError::Query(format!("a draft cannot be stored: {e}")))?;
    Ok(Statement::new(
        "UPDATE drafts SET state = 'ready', answers = $2, version = version + 1, drafted = $3, text = $3, text_hash = $4,
           author = $5, body = $6, ready_at = $7, model = $8, prompt_tokens = $9, completion_tokens = $10
         WHERE id = $1 AND state = 'drafting'",
        vec![
            id.as_str().into(),
            drafted.answers.0.into(),
            drafted.text.into(),
            drafted.text_hash.into(),
            drafted.author.into(),
            body.into(),
            drafted.ready_at.into(),
            drafted.usage.map(|usage| usage.model.as_str()).into(),
            drafted.usage.and_then(|usage| usage.prompt_tokens).into(),
            drafted.usage.and_then(|usage| usage.completion_tokens).into(),
        ],
    )
    .expect(1))
}

/// Move a draft that is as expected from one of the states a person can decide in. Compare-and-set.
pub fn decide_draft(
    expected: &Expected<'_>,
    from: DraftState,
    to: DraftState,
    reason: Option<&str>,
    at: i64,
) -> Statement {
    Statement::new(
        "UPDATE drafts SET state = $6, reason = $7, decided_at = $8
         WHERE id = $1 AND version = $2 AND text_hash = $3 AND answers = $4 AND state = $5",
        vec![
            expected.draft.as_str().into(),
            expected.version.into(),
            expected.text_hash.into(),
            expected.answers.0.into(),
            from.as_str().into(),
            to.as_str().into(),
            reason.into(),
            at.into(),
        ],
    )
    .expect(1)
}

/// Approve exactly this text, which a person may have edited. Compare-and-set like [`decide_draft`].
pub fn approve_draft(
    expected: &Expected<'_>,
    from: DraftState,
    to: DraftState,
    text: &str,
    text_hash: &str,
    at: i64,
) -> Statement {
    Statement::new(
        "UPDATE drafts SET state = $6, text = $7, text_hash = $8, decided_at = $9, reason = NULL,
           version = version + CASE WHEN text_hash = $8 THEN 0 ELSE 1 END
         WHERE id = $1 AND version = $2 AND text_hash = $3 AND answers = $4 AND state = $5",
        vec![
            expected.draft.as_str().into(),
            expected.version.into(),
            expected.text_hash.into(),
            expected.answers.0.into(),
            from.as_str().into(),
            to.as_str().into(),
            text.into(),
            text_hash.into(),
            at.into(),
        ],
    )
    .expect(1)
}

/// The reply is about to leave: from here on it cannot be taken back. A try that crashed begins again.
pub fn begin_sending_draft(id: &DraftId) -> Statement {
    Statement::new(
        "UPDATE drafts SET state = 'sending' WHERE id = $1 AND state IN ('approved', 'sending')",
        vec![id.as_str().into()],
    )
    .expect(1)
}

/// The reply surely did not leave: it waits again, unless the thread has a newer draft by now.
pub fn take_back_draft(id: &DraftId) -> Statement {
    Statement::new(
        "UPDATE drafts SET state = CASE WHEN EXISTS
             (SELECT 1 FROM drafts newer WHERE newer.desk = drafts.desk AND newer.id > drafts.id
                AND newer.conversation = drafts.conversation
                AND newer.state IN ('queued', 'drafting', 'ready', 'held', 'approved'))
           THEN 'superseded' ELSE 'approved' END
         WHERE id = $1 AND state = 'sending'",
        vec![id.as_str().into()],
    )
}

/// The end of a draft whose reply was tried.
pub fn settle_draft(id: &DraftId, to: DraftState, reason: Option<&str>, at: i64) -> Statement {
    Statement::new(
        "UPDATE drafts SET state = $2, reason = $3, settled_at = $4
         WHERE id = $1 AND state IN ('approved', 'sending')",
        vec![id.as_str().into(), to.as_str().into(), reason.into(), at.into()],
    )
}

/// A later message of the customer makes the matter one for two people.
pub fn hold_living_draft(desk: DeskId, conversation: ConversationId) -> Statement {
    Statement::new(
        "UPDATE drafts SET hold = 1 WHERE desk = $1 AND conversation = $2 AND state IN ('queued', 'drafting')",
        vec![desk.0.into(), conversation.0.into()],
    )
}

/// The conversation, as it is kept now, is resolved or snoozed: nobody waits for an answer.
pub fn end_drafts_of_closed(desk: DeskId, conversation: ConversationId, at: i64) -> Batch {
    let args = || -> Vec<super::Value> { vec![desk.0.into(), conversation.0.into(), at.into()] };
    let mut batch = Batch::from(Statement::new(
        "UPDATE effects SET state = 'dropped', outcome = 'closed', settled_at = $3
         WHERE kind = 'reply' AND state = 'pending' AND desk = $1 AND conversation = $2
           AND EXISTS (SELECT 1 FROM conversations c
                       WHERE c.desk = $1 AND c.id = $2 AND c.status IN ('resolved', 'snoozed'))",
        args(),
    ));
    batch.push(Statement::new(
        "UPDATE drafts SET state = 'superseded', settled_at = $3, reason =
           (SELECT CASE c.status WHEN 'snoozed' THEN 'the conversation was snoozed'
                                 ELSE 'the conversation was resolved' END
            FROM conversations c WHERE c.desk = $1 AND c.id = $2)
         WHERE desk = $1 AND conversation = $2 AND state IN ('queued', 'drafting', 'ready', 'held', 'approved')
           AND EXISTS (SELECT 1 FROM conversations c
                       WHERE c.desk = $1 AND c.id = $2 AND c.status IN ('resolved', 'snoozed'))",
        args(),
    ));
    batch
}

/// Move a draft along its way; fails with a conflict when it is somewhere else.
pub fn move_draft(
    id: &DraftId,
    from: DraftState,
    to: DraftState,
    reason: Option<&str>,
    at: i64,
) -> Statement {
    Statement::new(
        "UPDATE drafts SET state = $3, reason = $4, settled_at = $5 WHERE id = $1 AND state = $2",
        vec![id.as_str().into(), from.as_str().into(), to.as_str().into(), reason.into(), at.into()],
    )
    .expect(1)
}

/// The thread moved on: what waits or was approved but has not left is outdated, and so is its effect.
///
/// `after` is the message that moved the thread; drafts that answer it or a later one stay.
pub fn supersede_drafts(
    desk: DeskId,
    conversation: ConversationId,
    after: MessageId,
    reason: &str,
    at: i64,
) -> Batch {
    let args = || -> Vec<super::Value> {
        vec![desk.0.into(), conversation.0.into(), after.0.into(), reason.into(), at.into()]
    };
    let mut batch = Batch::from(Statement::new(
        "UPDATE effects SET state = 'dropped', outcome = $4, settled_at = $5
         WHERE kind = 'reply' AND state = 'pending' AND draft IN
           (SELECT id FROM drafts WHERE desk = $1 AND conversation = $2 AND answers < $3
              AND state IN ('ready', 'held', 'approved', 'drafting'))",
        args(),
    ));
    batch.push(Statement::new(
        "UPDATE drafts SET state = 'superseded', reason = $4, settled_at = $5
         WHERE desk = $1 AND conversation = $2 AND answers < $3
           AND state IN ('ready', 'held', 'approved', 'drafting')",
        args(),
    ));
    batch
}

/// Nobody needs an answer any more (resolved, snoozed, answered by a person): queued drafts end too.
pub fn end_drafts(
    desk: DeskId,
    conversation: ConversationId,
    upto: MessageId,
    reason: &str,
    at: i64,
) -> Batch {
    let mut batch = supersede_drafts(desk, conversation, MessageId(upto.0.saturating_add(1)), reason, at);
    batch.push(Statement::new(
        "UPDATE drafts SET state = 'superseded', reason = $4, settled_at = $5
         WHERE desk = $1 AND conversation = $2 AND answers <= $3 AND state = 'queued'",
        vec![desk.0.into(), conversation.0.into(), upto.0.into(), reason.into(), at.into()],
    ));
    batch
}

/// Remember the private note that shows the draft on the desk.
pub fn note_of_draft(draft: &DraftId, message: MessageId) -> Statement {
    Statement::new(
        "UPDATE drafts SET note_message = $2 WHERE id = $1",
        vec![draft.as_str().into(), message.0.into()],
    )
}

/// Say who looks at it; `None` releases it.
pub fn claim_draft(draft: &DraftId, by: Option<UserId>) -> Statement {
    Statement::new(
        "UPDATE drafts SET claimed_by = $2 WHERE id = $1 AND state IN ('ready', 'held')",
        vec![draft.as_str().into(), by.map(|u| u.0).into()],
    )
    .expect(1)
}

impl Store {
    pub async fn draft<B: DeserializeOwned>(&self, id: &DraftId) -> Result<Option<Draft<B>>, StoreError> {
        const SQL: &str =
            "SELECT id, desk, conversation, answers, state, hold, version, drafted, text, text_hash,
             author, body, reason, note_message, claimed_by, created_at, ready_at, decided_at, settled_at
             FROM drafts WHERE id = $1";
        let row = self.read_one(SQL, vec![id.as_str().into()]).await?;
        row.map(|row| draft_of(&row)).transpose()
    }

    /// The drafts of a conversation, newest first.
    pub async fn drafts_of<B: DeserializeOwned>(
        &self,
        desk: DeskId,
        conversation: ConversationId,
    ) -> Result<Vec<Draft<B>>, StoreError> {
        const SQL: &str =
            "SELECT id, desk, conversation, answers, state, hold, version, drafted, text, text_hash,
             author, body, reason, note_message, claimed_by, created_at, ready_at, decided_at, settled_at
             FROM drafts WHERE desk = $1 AND conversation = $2 ORDER BY id DESC";
        let rows = self.read(SQL, vec![desk.0.into(), conversation.0.into()]).await?;
        rows.iter().map(draft_of).collect()
    }

    /// Everything a person can decide about now, longest waiting first.
    pub async fn drafts_awaiting_people<B: DeserializeOwned>(
        &self,
        desk: DeskId,
        limit: i64,
    ) -> Result<Vec<Draft<B>>, StoreError> {
        const SQL: &str =
            "SELECT d.id, d.desk, d.conversation, d.answers, d.state, d.hold, d.version, d.drafted, d.text,
             d.text_hash, d.author, d.body, d.reason, d.note_message, d.claimed_by, d.created_at, d.ready_at,
             d.decided_at, d.settled_at
             FROM drafts d JOIN conversations c ON c.desk = d.desk AND c.id = d.conversation
             WHERE d.desk = $1 AND d.state IN ('ready', 'held')
             ORDER BY coalesce(c.waiting_since, c.created_at), d.id LIMIT $2";
        let rows = self.read(SQL, vec![desk.0.into(), limit.into()]).await?;
        rows.iter().map(draft_of).collect()
    }
}

fn draft_of<B: DeserializeOwned>(row: &Row) -> Result<Draft<B>, StoreError> {
    Ok(Draft {
        id: DraftId(row.text(0)?),
        desk: DeskId(row.int(1)?),
        conversation: ConversationId(row.int(2)?),
        answers: MessageId(row.int(3)?),
        state: DraftState::read(&row.text(4)?)?,
        hold: row.flag(5)?,
        version: row.int(6)?,
        drafted: row.text(7)?,
        text: row.text(8)?,
        text_hash: row.text(9)?,
        author: row.text(10)?,
        body: row.json(11)?,
        reason: row.opt_text(12)?,
        note_message: row.opt_int(13)?.map(MessageId),
        claimed_by: row.opt_int(14)?.map(UserId),
        created_at: row.int(15)?,
        ready_at: row.opt_int(16)?,
        decided_at: row.opt_int(17)?,
        settled_at: row.opt_int(18)?,
    })
}
