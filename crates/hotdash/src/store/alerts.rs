//! What is not as usual, found once however many look, and what customers write about, as it was last learned.

use super::conversations::json;
use super::{Row, Statement, Store, StoreError};
use hotdash_core::anomaly::Alert;
use hotdash_core::conversation::Message;
use hotdash_core::ids::{ConversationId, DeskId, UserId};
use hotdash_core::report::FoundAlert;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An alert as kept.
#[derive(Debug, Clone)]
pub struct KeptAlert {
    pub id: String,
    pub alert: Alert,
    pub found_at: i64,
    /// `None`: it goes on.
    pub ended_at: Option<i64>,
    /// Who said that they know, and when.
    pub seen: Option<(UserId, i64)>,
}

/// Keep a new alert. Fails with a conflict when one of the same series and direction goes on already.
pub fn keep_alert(desk: DeskId, id: &str, alert: &Alert, found_at: i64) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "INSERT INTO alerts (id, desk, series, since, until, body, found, found_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7) ON CONFLICT DO NOTHING",
        vec![
            id.into(),
            desk.0.into(),
            series(alert)?.into(),
            alert.since.0.into(),
            alert.until.0.into(),
            json(alert)?.into(),
            found_at.into(),
        ],
    )
    .expect(1))
}

/// It goes on: what is told of it is what was found last. Whoever looked at an earlier hour changes nothing.
pub fn renew_alert(id: &str, alert: &Alert) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "UPDATE alerts SET until = $2, body = $3 WHERE id = $1 AND ended_at IS NULL AND until < $2",
        vec![id.into(), alert.until.0.into(), json(alert)?.into()],
    ))
}

/// It is as usual again.
pub fn end_alert(id: &str, at: i64) -> Statement {
    Statement::new(
        "UPDATE alerts SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL",
        vec![id.into(), at.into()],
    )
}

/// Somebody knows. The first one is kept; fails with a conflict when the desk has no such alert or somebody knew before.
pub fn see_alert(desk: DeskId, id: &str, by: UserId, at: i64) -> Statement {
    Statement::new(
        "UPDATE alerts SET seen_by = $3, seen_at = $4 WHERE desk = $1 AND id = $2 AND seen_at IS NULL",
        vec![desk.0.into(), id.into(), by.0.into(), at.into()],
    )
    .expect(1)
}

/// Keep what was learned, in place of what was learned before.
pub fn keep_topics<T: Serialize>(desk: DeskId, topics: &T, learned_at: i64) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "INSERT INTO topics (desk, body, learned_at) VALUES ($1, $2, $3)
         ON CONFLICT (desk) DO UPDATE SET body = excluded.body, learned_at = excluded.learned_at",
        vec![desk.0.into(), json(topics)?.into(), learned_at.into()],
    ))
}

/// What makes two alerts one.
fn series(alert: &Alert) -> Result<String, StoreError> {
    json(&(alert.kind, &alert.series, alert.direction))
}

impl Store {
    /// Alerts that go on, the newest first.
    pub async fn open_alerts(&self, desk: DeskId) -> Result<Vec<KeptAlert>, StoreError> {
        let sql = "SELECT id, body, found_at, ended_at, seen_by, seen_at FROM alerts
                   WHERE desk = $1 AND ended_at IS NULL ORDER BY found_at DESC, id DESC";
        self.read(sql, vec![desk.0.into()]).await?.iter().map(kept_alert).collect()
    }

    /// The last alerts, the newest first, ended ones too.
    pub async fn last_alerts(&self, desk: DeskId, limit: i64) -> Result<Vec<KeptAlert>, StoreError> {
        let sql = "SELECT id, body, found_at, ended_at, seen_by, seen_at FROM alerts
                   WHERE desk = $1 ORDER BY found_at DESC, id DESC LIMIT $2";
        self.read(sql, vec![desk.0.into(), limit.into()]).await?.iter().map(kept_alert).collect()
    }

    /// Alerts that went on since then (milliseconds since 1970), each as it was first found, the oldest first.
    pub async fn alerts_since(&self, desk: DeskId, since_ms: i64) -> Result<Vec<FoundAlert>, StoreError> {
        // A replica of the version before keeps an alert without it.
        let sql = "SELECT id, coalesce(nullif(found, ''), body), found_at, ended_at FROM alerts
                   WHERE desk = $1 AND (ended_at IS NULL OR ended_at >= $2) ORDER BY found_at, id";
        let found = |row: &Row| {
            Ok(FoundAlert {
                id: row.text(0)?,
                alert: row.json(1)?,
                found_at: row.int(2)?.div_euclid(1000),
                ended_at: row.opt_int(3)?.map(|at| at.div_euclid(1000)),
            })
        };
        self.read(sql, vec![desk.0.into(), since_ms.into()]).await?.iter().map(found).collect()
    }

    /// An alert of a desk.
    pub async fn alert(&self, desk: DeskId, id: &str) -> Result<Option<KeptAlert>, StoreError> {
        let sql =
            "SELECT id, body, found_at, ended_at, seen_by, seen_at FROM alerts WHERE desk = $1 AND id = $2";
        self.read_one(sql, vec![desk.0.into(), id.into()]).await?.as_ref().map(kept_alert).transpose()
    }

    /// What customers wrote first in conversations that began since then.
    pub async fn first_words(
        &self,
        desk: DeskId,
        since_ms: i64,
    ) -> Result<Vec<(ConversationId, Message)>, StoreError> {
        let sql = "SELECT m.conversation, m.body FROM conversations c
                   JOIN messages m ON m.desk = c.desk AND m.id =
                     (SELECT min(f.id) FROM messages f
                      WHERE f.desk = c.desk AND f.conversation = c.id AND f.mover = 'customer')
                   WHERE c.desk = $1 AND c.created_at >= $2 ORDER BY m.conversation";
        let rows = self.read(sql, vec![desk.0.into(), since_ms.into()]).await?;
        rows.iter().map(|row| Ok((ConversationId(row.int(0)?), row.json(1)?))).collect()
    }

    /// What was learned last, and when.
    pub async fn topics<T: DeserializeOwned>(&self, desk: DeskId) -> Result<Option<(T, i64)>, StoreError> {
        let sql = "SELECT body, learned_at FROM topics WHERE desk = $1";
        let row = self.read_one(sql, vec![desk.0.into()]).await?;
        row.map(|row| Ok((row.json(0)?, row.int(1)?))).transpose()
    }
}

fn kept_alert(row: &Row) -> Result<KeptAlert, StoreError> {
    let seen = row.opt_int(4)?.map(UserId).zip(row.opt_int(5)?);
    Ok(KeptAlert {
        id: row.text(0)?,
        alert: row.json(1)?,
        found_at: row.int(2)?,
        ended_at: row.opt_int(3)?,
        seen,
    })
}
