//! What other rules would have done with what happened: compared decision by decision, and counted.
//!
//! The rotation is played again by rules, so that the load of each person is what it would have become. First
//! answers are estimated for both sides by the same simple model ([`Model`]): a person answers one conversation after the
//! other, in opening hours only.

mod answers;
mod outcome;

pub use answers::Model;
pub use outcome::{Change, Outcome};

use crate::analysis::Analysis;
use crate::conversation::Priority;
use crate::decide::decide_assignment;
use crate::hours::Hours;
use crate::ids::{AgentId, ConversationId, MessageId};
use crate::record::Record;
use crate::rulebook::Rulebook;
use answers::Desk;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One decision of the past, or one message of a past in which nobody decided by rules.
#[derive(Debug, Clone)]
pub struct Past {
    pub record: Record,
    pub analysis: Analysis,
    pub hours: Arc<Hours>,
    /// What came of it then; `None` = ask the rules of the left side.
    pub outcome: Option<Outcome>,
    /// Seconds until a person first answered the conversation; `None` where nobody did, or nobody knows.
    pub first_answer_s: Option<i64>,
}

/// With which rules the past is compared.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// For whatever has no outcome of its own.
    pub before: Option<&'a Rulebook>,
    pub after: &'a Rulebook,
}

/// How often something happened, by the one and by the other rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Pair {
    pub before: usize,
    pub after: usize,
}

/// How often a named thing happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    pub name: String,
    pub before: usize,
    pub after: usize,
}

/// What a person would have had to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Load {
    pub agent: AgentId,
    pub name: String,
    /// Conversations given to them.
    pub before: usize,
    pub after: usize,
}

/// One decision that would have been another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    pub conversation: ConversationId,
    pub message: MessageId,
    pub at: Timestamp,
    pub changes: Vec<Change>,
}

/// What would have changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    pub conversations: usize,
    pub decisions: usize,
    /// When the first and the last of them were made.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Conversations in which something would have been different.
    pub changed: usize,
    /// Matches of each rule of either side, in the order of the new rules.
    pub rules: Vec<Count>,
    pub labels: Vec<Count>,
    pub priorities: Vec<Count>,
    pub escalated: Pair,
    pub held: Pair,
    /// Decisions that found nobody for the conversation.
    pub waiting: Pair,
    pub drafts: Pair,
    pub load: Vec<Load>,
    /// First answers that the model sees later than the target.
    pub breaches: Pair,
    /// First answers that really came later than the target, or not at all.
    pub breaches_recorded: usize,
    /// In the order of the past.
    pub differences: Vec<Difference>,
}

/// Compare. The past is to be in the order of time; `threads` is how many work at once.
#[must_use]
pub fn backtest(past: &[Past], sides: Sides<'_>, model: &Model, threads: usize) -> Report {
    let judged = in_parallel(past, sides, threads);
    let (mut left, mut right) =
        (Side::new(sides.before, past, model), Side::new(Some(sides.after), past, model));
    let mut counting = Counting::new(sides.after);
    for (one, (before, after)) in past.iter().zip(judged) {
        let before = left.live(one, before, one.outcome.is_some());
        let after = right.live(one, after, false);
        counting.add(one, &before, &after, model);
    }
    let mut report = counting.finish();
    report.breaches = Pair { before: left.desk.late(), after: right.desk.late() };
    report
}

/// One side as it lives through the past.
struct Side<'a> {
    rules: Option<&'a Rulebook>,
    turns: BTreeMap<AgentId, i64>,
    desk: Desk,
}

impl<'a> Side<'a> {
    fn new(rules: Option<&'a Rulebook>, past: &[Past], model: &Model) -> Self {
        let turns = past.first().map(|first| first.record.turns.clone()).unwrap_or_default();
        Self { rules, turns, desk: Desk::new(model) }
    }

    /// What came of one decision here: where it was not on record, the turn of the rotation is this side's own.
    fn live(&mut self, one: &Past, judged: Outcome, is_on_record: bool) -> Outcome {
        let mut outcome = judged;
        if let Some(rules) = self.rules
            && !is_on_record
            && outcome.assignee.is_some()
            && one.record.turns != self.turns
        {
            let seen = one.record.snapshot_with(&one.analysis, &one.hours, &self.turns);
            outcome.assignee = Outcome::of(&decide_assignment(rules, &seen, one.record.at)).assignee;
        }
        if let Some((agent, _)) = &outcome.assignee {
            let next = self.turns.values().copied().max().unwrap_or(0) + 1;
            self.turns.insert(*agent, next);
        }
        self.desk.give(one, &outcome);
        outcome
    }
}

fn in_parallel(past: &[Past], sides: Sides<'_>, threads: usize) -> Vec<(Outcome, Outcome)> {
    let share = past.len().div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        let working: Vec<_> = past
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(|one| judge(one, sides)).collect::<Vec<_>>()))
            .collect();
        let parts = working.into_iter().map(|thread| match thread.join() {
            Ok(part) => part,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        parts.flatten().collect()
    })
}

fn judge(one: &Past, sides: Sides<'_>) -> (Outcome, Outcome) {
    let by = |rules: &Rulebook| Outcome::of(&one.record.decide(rules, &one.analysis, &one.hours));
    let before = match (&one.outcome, sides.before) {
        (Some(outcome), _) => outcome.clone(),
        (None, Some(rules)) => by(rules),
        (None, None) => Outcome::default(),
    };
    (before, by(sides.after))
}

/// What is counted.
type Holds = fn(&Outcome) -> bool;

/// A report in the making.
struct Counting {
    report: Report,
    order: Vec<String>,
    rules: BTreeMap<String, Pair>,
    labels: BTreeMap<String, Pair>,
    priorities: BTreeMap<Priority, Pair>,
    load: BTreeMap<AgentId, Load>,
    seen: BTreeSet<ConversationId>,
    changed: BTreeSet<ConversationId>,
}

impl Counting {
    fn new(after: &Rulebook) -> Self {
        let rules: Vec<_> = after.rules().iter().filter(|rule| rule.enabled).collect();
        Self {
            report: Report::default(),
            order: rules.iter().map(|rule| rule.id.0.clone()).collect(),
            rules: rules.iter().map(|rule| (rule.id.0.clone(), Pair::default())).collect(),
            labels: BTreeMap::new(),
            priorities: BTreeMap::new(),
            load: BTreeMap::new(),
            seen: BTreeSet::new(),
            changed: BTreeSet::new(),
        }
    }

    fn add(&mut self, one: &Past, before: &Outcome, after: &Outcome, model: &Model) {
        let (record, report) = (&one.record, &mut self.report);
        report.decisions += 1;
        report.since = report.since.or(Some(record.at));
        report.until = Some(record.at);
        let is_new = self.seen.insert(record.conversation.id);
        if is_new && one.first_answer_s.is_none_or(|seconds| seconds > model.target_s) {
            report.breaches_recorded += 1;
        }
        let mut pairs: [(&mut Pair, Holds); 4] = [
            (&mut report.escalated, Outcome::is_escalated),
            (&mut report.held, |o| o.held),
            (&mut report.waiting, |o| o.waits),
            (&mut report.drafts, |o| o.drafts),
        ];
        for (pair, holds) in &mut pairs {
            pair.before += usize::from(holds(before));
            pair.after += usize::from(holds(after));
        }
        for (outcome, is_after) in [(before, false), (after, true)] {
            let tick = |pair: &mut Pair| match is_after {
                true => pair.after += 1,
                false => pair.before += 1,
            };
            outcome.matched.iter().for_each(|rule| tick(self.rules.entry(rule.0.clone()).or_default()));
            outcome.labels.iter().for_each(|label| tick(self.labels.entry(label.clone()).or_default()));
            outcome.priority.iter().for_each(|p| tick(self.priorities.entry(*p).or_default()));
            if let Some((agent, name)) = &outcome.assignee {
                let new = || Load { agent: *agent, name: name.clone(), before: 0, after: 0 };
                let load = self.load.entry(*agent).or_insert_with(new);
                let mut pair = Pair { before: load.before, after: load.after };
                tick(&mut pair);
                (load.before, load.after) = (pair.before, pair.after);
            }
        }
        let changes = before.changes(after);
        if !changes.is_empty() {
            self.changed.insert(record.conversation.id);
            report.differences.push(Difference {
                conversation: record.conversation.id,
                message: record.message.id,
                at: record.at,
                changes,
            });
        }
    }

    fn finish(mut self) -> Report {
        let count = |(name, pair): (String, Pair)| Count { name, before: pair.before, after: pair.after };
        let mut rules = Vec::new();
        for id in self.order {
            if let Some(pair) = self.rules.remove(&id) {
                rules.push(count((id, pair)));
            }
        }
        // What only the old rules had.
        rules.extend(self.rules.into_iter().map(count));
        Report {
            conversations: self.seen.len(),
            changed: self.changed.len(),
            rules,
            labels: self.labels.into_iter().map(count).collect(),
            priorities: self
                .priorities
                .into_iter()
                .map(|(p, pair)| count((p.name().to_owned(), pair)))
                .collect(),
            load: self.load.into_values().collect(),
            ..self.report
        }
    }
}

#[cfg(test)]
mod tests;
