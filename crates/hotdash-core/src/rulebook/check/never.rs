//! Rules that cannot match, and rules that nobody gets to.

use super::problem;
use crate::rulebook::condition::{Condition, Operator, Subject, Test};
use crate::rulebook::{Group, Problem, Rule, Severity, Strategy, Then};

/// What a condition can come to, whatever the message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Always,
    Never,
    Depends,
}

/// Conditions that never hold, and groups that ask for what cannot be together.
pub(super) fn conditions(rule: &Rule) -> Vec<Problem> {
    let mut clashes = Vec::new();
    look(&rule.when, "when", &mut clashes);
    let mut problems: Vec<Problem> =
        clashes.into_iter().map(|(key, message)| problem(rule, &key, message, Severity::Error)).collect();
    if problems.is_empty() && fate(&rule.when) == Fate::Never {
        problems.push(problem(rule, "when", "these conditions never hold", Severity::Error));
    }
    problems
}

/// Rules behind one that takes everything.
pub(super) fn reached(rules: &[&Rule]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut earlier: Vec<&Rule> = Vec::new();
    for rule in rules.iter().filter(|rule| rule.group == Group::Assignment || rule.first_of.is_some()) {
        let before = earlier.iter().find(|before| before.group == rule.group);
        if let Some(before) = before {
            let message = format!("never reached: rule {} matches every message first", before.id);
            problems.push(problem(rule, "priority", message, Severity::Error));
        } else if fate(&rule.when) == Fate::Always && !names_a_person(rule) {
            earlier.push(rule);
        }
    }
    problems
}

/// A person may not be among an inbox's agents; then the next rule is asked.
fn names_a_person(rule: &Rule) -> bool {
    rule.then.iter().any(|then| match then {
        Then::Assign(Strategy::Agent(_)) => true,
        Then::Assign(Strategy::Choose(choice)) => choice.asks(),
        _ => false,
    })
}

fn fate(condition: &Condition) -> Fate {
    match condition {
        Condition::Always => Fate::Always,
        Condition::Test(_) => Fate::Depends,
        Condition::All(parts) if clash(parts).is_some() => Fate::Never,
        Condition::All(parts) => together(parts, Fate::Never, Fate::Always),
        Condition::Any(parts) => together(parts, Fate::Always, Fate::Never),
        Condition::None(parts) => match together(parts, Fate::Always, Fate::Never) {
            Fate::Always => Fate::Never,
            Fate::Never => Fate::Always,
            Fate::Depends => Fate::Depends,
        },
    }
}

/// One part with the first fate gives it to all; all with the second give that.
fn together(parts: &[Condition], one: Fate, all: Fate) -> Fate {
    if parts.iter().any(|part| fate(part) == one) {
        one
    } else if parts.iter().all(|part| fate(part) == all) {
        all
    } else {
        Fate::Depends
    }
}

fn look(condition: &Condition, key: &str, clashes: &mut Vec<(String, String)>) {
    let (name, parts) = match condition {
        Condition::All(parts) => ("all", parts),
        Condition::Any(parts) => ("any", parts),
        Condition::None(parts) => ("none", parts),
        Condition::Always | Condition::Test(_) => return,
    };
    let key = format!("{key}.{name}");
    if name == "all"
        && let Some((one, other)) = clash(parts)
    {
        clashes.push((key.clone(), format!("“{one}” and “{other}” never hold together")));
    }
    for (at, part) in parts.iter().enumerate() {
        look(part, &format!("{key}[{at}]"), clashes);
    }
}

/// Two tests of one "all" that exclude each other; tests of an inner "all" belong to it.
fn clash(parts: &[Condition]) -> Option<(String, String)> {
    let tests = tests(parts);
    tests.iter().enumerate().find_map(|(at, one)| {
        let other = tests[at + 1..].iter().find(|other| exclude(one, other))?;
        Some((one.asks.to_string(), other.asks.to_string()))
    })
}

fn tests(parts: &[Condition]) -> Vec<&Test> {
    parts
        .iter()
        .flat_map(|part| match part {
            Condition::Test(test) => vec![test],
            Condition::All(parts) => tests(parts),
            _ => Vec::new(),
        })
        .collect()
}

fn exclude(one: &Test, other: &Test) -> bool {
    if one.subject != other.subject {
        return false;
    }
    let opposite = one.negated != other.negated;
    match (&one.operator, &other.operator) {
        (Operator::Keyword(_), _) | (_, Operator::Keyword(_)) => false,
        (Operator::Exists, Operator::Exists) => opposite,
        (Operator::AnyOf(_) | Operator::Contains(_), Operator::Exists) => !one.negated && other.negated,
        (Operator::Exists, Operator::AnyOf(_) | Operator::Contains(_)) => one.negated && !other.negated,
        // A learned intent stands beside one of the five.
        (Operator::AnyOf(a), Operator::AnyOf(b)) if one.subject == Subject::Intent => opposite && a == b,
        (Operator::AnyOf(a), Operator::AnyOf(b)) => match (one.negated, other.negated) {
            // A list of labels can have both; one language cannot be two.
            (false, false) => single(&one.subject) && !a.iter().any(|word| b.contains(word)),
            (false, true) => single(&one.subject) && a.iter().all(|word| b.contains(word)) || a == b,
            (true, false) => single(&one.subject) && b.iter().all(|word| a.contains(word)) || a == b,
            (true, true) => false,
        },
        (Operator::Marked(a), Operator::Marked(b)) => match (one.negated, other.negated) {
            (false, false) => single(&one.subject) && a & b == 0,
            (false, true) => a & !b == 0,
            (true, false) => b & !a == 0,
            (true, true) => false,
        },
        _ => range(one).is_some_and(|a| range(other).is_some_and(|b| a.0.max(b.0) > a.1.min(b.1))),
    }
}

/// Has one value at a time. Times are not: it is Monday, a weekday and business hours at once.
fn single(subject: &Subject) -> bool {
    matches!(
        subject,
        Subject::Channel
            | Subject::SenderName
            | Subject::SenderEmail
            | Subject::SenderDomain
            | Subject::SenderVip
            | Subject::Sentiment
            | Subject::Intent
            | Subject::Urgency
            | Subject::Escalation
            | Subject::Language
    )
}

/// The numbers a test lets through, from … to; limits that are excluded move by a little.
fn range(test: &Test) -> Option<(f64, f64)> {
    const LITTLE: f64 = 1e-9;
    // A missing number meets a negated test, and then it has no range.
    let always_there = !matches!(test.subject, Subject::Waiting | Subject::Sla | Subject::SenderAttribute(_));
    match (&test.operator, test.negated) {
        (Operator::Above(limit), false) => Some((limit + LITTLE, f64::INFINITY)),
        (Operator::Below(limit), false) => Some((f64::NEG_INFINITY, limit - LITTLE)),
        (Operator::Above(limit), true) if always_there => Some((f64::NEG_INFINITY, *limit)),
        (Operator::Below(limit), true) if always_there => Some((*limit, f64::INFINITY)),
        (Operator::Numbers(numbers), false) => Some((
            numbers.iter().copied().fold(f64::INFINITY, f64::min),
            numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        )),
        _ => None,
    }
}
