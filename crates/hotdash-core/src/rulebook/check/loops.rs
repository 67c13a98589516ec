//! Rules that set each other off: one adds a label, another one waits for that label and adds what the first waits
//! for. A rule looks at the labels as they were before any rule acted, so nothing turns at once; but every further
//! message would.

use super::problem;
use crate::rulebook::condition::{Condition, Operator, Subject};
use crate::rulebook::{Problem, Rule, Severity, Then};

/// What an escalation adds.
const ESCALATED: [&str; 2] = ["escalated", "needs_attention"];

pub(super) fn find(rules: &[&Rule]) -> Vec<Problem> {
    let adds: Vec<Vec<&str>> = rules.iter().map(|rule| added(rule)).collect();
    let waits: Vec<Vec<&str>> = rules.iter().map(|rule| waited_for(&rule.when, true)).collect();
    let sets_off = |from: usize, to: usize| adds[from].iter().any(|label| waits[to].contains(label));
    let mut problems = Vec::new();
    let mut told = vec![false; rules.len()];
    for start in 0..rules.len() {
        if told[start] || adds[start].is_empty() || waits[start].is_empty() {
            continue;
        }
        if let Some(way) = round(start, rules.len(), &sets_off) {
            way.iter().for_each(|rule| told[*rule] = true);
            let names: Vec<&str> = way.iter().chain([&start]).map(|rule| rules[*rule].id.as_str()).collect();
            let message = match names.as_slice() {
                [_, _] => {
                    "adds a label that it waits for itself: it cannot begin, or it never ends".to_owned()
                }
                names => format!("sets itself off again through labels: {}", names.join(" → ")),
            };
            problems.push(problem(rules[start], "then.tag", message, Severity::Warning));
        }
    }
    problems
}

/// The shortest way from a rule back to itself.
fn round(start: usize, count: usize, sets_off: &impl Fn(usize, usize) -> bool) -> Option<Vec<usize>> {
    let mut from: Vec<Option<usize>> = vec![None; count];
    let mut open = std::collections::VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        if sets_off(at, start) {
            let mut way = vec![at];
            while let Some(before) = way.last().filter(|last| **last != start).and_then(|last| from[*last]) {
                way.push(before);
            }
            way.reverse();
            return Some(way);
        }
        for next in (0..count).filter(|next| *next != start) {
            if from[next].is_none() && sets_off(at, next) {
                from[next] = Some(at);
                open.push_back(next);
            }
        }
    }
    None
}

fn added(rule: &Rule) -> Vec<&str> {
    let labels = rule.then.iter().flat_map(|then| match then {
        Then::Tag(labels) => labels.iter().map(String::as_str).collect(),
        Then::Escalate => ESCALATED.to_vec(),
        _ => Vec::new(),
    });
    labels.collect()
}

/// Labels whose presence helps the condition to hold.
fn waited_for(condition: &Condition, wanted: bool) -> Vec<&str> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().flat_map(|part| waited_for(part, wanted)).collect()
        }
        Condition::None(parts) => parts.iter().flat_map(|part| waited_for(part, !wanted)).collect(),
        Condition::Test(test) if test.subject == Subject::Tag && test.negated != wanted => {
            match &test.operator {
                Operator::AnyOf(labels) => labels.iter().map(String::as_str).collect(),
                _ => Vec::new(),
            }
        }
        Condition::Test(_) | Condition::Always => Vec::new(),
    }
}
