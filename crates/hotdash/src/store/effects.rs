//! Effects: changes wanted on the desk, stored before they are tried, each with a named outcome.

use super::{Batch, Statement, Store, StoreError};
use hotdash_core::conversation::Priority;
use hotdash_core::ids::{
    AgentId, ConversationId, DecisionId, DeskId, DraftId, EffectId, MessageId, TeamId, UserId,
};
use serde::{Deserialize, Serialize};

/// What exactly is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    AssignAgent {
        agent: AgentId,
    },
    AssignTeam {
        team: TeamId,
    },
    AddLabels {
        labels: Vec<String>,
    },
    SetPriority {
        priority: Priority,
    },
    /// A private note.
    Note {
        text: String,
    },
    /// The approved reply to the customer.
    Reply {
        text: String,
        /// Who gets a copy, by e-mail.
        #[serde(default)]
        copies: Vec<String>,
        answers: MessageId,
        approver: UserId,
    },
    /// A public message that a person wrote for the case, sent by a rule.
    Template {
        template: String,
        language: String,
        text: String,
        /// The last message that was known when the rule was judged.
        after: MessageId,
        /// It speaks to a customer who is silent.
        to_silence: bool,
        /// Afterwards it is not true any more.
        until: Option<i64>,
    },
    /// Put the conversation away until then.
    Snooze {
        until: i64,
        /// The last message that was known when the rule was judged.
        after: MessageId,
    },
    Resolve {
        after: MessageId,
    },
    /// A notice to one of ours; to nobody where the address is empty.
    Mail {
        to: String,
        subject: String,
        text: String,
    },
    /// A notice in the team's chat.
    Chat {
        text: String,
    },
}

impl Change {
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AssignAgent { .. } => "assign_agent",
            Self::AssignTeam { .. } => "assign_team",
            Self::AddLabels { .. } => "add_labels",
            Self::SetPriority { .. } => "set_priority",
            Self::Note { .. } => "note",
            Self::Reply { .. } => "reply",
            Self::Template { .. } => "template",
            Self::Snooze { .. } => "snooze",
            Self::Resolve { .. } => "resolve",
            Self::Mail { .. } => "mail",
            Self::Chat { .. } => "chat",
        }
    }

    /// Doing it twice would be seen: look before trying again.
    #[must_use]
    pub fn is_message(&self) -> bool {
        matches!(self, Self::Note { .. } | Self::Reply { .. } | Self::Template { .. })
    }
}

/// An effect about to be stored.
#[derive(Debug, Clone)]
pub struct NewEffect {
    pub id: EffectId,
    pub desk: DeskId,
    pub conversation: ConversationId,
    pub decision: Option<DecisionId>,
    pub draft: Option<DraftId>,
    pub change: Change,
    pub created_at: i64,
}

/// A stored effect.
#[derive(Debug, Clone)]
pub struct Effect {
    pub id: EffectId,
    pub desk: DeskId,
    pub conversation: ConversationId,
    pub decision: Option<DecisionId>,
    pub draft: Option<DraftId>,
    pub change: Change,
    pub state: EffectState,
    pub outcome: Option<String>,
    pub desk_message: Option<MessageId>,
    pub tried_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectState {
    Pending,
    /// Tried; the outcome is not known yet. Cannot be taken back.
    Sending,
    Done,
    Refused,
    /// Not wanted any more before it was tried.
    Dropped,
}

impl EffectState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
        }
    }

    fn read(text: &str) -> Result<Self, StoreError> {
        [Self::Pending, Self::Sending, Self::Done, Self::Refused, Self::Dropped]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| StoreError::Unreadable(format!("an effect in the state {text}")))
    }
}

/// Store the wish.
pub fn want(effect: &NewEffect) -> Result<Statement, StoreError> {
    let body = serde_json::to_string(&effect.change)
        .map_err(|e| StoreError::Query(format!("an effect cannot be stored: {e}")))?;
    Ok(Statement::new(
        "INSERT INTO effects (id, desk, conversation, decision, draft, kind, body, state, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8)",
        vec![
            effect.id.as_str().into(),
            effect.desk.0.into(),
            effect.conversation.0.into(),
            effect.decision.as_ref().map(|d| d.0.clone()).into(),
            effect.draft.as_ref().map(|d| d.0.clone()).into(),
            effect.change.kind().into(),
            body.into(),
            effect.created_at.into(),
        ],
    ))
}

/// From here on it may have happened. Fails with a conflict when it was dropped or settled meanwhile.
pub fn begin_sending(id: &EffectId, at: i64) -> Statement {
    Statement::new(
        "UPDATE effects SET state = 'sending', tried_at = $2 WHERE id = $1 AND state IN ('pending', 'sending')",
        vec![id.as_str().into(), at.into()],
    )
    .expect(1)
}

/// It surely did not happen: it may be tried again, or taken back.
pub fn unsend(id: &EffectId) -> Statement {
    Statement::new(
        "UPDATE effects SET state = 'pending', tried_at = NULL WHERE id = $1 AND state = 'sending'",
        vec![id.as_str().into()],
    )
    .expect(1)
}

/// An effect that was given up is wanted again. Where a try may have got through, it is looked for first.
pub fn want_again(id: &EffectId) -> Statement {
    Statement::new(
        "UPDATE effects SET state = CASE WHEN tried_at IS NULL THEN 'pending' ELSE 'sending' END,
           outcome = NULL, settled_at = NULL
         WHERE id = $1 AND state = 'refused'",
        vec![id.as_str().into()],
    )
}

/// The end of an effect, with its named outcome.
pub fn settle_effect(
    id: &EffectId,
    state: EffectState,
    outcome: &str,
    message: Option<MessageId>,
    at: i64,
) -> Statement {
    Statement::new(
        "UPDATE effects SET state = $2, outcome = $3, desk_message = $4, settled_at = $5
         WHERE id = $1 AND state IN ('pending', 'sending')",
        vec![
            id.as_str().into(),
            state.as_str().into(),
            outcome.into(),
            message.map(|m| m.0).into(),
            at.into(),
        ],
    )
}

/// Take back what a draft wanted, as long as it was not tried.
pub fn drop_pending_of_draft(draft: &DraftId, outcome: &str, at: i64) -> Statement {
    Statement::new(
        "UPDATE effects SET state = 'dropped', outcome = $2, settled_at = $3
         WHERE draft = $1 AND state = 'pending' AND kind = 'reply'",
        vec![draft.as_str().into(), outcome.into(), at.into()],
    )
}

impl Store {
    pub async fn effect(&self, id: &EffectId) -> Result<Option<Effect>, StoreError> {
        const SQL: &str =
            "SELECT id, desk, conversation, decision, draft, body, state, outcome, desk_message,
             tried_at FROM effects WHERE id = $1";
        let row = self.read_one(SQL, vec![id.as_str().into()]).await?;
        row.map(|row| effect_of(&row)).transpose()
    }

    /// The effect that made a message of the desk.
    pub async fn effect_of_message(
        &self,
        desk: DeskId,
        message: MessageId,
    ) -> Result<Option<Effect>, StoreError> {
        const SQL: &str =
            "SELECT id, desk, conversation, decision, draft, body, state, outcome, desk_message,
             tried_at FROM effects WHERE desk = $1 AND desk_message = $2";
        let row = self.read_one(SQL, vec![desk.0.into(), message.0.into()]).await?;
        row.map(|row| effect_of(&row)).transpose()
    }

    /// The replies of a conversation of which it is not known yet whether the desk has them.
    pub async fn replies_under_way(
        &self,
        desk: DeskId,
        conversation: ConversationId,
    ) -> Result<Vec<Effect>, StoreError> {
        const SQL: &str =
            "SELECT id, desk, conversation, decision, draft, body, state, outcome, desk_message,
             tried_at FROM effects
             WHERE desk = $1 AND conversation = $2 AND kind = 'reply' AND state = 'sending'";
        let rows = self.read(SQL, vec![desk.0.into(), conversation.0.into()]).await?;
        rows.iter().map(effect_of).collect()
    }

    /// What was wanted in a conversation, oldest first.
    pub async fn effects(
        &self,
        desk: DeskId,
        conversation: ConversationId,
    ) -> Result<Vec<Effect>, StoreError> {
        const SQL: &str =
            "SELECT id, desk, conversation, decision, draft, body, state, outcome, desk_message,
             tried_at FROM effects WHERE desk = $1 AND conversation = $2 ORDER BY id";
        let rows = self.read(SQL, vec![desk.0.into(), conversation.0.into()]).await?;
        rows.iter().map(effect_of).collect()
    }
}

fn effect_of(row: &super::Row) -> Result<Effect, StoreError> {
    Ok(Effect {
        id: EffectId(row.text(0)?),
        desk: DeskId(row.int(1)?),
        conversation: ConversationId(row.int(2)?),
        decision: row.opt_text(3)?.map(DecisionId),
        draft: row.opt_text(4)?.map(DraftId),
        change: row.json(5)?,
        state: EffectState::read(&row.text(6)?)?,
        outcome: row.opt_text(7)?,
        desk_message: row.opt_int(8)?.map(MessageId),
        tried_at: row.opt_int(9)?,
    })
}

/// A batch that stores several wishes.
pub fn want_all(effects: &[NewEffect]) -> Result<Batch, StoreError> {
    let mut batch = Batch::new();
    for effect in effects {
        batch.push(want(effect)?);
    }
    Ok(batch)
}
