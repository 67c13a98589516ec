//! The walk back through a desk's past: how far it came, and what only a walk finds (survey answers, the roster).

use super::conversations::json;
use super::{Batch, Statement, Store, StoreError};
use hotdash_core::analysis::Tag;
use hotdash_core::conversation::{Message, SurveyAnswer};
use hotdash_core::ids::{ConversationId, DeskId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A walk and how far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backfill {
    /// How far back it goes, in milliseconds since 1970.
    pub since: i64,
    pub started_at: i64,
    /// The last page of the list that is wholly here.
    pub page: i64,
    /// The last activity of the last conversation on it.
    pub reached: i64,
    /// What was kept so far.
    pub conversations: i64,
    pub messages: i64,
    pub surveys: i64,
    pub finished_at: Option<i64>,
}

/// Keep how far a walk came.
pub fn keep_backfill(desk: DeskId, b: &Backfill) -> Statement {
    Statement::new(
        "INSERT INTO backfills
           (desk, since, started_at, page, reached, conversations, messages, surveys, finished_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (desk) DO UPDATE SET since = excluded.since, started_at = excluded.started_at,
           page = excluded.page, reached = excluded.reached, conversations = excluded.conversations,
           messages = excluded.messages, surveys = excluded.surveys, finished_at = excluded.finished_at",
        vec![
            desk.0.into(),
            b.since.into(),
            b.started_at.into(),
            b.page.into(),
            b.reached.into(),
            b.conversations.into(),
            b.messages.into(),
            b.surveys.into(),
            b.finished_at.into(),
        ],
    )
}

/// The whole thread was read while the conversation was as of this `updated_at`, in microseconds.
pub fn keep_whole(desk: DeskId, conversation: ConversationId, seen: i64) -> Statement {
    Statement::new(
        "INSERT INTO verified (desk, conversation, seen, whole) VALUES ($1, $2, 0, $3)
         ON CONFLICT (desk, conversation) DO UPDATE SET whole = excluded.whole",
        vec![desk.0.into(), conversation.0.into(), seen.into()],
    )
}

/// Keep a survey's answer.
pub fn keep_survey(desk: DeskId, answer: &SurveyAnswer) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "INSERT INTO surveys (desk, id, conversation, message, agent, rating, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (desk, id) DO UPDATE SET agent = excluded.agent, rating = excluded.rating,
           body = excluded.body",
        vec![
            desk.0.into(),
            answer.id.into(),
            answer.conversation.0.into(),
            answer.message.0.into(),
            answer.agent.map(|agent| agent.0).into(),
            i64::from(answer.rating).into(),
            json(answer)?.into(),
            answer.created_at.as_millisecond().into(),
        ],
    ))
}

#[derive(Serialize)]
struct ReadCategory<'a> {
    name: &'a str,
    confidence: f32,
}

/// Keep what a message is about that was only read. Not in which words: those are the customer's.
pub fn keep_read_categories(desk: DeskId, message: &Message, about: &[Tag]) -> Result<Statement, StoreError> {
    let named = about.iter().map(|tag| ReadCategory { name: &tag.name, confidence: tag.confidence });
    let named: Vec<ReadCategory<'_>> = named.collect();
    Ok(Statement::new(
        "INSERT INTO read_categories (desk, conversation, message, categories, written_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (desk, conversation, message) DO UPDATE SET categories = excluded.categories",
        vec![
            desk.0.into(),
            message.conversation.0.into(),
            message.id.0.into(),
            json(&named)?.into(),
            message.created_at.as_millisecond().into(),
        ],
    ))
}

/// The desk lists exactly these things of a kind: what is gone there goes here.
pub fn keep_roster<T: Serialize>(
    desk: DeskId,
    kind: &'static str,
    things: &[(i64, T)],
    read_at: i64,
) -> Result<Batch, StoreError> {
    let mut batch = Batch::from(Statement::new(
        "DELETE FROM roster WHERE desk = $1 AND kind = $2",
        vec![desk.0.into(), kind.into()],
    ));
    for (id, thing) in things {
        batch.push(Statement::new(
            "INSERT INTO roster (desk, kind, id, body, read_at) VALUES ($1, $2, $3, $4, $5)",
            vec![desk.0.into(), kind.into(), (*id).into(), json(thing)?.into(), read_at.into()],
        ));
    }
    Ok(batch)
}

impl Store {
    /// The last walk that was asked for.
    pub async fn backfill(&self, desk: DeskId) -> Result<Option<Backfill>, StoreError> {
        let sql = "SELECT since, started_at, page, reached, conversations, messages, surveys, finished_at
                   FROM backfills WHERE desk = $1";
        let row = self.read_one(sql, vec![desk.0.into()]).await?;
        row.map(|row| {
            Ok(Backfill {
                since: row.int(0)?,
                started_at: row.int(1)?,
                page: row.int(2)?,
                reached: row.int(3)?,
                conversations: row.int(4)?,
                messages: row.int(5)?,
                surveys: row.int(6)?,
                finished_at: row.opt_int(7)?,
            })
        })
        .transpose()
    }

    /// At which `updated_at` the whole thread of a conversation was read; 0 = never.
    pub async fn whole(&self, desk: DeskId, conversation: ConversationId) -> Result<i64, StoreError> {
        let sql = "SELECT whole FROM verified WHERE desk = $1 AND conversation = $2";
        let row = self.read_one(sql, vec![desk.0.into(), conversation.0.into()]).await?;
        row.map_or(Ok(0), |row| row.int(0))
    }

    /// The survey answers of a desk, by their numbers.
    pub async fn surveys(&self, desk: DeskId) -> Result<Vec<SurveyAnswer>, StoreError> {
        let rows =
            self.read("SELECT body FROM surveys WHERE desk = $1 ORDER BY id", vec![desk.0.into()]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// What the desk listed last of a kind, by number.
    pub async fn roster<T: DeserializeOwned>(
        &self,
        desk: DeskId,
        kind: &'static str,
    ) -> Result<Vec<T>, StoreError> {
        let sql = "SELECT body FROM roster WHERE desk = $1 AND kind = $2 ORDER BY id";
        let rows = self.read(sql, vec![desk.0.into(), kind.into()]).await?;
        rows.iter().map(|row| row.json(0)).collect()
    }

    /// The same with the numbers.
    pub async fn numbered_roster<T: DeserializeOwned>(
        &self,
        desk: DeskId,
        kind: &'static str,
    ) -> Result<Vec<(i64, T)>, StoreError> {
        let sql = "SELECT id, body FROM roster WHERE desk = $1 AND kind = $2 ORDER BY id";
        let rows = self.read(sql, vec![desk.0.into(), kind.into()]).await?;
        rows.iter().map(|row| Ok((row.int(0)?, row.json(1)?))).collect()
    }

    /// How many agents, inboxes, teams and labels the desk listed last, by kind.
    pub async fn roster_counts(&self, desk: DeskId) -> Result<Vec<(String, i64)>, StoreError> {
        let sql =
            "SELECT kind, CAST(count(*) AS BIGINT) FROM roster WHERE desk = $1 GROUP BY kind ORDER BY kind";
        let rows = self.read(sql, vec![desk.0.into()]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
    }

    /// The inboxes' names, as the desk listed them last.
    pub async fn inbox_names(&self, desk: DeskId) -> Result<BTreeMap<i64, String>, StoreError> {
        #[derive(Deserialize)]
        struct Named {
            name: Option<String>,
        }
        let sql = "SELECT id, body FROM roster WHERE desk = $1 AND kind = 'inbox'";
        let rows = self.read(sql, vec![desk.0.into()]).await?;
        let named = rows.iter().map(|row| Ok((row.int(0)?, row.json::<Named>(1)?.name)));
        Ok(named
            .collect::<Result<Vec<_>, StoreError>>()?
            .into_iter()
            .filter_map(|(id, name)| Some((id, name?)))
            .collect())
    }
}
