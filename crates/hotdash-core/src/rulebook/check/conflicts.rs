//! Rules that say different things of the same messages, and keywords that another one always brings along.

use super::problem;
use crate::rulebook::condition::{Condition, Operator};
use crate::rulebook::{Group, Problem, Rule, Rulebook, Severity, Then};
use std::collections::BTreeMap;

pub(super) fn find(rules: &[&Rule]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut by_condition: BTreeMap<String, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        by_condition.entry(meaning(&rule.source)).or_default().push(rule);
    }
    for twins in by_condition.values() {
        for (at, later) in twins.iter().enumerate() {
            problems.extend(twins[..at].iter().find_map(|earlier| conflict(earlier, later)));
        }
    }
    problems
}

/// Both match the same messages.
fn conflict(earlier: &Rule, later: &Rule) -> Option<Problem> {
    let priority = |rule: &Rule| {
        rule.then.iter().find_map(|then| match then {
            Then::Prioritise(priority) => Some(*priority),
            _ => None,
        })
    };
    let tell = |key: &str, message: String| Some(problem(later, key, message, Severity::Warning));
    if later.group == Group::Assignment && earlier.group == Group::Assignment {
        if earlier.then == later.then {
            return tell("when", format!("rule {} does the same under the same conditions", earlier.id));
        }
        return tell(
            "then.assign",
            format!("rule {} assigns otherwise under the same conditions, and comes first", earlier.id),
        );
    }
    if let (Some(one), Some(other)) = (priority(earlier), priority(later))
        && one != other
    {
        let (high, name) = (one.max(other), earlier.id.as_str());
        return tell(
            "then.priority",
            format!("rule {name} sets another priority under the same conditions; {} wins", high.name()),
        );
    }
    if earlier.group == later.group && earlier.then == later.then {
        return tell("when", format!("rule {} does the same under the same conditions", earlier.id));
    }
    None
}

/// The conditions as written, in an order that does not depend on who wrote them.
fn meaning(rule: &toml::Table) -> String {
    fn plain(value: &toml::Value) -> String {
        match value {
            toml::Value::Array(items) => {
                let mut items: Vec<String> = items.iter().map(plain).collect();
                items.sort();
                items.dedup();
                format!("[{}]", items.join(","))
            }
            toml::Value::Table(table) => {
                let items = table.iter().map(|(key, value)| match value {
                    // One word and a list of it are the same.
                    toml::Value::String(_) if key != "type" => format!("{key}=[{}]", plain(value)),
                    value => format!("{key}={}", plain(value)),
                });
                format!("{{{}}}", items.collect::<Vec<_>>().join(","))
            }
            toml::Value::String(text) => format!("{:?}", text.trim().to_lowercase()),
            other => other.to_string(),
        }
    }
    // What waits for a time of its own is another condition.
    let part = |key: &str| rule.get(key).map(plain).unwrap_or_default();
    format!("{} {} {}", part("when"), part("after"), part("delay"))
}

/// "refund" finds every "full refund" already.
pub(super) fn shadowed(rulebook: &Rulebook, rules: &[&Rule]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for rule in rules {
        for condition in keyword_conditions(&rule.when) {
            for (shorter, longer) in rulebook.keywords.shadowed(condition) {
                let message = format!("“{longer}” adds nothing: “{shorter}” is found in it already");
                problems.push(problem(rule, "when", message, Severity::Warning));
            }
        }
    }
    problems
}

fn keyword_conditions(condition: &Condition) -> Vec<u32> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) | Condition::None(parts) => {
            parts.iter().flat_map(keyword_conditions).collect()
        }
        Condition::Test(test) => match test.operator {
            Operator::Keyword(condition) => vec![condition],
            _ => Vec::new(),
        },
        Condition::Always => Vec::new(),
    }
}
