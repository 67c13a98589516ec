//! Rules that are well written but cannot mean what they say.

use super::condition::Condition;
use super::{Group, Problem, Rule, Strategy, Then};

pub(super) fn check(rules: &[Rule]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut tell = |rule: &Rule, key: &str, message: String| {
        problems.push(Problem {
            file: "all rules".to_owned(),
            rule: Some(rule.id.to_string()),
            key: key.to_owned(),
            message,
            nearest: None,
        });
    };
    let mut catch_all: Option<&Rule> = None;
    for rule in rules.iter().filter(|rule| rule.enabled) {
        let assigns = rule.then.iter().any(|then| matches!(then, Then::Assign(_)));
        if rule.group == Group::Assignment && rule.is_automation() {
            tell(
                rule,
                "then",
                "only a rule of the group \"tags\" waits, remembers, notifies, snoozes, resolves or sends a template"
                    .to_owned(),
            );
        }
        match rule.group {
            Group::Tags if assigns => tell(
                rule,
                "then.assign",
                "only a rule of the group \"assignment\" can assign; this one will not".to_owned(),
            ),
            Group::Assignment if !assigns => {
                tell(rule, "then", "a rule of the group \"assignment\" must assign".to_owned());
            }
            Group::Assignment => {
                if let Some(earlier) = catch_all {
                    tell(
                        rule,
                        "priority",
                        format!("never reached: rule {} matches every message first", earlier.id),
                    );
                } else if matches!(rule.when, Condition::Always) && !names_a_person(rule) {
                    catch_all = Some(rule);
                }
            }
            Group::Tags => {}
        }
    }
    problems
}

/// A person may not be among an inbox's agents; then the next rule is asked.
fn names_a_person(rule: &Rule) -> bool {
    rule.then.iter().any(|then| matches!(then, Then::Assign(Strategy::Agent(_))))
}
