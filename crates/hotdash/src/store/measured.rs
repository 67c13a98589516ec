//! What figures are made of, read for a stretch of conversations at a time: their facts, clocks, drafts and categories.

use super::{Row, Store, StoreError, Value};
use hotdash_core::draft::check::Severity;
use hotdash_core::facts::ConversationFacts;
use hotdash_core::figures::measured::{CategoryFact, DraftFact, DraftOutcome, Measured, Price, SlaFact};
use hotdash_core::ids::{ConversationId, DeskId};
use hotdash_core::sla::Clock;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A conversation whose figures changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    pub conversation: ConversationId,
    /// Counted up with each change.
    pub version: i64,
    /// Milliseconds since 1970.
    pub changed_at: i64,
}

/// What figures take from the settings.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counting {
    /// A category counts when the analysis was at least that sure of it, 0…1.
    pub least: f32,
    /// Of a model's tokens.
    pub price: Option<Price>,
}

/// Of a decision's analysis what figures need.
#[derive(Deserialize)]
struct About {
    #[serde(default)]
    categories: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    confidence: f32,
}

/// Of what a drafter says about its text what figures need.
#[derive(Deserialize)]
struct Findings {
    #[serde(default)]
    findings: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    severity: Severity,
}

const MICROS: i64 = 1000;

impl Store {
    /// What changed since, the earliest first; `after` is the last that was seen of that instant.
    pub async fn changed_figures(
        &self,
        desk: DeskId,
        since: i64,
        after: ConversationId,
        limit: i64,
    ) -> Result<Vec<Changed>, StoreError> {
        let sql = "SELECT conversation, version, changed_at FROM facts
                   WHERE desk = $1 AND (changed_at > $2 OR (changed_at = $2 AND conversation > $3))
                   ORDER BY changed_at, conversation LIMIT $4";
        let args = vec![desk.0.into(), since.into(), after.0.into(), limit.into()];
        let changed = |row: &Row| {
            let conversation = ConversationId(row.int(0)?);
            Ok(Changed { conversation, version: row.int(1)?, changed_at: row.int(2)? })
        };
        self.read(sql, args).await?.iter().map(changed).collect()
    }

    /// Up to so many conversations after one, in the order of their numbers.
    pub async fn measured_after(
        &self,
        desk: DeskId,
        after: ConversationId,
        limit: i64,
        counting: Counting,
    ) -> Result<Vec<Measured>, StoreError> {
        let sql = "SELECT body FROM facts WHERE desk = $1 AND conversation > $2 AND body IS NOT NULL
                   ORDER BY conversation LIMIT $3";
        let rows = self.read(sql, vec![desk.0.into(), after.0.into(), limit.into()]).await?;
        let mut all: BTreeMap<ConversationId, Measured> = BTreeMap::new();
        for row in &rows {
            let facts: ConversationFacts = row.json(0)?;
            all.insert(facts.conversation, facts.into());
        }
        let Some(last) = all.keys().next_back().copied() else { return Ok(Vec::new()) };
        self.add(desk, after, last, counting, &mut all).await?;
        Ok(all.into_values().collect())
    }

    /// One conversation; `None` where nothing is measured of it.
    pub async fn measured(
        &self,
        desk: DeskId,
        id: ConversationId,
        counting: Counting,
    ) -> Result<Option<Measured>, StoreError> {
        let sql = "SELECT body FROM facts WHERE desk = $1 AND conversation = $2 AND body IS NOT NULL";
        let Some(row) = self.read_one(sql, vec![desk.0.into(), id.0.into()]).await? else { return Ok(None) };
        let facts: ConversationFacts = row.json(0)?;
        let mut all = BTreeMap::from([(id, facts.into())]);
        self.add(desk, ConversationId(id.0 - 1), id, counting, &mut all).await?;
        Ok(all.remove(&id))
    }

    /// What stands beside the facts of the conversations after one, up to another.
    async fn add(
        &self,
        desk: DeskId,
        after: ConversationId,
        last: ConversationId,
        counting: Counting,
        all: &mut BTreeMap<ConversationId, Measured>,
    ) -> Result<(), StoreError> {
        let args = || -> Vec<Value> { vec![desk.0.into(), after.0.into(), last.0.into()] };
        let sql = "SELECT conversation, body FROM sla_clocks
                   WHERE desk = $1 AND conversation > $2 AND conversation <= $3 ORDER BY conversation, kind";
        for row in self.read(sql, args()).await? {
            let clock: Clock = row.json(1)?;
            if let Some(measured) = all.get_mut(&ConversationId(row.int(0)?)) {
                measured.sla.extend(SlaFact::of(&clock));
            }
        }
        // Every decision about a draft that was not taken back, the last one last.
        let sql = "SELECT d.conversation, d.id, d.created_at, d.ready_at, d.state, d.decided_at, d.settled_at, d.body,
                     r.verdict, r.changed_permille, r.tone, r.accuracy, r.policy, d.prompt_tokens, d.completion_tokens
                   FROM drafts d LEFT JOIN reviews r ON r.draft = d.id AND r.undone_at IS NULL
                   WHERE d.desk = $1 AND d.conversation > $2 AND d.conversation <= $3
                   ORDER BY d.conversation, d.id, r.id";
        let mut before: Option<String> = None;
        for row in self.read(sql, args()).await? {
            let Some(measured) = all.get_mut(&ConversationId(row.int(0)?)) else { continue };
            let id = row.text(1)?;
            if before.as_ref() == Some(&id) {
                measured.drafts.pop();
            }
            before = Some(id);
            measured.drafts.push(draft(&row, counting.price)?);
        }
        let sql = "SELECT conversation, decided_at, analysis FROM decisions
                   WHERE desk = $1 AND conversation > $2 AND conversation <= $3 ORDER BY conversation, id";
        for row in self.read(sql, args()).await? {
            let about = row.json::<About>(2)?;
            see(all, &row, about.categories, counting.least)?;
        }
        // What was decided later was read before; what was decided before is counted by its decision.
        let sql = "SELECT r.conversation, r.written_at, r.categories FROM read_categories r
                   WHERE r.desk = $1 AND r.conversation > $2 AND r.conversation <= $3
                     AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.desk = r.desk AND d.message = r.message)
                   ORDER BY r.conversation, r.message";
        for row in self.read(sql, args()).await? {
            let named = row.json::<Vec<Named>>(2)?;
            see(all, &row, named, counting.least)?;
        }
        Ok(())
    }
}

/// Categories that a row tells of: its conversation, an instant, and them.
fn see(
    all: &mut BTreeMap<ConversationId, Measured>,
    row: &Row,
    named: Vec<Named>,
    least: f32,
) -> Result<(), StoreError> {
    let Some(measured) = all.get_mut(&ConversationId(row.int(0)?)) else { return Ok(()) };
    let at = row.int(1)? * MICROS;
    for named in named.into_iter().filter(|named| named.confidence >= least) {
        match measured.categories.iter_mut().find(|seen| seen.name == named.name) {
            Some(seen) => seen.at = seen.at.min(at),
            None => measured.categories.push(CategoryFact { name: named.name, at }),
        }
    }
    Ok(())
}

fn draft(row: &Row, price: Option<Price>) -> Result<DraftFact, StoreError> {
    let (decided_at, settled_at) = (row.opt_int(5)?, row.opt_int(6)?);
    let verdict = row.opt_text(8)?;
    let reviewed = match verdict.as_deref() {
        Some("approve") => Some(DraftOutcome::Approved),
        Some("edit") => Some(DraftOutcome::Edited),
        _ => None,
    };
    let outcome = match row.text(4)?.as_str() {
        "rejected" => Some(DraftOutcome::Rejected),
        "superseded" => Some(DraftOutcome::Superseded),
        // What a person had approved was approved, whatever the channel made of it.
        "expired" => Some(reviewed.unwrap_or(DraftOutcome::Expired)),
        "failed" => Some(reviewed.unwrap_or(DraftOutcome::Failed)),
        "approved" | "sending" | "sent" => reviewed,
        _ => None,
    };
    let at = match outcome {
        Some(DraftOutcome::Approved | DraftOutcome::Edited | DraftOutcome::Rejected) => {
            decided_at.or(settled_at)
        }
        _ => settled_at.or(decided_at),
    };
    let is_approved = matches!(outcome, Some(DraftOutcome::Approved | DraftOutcome::Edited));
    let changed = row.opt_int(9)?.and_then(|changed| u16::try_from(changed).ok());
    let grade = |column| Ok::<_, StoreError>(row.opt_int(column)?.and_then(|grade| u8::try_from(grade).ok()));
    let grades = match (grade(10)?, grade(11)?, grade(12)?) {
        (Some(tone), Some(accuracy), Some(policy)) => Some([tone, accuracy, policy]),
        _ => None,
    };
    let found = row.opt_json::<Option<Findings>>(7)?.flatten().map_or_else(Vec::new, |body| body.findings);
    let blocking = found.iter().filter(|found| found.severity != Severity::Warns).count();
    let tokens =
        |column| Ok::<_, StoreError>(row.opt_int(column)?.and_then(|count| u32::try_from(count).ok()));
    let used = tokens(13)?.zip(tokens(14)?);
    let few = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    Ok(DraftFact {
        created_at: row.int(2)? * MICROS,
        ready_at: row.opt_int(3)?.map(|at| at * MICROS),
        ended: outcome.zip(at.map(|at| at * MICROS)),
        changed_permille: changed.filter(|_| is_approved),
        grades: grades.filter(|_| outcome.is_some()),
        findings: few(found.len()),
        blocking: few(blocking),
        tokens: used.map(|(prompt, completion)| prompt.saturating_add(completion)),
        cost: used.zip(price).map(|((prompt, completion), price)| price.of(prompt, completion)),
    })
}
