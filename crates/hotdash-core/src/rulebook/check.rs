//! Rules that are well written but cannot mean what they say.

use super::{Group, Problem, Rule, Then};

/// What stops a rule from doing what it says at all.
pub(super) fn groups(rules: &[Rule]) -> Vec<Problem> {
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
            Group::Assignment if assigns => {}
            Group::Assignment => {
                tell(rule, "then", "a rule of the group \"assignment\" must assign".to_owned());
            }
            _ if assigns => tell(
                rule,
                "then.assign",
                "only a rule of the group \"assignment\" can assign; this one will not".to_owned(),
            ),
            _ => {}
        }
    }
    problems
}
