//! Why each rule did or did not act: for pages and the command line, which ask seldom and want to know all.

use super::{Making, RuleTrace, Snapshot, decide};
use crate::rulebook::facts::Facts;
use crate::rulebook::{Group, Rule, Rulebook};
use jiff::Timestamp;

/// Every rule in its order with what it saw, also those that did not match and those switched off. `matched` is what
/// [`decide`] says of the same snapshot and instant.
#[must_use]
pub fn explain(rules: &Rulebook, seen: &Snapshot<'_>, now: Timestamp) -> Vec<RuleTrace> {
    let facts = Facts::new(rules, seen, now);
    let decision = decide(rules, seen, now);
    let stays = Making::new(rules, seen).stays();
    let told = |rule: &Rule| {
        let holds = rule.when.holds(&facts);
        let because = rule.because(rules, &facts);
        let decided = decision.trace.iter().find(|trace| trace.rule == rule.id);
        let matched = rule.enabled && decided.is_some_and(|trace| trace.matched);
        let because = match decided {
            Some(trace) => trace.because.clone(),
            None if !rule.enabled => format!("switched off; {because}"),
            None if holds => match (&stays, &rule.group) {
                (Some(stays), Group::Assignment) => stays.clone(),
                (None, Group::Assignment) => format!("an earlier rule assigned; {because}"),
                (_, group) => format!("an earlier rule of the group {} acted; {because}", group.name()),
            },
            None => because,
        };
        RuleTrace {
            rule: rule.id.clone(),
            name: rule.name.clone(),
            matched,
            because,
            conditions: rule.when.explain(rules, &facts),
        }
    };
    rules.rules().iter().map(told).collect()
}
