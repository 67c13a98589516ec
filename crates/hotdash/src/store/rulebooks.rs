//! Rules: versions of the layer that people edit, what decisions rest on, matches, and the candidate in the shadow.

use super::conversations::json;
use super::{Batch, Row, Statement, Store, StoreError};
use hotdash_core::ids::{ConversationId, DecisionId, DeskId, RuleId};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The number before anybody edited anything.
pub const UNEDITED: i64 = 0;

/// One version of the edited layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub number: i64,
    /// Whose text it has: its own number, or that of the version it went back to.
    pub origin: i64,
    /// Of all layers together, when it became active.
    pub hash: String,
    pub text: String,
    pub author: String,
    pub note: String,
    pub active: bool,
    pub created_at: i64,
}

/// A candidate that decides beside the active rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptShadow {
    pub hash: String,
    pub text: String,
    pub author: String,
    pub started_at: i64,
}

/// What tells one state of a desk's rules from another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The active version.
    pub version: i64,
    /// The candidate's hash and when it began.
    pub shadow: Option<(String, i64)>,
}

/// How often a rule matched, and where last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matches {
    pub rule: RuleId,
    /// Since the given decision.
    pub count: i64,
    pub last: DecisionId,
    pub conversation: ConversationId,
    pub last_at: i64,
}

/// What a candidate did so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShadowCounts {
    pub decided: i64,
    pub different: i64,
}

/// One decision that the candidate would have made otherwise.
#[derive(Debug, Clone)]
pub struct ShadowDecision<C> {
    pub decision: DecisionId,
    pub conversation: ConversationId,
    pub changes: C,
    pub decided_at: i64,
}

/// Make a version the active one. Fails with a conflict when another one than `instead_of` is active by then.
pub fn activate(desk: DeskId, version: &Version, instead_of: i64) -> Batch {
    let mut batch = Batch::new();
    if instead_of != UNEDITED {
        batch.push(
            Statement::new(
                "UPDATE rule_versions SET active = 0 WHERE desk = $1 AND number = $2 AND active = 1",
                vec![desk.0.into(), instead_of.into()],
            )
            .expect(1),
        );
    }
    batch.push(
        Statement::new(
            "INSERT INTO rule_versions (desk, number, origin, hash, text, author, note, active, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8) ON CONFLICT DO NOTHING",
            vec![
                desk.0.into(),
                version.number.into(),
                version.origin.into(),
                version.hash.as_str().into(),
                version.text.as_str().into(),
                version.author.as_str().into(),
                version.note.as_str().into(),
                version.created_at.into(),
            ],
        )
        .expect(1),
    );
    batch
}

/// Keep a rulebook's or the hours' text under its hash, once.
pub fn keep_rule_text<T: Serialize>(
    desk: DeskId,
    hash: &str,
    body: &T,
    at: i64,
) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "INSERT INTO rule_texts (desk, hash, body, kept_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        vec![desk.0.into(), hash.into(), json(body)?.into(), at.into()],
    ))
}

/// A rule matched in a decision.
pub fn keep_match(
    desk: DeskId,
    rule: &RuleId,
    decision: &DecisionId,
    conversation: ConversationId,
) -> Statement {
    Statement::new(
        "INSERT INTO rule_matches (desk, rule, decision, conversation) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
        vec![desk.0.into(), rule.as_str().into(), decision.as_str().into(), conversation.0.into()],
    )
}

/// Let a candidate decide beside the active rules, instead of the one before.
pub fn begin_shadow(desk: DeskId, shadow: &KeptShadow) -> Statement {
    Statement::new(
        "INSERT INTO rule_shadows (desk, hash, text, author, started_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (desk) DO UPDATE SET hash = excluded.hash, text = excluded.text, author = excluded.author,
           started_at = excluded.started_at",
        vec![
            desk.0.into(),
            shadow.hash.as_str().into(),
            shadow.text.as_str().into(),
            shadow.author.as_str().into(),
            shadow.started_at.into(),
        ],
    )
}

/// No candidate any more. What it decided stays until the same one begins again.
pub fn end_shadow(desk: DeskId) -> Statement {
    Statement::new("DELETE FROM rule_shadows WHERE desk = $1", vec![desk.0.into()])
}

/// Forget what a candidate decided, to count anew.
pub fn forget_shadow_decisions(desk: DeskId, hash: &str) -> Statement {
    Statement::new(
        "DELETE FROM shadow_decisions WHERE desk = $1 AND hash = $2",
        vec![desk.0.into(), hash.into()],
    )
}

/// What the candidate would have changed; nothing = it decided the same.
pub fn keep_shadow_decision<C: Serialize>(
    desk: DeskId,
    hash: &str,
    shadow: &ShadowDecision<&[C]>,
) -> Result<Statement, StoreError> {
    Ok(Statement::new(
        "INSERT INTO shadow_decisions (desk, hash, decision, conversation, changes, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        vec![
            desk.0.into(),
            hash.into(),
            shadow.decision.as_str().into(),
            shadow.conversation.0.into(),
            json(&shadow.changes)?.into(),
            shadow.decided_at.into(),
        ],
    ))
}

const VERSION: &str = "SELECT number, origin, hash, text, author, note, active, created_at FROM rule_versions
    WHERE desk = $1 ORDER BY number DESC LIMIT $2";

impl Store {
    /// The versions of the edited layer, newest first.
    pub async fn rule_versions(&self, desk: DeskId, limit: i64) -> Result<Vec<Version>, StoreError> {
        let rows = self.read(VERSION, vec![desk.0.into(), limit.into()]).await?;
        rows.iter().map(version_of).collect()
    }

    /// One version of the edited layer.
    pub async fn rule_version(&self, desk: DeskId, number: i64) -> Result<Option<Version>, StoreError> {
        let row = self
            .read_one(
                "SELECT number, origin, hash, text, author, note, active, created_at FROM rule_versions
                 WHERE desk = $1 AND number = $2",
                vec![desk.0.into(), number.into()],
            )
            .await?;
        row.as_ref().map(version_of).transpose()
    }

    /// The active version; `None` where nothing was edited yet.
    pub async fn active_rule_version(&self, desk: DeskId) -> Result<Option<Version>, StoreError> {
        let row = self
            .read_one(
                "SELECT number, origin, hash, text, author, note, active, created_at FROM rule_versions
                 WHERE desk = $1 AND active = 1",
                vec![desk.0.into()],
            )
            .await?;
        row.as_ref().map(version_of).transpose()
    }

    /// Which state the rules of a desk are in.
    pub async fn rule_stamp(&self, desk: DeskId) -> Result<Stamp, StoreError> {
        let row = self
            .read_one(
                "SELECT v.number, s.hash, s.started_at FROM desks d
                 LEFT JOIN rule_versions v ON v.desk = d.id AND v.active = 1
                 LEFT JOIN rule_shadows s ON s.desk = d.id WHERE d.id = $1",
                vec![desk.0.into()],
            )
            .await?;
        let Some(row) = row else { return Ok(Stamp::default()) };
        Ok(Stamp {
            version: row.opt_int(0)?.unwrap_or(UNEDITED),
            shadow: row.opt_text(1)?.zip(row.opt_int(2)?),
        })
    }

    /// A rulebook's or the hours' text by its hash.
    pub async fn rule_text<T: DeserializeOwned>(
        &self,
        desk: DeskId,
        hash: &str,
    ) -> Result<Option<T>, StoreError> {
        let sql = "SELECT body FROM rule_texts WHERE desk = $1 AND hash = $2";
        let row = self.read_one(sql, vec![desk.0.into(), hash.into()]).await?;
        row.map(|row| row.json(0)).transpose()
    }

    /// Matches of each rule that ever matched: how often since a decision, and where last.
    pub async fn rule_matches(&self, desk: DeskId, since: &str) -> Result<Vec<Matches>, StoreError> {
        let rows = self
            .read(
                "SELECT m.rule, m.recent, m.last, d.conversation, d.decided_at FROM (
                   SELECT rule, CAST(sum(CASE WHEN decision >= $2 THEN 1 ELSE 0 END) AS BIGINT) AS recent,
                          max(decision) AS last
                   FROM rule_matches WHERE desk = $1 GROUP BY rule) m
                 JOIN decisions d ON d.id = m.last ORDER BY m.rule",
                vec![desk.0.into(), since.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Matches {
                    rule: RuleId(row.text(0)?),
                    count: row.int(1)?,
                    last: DecisionId(row.text(2)?),
                    conversation: ConversationId(row.int(3)?),
                    last_at: row.int(4)?,
                })
            })
            .collect()
    }

    /// The candidate of a desk, if one decides beside the active rules.
    pub async fn shadow(&self, desk: DeskId) -> Result<Option<KeptShadow>, StoreError> {
        let sql = "SELECT hash, text, author, started_at FROM rule_shadows WHERE desk = $1";
        let row = self.read_one(sql, vec![desk.0.into()]).await?;
        row.map(|row| {
            Ok(KeptShadow {
                hash: row.text(0)?,
                text: row.text(1)?,
                author: row.text(2)?,
                started_at: row.int(3)?,
            })
        })
        .transpose()
    }

    /// How many decisions a candidate made beside the active rules.
    pub async fn shadow_counts(&self, desk: DeskId, hash: &str) -> Result<ShadowCounts, StoreError> {
        let row = self
            .read_one(
                "SELECT CAST(count(*) AS BIGINT),
                        CAST(coalesce(sum(CASE WHEN changes <> '[]' THEN 1 ELSE 0 END), 0) AS BIGINT)
                 FROM shadow_decisions WHERE desk = $1 AND hash = $2",
                vec![desk.0.into(), hash.into()],
            )
            .await?;
        row.map_or(Ok(ShadowCounts::default()), |row| {
            Ok(ShadowCounts { decided: row.int(0)?, different: row.int(1)? })
        })
    }

    /// What a candidate would have decided otherwise, newest first.
    pub async fn shadow_differences<C: DeserializeOwned>(
        &self,
        desk: DeskId,
        hash: &str,
        limit: i64,
    ) -> Result<Vec<ShadowDecision<C>>, StoreError> {
        let rows = self
            .read(
                "SELECT decision, conversation, changes, decided_at FROM shadow_decisions
                 WHERE desk = $1 AND hash = $2 AND changes <> '[]' ORDER BY decision DESC LIMIT $3",
                vec![desk.0.into(), hash.into(), limit.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ShadowDecision {
                    decision: DecisionId(row.text(0)?),
                    conversation: ConversationId(row.int(1)?),
                    changes: row.json(2)?,
                    decided_at: row.int(3)?,
                })
            })
            .collect()
    }
}

fn version_of(row: &Row) -> Result<Version, StoreError> {
    Ok(Version {
        number: row.int(0)?,
        origin: row.int(1)?,
        hash: row.text(2)?,
        text: row.text(3)?,
        author: row.text(4)?,
        note: row.text(5)?,
        active: row.flag(6)?,
        created_at: row.int(7)?,
    })
}
