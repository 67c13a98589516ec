//! Why a conversation is where it is: each decision with what it saw, made again by the rules that made it.

use crate::app::rules::{HoursText, Layers};
use crate::clock::first_id_at;
use crate::store::decisions::RecordedDecision;
use crate::store::{Store, StoreError};
use hotdash_core::analysis::Analysis;
use hotdash_core::backtest::{Change, Outcome};
use hotdash_core::decide::{Decision, RuleTrace};
use hotdash_core::hours::Hours;
use hotdash_core::ids::{ConversationId, DecisionId, DeskId};
use hotdash_core::record::{Question, Record};
use hotdash_core::routing::{Assignable, Assignment};
use hotdash_core::rulebook::Rulebook;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Decisions of one conversation that are told at most.
const LIMIT: i64 = 200;
const PAGE: i64 = 500;

/// One decision, explained.
#[derive(Debug, Clone, Serialize)]
pub struct Explained {
    pub decision: DecisionId,
    pub decided_at_ms: i64,
    pub question: Question,
    /// What it came to, in a sentence or two.
    pub sentence: String,
    /// Which rules decided.
    pub rulebook: String,
    /// The version of the edited layer that was part of them; `None` where it is not known any more.
    pub version: Option<i64>,
    /// Every rule, with what it saw.
    pub rules: Vec<RuleTrace>,
    /// What was there to be seen: (what, value).
    pub saw: Vec<(&'static str, String)>,
    /// Who could have got the conversation, who could not, and why.
    pub assignment: Option<Assignment>,
    pub again: Again,
    /// What the rules of today would change.
    pub today: Vec<Change>,
    #[serde(skip)]
    pub body: Decision,
}

/// What came of making a decision again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// Exactly the same.
    Same,
    /// Another one: this version of hotdash reads the same rules otherwise.
    Different,
    /// The rules of then are not kept.
    RulesGone,
}

/// How many decisions on record come out the same when they are made again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Replayed {
    pub decisions: usize,
    pub same: usize,
    pub different: Vec<DecisionId>,
    pub rules_gone: usize,
}

/// Rulebooks and hours of the past, by their hashes.
pub struct Books<'a> {
    store: &'a Store,
    desk: DeskId,
    rules: BTreeMap<String, Option<Arc<Rulebook>>>,
    hours: BTreeMap<String, Option<Arc<Hours>>>,
}

impl<'a> Books<'a> {
    #[must_use]
    pub fn new(store: &'a Store, desk: DeskId) -> Self {
        Self { store, desk, rules: BTreeMap::new(), hours: BTreeMap::new() }
    }

    /// The rules with this hash; `None` where they are not kept, or are no rules for this version of hotdash.
    pub async fn rules(&mut self, hash: &str) -> Result<Option<Arc<Rulebook>>, StoreError> {
        if let Some(known) = self.rules.get(hash) {
            return Ok(known.clone());
        }
        let kept: Option<Layers> = self.store.rule_text(self.desk, hash).await?;
        let rules = kept.and_then(|layers| layers.parse().ok()).map(|rules| Arc::new(rules.rulebook));
        self.rules.insert(hash.to_owned(), rules.clone());
        Ok(rules)
    }

    /// The hours with this hash; `None` where they are not kept.
    pub async fn hours(&mut self, hash: &str) -> Result<Option<Arc<Hours>>, StoreError> {
        if let Some(known) = self.hours.get(hash) {
            return Ok(known.clone());
        }
        let kept: Option<HoursText> = self.store.rule_text(self.desk, hash).await?;
        let hours = kept.and_then(|text| text.read().ok()).map(Arc::new);
        self.hours.insert(hash.to_owned(), hours.clone());
        Ok(hours)
    }

    async fn again(
        &mut self,
        kept: &Kept,
    ) -> Result<(Again, Option<Arc<Rulebook>>, Option<Arc<Hours>>), StoreError> {
        let rules = self.rules(&kept.rulebook).await?;
        let hours = self.hours(&kept.seen.hours).await?;
        let again = match (&rules, &hours) {
            (Some(rules), Some(hours)) => {
                if kept.seen.decide(rules, &kept.analysis, hours) == kept.body {
                    Again::Same
                } else {
                    Again::Different
                }
            }
            _ => Again::RulesGone,
        };
        Ok((again, rules, hours))
    }
}

type Kept = RecordedDecision<Analysis, Decision, Record>;

/// The decisions of a conversation, newest first. `today` = the rules that decide now.
pub async fn explain(
    store: &Store,
    desk: DeskId,
    conversation: ConversationId,
    today: &Rulebook,
) -> Result<Vec<Explained>, StoreError> {
    let kept: Vec<Kept> = store.recorded_decisions(desk, Some(conversation), "", LIMIT).await?;
    let versions = store.rule_versions(desk, i64::MAX).await?;
    let mut books = Books::new(store, desk);
    let mut explained = Vec::new();
    for kept in kept.into_iter().rev() {
        let (again, rules, hours) = books.again(&kept).await?;
        let now = hours.as_ref().map(|hours| kept.seen.decide(today, &kept.analysis, hours));
        let changes = now.map(|now| Outcome::of(&kept.body).changes(&Outcome::of(&now)));
        let rules = match (&rules, &hours) {
            (Some(rules), Some(hours)) => kept.seen.explain(rules, &kept.analysis, hours),
            _ => kept.body.trace.clone(),
        };
        let of_hash = |version: &&crate::store::rulebooks::Version| version.hash == kept.rulebook;
        explained.push(Explained {
            version: versions.iter().find(of_hash).map(|version| version.number),
            question: kept.seen.question,
            sentence: kept.body.sentence(),
            saw: saw(&kept.seen, &kept.analysis),
            assignment: kept.body.assignment.clone(),
            decision: kept.id,
            decided_at_ms: kept.decided_at,
            rulebook: kept.rulebook,
            rules,
            again,
            today: changes.unwrap_or_default(),
            body: kept.body,
        });
    }
    Ok(explained)
}

/// Make every decision since an instant again, by the rules that made it.
pub async fn replay(store: &Store, desk: DeskId, since_ms: i64) -> Result<Replayed, StoreError> {
    let mut books = Books::new(store, desk);
    let mut replayed = Replayed::default();
    let mut after = first_id_at(since_ms);
    loop {
        let page: Vec<Kept> = store.recorded_decisions(desk, None, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(replayed) };
        after.clone_from(&last.id.0);
        for kept in page {
            replayed.decisions += 1;
            match books.again(&kept).await?.0 {
                Again::Same => replayed.same += 1,
                Again::Different => replayed.different.push(kept.id),
                Again::RulesGone => replayed.rules_gone += 1,
            }
        }
    }
}

/// What a decision looked at, as a person would list it.
fn saw(seen: &Record, analysis: &Analysis) -> Vec<(&'static str, String)> {
    let conversation = &seen.conversation;
    let none = || "none".to_owned();
    let labels = if conversation.labels.is_empty() { none() } else { conversation.labels.join(", ") };
    let people: Vec<String> =
        seen.agents.iter().map(|a| format!("{} ({:?})", a.name, a.availability).to_lowercase()).collect();
    let mut saw = vec![
        ("message", seen.message.text().to_owned()),
        ("channel", conversation.channel.name().to_owned()),
        ("inbox", conversation.inbox.to_string()),
        ("status", format!("{:?}", conversation.status).to_lowercase()),
        ("labels", labels),
        ("priority", conversation.priority.map_or_else(none, |p| p.name().to_owned())),
        ("assignee", conversation.assignee.as_ref().map_or_else(none, |who| who.name.clone())),
        ("language", analysis.language.code.clone().unwrap_or_else(|| "not told".to_owned())),
        ("intent", analysis.intent.kind.name().to_owned()),
        ("sentiment", format!("{} ({})", analysis.sentiment.class.name(), analysis.sentiment.score)),
        ("urgency", analysis.urgency.score.to_string()),
        ("public messages", seen.message_count.to_string()),
        ("earlier conversations", seen.earlier_conversations.to_string()),
    ];
    if let Some(escalation) = &analysis.escalation {
        saw.push(("escalation", escalation.kind.name().to_owned()));
    }
    saw.push(("people", if people.is_empty() { none() } else { people.join(", ") }));
    match &seen.assignable {
        Assignable::Unasked => {}
        Assignable::Only(who) => {
            let may = seen.agents.iter().filter(|agent| who.contains(&agent.id));
            let may: Vec<&str> = may.map(|agent| agent.name.as_str()).collect();
            saw.push(("people of the inbox", if may.is_empty() { none() } else { may.join(", ") }));
        }
        Assignable::NotTold(why) => {
            saw.push(("people of the inbox", format!("not told by the desk ({why}): everybody was asked")));
        }
    }
    saw
}
