//! What deliveries told of the past, and what was measured of each conversation.

use super::conversations::json;
use super::{Statement, Store, StoreError};
use hotdash_core::conversation::SurveyAnswer;
use hotdash_core::facts::{ConversationFacts, History, TimedMessage, Told, What};
use hotdash_core::ids::{ConversationId, DeskId, DraftId};

/// Keep what a delivery told. However often it is told, it is kept once.
pub fn keep_told(desk: DeskId, conversation: ConversationId, told: &Told) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "INSERT INTO told (desk, conversation, at, what) VALUES ($1, $2, $3, $4)
         ON CONFLICT (desk, conversation, at, what) DO NOTHING",
        vec![desk.0.into(), conversation.0.into(), told.at.into(), json(&told.what)?.into()],
    ))
}

/// Something changed that a conversation's facts are made of.
pub fn want_facts(desk: DeskId, conversation: ConversationId) -> Statement {
    Statement::new(
        "INSERT INTO facts (desk, conversation, wanted, made, body) VALUES ($1, $2, 1, 0, NULL)
         ON CONFLICT (desk, conversation) DO UPDATE SET wanted = facts.wanted + 1",
        vec![desk.0.into(), conversation.0.into()],
    )
}

/// The facts of every conversation are to be made anew.
pub fn want_all_facts(desk: DeskId) -> Statement {
    Statement::new(
        "INSERT INTO facts (desk, conversation, wanted, made, body)
         SELECT desk, id, 1, 0, NULL FROM conversations WHERE desk = $1
         ON CONFLICT (desk, conversation) DO UPDATE SET wanted = facts.wanted + 1",
        vec![desk.0.into()],
    )
}

/// Keep the facts that were made when this much was wanted. Whoever knew less, and was slower, changes nothing.
pub fn keep_facts(
    desk: DeskId,
    conversation: ConversationId,
    wanted: i64,
    facts: Option<&ConversationFacts>,
    at: i64,
) -> Result<Statement, StoreError> {
    let body = facts.map(json).transpose()?;
    Ok(Statement::new(
        "UPDATE facts SET made = $3, body = $4, version = version + 1, changed_at = $5
         WHERE desk = $1 AND conversation = $2 AND made < $3",
        vec![desk.0.into(), conversation.0.into(), wanted.into(), body.into(), at.into()],
    ))
}

/// Something changed that figures see beside a conversation's facts: its clocks, drafts, or categories.
pub fn touch(desk: DeskId, conversation: ConversationId, at: i64) -> Statement {
    Statement::new(
        "UPDATE facts SET version = version + 1, changed_at = $3 WHERE desk = $1 AND conversation = $2",
        vec![desk.0.into(), conversation.0.into(), at.into()],
    )
}

/// The same of the conversation that a draft is for.
pub fn touch_of_draft(draft: &DraftId, at: i64) -> Statement {
    Statement::new(
        "UPDATE facts SET version = version + 1, changed_at = $2
         WHERE (desk, conversation) IN (SELECT desk, conversation FROM drafts WHERE id = $1)",
        vec![draft.as_str().into(), at.into()],
    )
}

impl Store {
    /// Conversations whose facts are outdated, with how much is wanted of them.
    pub async fn outdated_facts(
        &self,
        desk: DeskId,
        limit: i64,
    ) -> Result<Vec<(ConversationId, i64)>, StoreError> {
        let sql = "SELECT conversation, wanted FROM facts WHERE desk = $1 AND made < wanted
                   ORDER BY conversation LIMIT $2";
        let rows = self.read(sql, vec![desk.0.into(), limit.into()]).await?;
        rows.iter().map(|row| Ok((ConversationId(row.int(0)?), row.int(1)?))).collect()
    }

    /// Everything that is known of a conversation; `None` where it is not here.
    pub async fn history(&self, desk: DeskId, id: ConversationId) -> Result<Option<History>, StoreError> {
        let Some(conversation) = self.conversation(desk, id).await? else { return Ok(None) };
        let args = || vec![desk.0.into(), id.0.into()];
        let sql = "SELECT body, created_at FROM messages WHERE desk = $1 AND conversation = $2 ORDER BY id";
        let rows = self.read(sql, args()).await?;
        let messages = rows.iter().map(|row| {
            let message = row.json(0)?;
            // The column has the fractions of seconds, wherever the body is from.
            Ok(TimedMessage { message, at: row.int(1)?.saturating_mul(1000) })
        });
        let messages = messages.collect::<Result<_, StoreError>>()?;
        let sql = "SELECT at, what FROM told WHERE desk = $1 AND conversation = $2 ORDER BY at, what";
        let rows = self.read(sql, args()).await?;
        let told = rows.iter().map(|row| Ok(Told { at: row.int(0)?, what: row.json::<What>(1)? }));
        let told = told.collect::<Result<_, StoreError>>()?;
        let sql = "SELECT body FROM surveys WHERE desk = $1 AND conversation = $2 ORDER BY id";
        let rows = self.read(sql, args()).await?;
        let surveys =
            rows.iter().map(|row| row.json::<SurveyAnswer>(0)).collect::<Result<_, StoreError>>()?;
        Ok(Some(History { conversation, messages, told, surveys }))
    }

    /// What was measured, by the conversations' numbers.
    pub async fn facts(&self, desk: DeskId) -> Result<Vec<ConversationFacts>, StoreError> {
        let sql = "SELECT body FROM facts WHERE desk = $1 AND body IS NOT NULL ORDER BY conversation";
        let rows = self.read(sql, vec![desk.0.into()]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// The same as it is stored, byte by byte.
    pub async fn stored_facts(&self, desk: DeskId) -> Result<Vec<(ConversationId, String)>, StoreError> {
        let sql =
            "SELECT conversation, body FROM facts WHERE desk = $1 AND body IS NOT NULL ORDER BY conversation";
        let rows = self.read(sql, vec![desk.0.into()]).await?;
        rows.iter().map(|row| Ok((ConversationId(row.int(0)?), row.text(1)?))).collect()
    }
}
